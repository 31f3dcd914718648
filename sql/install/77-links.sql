-- Link tables ----------------------------------------------------------------
--
-- Content whose categories stand in a table of assignments. The content table
-- has an array of those that count, which triggers keep in step.

CREATE FUNCTION authz_protect_linked(content regclass, key_column name, link regclass, link_key_column name,
		link_category_column name, link_status_column name DEFAULT NULL, categories_column name DEFAULT 'authz_categories',
		owner_column name DEFAULT NULL, permission_prefix text DEFAULT NULL, uncategorized text DEFAULT 'owner_only',
		account_column name DEFAULT NULL, account_id int DEFAULT NULL, editors_column name DEFAULT NULL,
		publishers_column name DEFAULT NULL, viewers_column name DEFAULT NULL, force bool DEFAULT true)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_protect_linked(regclass, name, regclass, name, name, name, name, name, text, text, name, int, name, name, name, bool) IS
	'puts a table and the table of its assignments to categories under row security';

-- What waits for approval has the status pending.

CREATE FUNCTION authz_entry_approve(link regclass, key text, category_id bigint) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_entry_approve(regclass, text, bigint) IS
	'lets what waits in a category count; false when nothing of the key waits there';

CREATE FUNCTION authz_entry_reject(link regclass, key text, category_id bigint) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_entry_reject(regclass, text, bigint) IS
	'refuses what waits in a category; false when nothing of the key waits there';

-- Triggers.

CREATE FUNCTION authz_link_guard() RETURNS trigger
	LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_link_guard() IS
	'trigger of protected link tables: judges changes of assignments and what has to wait for approval';

CREATE FUNCTION authz_link_follow() RETURNS trigger
	LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_link_follow() IS
	'trigger of protected link tables: puts assignments into the content table''s array and takes them out';

CREATE FUNCTION authz_link_truncate() RETURNS trigger
	LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_link_truncate() IS
	'trigger of protected link tables: takes out of the content table''s array what is truncated';

CREATE FUNCTION authz_content_follow() RETURNS trigger
	LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_content_follow() IS
	'trigger of tables protected with a link table: the array of a new row is what is assigned to it';
