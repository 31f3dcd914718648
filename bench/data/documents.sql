-- documents.sql - a second table: a document for every tenth row of content
--
-- In the category and of the owner of that row. Titles begin with one of a
-- thousand words, texts have six.

CREATE FUNCTION bench.word(n bigint) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN substr(md5(n::text), 1, 6);

CREATE TABLE bench.document (
	id bigint NOT NULL,
	content_id bigint NOT NULL,
	category_id bigint NOT NULL,
	owner text,
	title text,
	body text,
	tags jsonb,
	words tsvector
);
INSERT INTO bench.document
	SELECT c.id / 10, c.id, c.category_id, c.owner, bench.word(bench.dice(c.id, 1000)) || ' ' || c.id, b.body,
		jsonb_build_object('kind', bench.dice(c.id, 500), 'year', 2000 + c.id % 27), to_tsvector('simple', b.body)
	FROM bench.content c,
		LATERAL (SELECT string_agg(bench.word(bench.dice(c.id + n, 1000)), ' ') AS body
			FROM generate_series(1, 6) AS n) AS b
	WHERE c.id % 10 = 0
	ORDER BY c.id;
ALTER TABLE bench.document ADD PRIMARY KEY (id);
CREATE INDEX ON bench.document (content_id);
CREATE INDEX ON bench.document (category_id);
CREATE INDEX ON bench.document (owner);
CREATE INDEX ON bench.document (title text_pattern_ops);
CREATE EXTENSION pg_trgm;
CREATE INDEX ON bench.document USING gin (body gin_trgm_ops);
CREATE INDEX ON bench.document USING gin (words);
CREATE INDEX ON bench.document USING gin (tags jsonb_path_ops);
