-- rows.sql - tables of growing size in a database of 10,000 categories
--
-- In each a thousand rows are in the first category and all others at random in
-- one of the rest: who is a member of that one sees as many rows in every table,
-- who is a member of a hundred a hundredth of them.

CREATE FUNCTION bench.dice(n bigint, sides bigint) RETURNS bigint
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN (hashint8extended(n, sides) & 9223372036854775807) % sides;

INSERT INTO authz.category_user (account_id, category_id, principal_id, level)
	SELECT 1, 1, principal_id, 'member' FROM authz.principal WHERE user_id = 'few';

\o /dev/null
SELECT format('CREATE TABLE bench.rows_%1$s (id bigint NOT NULL, category_id bigint NOT NULL, owner text, title text);'
	'INSERT INTO bench.rows_%1$s'
	' SELECT n, CASE WHEN n %% (%1$s / 1000) = 0 THEN 1 ELSE 2 + bench.dice(n, 9999) END,'
	'  ''o'' || bench.dice(n + 1, 5000), ''title '' || n'
	' FROM generate_series(1::bigint, %1$s) AS n;'
	'ALTER TABLE bench.rows_%1$s ADD PRIMARY KEY (id);'
	'CREATE INDEX ON bench.rows_%1$s (category_id);'
	'CREATE INDEX ON bench.rows_%1$s (owner);'
	'GRANT SELECT ON bench.rows_%1$s TO PUBLIC;'
	'ALTER TABLE bench.rows_%1$s OWNER TO bench_owner;'
	'SELECT authz_protect(''bench.rows_%1$s'', ''category_id'', ''owner'', ''content'')', size)
FROM unnest(string_to_array(:'sizes', ' ')) AS size
\gexec
