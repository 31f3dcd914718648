-- content_spelling: keys that privileges name are compared as they are written, with the text that the key's type has
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
SET jit = off;
CREATE SCHEMA spelling_test;
GRANT ALL ON SCHEMA spelling_test TO regress_author;
GRANT USAGE ON SCHEMA spelling_test TO regress_reader;
SET search_path = spelling_test, public;
SELECT account_id FROM authz_account_add('spelling', 7114);
SET authz.account = 7114;
SELECT authz_user_add('Bob'), authz_category_add('nobody''s', category_id => 24351);
CREATE FUNCTION uuid_of(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT format('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a0%s', n)::uuid $$;
CREATE TABLE by_int AS SELECT n AS id, 24351 AS category_id FROM generate_series(1, 5) n;
CREATE TABLE by_uuid AS SELECT uuid_of(id) AS id, category_id FROM by_int;
ALTER TABLE by_int ADD PRIMARY KEY (id);
ALTER TABLE by_uuid ADD PRIMARY KEY (id);
CREATE INDEX ON by_int (category_id);
CREATE INDEX ON by_uuid (category_id);
ALTER TABLE by_int OWNER TO regress_author;
ALTER TABLE by_uuid OWNER TO regress_author;
GRANT SELECT ON by_int, by_uuid TO regress_reader;
SELECT authz_protect('by_int', 'category_id'), authz_protect('by_uuid', 'category_id');

-- other spellings of a number, parts of it, more than it; and text keys are what they are, byte for byte
CREATE TABLE spelling (n int, key text, token text);
INSERT INTO spelling SELECT n, k FROM unnest(ARRAY['3', '03', '+3', ' 3', '3 ', '3.0', '0x3', '3x', '-3', '33', '99999999999999999999', '9223372036854775807', '-9223372036854775808', '**', '3*', '*3', '?', '%', 'a:b', 'a b', '''', '"', '\', '{3}', 'é', E'e\u0301', 'A', 'a', 'NULL', '']) WITH ORDINALITY t (k, n);
SELECT count(authz_apptoken_add(id => '7114-k' || n, token => 'sesame', session_user_id => 'Bob', session_privileges => 'sview:' || key)) FROM spelling;
SELECT count(authz_apptoken_add(id => '7114-' || a, token => 'sesame', session_user_id => 'Bob', session_privileges => p)) FROM (VALUES ('all', 'sview:*'), ('upper', 'SVIEW:3,Sview:3'), ('u1', 'sview:' || upper(uuid_of(3)::text)), ('u2', 'sview:{' || uuid_of(3) || '}'), ('u3', 'sview:' || replace(uuid_of(3)::text, '-', '')), ('u4', 'sview:' || uuid_of(3))) v (a, p);
UPDATE spelling SET token = kit.token(7114, '7114-k' || n);
GRANT SELECT ON spelling TO regress_reader;
CREATE TABLE texts (id text PRIMARY KEY, category_id int);
INSERT INTO texts SELECT key, 24351 FROM spelling;
INSERT INTO texts VALUES ('a/b', 24351), ('a,b', 24351), ('*', 24351), (repeat('x', 2000), 24351);
CREATE TABLE ends (id bigint PRIMARY KEY, category_id int);
INSERT INTO ends VALUES (9223372036854775807, 24351), (-9223372036854775808, 24351), (0, 24351), (3, 24351), (-3, 24351), (33, 24351);
CREATE INDEX ON texts (category_id);
CREATE INDEX ON ends (category_id);
CREATE COLLATION spelling_test.loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
CREATE TABLE loose (id text COLLATE loose PRIMARY KEY, category_id int);
INSERT INTO loose VALUES ('a', 24351), ('b', 24351), ('É', 24351);
CREATE INDEX ON loose (category_id);
ALTER TABLE texts OWNER TO regress_author;
ALTER TABLE ends OWNER TO regress_author;
ALTER TABLE loose OWNER TO regress_author;
GRANT SELECT ON texts, ends, loose TO regress_reader;
SELECT authz_protect('texts', 'category_id'), authz_protect('ends', 'category_id'), authz_protect('loose', 'category_id');
SET ROLE regress_reader;
CREATE FUNCTION pg_temp.seen(name text, token text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM set_config('authz.session', token, true);
	EXECUTE format('SELECT string_agg(quote_literal(right(left(id, 36), 20)), '' '' ORDER BY id COLLATE "C") FROM (SELECT id::text FROM spelling_test.%I) t', name) INTO result;
	RETURN coalesce(result, '-');
END
$$;
CREATE TEMP TABLE seen AS SELECT n, key, pg_temp.seen('by_int', token) AS by_int, pg_temp.seen('ends', token) AS ends, pg_temp.seen('texts', token) AS texts, pg_temp.seen('loose', token) AS loose FROM spelling;
SELECT quote_literal(key) AS key, by_int, ends, texts, loose FROM seen ORDER BY n;
SET enable_seqscan = off;
SELECT n, key, pg_temp.seen('by_int', token), pg_temp.seen('ends', token), pg_temp.seen('texts', token), pg_temp.seen('loose', token) FROM spelling EXCEPT TABLE seen;		-- none
RESET enable_seqscan;
SELECT a AS privileges, pg_temp.seen('by_int', kit.token(7114, '7114-' || a)) AS by_int, pg_temp.seen('by_uuid', kit.token(7114, '7114-' || a)) AS by_uuid FROM unnest('{upper,u1,u2,u3,u4}'::text[]) WITH ORDINALITY t (a, n) ORDER BY n;		-- the last alone
SELECT kit.become(7114, '7114-all');
SELECT count(*) FROM texts;		-- 33: all but the one whose key is empty
RESET ROLE;
RESET ALL;
SET client_min_messages = warning;
DROP SCHEMA spelling_test CASCADE;
