-- base.sql - what the databases about growth begin with: few users, one role
--
-- hundred   member of 100 categories
-- few       member of the one category that has a thousand rows in each table
-- there     member of a category where nothing is yet

CREATE SCHEMA bench;
GRANT USAGE ON SCHEMA bench TO PUBLIC;
CREATE TABLE bench.person AS
	SELECT n, user_id FROM unnest('{hundred,few,there}'::text[]) WITH ORDINALITY AS p (user_id, n);

\o /dev/null
SELECT authz_account_add('bench', account_id => 1);
SELECT authz_user_add(user_id) FROM bench.person ORDER BY n;
SELECT authz_permission_add('content.' || verb) FROM unnest('{view,add,update,delete}'::text[]) AS verb;
SELECT authz_role_add('reader', '{content.view,content.add,content.update,content.delete}', everyone => true);
\o

-- What follows is right by construction; the triggers that tell of changes are run.
SET session_replication_role = replica;
INSERT INTO authz.category (category_id, account_id)
	SELECT c, 1 FROM generate_series(1, :flat) AS c;
INSERT INTO authz.category_place (category_id, account_id, name)
	SELECT c, 1, 'c' || c FROM generate_series(1, :flat) AS c;
INSERT INTO authz.category_user (account_id, category_id, principal_id, level)
	SELECT 1, :flat / 100 * n, p.principal_id, 'member'
	FROM authz.principal p, generate_series(1, 100) AS n
	WHERE p.user_id = 'hundred';
