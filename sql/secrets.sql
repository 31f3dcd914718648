-- secrets: no table, function, view, error or plan shows a token, a secret, a key or its digest
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
SELECT authz_account_add('secrets', 126, 'Xsecret-admin') IS NOT NULL AS added;
SET authz.account = 126;
SELECT authz_user_add('Ann');
SELECT id FROM authz_apptoken_add(id => '126-ann', token => 'Xsecret-token', session_user_id => 'Ann');
SELECT id FROM authz_apptoken_add(id => '126-boss', token => 'Xsecret-boss', session_user_id => 'Ann', session_type => 'admin');
SELECT kit.token(126, '126-ann', 'Xsecret-token') AS ann, kit.token(126, '126-boss', 'Xsecret-boss') AS boss \gset
SELECT authz_signing_key_rotate('ES256') IS NOT NULL AS es256, authz_signing_key_rotate('EdDSA') IS NOT NULL AS eddsa;
SELECT application_id AS app FROM authz_application_add('portal') \gset
SELECT authz_header_configure(:'app', 'Remote-User', 'Xsecret-that-proxy-and-application-share', NULL), authz_sso_configure(:'app', 'gate', 'Xsecret-that-gateway-and-application-share', NULL, NULL), authz_sign_in_configure(:'app', 'internal', 'internal'), authz_user_set_password('Ann', 'Xsecret-password-of-Ann');
CREATE TABLE content (id int, category_id bigint, owner text);
ALTER TABLE content OWNER TO regress_author;
GRANT SELECT ON content TO regress_reader;
SELECT authz_protect('content', 'category_id', 'owner');

-- everything that must not be seen, in the forms it might be seen in
CREATE TEMP TABLE secret AS
	SELECT unnest(ARRAY['Xsecret', :'ann', split_part(:'ann', '.', 3), split_part(:'boss', '.', 3)]) AS text
	UNION SELECT unnest(ARRAY[encode(value, 'hex'), encode(value, 'base64'), kit.base64url(value), encode(sha256(value), 'hex'), md5(value)]) FROM authz.secret WHERE length(value) > 4
	UNION SELECT v.text FROM authz.secret e JOIN authz.signing_key k USING (secret_id), convert_from(e.value, 'UTF8') AS j (jwk),
		unnest(ARRAY[substring(jwk FROM '"k":"([^"]+)"'), substring(jwk FROM '"d":"([^"]+)"'), jwk]) AS v (text) WHERE length(v.text) > 20
	UNION SELECT verifier FROM authz.account_secret UNION SELECT verifier FROM authz.password
	UNION SELECT unnest(ARRAY[encode(sha256(t::bytea), 'hex'), md5(t), encode(t::bytea, 'hex'), encode(t::bytea, 'base64')]) FROM unnest('{Xsecret-admin,Xsecret-token,Xsecret-boss,Xsecret-password-of-Ann}'::text[]) t;
CREATE FUNCTION pg_temp.shows(text) RETURNS bool LANGUAGE sql AS 'SELECT coalesce(bool_or(strpos($1, text) > 0), false) FROM secret';
SELECT count(*) > 20 AS many, pg_temp.shows('a Xsecret b') AS found, pg_temp.shows('nothing') AS not_found FROM secret;

-- the tables hold what is needed, in two places alone
SELECT c.relname, pg_temp.shows(query_to_xml(format('SELECT t::text FROM authz.%I t', c.relname), false, true, '')::text) AS shows
	FROM pg_class c WHERE c.relnamespace = 'authz'::regnamespace AND c.relkind IN ('r', 'v') AND c.relname NOT IN ('builtin_permission') ORDER BY 1;
SELECT count(*) FROM authz.secret WHERE value = 'Xsecret-token';	-- an app token must be usable

-- and nobody but their owner reaches them
SELECT count(*) AS relations, count(*) FILTER (WHERE has_table_privilege('regress_reader', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
		OR has_any_column_privilege('regress_reader', oid, 'SELECT, INSERT, UPDATE, REFERENCES')) AS reachable
	FROM pg_class WHERE relnamespace = 'authz'::regnamespace AND relkind IN ('r', 'v', 'm', 'p', 'f') HAVING count(*) > 15;
SELECT relname FROM pg_class WHERE relnamespace = 'authz'::regnamespace AND CASE WHEN relkind = 'S' THEN has_sequence_privilege('regress_reader', oid, 'USAGE, SELECT, UPDATE') END ORDER BY 1;
SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'authz'::regnamespace AND has_function_privilege('regress_reader', oid, 'EXECUTE') ORDER BY 1;
SELECT has_schema_privilege('regress_reader', 'authz', 'USAGE'), has_schema_privilege('regress_reader', 'authz', 'CREATE');
SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e' JOIN pg_extension e ON e.oid = d.refobjid
	WHERE e.extname = 'authz' AND (p.prosecdef OR p.proleakproof OR p.proconfig IS NOT NULL) ORDER BY 1::text;	-- none acts for its owner by itself
SELECT p.oid::regprocedure FROM pg_proc p WHERE p.proname LIKE 'authz\_%' AND p.pronamespace = 'public'::regnamespace AND NOT has_function_privilege('regress_reader', p.oid, 'EXECUTE') ORDER BY p.proname;
SET ROLE regress_reader;
SELECT kit.try(s) FROM unnest(ARRAY['SELECT * FROM authz.secret', 'SELECT count(*) FROM authz.session', 'SELECT authz.crypt(''a'', ''b'')', 'SELECT authz.random_hex(1)',
	'TABLE authz.builtin_permission', 'COPY authz.account TO STDOUT', 'SELECT ''authz.account''::regclass', 'CREATE TABLE authz.mine ()', 'CREATE FUNCTION authz.mine() RETURNS int LANGUAGE sql AS ''SELECT 1''']) s;

-- views, for whoever may see the most
CREATE FUNCTION pg_temp.dump(token text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	name regclass;
	one text;
	rows text := '';
BEGIN
	PERFORM set_config('authz.session', token, true);
	FOR name IN SELECT c.oid FROM pg_class c WHERE c.relkind = 'v' AND c.relname LIKE 'authz\_%' AND c.relnamespace = 'public'::regnamespace LOOP
		EXECUTE format('SELECT string_agg(v::text, chr(10)) FROM %s v', name) INTO one;
		rows := concat_ws(chr(10), rows, one);
	END LOOP;
	RETURN concat_ws(chr(10), rows, authz_current_session());
END
$$;
SELECT pg_temp.dump(:'boss') AS by_boss, pg_temp.dump(:'ann') AS by_ann, pg_temp.dump('') AS by_nobody \gset
RESET ROLE;
SELECT pg_temp.dump('') AS by_dba \gset
SELECT length(:'by_boss') > 1000 AS much, pg_temp.shows(:'by_boss') AS boss, pg_temp.shows(:'by_ann') AS ann, pg_temp.shows(:'by_nobody') AS nobody,
	length(:'by_dba') > 1000 AS much, pg_temp.shows(:'by_dba') AS dba;

-- errors: message, detail, hint and context of calls that are given a secret
CREATE FUNCTION pg_temp.error(statement text, token text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	m text;
	d text;
	h text;
	c text;
BEGIN
	PERFORM set_config('authz.session', token, true);
	EXECUTE statement USING 'Xsecret ' || chr(10), token, 'Xsecret';
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT, c = PG_EXCEPTION_CONTEXT;
	RETURN SQLSTATE || CASE WHEN pg_temp.shows(concat_ws('|', m, d, h, c)) THEN ' shows it: ' || concat_ws('|', m, d, h, c) ELSE '' END;
END
$$;
SELECT statement, pg_temp.error(statement) AS dba, pg_temp.error(statement, :'boss') AS boss FROM unnest(ARRAY[
	'SELECT authz_start_session(''126-ann'', $1)', 'SELECT authz_start_session($1, ''x'')', 'SELECT authz_start_secret_session(126, $1)', 'SELECT authz_start_widget_session($1)',
	'SELECT authz_use_session($1)', 'SELECT authz_use_session($3)', 'SELECT authz_use_session($2 || ''x'')', 'SELECT set_config(''authz.session'', $1, true)',
	'SELECT set_config(''authz.session'', repeat($1, 9999), true)', 'SELECT authz_account_add(''x'', 126, $3)', 'SELECT authz_account_add(''x'', 127, repeat($1, 99))',
	'SELECT authz_apptoken_add(id => ''126-ann'', token => $3)', 'SELECT authz_apptoken_add(token => $1)', 'SELECT authz_apptoken_add(token => repeat($1, 999))',
	'SELECT authz_user_set_password(''Ann'', $3)', 'SELECT authz_user_set_password(''Ann'', repeat($1, 99))', 'SELECT authz_user_set_password(''nobody'', $3, $3)', 'SELECT authz_login(application_id, ''Ann'', $1) FROM authz_applications', 'SELECT authz_login_header(application_id, $1) FROM authz_applications',
	'SELECT authz_login_custom(application_id, to_jsonb($3)) FROM authz_applications', 'SELECT authz_header_configure(application_id, ''x'', $3, NULL) FROM authz_applications', 'SELECT authz_header_configure(application_id, ''x'', NULL, $1) FROM authz_applications', 'SELECT authz_login_sso(application_id, $1) FROM authz_applications', 'SELECT authz_sso_configure(application_id, NULL, $3, NULL, NULL) FROM authz_applications', 'SELECT authz_sso_configure(application_id, $1, NULL, NULL, NULL) FROM authz_applications', 'SELECT authz_sso_configure(application_id, NULL, NULL, NULL, $1) FROM authz_applications', 'SELECT authz_blocked_password_add(ARRAY[$1, NULL])',
	'SELECT authz_require_permission(''x'')', 'SELECT authz_apptoken_update(''nobody'', description => ''x'')', 'SELECT authz_start_session(''126-ann'', ''x'', session_privileges => $1)']) WITH ORDINALITY t (statement, n)
	ORDER BY n;

-- plans, and what the connection shows of itself
SET authz.session = :'ann';
CREATE FUNCTION pg_temp.plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, VERBOSE, SETTINGS) ' || query LOOP
		plan := plan || line;
	END LOOP;
	RETURN plan;
END
$$;
SELECT pg_temp.shows(pg_temp.plan('SELECT * FROM content')) AS plan, pg_temp.shows((SELECT string_agg(s::text, '') FROM pg_settings s)) AS settings,
	pg_temp.shows((SELECT string_agg(a::text, '') FROM pg_stat_activity a WHERE pid <> pg_backend_pid())) AS activity, pg_temp.shows(authz_current_session()::text) AS session;
RESET authz.session;
DROP TABLE content;
