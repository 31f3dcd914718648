-- account.sql - who there is and what they are members of
--
-- one    member of 1 % of the categories, half of them through nested groups
-- half   member of 50 %
-- old    member of the 1 % that hold the oldest rows and nothing else
-- admin  has a role that allows everything
-- u5 …   100 memberships each, 20 of them through groups nested to depth 5

CREATE SCHEMA bench;
GRANT USAGE ON SCHEMA bench TO PUBLIC;

CREATE TABLE bench.person AS
	SELECT n, coalesce((ARRAY['one', 'half', 'old', 'admin'])[n], 'u' || n) AS user_id,
		CASE WHEN n > 4 THEN n % 10 END AS chain
	FROM generate_series(1, :users) AS n;
ALTER TABLE bench.person ADD PRIMARY KEY (user_id);

-- Ten chains of groups for the many and one for the first: a member of the
-- first of a chain is in all five.
CREATE TABLE bench.chain AS
	SELECT name, depth, 'group-' || name || '-' || depth AS group_id
	FROM generate_series(1, 5) AS depth,
		unnest(ARRAY['one'] || array(SELECT generate_series(0, 9)::text)) AS name;

CREATE TABLE bench.membership (who text, category_id bigint, level text, PRIMARY KEY (who, category_id));
INSERT INTO bench.membership
	SELECT user_id, 1 + (n * 7919 + g * 104729) % :'inhabited'::bigint, 'member'
	FROM bench.person, generate_series(1::bigint, 80) AS g
	WHERE n > 4;
INSERT INTO bench.membership
	SELECT group_id, 1 + (row_number() OVER ()) * 37 % :inhabited, 'member'
	FROM bench.chain, generate_series(1, 4)
	WHERE name <> 'one';
INSERT INTO bench.membership
	SELECT CASE WHEN c / 100 % 2 = 0 THEN 'one' ELSE 'group-one-' || 1 + c / 200 % 5 END, c, 'manager'
	FROM generate_series(7, :inhabited, 100) AS c;
INSERT INTO bench.membership
	SELECT 'half', c, 'manager' FROM generate_series(1, :inhabited, 2) AS c;
INSERT INTO bench.membership
	SELECT 'old', c, 'member' FROM generate_series(:inhabited + 1, :categories) AS c;

-- What it comes to for each user: the membership table of the peers.
CREATE TABLE bench.member AS
	SELECT m.who AS user_id, m.category_id FROM bench.membership m JOIN bench.person p ON p.user_id = m.who
	UNION
	SELECT p.user_id, m.category_id
	FROM bench.person p
	JOIN bench.chain c ON c.name = coalesce(p.chain::text, p.user_id)
	JOIN bench.membership m ON m.who = c.group_id;
ALTER TABLE bench.member ADD PRIMARY KEY (user_id, category_id);
GRANT SELECT ON bench.member TO PUBLIC;

\o /dev/null
SELECT authz_account_add('bench', account_id => 1);
SELECT authz_user_add(user_id) FROM bench.person ORDER BY n;
SELECT authz_group_add(group_id) FROM bench.chain;
SELECT authz_group_user_add(outer_group.group_id, inner_group.group_id)
FROM bench.chain inner_group
JOIN bench.chain outer_group ON outer_group.name = inner_group.name AND outer_group.depth = inner_group.depth + 1;
SELECT authz_permission_add('content.' || verb) FROM unnest('{view,add,update,delete}'::text[]) AS verb;
SELECT authz_role_add('reader', '{content.view,content.add,content.update,content.delete}', everyone => true);
SELECT authz_role_user_add(authz_role_add('administrator', '{*,content.view_all,content.manage_all}'), 'admin');
\o

-- The mass goes straight into the tables, as when moving from another system:
-- the triggers are the same.
INSERT INTO authz.category (category_id, account_id)
	SELECT c, 1 FROM generate_series(1, :categories) AS c;
INSERT INTO authz.category_place (category_id, account_id, name)
	SELECT c, 1, 'c' || c FROM generate_series(1, :categories) AS c;
INSERT INTO authz.group_user (account_id, group_id, principal_id)
	SELECT 1, g.principal_id, u.principal_id
	FROM bench.person p
	JOIN authz.principal u USING (user_id)
	JOIN authz.principal g ON g.user_id = 'group-' || coalesce(p.chain::text, p.user_id) || '-1';
INSERT INTO authz.category_user (account_id, category_id, principal_id, level)
	SELECT 1, m.category_id, p.principal_id, m.level::authz_level
	FROM bench.membership m
	JOIN authz.principal p ON p.user_id = m.who;
