-- Checks of rows -----------------------------------------------------------
--
-- What policies and triggers of protected tables call beside the checks of
-- categories. As those, they tell only what the session in force may do, answer
-- false for NULL, and are for anybody to execute.

-- Owners and other people.

CREATE FUNCTION authz_owner_support(internal) RETURNS internal
	LANGUAGE C STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_owner_support(internal) IS 'tells the planner what owning means';

CREATE FUNCTION authz_is_owner(owner text, account_id int DEFAULT NULL, permission text DEFAULT '') RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_owner_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_is_owner(text, int, text) IS
	'whether the owner is the user of the session in force or one of his groups';

CREATE FUNCTION authz_owner_ids(account_id int DEFAULT NULL, permission text DEFAULT NULL) RETURNS text[]
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_owner_ids(int, text) IS
	'the user of the session in force and his groups; none in another account or without the permission';

CREATE FUNCTION authz_among_support(internal) RETURNS internal
	LANGUAGE C STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_among_support(internal) IS 'tells the planner what being among people means';

CREATE FUNCTION authz_is_among(people text[], account_id int DEFAULT NULL, permission text DEFAULT '') RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_among_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_is_among(text[], int, text) IS
	'whether the user of the session in force or one of his groups is among the people';

-- Rows that the session's privileges name by their keys.

CREATE FUNCTION authz_named_support(internal) RETURNS internal
	LANGUAGE C STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_named_support(internal) IS 'tells the planner what being named means';

CREATE FUNCTION authz_is_named(key smallint, privilege text, permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_named_support AS 'MODULE_PATHNAME', 'authz_is_named_int2';
CREATE FUNCTION authz_is_named(key int, privilege text, permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_named_support AS 'MODULE_PATHNAME', 'authz_is_named_int4';
CREATE FUNCTION authz_is_named(key bigint, privilege text, permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_named_support AS 'MODULE_PATHNAME', 'authz_is_named_int8';
CREATE FUNCTION authz_is_named(key text, privilege text, permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_named_support AS 'MODULE_PATHNAME', 'authz_is_named_text';
CREATE FUNCTION authz_is_named(key uuid, privilege text, permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_named_support AS 'MODULE_PATHNAME', 'authz_is_named_uuid';
COMMENT ON FUNCTION authz_is_named(smallint, text, text, int) IS
	'whether the row of this key is one that the session in force may see (sview, disableentitlementforentry) or edit (edit)';
COMMENT ON FUNCTION authz_is_named(int, text, text, int) IS
	'whether the row of this key is one that the session in force may see (sview, disableentitlementforentry) or edit (edit)';
COMMENT ON FUNCTION authz_is_named(bigint, text, text, int) IS
	'whether the row of this key is one that the session in force may see (sview, disableentitlementforentry) or edit (edit)';
COMMENT ON FUNCTION authz_is_named(text, text, text, int) IS
	'whether the row of this key is one that the session in force may see (sview, disableentitlementforentry) or edit (edit)';
COMMENT ON FUNCTION authz_is_named(uuid, text, text, int) IS
	'whether the row of this key is one that the session in force may see (sview, disableentitlementforentry) or edit (edit)';

-- For index conditions: between these are all keys that are named.
CREATE FUNCTION authz_named_int8(last bool, privilege text, permission text, account_id int) RETURNS bigint
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_named_int8(bool, text, text, int) IS 'the least or greatest key that the session''s privileges name';
CREATE FUNCTION authz_named_text(last bool, privilege text, permission text, account_id int) RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_named_text(bool, text, text, int) IS 'the least key that the session''s privileges name';
CREATE FUNCTION authz_named_uuid(last bool, privilege text, permission text, account_id int) RETURNS uuid
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_named_uuid(bool, text, text, int) IS 'the least or greatest key that the session''s privileges name';

CREATE FUNCTION authz_within_support(internal) RETURNS internal
	LANGUAGE C STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_within_support(internal) IS 'tells the planner what being limited to a row means';

CREATE FUNCTION authz_is_within(key smallint, categories "any") RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_within_support AS 'MODULE_PATHNAME', 'authz_is_within_int2';
CREATE FUNCTION authz_is_within(key int, categories "any") RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_within_support AS 'MODULE_PATHNAME', 'authz_is_within_int4';
CREATE FUNCTION authz_is_within(key bigint, categories "any") RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_within_support AS 'MODULE_PATHNAME', 'authz_is_within_int8';
CREATE FUNCTION authz_is_within(key text, categories "any") RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_within_support AS 'MODULE_PATHNAME', 'authz_is_within_text';
CREATE FUNCTION authz_is_within(key uuid, categories "any") RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_within_support AS 'MODULE_PATHNAME', 'authz_is_within_uuid';
COMMENT ON FUNCTION authz_is_within(smallint, "any") IS
	'whether the session in force is not limited to a row of another key (limitentry), or to other categories (a grant)';
COMMENT ON FUNCTION authz_is_within(int, "any") IS
	'whether the session in force is not limited to a row of another key (limitentry), or to other categories (a grant)';
COMMENT ON FUNCTION authz_is_within(bigint, "any") IS
	'whether the session in force is not limited to a row of another key (limitentry), or to other categories (a grant)';
COMMENT ON FUNCTION authz_is_within(text, "any") IS
	'whether the session in force is not limited to a row of another key (limitentry), or to other categories (a grant)';
COMMENT ON FUNCTION authz_is_within(uuid, "any") IS
	'whether the session in force is not limited to a row of another key (limitentry), or to other categories (a grant)';

-- Rows without a category, and new ones.

CREATE FUNCTION authz_is_uncategorized(category_id bigint) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_is_uncategorized(bigint) IS
	'whether a row of this category counts as one without: NULL, or no category of the session''s account';
CREATE FUNCTION authz_is_uncategorized(category_ids bigint[]) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'authz_are_uncategorized';
COMMENT ON FUNCTION authz_is_uncategorized(bigint[]) IS
	'whether a row of these categories counts as one without: none of them is one of the session''s account';

CREATE FUNCTION authz_is_anybody(with_user bool, permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_is_anybody(bool, text, int) IS
	'whether there is a session (of a user) in the account with the permission';

CREATE FUNCTION authz_can_add(category_id bigint, owner text, permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_add(bigint, text, text, int) IS
	'whether the session in force may add a row of this category and owner';
CREATE FUNCTION authz_can_add(category_ids bigint[], owner text, permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'authz_can_add_any';
COMMENT ON FUNCTION authz_can_add(bigint[], text, text, int) IS
	'whether the session in force may add a row of these categories and this owner';

CREATE FUNCTION authz_fill_owner() RETURNS trigger
	LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_fill_owner() IS
	'trigger of protected tables: who adds a row and names no owner owns it';

CREATE FUNCTION authz_content_move() RETURNS trigger
	LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_content_move() IS
	'trigger of protected tables with partitions: a row that moves to another keeps being nobody''s';

CREATE FUNCTION authz_content_guard() RETURNS trigger
	LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_content_guard() IS
	'trigger of protected tables: judges changes of categories, owner and people';
