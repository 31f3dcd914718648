-- guess: failed proofs are counted, outside the transaction, and make wait; all refusals are one
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
SELECT authz_account_add('guess', 130, 'the right one') IS NOT NULL AS added;
SELECT authz_account_add('guess, the neighbour', 131, 'the right one') IS NOT NULL AS added;
SET authz.account = 130;
SELECT authz_user_add('Ann');
SELECT count(authz_apptoken_add(id => 'guess' || n, token => 'sesame', session_user_id => 'Ann')) FROM generate_series(1, 4) n;
SELECT session_token AS widget FROM authz_start_widget_session('_130') \gset
SELECT encode(sha256((:'widget' || 'sesame')::bytea), 'hex') AS hash \gset
SET authz.session = :'widget';
SET ROLE regress_reader;
-- so many wrong proofs, and then the right one at once
CREATE FUNCTION pg_temp.after_failures(n int, id text, hash text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	states text[];
BEGIN
	FOR i IN 1 .. n LOOP
		states := states || kit.try(format('SELECT authz_start_session(%L, %L)', id, 'wrong' || i));
	END LOOP;
	RETURN array_to_string(ARRAY(SELECT DISTINCT s FROM unnest(states) s), ',') || ', then ' || kit.ask(format('(authz_start_session(%L, %L)).user_id', id, hash));
END
$$;
SELECT pg_temp.after_failures(5, 'guess1', :'hash');	-- people mistype
SELECT pg_temp.after_failures(5, 'guess1', :'hash');	-- a right proof forgets them
SELECT pg_temp.after_failures(6, 'guess1', :'hash');	-- one more, and the right one has to wait
SELECT pg_temp.after_failures(0, 'guess2', :'hash');	-- others have not
SELECT pg_temp.after_failures(6, 'unknown', :'hash');	-- what does not exist answers the same

-- rolled back attempts count
BEGIN;
SELECT kit.try('SELECT authz_start_session(''guess3'', ''wrong'')') FROM generate_series(1, 3);
ROLLBACK;
BEGIN;
SELECT authz_start_session('guess3', 'wrong');	-- 28P01
ROLLBACK;
BEGIN;
SAVEPOINT s;
SELECT authz_start_session('guess3', 'wrong');	-- 28P01
ROLLBACK TO s;
COMMIT;
SELECT pg_temp.after_failures(1, 'guess3', :'hash');	-- the sixth

-- the account's secret; the neighbour's holder does not wait for it
SELECT kit.try('SELECT authz_start_secret_session(130, ''wrong'')') FROM generate_series(1, 6);
SELECT kit.ask('(authz_start_secret_session(130, ''the right one'')).account_id') AS here, kit.ask('(authz_start_secret_session(131, ''the right one'')).account_id') AS there;
SELECT kit.try('SELECT authz_start_secret_session(999, ''wrong'')') FROM generate_series(1, 7);	-- no account, the same word

-- waiting ends
SELECT pg_sleep(1.2);
SELECT kit.ask('(authz_start_secret_session(130, ''the right one'')).account_id'), pg_temp.after_failures(0, 'guess1', :'hash'), pg_temp.after_failures(0, 'guess3', :'hash');

-- no function tells one refusal from another
CREATE FUNCTION pg_temp.word(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	d text;
	h text;
BEGIN
	EXECUTE statement;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
	RETURN concat_ws('|', SQLSTATE, SQLERRM, d, h);
END
$$;
RESET ROLE;
SET authz.session = '';
SELECT authz_apptoken_update('guess2', status => 'blocked'), authz_apptoken_delete('guess4');
SET authz.session = :'widget';
SET ROLE regress_reader;
SELECT count(DISTINCT pg_temp.word(s)) AS words FROM unnest(ARRAY['SELECT authz_start_session(''guess1'', ''wrong'')', 'SELECT authz_start_session(''guess2'', ''wrong'')', 'SELECT authz_start_session(''guess4'', ''wrong'')',
	'SELECT authz_start_session(''nobody'', ''wrong'')', 'SELECT authz_start_session(NULL, NULL)', 'SELECT authz_start_secret_session(130, ''wrong'')', 'SELECT authz_start_secret_session(998, ''wrong'')',
	'SELECT authz_start_widget_session(''_998'')', 'SELECT authz_start_widget_session(''x'')', format('SELECT authz_start_session(''guess2'', %L)', :'hash'), format('SELECT authz_start_session(''guess4'', %L)', :'hash')]) s;	-- 1
RESET ROLE;
RESET authz.session;
