-- entries.sql - the same rows in several categories each, one to three
--
-- The categories of a row lie multiples of a hundred apart, so that a member of
-- every hundredth category sees as many of these rows as of the others. They
-- stand in an array column, for authz, and in a link table, for the peers.

CREATE TABLE bench.entry (
	id bigint NOT NULL,
	category_ids bigint[] NOT NULL,
	owner text,
	title text,
	size int,
	created_at timestamptz
);
INSERT INTO bench.entry
	SELECT c.id,
		CASE WHEN c.category_id > :inhabited OR c.id % 3 = 0 THEN ARRAY[c.category_id]
			WHEN c.id % 3 = 1 THEN ARRAY[c.category_id, n.second]
			ELSE ARRAY[c.category_id, n.second, n.third] END,
		c.owner, c.title, c.size, c.created_at
	FROM bench.content c,
		LATERAL (SELECT
			1 + (c.category_id - 1 + 100 * (1 + bench.dice(c.id, 48))) % :inhabited AS second,
			1 + (c.category_id - 1 + 100 * (49 + bench.dice(c.id, 49))) % :inhabited AS third) AS n
	ORDER BY c.id;
ALTER TABLE bench.entry ADD PRIMARY KEY (id);
CREATE INDEX ON bench.entry USING gin (category_ids);
CREATE INDEX ON bench.entry (owner);
CREATE INDEX ON bench.entry (created_at);

CREATE TABLE bench.entry_category (entry_id bigint NOT NULL, category_id bigint NOT NULL);
INSERT INTO bench.entry_category
	SELECT id, unnest(category_ids) FROM bench.entry;
ALTER TABLE bench.entry_category ADD PRIMARY KEY (category_id, entry_id);
CREATE INDEX ON bench.entry_category (entry_id, category_id);

CREATE TABLE bench.parted_entry (LIKE bench.entry) PARTITION BY HASH (id);
SELECT format('CREATE TABLE bench.parted_entry_%s PARTITION OF bench.parted_entry FOR VALUES WITH (MODULUS 200, REMAINDER %s)',
	n, n)
FROM generate_series(0, 199) AS n
\gexec
INSERT INTO bench.parted_entry SELECT * FROM bench.entry WHERE id <= :rows / 10;
ALTER TABLE bench.parted_entry ADD PRIMARY KEY (id);
CREATE INDEX ON bench.parted_entry USING gin (category_ids);
CREATE INDEX ON bench.parted_entry (owner);
