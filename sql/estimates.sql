-- estimates: how many rows the planner expects of many or few, common or rare, used or unused categories
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
SET jit = off;
CREATE SCHEMA estimates_test;
SET search_path = estimates_test, public;
SELECT account_id FROM authz_account_add('estimates', 7113);
SET authz.account = 7113;
SELECT count(authz_category_add('e' || n, category_id => 30500 + n)) FROM generate_series(1, 500) n;
CREATE FUNCTION pick(n int) RETURNS int LANGUAGE sql AS 'SELECT 30500 + least(100, floor(exp((n::bigint * 7919 % 10007) / 10007.0 * ln(100))))::int';		-- 1 in every fifth, 100 in few
CREATE TABLE skewed AS SELECT n AS id, (ARRAY[pick(n), pick(n * 3), pick(n * 5), pick(n * 11)])[1:1 + n % 4] AS categories FROM generate_series(1, 10000) n;
CREATE TABLE sparse AS SELECT id, CASE WHEN id % 10 = 0 THEN categories::bigint[] END AS categories FROM skewed;
CREATE TABLE empty AS SELECT id, CASE WHEN id % 3 = 0 THEN categories::bigint[] ELSE '{}' END AS categories FROM skewed;
CREATE TABLE uniform AS SELECT id, ARRAY[30501 + id % 500, 30501 + id * 7 % 500]::smallint[] AS categories FROM skewed;
CREATE TABLE handful AS SELECT id, ARRAY[30501 + id % 20]::bigint[] AS categories FROM skewed;
CREATE TABLE broad AS SELECT n AS id, ARRAY[30500 + n * 7919 % 20000, 30500 + n * 7 % 20000]::bigint[] AS categories FROM generate_series(1, 20000) n;		-- none is common; the index has counted them
CREATE INDEX ON broad USING gin (categories);
CREATE TABLE single AS SELECT id, pick(id)::smallint AS category_id FROM skewed;
ANALYZE skewed, sparse, empty, uniform, handful, broad, single;
CREATE FUNCTION pg_temp.estimate(token text, statement text, OUT estimate numeric, OUT truth numeric) LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	PERFORM set_config('authz.session', token, true);
	EXECUTE 'EXPLAIN (FORMAT json, ANALYZE, TIMING off) ' || statement INTO plan;
	estimate := plan -> 0 -> 'Plan' -> 'Plan Rows';
	truth := plan -> 0 -> 'Plan' -> 'Actual Rows';
END
$$;
CREATE FUNCTION pg_temp.subject(name text, ids int[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM kit.person(7113, name);
	PERFORM authz_category_user_add(30500 + n, name) FROM unnest(ids) n;
	RETURN kit.token(7113, '7113-' || name);
END
$$;
CREATE TEMP TABLE subject AS SELECT name, pg_temp.subject(name, ids) AS token FROM (VALUES ('common', '{1,2}'::int[]), ('lone', '{50}'), ('rare', ARRAY(SELECT generate_series(70, 100, 3))), ('ten', ARRAY(SELECT generate_series(11, 20))),
	('half', ARRAY(SELECT generate_series(1, 100, 2))), ('whole', ARRAY(SELECT generate_series(1, 100))), ('others', ARRAY(SELECT generate_series(101, 500))), ('most', ARRAY(SELECT generate_series(95, 500)))) v (name, ids);

-- right within a factor of three: of arrays, and of single categories in a narrow column
SELECT name, "table", estimate, truth FROM subject, unnest('{skewed,sparse,empty,uniform,handful,broad}'::text[]) "table", pg_temp.estimate(token, format('SELECT FROM %I WHERE authz_can_view_any(categories, '''', 7113)', "table"))
	WHERE estimate > 3 * greatest(truth, 20) OR truth > 3 * estimate ORDER BY 1, 2;		-- none
SELECT name, estimate, truth FROM subject, pg_temp.estimate(token, 'SELECT FROM single WHERE authz_can_view(category_id, '''', 7113)') WHERE estimate > 3 * greatest(truth, 20) OR truth > 3 * estimate ORDER BY 1, 2;		-- none
SELECT count(*) FROM subject, pg_temp.estimate(token, 'SELECT FROM skewed WHERE authz_can_view_any(categories, '''', 7113)') WHERE truth > 20;		-- 7 of them see something
RESET ALL;
SET client_min_messages = error;
DROP SCHEMA estimates_test CASCADE;
