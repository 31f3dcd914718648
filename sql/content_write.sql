-- content_write: what a session adds, changes and deletes in a protected table
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA write_test;
GRANT ALL ON SCHEMA write_test TO regress_author;
GRANT USAGE ON SCHEMA write_test TO regress_reader;
SET search_path = write_test, public;
SELECT account_id FROM authz_account_add('write', 118);
SET authz.account = 118;
SELECT kit.person(118, 'Ann'), kit.person(118, 'Bob');
SELECT authz_group_add('staff'), authz_group_user_add('staff', 'Ann');
-- 1 to 4: Ann is member, contributor, moderator, manager; 5: nothing; 6: for all to see and fill
SELECT authz_category_add('c' || n, category_id => 11800 + n) FROM generate_series(1, 5) n ORDER BY n;
SELECT authz_category_add('c6', privacy => 'all', contribution_policy => 'all', category_id => 11806);
SELECT authz_category_user_add(11801, 'Ann', 'member'), authz_category_user_add(11802, 'Ann', 'contributor'), authz_category_user_add(11803, 'Ann', 'moderator'),
	authz_category_user_add(11804, 'Ann', 'manager');
-- 7, 8: moderated, Ann contributor and moderator
SELECT authz_category_add('c' || n, moderation => true, category_id => 11800 + n) FROM unnest('{7,8}'::int[]) n;
SELECT authz_category_user_add(11807, 'Ann', 'contributor'), authz_category_user_add(11808, 'Ann', 'moderator');
CREATE TABLE doc (id int PRIMARY KEY, category_id bigint, owner text, title text DEFAULT 'new');
ALTER TABLE doc OWNER TO regress_author;
GRANT ALL ON doc TO regress_reader;
INSERT INTO doc SELECT n, 11800 + n FROM generate_series(1, 6) n;
INSERT INTO doc VALUES (11, 11801, 'Ann'), (12, 11803, 'Bob'), (13, 11805, 'Ann'), (14, NULL, 'Ann'), (15, NULL, NULL), (16, 11805, 'staff'), (17, 11804, 'Bob');
SELECT authz_protect('doc', 'category_id', 'owner');
SELECT id FROM authz_apptoken_add(id => '118-editor', token => 'sesame', session_user_id => 'Ann', session_privileges => 'edituser:Bob');
SELECT id FROM authz_apptoken_add(id => '118-waits', token => 'sesame', session_user_id => 'Ann', session_privileges => 'enablecategorymoderation');
SET ROLE regress_reader;
SELECT session_token AS widget FROM authz_start_widget_session('_118') \gset
SELECT kit.token(118, '118-ann') AS ann, kit.token(118, '118-editor') AS editor, kit.token(118, '118-waits') AS waits \gset

-- add: into each category, for each owner
SET authz.session = :'ann';
SELECT c AS category, kit.try(format('INSERT INTO write_test.doc (id, category_id) VALUES (%s, %s)', 100 + c, 11800 + c)) AS insert FROM generate_series(1, 6) c ORDER BY c;	-- 2, 3, 4, 6
SELECT o AS owner, kit.try(format('INSERT INTO write_test.doc VALUES (%s, 11802, %L)', 110 + n, o)) AS insert
	FROM unnest('{Ann,ann,staff,Bob,nobody,"",NULL}'::text[]) WITH ORDINALITY t (o, n) ORDER BY n;	-- Ann, and nobody named
INSERT INTO doc (id) VALUES (120) RETURNING owner;						-- without a category: Ann's
INSERT INTO doc (id, owner) VALUES (121, 'Bob');						-- 42501
INSERT INTO doc (id, category_id) VALUES (122, 11802), (123, 11801);	-- 42501: both or none
SET authz.session = :'editor';
SELECT o AS owner, kit.try(format('INSERT INTO write_test.doc VALUES (%s, 11802, %L)', 130 + n, o)) AS insert
	FROM unnest('{Ann,Bob,bob,staff}'::text[]) WITH ORDINALITY t (o, n) ORDER BY n;		-- Ann; Bob's row is seen by category
SET authz.session = :'widget';
INSERT INTO doc (id, category_id) VALUES (140, 11806);		-- 42501
INSERT INTO doc (id, category_id, owner) VALUES (140, 11806, 'Ann');	-- 42501
SET authz.session = '';
INSERT INTO doc (id, category_id) VALUES (140, 11806);		-- 42501
RESET ROLE;
SELECT id, category_id, owner FROM doc WHERE id >= 100 ORDER BY id;
DELETE FROM doc WHERE id >= 100;

-- change: what is seen and moderated or owned; locks show no more
SET ROLE regress_reader;
SET authz.session = :'ann';
SELECT string_agg(id::text, ' ' ORDER BY id) AS seen FROM doc;
SELECT string_agg(id::text, ' ' ORDER BY id) AS locked FROM (SELECT id FROM doc FOR UPDATE) l;
SELECT string_agg(id::text, ' ' ORDER BY id) AS shared FROM (SELECT id FROM doc FOR KEY SHARE) l;
WITH u AS (UPDATE doc SET title = 'changed' RETURNING id) SELECT string_agg(id::text, ' ' ORDER BY id) AS updated FROM u;
UPDATE doc SET title = 'x' WHERE id = 5 RETURNING id;		-- none: not seen
UPDATE doc SET title = 'x' WHERE id = 2 RETURNING id;		-- none: seen, but not moderated

-- move: out of a category as owner or moderator, into one as contributor
SELECT id, c AS "to", kit.dry(format('UPDATE write_test.doc SET category_id = %s WHERE id = %s', 11800 + c, id)) AS "update"
	FROM unnest('{1,2,3,4,11,13}'::int[]) id, generate_series(1, 6) c ORDER BY id, c;
UPDATE doc SET category_id = NULL WHERE id = 3;		-- 42501: she would see it no more
UPDATE doc SET category_id = NULL WHERE id = 13 RETURNING *;	-- her own
UPDATE doc SET category_id = 11805 WHERE id = 13;	-- 42501: and cannot put it back
UPDATE doc SET category_id = category_id WHERE id = 12 RETURNING id;	-- nothing moves

-- give away: the owner alone, or who has edituser for the new one
UPDATE doc SET owner = 'Ann' WHERE id = 12;			-- 42501: a moderator takes nothing
UPDATE doc SET owner = NULL WHERE id = 17;			-- 42501: nor does a manager
UPDATE doc SET owner = 'Bob' WHERE id = 11 RETURNING id, owner;	-- the owner gives, and still sees it as a member
UPDATE doc SET owner = 'Ann' WHERE id = 11 RETURNING id;			-- none: given is given
UPDATE doc SET owner = 'Bob' WHERE id = 14;			-- 42501: she would see it no more
UPDATE doc SET owner = 'Ann' WHERE id = 16 RETURNING id, owner;	-- her group's
SET authz.session = :'editor';
UPDATE doc SET owner = 'Bob' WHERE id = 3 RETURNING owner;	-- moderated, and edituser names Bob
UPDATE doc SET owner = 'Ann' WHERE id = 3;			-- 42501: not the other way
SET authz.session = :'ann';

-- delete: what is seen and managed or owned
WITH d AS (DELETE FROM doc RETURNING id) SELECT string_agg(id::text, ' ' ORDER BY id) AS deleted FROM d;
RESET ROLE;
SELECT string_agg(id::text, ' ' ORDER BY id) AS left FROM doc;
TRUNCATE doc;
INSERT INTO doc SELECT n, 11800 + n, NULL, 'old' FROM generate_series(1, 6) n;
SET ROLE regress_reader;

-- insert or update, merge: 42501 on rows that may not be changed
SELECT n AS id, kit.dry(format('INSERT INTO write_test.doc (id, category_id) VALUES (%s, 11802) ON CONFLICT DO NOTHING', n)) AS nothing,
	kit.dry(format('INSERT INTO write_test.doc (id, category_id) VALUES (%s, 11802) ON CONFLICT (id) DO UPDATE SET title = ''upserted''', n)) AS "update",
	kit.dry(format('INSERT INTO write_test.doc (id, category_id) VALUES (%s, 11802) ON CONFLICT (id) DO UPDATE SET category_id = 11802', n)) AS move
	FROM generate_series(1, 7) n ORDER BY n;
MERGE INTO doc USING (VALUES (1), (2), (3), (4), (5), (8)) s (id) ON doc.id = s.id
	WHEN MATCHED AND doc.id IN (3, 4) THEN UPDATE SET title = 'merged' WHEN MATCHED THEN DO NOTHING;
SELECT n AS id, kit.dry(format('MERGE INTO write_test.doc USING (VALUES (%s)) s (id) ON doc.id = s.id WHEN MATCHED THEN UPDATE SET title = ''merged''
	WHEN NOT MATCHED THEN INSERT (id, category_id) VALUES (s.id, 11802)', n)) AS merge,
	kit.dry(format('MERGE INTO write_test.doc USING (VALUES (%s)) s (id) ON doc.id = s.id WHEN MATCHED THEN DELETE', n)) AS delete
	FROM generate_series(1, 6) n ORDER BY n;	-- 5 is there, and unseen: 23505
SELECT c AS "to", kit.dry(format('MERGE INTO write_test.doc USING (VALUES (3)) s (id) ON doc.id = s.id WHEN MATCHED AND s.id = 4 THEN DELETE WHEN MATCHED THEN UPDATE SET category_id = %s', 11800 + c)) AS merge,
	kit.dry(format('INSERT INTO write_test.doc (id, category_id) VALUES (3, 11802) ON CONFLICT (id) DO UPDATE SET category_id = %s', 11800 + c)) AS upsert,
	kit.dry(format('WITH u AS (UPDATE write_test.doc SET category_id = %s WHERE id = 3 RETURNING *) SELECT * FROM u', 11800 + c)) AS cte,
	kit.dry(format('UPDATE write_test.doc SET (title, category_id) = (SELECT ''x'', %s) FROM generate_series(1, 2) WHERE id = 3', 11800 + c)) AS "from"
	FROM generate_series(1, 6) c ORDER BY c;

-- what waits for approval has no place in a column: refused, to who is no moderator there, and to all under enablecategorymoderation
SELECT set_config('authz.session', :'waits', false) <> '' AS waits;
SELECT c AS category, kit.dry(format('INSERT INTO write_test.doc (id, category_id) VALUES (9, %s)', 11800 + c)) AS add, kit.dry(format('UPDATE write_test.doc SET category_id = %s WHERE id = 3', 11800 + c)) AS move, kit.dry('UPDATE write_test.doc SET title = title WHERE id = 3') AS others FROM unnest('{2,7,8}'::int[]) c ORDER BY c;
SELECT kit.dry('INSERT INTO write_test.doc (id) VALUES (9)') AS "without a category";
SET authz.session = :'ann';
SELECT c AS category, kit.dry(format('INSERT INTO write_test.doc (id, category_id) VALUES (9, %s)', 11800 + c)) AS add, kit.dry(format('UPDATE write_test.doc SET category_id = %s WHERE id = 3', 11800 + c)) AS move FROM unnest('{2,7,8}'::int[]) c ORDER BY c;
RESET ROLE;
SELECT * FROM doc ORDER BY id;

-- the table's owner is bound too; who bypasses row security is not
SET ROLE regress_author;
SELECT count(*) FROM doc;		-- as Ann
UPDATE doc SET category_id = 11801 WHERE id = 3;		-- 42501
RESET ROLE;
UPDATE doc SET category_id = 11801, owner = 'Bob' WHERE id = 3 RETURNING id;		-- a superuser
TRUNCATE doc;
SET client_min_messages = warning;
RESET authz.session;
DROP SCHEMA write_test CASCADE;
