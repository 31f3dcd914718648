-- content_read: which rows of a protected table a session sees, by every way of reading
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA read_test;
GRANT ALL ON SCHEMA read_test TO regress_author;
GRANT USAGE ON SCHEMA read_test TO regress_reader;
SET search_path = read_test, public;
SELECT account_id FROM authz_account_add('read', 117);
SET authz.account = 117;
SELECT kit.person(117, 'Ann'), kit.person(117, 'Bob'), kit.person(117, 'Boss', 'admin');
SELECT authz_group_add('staff'), authz_group_user_add('staff', 'Ann');
SELECT authz_category_add('hers', category_id => 11701), authz_category_add('staff''s', category_id => 11702), authz_category_add('nobody''s', category_id => 11703),
	authz_category_add('for all', privacy => 'all', category_id => 11704), authz_category_add('gone', category_id => 11705);
SELECT authz_category_user_add(11701, 'Ann', 'member'), authz_category_user_add(11702, 'staff', 'manager'), authz_category_user_add(11705, 'Ann', 'manager');
SELECT authz_role_add('doc reader', '{doc.view}', role_id => 11701);

-- the same rows in tables of each kind; category, owner
CREATE TABLE rows (id int, category_id bigint, owner text);
INSERT INTO rows VALUES (1, 11701, NULL), (2, 11702, NULL), (3, 11703, NULL), (4, 11704, NULL), (5, 11703, 'Ann'), (6, 11703, 'staff'), (7, 11703, 'Bob'),
	(8, NULL, 'Ann'), (9, NULL, 'Bob'), (10, NULL, NULL), (11, 999999, NULL), (12, 999999, 'staff'), (13, 11703, 'ann'), (14, 11705, NULL), (15, 11703, '');
CREATE TABLE plain AS SELECT * FROM rows;
CREATE TABLE narrow AS SELECT id, category_id::int, owner::varchar(30) FROM rows;
CREATE TABLE small AS SELECT id, category_id::smallint, owner FROM rows WHERE id NOT IN (11, 12);
CREATE TABLE ownerless AS SELECT id, category_id FROM rows;
CREATE TABLE users AS SELECT * FROM rows;
CREATE TABLE everyone AS SELECT * FROM rows;
CREATE TABLE named AS SELECT * FROM rows;
CREATE TABLE parts (LIKE rows) PARTITION BY LIST (category_id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (11701, 11702);
CREATE TABLE parts_rest PARTITION OF parts DEFAULT;
INSERT INTO parts SELECT * FROM rows;
CREATE TABLE indexed AS SELECT n AS id, 11701 + n % 50 AS category_id, CASE n % 1000 WHEN 0 THEN 'Ann' END AS owner FROM generate_series(1, 5000) n;
CREATE INDEX ON indexed (category_id);
CREATE INDEX ON indexed (owner);
ANALYZE indexed;
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY '{plain,narrow,small,ownerless,users,everyone,named,parts,parts_1,parts_rest,indexed}'::text[] LOOP
		EXECUTE format('ALTER TABLE %I OWNER TO regress_author', name);
		EXECUTE format('GRANT SELECT ON %I TO regress_reader', name);
	END LOOP;
END
$$;
REVOKE ALL ON parts_1, parts_rest FROM regress_reader;
SELECT authz_protect('plain', 'category_id', 'owner'), authz_protect('narrow', 'category_id', 'owner'),
	authz_protect('small', 'category_id', 'owner'), authz_protect('ownerless', 'category_id'),
	authz_protect('users', 'category_id', 'owner', uncategorized => 'users'), authz_protect('everyone', 'category_id', 'owner', uncategorized => 'everyone'),
	authz_protect('named', 'category_id', 'owner', 'doc', 'everyone'), authz_protect('parts', 'category_id', 'owner'), authz_protect('indexed', 'category_id', 'owner');
SELECT authz_category_delete(11705);	-- its rows have no category from now on
CREATE VIEW owners_view AS SELECT * FROM plain;
CREATE VIEW invokers_view WITH (security_invoker) AS SELECT * FROM plain;
ALTER VIEW owners_view OWNER TO regress_author;
ALTER VIEW invokers_view OWNER TO regress_author;
GRANT SELECT ON owners_view, invokers_view TO regress_reader;
SELECT count(authz_apptoken_add(id => '117-' || a, token => 'sesame', session_user_id => 'Ann', session_privileges => p))
	FROM (VALUES ('role', 'setrole:doc reader'), ('off', 'disableentitlement')) v (a, p);
CREATE FUNCTION pg_temp.ids(name text, token text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM set_config('authz.session', token, true);
	EXECUTE format('SELECT string_agg(id::text, '' '' ORDER BY id) FROM %I', name) INTO result;
	RETURN coalesce(result, '-');
END
$$;
GRANT EXECUTE ON FUNCTION pg_temp.ids TO PUBLIC;
SET ROLE regress_reader;
SELECT session_token AS widget FROM authz_start_widget_session('_117') \gset
SELECT kit.token(117, '117-ann') AS ann, kit.token(117, '117-bob') AS bob, kit.token(117, '117-boss') AS boss, kit.token(117, '117-role') AS role,
	kit.token(117, '117-off') AS off \gset

-- Ann: hers, her group's, open ones, those she or her group owns; what is owned in another spelling is not hers
SELECT t AS "table", pg_temp.ids(t, :'ann') AS "Ann", pg_temp.ids(t, :'bob') AS "Bob", pg_temp.ids(t, :'widget') AS widget, pg_temp.ids(t, '') AS nobody,
	pg_temp.ids(t, 'x') AS forged
	FROM unnest('{plain,narrow,small,ownerless,users,everyone,parts,owners_view,invokers_view}'::text[]) t ORDER BY t;
SELECT t AS "table", pg_temp.ids(t, :'boss') AS "Boss", pg_temp.ids(t, :'off') AS off FROM unnest('{plain,ownerless,users,everyone,parts}'::text[]) t ORDER BY t;

-- a permission prefix: first the permission, then the row
SELECT who, pg_temp.ids('named', token) AS named FROM (VALUES ('Ann', :'ann'), ('with the role', :'role'), ('off', :'off'), ('Boss', :'boss'), ('widget', :'widget')) v (who, token) ORDER BY who;

-- every way of reading tells the same
SET authz.session = :'ann';
COPY plain (id) TO STDOUT;
COPY (SELECT id FROM plain ORDER BY id) TO STDOUT;
SELECT count(*), count(owner), max(id) FROM plain;
SELECT id FROM ONLY plain WHERE id IN (SELECT p.id FROM plain p JOIN narrow n USING (id)) ORDER BY id;
SELECT id FROM plain TABLESAMPLE BERNOULLI (100) ORDER BY id;
WITH c AS MATERIALIZED (SELECT * FROM plain) SELECT string_agg(id::text, ' ' ORDER BY id) FROM c;
SELECT (SELECT count(*) FROM plain), ARRAY(SELECT id FROM plain ORDER BY id), EXISTS (SELECT FROM plain WHERE id = 3);
SELECT x.id FROM (SELECT p.id, row_number() OVER (ORDER BY p.id) FROM plain p) x ORDER BY id;
SELECT id FROM plain WHERE ctid = ANY (ARRAY(SELECT format('(0,%s)', n)::tid FROM generate_series(1, 15) n)) ORDER BY id;
TABLE plain ORDER BY id;
SELECT * FROM parts_1;		-- 42501: partitions are for nobody but their owner

-- by index, by sequential scan and by parallel workers: one answer
SELECT count(*), min(category_id), max(category_id), count(owner) FROM indexed;
SET enable_seqscan = off;
SELECT count(*), min(category_id), max(category_id), count(owner) FROM indexed;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
SELECT count(*), min(category_id), max(category_id), count(owner) FROM indexed;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET min_parallel_index_scan_size = 0;
SELECT count(*), min(category_id), max(category_id), count(owner) FROM indexed;
RESET enable_indexscan;
SELECT count(*), min(category_id), max(category_id) FROM indexed WHERE category_id > 0;
RESET enable_bitmapscan;
SELECT string_agg(id::text, ' ' ORDER BY id) FROM parts;
RESET ALL;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA read_test CASCADE;
