-- leftovers: what is left when the extension goes, comes back, or is put into an unfriendly place; the last of the tests
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA left_test;
GRANT USAGE ON SCHEMA left_test TO regress_reader, regress_author;
SELECT account_id FROM authz_account_add('leftovers', 149);
SET authz.account = 149;
SELECT kit.person(149, 'Ann'), authz_category_add('c', category_id => 14901, privacy => 'all');
CREATE TABLE left_test.doc (id int, category_id int, owner text);
INSERT INTO left_test.doc VALUES (1, 14901, 'Ann');
ALTER TABLE left_test.doc OWNER TO regress_author;
GRANT ALL ON left_test.doc TO regress_reader;
SELECT authz_protect('left_test.doc', 'category_id', 'owner');
CREATE VIEW left_test.invoker WITH (security_invoker) AS SELECT * FROM left_test.doc;
GRANT SELECT ON left_test.invoker TO regress_reader;
SELECT kit.token(149, '149-ann') AS ann \gset
SET authz.session = :'ann';
SET ROLE regress_reader;
PREPARE mine AS SELECT count(*) FROM left_test.doc;
EXECUTE mine;		-- 1
RESET ROLE;

-- without the extension content stays closed, also for its owner and in plans made before
DROP EXTENSION authz;		-- 2BP01: policies need it
DROP EXTENSION authz CASCADE;
SELECT polname FROM pg_policy WHERE polrelid = 'left_test.doc'::regclass;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'left_test.doc'::regclass;
SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = 'left_test.doc'::regclass;	-- t, t
SET ROLE regress_reader;
EXECUTE mine;		-- 0
SELECT count(*) FROM left_test.doc;		-- 0
SELECT count(*) FROM left_test.invoker;	-- 0
INSERT INTO left_test.doc VALUES (2);	-- 42501
DELETE FROM left_test.doc RETURNING id;	-- none
SET ROLE regress_author;
SELECT count(*) FROM left_test.doc;		-- 0
RESET ROLE;
SET authz.session = :'ann';				-- the setting is there as long as the library is
SELECT authz_current_user_id();			-- 42883
SET authz.session = '';
SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('authz');	-- 0
SELECT proname FROM pg_proc WHERE proname LIKE 'authz%';
SELECT typname FROM pg_type WHERE typname LIKE 'authz%';

-- not into its own schema, and not half
CREATE EXTENSION authz SCHEMA authz;	-- 3F000: there is none
CREATE SCHEMA authz;
CREATE EXTENSION authz;					-- 42P06: the schema is somebody's
DROP SCHEMA authz;
SELECT count(*) FROM pg_extension WHERE extname = 'authz';	-- 0

-- into a schema where others have planted operators and functions: none of them is used
CREATE SCHEMA hostile;
GRANT ALL ON SCHEMA hostile TO regress_reader;
SET ROLE regress_reader;
DO $$
DECLARE
	types text[] := '{text,name,varchar,oid,regclass,regproc,regprocedure,regnamespace,regtype,int,bigint,bool,"\"char\"",jsonb,timestamptz,uuid,text[]}';
	l text;
	r text;
	o text;
BEGIN
	FOREACH l IN ARRAY types LOOP
		FOREACH r IN ARRAY types LOOP
			EXECUTE format('CREATE FUNCTION hostile.used(%s, %s) RETURNS bool LANGUAGE plpgsql AS $f$BEGIN RAISE ''used: %s %s''; END$f$', l, r, l, r);
			FOREACH o IN ARRAY '{=,<>,<,>,<=,>=,~,!~,~~,!~~,||,->,->>,#>>}'::text[] LOOP
				EXECUTE format('CREATE OPERATOR hostile.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = hostile.used)', o, l, r);
			END LOOP;
		END LOOP;
	END LOOP;
END
$$;
RESET ROLE;
CREATE EXTENSION authz SCHEMA hostile;
SELECT count(*) FROM pg_depend d JOIN pg_operator o ON d.refobjid = o.oid AND d.refclassid = 'pg_operator'::regclass WHERE o.oprnamespace = 'hostile'::regnamespace AND d.deptype = 'n';	-- 0
SELECT count(*) FROM pg_depend d JOIN pg_proc p ON d.refobjid = p.oid AND d.refclassid = 'pg_proc'::regclass WHERE p.pronamespace = 'hostile'::regnamespace AND p.proname = 'used' AND d.classid <> 'pg_operator'::regclass;	-- 0
SELECT account_id FROM hostile.authz_account_add('anew', 149);
SELECT count(*) FROM hostile.authz_accounts;
SELECT count(*) FROM hostile.authz_protected_tables;
DROP EXTENSION authz;
DROP SCHEMA hostile CASCADE;

-- into a schema that its users may not even enter: tables are protected all the same
CREATE SCHEMA inner_place;
CREATE EXTENSION authz SCHEMA inner_place;
SELECT account_id FROM inner_place.authz_account_add('anew', 149);
SET authz.account = 149;
SELECT inner_place.authz_user_add('Ann'), inner_place.authz_category_add('c', category_id => 14901, privacy => 'all');
SET authz.session = :'ann';
SELECT inner_place.authz_current_user_id();		-- NULL: signed by a key that is no more
SET authz.session = '';
SELECT inner_place.authz_protect('left_test.doc', 'category_id', 'owner');
CREATE INDEX ON left_test.doc (category_id);
INSERT INTO left_test.doc SELECT n, 14901 + n % 100, NULL FROM generate_series(2, 2000) n;
ANALYZE left_test.doc;
SELECT session_token AS widget FROM inner_place.authz_start_widget_session('_149') \gset
SET authz.session = :'widget';
SET ROLE regress_reader;
EXECUTE mine;		-- 21
SELECT count(*), min(category_id), max(category_id) FROM left_test.doc;
SELECT inner_place.authz_current_account_id();	-- 42501
INSERT INTO left_test.doc VALUES (1, 14901);	-- 42501, from the policy
RESET ROLE;
SET authz.session = '';

-- what was left closed is opened by authz_unprotect, or protected anew
DROP EXTENSION authz CASCADE;
CREATE EXTENSION authz;
SELECT account_id FROM authz_account_add('anew', 149);
SELECT authz_unprotect('left_test.doc'), authz_unprotect('left_test.doc');	-- t, f
SET ROLE regress_reader;
EXECUTE mine;		-- 2000
SELECT count(*) FROM left_test.invoker;	-- 2000
RESET ROLE;
SELECT authz_protect('left_test.doc', 'category_id', 'owner');
SET ROLE regress_reader;
EXECUTE mine;		-- 0
RESET ROLE;

-- and nothing of the tests is left
DEALLOCATE mine;
RESET authz.session;
SET client_min_messages = error;
DROP SCHEMA left_test, inner_place, kit CASCADE;
DROP EXTENSION authz CASCADE;
DROP EXTENSION pgcrypto;
DROP OWNED BY regress_reader, regress_author CASCADE;
DROP ROLE regress_reader, regress_author;
