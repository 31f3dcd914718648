-- users: persons, services, applications and second identities
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('users', 311);
SELECT account_id FROM authz_account_add('users, a neighbour', 312);
SET authz.account = 312;
SELECT authz_user_add('Neighbour');
SET authz.account = 311;

-- adding
SELECT authz_user_add('Ann@Example.com', first_name => 'Ann', last_name => '', email => 'ann@example.com');	-- as spelled
SELECT authz_user_add('robot', 'SERVICE'), authz_user_add('app', 'application'), authz_user_add('ann.two', primary_user_id => 'ann@example.com');
SELECT authz_user_add('ANN@EXAMPLE.COM');			-- 23505: without regard to case
SELECT authz_user_add('Neighbour');					-- another account's name is free
SELECT authz_user_add(repeat('u', 320)) = repeat('u', 320) AS longest;
SELECT what, kit.try(statement) AS outcome FROM (VALUES
	(1, 'too long', 'SELECT authz_user_add(repeat(''u'', 321))'),
	(2, 'control character', 'SELECT authz_user_add(E''a\tb'')'),
	(3, 'empty', 'SELECT authz_user_add('''')'),
	(4, 'none', 'SELECT authz_user_add(NULL)'),
	(5, 'a group', 'SELECT authz_user_add(''g'', ''group'')'),
	(6, 'a kind unknown', 'SELECT authz_user_add(''g'', ''human'')'),
	(7, 'a primary unknown', 'SELECT authz_user_add(''g'', primary_user_id => ''nobody'')'),
	(8, 'a primary that is second', 'SELECT authz_user_add(''g'', primary_user_id => ''ann.two'')'),
	(9, 'a primary that is a service', 'SELECT authz_user_add(''g'', primary_user_id => ''robot'')'),
	(10, 'a service that is second', 'SELECT authz_user_add(''g'', ''service'', primary_user_id => ''ann@example.com'')'))
	v (n, what, statement) ORDER BY n;
SELECT left(user_id, 20) AS user_id, kind, status, first_name, last_name, email, primary_user_id FROM authz_users ORDER BY lower(user_id) COLLATE "C";

-- updating
SELECT authz_user_update('ann@example.com', last_name => 'Smith', screen_name => 'ann', clear => '{email}');
SELECT authz_user_update('ann@example.com', first_name => '');	-- '' leaves
SELECT user_id, first_name, last_name, screen_name, email FROM authz_users WHERE user_id ILIKE 'ann@%';
SELECT authz_user_update('nobody', 'x');						-- P0002
SELECT authz_user_update('Ann@example.com', clear => '{user_id}');	-- 22023
SELECT authz_user_update('Ann@example.com', status => 'deleted');	-- 22023
SELECT authz_user_update(NULL);									-- 22023

-- deleting takes away what he could do
SELECT kit.person(311, 'Bob');
SELECT authz_group_add('staff'), authz_group_user_add('staff', 'Bob');
SELECT authz_role_add('clerk', '{user.list}') AS role \gset
SELECT authz_role_user_add(:role, 'bob'), authz_category_add('theirs', category_id => 31101), authz_category_user_add(31101, 'bob'),
	authz_category_add('his own', owner => 'bob', category_id => 31102);
SELECT kit.become(311, '311-bob');
SELECT authz_current_user_id();
SET authz.session = '';
SELECT authz_user_delete('BOB'), authz_user_delete('bob'), authz_user_delete('nobody'), authz_user_delete(NULL), authz_user_delete('staff');
SELECT (SELECT count(*) FROM authz_users WHERE user_id = 'Bob') AS users, (SELECT count(*) FROM authz_group_users) AS groups,
	(SELECT count(*) FROM authz_role_users) AS roles, (SELECT count(*) FROM authz_category_users) AS categories,
	(SELECT count(*) FROM authz_apptokens) AS tokens, (SELECT count(*) FROM authz_sessions) AS sessions,
	(SELECT owner FROM authz_categories WHERE category_id = 31102) AS owner;
SELECT count(*) FROM authz.apptoken WHERE account_id = 311 AND secret_id IS NOT NULL;	-- 0
SELECT authz_user_add('bob');									-- 23505: the name stays taken
SELECT authz_group_add('bob');									-- 23505
SELECT authz_user_update('bob', 'x');							-- P0002
SELECT authz_user_add('bob', reuse => true);					-- a new one, without the past
SELECT authz_user_add('bob', reuse => true);					-- 23505: not deleted
SELECT user_id, kind, status FROM authz_users WHERE lower(user_id) = 'bob';
SELECT count(*) FROM authz.category c JOIN authz.principal p ON p.principal_id = c.owner_id WHERE p.reused_at IS NULL AND p.account_id = 311;	-- 0

-- in a session: by permission, within the account
SELECT kit.person(311, 'admin', 'admin'), kit.person(311, 'adder'), kit.person(311, 'plain');
SELECT authz_role_add('adder', '{user.add,user.update}') AS adder \gset
SELECT authz_role_user_add(:adder, 'adder');
SET ROLE regress_reader;
SELECT kit.become(311, '311-adder');
SELECT authz_user_add('cat', 'person', 'Cat'), authz_user_update('cat', last_name => 'Stevens');
SELECT authz_user_delete('cat');								-- 42501
SELECT authz_user_update('nobody', 'x');						-- P0002: he may know
SELECT authz_user_add('Neighbour');								-- 23505, for that of his own account
SELECT authz_user_add('dan', reuse => true);					-- 42501: in no session
SELECT user_id FROM authz_users;								-- himself
SELECT kit.become(311, '311-plain');
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_user_add(''cat'')', 'SELECT authz_user_add(''new'')',
	'SELECT authz_user_update(''cat'')', 'SELECT authz_user_update(''nobody'')', 'SELECT authz_user_delete(''cat'')',
	'SELECT authz_user_delete(''nobody'')', 'SELECT authz_user_delete(''plain'')', 'SELECT authz_user_add(NULL)']) what;	-- 42501
SELECT user_id FROM authz_users;
SELECT kit.become(311, '311-admin');
SELECT authz_user_delete('cat');
SELECT count(*) > 5 AS all FROM authz_users;

-- blocked: nobody, until unblocked
SELECT authz_user_update('plain', status => 'blocked');
SELECT kit.try('SELECT kit.become(311, ''311-plain'')');		-- 55000
SELECT authz_user_update('plain', status => 'active');
SELECT kit.become(311, '311-plain');
SELECT authz_current_user_id();

-- to unblock is to give what he had
RESET ROLE;
SET authz.session = '';
SELECT authz_role_add('strong', '{user.delete}') AS strong \gset
SELECT authz_role_user_add(:strong, 'plain'), authz_user_update('plain', status => 'blocked'), authz_user_update('robot', status => 'blocked');
SET ROLE regress_reader;
SELECT kit.become(311, '311-adder');
SELECT authz_user_update('robot', status => 'active');
SELECT authz_user_update('plain', status => 'active');			-- 42501

-- without a session, and past the door
SET authz.session = '';
SELECT kit.try('SELECT authz_user_add(''x'')'), kit.try('SELECT authz.user_add(311, NULL, ''x'', NULL, NULL, NULL, NULL, NULL, NULL, NULL)'),
	kit.try('SELECT authz.delete_principal(311, ''admin'', ''user'')'), kit.try('SELECT * FROM authz.principal'),
	kit.try('INSERT INTO authz_users (user_id) VALUES (''x'')'), kit.try('DELETE FROM authz_users');
SELECT count(*) FROM authz_users;
RESET ROLE;
SELECT action, object, subject, actor, detail FROM authz.audit_event WHERE account_id = 311 AND action LIKE 'user.%' AND length(object) < 100 ORDER BY event_id;
RESET authz.account;
