-- client_credentials: an application's own session, for whom it names, by the id and the secret of its client
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('client credentials', 481, 'the secret');
SELECT account_id FROM authz_account_add('client credentials, a neighbour', 482, 'the secret');
SET authz.account = 482;
SELECT identity_id FROM authz_application_add('abroad');
SET authz.account = 481;
SELECT authz_user_add('Olga', first_name => 'Olga', last_name => 'O.'), authz_user_add('Olga2', primary_user_id => 'Olga'), authz_group_add('tools');
SELECT application_id AS tool, identity_id FROM authz_application_add('tool', 'The tool', owner_id => 'Olga') \gset
SELECT application_id AS api FROM authz_application_add('api', owner_id => 'Olga') \gset
SELECT authz_permission_add(p) FROM unnest('{own.read,api.read,api.write,api.all,tool.read,strong.read}'::text[]) p;
SELECT authz_role_add('own', '{own.read}', role_id => 48101), authz_role_add('reader', '{api.read}', application_id => :'api', role_id => 48102), authz_role_add('writer', '{api.write}', application_id => :'api', role_id => 48103),
	authz_role_add('all', '{api.all}', application_id => :'api', everyone => true, role_id => 48104), authz_role_add('tools', '{tool.read}', application_id => :'tool', everyone => true, role_id => 48105),
	authz_role_add('strong', '{strong.read}', application_id => :'api', everyone => true, minimum_assurance => 1, role_id => 48106);
SELECT authz_role_user_add(48101, :'identity_id'), authz_role_user_add(48102, :'identity_id'), authz_group_user_add('tools', :'identity_id'), authz_role_user_add(48103, 'tools');
SELECT registration_id AS registration, client_id AS client, client_secret AS secret FROM authz_registration_add(:'tool', 'oidc', '{"grant_types": ["client_credentials"]}') \gset
SELECT client_id AS web, client_secret AS web_secret FROM authz_registration_add(:'tool', 'oidc', '{"redirect_uris": ["https://tool.example.org/"]}') \gset
SELECT client_id AS saml FROM authz_registration_add(:'tool', 'saml', '{"entity_id": "urn:example:tool", "acs_urls": ["https://tool.example.org/acs"]}') \gset
SET ROLE regress_reader;
CREATE FUNCTION pg_temp.rights() RETURNS text[] LANGUAGE sql AS $$ SELECT array_agg(p ORDER BY p) FROM unnest('{own.read,api.read,api.write,api.all,tool.read,strong.read}'::text[]) p WHERE authz_has_permission(p) $$;

-- for an application of the account: its roles count, beside the account's
SELECT status, access_token, expires_in FROM authz_client_credentials(:'client', :'secret', 'api') \gset
SELECT :'status', :expires_in;
SET authz.session = :'access_token';
SELECT user_id, session_type, actor, role_ids, privileges, expiry - now() <= interval '1 hour' AS short FROM authz_current_session();
SELECT * FROM (SELECT identity_id, kind, account_id, display_name, primary_user_id, application_id = :'tool' AS itself, application_identifier, audience, actor FROM authz_current_identity()) i;
SELECT pg_temp.rights(), authz_has_role('reader', :'api'), authz_has_role('own'), authz_has_role('tools', :'tool');
-- for itself, and for the account, where no application's roles count
SET authz.session = '';
SELECT access_token FROM authz_client_credentials(:'client', :'secret', 'tool') \gset
SET authz.session = :'access_token';
SELECT audience, pg_temp.rights() FROM authz_current_identity();
SET authz.session = '';
SELECT access_token AS own FROM authz_client_credentials(:'client', :'secret', 'authorization-service-api') \gset
SET authz.session = :'own';
SELECT audience, pg_temp.rights() FROM authz_current_identity();
-- whoever else calls: it is the proof that counts
SELECT status FROM authz_client_credentials(:'client', :'secret', 'api');
SET authz.session = 'forged';
SELECT status FROM authz_client_credentials(:'client', :'secret', 'api');
SET authz.session = '';

-- who others are
RESET ROLE;
SELECT authz_user_add('Robot', 'service', screen_name => 'The robot');
SELECT kit.own(481, 'Olga') AS olga, kit.own(481, 'Olga2') AS second, kit.own(481, 'Robot') AS robot, (authz_start_widget_session('_481')).session_token AS widget \gset
SELECT authz_request_authorization(:'tool', app_secret, 'Olga') AS key, app_secret FROM authz_application_secret_add(:'tool') \gset
SET authz.session = :'olga';
SELECT authz_set_application_authorization(max(id), 'approved') FROM authz_application_requests;
SET authz.session = '';
SELECT session_token AS acting FROM authz_authorize(:'tool', :'app_secret', :'key') \gset
SET ROLE regress_reader;
CREATE FUNCTION pg_temp.who(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN (SELECT concat_ws('|', i.identity_id, i.kind, i.display_name, i.primary_user_id, i.application_identifier, i.audience, left(i.actor, 12)) FROM authz_current_identity() i WHERE i IS NOT NULL OR i.identity_id IS NOT NULL);
END
$$;
SELECT pg_temp.who(:'olga') AS person, pg_temp.who(:'second') AS secondary, pg_temp.who(:'robot') AS service, pg_temp.who(:'acting') AS acting, pg_temp.who(:'widget') AS widget, pg_temp.who('forged') AS forged, pg_temp.who('') AS nobody;

-- whatever is missing has one answer, and nothing beside it
CREATE FUNCTION pg_temp.answer(client text, secret text, audience text) RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws('|', status, access_token, expires_in) FROM authz_client_credentials(client, secret, audience) $$;
SELECT DISTINCT a FROM unnest(ARRAY[pg_temp.answer(:'client', 'wrong', 'api'), pg_temp.answer(:'client', repeat('0', 64), 'api'), pg_temp.answer(:'client', upper(:'secret'), 'api'), pg_temp.answer('nobody', :'secret', 'api'), pg_temp.answer(upper(:'client'), :'secret', 'api'),
	pg_temp.answer(:'registration', :'secret', 'api'), pg_temp.answer(repeat('x', 100000), repeat('x', 100000), repeat('x', 100000)), pg_temp.answer(:'web', :'web_secret', 'api'), pg_temp.answer(:'web', :'secret', 'api'), pg_temp.answer(:'saml', :'secret', 'api'),
	pg_temp.answer(:'client', :'secret', 'nobody'), pg_temp.answer(:'client', :'secret', 'abroad'), pg_temp.answer(:'client', :'secret', 'API'), pg_temp.answer(:'client', :'secret', ' api'), pg_temp.answer(:'client', :'secret', :'api'), pg_temp.answer(:'client', :'app_secret', 'api')]) a;
SELECT kit.try(format('SELECT authz_client_credentials(%L, %L, %L)', c, s, a)) FROM (VALUES (1, NULL, 's', 'a'), (2, 'c', NULL, 'a'), (3, 'c', 's', NULL), (4, '', 's', 'a'), (5, 'c', '', 'a'), (6, 'c', 's', '')) AS t (n, c, s, a) ORDER BY n;	-- 22023

-- guessing has to wait, also after a rollback, also for what is not there; other clients do not
SELECT pg_temp.answer(:'client', :'secret', 'api') LIKE 'ok|%' AS "a right one forgets";
BEGIN;
SELECT count(pg_temp.answer(:'client', 'guess ' || n, 'api')), count(pg_temp.answer('unknown', 'guess ' || n, 'api')) FROM generate_series(1, 6) n;
ROLLBACK;
SELECT pg_temp.answer(:'client', :'secret', 'api') AS "the right one", pg_temp.answer('unknown', :'secret', 'api') AS unknown, pg_temp.answer(:'web', :'web_secret', 'api') AS "another client";	-- wait, wait, failed
SELECT pg_sleep(1.2);
SELECT pg_temp.answer(:'client', :'secret', 'api') LIKE 'ok|%' AS "waiting ends";
-- nor does a right secret that is for nothing count as a failure
SELECT count(pg_temp.answer(:'client', :'secret', 'nobody')) FROM generate_series(1, 7);
SELECT pg_temp.answer(:'client', :'secret', 'api') LIKE 'ok|%' AS ok;

-- what is rolled back never existed; nothing starts where nothing can be written
BEGIN;
SELECT access_token FROM authz_client_credentials(:'client', :'secret', 'api') \gset
SET authz.session = :'access_token';
SELECT authz_current_user_id();
ROLLBACK;
SET authz.session = :'access_token';
SELECT authz_current_user_id();			-- NULL
SET authz.session = '';
BEGIN READ ONLY;
SELECT authz_client_credentials(:'client', :'secret', 'api');	-- 25006
ROLLBACK;

-- it lives as what it came of lives
SELECT access_token AS api_token FROM authz_client_credentials(:'client', :'secret', 'api') \gset
SELECT access_token AS own_token FROM authz_client_credentials(:'client', :'secret', 'authorization-service-api') \gset
RESET ROLE;
CREATE FUNCTION pg_temp.lives(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN coalesce(authz_current_user_id(), 'nobody');
END
$$;
CREATE FUNCTION pg_temp.state(client text, secret text, api_token text, own_token text) RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws(', ', (SELECT status FROM authz_client_credentials(client, secret, 'api')), pg_temp.lives(api_token), pg_temp.lives(own_token), (SELECT set_config('authz.session', '', true))) $$;
\set state 'SELECT pg_temp.state(:''client'', :''secret'', :''api_token'', :''own_token'')'
SELECT authz_application_disable(:'api');
:state;									-- for it no more, else as before
SELECT authz_application_enable(:'api'), authz_application_disable(:'tool');
:state;									-- nobody
SELECT authz_application_enable(:'tool'), authz_account_update(481, status => 'blocked');
:state;
SELECT authz_account_update(481, status => 'active');
:state;
SELECT length(authz_registration_rotate_secret(:'registration'));
:state;									-- the former secret holds for a while
SELECT authz_registration_rotate_secret(:'registration', 0) AS secret \gset
:state;
UPDATE authz.registration_secret SET expires_at = now() WHERE registration_id = :'registration';
:state;									-- a secret that has ended; what it was exchanged for lives on
SELECT authz_registration_rotate_secret(:'registration', 0) AS secret \gset
SELECT authz_registration_update(:'registration', '{"redirect_uris": ["https://tool.example.org/"]}');
:state;									-- without the grant it has no such sessions
SELECT authz_registration_update(:'registration', '{"grant_types": ["client_credentials"]}');
SELECT access_token AS api_token FROM authz_client_credentials(:'client', :'secret', 'api') \gset
SELECT access_token AS own_token FROM authz_client_credentials(:'client', :'secret', 'authorization-service-api') \gset
:state;
SELECT count(*) AS sessions, authz_sessions_revoke(application_id => :'api') > 0 AS revoked FROM authz_sessions WHERE user_id = :'identity_id' AND application_id = :'api';
SELECT pg_temp.lives(:'api_token') AS api, pg_temp.lives(:'own_token') AS own, set_config('authz.session', '', true);
SELECT authz_registration_delete(:'registration');
:state;

-- the account's own audience is a setting; no application has its name
SELECT registration_id AS registration, client_id AS client, client_secret AS secret FROM authz_registration_add(:'tool', 'oidc', '{"grant_types": ["client_credentials"]}') \gset
SELECT kit.try('SELECT authz_application_add(''authorization-service-api'')') AS taken, kit.try('SELECT authz_account_update(481, settings => ''{"audience": "api"}'')') AS "an application's", kit.try('SELECT authz_account_update(481, settings => ''{"audience": "a b"}'')') AS spaced,
	kit.try('SELECT authz_account_update(481, settings => ''{"audience": 1}'')') AS number;	-- 23505, 23505, 22023, 22023
SELECT authz_account_update(481, settings => '{"audience": "our-api"}');
SELECT pg_temp.answer(:'client', :'secret', 'authorization-service-api') AS former, pg_temp.answer(:'client', :'secret', 'our-api') LIKE 'ok|%' AS "its own", kit.try('SELECT authz_application_add(''our-api'')') AS taken, pg_temp.who(:'robot') AS robot;
SELECT set_config('authz.session', '', false);
SELECT authz_account_update(481, settings => '{"audience": null, "max_session_duration": 60}');
SELECT expires_in FROM authz_client_credentials(:'client', :'secret', 'authorization-service-api');	-- as long as the account allows
SELECT authz_account_update(481, settings => '{"max_session_duration": null}');

-- so a manager manages: by its client's credentials, as itself
SELECT authz_group_add('authorization-service-applications-managers'), authz_group_user_add('authorization-service-applications-managers', :'identity_id');
SET ROLE regress_reader;
SELECT access_token FROM authz_client_credentials(:'client', :'secret', 'authorization-service-api') \gset
SET authz.session = :'access_token';
SELECT m.application_id AS managed FROM authz_current_identity() i, authz_application_add('managed', manager_id => i.identity_id, owner_id => 'Olga') m \gset
SELECT registration_id AS its_registration, client_id AS its_client, client_secret AS its_secret FROM authz_registration_add(:'managed', 'oidc', '{"grant_types": ["client_credentials"]}') \gset
SELECT application_identifier, manager_id, owner_id FROM authz_applications WHERE application_id = :'managed';
SELECT authz_registration_rotate_secret(:'its_registration', 0) <> :'its_secret' AS rotated, (SELECT count(*) FROM authz_registrations WHERE application_id = :'managed') AS seen;
SET authz.session = '';
SELECT status FROM authz_client_credentials(:'its_client', :'its_secret', 'api');	-- failed

-- the books: what it did, what was refused, with which client; never a secret
RESET ROLE;
SELECT action, outcome, user_id, client_id = :'web' AS web, count(*) > 0 AS noted FROM authz_application_activity WHERE application_id = :'tool' AND action = 'client_credentials' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;
SELECT count(*) FROM (SELECT a::text FROM authz.application_activity a UNION ALL SELECT s::text FROM authz.registration_secret s UNION ALL SELECT s::text FROM authz.session s) AS every (line) WHERE line LIKE '%' || :'secret' || '%' OR line LIKE '%' || :'access_token' || '%';	-- 0
RESET authz.account;
