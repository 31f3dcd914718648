-- Acting for a user ------------------------------------------------------------
--
-- An application asks, and gets a key that opens nothing until the user himself
-- has agreed. Then it may do what he may, as he may it at that moment, or what
-- he has narrowed that to; until he withdraws it.

CREATE FUNCTION authz_request_authorization(app_id text, app_secret text, user_id text) RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_request_authorization(text, text, text) IS
	'asks a user to let an application act for him; returns the key that it then does so by, shown once';

CREATE FUNCTION authz_set_application_authorization(id bigint, approved text, permissions text[] DEFAULT NULL,
		category_id bigint DEFAULT NULL, expires_at timestamptz DEFAULT NULL)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_set_application_authorization(bigint, text, text[], bigint, timestamptz) IS
	'the user''s own yes (''approved''), also to less than all he may, or no (''rejected''), now or later';

CREATE FUNCTION authz_authorize(app_id text, app_secret text, application_authorization_key text,
		OUT status text, OUT session_token text, OUT user_id text, OUT expiry timestamptz)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_authorize(text, text, text) IS
	'exchanges application, secret and key for a session of the user who agreed, with the application as its actor';

CREATE FUNCTION authz_authorize(token text, OUT status text, OUT session_token text, OUT user_id text, OUT expiry timestamptz)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'authz_authorize_again';
COMMENT ON FUNCTION authz_authorize(text) IS
	'exchanges such a session for a new one, which ends it; to bring back an exchanged one ends all that followed';

-- A request waits for so long, and a user who has said no so often is left alone.
CREATE FUNCTION authz.request_lifetime() RETURNS interval
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN interval '30 days';
COMMENT ON FUNCTION authz.request_lifetime() IS 'how long a user may take to answer an application';

CREATE FUNCTION authz.reject_grants(grant_id bigint) RETURNS void
	LANGUAGE sql VOLATILE AS $$
	UPDATE authz.application_grant g
	SET status = 'rejected', verifier = NULL, decided_at = now()
	WHERE g.grant_id = reject_grants.grant_id;
	DELETE FROM authz.session s WHERE s.grant_id = reject_grants.grant_id;
$$;
COMMENT ON FUNCTION authz.reject_grants(bigint) IS 'ends a grant or request: its key opens nothing, its sessions are gone';

CREATE FUNCTION authz.open_requests() RETURNS int
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN 1000;
COMMENT ON FUNCTION authz.open_requests() IS 'how many users an application may have asked who have not answered';

-- Whether there is such a user, and whether he may be asked, is not told: for
-- whoever is nobody a request is made that nobody will ever see.
CREATE FUNCTION authz.request_authorization(account_id int, application_id uuid, user_id text) RETURNS text
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	asked text := lower(user_id);
	target bigint;
	secret text := authz.random_hex(32);
	new_id bigint;
	old record;
BEGIN
	IF length(user_id) > 320 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid user id', HINT = 'It has at most 320 characters.';
	END IF;
	-- Requests of one application are made one after another.
	PERFORM FROM authz.application a WHERE a.application_id = request_authorization.application_id FOR NO KEY UPDATE;
	SELECT g.grant_id, g.expires_at <= now() OR g.status = 'submitted' AND g.request_expires_at <= now() AS over INTO old
	FROM authz.application_grant g
	WHERE g.application_id = request_authorization.application_id AND g.asked_for = asked AND g.status <> 'rejected';
	IF old.over THEN
		PERFORM authz.reject_grants(old.grant_id);
	ELSIF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = 'the user has been asked already';
	END IF;
	IF (SELECT count(*) FROM authz.application_grant g
		WHERE g.application_id = request_authorization.application_id AND g.asked_for = asked
			AND g.decided_at > now() - authz.request_lifetime()) >= 5
	THEN
		RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = 'the user has been asked too often',
			HINT = 'He may be asked again when a month has passed.';
	END IF;
	IF (SELECT count(*) FROM (
		SELECT FROM authz.application_grant g
		WHERE g.application_id = request_authorization.application_id AND g.status = 'submitted'
		LIMIT authz.open_requests()) o) = authz.open_requests()
	THEN
		RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = 'too many users have been asked who have not answered',
			HINT = format('An application has at most %s requests that nobody has answered.', authz.open_requests());
	END IF;

	SELECT p.principal_id INTO target
	FROM authz.principal p
	WHERE p.account_id = request_authorization.account_id AND lower(p.user_id) = asked AND p.reused_at IS NULL
		AND p.status <> 'deleted' AND p.kind IN ('person', 'service');
	INSERT INTO authz.application_grant (application_id, account_id, principal_id, asked_for, verifier, request_expires_at)
	VALUES (application_id, account_id, target, asked, authz.verifier(secret), now() + authz.request_lifetime())
	RETURNING grant_id INTO new_id;
	PERFORM authz.note(account_id, NULL, 'application_grant.request', application_id::text,
		jsonb_build_object('id', new_id, 'user_id', user_id));
	RETURN new_id || '-' || secret;
END
$$;
COMMENT ON FUNCTION authz.request_authorization(int, uuid, text) IS 'body of authz_request_authorization()';

CREATE FUNCTION authz.check_grant_scope(account_id int, permissions text[], category_id bigint, expires_at timestamptz) RETURNS void
	LANGUAGE plpgsql STABLE AS $$
DECLARE
	wrong text;
BEGIN
	SELECT coalesce(p.pattern, '') INTO wrong
	FROM unnest(permissions) AS p (pattern)
	WHERE authz.is_permission_pattern(p.pattern) IS NOT TRUE LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('invalid permission pattern "%s"', wrong),
			HINT = 'It is a permission''s name, a name and .* for what is below it, or * for all.';
	END IF;
	IF category_id IS NOT NULL AND NOT EXISTS (
		SELECT FROM authz.category c
		WHERE c.account_id = check_grant_scope.account_id AND c.category_id = check_grant_scope.category_id)
	THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('there is no category %s', category_id);
	END IF;
	IF expires_at <= now() THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'a grant must expire later than now';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_grant_scope(int, text[], bigint, timestamptz) IS 'raises unless a grant may be narrowed to this';

CREATE FUNCTION authz.approve_grant(request authz.application_grant, permissions text[], category_id bigint, expires_at timestamptz)
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	session record;
BEGIN
	IF request.status = 'rejected' OR request.status = 'submitted' AND request.request_expires_at <= now() THEN
		RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = 'the request is not open any more',
			HINT = 'The application may ask again, and gets another key.';
	END IF;
	PERFORM authz.check_grant_scope(request.account_id, permissions, category_id, expires_at);
	SELECT s.assurance, s.multifactor INTO session
	FROM authz.session s WHERE s.session_id = (@extschema@.authz_current_session()).session_id;
	UPDATE authz.application_grant g
	SET status = 'approved',
		permissions = authz.list(approve_grant.permissions),
		category_id = approve_grant.category_id,
		expires_at = approve_grant.expires_at,
		assurance = coalesce(session.assurance, 0),
		multifactor = coalesce(session.multifactor, false),
		decided_at = now()
	WHERE g.grant_id = request.grant_id;
END
$$;
COMMENT ON FUNCTION authz.approve_grant(authz.application_grant, text[], bigint, timestamptz) IS
	'lets the application act for the user, as surely as he was proven himself';

-- Somebody else's request is as good as none.
CREATE FUNCTION authz.set_application_authorization(account_id int, acting bigint, id bigint, approved text, permissions text[],
		category_id bigint, expires_at timestamptz)
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	decision @extschema@.authz_grant_status := authz.word(approved, 'answer', '{approved,rejected}'::@extschema@.authz_grant_status[]);
	request authz.application_grant;
BEGIN
	PERFORM authz.check_given(approved, 'the answer');
	SELECT g.* INTO request
	FROM authz.application_grant g
	WHERE g.account_id = set_application_authorization.account_id AND g.grant_id = id AND (acting IS NULL OR g.principal_id = acting)
	FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = CASE WHEN acting IS NULL THEN 'P0002' ELSE '42501' END,
			MESSAGE = CASE WHEN acting IS NULL THEN format('there is no request %s', id) ELSE 'permission denied' END;
	END IF;
	IF decision = 'approved' THEN
		PERFORM authz.approve_grant(request, permissions, category_id, expires_at);
	ELSIF request.status <> 'rejected' THEN
		PERFORM authz.reject_grants(request.grant_id);
	END IF;
	PERFORM authz.note(account_id, acting, 'application_grant.' || CASE decision WHEN 'approved' THEN 'approve' ELSE 'reject' END,
		request.application_id::text, jsonb_build_object('id', id, 'permissions', permissions, 'category_id', category_id,
			'expires_at', expires_at));
END
$$;
COMMENT ON FUNCTION authz.set_application_authorization(int, bigint, bigint, text, text[], bigint, timestamptz) IS
	'body of authz_set_application_authorization()';
