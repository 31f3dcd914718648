-- content_forms: protected tables in other hands: views, functions, copies, generated and identity columns, TRUNCATE
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA forms_test;
CREATE SCHEMA "Other ""schema""";
GRANT ALL ON SCHEMA forms_test, "Other ""schema""" TO regress_author;
GRANT USAGE ON SCHEMA forms_test, "Other ""schema""" TO regress_reader;
SET search_path = forms_test, public;
SELECT account_id FROM authz_account_add('forms', 7111);
SET authz.account = 7111;
SELECT kit.person(7111, 'Ann'), kit.person(7111, 'Bob');
-- 1 to 4: Ann is member, contributor, moderator, manager; 5: nothing
SELECT authz_category_add('c' || n, category_id => 24600 + n) FROM generate_series(1, 5) n ORDER BY n;
SELECT authz_category_user_add(24601, 'Ann', 'member'), authz_category_user_add(24602, 'Ann', 'contributor'), authz_category_user_add(24603, 'Ann', 'moderator'), authz_category_user_add(24604, 'Ann', 'manager');
SELECT authz_role_add('adder', '{doc.add}', role_id => 7111);
SELECT count(authz_apptoken_add(id => '7111-' || a, token => 'sesame', session_user_id => 'Ann', session_privileges => p)) FROM (VALUES ('adder', 'setrole:adder'), ('third', 'limitentry:3'), ('key', 'sview:k5,edit:k5')) v (a, p);

-- one table of arrays that the forms are made of; another with all that is computed; a third in a schema and of names that need quoting
CREATE TABLE doc (id int PRIMARY KEY, categories bigint[], owner text, title text DEFAULT 'new');
INSERT INTO doc SELECT n, ARRAY[24600 + n] FROM generate_series(1, 5) n;
INSERT INTO doc VALUES (6, '{24605}', 'Ann'), (7, '{24605,24603}', 'Bob'), (8, '{}', NULL);
CREATE TABLE computed (id int GENERATED ALWAYS AS IDENTITY, n int, key text GENERATED ALWAYS AS ('k' || n) STORED, categories int[] GENERATED ALWAYS AS (ARRAY[24605, 24600 + n]) STORED, owner text, viewers text[] GENERATED ALWAYS AS (ARRAY['x' || n, owner]) STORED, title text DEFAULT 'new');
INSERT INTO computed (n, owner) VALUES (1, NULL), (2, NULL), (3, NULL), (4, NULL), (5, NULL), (5, 'Ann'), (5, 'Bob');
CREATE TABLE "Other ""schema"""."A table; --'" ("The ""key""" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "cat's" int[], "OWNER" text, "ed; it" text[], "pub""" text[], "view'ers" text[], title text DEFAULT 'new');
INSERT INTO "Other ""schema"""."A table; --'" ("cat's", "ed; it", title) SELECT ARRAY[24600 + n], CASE n WHEN 5 THEN '{Ann}'::text[] END, n FROM generate_series(1, 5) n;
ALTER TABLE doc OWNER TO regress_author;
ALTER TABLE computed OWNER TO regress_author;
ALTER TABLE "Other ""schema"""."A table; --'" OWNER TO regress_author;
GRANT ALL ON doc, computed, "Other ""schema"""."A table; --'" TO regress_reader;
SELECT authz_protect('doc', 'categories', 'owner'), authz_protect('computed', 'categories', 'owner', key_column => 'key', viewers_column => 'viewers'),
	authz_protect('"Other ""schema"""."A table; --''"', 'cat''s', 'OWNER', 'doc', editors_column => 'ed; it', publishers_column => 'pub"', viewers_column => 'view''ers');
SELECT authz_role_add('all', '{doc.*}', role_id => 7112, everyone => true);
SELECT kit.token(7111, '7111-ann') AS ann, kit.token(7111, '7111-adder') AS adder, kit.token(7111, '7111-third') AS third, kit.token(7111, '7111-key') AS key \gset
CREATE FUNCTION pg_temp.ids(name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('SELECT string_agg(id::text, '' '' ORDER BY id) FROM %s', name) INTO result;
	RETURN coalesce(result, '-');
END
$$;
GRANT EXECUTE ON FUNCTION pg_temp.ids TO PUBLIC;

-- views: the owner's are bound as he is, the invoker's as the invoker; a superuser's show everything
CREATE VIEW owners AS SELECT * FROM doc;
CREATE VIEW invokers WITH (security_invoker) AS SELECT * FROM doc;
CREATE VIEW supers AS SELECT * FROM doc;
CREATE VIEW supers_of_owners AS SELECT * FROM owners;
CREATE VIEW supers_of_invokers AS SELECT * FROM invokers;
CREATE VIEW invokers_of_supers WITH (security_invoker) AS SELECT * FROM supers;
CREATE VIEW checked WITH (security_barrier) AS SELECT * FROM doc WHERE id < 100 WITH CHECK OPTION;
ALTER VIEW owners OWNER TO regress_author;
ALTER VIEW invokers OWNER TO regress_author;
ALTER VIEW checked OWNER TO regress_author;
CREATE FUNCTION supers() RETURNS SETOF doc LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM forms_test.doc';
CREATE FUNCTION owners() RETURNS SETOF doc LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM forms_test.doc';
CREATE FUNCTION callers() RETURNS SETOF doc LANGUAGE sql STABLE AS 'SELECT * FROM forms_test.doc';
CREATE FUNCTION atomic() RETURNS SETOF doc LANGUAGE sql STABLE BEGIN ATOMIC SELECT * FROM doc; END;
ALTER FUNCTION owners() OWNER TO regress_author;
GRANT ALL ON owners, invokers, supers, supers_of_owners, supers_of_invokers, invokers_of_supers, checked TO regress_reader;
-- materialised views: what their owner's refresh saw, which has no session; the superuser's hold everything
SET ROLE regress_author;
CREATE MATERIALIZED VIEW owners_kept AS SELECT * FROM doc;
GRANT SELECT ON owners_kept TO regress_reader;
RESET ROLE;
CREATE MATERIALIZED VIEW supers_kept AS SELECT * FROM doc;
GRANT SELECT ON supers_kept TO regress_reader;
SET ROLE regress_reader;
SET authz.session = :'ann';
SELECT f AS form, pg_temp.ids('forms_test.' || f) AS "Ann" FROM unnest('{doc,owners,invokers,supers,supers_of_owners,supers_of_invokers,invokers_of_supers,checked,owners(),callers(),atomic(),supers(),owners_kept,supers_kept}'::text[]) WITH ORDINALITY t (f, n) ORDER BY n;
SET ROLE regress_author;
REFRESH MATERIALIZED VIEW owners_kept;		-- under Ann's session
SELECT pg_temp.ids('forms_test.owners_kept') AS refreshed;		-- none: there is no session in a refresh
SET ROLE regress_reader;

-- through views as through the table
SELECT v AS view, kit.dry(format('INSERT INTO forms_test.%I VALUES (9, ''{24602}'')', v)) AS add, kit.dry(format('INSERT INTO forms_test.%I VALUES (9, ''{24602,24601}'')', v)) AS "add to 1", kit.dry(format('INSERT INTO forms_test.%I VALUES (9, ''{24602}'', ''Bob'')', v)) AS "for Bob",
	kit.dry(format('UPDATE forms_test.%I SET title = ''x''', v)) AS change, kit.dry(format('UPDATE forms_test.%I SET categories = ''{24601}'' WHERE id = 3', v)) AS "move to 1", kit.dry(format('UPDATE forms_test.%I SET categories = categories || 24602::bigint WHERE id = 3', v)) AS "to 2",
	kit.dry(format('UPDATE forms_test.%I SET owner = ''Ann'' WHERE id = 7', v)) AS take, kit.dry(format('DELETE FROM forms_test.%I', v)) AS delete FROM unnest('{doc,owners,invokers,supers_of_owners,supers_of_invokers,checked}'::text[]) WITH ORDINALITY t (v, n) ORDER BY n;
SELECT kit.dry('INSERT INTO forms_test.checked VALUES (900, ''{24602}'')') AS "checked as well";		-- 44000

-- returning: what may be added and not be seen is not returned
INSERT INTO doc VALUES (20, '{24602,24603}') RETURNING id, categories, owner;
WITH d AS (DELETE FROM doc WHERE id = 20 RETURNING *), u AS (UPDATE doc SET title = 'x' WHERE id = 3 RETURNING id) SELECT (SELECT count(*) FROM d) AS deleted, (SELECT count(*) FROM u) AS updated;		-- 20 is hers
SET authz.session = :'adder';
SELECT kit.dry($$INSERT INTO "Other ""schema"""."A table; --'" ("cat's", "OWNER") VALUES ('{24602}', 'Ann')$$) AS add, kit.dry($$INSERT INTO "Other ""schema"""."A table; --'" ("cat's", "OWNER") VALUES ('{24602}', 'Ann') RETURNING "cat's"$$) AS "add and return",
	kit.dry($$SELECT FROM "Other ""schema"""."A table; --'"$$) AS see;

-- names that need quoting: policies, triggers and index conditions
SET authz.session = :'ann';
SELECT title, "cat's", "ed; it" FROM "Other ""schema"""."A table; --'" ORDER BY title;
SELECT s AS statement, kit.dry('UPDATE "Other ""schema"""."A table; --''" SET ' || s) AS outcome FROM unnest(ARRAY['title = title', '"cat''s" = ''{24602}'' WHERE title = ''3''', '"cat''s" = ''{24601}'' WHERE title = ''3''', '"cat''s" = ''{24605,24602}'' WHERE title = ''5''', '"cat''s" = ''{24604}'' WHERE title = ''5''',
	'"ed; it" = ''{Bob}'' WHERE title = ''5''', '"pub""" = ''{Ann}'' WHERE title = ''3''', '"view''ers" = ''{Bob}'' WHERE title = ''3''', '"OWNER" = ''Ann'' WHERE title = ''3''']) WITH ORDINALITY t (s, n) ORDER BY n;

-- computed columns: categories, keys, people; and numbers that the table gives
SELECT id, n, key, categories, owner, viewers FROM computed ORDER BY id;
INSERT INTO computed (n) VALUES (2) RETURNING n, owner, viewers;		-- 42501: and into the fifth
SELECT s AS statement, kit.dry('UPDATE forms_test.computed SET ' || s) AS outcome FROM unnest(ARRAY['title = ''x''', 'n = 2 WHERE n = 3', 'n = 4 WHERE n = 3', 'n = 1 WHERE n = 3', 'n = NULL WHERE n = 3', 'n = 1 WHERE owner = ''Ann''', 'n = 2 WHERE owner = ''Ann''', 'categories = DEFAULT WHERE n = 3', 'categories = ''{24604}'' WHERE n = 3', 'id = DEFAULT WHERE n = 3', 'id = 3 WHERE n = 3']) WITH ORDINALITY t (s, n) ORDER BY n;
SET authz.session = :'key';
SELECT id, key FROM computed WHERE n = 5 ORDER BY id;		-- all of that key
SELECT kit.dry('UPDATE forms_test.computed SET title = ''x'' WHERE n = 5') AS change, kit.dry('UPDATE forms_test.computed SET n = 2 WHERE n = 5') AS move, kit.dry('DELETE FROM forms_test.computed WHERE n = 5') AS delete;
SET authz.session = :'third';
SELECT pg_temp.ids('forms_test.doc') AS doc, pg_temp.ids('forms_test.owners') AS view, pg_temp.ids('forms_test.computed') AS "by another key";

-- copies: out as one sees it; in not at all for whom row security binds
SET authz.session = :'ann';
COPY doc (id, categories) TO STDOUT;
COPY (SELECT id FROM "Other ""schema"""."A table; --'" d, doc WHERE d.title = doc.id::text ORDER BY 1) TO STDOUT;
SELECT kit.try('COPY forms_test.doc FROM PROGRAM ''true''') AS "not from programs", kit.try('CREATE TABLE forms_test.mine AS TABLE forms_test.doc') AS "nor where he may not create";
CREATE TEMP TABLE mine AS TABLE doc;
SELECT pg_temp.ids('mine') AS copied;
COPY doc (id, categories) FROM STDIN;
\.
SET ROLE regress_author;
COPY doc (id, categories) FROM STDIN;		-- 0A000: FORCE binds the owner as well
\.
RESET ROLE;
COPY doc (id, categories) FROM STDIN;
30	{24601,24605}
31	{24605}
\.
SET ROLE regress_reader;
SELECT pg_temp.ids('forms_test.doc') AS doc;

-- TRUNCATE knows no rows: a right that is granted or not
RESET ROLE;
REVOKE TRUNCATE ON doc FROM regress_reader;
SET ROLE regress_reader;
TRUNCATE doc;		-- 42501
RESET ROLE;
GRANT TRUNCATE ON doc TO regress_reader;
SET ROLE regress_reader;
TRUNCATE doc;
RESET ROLE;
SELECT count(*) FROM doc;		-- 0: hidden ones, too

-- columns that decide: not dropped without a word, and when they change their name or type the table is protected anew
SET ROLE regress_author;
ALTER TABLE doc DROP COLUMN categories;		-- 2BP01: policies need it
ALTER TABLE doc ALTER categories TYPE int[];	-- 0A000: likewise
ALTER TABLE doc RENAME categories TO places;
RESET ROLE;
INSERT INTO doc VALUES (1, '{24601}'), (3, '{24603}'), (5, '{24605}');
SET ROLE regress_reader;
SET authz.session = :'ann';
SELECT pg_temp.ids('forms_test.doc') AS doc;		-- policies follow it
UPDATE doc SET places = '{24604}' WHERE id = 3;		-- 39P01: triggers do not, and refuse what they cannot judge
UPDATE doc SET title = 'x' WHERE id = 3;
RESET ROLE;
RESET authz.session;
SELECT authz_unprotect('doc'), authz_protect('doc', 'places', 'owner');
SET ROLE regress_reader;
SET authz.session = :'ann';
SELECT kit.dry('UPDATE forms_test.doc SET places = ''{24604}'' WHERE id = 3') AS "as before", kit.dry('UPDATE forms_test.doc SET places = ''{24601}'' WHERE id = 3') AS refused;
RESET ROLE;

-- what is no table is not protected
RESET authz.session;
CREATE VIEW view_of_it AS SELECT * FROM doc;
CREATE SEQUENCE numbers;
CREATE TYPE pair AS (id int, category_id int);
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;
CREATE FOREIGN TABLE abroad (id int, category_id int) SERVER nowhere;
SELECT n, kit.try(format('SELECT authz_protect(%L, ''category_id'')', n)) AS protect, kit.try(format('SELECT authz_unprotect(%L)', n)) AS unprotect FROM unnest('{forms_test.view_of_it,forms_test.supers_kept,forms_test.numbers,forms_test.pair,forms_test.abroad,forms_test.doc_pkey,forms_test.nonesuch}'::text[]) WITH ORDINALITY t (n, k) ORDER BY k;
RESET ALL;
SET client_min_messages = warning;
DROP FOREIGN DATA WRAPPER nothing CASCADE;
DROP SCHEMA forms_test, "Other ""schema""" CASCADE;
