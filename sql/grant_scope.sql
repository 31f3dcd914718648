-- grant_scope: a user narrows what acts for him to permissions, to a branch of the tree, or both
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA scope_test;
GRANT USAGE ON SCHEMA scope_test TO regress_reader, regress_author;
SET search_path = scope_test, public;
SELECT account_id FROM authz_account_add('grant scope', 451, 'the secret');
SET authz.account = 451;
SELECT authz_user_add('Uma'), authz_user_add('Udo'), authz_group_add('crew');
SELECT authz_permission_add('doc.view'), authz_permission_add('doc.add'), authz_permission_add('doc.update'), authz_permission_add('doc.delete'), authz_permission_add('doc.publish', depends_on => '{doc.update}'), authz_permission_add('x.y');
SELECT authz_role_add('all', '{doc.*,x.y,category.*,category_user.*,content.view_all,role.add}', role_id => 45101), authz_role_user_add(45101, 'Uma');
-- 1 - 2 - 3, 1 - 4; 5 beside; Uma manages 1 (3 inherits from 2) and 5
SELECT authz_category_add('one', category_id => 45101), authz_category_add('two', 45101, category_id => 45102), authz_category_add('three', 45102, inheritance => 'inherit', category_id => 45103),
	authz_category_add('four', 45101, category_id => 45104), authz_category_add('five', category_id => 45105), authz_category_add('six', 45102, privacy => 'all', category_id => 45106);
SELECT authz_category_user_add(c, 'Uma', 'manager') FROM unnest('{45101,45102,45104,45105}'::bigint[]) c;
CREATE TABLE doc (id int PRIMARY KEY, category_id int, owner text);
CREATE TABLE entry (id bigint PRIMARY KEY, category_ids bigint[], owner text);
CREATE TABLE bare (id int, category_id bigint, owner text);		-- without a key
INSERT INTO doc VALUES (1, 45101, NULL), (2, 45102, NULL), (3, 45103, NULL), (4, 45104, NULL), (5, 45105, NULL), (6, 45106, NULL), (7, NULL, 'Uma'), (8, 45105, 'Uma'), (9, 45102, 'Uma'), (10, 45102, 'Udo'), (11, 99, 'Uma');
INSERT INTO entry SELECT id, CASE WHEN category_id IS NOT NULL THEN ARRAY[category_id, 45105] END, owner FROM doc;
INSERT INTO bare SELECT * FROM doc;
ALTER TABLE doc OWNER TO regress_author; ALTER TABLE entry OWNER TO regress_author; ALTER TABLE bare OWNER TO regress_author;
GRANT ALL ON doc, entry, bare TO regress_reader;
SELECT authz_protect('doc', 'category_id', 'owner', 'doc'), authz_protect('entry', 'category_ids', 'owner', 'doc'), authz_protect('bare', 'category_id', 'owner', 'doc');
CREATE INDEX ON doc (category_id); CREATE INDEX ON doc (owner); CREATE INDEX ON entry USING gin (category_ids);
SELECT application_id AS app FROM authz_application_add('tool', 'Tool', owner_id => 'Udo', app_secret => 'chosen by the caller') \gset
SELECT authz_request_authorization(:'app', 'chosen by the caller', 'Uma') AS key \gset
SELECT kit.own(451, 'Uma') AS uma \gset
CREATE FUNCTION pg_temp.approve(permissions text[] DEFAULT NULL, category_id bigint DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM authz_set_application_authorization(max(id), 'approved', permissions, category_id) FROM authz_application_requests;
END
$$;
SET ROLE regress_reader;

-- the scope is one that can be understood
SET authz.session = :'uma';
SELECT kit.try('SELECT pg_temp.approve(''{"a b"}'')') AS pattern, kit.try('SELECT pg_temp.approve(''{NULL}'')') AS null, kit.try('SELECT pg_temp.approve(NULL, 99)') AS category;	-- 22023, 22023, P0002

-- all that she may
SELECT pg_temp.approve();
SET authz.session = '';
SELECT session_token AS tool FROM authz_authorize(:'app', 'chosen by the caller', :'key') \gset
SET authz.session = :'tool';
SELECT array_agg(id ORDER BY id) FROM doc;				-- as Uma sees it

-- permissions: what she may and the pattern matches; by no pattern what is explicit
CREATE FUNCTION pg_temp.has(OUT has text[]) LANGUAGE sql AS $$ SELECT array_agg(p ORDER BY p COLLATE "C") FROM unnest('{doc.view,doc.add,doc.update,doc.publish,x.y,content.view_all,category.add,user.add}'::text[]) p WHERE authz_has_permission(p) $$;
CREATE FUNCTION pg_temp.narrowed(uma text, tool text, permissions text[], OUT has text[], OUT docs int[]) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', uma, true);
	PERFORM pg_temp.approve(permissions);
	PERFORM set_config('authz.session', tool, true);
	has := pg_temp.has();
	docs := ARRAY(SELECT id FROM scope_test.doc ORDER BY id);
END
$$;
SELECT permissions, (pg_temp.narrowed(:'uma', :'tool', permissions)).* FROM (VALUES (NULL), ('{}'), ('{doc.view}'), ('{doc.*}'), ('{doc.publish}'), ('{doc.publish,doc.update}'), ('{*}'), ('{content.view_all,doc.view}'), ('{user.add}')) AS v (p), LATERAL (SELECT p::text[] AS permissions) AS t;
-- live, for the session that is there
SET authz.session = :'uma';
SELECT pg_temp.approve('{doc.view,category_user.add}');
SET authz.session = :'tool';
SELECT kit.dry('UPDATE scope_test.doc SET id = id') AS update, kit.dry('DELETE FROM scope_test.doc') AS delete, kit.dry('INSERT INTO scope_test.doc VALUES (20, 45102)') AS insert;	-- 0, 0, 42501
-- levels open doors as well, but only those that it is narrowed to
SELECT kit.dry('SELECT authz_category_user_add(45102, ''Udo'', ''member'')') AS add, kit.dry('SELECT authz_category_user_delete(45102, ''Uma'')') AS delete, kit.dry('SELECT authz_category_add(''x'')') AS category,
	kit.dry('SELECT authz_category_update(45102, name => ''x'')') AS rename, kit.dry('SELECT authz_group_user_add(''crew'', ''Udo'')') AS "group";	-- 1, 42501 …
-- and nothing that it is not narrowed to is given away by it
SET authz.session = :'uma';
SELECT pg_temp.approve('{role.add,doc.view}');
SET authz.session = :'tool';
SELECT kit.dry('SELECT authz_role_add(''r1'', ''{doc.view}'')') AS has, kit.dry('SELECT authz_role_add(''r2'', ''{doc.update}'')') AS "has not", kit.dry('SELECT authz_role_add(''r3'', ''{doc.*}'')') AS all;	-- 1, 42501, 42501

-- a branch of the tree: rows there, hers among them, and no others
SET authz.session = :'uma';
SELECT pg_temp.approve(NULL, 45102);
SELECT permissions, category_id FROM authz_application_grants;
SET authz.session = :'tool';
SELECT (SELECT array_agg(id ORDER BY id) FROM doc) AS docs, (SELECT array_agg(id ORDER BY id) FROM entry) AS entries, (SELECT array_agg(id ORDER BY id) FROM bare) AS bare, authz_visible_categories() AS visible, authz_visible_categories('manager') AS manages;
EXPLAIN (COSTS OFF) SELECT * FROM doc WHERE category_id = 45102;
SELECT authz_can_view(45101), authz_can_view(45103), authz_can_view(45105), authz_can_view(45106), authz_can_manage(45106);	-- f, t, f, t, f
-- she owns 9, which it may change; 8 is hers elsewhere; nothing moves in or out
SELECT kit.dry('UPDATE scope_test.doc SET id = -id WHERE id = 9') AS hers, kit.dry('UPDATE scope_test.doc SET id = -id WHERE id = 8') AS elsewhere, kit.dry('UPDATE scope_test.doc SET category_id = 45103 WHERE id = 9') AS within,
	kit.dry('UPDATE scope_test.doc SET category_id = 45105 WHERE id = 9') AS out, kit.dry('UPDATE scope_test.doc SET category_id = NULL WHERE id = 9') AS nowhere, kit.dry('DELETE FROM scope_test.doc') AS delete,
	kit.dry('INSERT INTO scope_test.doc VALUES (20, 45102)') AS into_it, kit.dry('INSERT INTO scope_test.doc VALUES (20, 45105)') AS beside, kit.dry('INSERT INTO scope_test.doc VALUES (20, NULL)') AS nowhere;
-- of a row in several categories it leaves the others alone
SELECT kit.dry('UPDATE scope_test.entry SET category_ids = ''{45102}'' WHERE id = 9') AS takes_out, kit.dry('UPDATE scope_test.entry SET category_ids = ''{45103,45105}'' WHERE id = 9') AS moves_within, kit.dry('UPDATE scope_test.entry SET category_ids = ''{45102,45105,45104}'' WHERE id = 9') AS puts_in;	-- 42501, 1, 42501
-- the tree too
SELECT array_agg(category_id ORDER BY category_id) FROM authz_categories;
SELECT kit.dry('SELECT authz_category_add(''x'', 45103)') AS below, kit.dry('SELECT authz_category_add(''x'', 45105)') AS beside, kit.dry('SELECT authz_category_add(''x'')') AS root, kit.dry('SELECT authz_category_user_add(45103, ''Udo'')') AS inherits,
	kit.dry('SELECT authz_category_user_add(45102, ''Udo'', ''manager'')') AS member, kit.dry('SELECT authz_category_user_add(45101, ''Udo'')') AS above, kit.dry('SELECT authz_category_move(''{45102}'', 45105)') AS move, kit.dry('SELECT authz_category_move(''{45103}'', NULL)') AS "to the root";	-- 1, 42501, 42501, 55000, 1, 42501 …
-- what comes below it is of it with the next statement, what leaves is not; in a plan made before as well
PREPARE docs AS SELECT array_agg(id ORDER BY id) FROM doc;
EXECUTE docs;
RESET ROLE;
SET authz.session = '';
SELECT authz_category_move('{45105}', 45103);
SET ROLE regress_reader;
SET authz.session = :'tool';
EXECUTE docs;
RESET ROLE;
SET authz.session = '';
SELECT authz_category_move('{45105,45103}', 45101);
SET ROLE regress_reader;
SET authz.session = :'tool';
EXECUTE docs;
-- both at once; and with a context
SET authz.session = :'uma';
SELECT pg_temp.approve('{doc.view}', 45102);
SET authz.session = :'tool';
EXECUTE docs;
SELECT kit.dry('UPDATE scope_test.doc SET id = id') AS update;		-- 0
-- in parallel workers the same
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
EXECUTE docs;
SELECT array_agg(id ORDER BY id) FROM bare;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
-- a branch that is gone leaves nothing
RESET ROLE;
SET authz.session = '';
SELECT authz_category_delete(45102, true);
SET ROLE regress_reader;
SET authz.session = :'tool';
EXECUTE docs;
SELECT authz_visible_categories();
SET authz.session = :'uma';
SELECT pg_temp.approve('{doc.view}', 45101);
SET authz.session = :'tool';
EXECUTE docs;
DEALLOCATE docs;
SET authz.session = '';
RESET ROLE;

-- roles that ask for assurance: what acts for her is as sure as she was when she agreed
SELECT authz_role_add('sure', '{user.add}', minimum_assurance => 2, role_id => 45102), authz_role_add('twice', '{user.delete}', multifactor => true, role_id => 45103), authz_role_user_add(45102, 'Uma'), authz_role_user_add(45103, 'Uma');
CREATE FUNCTION pg_temp.sure(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN (authz_current_session()).role_ids;
END
$$;
SELECT assurance, multifactor, pg_temp.sure(kit.own(451, 'Uma', NULL, assurance, multifactor)) AS roles FROM (VALUES (0, false), (1, false), (2, false), (2, true), (0, true), (NULL, NULL)) v (assurance, multifactor);
SET authz.session = :'tool';
SELECT (authz_current_session()).role_ids;
SELECT kit.own(451, 'Uma', NULL, 2, true) AS sure \gset
SET authz.session = :'sure';
SELECT pg_temp.approve();
SET authz.session = :'tool';
SELECT (authz_current_session()).role_ids;
SET authz.session = '';
DROP SCHEMA scope_test CASCADE;
RESET search_path;
RESET authz.account;
