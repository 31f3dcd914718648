-- content_references: foreign keys between protected tables, in both directions, and what cascades
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA ref_test;
GRANT ALL ON SCHEMA ref_test TO regress_author;
GRANT USAGE ON SCHEMA ref_test TO regress_reader;
SET search_path = ref_test, public;
SELECT account_id FROM authz_account_add('references', 7110);
SET authz.account = 7110;
SELECT kit.person(7110, 'Ann'), kit.person(7110, 'Bob');
-- 1: Ann is a member, 2: she manages, 5: nothing
SELECT authz_category_add('c' || n, category_id => 24500 + n) FROM unnest('{1,2,5}'::int[]) n ORDER BY n;
SELECT authz_category_user_add(24501, 'Ann', 'member'), authz_category_user_add(24502, 'Ann', 'manager');

-- albums and what is in them; each album has a cover, which is in an album. Scalar here, arrays there
CREATE TABLE album (id int PRIMARY KEY, category_id bigint, owner text, cover int);
CREATE TABLE photo (id int PRIMARY KEY, categories int[], owner text, album int REFERENCES album ON UPDATE CASCADE ON DELETE CASCADE, editors text[]);
ALTER TABLE album ADD FOREIGN KEY (cover) REFERENCES photo ON UPDATE CASCADE ON DELETE SET NULL;
CREATE TABLE strict (id int PRIMARY KEY, category_id int, owner text, album int REFERENCES album DEFERRABLE);
CREATE TABLE tree (id int PRIMARY KEY, category_id bigint, owner text, parent int REFERENCES tree ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE year (id int, at int, category_id int, owner text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE year_1 PARTITION OF year FOR VALUES FROM (1) TO (2);
CREATE TABLE year_2 PARTITION OF year FOR VALUES FROM (2) TO (3);
CREATE TABLE day (id int PRIMARY KEY, category_id int, owner text, year int, at int, FOREIGN KEY (year, at) REFERENCES year ON UPDATE CASCADE ON DELETE CASCADE);
INSERT INTO album VALUES (1, 24501, NULL), (2, 24502, NULL), (3, 24505, NULL), (4, 24505, 'Ann'), (5, 24502, 'Bob');
INSERT INTO photo VALUES (11, '{24501}', NULL, 1), (12, '{24502}', NULL, 2), (13, '{24505}', NULL, 3), (21, '{24505}', 'Bob', 2), (22, '{24502}', NULL, 3), (41, '{24505}', 'Bob', 4), (51, '{24502,24505}', NULL, 5);
UPDATE album SET cover = id + 10 WHERE id < 4;
INSERT INTO strict VALUES (1, 24505, 'Bob', 5);
INSERT INTO tree VALUES (1, 24502, NULL, NULL), (2, 24505, 'Bob', 1), (3, 24502, NULL, 2), (9, 24505, 'Bob', NULL);
INSERT INTO year VALUES (1, 1, 24502, NULL), (2, 2, 24505, NULL);
INSERT INTO day VALUES (1, 24502, NULL, 1, 1), (2, 24505, 'Bob', 1, 1), (3, 24502, NULL, 2, 2);
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY '{album,photo,strict,tree,year,year_1,year_2,day}'::text[] LOOP
		EXECUTE format('ALTER TABLE %I OWNER TO regress_author', name);
		EXECUTE format('GRANT ALL ON %I TO regress_reader', name);
	END LOOP;
END
$$;
SELECT authz_protect('album', 'category_id', 'owner'), authz_protect('photo', 'categories', 'owner', editors_column => 'editors'), authz_protect('strict', 'category_id', 'owner'),
	authz_protect('tree', 'category_id', 'owner'), authz_protect('year', 'category_id', 'owner'), authz_protect('day', 'category_id', 'owner');
SET ROLE regress_reader;
SELECT kit.token(7110, '7110-ann') AS ann \gset
SET authz.session = :'ann';

-- a reference is checked against all rows, hidden ones too: that a key exists is what PostgreSQL cannot hide
SELECT n, kit.dry(s) AS outcome FROM (VALUES (1, 'INSERT INTO ref_test.photo VALUES (100, ''{24502}'', NULL, 2)'), (2, 'INSERT INTO ref_test.photo VALUES (100, ''{24502}'', NULL, 3)'), (3, 'INSERT INTO ref_test.photo VALUES (100, ''{24502}'', NULL, 99)'),
	(4, 'INSERT INTO ref_test.photo VALUES (100, ''{24505}'', NULL, 2)'), (5, 'UPDATE ref_test.photo SET album = 3 WHERE id = 12'), (6, 'UPDATE ref_test.photo SET album = 99 WHERE id = 12'), (7, 'UPDATE ref_test.photo SET album = 2 WHERE id = 13'), (8, 'UPDATE ref_test.album SET cover = 13 WHERE id = 2')) v (n, s) ORDER BY n;

-- What a statement leaves behind, hidden rows included; it is undone.
RESET ROLE;
CREATE FUNCTION state(t text) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = ref_test, pg_catalog AS $$
	SELECT CASE t WHEN 'album' THEN (SELECT string_agg(concat_ws('/', id, cover), ' ' ORDER BY id) FROM album) WHEN 'photo' THEN (SELECT string_agg(concat_ws('/', id, album), ' ' ORDER BY id) FROM photo)
		WHEN 'tree' THEN (SELECT string_agg(concat_ws('/', id, parent), ' ' ORDER BY id) FROM tree) WHEN 'day' THEN (SELECT string_agg(concat_ws('/', id, year, at), ' ' ORDER BY id) FROM day) END
$$;
SET ROLE regress_reader;
CREATE FUNCTION pg_temp.left(statement text, VARIADIC t text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	n int;
BEGIN
	EXECUTE statement;
	GET DIAGNOSTICS n = ROW_COUNT;
	RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = n || ': ' || (SELECT string_agg(ref_test.state(x), ', ' ORDER BY x) FROM unnest(t) x);
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN
		RETURN SQLERRM;
	WHEN OTHERS THEN
		RETURN SQLSTATE;
END
$$;

-- delete: what may be deleted takes with it what refers to it, seen or not; what may not be does not go, and nothing with it
SELECT s AS statement, pg_temp.left(s, 'album', 'photo') AS "albums, photos" FROM unnest(ARRAY['SELECT', 'DELETE FROM album WHERE id = 1', 'DELETE FROM album WHERE id = 2', 'DELETE FROM album WHERE id = 3', 'DELETE FROM album WHERE id = 4', 'DELETE FROM album WHERE id = 5',
	'DELETE FROM photo WHERE id = 12', 'DELETE FROM photo WHERE id = 13', 'DELETE FROM photo WHERE id = 22', 'DELETE FROM album USING photo WHERE photo.album = album.id AND photo.id = 12']) WITH ORDINALITY v (s, n) ORDER BY n;
SELECT s AS statement, pg_temp.left(s, 'tree') AS tree FROM unnest(ARRAY['DELETE FROM tree WHERE id = 1', 'DELETE FROM tree WHERE id = 2', 'DELETE FROM tree WHERE id = 3', 'UPDATE tree SET id = id + 10 WHERE id = 1', 'UPDATE tree SET parent = 9 WHERE id = 3']) WITH ORDINALITY v (s, n) ORDER BY n;

-- keys change: what refers to them follows, and this is nobody's change of those rows
SELECT s AS statement, pg_temp.left(s, 'album', 'photo') AS "albums, photos" FROM unnest(ARRAY['UPDATE album SET id = 200 WHERE id = 2', 'UPDATE album SET id = 100 WHERE id = 1', 'UPDATE photo SET id = 120 WHERE id = 12', 'UPDATE album SET id = 400 WHERE id = 4']) WITH ORDINALITY v (s, n) ORDER BY n;
SELECT s AS statement, pg_temp.left(s, 'day') AS days FROM unnest(ARRAY['UPDATE year SET id = 9 WHERE id = 1', 'UPDATE year SET at = 2 WHERE id = 1', 'DELETE FROM year WHERE id = 1', 'DELETE FROM year WHERE id = 2', 'UPDATE day SET year = 2, at = 2 WHERE id = 1']) WITH ORDINALITY v (s, n) ORDER BY n;

-- a reference that is checked late
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
DELETE FROM album WHERE id = 5;		-- deferred: at the end
COMMIT;								-- 23503: a hidden row refers to it
RESET ROLE;
SELECT * FROM album ORDER BY id;	-- nothing was left of all this
RESET ALL;
SET client_min_messages = warning;
DROP SCHEMA ref_test CASCADE;
