-- session_connection: a session that the connection starts with, or that is set before the library is loaded
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
SELECT account_id FROM authz_account_add('connection', 134);
SELECT kit.person(134, 'Ann'), kit.person(134, 'Bob');
SET authz.account = 134;
SELECT authz_category_add('hers', category_id => 13401), authz_category_user_add(13401, 'Ann', 'member');
CREATE TABLE content (id int, category_id bigint);
INSERT INTO content VALUES (1, 13401), (2, NULL);
ALTER TABLE content OWNER TO regress_author;
GRANT SELECT ON content TO regress_reader;
SELECT authz_protect('content', 'category_id');
SELECT kit.token(134, '134-ann') AS ann, kit.token(134, '134-bob') AS bob \gset

-- set before anything of ours has run, for the connection
\c
SET SESSION AUTHORIZATION regress_reader;
SET authz.session = :'ann';
SELECT id FROM content;		-- 1
SELECT authz_current_user_id(), current_setting('authz.session');	-- Ann, redacted
SET authz.session = 'x';
RESET authz.session;
SELECT authz_current_user_id();		-- NULL

-- in a transaction, local and in savepoints, the library coming in the middle of it
\c
SET SESSION AUTHORIZATION regress_reader;
BEGIN;
SET LOCAL authz.session = :'ann';
SAVEPOINT s;
SET LOCAL authz.session = :'bob';
SELECT authz_current_user_id();		-- Bob
ROLLBACK TO s;
SELECT authz_current_user_id();		-- Ann
COMMIT;
SELECT authz_current_user_id();		-- NULL
\c
SET SESSION AUTHORIZATION regress_reader;
SET authz.session = :'bob';
BEGIN;
SET authz.session = :'ann';
SAVEPOINT s;
SET LOCAL authz.session = '';
SELECT count(*) FROM content;		-- 0
RELEASE s;
SELECT count(*) FROM content;		-- 0
ROLLBACK;
SELECT authz_current_user_id();		-- Bob
\c
SET SESSION AUTHORIZATION regress_reader;
BEGIN;
SET authz.session = :'ann';
SET LOCAL authz.session = :'bob';
SELECT authz_current_user_id();		-- Bob
COMMIT;
SELECT authz_current_user_id();		-- Ann

-- a connection option: RESET and DISCARD ALL return to it, and nothing shows it
\set conninfo 'options=-cauthz.session=' :ann
\c -reuse-previous=on :conninfo
SET SESSION AUTHORIZATION regress_reader;
SELECT id FROM content;		-- 1
SELECT authz_current_user_id(), current_setting('authz.session');	-- Ann, redacted
SELECT count(*) FROM pg_settings WHERE :'ann' IN (setting, reset_val, boot_val);	-- 0
SET authz.session = :'bob';
SELECT authz_current_user_id();		-- Bob
RESET authz.session;
SELECT authz_current_user_id();		-- Ann
SET authz.session = '';
SELECT authz_current_user_id();		-- NULL
DISCARD ALL;
SELECT authz_current_user_id();		-- Ann
RESET ALL;
SELECT authz_current_user_id();		-- Ann
SELECT authz_end_session();
SELECT authz_current_user_id();		-- NULL
RESET authz.session;
SELECT authz_current_user_id();		-- NULL: what ended stays so

-- a connection option that is no token is nobody
\c -reuse-previous=on 'options=-cauthz.session=nonsense'
SELECT authz_current_user_id(), count(*) FROM authz_users;	-- NULL, 0
SELECT authz_user_add('Eve');		-- 28000, though the role administers: a session that is set decides
SET authz.session = '';
SET authz.account = 134;
SELECT authz_user_add('Eve');		-- Eve
\c -reuse-previous=on 'options='
SELECT current_setting('authz.session', true) IS NOT DISTINCT FROM '' OR current_setting('authz.session', true) IS NULL AS none;
DROP TABLE content;
