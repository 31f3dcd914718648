-- seal: who may seal secrets, who may know of the key, and what nobody gets at by way of it
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
SELECT account_id FROM authz_account_add('seal', 152, 'Xsecret');
SET authz.account = 152;
SELECT kit.person(152, 'Ann'), kit.person(152, 'Boss', 'admin');
SELECT kit.token(152, '152-ann') AS ann, kit.token(152, '152-boss') AS boss \gset

-- the database plane alone, and with a key
SELECT authz_seal();					-- 55000: none is set
SET ROLE regress_reader;
SELECT authz_seal();					-- 28000
SELECT * FROM authz_secrets_at_rest();	-- NULLs
SET authz.session = :'ann';
SELECT authz_seal();					-- 42501
SET authz.session = :'boss';
SELECT authz_seal();					-- 42501: a session reaches one account
SELECT * FROM authz_secrets_at_rest();	-- NULLs
SET authz.session = 'nonsense';
SELECT authz_seal();					-- 28000
RESET ROLE;
SELECT authz_seal();					-- 28000: a session that is set decides
SET authz.session = '';
GRANT EXECUTE ON FUNCTION authz_administer() TO regress_reader;
SET ROLE regress_reader;
SELECT authz_seal();					-- 55000
SELECT key_file, in_clear > 0 AS in_clear, former_keys FROM authz_secrets_at_rest();
SELECT severity, object, regexp_replace(finding, '\d+', 'n') AS finding, remedy FROM authz_check_setup() WHERE object = 'authz.key_file';
RESET ROLE;
REVOKE EXECUTE ON FUNCTION authz_administer() FROM regress_reader;
SET ROLE regress_reader;
SELECT count(*) FROM authz_check_setup() WHERE object = 'authz.key_file';	-- 0

-- the key's file is the server's: no client names another, or looks where it is
SELECT kit.try(s) FROM unnest(ARRAY['SET authz.key_file = ''/tmp/mine''', 'SET LOCAL authz.key_file = ''''', 'SELECT set_config(''authz.key_file'', ''/tmp/mine'', true)',
	'CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql SET authz.key_file = ''/tmp/mine'' AS ''SELECT 1''', 'SHOW authz.key_file', 'SELECT current_setting(''authz.key_file'')']) s;
SELECT count(*) FROM pg_settings WHERE name = 'authz.key_file';	-- 0
RESET ROLE;
SELECT kit.try(s) FROM unnest(ARRAY['SET authz.key_file = ''/tmp/mine''', 'ALTER ROLE regress_reader SET authz.key_file = ''/tmp/mine''', 'ALTER DATABASE contrib_regression SET authz.key_file = ''/tmp/mine''']) s;

-- nor before the library is there to refuse it
\c
\set VERBOSITY sqlstate
SET client_min_messages = error;
SET authz.key_file = '/tmp/mine';
LOAD 'authz';
SHOW authz.key_file;

-- what opens and seals is for nobody but the extension's owner
SET ROLE regress_reader;
SELECT kit.try(s) FROM unnest(ARRAY['SELECT authz.open_secret(1, ''x'', 0)', 'SELECT authz.seal_secret(1, ''x'', 0)', 'SELECT authz.sealing_version()', 'SELECT authz.keep_secret(''x'')',
	'SELECT authz.check_sealing(1)', 'SELECT authz.seal(0, NULL)', 'SELECT authz.delete_secrets(''{1}'')']) s;
RESET ROLE;
SELECT authz.sealing_version(), authz.open_secret(1, 'Xsecret', 0), authz.seal_secret(1, 'Xsecret', 0), authz.open_secret(NULL, 'Xsecret', 1);
SELECT kit.try(s) FROM unnest(ARRAY['SELECT authz.open_secret(1, ''x'', 1)', 'SELECT authz.open_secret(1, '''', -1)', 'SELECT authz.seal_secret(1, ''x'', 2147483647)']) s;	-- 55000: versions that are not there

-- where secrets are sealed none is kept in clear because the setting got lost
BEGIN;
SET LOCAL authz.account = 152;
UPDATE authz.secret SET key_version = 1 WHERE secret_id = (SELECT max(secret_id) FROM authz.secret);
SELECT kit.try('SELECT authz_apptoken_add()'), kit.try('SELECT authz_signing_key_rotate()'), kit.try('SELECT authz_account_add(''x'')'), kit.try('SELECT authz_user_add(''Eve'')');
ROLLBACK;
