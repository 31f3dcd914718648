-- secret_session: sessions for whoever has the account's administration secret
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT admin_secret AS chosen FROM authz_account_add('secret', 105, 'choose well');
SELECT admin_secret AS made, length(admin_secret) FROM authz_account_add('secret, made here', 106) \gset
SELECT :length >= 32 AS long;
SET authz.account = 105;
SELECT authz_user_add('Ann'), authz_user_add('Eve'), authz_group_add('staff');
SELECT authz_user_update('Eve', status => 'blocked');
SELECT authz_role_add('clerk', '{user.add}', role_id => 10501);
SELECT authz_category_add('one', category_id => 10501);
SET ROLE regress_reader;

SELECT session_type, account_id, user_id, actor, role_ids, privileges FROM authz_start_secret_session(105, 'choose well');
SELECT session_type, user_id FROM authz_start_secret_session(105, 'choose well', 'ANN', 'Admin', 60, 'privacycontext:site');
SELECT user_id, privileges FROM authz_start_secret_session(105, 'choose well', '', NULL, NULL, '');

-- one error, whatever is wrong
SELECT authz_start_secret_session(105, 'choose wrong');		-- 28P01
SELECT authz_start_secret_session(106, 'choose well');		-- 28P01
SELECT authz_start_secret_session(999, 'choose well');		-- 28P01
SELECT authz_start_secret_session(0, 'choose well');		-- 28P01
SELECT authz_start_secret_session(-105, 'choose well');		-- 28P01
SELECT authz_start_secret_session(NULL, 'choose well');		-- 28P01
SELECT authz_start_secret_session(105, NULL);				-- 28P01
SELECT authz_start_secret_session(105, '');					-- 28P01
SELECT authz_start_secret_session(105, 'choose well ');		-- 28P01
SELECT authz_start_secret_session(105, 'Choose well');		-- 28P01
SELECT user_id IS NULL AS started FROM authz_start_secret_session(106, :'made');	-- true

-- arguments that no rule allows
SELECT authz_start_secret_session(105, 'choose well', 'Nobody');	-- P0002
SELECT authz_start_secret_session(105, 'choose well', 'Eve');		-- P0002: blocked
SELECT authz_start_secret_session(105, 'choose well', 'staff');		-- P0002: a group
SELECT authz_start_secret_session(105, 'choose well', type => 'widget');	-- 22023
SELECT authz_start_secret_session(105, 'choose well', expiry => -1);	-- 22023
SELECT authz_start_secret_session(105, 'choose well', session_privileges => ':');	-- 22023
SELECT authz_start_secret_session(105, 'choose well', session_privileges => E'a:\u0001');	-- 22023
SELECT authz_start_secret_session(105, 'choose well', session_privileges => repeat('a', 8193));	-- 22023

-- a limit that cannot be understood is not promised
SELECT p, kit.try(format('SELECT authz_start_secret_session(105, ''choose well'', session_privileges => %L)', p)) AS outcome
	FROM unnest('{actionslimit:0,actionslimit:x,actionslimit,iprestrict:1.2.3,iprestrict:10.0.0.1/8,iprestrict,urirestrict:x,urirestrict:/a/../b}'::text[]) p
	ORDER BY p COLLATE "C";	-- 22023
SELECT privileges FROM authz_start_secret_session(105, 'choose well', session_privileges => 'limitentry:1,sview:1/2,edit:1');	-- these are

-- what it may: a user session what its roles allow, an admin one everything
SELECT session_token AS user FROM authz_start_secret_session(105, 'choose well', 'Ann') \gset
SELECT session_token AS admin FROM authz_start_secret_session(105, 'choose well', type => 'admin') \gset
SELECT session_token AS clerk FROM authz_start_secret_session(105, 'choose well', type => 'admin', session_privileges => 'setrole:clerk') \gset
SELECT session_token AS free FROM authz_start_secret_session(105, 'choose well', session_privileges => 'disableentitlement') \gset
SELECT session_token AS bound FROM authz_start_secret_session(105, 'choose well',
	session_privileges => 'disableentitlement,enableentitlement') \gset
SELECT session_token AS taken FROM authz_start_secret_session(105, 'choose well', type => 'admin',
	session_privileges => 'restrictingrole:clerk') \gset
SELECT session_token AS twice FROM authz_start_secret_session(105, 'choose well', type => 'admin',
	session_privileges => 'restrictingrole:clerk,restrictingrole:clerk') \gset
SELECT session_token AS both FROM authz_start_secret_session(105, 'choose well', type => 'admin', session_privileges => 'setrole:clerk,setrole:clerk') \gset
CREATE FUNCTION pg_temp.may(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN concat_ws(' ', authz_has_permission('user.add'), authz_has_permission('role.add'),
		authz_has_permission('content.manage_all'), authz_has_permission('nonesuch'), authz_can_manage(10501), authz_can_view(10502));
END
$$;
SELECT n, s AS session, pg_temp.may(token) AS "user.add role.add manage_all nonesuch one unknown"
	FROM (VALUES (1, 'user', :'user'), (2, 'admin', :'admin'), (3, 'clerk', :'clerk'), (4, 'free', :'free'),
		(5, 'bound', :'bound'), (6, 'taken', :'taken'), (7, 'twice', :'twice'), (8, 'both', :'both')) v (n, s, token) ORDER BY n;	-- two names name no role

-- rotation: the former secret holds while they overlap
RESET ROLE;
SELECT authz_account_rotate_secret(105, 3600) AS second \gset
SELECT (authz_start_secret_session(105, :'second')).account_id AS new, (authz_start_secret_session(105, 'choose well')).account_id AS old;
SELECT authz_account_rotate_secret(105, 0) AS third \gset
SELECT (authz_start_secret_session(105, :'third')).account_id AS new;
SELECT authz_start_secret_session(105, :'second');		-- 28P01
SELECT authz_start_secret_session(105, 'choose well');	-- 28P01
SELECT authz_account_rotate_secret(105, -1);	-- 22023
SELECT authz_account_update(105, status => 'blocked');
SELECT authz_start_secret_session(105, :'third');		-- 28P01: the account is blocked
SELECT authz_account_update(105, status => 'active');

-- the secret is nowhere to be read
SELECT count(*) FROM authz.account_secret s WHERE s::text LIKE '%choose%' OR s::text LIKE '%' || :'third' || '%';	-- 0
SELECT count(*) FROM authz.audit_event e WHERE e::text LIKE '%choose%' OR e::text LIKE '%' || :'third' || '%';	-- 0
