-- plans: what the planner makes of the policies, and that a plan serves whoever runs it
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
SET jit = off;
CREATE SCHEMA plans_test;
GRANT ALL ON SCHEMA plans_test TO regress_author;
GRANT USAGE ON SCHEMA plans_test TO regress_reader;
SET search_path = plans_test, public;
SELECT account_id FROM authz_account_add('plans', 7001);
SET authz.account = 7001;
SELECT kit.person(7001, 'Ann'), kit.person(7001, 'Boss', 'admin');
SELECT count(authz_category_add('c' || n, category_id => 30100 + n)) FROM generate_series(1, 50) n;
SELECT authz_category_user_add(30101, 'Ann', 'manager');

-- tables of one category for each row, with a key; without; and of several categories, with people and keys of each type
CREATE TABLE wide AS SELECT n AS id, (30101 + n % 50)::bigint AS category_id, CASE WHEN n % 2000 = 7 THEN 'Ann' END AS owner, n AS made FROM generate_series(1, 20000) n;
CREATE TABLE narrow AS SELECT id, category_id::int FROM wide;
CREATE TABLE small AS SELECT id, category_id::smallint FROM wide;
ALTER TABLE wide ADD PRIMARY KEY (id);
CREATE TABLE entry AS SELECT id, ARRAY[category_id, 30102 + id % 49] AS categories, owner, CASE WHEN id % 2000 = 8 THEN '{Bob,Ann}'::text[] END AS editors, CASE WHEN id % 2000 = 9 THEN '{Ann}'::text[] END AS publishers,
	CASE WHEN id % 2000 = 10 THEN '{Ann}'::text[] END AS viewers, made FROM wide;
CREATE TABLE entry_int AS SELECT id::bigint, categories::int[] FROM entry;
CREATE TABLE entry_smallint AS SELECT id::text, categories::smallint[] FROM entry;
CREATE TABLE entry_uuid AS SELECT ('00000000-0000-0000-0000-' || lpad(id::text, 12, '0'))::uuid AS id, categories, viewers::varchar(9)[] FROM entry;
CREATE TABLE short AS SELECT id::smallint, category_id FROM wide;
DO $$
DECLARE
	c record;
BEGIN
	FOR c IN SELECT t.relname, a.attname, a.attndims > 0 OR a.atttypid::regtype::text LIKE '%[]' AS is_array FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0
		WHERE t.relnamespace = 'plans_test'::regnamespace AND t.relkind = 'r' AND (a.attname <> 'id' OR t.relname NOT IN ('narrow', 'small', 'wide')) LOOP
		EXECUTE format('CREATE INDEX %I ON %I %s (%I)', c.relname || '_' || c.attname, c.relname, CASE WHEN c.is_array THEN 'USING gin' END, c.attname);
	END LOOP;
	FOR c IN SELECT t.relname FROM pg_class t WHERE t.relnamespace = 'plans_test'::regnamespace AND t.relkind = 'r' LOOP
		EXECUTE format('ALTER TABLE %I OWNER TO regress_author', c.relname);
		EXECUTE format('ALTER TABLE %I SET (autovacuum_enabled = off)', c.relname);
	END LOOP;
END
$$;
ANALYZE wide, narrow, small, entry, entry_int, entry_smallint, entry_uuid, short;
SELECT authz_protect('wide', 'category_id', 'owner'), authz_protect('narrow', 'category_id'), authz_protect('small', 'category_id'), authz_protect('short', 'category_id', key_column => 'id'),
	authz_protect('entry', 'categories', 'owner', key_column => 'id', editors_column => 'editors', publishers_column => 'publishers', viewers_column => 'viewers'), authz_protect('entry_int', 'categories', key_column => 'id'),
	authz_protect('entry_smallint', 'categories', key_column => 'id'), authz_protect('entry_uuid', 'categories', key_column => 'id', viewers_column => 'viewers');
GRANT SELECT, UPDATE, DELETE ON ALL TABLES IN SCHEMA plans_test TO regress_reader;
SELECT count(authz_apptoken_add(id => '7001-' || a, token => 'sesame', session_user_id => 'Ann', session_privileges => p)) FROM (VALUES ('named', 'sview:5/6/7/00000000-0000-0000-0000-000000000006,edit:5'), ('all', 'sview:*,edit:*'), ('one', 'limitentry:50'), ('far', 'limitentry:51')) v (a, p);
SET ROLE regress_reader;
SET max_parallel_workers_per_gather = 0;
-- What a plan does, without what it costs and filters.
CREATE FUNCTION pg_temp.node(node jsonb, depth int DEFAULT 0) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT concat(repeat('  ', depth), node ->> 'Node Type', ' on ' || coalesce(node ->> 'Index Name', node ->> 'Relation Name'), ': ' || (node ->> 'Index Cond'));
	RETURN QUERY SELECT n.* FROM jsonb_array_elements(node -> 'Plans') WITH ORDINALITY c (child, k), pg_temp.node(child, depth + 1) n ORDER BY k;
END
$$;
CREATE FUNCTION pg_temp.plan(statement text) RETURNS TABLE (plan text) LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || statement INTO plan;
	RETURN QUERY SELECT pg_temp.node(plan -> 0 -> 'Plan');
END
$$;
SELECT kit.token(7001, '7001-ann') AS ann, kit.token(7001, '7001-boss') AS boss, kit.token(7001, '7001-named') AS named, kit.token(7001, '7001-all') AS all, kit.token(7001, '7001-one') AS one, kit.token(7001, '7001-far') AS far \gset
SET authz.session = :'ann';

-- few categories: the index on the category column finds them, of any integer type
SELECT pg_temp.plan('SELECT count(*) FROM narrow');
SELECT pg_temp.plan('SELECT count(*) FROM small');
SELECT (SELECT count(*) FROM narrow) AS narrow, (SELECT count(*) FROM small) AS small;	-- 400 each

-- a category, an owner or a key: all the indexes
SELECT pg_temp.plan('SELECT count(*) FROM wide');
SELECT count(*) FROM wide;	-- 410: 400 of the category, 10 of her own
SELECT pg_temp.plan('SELECT count(*) FROM short');
SELECT count(*) FROM short;	-- 400

-- rows in several categories: those of arrays, of any integer type; of people and of keys, of any type
SELECT pg_temp.plan('SELECT count(*) FROM entry');
SELECT count(*) FROM entry;	-- 440
SELECT pg_temp.plan('SELECT count(*) FROM entry_int');
SELECT pg_temp.plan('SELECT count(*) FROM entry_smallint');
SELECT pg_temp.plan('SELECT count(*) FROM entry_uuid');
SELECT (SELECT count(*) FROM entry_int) AS entry_int, (SELECT count(*) FROM entry_smallint) AS entry_smallint, (SELECT count(*) FROM entry_uuid) AS entry_uuid;	-- 400, 400, 410
SELECT pg_temp.plan('UPDATE entry_int SET id = id');
SELECT pg_temp.plan('DELETE FROM wide');

-- the checks alone, for who is not bound: of columns as they are, under casts, and in conditions of his own
RESET ROLE;
SELECT pg_temp.plan('SELECT FROM entry_int WHERE authz_can_manage_any(categories::bigint[], '''', 7001)');
SELECT pg_temp.plan('SELECT FROM entry_smallint WHERE authz_can_contribute_any(categories, '''', 7001)');
SELECT pg_temp.plan('SELECT FROM entry WHERE authz_can_moderate_any(categories, '''', NULL) AND authz_is_among(viewers, 7001, '''')');
SELECT pg_temp.plan('SELECT FROM small WHERE authz_can_view(category_id, '''', 7001)');
SELECT pg_temp.plan('SELECT FROM entry WHERE authz_can_view_any(categories)');		-- as the policies call it or not at all: its defaults are constants
SELECT pg_temp.plan('SELECT FROM entry WHERE authz_can_view_any(categories || 30101::bigint)');		-- no column
SET ROLE regress_reader;

-- a point read goes by its key, whatever may be seen
SELECT pg_temp.plan('SELECT id FROM wide WHERE id = 77');
SELECT pg_temp.plan('SELECT id FROM entry_uuid WHERE id = ''00000000-0000-0000-0000-000000000077''');

-- rows that are named, some or all: the same rows by any plan
SET authz.session = :'named';
SELECT pg_temp.plan('SELECT count(*) FROM wide');
SELECT count(*) FROM wide;			-- 412: 7 is hers anyway
SELECT count(*) FROM entry;			-- 442
SELECT (SELECT count(*) FROM entry_int) AS entry_int, (SELECT count(*) FROM entry_smallint) AS entry_smallint, (SELECT count(*) FROM entry_uuid) AS entry_uuid, (SELECT count(*) FROM short) AS short;	-- 403, 403, 411, 403
SET authz.session = :'all';
SET enable_seqscan = off;
SELECT pg_temp.plan('SELECT count(*) FROM wide');
SELECT (SELECT count(*) FROM wide) AS wide, (SELECT count(*) FROM short) AS short, (SELECT count(*) FROM entry) AS entry, (SELECT count(*) FROM entry_int) AS entry_int, (SELECT count(*) FROM entry_smallint) AS entry_smallint, (SELECT count(*) FROM entry_uuid) AS entry_uuid;	-- 20000
RESET enable_seqscan;

-- everything may be seen: no index is of use
SET authz.session = :'boss';
SELECT pg_temp.plan('SELECT count(*) FROM wide');
SELECT pg_temp.plan('SELECT count(*) FROM entry');
SELECT count(*) FROM wide;	-- 20000
SELECT count(*) FROM entry;	-- 20000
SELECT pg_temp.plan('SELECT id FROM wide ORDER BY made DESC LIMIT 5');
SELECT pg_temp.plan('SELECT id FROM entry ORDER BY made DESC LIMIT 5');

-- nobody: nothing is looked at but the index
SET authz.session = '';
SELECT pg_temp.plan('SELECT count(*) FROM narrow');
SELECT count(*) FROM narrow;	-- 0
SELECT count(*) FROM entry;		-- 0

-- a plan kept from one session gives another its own rows: all plans for all sessions, in this order and back
SET plan_cache_mode = force_generic_plan;
CREATE TEMP TABLE who (n int, name text, token text);
INSERT INTO who VALUES (1, 'Boss', :'boss'), (2, 'Ann', :'ann'), (3, 'names some', :'named'), (4, 'names all', :'all'), (5, 'limited to one', :'one'), (6, 'limited to a hidden one', :'far'), (7, 'nobody', '');
CREATE FUNCTION pg_temp.counts(planned_by int) RETURNS TABLE (name text, wide bigint, narrow bigint, entry bigint, entry_int bigint, entry_smallint bigint, entry_uuid bigint, updated bigint) LANGUAGE plpgsql AS $$
DECLARE
	w record;
	t text;
BEGIN
	DEALLOCATE ALL;
	PERFORM set_config('authz.session', (SELECT token FROM who WHERE n = planned_by), true);
	FOREACH t IN ARRAY '{wide,narrow,entry,entry_int,entry_smallint,entry_uuid}'::text[] LOOP
		EXECUTE format('PREPARE %I AS SELECT count(*) FROM %I', t, t);
		EXECUTE format('EXECUTE %I', t);
	END LOOP;
	PREPARE updated AS WITH u AS (UPDATE entry_int SET id = id WHERE id < 60 RETURNING id) SELECT count(*) FROM u;
	EXECUTE 'EXECUTE updated';
	FOR w IN SELECT * FROM who ORDER BY n LOOP
		PERFORM set_config('authz.session', w.token, true);
		name := w.name;
		EXECUTE 'EXECUTE wide' INTO wide;
		EXECUTE 'EXECUTE narrow' INTO narrow;
		EXECUTE 'EXECUTE entry' INTO entry;
		EXECUTE 'EXECUTE entry_int' INTO entry_int;
		EXECUTE 'EXECUTE entry_smallint' INTO entry_smallint;
		EXECUTE 'EXECUTE entry_uuid' INTO entry_uuid;
		EXECUTE 'EXECUTE updated' INTO updated;
		RETURN NEXT;
	END LOOP;
END
$$;
CREATE TEMP TABLE counted AS SELECT * FROM pg_temp.counts(1);
TABLE counted;
SELECT p AS "planned by", c.* FROM generate_series(2, 7) p, pg_temp.counts(p) c EXCEPT SELECT p, c.* FROM generate_series(2, 7) p, counted c;		-- none: the same
DEALLOCATE ALL;
RESET plan_cache_mode;

-- parallel workers judge as their leader
RESET max_parallel_workers_per_gather;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET enable_bitmapscan = off;
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
SET authz.session = :'named';
SELECT pg_temp.plan('SELECT count(*) FROM entry');
SELECT (SELECT count(*) FROM wide) AS wide, (SELECT count(*) FROM entry) AS entry, (SELECT count(*) FROM entry_int) AS entry_int, (SELECT count(*) FROM entry_smallint) AS entry_smallint, (SELECT count(*) FROM entry_uuid) AS entry_uuid;
SET authz.session = :'one';
SELECT (SELECT count(*) FROM wide) AS wide, (SELECT count(*) FROM entry) AS entry, (SELECT count(*) FROM entry_int) AS entry_int, (SELECT count(*) FROM entry_smallint) AS entry_smallint, (SELECT count(*) FROM entry_uuid) AS entry_uuid;
RESET enable_bitmapscan;
RESET enable_indexscan;
RESET enable_indexonlyscan;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

RESET ROLE;
RESET ALL;
SET client_min_messages = error;
DROP SCHEMA plans_test CASCADE;
