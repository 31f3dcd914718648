-- content_array: rows in several categories, in a column of int[], bigint[] or smallint[]
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA array_test;
GRANT ALL ON SCHEMA array_test TO regress_author;
GRANT USAGE ON SCHEMA array_test TO regress_reader;
SET search_path = array_test, public;
SELECT account_id FROM authz_account_add('array', 7101);
SELECT account_id FROM authz_account_add('array, the neighbour', 7102);
SET authz.account = 7102;
SELECT authz_category_add('theirs', privacy => 'all', contribution_policy => 'all', category_id => 24099);
SET authz.account = 7101;
SELECT kit.person(7101, 'Ann'), kit.person(7101, 'Bob'), kit.person(7101, 'Boss', 'admin');
SELECT authz_group_add('staff'), authz_group_user_add('staff', 'Ann');
-- 1 to 4: Ann is member, contributor, moderator, manager (by her group); 5: nothing; 6: for all to see and fill; 7: gone
SELECT authz_category_add('c' || n, category_id => 24000 + n) FROM generate_series(1, 5) n ORDER BY n;
SELECT authz_category_add('c6', privacy => 'all', contribution_policy => 'all', category_id => 24006), authz_category_add('c7', category_id => 24007);
SELECT authz_category_user_add(24001, 'Ann', 'member'), authz_category_user_add(24002, 'Ann', 'contributor'), authz_category_user_add(24003, 'Ann', 'moderator'),
	authz_category_user_add(24004, 'staff', 'manager'), authz_category_user_add(24007, 'Ann', 'manager');
SELECT authz_role_add('reader', '{doc.view}', role_id => 7101);

-- arrays of every form; the fifth category is nobody's, so one that is seen is seen by another of its elements
CREATE TABLE rows (id int, categories bigint[], owner text);
INSERT INTO rows (id, categories) VALUES (1, '{24001}'), (2, '{24005}'), (3, '{24005,24001}'), (4, '{24005,24005,24004,24004,24005}'), (5, '{24006}'),
	(11, '{}'), (12, NULL), (13, '{NULL}'), (14, '{NULL,24005,NULL,24001}'), (15, '{999999,-1,0,24005}'), (16, '{-9223372036854775808,9223372036854775807,24001}'),
	(17, '{24007}'), (18, '{24099}'),
	(21, '{{24005,24005},{24005,24001}}'), (22, '{{24005,NULL},{24005,24005}}'), (23, '[-7:-6]={24005,24001}'), (24, '{{{24001}}}');
INSERT INTO rows VALUES (31, '{}', 'Ann'), (32, NULL, 'Bob'), (33, '{24005}', 'staff'), (34, '{NULL}', 'Ann');
-- large ones: compressed, and out of line
INSERT INTO rows VALUES (41, array_fill(24005::bigint, '{20000}') || 24001::bigint), (42, array_fill(24005::bigint, '{20000}')), (43, array_fill(NULL::bigint, '{20000}') || 24001::bigint);
CREATE TABLE wide (LIKE rows);
ALTER TABLE wide ALTER categories SET STORAGE external;
INSERT INTO wide SELECT id, (categories::text::bigint[]), owner FROM rows;
CREATE TABLE whole AS SELECT id, categories::int[], owner::varchar(20) FROM rows WHERE id <> 16;
CREATE TABLE small AS SELECT id, categories::smallint[], owner FROM rows WHERE id NOT IN (15, 16);
CREATE TABLE users AS SELECT * FROM rows;
CREATE TABLE everyone AS SELECT * FROM rows;
CREATE TABLE named AS SELECT * FROM rows;
CREATE TABLE parts (LIKE rows) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (20);
CREATE TABLE parts_rest PARTITION OF parts DEFAULT;
INSERT INTO parts SELECT * FROM rows;
SELECT max(pg_column_size(categories)) > 100000 AS "out of line" FROM wide WHERE id > 40;
SELECT max(pg_column_size(categories)) < 100000 AS compressed FROM rows WHERE id > 40;
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY '{rows,wide,whole,small,users,everyone,named,parts,parts_1,parts_rest}'::text[] LOOP
		EXECUTE format('ALTER TABLE %I OWNER TO regress_author', name);
		EXECUTE format('GRANT ALL ON %I TO regress_reader', name);
	END LOOP;
END
$$;
REVOKE ALL ON parts_1, parts_rest FROM regress_reader;
SELECT authz_protect('rows', 'categories', 'owner'), authz_protect('wide', 'categories', 'owner'), authz_protect('whole', 'categories', 'owner'), authz_protect('small', 'categories', 'owner'),
	authz_protect('users', 'categories', 'owner', uncategorized => 'users'), authz_protect('everyone', 'categories', 'owner', uncategorized => 'everyone'),
	authz_protect('named', 'categories', 'owner', 'doc', 'everyone'), authz_protect('parts', 'categories', 'owner');
SELECT authz_category_delete(24007);	-- what was in it has no category from now on
SELECT count(authz_apptoken_add(id => '7101-' || a, token => 'sesame', session_user_id => u, session_privileges => p))
	FROM (VALUES ('role', 'Ann', 'setrole:reader'), ('off', 'Bob', 'disableentitlement')) v (a, u, p);
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
SELECT session_token AS widget FROM authz_start_widget_session('_7101') \gset
SELECT kit.token(7101, '7101-ann') AS ann, kit.token(7101, '7101-bob') AS bob, kit.token(7101, '7101-boss') AS boss, kit.token(7101, '7101-role') AS role, kit.token(7101, '7101-off') AS off \gset

-- see: any element will do, whatever the array looks like; one without an element that is a category of the account is without a category
SELECT t AS "table", pg_temp.ids(t, :'ann') AS "Ann", pg_temp.ids(t, :'bob') AS "Bob", pg_temp.ids(t, :'widget') AS widget, pg_temp.ids(t, '') AS nobody
	FROM unnest('{rows,wide,whole,small,users,everyone,parts}'::text[]) t ORDER BY t;
SELECT t AS "table", pg_temp.ids(t, :'boss') AS "Boss", pg_temp.ids(t, :'off') AS off FROM unnest('{rows,users,everyone}'::text[]) t ORDER BY t;
SELECT who, pg_temp.ids('named', token) AS named FROM (VALUES ('Ann', :'ann'), ('with the role', :'role'), ('widget', :'widget')) v (who, token) ORDER BY who;

-- the check itself, of arrays that stand in no row
SET authz.session = :'ann';
SELECT authz_can_view_any(NULL) AS "null", authz_can_view_any('{}') AS empty, authz_can_view_any('{NULL}') AS nulls, authz_can_view_any('{24005,24001}') AS any,
	authz_can_view_any('{{1,2},{3,24001}}') AS nested, authz_can_view_any(ARRAY[24001::int]) AS int, authz_can_view_any('{24001}'::smallint[]) AS smallint, authz_can_view_any(array_fill(5::bigint, '{100000}')) AS none;
CREATE FUNCTION pg_temp.grown(OUT whole bool, OUT slice bool) LANGUAGE plpgsql AS $$
DECLARE
	ids bigint[] := '{24005}';		-- PL/pgSQL keeps it in a form of its own
BEGIN
	ids[100] := 24001;
	whole := authz_can_view_any(ids);
	slice := authz_can_view_any(ids[1:50]);
END
$$;
SELECT * FROM pg_temp.grown();		-- t, f
SELECT authz_can_contribute_any('{24001,24002}') AS contribute, authz_can_moderate_any('{24001,24002}') AS moderate, authz_can_moderate_any('{24002,24003}') AS moderate, authz_can_manage_any('{24003}') AS manage,
	authz_can_manage_any('{24003,24004}') AS manage, authz_can_manage_any('{24004}', 'doc.view') AS "without the permission", authz_can_manage_any('{24004}', '', 7102) AS "another account's";
RESET ROLE;

-- by the index, by a scan and by parallel workers: one answer, of each integer type, and the right one
RESET authz.session;
CREATE TABLE big AS SELECT n AS id, ARRAY[24005, 24001 + n % 300, 24001 + n % 7 * 1000] AS categories, CASE n % 1000 WHEN 0 THEN 'Ann' END AS owner FROM generate_series(1, 4000) n;
INSERT INTO big SELECT 10000 + id, categories::int[], owner FROM rows WHERE id <> 16;
CREATE TABLE big8 AS SELECT id, categories::bigint[], owner FROM big;
CREATE TABLE big2 AS SELECT id, categories::smallint[], owner FROM big WHERE id <> 10015;
CREATE INDEX ON big USING gin (categories);
CREATE INDEX ON big8 USING gin (categories);
CREATE INDEX ON big2 USING gin (categories);
CREATE INDEX ON big (owner);
CREATE INDEX ON big8 (owner);
CREATE INDEX ON big2 (owner);
ANALYZE big, big8, big2;
CREATE VIEW answer WITH (security_invoker) AS SELECT 'int' AS type, id FROM big UNION ALL SELECT 'bigint', id FROM big8 UNION ALL SELECT 'smallint', id FROM big2;
CREATE TABLE truth AS SELECT v.type, b.id FROM big b, unnest('{int,bigint,smallint}'::text[]) v (type)
	WHERE (b.categories && '{24001,24002,24003,24004,24006}' OR b.owner IN ('Ann', 'staff')) AND (v.type <> 'smallint' OR b.id <> 10015);
ALTER TABLE big OWNER TO regress_author;
ALTER TABLE big8 OWNER TO regress_author;
ALTER TABLE big2 OWNER TO regress_author;
GRANT SELECT ON big, big8, big2, answer, truth TO regress_reader;
SELECT authz_protect('big', 'categories', 'owner'), authz_protect('big8', 'categories', 'owner'), authz_protect('big2', 'categories', 'owner');
SET ROLE regress_reader;
SET authz.session = :'ann';
SELECT type, count(*) FROM truth GROUP BY type ORDER BY type;
SET enable_seqscan = off;
(TABLE answer EXCEPT ALL TABLE truth) UNION ALL (TABLE truth EXCEPT ALL TABLE answer);		-- none
RESET enable_seqscan;
SET enable_bitmapscan = off;
(TABLE answer EXCEPT ALL TABLE truth) UNION ALL (TABLE truth EXCEPT ALL TABLE answer);		-- none
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
(TABLE answer EXCEPT ALL TABLE truth) UNION ALL (TABLE truth EXCEPT ALL TABLE answer);		-- none
RESET ALL;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA array_test CASCADE;
