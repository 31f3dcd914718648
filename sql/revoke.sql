-- revoke: sessions without a row, which are revoked by all that is given and by no more, and for as long as there may be any
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('revoke, without rows', 151);
SET authz.account = 151;
SELECT kit.person(151, 'Ann'), kit.person(151, 'Bob');
CREATE FUNCTION pg_temp.who(VARIADIC tokens text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	token text;
	who text;
BEGIN
	FOREACH token IN ARRAY tokens LOOP
		PERFORM set_config('authz.session', token, true);
		who := concat_ws(', ', who, coalesce(nullif(concat_ws(' ', (authz_current_session()).session_type, authz_current_user_id()), ''), '-'));
	END LOOP;
	PERFORM set_config('authz.session', '', true);
	RETURN who;
END
$$;
CREATE FUNCTION pg_temp.ks(user_id text DEFAULT NULL, privileges text DEFAULT NULL) RETURNS text LANGUAGE sql AS
	$$SELECT authz_ks_encode(151, 'a secret of another', user_id, privileges => privileges)$$;
SELECT authz_account_update(151, settings => '{"accept_ks": true}'), authz_account_rotate_secret(151, 3600, 'a secret of another') <> '' AS taken;
CREATE TABLE ks AS SELECT pg_temp.ks('Ann') AS ann, pg_temp.ks('Bob') AS bob, pg_temp.ks('Bob', 'apptoken:151-bob') AS app, pg_temp.ks('Bob', 'sessionid:g/h') AS grouped, pg_temp.ks() AS nobody;
SELECT session_token AS w5, session_id AS w5_id FROM authz_start_widget_session('_151') \gset
SELECT 'urn:uuid:' || issuer AS own FROM authz.account WHERE account_id = 151 \gset
SELECT authz_sessions_revoke(''), authz_sessions_revoke(user_id => '', issuer => '');	-- 22023: an id that is missing is not everybody's
SELECT authz_sessions_revoke(session_id => :'w5_id', started_before => '2001-01-01'), authz_sessions_revoke(session_id => 'g', user_id => 'Ann'),
	authz_sessions_revoke(apptoken_id => '151-bob', user_id => 'Ann'), authz_sessions_revoke(issuer => 'https://elsewhere.example.org'),
	authz_sessions_revoke(session_id => :'w5_id', issuer => 'https://elsewhere.example.org'), authz_sessions_revoke(user_id => 'Ann', started_before => '2001-01-01');
SELECT pg_temp.who(ann, bob, app, grouped, nobody, :'w5') FROM ks;		-- all as before
SELECT authz_sessions_revoke(apptoken_id => '151-bob', started_before => now());
SELECT pg_temp.who(ann, bob, app, grouped, nobody, :'w5') FROM ks;		-- without the app token's
SELECT authz_sessions_revoke(session_id => 'h', user_id => 'bob', issuer => :'own', started_before => now());
SELECT pg_temp.who(ann, bob, app, grouped, nobody, :'w5') FROM ks;		-- without the group's
SELECT authz_sessions_revoke(user_id => 'BOB');
SELECT pg_temp.who(ann, bob, app, grouped, nobody, :'w5') FROM ks;		-- without Bob's
SELECT authz_sessions_revoke(session_id => :'w5_id', issuer => :'own');
SELECT pg_temp.who(ann, bob, app, grouped, nobody, :'w5') FROM ks;		-- without the widget's
SELECT kit.token(151, '151-bob') AS b6 \gset
SELECT authz_sessions_revoke(issuer => :'own') > 0 AS some;
SELECT pg_temp.who(ann, bob, app, grouped, nobody, :'b6') FROM ks;		-- nobody: all are signed here

SELECT subject, object = :'w5_id' AS widget, detail ->> 'user_id' AS user_id, detail ->> 'issuer' = :'own' AS own, (detail ->> 'ended')::int > 0 AS ended
	FROM authz.audit_event WHERE account_id = 151 AND action = 'session.revoke' ORDER BY event_id DESC LIMIT 3;

-- an application's identity in what others made; who signed in by a gateway's word
SELECT application_id AS app FROM authz_application_add('tool') \gset
SELECT authz_account_rotate_secret(151, 3600, 'a secret of another') <> '' AS taken;
UPDATE ks SET app = pg_temp.ks('service-account-tool'), bob = pg_temp.ks('Bob');
SELECT authz_sessions_revoke(application_id => :'app', user_id => 'Bob');
SELECT pg_temp.who(app, bob) FROM ks;		-- both: nobody is both of them
SELECT authz_sessions_revoke(application_id => :'app');
SELECT pg_temp.who(app, bob) FROM ks;		-- Bob
SELECT authz_sign_in_configure(:'app', 'sso', 'internal', allow_anonymous => false);
INSERT INTO authz.sso_setting (application_id, account_id, issuer) VALUES (:'app', 151, 'https://gateway.example.org');
SELECT pg_sleep(1.1);	-- widget tokens know whole seconds only
SELECT kit.token(151, '151-bob') AS b7, kit.token(151, '151-bob') AS b8 \gset
UPDATE authz.session SET application_id = :'app', sign_in_id = (SELECT sign_in_id FROM authz.sign_in_setting WHERE application_id = :'app')
	WHERE session_id = (SELECT session_id FROM authz_use_session(:'b7', false));
SET authz.session = '';
SELECT authz_sessions_revoke(issuer => 'https://gateway.example.org', started_before => '2001-01-01');	-- 0
SELECT authz_sessions_revoke(issuer => 'https://gateway.example.org', started_before => 'infinity');	-- 1
SELECT pg_temp.who(:'b8');				-- Bob: by an app token

-- the list is short: two of a kind are one, and what can be about nobody any more goes
CREATE FUNCTION pg_temp.kept() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM authz.revocation WHERE account_id = 151';
SELECT pg_temp.kept() AS before \gset
SELECT authz_sessions_revoke(user_id => 'Bob'), authz_sessions_revoke(user_id => 'Bob'), authz_sessions_revoke(session_id => 'none'), authz_sessions_revoke(session_id => 'none');
SELECT pg_temp.kept() - :before AS more;	-- 1: Bob's was there
CREATE FUNCTION pg_temp.lasts(of_session text) RETURNS interval LANGUAGE sql AS
	'SELECT CASE WHEN isfinite(expires_at) THEN date_trunc(''minute'', expires_at - now() + interval ''30 s'') END FROM authz.revocation WHERE account_id = 151 AND session_id = of_session';
SELECT pg_temp.lasts('none');				-- NULL: while the secret of Kaltura sessions holds
SELECT authz_account_rotate_secret(151, 7200) <> '' AS rotated;
SELECT pg_temp.lasts('none');				-- a day: widget sessions; what the secret has signed is over in two hours
SELECT authz_account_update(151, settings => '{"max_session_duration": 60}'), authz_sessions_revoke(session_id => 'short');
SELECT pg_temp.lasts('short');				-- NULL, by the new secret
SELECT authz_account_update(151, settings => '{"accept_ks": null}');
SELECT pg_temp.lasts('short');				-- a day: the account had it before
SELECT authz_account_update(151, settings => '{"max_session_duration": 172800}'), authz_account_update(151, settings => '{"max_session_duration": 60}'), authz_sessions_revoke(session_id => 'long');
SELECT pg_temp.lasts('long');				-- two days
SELECT authz_sessions_revoke(user_id => 'Bob'), pg_temp.kept() AS before \gset
SELECT pg_temp.kept() - :before AS more;	-- 0: all of Bob's have rows now
SELECT session_token AS widget, session_id AS widget_id FROM authz_start_widget_session('_151') \gset
SET authz.session = :'widget';
SELECT authz_end_session();
SELECT pg_temp.who(:'widget'), pg_temp.lasts(:'widget_id');	-- nobody, for as long as it would have lasted
SET authz.session = '';
UPDATE authz.revocation SET expires_at = now() - interval '1 s' WHERE account_id = 151;
SELECT authz_sessions_revoke(session_id => 'another');
SELECT authz_sessions_revoke(session_id => 'another');
SELECT pg_temp.kept();						-- 1
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pg_temp.kept();
SELECT authz_sessions_revoke(session_id => 'another');	-- purges nothing, and is in nobody's way
COMMIT;

-- what another issuer signs is his: nobody else's revocations end it, its user's and everybody's do
SELECT authz_issuer_add('https://id.example.org', kit.jwks('first'), 'files', '{RS256}', direct => true);
SELECT kit.foreign('Bob') AS f1, kit.foreign('Ann') AS f2 \gset
SELECT pg_temp.who(:'f1', :'f2');
SELECT authz_sessions_revoke(issuer => :'own') >= 0 AS own, authz_sessions_revoke(apptoken_id => '151-bob') >= 0 AS apptoken, authz_sessions_revoke(application_id => :'app') >= 0 AS application, authz_sessions_revoke(issuer => 'https://gateway.example.org') AS gateway,
	authz_sessions_revoke(issuer => 'https://id.example.org', user_id => 'Cat') AS another, authz_sessions_revoke(issuer => 'https://id.example.org', started_before => '2001-01-01') AS before;
SELECT pg_temp.who(:'f1', :'f2');		-- both
SELECT authz_sessions_revoke(issuer => 'https://id.example.org', user_id => 'Bob', started_before => 'infinity');
SELECT pg_temp.who(:'f1', :'f2');		-- Ann
SELECT authz_sessions_revoke(started_before => 'infinity') >= 0 AS all;
SELECT pg_temp.who(:'f1', :'f2');		-- nobody
SELECT authz_issuer_delete('https://id.example.org');
DROP TABLE ks;
