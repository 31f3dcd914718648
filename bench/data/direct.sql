-- direct.sql - users who are members of a thousand categories, ten thousand and so on

--
-- And users who will be members of the roots of trees of as many.

INSERT INTO bench.person
	SELECT 3 + row_number() OVER (), who || size
	FROM unnest('{direct-,below-}'::text[]) AS who, unnest(string_to_array(:'sizes', ' ')) AS size;
SELECT authz_user_add(user_id) FROM bench.person WHERE n > 3 ORDER BY n \g /dev/null

SET session_replication_role = replica;
INSERT INTO authz.category_user (account_id, category_id, principal_id, level)
	SELECT 1, c, p.principal_id, 'member'
	FROM unnest(string_to_array(:'sizes', ' ')::int[]) AS size
	JOIN authz.principal p ON p.user_id = 'direct-' || size,
		generate_series(:flat / size, :flat, :flat / size) AS c;

-- The same for the peers.
CREATE TABLE bench.member AS
	SELECT p.user_id, u.category_id FROM authz.category_user u JOIN authz.principal p USING (principal_id);
ALTER TABLE bench.member ADD PRIMARY KEY (user_id, category_id);
