-- content_hidden: rows of several categories, of people and of keys stay hidden from functions and operators of who asks, by any plan
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = error;
SET jit = off;
CREATE SCHEMA hidden_test;
GRANT ALL ON SCHEMA hidden_test TO regress_author, regress_reader;
SET search_path = hidden_test, public;
SELECT account_id FROM authz_account_add('hidden, too', 7112);
SET authz.account = 7112;
SELECT kit.person(7112, 'Ann');
SELECT authz_category_add('seen', category_id => 24701), authz_category_add('hidden', category_id => 24702);
SELECT authz_category_user_add(24701, 'Ann', 'manager');
SELECT count(authz_apptoken_add(id => '7112-' || a, token => 'sesame', session_user_id => 'Ann', session_privileges => p)) FROM (VALUES ('named', 'sview:2001/2002'), ('one', 'limitentry:1000')) v (a, p);

-- every second row of 1000 is of the hidden category alone; 2001 to 2004 are named, edited, published and viewed
CREATE TABLE entry (id int PRIMARY KEY, categories int[], owner text, editors text[], publishers text[], viewers text[], secret text, js jsonb);
INSERT INTO entry SELECT n, CASE n % 2 WHEN 0 THEN '{24702,24701}'::int[] ELSE '{24702,99}' END, NULL, NULL, NULL, NULL, CASE n % 2 WHEN 0 THEN 'open ' ELSE 'secret ' END || n, jsonb_build_object('n', n % 2) FROM generate_series(1, 1000) n;
INSERT INTO entry SELECT n, '{24702}', 'Bob', NULL, NULL, NULL, 'secret ' || n, '{"n": 1}' FROM generate_series(2001, 2004) n;
UPDATE entry SET secret = replace(secret, 'secret', 'open'), js = '{"n": 0}', editors = CASE id WHEN 2002 THEN '{Ann}'::text[] END, publishers = CASE id WHEN 2003 THEN '{Ann}'::text[] END, viewers = CASE id WHEN 2004 THEN '{Ann}'::text[] END WHERE id BETWEEN 2002 AND 2004;
CREATE INDEX ON entry USING gin (categories);
CREATE INDEX ON entry USING gin (editors);
CREATE INDEX ON entry USING gin (publishers);
CREATE INDEX ON entry USING gin (viewers);
CREATE INDEX ON entry (owner);
CREATE INDEX ON entry (secret text_pattern_ops);
CREATE INDEX ON entry USING gin (js);
ANALYZE entry;
ALTER TABLE entry OWNER TO regress_author;
GRANT ALL ON entry TO regress_reader;
SELECT authz_protect('entry', 'categories', 'owner', editors_column => 'editors', publishers_column => 'publishers', viewers_column => 'viewers');
SET ROLE regress_reader;
SELECT kit.token(7112, '7112-ann') AS ann, kit.token(7112, '7112-named') AS named, kit.token(7112, '7112-one') AS one \gset

-- functions and operators that tell when they see a hidden row, as cheap as can be
CREATE FUNCTION tell(text) RETURNS bool LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
	IF $1 LIKE 'secret%' THEN
		RAISE EXCEPTION 'seen: %', $1;
	END IF;
	RETURN true;
END
$$;
CREATE FUNCTION tell_all(anyelement) RETURNS bool LANGUAGE plpgsql COST 0.0000001 AS 'BEGIN RETURN hidden_test.tell(to_jsonb($1) ->> ''secret''); END';
CREATE FUNCTION tell_array(int[], int[]) RETURNS bool LANGUAGE plpgsql COST 0.0000001 AS 'BEGIN IF 99 = ANY ($1) THEN RAISE EXCEPTION ''seen: %'', $1; END IF; RETURN true; END';
CREATE FUNCTION tell_people(text[], text[]) RETURNS bool LANGUAGE plpgsql COST 0.0000001 AS 'BEGIN IF $1 IS NULL THEN RETURN true; END IF; RETURN hidden_test.tell(array_to_string($1, '' '')); END';
CREATE OPERATOR <<< (LEFTARG = int[], RIGHTARG = int[], FUNCTION = tell_array, RESTRICT = contsel);
CREATE OPERATOR && (LEFTARG = int[], RIGHTARG = int[], FUNCTION = tell_array);
CREATE OPERATOR && (LEFTARG = text[], RIGHTARG = text[], FUNCTION = tell_people);
CREATE OPERATOR @> (LEFTARG = int[], RIGHTARG = int[], FUNCTION = tell_array);
CREATE FUNCTION pg_temp.asks(token text) RETURNS TABLE (ask text, answer text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	FOREACH ask IN ARRAY ARRAY['tell(secret)', 'tell_all(e)', 'tell(secret) AND id = 3', 'categories <<< ''{1}''', 'categories OPERATOR(hidden_test.&&) ''{24702}''', 'categories OPERATOR(hidden_test.@>) ''{99}''', 'categories @> ''{99}''', 'viewers OPERATOR(hidden_test.&&) ''{Ann}''',
		'tell(secret) OR id > 0', 'id IN (SELECT id FROM hidden_test.entry WHERE tell(secret))', '1 / (CASE WHEN secret LIKE ''secret%'' THEN 0 ELSE 1 END) = 1', '(js ->> ''n'')::int = 0 AND 1 / (1 - (js ->> ''n'')::int) = 1', 'secret LIKE ''secret%''', 'js @> ''{"n": 1}'''] LOOP
		BEGIN
			EXECUTE format('SELECT count(*) FROM hidden_test.entry e WHERE %s', ask) INTO answer;
		EXCEPTION WHEN OTHERS THEN
			answer := SQLERRM;
		END;
		RETURN NEXT;
	END LOOP;
END
$$;

-- 503: those of the seen category, the edited, the published and the viewed; none that is hidden is told of
SELECT * FROM pg_temp.asks(:'ann');
CREATE TEMP TABLE told AS SELECT * FROM pg_temp.asks(:'ann');
SET enable_seqscan = off;
SELECT * FROM pg_temp.asks(:'ann') EXCEPT TABLE told;		-- none: by the indexes the same
SET enable_bitmapscan = off;
SELECT * FROM pg_temp.asks(:'ann') EXCEPT TABLE told;		-- none: by the key
RESET enable_seqscan;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT * FROM pg_temp.asks(:'ann') EXCEPT TABLE told;		-- none: in parallel
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET enable_bitmapscan;
SELECT * FROM pg_temp.asks(:'named') WHERE answer ~ 'seen' AND answer <> 'seen: secret 2001';		-- none: 2001 is named, and so seen
SELECT * FROM pg_temp.asks(:'one');		-- 1 row, or none of it
SET enable_seqscan = off;
SELECT count(*) FROM pg_temp.asks(:'one') WHERE answer ~ 'seen' OR answer > '1';		-- 0
RESET enable_seqscan;

-- changing and locking; and with a plan that was made for who sees more
SET authz.session = :'ann';
BEGIN;
UPDATE entry SET secret = 'open' WHERE tell(secret) AND id <> 2003;
DELETE FROM entry WHERE tell(secret) AND id < 100;
SELECT count(*) FROM (SELECT id FROM entry WHERE tell(secret) FOR UPDATE) l;
ROLLBACK;
SET plan_cache_mode = force_generic_plan;
SET authz.session = :'named';
PREPARE told AS SELECT count(*) FROM entry WHERE id <> 2001 AND tell(secret);
EXECUTE told;
SET authz.session = :'ann';
EXECUTE told;
SET authz.session = :'one';
EXECUTE told;
SET authz.session = '';
EXECUTE told;
DEALLOCATE told;
RESET plan_cache_mode;

-- estimates: of what is hidden nothing is told by how many rows are expected
CREATE FUNCTION pg_temp.estimate(condition text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) SELECT FROM hidden_test.entry WHERE ' || condition INTO plan;
	RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END
$$;
SET authz.session = :'ann';
SELECT count(*) FROM pg_stats WHERE schemaname = 'hidden_test';		-- 0
SELECT pg_temp.estimate('categories <<< ''{24702}''') = pg_temp.estimate('categories <<< ''{12345}''') AS same;
RESET ROLE;
SELECT count(*) FROM entry WHERE tell(secret);		-- whom row security does not bind is told
RESET ALL;
SET client_min_messages = error;
DROP SCHEMA hidden_test CASCADE;
