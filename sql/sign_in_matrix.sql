-- sign_in_matrix: which method may say who somebody is, which one which role he has, and what else may be set
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('matrix', 601, 'the secret');
SELECT account_id FROM authz_account_add('matrix, a neighbour', 602, 'the secret');
SET authz.account = 602;
SELECT application_id AS theirs FROM authz_application_add('theirs') \gset
SET authz.account = 601;
SELECT authz_user_add('Ann'), authz_user_add('Bob'), authz_user_add('Cat'), authz_group_add('crew'), authz_group_user_add('crew', 'Cat'), authz_permission_add('page.read');
SELECT application_id AS app FROM authz_application_add('portal', owner_id => 'Ann', administrators_id => 'crew') \gset
SELECT authz_role_add('viewer', application_id => :'app', label => 'View only', rank => 1, role_id => 60101), authz_role_add('reader', '{page.read}', application_id => :'app', rank => 2, role_id => 60102),
	authz_role_add('account-wide', role_id => 60103), authz_role_add('one', application_id => :'app', label => 'twice', role_id => 60104), authz_role_add('two', application_id => :'app', label => 'twice', role_id => 60105),
	authz_role_add('blocked', application_id => :'app', role_id => 60106), authz_role_update(60106, status => 'blocked');

-- five ways to say who, four to say which role: the gateway's role comes with the gateway's user alone
SELECT authn, string_agg(kit.try(format('SELECT authz_sign_in_configure(%L, %L, %L)', :'app', authn, authz)), ' ' ORDER BY m) AS "internal ldap sso custom"
	FROM unnest('{internal,ldap,sso,header,custom}'::text[]) WITH ORDINALITY t (authn, n), unnest('{internal,ldap,sso,custom}'::text[]) WITH ORDINALITY u (authz, m) GROUP BY authn, n ORDER BY n;
-- there is no other way to make a pair that does not go together
SELECT kit.try(format('UPDATE authz.sign_in_setting SET authn = ''ldap'', authz = ''sso'' WHERE application_id = %L', :'app'));	-- 23514
-- words in any case, and no others
SELECT authz_sign_in_configure(:'app', 'SSO', 'Sso');
SELECT authn, authz, refresh_details_on_login, refresh_role_on_login, allow_anonymous, anonymous_role, session_lifetime, groups_matching_order, match_primary_group FROM authz_sign_in_settings;
SELECT what, kit.try(format('SELECT authz_sign_in_configure(%L, %s)', :'app', what)) AS outcome FROM unnest(ARRAY['''internal'', ''header''', '''demo'', ''internal''', ''''', ''internal''', '''internal'', NULL', 'NULL, NULL',
	-- what is refreshed is what others say
	'''internal'', ''internal'', refresh_details_on_login => true', '''internal'', ''ldap'', refresh_details_on_login => false', '''ldap'', ''internal'', refresh_role_on_login => true', '''internal'', ''ldap'', refresh_role_on_login => true',
	'''ldap'', ''internal'', refresh_details_on_login => false', '''header'', ''custom'', false, false',
	-- groups are the directory's
	'''internal'', ''internal'', groups_matching_order => ''{viewer}''', '''sso'', ''sso'', match_primary_group => true', '''ldap'', ''ldap'', groups_matching_order => ''{viewer,nonesuch}''', '''ldap'', ''ldap'', groups_matching_order => ''{viewer,NULL}''',
	'''ldap'', ''ldap'', groups_matching_order => ''{twice}''', '''ldap'', ''ldap'', groups_matching_order => ''{account-wide}''', '''internal'', ''ldap'', groups_matching_order => ''{reader,View only}'', match_primary_group => true',
	-- who does not say who he is has a role, or does not come in
	'''internal'', ''internal'', allow_anonymous => true', '''internal'', ''internal'', anonymous_role => ''viewer''', '''internal'', ''internal'', allow_anonymous => true, anonymous_role => ''nonesuch''',
	'''internal'', ''internal'', allow_anonymous => true, anonymous_role => ''account-wide''', '''internal'', ''internal'', allow_anonymous => true, anonymous_role => ''blocked''', '''internal'', ''internal'', allow_anonymous => true, anonymous_role => ''View only''',
	'''internal'', ''internal'', session_lifetime => 0', '''internal'', ''internal'', session_lifetime => -1', '''internal'', ''internal'', session_lifetime => 300']) WITH ORDINALITY t (what, n) ORDER BY n;
SELECT kit.try('SELECT authz_sign_in_configure(gen_random_uuid(), ''internal'', ''internal'')') AS none, kit.try('SELECT authz_sign_in_configure(NULL, ''internal'', ''internal'')') AS null, kit.try(format('SELECT authz_sign_in_configure(%L, ''internal'', ''internal'')', :'theirs')) AS theirs;
SELECT authz_sign_in_configure(:'app', 'ldap', 'ldap', groups_matching_order => '{reader,View only}', session_lifetime => 300);
SELECT authn, authz, refresh_details_on_login, refresh_role_on_login, session_lifetime, groups_matching_order FROM authz_sign_in_settings;	-- refreshed where nothing is said
SELECT authz_sign_in_configure(:'app', 'internal', 'internal');
SELECT authn, authz, refresh_details_on_login, refresh_role_on_login, session_lifetime, groups_matching_order FROM authz_sign_in_settings;	-- set as a whole

-- what the original offers and nobody should have is refused, with the reason: 0A000
SELECT what, kit.try(format('SELECT authz_account_update(601, settings => %L)', what)) AS outcome FROM unnest(ARRAY['{"demoMode": true}', '{"demo_mode": "yes"}', '{"httpsLogin": false}', '{"password_min_length": 6}', '{"password_min_length": 0}', '{"password_cost": 4}',
	'{"password_min_length": 8}', '{"password_min_length": 65}', '{"password_min_length": "x"}', '{"password_cost": 16}', '{"password_cost": 10}', '{"subject_lock": 1}', '{"subject_lock": false}', '{"legacy_passwords": "x"}']) what;

-- who may: who has a stake in it or the permission, and as far as others are to say who somebody is, may act for others
SELECT authz_role_add('configurer', '{sign_in.configure,header.configure,adapter.configure,directory_role.*}', role_id => 60110), authz_role_add('proxy', '{user.impersonate}', role_id => 60111), authz_role_user_add(60110, 'Bob');
SELECT kit.own(601, 'Ann') AS ann, kit.own(601, 'Bob') AS bob, kit.own(601, 'Cat') AS cat, kit.own(601, 'Ann', 'setrole:proxy') AS trusted \gset
CREATE FUNCTION pg_temp.as(token text, call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN kit.ask('authz_' || call);
END
$$;
SET ROLE regress_reader;
SELECT replace(replace(call, :'app', 'APP'), :'theirs', 'THEIRS') AS call, pg_temp.as(:'ann', call) AS owner, pg_temp.as(:'cat', call) AS administrator, pg_temp.as(:'bob', call) AS permitted, pg_temp.as(:'trusted', call) AS trusted, pg_temp.as('', call) AS nobody
FROM unnest(ARRAY[format('sign_in_configure(%L, ''internal'', ''internal'')', :'app'), format('sign_in_configure(%L, ''ldap'', ''internal'')', :'app'), format('sign_in_configure(%L, ''internal'', ''ldap'')', :'app'),
	format('sign_in_configure(%L, ''internal'', ''internal'', allow_anonymous => true, anonymous_role => ''viewer'')', :'app'), format('sign_in_configure(%L, ''internal'', ''internal'', allow_anonymous => true, anonymous_role => ''reader'')', :'app'),
	format('header_configure(%L, ''Remote-User'', repeat(''x'', 32), NULL)', :'app'), format('adapter_configure(%L)', :'app'), format('directory_role_add(%L, ''staff'', ''viewer'')', :'app'), format('directory_role_add(%L, ''staff'', ''reader'')', :'app'),
	format('directory_role_delete(%L, ''staff'')', :'app'), format('sign_in_configure(%L, ''internal'', ''internal'')', :'theirs')]) WITH ORDINALITY t (call, n) ORDER BY n;
-- not by a session that others have, which acts for her
RESET ROLE;
SELECT id FROM authz_apptoken_add(id => '601-ann', token => 'sesame', session_user_id => 'Ann', session_privileges => 'setrole:proxy');
SET ROLE regress_reader;
SELECT pg_temp.as(kit.token(601, '601-ann'), format('header_configure(%L, ''Remote-User'', repeat(''x'', 32), NULL)', :'app'));	-- 42501
-- and who sees it
CREATE FUNCTION pg_temp.settings(token text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN (SELECT count(*) FROM authz_sign_in_settings);
END
$$;
SELECT pg_temp.settings(:'ann') AS owner, pg_temp.settings(:'cat') AS administrator, pg_temp.settings(:'bob') AS permitted, pg_temp.settings('') AS nobody;	-- 1, 1, 0, 0
RESET ROLE;

-- the proxy's header: a name, a secret that nobody guesses, and an address that nobody reads along
SELECT what, kit.try(format('SELECT authz_header_configure(%L, %s)', :'app', what)) AS outcome FROM unnest(ARRAY['''Remote-User'', NULL, NULL', '''Remote-User'', ''short'', NULL', '''Remote-User'', repeat(''x'', 31), NULL', '''Remote-User'', repeat(''x'', 1025), NULL',
	'''Remote-User'', repeat(''x'', 32), ''''', '''Remote-User'', NULL, NULL', ''''', NULL, NULL', '''Remote User'', NULL, NULL', 'NULL, NULL, NULL', '''Remote-User'', NULL, ''http://www.example.org/''', '''Remote-User'', NULL, ''HTTP://www.example.org/''',
	'''Remote-User'', NULL, ''//www.example.org/''', '''Remote-User'', NULL, ''javascript:alert(1)''', '''Remote-User'', NULL, ''https://''', '''Remote-User'', NULL, ''https://user@www.example.org/''', '''Remote-User'', NULL, ''https://www.example.org#x''',
	'''Remote-User'', NULL, ''https://www.example.org/\x''', '''Remote-User'', NULL, ''https://www.example.org?a=%20b&c''', '''Remote-User'', NULL, ''https://www.example.org:8443/out''']) WITH ORDINALITY t (what, n) ORDER BY n;
SELECT header_name, logout_url FROM authz_sign_in_settings;		-- not while another method is set
SELECT count(*) AS secrets FROM authz.header_setting h JOIN authz.secret s USING (secret_id) WHERE h.application_id = :'app';
SELECT authz_header_configure(:'app', 'X-User', repeat('y', 40), 'https://www.example.org/out');
SELECT count(*) AS former FROM authz.secret WHERE value = repeat('x', 32)::bytea;	-- 0

-- groups of a directory
SELECT authz_directory_role_add(:'app', 'cn=Staff,dc=example,dc=org', 'viewer'), authz_directory_role_add(:'app', 'cn=Staff,dc=example,dc=org', 'reader'), authz_directory_role_add(:'app', 'interns', 'View only'),
	authz_directory_role_add(:'app', NULL, 'reader', '513'), authz_directory_role_add(:'app', '', 'reader', 'S-1-5-21-1-2-3-513');
SELECT what, kit.try(format('SELECT authz_directory_role_add(%L, %s)', :'app', what)) AS outcome FROM unnest(ARRAY['''interns'', ''viewer''', ''''', ''viewer''', 'NULL, ''viewer''', '''x'', ''nonesuch''', '''x'', ''''', '''x'', ''twice''', '''x'', ''account-wide''',
	'''x'', ''viewer'', ''x''', '''x'', ''viewer'', ''S-1''', 'repeat(''x'', 2001), ''viewer''', 'E''a\nb'', ''viewer''']) what;
SELECT directory_group, primary_group_id, role, label FROM authz_directory_roles ORDER BY 1, 2, 3;
SELECT authz_directory_role_delete(:'app', 'interns', 'View only'), authz_directory_role_delete(:'app', 'interns'), authz_directory_role_delete(:'app', NULL, NULL, '513'), authz_directory_role_delete(:'app', 'cn=Staff,dc=example,dc=org', 'reader'),
	authz_directory_role_delete(:'app', NULL), authz_directory_role_delete(:'app', 'nonesuch');
SELECT kit.try(format('SELECT authz_directory_role_delete(%L, ''interns'', ''nonesuch'')', :'app'));	-- P0002
SELECT directory_group, primary_group_id, role, label FROM authz_directory_roles ORDER BY 1, 2, 3;
-- a role that goes takes them along, but not one that everybody has
SELECT authz_sign_in_configure(:'app', 'internal', 'internal', allow_anonymous => true, anonymous_role => 'viewer');
SELECT kit.try('SELECT authz_role_delete(60101)') AS anonymous, authz_role_delete(60102) AS deleted;	-- 2BP01
SELECT directory_group, primary_group_id, role FROM authz_directory_roles;

-- and all goes with the application
SELECT authz_application_delete(:'app');
SELECT (SELECT count(*) FROM authz.sign_in_setting WHERE application_id = :'app') + (SELECT count(*) FROM authz.header_setting WHERE application_id = :'app') + (SELECT count(*) FROM authz.directory_role WHERE application_id = :'app') + (SELECT count(*) FROM authz.adapter WHERE application_id = :'app')
	+ (SELECT count(*) FROM authz.secret WHERE value IN (repeat('x', 32)::bytea, repeat('y', 40)::bytea)) AS left;
RESET authz.account;
