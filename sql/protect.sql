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
-- rows in several categories, with people and a key
CREATE TABLE entry (id uuid PRIMARY KEY, categories int[], owner text, editors text[], publishers varchar(9)[], viewers text[]);
ALTER TABLE entry OWNER TO regress_author;
SELECT authz_protect_sql('entry', 'categories', 'owner', 'entry', editors_column => 'editors', publishers_column => 'publishers', viewers_column => 'viewers');
SELECT authz_protect_sql('entry', 'categories', editors_column => 'editors', uncategorized => 'users', force => false);

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

-- what is missing is said: indexes, of the kind that the column wants, and an owner whom row security binds
\set VERBOSITY default
SET client_min_messages = notice;
CREATE TABLE "Slow" (id int, "a b" int[], owner text, e text[]);
SELECT authz_protect('"Slow"', 'a b', 'owner', key_column => 'id', viewers_column => 'e');
SELECT authz_unprotect('"Slow"');
CREATE INDEX ON protect_test."Slow" USING gin ("a b");		-- as it was said
CREATE INDEX ON protect_test."Slow" (owner);
CREATE INDEX ON protect_test."Slow" USING gin (e);
CREATE INDEX ON protect_test."Slow" (id);
ALTER TABLE "Slow" OWNER TO regress_author;
SELECT authz_protect('"Slow"', 'a b', 'owner', key_column => 'id', viewers_column => 'e');	-- no more
SELECT authz_unprotect('"Slow"');
DROP INDEX "Slow_a b_idx", "Slow_owner_idx";
CREATE INDEX ON "Slow" ("a b");						-- an array in a btree
CREATE INDEX ON "Slow" (id, owner);					-- a second column
CREATE INDEX ON "Slow" (owner) WHERE id > 5;		-- a part of the rows
CREATE INDEX ON "Slow" (lower(owner));				-- another value
SELECT authz_protect('"Slow"', 'a b', 'owner', key_column => 'id', viewers_column => 'e');	-- of no use
DROP TABLE "Slow";
\set VERBOSITY sqlstate
SET client_min_messages = error;

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
	(24, '''pg_class'', ''relnamespace'''), (25, '0, ''category_id'''), (26, '''doc'', ''CATEGORY_ID'''),
	(27, '''doc'', ''category_id'', editors_column => ''owner'''), (28, '''doc'', ''category_id'', publishers_column => ''nonesuch'''), (29, '''doc'', ''category_id'', viewers_column => ''category_id'''),
	(30, '''entry'', ''owner'''), (31, '''entry'', ''editors'''), (32, '''entry'', ''categories'', ''editors'''), (33, '''entry'', ''categories'', key_column => ''categories'''), (34, '''entry'', ''categories'', account_column => ''categories''')) v (n, arguments) ORDER BY n;
SELECT count(*) FROM pg_policy WHERE polrelid = 'doc'::regclass;	-- nothing half done: 0
SELECT count(*) FROM authz_permissions WHERE account_id = 115 AND NOT built_in AND name NOT LIKE 'doc.%' AND name <> 'lay';	-- 0
SELECT kit.try('SELECT authz_unprotect(NULL)'), kit.try('SELECT authz_unprotect(0)'), kit.try('SELECT authz_unprotect(''doc_view'')'), kit.try('SELECT authz_protect_sql(NULL, NULL)');

-- columns that hold no people
CREATE DOMAIN names AS text[];
CREATE DOMAIN name1 AS text;
CREATE TABLE odd (id int, category_id int, a text, b char(3)[], c name[], d names, e uuid[], f int[], g jsonb, h name1, i text[] GENERATED ALWAYS AS (ARRAY['x']) STORED);
SELECT c AS "column", kit.ask(format('authz_protect(''protect_test.odd'', ''category_id'', editors_column => %L)', c)) AS editors, kit.ask(format('authz_protect(''protect_test.odd'', ''category_id'', publishers_column => %L)', c)) AS publishers,
	kit.ask(format('authz_protect(''protect_test.odd'', ''category_id'', viewers_column => %L)', c)) AS viewers, kit.ask(format('authz_protect(''protect_test.odd'', ''category_id'', %L)', c)) AS owner FROM unnest('{a,b,c,d,e,f,g,h,i,j,"",ctid,category_id}'::text[]) WITH ORDINALITY t (c, n) ORDER BY n;
CREATE TABLE odd_parts (id int, category_id int, i text[] GENERATED ALWAYS AS (ARRAY['x']) STORED) PARTITION BY RANGE (id);
SELECT kit.try('SELECT authz_protect(''protect_test.odd_parts'', ''category_id'', viewers_column => ''i'')') AS "generated, in a partitioned table";

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
