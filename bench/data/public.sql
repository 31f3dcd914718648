-- public.sql - the public benchmark of row security
--
-- 100,000 rows with an owner, a role and a team at random; a thousand rows say
-- who has which role, and a thousand who is in which team. To authz a role or a
-- team is a category, and what an administrator may see is in one more.

CREATE TABLE bench.public_role AS
	SELECT 'u' || 4 + n AS user_id, 'role-' || 1 + bench.dice(n, 100) AS role
	FROM generate_series(1::bigint, 999) AS n
	UNION ALL VALUES ('admin', 'role-admin');
CREATE TABLE bench.public_team AS
	SELECT DISTINCT 'u' || 5 + n / 2 AS user_id, :categories + 101 + bench.dice(n + 5000000, 500) AS team_id
	FROM generate_series(0::bigint, 999) AS n;
CREATE TABLE bench.public (
	id bigint PRIMARY KEY,
	user_id text,
	role text,
	role_id bigint,
	team_id bigint,
	area_id bigint
);
INSERT INTO bench.public
	SELECT id, 'u' || 5 + bench.dice(id, 999), 'role-' || r, :categories + r, t, :categories + 601
	FROM generate_series(1::bigint, 100000) AS id,
		LATERAL (SELECT 1 + bench.dice(id + 1000000, 100) AS r,
			:categories + 101 + bench.dice(id + 2000000, 500) AS t) AS x;
ALTER TABLE bench.public_role ADD PRIMARY KEY (user_id);
CREATE INDEX ON bench.public_team (user_id);
CREATE INDEX ON bench.public_team (team_id);
CREATE INDEX ON bench.public (user_id);
CREATE INDEX ON bench.public (role);
CREATE INDEX ON bench.public (role_id);
CREATE INDEX ON bench.public (team_id);
CREATE INDEX ON bench.public (area_id);
GRANT SELECT ON bench.public, bench.public_role, bench.public_team TO PUBLIC;
ALTER TABLE bench.public ENABLE ROW LEVEL SECURITY;

SELECT authz_category_add('public ' || c, category_id => c)
FROM generate_series(:categories + 1, :categories + 601) AS c \g /dev/null
INSERT INTO authz.category_user (account_id, category_id, principal_id, level)
	SELECT 1, c.category_id, p.principal_id, 'member'
	FROM (
		SELECT user_id, :categories + substr(role, 6)::bigint FROM bench.public_role WHERE role <> 'role-admin'
		UNION ALL
		SELECT user_id, team_id FROM bench.public_team
	) AS c (user_id, category_id)
	JOIN authz.principal p USING (user_id);

CREATE FUNCTION bench.is_admin() RETURNS bool
	LANGUAGE sql STABLE SECURITY DEFINER
	RETURN EXISTS (SELECT FROM bench.public_role WHERE user_id = bench.current_user_id() AND role = 'role-admin');
CREATE FUNCTION bench.has_role() RETURNS text
	LANGUAGE sql STABLE SECURITY DEFINER
	RETURN (SELECT role FROM bench.public_role WHERE user_id = bench.current_user_id());
CREATE FUNCTION bench.user_teams() RETURNS SETOF bigint
	LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
	SELECT team_id FROM bench.public_team WHERE user_id = bench.current_user_id();
END;
CREATE FUNCTION bench.user_team_ids() RETURNS bigint[]
	LANGUAGE sql STABLE SECURITY DEFINER
	RETURN array(SELECT bench.user_teams());
