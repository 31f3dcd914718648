-- content_keys: rows that a session's privileges name by their keys: sview, disableentitlementforentry, edit and limitentry
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
SET jit = off;
CREATE SCHEMA keys_test;
GRANT ALL ON SCHEMA keys_test TO regress_author;
GRANT USAGE ON SCHEMA keys_test TO regress_reader;
SET search_path = keys_test, public;
SELECT account_id FROM authz_account_add('keys', 7107);
SELECT account_id FROM authz_account_add('keys, the neighbour', 7108);
SET authz.account = 7107;
-- 1: Ann contributes; 2: she moderates; 5: nobody's
SELECT kit.person(7107, 'Ann'), kit.person(7107, 'Bob'), kit.person(7107, 'Boss', 'admin');
SELECT authz_category_add('c' || n, category_id => 24300 + n) FROM unnest('{1,2,5}'::int[]) n ORDER BY n;
SELECT authz_category_user_add(24301, 'Ann', 'contributor'), authz_category_user_add(24302, 'Ann', 'moderator');
SELECT authz_role_add('reader', '{doc.view}', role_id => 7108), authz_role_add('changer', '{doc.view,doc.update}', role_id => 7109);

-- seven rows in tables of each kind of key: 1 is seen, 2 moderated, 3 to 5 hidden, 6 Ann's, 7 without a category
CREATE TABLE rows (id int, category_id bigint, owner text, title text DEFAULT 'new');
INSERT INTO rows VALUES (1, 24301, NULL), (2, 24302, NULL), (3, 24305, NULL), (4, 24305, 'Bob'), (5, 24305, NULL), (6, 24305, 'Ann'), (7, NULL, NULL);
CREATE FUNCTION uuid_of(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT format('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a0%s', n)::uuid $$;
CREATE TABLE by_int AS TABLE rows;
CREATE TABLE by_smallint AS SELECT id::smallint, category_id, owner, title FROM rows;
CREATE TABLE by_bigint AS SELECT id::bigint, category_id, owner, title FROM rows;
CREATE TABLE by_text AS SELECT id::text, category_id, owner, title FROM rows;
CREATE TABLE by_varchar AS SELECT id::varchar(9), category_id, owner, title FROM rows;
CREATE TABLE by_uuid AS SELECT uuid_of(id) AS id, category_id, owner, title FROM rows;
CREATE TABLE by_other AS SELECT id + 100 AS id, id AS number, category_id, owner, title FROM rows;
CREATE TABLE by_pair AS TABLE rows;
CREATE TABLE by_numeric AS SELECT id::numeric, category_id, owner, title FROM rows;
CREATE TABLE by_nothing AS TABLE rows;
CREATE TABLE parts (LIKE rows, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (4);
CREATE TABLE parts_2 PARTITION OF parts DEFAULT;
INSERT INTO parts TABLE rows;
CREATE TABLE named AS TABLE rows;
CREATE TABLE everyone AS TABLE rows;
CREATE TABLE shared AS SELECT *, CASE WHEN id = 5 THEN 7108 ELSE 7107 END AS account FROM rows;
CREATE TABLE arrays AS SELECT id, ARRAY[category_id] AS categories, owner, title FROM rows;
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY '{by_int,by_smallint,by_bigint,by_text,by_varchar,by_uuid,by_other,by_pair,by_numeric,by_nothing,parts,named,everyone,shared,arrays}'::text[] LOOP
		EXECUTE format('ALTER TABLE %I OWNER TO regress_author', name);
		EXECUTE format('GRANT ALL ON %I TO regress_reader', name);
		IF name NOT IN ('by_nothing', 'by_pair', 'parts') THEN
			EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (id)', name);
		END IF;
		IF name <> 'arrays' THEN
			EXECUTE format('CREATE INDEX ON %I (category_id)', name);
		END IF;
		EXECUTE format('CREATE INDEX ON %I (owner)', name);
	END LOOP;
END
$$;
ALTER TABLE by_pair ADD PRIMARY KEY (id, title);
SELECT authz_protect('by_int', 'category_id', 'owner'), authz_protect('by_smallint', 'category_id', 'owner'), authz_protect('by_bigint', 'category_id', 'owner'), authz_protect('by_text', 'category_id', 'owner'),
	authz_protect('by_varchar', 'category_id', 'owner'), authz_protect('by_uuid', 'category_id', 'owner'), authz_protect('by_other', 'category_id', 'owner', key_column => 'number'), authz_protect('by_pair', 'category_id', 'owner'),
	authz_protect('by_numeric', 'category_id', 'owner'), authz_protect('by_nothing', 'category_id', 'owner'), authz_protect('parts', 'category_id', 'owner'), authz_protect('named', 'category_id', 'owner', 'doc'),
	authz_protect('everyone', 'category_id', 'owner', uncategorized => 'everyone'), authz_protect('shared', 'category_id', 'owner', account_column => 'account'), authz_protect('arrays', 'categories', 'owner');
SELECT content, key_column FROM authz_protected_tables WHERE content::text NOT LIKE '%.%' ORDER BY content::text;		-- a primary key of one column of the types that keys have

-- a session of each set of privileges; keys of all tables are named
CREATE FUNCTION keys(p text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(CASE WHEN x ~ '^[0-9]$' THEN x || '/' || keys_test.uuid_of(x::int) ELSE x END, '') FROM regexp_split_to_table(p, '\m|\M|(?=[,:/])|(?<=[,:/])') x
$$;
CREATE TABLE token (n int, who text, token text);
INSERT INTO token SELECT n, p, NULL FROM unnest(ARRAY['', 'sview:3', 'sview:3/4', 'sview:3,sview:4', 'sview:*', 'disableentitlementforentry:3', 'disableentitlementforentry:*', 'edit:3', 'edit:1/3', 'edit:*', 'sview:3,edit:3', 'sview:*,edit:*', 'sview:*,edit:4',
	'limitentry:3', 'limitentry:1', 'limitentry:3,sview:3', 'limitentry:3,sview:4', 'limitentry:1/6', 'limitentry:*', 'limitentry', 'limitentry:2,edit:2', 'limitentry:3,disableentitlement', 'limitentry:2,setrole:changer', 'sview:3,setrole:reader',
	'sview', 'edit', 'sview:99', 'list:*', 'list:3']) WITH ORDINALITY t (p, n);
SELECT count(authz_apptoken_add(id => '7107-s' || n, token => 'sesame', session_user_id => 'Ann', session_privileges => keys(who))) FROM token;
UPDATE token SET token = kit.token(7107, '7107-s' || n);
GRANT SELECT ON token TO regress_reader;
CREATE FUNCTION pg_temp.do(statement text, token text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM set_config('authz.session', token, true);
	EXECUTE format('WITH done AS (%s) SELECT string_agg(right(id::text, 1), '' '' ORDER BY id) FROM done', statement) INTO result;
	RAISE EXCEPTION USING ERRCODE = 'ZZ000';
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN
		RETURN coalesce(result, '-');
	WHEN OTHERS THEN
		RETURN SQLSTATE;
END
$$;
SET ROLE regress_reader;

-- see, change, delete: in a table with a key, in one without, in one with a permission prefix, and in one where rows without a category are everyone's
SELECT who AS privileges, pg_temp.do('SELECT id FROM keys_test.by_int', token) AS see, pg_temp.do('UPDATE keys_test.by_int SET title = ''x'' RETURNING id', token) AS change, pg_temp.do('DELETE FROM keys_test.by_int RETURNING id', token) AS delete,
	pg_temp.do('SELECT id FROM keys_test.by_nothing', token) AS "without key", pg_temp.do('SELECT id FROM keys_test.named', token) AS "prefix: see", pg_temp.do('UPDATE keys_test.named SET title = ''x'' RETURNING id', token) AS change,
	pg_temp.do('SELECT id FROM keys_test.everyone', token) AS everyone, pg_temp.do('SELECT id FROM keys_test.shared', token) AS "by account" FROM token ORDER BY n;

-- by every type of key the same, with the index and without
SELECT who AS privileges, (SELECT string_agg(t || ': ' || pg_temp.do(format('SELECT id FROM keys_test.%I', t), token), ', ' ORDER BY t) FROM unnest('{by_pair,by_numeric}'::text[]) t) AS "none named",
	(SELECT array_agg(DISTINCT pg_temp.do(format('SELECT id FROM keys_test.%I', t), token)) FROM unnest('{by_int,by_smallint,by_bigint,by_text,by_varchar,by_uuid,by_other,parts,arrays}'::text[]) t) AS all_others FROM token ORDER BY n;
SET enable_seqscan = off;
SELECT who AS privileges, (SELECT array_agg(DISTINCT pg_temp.do(format('SELECT id FROM keys_test.%I', t), token)) FROM unnest('{by_int,by_smallint,by_bigint,by_text,by_varchar,by_uuid,by_other,parts,arrays}'::text[]) t) AS by_index FROM token ORDER BY n;
SELECT who AS privileges, (SELECT array_agg(DISTINCT pg_temp.do(format('UPDATE keys_test.%I SET title = ''x'' RETURNING id', t), token)) FROM unnest('{by_int,by_smallint,by_bigint,by_text,by_varchar,by_uuid,by_other,parts,arrays}'::text[]) t) AS change,
	(SELECT array_agg(DISTINCT pg_temp.do(format('DELETE FROM keys_test.%I RETURNING id', t), token)) FROM unnest('{by_int,by_smallint,by_bigint,by_text,by_varchar,by_uuid,by_other,parts,arrays}'::text[]) t) AS delete FROM token WHERE who ~ 'edit' ORDER BY n;
RESET enable_seqscan;

-- edit: everything of what is seen, but nobody's ownership, into a category as a contributor, and out of none
SELECT s AS statement, pg_temp.do(format('UPDATE keys_test.by_int SET %s RETURNING id', s), token) AS "sview:3,edit:3"
	FROM token, unnest(ARRAY['title = ''x'' WHERE id = 3', 'category_id = 24301 WHERE id = 3', 'category_id = NULL WHERE id = 3', 'owner = ''Ann'' WHERE id = 3', 'id = 30 WHERE id = 3', 'id = 1 WHERE id = 3', 'title = ''x'' WHERE id = 4']) WITH ORDINALITY s (s, n) WHERE who = 'sview:3,edit:3' ORDER BY s.n;
SELECT c AS categories, pg_temp.do(format('UPDATE keys_test.arrays SET categories = %L WHERE id = 3 RETURNING id', c), token) AS "sview:3,edit:3" FROM token, unnest('{"{24305,24301}","{24301}","{24305,24302}","{24305,24305}","{}"}'::text[]) WITH ORDINALITY c (c, n) WHERE who = 'sview:3,edit:3' ORDER BY c.n;

-- limitentry: add and change nothing but the one row, by no way
SELECT k AS n, pg_temp.do(s, token) AS "limitentry:1" FROM token, (VALUES (1, 'INSERT INTO keys_test.by_int VALUES (8, 24301) RETURNING id'), (2, 'INSERT INTO keys_test.by_int VALUES (1, 24301) RETURNING id'), (3, 'INSERT INTO keys_test.by_nothing VALUES (1, 24301) RETURNING id'),
	(4, 'INSERT INTO keys_test.by_pair VALUES (1, 24301, NULL, ''x'') RETURNING id'), (5, 'INSERT INTO keys_test.by_other VALUES (8, 1, 24301) RETURNING number AS id'), (6, 'INSERT INTO keys_test.by_other VALUES (8, NULL, 24301) RETURNING id'),
	(7, 'INSERT INTO keys_test.by_int VALUES (6, 24301) ON CONFLICT (id) DO UPDATE SET title = ''x'' RETURNING id'), (8, 'INSERT INTO keys_test.by_int VALUES (6, 24301) ON CONFLICT (id) DO NOTHING RETURNING id')) v (k, s) WHERE who = 'limitentry:1' ORDER BY k;
SELECT k AS n, pg_temp.do(s, token) AS "limitentry:2,edit:2" FROM token, (VALUES (1, 'UPDATE keys_test.by_int SET title = ''x'' RETURNING id'), (2, 'UPDATE keys_test.by_int SET id = 20 RETURNING id'), (3, 'UPDATE keys_test.parts SET id = 20 RETURNING id'), (4, 'UPDATE keys_test.by_other SET number = NULL RETURNING id'),
	(5, 'UPDATE keys_test.by_other SET id = 220 RETURNING id'), (6, 'DELETE FROM keys_test.by_int RETURNING id'), (7, 'DELETE FROM keys_test.by_nothing RETURNING id'), (8, 'SELECT b.id FROM keys_test.by_int a, keys_test.by_uuid b'), (9, 'SELECT id FROM keys_test.by_int FOR UPDATE')) v (k, s)
	WHERE who = 'limitentry:2,edit:2' ORDER BY k;

-- beyond the account: a session of another account, and one who is let through to everything
RESET ROLE;
SET authz.account = 7108;
RESET authz.session;
SELECT kit.person(7108, 'Ann', privileges => 'sview:*,edit:*');
SET authz.account = 7107;
SELECT id FROM authz_apptoken_add(id => '7107-all', token => 'sesame', session_user_id => 'Boss', session_type => 'admin', session_privileges => 'limitentry:4');
SET ROLE regress_reader;
SELECT kit.become(7108, '7108-ann');
SELECT (SELECT count(*) FROM by_int) AS by_int, (SELECT string_agg(id::text, ' ' ORDER BY id) FROM shared) AS shared;		-- the row of his account alone
SELECT kit.dry('UPDATE keys_test.shared SET title = ''x''') AS change, kit.dry('UPDATE keys_test.shared SET account = 7107') AS "give away", kit.dry('DELETE FROM keys_test.shared') AS delete;
SELECT kit.become(7107, '7107-boss');
SELECT count(*) FROM by_int;	-- 6: what has a category
SELECT kit.become(7107, '7107-all');
SELECT string_agg(id::text, ' ') FROM by_int;	-- 4
SELECT kit.dry('UPDATE keys_test.by_int SET title = ''x''') AS change, kit.dry('DELETE FROM keys_test.by_int') AS delete, kit.dry('INSERT INTO keys_test.by_int VALUES (8, 24301)') AS add, kit.dry('SELECT FROM keys_test.by_nothing') AS "without key";

-- nobody names rows for himself, or is rid of his limit
SELECT p AS "asked for", pg_temp.do('SELECT id FROM keys_test.by_int', kit.token(7107, '7107-bob', privileges => p)) AS see, pg_temp.do('UPDATE keys_test.by_int SET title = ''x'' RETURNING id', kit.token(7107, '7107-bob', privileges => p)) AS change
	FROM unnest('{"","sview:*,edit:*","sview:3,disableentitlementforentry:5,edit:3","limitentry:3"}'::text[]) WITH ORDINALITY t (p, n) ORDER BY n;		-- Bob's own
RESET ROLE;
RESET authz.session;
SELECT authz_role_add('maker', '{apptoken.*}', role_id => 7110);
SELECT id FROM authz_apptoken_add(id => '7107-maker', token => 'sesame', session_user_id => 'Ann', session_privileges => 'setrole:maker,limitentry:3,sview:3');
SET ROLE regress_reader;
SELECT kit.become(7107, '7107-maker');
SELECT p AS privileges, kit.ask(format('count(authz_apptoken_add(session_user_id => ''Ann'', session_privileges => %L))', p)) AS add
	FROM unnest('{setrole:maker,"setrole:maker,limitentry:4","setrole:maker,limitentry:3/4","setrole:maker,limitentry:*","setrole:maker,limitentry:3","setrole:maker,limitentry:3,sview:3","setrole:maker,limitentry:3,sview:4","setrole:maker,limitentry:3,edit:3"}'::text[]) WITH ORDINALITY t (p, n) ORDER BY n;

-- the checks themselves
SELECT kit.become(7107, '7107-all');
SELECT authz_is_named(3, 'sview', '', 7107) AS "not named", authz_is_within(4, NULL::bigint) AS within, authz_is_within(4::bigint, NULL::bigint) AS bigint, authz_is_within('4'::text, NULL::bigint) AS text, authz_is_within('04'::text, NULL::bigint) AS "another text", authz_is_within(3, NULL::bigint) AS beyond, authz_is_within(NULL::int, NULL::bigint) AS null;
SELECT kit.become(7107, '7107-s12');
SELECT authz_is_named(3, 'sview', '', 7107) AS named, authz_is_named(3, 'edit', '', 7107) AS named, authz_is_named(3, 'edit', 'doc.update', 7107) AS "without the permission", authz_is_named(3, 'edit', '', 7108) AS "another account", authz_is_named(NULL::int, 'edit', '', 7107) AS null,
	authz_is_named(3, NULL, '', 7107) AS "nothing asked", authz_is_within(NULL::int, NULL::bigint) AS "not limited";
SET authz.session = '';
SELECT authz_is_named(3, 'sview', '', NULL) AS named, authz_is_within(3, NULL::bigint) AS within;		-- f, f: nobody

-- columns that are no key
RESET ROLE;
CREATE DOMAIN number AS int;
CREATE TABLE odd (id int, category_id int, a numeric, b char(3), c name, d number, e int[], f jsonb, g oid, h text GENERATED ALWAYS AS ('x') STORED, i timestamptz, j bool);
SELECT c AS "column", kit.ask(format('authz_protect(''keys_test.odd'', ''category_id'', key_column => %L)', c)) AS key FROM unnest('{a,b,c,d,e,f,g,h,i,j,k,"",ctid,tableoid,category_id}'::text[]) WITH ORDINALITY t (c, n) ORDER BY n;
CREATE TABLE late (id int PRIMARY KEY DEFERRABLE, category_id int);
SELECT authz_protect('late', 'category_id');
SELECT key_column FROM authz_protected_tables WHERE content = 'late'::regclass;		-- id
RESET ALL;
SET client_min_messages = warning;
DROP SCHEMA keys_test CASCADE;
