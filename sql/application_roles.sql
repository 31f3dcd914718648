-- application_roles: roles of an application, given to users and groups, which count in its own sessions
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('application roles', 461, 'the secret');
SET authz.account = 461;
SELECT kit.person(461, p) FROM unnest('{Olga,Uma,Udo,Eve}'::text[]) p;
SELECT authz_group_add('outer'), authz_group_add('inner'), authz_group_user_add('outer', 'inner'), authz_group_user_add('inner', 'Udo');
SELECT authz_permission_add('shop.sell'), authz_permission_add('shop.count');
SELECT application_id AS shop FROM authz_application_add('shop', owner_id => 'Olga', app_secret => 'chosen by the caller') \gset
SELECT application_id AS other FROM authz_application_add('other', owner_id => 'Eve', app_secret => 'chosen by the caller') \gset
SELECT kit.own(461, 'Olga') AS olga, kit.own(461, 'Uma') AS uma, kit.own(461, 'Udo') AS udo, kit.own(461, 'Eve') AS eve, kit.own(461, 'service-account-shop') AS itself \gset
CREATE FUNCTION pg_temp.as(token text, call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN kit.ask('authz_' || call);
END
$$;

-- made by who has a stake, as far as he has what they give; by the account with what it likes
SET ROLE regress_reader;
SET authz.session = :'olga';
SELECT authz_role_add('user', application_id => :'shop') AS "user", authz_role_add('careful', application_id => :'shop', minimum_assurance => 2) AS careful, authz_role_add('twice', application_id => :'shop', multifactor => true) AS twice,
	authz_role_add('anybody', application_id => :'shop', everyone => true, label => 'Anybody', rank => 1) AS anybody \gset
SELECT kit.try(format('SELECT authz_role_add(''seller'', ''{shop.sell}'', application_id => %L)', :'shop')) AS "has not", kit.try(format('SELECT authz_role_add(''x'', application_id => %L)', :'other')) AS "another's",
	kit.try('SELECT authz_role_add(''x'', application_id => ''00000000-0000-0000-0000-000000000000'')') AS none, kit.try('SELECT authz_role_add(''x'')') AS account, kit.try(format('SELECT authz_role_add(''user'', application_id => %L)', :'shop')) AS there;	-- 42501 x 4, 23505
SET authz.session = '';
RESET ROLE;
SELECT kit.try('SELECT authz_role_add(''x'', application_id => ''00000000-0000-0000-0000-000000000000'')') AS none;	-- P0002
SELECT authz_role_add('seller', '{shop.sell}', application_id => :'shop', role_id => 46101), authz_role_add('user', '{shop.count}', role_id => 46102), authz_role_add('seller', '{shop.*}', application_id => :'other', role_id => 46103);

-- given, to groups too; taken, changed and deleted by who has a stake
SET ROLE regress_reader;
SET authz.session = :'olga';
SELECT authz_role_user_add(:user, 'Uma'), authz_role_user_add(:careful, 'outer'), authz_role_user_add(:twice, 'Uma');
SELECT kit.try('SELECT authz_role_user_add(46101, ''Uma'')') AS "gives what she has not", kit.try('SELECT authz_role_user_add(46103, ''Uma'')') AS "another's", kit.try('SELECT authz_role_user_add(46102, ''Uma'')') AS "the account's",
	kit.dry(format('SELECT authz_role_update(%s, label => ''The user'')', :user)) AS update, kit.dry(format('SELECT authz_role_user_delete(%s, ''Uma'')', :user)) AS take, kit.dry(format('SELECT authz_role_delete(%s)', :twice)) AS "given", kit.dry(format('SELECT authz_role_delete(%s)', :anybody)) AS delete,
	kit.try('SELECT authz_role_update(46103, label => ''x'')') AS "update another's";	-- 42501 x 3, 1, 1, 2BP01, 1, 42501
SELECT role, label, user_id, kind, source FROM authz_application_users ORDER BY 1, 3;
SET authz.session = :'eve';
SELECT kit.try(format('SELECT authz_role_update(%s, label => ''x'')', :user)) AS update, kit.try(format('SELECT authz_role_user_add(%s, ''Eve'')', :user)) AS give, (SELECT count(*) FROM authz_application_users WHERE application_id = :'shop') AS seen;
SET authz.session = '';
RESET ROLE;
SELECT authz_role_user_add(46101, 'Uma'), authz_role_user_add(46101, 'inner'), authz_role_user_add(46103, 'Eve');

-- asked: oneself, the application itself, who has a stake, who sees them all
SELECT pg_temp.as(:'uma', format('application_roles(''uma'', %L)', :'shop')) AS herself, pg_temp.as(:'itself', format('application_roles(''Uma'', %L)', :'shop')) AS itself, pg_temp.as(:'olga', format('application_roles(''Uma'', %L)', :'shop')) AS owner,
	pg_temp.as('', format('application_roles(''Uma'', %L)', :'shop')) AS dba, pg_temp.as(:'udo', format('application_roles(''Uma'', %L)', :'shop')) AS other, pg_temp.as(:'itself', format('application_roles(''Eve'', %L)', :'other')) AS "another application",
	pg_temp.as('x', format('application_roles(''Uma'', %L)', :'shop')) AS forged;
SELECT who, surely, twice, pg_temp.as('', format('application_roles(%L, %L, %s, %s)', who, :'shop', surely, twice)) AS roles FROM unnest('{Uma,Udo,Eve,nobody,outer}'::text[]) who, (VALUES ('0', 'false'), ('2', 'false'), ('1', 'true'), ('NULL', 'NULL')) v (surely, twice) ORDER BY 1, 2, 3;
SELECT authz_user_update('Udo', status => 'blocked'), authz_application_roles('Udo', :'shop'), authz_user_update('Udo', status => 'active');	-- none
SELECT authz_group_update('inner', status => 'blocked'), authz_application_roles('Udo', :'shop', 2), authz_group_update('inner', status => 'active');	-- anybody
SELECT authz_application_roles(NULL, :'shop'), authz_application_roles('Uma', NULL), authz_application_roles('Uma', '00000000-0000-0000-0000-000000000000');

-- they count in sessions of the application, and nowhere else
SELECT authz_request_authorization(:'shop', 'chosen by the caller', 'Uma') AS key \gset
SET authz.session = :'uma';
SELECT authz_has_permission('shop.sell'), authz_has_role('seller', :'shop'), authz_has_role('user'), authz_has_role('user', :'shop');	-- f: her own session is no session of the shop
SELECT authz_set_application_authorization(max(id), 'approved') FROM authz_application_requests;
SET authz.session = '';
SELECT session_token AS tool FROM authz_authorize(:'shop', 'chosen by the caller', :'key') \gset
SET authz.session = :'tool';
SELECT authz_has_permission('shop.sell'), authz_has_permission('shop.count'), authz_has_role('seller', :'shop'), authz_has_role('seller'), authz_has_role('seller', :'other'), authz_has_role('user', :'shop'), authz_has_role('anybody', :'shop'), authz_has_role('twice', :'shop');	-- t, f, t, f, f, t, t, f
SELECT authz_application_roles('Uma', :'shop'), authz_application_roles('Udo', :'shop') AS "of others: it is the shop", kit.try(format('SELECT authz_application_roles(''Udo'', %L)', :'other')) AS "of another";	-- …, …, 42501
-- the account's role of the same name is another
SET authz.session = '';
SELECT authz_role_user_add(46102, 'Uma');
SET authz.session = :'tool';
SELECT authz_has_permission('shop.count'), authz_has_role('user'), authz_has_role('user', :'shop');	-- t, t, t
-- obeyed at once
SET authz.session = '';
SELECT authz_role_user_delete(46101, 'Uma');
SET authz.session = :'tool';
SELECT authz_has_permission('shop.sell');	-- f
-- setrole names no role of an application that the session is none of
SET authz.session = '';
SELECT id FROM authz_apptoken_add(id => '461-role', token => 'sesame', session_user_id => 'Uma', session_privileges => 'setrole:46101');
SELECT kit.become(461, '461-role');
SELECT (authz_current_session()).role_ids, authz_has_permission('shop.sell');	-- none, f
SET authz.session = '';

-- deleted with the application
SELECT authz_application_delete(:'shop');
SELECT (SELECT count(*) FROM authz_roles WHERE application_id = :'shop') AS roles, (SELECT count(*) FROM authz_role_users WHERE role_id = 46101) AS given, authz_application_roles('Uma', :'shop') AS asked;
RESET authz.account;
