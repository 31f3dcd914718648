-- sign_in_scenarios: who comes in, as what, and what becomes of what is stored of him
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('scenarios', 603);
SET authz.account = 603;
SELECT application_id AS app FROM authz_application_add('portal') \gset
SELECT authz_role_add('viewer', application_id => :'app', label => 'View only', rank => 1, role_id => 60301), authz_role_add('editor', application_id => :'app', rank => 2, role_id => 60302);
CREATE SCHEMA scenarios;
GRANT USAGE, CREATE ON SCHEMA scenarios TO regress_author;
SET ROLE regress_author;
-- an organisation that knows everybody who says "right", and tells the role that a name ends with
CREATE FUNCTION scenarios.knows(credential jsonb) RETURNS jsonb LANGUAGE sql RETURN CASE WHEN credential ->> 'password' = 'right' THEN credential END;
CREATE FUNCTION scenarios.role_of(user_id text) RETURNS text LANGUAGE sql RETURN nullif(split_part(user_id, ':', 2), '');
RESET ROLE;
SELECT authz_adapter_configure(:'app', 'scenarios.knows(jsonb)', 'scenarios.role_of(text)'), authz_sso_configure(:'app', NULL, repeat('right', 7), NULL, NULL);
CREATE TABLE scenarios.app AS SELECT :'app'::uuid AS id, authz.password_verifier(603, 'right') AS verifier;
CREATE SEQUENCE scenarios.n;

-- One sign-in of a new user: what it says, which role and first name are stored afterwards, who gave the role.
CREATE FUNCTION scenarios.sign_in(authn text, authz text, refresh_details bool, refresh_role bool, authenticated bool, state text, told text)
	RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	app uuid := (SELECT id FROM scenarios.app);
	name text := 'u' || nextval('scenarios.n') || concat(':' || nullif(told, 'nothing'));
	password text := CASE WHEN authenticated THEN 'right' ELSE 'wrong' END;
	s record;
	stored text;
BEGIN
	PERFORM authz_sign_in_configure(app, authn, authz, refresh_details, refresh_role);
	IF state <> 'unknown' THEN
		PERFORM authz_user_add(name, first_name => 'Stored');
		INSERT INTO authz.password (principal_id, account_id, verifier)
		SELECT p.principal_id, 603, a.verifier FROM authz.principal p, scenarios.app a WHERE p.account_id = 603 AND p.user_id = name;
	END IF;
	IF state = 'viewer' THEN
		PERFORM authz_role_user_set(app, name, 'viewer');
	END IF;
	IF authn = 'internal' THEN
		SELECT * INTO s FROM authz_login(app, name, password);
	ELSIF authn = 'sso' THEN
		SELECT v.* INTO s
		FROM (SELECT concat_ws('.', 'k2.login', kit.base64url(name::bytea), coalesce(kit.base64url(nullif(told, 'nothing')::bytea), ''), 'VG9sZA', '', '', n, n + 60, replace(gen_random_uuid()::text, '-', ''))
			FROM (SELECT extract(epoch FROM clock_timestamp())::bigint) AS t (n)) AS k (text),
			authz_login_sso(app, k.text || '.' || encode(hmac('authz session key ' || app || chr(10) || k.text, repeat(password, 7), 'sha256'), 'hex')) v;
	ELSE
		SELECT * INTO s FROM authz_login_custom(app, jsonb_build_object('user_id', name, 'password', password, 'first_name', 'Told'));
	END IF;
	SELECT coalesce((SELECT string_agg(u.role || ' by ' || u.source, ', ') FROM authz_application_users u WHERE u.application_id = app AND u.user_id = p.user_id), 'no role') || ', ' || coalesce(p.first_name, 'no name')
	INTO stored FROM authz_users p WHERE p.user_id = name;
	RETURN concat_ws(' ', s.status, s.role) || '; ' || coalesce(stored, 'nobody');
END
$$;

-- 1. the organisation says both
SELECT authenticated AS auth, told, state AS stored, details, role,
	scenarios.sign_in('custom', 'custom', details, role, authenticated, state, told) AS outcome
FROM unnest('{t,f}'::bool[]) authenticated, unnest('{editor,View only,nonesuch,nothing}'::text[]) WITH ORDINALITY t (told, o), unnest('{unknown,roleless,viewer}'::text[]) WITH ORDINALITY s (state, n), unnest('{t,f}'::bool[]) details, unnest('{t,f}'::bool[]) role
WHERE authenticated OR (told = 'editor' AND details AND role)
ORDER BY authenticated DESC, o, n, details DESC, role DESC;

-- 2. both are said here
SELECT authenticated AS auth, state AS stored, scenarios.sign_in('internal', 'internal', NULL, NULL, authenticated, state, 'editor') AS outcome
FROM unnest('{t,f}'::bool[]) authenticated, unnest('{unknown,roleless,viewer}'::text[]) WITH ORDINALITY s (state, n) ORDER BY authenticated DESC, n;

-- 3. the organisation says who, and the role is given here
SELECT authenticated AS auth, state AS stored, details, scenarios.sign_in('custom', 'internal', details, NULL, authenticated, state, 'editor') AS outcome
FROM unnest('{t,f}'::bool[]) authenticated, unnest('{unknown,roleless,viewer}'::text[]) WITH ORDINALITY s (state, n), unnest('{t,f}'::bool[]) details ORDER BY authenticated DESC, n, details DESC;

-- and the other way round: a password from here, a role from there
SELECT authenticated AS auth, told, state AS stored, role, scenarios.sign_in('internal', 'custom', NULL, role, authenticated, state, told) AS outcome
FROM unnest('{t,f}'::bool[]) authenticated, unnest('{editor,nothing}'::text[]) WITH ORDINALITY t (told, o), unnest('{unknown,roleless,viewer}'::text[]) WITH ORDINALITY s (state, n), unnest('{t,f}'::bool[]) role ORDER BY authenticated DESC, o, n, role DESC;

-- a gateway that says both, or who alone, is an organisation like any other
SELECT authz, count(*) AS cases, count(*) FILTER (WHERE sso LIKE 'ok%') AS come_in, count(*) FILTER (WHERE sso <> CASE authz WHEN 'sso' THEN replace(custom, 'by custom', 'by sso') ELSE custom END) AS differ
FROM (SELECT authz, scenarios.sign_in('sso', authz, details, role, authenticated, state, told) AS sso,
		scenarios.sign_in('custom', CASE authz WHEN 'sso' THEN 'custom' ELSE authz END, details, role, authenticated, state, told) AS custom
	FROM unnest('{sso,internal,custom}'::text[]) authz, unnest('{t,f}'::bool[]) authenticated, unnest('{editor,View only,nonesuch,nothing}'::text[]) told, unnest('{unknown,roleless,viewer}'::text[]) state, unnest('{t,f}'::bool[]) details, unnest('{t,f,NULL}'::bool[]) role
	WHERE (authz = 'internal') = (role IS NULL)) AS both_ways
GROUP BY authz ORDER BY authz;

-- nobody comes in who is blocked or deleted, nor who is no person, whoever knows him; the name of who has left is not taken by who comes
SELECT authz_sign_in_configure(:'app', 'custom', 'custom');
SELECT authz_user_add('blocked:editor'), authz_user_update('blocked:editor', status => 'blocked'), authz_user_add('deleted:editor'), authz_user_delete('deleted:editor'), authz_user_add('service:editor', 'service'), authz_group_add('group:editor');
SELECT left(name, 30) AS name, s.status FROM unnest(ARRAY['blocked:editor', 'deleted:editor', 'service:editor', 'group:editor', 'service-account-portal', E'line\nfeed:editor', repeat('x', 320) || ':editor', '']) name, authz_login_custom(:'app', jsonb_build_object('user_id', name, 'password', 'right')) s;
SELECT string_agg(detail ->> 'reason', '; ' ORDER BY event_id) AS reasons FROM (SELECT * FROM authz.audit_event WHERE account_id = 603 AND action = 'sign_in' ORDER BY event_id DESC LIMIT 8) e;

-- details: what is not told is not erased, what is no name is not taken, and what is the same is not written
SELECT status FROM authz_login_custom(:'app', '{"user_id": "dora:editor", "password": "right", "first_name": "Dora", "last_name": "Dee", "email": "d@example.org"}');
SELECT status FROM authz_login_custom(:'app', '{"user_id": "DORA:editor", "password": "right", "first_name": "", "last_name": null}');
SELECT status FROM authz_login_custom(:'app', '{"user_id": "Dora:editor", "password": "right", "first_name": "a\nb", "email": "dee@example.org"}');
SELECT user_id, first_name, last_name, email FROM authz_users WHERE user_id ~ 'dora';
SELECT xmin AS before FROM authz.principal WHERE account_id = 603 AND user_id = 'dora:editor' \gset
SELECT status, user_id FROM authz_login_custom(:'app', '{"user_id": "Dora:editor", "password": "right", "first_name": "Dora"}');
SELECT xmin = :'before' AS same FROM authz.principal WHERE account_id = 603 AND user_id = 'dora:editor';

-- what an administrator has set by hand stays, where that is how it is set
SELECT authz_user_update('dora:editor', first_name => 'Theodora'), authz_role_user_set(:'app', 'dora:editor', 'View only');
SELECT authz_sign_in_configure(:'app', 'custom', 'custom', refresh_details_on_login => false, refresh_role_on_login => false);
SELECT status, role FROM authz_login_custom(:'app', '{"user_id": "dora:editor", "password": "right", "first_name": "Dora"}');
SELECT u.first_name, u.role, u.label, u.source FROM authz_application_users u WHERE user_id = 'dora:editor';
SELECT authz_sign_in_configure(:'app', 'custom', 'custom');
SELECT status, role FROM authz_login_custom(:'app', '{"user_id": "dora:editor", "password": "right", "first_name": "Dora"}');
SELECT u.first_name, u.role, u.label, u.source FROM authz_application_users u WHERE user_id = 'dora:editor';
-- a role that is his but does not count keeps him out, where what is stored wins; a role of his group lets him in, where roles are given here
SELECT authz_role_user_set(:'app', 'dora:editor', 'viewer'), authz_role_update(60301, status => 'blocked'), authz_sign_in_configure(:'app', 'custom', 'custom', refresh_role_on_login => false);
SELECT status, role FROM authz_login_custom(:'app', '{"user_id": "dora:editor", "password": "right"}');
SELECT authz_role_update(60301, status => 'active'), authz_role_user_unset(:'app', 'dora:editor'), authz_group_add('staff'), authz_group_user_add('staff', 'dora:editor'), authz_role_user_add(60302, 'staff'), authz_sign_in_configure(:'app', 'custom', 'internal');
SELECT status, role FROM authz_login_custom(:'app', '{"user_id": "dora:editor", "password": "right"}');

-- from one to the other: sessions end, users and roles stay, until the organisation says otherwise or they are deleted
SELECT authz_sign_in_configure(:'app', 'internal', 'internal'), authz_user_add('eve:editor'), authz_role_user_set(:'app', 'eve:editor', 'viewer');
INSERT INTO authz.password (principal_id, account_id, verifier) SELECT p.principal_id, 603, a.verifier FROM authz.principal p, scenarios.app a WHERE p.account_id = 603 AND p.user_id = 'eve:editor';
SELECT session_token AS eve FROM authz_login(:'app', 'eve:editor', 'right') \gset
SET authz.session = :'eve';
SELECT authz_current_user_id(), authz_has_role('viewer', :'app');
SET authz.session = '';
SELECT authz_sign_in_configure(:'app', 'internal', 'internal', session_lifetime => 300);	-- the same adapters
SET authz.session = :'eve';
SELECT authz_current_user_id();
SET authz.session = '';
SELECT authz_sign_in_configure(:'app', 'custom', 'custom');
SET authz.session = :'eve';
SELECT authz_current_user_id();		-- NULL
SET authz.session = '';
SELECT status FROM authz_login(:'app', 'eve:editor', 'right');	-- failed: not through this door any more
SELECT status, role, expiry > now() + interval '23 hours' AS a_day FROM authz_login_custom(:'app', '{"user_id": "eve:editor", "password": "right"}');	-- the organisation's role
DROP SCHEMA scenarios CASCADE;
SELECT authz_application_delete(:'app');
RESET authz.account;
