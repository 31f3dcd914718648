-- members.sql - more users of a hundred memberships each, up to so many in all

SELECT count(*) / 100 AS before FROM authz.category_user WHERE category_id > 1 \gset
SET session_replication_role = replica;
INSERT INTO authz.principal (account_id, user_id)
	SELECT 1, 'g' || n FROM generate_series(:before + 1, :members / 100) AS n;
INSERT INTO authz.category_user (account_id, category_id, principal_id, level)
	SELECT 1, 2 + (p.n * 7919 + g * 104729) % 9999, p.principal_id, 'member'
	FROM (SELECT principal_id, substr(user_id, 2)::bigint AS n FROM authz.principal WHERE user_id LIKE 'g%') AS p,
		generate_series(1::bigint, 100) AS g
	WHERE p.n > :before;
