-- hidden_rows: what is hidden stays hidden from functions, operators, plans, locks and other ways around
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA hidden_test;
GRANT ALL ON SCHEMA hidden_test TO regress_author, regress_reader;
SET search_path = hidden_test, public;
SELECT account_id FROM authz_account_add('hidden', 122);
SET authz.account = 122;
SELECT kit.person(122, 'Ann');
SELECT authz_category_add('seen', category_id => 12201), authz_category_add('hidden', category_id => 12202);
SELECT authz_category_user_add(12201, 'Ann', 'manager');
CREATE TABLE doc (id int PRIMARY KEY, category_id int, owner varchar(40), secret text UNIQUE, numbers int[], js jsonb);
INSERT INTO doc SELECT n, 12201 + n % 2, NULL, 'secret ' || n, ARRAY[n], jsonb_build_object('n', n) FROM generate_series(1, 6) n;
CREATE INDEX ON doc (category_id);
CREATE INDEX ON doc (lower(secret));
ANALYZE doc;
CREATE TABLE part (id int REFERENCES doc ON DELETE CASCADE, n int);
INSERT INTO part SELECT n, n FROM generate_series(1, 6) n;
ALTER TABLE doc OWNER TO regress_author;
ALTER TABLE part OWNER TO regress_author;
GRANT ALL ON doc, part TO regress_reader;
SELECT authz_protect('doc', 'category_id', 'owner');
SET ROLE regress_reader;
SELECT kit.become(122, '122-ann');		-- 2, 4, 6 are seen; 1, 3, 5 never

-- functions and operators that tell when they see a hidden row (its number is odd), as cheap as can be
CREATE FUNCTION tell(anyelement) RETURNS bool LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
	IF substring($1::text FROM '[0-9]+')::int % 2 = 1 THEN
		RAISE EXCEPTION 'seen: %', $1;
	END IF;
	RETURN true;
END
$$;
CREATE FUNCTION tells(text, text) RETURNS bool LANGUAGE sql COST 0.0000001 AS 'SELECT hidden_test.tell($1)';
CREATE FUNCTION tells(varchar, text) RETURNS bool LANGUAGE plpgsql COST 0.0000001 AS 'BEGIN RAISE EXCEPTION ''seen: an owner''; END';
CREATE OPERATOR <<< (LEFTARG = text, RIGHTARG = text, FUNCTION = tells, RESTRICT = eqsel);
CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = text, FUNCTION = tells);
SET search_path = hidden_test, public, pg_catalog;
SELECT id FROM doc WHERE tell(secret) ORDER BY id;
SELECT id FROM doc WHERE secret <<< 'x' ORDER BY id;
SELECT id FROM doc WHERE tell(secret) AND id = 1;		-- nothing told
SELECT id FROM doc WHERE tell(doc) AND category_id = 12202;	-- nothing told
SELECT id FROM doc WHERE owner IS NOT NULL AND owner = 'x'::text OR tell(id) ORDER BY id;
SELECT p.n FROM part p JOIN doc d ON d.id = p.id AND tell(d.secret) WHERE p.n < 4 ORDER BY n;
SELECT p.n, d.secret FROM part p LEFT JOIN doc d USING (id) ORDER BY n;
SELECT n FROM part WHERE EXISTS (SELECT FROM doc WHERE doc.id = part.id AND tell(secret)) ORDER BY n;
SELECT count(*) FROM doc d1, doc d2 WHERE tell(d1.id) AND d1.id = d2.id - 1;
SELECT id FROM doc ORDER BY tell(secret), id;
UPDATE doc SET secret = secret WHERE tell(secret) AND id < 3 RETURNING id;
DELETE FROM doc WHERE tell(secret) AND id = 1 RETURNING id;
SET search_path = hidden_test, public;

-- errors of core's own operators on hidden rows: the rows are not there to fail
SELECT id FROM doc WHERE 1 / (id - 1) > 5;			-- no division by zero
SELECT id FROM doc WHERE (CASE WHEN id % 2 = 1 THEN secret ELSE '0' END)::int > 5;	-- no invalid input
SELECT id FROM doc WHERE (js ->> 'x')::int > 5 OR numbers[1] / (numbers[1] - 3) > 5;

-- returning, locking, conflicts
BEGIN;
WITH d AS (DELETE FROM doc RETURNING *) SELECT string_agg(secret, ', ' ORDER BY id) FROM d;
ROLLBACK;
BEGIN;
SELECT id FROM doc WHERE tell(secret) ORDER BY id FOR UPDATE;
SELECT id FROM doc ORDER BY id FOR UPDATE SKIP LOCKED;
ROLLBACK;
\set VERBOSITY sqlstate
INSERT INTO doc VALUES (1, 12201, NULL, 'mine') ON CONFLICT DO NOTHING RETURNING *;	-- no row, and no word
INSERT INTO doc VALUES (1, 12201, NULL, 'mine') ON CONFLICT (id) DO UPDATE SET secret = doc.secret || '!' RETURNING *;	-- 42501
INSERT INTO doc VALUES (1, 12201, NULL, 'mine');	-- 23505: what PostgreSQL cannot hide
MERGE INTO doc USING (VALUES (1)) s (id) ON doc.id = s.id WHEN MATCHED THEN UPDATE SET secret = 'mine';		-- not matched
BEGIN;
MERGE INTO doc USING (VALUES (1)) s (id) ON true WHEN MATCHED AND tell(doc.secret) THEN DELETE;
SELECT count(*) FROM doc;	-- 0
ROLLBACK;
UPDATE doc SET secret = d.secret FROM doc d WHERE d.id = doc.id - 1 RETURNING doc.id;	-- none
WITH u AS (UPDATE part SET n = n FROM doc WHERE doc.id = part.id RETURNING part.id) SELECT string_agg(id::text, ' ' ORDER BY id) FROM u;
SET row_security = off;
SELECT id FROM doc;		-- 42501, not all the rows
RESET row_security;
\set VERBOSITY terse

-- the reader's own functions, views and tables give no more than he sees
CREATE FUNCTION definer() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM hidden_test.doc';
CREATE VIEW barrier WITH (security_barrier) AS SELECT * FROM doc;
CREATE TEMP TABLE copied AS SELECT * FROM doc;
SELECT definer(), (SELECT count(*) FROM barrier), (SELECT count(*) FROM copied);
DROP TABLE copied;

-- statistics and estimates
SELECT count(*) FROM pg_stats WHERE tablename = 'doc' AND schemaname = 'hidden_test';	-- 0
SELECT count(*) FROM pg_statistic;		-- permission denied
CREATE FUNCTION estimate(query text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::int;
END
$$;
-- an operator of one's own is estimated the same for a value that is there and one that is not
SELECT estimate($$SELECT FROM doc WHERE secret <<< 'secret 1'$$) = estimate($$SELECT FROM doc WHERE secret <<< 'secret 7'$$) AS same;
SELECT estimate($$SELECT FROM doc WHERE authz_can_view(category_id)$$) <= 3 AS only_seen;
RESET ROLE;
RESET authz.session;
SET client_min_messages = error;
DROP SCHEMA hidden_test CASCADE;
