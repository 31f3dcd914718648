-- protect: putting a table under row security and taking it off
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA protect_test;
GRANT ALL ON SCHEMA protect_test TO regress_author;
GRANT USAGE ON SCHEMA protect_test TO regress_reader;
SET search_path = protect_test, public;
SELECT account_id FROM authz_account_add('protect', 115);
SELECT account_id FROM authz_account_add('protect, the neighbour', 116);
SET authz.account = 115;
SELECT authz_permission_add('lay'), authz_role_add('layer', '{table.protect}', role_id => 11501);
SELECT authz_category_add('one', category_id => 11501);
SELECT kit.person(115, 'Ann'), kit.person(115, 'Lay', privileges => 'setrole:layer');
CREATE TABLE doc (id int PRIMARY KEY, category_id bigint, owner text);
ALTER TABLE doc OWNER TO regress_author;
CREATE VIEW doc_view AS SELECT * FROM doc;
ALTER VIEW doc_view OWNER TO regress_author;

-- the text: for a plain table, with all that may be said, and for one of several accounts and partitions
\pset format unaligned
\pset tuples_only on
CREATE TABLE parts (id int, account int, category_id int, owner varchar(9)) PARTITION BY LIST (category_id);
ALTER TABLE parts OWNER TO regress_author;
SELECT authz_protect_sql('doc', 'category_id');
SELECT authz_protect_sql('doc', 'category_id', 'owner', 'doc', 'EVERYONE', 'id', force => false);
SELECT authz_protect_sql('parts', 'category_id', 'owner', uncategorized => 'users', account_column => 'account');

-- and that it is what is done
SELECT authz_protect('doc', 'category_id', 'owner', 'doc', 'users');
SELECT polname, polcmd, polpermissive, polroles, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy WHERE polrelid = 'doc'::regclass ORDER BY polname;
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'doc'::regclass ORDER BY tgname;
\pset format aligned
\pset tuples_only off
SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = 'doc'::regclass;	-- t, t
SELECT * FROM authz_protected_tables WHERE content = 'doc'::regclass;
SELECT name, explicit, built_in FROM authz_permissions WHERE account_id = 115 AND name LIKE 'doc%' ORDER BY name;
SELECT authz_protect('doc', 'category_id');		-- 55000: it is already
SELECT authz_unprotect('doc'), authz_unprotect('doc');	-- t, f
SELECT count(*) FROM pg_policy WHERE polrelid = 'doc'::regclass;	-- 0
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'doc'::regclass;	-- 0
SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = 'doc'::regclass;	-- f, f
SELECT count(*) FROM authz_protected_tables WHERE content = 'doc'::regclass;	-- 0

-- arguments that no rule allows
SELECT n, kit.try('SELECT authz_protect(' || arguments || ')') AS outcome FROM (VALUES
	(1, 'NULL, ''category_id'''), (2, '''doc'', NULL'), (3, '''doc'', '''''), (4, '''doc'', ''nonesuch'''), (5, '''doc'', ''owner'''),
	(6, '''doc'', ''category_id'', ''nonesuch'''), (7, '''doc'', ''category_id'', ''id'''), (8, '''doc'', ''ctid'''), (9, '''doc'', ''tableoid'''),
	(10, '''doc'', ''category_id'', uncategorized => ''nobody'''), (11, '''doc'', ''category_id'', key_column => ''nonesuch'''),
	(12, '''doc'', ''category_id'', account_column => ''nonesuch'''), (13, '''doc'', ''category_id'', account_column => ''owner'''),
	(14, '''doc'', ''category_id'', account_id => 116'), (15, '''doc'', ''category_id'', account_id => 999'), (16, '''doc'', ''category_id'', account_id => -1'),
	(17, '''doc'', ''category_id'', permission_prefix => ''not a name'''), (18, '''doc'', ''category_id'', permission_prefix => ''*'''),
	(19, '''doc'', ''category_id'', permission_prefix => ''.'''), (20, '''doc'', ''category_id'', permission_prefix => repeat(''x'', 300)'),
	(21, '''doc'', ''category_id'', permission_prefix => ''a..b'''), (22, '''doc_view'', ''category_id'''), (23, '''doc_pkey'', ''category_id'''),
	(24, '''pg_class'', ''relnamespace'''), (25, '0, ''category_id'''), (26, '''doc'', ''CATEGORY_ID''')) v (n, arguments) ORDER BY n;
SELECT count(*) FROM pg_policy WHERE polrelid = 'doc'::regclass;	-- nothing half done: 0
SELECT count(*) FROM authz_permissions WHERE account_id = 115 AND NOT built_in AND name NOT LIKE 'doc.%' AND name <> 'lay';	-- 0
SELECT kit.try('SELECT authz_unprotect(NULL)'), kit.try('SELECT authz_unprotect(0)'), kit.try('SELECT authz_unprotect(''doc_view'')'), kit.try('SELECT authz_protect_sql(NULL, NULL)');

-- who may: the table's owner who administers, or has the permission
SET ROLE regress_author;
SELECT authz_protect('doc', 'category_id');		-- 28000: no session, and does not administer
SELECT authz_protect_sql('doc', 'category_id');	-- 28000
SELECT kit.become(115, '115-ann');
SELECT authz_protect('doc', 'category_id');		-- 42501: lacks table.protect
SELECT kit.become(115, '115-lay');
SELECT authz_protect('doc', 'category_id', 'owner');	-- its owner, with the permission
SELECT authz_protect('doc', 'category_id', account_id => 116);	-- 42501
SET ROLE regress_reader;
SELECT authz_unprotect('doc');					-- 42501: not its owner
SELECT authz_protect_sql('doc', 'category_id');	-- 42501
RESET ROLE;
SET authz.session = '';
GRANT EXECUTE ON FUNCTION authz_administer() TO regress_reader;
SET ROLE regress_reader;
SELECT authz_unprotect('doc');					-- 42501: administers, but is not its owner
RESET ROLE;
REVOKE EXECUTE ON FUNCTION authz_administer() FROM regress_reader;

-- somebody else's policies stay, and go on protecting
CREATE POLICY other ON doc FOR SELECT USING (owner = 'x');
SELECT authz_unprotect('doc');					-- t
SELECT polname FROM pg_policy WHERE polrelid = 'doc'::regclass;
SELECT relrowsecurity FROM pg_class WHERE oid = 'doc'::regclass;	-- t
SELECT authz_unprotect('doc');					-- f
SELECT relrowsecurity FROM pg_class WHERE oid = 'doc'::regclass;	-- t
DROP POLICY other ON doc;
ALTER TABLE doc DISABLE ROW LEVEL SECURITY;

-- names that are hostile to quoting
CREATE SCHEMA "pro'tect "";--\";
CREATE TABLE "pro'tect "";--\"."do""c'; DROP" (id int PRIMARY KEY, "ca""t'\" int, "ow""n'er, x" text, "Account" smallint);
SELECT authz_protect('"pro''tect "";--\"."do""c''; DROP"', 'ca"t''\', 'ow"n''er, x', uncategorized => 'everyone', account_column => 'Account');
INSERT INTO "pro'tect "";--\"."do""c'; DROP" VALUES (1, 11501, 'Ann', 115), (2, 11501, NULL, 115), (3, 11501, 'Ann', 116), (4, NULL, NULL, 115);
GRANT USAGE ON SCHEMA "pro'tect "";--\" TO regress_reader;
GRANT ALL ON "pro'tect "";--\"."do""c'; DROP" TO regress_reader;
SET ROLE regress_reader;
SELECT kit.become(115, '115-ann');
SELECT * FROM "pro'tect "";--\"."do""c'; DROP" ORDER BY id;	-- 1, 4
UPDATE "pro'tect "";--\"."do""c'; DROP" SET "ow""n'er, x" = NULL, "ca""t'\" = NULL RETURNING *;	-- 1
RESET ROLE;
SET authz.session = '';
SELECT content::text, category_column, owner_column, account_column, account_id FROM authz_protected_tables WHERE content::text LIKE '%DROP%';
SELECT authz_unprotect('"pro''tect "";--\"."do""c''; DROP"');
DROP SCHEMA "pro'tect "";--\" CASCADE;
SET client_min_messages = warning;
DROP SCHEMA protect_test CASCADE;
