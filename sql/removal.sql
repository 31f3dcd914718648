-- removal: who is deleted loses what he could do, what he made stays; a deleted category leaves its content without one
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('removal', 395);
SET authz.account = 395;
SELECT count(kit.person(395, u)) FROM unnest('{Ann,Bob,Cat}'::text[]) u;
SELECT kit.person(395, 'Boss', 'admin');
SELECT authz_group_add('inner'), authz_group_add('outer'), authz_group_user_add('outer', 'inner'), authz_group_user_add('inner', 'Ann'),
	authz_group_user_add('inner', 'Bob', 'manager'), authz_group_user_add('outer', 'Cat');
SELECT authz_role_add('reader', '{user.list}', role_id => 39501);
SELECT authz_role_user_add(39501, 'outer'), authz_role_user_add(39501, 'Bob');
SELECT authz_category_add('A', owner => 'Bob', category_id => 39501), authz_category_add('B', 39501, inheritance => 'inherit', category_id => 39502),
	authz_category_add('C', owner => 'outer', category_id => 39503), authz_category_add('D', 39503, category_id => 39504);
SELECT authz_category_user_add(39501, 'outer', 'contributor'), authz_category_user_add(39503, 'inner', 'moderator'), authz_category_user_add(39504, 'Bob');
CREATE SCHEMA removal_test;
GRANT USAGE ON SCHEMA removal_test TO regress_reader;
CREATE TABLE removal_test.doc (id int PRIMARY KEY, category_id bigint, owner text);
INSERT INTO removal_test.doc VALUES (1, 39501, NULL), (2, 39502, NULL), (3, 39503, NULL), (4, 39504, NULL), (5, NULL, 'Bob'), (6, NULL, 'inner'), (7, NULL, NULL);
GRANT SELECT ON removal_test.doc TO regress_reader;
SELECT authz_protect('removal_test.doc', 'category_id', 'owner', uncategorized => 'users');
CREATE FUNCTION pg_temp.seen(token text, OUT who text, OUT rows text, OUT manages bigint[], OUT names text[], OUT lists bool) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	who := authz_current_user_id();
	SELECT string_agg(id::text, ' ' ORDER BY id) INTO rows FROM removal_test.doc;
	manages := authz_visible_categories('manager');
	names := authz_owner_ids();
	lists := authz_has_permission('user.list');
END
$$;
GRANT EXECUTE ON FUNCTION pg_temp.seen TO PUBLIC;
SELECT kit.token(395, '395-ann') AS ann, kit.token(395, '395-bob') AS bob, kit.token(395, '395-cat') AS cat, kit.token(395, '395-boss') AS boss \gset
CREATE TEMP TABLE session (n int, token text);
INSERT INTO session VALUES (1, :'ann'), (2, :'bob'), (3, :'cat'), (4, :'boss');
CREATE TEMP VIEW everybody AS SELECT s.* FROM session t, pg_temp.seen(t.token) s ORDER BY t.n;
GRANT SELECT ON session, everybody TO regress_reader;
SET ROLE regress_reader;
TABLE everybody;

-- a group that is blocked gives nothing on, to groups in it either, and gives again when it is not
RESET ROLE;
SET authz.session = '';
SELECT authz_group_update('inner', status => 'blocked');
SET ROLE regress_reader;
TABLE everybody;
RESET ROLE;
SET authz.session = '';
SELECT authz_group_update('inner', status => 'active');

-- a user: his sessions, his app tokens, his memberships, groups and roles
SELECT authz_user_delete('Bob');
SET ROLE regress_reader;
TABLE everybody;					-- Bob is nobody
RESET ROLE;
SET authz.session = '';
SELECT (SELECT count(*) FROM authz_category_users WHERE user_id = 'Bob') AS categories, (SELECT count(*) FROM authz_group_users WHERE user_id = 'Bob') AS groups,
	(SELECT count(*) FROM authz_role_users WHERE user_id = 'Bob') AS roles, (SELECT count(*) FROM authz_sessions WHERE user_id = 'Bob') AS sessions,
	(SELECT count(*) FROM authz_apptokens WHERE session_user_id = 'Bob') AS tokens, (SELECT owner FROM authz_categories WHERE category_id = 39501) AS owner;
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_category_user_add(39504, ''bob'')', 'SELECT authz_category_user_add(39504, ''{ann,bob}''::text[])',
	'SELECT authz_group_user_add(''outer'', ''bob'')', 'SELECT authz_category_update(39503, owner => ''bob'')', 'SELECT authz_category_add(''x'', owner => ''bob'')',
	'SELECT authz_category_user_delete(39504, ''bob'')', 'SELECT authz_user_add(''bob'')']) what;	-- P0002, and the name is taken

-- one who gets his name is another: he owns no category of his, though rows that hold the name
SELECT authz_user_add('Bob', reuse => true);
SELECT authz_apptoken_add(id => '395-new', token => 'sesame', session_user_id => 'Bob') IS NOT NULL AS added;
UPDATE session SET token = kit.token(395, '395-new') WHERE n = 2;
SELECT (SELECT owner FROM authz_categories WHERE category_id = 39501) AS owner;
SET ROLE regress_reader;
TABLE everybody;

-- a group: what its members had through it, and whose group it was; they stay
RESET ROLE;
SET authz.session = '';
SELECT authz_group_delete('outer');
SET ROLE regress_reader;
TABLE everybody;
RESET ROLE;
SET authz.session = '';
SELECT group_id, user_id FROM authz_group_users ORDER BY 1, 2;
SELECT category_id, user_id, permission_level FROM authz_category_users ORDER BY 1, 2;
SELECT category_id, owner FROM authz_categories WHERE owner IS NOT NULL;	-- outer owned it, and nobody does by it
SELECT authz_group_delete('inner');
SET ROLE regress_reader;
TABLE everybody;

-- a category: its members go with it, its rows have none any more, and are for whom those are
RESET ROLE;
SET authz.session = '';
SELECT authz_category_user_add(39503, 'ann', 'manager'), authz_category_user_add(39504, 'cat');
SET ROLE regress_reader;
TABLE everybody;
RESET ROLE;
SET authz.session = '';
SELECT authz_category_delete(39503);	-- 2BP01
SELECT authz_category_delete(39503, true), authz_category_delete(39503, true);
SET ROLE regress_reader;
TABLE everybody;
RESET ROLE;
SET authz.session = '';
SELECT count(*) FROM authz_category_users;
SELECT * FROM removal_test.doc ORDER BY id;		-- nothing has become of it
RESET ROLE;
RESET authz.session;
RESET authz.account;
DROP SCHEMA removal_test CASCADE;
