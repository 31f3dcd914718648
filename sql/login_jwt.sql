-- login_jwt: an assertion of the gateway's, a JWT: for here, of now, by its secret alone, and for the first time
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('jwt', 644, 'the secret');
SET authz.account = 644;
SELECT authz_group_add('crew');
SELECT application_id AS app FROM authz_application_add('portal') \gset
SELECT application_id AS other FROM authz_application_add('other') \gset
SELECT authz_role_add('viewer', application_id => a::uuid, label => 'View only') > 0 AS made, authz_role_add('editor', application_id => a::uuid) > 0 AS made,
	authz_sso_configure(a::uuid, 'https://gate.example.org', 'a secret of gateway and application', 'https://gate.example.org/login', NULL), authz_sign_in_configure(a::uuid, 'sso', 'sso') FROM unnest(ARRAY[:'app', :'other']) a;

-- what a gateway makes of claims; those that are given come in the place of the good ones, and NULL takes one away
CREATE FUNCTION pg_temp.signed(header text, claims text, secret text) RETURNS text LANGUAGE sql AS $$
	SELECT t.text || '.' || kit.base64url(hmac(convert_to(t.text, 'UTF8'), convert_to(secret, 'UTF8'), 'sha256'))
	FROM (SELECT kit.base64url(convert_to(header, 'UTF8')) || '.' || kit.base64url(convert_to(claims, 'UTF8'))) AS t (text)
$$;
CREATE FUNCTION pg_temp.claims(app text, claims jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object('iss', 'https://gate.example.org', 'aud', app, 'sub', 'Ann', 'role', 'viewer', 'iat', now, 'exp', now + 60, 'jti', gen_random_uuid()) || claims)
	FROM (SELECT extract(epoch FROM clock_timestamp())::bigint) t (now)
$$;
CREATE FUNCTION pg_temp.jwt(app text, claims jsonb DEFAULT '{}', secret text DEFAULT 'a secret of gateway and application', header text DEFAULT '{"alg":"HS256","typ":"JWT"}') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.signed(header, pg_temp.claims(app, claims)::text, secret)
$$;
CREATE FUNCTION pg_temp.in(seconds float) RETURNS float LANGUAGE sql AS $$ SELECT extract(epoch FROM clock_timestamp()) + seconds $$;

-- who comes for the first time is made, and what is told of him is stored
SET ROLE regress_reader;
SELECT status, user_id, role, expiry > now() + interval '23 hours' AS a_day FROM authz_login_sso(:'app', pg_temp.jwt(:'app'));
SELECT status, user_id, role FROM authz_login_sso(:'app', pg_temp.jwt(:'app', '{"sub": "ANN", "role": "editor", "given_name": "Ann", "family_name": "Ætheling", "email": "ann@example.org"}'));
SELECT status, user_id, role FROM authz_login_sso(:'app', pg_temp.jwt(:'app', jsonb_build_object('sub', 'Zoë', 'role', 'View only', 'aud', ARRAY['another', :'app'], 'nbf', pg_temp.in(-0.5), 'email', '', 'unknown', '{}'::jsonb)));
RESET ROLE;
SELECT u.user_id, u.first_name, u.last_name, u.email, u.role, u.source FROM authz_application_users u WHERE u.application_id = :'app' ORDER BY u.user_id;

-- once; rolled back it never came; an assertion is its number, whatever else it says
SELECT pg_temp.jwt(:'app') AS jwt \gset
BEGIN;
SELECT status FROM authz_login_sso(:'app', :'jwt');							-- ok
ROLLBACK;
SELECT a.status, b.status FROM authz_login_sso(:'app', :'jwt') a, authz_login_sso(:'app', :'jwt') b;	-- ok, failed
SELECT a.status, b.status, c.status AS elsewhere FROM authz_login_sso(:'app', pg_temp.jwt(:'app', '{"jti": "one"}')) a, authz_login_sso(:'app', pg_temp.jwt(:'app', '{"jti": "one", "sub": "Bob"}')) b, authz_login_sso(:'other', pg_temp.jwt(:'other', '{"jti": "one"}')) c;	-- ok, failed, ok

-- whatever is wrong with it has one answer, and makes nobody wait
CREATE TEMP TABLE wrong AS SELECT * FROM (VALUES ('another application''s', pg_temp.jwt(:'other')), ('another secret', pg_temp.jwt(:'app', secret => 'a secret of somebody or other ...')), ('another issuer''s', pg_temp.jwt(:'app', '{"iss": "https://door.example.org"}')),
	('an issuer of another case', pg_temp.jwt(:'app', '{"iss": "https://GATE.example.org"}')), ('no issuer', pg_temp.jwt(:'app', '{"iss": null}')), ('no audience', pg_temp.jwt(:'app', '{"aud": null}')), ('audience: none', pg_temp.jwt(:'app', '{"aud": []}')), ('audience: the identifier', pg_temp.jwt(:'app', '{"aud": "portal"}')),
	('no user', pg_temp.jwt(:'app', '{"sub": null}')), ('an empty user', pg_temp.jwt(:'app', '{"sub": ""}')), ('user: a number', pg_temp.jwt(:'app', '{"sub": 17}')), ('user: a line feed', pg_temp.jwt(:'app', '{"sub": "Ann\n"}')), ('a group', pg_temp.jwt(:'app', '{"sub": "crew"}')), ('an application', pg_temp.jwt(:'app', '{"sub": "service-account-portal"}')),
	('no role', pg_temp.jwt(:'app', '{"role": null, "sub": "nobody"}')), ('role: unknown', pg_temp.jwt(:'app', '{"role": "admin"}')), ('roles', pg_temp.jwt(:'app', '{"role": ["viewer"]}')), ('no number', pg_temp.jwt(:'app', '{"jti": null}')), ('number: a number', pg_temp.jwt(:'app', '{"jti": 17}')),
	('no time', pg_temp.jwt(:'app', '{"iat": null}')), ('no end', pg_temp.jwt(:'app', '{"exp": null}')), ('time: text', pg_temp.jwt(:'app', jsonb_build_object('iat', pg_temp.in(0)::text))), ('of tomorrow', pg_temp.jwt(:'app', jsonb_build_object('iat', pg_temp.in(40), 'exp', pg_temp.in(60)))),
	('not before tomorrow', pg_temp.jwt(:'app', jsonb_build_object('nbf', pg_temp.in(40)))), ('of yesterday', pg_temp.jwt(:'app', jsonb_build_object('iat', pg_temp.in(-100), 'exp', pg_temp.in(-40)))), ('for ever', pg_temp.jwt(:'app', jsonb_build_object('exp', pg_temp.in(302)))),
	('backwards', pg_temp.jwt(:'app', jsonb_build_object('iat', pg_temp.in(10), 'exp', pg_temp.in(5)))), ('ended at infinity', pg_temp.signed('{"alg":"HS256"}', replace(pg_temp.claims(:'app', '{"exp": "INF"}')::text, '"INF"', '1e999'), 'a secret of gateway and application')),
	('a claim twice', pg_temp.signed('{"alg":"HS256"}', replace(pg_temp.claims(:'app')::text, '"iss"', '"sub": "Bob", "iss"'), 'a secret of gateway and application')), ('no object', pg_temp.signed('{"alg":"HS256"}', '"Ann"', 'a secret of gateway and application')),
	('unsigned', kit.base64url('{"alg":"none"}') || '.' || kit.base64url(convert_to(pg_temp.claims(:'app')::text, 'UTF8')) || '.'), ('signed, by nothing', pg_temp.jwt(:'app', header => '{"alg":"none"}')), ('another algorithm', pg_temp.jwt(:'app', header => '{"alg":"HS512"}')), ('an algorithm of pairs', pg_temp.jwt(:'app', header => '{"alg":"RS256"}')),
	('a key of its own', pg_temp.jwt(:'app', secret => 'x', header => '{"alg":"HS256","jwk":{"kty":"oct","k":"eA"}}')), ('must be understood', pg_temp.jwt(:'app', header => '{"alg":"HS256","crit":["exp"]}')), ('an algorithm twice', pg_temp.jwt(:'app', header => '{"alg":"none","alg":"HS256"}')),
	('padded', pg_temp.jwt(:'app') || '='), ('a part more', pg_temp.jwt(:'app') || '.x'), ('a part less', split_part(pg_temp.jwt(:'app'), '.', 1) || '.' || split_part(pg_temp.jwt(:'app'), '.', 2)), ('dots', '..'), ('far too long', pg_temp.jwt(:'app', jsonb_build_object('x', repeat('x', 100000))))) v (what, jwt);
GRANT SELECT ON wrong TO regress_reader;
SET ROLE regress_reader;
SELECT what, a.status, coalesce(a.user_id, a.role, a.session_token, 'nothing') AS told FROM wrong, LATERAL authz_login_sso(:'app', jwt) a ORDER BY what COLLATE "C";
SELECT status FROM authz_login_sso(:'app', pg_temp.jwt(:'app'));			-- ok
SELECT status FROM authz_login_sso(:'app', pg_temp.jwt(:'app', header => '{"alg":"HS256","kid":"the secret"}'));	-- ok
RESET ROLE;
SELECT detail ->> 'reason' AS reason, detail ->> 'user_id' AS user_id, count(*) FROM authz.audit_event WHERE account_id = 644 AND action = 'sign_in' AND detail ->> 'outcome' = 'failed' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) FROM authz_users WHERE user_id NOT IN ('Ann', 'Zoë') AND kind = 'person';	-- 0

-- what this database signs for its own sessions is no assertion, nor is an assertion a session
SELECT session_token AS ann FROM authz_login_sso(:'app', pg_temp.jwt(:'app')) \gset
SELECT status FROM authz_login_sso(:'app', :'ann');							-- failed
SELECT kit.try(format('SELECT authz_use_session(%L)', pg_temp.jwt(:'app')));	-- 28000

-- not by who signs keys only; and of the same secret a key
SELECT authz_sso_configure(:'app', '', NULL, NULL, NULL);
SELECT a.status, b.status AS key FROM authz_login_sso(:'app', pg_temp.jwt(:'app')) a, (SELECT concat_ws('.', 'k2.login.QW5u', kit.base64url('viewer'), '', '', '', pg_temp.in(0)::bigint, pg_temp.in(60)::bigint, repeat('n', 20))) AS k (text),
	LATERAL authz_login_sso(:'app', k.text || '.' || encode(hmac('authz session key ' || :'app' || chr(10) || k.text, 'a secret of gateway and application', 'sha256'), 'hex')) b;	-- failed, ok
DROP TABLE wrong;
SELECT authz_application_delete(:'app'), authz_application_delete(:'other');
RESET authz.account;
