-- applications: making, changing, stopping and deleting them, and their secrets
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('applications', 401, 'the secret');
SELECT account_id FROM authz_account_add('applications, a neighbour', 402, 'the secret');
SET authz.account = 402;
SELECT authz_user_add('Ann'), authz_group_add('crew');
SELECT application_id AS theirs FROM authz_application_add('theirs', owner_id => 'Ann') \gset
SET authz.account = 401;
SELECT kit.person(401, p) FROM unnest('{Ann,Bob,Cat,Dev}'::text[]) p;
SELECT kit.person(401, 'Boss', 'admin');
SELECT authz_user_add('Robot', 'service'), authz_user_add('Ann2', primary_user_id => 'Ann'), authz_user_add('taken'), authz_user_add('Gone'), authz_user_delete('Gone'),
	authz_user_add('Blocked'), authz_user_update('Blocked', status => 'blocked');
SELECT authz_group_add('crew'), authz_group_add('inner'), authz_group_user_add('crew', 'inner'), authz_group_user_add('inner', 'Cat');
SELECT authz_role_add('developer', '{application.add}', role_id => 40101), authz_role_user_add(40101, 'Dev'), authz_role_user_add(40101, 'Robot'), authz_role_user_add(40101, 'Ann2');

-- the database plane makes any
SELECT identity_id, app_secret ~ '^[0-9a-f]{64}$' AS made FROM authz_application_add('plain');
SELECT application_id AS shop, identity_id, app_secret FROM authz_application_add('shop', 'The shop', 'sells', 'https://shop.example.org/', 'ANN', administrators_id => 'Crew', app_secret => 'chosen by the caller') \gset
SELECT :'identity_id', :'app_secret';
SELECT application_identifier, identity_id, display_name, description, home_page, owner_id, manager_id, administrators_id, status FROM authz_applications ORDER BY 1;
SELECT user_id, kind, status, screen_name FROM authz_users WHERE kind = 'application' ORDER BY 1;
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_application_add(''shop'')',		-- 23505: there
	'SELECT authz_application_add(''taken'')',															-- 23505: somebody's name
	'SELECT authz_application_add(''ab'')', 'SELECT authz_application_add(''Shop'')', 'SELECT authz_application_add(''1shop'')', 'SELECT authz_application_add(''sh op'')', 'SELECT authz_application_add(repeat(''x'', 65))',
	'SELECT authz_application_add('''')', 'SELECT authz_application_add(NULL)',
	'SELECT authz_application_add(''x-y'', home_page => ''javascript:alert(1)'')', 'SELECT authz_application_add(''x-y'', home_page => ''https://a b'')',
	'SELECT authz_application_add(''x-y'', owner_id => ''nobody'')', 'SELECT authz_application_add(''x-y'', owner_id => ''crew'')', 'SELECT authz_application_add(''x-y'', owner_id => ''Ann2'')',
	'SELECT authz_application_add(''x-y'', owner_id => ''Gone'')', 'SELECT authz_application_add(''x-y'', owner_id => ''Blocked'')', 'SELECT authz_application_add(''x-y'', owner_id => ''service-account-shop'')',
	'SELECT authz_application_add(''x-y'', administrators_id => ''Bob'')', 'SELECT authz_application_add(''x-y'', administrators_id => ''nobody'')',
	'SELECT authz_application_add(''x-y'', app_secret => ''short'')', 'SELECT authz_application_add(''x-y'', app_secret => repeat(''x'', 73))']) what;
SELECT length(authz_register_application('A tool', 'does things', 'http://tool.example.org', 'chosen by the caller')) AS app_id;
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_register_application('''', NULL, NULL, ''chosen by the caller'')', 'SELECT authz_register_application(''x'', NULL, NULL, NULL)',
	'SELECT authz_register_application(''x'', NULL, ''ftp://x'', ''chosen by the caller'')']) what;

-- in a session: by permission, one's own
SET ROLE regress_reader;
SELECT authz_application_add('nobodys');				-- 28000
SET authz.session = 'x';
SELECT authz_application_add('nobodys');				-- 28000
SELECT kit.become(401, '401-bob');
SELECT kit.try('SELECT authz_application_add(''bobs'')') AS add, kit.try('SELECT authz_register_application(''x'', NULL, NULL, ''chosen by the caller'')') AS register;	-- 42501, 42501
SELECT kit.become(401, '401-dev');
SELECT application_id AS devs FROM authz_application_add('devs', display_name => 'Dev''s') \gset
SELECT authz_register_application('Dev''s second', 'registered', 'https://dev.example.org', 'chosen by the caller') AS registered \gset
SELECT application_identifier ~ '^(devs|app-[0-9a-f]{16})$' AS identifier, display_name, owner_id, manager_id FROM authz_applications ORDER BY display_name;
SELECT kit.try('SELECT authz_application_add(''anns'', owner_id => ''Ann'')') AS "somebody else's", kit.try('SELECT authz_application_add(''own'', owner_id => ''DEV'')') AS own,
	kit.try('SELECT authz_application_add(''crews'', manager_id => ''Dev'', owner_id => ''Ann'')') AS managed;	-- 42501, ok, 42501
SET authz.session = '';
RESET ROLE;
SELECT kit.own(401, 'Robot') AS robot, kit.own(401, 'Ann2') AS second \gset
SET ROLE regress_reader;
SET authz.session = :'second';
SELECT kit.try('SELECT authz_application_add(''seconds'')');		-- 22023: a second identity owns none
SET authz.session = :'robot';
SELECT kit.try('SELECT authz_application_add(''robots'')');		-- ok

-- who may do what: owner, administrators (through a group in the group), others, who has the permission, another account's
SET authz.session = '';
RESET ROLE;
SELECT kit.own(401, 'Ann') AS ann, kit.own(401, 'Bob') AS bob, kit.own(401, 'Cat') AS cat, kit.token(401, '401-boss') AS boss, kit.own(402, 'Ann') AS foreign \gset
CREATE FUNCTION pg_temp.as(token text, call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN kit.ask('authz_' || call);
END
$$;
SET ROLE regress_reader;
SELECT replace(call, :'shop', 'SHOP') AS call, pg_temp.as(:'ann', call) AS owner, pg_temp.as(:'cat', call) AS administrator, pg_temp.as(:'bob', call) AS other, pg_temp.as(:'boss', call) AS admin, pg_temp.as(:'foreign', call) AS foreign,
	pg_temp.as('', call) AS nobody
FROM unnest(ARRAY[format('application_update(%L, description => ''x'')', :'shop'), format('application_set_administrators(%L, ''inner'')', :'shop'), format('application_change_owner(%L, ''Bob'') > 0', :'shop'),
	format('application_disable(%L, ''x'')', :'shop'), format('application_enable(%L)', :'shop'), format('application_secret_add(%L) IS NOT NULL', :'shop'), format('application_delete(%L)', :'shop')]) WITH ORDINALITY t (call, n) ORDER BY n;
-- an application of another account is as unknown as none: 42501, and P0002 or f for who has the permission
SELECT pg_temp.as(:'ann', format('application_update(%L)', :'theirs')) AS ann, pg_temp.as(:'boss', format('application_update(%L)', :'theirs')) AS boss, pg_temp.as(:'boss', format('application_delete(%L)', :'theirs')) AS delete,
	pg_temp.as(:'boss', format('application_disable(%L)', :'theirs')) AS disable, pg_temp.as(:'boss', format('application_secret_add(%L)', :'theirs')) AS secret, pg_temp.as(:'ann', 'application_update(NULL)') AS null;

-- changing
SET authz.session = :'ann';
SELECT authz_application_update(:'shop', 'The new shop', '', 'https://new.example.org/?a=1#b');
SELECT authz_application_update(:'shop', clear => '{description}');
SELECT display_name, description, home_page FROM authz_applications;
SELECT authz_application_update(:'shop', home_page => 'data:x');		-- 22023
SELECT authz_application_update(:'shop', clear => '{application_identifier}');	-- 22023
SELECT authz_application_set_administrators(:'shop', 'nobody');		-- 22023
SELECT authz_application_set_administrators(:'shop', NULL);
SET authz.session = :'cat';
SELECT kit.try(format('SELECT authz_application_update(%L, description => ''x'')', :'shop')) AS "no administrator any more";	-- 42501
SELECT count(*) FROM authz_applications;
SET authz.session = :'ann';
SELECT authz_application_set_administrators(:'shop', 'inner');
SET authz.session = '';
RESET ROLE;
SELECT authz_group_update('inner', status => 'blocked');
SET ROLE regress_reader;
SET authz.session = :'cat';
SELECT kit.try(format('SELECT authz_application_update(%L, description => ''x'')', :'shop')) AS "of a blocked group";	-- 42501

-- secrets: one for each instance, shown once, told to who has a stake
SET authz.session = :'ann';
SELECT secret_id AS one, app_secret ~ '^[0-9a-f]{64}$' AS made FROM authz_application_secret_add(:'shop', 'instance 1', expires_at => '2099-01-01') \gset
SELECT :'made', count(*), count(DISTINCT label) FROM authz_application_secrets;
SELECT kit.try(format('SELECT authz_application_secret_add(%L, expires_at => ''2000-01-01'')', :'shop')) AS expired, kit.try(format('SELECT authz_application_secret_add(%L, app_secret => ''short'')', :'shop')) AS short;
SELECT count(authz_application_secret_add(:'shop')) FROM generate_series(1, 18);
SELECT authz_application_secret_add(:'shop');		-- 54000
SET authz.session = :'bob';
SELECT kit.try(format('SELECT authz_application_secret_delete(%s)', :'one')) AS other, kit.try('SELECT authz_application_secret_delete(-1)') AS none, (SELECT count(*) FROM authz_application_secrets) AS seen;	-- 42501, 42501, 0
SET authz.session = :'foreign';
SELECT kit.try(format('SELECT authz_application_secret_delete(%s)', :'one')) AS foreign;	-- 42501
SET authz.session = :'ann';
SELECT authz_application_secret_delete(:one), kit.try(format('SELECT authz_application_secret_delete(%s)', :'one'));		-- t, 42501: there is none any more
-- a person adds them himself
SELECT kit.become(401, '401-ann');
SELECT authz_application_secret_add(:'shop');		-- 42501

-- stopped: nothing of it is proven; its identity is nobody
SET authz.session = '';
RESET ROLE;
SELECT authz_apptoken_add(id => '401-shop', token => 'sesame', session_user_id => 'service-account-shop') IS NOT NULL AS added;
SELECT kit.token(401, '401-shop') AS itself \gset
SELECT authz_application_disable(:'shop', 'behaves badly');
SELECT status, blocking_reason FROM authz_applications WHERE application_identifier = 'shop';
SET authz.session = :'itself';
SELECT authz_current_user_id();											-- NULL
SET authz.session = '';
SELECT kit.try('SELECT authz_user_update(''service-account-shop'', status => ''active'')') AS unblock, kit.try('SELECT authz_user_delete(''service-account-shop'')') AS delete,
	kit.try(format('SELECT authz_request_authorization(%L, ''chosen by the caller'', ''Bob'')', :'shop')) AS request, (SELECT status FROM authz_authorize(:'shop', 'chosen by the caller', '1-x')) AS authorize;	-- 2BP01, 2BP01, 28P01, failed
SELECT authz_application_enable(:'shop');
SELECT status, blocking_reason FROM authz_applications WHERE application_identifier = 'shop';
SET authz.session = :'itself';
SELECT authz_current_user_id(), (SELECT count(*) FROM authz_applications) AS sees_itself;
SET authz.session = '';

-- deleted: the name stays taken, its identity and sessions are gone
SELECT authz_application_delete(:'shop'), authz_application_delete(:'shop'), authz_application_delete(NULL);
SET authz.session = :'itself';
SELECT authz_current_user_id();											-- NULL
SET authz.session = '';
SELECT kit.try('SELECT authz_application_add(''shop'')') AS again, kit.try('SELECT authz_user_add(''service-account-shop'')') AS identity, kit.try(format('SELECT authz_application_enable(%L)', :'shop')) AS enable;	-- 23505, 23505, P0002
SELECT (SELECT count(*) FROM authz_application_secrets WHERE application_id = :'shop') AS secrets, (SELECT count(*) FROM authz_applications WHERE application_id = :'shop') AS applications,
	(SELECT count(*) FROM authz.audit_event WHERE account_id = 401 AND object = :'shop') > 5 AS audited;

-- nobody and the curious
SET ROLE regress_reader;
SELECT kit.try('SELECT * FROM authz.application') AS tables, kit.try('SELECT authz.application_delete(401, NULL, ''00000000-0000-0000-0000-000000000000'')') AS bodies, (SELECT count(*) FROM authz_applications) AS seen;
RESET ROLE;
RESET authz.account;
