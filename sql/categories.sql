-- categories: the tree and the rules of each category
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('categories', 341);
SELECT account_id FROM authz_account_add('categories, a neighbour', 342);
SET authz.account = 342;
SELECT authz_category_add('foreign', category_id => 34299, reference_id => 'ref');
SET authz.account = 341;
SELECT kit.person(341, 'Ann'), kit.person(341, 'Bob'), kit.person(341, 'Cat'), kit.person(341, 'Boss', 'admin');
SELECT authz_group_add('staff');

-- adding
SELECT authz_category_add('A', category_id => 34101, privacy_context => 'site, Shop1', owner => 'ann', reference_id => 'ref'),
	authz_category_add('B', 34101, 'ALL', inheritance => 'INHERIT', category_id => 34102),
	authz_category_add('C', 34102, 'authenticated_users', 'deep', contribution_policy => 'all', default_permission_level => 'contributor',
		user_join_policy => 'auto_join', appear_in_list => 'everyone', moderation => true, owner => 'STAFF', category_id => 34103),
	authz_category_add('D', category_id => 34104);
SELECT authz_category_add('next') > 34299 AS next;	-- the sequence has moved past
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_category_add(''A'')', 'SELECT authz_category_add(''B'', 34101)',
	'SELECT authz_category_add('''')', 'SELECT authz_category_add(''a>b'')', 'SELECT authz_category_add(''a,b'')', 'SELECT authz_category_add(E''a\nb'')',
	'SELECT authz_category_add(repeat(''a'', 201))', 'SELECT authz_category_add(''x'', 34199)', 'SELECT authz_category_add(''x'', 34299)',
	'SELECT authz_category_add(''x'', privacy => ''secret'')', 'SELECT authz_category_add(''x'', inheritance => ''none'')',
	'SELECT authz_category_add(''x'', contribution_policy => ''none'')', 'SELECT authz_category_add(''x'', default_permission_level => ''owner'')',
	'SELECT authz_category_add(''x'', user_join_policy => ''maybe'')', 'SELECT authz_category_add(''x'', appear_in_list => ''nobody'')',
	'SELECT authz_category_add(''x'', privacy_context => ''abc'')', 'SELECT authz_category_add(''x'', privacy_context => ''site,'')',
	'SELECT authz_category_add(''x'', privacy_context => ''two words'')', 'SELECT authz_category_add(''x'', owner => ''nobody'')',
	'SELECT authz_category_add(''x'', reference_id => ''ref'')', 'SELECT authz_category_add(''x'', category_id => 34101)',
	'SELECT authz_category_add(''x'', category_id => 34299)', 'SELECT authz_category_add(''x'', category_id => -1)',
	'SELECT authz_category_add(''x'', inheritance => ''inherit'')',		-- 23514: nothing to inherit from
	'SELECT authz_category_add(''x'', 34101, inheritance => ''inherit'', owner => ''ann'')']) what;	-- 55000: has its parent's owner
SELECT category_id, full_name, depth, privacy, privacy_context, contexts, inheritance, contribution_policy FROM authz_categories ORDER BY 1;
SELECT category_id, default_permission_level, user_join_policy, appear_in_list, moderation, owner, reference_id FROM authz_categories ORDER BY 1;
SELECT authz_category_id('A>B>C'), authz_category_id('A'), authz_category_id('B'), authz_category_id('A>'), authz_category_id(reference_id => 'ref'),
	authz_category_id('A', 'ref'), authz_category_id('D', 'ref');
SELECT authz_category_id();							-- 22023

-- updating
SELECT authz_category_update(34104, 'D2', 'all', 'site', reference_id => 'd', owner => 'bob');
SELECT authz_category_update(34104, clear => '{privacy_context,owner,reference_id}');
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_category_update(34199, ''x'')', 'SELECT authz_category_update(34299, ''x'')',
	'SELECT authz_category_update(34104, ''A'')', 'SELECT authz_category_update(34104, ''a<b'')', 'SELECT authz_category_update(34104, reference_id => ''ref'')',
	'SELECT authz_category_update(34104, privacy => ''x'')', 'SELECT authz_category_update(34104, owner => ''x'')',
	'SELECT authz_category_update(34104, inheritance => ''inherit'')', 'SELECT authz_category_update(34102, owner => ''bob'')',
	'SELECT authz_category_update(34104, clear => ''{name}'')', 'SELECT authz_category_update(NULL, ''x'')']) what;
SELECT name, privacy, privacy_context, owner, reference_id FROM authz_categories WHERE category_id = 34104;

-- who begins to inherit loses his members; who ceases to keeps the owner
SELECT authz_category_user_add(34101, 'bob', 'manager'), authz_category_user_add(34103, 'cat');
SELECT authz_category_update(34103, inheritance => 'inherit');
SELECT count(*) FROM authz_category_users WHERE category_id = 34103;	-- 0
SELECT kit.become(341, '341-bob');
SELECT authz_can_manage(34103);						-- through A
SET authz.session = '';
SELECT authz_category_update(34103, inheritance => 'manual', default_permission_level => 'moderator');
SELECT inheritance, owner, default_permission_level, user_join_policy FROM authz_categories WHERE category_id = 34103;
SELECT kit.become(341, '341-bob');
SELECT authz_can_manage(34103);
SET authz.session = '';

-- moving
SELECT authz_category_move('{34104}', 34103);
SELECT full_name, depth, contexts FROM authz_categories WHERE category_id = 34104;
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_category_move(''{34101}'', 34104)', 'SELECT authz_category_move(''{34101}'', 34101)',
	'SELECT authz_category_move(''{34102}'', NULL)',	-- 23514: inherits
	'SELECT authz_category_move(''{34104,34199}'', NULL)', 'SELECT authz_category_move(''{34104}'', 34299)', 'SELECT authz_category_move(''{34299}'', 34101)',
	'SELECT authz_category_move(''{NULL}'', 34101)', 'SELECT authz_category_move(NULL, NULL)', 'SELECT authz_category_move(''{}'', 34101)']) what;
SELECT authz_category_add('D2', category_id => 34106);
SELECT authz_category_move('{34104}', NULL);		-- 23505: the name is taken there
SELECT authz_category_move('{34103,34104}', 34106);
SELECT category_id, full_name FROM authz_categories ORDER BY full_name COLLATE "C";

-- deleting
SELECT authz_category_delete(34106);				-- 2BP01
SELECT authz_category_delete(34106, true), authz_category_delete(34106, true), authz_category_delete(34299, true), authz_category_delete(NULL);
SELECT category_id, full_name FROM authz_categories ORDER BY 1;
SELECT count(*) FROM authz.category_place p WHERE NOT EXISTS (SELECT FROM authz.category c WHERE c.category_id = p.category_id);	-- 0

-- in a session: the maker owns what he makes; who may be in or see is set by managers alone
SELECT authz_role_add('keeper', '{category.add,category.update,category.move,category.delete}') AS keeper \gset
SELECT authz_role_user_add(:keeper, 'cat');
SELECT authz_category_add('inner', 34101, inheritance => 'inherit', category_id => 34110), authz_category_add('outer', category_id => 34111),
	authz_category_add('hall', category_id => 34112), authz_category_add('open', 34112, 'all', category_id => 34113);
SET ROLE regress_reader;
SELECT kit.become(341, '341-cat');
SELECT authz_category_add('made') AS made, authz_category_add('made', 34101, inheritance => 'inherit') AS inside \gset
SELECT authz_can_manage(:made), authz_can_manage(:inside);
SELECT full_name, owner FROM authz_categories ORDER BY full_name COLLATE "C";	-- what he is told of
SELECT authz_category_id('made') = :made AS known, authz_category_id('outer') AS unknown;
SELECT authz_category_update(34111, 'outer 2', appear_in_list => 'everyone', reference_id => 'o'), authz_category_move('{34111}', 34101),
	authz_category_move('{34111}', NULL);
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_category_update(34111, owner => ''cat'')',
	'SELECT authz_category_update(34111, user_join_policy => ''auto_join'')', 'SELECT authz_category_update(34111, default_permission_level => ''manager'')',
	'SELECT authz_category_update(34111, privacy => ''all'')', 'SELECT authz_category_update(34111, contribution_policy => ''all'')',
	'SELECT authz_category_update(34111, privacy_context => ''site'')', 'SELECT authz_category_update(34111, clear => ''{privacy_context}'')',
	'SELECT authz_category_update(34110, inheritance => ''manual'')', 'SELECT authz_category_move(''{34110}'', 34111)',
	'SELECT authz_category_move(''{34112}'', 34101)',	-- what is below it is open
	'SELECT authz_category_add(''x'', category_id => 34150)', 'SELECT authz_category_update(34199, owner => ''cat'')',
	'SELECT authz_category_update(34299, owner => ''cat'')']) what;	-- 42501, but P0002 for those that are not there
SELECT authz_category_update(:made, owner => 'bob', user_join_policy => 'auto_join', privacy => 'all');
SELECT authz_category_update(:made, owner => 'cat');	-- 42501: it is Bob's now
SELECT authz_category_delete(:made), authz_category_delete(:inside), authz_category_delete(34299);
SELECT kit.become(341, '341-bob');
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_category_add(''x'')', 'SELECT authz_category_update(34101, ''x'')',
	'SELECT authz_category_move(''{34101}'', NULL)', 'SELECT authz_category_delete(34101)', 'SELECT authz_category_delete(34199)']) what;	-- 42501
SELECT full_name FROM authz_categories ORDER BY full_name COLLATE "C";		-- a manager's

-- confined, one reaches nothing else, by permission neither
RESET ROLE;
SET authz.session = '';
SELECT authz_apptoken_update('341-cat', session_privileges => 'privacycontext:site');
SET ROLE regress_reader;
SELECT kit.become(341, '341-cat');
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_category_update(34101, ''A'')', 'SELECT authz_category_update(34111, ''mine'')',
	'SELECT authz_category_move(''{34111}'', 34101)', 'SELECT authz_category_move(''{34102}'', 34111)', 'SELECT authz_category_delete(34111)',
	'SELECT authz_category_add(''x'', 34111)', 'SELECT authz_category_add(''x'', 34101)', 'SELECT authz_category_delete(34199)']) what;	-- what is below A is of its context

-- an administrator
SELECT kit.become(341, '341-boss');
SELECT authz_category_update(34111, owner => 'boss'), authz_category_move('{34110}', 34111);
SELECT full_name, owner FROM authz_categories ORDER BY full_name COLLATE "C";

-- nobody
RESET ROLE;
SET authz.session = '';
SET ROLE regress_reader;
SELECT kit.try('SELECT authz_category_add(''x'')'), kit.try('SELECT authz_category_id(''A'')'), kit.try('SELECT authz.category_delete(341, NULL, 34101, true)'),
	kit.try('SELECT authz.category_contains_itself(34101)'), kit.try('SELECT * FROM authz.category');
SELECT count(*), authz_category_is_listed(34101), authz_reading_account(NULL), authz_reading_account('category.list'), authz_reading_database()
	FROM authz_categories;
RESET ROLE;
RESET authz.account;
