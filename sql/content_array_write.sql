-- content_array_write: rows are put into several categories and taken out of them one by one
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA array_test;
GRANT ALL ON SCHEMA array_test TO regress_author;
GRANT USAGE ON SCHEMA array_test TO regress_reader;
SET search_path = array_test, public;
SELECT account_id FROM authz_account_add('array, write', 7103);
SELECT account_id FROM authz_account_add('array, the neighbour', 7104);
SET authz.account = 7104;
SELECT authz_category_add('theirs', privacy => 'all', contribution_policy => 'all', category_id => 24199);
SET authz.account = 7103;
SELECT kit.person(7103, 'Ann'), kit.person(7103, 'Bob');
-- 1 to 4: Ann is member, contributor, moderator, manager; 5: nothing; 6: for all to see and fill; 7, 8: moderated, Ann contributor and moderator; 9: gone
SELECT authz_category_add('c' || n, category_id => 24100 + n, moderation => n IN (7, 8)) FROM unnest('{1,2,3,4,5,7,8,9}'::int[]) n ORDER BY n;
SELECT authz_category_add('c6', privacy => 'all', contribution_policy => 'all', category_id => 24106);
SELECT n AS category, authz_category_user_add(24100 + n, 'Ann', l) FROM (VALUES (1, 'member'), (2, 'contributor'), (3, 'moderator'), (4, 'manager'), (7, 'contributor'), (8, 'moderator'), (9, 'manager')) v (n, l) ORDER BY n;
SELECT count(authz_apptoken_add(id => '7103-' || a, token => 'sesame', session_user_id => 'Ann', session_privileges => p))
	FROM (VALUES ('waits', 'enablecategorymoderation'), ('editor', 'edit:*')) v (a, p);
-- the categories by their last digits
CREATE FUNCTION c(VARIADIC n int[]) RETURNS bigint[] LANGUAGE sql AS 'SELECT array_agg(CASE WHEN x < 100 THEN 24100 + x ELSE x END) FROM unnest(n) x';
CREATE TABLE doc (id int PRIMARY KEY, categories bigint[], owner text, title text DEFAULT 'new');
CREATE TABLE whole (id int, categories int[], owner text, title text DEFAULT 'new') PARTITION BY RANGE (id);
CREATE TABLE whole_1 PARTITION OF whole FOR VALUES FROM (0) TO (1000);
CREATE TABLE whole_2 PARTITION OF whole FOR VALUES FROM (1000) TO (2000);
INSERT INTO doc (id, categories) VALUES (1, c(1)), (2, c(2)), (3, c(3)), (4, c(4)), (5, c(5)), (11, c(1, 3)), (12, c(5, 3)), (13, c(5, 4, 1)), (14, c(9, 3)), (15, c(24199, 999999, 3)), (16, c(3, NULL, 3));
INSERT INTO doc VALUES (21, c(5), 'Ann'), (22, '{}', 'Ann'), (23, NULL, 'Ann'), (24, c(1, 5), 'Bob'), (25, c(3), 'Bob');
INSERT INTO whole SELECT id, categories, owner FROM doc;
ALTER TABLE doc OWNER TO regress_author;
ALTER TABLE whole OWNER TO regress_author;
ALTER TABLE whole_1 OWNER TO regress_author;
ALTER TABLE whole_2 OWNER TO regress_author;
GRANT ALL ON doc, whole TO regress_reader;
SELECT authz_protect('doc', 'categories', 'owner'), authz_protect('whole', 'categories', 'owner', key_column => 'id');
SELECT authz_category_delete(24109);
SET ROLE regress_reader;
SELECT session_token AS widget FROM authz_start_widget_session('_7103') \gset
SELECT kit.token(7103, '7103-ann') AS ann, kit.token(7103, '7103-waits') AS waits, kit.token(7103, '7103-editor') AS editor \gset

-- add: into all of them or not at all; twice is once, NULL is none, what is no category of the account is nobody's to fill
SET authz.session = :'ann';
SELECT n, a AS categories, kit.dry(format('INSERT INTO array_test.doc VALUES (100, %L)', a)) AS insert, kit.dry(format('INSERT INTO array_test.whole VALUES (100, %L)', a)) AS partitioned
	FROM (VALUES (1, c(2)), (2, c(2, 3, 4, 6)), (3, c(2, 1)), (4, c(1)), (5, c(2, 5)), (6, c(2, 2, NULL, 2)), (7, '{NULL}'), (8, '{}'), (9, NULL), (10, c(999999)), (11, c(2, 9)), (12, c(24199)), (13, '{{24102,24103},{24104,24102}}'),
		(14, '{{24102,24103},{24104,24101}}'), (15, c(7)), (16, c(2, 7)), (17, c(8)), (18, '{-1}'), (19, '[0:1]={24102,24103}')) v (n, a) ORDER BY n;
SELECT kit.dry('INSERT INTO array_test.doc VALUES (100, array_fill(24102::bigint, ''{20000}''))') AS large, kit.dry('INSERT INTO array_test.doc VALUES (100, array_fill(24102::bigint, ''{20000}'') || 24101::bigint)') AS "large, and one too many",
	kit.dry('INSERT INTO array_test.doc VALUES (100, ''{9223372036854775807}'')') AS greatest, kit.dry('INSERT INTO array_test.whole VALUES (100, ''{9223372036854775807}'')') AS "beyond int";
INSERT INTO doc (id, categories) VALUES (101, c(2, 3)) RETURNING owner;
INSERT INTO doc (id, categories, owner) VALUES (102, c(2), 'Bob');	-- 42501
SET authz.session = :'widget';
SELECT kit.dry('INSERT INTO array_test.doc VALUES (100, ''{24106}'')') AS open, kit.dry('INSERT INTO array_test.doc VALUES (100, ''{}'')') AS none;	-- 42501: no user
SET authz.session = '';
SELECT kit.dry('INSERT INTO array_test.doc VALUES (100, ''{24106}'')') AS open, kit.dry('INSERT INTO array_test.doc VALUES (100, ''{}'')') AS none;	-- 42501: no session

-- what waits for approval has no place in an array: refused, for who is no moderator there, and for all under enablecategorymoderation
SET authz.session = :'waits';
SELECT kit.dry('INSERT INTO array_test.doc VALUES (100, ''{24102}'')') AS plain, kit.dry('INSERT INTO array_test.doc VALUES (100, ''{24108}'')') AS moderated, kit.dry('INSERT INTO array_test.doc VALUES (100, ''{}'')') AS none,
	kit.dry('UPDATE array_test.doc SET categories = categories || 24104::bigint WHERE id = 3') AS put, kit.dry('UPDATE array_test.doc SET categories = ''{24101}'' WHERE id = 11') AS take, kit.dry('UPDATE array_test.doc SET title = title') AS others;

-- change: the rows of which she moderates a category, or that she owns
SET authz.session = :'ann';
SELECT string_agg(id::text, ' ' ORDER BY id) AS seen FROM doc;
WITH u AS (UPDATE doc SET title = 'changed' RETURNING id) SELECT string_agg(id::text, ' ' ORDER BY id) AS changed FROM u;
WITH d AS (DELETE FROM doc WHERE id < 100 RETURNING id) SELECT string_agg(id::text, ' ' ORDER BY id) AS deleted FROM d;
RESET ROLE;
INSERT INTO doc SELECT id, categories, owner, title FROM whole ON CONFLICT DO NOTHING;
SET ROLE regress_reader;

-- put and take: each category by itself, in as a contributor there, out as a moderator there or the owner; what stays is not judged
SELECT id, a AS "to", kit.dry(format('UPDATE array_test.doc SET categories = %L WHERE id = %s', a, id)) AS "update", kit.dry(format('UPDATE array_test.whole SET categories = %L WHERE id = %s', a, id)) AS partitioned,
	kit.dry(format('UPDATE array_test.whole SET categories = %L, id = id + 1000 WHERE id = %s', a, id)) AS "to another partition"
	FROM (VALUES (1, 3, c(3, 2)), (2, 3, c(3, 1)), (3, 3, c(3, 5)), (4, 3, c(3, 7)), (5, 3, c(3, 8)), (6, 3, c(3, 999999)), (7, 3, c(3, 24199)), (8, 3, c(4)), (9, 3, c(5)), (10, 3, '{}'), (11, 3, c(3, 3, NULL)), (12, 3, '{{24103,24102}}'),
		(13, 12, c(3, 5)), (14, 12, c(3)), (15, 12, c(5)), (16, 12, c(5, 3, 2)), (17, 12, c(5, 3, NULL, 5)), (18, 11, c(3)), (19, 11, c(1)), (20, 13, c(4)), (21, 13, c(4, 5)), (22, 13, c(5, 1)), (23, 13, c(1, 4, 5, 6)),
		(24, 14, c(3)), (25, 15, c(3)), (26, 15, c(3, 24199)), (27, 16, c(3)), (28, 21, c(2)), (29, 21, '{}'), (30, 21, c(5, 1)), (31, 21, NULL), (32, 22, c(4)), (33, 23, c(5)), (34, 25, '{}'), (35, 24, c(1))) v (n, id, a) ORDER BY n;
SET authz.session = :'editor';
SELECT id, a AS "to", kit.dry(format('UPDATE array_test.doc SET categories = %L WHERE id = %s', a, id)) AS edited
	FROM (VALUES (1, 1, c(1, 2)), (2, 1, c(1, 5)), (3, 1, c(2)), (4, 24, c(1, 5, 2)), (5, 24, c(5, 2)), (6, 5, c(5, 2))) v (n, id, a) ORDER BY n;	-- puts where she contributes, takes out nothing, and sees no more
SET authz.session = :'ann';
SELECT string_agg(kit.dry(s), ' ') AS "every way" FROM unnest(ARRAY['UPDATE array_test.doc SET categories[1] = 24101 WHERE id = 3', 'UPDATE array_test.doc SET categories[7] = 24102 WHERE id = 3', 'UPDATE array_test.doc SET categories = array_append(categories, 24105) WHERE id = 3',
	'INSERT INTO array_test.doc VALUES (3, ''{24102}'') ON CONFLICT (id) DO UPDATE SET categories = ''{24103,24105}''', 'INSERT INTO array_test.doc VALUES (3, ''{24102}'') ON CONFLICT (id) DO UPDATE SET categories = ''{24103,24102}''',
	'MERGE INTO array_test.doc d USING (VALUES (12)) v (id) ON d.id = v.id WHEN MATCHED THEN UPDATE SET categories = ''{24103}''', 'MERGE INTO array_test.doc d USING (VALUES (12)) v (id) ON d.id = v.id WHEN MATCHED THEN UPDATE SET categories = ''{24105,24103,24104}''']) s;

-- a limit of categories, of what stands in the column, each once
RESET ROLE;
RESET authz.session;
SELECT authz_account_update(7103, settings => '{"max_entry_categories": 2}');
SET ROLE regress_reader;
SET authz.session = :'ann';
SELECT a AS categories, kit.dry(format('INSERT INTO array_test.doc VALUES (100, %L)', a)) AS insert, kit.dry(format('UPDATE array_test.doc SET categories = %L WHERE id = 3', a)) AS "update"
	FROM (VALUES (1, c(3, 4)), (2, c(3, 4, 6)), (3, c(3, 3, 4, NULL, 4)), (4, c(3, 6, 5))) v (n, a) ORDER BY n;
SELECT kit.dry('UPDATE array_test.doc SET categories = ''{24105,24101}'' WHERE id = 13') AS fewer, kit.dry('UPDATE array_test.doc SET categories = ''{24105,24101,24106}'' WHERE id = 13') AS "as many",
	kit.dry('UPDATE array_test.doc SET title = title WHERE id = 13') AS "nothing of it";
RESET ROLE;
RESET authz.session;
SELECT authz_account_update(7103, settings => '{"max_entry_categories": 0}');

-- what is no array of whole numbers
CREATE DOMAIN ids AS bigint[];
CREATE DOMAIN id AS bigint;
CREATE TABLE odd (id int, a text[], b numeric[], c oid[], d ids, e id[], f int2vector, g oidvector, h jsonb, i int[] GENERATED ALWAYS AS (ARRAY[id]) STORED, j bool[], k real[]);
CREATE TABLE odd_parts (id int, i int[] GENERATED ALWAYS AS (ARRAY[id]) STORED) PARTITION BY RANGE (id);
SELECT a.attname AS "column", a.atttypid::regtype AS type, kit.ask(format('authz_protect(''array_test.odd'', %L)', a.attname)) AS protect FROM pg_attribute a WHERE a.attrelid = 'odd'::regclass AND attnum > 1 ORDER BY attnum;
SELECT kit.try('SELECT authz_protect(''array_test.odd_parts'', ''i'')') AS "generated, in a partitioned table";
RESET ALL;
SET client_min_messages = warning;
DROP SCHEMA array_test CASCADE;
