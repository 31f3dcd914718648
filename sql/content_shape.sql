-- content_shape: the rules hold for tables of every shape: partitions, children, generated columns, several accounts
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA shape_test;
GRANT ALL ON SCHEMA shape_test TO regress_author;
GRANT USAGE ON SCHEMA shape_test TO regress_reader;
SET search_path = shape_test, public;
SELECT account_id FROM authz_account_add('shape', 119);
SELECT account_id FROM authz_account_add('shape, the neighbour', 120);
SELECT kit.person(119, 'Ann'), kit.person(119, 'Bob'), kit.person(120, 'Ann');
-- 1: Ann is a member; 2: a manager; 3: nothing. Account 120 has the like, of its own Ann.
SET authz.account = 119;
SELECT authz_category_add('c' || n, category_id => 11900 + n) FROM generate_series(1, 3) n ORDER BY n;
SELECT authz_category_user_add(11901, 'Ann', 'member'), authz_category_user_add(11902, 'Ann', 'manager');
SELECT authz_role_add('viewer', '{doc.view}', role_id => 11901), authz_role_add('adder', '{doc.view,doc.add}', role_id => 11902),
	authz_role_add('updater', '{doc.view,doc.update}', role_id => 11903), authz_role_add('deleter', '{doc.view,doc.delete}', role_id => 11904),
	authz_role_add('blind', '{doc.add,doc.update,doc.delete}', role_id => 11905);
SELECT count(authz_apptoken_add(id => '119-' || r, token => 'sesame', session_user_id => 'Ann', session_privileges => 'setrole:' || r))
	FROM unnest('{viewer,adder,updater,deleter,blind}'::text[]) r;
SET authz.account = 120;
SELECT authz_category_add('c1', category_id => 12001), authz_category_user_add(12001, 'Ann', 'manager');
SET authz.account = 119;

CREATE TABLE plain (id int, category_id bigint, owner text);
CREATE TABLE by_category (LIKE plain) PARTITION BY LIST (category_id);
CREATE TABLE by_category_1 PARTITION OF by_category FOR VALUES IN (11901);
CREATE TABLE by_category_2 PARTITION OF by_category FOR VALUES IN (11902, 11903);
CREATE TABLE by_id (LIKE plain) PARTITION BY RANGE (id);
CREATE TABLE by_id_1 PARTITION OF by_id FOR VALUES FROM (0) TO (10) PARTITION BY LIST (owner);
CREATE TABLE by_id_1_any PARTITION OF by_id_1 DEFAULT;
CREATE TABLE parent (LIKE plain);
CREATE TABLE child (extra int) INHERITS (parent);
CREATE TABLE generated (id int, x int, category_id bigint GENERATED ALWAYS AS (x + 11900) STORED, owner text);
CREATE TABLE generated_parts (LIKE generated INCLUDING GENERATED) PARTITION BY RANGE (id);
CREATE TABLE filled (id int GENERATED ALWAYS AS IDENTITY, category_id bigint NOT NULL DEFAULT 11902, owner text NOT NULL);
CREATE TABLE short (id int, category_id bigint, owner varchar(2));
CREATE TABLE prefixed (id int PRIMARY KEY, category_id bigint, owner text);
CREATE TABLE shared (id int, account int, category_id bigint, owner text);
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY '{plain,by_category,by_category_1,by_category_2,by_id,by_id_1,by_id_1_any,parent,child,generated,generated_parts,filled,short,prefixed,shared}'::text[] LOOP
		EXECUTE format('ALTER TABLE %I OWNER TO regress_author', name);
		IF name !~ '[0-9]|child' THEN
			EXECUTE format('GRANT ALL ON %I TO regress_reader', name);
		END IF;
	END LOOP;
END
$$;
SELECT t, kit.try(format('SELECT authz_protect(''shape_test.%I'', ''category_id'', ''owner'')', t)) AS protect
	FROM unnest('{plain,by_category,by_id,parent,generated,generated_parts,filled,short}'::text[]) t ORDER BY t;	-- 0A000: a partitioned table's rows move before they are computed
SELECT authz_protect('prefixed', 'category_id', 'owner', 'doc'), authz_protect('shared', 'category_id', 'owner', account_column => 'account');
INSERT INTO child VALUES (1, 11902, 'Ann'), (2, 11903, NULL);
CREATE TABLE late_part PARTITION OF by_id FOR VALUES FROM (10) TO (20);
CREATE VIEW by_view AS SELECT * FROM plain;
ALTER VIEW by_view OWNER TO regress_author;
GRANT ALL ON by_view TO regress_reader;
INSERT INTO prefixed VALUES (1, 11902, NULL), (2, 11903, 'Ann');
INSERT INTO shared VALUES (1, 119, 11902, NULL), (2, 120, 12001, NULL), (3, 120, 11902, NULL), (4, 119, 12001, NULL), (5, 119, 11903, 'Ann'), (6, 120, NULL, 'Ann'), (7, NULL, 11902, 'Ann');
SET ROLE regress_reader;
SELECT kit.token(119, '119-ann') AS ann, kit.token(120, '120-ann') AS neighbour \gset
SET authz.session = :'ann';

-- everywhere the same: the owner is filled in, a row goes where its mover contributes, ownership is not taken or lost
INSERT INTO plain VALUES (1, 11902) RETURNING *;
INSERT INTO by_category VALUES (1, 11902) RETURNING *;
INSERT INTO by_id VALUES (1, 11902), (11, 11902) RETURNING *;
INSERT INTO parent VALUES (3, 11902) RETURNING *;
INSERT INTO generated VALUES (1, 2) RETURNING *;
INSERT INTO filled DEFAULT VALUES RETURNING *;
INSERT INTO short VALUES (1, 11902) RETURNING *;		-- 22001: the name is too long for the column
INSERT INTO by_view VALUES (2, 11902) RETURNING *;
SELECT t AS "table", kit.dry(format('INSERT INTO shape_test.%I VALUES (9, 11901)', t)) AS "add to 1", kit.dry(format('INSERT INTO shape_test.%I VALUES (9, 11902, ''Bob'')', t)) AS "for Bob",
	kit.dry(format('UPDATE shape_test.%I SET category_id = 11901', t)) AS "move to 1", kit.dry(format('UPDATE shape_test.%I SET category_id = 11903', t)) AS "to 3",
	kit.dry(format('UPDATE shape_test.%I SET category_id = NULL', t)) AS "to none", kit.dry(format('UPDATE shape_test.%I SET owner = ''Bob''', t)) AS "give",
	kit.dry(format('UPDATE shape_test.%I SET owner = NULL', t)) AS "give up", kit.dry(format('DELETE FROM shape_test.%I', t)) AS "delete"
	FROM unnest('{plain,by_category,by_id,parent,by_view}'::text[]) t ORDER BY t;
SELECT kit.dry('INSERT INTO shape_test.generated VALUES (9, 1)') AS "add to 1", kit.dry('UPDATE shape_test.generated SET x = 1') AS "move to 1", kit.dry('UPDATE shape_test.generated SET x = 3') AS "to 3",
	kit.dry('UPDATE shape_test.generated SET x = NULL') AS "to none", kit.dry('UPDATE shape_test.generated SET id = 11') AS stays;
SELECT kit.dry('UPDATE shape_test.filled SET category_id = DEFAULT') AS stays;
SELECT id, kit.dry(format('UPDATE shape_test.parent SET category_id = 11901 WHERE id = %s', id)) AS "move to 1",
	kit.dry(format('UPDATE shape_test.parent SET owner = ''Bob'' WHERE id = %s', id)) AS "give" FROM parent ORDER BY id;
SELECT id, kit.dry(format('UPDATE shape_test.by_id SET category_id = 11901 WHERE id = %s', id)) AS "move to 1",
	kit.dry(format('UPDATE shape_test.by_id SET id = 20 - id, category_id = 11901 WHERE id = %s', id)) AS "with its partition" FROM by_id ORDER BY id;
SELECT tableoid::regclass, * FROM parent ORDER BY id;

-- permissions of the prefix, one by one: to see comes first
CREATE FUNCTION pg_temp.may(role text, OUT see text, OUT add text, OUT "add alone" text, OUT change text, OUT delete text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM kit.become(119, '119-' || role);
	see := kit.dry('SELECT * FROM shape_test.prefixed');
	add := kit.dry('INSERT INTO shape_test.prefixed VALUES (9, 11902)');
	"add alone" := kit.dry('INSERT INTO shape_test.prefixed VALUES (9)');
	change := kit.dry('UPDATE shape_test.prefixed SET id = id');
	delete := kit.dry('DELETE FROM shape_test.prefixed');
END
$$;
SELECT r AS role, m.* FROM unnest('{viewer,adder,updater,deleter,blind,ann}'::text[]) r, pg_temp.may(r) m ORDER BY r;

-- two accounts in one table, with users of one name
SET authz.session = :'ann';
SELECT * FROM shared ORDER BY id;	-- 1, 5
SELECT kit.dry('INSERT INTO shape_test.shared VALUES (9, 119, 11902)') AS own, kit.dry('INSERT INTO shape_test.shared VALUES (9, 120, 11902)') AS theirs,
	kit.dry('INSERT INTO shape_test.shared VALUES (9, NULL, 11902)') AS none, kit.dry('UPDATE shape_test.shared SET account = 120') AS move,
	kit.dry('UPDATE shape_test.shared SET account = NULL') AS lose, kit.dry('UPDATE shape_test.shared SET id = id') AS change, kit.dry('DELETE FROM shape_test.shared') AS delete;
SET authz.session = :'neighbour';
SELECT * FROM shared ORDER BY id;	-- 2, 6
SELECT count(*) FROM plain;			-- 0
INSERT INTO plain (id) VALUES (9);	-- 42501: another account's table
RESET ROLE;
RESET authz.session;
SET client_min_messages = warning;
DROP SCHEMA shape_test CASCADE;
