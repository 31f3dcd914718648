-- issuer_exchange: tokens of a registered issuer, exchanged for a session of an application, once
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('exchange', 664, 'the secret');
SET authz.account = 664;
SELECT authz_group_add('crew'), authz_user_add('robot', 'service');
SELECT application_id AS app FROM authz_application_add('portal') \gset
SELECT application_id AS other FROM authz_application_add('other') \gset
SELECT authz_role_add('viewer', application_id => :'app', role_id => 66401, rank => 1), authz_role_add('editor', application_id => :'app', role_id => 66402, rank => 2), authz_role_add('viewer', application_id => :'other', role_id => 66403), authz_role_add('account''s', role_id => 66404);
CREATE FUNCTION pg_temp.login(app text, token text) RETURNS text LANGUAGE sql AS $$ SELECT concat_ws(' ', status, user_id, role) FROM authz_login_sso(app::uuid, token) $$;
CREATE FUNCTION pg_temp.seconds(n float) RETURNS float LANGUAGE sql AS $$ SELECT extract(epoch FROM clock_timestamp()) + n $$;

-- without a secret only where what the issuer signs is verified by its keys
SELECT authz_sign_in_configure(a::uuid, 'sso', 'sso') FROM unnest(ARRAY[:'app', :'other']) a;
SELECT kit.try(format('SELECT authz_sso_configure(%L, ''https://id.example.org'', NULL, NULL, NULL)', :'app'));	-- 22023
SELECT authz_sso_configure(:'app', 'https://id.example.org', 'a secret of gateway and application', NULL, NULL);
SELECT authz_issuer_add('https://id.example.org', kit.jwks('first'), 'files', '{RS256}', role_claim => 'groups');
SELECT authz_issuer_role_add('https://id.example.org', 'readers', 66401), authz_issuer_role_add('https://id.example.org', 'writers', 66402), authz_issuer_role_add('https://id.example.org', 'readers', 66403), authz_issuer_role_add('https://id.example.org', 'others', 66404);
SELECT authz_sso_configure(:'app', 'https://id.example.org', '', NULL, NULL), authz_sso_configure(:'other', 'https://id.example.org', NULL, NULL, NULL);
SELECT what, kit.try(format('SELECT authz_sso_configure(%L, %s)', :'app', what)) FROM unnest(ARRAY['''https://id.example.com'', NULL, NULL, NULL', ''''', NULL, NULL, NULL', 'NULL, NULL, NULL, NULL, true', 'NULL, NULL, NULL, NULL']) what;
SELECT issuer, accept_session_key FROM authz_sign_in_settings WHERE application_id = :'app';

-- who comes for the first time is made, with the role that is mapped; what is told of him is stored
SELECT pg_temp.login(:'app', kit.foreign('Ann', '{"groups": "readers", "given_name": "Ann", "family_name": "Æ", "email": "ann@example.org"}'));
SELECT pg_temp.login(:'app', kit.foreign('Ann', '{"groups": ["x", "readers", "writers"], "jti": "one"}')) AS strongest, pg_temp.login(:'other', kit.foreign('Ann', '{"groups": ["x", "readers", "writers"], "jti": "one"}')) AS elsewhere;
SELECT u.user_id, u.first_name, u.last_name, u.email, u.role, u.source FROM authz_application_users u WHERE u.application_id = :'app' ORDER BY u.user_id;
SELECT s.user_id, s.role_ids, s.actor FROM authz_login_sso(:'app', kit.foreign('Ann', '{"groups": "readers"}')) t, authz_use_session(t.session_token, false) s;
SET authz.session = '';
-- a token to be exchanged is no session
SELECT kit.try(format('SELECT authz_use_session(%L)', kit.foreign('Ann')));	-- 28000

-- once: by its number, or by all that is signed; rolled back it never came
SELECT kit.foreign('Ann', '{"groups": "readers"}') AS one, kit.foreign('Ann', '{"groups": "readers", "jti": "two"}') AS two, kit.foreign('Ann', '{"groups": "readers", "jti": "two", "x": 1}') AS two_again \gset
BEGIN;
SELECT pg_temp.login(:'app', :'one');			-- ok
ROLLBACK;
SELECT pg_temp.login(:'app', :'one');			-- ok
SELECT pg_temp.login(:'app', :'one');			-- failed
SELECT pg_temp.login(:'app', :'two');			-- ok
SELECT pg_temp.login(:'app', :'two_again');		-- failed
SELECT pg_temp.login(:'other', :'two');			-- ok: each application knows its own

-- whatever is wrong has one answer
CREATE TEMP TABLE wrong AS SELECT * FROM (VALUES ('another key', kit.foreign('Ann', '{"groups": "readers"}', 'second')), ('another key by the name', kit.foreign('Ann', '{"groups": "readers"}', 'second', '{"kid": "first"}')), ('unsigned', kit.base64url('{"alg":"none"}') || '.' || split_part(:'one', '.', 2) || '.'),
	('the former secret', kit.jws('{"alg":"HS256"}', json_build_object('iss', 'https://id.example.org', 'aud', :'app', 'sub', 'Ann', 'role', 'viewer', 'jti', 'x', 'iat', pg_temp.seconds(0), 'exp', pg_temp.seconds(60))::text, 'a secret of gateway and application')),
	('for the application', kit.foreign('Ann', jsonb_build_object('groups', 'readers', 'aud', :'app'))), ('another issuer', kit.foreign('Ann', '{"groups": "readers", "iss": "https://id.example.com"}')), ('too long', kit.foreign('Ann', jsonb_build_object('groups', 'readers', 'exp', pg_temp.seconds(3602)))), ('expired', kit.foreign('Ann', jsonb_build_object('groups', 'readers', 'iat', pg_temp.seconds(-60), 'exp', pg_temp.seconds(-1)))),
	('of tomorrow', kit.foreign('Ann', jsonb_build_object('groups', 'readers', 'iat', pg_temp.seconds(60)))), ('nobody', kit.foreign(NULL, '{"groups": "readers"}')), ('no role', kit.foreign('Ann')), ('not mapped', kit.foreign('Ann', '{"groups": "viewer", "role": "viewer"}')), ('the account''s role', kit.foreign('Ann', '{"groups": "others"}')), ('the other''s role alone', kit.foreign('Ann', '{"groups": []}')),
	('a group', kit.foreign('crew', '{"groups": "readers"}')), ('a service', kit.foreign('robot', '{"groups": "readers"}')), ('bound to a key', kit.foreign('Ann', '{"groups": "readers", "cnf": {}}')), ('of another', kit.foreign('Ann', '{"groups": "readers", "act": {}}'))) v (what, token);
SELECT what, pg_temp.login(:'app', token) FROM wrong ORDER BY what COLLATE "C";
SELECT detail ->> 'reason' AS reason, count(*) FROM authz.audit_event WHERE account_id = 664 AND action = 'sign_in' AND detail ->> 'outcome' = 'failed' GROUP BY 1 ORDER BY 1;
DROP TABLE wrong;

-- rotation
SELECT authz_issuer_update('https://id.example.org', kit.jwks('first', 'second'));
SELECT pg_temp.login(:'app', kit.foreign('Ann', '{"groups": "readers"}')) AS former, pg_temp.login(:'app', kit.foreign('Ann', '{"groups": "readers"}', 'second')) AS new;
SELECT authz_issuer_update('https://id.example.org', kit.jwks('second'));
SELECT pg_temp.login(:'app', kit.foreign('Ann', '{"groups": "readers"}')) AS former, pg_temp.login(:'app', kit.foreign('Ann', '{"groups": "readers"}', 'second')) AS new;

-- what is revoked is not exchanged either, nor what names somebody who is another by now
SELECT kit.foreign('Ann', '{"groups": "readers", "sid": "s"}', 'second') AS named, kit.foreign('Ann', '{"groups": "readers"}', 'second') AS ann, kit.foreign('Bob', '{"groups": "readers"}', 'second') AS bob, kit.foreign('Bob', '{"groups": "readers"}', 'second', '{"x": 1}') AS bob_again \gset
SELECT authz_sessions_revoke(session_id => 's');
SELECT pg_temp.login(:'app', :'named');
SELECT authz_sessions_revoke(user_id => 'Ann') > 0 AS ended;
SELECT pg_temp.login(:'app', :'ann'), pg_temp.login(:'app', :'bob');
SELECT authz_user_delete('Bob'), authz_user_add('Bob', reuse => true);
SELECT pg_temp.login(:'app', :'bob_again');

-- who signs is another one: the sessions end
CREATE FUNCTION pg_temp.session(token text) RETURNS text LANGUAGE sql AS $$ SELECT session_token FROM authz_login_sso((SELECT application_id FROM authz_applications WHERE application_identifier = 'portal'), token) $$;
CREATE FUNCTION pg_temp.who(token text) RETURNS text LANGUAGE sql SET authz.session = '' AS $$ SELECT coalesce((SELECT authz_current_user_id() FROM (SELECT set_config('authz.session', token, true) OFFSET 0) s), 'nobody') $$;
SELECT pg_temp.session(kit.foreign('Cy', '{"groups": "readers"}', 'second')) AS cy, session_token AS own FROM authz_start_secret_session(664, 'the secret', 'Ann') \gset
SELECT pg_temp.who(:'cy'), pg_temp.who(:'own');
SELECT authz_issuer_update('https://id.example.org', kit.jwks('first'));
SELECT pg_temp.who(:'cy'), pg_temp.who(:'own');
SELECT authz_sessions_revoke(issuer => 'https://id.example.org') > 0 AS ended;
SELECT pg_temp.who(:'cy'), pg_temp.who(:'own');	-- nobody; Ann
SELECT pg_temp.session(kit.foreign('Cy', jsonb_build_object('groups', 'readers', 'iat', pg_temp.seconds(20)))) AS cy \gset
SELECT pg_temp.who(:'cy'), pg_temp.who(:'own');
SELECT authz_issuer_delete('https://id.example.org');
SELECT pg_temp.who(:'cy'), pg_temp.who(:'own');	-- nobody; Ann
SELECT pg_temp.login(:'app', kit.foreign('Cy', jsonb_build_object('groups', 'readers', 'iat', pg_temp.seconds(20))));	-- failed
SELECT authz_application_delete(:'app'), authz_application_delete(:'other');
RESET authz.account;
