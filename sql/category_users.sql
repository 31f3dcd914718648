-- category_users: members of categories
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('members', 351);
SELECT account_id FROM authz_account_add('members, a neighbour', 352);
SET authz.account = 352;
SELECT authz_category_add('foreign', category_id => 35299), authz_user_add('stranger');
SET authz.account = 351;
SELECT kit.person(351, p) FROM unnest('{Ann,Bob,Cat,Dan,Eve,Own}'::text[]) p;
SELECT kit.person(351, 'Boss', 'admin');
SELECT authz_group_add('staff'), authz_group_user_add('staff', 'Eve');
SELECT authz_category_add('A', default_permission_level => 'contributor', owner => 'own', category_id => 35101),
	authz_category_add('B', 35101, inheritance => 'inherit', category_id => 35102),
	authz_category_add('auto', user_join_policy => 'auto_join', category_id => 35103),
	authz_category_add('ask', user_join_policy => 'request_to_join', default_permission_level => 'moderator', category_id => 35104),
	authz_category_add('open', privacy => 'all', contribution_policy => 'all', category_id => 35105);

-- adding: one, with and without a level, and many
SELECT authz_category_user_add(35101, 'ANN'), authz_category_user_add(35101, 'staff', 'Manager', 'automatic'),
	authz_category_user_add(35101, 'bob', 'none', valid_from => '2001-01-01', valid_until => '2099-01-01');
SELECT authz_category_user_add(35101, ARRAY['ann', 'CAT', 'Dan', 'dan'], 'member'), authz_category_user_add(35101, '{}'::text[]),
	authz_category_user_add(35101, NULL::text[]);
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_category_user_add(35101, ''ann'')', 'SELECT authz_category_user_add(35101, ''nobody'')',
	'SELECT authz_category_user_add(35101, ''stranger'')', 'SELECT authz_category_user_add(35101, NULL)', 'SELECT authz_category_user_add(35199, ''eve'')',
	'SELECT authz_category_user_add(35299, ''eve'')', 'SELECT authz_category_user_add(35102, ''eve'')',		-- 55000: inherits
	'SELECT authz_category_user_add(NULL, ''eve'')', 'SELECT authz_category_user_add(35101, ''eve'', ''owner'')',
	'SELECT authz_category_user_add(35101, ''eve'', update_method => ''magic'')', 'SELECT authz_category_user_add(35101, ''eve'', valid_from => now(), valid_until => now())',
	'SELECT authz_category_user_add(35101, ARRAY[''eve'', ''nobody''])', 'SELECT authz_category_user_add(35101, ARRAY[''eve'', NULL])',
	'SELECT authz_category_user_add(35102, ARRAY[''eve''])']) what;
SELECT category_id, user_id, permission_level, status, update_method, valid_until IS NOT NULL AS timed FROM authz_category_users ORDER BY 1, user_id COLLATE "C";

-- changing: an automatic change does not override a manual one, unless told to
SELECT authz_category_user_update(35101, 'cat', 'moderator'), authz_category_user_update(35101, 'staff', 'contributor', 'automatic');
SELECT authz_category_user_update(35101, 'cat', 'member', 'automatic');			-- 55000
SELECT authz_category_user_update(35101, 'cat', 'member', 'automatic', true);
SELECT authz_category_user_update(35101, 'cat', 'contributor');					-- manual again
SELECT authz_category_user_deactivate(35101, 'dan');
SELECT authz_category_user_update(35101, 'own', 'member');						-- P0002: the administrator is not bound, but there is no row
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_category_user_update(35101, ''eve'', ''member'')',
	'SELECT authz_category_user_update(35101, ''nobody'', ''member'')', 'SELECT authz_category_user_update(35199, ''ann'', ''member'')',
	'SELECT authz_category_user_update(35102, ''ann'', ''member'')', 'SELECT authz_category_user_update(35101, ''ann'', ''x'')',
	'SELECT authz_category_user_activate(35101, ''eve'')', 'SELECT authz_category_user_deactivate(35199, ''ann'')',
	'SELECT authz_category_user_delete(35101, ''nobody'')', 'SELECT authz_category_user_delete(35199, ''ann'')']) what;
SELECT authz_category_user_delete(35101, 'bob'), authz_category_user_delete(35101, 'bob');
SELECT user_id, permission_level, status, update_method FROM authz_category_users ORDER BY user_id COLLATE "C";

-- no more than the account allows
SELECT authz_account_update(351, settings => '{"max_category_members": 5}');
SELECT authz_category_user_add(35101, 'bob');
SELECT authz_category_user_add(35101, 'eve');									-- 54000
SELECT authz_category_user_add(35101, ARRAY['ann', 'eve']);						-- 54000
SELECT authz_category_user_add(35101, ARRAY['ann', 'bob']);						-- 0
SELECT authz_account_update(351, settings => '{"max_category_members": 0}');
SELECT authz_category_user_delete(35101, 'bob');

-- a manager manages members, at any level, but not the owner
SELECT authz_category_user_update(35101, 'ann', 'manager');
SET ROLE regress_reader;
SELECT kit.become(351, '351-ann');
SELECT authz_category_user_add(35101, 'bob', 'manager'), authz_category_user_update(35101, 'bob', 'member'), authz_category_user_deactivate(35101, 'bob'),
	authz_category_user_activate(35101, 'bob'), authz_category_user_delete(35101, 'bob'), authz_category_user_add(35101, ARRAY['bob', 'eve']);
SELECT authz_category_user_delete(35101, 'own');								-- 23514
SELECT authz_category_user_update(35101, 'own', 'member');						-- 23514
SELECT authz_category_user_deactivate(35101, 'own');							-- 23514
SELECT authz_category_user_add(35101, 'nobody');								-- P0002
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_category_user_add(35105, ''bob'')', 'SELECT authz_category_user_add(35299, ''bob'')',
	'SELECT authz_category_user_add(35199, ''bob'')', 'SELECT authz_category_user_add(35199, ARRAY[''bob''])', 'SELECT authz_category_user_update(35199, ''bob'')',
	'SELECT authz_category_user_delete(35105, ''bob'')', 'SELECT authz_category_user_activate(35104, ''bob'')', 'SELECT authz_category_user_add(NULL, ''bob'')']) what;
SELECT authz_category_user_add(35102, 'dan');									-- 55000: he manages it, and it inherits
SELECT category_id, user_id, permission_level FROM authz_category_users ORDER BY 1, user_id COLLATE "C";	-- of what he manages

-- joining, and leaving
SELECT kit.become(351, '351-cat');
SELECT authz_category_user_add(35103, 'CAT', 'manager');						-- active, at the default level
SELECT authz_category_user_add(35103, 'cat');									-- 23505
SELECT authz_category_user_add(35104, 'cat');									-- pending
SELECT authz_can_moderate(35104), authz_can_view(35103), authz_can_manage(35103);
SELECT authz_category_user_add(35103, 'dan');									-- 42501: himself alone
SELECT authz_category_user_add(35103, ARRAY['cat']);							-- 42501
SELECT authz_category_user_add(35105, 'cat');									-- 42501: not allowed
SELECT authz_category_user_add(35199, 'cat');									-- 42501: nor told that there is none
SELECT authz_category_user_add(35299, 'cat');									-- 42501
SELECT authz_category_user_activate(35104, 'cat');								-- 42501
SELECT authz_category_user_update(35103, 'cat', 'manager');						-- 42501
SELECT category_id, user_id, permission_level, status FROM authz_category_users ORDER BY 1;
SELECT authz_category_user_delete(35103, 'cat');
SELECT authz_category_user_delete(35103, 'cat');								-- 42501: no member any more
SELECT authz_category_user_delete(35199, 'cat');								-- 42501
SELECT authz_category_user_add(35103, 'cat');
RESET ROLE;
SET authz.session = '';
SELECT authz_category_user_deactivate(35103, 'cat'), authz_category_user_activate(35104, 'cat');
SET ROLE regress_reader;
SELECT kit.become(351, '351-cat');
SELECT authz_can_moderate(35104), authz_can_view(35103);
SELECT authz_category_user_delete(35103, 'cat');								-- 42501: else he would join anew
SELECT authz_category_user_add(35103, 'cat');									-- 23505
SELECT authz_category_user_deactivate(35104, 'cat');
RESET ROLE;
SET authz.session = '';
SELECT session_token AS widget FROM authz_start_widget_session('_351') \gset
SET authz.session = :'widget';
SELECT authz_category_user_add(35103, 'bob');									-- 42501: a session of nobody
SET authz.session = '';

-- by permission, and then no level that one lacks
SELECT authz_role_add('keeper', '{category_user.*}') AS keeper \gset
SELECT authz_role_user_add(:keeper, 'dan'), authz_category_user_update(35101, 'dan', 'contributor'), authz_category_user_activate(35101, 'dan'),
	authz_category_user_update(35101, 'bob', 'manager'), authz_category_user_deactivate(35101, 'bob'), authz_category_user_delete(35101, 'eve');
SET ROLE regress_reader;
SELECT kit.become(351, '351-dan');
SELECT authz_category_user_add(35101, 'eve');									-- the default, which he has
SELECT authz_category_user_delete(35101, 'eve'), authz_category_user_add(35101, 'eve', 'member'), authz_category_user_update(35101, 'eve', 'contributor'),
	authz_category_user_deactivate(35101, 'eve'), authz_category_user_activate(35101, 'eve'), authz_category_user_delete(35101, 'eve'),
	authz_category_user_add(35101, ARRAY['eve'], 'contributor'), authz_category_user_add(35105, 'eve', 'none');
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_category_user_update(35101, ''eve'', ''moderator'')',
	'SELECT authz_category_user_add(35104, ''eve'')', 'SELECT authz_category_user_add(35104, ARRAY[''eve''], ''member'')',
	'SELECT authz_category_user_activate(35101, ''bob'')', 'SELECT authz_category_user_update(35101, ''dan'', ''manager'')',
	'SELECT authz_category_user_update(35101, ''bob'', update_method => ''manual'')',
	'SELECT authz_category_user_add(35105, ''bob'', ''member'')',		-- 42501: open to all is no level
	'SELECT authz_category_user_add(35105, ''dan'', ''contributor'')', 'SELECT authz_category_user_delete(35101, ''own'')',
	'SELECT authz_category_user_add(35199, ''bob'')', 'SELECT authz_category_user_delete(35199, ''bob'')']) what;
SELECT authz_category_user_add(35103, 'dan', 'manager');						-- joins as anybody does
SELECT permission_level, status FROM authz_category_users WHERE category_id = 35103 AND user_id = 'Dan';
SELECT authz_category_user_update(35101, 'bob', 'contributor'), authz_category_user_activate(35101, 'bob');	-- lowered, then admitted

-- an administrator is not bound
SELECT kit.become(351, '351-boss');
SELECT authz_category_user_add(35104, 'boss', 'manager'), authz_category_user_add(35101, 'own', 'member'), authz_category_user_update(35101, 'own', 'none'),
	authz_category_user_delete(35101, 'own');

-- the owner's membership may be raised, though he needs none
SELECT authz_category_user_add(35101, 'own', 'contributor');
SELECT kit.become(351, '351-ann');
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_category_user_update(35101, ''own'', ''manager'')', 'SELECT authz_category_user_activate(35101, ''own'')',
	'SELECT authz_category_user_update(35101, ''own'', update_method => ''automatic'', override => true)',
	'SELECT authz_category_user_update(35101, ''own'', ''moderator'')', 'SELECT authz_category_user_update(35101, ''own'', ''none'')',
	'SELECT authz_category_user_deactivate(35101, ''own'')', 'SELECT authz_category_user_delete(35101, ''own'')']) what;	-- 23514 for what would lower him

-- confined, one reaches nothing else
RESET ROLE;
SET authz.session = '';
SELECT authz_category_add('site', privacy_context => 'site', user_join_policy => 'auto_join', category_id => 35106);
SELECT kit.become(351, '351-bob');
SELECT authz_category_user_add(35106, 'bob'), authz_category_user_delete(35106, 'bob');
SET authz.session = '';
SELECT authz_apptoken_update('351-bob', session_privileges => 'privacycontext:shop');
SELECT kit.become(351, '351-bob');
SELECT authz_category_user_add(35106, 'bob');									-- 42501

-- nobody
SET authz.session = '';
SET ROLE regress_reader;
SELECT kit.try('SELECT authz_category_user_add(35103, ''bob'')'), kit.try('SELECT authz_category_user_delete(35103, ''cat'')'),
	kit.try('SELECT authz.category_user_join(351, 1, 35103)'), kit.try('SELECT authz.category_user_add(351, NULL, 35101, ''bob'', NULL, NULL, NULL, NULL)'),
	kit.try('DELETE FROM authz.category_user'), (SELECT count(*) FROM authz_category_users) AS seen;
RESET ROLE;
RESET authz.account;
