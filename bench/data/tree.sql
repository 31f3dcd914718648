-- tree.sql - trees of a thousand categories, ten thousand and so on, 50 deep
--
-- Each has a root of its own with one member; below it the head of all others,
-- who inherit. Roots have the ids from 20,000,000, heads and what is below them
-- those from 10,000,000, by the size of the tree.

SET session_replication_role = replica;
CREATE TABLE bench.tree AS
	SELECT size::int AS size, 20000000 + size::bigint AS root, 10000000 + size::bigint AS head
	FROM unnest(string_to_array(:'sizes', ' ')) AS size;
INSERT INTO authz.category (category_id, account_id)
	SELECT root, 1 FROM bench.tree
	UNION ALL SELECT 20000000, 1
	UNION ALL SELECT head + n, 1 FROM bench.tree, generate_series(0, size - 1) AS n;
INSERT INTO authz.category_place (category_id, account_id, parent_id, name, inheritance)
	SELECT root, 1, NULL::bigint, 'root ' || size, 'manual'::authz_inheritance FROM bench.tree
	UNION ALL SELECT 20000000, 1, NULL, 'there', 'manual'
	UNION ALL SELECT head, 1, root, 'head', 'inherit' FROM bench.tree
	UNION ALL
	SELECT head + n, 1, CASE WHEN n % 48 = 1 THEN head ELSE head + n - 1 END, 'c' || n, 'inherit'
	FROM bench.tree, generate_series(1, size - 1) AS n;
INSERT INTO authz.category_user (account_id, category_id, principal_id, level)
	SELECT 1, t.root, p.principal_id, 'member'::authz_level
	FROM bench.tree t JOIN authz.principal p ON p.user_id = 'below-' || t.size
	UNION ALL
	SELECT 1, 20000000, principal_id, 'member' FROM authz.principal WHERE user_id = 'there';
INSERT INTO bench.member
	SELECT 'below-' || size, id FROM bench.tree, generate_series(head, head + size - 1) AS id
	UNION ALL
	SELECT 'below-' || size, root FROM bench.tree;
