-- content_people: owners, editors, publishers and viewers of a row, and what each of them may do with it
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA people_test;
GRANT ALL ON SCHEMA people_test TO regress_author;
GRANT USAGE ON SCHEMA people_test TO regress_reader;
SET search_path = people_test, public;
SELECT account_id FROM authz_account_add('people', 7105);
SELECT account_id FROM authz_account_add('people, the neighbour', 7106);
SET authz.account = 7105;
SELECT kit.person(7106, 'Ann');
SELECT kit.person(7105, 'Ann'), kit.person(7105, 'Bob'), authz_user_add('Göran'), authz_user_add('O''Neil, "Jo" {x}');
SELECT authz_group_add('staff'), authz_group_add('crew'), authz_group_user_add('crew', 'staff'), authz_group_user_add('staff', 'Ann'), authz_group_add('shut'), authz_group_user_add('shut', 'Ann'),
	authz_group_update('shut', status => 'blocked');
-- 1: Ann contributes; 2: she moderates; 5: nobody's
SELECT authz_category_add('c' || n, category_id => 24200 + n) FROM unnest('{1,2,5}'::int[]) n ORDER BY n;
SELECT authz_category_user_add(24201, 'Ann', 'contributor'), authz_category_user_add(24202, 'Ann', 'moderator');
SELECT authz_role_add('reader', '{doc.view}', role_id => 7105), authz_role_add('changer', '{doc.view,doc.update}', role_id => 7106), authz_role_add('blind', '{doc.update,doc.delete}', role_id => 7107);
SELECT count(authz_apptoken_add(id => '7105-' || a, token => 'sesame', session_user_id => u, session_privileges => p))
	FROM (VALUES ('reader', 'Ann', 'setrole:reader'), ('changer', 'Ann', 'setrole:changer'), ('blind', 'Ann', 'setrole:blind'), ('giver', 'Ann', 'edituser:Bob'), ('goran', 'Göran', NULL), ('jo', 'O''Neil, "Jo" {x}', NULL)) v (a, u, p);

-- the same rows for each kind of people; 2x: what is not Ann
CREATE TABLE person (id int, name text[]);
INSERT INTO person VALUES (1, '{Ann}'), (2, '{staff}'), (3, '{Bob,NULL,Ann}'), (4, '{crew}'), (5, '{{Bob,Bob},{Bob,Ann}}'), (6, '[3:4]={Bob,Ann}'), (7, array_fill('nobody'::text, '{5000}') || '{Ann}'),
	(21, NULL), (22, '{}'), (23, '{NULL}'), (24, '{ann,ANN,"Ann ",Anna,An,""," Ann"}'), (25, '{Bob}'), (26, '{"{Ann}","Ann,Bob"}'), (27, '{shut}'), (28, '{A\u006en}'), (29, '{*,%,An_}');
CREATE TABLE doc (id int PRIMARY KEY, categories bigint[], owner text, editors text[], publishers text[], viewers varchar(10)[], title text DEFAULT 'new', note text, twice int GENERATED ALWAYS AS (length(note)) STORED);
CREATE TABLE parts (LIKE doc INCLUDING GENERATED INCLUDING DEFAULTS) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (350);
CREATE TABLE parts_2 PARTITION OF parts DEFAULT;
CREATE TABLE named (LIKE doc);
CREATE TABLE swedish (id int, category_id int, editors varchar(20)[] COLLATE "C", viewers text[]);
CREATE COLLATION people_test.loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
CREATE TABLE loose (id int, category_id int, owner text COLLATE people_test.loose, editors text[] COLLATE people_test.loose, viewers text[]);
INSERT INTO doc (id, categories, owner) SELECT id, '{24205}', name[1] FROM person WHERE id IN (1, 2, 4);
INSERT INTO doc (id, categories, editors) SELECT 100 + id, '{24205}', name FROM person;
INSERT INTO doc (id, categories, publishers) SELECT 200 + id, '{24205}', name FROM person;
INSERT INTO doc (id, categories, viewers) SELECT 300 + id, '{24205}', (SELECT array_agg(left(x, 10)) FROM unnest(name) x) FROM person WHERE id NOT IN (5, 6);
INSERT INTO doc (id, categories, editors) VALUES (401, NULL, '{Ann}'), (402, '{24202}', '{Bob}'), (403, '{24202}', NULL);
INSERT INTO doc (id, categories, owner, editors) VALUES (404, '{24205}', 'Ann', '{Bob}'), (405, '{24201}', 'Bob', '{Ann}');
INSERT INTO parts (id, categories, owner, editors, publishers, viewers, title, note) SELECT id, categories, owner, editors, publishers, viewers, title, note FROM doc;
INSERT INTO named (id, categories, owner, editors, publishers, viewers, title, note) SELECT id, categories, owner, editors, publishers, viewers, title, note FROM doc;
INSERT INTO swedish VALUES (1, 24205, '{Göran}'), (2, 24205, '{göran,Goran,GÖRAN}'), (3, 24205, E'{Go\u0308ran}'), (4, 24205, ARRAY['O''Neil, "Jo" {x}']), (5, 24205, ARRAY['O''Neil', '"Jo" {x}']);
INSERT INTO loose VALUES (1, 24205, 'Ann', NULL, NULL), (2, 24205, 'ANN', NULL, NULL), (3, 24205, NULL, '{ann,Änn}', NULL), (4, 24205, NULL, '{ann,Ann}', NULL), (5, 24205, NULL, NULL, '{ANN}');
CREATE INDEX ON doc USING gin (editors);
CREATE INDEX ON loose USING gin (editors);
CREATE INDEX ON loose (owner);
CREATE INDEX ON swedish USING gin (editors);
CREATE INDEX ON loose (category_id);
CREATE INDEX ON swedish (category_id);
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY '{doc,parts,parts_1,parts_2,named,swedish,loose}'::text[] LOOP
		EXECUTE format('ALTER TABLE %I OWNER TO regress_author', name);
		EXECUTE format('GRANT ALL ON %I TO regress_reader', name);
	END LOOP;
END
$$;
SELECT authz_protect('doc', 'categories', 'owner', editors_column => 'editors', publishers_column => 'publishers', viewers_column => 'viewers'),
	authz_protect('parts', 'categories', 'owner', editors_column => 'editors', publishers_column => 'publishers', viewers_column => 'viewers'),
	authz_protect('named', 'categories', 'owner', 'doc', editors_column => 'editors', publishers_column => 'publishers', viewers_column => 'viewers'),
	authz_protect('swedish', 'category_id', editors_column => 'editors', viewers_column => 'viewers'), authz_protect('loose', 'category_id', 'owner', editors_column => 'editors', viewers_column => 'viewers');
SET ROLE regress_reader;
SELECT session_token AS widget FROM authz_start_widget_session('_7105') \gset
SELECT kit.token(7105, '7105-ann') AS ann, kit.token(7105, '7105-bob') AS bob, kit.token(7106, '7106-ann') AS neighbour, kit.token(7105, '7105-goran') AS goran, kit.token(7105, '7105-jo') AS jo,
	kit.token(7105, '7105-reader') AS reader, kit.token(7105, '7105-changer') AS changer, kit.token(7105, '7105-blind') AS blind, kit.token(7105, '7105-giver') AS giver \gset
CREATE FUNCTION pg_temp.do(statement text, token text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM set_config('authz.session', token, true);
	EXECUTE format('WITH done AS (%s) SELECT string_agg(id::text, '' '' ORDER BY id) FROM done', statement) INTO result;
	RAISE EXCEPTION USING ERRCODE = 'ZZ000';
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN
		RETURN coalesce(result, '-');
	WHEN OTHERS THEN
		RETURN SQLSTATE;
END
$$;

-- see: everybody that a row names, and members of a group that it names; names are compared byte for byte
SELECT what, pg_temp.do('SELECT id FROM people_test.doc WHERE id / 100 = ' || n, :'ann') AS "Ann" FROM unnest('{owner,editors,publishers,viewers,others}'::text[]) WITH ORDINALITY t (what, n1), LATERAL (SELECT n1 - 1) m (n) ORDER BY n;
SELECT who, pg_temp.do('SELECT id FROM people_test.doc', token) AS seen FROM (VALUES (1, 'Bob', :'bob'), (2, 'another account''s Ann', :'neighbour'), (3, 'widget', :'widget'), (4, 'nobody', '')) v (n, who, token) ORDER BY n;
SELECT who, pg_temp.do('SELECT id FROM people_test.swedish', token) AS seen FROM (VALUES ('Göran', :'goran'), ('Jo', :'jo')) v (who, token) ORDER BY who;
SELECT pg_temp.do('SELECT id FROM people_test.loose', :'ann') AS "in a loose collation, too";		-- 1, 4
SET enable_seqscan = off;
SELECT pg_temp.do('SELECT id FROM people_test.doc WHERE id < 200', :'ann') AS "by the index";
SELECT who, pg_temp.do('SELECT id FROM people_test.swedish', token) AS seen FROM (VALUES ('Göran', :'goran'), ('Jo', :'jo')) v (who, token) ORDER BY who;
SELECT pg_temp.do('SELECT id FROM people_test.loose', :'ann') AS "loose";		-- 1, 4
RESET enable_seqscan;

-- change: editors everything, publishers the categories alone, viewers nothing; delete: the owner alone
SELECT t AS "table", s AS statement, pg_temp.do(format('UPDATE people_test.%I SET %s RETURNING id', t, s || w), :'ann') AS "Ann"
	FROM unnest('{doc,parts}'::text[]) t, (VALUES (1, 'title = ''x''', ' WHERE id < 200'), (2, 'title = ''x''', ' WHERE id = 201'), (3, 'title = title', ' WHERE id BETWEEN 200 AND 399'), (4, 'categories = categories || 24201::bigint', ' WHERE id < 400'),
		(5, 'categories = categories || 24205::bigint', ' WHERE id < 400'), (6, 'categories = ''{24201}''', ' WHERE id < 400'), (7, 'categories = ''{24201}'', title = ''x''', ' WHERE id = 201'), (8, 'categories = ''{24201}'', title = title, editors = editors', ' WHERE id = 201'),
		(9, 'note = ''x''', ' WHERE id = 101'), (10, 'note = ''x''', ' WHERE id = 201'), (11, 'viewers = ''{Bob}''', ' WHERE id = 101'), (12, 'viewers = ''{Bob}''', ' WHERE id = 201'), (13, 'categories = NULL', ' WHERE id = 201'),
		(14, 'id = id + 1000', ' WHERE id = 201'), (15, 'id = id + 1000', ' WHERE id = 101'), (16, 'categories = categories || 24201::bigint', ' WHERE id BETWEEN 300 AND 399')) v (n, s, w) ORDER BY n, t;
SELECT t AS "table", pg_temp.do(format('DELETE FROM people_test.%I RETURNING id', t), :'ann') AS deleted FROM unnest('{doc,parts}'::text[]) t;

-- a publisher by other ways, and beside what the table's owner has triggers do
RESET ROLE;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note := ''stamped''; RETURN NEW; END';
CREATE TRIGGER stamp BEFORE UPDATE ON doc FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE VIEW renamed WITH (security_invoker) AS SELECT id, categories AS title, title AS categories FROM doc;
GRANT ALL ON renamed TO regress_reader;
SET ROLE regress_reader;
SELECT n, pg_temp.do(s, :'ann') AS "Ann" FROM (VALUES (1, 'INSERT INTO people_test.doc (id, categories) VALUES (201, ''{24201}'') ON CONFLICT (id) DO UPDATE SET categories = excluded.categories RETURNING id'),
	(2, 'INSERT INTO people_test.doc (id, categories, title) VALUES (201, ''{24201}'', ''x'') ON CONFLICT (id) DO UPDATE SET categories = excluded.categories, title = excluded.title RETURNING id'),
	(3, 'UPDATE people_test.renamed SET title = ''{24201}'' WHERE id = 201 RETURNING id'), (4, 'UPDATE people_test.renamed SET categories = ''x'' WHERE id = 201 RETURNING id'), (5, 'UPDATE people_test.doc SET title = title || ''x'' WHERE id IN (101, 201) RETURNING id'),
	(6, 'UPDATE people_test.doc d SET categories = ''{24201}'', title = e.title || ''x'' FROM people_test.doc e WHERE d.id = 201 AND e.id = 101 RETURNING d.id')) v (n, s) ORDER BY n;
SELECT kit.dry('MERGE INTO people_test.doc d USING (VALUES (201)) v (id) ON d.id = v.id WHEN MATCHED THEN UPDATE SET categories = ''{24201}''') AS merge, kit.dry('MERGE INTO people_test.doc d USING (VALUES (201)) v (id) ON d.id = v.id WHEN MATCHED THEN UPDATE SET title = ''x''') AS "merge others",
	kit.dry('MERGE INTO people_test.parts d USING (VALUES (201)) v (id) ON d.id = v.id WHEN MATCHED THEN UPDATE SET categories = ''{24201}''') AS partitioned, kit.dry('MERGE INTO people_test.parts d USING (VALUES (201)) v (id) ON d.id = v.id WHEN MATCHED THEN UPDATE SET id = 1201') AS "partitioned, others"
	FROM set_config('authz.session', :'ann', false);

-- who a row names is the owner's to say, but for viewers
SELECT id, c AS "column", pg_temp.do(format('UPDATE people_test.doc SET %I = ''{Bob,Ann}'' WHERE id = %s RETURNING id', c, id), :'ann') AS changed, pg_temp.do(format('UPDATE people_test.parts SET %I = ''{Bob,Ann}'' WHERE id = %s RETURNING id', c, id), :'ann') AS partitioned,
	pg_temp.do(format('UPDATE people_test.doc SET %I = %I WHERE id = %s RETURNING id', c, c, id), :'ann') AS "left as it is", pg_temp.do(format('UPDATE people_test.doc SET %I = NULL WHERE id = %s RETURNING id', c, id), :'ann') AS emptied
	FROM unnest('{1,2,101,201,301,402,404,405}'::int[]) id, unnest('{editors,publishers,viewers}'::text[]) c ORDER BY 1, 2;
SELECT id, pg_temp.do(format('UPDATE people_test.doc SET owner = ''Bob'' WHERE id = %s RETURNING id', id), :'ann') AS gives, pg_temp.do(format('UPDATE people_test.doc SET owner = ''Ann'' WHERE id = %s RETURNING id', id), :'ann') AS takes,
	pg_temp.do(format('UPDATE people_test.doc SET owner = ''Bob'' WHERE id = %s RETURNING id', id), :'giver') AS "with edituser", pg_temp.do(format('UPDATE people_test.doc SET owner = ''Bob'', editors = ''{Ann}'' WHERE id = %s RETURNING id', id), :'giver') AS "and keeps"
	FROM unnest('{1,2,101,201,301,402,403,404,405}'::int[]) id ORDER BY id;

-- of the same elements in another form: the trigger's first look and its second agree with what was there
SELECT kit.dry('UPDATE people_test.doc SET editors = ''[7:7]={Ann}'' WHERE id = 101') AS moved, kit.dry('UPDATE people_test.doc SET editors = ''{Ann,Ann}'' WHERE id = 101') AS twice, kit.dry('UPDATE people_test.doc SET editors = ''{ANN}'' WHERE id = 101') AS louder
	FROM set_config('authz.session', :'ann', false);
SELECT kit.dry('UPDATE people_test.loose SET editors = ''{ann,ANN}'' WHERE id = 4') AS "equal in a loose collation", kit.dry('UPDATE people_test.loose SET owner = ''ANN'' WHERE id = 1') AS "given to nobody", kit.dry('UPDATE people_test.loose SET owner = ''Ann'' WHERE id = 4') AS takes
	FROM set_config('authz.session', :'ann', false);

SELECT set_config('authz.session', :'goran', false) <> '' AS "Göran";
SELECT kit.dry('UPDATE people_test.swedish SET editors = ''{Göran,Bob}'' WHERE id = 1') AS "of nobody's row", kit.dry('UPDATE people_test.swedish SET viewers = ''{Bob}'' WHERE id = 1') AS viewers, kit.dry('UPDATE people_test.swedish SET category_id = category_id WHERE id = 1') AS nothing;

-- permissions of the prefix: to see comes first, for all people
SELECT who, pg_temp.do('SELECT id FROM people_test.named WHERE id IN (1, 101, 201, 301)', token) AS see, pg_temp.do('UPDATE people_test.named SET note = note WHERE id IN (1, 101, 301) RETURNING id', token) AS change,
	pg_temp.do('UPDATE people_test.named SET categories = ''{24201}'' WHERE id = 201 RETURNING id', token) AS publish, pg_temp.do('DELETE FROM people_test.named WHERE id IN (1, 101) RETURNING id', token) AS delete
	FROM (VALUES (1, 'with no role', :'ann'), (2, 'reader', :'reader'), (3, 'changer', :'changer'), (4, 'blind', :'blind')) v (n, who, token) ORDER BY n;

-- add: whom a new row names is its adder's to say, but for the owner
SELECT pg_temp.do('INSERT INTO people_test.doc (id, categories, editors, publishers, viewers) VALUES (500, ''{24201}'', ''{Bob}'', ''{staff}'', NULL) RETURNING id', :'ann') AS "for others",
	pg_temp.do('INSERT INTO people_test.doc (id, categories, editors) VALUES (500, ''{24205}'', ''{Ann}'') RETURNING id', :'ann') AS "where she does not contribute",
	pg_temp.do('INSERT INTO people_test.doc (id, categories, editors, owner) VALUES (500, ''{24201}'', ''{Ann}'', ''Bob'') RETURNING id', :'ann') AS "of another",
	pg_temp.do('INSERT INTO people_test.doc (id, categories, editors, owner) VALUES (500, ''{24201}'', ''{Ann}'', ''Bob'') RETURNING id', :'giver') AS "with edituser";

-- by groups, at once: who leaves the group or whose group is blocked is nobody to the row
RESET ROLE;
RESET authz.session;
SELECT authz_group_update('crew', status => 'blocked');
SET ROLE regress_reader;
SELECT pg_temp.do('SELECT id FROM people_test.doc WHERE id < 200', :'ann') AS "crew blocked";		-- not 4, 104
RESET ROLE;
SELECT authz_group_update('crew', status => 'active'), authz_group_user_delete('staff', 'Ann');
SET ROLE regress_reader;
SELECT pg_temp.do('SELECT id FROM people_test.doc WHERE id < 200', :'ann') AS "not of the staff";	-- nor 2, 102
RESET ROLE;

-- of many groups: each counts, as it is spelled
RESET authz.session;
SELECT count(authz_group_add('n' || n)), count(authz_group_user_add('n' || n, 'Bob')) FROM generate_series(1, 60) n;
SELECT authz_group_add('ünï'), authz_group_user_add('ünï', 'Bob'), authz_group_add('n0'), authz_group_add('n61');
CREATE TABLE many (id int, category_id int, owner text, viewers text[]);
INSERT INTO many SELECT n, 24205, o, NULL FROM unnest('{n1,n2,n10,n33,n60,Bob,ünï,n0,n61,N1,n,"n1 ",n100,"",uni}'::text[]) WITH ORDINALITY t (o, n);
INSERT INTO many SELECT 100 + id, 24205, NULL, ARRAY['x', owner] FROM many;
ALTER TABLE many OWNER TO regress_author;
GRANT SELECT, UPDATE ON many TO regress_reader;
SELECT authz_protect('many', 'category_id', 'owner', viewers_column => 'viewers');
SET ROLE regress_reader;
SELECT pg_temp.do('SELECT id FROM people_test.many', :'bob') AS see, pg_temp.do('UPDATE people_test.many SET id = id RETURNING id', :'bob') AS change, pg_temp.do('UPDATE people_test.many SET owner = ''Bob'' RETURNING id', :'bob') AS take;	-- 1 to 7 and 101 to 107
RESET ROLE;

-- of two accounts in one table, with people of one name: each of the rows of his account
CREATE TABLE shared (id int, account int, category_id int, editors text[]);
INSERT INTO shared VALUES (1, 7105, 24205, '{Ann}'), (2, 7106, 24205, '{Ann}'), (3, NULL, 24205, '{Ann}');
ALTER TABLE shared OWNER TO regress_author;
GRANT ALL ON shared TO regress_reader;
SELECT authz_protect('shared', 'category_id', account_column => 'account', editors_column => 'editors');
SET ROLE regress_reader;
SELECT who, pg_temp.do('SELECT id FROM people_test.shared', token) AS see, pg_temp.do('UPDATE people_test.shared SET id = id RETURNING id', token) AS change, pg_temp.do('UPDATE people_test.shared SET account = 7106 RETURNING id', token) AS "to the neighbour"
	FROM (VALUES ('Ann', :'ann'), ('neighbour', :'neighbour')) v (who, token) ORDER BY who;
RESET ROLE;
RESET authz.session;
RESET ALL;
SET client_min_messages = warning;
DROP SCHEMA people_test CASCADE;
