-- groups: groups of users and of groups
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('groups', 321);
SET authz.account = 321;
SELECT kit.person(321, 'Ann'), kit.person(321, 'Bob'), kit.person(321, 'Cat'), kit.person(321, 'Boss');

-- adding: one set of names with users
SELECT authz_group_add('Staff', 'The staff'), authz_group_add('team'), authz_group_add('crew');
SELECT authz_group_add('staff');					-- 23505
SELECT authz_group_add('ann');						-- 23505
SELECT authz_user_add('STAFF');						-- 23505
SELECT authz_group_add('');							-- 22023
SELECT authz_group_update('staff', 'Everybody'), authz_group_update('team', 'A team'), authz_group_update('team', clear => '{name}');
SELECT authz_group_update('Ann', 'x');				-- P0002: no group
SELECT authz_group_update('staff', clear => '{status}');	-- 22023
SELECT authz_group_update('staff', status => 'deleted');	-- 22023
SELECT authz_user_update('staff', 'x');				-- P0002: no user
SELECT group_id, name, status FROM authz_groups ORDER BY group_id COLLATE "C";

-- members
SELECT authz_group_user_add('staff', 'ann'), authz_group_user_add('staff', 'team'), authz_group_user_add('team', 'bob', 'MANAGER', 'Automatic'),
	authz_group_user_add('team', 'crew', valid_from => '2001-01-01', valid_until => '2099-01-01');
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY[
	'SELECT authz_group_user_add(''staff'', ''ANN'')', 'SELECT authz_group_user_add(''staff'', ''staff'')',
	'SELECT authz_group_user_add(''team'', ''staff'')', 'SELECT authz_group_user_add(''crew'', ''staff'')',
	'SELECT authz_group_user_add(''nobody'', ''ann'')', 'SELECT authz_group_user_add(''ann'', ''bob'')',
	'SELECT authz_group_user_add(''staff'', ''nobody'')', 'SELECT authz_group_user_add(''crew'', ''ann'', ''moderator'')',
	'SELECT authz_group_user_add(''crew'', ''ann'', ''member'', ''magic'')',
	'SELECT authz_group_user_add(''crew'', ''ann'', valid_from => ''2020-01-02'', valid_until => ''2020-01-01'')',
	'SELECT authz_group_user_add(NULL, ''ann'')', 'SELECT authz_group_user_add(''crew'', '''')']) what;
SELECT group_id, user_id, level, update_method, valid_until IS NOT NULL AS timed FROM authz_group_users ORDER BY group_id COLLATE "C", user_id COLLATE "C";
SELECT authz_account_update(321, settings => '{"max_user_groups": 1}');
SELECT authz_group_user_add('crew', 'ann');			-- 54000
SELECT authz_account_update(321, settings => '{"max_user_groups": null}');

-- what a group has its members have, through groups of groups, unless blocked
SELECT authz_role_add('reader', '{user.list}') AS reader \gset
SELECT authz_role_user_add(:reader, 'staff');
SELECT authz_group_user_add('crew', 'Cat');
SET ROLE regress_reader;
SELECT kit.become(321, '321-cat');
SELECT authz_has_permission('user.list'), authz_owner_ids();
SELECT group_id FROM authz_groups ORDER BY group_id COLLATE "C";
SELECT group_id, user_id FROM authz_group_users ORDER BY group_id COLLATE "C", user_id COLLATE "C";
RESET ROLE;
SET authz.session = '';
SELECT authz_group_update('team', status => 'blocked');
SELECT kit.become(321, '321-cat');
SELECT authz_has_permission('user.list'), authz_owner_ids();
SET authz.session = '';
SELECT authz_group_update('team', status => 'active');

-- a group's manager brings others in, who gives away only what he has
SET ROLE regress_reader;
SELECT kit.become(321, '321-bob');
SELECT authz_group_user_add('team', 'Boss'), authz_group_user_delete('team', 'Boss'), authz_group_user_delete('team', 'Boss');
SELECT authz_group_user_add('staff', 'Boss');		-- 42501: a member
SELECT authz_group_user_add('nobody', 'Boss');		-- 42501
SELECT authz_group_user_delete('staff', 'Ann');		-- 42501
SELECT authz_group_add('mine');						-- 42501
SELECT authz_group_update('team', 'mine');			-- 42501
SELECT authz_group_delete('team');					-- 42501
SELECT group_id, user_id FROM authz_group_users ORDER BY group_id COLLATE "C", user_id COLLATE "C";	-- his memberships, and those of the group he manages
RESET ROLE;
SET authz.session = '';
SELECT authz_role_add('keeper', '{group_user.add,group_user.delete}') AS keeper, authz_role_add('strong', '{user.delete}') AS strong \gset
SELECT authz_role_user_add(:keeper, 'Boss'), authz_group_add('strong'), authz_role_user_add(:strong, 'strong'), authz_group_add('weak'),
	authz_group_add('wide'), authz_category_add('c', category_id => 32101), authz_category_user_add(32101, 'wide', 'contributor'),
	authz_category_add('open', privacy => 'all', contribution_policy => 'all', category_id => 32102);
SELECT kit.become(321, '321-boss');
SELECT authz_group_user_add('weak', 'Boss');		-- gives nothing
SELECT authz_group_user_add('strong', 'Boss');		-- 42501: its role
SELECT authz_group_user_add('wide', 'Boss');		-- 42501: its level
SET authz.session = '';
SELECT authz_category_user_add(32101, 'Boss', 'member');
SELECT kit.become(321, '321-boss');
SELECT authz_group_user_add('wide', 'Boss');		-- 42501: a weaker one
SET authz.session = '';
SELECT authz_category_user_update(32101, 'Boss', 'contributor');
SELECT kit.become(321, '321-boss');
SELECT authz_group_user_add('wide', 'Ann');
SET authz.session = '';
SELECT authz_group_add('strange'), authz_category_user_add(32102, 'strange');
SELECT kit.become(321, '321-boss');
SELECT authz_can_view(32102), authz_can_contribute(32102);
SELECT authz_group_user_add('strange', 'Ann');		-- 42501: what is open to all is no level
SELECT authz_group_user_delete('wide', 'Ann');
SET authz.session = '';
SELECT authz_group_add('thin'), authz_group_user_add('strong', 'thin');
SELECT kit.become(321, '321-boss');
SELECT authz_group_user_add('thin', 'Ann');			-- 42501: the role of the group it is in
SET authz.session = '';

SELECT authz_group_update('strong', status => 'blocked'), authz_role_add('blocker', '{group.update}') AS blocker \gset
SELECT authz_role_user_add(:blocker, 'boss');
SELECT kit.become(321, '321-boss');
SELECT authz_group_update('weak', status => 'blocked'), authz_group_update('weak', status => 'active');
SELECT authz_group_update('strong', status => 'active');	-- 42501: to unblock is to give what it has
SET authz.session = '';

-- deleting: what members had through it is gone, the name stays taken
SELECT authz_group_delete('staff'), authz_group_delete('staff'), authz_group_delete('nobody'), authz_group_delete('Ann');
SELECT kit.become(321, '321-cat');
SELECT authz_has_permission('user.list'), authz_owner_ids();
SET authz.session = '';
SELECT group_id, user_id FROM authz_group_users WHERE group_id = 'Staff' OR user_id = 'Staff';
SELECT authz_group_add('staff');					-- 23505
SELECT authz_user_add('staff', reuse => true);		-- a user of that name

-- nobody
SET ROLE regress_reader;
SELECT kit.try('SELECT authz_group_add(''x'')'), kit.try('SELECT authz_group_user_add(''team'', ''ann'')'),
	kit.try('SELECT authz.group_user_add(321, NULL, ''team'', ''ann'', NULL, NULL, NULL, NULL)'),
	kit.try('SELECT authz.group_is_within(1, 2)'), kit.try('SELECT * FROM authz.group_user');
SELECT (SELECT count(*) FROM authz_groups) AS groups, (SELECT count(*) FROM authz_group_users) AS members;
RESET ROLE;
RESET authz.account;
