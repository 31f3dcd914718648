-- login: signing in by a password, staying in while a role counts, and leaving
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('login', 607, 'the secret');
SET authz.account = 607;
SELECT application_id AS app FROM authz_application_add('portal') \gset
SELECT application_id AS other FROM authz_application_add('other') \gset
SELECT authz_permission_add('page.read'), authz_permission_add('page.write'), authz_role_add('viewer', '{page.read}', application_id => :'app', label => 'View only', rank => 1, role_id => 60701), authz_role_add('editor', '{page.*}', application_id => :'app', rank => 2, role_id => 60702),
	authz_role_add('surely', application_id => :'app', rank => 9, minimum_assurance => 2, role_id => 60703), authz_role_add('staff', '{page.write}', role_id => 60704), authz_role_add('viewer', application_id => :'other', role_id => 60705);
CREATE TEMP TABLE verifier AS SELECT authz.password_verifier(607, 'a lantern over sand') AS v;
CREATE FUNCTION pg_temp.person(name text) RETURNS void LANGUAGE sql AS $$
	SELECT authz_user_add(name);
	INSERT INTO authz.password (principal_id, account_id, verifier) SELECT principal_id, 607, (SELECT v FROM verifier) FROM authz.principal WHERE account_id = 607 AND user_id = name;
$$;
SELECT pg_temp.person(p) FROM unnest('{Ann,Bob,Cat,Dan,Eve,Fay,Gil}'::text[]) p;
SELECT authz_user_add('passwordless'), authz_user_update('Gil', status => 'blocked'), authz_group_add('crew'), authz_group_user_add('crew', 'Dan'), authz_category_add('channel', category_id => 60701), authz_category_user_add(60701, 'Fay', 'contributor');

-- not before it is set up
SELECT status FROM authz_login(:'app', 'Ann', 'a lantern over sand');	-- failed
SELECT authz_sign_in_configure(:'app', 'internal', 'internal', session_lifetime => 300), authz_sign_in_configure(:'other', 'internal', 'internal');
SELECT authz_role_user_set(:'app', p, 'viewer') FROM unnest('{Ann,Bob,Eve,Fay,Gil,passwordless}'::text[]) p;
SET ROLE regress_reader;
SELECT status, user_id, role, expiry - clock_timestamp() BETWEEN '4 minutes' AND '5 minutes' AS five_minutes, session_token AS ann FROM authz_login(:'app', 'ANN', 'a lantern over sand') \gset
SELECT :'status', :'user_id', :'role', :'five_minutes';
SET authz.session = :'ann';
SELECT authz_current_user_id(), authz_current_actor(), session_type, role_ids, privileges FROM authz_current_session();
SELECT authz_has_role('viewer', :'app') AS viewer, authz_has_role('viewer', :'other') AS "elsewhere", authz_has_permission('page.read') AS read, authz_has_permission('page.write') AS write;
RESET ROLE;
SET authz.session = '';
SELECT authz_role_user_add(60704, 'Ann');
SET authz.session = :'ann';
SELECT authz_has_permission('page.write') AS "by a role of the account";
SET authz.session = '';

-- whatever is wrong has one answer, and costs one hash
CREATE FUNCTION pg_temp.attempt(app uuid, name text, password text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before bigint := coalesce(pg_stat_get_xact_function_calls('authz.crypt(text, text)'::regprocedure), 0);
	a record;
BEGIN
	SELECT * INTO a FROM authz_login(app, name, password);
	RETURN a::text || ' ' || pg_stat_get_xact_function_calls('authz.crypt(text, text)'::regprocedure) - before;
END
$$;
SET track_functions = 'all';
SELECT what, pg_temp.attempt(v.app, v.user_id, v.password)
FROM (VALUES ('wrong password', :'app'::uuid, 'Ann', 'wrong'), ('unknown user', :'app', 'nobody', 'a lantern over sand'), ('no password', :'app', 'passwordless', 'a lantern over sand'), ('no role', :'app', 'Cat', 'a lantern over sand'), ('no role here', :'other', 'Ann', 'a lantern over sand'),
	('blocked', :'app', 'Gil', 'a lantern over sand'), ('a group', :'app', 'crew', 'a lantern over sand'), ('an application', :'app', 'service-account-portal', 'a lantern over sand'), ('no application', gen_random_uuid(), 'Ann', 'a lantern over sand'), ('too long', :'app', 'Ann', repeat('x', 73)),
	('much too long', :'app', 'Ann', repeat('x', 100000)), ('nothing', :'app', 'Ann', ''), ('nobody', :'app', '', 'a lantern over sand'), ('a long name', :'app', repeat('x', 100000), 'a lantern over sand'), ('null password', :'app', 'Bob', NULL), ('null user', :'app', NULL, 'x'))
	v (what, app, user_id, password);
SELECT a.status FROM authz_login(NULL, 'Ann', 'a lantern over sand') a;
RESET track_functions;
SELECT detail ->> 'reason' AS reason, detail ->> 'user_id' AS user_id, count(*) FROM authz.audit_event WHERE account_id = 607 AND action = 'sign_in' AND detail ->> 'outcome' = 'failed' GROUP BY 1, 2 ORDER BY 1, 2;	-- what is typed as a name is written down only if it is one

CREATE TEMP TABLE portal AS SELECT :'app'::uuid AS id;
-- who fails waits, whatever becomes of his transaction, also by the right password of who may not come in; others do not wait
CREATE FUNCTION pg_temp.tries(name text, password text, most int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s text;
BEGIN
	FOR n IN 1 .. most LOOP
		BEGIN
			SELECT a.status INTO s FROM portal, authz_login(portal.id, name, password) a;
			RAISE EXCEPTION USING ERRCODE = 'ZZ000';
		EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
		END;
		EXIT WHEN s <> 'failed';
	END LOOP;
	RETURN s;
END
$$;
SELECT pg_temp.tries('bOB', 'wrong', 4) AS "some are free", a.status FROM authz_login(:'app', 'Bob', 'a lantern over sand') a;	-- and forgotten
SELECT pg_temp.tries('bOB', 'wrong', 20) AS many;								-- wait
SELECT a.status AS right_one, b.status AS another FROM authz_login(:'app', 'Bob', 'a lantern over sand') a, authz_login(:'app', 'Ann', 'a lantern over sand') b;	-- wait, ok
SELECT pg_temp.tries('Cat', 'a lantern over sand', 20) AS "right, without a role";	-- wait
SELECT count(*) FROM authz.audit_event WHERE account_id = 607 AND detail ->> 'outcome' = 'wait';		-- 0

-- what is rolled back never was
BEGIN;
SELECT session_token AS lost FROM authz_login(:'app', 'Eve', 'a lantern over sand') \gset
SET LOCAL authz.session = :'lost';
SELECT authz_current_user_id();
ROLLBACK;
SET authz.session = :'lost';
SELECT authz_current_user_id();		-- NULL
SET authz.session = '';
BEGIN READ ONLY;
SELECT kit.try(format('SELECT authz_login(%L, ''Eve'', ''x'')', :'app')) AS login, kit.try(format('SELECT authz_login_anonymous(%L)', :'app')) AS anonymous, kit.try(format('SELECT authz_login_header(%L, ''x'')', :'app')) AS header, kit.try(format('SELECT authz_login_sso(%L, ''x'')', :'app')) AS sso, kit.try(format('SELECT authz_login_custom(%L, ''{}'')', :'app')) AS custom,
	kit.try('SELECT authz_user_set_password(''Eve'', ''a lantern over rock'')') AS password;	-- 25006
ROLLBACK;

-- a session is somebody's while a role of the application counts in it, wherever that comes from
SELECT session_token AS eve FROM authz_login(:'app', 'Eve', 'a lantern over sand') \gset
CREATE FUNCTION pg_temp.is(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN coalesce(authz_current_user_id() || (SELECT concat(' ', string_agg(r.name, ',' ORDER BY r.name)) FROM authz_roles r), 'nobody') || ', ' || kit.try('SELECT authz_use_session(''' || token || ''')');
END
$$;
SELECT pg_temp.is(:'eve') AS viewer;
SELECT authz_role_user_set(:'app', 'Eve', 'editor');
SELECT pg_temp.is(:'eve') AS "another role";
SELECT authz_role_update(60702, status => 'blocked');
SELECT pg_temp.is(:'eve') AS "blocked role";
SELECT authz_role_update(60702, status => 'active');
SELECT pg_temp.is(:'eve') AS "again";
SELECT authz_role_user_add(60701, 'Eve', valid_from => '2001-01-01', valid_until => clock_timestamp() + '3 seconds'), authz_role_user_delete(60702, 'Eve');
SELECT pg_temp.is(:'eve') AS "for three seconds";
SELECT pg_sleep(3.1);
SELECT pg_temp.is(:'eve') AS "and then", count(*) AS rows FROM authz.session s JOIN authz.principal p USING (principal_id) WHERE p.account_id = 607 AND p.user_id = 'Eve';
SELECT authz_role_user_delete(60701, 'Eve');
SELECT count(*) AS rows FROM authz.session s JOIN authz.principal p USING (principal_id) WHERE p.account_id = 607 AND p.user_id = 'Eve';	-- 0: the last that she was given
SELECT authz_role_user_set(:'app', 'Eve', 'viewer');
SELECT pg_temp.is(:'eve') AS "not again";
-- by a group
SELECT authz_role_user_add(60701, 'crew');
SELECT session_token AS dan, role FROM authz_login(:'app', 'Dan', 'a lantern over sand') \gset
SELECT :'role', pg_temp.is(:'dan') AS "of his group's";
SELECT authz_group_update('crew', status => 'blocked');
SELECT pg_temp.is(:'dan') AS "blocked group";
SELECT authz_group_update('crew', status => 'active'), authz_group_user_delete('crew', 'Dan');
SELECT pg_temp.is(:'dan') AS "left it";
-- everybody's, and of several the strongest that he reaches
SELECT authz_role_update(60702, everyone => true), authz_role_update(60703, everyone => true);
SELECT pg_temp.is(:'dan') AS "everybody's", s.status, s.role FROM authz_login(:'app', 'Dan', 'a lantern over sand') s;
SELECT authz_role_update(60702, everyone => false), authz_role_update(60703, everyone => false);
-- a door says why; a cursor does not go on
SELECT session_token AS ann FROM authz_login(:'app', 'Ann', 'a lantern over sand') \gset
SET authz.session = :'ann';
BEGIN;
DECLARE c CURSOR FOR SELECT n, authz_current_user_id() FROM generate_series(1, 3) n;
FETCH c;
SET LOCAL authz.session = '';
SELECT authz_role_update(60701, status => 'blocked');
SET LOCAL authz.session = :'ann';
SELECT authz_end_session();			-- 28000
ROLLBACK;
BEGIN;
DECLARE c CURSOR FOR SELECT n, authz_current_user_id() FROM generate_series(1, 3) n;
FETCH c;
SET LOCAL authz.session = '';
SELECT authz_role_update(60701, status => 'blocked');
SET LOCAL authz.session = :'ann';
FETCH c;							-- 24000
ROLLBACK;
SELECT authz_current_user_id();
SET authz.session = '';
-- the application stops, and goes on
SELECT authz_application_disable(:'app');
SELECT pg_temp.is(:'ann') AS "disabled", a.status FROM authz_login(:'app', 'Ann', 'a lantern over sand') a;
SELECT authz_application_enable(:'app');
SELECT pg_temp.is(:'ann') AS "enabled";
SELECT authz_role_user_unset(:'app', 'Ann'), authz_role_user_unset(:'app', 'Ann');		-- t, f: and is a user still, with what else she has
SELECT pg_temp.is(:'ann') AS "unset";
SELECT (SELECT count(*) FROM authz_users WHERE user_id = 'Ann') AS "there", (SELECT string_agg(role, ',') FROM authz_role_users WHERE user_id = 'Ann') AS roles;
-- who is deleted leaves the channels, and what he has made, and what is known of him, stays
CREATE TABLE made (id int, category_id bigint, owner text);
INSERT INTO made VALUES (1, 60701, 'Fay');
SELECT session_token AS fay FROM authz_login(:'app', 'Fay', 'a lantern over sand') \gset
SELECT pg_temp.is(:'fay') AS fay;
SELECT count(*) AS channels FROM authz_category_users WHERE user_id = 'Fay';
SELECT authz_user_delete('Fay');
SELECT pg_temp.is(:'fay') AS deleted;
SELECT (SELECT count(*) FROM authz_category_users WHERE user_id = 'Fay') AS channels, (SELECT owner FROM made), (SELECT count(*) > 0 FROM authz.audit_event WHERE account_id = 607 AND subject = 'Fay') AS audit;
DROP TABLE made;

-- who does not say who he is: a role of its own, and nothing else
SELECT status FROM authz_login_anonymous(:'app');		-- failed
SELECT authz_sign_in_configure(:'app', 'internal', 'internal', allow_anonymous => true, anonymous_role => 'View only');
SET ROLE regress_reader;
SELECT status, user_id IS NULL AS nobody, role, session_token AS anonymous FROM authz_login_anonymous(:'app') \gset
SELECT :'status', :'nobody', :'role';
SET authz.session = :'anonymous';
SELECT authz_current_user_id() IS NULL AS nobody, session_type, role_ids = '{60701}' AS role, privileges = 'setrole:60701' AS privileges, authz_has_permission('page.read') AS read, authz_has_role('viewer', :'app') AS viewer FROM authz_current_session();
RESET ROLE;
SET authz.session = '';
SELECT authz_sign_in_configure(:'app', 'internal', 'internal', allow_anonymous => true, anonymous_role => 'editor');
SET authz.session = :'anonymous';
SELECT authz_current_account_id();						-- NULL: with another role others come in
SET authz.session = '';
SELECT session_token AS anonymous FROM authz_login_anonymous(:'app') \gset
SELECT authz_role_update(60702, status => 'blocked');
SET authz.session = :'anonymous';
SELECT authz_current_account_id();						-- NULL
SET authz.session = '';
SELECT a.status, b.status FROM authz_login_anonymous(:'app') a, authz_login_anonymous(gen_random_uuid()) b;	-- failed, failed
SELECT authz_role_update(60702, status => 'active');
SET authz.session = :'anonymous';
SELECT authz_current_account_id();
SET authz.session = '';
SELECT authz_sign_in_configure(:'app', 'internal', 'internal');
SET authz.session = :'anonymous';
SELECT authz_current_account_id();						-- NULL
SET authz.session = '';

-- leaving: where to is set, not said
SELECT session_token AS eve FROM authz_login(:'app', 'Eve', 'a lantern over sand') \gset
SET authz.session = :'eve';
SELECT application_id = :'app' AS app, user_id FROM authz_sessions;
SELECT authz_logout() IS NULL AS nowhere;
SELECT authz_logout();									-- 28000
SET authz.session = '';
SELECT kit.own(607, 'Eve') AS own \gset
SET authz.session = :'own';
SELECT authz_logout() IS NULL AS nowhere, authz_current_user_id();
SELECT authz_current_user_id();							-- NULL
SET authz.session = '';
SELECT action, subject, detail ->> 'role' AS role, detail ->> 'method' AS method, detail ->> 'source' AS source, detail ? 'session_id' AS session, count(*) FROM authz.audit_event WHERE account_id = 607 AND subject = 'Eve' AND action ~ '^sign_' GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1;
-- an application that is gone has nobody in it
SELECT session_token AS eve FROM authz_login(:'app', 'Eve', 'a lantern over sand') \gset
SELECT authz_application_delete(:'app');
SELECT pg_temp.is(:'eve'), s.status FROM authz_login(:'app', 'Eve', 'a lantern over sand') s;
RESET authz.account;
