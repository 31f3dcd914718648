-- tables.sql - content tables of every kind that authz protects
--
-- world.protected says how each is protected, world.entry what is in them all.
-- Category ids of account 1 are small, so that a smallint holds them.

CREATE TABLE world.protected (
	content       text PRIMARY KEY,
	account_id    int,				-- NULL: a column names it
	prefix        text,
	uncategorized text NOT NULL DEFAULT 'owner_only',
	category_type text NOT NULL DEFAULT 'bigint',
	key_type      text DEFAULT 'int',
	owned         bool NOT NULL DEFAULT true,
	people        bool NOT NULL DEFAULT false
);

-- The plainest, with every index.
CREATE TABLE video (id int PRIMARY KEY, category_id bigint, owner text, note text);
CREATE INDEX ON video (category_id);
CREATE INDEX ON video (owner);
INSERT INTO world.protected (content, account_id) VALUES ('video', 1);

-- An int column, permissions and people of its own, a key that is no number.
CREATE TABLE article (id int, key uuid PRIMARY KEY, category_id int, owner varchar(320), editors text[], publishers text[],
	viewers varchar(320)[], note text);
CREATE INDEX ON article (category_id);
INSERT INTO world.protected VALUES ('article', 1, 'article', 'users', 'int', 'uuid', true, true);

-- A smallint column, no owner, no index, no key; what is nowhere is everybody's.
CREATE TABLE leaflet (id int, category_id smallint, note text);
INSERT INTO world.protected VALUES ('leaflet', 1, NULL, 'everyone', 'smallint', NULL, false);

-- Of two accounts.
CREATE TABLE shared (id int PRIMARY KEY, account_id int, category_id bigint, owner text, note text);
CREATE INDEX ON shared (account_id, category_id);
INSERT INTO world.protected (content, prefix, uncategorized) VALUES ('shared', 'shared', 'users');

-- Partitioned, so that rows move.
CREATE TABLE part (id int, category_id bigint, owner text, note text) PARTITION BY LIST (category_id);
CREATE TABLE part_few PARTITION OF part FOR VALUES IN (1, 2, 3, NULL);
CREATE TABLE part_rest PARTITION OF part DEFAULT;
CREATE INDEX ON part (category_id);
INSERT INTO world.protected (content, account_id, uncategorized, key_type) VALUES ('part', 1, 'everyone', NULL);

-- In several categories, with all indexes.
CREATE TABLE album (id int PRIMARY KEY, category_ids int[], owner text, note text);
CREATE INDEX ON album USING gin (category_ids);
CREATE INDEX ON album (owner);
INSERT INTO world.protected (content, account_id, uncategorized, category_type) VALUES ('album', 1, 'users', 'int[]');

-- The same with permissions and people; a key of text.
CREATE TABLE folder (id int, key text PRIMARY KEY, category_ids bigint[], owner text, editors text[], publishers text[],
	viewers text[], note text);
CREATE INDEX ON folder USING gin (category_ids);
CREATE INDEX ON folder USING gin (viewers);
INSERT INTO world.protected VALUES ('folder', 1, 'folder', 'owner_only', 'bigint[]', 'text', true, true);

-- The neighbour's.
CREATE TABLE abroad (id int PRIMARY KEY, category_id bigint, owner text, note text);
CREATE INDEX ON abroad (category_id);
INSERT INTO world.protected (content, account_id, prefix) VALUES ('abroad', 2, 'abroad');

-- All rows in one form.
CREATE VIEW world.entry AS
	SELECT r.content, r.id, r.account_id, array_remove(r.categories, NULL) AS categories, r.owner,
		r.editors, r.publishers, r.viewers, r.key
	FROM (
		SELECT 'video', id, 1, ARRAY[category_id], owner, NULL::text[], NULL::text[], NULL::text[], id::text FROM video
		UNION ALL
		SELECT 'article', id, 1, ARRAY[category_id::bigint], owner, editors, publishers, viewers::text[], key::text FROM article
		UNION ALL
		SELECT 'leaflet', id, 1, ARRAY[category_id::bigint], NULL, NULL, NULL, NULL, NULL FROM leaflet
		UNION ALL
		SELECT 'shared', id, account_id, ARRAY[category_id], owner, NULL, NULL, NULL, id::text FROM shared
		UNION ALL
		SELECT 'part', id, 1, ARRAY[category_id], owner, NULL, NULL, NULL, NULL FROM part
		UNION ALL
		SELECT 'album', id, 1, coalesce(category_ids::bigint[], '{}'), owner, NULL, NULL, NULL, id::text FROM album
		UNION ALL
		SELECT 'folder', id, 1, coalesce(category_ids, '{}'), owner, editors, publishers, viewers, key FROM folder
		UNION ALL
		SELECT 'abroad', id, 2, ARRAY[category_id], owner, NULL, NULL, NULL, id::text FROM abroad
	) r (content, id, account_id, categories, owner, editors, publishers, viewers, key);

-- The accounts are there for this once: a world begins with making its own.
DO $$
DECLARE
	p world.protected;
BEGIN
	PERFORM world.make_account(1), world.make_account(2);
	FOR p IN SELECT * FROM world.protected LOOP
		EXECUTE format('ALTER TABLE %I OWNER TO world_author', p.content);
		EXECUTE format('GRANT ALL ON %I TO world_reader', p.content);
		PERFORM set_config('authz.account', coalesce(p.account_id, 1)::text, true);
		PERFORM authz_protect(p.content::regclass, CASE WHEN p.category_type ~ '\[' THEN 'category_ids' ELSE 'category_id' END::name,
			CASE WHEN p.owned THEN 'owner' END::name, p.prefix, p.uncategorized,
			account_column => CASE WHEN p.account_id IS NULL THEN 'account_id' END::name,
			editors_column => CASE WHEN p.people THEN 'editors' END::name,
			publishers_column => CASE WHEN p.people THEN 'publishers' END::name,
			viewers_column => CASE WHEN p.people THEN 'viewers' END::name);
	END LOOP;
	PERFORM world.forget();
END
$$;

-- A statement that is tried, and what it makes of a row in the words of rules.md.
CREATE TYPE world.attempt AS (session text, content text, command text, id int, changes jsonb, statement text);

CREATE FUNCTION world.texts(j jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE
	RETURN ARRAY(SELECT jsonb_array_elements_text(j));

-- The row after it.
CREATE FUNCTION world.after(a world.attempt, e world.entry) RETURNS world.entry LANGUAGE sql IMMUTABLE
	RETURN ROW(a.content, a.id,
		CASE WHEN a.changes ? 'account_id' THEN (a.changes ->> 'account_id')::int ELSE e.account_id END,
		CASE WHEN a.changes ? 'categories' THEN world.texts(a.changes -> 'categories')::bigint[] ELSE coalesce(e.categories, '{}') END,
		CASE WHEN a.changes ? 'owner' THEN a.changes ->> 'owner' ELSE e.owner END,
		CASE WHEN a.changes ? 'editors' THEN world.texts(a.changes -> 'editors') ELSE e.editors END,
		CASE WHEN a.changes ? 'publishers' THEN world.texts(a.changes -> 'publishers') ELSE e.publishers END,
		CASE WHEN a.changes ? 'viewers' THEN world.texts(a.changes -> 'viewers') ELSE e.viewers END,
		CASE WHEN a.changes ? 'key' THEN a.changes ->> 'key' ELSE e.key END)::world.entry;

CREATE FUNCTION world.sorted(anyarray) RETURNS anyarray LANGUAGE sql IMMUTABLE AS
	$$ SELECT ARRAY(SELECT unnest($1) ORDER BY 1) $$;
