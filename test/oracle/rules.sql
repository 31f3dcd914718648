-- rules.sql - what a session may do, by the decision rules alone
--
-- The oracle: each clause is a sentence of the rules, in their order. Only
-- tables are read; nothing here calls anything of authz's.

CREATE SCHEMA oracle;

-- The privileges of a session: key:value/value,key,…
CREATE VIEW oracle.privilege AS
	SELECT s.session, split_part(p.text, ':', 1) AS key, v.value
	FROM world.session s
	CROSS JOIN string_to_table(s.privileges, ',') AS p (text)
	LEFT JOIN string_to_table(substr(p.text, strpos(p.text, ':') + 1), '/') AS v (value) ON strpos(p.text, ':') > 0;

-- All that a session has: one row for each that is in force.
CREATE VIEW oracle.rights AS
WITH RECURSIVE

-- ---- Who counts ----

-- "A principal counts while active; … sessions of theirs are as good as none;
-- unblocking brings unexpired sessions back, deleting ends them."
s AS MATERIALIZED (
	SELECT o.session, o.account_id, o.principal_id, o.principal_id IS NOT NULL AS has_user, o.session_type
	FROM world.session o
	JOIN authz.account a ON a.account_id = o.account_id AND a.status = 'active'
	LEFT JOIN authz.principal p ON p.principal_id = o.principal_id
	WHERE (p.status = 'active' OR o.principal_id IS NULL)
		AND CASE o.session_type
			WHEN 'widget' THEN NOT EXISTS (SELECT FROM authz.revocation r WHERE r.session_id = o.session_id)
			ELSE EXISTS (SELECT FROM authz.session e WHERE e.session_id = o.session_id)
		END
),
privilege AS MATERIALIZED (
	SELECT p.* FROM oracle.privilege p
),

-- "groups(U): every active group that U is in, directly or through groups, to
-- any depth." "A blocked group passes nothing on."
who (session, principal_id) AS (
	SELECT s.session, s.principal_id FROM s WHERE s.has_user
	UNION
	SELECT w.session, g.principal_id
	FROM who w
	JOIN authz.group_user m ON m.principal_id = w.principal_id
		AND statement_timestamp() <@ tstzrange(m.valid_from, m.valid_until)
	JOIN authz.principal g ON g.principal_id = m.group_id AND g.status = 'active'
),

-- ---- Permissions ----

-- "A role with minimum_assurance or multifactor counts only in sessions that
-- reach it." None of this world's does.
role AS MATERIALIZED (
	SELECT r.role_id, r.account_id, r.name, r.everyone, r.permissions, r.exceptions,
		r.minimum_assurance IS NULL AND NOT r.multifactor AS reached
	FROM authz.role r
	WHERE r.status = 'active'
),
-- "The role of setrole alone, if S has that privilege (unknown, blocked or
-- foreign: none); else the active roles given to U or to groups(U) … and roles
-- marked everyone of its account."
given (session, role_id) AS MATERIALIZED (
	SELECT s.session, r.role_id
	FROM s
	JOIN privilege p ON p.session = s.session AND p.key = 'setrole'
	JOIN role r ON r.account_id = s.account_id AND r.reached AND p.value IN (r.role_id::text, r.name)
	UNION
	SELECT s.session, r.role_id
	FROM s
	JOIN role r ON r.account_id = s.account_id AND r.reached AND (r.everyone OR EXISTS (
		SELECT FROM who w JOIN authz.role_user u ON u.principal_id = w.principal_id
		WHERE w.session = s.session AND u.role_id = r.role_id
			AND statement_timestamp() <@ tstzrange(u.valid_from, u.valid_until)))
	WHERE NOT EXISTS (SELECT FROM privilege p WHERE p.session = s.session AND p.key = 'setrole')
),
-- "If that is empty, the account's default role for the session's type: for
-- admin everything, for user and widget none unless set."
bare AS MATERIALIZED (
	SELECT s.session, s.account_id, s.session_type
	FROM s
	WHERE NOT EXISTS (SELECT FROM privilege p WHERE p.session = s.session AND p.key = 'setrole')
		AND NOT EXISTS (SELECT FROM given g WHERE g.session = s.session)
),
roles (session, role_id) AS MATERIALIZED (
	SELECT g.session, g.role_id FROM given g
	UNION ALL
	SELECT b.session, r.role_id
	FROM bare b
	JOIN authz.account a ON a.account_id = b.account_id
	JOIN role r ON r.account_id = b.account_id AND r.reached
		AND a.settings ->> ('default_' || b.session_type || '_role') IN (r.role_id::text, r.name)
	WHERE b.session_type <> 'admin'
),

-- "An unregistered name is never had."
permission AS MATERIALIZED (
	SELECT a.account_id, b.name, b.explicit, '{}'::text[] AS depends_on
	FROM authz.account a, authz.builtin_permission b
	UNION ALL
	SELECT p.account_id, p.name, p.explicit, p.depends_on FROM authz.permission p
),
-- "* matches all, a.b.* everything below a.b, else equality."
matches (role_id, name, explicit, by_name, by_pattern, excepted) AS MATERIALIZED (
	SELECT r.role_id, p.name, p.explicit, p.name = ANY (r.permissions),
		EXISTS (SELECT FROM unnest(r.permissions) AS m (pattern) WHERE m.pattern ~ '\*$' AND starts_with(p.name, left(m.pattern, -1))),
		p.name = ANY (r.exceptions)
			OR EXISTS (SELECT FROM unnest(r.exceptions) AS m (pattern) WHERE m.pattern ~ '\*$' AND starts_with(p.name, left(m.pattern, -1)))
	FROM role r
	JOIN permission p ON p.account_id = r.account_id
),
-- "A role allows p when one of its patterns matches p and none of its
-- exceptions does." "Permissions marked explicit are matched by their own name
-- only": given by it, while a pattern may well take them away.
allows (role_id, name) AS MATERIALIZED (
	SELECT m.role_id, m.name FROM matches m WHERE (m.by_name OR m.by_pattern AND NOT m.explicit) AND NOT m.excepted
),
takes (role_id, name) AS MATERIALIZED (
	SELECT m.role_id, m.name FROM matches m WHERE (m.by_name OR m.by_pattern) AND NOT m.excepted
),
-- "Roles add up." "Everything of an admin session without roles includes the
-- explicit ones." "restrictingrole takes its role's permissions away
-- afterwards": one that is unknown or blocked leaves nothing.
allowed (session, name) AS MATERIALIZED (
	SELECT f.session, f.name
	FROM (
		SELECT r.session, a.name FROM roles r JOIN allows a ON a.role_id = r.role_id
		UNION
		SELECT b.session, p.name FROM bare b JOIN permission p ON p.account_id = b.account_id WHERE b.session_type = 'admin'
	) f
	WHERE NOT EXISTS (
		SELECT FROM privilege p
		WHERE p.session = f.session AND p.key = 'restrictingrole' AND NOT EXISTS (
			SELECT FROM s JOIN role r ON r.account_id = s.account_id AND p.value IN (r.role_id::text, r.name)
			WHERE s.session = p.session
				AND NOT EXISTS (SELECT FROM takes t WHERE t.role_id = r.role_id AND t.name = f.name)))
),
-- "… and S has every permission that p depends on."
needs (account_id, name, needed) AS (
	SELECT p.account_id, p.name, d.name FROM permission p, unnest(p.depends_on) AS d (name)
	UNION
	SELECT n.account_id, n.name, d.name
	FROM needs n
	JOIN permission p ON p.account_id = n.account_id AND p.name = n.needed
	CROSS JOIN unnest(p.depends_on) AS d (name)
),
has (session, name) AS MATERIALIZED (
	SELECT a.session, a.name
	FROM allowed a
	JOIN s ON s.session = a.session
	WHERE NOT EXISTS (
		SELECT FROM needs n
		WHERE n.account_id = s.account_id AND n.name = a.name
			AND NOT EXISTS (SELECT FROM allowed o WHERE o.session = a.session AND o.name = n.needed))
),

-- ---- Level on a category ----

-- "home(C) is C when its inheritance is manual, else home(parent)."
home (category_id, home_id) AS (
	SELECT p.category_id, p.category_id FROM authz.category_place p WHERE p.inheritance = 'manual'
	UNION ALL
	SELECT p.category_id, h.home_id
	FROM home h
	JOIN authz.category_place p ON p.parent_id = h.category_id AND p.inheritance = 'inherit'
),
-- "level(U, C) is the strongest level among the ACTIVE member rows of home(C)
-- whose principal is U or one of groups(U); the owner of home(C), or a member
-- of a group that owns it, is manager." "none (a subscriber) is no membership."
level (session, category_id, level) AS MATERIALIZED (
	SELECT m.session, h.category_id, max(m.level)
	FROM (
		SELECT w.session, u.category_id, u.level
		FROM who w
		JOIN authz.category_user u ON u.principal_id = w.principal_id AND u.status = 'active'
			AND statement_timestamp() <@ tstzrange(u.valid_from, u.valid_until)
		UNION ALL
		SELECT w.session, c.category_id, 'manager'
		FROM who w
		JOIN authz.category c ON c.owner_id = w.principal_id
	) m
	JOIN home h ON h.home_id = m.category_id
	GROUP BY m.session, h.category_id
),
-- "contexts(C): the contexts of C and of all its ancestors."
contexts (category_id, context) AS (
	SELECT c.category_id, x.context FROM authz.category c, unnest(c.privacy_contexts) AS x (context)
	UNION
	SELECT p.category_id, x.context
	FROM contexts x
	JOIN authz.category_place p ON p.parent_id = x.category_id
),
-- "confinement(S): the contexts named by S's privacycontext, if any."
confined AS MATERIALIZED (
	SELECT DISTINCT p.session FROM privilege p WHERE p.key = 'privacycontext'
),
meets (session, category_id) AS MATERIALIZED (
	SELECT p.session, x.category_id
	FROM privilege p
	JOIN contexts x ON x.context = p.value
	WHERE p.key = 'privacycontext'
),

-- ---- What a session may do with a category ----

-- "all of one account; anything of another account is unknown."
pair AS MATERIALIZED (
	SELECT s.session, c.category_id, s.has_user, c.privacy, c.contribution_policy, c.appear_in_list, c.moderation,
		coalesce(l.level, 'none') AS level,
		EXISTS (SELECT FROM privilege p WHERE p.session = s.session AND p.key = 'disableentitlement')
			AND NOT EXISTS (SELECT FROM privilege p WHERE p.session = s.session AND p.key = 'enableentitlement') AS off,
		EXISTS (SELECT FROM has h WHERE h.session = s.session AND h.name = 'content.view_all') AS views_all,
		EXISTS (SELECT FROM has h WHERE h.session = s.session AND h.name = 'content.manage_all') AS manages_all,
		EXISTS (SELECT FROM has h WHERE h.session = s.session AND h.name = 'category.list') AS lists_all,
		EXISTS (SELECT FROM confined f WHERE f.session = s.session)
			AND NOT EXISTS (SELECT FROM meets m WHERE m.session = s.session AND m.category_id = c.category_id) AS outside,
		EXISTS (SELECT FROM confined f WHERE f.session = s.session)
			OR NOT EXISTS (SELECT FROM contexts x WHERE x.category_id = c.category_id) AS in_scope
	FROM s
	JOIN authz.category c ON c.account_id = s.account_id
	LEFT JOIN level l ON l.session = s.session AND l.category_id = c.category_id
),
viewed AS MATERIALIZED (
	SELECT p.*, CASE
		-- 1. "Enforcement off: … everything below is yes …, whatever rule 2 says."
		WHEN p.off THEN true
		-- 2. "S confined and contexts(C) has none of its contexts: everything is no."
		WHEN p.outside THEN false
		-- "Likewise content.view_all answers yes to view, content.manage_all to everything below, within rule 2."
		WHEN p.views_all OR p.manages_all THEN true
		-- 3. "level(U, C) is member or stronger; or the privacy of C is all, or authenticated_users and S has a user,
		-- and C is in S's scope (contexts(C) is empty for an unconfined S, or meets the confinement)."
		ELSE p.level >= 'member'
			OR (p.privacy = 'all' OR p.privacy = 'authenticated_users' AND p.has_user) AND p.in_scope
	END AS view
	FROM pair p
),
judged AS (
	SELECT v.session, v.category_id, v.moderation, v.view,
		v.off OR NOT v.outside AND v.manages_all AS everything,
		-- 4. "level is contributor or stronger; or the contribution policy of C is all, S has a user, and S may view C."
		NOT v.outside AND (v.level >= 'contributor' OR v.contribution_policy = 'all' AND v.has_user AND v.view) AS contribute,
		-- 5. "moderate: level is moderator or stronger. manage: level is manager."
		NOT v.outside AND v.level >= 'moderator' AS moderate,
		NOT v.outside AND v.level = 'manager' AS manage,
		-- 7. "C itself is listed … when rules 1 and 2 do not forbid it and appear-in-list is everyone's, or level is
		-- member or stronger." category.list: "see that every category exists".
		NOT v.outside AND (v.appear_in_list = 'everyone' OR v.level >= 'member' OR v.lists_all) AS listed
	FROM viewed v
),
categories AS (
	SELECT j.session,
		array_agg(j.category_id ORDER BY j.category_id) AS known,
		array_agg(j.category_id ORDER BY j.category_id) FILTER (WHERE j.view) AS view,
		array_agg(j.category_id ORDER BY j.category_id) FILTER (WHERE j.everything OR j.contribute) AS contribute,
		array_agg(j.category_id ORDER BY j.category_id) FILTER (WHERE j.everything OR j.moderate) AS moderate,
		array_agg(j.category_id ORDER BY j.category_id) FILTER (WHERE j.everything OR j.manage) AS manage,
		array_agg(j.category_id ORDER BY j.category_id) FILTER (WHERE j.everything OR j.listed) AS listed,
		array_agg(j.category_id ORDER BY j.category_id) FILTER (WHERE j.moderation) AS moderated
	FROM judged j
	GROUP BY j.session
)
SELECT s.session, s.account_id, s.has_user,
	(SELECT p.user_id FROM authz.principal p WHERE p.principal_id = s.principal_id) AS user_id,
	ARRAY(SELECT p.user_id FROM who w JOIN authz.principal p ON p.principal_id = w.principal_id
		WHERE w.session = s.session ORDER BY p.user_id) AS names,
	ARRAY(SELECT h.name FROM has h WHERE h.session = s.session ORDER BY h.name) AS permissions,
	coalesce(c.known, '{}') AS known,
	coalesce(c.view, '{}') AS view,
	coalesce(c.contribute, '{}') AS contribute,
	coalesce(c.moderate, '{}') AS moderate,
	coalesce(c.manage, '{}') AS manage,
	coalesce(c.listed, '{}') AS listed,
	coalesce(c.moderated, '{}') AS moderated,
	ARRAY(SELECT p.value FROM privilege p WHERE p.session = s.session AND p.key IN ('sview', 'disableentitlementforentry')) AS see_keys,
	ARRAY(SELECT p.value FROM privilege p WHERE p.session = s.session AND p.key = 'edit') AS edit_keys,
	(SELECT array_agg(p.value) FROM privilege p WHERE p.session = s.session AND p.key = 'limitentry') AS limit_keys,
	ARRAY(SELECT p.value FROM privilege p WHERE p.session = s.session AND p.key = 'edituser') AS edit_users,
	EXISTS (SELECT FROM privilege p WHERE p.session = s.session AND p.key = 'enablecategorymoderation') AS all_pending
FROM s
LEFT JOIN categories c ON c.session = s.session;
