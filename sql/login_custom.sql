-- login_custom: functions of others say who somebody is and which role he has, and get nothing by that
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('custom', 610, 'the secret');
SET authz.account = 610;
SELECT application_id AS app FROM authz_application_add('portal') \gset
SELECT authz_role_add('viewer', application_id => :'app', label => 'View only', role_id => 61001), authz_role_add('surely', application_id => :'app', minimum_assurance => 2, role_id => 61002), authz_user_add('Boss'), authz_user_add('Ann');
SELECT session_token AS boss FROM authz_start_secret_session(610, 'the secret', 'Boss', 'admin') \gset
CREATE SCHEMA custom_test;
GRANT USAGE, CREATE ON SCHEMA custom_test TO regress_author, regress_reader;
CREATE TABLE custom_test.secret (value text);		-- of who administers: neither the author nor the reader reads it
INSERT INTO custom_test.secret VALUES ('Xsecret');
SET search_path = custom_test, public;
SET ROLE regress_author;
CREATE TABLE known (user_id text, pin text, uses int DEFAULT 0);
INSERT INTO known VALUES ('Ann', '1234'), ('Dora', '5678');
CREATE FUNCTION knows(credential jsonb) RETURNS jsonb LANGUAGE sql SET search_path = custom_test AS $$
	UPDATE known SET uses = uses + 1 WHERE user_id = credential ->> 'user_id' AND pin = credential ->> 'pin' RETURNING jsonb_build_object('user_id', user_id, 'first_name', 'Told', 'assurance', 1)
$$;
CREATE FUNCTION role_of(user_id text) RETURNS text LANGUAGE sql AS $$ SELECT 'View only' $$;
CREATE FUNCTION not_it(credential json) RETURNS jsonb LANGUAGE sql RETURN NULL::jsonb;
CREATE FUNCTION nor_it(credential jsonb) RETURNS text LANGUAGE sql RETURN NULL::text;
CREATE FUNCTION many(credential jsonb) RETURNS SETOF jsonb LANGUAGE sql AS 'SELECT $1';
CREATE PROCEDURE does(credential jsonb) LANGUAGE sql AS '';
RESET ROLE;

-- registered by their owner alone, and of that form
CREATE FUNCTION pg_temp.register(who text, authenticate text, authorize_ text DEFAULT 'NULL') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	outcome text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', who);
	outcome := kit.ask(format('public.authz_adapter_configure(%L, %s, %s)', (SELECT id FROM app), authenticate, authorize_));
	RESET ROLE;
	RETURN outcome;
END
$$;
CREATE TEMP TABLE app AS SELECT :'app'::uuid AS id;
GRANT SELECT ON app TO PUBLIC;
GRANT EXECUTE ON FUNCTION authz_administer() TO regress_author, regress_reader;
SELECT authenticate, authorize_, pg_temp.register('regress_author', authenticate, authorize_) AS owner, pg_temp.register('regress_reader', authenticate, authorize_) AS other
FROM (VALUES ('''knows(jsonb)''', '''role_of(text)'''), ('NULL', '''role_of(text)'''), ('''role_of(text)''', 'NULL'), ('NULL', '''knows(jsonb)'''), ('''not_it(json)''', 'NULL'), ('''nor_it(jsonb)''', 'NULL'), ('''many(jsonb)''', 'NULL'), ('''does(jsonb)''', 'NULL'), ('''pg_catalog.jsonb_pretty(jsonb)''', 'NULL'),
	('''pg_catalog.jsonb_typeof(jsonb)''', 'NULL'), ('0', 'NULL'), ('4294967295', 'NULL'), ('''nonesuch(jsonb)''', 'NULL'), ('NULL', 'NULL')) v (authenticate, authorize_);
SET ROLE regress_author;
SELECT authz_adapter_configure(:'app', 'knows(jsonb)', 'role_of(text)');
RESET ROLE;
REVOKE EXECUTE ON FUNCTION authz_administer() FROM regress_author, regress_reader;
SELECT authz_sign_in_configure(:'app', 'custom', 'custom');
SELECT authn, authz, authenticate, authorize FROM authz_sign_in_settings;

-- they say who, and as what
SET ROLE regress_reader;
SELECT status, user_id, role, session_token AS dora FROM authz_login_custom(:'app', '{"user_id": "Dora", "pin": "5678"}') \gset
SELECT :'status', :'user_id', :'role';
SELECT credential, s.status, s.session_token FROM unnest(ARRAY['{"user_id": "Dora", "pin": "1234"}', '{"user_id": "Eve", "pin": "1234"}', '{}', '[]', '"x"', '5', 'null', '{"user_id": 5}', '{"user_id": {"a": []}}', NULL]::jsonb[]) credential, LATERAL authz_login_custom(:'app', credential) s;
RESET ROLE;
SELECT user_id, uses FROM known ORDER BY 1;							-- what they write stays
SELECT user_id, first_name, role, source FROM authz_application_users WHERE user_id = 'Dora';
-- who is not named waits with all who are not; who is, does not wait for them
CREATE FUNCTION pg_temp.tries(credential jsonb, most int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s text;
BEGIN
	FOR n IN 1 .. most LOOP
		SELECT a.status INTO s FROM app, public.authz_login_custom(app.id, credential) a;
		EXIT WHEN s <> 'failed';
	END LOOP;
	RETURN s;
END
$$;
SELECT pg_temp.tries('{"pin": "0000"}', 20) AS many, pg_temp.tries('{"card": "0000"}', 1) AS "another of nobody", pg_temp.tries('{"user_id": "Dora", "pin": "5678"}', 1) AS named;
SELECT pg_temp.tries('{"user_id": "dora", "pin": "0000"}', 20) AS guessed, pg_temp.tries('{"user_id": "DORA", "pin": "5678"}', 1) AS right, pg_temp.tries('{"user_id": "Ann", "pin": "1234"}', 1) AS another;

-- with the rights of the owner, and nothing of who calls
SET ROLE regress_author;
CREATE TABLE seen (n serial, what text, outcome text);
CREATE FUNCTION looks(credential jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	what text;
	outcome text;
BEGIN
	INSERT INTO custom_test.seen (what, outcome) VALUES ('who runs it', current_user || ' ' || session_user), ('search path', current_setting('search_path')), ('session', concat(current_setting('authz.session'), public.authz_current_user_id()));
	FOREACH what IN ARRAY ARRAY['SELECT * FROM custom_test.secret', 'SET ROLE postgres', 'RESET ROLE', 'SET SESSION AUTHORIZATION DEFAULT', 'SELECT public.authz_user_add(''mine'')', 'SELECT public.authz_users_of_nobody()', 'CREATE TEMP TABLE t ()', 'DECLARE c CURSOR WITH HOLD FOR SELECT 1', 'LISTEN x',
		'SELECT set_config(''search_path'', ''custom_test'', false)', 'SELECT set_config(''authz.account'', ''1'', false)', 'UPDATE custom_test.known SET uses = 99'] LOOP
		BEGIN
			EXECUTE what;
			outcome := 'ok';
		EXCEPTION WHEN OTHERS THEN
			outcome := SQLSTATE;
		END;
		INSERT INTO custom_test.seen (what, outcome) VALUES (what, outcome);
	END LOOP;
	RETURN '{"user_id": "Ann"}';
END
$$;
RESET ROLE;
SELECT authz_adapter_configure(:'app', 'looks(jsonb)', 'role_of(text)');
SET authz.session = :'boss';
SELECT status, user_id FROM authz_login_custom(:'app', '{"a": 1}');
SELECT status, user_id FROM authz_login_custom(:'app', '{"user_id": "x"}');
SELECT authz_current_user_id(), current_user = session_user AS "the caller", current_setting('search_path'), current_setting('authz.account');	-- as it was
SET authz.session = '';
SELECT what, outcome, count(*) FROM seen GROUP BY what, outcome ORDER BY min(n);
-- a deferred trigger does not run as who commits
SET ROLE regress_author;
CREATE TABLE late (n int);
CREATE FUNCTION runs_late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO custom_test.seen (what, outcome) VALUES ('late', current_user); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION runs_late();
CREATE FUNCTION defers(credential jsonb) RETURNS jsonb LANGUAGE sql SET search_path = custom_test AS $$ INSERT INTO late VALUES (1); SELECT '{"user_id": "Ann"}'::jsonb $$;
RESET ROLE;
SELECT authz_adapter_configure(:'app', 'defers(jsonb)', 'role_of(text)');
SELECT status FROM authz_login_custom(:'app', '{"user_id": "a"}');
SELECT outcome FROM seen WHERE what = 'late';							-- none
SELECT detail ->> 'reason' AS reason, detail ->> 'diagnostic' AS diagnostic FROM authz.audit_event WHERE account_id = 610 AND action = 'sign_in' ORDER BY event_id DESC LIMIT 1;

-- what they raise is a refusal, and undone; what they return of somebody else's business is nothing
SET ROLE regress_author;
CREATE FUNCTION raises(credential jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN UPDATE custom_test.known SET uses = 77; RAISE WARNING 'the pin is %', credential ->> 'pin'; RAISE 'the pin is %', credential ->> 'pin'; END $$;
CREATE FUNCTION tells(credential jsonb) RETURNS jsonb LANGUAGE sql RETURN credential -> 'tell';
CREATE FUNCTION sleeps(credential jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT to_jsonb(pg_sleep(60)::text) $$;
CREATE FUNCTION no_role(user_id text) RETURNS text LANGUAGE sql RETURN NULL::text;
CREATE FUNCTION raises_too(user_id text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'who is %', user_id; END $$;
RESET ROLE;
SELECT authz_adapter_configure(:'app', 'raises(jsonb)', 'role_of(text)');
SELECT status FROM authz_login_custom(:'app', '{"user_id": "b", "pin": "Xsecret"}');
SELECT detail ->> 'reason' AS reason, detail ->> 'diagnostic' AS diagnostic FROM authz.audit_event WHERE account_id = 610 AND action = 'sign_in' ORDER BY event_id DESC LIMIT 1;
SELECT max(uses) <> 77 AS undone FROM known;
SELECT authz_adapter_configure(:'app', 'tells(jsonb)', 'role_of(text)');
SELECT told, s.status, s.user_id, s.role FROM unnest(ARRAY['{"user_id": "Ann"}', '{"user_id": "ANN", "role": "surely", "account_id": 1, "kind": "admin"}', '{"user_id": "Ann", "assurance": 2}', '{"user_id": "Ann", "assurance": "x", "multifactor": "x"}', '{"user_id": "Ann", "assurance": -5}', '{"user_id": ["Ann"]}', '{"user_id": ""}',
	'{"user_id": null}', '{"user_id": "service-account-portal"}', '{"name": "Ann"}', '["Ann"]', '"Ann"', 'null']::jsonb[]) WITH ORDINALITY t (told, n), LATERAL authz_login_custom(:'app', jsonb_build_object('user_id', 'try ' || n, 'tell', told)) s ORDER BY n;
SELECT authz_adapter_configure(:'app', 'tells(jsonb)', 'no_role(text)');
SELECT status FROM authz_login_custom(:'app', '{"user_id": "c", "tell": {"user_id": "Ann"}}');
SELECT authz_adapter_configure(:'app', 'tells(jsonb)', 'raises_too(text)');
SELECT status FROM authz_login_custom(:'app', '{"user_id": "d", "tell": {"user_id": "Ann"}}');
-- a cancel is a cancel
SELECT authz_adapter_configure(:'app', 'sleeps(jsonb)', 'role_of(text)');
SET statement_timeout = 200;
SELECT authz_login_custom(:'app', '{"user_id": "e"}');					-- 57014
RESET statement_timeout;

-- another function under the name, or another owner of it, is another function
SELECT authz_adapter_configure(:'app', 'tells(jsonb)', 'role_of(text)');
SELECT status, session_token AS ann FROM authz_login_custom(:'app', '{"user_id": "f", "tell": {"user_id": "Ann"}}') \gset
SELECT :'status';
SET ROLE regress_author;
ALTER FUNCTION tells(jsonb) RENAME TO told;
SET ROLE regress_reader;
CREATE FUNCTION tells(credential jsonb) RETURNS jsonb LANGUAGE sql RETURN '{"user_id": "Boss"}'::jsonb;
SELECT status FROM authz_login_custom(:'app', '{"user_id": "g"}');		-- failed
DROP FUNCTION tells(jsonb);
RESET ROLE;
ALTER FUNCTION told(jsonb) RENAME TO tells;
SELECT status FROM authz_login_custom(:'app', '{"user_id": "h", "tell": {"user_id": "Ann"}}');	-- ok
ALTER FUNCTION tells(jsonb) OWNER TO regress_reader;
SELECT status FROM authz_login_custom(:'app', '{"user_id": "i", "tell": {"user_id": "Ann"}}');	-- failed
SELECT detail ->> 'reason' AS reason FROM authz.audit_event WHERE account_id = 610 AND action = 'sign_in' ORDER BY event_id DESC LIMIT 1;
-- other functions end the sessions, the same ones do not
SELECT authz_adapter_configure(:'app', 'tells(jsonb)', 'role_of(text)');
SELECT session_token AS ann FROM authz_login_custom(:'app', '{"user_id": "j", "tell": {"user_id": "Ann"}}') \gset
SELECT authz_adapter_configure(:'app', 'tells(jsonb)', 'role_of(text)');
SET authz.session = :'ann';
SELECT authz_current_user_id();
SET authz.session = '';
SELECT authz_adapter_configure(:'app', 'knows(jsonb)', 'role_of(text)');
SET authz.session = :'ann';
SELECT authz_current_user_id();											-- NULL
SET authz.session = '';
SELECT authz_adapter_configure(:'app');
SELECT status FROM authz_login_custom(:'app', '{"user_id": "k"}');		-- failed: none

-- a schema that is gone does no harm
SELECT authz_adapter_configure(:'app', 'knows(jsonb)', 'role_of(text)');
RESET search_path;
DROP SCHEMA custom_test CASCADE;
SELECT status FROM authz_login_custom(:'app', '{"user_id": "l"}');		-- failed

-- the worked example
\set application_id '\'' :app '\''
\set ECHO none
\o /dev/null
\i examples/one_time_code.sql
\o
\set ECHO all
SELECT authz_role_user_set(:'app', 'Ann', 'viewer'), code_by_mail.make('Ann') AS code \gset
SELECT a.status AS wrong, b.status AS right, b.user_id, c.status AS again FROM authz_login_custom(:'app', '{"user_id": "Ann", "code": "x"}') a, authz_login_custom(:'app', jsonb_build_object('user_id', 'ann', 'code', :'code')) b, authz_login_custom(:'app', jsonb_build_object('user_id', 'ann', 'code', :'code')) c;
SELECT code_by_mail.make('ann') AS code \gset
UPDATE code_by_mail.code SET expires_at = now();
SELECT status AS late FROM authz_login_custom(:'app', jsonb_build_object('user_id', 'ann', 'code', :'code'));
SET client_min_messages = error;
DROP SCHEMA code_by_mail CASCADE;
SELECT authz_application_delete(:'app');
RESET authz.account;
