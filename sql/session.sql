-- session: what puts a session in force, what takes it out, what shows it
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA session_test;
GRANT USAGE, CREATE ON SCHEMA session_test TO regress_reader;
SET search_path = session_test, public;
SELECT account_id, widget_id FROM authz_account_add('session', 101);
SELECT kit.person(101, 'Ann'), kit.person(101, 'Bob');
CREATE TABLE t (v text);
GRANT ALL ON t TO regress_reader;
SET ROLE regress_reader;
SELECT kit.token(101, '101-ann') AS ann, kit.token(101, '101-bob') AS bob \gset

-- nobody
SELECT authz_current_user_id(), authz_current_account_id(), authz_current_actor();	-- NULLs
SELECT authz_current_session() IS NULL AS nobody;	-- true

-- set_config: shows nothing
SELECT set_config('authz.session', :'ann', false);	-- redacted
SELECT authz_current_user_id(), authz_current_account_id(), authz_current_actor();	-- Ann
SHOW authz.session;		-- redacted
SELECT current_setting('authz.session');	-- redacted
SELECT count(*) FROM pg_settings WHERE name = 'authz.session' AND :'ann' IN (setting, reset_val, boot_val);	-- 0
SELECT session_token, session_type, account_id, user_id, actor, role_ids, privileges FROM authz_current_session();

-- SET, RESET, and what is no token is simply nobody
SET authz.session = :'bob';
SELECT authz_current_user_id();		-- Bob
SET authz.session = 'nonsense';
SELECT authz_current_user_id(), authz_can_view(1), authz_has_permission('a'), authz_owner_ids();	-- nobody, no error
SET authz.session = :'bob';
RESET authz.session;
SELECT authz_current_user_id();		-- NULL
SET authz.session = :'bob';
DISCARD ALL;
SELECT authz_current_user_id(), current_setting('authz.session') = '' AS empty;	-- NULL
SET ROLE regress_reader;
SET search_path = session_test, public;
SELECT set_config('authz.session', repeat('x', 16384), false) = '(redacted)' AS accepted;	-- as long as may be
SELECT authz_current_user_id();		-- NULL
SELECT set_config('authz.session', repeat('x', 16385), false);	-- 22023
SELECT set_config('authz.session', E'a\nb', false);		-- 22023: not printable
SET authz.session = 'é';		-- 22023

-- SET LOCAL, set_config(…, true), savepoints
SET authz.session = :'bob';
BEGIN;
SET LOCAL authz.session = :'ann';
SELECT authz_current_user_id();		-- Ann
SAVEPOINT s;
SELECT set_config('authz.session', '', true);
SELECT authz_current_user_id();		-- NULL
ROLLBACK TO s;
SELECT authz_current_user_id();		-- Ann
RELEASE s;
COMMIT;
SELECT authz_current_user_id();		-- Bob
BEGIN;
SET authz.session = :'ann';
SAVEPOINT s;
SET authz.session = '';
ROLLBACK TO s;
SELECT authz_current_user_id();		-- Ann
ROLLBACK;
SELECT authz_current_user_id();		-- Bob

-- authz_use_session
BEGIN;
SELECT session_token, user_id FROM authz_use_session(:'ann');	-- Ann, no token
SELECT authz_current_user_id();		-- Ann
COMMIT;
SELECT authz_current_user_id();		-- Bob
SELECT user_id FROM authz_use_session(:'ann', false);
SELECT authz_current_user_id();		-- Ann
SELECT user_id FROM authz_use_session(:'bob');	-- warning 25P01: no transaction
SELECT authz_current_user_id();		-- Ann
SELECT authz_use_session('nonsense', false);	-- 28000
SELECT authz_use_session('', false);	-- 28000
SELECT authz_use_session(NULL, false);	-- 28000
SELECT authz_current_user_id();		-- Ann: what raised had no effect
BEGIN;
SELECT user_id FROM authz_use_session(:'bob', NULL);	-- local
COMMIT;
SELECT authz_current_user_id();		-- Ann

-- roles of the database do not matter
RESET ROLE;
SELECT authz_current_user_id();		-- Ann
SET SESSION AUTHORIZATION regress_reader;
SELECT authz_current_user_id();		-- Ann
RESET SESSION AUTHORIZATION;
SET ROLE regress_reader;

-- functions: a SET clause ends with the function, and stores no token
CREATE FUNCTION nobody() RETURNS text LANGUAGE sql SET authz.session = '' AS 'SELECT authz_current_user_id()';
SELECT coalesce(nobody(), '-'), authz_current_user_id();	-- -, Ann
CREATE FUNCTION stored() RETURNS text LANGUAGE sql SET authz.session = 'x' AS 'SELECT 1';	-- 0A000
CREATE FUNCTION stored() RETURNS text LANGUAGE sql SET authz.session FROM CURRENT AS 'SELECT 1';	-- 0A000
ALTER FUNCTION nobody() SET authz.session FROM CURRENT;	-- 0A000
ALTER FUNCTION nobody() SET authz.session = 'x';	-- 0A000
CREATE PROCEDURE stored() LANGUAGE sql SET authz.session = 'x' AS 'SELECT 1';	-- 0A000
ALTER ROLE regress_reader SET authz.session = 'x';	-- 0A000
ALTER ROLE regress_reader IN DATABASE :"DBNAME" SET authz.session FROM CURRENT;	-- 0A000
RESET ROLE;
ALTER ROLE regress_reader SET authz.session = 'x';	-- 0A000, for a superuser too
ALTER ROLE ALL SET authz.session = 'x';	-- 0A000
ALTER DATABASE :"DBNAME" SET authz.session = 'x';	-- 0A000
ALTER SYSTEM SET authz.session = 'x';	-- 55P02: in no file
SELECT count(*) FROM pg_db_role_setting WHERE setconfig::text ~ 'authz';	-- 0
SET ROLE regress_reader;
SET authz.whatever = 1;		-- 42602: the prefix is taken
SET authz.clock_skew = 0;	-- 42501
SET authz.cache_memory = 64;	-- 42501
SET authz.require_ssl = off;	-- 42501

-- what ended is nobody
SELECT authz_end_session();	-- true
SELECT authz_current_user_id();		-- NULL
SELECT authz_end_session();	-- 28000
SELECT authz_use_session(:'ann', false);	-- 28000
RESET ROLE;
RESET authz.session;
SET client_min_messages = warning;
DROP SCHEMA session_test CASCADE;
