-- start_session: exchanging an app token for a session
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA start_test;
GRANT USAGE ON SCHEMA start_test TO regress_reader;
SET search_path = start_test, public;
SELECT account_id FROM authz_account_add('start', 102);
SELECT account_id FROM authz_account_add('start, the neighbour', 103);
SET authz.account = 102;
SELECT authz_user_add('Ann'), authz_user_add('Bob');
SELECT authz_permission_add('p.one'), authz_permission_add('p.two');
SELECT authz_role_add('one', '{p.one}', role_id => 10201), authz_role_add('two', '{p.two}', role_id => 10202);

-- the four hashes; two of them only where the account allows them
SELECT id FROM authz_apptoken_add(id => 's256', token => 'sesame', session_user_id => 'Ann');
SELECT id FROM authz_apptoken_add(id => 's512', token => 'sesame', hash_type => 'sha512', session_user_id => 'ANN');
SELECT id FROM authz_apptoken_add(id => 's1', token => 'sesame', hash_type => 'SHA1');	-- 22023
SELECT id FROM authz_apptoken_add(id => 'm5', token => 'sesame', hash_type => 'md5');	-- 22023
SELECT authz_account_update(102, settings => '{"legacy_hashes": true}');
SELECT id FROM authz_apptoken_add(id => 's1', token => 'sesame', hash_type => 'SHA1');
SELECT id FROM authz_apptoken_add(id => 'm5', token => 'sesame', hash_type => 'md5');
SELECT id FROM authz_apptoken_add(id => 'set', token => 'sesame', session_user_id => 'Ann', session_type => 'admin',
	session_duration => 1000, session_privileges => 'setrole:one,sessionid:x,free:a,any:*,any:z');
SELECT id FROM authz_apptoken_add(id => 'late', token => 'sesame', expiry => now() + interval '30 minutes');
SELECT id FROM authz_apptoken_add(id => 'past', token => 'sesame', expiry => now() - interval '1 second');
SELECT id FROM authz_apptoken_add(id => 'opensetrole', token => 'sesame', session_privileges => 'setrole:*');
SET ROLE regress_reader;

-- without a session nothing starts
SELECT authz_start_session('s256', 'x');	-- 28000
SELECT session_token AS w FROM authz_start_widget_session('_102') \gset
SELECT session_token AS foreign FROM authz_start_widget_session('_103') \gset
SELECT encode(sha256((:'w' || 'sesame')::bytea), 'hex') AS h256, encode(sha512((:'w' || 'sesame')::bytea), 'hex') AS h512,
	encode(digest(:'w' || 'sesame', 'sha1'), 'hex') AS h1, md5(:'w' || 'sesame') AS h5,
	encode(sha256((:'foreign' || 'sesame')::bytea), 'hex') AS hf \gset
SET authz.session = :'w';

SELECT session_type, account_id, user_id, actor, privileges FROM authz_start_session('s256', :'h256');	-- user Ann
SELECT user_id FROM authz_start_session('s512', :'h512');	-- Ann, as first spelled
SELECT user_id, privileges FROM authz_start_session('s1', :'h1');	-- of nobody
SELECT user_id FROM authz_start_session('m5', :'h5');
SELECT user_id FROM authz_start_session('s256', upper(:'h256'));	-- Ann: hex is hex in either case
SELECT user_id, role_ids, session_type, privileges FROM authz_start_session('set', :'h256');

-- one error for what is unknown, wrong, another hash, upper case, of another account
SELECT authz_start_session('unknown', :'h256');		-- 28P01
SELECT authz_start_session('s256', :'h512');		-- 28P01
SELECT authz_start_session('s256', :'hf');			-- 28P01
SELECT authz_start_session('s256', :'h256' || '0');	-- 28P01
SELECT authz_start_session('S512', :'h512');		-- 28P01: ids are compared as they are
SELECT authz_start_session(NULL, :'h256');			-- 28P01
SELECT authz_start_session('s256', NULL);			-- 28P01
SELECT authz_start_session('s512', '');				-- 28P01
SET authz.session = :'foreign';
SELECT authz_start_session('s256', :'hf');			-- 28P01: another account's session
SET authz.session = :'w';

-- what the app token sets overrides what is asked for
SELECT user_id, session_type, privileges FROM authz_start_session('set', :'h256', 'Bob', 'user', 0,
	'setrole:two,edit:*,disableentitlement,sessionid:y,free:b,new:c,any:1/2');
SELECT user_id, session_type, privileges FROM authz_start_session('s1', :'h1', 'bob', 'ADMIN', NULL, 'apptoken:zz,new:c');	-- no admin
SELECT user_id, role_ids FROM authz_start_session('opensetrole', :'h256', session_privileges => 'setrole:two');	-- as the token lets him
SELECT user_id, role_ids FROM authz_start_session('opensetrole', :'h256', session_privileges => 'setrole:nonesuch');	-- no role
SELECT authz_start_session('s1', :'h1', 'nobody');	-- P0002
SELECT authz_start_session('s1', :'h1', type => 'widget');	-- 22023
SELECT authz_start_session('s1', :'h1', type => 'root');	-- 22023
SELECT authz_start_session('s1', :'h1', session_privileges => ':x');	-- 22023
SELECT authz_start_session('s1', :'h1', session_privileges => E'a\tb');	-- 22023
SELECT authz_start_session('s1', :'h1', session_privileges => repeat('x', 9000));	-- 22023

-- how long: what is asked for, the token's duration, its expiry, the account's maximum
CREATE FUNCTION pg_temp.lasts(info authz_session_info) RETURNS int LANGUAGE sql AS
	$$ SELECT round(extract(epoch FROM info.expiry - clock_timestamp()) / 100)::int * 100 $$;
SELECT pg_temp.lasts(authz_start_session('s256', :'h256'));		-- 86400
SELECT pg_temp.lasts(authz_start_session('s256', :'h256', expiry => 0));	-- 86400
SELECT pg_temp.lasts(authz_start_session('s256', :'h256', expiry => 3600));	-- 3600
SELECT pg_temp.lasts(authz_start_session('s256', :'h256', expiry => 2000000000));	-- 86400
SELECT pg_temp.lasts(authz_start_session('set', :'h256'));		-- 1000
SELECT pg_temp.lasts(authz_start_session('set', :'h256', expiry => 1500));	-- 1000
SELECT pg_temp.lasts(authz_start_session('late', :'h256'));		-- 1800
SELECT authz_start_session('s256', :'h256', expiry => -1);		-- 22023
SELECT authz_start_session('past', :'h256');		-- 55000 after a right hash
SELECT authz_start_session('past', :'h512');		-- 28P01 after a wrong one
RESET ROLE;
SET authz.session = '';
SELECT authz_account_update(102, settings => '{"max_session_duration": 600}');
SET authz.session = :'w';
SET ROLE regress_reader;
SELECT pg_temp.lasts(authz_start_session('s256', :'h256'));		-- 600
SELECT pg_temp.lasts(authz_start_session('s256', :'h256', expiry => 3600));	-- 600

-- under any session of the account; the hash is over the session in force
SELECT session_token AS ann FROM authz_start_session('s256', :'h256') \gset
SET authz.session = :'ann';
SELECT authz_start_session('s256', :'h256');	-- 28P01
SELECT user_id FROM authz_start_session('s256', encode(sha256((:'ann' || 'sesame')::bytea), 'hex'));	-- Ann

-- blocked, deleted
RESET ROLE;
SET authz.session = '';
SELECT authz_apptoken_update('s256', status => 'blocked');
SELECT authz_apptoken_delete('m5'), authz_apptoken_delete('m5');	-- t, f
SELECT authz_user_update('Ann', status => 'blocked');
SET ROLE regress_reader;
SET authz.session = :'ann';
SELECT authz_current_user_id();		-- NULL: its app token is blocked
SET authz.session = :'w';
SELECT authz_start_session('s256', :'h256');	-- 28P01
SELECT authz_start_session('m5', :'h5');		-- 28P01
SELECT authz_start_session('s512', :'h512');	-- 55000: a right hash, but a blocked user
RESET ROLE;
SET authz.session = '';
SELECT authz_user_update('Ann', status => 'active'), authz_apptoken_update('s256', status => 'active');
SET authz.session = :'ann';
SELECT authz_current_user_id();		-- Ann: unblocking brings unexpired sessions back
SET authz.session = '';
SELECT authz_user_delete('Ann');
SET authz.session = :'ann';
SELECT authz_current_user_id();		-- NULL for ever
SET authz.session = :'w';
SELECT authz_start_session('s256', :'h256');	-- 28P01: deleted with its user
RESET authz.session;
DROP SCHEMA start_test;
