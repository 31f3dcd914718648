-- roles: permissions that an account registers, roles, and who has them
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('roles', 331);
SELECT account_id FROM authz_account_add('roles, a neighbour', 332);
SET authz.account = 332;
SELECT authz_role_add('foreign', '{*}', role_id => 33299);
SET authz.account = 331;

-- what management asks for: the name of its function
SELECT name, explicit FROM authz_permissions WHERE built_in ORDER BY name COLLATE "C";

-- permissions
SELECT authz_permission_add('video.view', 'watch'), authz_permission_add('video.edit', depends_on => '{video.view}'),
	authz_permission_add('video.delete', '', '{video.edit,user.list}'), authz_permission_add('Page-1_x');
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_permission_add(''video.view'')',
	'SELECT authz_permission_add(''user.add'')', 'SELECT authz_permission_add(''video.*'')', 'SELECT authz_permission_add(''*'')',
	'SELECT authz_permission_add(''a..b'')', 'SELECT authz_permission_add(''a b'')', 'SELECT authz_permission_add('''')',
	'SELECT authz_permission_add(repeat(''a'', 201))', 'SELECT authz_permission_add(''x'', depends_on => ''{nonesuch}'')',
	'SELECT authz_permission_add(''x'', depends_on => ''{x}'')', 'SELECT authz_permission_add(''x'', depends_on => ''{NULL}'')',
	'SELECT authz_permission_delete(''video.view'')', 'SELECT authz_permission_delete(''user.add'')']) what;
SELECT authz_permission_delete('Page-1_x'), authz_permission_delete('Page-1_x'), authz_permission_delete(NULL);
SELECT name, description, depends_on, explicit FROM authz_permissions WHERE NOT built_in ORDER BY name COLLATE "C";

-- roles
SELECT authz_role_add('viewer', '{video.view}', description => 'watches', label => 'Viewer', rank => 1, role_id => 33101) AS viewer,
	authz_role_add('editor', '{video.*,user.list}', '{video.delete}', role_id => 33102) AS editor,
	authz_role_add('root', '{*}', role_id => 33103) AS root;
SELECT authz_role_add('next') > 33299 AS next;		-- the sequence has moved past
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_role_add(''viewer'')', 'SELECT authz_role_add(''foreign'')',
	'SELECT authz_role_add('''')', 'SELECT authz_role_add(''123'')', 'SELECT authz_role_add(''x'', ''{a b}'')',
	'SELECT authz_role_add(''x'', ''{NULL}'')', 'SELECT authz_role_add(''x'', ''{a.*.b}'')', 'SELECT authz_role_add(''x'', exceptions => ''{.}'')',
	'SELECT authz_role_add(''x'', role_id => 33101)', 'SELECT authz_role_add(''x'', role_id => 33299)', 'SELECT authz_role_add(''x'', role_id => 0)',
	'SELECT authz_role_add(''x'', application_id => gen_random_uuid())']) what;	-- P0002: there is no application
SELECT authz_role_update(33101, 'watcher', description => '', rank => 2, clear => '{label}');
SELECT authz_role_update(33102, exceptions => '{{video.delete},{video.edit}}', everyone => false);	-- a plain list
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_role_update(33199, ''x'')', 'SELECT authz_role_update(33299, ''x'')',
	'SELECT authz_role_update(33101, ''editor'')', 'SELECT authz_role_update(33101, clear => ''{name}'')', 'SELECT authz_role_update(NULL, ''x'')',
	'SELECT authz_role_update(33101, permissions => ''{a..b}'')', 'SELECT authz_role_update(33101, status => ''deleted'')']) what;
SELECT name, description, label, rank, everyone, permissions, exceptions, status FROM authz_roles ORDER BY role_id;

-- given to users and groups, for a time or for good
SELECT kit.person(331, 'Ann'), kit.person(331, 'Bob'), kit.person(331, 'Cat'), kit.person(331, 'Boss', 'admin');
SELECT authz_group_add('staff'), authz_group_user_add('staff', 'Bob');
SELECT authz_role_user_add(33101, 'ann', '2001-01-01', '2099-01-01'), authz_role_user_add(33102, 'STAFF'),
	authz_role_user_add(33103, 'ann', valid_from => '2099-01-01');
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_role_user_add(33101, ''Ann'')', 'SELECT authz_role_user_add(33299, ''Ann'')',
	'SELECT authz_role_user_add(33101, ''nobody'')', 'SELECT authz_role_user_add(NULL, ''Ann'')', 'SELECT authz_role_user_add(33101, NULL)',
	'SELECT authz_role_user_add(33101, ''bob'', now(), now())', 'SELECT authz_role_delete(33101)', 'SELECT authz_role_user_delete(33199, ''ann'')']) what;
SELECT role_id, role, user_id, source, valid_from IS NOT NULL AS timed FROM authz_role_users ORDER BY 1, 3;
SET ROLE regress_reader;
SELECT kit.become(331, '331-ann');
SELECT authz_has_permission('video.view'), authz_has_permission('video.edit'), authz_has_permission('user.delete');	-- t f f
SELECT role_id FROM authz_roles;
SELECT role_id, user_id FROM authz_role_users ORDER BY 1;
SELECT kit.become(331, '331-bob');
SELECT authz_has_permission('video.view'), authz_has_permission('video.edit'), authz_has_permission('user.list');	-- t f t
SELECT role_id, user_id FROM authz_role_users;
SELECT name FROM authz_permissions ORDER BY name COLLATE "C";		-- what he has

-- nobody gives what he does not have
RESET ROLE;
SET authz.session = '';
SELECT authz_role_add('clerk', '{role.add,role.update,role.delete,role_user.*,video.view,video.edit}', role_id => 33110);
SELECT authz_role_user_add(33110, 'Cat');
SELECT authz_role_add('videos', '{video.view,video.edit}', role_id => 33111), authz_role_add('less', '{video.*}', '{video.delete}', role_id => 33112),
	authz_role_add('power', '{user.*}', role_id => 33113);
SET ROLE regress_reader;
SELECT kit.become(331, '331-cat');
SELECT authz_role_add('mine', '{video.view,role_user.add}') > 33113 AS made;
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY[
	'SELECT authz_role_add(''more'', ''{user.add}'')', 'SELECT authz_role_add(''more'', ''{video.*}'')', 'SELECT authz_role_add(''more'', ''{*}'')',
	'SELECT authz_role_add(''more'', ''{account.manage}'')', 'SELECT authz_role_add(''more'', ''{role.*}'')',
	'SELECT authz_role_add(''mine too'', role_id => 33150)',	-- 42501: chooses no id
	'SELECT authz_role_update(33111, permissions => ''{video.view,user.add}'')', 'SELECT authz_role_update(33112, clear => ''{exceptions}'')',
	'SELECT authz_role_update(33112, permissions => ''{video.view}'')', 'SELECT authz_role_update(33113, everyone => true)',
	'SELECT authz_role_update(33113, ''weak'')', 'SELECT authz_role_update(33113, status => ''active'')',
	'SELECT authz_role_update(33113, clear => ''{permissions}'')',
	'SELECT authz_role_user_add(33113, ''cat'')', 'SELECT authz_role_user_add(33103, ''cat'')', 'SELECT authz_role_user_add(33299, ''cat'')',
	'SELECT authz_role_update(33199, ''x'')']) what;
SELECT authz_role_update(33111, 'clips', '{video.view}'), authz_role_update(33113, description => 'strong', status => 'blocked'),
	authz_role_user_add(33111, 'Bob'), authz_role_user_delete(33111, 'bob'), authz_role_user_delete(33111, 'bob');
SELECT authz_role_delete(33111), authz_role_delete(33111), authz_role_delete(33299);

-- an administrator may give everything; a role of his limits him
SELECT kit.become(331, '331-boss');
SELECT authz_role_add('all', '{*,account.manage,content.manage_all}') > 33113 AS made, authz_role_user_add(33103, 'boss');
SELECT authz_role_add('all but', '{*}') > 33113 AS made;
SELECT authz_role_add('explicit', '{account.manage}');	-- 42501: * gives none of those

-- and who loses his last role does not gain by it
SELECT authz_role_user_delete(33103, 'boss');			-- 42501: an administrator without roles has everything
SELECT authz_role_update(33103, status => 'blocked');	-- 42501
SELECT authz_role_update(33103, multifactor => true);	-- 42501
SELECT authz_role_user_delete(33102, 'staff') AS taken, authz_role_user_add(33102, 'staff');	-- from others he may
RESET ROLE;
SET authz.session = '';
SELECT authz_role_user_delete(33103, 'boss'), authz_group_add('limited'), authz_role_user_add(33103, 'limited'), authz_group_user_add('limited', 'boss');
SET ROLE regress_reader;
SELECT kit.become(331, '331-boss');
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_role_user_delete(33103, ''limited'')', 'SELECT authz_group_user_delete(''limited'', ''boss'')',
	'SELECT authz_group_update(''limited'', status => ''blocked'')', 'SELECT authz_group_delete(''limited'')', 'SELECT authz_group_user_delete(''staff'', ''bob'')',
	'SELECT authz_group_delete(''staff'')']) what;

-- a permission that a role names is given by registering it, and depends on what it did
RESET ROLE;
SET authz.session = '';
SELECT authz_role_add('waiting', '{later.on}') IS NOT NULL AS made, authz_role_add('registrar', '{permission.*,video.view,later.off}') AS registrar \gset
SELECT authz_role_user_add(:registrar, 'Bob');
SET ROLE regress_reader;
SELECT kit.become(331, '331-bob');
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_permission_add(''later.on'')', 'SELECT authz_permission_add(''later.off'')',
	'SELECT authz_permission_add(''new'')', 'SELECT authz_permission_delete(''video.delete'')',	-- 42501: depends on what he lacks
	'SELECT authz_permission_delete(''new'')', 'SELECT authz_permission_delete(''nonesuch'')']) what;

-- nobody
RESET ROLE;
SET authz.session = '';
SET ROLE regress_reader;
SELECT kit.try('SELECT authz_role_add(''x'')'), kit.try('SELECT authz_role_user_add(33103, ''cat'')'), kit.try('SELECT authz_permission_add(''x.y'')'),
	kit.try('SELECT authz.role_user_add(331, NULL, 33103, ''cat'', NULL, NULL)'), kit.try('UPDATE authz.role SET permissions = ''{*}''');
SELECT (SELECT count(*) FROM authz_roles) + (SELECT count(*) FROM authz_role_users) + (SELECT count(*) FROM authz_permissions) AS seen;
RESET ROLE;
SELECT name, permissions, exceptions, status FROM authz.role WHERE account_id = 331 ORDER BY role_id;
RESET authz.account;
