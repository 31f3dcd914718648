-- bad_input: every function with every argument absent, empty and absurd answers or refuses, and nothing else
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA input_test;
GRANT ALL ON SCHEMA input_test TO regress_reader;
SELECT authz_account_add('input', 132, 'a secret') IS NOT NULL AS added;
SET authz.account = 132;
SELECT kit.person(132, 'Ann'), kit.person(132, 'Boss', 'admin');
SELECT authz_group_add('staff'), authz_role_add('r', '{p}', role_id => 13201), authz_category_add('c', category_id => 13201), authz_permission_add('p');
SELECT session_token AS widget FROM authz_start_widget_session('_132') \gset
SELECT kit.token(132, '132-ann') AS ann, kit.token(132, '132-boss') AS boss \gset
CREATE TABLE input_test.app AS SELECT application_id AS id FROM authz_application_add('app');
SELECT authz_role_add('r', application_id => id, role_id => 13202), authz_sign_in_configure(id, 'internal', 'internal', allow_anonymous => true, anonymous_role => 'r') FROM input_test.app;
CREATE TABLE input_test.doc (id int PRIMARY KEY, category_id bigint, owner text);

-- values of a type that are as good as any, and those that are not
CREATE FUNCTION pg_temp.good(name text, type regtype) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN name = 'account_id' THEN '132' WHEN name IN ('category_id', 'role_id') THEN '13201' WHEN name IN ('category_ids') THEN '''{13201}''' WHEN name = 'new_parent_id' THEN 'NULL'
		WHEN name = 'user_id' THEN '''Ann''' WHEN name = 'group_id' THEN '''staff''' WHEN name IN ('content', 'link') THEN '''input_test.doc''' WHEN name = 'category_column' THEN '''category_id'''
		WHEN name = 'widget_id' THEN '''_132''' WHEN name = 'id' AND type = 'text'::regtype THEN '''132-ann''' WHEN name IN ('permission_level', 'level') AND type = 'text'::regtype THEN '''member''' WHEN name = 'level' THEN '1'
		WHEN name = 'user_ids' THEN '''{Ann}''' WHEN name = 'permissions' THEN '''{p}''' WHEN name IN ('name', 'permission', 'full_name') THEN '''new''' WHEN name = 'secret' THEN '''a secret''' WHEN name = 'application_id' THEN '(SELECT id FROM input_test.app)' WHEN name = 'role' THEN '''r''' WHEN name IN ('authn', 'authz') THEN '''internal'''
		WHEN type = 'bool'::regtype THEN 'true' WHEN type IN ('int'::regtype, 'bigint'::regtype, 'smallint'::regtype) THEN '1' WHEN type = 'text'::regtype THEN '''x''' ELSE 'NULL' END
$$;
CREATE TABLE input_test.bad (type regtype, value text);
INSERT INTO input_test.bad SELECT 'text', v FROM unnest(ARRAY['NULL', '''''', ''' ''', 'repeat(''x'', 100000)', 'repeat(''a.'', 50000)', 'E''\x01\n\t\x7f''', 'E''\u00e9\u202e\U0001F600''', '''%s%n%x''', '''{"a": [1''',
	'chr(39) || '' OR true --''', '''*''', '''-1''', '''99999999999999999999''', '''NaN''', 'repeat(''{'', 20000)', 'repeat(''a,b:c/d,'', 500)', '''..''', '''eyJhbGciOiJub25lIn0.e30.''']) v;
INSERT INTO input_test.bad SELECT t, v FROM unnest('{int,bigint}'::regtype[]) t, unnest(ARRAY['NULL', '0', '-1', '2147483647', '-2147483648']) v;
INSERT INTO input_test.bad VALUES ('bigint', '-9223372036854775808'), ('smallint', 'NULL'), ('smallint', '-32768'), ('bool', 'NULL'), ('bool', 'false');
INSERT INTO input_test.bad SELECT 'text[]', v FROM unnest(ARRAY['NULL', '''{}''', '''{NULL}''', '''{""}''', '''{{p,q},{r,s}}''', '''[5:6]={p,q}''', 'array_fill(''p''::text, ''{10000}'')', '''{*}''', '''{" "}''', 'ARRAY[repeat(''x'', 100000)]']) v;
INSERT INTO input_test.bad SELECT 'bigint[]', v FROM unnest(ARRAY['NULL', '''{}''', '''{NULL}''', '''{{13201,1},{2,NULL}}''', '''[-3:-2]={13201,2}''', 'array_fill(13201::bigint, ''{10000}'')', '''{-1,0,9223372036854775807}''']) v;
INSERT INTO input_test.bad SELECT t, v FROM unnest('{"int[]","smallint[]"}'::regtype[]) t, unnest(ARRAY['NULL', '''{}''', '''{NULL}''', '''{{13201,1},{2,NULL}}''', '''[-3:-2]={13201,2}''', 'array_fill(13201, ''{10000}'')', '''{-32768,0,32767}''']) v;
INSERT INTO input_test.bad SELECT 'timestamptz', v FROM unnest(ARRAY['NULL', '''infinity''', '''-infinity''', '''4713-01-01 BC''', '''294276-12-31''', '''epoch''']) v;
INSERT INTO input_test.bad SELECT 'jsonb', v FROM unnest(ARRAY['NULL', '''null''', '''[]''', '''1e400''', '''{}''', '''{"": {}}''', '''{"max_session_duration": -1}''', '''{"max_session_duration": 1e30}''', '''{"max_session_duration": "x"}''',
	'''{"default_user_role": {}}''', '''{"default_user_role": ""}''', '''{"legacy_hashes": null}''', '(repeat(''[1,'', 2000) || ''1'' || repeat('']'', 2000))::jsonb', '''{"token_format": "ks"}''', '''{"a\nb": 1}''']) v;
INSERT INTO input_test.bad VALUES ('regprocedure', 'NULL'), ('regprocedure', '0'), ('regprocedure', '4294967295'), ('regprocedure', '''pg_catalog.now()'''), ('regprocedure', '''pg_catalog.jsonb_typeof(jsonb)''');
INSERT INTO input_test.bad VALUES ('uuid', 'NULL'), ('uuid', '''00000000-0000-0000-0000-000000000000'''), ('regclass', 'NULL'), ('regclass', '0'), ('regclass', '4294967295'), ('regclass', '''pg_class'''), ('regclass', '''authz_users'''),
	('regclass', '''input_test.doc_pkey'''), ('name', 'NULL'), ('name', ''''''), ('name', '''nonesuch'''), ('name', '''id'''), ('name', '''owner'''), ('name', '''ctid'''), ('name', 'repeat(''x'', 63)');

-- each function with one bad argument and good ones beside, and with nothing at all
CREATE TABLE input_test.call AS
WITH f AS (
	SELECT p.oid, p.proname, p.proargtypes, p.pronargs, coalesce(p.proargnames, '{}') AS names FROM pg_proc p
	WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'authz\_%' AND p.prokind = 'f' AND p.prorettype NOT IN ('trigger'::regtype, 'internal'::regtype)),
one AS (
	SELECT f.oid, f.proname, b.value AS bad, format('%s(%s)', f.proname, (
		SELECT string_agg('(' || CASE WHEN k = n THEN b.value ELSE pg_temp.good(f.names[k], f.proargtypes[k - 1]) END || ')::' || f.proargtypes[k - 1]::regtype, ', ' ORDER BY k) FROM generate_series(1, f.pronargs) k)) AS call
	FROM f CROSS JOIN LATERAL generate_series(1, f.pronargs) n JOIN input_test.bad b ON b.type = f.proargtypes[n - 1]::regtype),
nothing AS (
	SELECT f.oid, f.proname, format('%s(%s)', f.proname, (SELECT string_agg('NULL::' || f.proargtypes[k - 1]::regtype, ', ' ORDER BY k) FROM generate_series(1, f.pronargs) k)) AS call FROM f)
SELECT * FROM (SELECT proname, call FROM one UNION SELECT proname, call FROM nothing) c;
-- hashing a secret that somebody chose takes its time
DELETE FROM input_test.call WHERE proname IN ('authz_account_add', 'authz_start_secret_session') AND call !~ 'NULL|repeat|E''' OR proname = 'authz_login' AND call !~ 'NULL|E''';
SELECT count(*) > 1000 AS many, count(DISTINCT proname) > 50 AS all_of_them, bool_and(call IS NOT NULL) AS complete FROM input_test.call;
SELECT DISTINCT t::regtype AS "type without bad values" FROM pg_proc p, unnest(p.proargtypes) t WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'authz\_%'
	AND NOT EXISTS (SELECT FROM input_test.bad b WHERE b.type = t::regtype) AND t NOT IN ('internal'::regtype, '"any"'::regtype) ORDER BY 1;
GRANT SELECT ON ALL TABLES IN SCHEMA input_test TO regress_reader;
ALTER TABLE input_test.doc OWNER TO regress_reader;

CREATE FUNCTION pg_temp.outcomes(token text) RETURNS TABLE (proname name, outcome text, call text) LANGUAGE plpgsql AS $$
DECLARE
	c record;
BEGIN
	FOR c IN SELECT * FROM input_test.call ORDER BY 1, 2 LOOP
		PERFORM set_config('authz.session', token, true);
		RETURN QUERY SELECT c.proname, kit.dry('SELECT * FROM public.' || c.call), c.call;
	END LOOP;
END
$$;
CREATE TABLE input_test.outcome (who text, proname name, outcome text, call text);
GRANT ALL ON input_test.outcome TO regress_reader;
INSERT INTO input_test.outcome SELECT 'dba', * FROM pg_temp.outcomes('');
SET ROLE regress_reader;
INSERT INTO input_test.outcome SELECT v.who, o.* FROM (VALUES ('nobody', ''), ('forged', 'x'), ('widget', :'widget'), ('Ann', :'ann'), ('Boss', :'boss')) v (who, token), pg_temp.outcomes(v.token) o;
RESET ROLE;

-- numbers of rows, and the SQLSTATEs of the contract with 42P01, 42703 and 42710 for tables and columns
SELECT who, outcome, min(proname) AS function, min(call) AS call FROM input_test.outcome
	WHERE outcome !~ '^[0-9]{1,4}$' AND outcome NOT IN ('28000', '28P01', '42501', 'P0002', '22023', '23505', '23514', '2BP01', '54000', '55000', '0A000', '42P01', '42703', '42710') GROUP BY who, outcome ORDER BY 1, 2;
SELECT who, count(*) > 1000 AS all_called, count(*) FILTER (WHERE outcome = '1') > 0 AS some_answered FROM input_test.outcome GROUP BY who ORDER BY who;
-- a check never raises
SELECT DISTINCT proname, outcome FROM input_test.outcome WHERE proname ~ 'authz_((can|has|is|current)_|owner_ids)' AND outcome <> '1' ORDER BY 1, 2;
-- nobody and the forged get nothing but answers to questions and a way in
SELECT DISTINCT proname FROM input_test.outcome WHERE who IN ('nobody', 'forged') AND outcome ~ '^[0-9]{1,4}$' ORDER BY 1;
DROP SCHEMA input_test CASCADE;
RESET authz.session;
