-- check_setup: what authz_check_setup() finds wrong, and that it finds nothing wrong when all is well
SET client_min_messages = error;
CREATE SCHEMA setup_test;
GRANT ALL ON SCHEMA setup_test TO regress_author;
SET search_path = setup_test, public;
SELECT account_id FROM authz_account_add('setup', 7002);
SET authz.account = 7002;
CREATE ROLE regress_bypass LOGIN BYPASSRLS;
CREATE TABLE good (id int, category_id bigint, owner text);
CREATE INDEX ON good (category_id);
CREATE INDEX ON good (owner);
ALTER TABLE good OWNER TO regress_author;
SELECT authz_protect('good', 'category_id', 'owner');
CREATE VIEW findings AS
	SELECT severity, object, finding FROM authz_check_setup() WHERE object LIKE 'setup_test.%' OR object = 'regress_bypass' ORDER BY 2, 1, 3;
SELECT * FROM findings;	-- the role alone
ALTER ROLE regress_bypass NOBYPASSRLS;
SELECT * FROM findings;	-- nothing

-- indexes that are missing, or of no use to searches
CREATE TABLE slow (id int, category_id bigint, owner text, title text);
CREATE INDEX slow_title ON slow (title text_pattern_ops);
ALTER TABLE slow OWNER TO regress_author;
SELECT authz_protect('slow', 'category_id', 'owner');
SELECT * FROM findings;
DROP TABLE slow;

-- owners, policies and rights that show more than authz does
CREATE ROLE regress_super SUPERUSER;
CREATE TABLE open (id int, category_id bigint);
CREATE INDEX ON open (category_id);
ALTER TABLE open OWNER TO regress_super;
SELECT authz_protect('open', 'category_id', force => false);
CREATE POLICY everybody ON open USING (true);
CREATE POLICY fewer ON open AS RESTRICTIVE USING (true);
GRANT TRUNCATE ON open TO PUBLIC;
CREATE VIEW owners_view AS SELECT * FROM open;
CREATE VIEW callers_view WITH (security_invoker) AS SELECT * FROM open;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM open;
SELECT * FROM findings;
ALTER TABLE open DISABLE ROW LEVEL SECURITY;
SELECT finding FROM findings WHERE severity = 'error' AND object = 'setup_test.open';
DROP TABLE open CASCADE;

-- partitions and children that are reached on a way of their own
CREATE TABLE parent (id int, category_id bigint);
CREATE INDEX ON parent (category_id);
CREATE TABLE early () INHERITS (parent);
ALTER TABLE parent OWNER TO regress_author;
ALTER TABLE early OWNER TO regress_author;
SELECT authz_protect('parent', 'category_id');
CREATE TABLE late () INHERITS (parent);
GRANT SELECT ON early TO regress_reader;
SELECT * FROM findings;	-- early is granted, late has no trigger
DROP TABLE parent CASCADE;

-- triggers that were switched off, by a restore with --disable-triggers say
BEGIN;
ALTER TABLE authz.category_user DISABLE TRIGGER announce_change;
SELECT severity, object, finding FROM authz_check_setup() WHERE object LIKE 'authz.%';
ROLLBACK;
RESET search_path;
DROP SCHEMA setup_test CASCADE;
DROP ROLE regress_bypass, regress_super;
