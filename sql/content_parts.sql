-- content_parts: partitioned tables and tables with children: what is pruned stays pruned, and rows move as their movers may
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA "Parts; test";
GRANT ALL ON SCHEMA "Parts; test" TO regress_author;
GRANT USAGE ON SCHEMA "Parts; test" TO regress_reader;
SET search_path = "Parts; test", public;
SELECT account_id FROM authz_account_add('parts', 7109);
SET authz.account = 7109;
SELECT kit.person(7109, 'Ann'), kit.person(7109, 'Bob');
-- 1 to 4: Ann is member, contributor, moderator, manager; 5: nothing
SELECT authz_category_add('c' || n, category_id => 24400 + n) FROM generate_series(1, 5) n ORDER BY n;
SELECT authz_category_user_add(24401, 'Ann', 'member'), authz_category_user_add(24402, 'Ann', 'contributor'), authz_category_user_add(24403, 'Ann', 'moderator'), authz_category_user_add(24404, 'Ann', 'manager');

-- by list of categories, by ranges of keys in two levels, by hash of owners, with arrays; and a tree of children
CREATE TABLE "By Category" (id int, category_id int, owner text, title text DEFAULT 'new') PARTITION BY LIST (category_id);
CREATE TABLE "Cat 1" PARTITION OF "By Category" FOR VALUES IN (24401, 24402);
CREATE TABLE "Cat 3" PARTITION OF "By Category" FOR VALUES IN (24403);
CREATE TABLE "Cat 4" PARTITION OF "By Category" FOR VALUES IN (24404);
CREATE TABLE "Cat rest" PARTITION OF "By Category" DEFAULT;
CREATE TABLE "By Key" (id int PRIMARY KEY, category_id int, owner text, title text DEFAULT 'new') PARTITION BY RANGE (id);
CREATE TABLE "Key 0" PARTITION OF "By Key" FOR VALUES FROM (0) TO (100) PARTITION BY RANGE (id);
CREATE TABLE "Key 00" PARTITION OF "Key 0" FOR VALUES FROM (0) TO (50);
CREATE TABLE "Key 05" PARTITION OF "Key 0" FOR VALUES FROM (50) TO (100);
CREATE TABLE "Key 1" (title text DEFAULT 'new', owner text, gone int, category_id int, id int NOT NULL);		-- columns in another order
ALTER TABLE "Key 1" DROP COLUMN gone;
ALTER TABLE "By Key" ATTACH PARTITION "Key 1" FOR VALUES FROM (100) TO (200);
CREATE TABLE "By Owner" (id int, category_id int, owner text, title text DEFAULT 'new') PARTITION BY HASH (owner);
CREATE TABLE "Owner 0" PARTITION OF "By Owner" FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE "Owner 1" PARTITION OF "By Owner" FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE "Arrays" (id int, categories bigint[], owner text, editors text[], title text DEFAULT 'new') PARTITION BY RANGE (id);
CREATE TABLE "Arrays 0" PARTITION OF "Arrays" FOR VALUES FROM (0) TO (100);
CREATE TABLE "Arrays 1" PARTITION OF "Arrays" FOR VALUES FROM (100) TO (200);
CREATE TABLE "Parent" (id int, category_id int, owner text, title text DEFAULT 'new');
CREATE TABLE "Child" (more int) INHERITS ("Parent");
CREATE TABLE "Grandchild" (most int) INHERITS ("Child");
INSERT INTO "By Category" SELECT n, 24401 + n % 5, CASE n % 7 WHEN 0 THEN 'Ann' WHEN 1 THEN 'Bob' END FROM generate_series(1, 150) n;
INSERT INTO "By Key" SELECT id, category_id, owner FROM "By Category";
INSERT INTO "By Owner" SELECT id, category_id, owner FROM "By Category";
INSERT INTO "Arrays" SELECT id, ARRAY[category_id, 24405], owner FROM "By Category";
INSERT INTO "Parent" SELECT id, category_id, owner FROM "By Category" WHERE id < 50;
INSERT INTO "Child" SELECT id, category_id, owner FROM "By Category" WHERE id BETWEEN 50 AND 99;
INSERT INTO "Grandchild" SELECT id, category_id, owner FROM "By Category" WHERE id > 99;
CREATE INDEX ON "By Category" (category_id);
CREATE INDEX ON "By Key" (category_id);
CREATE INDEX ON "By Key" (owner);
CREATE INDEX ON "Arrays" USING gin (categories);
CREATE TABLE truth AS SELECT id FROM "By Category" WHERE category_id BETWEEN 24401 AND 24404 OR owner = 'Ann';
GRANT SELECT ON truth TO regress_reader;
DO $$
DECLARE
	name text;
BEGIN
	FOR name IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = '"Parts; test"'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'truth' LOOP
		EXECUTE format('ALTER TABLE %I OWNER TO regress_author', name);
		IF name ~ '^(By|Arrays$|Parent)' THEN
			EXECUTE format('GRANT ALL ON %I TO regress_reader', name);
		END IF;
	END LOOP;
END
$$;
ANALYZE;
SELECT authz_protect('"By Category"', 'category_id', 'owner'), authz_protect('"By Key"', 'category_id', 'owner'), authz_protect('"By Owner"', 'category_id', 'owner'),
	authz_protect('"Arrays"', 'categories', 'owner', key_column => 'id', editors_column => 'editors'), authz_protect('"Parent"', 'category_id', 'owner');
SET ROLE regress_reader;
SELECT kit.token(7109, '7109-ann') AS ann \gset
SET authz.session = :'ann';
-- The tables that a statement's plan reads, executed if asked for; those in brackets it did not come to.
CREATE FUNCTION pg_temp.reads(statement text, execute bool DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE format('EXPLAIN (FORMAT json%s) %s', CASE WHEN execute THEN ', ANALYZE' END, statement) INTO plan;
	RETURN (SELECT string_agg(CASE WHEN node ->> 'Actual Loops' = '0' THEN format('(%s)', node ->> 'Relation Name') ELSE node ->> 'Relation Name' END, ', ' ORDER BY node ->> 'Relation Name')
		FROM jsonb_path_query(plan, 'strict $.**') node WHERE jsonb_typeof(node) = 'object' AND node ? 'Relation Name' AND node ->> 'Node Type' <> 'ModifyTable');
END
$$;

-- all of them show the same rows
SELECT (SELECT count(*) FROM truth) AS truth, (SELECT count(*) FROM "By Category") AS by_category, (SELECT count(*) FROM "By Key") AS by_key, (SELECT count(*) FROM "By Owner") AS by_owner, (SELECT count(*) FROM "Arrays") AS arrays, (SELECT count(*) FROM "Parent") AS parent, (SELECT count(*) FROM ONLY "Parent") AS only;
SELECT id FROM "By Category" FULL JOIN "By Key" k USING (id) FULL JOIN "By Owner" o USING (id) FULL JOIN "Arrays" a USING (id) FULL JOIN "Parent" p USING (id) FULL JOIN truth t USING (id) WHERE t IS NULL OR k IS NULL OR o IS NULL OR a IS NULL OR p IS NULL;	-- none
SELECT t AS "table", kit.try(format('TABLE "Parts; test".%I', t)) AS read FROM unnest('{"Cat 1","Cat rest","Key 0","Key 00","Key 1","Owner 0","Arrays 0",Child,Grandchild}'::text[]) t;		-- 42501, all

-- partitions that a condition rules out are not looked at: when planning, and when executing
SELECT s AS statement, pg_temp.reads(s) AS reads FROM unnest(ARRAY['SELECT id FROM "By Key"', 'SELECT id FROM "By Key" WHERE id = 77', 'SELECT id FROM "By Key" WHERE id >= 50 AND id < 120', 'SELECT id FROM "By Category" WHERE category_id = 24403', 'SELECT id FROM "By Category" WHERE category_id IN (24404, 24405)',
	'SELECT id FROM "By Owner" WHERE owner = ''Bob''', 'SELECT id FROM "Arrays" WHERE id = 77', 'UPDATE "By Key" SET title = ''x'' WHERE id = 77', 'DELETE FROM "By Category" WHERE category_id = 24404']) WITH ORDINALITY t (s, n) ORDER BY n;
SET plan_cache_mode = force_generic_plan;
PREPARE by_key AS SELECT id FROM "By Key" WHERE id = $1;
PREPARE by_category AS SELECT id FROM "By Category" WHERE category_id IN ($1, $2);
SELECT pg_temp.reads('EXECUTE by_key(77)') AS by_key, pg_temp.reads('EXECUTE by_category(24402, 24404)') AS by_category;
EXECUTE by_key(77);
EXECUTE by_key(79);		-- hidden
DEALLOCATE ALL;
RESET plan_cache_mode;
SELECT pg_temp.reads('SELECT id FROM "By Key" WHERE id = (SELECT 117)', execute => true) AS "by a value that comes late";
SET enable_partitionwise_join = on;
SELECT count(*) FROM "By Key" a JOIN "By Key" b USING (id);
SET enable_partitionwise_aggregate = on;
SELECT category_id, count(*) FROM "By Category" GROUP BY category_id ORDER BY 1;
RESET enable_partitionwise_join;
RESET enable_partitionwise_aggregate;

-- moves: between partitions as within one. Row 3 is moderated (24404 is 3, 24403 is 2, 24402 is 1), 28 is Ann's, 8 Bob's
SELECT s AS statement, string_agg(kit.dry(format('UPDATE "Parts; test".%I SET %s', t, s)), ' ' ORDER BY n) AS "by category, key, owner, of parents"
	FROM (VALUES (1, 'category_id = 24403 WHERE id = 3'), (2, 'category_id = 24402 WHERE id = 3'), (3, 'category_id = 24401 WHERE id = 3'), (4, 'category_id = 24405 WHERE id = 3'), (5, 'category_id = NULL WHERE id = 3'), (6, 'category_id = 24402 WHERE id = 1'), (7, 'category_id = 24405 WHERE id = 28'),
		(8, 'category_id = NULL WHERE id = 28'), (9, 'id = id + 150 WHERE id = 3'), (10, 'id = 180 - id WHERE id = 28'), (11, 'id = id + 150, category_id = 24401 WHERE id = 3'), (12, 'id = id + 150, category_id = NULL WHERE id = 3'), (13, 'id = id + 150, owner = ''Ann'' WHERE id = 3'), (14, 'owner = ''Ann'' WHERE id = 8'),
		(15, 'owner = ''Bob'' WHERE id = 28'), (16, 'owner = NULL WHERE id = 28'), (17, 'title = ''x'' WHERE id BETWEEN 1 AND 199'), (18, 'id = 199 - id WHERE id = 1'), (19, 'category_id = 24402 WHERE id = 2'), (20, 'category_id = 24402, id = 160 WHERE id = 2')) v (k, s),
		unnest('{"By Category","By Key","By Owner",Parent}'::text[]) WITH ORDINALITY t (t, n) GROUP BY k, s ORDER BY k;
BEGIN;
UPDATE "By Key" SET id = id + 150 WHERE id IN (2, 8, 28) RETURNING tableoid::regclass, id, category_id, owner;		-- nobody's stays nobody's
DELETE FROM "By Key" WHERE id = 152 RETURNING id;		-- none: who moved it is no more its owner than before
ROLLBACK;
MERGE INTO "By Category" b USING (VALUES (3, 24403), (4, 24402), (500, 24402)) v (id, c) ON b.id = v.id WHEN MATCHED THEN UPDATE SET category_id = v.c WHEN NOT MATCHED THEN INSERT (id, category_id) VALUES (v.id, v.c);
SELECT kit.dry('MERGE INTO "Parts; test"."By Category" b USING (VALUES (3)) v (id) ON b.id = v.id WHEN MATCHED THEN UPDATE SET category_id = 24401') AS "merge into 1", kit.dry('MERGE INTO "Parts; test"."By Category" b USING (VALUES (600)) v (id) ON b.id = v.id WHEN NOT MATCHED THEN INSERT VALUES (600, 24401)') AS "insert into 1",
	kit.dry('MERGE INTO "Parts; test"."By Category" b USING (VALUES (4)) v (id) ON b.id = v.id WHEN MATCHED THEN DELETE') AS "of nobody's, delete";
SELECT tableoid::regclass, id, category_id, owner FROM "By Category" WHERE id IN (3, 4, 500) ORDER BY id;		-- 4 is hidden and so was added
SELECT kit.dry('INSERT INTO "Parts; test"."By Key" VALUES (3, 24402) ON CONFLICT (id) DO UPDATE SET category_id = 24402') AS upsert, kit.dry('INSERT INTO "Parts; test"."By Key" VALUES (3, 24402) ON CONFLICT (id) DO UPDATE SET category_id = 24401') AS "upsert into 1",
	kit.dry('INSERT INTO "Parts; test"."By Key" VALUES (4, 24402) ON CONFLICT (id) DO UPDATE SET title = ''x''') AS "of a hidden one", kit.dry('INSERT INTO "Parts; test"."By Key" VALUES (4, 24402) ON CONFLICT (id) DO NOTHING') AS nothing;
RESET ROLE;
SELECT tableoid::regclass, id, category_id, owner FROM "By Category" WHERE id IN (3, 4, 500) ORDER BY id, category_id;

-- partitions that come and go: what is attached is under the table's policies and triggers, what is detached is under none of its own
SET ROLE regress_author;
CREATE TABLE "Key 2" (LIKE "By Key" INCLUDING ALL);
INSERT INTO "Key 2" VALUES (201, 24403, NULL), (202, 24405, NULL), (203, 24401, 'Ann');
ALTER TABLE "By Key" ATTACH PARTITION "Key 2" FOR VALUES FROM (200) TO (300);
ALTER TABLE "By Key" DETACH PARTITION "Key 1";
GRANT SELECT, UPDATE ON "Key 1", "Key 2" TO regress_reader;
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgrelid IN ('"Key 1"'::regclass, '"Key 2"'::regclass) AND NOT tgisinternal ORDER BY 1, 2;
SET ROLE regress_reader;
SELECT id FROM "By Key" WHERE id > 100 ORDER BY id;		-- 201, 203
SELECT kit.dry('UPDATE "Parts; test"."By Key" SET category_id = 24401 WHERE id = 201') AS "attached, to 1", kit.dry('UPDATE "Parts; test"."By Key" SET category_id = 24402 WHERE id = 201') AS "to 2";
SELECT count(*) > 0 AS "all of what was detached" FROM "Key 1" WHERE category_id = 24405;
SELECT kit.dry('UPDATE "Parts; test"."Key 2" SET category_id = 24401') AS "guarded even when reached directly";
RESET ROLE;
RESET authz.session;
SELECT authz_unprotect('"By Category"') AS by_category, authz_unprotect('"By Key"') AS by_key, authz_unprotect('"By Owner"') AS by_owner, authz_unprotect('"Arrays"') AS arrays, authz_unprotect('"Parent"') AS parent;
SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = '"Parts; test"'::regnamespace;		-- 0: off all of them
RESET ALL;
SET client_min_messages = warning;
DROP SCHEMA "Parts; test" CASCADE;
