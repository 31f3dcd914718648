-- grow: nobody gives what he does not have, and nobody takes more than he was given
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
SELECT account_id FROM authz_account_add('grow', 123, 'the secret');
SET authz.account = 123;
SELECT authz_permission_add('doc.read'), authz_permission_add('doc.write'), authz_permission_add('doc.publish', depends_on => '{doc.write}');
SELECT authz_role_add('clerk', '{account.*,apptoken.*,category.*,category_user.*,group.*,group_user.*,permission.*,role.*,role_user.*,session.*,signing_key.*,user.*,doc.read}', role_id => 12301),
	authz_role_add('strong', '{doc.read,doc.write}', role_id => 12302), authz_role_add('all', '{*}', role_id => 12303), authz_role_add('asleep', '{doc.write}', role_id => 12304),
	authz_role_add('weak', '{doc.read}', role_id => 12305), authz_role_add('all but', '{*}', '{doc.write}', role_id => 12306), authz_role_add('publisher', '{doc.publish}', role_id => 12307),
	authz_role_add('manager', '{account.manage,account.*}', role_id => 12308);
SELECT authz_role_update(12304, status => 'blocked');
SELECT kit.person(123, 'Clerk', privileges => 'setrole:clerk'), kit.person(123, 'Boss', 'admin'), kit.person(123, 'Ann'), kit.person(123, 'Lead', 'admin'),
	kit.person(123, 'Keeper', privileges => 'setrole:manager');
SELECT authz_role_user_add(12301, 'Lead'), authz_role_user_add(12301, 'Clerk'), authz_role_user_add(12307, 'Clerk');	-- Lead: an admin bound by a role
SELECT authz_role_add('of all', everyone => true, role_id => 12309), authz_role_update(12309, everyone => false);
SELECT kit.person(123, 'Second', 'admin'), authz_group_add('clerks'), authz_role_user_add(12301, 'clerks'), authz_group_user_add('clerks', 'Second');	-- bound through a group
SELECT authz_category_add('hers', category_id => 12301), authz_category_add('hidden', category_id => 12302), authz_category_add('below hidden', 12302, inheritance => 'inherit', category_id => 12303),
	authz_category_add('joinable', user_join_policy => 'auto_join', category_id => 12304), authz_category_add('site', privacy_context => 'site', category_id => 12305);
SELECT authz_category_user_add(12301, 'Clerk', 'manager'), authz_category_user_add(12305, 'Clerk', 'manager');
SELECT authz_group_add('mighty'), authz_group_add('strong'), authz_group_add('sleepers'), authz_group_add('plain');
SELECT authz_category_user_add(12302, 'mighty', 'member'), authz_role_user_add(12302, 'strong'), authz_role_user_add(12302, 'sleepers'), authz_group_user_add('sleepers', 'Clerk');
SELECT authz_group_update('sleepers', status => 'blocked');
SELECT id FROM authz_apptoken_add(id => 'strong', token => 'sesame', session_user_id => 'Ann', session_privileges => 'setrole:strong');
SELECT id FROM authz_apptoken_add(id => 'weak', token => 'sesame', session_user_id => 'Clerk', session_privileges => 'setrole:weak');
SELECT authz_apptoken_update('strong', status => 'blocked');
SELECT id FROM authz_apptoken_add(id => 'roles', token => 'sesame', session_user_id => 'Clerk');
SELECT id FROM authz_apptoken_add(id => 'confined', token => 'sesame', session_user_id => 'Clerk', session_privileges => 'setrole:clerk,privacycontext:site');

-- each attempt: an action that the session's role permits, and what comes of it
CREATE TEMP TABLE attempt (n serial, call text);
GRANT SELECT ON attempt TO PUBLIC;
INSERT INTO attempt (call) VALUES
	-- roles
	('role_add(''r'', ''{doc.read}'')'), ('role_add(''r'', ''{doc.read,doc.write}'')'), ('role_add(''r'', ''{doc.*}'')'), ('role_add(''r'', ''{*}'')'), ('role_add(''r'', ''{user.impersonate}'')'),
	('role_add(''r'', ''{user.*}'')'), ('role_add(''r'', ''{content.manage_all}'')'), ('role_add(''r'', ''{doc.*}'', ''{doc.write,doc.publish}'')'), ('role_add(''r'', everyone => true)'),
	('role_update(12305, permissions => ''{doc.write}'')'), ('role_update(12306, clear => ''{exceptions}'')'), ('role_update(12306, exceptions => ''{doc}'')'),
	('role_update(12304, status => ''active'')'), ('role_update(12302, name => ''weaker'')'), ('role_update(12302, everyone => true)'), ('role_update(12302, description => ''x'')'),
	('role_user_add(12302, ''Clerk'')'), ('role_user_add(12302, ''plain'')'), ('role_user_add(12305, ''Clerk'')'), ('role_user_add(12304, ''Clerk'')'),
	-- permissions that depend on others
	('permission_delete(''doc.publish'')'),
	-- groups
	('group_user_add(''plain'', ''Clerk'')'), ('group_user_add(''mighty'', ''Clerk'')'), ('group_user_add(''strong'', ''Clerk'')'), ('group_user_add(''strong'', ''plain'')'),
	('group_update(''sleepers'', status => ''active'')'),
	-- categories
	('category_user_add(12301, ''Ann'', ''manager'')'), ('category_user_add(12302, ''Clerk'', ''member'')'), ('category_user_add(12302, ''Ann'', ''manager'')'), ('category_user_add(12302, ''Ann'', ''none'')'),
	('category_user_add(12302, ''{Ann,Clerk}''::text[], ''member'')'), ('category_user_add(12304, ''Clerk'', ''manager'')'), ('category_user_update(12302, ''mighty'', ''manager'')'),
	('category_update(12302, owner => ''Clerk'')'), ('category_update(12302, privacy => ''all'')'), ('category_update(12303, inheritance => ''manual'')'), ('category_update(12302, name => ''renamed'')'),
	('category_update(12302, user_join_policy => ''auto_join'')'), ('category_update(12301, privacy => ''all'')'), ('category_move(''{12303}'', 12301)'), ('category_move(''{12301}'', NULL)'),
	('category_add(''x'', category_id => 5)'), ('category_add(''x'', 12302, inheritance => ''inherit'', owner => ''Clerk'')'),
	-- app tokens
	('apptoken_add(session_user_id => ''Clerk'', session_privileges => ''setrole:weak'')'), ('apptoken_add(session_user_id => ''Clerk'', session_privileges => ''setrole:strong'')'),
	('apptoken_add(session_user_id => ''Clerk'', session_privileges => ''setrole:all'')'), ('apptoken_add(session_user_id => ''Clerk'', session_privileges => ''setrole:*'')'),
	('apptoken_add(session_user_id => ''Clerk'', session_privileges => ''setrole:asleep'')'), ('apptoken_add(session_user_id => ''Clerk'', session_privileges => ''setrole:weak,setrole:strong'')'),
	('apptoken_add(session_user_id => ''Clerk'', session_type => ''admin'')'), ('apptoken_add(session_user_id => ''Clerk'', session_type => ''admin'', session_privileges => ''setrole:weak'')'),
	('apptoken_add(session_user_id => ''Clerk'', session_privileges => ''setrole:weak,disableentitlement'')'), ('apptoken_add(session_user_id => ''Clerk'', session_privileges => ''setrole:weak,edit:*'')'),
	('apptoken_add(session_user_id => ''Clerk'', session_privileges => ''setrole:weak,edituser:Ann'')'), ('apptoken_add(session_user_id => ''Clerk'', session_privileges => ''setrole:weak,disableentitlement:*'')'),
	('apptoken_add(session_user_id => ''Clerk'', session_privileges => ''setrole:weak,privacycontext:*'')'), ('apptoken_add(session_user_id => ''Clerk'', session_privileges => ''setrole:weak,_t:2'')'),
	('apptoken_add(session_user_id => ''Ann'', session_privileges => ''setrole:weak'')'), ('apptoken_add(session_privileges => ''setrole:weak'')'), ('apptoken_add()'),
	('apptoken_add(session_user_id => ''Clerk'', id => ''chosen'')'), ('apptoken_add(session_user_id => ''Clerk'', token => ''chosen'')'),
	('apptoken_update(''weak'', session_privileges => ''setrole:strong'')'), ('apptoken_update(''weak'', clear => ''{session_privileges}'')'), ('apptoken_update(''weak'', clear => ''{session_user_id}'')'),
	('apptoken_update(''weak'', session_type => ''admin'')'), ('apptoken_update(''weak'', description => ''x'')'), ('apptoken_update(''strong'', status => ''active'')'),
	('apptoken_update(''strong'', session_user_id => ''Clerk'')'), ('apptoken_update(''strong'', description => ''x'')'),
	-- accounts and users
	('account_update(123, settings => ''{"default_user_role": "all"}'')'), ('account_rotate_secret(123)'), ('account_add(''x'')'), ('user_add(''Ann'', reuse => true)'), ('user_add(''New'')');
CREATE FUNCTION pg_temp.attempts(token text) RETURNS TABLE (n int, outcome text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN QUERY SELECT a.n, kit.dry('SELECT authz_' || a.call) FROM attempt a ORDER BY a.n;
END
$$;
GRANT EXECUTE ON FUNCTION pg_temp.attempts TO PUBLIC;
SET ROLE regress_reader;
SELECT kit.token(123, '123-clerk') AS clerk, kit.token(123, '123-boss') AS boss, kit.token(123, '123-ann') AS ann, kit.token(123, '123-lead') AS lead,
	kit.token(123, '123-keeper') AS keeper, kit.token(123, 'confined') AS confined \gset
SELECT a.call, c.outcome AS "Clerk", l.outcome AS "Lead", b.outcome AS "Boss", x.outcome AS "Ann"
	FROM attempt a JOIN pg_temp.attempts(:'clerk') c USING (n) JOIN pg_temp.attempts(:'lead') l USING (n) JOIN pg_temp.attempts(:'boss') b USING (n)
	JOIN pg_temp.attempts(:'ann') x USING (n) ORDER BY n;

-- losing a role gives nobody more: admins who are bound by one block it, take it away, leave the group
CREATE FUNCTION pg_temp.after(token text, call text, OUT outcome text, OUT everything bool) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	outcome := kit.try('SELECT authz_' || call);
	everything := authz_has_permission('doc.write');
	RAISE EXCEPTION USING ERRCODE = 'ZZ000';
EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
	RETURN;
END
$$;
SELECT call, l.outcome AS "Lead", l.everything, s.outcome AS "Second", s.everything
	FROM unnest(ARRAY['role_update(12301, status => ''blocked'')', 'role_user_delete(12301, ''Lead'')', 'role_user_delete(12301, ''clerks'')', 'group_user_delete(''clerks'', ''Second'')', 'group_update(''clerks'', status => ''blocked'')',
		'group_delete(''clerks'')', 'role_update(12301, clear => ''{permissions}'')', 'role_delete(12301)', 'user_delete(''Second'')', 'user_update(''Second'', status => ''blocked'')']) WITH ORDINALITY t (call, n),
		pg_temp.after(:'lead', call) l, pg_temp.after(kit.token(123, '123-second'), call) s ORDER BY n;

-- a permission that is made anew without what it depended on
BEGIN;
SELECT kit.become(123, 'roles');
SELECT authz_has_role('publisher'), authz_has_permission('doc.publish');	-- t, f: lacks doc.write
SELECT kit.try('SELECT authz_permission_delete(''doc.publish'')') AS delete;
SELECT kit.try('SELECT authz_permission_add(''doc.publish'')') AS add;
SELECT authz_has_permission('doc.publish');	-- f
ROLLBACK;

-- confinement is not left by moving what is outside into it, nor by a new app token
BEGIN;
SET LOCAL authz.session = :'confined';
SELECT authz_can_view(12301), authz_can_manage(12305);	-- f, t
SELECT kit.dry('SELECT authz_category_move(''{12301}'', 12305)') AS move, kit.dry('SELECT authz_category_update(12301, privacy_context => ''site'')') AS update,
	kit.dry('SELECT authz_apptoken_add(session_user_id => ''Clerk'', session_privileges => ''setrole:clerk'')') AS token,
	kit.dry('SELECT authz_apptoken_add(session_user_id => ''Clerk'', session_privileges => ''setrole:clerk,privacycontext:shop'')') AS other,
	kit.dry('SELECT authz_apptoken_add(session_user_id => ''Clerk'', session_privileges => ''setrole:clerk,privacycontext:site'')') AS same;
ROLLBACK;

-- account.manage reaches harmless settings, not the secret that opens everything
BEGIN;
SET LOCAL authz.session = :'keeper';
SELECT kit.dry('SELECT authz_account_rotate_secret(123)') AS secret, kit.dry('SELECT authz_account_update(123, name => ''new'')') AS name,
	kit.dry('SELECT authz_account_update(123, status => ''blocked'')') AS status, kit.dry('SELECT authz_account_update(123, settings => ''{"max_session_duration": 60}'')') AS shorter,
	kit.dry('SELECT authz_account_update(123, settings => ''{"max_session_duration": 999999}'')') AS longer, kit.dry('SELECT authz_account_update(123, settings => ''{"legacy_hashes": true}'')') AS weaker,
	kit.dry('SELECT authz_account_update(122, name => ''new'')') AS neighbour, kit.dry('SELECT authz_account_rotate_secret(122)') AS "neighbour's";
ROLLBACK;

-- a session that is set decides, whatever the database role may do without one
RESET ROLE;
GRANT EXECUTE ON FUNCTION authz_administer() TO regress_reader;
SET ROLE regress_reader;
SET authz.session = :'ann';
SELECT authz_user_add('Eve');	-- 42501
SET authz.session = 'x';
SELECT authz_user_add('Eve');	-- 28000
SET authz.session = '';
SELECT authz_user_add('Eve');	-- Eve
RESET ROLE;
REVOKE EXECUTE ON FUNCTION authz_administer() FROM regress_reader;
SET ROLE regress_reader;
SELECT authz_user_add('Mallory');	-- 28000
SELECT authz_administer();		-- 42501
RESET ROLE;
