-- Views --------------------------------------------------------------------
--
-- A session sees what concerns it, or all of its account with the permission
-- <noun>.list; an administrator of the database sees all of the account that he
-- acts for. Who asks is found out once per statement, in sub-selects that do
-- not depend on the row. No view shows a secret.

CREATE FUNCTION authz_reading_account(permission text) RETURNS int
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_reading_account(text) IS
	'the account of which the caller may read all rows by this permission, or, with NULL, any; NULL for none';

CREATE FUNCTION authz_reading_database() RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_reading_database() IS 'whether the caller administers the database and no session is set';

CREATE FUNCTION authz_category_is_listed(category_id bigint) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_category_is_listed(bigint) IS
	'whether the session in force is told of the category: it is a member, or it appears in everybody''s list';

-- Himself and his groups: what concerns these concerns him.
CREATE VIEW authz.reader AS
	SELECT p.principal_id
	FROM unnest(authz_owner_ids()) AS n (name)
	JOIN authz.principal p ON p.account_id = (SELECT authz_current_account_id()) AND lower(p.user_id) = lower(n.name)
		AND p.reused_at IS NULL;
COMMENT ON VIEW authz.reader IS 'principals of the session in force: its user and his groups';

CREATE VIEW authz_accounts WITH (security_barrier) AS
	SELECT a.account_id, a.name, '_' || a.account_id::text AS widget_id, 'urn:uuid:' || a.issuer::text AS issuer, a.status,
		CASE WHEN (SELECT authz_reading_database() OR authz_has_permission('account.manage')) THEN a.settings END AS settings,
		a.created_at, a.updated_at
	FROM authz.account a
	WHERE (SELECT authz_reading_database()) OR a.account_id = (SELECT authz_reading_account(NULL));
COMMENT ON VIEW authz_accounts IS 'the session''s account, or all while no session is set; settings are shown to who may change them';

CREATE VIEW authz_users WITH (security_barrier) AS
	SELECT p.account_id, p.user_id, p.kind, p.status, p.first_name, p.last_name, p.screen_name, p.email,
		(SELECT f.user_id FROM authz.secondary_identity s JOIN authz.principal f ON f.principal_id = s.primary_id
			WHERE s.principal_id = p.principal_id) AS primary_user_id,
		p.created_at, p.updated_at
	FROM authz.principal p
	WHERE p.kind <> 'group' AND p.status <> 'deleted'
		AND (p.account_id = (SELECT authz_reading_account('user.list'))
			OR p.principal_id = ANY (ARRAY(SELECT r.principal_id FROM authz.reader r)));
COMMENT ON VIEW authz_users IS 'persons, services and applications: himself, or all with user.list';

CREATE VIEW authz_groups WITH (security_barrier) AS
	SELECT p.account_id, p.user_id AS group_id, p.screen_name AS name, p.status, p.created_at, p.updated_at
	FROM authz.principal p
	WHERE p.kind = 'group' AND p.status <> 'deleted'
		AND (p.account_id = (SELECT authz_reading_account('group.list'))
			OR p.principal_id = ANY (ARRAY(SELECT r.principal_id FROM authz.reader r)));
COMMENT ON VIEW authz_groups IS 'groups: those one is in, directly or through others, or all with group.list';

CREATE VIEW authz_group_users WITH (security_barrier) AS
	SELECT g.account_id, (SELECT p.user_id FROM authz.principal p WHERE p.principal_id = g.group_id) AS group_id,
		(SELECT p.user_id FROM authz.principal p WHERE p.principal_id = g.principal_id) AS user_id,
		g.level, g.update_method, g.valid_from, g.valid_until, g.created_at
	FROM (
		SELECT a.* FROM authz.group_user a
		WHERE (SELECT authz_reading_account('group_user.list')) IS NOT NULL
			AND a.account_id = (SELECT authz_reading_account('group_user.list'))
		UNION ALL
		SELECT a.* FROM authz.group_user a
		WHERE (SELECT authz_reading_account('group_user.list')) IS NULL
			AND (a.principal_id = ANY (ARRAY(SELECT r.principal_id FROM authz.reader r)) OR a.group_id = ANY (ARRAY(
				SELECT m.group_id FROM authz.group_user m JOIN authz.reader r ON r.principal_id = m.principal_id
				WHERE m.level = 'manager' AND coalesce(m.valid_from <= now(), true) AND coalesce(m.valid_until > now(), true))))) g;
COMMENT ON VIEW authz_group_users IS 'members of groups: one''s own memberships, those of groups one manages, or all with group_user.list';

CREATE VIEW authz_permissions WITH (security_barrier) AS
	SELECT p.account_id, p.name, p.description, p.depends_on, p.explicit, false AS built_in
	FROM authz.permission p
	WHERE p.account_id = (SELECT authz_reading_account('permission.list'))
		OR p.account_id = (SELECT authz_current_account_id()) AND authz_has_permission(p.name)
	UNION ALL
	SELECT (SELECT authz_reading_account(NULL)), b.name, b.description, '{}', b.explicit, true
	FROM authz.builtin_permission b
	WHERE (SELECT authz_reading_database()) OR (SELECT authz_reading_account('permission.list')) IS NOT NULL
		OR authz_has_permission(b.name);
COMMENT ON VIEW authz_permissions IS 'permissions, built in and registered: those one has, or all with permission.list';

CREATE VIEW authz_roles WITH (security_barrier) AS
	SELECT r.role_id, r.account_id, r.name, r.description, r.application_id, r.label, r.rank, r.everyone, r.minimum_assurance,
		r.multifactor, r.permissions, r.exceptions, r.status, r.created_at, r.updated_at
	FROM authz.role r
	WHERE r.status <> 'deleted'
		AND (r.account_id = (SELECT authz_reading_account('role.list'))
			OR r.role_id = ANY ((SELECT (authz_current_session()).role_ids)::bigint[]));
COMMENT ON VIEW authz_roles IS 'roles: those that count for the session, or all with role.list';

CREATE VIEW authz_role_users WITH (security_barrier) AS
	SELECT u.account_id, u.role_id, (SELECT r.name FROM authz.role r WHERE r.role_id = u.role_id) AS role,
		(SELECT p.user_id FROM authz.principal p WHERE p.principal_id = u.principal_id) AS user_id,
		u.source, u.valid_from, u.valid_until, u.created_at
	FROM (
		SELECT a.* FROM authz.role_user a
		WHERE (SELECT authz_reading_account('role_user.list')) IS NOT NULL
			AND a.account_id = (SELECT authz_reading_account('role_user.list'))
		UNION ALL
		SELECT a.* FROM authz.role_user a
		WHERE (SELECT authz_reading_account('role_user.list')) IS NULL
			AND a.principal_id = ANY (ARRAY(SELECT r.principal_id FROM authz.reader r))) u;
COMMENT ON VIEW authz_role_users IS 'who has which role: oneself and one''s groups, or all with role_user.list';

-- What is asked for of the way to the root is looked up for each row by itself,
-- so that a few categories of many are cheap.
CREATE VIEW authz_categories WITH (security_barrier) AS
	SELECT c.category_id, c.account_id, p.parent_id, p.name,
		(WITH RECURSIVE up AS (
			SELECT p.parent_id, p.name, 0 AS step
			UNION ALL
			SELECT u.parent_id, u.name, up.step + 1 FROM up JOIN authz.category_place u ON u.category_id = up.parent_id)
		SELECT string_agg(up.name, '>' ORDER BY up.step DESC) FROM up) AS full_name,
		(WITH RECURSIVE up AS (
			SELECT p.parent_id, 0 AS step
			UNION ALL
			SELECT u.parent_id, up.step + 1 FROM up JOIN authz.category_place u ON u.category_id = up.parent_id)
		SELECT max(up.step) FROM up) AS depth,
		c.privacy, nullif(array_to_string(c.privacy_contexts, ','), '') AS privacy_context,
		(WITH RECURSIVE up AS (
			SELECT p.parent_id, c.privacy_contexts
			UNION ALL
			SELECT u.parent_id, a.privacy_contexts
			FROM up
			JOIN authz.category_place u ON u.category_id = up.parent_id
			JOIN authz.category a ON a.category_id = u.category_id)
		SELECT coalesce(array_agg(DISTINCT w.context), '{}') FROM up, unnest(up.privacy_contexts) AS w (context)) AS contexts,
		p.inheritance, c.contribution_policy, h.default_level AS default_permission_level, h.join_policy AS user_join_policy,
		c.appear_in_list, c.moderation, o.user_id AS owner, c.reference_id, c.created_at, c.updated_at
	FROM authz.category c
	JOIN authz.category_place p ON p.category_id = c.category_id
	JOIN authz.category h ON h.category_id = CASE p.inheritance WHEN 'manual' THEN c.category_id ELSE (
		WITH RECURSIVE up AS (
			SELECT p.category_id, p.parent_id, p.inheritance
			UNION ALL
			SELECT u.category_id, u.parent_id, u.inheritance
			FROM up JOIN authz.category_place u ON u.category_id = up.parent_id WHERE up.inheritance = 'inherit')
		SELECT up.category_id FROM up WHERE up.inheritance = 'manual') END
	LEFT JOIN authz.principal o ON o.principal_id = h.owner_id AND o.reused_at IS NULL
	WHERE c.account_id = (SELECT authz_reading_account(NULL)) AND authz_category_is_listed(c.category_id);
COMMENT ON VIEW authz_categories IS
	'categories that are listed to the session, or all with category.list; owner and rules of joining are those in effect';

CREATE VIEW authz_category_users WITH (security_barrier) AS
	SELECT u.account_id, u.category_id, (SELECT p.user_id FROM authz.principal p WHERE p.principal_id = u.principal_id) AS user_id,
		u.level AS permission_level, u.status, u.update_method, u.valid_from, u.valid_until, u.created_at
	FROM (
		SELECT a.* FROM authz.category_user a
		WHERE (SELECT authz_reading_account('category_user.list')) IS NOT NULL
			AND a.account_id = (SELECT authz_reading_account('category_user.list'))
		UNION ALL
		SELECT a.* FROM authz.category_user a
		WHERE (SELECT authz_reading_account('category_user.list')) IS NULL
			AND (a.principal_id = ANY (ARRAY(SELECT r.principal_id FROM authz.reader r))
				OR authz_can_manage(a.category_id))) u;
COMMENT ON VIEW authz_category_users IS
	'members of categories: oneself and one''s groups, those of categories one manages, or all with category_user.list';

CREATE VIEW authz_apptokens WITH (security_barrier) AS
	SELECT t.apptoken_id AS id, t.account_id, t.description, t.hash_type, t.session_type, p.user_id AS session_user_id,
		t.session_duration, t.session_privileges, t.expires_at AS expiry, t.status, t.created_at, t.updated_at
	FROM authz.apptoken t
	LEFT JOIN authz.principal p ON p.principal_id = t.session_principal_id
	WHERE t.status <> 'deleted' AND t.account_id = (SELECT authz_reading_account('apptoken.list'));
COMMENT ON VIEW authz_apptokens IS 'app tokens, with apptoken.list; never the tokens themselves';

CREATE VIEW authz_sessions WITH (security_barrier) AS
	SELECT s.session_id, s.account_id, (SELECT p.user_id FROM authz.principal p WHERE p.principal_id = s.principal_id) AS user_id,
		s.session_type, s.apptoken_id, s.application_id, s.privileges, s.started_at, s.expires_at AS expiry
	FROM (
		SELECT a.* FROM authz.session a
		WHERE (SELECT authz_reading_account('session.list')) IS NOT NULL
			AND a.account_id = (SELECT authz_reading_account('session.list'))
		UNION ALL
		SELECT a.* FROM authz.session a
		WHERE (SELECT authz_reading_account('session.list')) IS NULL
			AND a.principal_id = ANY (ARRAY(SELECT r.principal_id FROM authz.reader r))) s
	WHERE s.expires_at > statement_timestamp() AND s.rotated_at IS NULL;
COMMENT ON VIEW authz_sessions IS 'who is signed in: one''s own sessions, or all with session.list';

GRANT SELECT ON authz_accounts, authz_users, authz_groups, authz_group_users, authz_permissions, authz_roles, authz_role_users,
	authz_categories, authz_category_users, authz_apptokens, authz_sessions TO PUBLIC;
