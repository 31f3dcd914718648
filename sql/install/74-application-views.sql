-- Views of applications ----------------------------------------------------------
--
-- Whoever has a stake in an application sees what is of it; who answers for the
-- account sees all with the permission <noun>.list.

CREATE FUNCTION authz_application_roles(user_id text, application_id uuid, assurance int DEFAULT NULL, multifactor bool DEFAULT NULL)
	RETURNS text[]
	LANGUAGE C STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_application_roles(text, uuid, int, bool) IS
	'roles of the application that count for a user proven so surely, given to him, to his groups, or to everyone';

-- Applications in which the session in force has a stake, that it is one of or acts through.
CREATE VIEW authz.stake AS
	SELECT a.application_id
	FROM authz.application a
	WHERE a.account_id = (SELECT authz_current_account_id())
		AND (a.owner_id = ANY (ARRAY(SELECT r.principal_id FROM authz.reader r))
			OR a.manager_id = ANY (ARRAY(SELECT r.principal_id FROM authz.reader r))
			OR a.administrators_id = ANY (ARRAY(SELECT r.principal_id FROM authz.reader r))
			OR a.identity_id = ANY (ARRAY(SELECT r.principal_id FROM authz.reader r)))
		AND (SELECT authz_current_actor() LIKE 'application:%') IS NOT TRUE;
COMMENT ON VIEW authz.stake IS 'applications that the session in force owns, manages, administers or is; none while one acts for it';

CREATE VIEW authz.himself AS
	SELECT p.principal_id
	FROM authz.principal p
	WHERE p.account_id = (SELECT authz_current_account_id()) AND p.reused_at IS NULL
		AND lower(p.user_id) = lower((SELECT authz_current_user_id()))
		AND (SELECT authz_current_actor() LIKE 'application:%') IS NOT TRUE;
COMMENT ON VIEW authz.himself IS 'the user of the session in force, unless an application acts for him';

CREATE VIEW authz_applications WITH (security_barrier) AS
	SELECT a.application_id, a.account_id, a.identifier AS application_identifier, i.user_id AS identity_id, a.display_name, a.description,
		a.home_page, o.user_id AS owner_id, m.user_id AS manager_id, g.user_id AS administrators_id, a.status, a.blocking_reason,
		a.created_at, a.updated_at
	FROM authz.application a
	JOIN authz.principal i ON i.principal_id = a.identity_id
	LEFT JOIN authz.principal o ON o.principal_id = a.owner_id
	LEFT JOIN authz.principal m ON m.principal_id = a.manager_id
	LEFT JOIN authz.principal g ON g.principal_id = a.administrators_id
	WHERE a.status <> 'deleted'
		AND (a.account_id = (SELECT authz_reading_account('application.list'))
			OR a.application_id = ANY (ARRAY(SELECT s.application_id FROM authz.stake s)));
COMMENT ON VIEW authz_applications IS 'applications one owns, manages, administers or is, or all with application.list';

CREATE VIEW authz_application_secrets WITH (security_barrier) AS
	SELECT s.secret_id, s.account_id, s.application_id, s.label, s.created_at, s.expires_at
	FROM authz.application_secret s
	WHERE s.account_id = (SELECT authz_reading_account('application_secret.list'))
		OR s.application_id = ANY (ARRAY(SELECT k.application_id FROM authz.stake k));
COMMENT ON VIEW authz_application_secrets IS
	'which secrets the applications have that one has a stake in, or all with application_secret.list; never a secret';

-- What a user is asked, by whom: nothing that acts for him sees it.
CREATE VIEW authz_registrations WITH (security_barrier) AS
	SELECT r.registration_id, r.account_id, r.application_id, a.identifier AS application_identifier, r.protocol, r.client_id,
		r.definition, r.created_at, r.updated_at,
		(SELECT count(*) FROM authz.registration_secret s
			WHERE s.registration_id = r.registration_id AND (s.expires_at IS NULL OR s.expires_at > now())) AS secrets
	FROM authz.registration r
	JOIN authz.application a ON a.application_id = r.application_id
	WHERE r.account_id = (SELECT authz_reading_account('registration.list'))
		OR r.application_id = ANY (ARRAY(SELECT k.application_id FROM authz.stake k));
COMMENT ON VIEW authz_registrations IS
	'registrations for single sign-on of the applications that one has a stake in, or all with registration.list; '
	'how many client secrets hold, never a secret';

CREATE VIEW authz_application_requests WITH (security_barrier) AS
	SELECT g.grant_id AS id, g.application_id::text AS app_id, a.display_name AS name, a.home_page,
		(SELECT coalesce(o.screen_name, nullif(concat_ws(' ', o.first_name, o.last_name), ''), o.user_id)
			FROM authz.principal o WHERE o.principal_id = a.owner_id) AS developer,
		CASE WHEN g.status = 'submitted' AND g.request_expires_at <= now() THEN 'rejected' ELSE g.status END AS status,
		g.requested_at, g.request_expires_at AS expires_at, g.account_id,
		(SELECT p.user_id FROM authz.principal p WHERE p.principal_id = g.principal_id) AS user_id
	FROM authz.application_grant g
	JOIN authz.application a ON a.application_id = g.application_id AND a.status <> 'deleted'
	WHERE g.principal_id IS NOT NULL
		AND (g.account_id = (SELECT authz_reading_account('application_request.list'))
			OR g.principal_id = (SELECT h.principal_id FROM authz.himself h));
COMMENT ON VIEW authz_application_requests IS
	'applications that have asked to act for one, and what one has answered, or all with application_request.list';

CREATE VIEW authz_application_grants WITH (security_barrier) AS
	SELECT g.grant_id AS id, g.application_id::text AS app_id, a.display_name AS name,
		(SELECT p.user_id FROM authz.principal p WHERE p.principal_id = g.principal_id) AS user_id,
		g.permissions, g.category_id, g.assurance, g.multifactor, g.decided_at AS approved_at, g.expires_at,
		(SELECT max(y.occurred_at) FROM authz.application_activity y
			WHERE y.application_id = g.application_id AND y.principal_id = g.principal_id AND y.outcome = 'ok') AS last_used_at,
		g.account_id
	FROM authz.application_grant g
	JOIN authz.application a ON a.application_id = g.application_id AND a.status <> 'deleted'
	WHERE g.status = 'approved' AND (g.expires_at IS NULL OR g.expires_at > now())
		AND (g.account_id = (SELECT authz_reading_account('application_grant.list'))
			OR g.principal_id = (SELECT h.principal_id FROM authz.himself h));
COMMENT ON VIEW authz_application_grants IS 'applications that may act for one, and how far, or all with application_grant.list';

CREATE VIEW authz_application_users WITH (security_barrier) AS
	SELECT u.account_id, r.application_id, p.user_id, p.kind, r.role_id, r.name AS role, coalesce(r.label, r.name) AS label, u.source,
		u.valid_from, u.valid_until, p.status, p.first_name, p.last_name, p.screen_name, p.email
	FROM authz.role r
	JOIN authz.role_user u ON u.role_id = r.role_id
	JOIN authz.principal p ON p.principal_id = u.principal_id
	WHERE r.application_id IS NOT NULL AND r.status <> 'deleted'
		AND (r.account_id = (SELECT authz_reading_account('application_user.list'))
			OR r.application_id = ANY (ARRAY(SELECT k.application_id FROM authz.stake k))
			OR u.principal_id = ANY (ARRAY(SELECT d.principal_id FROM authz.reader d)));
COMMENT ON VIEW authz_application_users IS
	'who has which role of an application: oneself, those of applications one has a stake in, or all with application_user.list';

CREATE VIEW authz_application_activity WITH (security_barrier) AS
	SELECT y.application_id, y.account_id, y.occurred_at, y.action, y.outcome,
		(SELECT p.user_id FROM authz.principal p WHERE p.principal_id = y.principal_id) AS user_id,
		y.session_id, y.secret_id,
		(SELECT s.label FROM authz.application_secret s WHERE s.secret_id = y.secret_id) AS secret, y.source, y.client_id
	FROM authz.application_activity y
	WHERE y.account_id = (SELECT authz_reading_account('application_activity.list'))
		OR y.application_id = ANY (ARRAY(SELECT k.application_id FROM authz.stake k));
COMMENT ON VIEW authz_application_activity IS
	'sessions that applications started, as whom, with which secret, and attempts that were refused; '
	'of those one has a stake in, or all with application_activity.list';

CREATE VIEW authz_owner_changes WITH (security_barrier) AS
	SELECT o.owner_change_id AS id, o.account_id, o.application_id, a.identifier AS application_identifier, a.display_name,
		w.user_id AS owner_id, n.user_id AS new_owner_id, q.user_id AS requested_by,
		CASE WHEN o.status = 'pending' AND o.expires_at <= now() THEN 'cancelled' ELSE o.status END AS status,
		o.requested_at, o.expires_at, o.decided_at
	FROM authz.owner_change o
	JOIN authz.application a ON a.application_id = o.application_id
	JOIN authz.principal n ON n.principal_id = o.new_owner_id
	LEFT JOIN authz.principal q ON q.principal_id = o.requested_by
	LEFT JOIN authz.principal w ON w.principal_id = a.owner_id
	WHERE o.account_id = (SELECT authz_reading_account('owner_change.list'))
		OR o.application_id = ANY (ARRAY(SELECT k.application_id FROM authz.stake k))
		OR o.new_owner_id = ANY (ARRAY(SELECT d.principal_id FROM authz.reader d));
COMMENT ON VIEW authz_owner_changes IS
	'who is asked to own an application: oneself, for those one has a stake in, or all with owner_change.list';

GRANT SELECT ON authz_applications, authz_application_secrets, authz_registrations, authz_application_requests, authz_application_grants,
	authz_application_users, authz_application_activity, authz_owner_changes TO PUBLIC;
