-- check_setup: what authz_check_setup() finds wrong, that its remedies are statements that mend it, and that it finds nothing wrong when all is well
SET client_min_messages = error;
CREATE SCHEMA setup_test;
GRANT ALL ON SCHEMA setup_test TO regress_author;
SET search_path = setup_test, public;
SELECT account_id FROM authz_account_add('setup', 7002);
SET authz.account = 7002;
CREATE ROLE regress_bypass LOGIN BYPASSRLS;
CREATE TABLE good (id int PRIMARY KEY, category_id bigint, owner text);
CREATE INDEX ON good (category_id);
CREATE INDEX ON good (owner);
CREATE TABLE entry (id uuid PRIMARY KEY, categories int[], owner text, editors text[], publishers text[], viewers text[]) PARTITION BY HASH (id);
CREATE TABLE entry_1 PARTITION OF entry FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE INDEX ON entry USING gin (categories);
CREATE INDEX ON entry (owner);
CREATE INDEX ON entry USING gin (editors);
CREATE INDEX ON entry USING gin (publishers);
CREATE INDEX ON entry USING gin (viewers);
ALTER TABLE good OWNER TO regress_author;
ALTER TABLE entry OWNER TO regress_author;
SELECT authz_protect('good', 'category_id', 'owner'), authz_protect('entry', 'categories', 'owner', editors_column => 'editors', publishers_column => 'publishers', viewers_column => 'viewers');
CREATE VIEW findings AS SELECT * FROM authz_check_setup() WHERE object LIKE 'setup\_test.%' OR object LIKE 'regress\_%' OR object LIKE 'authz%' AND object <> 'authz.key_file';
\pset format unaligned
\pset fieldsep ' | '
SELECT * FROM findings;	-- the role alone
ALTER ROLE regress_bypass NOBYPASSRLS;
SELECT * FROM findings;	-- nothing

-- What is still found after a finding's remedy has been run, which is undone again.
CREATE FUNCTION pg_temp.mended(finding findings) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE finding.remedy;
	IF EXISTS (SELECT FROM findings f WHERE (f.object, f.finding) = (mended.finding.object, mended.finding.finding)) THEN
		RETURN 'not mended';
	END IF;
	RAISE EXCEPTION USING ERRCODE = 'ZZ000';
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN
		RETURN 'mended';
	WHEN OTHERS THEN
		RETURN SQLERRM;
END
$$;

-- indexes that are missing, of the wrong kind or of a part of the rows; and those that searches cannot use
CREATE TABLE slow (id int, category_id bigint, owner text, title text, js jsonb, body tsvector, at timestamptz);
CREATE FUNCTION fold(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
CREATE TABLE "Slow, too" (id int, "The ""categories""" int[], editors text[], publishers text[], viewers text[]);
CREATE TABLE "Child" () INHERITS ("Slow, too");
CREATE INDEX slow_title ON slow (title text_pattern_ops);
CREATE INDEX slow_fold ON slow (fold(title));
CREATE INDEX slow_js ON slow USING gin (js jsonb_path_ops);
CREATE INDEX slow_body ON slow USING gin (body);
CREATE INDEX slow_hash ON slow USING hash (category_id);
CREATE INDEX slow_part ON slow (owner) WHERE id > 5;
CREATE INDEX swift ON slow (at, id);
CREATE INDEX slow_array ON "Slow, too" ("The ""categories""");
CREATE INDEX parents_only ON "Slow, too" USING gin (editors);
ALTER TABLE slow OWNER TO regress_author;
ALTER TABLE "Slow, too" OWNER TO regress_author;
ALTER TABLE "Child" OWNER TO regress_author;
SELECT authz_protect('slow', 'category_id', 'owner', key_column => 'id'), authz_protect('"Slow, too"', 'The "categories"', editors_column => 'editors', publishers_column => 'publishers', viewers_column => 'viewers');
SELECT * FROM findings;
SELECT f.object, f.finding, m.* FROM findings f, pg_temp.mended(f) m WHERE m <> 'mended';	-- none
DROP TABLE slow, "Slow, too" CASCADE;

-- owners, policies and rights that show more than authz does
CREATE ROLE regress_super SUPERUSER;
CREATE TABLE open (id int PRIMARY KEY, category_id bigint);
CREATE INDEX ON open (category_id);
ALTER TABLE open OWNER TO regress_super;
SELECT authz_protect('open', 'category_id', force => false);
CREATE POLICY everybody ON open USING (true);
CREATE POLICY fewer ON open AS RESTRICTIVE USING (true);
GRANT TRUNCATE ON open TO PUBLIC;
GRANT TRUNCATE, TRIGGER, SELECT ON open TO regress_reader;
SELECT * FROM findings;
SELECT f.object, f.finding, m.* FROM findings f, pg_temp.mended(f) m WHERE m <> 'mended';	-- none
ALTER TABLE open DISABLE ROW LEVEL SECURITY;
SELECT *, pg_temp.mended(f) FROM findings f WHERE severity = 'error' AND finding ~ 'enabled';
DROP TABLE open;

-- who may log in as the owner, or around him
CREATE ROLE regress_owner LOGIN;
CREATE ROLE regress_all LOGIN IN ROLE pg_read_all_data, pg_write_all_data;
CREATE ROLE regress_group;
CREATE ROLE regress_member LOGIN REPLICATION IN ROLE regress_group;
GRANT regress_author TO regress_group;
GRANT CREATE ON SCHEMA setup_test TO regress_owner;
ALTER TABLE good OWNER TO regress_owner;
SELECT * FROM findings;
SELECT f.object, f.finding, m.* FROM findings f, pg_temp.mended(f) m WHERE m <> 'mended';	-- none
ALTER TABLE good OWNER TO regress_author;
REVOKE regress_author FROM regress_group;
REVOKE ALL ON SCHEMA setup_test FROM regress_owner;
DROP ROLE regress_owner, regress_member, regress_group, regress_all;

-- views of all kinds, and functions that run as their owner
CREATE VIEW supers_view AS SELECT * FROM good;
CREATE VIEW authors_view AS SELECT id FROM good;
CREATE VIEW callers_view WITH (security_invoker) AS SELECT * FROM good;
CREATE VIEW view_of_view AS SELECT * FROM callers_view;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM view_of_view;
CREATE MATERIALIZED VIEW "Shown" AS SELECT 1 AS x FROM entry;
ALTER VIEW authors_view OWNER TO regress_author;
GRANT SELECT ON "Shown" TO regress_reader, PUBLIC;
CREATE FUNCTION definer() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM setup_test.good';
CREATE PROCEDURE atomic() LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC DELETE FROM entry; END;
CREATE FUNCTION authors() RETURNS SETOF good LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN QUERY TABLE setup_test.good; END';
CREATE FUNCTION invoker() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM setup_test.good';
CREATE FUNCTION other() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) AS goodness FROM public.authz_users';
ALTER FUNCTION authors() OWNER TO regress_author;
ALTER FUNCTION definer() OWNER TO regress_super;
ALTER PROCEDURE atomic() OWNER TO regress_super;
ALTER FUNCTION other() OWNER TO regress_super;
SELECT * FROM findings;
SELECT f.object, f.finding, m.* FROM findings f, pg_temp.mended(f) m WHERE m <> 'mended';	-- none
DROP VIEW callers_view, supers_view, authors_view CASCADE;
DROP MATERIALIZED VIEW "Shown";
DROP ROUTINE definer(), atomic(), authors();

-- partitions and children that are reached on a way of their own
CREATE TABLE parent (id int, category_id bigint);
CREATE INDEX ON parent (category_id);
CREATE TABLE early () INHERITS (parent);
CREATE INDEX ON early (category_id);
ALTER TABLE parent OWNER TO regress_author;
ALTER TABLE early OWNER TO regress_author;
SELECT authz_protect('parent', 'category_id');
CREATE TABLE "Late" () INHERITS (early);
CREATE INDEX ON "Late" (category_id);
ALTER TABLE "Late" OWNER TO regress_author;
GRANT SELECT, TRUNCATE ON early TO regress_reader, PUBLIC;
GRANT SELECT ON entry_1 TO regress_reader;
SELECT * FROM findings;	-- early and entry_1 are granted, "Late" has no trigger
SELECT f.object, f.finding, m.* FROM findings f, pg_temp.mended(f) m WHERE m <> 'mended';	-- none
REVOKE ALL ON entry_1 FROM regress_reader;
DROP TABLE parent CASCADE;

-- publications send all rows
CREATE PUBLICATION regress_one FOR TABLE good;
CREATE PUBLICATION regress_schema FOR TABLES IN SCHEMA setup_test;
CREATE PUBLICATION regress_all FOR ALL TABLES;
SELECT * FROM findings;
SELECT f.object, f.finding, m.* FROM findings f, pg_temp.mended(f) m WHERE m <> 'mended';	-- none
DROP PUBLICATION regress_one, regress_schema, regress_all;

-- what somebody has changed of authz's own: policies, triggers, rights; triggers are off after a restore with --disable-triggers that failed, say
BEGIN;
ALTER POLICY authz_update ON entry USING (true) WITH CHECK (true);
DROP TRIGGER authz_content_guard ON good;
ALTER TABLE entry DISABLE TRIGGER authz_content_guard;
ALTER TABLE authz.category_user DISABLE TRIGGER announce_change;
GRANT EXECUTE ON FUNCTION authz_administer() TO PUBLIC;
SELECT * FROM findings;
SELECT f.object, f.finding, m.* FROM findings f, pg_temp.mended(f) m WHERE m <> 'mended';	-- none
ROLLBACK;
SELECT * FROM findings;	-- nothing

-- settings: the remedy adds the library to what is there
SELECT object, remedy FROM authz_check_setup() WHERE object LIKE '%preload%' AND remedy !~ '^ALTER (SYSTEM|DATABASE \S+) SET \w+ = (''[^'']+'', )*''authz''$';	-- none
SET session_preload_libraries = 'auto_explain';
SELECT count(*) FROM authz_check_setup() WHERE object = 'session_preload_libraries' AND remedy !~ 'SET session_preload_libraries = ''auto_explain'', ''authz''$';	-- 0
SET session_preload_libraries = 'auto_explain, authz';
SELECT count(*) FROM authz_check_setup() WHERE object = 'session_preload_libraries';	-- 0
RESET session_preload_libraries;

-- anybody may ask, and is told what is in catalogs that he may read
SET ROLE regress_reader;
SELECT count(*) FROM authz_check_setup() WHERE object LIKE 'setup\_test.%';	-- 0
RESET ROLE;
\pset format aligned
RESET search_path;
SET client_min_messages = error;
DROP SCHEMA setup_test CASCADE;
DROP ROLE regress_bypass, regress_super;
