-- end_revoke: sessions that are over, here and everywhere
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('revoke', 107);
SELECT account_id FROM authz_account_add('revoke, the neighbour', 108);
SELECT kit.person(107, 'Ann'), kit.person(107, 'Bob'), kit.person(107, 'Boss', 'admin'), kit.person(108, 'Ann');
CREATE FUNCTION pg_temp.who(VARIADIC tokens text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	token text;
	who text;
BEGIN
	FOREACH token IN ARRAY tokens LOOP
		PERFORM set_config('authz.session', token, true);
		who := concat_ws(' ', who, coalesce(authz_current_account_id() || '/' || coalesce(authz_current_user_id(), 'widget'), '-'));
	END LOOP;
	RETURN who;
END
$$;
GRANT EXECUTE ON FUNCTION pg_temp.who TO PUBLIC;
SET ROLE regress_reader;
SELECT kit.token(107, '107-ann') AS a1, kit.token(107, '107-ann') AS a2, kit.token(107, '107-bob') AS b1, kit.token(107, '107-boss') AS boss,
	kit.token(108, '108-ann') AS n1 \gset
SELECT session_token AS w1, session_id AS w1_id FROM authz_start_widget_session('_107') \gset
SELECT session_token AS w2 FROM authz_start_widget_session('_107') \gset
SELECT pg_temp.who(:'a1', :'a2', :'b1', :'boss', :'n1', :'w1', :'w2');

-- ending: one's own, undone by a rollback, seen in the transaction itself
SET authz.session = :'a1';
BEGIN;
SELECT authz_end_session();
SELECT authz_current_user_id();		-- NULL
ROLLBACK;
SELECT authz_current_user_id();		-- Ann
BEGIN;
SAVEPOINT s;
SELECT authz_end_session();
ROLLBACK TO s;
SELECT authz_current_user_id();		-- Ann
COMMIT;
SELECT authz_end_session();
SELECT pg_temp.who(:'a1', :'a2', :'b1', :'boss', :'n1', :'w1', :'w2');	-- a1 is over
SET authz.session = '';
SELECT authz_end_session();			-- 28000
SET authz.session = 'nonsense';
SELECT authz_end_session();			-- 28000

-- revoking takes the permission, and something to find them by
SET authz.session = :'b1';
SELECT authz_sessions_revoke(user_id => 'Ann');		-- 42501
SET authz.session = :'a1';
SELECT authz_sessions_revoke(user_id => 'Ann');		-- 28000: a session that is over decides nothing
SET authz.session = '';
SELECT authz_sessions_revoke(user_id => 'Ann');		-- 28000: no session
SET authz.session = :'boss';
SELECT authz_sessions_revoke();						-- 22023
SELECT authz_sessions_revoke(user_id => 'nobody');	-- 0
SELECT authz_sessions_revoke(user_id => 'ANN', apptoken_id => '107-bob');	-- 0: all that is given must match
SELECT pg_temp.who(:'a1', :'a2', :'b1', :'boss', :'n1', :'w1', :'w2');
BEGIN;
SELECT authz_sessions_revoke(user_id => 'ann');	-- 1, not the neighbour's
SELECT pg_temp.who(:'a2', :'n1');
ROLLBACK;
SELECT pg_temp.who(:'a2', :'n1');
SET authz.session = :'boss';
SELECT authz_sessions_revoke(apptoken_id => '108-ann');	-- 0: another account's
SELECT authz_sessions_revoke(apptoken_id => '107-ann');	-- 1
SELECT authz_sessions_revoke(session_id => :'w1_id');	-- a widget session has no row, and is over all the same
SELECT pg_temp.who(:'a1', :'a2', :'b1', :'boss', :'n1', :'w1', :'w2');

-- by time: those started before, and no others, whatever moment is named
SELECT pg_sleep(1.1);
SELECT authz_sessions_revoke(started_before => now()) > 0 AS some;
SELECT pg_temp.who(:'b1', :'boss', :'w2', :'n1');
SELECT pg_sleep(1.1);	-- widget tokens know whole seconds only
SELECT session_token AS w3 FROM authz_start_widget_session('_107') \gset
SELECT kit.token(107, '107-bob') AS b2, kit.token(107, '107-boss') AS boss2 \gset
SELECT pg_temp.who(:'b2', :'boss2', :'w3');	-- new ones are good
SET authz.session = :'boss2';
SELECT authz_sessions_revoke(started_before => 'infinity') > 0 AS some;
SELECT pg_sleep(1.1);
SELECT session_token AS w4 FROM authz_start_widget_session('_107') \gset
SELECT pg_temp.who(:'b2', :'w3', :'w4');	-- what starts later is not "before"
SELECT kit.token(107, '107-bob') AS b3 \gset
SELECT pg_temp.who(:'b3');

-- a session that was rolled back never existed
BEGIN;
SELECT kit.token(107, '107-bob') AS b4 \gset
SELECT pg_temp.who(:'b4');			-- Bob
SAVEPOINT s;
SELECT kit.token(107, '107-bob') AS b5 \gset
SELECT pg_temp.who(:'b4', :'b5');	-- Bob Bob
ROLLBACK TO s;
SELECT pg_temp.who(:'b4', :'b5');	-- Bob -
ROLLBACK;
SELECT pg_temp.who(:'b4', :'b5');	-- - -

-- a key that is replaced: what it signed holds for the overlap, and no longer
RESET ROLE;
SET authz.session = '';
SET authz.account = 107;
SELECT authz_signing_key_rotate() <> '' AS rotated;
SELECT kit.token(107, '107-bob') AS b6 \gset
SELECT pg_temp.who(:'b3', :'b6');	-- both
SELECT authz_signing_key_rotate(overlap => 0) <> '' AS rotated;
SELECT pg_temp.who(:'b3', :'b6');	-- none
SELECT kit.token(107, '107-bob') AS b7 \gset
SELECT pg_temp.who(:'b7');			-- Bob
RESET authz.session;
