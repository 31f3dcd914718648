-- linked_follow: the array is what the link table says, whoever changes which table how
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA linked_test;
GRANT ALL ON SCHEMA linked_test TO regress_author;
GRANT USAGE ON SCHEMA linked_test TO regress_reader;
SET search_path = linked_test, public;
SELECT account_id FROM authz_account_add('linked, follow', 7207);
SET authz.account = 7207;
SELECT kit.person(7207, 'Ann');
SELECT authz_category_add('c' || n, category_id => 72700 + n), authz_category_user_add(72700 + n, 'Ann', 'manager') FROM generate_series(1, 3) n ORDER BY n;

-- protects both tables and shows what is in step, or is not
CREATE FUNCTION protect(content text, status text DEFAULT 'status') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	name text;
BEGIN
	FOR name IN SELECT c.oid::regclass FROM pg_class c WHERE c.relname LIKE content || '%' AND c.relkind IN ('r', 'p') LOOP
		EXECUTE format('ALTER TABLE %s OWNER TO regress_author', name);
		EXECUTE format('GRANT ALL ON %s TO regress_reader', name);
	END LOOP;
	PERFORM public.authz_protect_linked(content::regclass, 'id', (content || '_link')::regclass, 'id', 'category', status, owner_column => 'owner');
END
$$;
CREATE FUNCTION arrays(content text) RETURNS TABLE (id text, categories text, fault text) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT c.id::text, a.has::text, CASE WHEN a.has <> l.ids THEN ''not '' || l.ids::text END
		FROM %1$I c, LATERAL (SELECT ARRAY(SELECT x::bigint - 72700 FROM unnest(c.authz_categories) x ORDER BY 1)) a (has),
			LATERAL (SELECT ARRAY(SELECT x.category::bigint - 72700 FROM %2$I x WHERE x.id = c.id AND x.category IS NOT NULL AND
				coalesce(lower(to_jsonb(x) ->> ''status''), CASE WHEN to_jsonb(x) ? ''status'' THEN ''none'' ELSE ''active'' END) = ''active'' ORDER BY 1)) l (ids) ORDER BY c.id', content, content || '_link');
END
$$;

-- with a foreign key: added, removed, changed and moved; what is assigned goes with its row, and with its key
CREATE TABLE doc (id int PRIMARY KEY, owner text, title text);
CREATE TABLE doc_link (id int REFERENCES doc ON UPDATE CASCADE ON DELETE CASCADE, category bigint, status text DEFAULT 'active', rank int, UNIQUE (id, category));
SELECT protect('doc');
INSERT INTO doc (id) SELECT generate_series(1, 5);
INSERT INTO doc_link SELECT d, 72700 + c FROM generate_series(1, 4) d, generate_series(1, 3) c;
INSERT INTO doc_link VALUES (5, 72701, 'pending'), (5, 72702, NULL), (5, NULL, 'active'), (NULL, 72703, 'active'), (5, 72703, 'ACTIVE');
SELECT * FROM arrays('doc');
UPDATE doc_link SET rank = 1;
UPDATE doc_link SET status = 'rejected' WHERE id = 1 AND category = 72702;
UPDATE doc_link SET category = 72704 WHERE id = 1 AND category = 72701;
UPDATE doc_link SET id = 5 WHERE id = 2 AND category = 72702 AND NOT EXISTS (SELECT FROM doc_link WHERE id = 5 AND category = 72702);
DELETE FROM doc_link WHERE id = 5 AND category = 72702;
UPDATE doc_link SET id = 5 WHERE id = 2 AND category = 72702;
UPDATE doc_link SET status = 'active' WHERE category IS NULL OR id IS NULL;
DELETE FROM doc_link WHERE id = 3;
SELECT * FROM arrays('doc');
UPDATE doc SET id = id + 10;
SELECT * FROM arrays('doc');
UPDATE doc SET id = 4 WHERE id = 14;
DELETE FROM doc WHERE id = 11;
DELETE FROM doc_link WHERE id IS NULL;
WITH d AS (INSERT INTO doc (id) VALUES (20) RETURNING id) INSERT INTO doc_link SELECT id, 72701 FROM d;
MERGE INTO doc_link l USING (VALUES (20, 72701, 'rejected'), (20, 72702, 'active'), (4, 72701, 'x')) s (id, category, status) ON l.id = s.id AND l.category = s.category
	WHEN MATCHED AND s.status = 'x' THEN DELETE WHEN MATCHED THEN UPDATE SET status = s.status WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.category, s.status);
INSERT INTO doc_link VALUES (20, 72703, 'pending'), (20, 72701, 'x') ON CONFLICT (id, category) DO UPDATE SET status = 'active';
COPY doc_link (id, category) FROM stdin;
12	72709
13	72709
\.
SELECT * FROM arrays('doc');
BEGIN;
SAVEPOINT s;
DELETE FROM doc_link;
SELECT * FROM arrays('doc');
ROLLBACK TO s;
COMMIT;
SELECT * FROM arrays('doc') WHERE fault IS NOT NULL;
TRUNCATE doc_link;
SELECT * FROM arrays('doc');
INSERT INTO doc_link VALUES (4, 72701), (20, 72701);
TRUNCATE doc CASCADE;
SELECT count(*) FROM doc_link;	-- 0
DROP TABLE doc, doc_link CASCADE;

-- without one: assignments may be there before their rows, and outlive them
CREATE TABLE doc (id text PRIMARY KEY, owner text, title text);
CREATE TABLE doc_link (id varchar(9) COLLATE "C", category int, UNIQUE (category, id));
SELECT protect('doc', NULL);
INSERT INTO doc_link VALUES ('a', 72701), ('a', 72702), ('b', 72703), ('A', 72703);
INSERT INTO doc (id) VALUES ('a'), ('c');
INSERT INTO doc (id, authz_categories) VALUES ('b', '{72701}'), ('d', '{72701}');	-- what is given does not count
INSERT INTO doc_link VALUES ('c', 72701);
UPDATE doc_link SET id = 'late' WHERE id = 'A';
UPDATE doc SET id = 'late' WHERE id = 'd';		-- takes what is there
UPDATE doc SET id = 'd' WHERE id = 'b';			-- leaves what is there
DELETE FROM doc WHERE id = 'a';
INSERT INTO doc (id, title) VALUES ('a', 'again');	-- takes it up again
SELECT * FROM arrays('doc');
DELETE FROM doc_link WHERE id = 'b';
TRUNCATE doc_link;
SELECT * FROM arrays('doc');

-- who is bound may not: what others left for a row to come would be his doing
INSERT INTO doc_link VALUES ('trap', 72701), ('gone', 72702);
SELECT kit.become(7207, '7207-ann');
SET ROLE regress_reader;
INSERT INTO doc (id) VALUES ('trap');			-- 42501
INSERT INTO doc (id) VALUES ('own');
UPDATE doc SET id = 'trap' WHERE id = 'own';	-- 42501
INSERT INTO doc (id) VALUES ('own') ON CONFLICT (id) DO UPDATE SET title = 'mine' RETURNING title;
INSERT INTO doc_link VALUES ('own', 72701), ('own', 72702);
INSERT INTO doc (id) VALUES ('own') ON CONFLICT (id) DO UPDATE SET title = 'still mine' RETURNING title;
INSERT INTO doc (id) VALUES ('own') ON CONFLICT (id) DO NOTHING;
UPDATE doc SET id = 'other' WHERE id = 'own';	-- and is in no category then
SELECT * FROM arrays('doc') WHERE id = 'other';
INSERT INTO doc_link VALUES ('none', 72701);	-- 42501: no row
RESET ROLE;
SET authz.session = '';
DROP TABLE doc, doc_link CASCADE;

-- partitions: rows move with their keys, assignments with theirs
CREATE TABLE doc (id bigint PRIMARY KEY, owner text, title text) PARTITION BY RANGE (id);
CREATE TABLE doc_1 PARTITION OF doc FOR VALUES FROM (0) TO (10);
CREATE TABLE doc_2 PARTITION OF doc FOR VALUES FROM (10) TO (20);
CREATE TABLE doc_link (id bigint, category int, status text, FOREIGN KEY (id) REFERENCES doc ON UPDATE CASCADE ON DELETE CASCADE, PRIMARY KEY (id, category)) PARTITION BY LIST (category);
CREATE TABLE doc_link_1 PARTITION OF doc_link FOR VALUES IN (72701) PARTITION BY RANGE (id);
CREATE TABLE doc_link_1_any PARTITION OF doc_link_1 DEFAULT;
CREATE TABLE doc_link_2 PARTITION OF doc_link DEFAULT;
SELECT protect('doc');
CREATE TABLE doc_3 PARTITION OF doc DEFAULT;
INSERT INTO doc (id) SELECT generate_series(1, 25, 8);
INSERT INTO doc_link SELECT id, 72700 + c, 'active' FROM doc, generate_series(1, 3) c;
INSERT INTO doc_1 (id) VALUES (2);
INSERT INTO doc_link_2 VALUES (2, 72703, 'active');
SELECT * FROM arrays('doc');
UPDATE doc_link SET category = 72709 WHERE category = 72701 AND id = 1;
UPDATE doc_link SET category = 72701 WHERE category = 72703 AND id = 2;
UPDATE doc SET id = id + 10 WHERE id IN (1, 9, 25);
SELECT * FROM arrays('doc');
SELECT kit.become(7207, '7207-ann');
SET ROLE regress_reader;
INSERT INTO doc (id) VALUES (5), (15);
INSERT INTO doc_link VALUES (5, 72701, 'active'), (5, 72702, NULL), (15, 72701, 'pending');
UPDATE doc_link SET category = 72703, status = 'pending' WHERE id = 5 AND category = 72701 RETURNING tableoid::regclass, *;	-- as she has it
UPDATE doc_link SET category = 72701, status = 'rejected' WHERE id = 5 AND category = 72702 RETURNING tableoid::regclass, *;	-- counts
UPDATE doc SET id = id + 100 WHERE owner = 'Ann' RETURNING tableoid::regclass, id;
DELETE FROM doc WHERE id = 115;
RESET ROLE;
SET authz.session = '';
SELECT * FROM arrays('doc');
TRUNCATE doc_link_1_any;
SELECT * FROM arrays('doc');
TRUNCATE doc_link_2, doc_link_1;
SELECT * FROM arrays('doc');
INSERT INTO doc_link SELECT id, 72701, 'active' FROM doc;
CREATE TABLE doc_link_3 PARTITION OF doc_link FOR VALUES IN (72703);
INSERT INTO doc_link SELECT id, 72703, 'active' FROM doc;
SELECT * FROM arrays('doc');
TRUNCATE doc_link;
SELECT * FROM arrays('doc');
DROP TABLE doc, doc_link CASCADE;

-- an int[] that was there, and ids that it cannot hold
CREATE TABLE doc (id int PRIMARY KEY, owner text, authz_categories int[]);
CREATE TABLE doc_link (id int, category bigint, status text, UNIQUE (id, category));
INSERT INTO doc (id) VALUES (1);
SELECT protect('doc');
INSERT INTO doc (id) VALUES (2);
INSERT INTO doc_link VALUES (1, 72701, 'active'), (2, -1, 'active'), (3, 2147483647, 'active');
INSERT INTO doc_link VALUES (2, 2147483648, 'active');	-- 22003
INSERT INTO doc_link VALUES (2, 2147483648, 'pending');
INSERT INTO doc_link VALUES (2, -2147483649, 'active');	-- 22003
INSERT INTO doc (id) VALUES (3);
SELECT * FROM arrays('doc');
DROP TABLE doc, doc_link CASCADE;

-- keys of one kind or another
CREATE TABLE doc (id uuid PRIMARY KEY, owner text);
CREATE TABLE doc_link (id uuid, category smallint, status authz_status, PRIMARY KEY (id, category));
CREATE TYPE phase AS ENUM ('Rejected', 'Active', 'Pending', 'other');
ALTER TABLE doc_link ALTER COLUMN status TYPE phase USING NULL;
INSERT INTO doc_link VALUES ('00000000-0000-0000-0000-000000000001', 30401, 'Active'), ('00000000-0000-0000-0000-000000000001', 30402, 'Pending');
INSERT INTO doc VALUES ('00000000-0000-0000-0000-000000000001', 'Ann'), ('00000000-0000-0000-0000-000000000002', NULL);
SELECT authz_category_add('small', category_id => 30401), authz_category_add('smaller', category_id => 30402, moderation => true), authz_category_user_add(30401, 'Ann', 'manager'), authz_category_user_add(30402, 'Ann', 'contributor');
SELECT protect('doc');
SELECT kit.become(7207, '7207-ann');
SET ROLE regress_reader;
DELETE FROM doc_link;
INSERT INTO doc_link VALUES ('00000000-0000-0000-0000-000000000001', 30401, NULL), ('00000000-0000-0000-0000-000000000001', 30402, 'other') RETURNING *;	-- Active, Pending
UPDATE doc_link SET status = 'Pending' WHERE category = 30401;
SELECT authz_entry_approve('doc_link', '00000000000000000000000000000001', 30401), authz_entry_approve('doc_link', '00000000-0000-0000-0000-000000000002', 30401);	-- t, f
SELECT authz_entry_approve('doc_link', 'x', 30401);	-- 22P02
RESET ROLE;
SET authz.session = '';
TABLE doc_link ORDER BY 2;
TABLE doc;
DROP TABLE doc, doc_link CASCADE;
CREATE TABLE doc (id varchar PRIMARY KEY, owner text);
CREATE TABLE doc_link (id text, category int, status varchar(8), PRIMARY KEY (id, category));
INSERT INTO doc VALUES (repeat('long', 500)), ('O''Neil; --'), ('Göran'), (''), ('%s\n"');
SELECT protect('doc');
INSERT INTO doc_link SELECT id, 72702, 'active' FROM doc;
DELETE FROM doc_link WHERE id LIKE 'O%';
SELECT left(id, 12), categories, fault FROM arrays('doc');
SELECT kit.become(7207, '7207-ann');
SET ROLE regress_reader;
UPDATE doc_link SET status = 'pending' WHERE length(id) > 100;
SELECT authz_entry_reject('doc_link', repeat('long', 500), 72702), authz_entry_reject('doc_link', 'Göran', 72702);	-- t, f
RESET ROLE;
SET authz.session = '';
SELECT left(id, 12), categories, fault FROM arrays('doc');
DROP TABLE doc, doc_link CASCADE;

-- several accounts in one table
SELECT account_id FROM authz_account_add('linked, follow, there', 7208);
SET authz.account = 7208;
SELECT kit.person(7208, 'Ann'), authz_category_add('there', category_id => 72801), authz_category_user_add(72801, 'Ann', 'manager');
SELECT authz_account_update(7208, settings => '{"max_entry_categories": 1}');
SET authz.account = 7207;
CREATE TABLE doc (id int PRIMARY KEY, owner text, account int);
CREATE TABLE doc_link (id int REFERENCES doc ON DELETE CASCADE, category int, PRIMARY KEY (id, category));
ALTER TABLE doc OWNER TO regress_author;
ALTER TABLE doc_link OWNER TO regress_author;
GRANT ALL ON doc, doc_link TO regress_reader;
INSERT INTO doc VALUES (1, NULL, 7207), (2, NULL, 7208), (3, 'Ann', 7207), (4, 'Ann', 7208), (5, 'Ann', NULL);
INSERT INTO doc_link VALUES (1, 72701), (1, 72702), (2, 72801);
SELECT authz_protect_linked('doc', 'id', 'doc_link', 'id', 'category', owner_column => 'owner', account_column => 'account');
INSERT INTO doc_link VALUES (2, 72802);			-- 54000
INSERT INTO doc_link VALUES (1, 72801), (5, 72801), (5, 72802);
SELECT kit.become(7207, '7207-ann');
SET ROLE regress_reader;
SELECT id, authz_categories FROM doc ORDER BY id;	-- 1, 3
TABLE doc_link ORDER BY 1, 2;					-- those of 1
INSERT INTO doc_link VALUES (3, 72701) RETURNING *;
INSERT INTO doc_link VALUES (4, 72701);			-- 42501: the row is there
INSERT INTO doc_link VALUES (3, 72801);			-- 42501: the category is
DELETE FROM doc_link WHERE category = 72801 RETURNING *;	-- her row, and no category of hers
UPDATE doc_link SET category = 72703 WHERE id = 3 RETURNING *;
SELECT kit.become(7208, '7208-ann');
SELECT id, authz_categories FROM doc ORDER BY id;	-- 2, 4
TABLE doc_link ORDER BY 1, 2;					-- that of 2, and what is in her category
INSERT INTO doc_link VALUES (4, 72801), (4, 72802);	-- 42501
INSERT INTO doc_link VALUES (4, 72801) RETURNING *;
RESET ROLE;
SET authz.session = '';
SELECT id, authz_categories FROM doc ORDER BY id;
DROP TABLE doc, doc_link CASCADE;

-- tables of two owners: the link table's must have the rights of the content table's
CREATE ROLE regress_linker;
CREATE TABLE doc (id int PRIMARY KEY, owner text);
CREATE TABLE doc_link (id int, category int, status text, UNIQUE (id, category));
SELECT protect('doc');
ALTER TABLE doc_link OWNER TO regress_linker;
INSERT INTO doc_link VALUES (1, 72701, 'active');	-- 42501
INSERT INTO doc (id) VALUES (1);				-- 42501
GRANT regress_author TO regress_linker;
GRANT USAGE ON SCHEMA linked_test TO regress_linker;
INSERT INTO doc_link VALUES (1, 72701, 'active');
INSERT INTO doc (id) VALUES (1);
UPDATE doc_link SET category = 72702;
UPDATE doc SET id = 2;
SELECT * FROM arrays('doc');
ALTER ROLE regress_linker NOINHERIT;
REVOKE regress_author FROM regress_linker;
GRANT regress_author TO regress_linker;
TRUNCATE doc_link;								-- 42501: as anybody else's would
ALTER TABLE doc OWNER TO regress_linker;
TRUNCATE doc_link;
DROP TABLE doc, doc_link CASCADE;
REVOKE USAGE ON SCHEMA linked_test FROM regress_linker;
DROP ROLE regress_linker;

-- what stands in the way of an array is an error, and not a row that stays visible
CREATE TABLE doc (id int PRIMARY KEY, owner text, title text);
CREATE TABLE doc_link (id int REFERENCES doc ON DELETE CASCADE, category bigint, status text DEFAULT 'active', UNIQUE (id, category));
INSERT INTO doc (id) VALUES (1);
INSERT INTO doc_link VALUES (1, 72701);
SELECT protect('doc');
CREATE FUNCTION suppress() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER suppress BEFORE UPDATE ON doc FOR EACH ROW EXECUTE FUNCTION suppress();
DELETE FROM doc_link;							-- 55000
UPDATE doc_link SET status = 'pending';			-- 55000
INSERT INTO doc_link VALUES (1, 72702);			-- 55000
INSERT INTO doc_link VALUES (1, 72702, 'pending');
TRUNCATE doc_link;								-- 55000
SELECT * FROM arrays('doc');
DROP TRIGGER suppress ON doc;
CREATE RULE suppress AS ON UPDATE TO doc DO INSTEAD NOTHING;
SELECT kit.try('DELETE FROM linked_test.doc_link') AS "with a rule";	-- 0A000: it returns nothing
DROP RULE suppress ON doc;
ALTER TABLE doc RENAME TO renamed;
DELETE FROM doc_link;							-- 39P01
ALTER TABLE renamed RENAME TO doc;
ALTER TABLE doc_link RENAME COLUMN category TO renamed;
DELETE FROM doc_link;							-- 39P01
ALTER TABLE doc_link RENAME COLUMN renamed TO category;
ALTER TABLE doc RENAME authz_categories TO renamed;
DELETE FROM doc_link;							-- 42703
ALTER TABLE doc RENAME renamed TO authz_categories;
DELETE FROM doc_link;
SELECT * FROM arrays('doc');

-- the owner's own triggers see what is done as the owner's doing, by names that are qualified
CREATE TABLE seen (by text, path text, categories bigint[]);
ALTER TABLE seen OWNER TO regress_author;
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO linked_test.seen VALUES (current_user, current_setting('search_path'), NEW.authz_categories);
	RETURN NULL;
END
$$;
CREATE TRIGGER see AFTER UPDATE ON doc FOR EACH ROW EXECUTE FUNCTION see();
SELECT kit.become(7207, '7207-ann');
SET ROLE regress_reader;
INSERT INTO doc (id) VALUES (2);
INSERT INTO doc_link VALUES (2, 72701);
DELETE FROM doc_link;
SELECT current_user, current_setting('search_path');
RESET ROLE;
SET authz.session = '';
TABLE seen;
SET client_min_messages = warning;
DROP SCHEMA linked_test CASCADE;
