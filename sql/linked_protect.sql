-- linked_protect: putting a table and the table of its assignments under row security, and taking it off
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA linked_test;
GRANT ALL ON SCHEMA linked_test TO regress_author;
SET search_path = linked_test, public;
SELECT account_id FROM authz_account_add('linked, protect', 7201);
SELECT account_id FROM authz_account_add('linked, the neighbour', 7202);
SET authz.account = 7201;
SELECT authz_permission_add('lay'), authz_role_add('layer', '{table.protect}', role_id => 7201);
SELECT kit.person(7201, 'Ann'), kit.person(7201, 'Lay', privileges => 'setrole:layer');
CREATE TABLE doc (id int PRIMARY KEY, owner text, editors text[], publishers text[], viewers text[], title text);
CREATE TABLE assign (doc_id int REFERENCES doc ON DELETE CASCADE, category_id int, status text, rank int, PRIMARY KEY (doc_id, category_id));
ALTER TABLE doc OWNER TO regress_author;
ALTER TABLE assign OWNER TO regress_author;
INSERT INTO doc (id) SELECT generate_series(1, 7);
INSERT INTO assign VALUES (1, 1, 'active'), (1, 2, 'ACTIVE'), (2, 3, 'pending'), (3, 1, 'active'), (3, 2, 'Rejected'), (4, 1, NULL), (5, 9, ' active'), (6, 4, 'active'), (6, 5, 'aktive');

-- what is said of what is missing
SET client_min_messages = notice;
\set VERBOSITY default
SELECT authz_protect_linked('doc', 'id', 'assign', 'doc_id', 'category_id', 'status');
SELECT authz_unprotect('doc');
CREATE TABLE bare (id int UNIQUE);
CREATE TABLE bare_assign (category_id bigint, id int, UNIQUE (category_id, id));
SELECT authz_protect_linked('bare', 'id', 'bare_assign', 'id', 'category_id', categories_column => 'c', publishers_column => 'p');
ALTER TABLE bare ADD COLUMN p text[];
SELECT authz_protect_linked('bare', 'id', 'bare_assign', 'id', 'category_id', categories_column => 'c', publishers_column => 'p');
DROP TABLE bare, bare_assign;
\set VERBOSITY sqlstate
SET client_min_messages = error;

-- the array: there, filled with the assignments that count, and written to where it is not right alone
SELECT attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid) FROM pg_attribute JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = 'doc'::regclass;
SELECT id, authz_categories FROM doc ORDER BY id;	-- 1: both, however spelled; 3: one; 6: one
UPDATE doc SET authz_categories = '{2,1}' WHERE id = 1;
UPDATE doc SET authz_categories = '{7}' WHERE id = 7;
UPDATE doc SET authz_categories = '{1,2,NULL}' WHERE id = 3;
SELECT array_agg(xmin::text ORDER BY id) AS before FROM doc \gset
SELECT authz_protect_linked('doc', 'id', 'assign', 'doc_id', 'category_id', 'status', owner_column => 'owner', permission_prefix => 'doc', uncategorized => 'USERS',
	editors_column => 'editors', publishers_column => 'publishers', viewers_column => 'viewers');
SELECT id, authz_categories, xmin::text <> (:'before'::text[])[id] AS written FROM doc ORDER BY id;	-- 3 and 7

-- the text of it
\pset format unaligned
\pset tuples_only on
SELECT polrelid::regclass, polname, polcmd, polpermissive, polroles, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy WHERE polrelid IN ('doc'::regclass, 'assign'::regclass) ORDER BY 1, 2;
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid IN ('doc'::regclass, 'assign'::regclass) AND NOT tgisinternal ORDER BY tgrelid, tgname;
\pset format aligned
\pset tuples_only off
SELECT oid::regclass, relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid IN ('doc'::regclass, 'assign'::regclass) ORDER BY 1;
\x
SELECT * FROM authz_protected_tables WHERE content IN ('doc'::regclass, 'assign'::regclass);	-- the link table is shown with its content
\x
SELECT name FROM authz_permissions WHERE account_id = 7201 AND name LIKE 'doc%' ORDER BY name;
SELECT kit.try(format('SELECT authz_protect_linked(%L, ''id'', %L, ''doc_id'', ''category_id'')', c, l)) AS again FROM (VALUES ('doc', 'assign')) v (c, l);	-- 55000
CREATE TABLE other (id int PRIMARY KEY);
ALTER TABLE other OWNER TO regress_author;
SELECT authz_protect_linked('other', 'id', 'assign', 'doc_id', 'category_id');	-- 55000: the link table is

-- off again: from both, and the array stays
SELECT authz_unprotect('assign');	-- 55000: it goes with its content
SET client_min_messages = notice;
\set VERBOSITY default
SELECT authz_unprotect('doc');
\set VERBOSITY sqlstate
SET client_min_messages = error;
SELECT authz_unprotect('doc'), authz_unprotect('assign');	-- f
SELECT count(*) FROM pg_policy WHERE polrelid IN ('doc'::regclass, 'assign'::regclass);	-- 0
SELECT count(*) FROM pg_trigger WHERE tgrelid IN ('doc'::regclass, 'assign'::regclass) AND NOT tgisinternal;	-- 0
SELECT oid::regclass, relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid IN ('doc'::regclass, 'assign'::regclass) ORDER BY 1;	-- f
SELECT id, authz_categories FROM doc WHERE id = 3;
SELECT authz_protect_linked('doc', 'id', 'assign', 'doc_id', 'category_id', force => false);
SELECT oid::regclass, relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid IN ('doc'::regclass, 'assign'::regclass) ORDER BY 1;	-- t, f
CREATE POLICY other ON assign USING (true);
SELECT authz_unprotect('doc');
SELECT polname FROM pg_policy WHERE polrelid = 'assign'::regclass;	-- somebody else's stays
SELECT relrowsecurity FROM pg_class WHERE oid = 'assign'::regclass;	-- t
DROP POLICY other ON assign;
ALTER TABLE assign DISABLE ROW LEVEL SECURITY;
SELECT authz_protect_linked('doc', 'id', 'assign', 'doc_id', 'category_id');
DROP TABLE assign;
SELECT authz_unprotect('doc');	-- t
CREATE TABLE assign (doc_id int, category_id int, status text, rank int, PRIMARY KEY (doc_id, category_id));
ALTER TABLE assign OWNER TO regress_author;
SELECT authz_protect_linked('doc', 'id', 'assign', 'doc_id', 'category_id');
DROP TABLE doc;				-- 2BP01: the link table's policies read it
DROP TABLE doc CASCADE;
SELECT count(*) FROM pg_policy WHERE polrelid = 'assign'::regclass;	-- 0: closed
SELECT authz_unprotect('assign');	-- t: and so is opened
DROP TABLE assign, other;

-- columns of every kind that is served
CREATE TYPE phase AS ENUM ('draft', 'Pending', 'ACTIVE', 'rejected');
CREATE DOMAIN word AS text;
CREATE FUNCTION pg_temp.make(key text, link_key text, category text, status text, categories text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	key_value text := CASE WHEN key LIKE 'uuid%' THEN '7f000000-0000-0000-0000-000000000001' ELSE '1' END;
	outcome text;
BEGIN
	EXECUTE format('CREATE TABLE kind (k %s PRIMARY KEY, c %s)', key, categories);
	EXECUTE format('CREATE TABLE kind_link (k %s, c %s, s %s, UNIQUE (c, k))', link_key, category, status);
	EXECUTE format('INSERT INTO kind (k) VALUES (%L)', key_value);
	EXECUTE format('INSERT INTO kind_link (k, c) VALUES (%L, %L)', key_value, CASE WHEN category LIKE '%[]' THEN '{1}' ELSE '1' END);
	IF kit.try('UPDATE kind_link SET s = ''active''') <> 'ok' THEN
		PERFORM kit.try('UPDATE kind_link SET s = ''ACTIVE''');
	END IF;
	outcome := kit.try('SELECT public.authz_protect_linked(''kind'', ''k'', ''kind_link'', ''k'', ''c'', ''s'', ''c'')');
	IF outcome = 'ok' THEN
		SELECT c INTO outcome FROM kind;
	END IF;
	DROP TABLE IF EXISTS kind CASCADE;
	DROP TABLE kind_link;
	RETURN outcome;
END
$$;
SELECT n, pg_temp.make(key, link_key, category, status, categories) AS outcome FROM (VALUES
	(1, 'int', 'int', 'int', 'text', 'bigint[]'), (2, 'bigint', 'bigint', 'bigint', 'varchar', 'int[]'), (3, 'smallint', 'smallint', 'smallint', 'varchar(8)', 'int[]'), (4, 'text', 'varchar(9)', 'int', 'phase', 'bigint[]'),
	(5, 'varchar', 'text', 'bigint', 'text', 'bigint[]'), (6, 'uuid', 'uuid', 'bigint', 'text', 'bigint[]'), (7, 'text COLLATE "C"', 'text COLLATE "POSIX"', 'bigint', 'text', 'bigint[] DEFAULT NULL'),
	-- and of those that are not
	(11, 'int', 'bigint', 'int', 'text', 'bigint[]'), (12, 'int', 'text', 'int', 'text', 'bigint[]'), (13, 'int', 'int', 'text', 'text', 'bigint[]'), (14, 'int', 'int', 'int[]', 'text', 'bigint[]'), (15, 'int', 'int', 'int', 'varchar(7)', 'bigint[]'),
	(16, 'int', 'int', 'int', 'bool', 'bigint[]'), (17, 'int', 'int', 'int', 'word', 'bigint[]'), (18, 'int', 'int', 'int', 'authz_status', 'bigint[]'), (19, 'int', 'int', 'int', 'text', 'smallint[]'), (20, 'int', 'int', 'int', 'text', 'bigint'),
	(21, 'int', 'int', 'int', 'text', 'text[]'), (22, 'numeric', 'numeric', 'int', 'text', 'bigint[]'), (23, 'int', 'int', 'int', 'char(8)', 'bigint[]')) v (n, key, link_key, category, status, categories) ORDER BY n;
CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
SELECT pg_temp.make('text COLLATE linked_test.loose', 'text', 'int', 'text', 'bigint[]') AS "loose key", pg_temp.make('text', 'text COLLATE linked_test.loose', 'int', 'text', 'bigint[]') AS "loose link";	-- 0A000

-- tables and indexes that will not do
CREATE TABLE doc (id int, other int, part int, three int GENERATED ALWAYS AS (part + 1) STORED, c bigint[], made bigint[] GENERATED ALWAYS AS (ARRAY[part::bigint]) STORED);
CREATE TABLE assign (doc_id int, category_id int, other int, made int GENERATED ALWAYS AS (other + 1) STORED, status text, made_status text GENERATED ALWAYS AS ('active') STORED);
CREATE FUNCTION pg_temp.protect(arguments text DEFAULT '''doc'', ''id'', ''assign'', ''doc_id'', ''category_id''') RETURNS text LANGUAGE sql AS
	$$ SELECT kit.dry('SELECT public.authz_protect_linked(' || arguments || ')') $$;
CREATE FUNCTION pg_temp.with_index(definition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	outcome text;
BEGIN
	EXECUTE definition;
	outcome := pg_temp.protect();
	RAISE EXCEPTION USING ERRCODE = 'ZZ001', MESSAGE = outcome;
EXCEPTION WHEN SQLSTATE 'ZZ001' THEN
	RETURN SQLERRM;
END
$$;
CREATE UNIQUE INDEX assign_key ON assign (category_id, doc_id);
SELECT d AS content_index, pg_temp.with_index(d) AS outcome FROM unnest('{CREATE UNIQUE INDEX ON doc (id),ALTER TABLE doc ADD PRIMARY KEY (id),CREATE INDEX ON doc (id),"CREATE UNIQUE INDEX ON doc (id, other)","CREATE UNIQUE INDEX ON doc ((id + 0))",CREATE UNIQUE INDEX ON doc (id) WHERE id > 0,ALTER TABLE doc ADD UNIQUE (id) DEFERRABLE,CREATE UNIQUE INDEX ON doc (id) INCLUDE (other)}'::text[]) d;	-- a PRIMARY KEY, UNIQUE, INCLUDE
CREATE UNIQUE INDEX doc_key ON doc (id);
DROP INDEX assign_key;
SELECT d AS link_index, pg_temp.with_index(d) AS outcome FROM unnest('{"CREATE UNIQUE INDEX ON assign (doc_id, category_id)","CREATE UNIQUE INDEX ON assign (category_id, doc_id) INCLUDE (other)","CREATE INDEX ON assign (doc_id, category_id)","CREATE UNIQUE INDEX ON assign (doc_id, category_id, other)",CREATE UNIQUE INDEX ON assign (doc_id),"CREATE UNIQUE INDEX ON assign (doc_id, category_id) WHERE status = ''active''","CREATE UNIQUE INDEX ON assign (doc_id, abs(category_id))","ALTER TABLE assign ADD UNIQUE (doc_id, category_id) DEFERRABLE"}'::text[]) d;	-- the first two
CREATE UNIQUE INDEX ON assign (doc_id, category_id);
\set VERBOSITY default
SELECT authz_protect_linked('doc', 'other', 'assign', 'doc_id', 'category_id');
SELECT authz_protect_linked('doc', 'id', 'assign', 'doc_id', 'other');
\set VERBOSITY sqlstate
CREATE UNIQUE INDEX ON doc (three);
CREATE UNIQUE INDEX ON assign (made, category_id);
CREATE UNIQUE INDEX ON assign (doc_id, made);
CREATE VIEW doc_view AS SELECT * FROM doc;
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child () INHERITS (parent);
SELECT n, pg_temp.protect(arguments) AS outcome FROM (VALUES
	(0, '''doc'', ''id'', ''assign'', ''doc_id'', ''category_id'', ''status'', ''c'''), (1, 'NULL, ''id'', ''assign'', ''doc_id'', ''category_id'''), (2, '''doc'', NULL, ''assign'', ''doc_id'', ''category_id'''),
	(3, '''doc'', ''id'', NULL, ''doc_id'', ''category_id'''), (4, '''doc'', ''id'', ''assign'', NULL, ''category_id'''), (5, '''doc'', ''id'', ''assign'', ''doc_id'', NULL'),
	(6, '''doc'', ''nonesuch'', ''assign'', ''doc_id'', ''category_id'''), (7, '''doc'', ''id'', ''assign'', ''nonesuch'', ''category_id'''), (8, '''doc'', ''id'', ''assign'', ''doc_id'', ''nonesuch'''),
	(9, '''doc'', ''id'', ''assign'', ''doc_id'', ''category_id'', ''nonesuch'''), (10, '''doc'', ''id'', ''assign'', ''doc_id'', ''category_id'', categories_column => NULL'), (11, '''doc'', ''id'', ''assign'', ''doc_id'', ''category_id'', categories_column => ''id'''),
	(12, '''doc'', ''id'', ''doc'', ''id'', ''other'''), (13, '''doc_view'', ''id'', ''assign'', ''doc_id'', ''category_id'''), (14, '''doc'', ''id'', ''doc_view'', ''id'', ''other'''), (15, '0, ''id'', ''assign'', ''doc_id'', ''category_id'''),
	(16, '''doc'', ''id'', 0, ''doc_id'', ''category_id'''), (17, '''doc'', ''three'', ''assign'', ''doc_id'', ''category_id'''), (18, '''doc'', ''id'', ''assign'', ''made'', ''category_id'''), (19, '''doc'', ''id'', ''assign'', ''doc_id'', ''made'''),
	(20, '''doc'', ''id'', ''assign'', ''doc_id'', ''category_id'', ''made_status'''), (21, '''doc'', ''id'', ''assign'', ''doc_id'', ''category_id'', categories_column => ''made'''), (22, '''parent'', ''id'', ''assign'', ''doc_id'', ''category_id'''),
	(23, '''doc'', ''ctid'', ''assign'', ''doc_id'', ''category_id'''), (24, '''doc'', ''id'', ''assign'', ''doc_id'', ''category_id'', account_id => 7202'), (25, '''doc'', ''id'', ''assign'', ''doc_id'', ''category_id'', uncategorized => ''nobody'''),
	(26, '''doc'', ''id'', ''assign'', ''doc_id'', ''category_id'', owner_column => ''other'''), (27, '''doc'', ''id'', ''assign'', ''doc_id'', ''category_id'', categories_column => ''''')) v (n, arguments) ORDER BY n;	-- 0 alone
SELECT count(*) FROM pg_policy WHERE polrelid IN ('doc'::regclass, 'assign'::regclass);	-- nothing half done: 0
SELECT count(*) FROM pg_attribute WHERE attrelid = 'doc'::regclass AND attname = 'authz_categories';	-- 0

-- row security of somebody else's would hide rows from the filling
ALTER TABLE doc OWNER TO regress_author;
ALTER TABLE assign OWNER TO regress_author;
GRANT EXECUTE ON FUNCTION authz_administer() TO regress_author;
SET ROLE regress_author;
ALTER TABLE assign ENABLE ROW LEVEL SECURITY;
ALTER TABLE assign FORCE ROW LEVEL SECURITY;
SELECT pg_temp.protect();	-- 42501
ALTER TABLE assign NO FORCE ROW LEVEL SECURITY;
SELECT pg_temp.protect();
RESET ROLE;
ALTER TABLE assign DISABLE ROW LEVEL SECURITY;
REVOKE EXECUTE ON FUNCTION authz_administer() FROM regress_author;

-- who may: the owner of both tables who administers, or has the permission
SET ROLE regress_author;
SELECT authz_protect_linked('doc', 'id', 'assign', 'doc_id', 'category_id');	-- 28000: no session, and does not administer
SELECT kit.become(7201, '7201-ann');
SELECT authz_protect_linked('doc', 'id', 'assign', 'doc_id', 'category_id');	-- 42501: lacks table.protect
SELECT kit.become(7201, '7201-lay');
RESET ROLE;
ALTER TABLE assign OWNER TO regress_reader;
SET ROLE regress_author;
SELECT authz_protect_linked('doc', 'id', 'assign', 'doc_id', 'category_id');	-- 42501: not hers
RESET ROLE;
ALTER TABLE assign OWNER TO regress_author;
ALTER TABLE doc OWNER TO regress_reader;
SET ROLE regress_author;
SELECT authz_protect_linked('doc', 'id', 'assign', 'doc_id', 'category_id');	-- 42501
RESET ROLE;
ALTER TABLE doc OWNER TO regress_author;
SET ROLE regress_author;
SELECT authz_protect_linked('doc', 'id', 'assign', 'doc_id', 'category_id');
RESET ROLE;
ALTER TABLE assign OWNER TO regress_reader;
SET ROLE regress_author;
SELECT authz_unprotect('doc');	-- 42501: the link table is not hers any more
RESET ROLE;
ALTER TABLE assign OWNER TO regress_author;
SET ROLE regress_author;
SELECT authz_unprotect('doc');	-- t
RESET ROLE;
SET authz.session = '';
DROP TABLE doc, assign CASCADE;

-- names that are hostile to quoting, and to each other
CREATE SCHEMA "lin'ked "";--\";
GRANT USAGE ON SCHEMA "lin'ked "";--\" TO regress_author;
CREATE TABLE "lin'ked "";--\"."c" ("k'""\" text PRIMARY KEY, "own'""er" text, c text, category_id int, status int);
CREATE TABLE "lin'ked "";--\"."link=c" ("k'""\" varchar(20), "c""t'\" bigint, "sta""tus'=\" text, c int, UNIQUE ("k'""\", "c""t'\"));
ALTER TABLE "lin'ked "";--\"."c" OWNER TO regress_author;
ALTER TABLE "lin'ked "";--\"."link=c" OWNER TO regress_author;
SELECT authz_protect_linked('"lin''ked "";--\".c', 'k''"\', '"lin''ked "";--\"."link=c"', 'k''"\', 'c"t''\', 'sta"tus''=\', 'authz "cat''s', 'own''"er');
INSERT INTO "lin'ked "";--\"."link=c" VALUES ('early', 1, 'active'), ('a', 2, 'Active');
INSERT INTO "lin'ked "";--\"."c" ("k'""\") VALUES ('a'), ('early');
UPDATE "lin'ked "";--\"."link=c" SET "c""t'\" = 3 WHERE "k'""\" = 'a';
TABLE "lin'ked "";--\"."c" ORDER BY 1;
SELECT link, link_key_column, link_category_column, link_status_column, category_column FROM authz_protected_tables WHERE content = '"lin''ked "";--\".c'::regclass;
SELECT authz_unprotect('"lin''ked "";--\".c');
SET client_min_messages = warning;
DROP SCHEMA "lin'ked "";--\" CASCADE;
DROP SCHEMA linked_test CASCADE;
