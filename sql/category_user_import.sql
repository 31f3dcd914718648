-- category_user_import: members of categories by lines of CSV, each line by the right that its caller has to that category
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('members by CSV, a neighbour', 628, 'the secret');
SET authz.account = 628;
SELECT authz_category_add('foreign', category_id => 62899, reference_id => 'foreign');
SELECT account_id FROM authz_account_add('members by CSV', 627, 'the secret');
SET authz.account = 627;
SELECT kit.person(627, p) FROM unnest('{Manager,Helper,Joiner,Nobody}'::text[]) p;
SELECT kit.person(627, 'Boss', 'admin');
SELECT count(authz_user_add('user' || n)) FROM generate_series(1, 9) n;
SELECT authz_category_add('A', category_id => 62701, reference_id => 'ref-a', default_permission_level => 'contributor', owner => 'user9'), authz_category_add('B', category_id => 62702), authz_category_add('below', 62701, inheritance => 'inherit', category_id => 62703), authz_category_add('open', category_id => 62704, user_join_policy => 'auto_join'), authz_category_add('full', category_id => 62705);
SELECT authz_category_user_add(62701, 'Manager', 'manager'), authz_category_user_add(62702, 'Helper', 'contributor'), authz_role_add('helper', '{category_user.*}', role_id => 62701), authz_role_user_add(62701, 'Helper'), authz_group_add('crew');
SELECT kit.token(627, '627-manager') AS manager, kit.token(627, '627-helper') AS helper, kit.token(627, '627-joiner') AS joiner, kit.token(627, '627-nobody') AS nobody, kit.token(627, '627-boss') AS boss \gset
CREATE FUNCTION pg_temp.lines(token text, csv text) RETURNS TABLE (line int, action text, user_id text, error text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN QUERY SELECT i.line, i.action, i.user_id, i.error FROM authz_category_user_import(csv) i;
	PERFORM set_config('authz.session', '', true);
EXCEPTION WHEN OTHERS THEN
	RETURN QUERY SELECT NULL::int, NULL, NULL, SQLSTATE;
END
$$;
SELECT set_config('authz.session', '', false);

-- who administers the database: all that lines can say
SELECT line, action, user_id, status, error FROM authz_category_user_import($$*userId , categoryId,categoryReferenceId,permissionLevel,updateMethod,status,action
user1,62701
user2,,ref-a,0
user3,62702,ref-a,1,0
user4,62701,,2,1,3
user5,62701,,3,,2
USER6,62701,,Moderator,Manual,active
crew,62701,,member
user1,62701
user1,62701,,0,,,6
user1,62701,,1,0,not_active,2
user1,62701,,3,1,,2
user1,62701,,3,1,,6
user1,62701,,,,1,2
user2,62702,,1,,,6
user7,62702,,,,,2
user3,62702,,,,,3
user3,62702,,,,,3
$$);
SELECT category_id, user_id, permission_level, status, update_method FROM authz_category_users ORDER BY 1, user_id COLLATE "C";
-- every error by its line
SELECT line, action, user_id, error FROM authz_category_user_import($$*userId,categoryId,categoryReferenceId,permissionLevel,updateMethod,status,action
nobodyatall,62701
,62701
user7
user7,0
user7,-1
user7,+62701
user7,62701.0
user7,99999999999999999999
user7,627999
user7,62899
user7,,foreign
user7,,nonesuch
user7,62703
user7,62701,,4
user7,62701,,None
user7,62701,,5
user7,62701,,member,2
user7,62701,,member,,4
user7,62701,,member,,,4
user7,62701,,member,,,1,
user7,62701,,member,,,1,x
$$);
SELECT what, kit.try(format('SELECT * FROM authz_category_user_import(%s)', what)) AS outcome FROM unnest(ARRAY['NULL', '''''', '''*userId''', '''*categoryId''', '''*userId,categoryId,name''', '''*userId,categoryId,userId''', '''*userId,categoryId,categoryUserId''', '''*userId,categoryReferenceId'', 0', '''*userId,categoryReferenceId'', NULL']) WITH ORDINALITY t (what, n) ORDER BY n;

-- who may do what to which category is each line's own question
SET ROLE regress_reader;
\set file '*userId,categoryId,permissionLevel,action\nuser7,62701,manager\nuser7,62702,manager\nuser8,62702,contributor\nuser8,62702,3,2\nuser8,62702,0,2\nuser2,62701,,3\nuser2,62702,,3\nuser9,62701,,3\nJoiner,62704\nJoiner,62702\nuser7,62799\nuser7,62899'
SELECT * FROM pg_temp.lines('', :'file');		-- 28000
SELECT * FROM pg_temp.lines(:'manager', :'file');
SELECT * FROM pg_temp.lines(:'helper', :'file');
SELECT * FROM pg_temp.lines(:'joiner', :'file');
SELECT * FROM pg_temp.lines(:'joiner', E'*userId,categoryReferenceId\nJoiner,nonesuch\nJoiner,foreign\nJoiner,ref-a');	-- 42501
SELECT * FROM pg_temp.lines(:'helper', E'*userId,categoryReferenceId\nJoiner,nonesuch\nJoiner,foreign\nJoiner,ref-a');
SELECT error, count(*) FROM pg_temp.lines(:'nobody', :'file') GROUP BY error;
SELECT error, count(*) FROM pg_temp.lines(:'boss', :'file') GROUP BY error ORDER BY error COLLATE "C";
RESET ROLE;
SELECT category_id, user_id, permission_level, status, update_method FROM authz_category_users ORDER BY 1, user_id COLLATE "C";

-- limits hold, and neighbouring lines that do not all go go as far as they do alone
SELECT authz_account_update(627, settings => '{"max_category_members": 4}');
SELECT line, user_id, error FROM authz_category_user_import(E'*categoryId,userId\n62705,user1\n62705,user2\n62705,USER1\n62705,nobodyatall\n62705,user3\n62705,user4\n62705,user5\n62705,user1');
SELECT authz_account_update(627, settings => '{"max_category_members": null}');
CREATE TABLE import_lines (line text);
INSERT INTO import_lines VALUES ('*categoryId,userId'), ('62704,user1'), ('62704,user2'), (NULL), ('62704,user3');
SELECT line, user_id, error FROM authz_category_user_import_table('import_lines');
SELECT kit.try('SELECT * FROM authz_category_user_import_table(NULL)') AS none, kit.try('SELECT * FROM authz_category_user_import_table(''pg_class'')') AS other;	-- 22023, 22023
SELECT object AS category, action, count(*), count(DISTINCT detail ->> 'user_id') FROM authz.audit_event WHERE account_id = 627 AND action LIKE 'category\_user.%' GROUP BY 1, 2 ORDER BY 1, 2;
DROP TABLE import_lines;
