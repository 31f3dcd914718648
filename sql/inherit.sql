-- inherit: a category that inherits has the members, owner and rules of joining of the nearest above that does not
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('inherit', 381);
SET authz.account = 381;
SELECT count(kit.person(381, u)) FROM unnest('{Ann,Bob,Cat,Own,Boss}'::text[]) u;
SELECT authz_group_add('crew'), authz_group_user_add('crew', 'Cat');
SELECT authz_category_add('school', owner => 'own', user_join_policy => 'auto_join', default_permission_level => 'contributor', category_id => 38101),
	authz_category_add('class', 38101, inheritance => 'inherit', category_id => 38102),
	authz_category_add('desk', 38102, inheritance => 'inherit', category_id => 38103),
	authz_category_add('club', 38101, category_id => 38111), authz_category_add('room', 38111, inheritance => 'inherit', category_id => 38112);
SELECT authz_category_user_add(38101, 'ann', 'manager'), authz_category_user_add(38101, 'crew', 'moderator'), authz_category_user_add(38111, 'bob', 'member');

-- who is what where
CREATE FUNCTION pg_temp.table_of(user_id text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', kit.token(381, '381-' || user_id), true);
	RETURN (SELECT string_agg(CASE WHEN authz_can_manage(c) THEN 'manager' WHEN authz_can_moderate(c) THEN 'moderator'
		WHEN authz_can_contribute(c) THEN 'contributor' WHEN authz_can_view(c) THEN 'member' ELSE '-' END, ' ' ORDER BY c)
		FROM unnest('{38101,38102,38103,38111,38112}'::bigint[]) c);
END
$$;
CREATE VIEW pg_temp.who AS SELECT u AS who, pg_temp.table_of(u) AS "school class desk | club room" FROM unnest('{ann,bob,cat,own}'::text[]) u;
CREATE VIEW pg_temp.rules AS SELECT name, inheritance, owner, user_join_policy, default_permission_level FROM authz_categories ORDER BY category_id;
TABLE pg_temp.who;
TABLE pg_temp.rules;		-- those in effect

-- what is inherited is not set, nor are members added; the rest is each category's own
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_category_update(38102, owner => ''bob'')', 'SELECT authz_category_update(38102, user_join_policy => ''not_allowed'')',
	'SELECT authz_category_update(38102, default_permission_level => ''member'')', 'SELECT authz_category_add(''x'', 38101, inheritance => ''inherit'', owner => ''bob'')',
	'SELECT authz_category_user_add(38102, ''bob'')', 'SELECT authz_category_user_add(38102, ''{bob}''::text[])', 'SELECT authz_category_user_update(38102, ''ann'', ''member'')',
	'SELECT authz_category_user_delete(38102, ''ann'')', 'SELECT authz_category_user_activate(38102, ''ann'')', 'SELECT authz_category_user_deactivate(38102, ''ann'')']) what;	-- 55000
SELECT authz_category_update(38102, privacy => 'authenticated_users', contribution_policy => 'all', appear_in_list => 'everyone', moderation => true);
TABLE pg_temp.who;			-- class is open to Bob, desk is not
SELECT category_id, privacy, contribution_policy, appear_in_list, moderation FROM authz_categories WHERE category_id IN (38101, 38102, 38103) ORDER BY 1;
SELECT authz_category_update(38102, privacy => 'members_only', contribution_policy => 'members_with_contribution_permission', appear_in_list => 'category_members_only', moderation => false);

-- a change of the home is one of all that inherit from it
SELECT authz_category_user_update(38101, 'ann', 'member'), authz_category_user_delete(38101, 'crew'), authz_category_update(38101, owner => 'crew');
TABLE pg_temp.who;			-- Cat owns it through the group, Own no longer does
SELECT authz_category_update(38101, owner => 'own'), authz_category_user_update(38101, 'ann', 'manager');

-- to cease: the owner and the rules of joining are copied, the members are not; what inherits from it follows
SELECT authz_category_update(38102, inheritance => 'manual');
TABLE pg_temp.who;
TABLE pg_temp.rules;
SELECT authz_category_update(38101, owner => 'bob', user_join_policy => 'not_allowed', default_permission_level => 'member');
SELECT authz_category_user_add(38102, 'cat', 'moderator');
TABLE pg_temp.who;
TABLE pg_temp.rules;		-- its own now
SELECT authz_category_update(38102, inheritance => 'manual');	-- nothing becomes of it
SELECT count(*) FROM authz_category_users WHERE category_id = 38102;

-- to begin again: its members and its owner are gone, for good
SELECT authz_category_update(38102, inheritance => 'inherit');
TABLE pg_temp.who;
TABLE pg_temp.rules;
SELECT count(*) FROM authz_category_users WHERE category_id = 38102;
SELECT authz_category_update(38102, inheritance => 'manual'), authz_category_user_add(38102, 'cat'), authz_category_update(38102, inheritance => 'inherit', reference_id => 'both at once');
SELECT authz_category_update(38102, inheritance => 'manual', owner => 'cat', user_join_policy => 'request_to_join');	-- given, not copied
TABLE pg_temp.rules;
SELECT authz_category_update(38102, inheritance => 'inherit', owner => 'cat');		-- 55000
SELECT authz_category_update(38102, inheritance => 'inherit');
SELECT authz_category_update(38101, inheritance => 'inherit');						-- 23514: a root

-- to move: one that inherits has the members of its new place, one that does not takes its own along
SELECT authz_category_move('{38102}', 38111);
TABLE pg_temp.who;
SELECT authz_category_move('{38111}', NULL);
TABLE pg_temp.who;
SELECT authz_category_move('{38112}', 38101), authz_category_move('{38102}', 38101);
SELECT authz_category_move('{38112,38111}', NULL);									-- 23514, and nothing moves
SELECT full_name FROM authz_categories ORDER BY category_id;

-- in a session: managers alone switch, who have what they lose
SELECT authz_role_add('keeper', '{category.update,category.move,category_user.*}') AS keeper \gset
SELECT authz_role_user_add(:keeper, u) FROM unnest('{ann,cat}'::text[]) u;
SET ROLE regress_reader;
SELECT kit.become(381, '381-cat');
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_category_update(38102, inheritance => ''manual'')', 'SELECT authz_category_move(''{38102}'', 38111)',
	'SELECT authz_category_update(38102, moderation => false)', 'SELECT authz_category_user_add(38102, ''cat'')', 'SELECT authz_category_user_add(38101, ''cat'')']) what;	-- 42501
SELECT kit.become(381, '381-ann');
SELECT authz_category_user_add(38102, 'bob');										-- 55000: she manages it
SELECT authz_category_update(38102, inheritance => 'manual');
SELECT authz_can_manage(38102), authz_can_manage(38103);							-- no more: Bob owns it
SELECT kit.become(381, '381-bob');
SELECT authz_category_user_add(38102, 'ann', 'manager');

-- joining what inherits is joining its home
RESET ROLE;
SET authz.session = '';
SELECT authz_category_update(38101, user_join_policy => 'auto_join'), authz_category_update(38102, inheritance => 'inherit');
SET ROLE regress_reader;
SELECT kit.become(381, '381-boss');
SELECT authz_category_user_add(38102, 'boss');										-- 55000
SELECT authz_category_user_add(38112, 'boss'), authz_category_user_add(38101, 'boss');	-- 55000
SELECT authz_category_user_add(38101, 'boss');
SELECT authz_can_view(38101), authz_can_view(38102), authz_can_view(38103), authz_can_view(38111), authz_can_view(38112);
RESET ROLE;
SET authz.session = '';

-- what others inherit from, or once have, is written down once, until it is deleted; whatever the order in which rows come
SELECT category_id FROM authz.category_home WHERE account_id = 381 ORDER BY 1;
INSERT INTO authz.category (category_id, account_id) SELECT c, 381 FROM generate_series(38121, 38124) c;
INSERT INTO authz.category_place (category_id, account_id, parent_id, name, inheritance) VALUES
	(38123, 381, 38122, 'third', 'inherit'), (38124, 381, 38122, 'fourth', 'inherit');
INSERT INTO authz.category_place (category_id, account_id, parent_id, name, inheritance) VALUES
	(38121, 381, NULL, 'first', 'manual'), (38122, 381, 38121, 'second', 'manual');
SELECT authz_category_add('attic', category_id => 38125), authz_category_move('{38112}', 38125);
SELECT authz_category_user_add(38122, 'bob'), authz_category_user_add(38125, 'bob');
SELECT kit.become(381, '381-bob');
SELECT authz_can_view(38121), authz_can_view(38122), authz_can_view(38123), authz_can_view(38124), authz_can_view(38125), authz_can_view(38112);
SET authz.session = '';
SELECT authz_category_delete(38125, true), authz_category_delete(38121, true), authz_category_delete(38111, true), authz_category_delete(38101, true);
SELECT category_id FROM authz.category_home WHERE account_id = 381;
RESET authz.session;
RESET authz.account;
