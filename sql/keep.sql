-- keep: nobody keeps being somebody: plans, functions, cursors and views obey what is in force now
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA keep_test;
GRANT ALL ON SCHEMA keep_test TO regress_author, regress_reader;
SET search_path = keep_test, public;
SELECT account_id FROM authz_account_add('keep', 121);
SELECT kit.person(121, 'Ann'), kit.person(121, 'Bob');
SET authz.account = 121;
SELECT authz_category_add('a', category_id => 12101), authz_category_add('b', category_id => 12102);
SELECT authz_category_user_add(12101, 'Ann', 'manager'), authz_category_user_add(12102, 'Bob', 'member');
CREATE TABLE doc (id int PRIMARY KEY, category_id bigint, owner text);
INSERT INTO doc SELECT n, 12101 + n % 2, NULL FROM generate_series(1, 40) n;
CREATE INDEX ON doc (category_id);
ANALYZE doc;
ALTER TABLE doc OWNER TO regress_author;
GRANT ALL ON doc TO regress_reader;
SELECT authz_protect('doc', 'category_id', 'owner');
SET ROLE regress_reader;
SELECT kit.token(121, '121-ann') AS ann, kit.token(121, '121-bob') AS bob \gset

-- one plan for many sessions: prepared, in SQL and PL/pgSQL functions, in views
PREPARE plan AS SELECT min(category_id), max(category_id), count(*) FROM doc;
PREPARE by_id (int) AS SELECT id FROM doc WHERE id = $1;
CREATE VIEW see AS SELECT * FROM keep_test.doc;
CREATE FUNCTION in_sql() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM keep_test.doc';
CREATE FUNCTION in_atomic() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM keep_test.doc; END;
CREATE FUNCTION in_plpgsql() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM keep_test.doc); END';
CREATE FUNCTION in_expression(c bigint) RETURNS bool LANGUAGE plpgsql AS 'DECLARE x bool; BEGIN FOR i IN 1..2 LOOP x := authz_can_manage(c); END LOOP; RETURN x; END';
CREATE FUNCTION everything(mode text) RETURNS TABLE (who text, answer text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('plan_cache_mode', mode, true);
	RETURN QUERY SELECT coalesce(authz_current_user_id(), '-'), concat_ws(' ', in_sql(), in_atomic(), in_plpgsql(), (SELECT count(*) FROM see), in_expression(12101));
END
$$;
SET plan_cache_mode = force_generic_plan;
SET authz.session = :'ann';
EXECUTE plan;
EXECUTE by_id (1);	-- none
EXECUTE by_id (2);	-- 2
SELECT * FROM everything('force_generic_plan');		-- Ann 20 …
SET authz.session = :'bob';
EXECUTE plan;
EXECUTE by_id (1);	-- 1
EXECUTE by_id (2);	-- none
SELECT * FROM everything('force_generic_plan');		-- Bob 20 …
SET authz.session = '';
EXECUTE plan;
SELECT * FROM everything('force_generic_plan');		-- nobody
SET plan_cache_mode = force_custom_plan;
SET authz.session = :'ann';
EXECUTE plan;
SELECT * FROM everything('force_custom_plan');

-- a session that changes within a function: each statement has its own
CREATE FUNCTION in_turn(one text, other text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	token text;
BEGIN
	FOREACH token IN ARRAY ARRAY[one, other, '', one] LOOP
		PERFORM set_config('authz.session', token, true);
		RETURN NEXT concat_ws(' ', authz_current_user_id(), authz_can_view(12101), authz_can_view(12102), (SELECT count(*) FROM keep_test.doc WHERE category_id = 12101));
	END LOOP;
END
$$;
BEGIN;
SELECT * FROM in_turn(:'ann', :'bob');
ROLLBACK;

-- a cursor goes on for the session that it began for, or not at all
BEGIN;
DECLARE c CURSOR FOR SELECT id, category_id FROM doc ORDER BY id;
FETCH 1 FROM c;
SAVEPOINT s;
SET LOCAL authz.session = :'bob';
ROLLBACK TO s;
FETCH 1 FROM c;		-- goes on
SET LOCAL authz.session = :'bob';
FETCH 1 FROM c;		-- 24000
ROLLBACK;
BEGIN;
DECLARE c CURSOR FOR SELECT category_id FROM doc ORDER BY id;
DECLARE d CURSOR FOR SELECT category_id FROM doc ORDER BY id;
FETCH 1 FROM c;
FETCH 1 FROM d;
SAVEPOINT s;
SET LOCAL authz.session = '';
FETCH 1 FROM c;		-- 24000
ROLLBACK TO s;
FETCH 1 FROM d;		-- goes on
SELECT authz_end_session();
FETCH 1 FROM d;		-- 24000: it has ended
ROLLBACK;
CREATE FUNCTION materialised() RETURNS SETOF bigint LANGUAGE plpgsql AS 'BEGIN RETURN QUERY SELECT category_id FROM keep_test.doc ORDER BY id; END';
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM materialised();
FETCH 1 FROM c;
SET LOCAL authz.session = '';
FETCH 1 FROM c;		-- 24000, through a function too
ROLLBACK;
CREATE FUNCTION in_loop(token text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	r record;
	n int := 0;
BEGIN
	FOR r IN SELECT category_id FROM keep_test.doc LOOP
		n := n + 1;
		PERFORM set_config('authz.session', token, true);
	END LOOP;
	RETURN n;
END
$$;
BEGIN;
SELECT in_loop(:'bob');		-- 24000
ROLLBACK;
SELECT in_loop(:'ann');		-- 20: it is the same

-- rights that are taken away are gone in the next statement
SET authz.session = :'bob';
PREPARE mine AS SELECT count(*) FROM doc;
EXECUTE mine;		-- 20
RESET ROLE;
BEGIN;
SET LOCAL authz.session = '';
SELECT authz_category_user_delete(12102, 'Bob');
SET LOCAL authz.session = :'bob';
SET LOCAL ROLE regress_reader;
EXECUTE mine;		-- 0
ROLLBACK;
SET ROLE regress_reader;
EXECUTE mine;		-- 20
RESET ROLE;
SET authz.session = '';
SELECT authz_user_update('Bob', status => 'blocked');
SET authz.session = :'bob';
SET ROLE regress_reader;
EXECUTE mine;		-- 0
SELECT authz_current_user_id();		-- NULL
RESET ROLE;
SET authz.session = '';
SELECT authz_user_update('Bob', status => 'active');
SET authz.session = :'bob';
SET ROLE regress_reader;
EXECUTE mine;		-- 20

-- a session that expires
SELECT session_token AS short FROM authz_start_widget_session('_121', 3) \gset
SET authz.session = :'short';
SELECT authz_current_account_id();	-- 121
BEGIN;
SELECT authz_current_account_id();	-- 121
SELECT pg_sleep(3.1);
SELECT authz_current_account_id();	-- NULL, in an open transaction too
COMMIT;
SELECT authz_use_session(:'short', false);	-- 28000

-- there is none in what PostgreSQL runs for others: maintenance
SET authz.session = :'ann';
CREATE MATERIALIZED VIEW copied AS SELECT count(*) AS n FROM doc;
SELECT n FROM copied;	-- 0
RESET ROLE;
RESET authz.session;
DEALLOCATE ALL;
DROP SCHEMA keep_test CASCADE;
