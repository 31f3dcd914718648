-- plans: what the planner makes of the policies, and that a plan serves whoever runs it
\set VERBOSITY sqlstate
SET client_min_messages = error;
CREATE SCHEMA plans_test;
GRANT ALL ON SCHEMA plans_test TO regress_author;
GRANT USAGE ON SCHEMA plans_test TO regress_reader;
SET search_path = plans_test, public;
SELECT account_id FROM authz_account_add('plans', 7001);
SET authz.account = 7001;
SELECT kit.person(7001, 'Ann'), kit.person(7001, 'Boss', 'admin');
SELECT count(authz_category_add('c' || n, category_id => 30100 + n)) FROM generate_series(1, 50) n;
SELECT authz_category_user_add(30101, 'Ann', 'manager');
CREATE TABLE wide AS SELECT n AS id, (30101 + n % 50)::bigint AS category_id, CASE WHEN n % 2000 = 7 THEN 'Ann' END AS owner, n AS made
	FROM generate_series(1, 20000) n;
CREATE TABLE narrow AS SELECT id, category_id::int FROM wide;
CREATE TABLE small AS SELECT id, category_id::smallint FROM wide;
ALTER TABLE wide ADD PRIMARY KEY (id);
CREATE INDEX wide_category ON wide (category_id);
CREATE INDEX wide_owner ON wide (owner);
CREATE INDEX wide_made ON wide (made);
CREATE INDEX narrow_category ON narrow (category_id);
CREATE INDEX small_category ON small (category_id);
ANALYZE wide, narrow, small;
ALTER TABLE wide OWNER TO regress_author;
ALTER TABLE narrow OWNER TO regress_author;
ALTER TABLE small OWNER TO regress_author;
SELECT authz_protect('wide', 'category_id', 'owner'), authz_protect('narrow', 'category_id'), authz_protect('small', 'category_id');
GRANT SELECT ON ALL TABLES IN SCHEMA plans_test TO regress_reader;
SET ROLE regress_reader;
SET max_parallel_workers_per_gather = 0;
SELECT kit.become(7001, '7001-ann');

-- few categories: the index on the category column finds them, of any integer type
EXPLAIN (COSTS OFF) SELECT count(*) FROM narrow;
EXPLAIN (COSTS OFF) SELECT count(*) FROM small;
SELECT (SELECT count(*) FROM narrow) AS narrow, (SELECT count(*) FROM small) AS small;	-- 400 each

-- a category or an owner: both indexes
EXPLAIN (COSTS OFF) SELECT count(*) FROM wide;
SELECT count(*) FROM wide;	-- 410: 400 of the category, 10 of her own

-- a point read goes by its key, whatever may be seen
EXPLAIN (COSTS OFF) SELECT id FROM wide WHERE id = 77;

-- everything may be seen: no index is of use
SELECT kit.become(7001, '7001-boss');
EXPLAIN (COSTS OFF) SELECT count(*) FROM wide;
SELECT count(*) FROM wide;	-- 20000
EXPLAIN (COSTS OFF) SELECT id FROM wide ORDER BY made DESC LIMIT 5;

-- nobody: nothing is looked at but the index
SET authz.session = '';
EXPLAIN (COSTS OFF) SELECT count(*) FROM narrow;
SELECT count(*) FROM narrow;	-- 0

-- a plan kept from one session gives another its own rows
SET plan_cache_mode = force_generic_plan;
SELECT kit.become(7001, '7001-boss');
PREPARE seen AS SELECT count(*) FROM wide;
EXECUTE seen;	-- 20000
SELECT kit.become(7001, '7001-ann');
EXECUTE seen;	-- 410
EXECUTE seen;	-- 410
SET authz.session = '';
EXECUTE seen;	-- 0
SELECT kit.become(7001, '7001-boss');
EXECUTE seen;	-- 20000

DEALLOCATE seen;
RESET plan_cache_mode;
RESET max_parallel_workers_per_gather;
RESET ROLE;
RESET search_path;
DROP SCHEMA plans_test CASCADE;
