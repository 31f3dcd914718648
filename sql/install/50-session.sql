-- Sessions -----------------------------------------------------------------

CREATE FUNCTION authz.session_type(ordinal int) RETURNS authz_session_type
	LANGUAGE sql STABLE PARALLEL SAFE
	RETURN (enum_range(NULL::authz_session_type))[ordinal + 1];
COMMENT ON FUNCTION authz.session_type(int) IS 'the session type of a token''s number';

CREATE FUNCTION authz_start_widget_session(widget_id text, expiry int DEFAULT 86400)
	RETURNS authz_session_info
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_start_widget_session(text, int) IS
	'starts a session without rights for an account''s widget id (''_'' and its number)';

CREATE FUNCTION authz_start_session(id text, token_hash text, user_id text DEFAULT NULL, type text DEFAULT NULL,
		expiry int DEFAULT NULL, session_privileges text DEFAULT NULL)
	RETURNS authz_session_info
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_start_session(text, text, text, text, int, text) IS
	'exchanges an app token, proven by a hash over the session in force and the token, for a session';

CREATE FUNCTION authz_start_secret_session(account_id int, secret text, user_id text DEFAULT NULL, type text DEFAULT 'user',
		expiry int DEFAULT 86400, session_privileges text DEFAULT NULL, assurance int DEFAULT 0, multifactor bool DEFAULT false)
	RETURNS authz_session_info
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_start_secret_session(int, text, text, text, int, text, int, bool) IS
	'starts a session for whoever has the account''s administration secret; he says how surely the user was proven';

CREATE FUNCTION authz_use_session(session_token text, is_local bool DEFAULT true)
	RETURNS authz_session_info
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_use_session(text, bool) IS
	'puts a session in force for the transaction, or the connection, or says what is wrong with it';

CREATE FUNCTION authz_current_session() RETURNS authz_session_info
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_current_session() IS 'the session in force, NULL for none';

CREATE FUNCTION authz_current_user_id() RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_current_user_id() IS 'user of the session in force, NULL for none';

CREATE FUNCTION authz_current_account_id() RETURNS int
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_current_account_id() IS 'account of the session in force, NULL for none';

CREATE FUNCTION authz_current_actor() RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_current_actor() IS 'what acts for the user of the session in force, NULL for nothing';

CREATE FUNCTION authz_end_session() RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_end_session() IS 'ends the session in force, everywhere';

CREATE FUNCTION authz_sessions_revoke(session_id text DEFAULT NULL, user_id text DEFAULT NULL, apptoken_id text DEFAULT NULL,
		application_id uuid DEFAULT NULL, issuer text DEFAULT NULL, started_before timestamptz DEFAULT NULL)
	RETURNS int
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_sessions_revoke(text, text, text, uuid, text, timestamptz) IS
	'ends the sessions that match all that is given; returns how many';

CREATE FUNCTION authz.session_groups(privileges text) RETURNS text[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'authz_session_groups';
COMMENT ON FUNCTION authz.session_groups(text) IS 'what a session is revoked by beside its id: the values of sessionid';

CREATE FUNCTION authz.has_ks(settings jsonb) RETURNS bool
	LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(settings -> 'accept_ks' = 'true', false) OR coalesce(settings ->> 'token_format' = 'ks', false)
$$;
COMMENT ON FUNCTION authz.has_ks(jsonb) IS 'whether an account with these settings has Kaltura sessions, and so keeps the secrets that sign them';

-- A Kaltura session lasts as long as its maker likes, and counts while the secret
-- does that signed it; what another issuer signs, as long as that issuer says.
CREATE FUNCTION authz.last_end(account_id int, issuer text) RETURNS timestamptz
	LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN last_end.issuer <> 'urn:uuid:' || a.issuer THEN coalesce(guests.last, 'infinity') ELSE greatest(
		statement_timestamp() + make_interval(secs => a.longest_session),
		(SELECT max(coalesce(s.expires_at, 'infinity')) FROM authz.account_secret s
		WHERE s.account_id = a.account_id AND s.secret_id IS NOT NULL),
		CASE WHEN last_end.issuer IS NULL THEN guests.last END) END
	FROM authz.account a
	CROSS JOIN LATERAL (
		SELECT statement_timestamp() + make_interval(secs => max(i.max_lifetime)) + current_setting('authz.clock_skew')::interval AS last
		FROM authz.issuer i
		WHERE i.account_id = a.account_id AND i.issuer = coalesce(last_end.issuer, i.issuer)) guests
	WHERE a.account_id = last_end.account_id
$$;
COMMENT ON FUNCTION authz.last_end(int, text) IS
	'when the last session without a row that an issuer, NULL for any, has made so far ends by itself';

-- With the secrets that signed them Kaltura sessions get an end.
CREATE FUNCTION authz.settle_revocations(account_id int) RETURNS void
	LANGUAGE sql VOLATILE AS $$
	UPDATE authz.revocation r SET expires_at = authz.last_end(r.account_id, nullif(r.issuer, ''))
	WHERE r.account_id = settle_revocations.account_id AND r.expires_at = 'infinity'
$$;
COMMENT ON FUNCTION authz.settle_revocations(int) IS 'lets revocations expire that had to be kept while a secret holds';

CREATE FUNCTION authz.has_guests(account_id int) RETURNS bool
	LANGUAGE sql STABLE AS $$
	SELECT authz.has_ks(a.settings) OR EXISTS (SELECT FROM authz.issuer i WHERE i.account_id = a.account_id)
	FROM authz.account a WHERE a.account_id = has_guests.account_id
$$;
COMMENT ON FUNCTION authz.has_guests(int) IS 'whether there are sessions of users without a row: those that others make';

CREATE FUNCTION authz.note_revocation(account_id int, session_id text, principal_id bigint, apptoken_id text, issuer text,
		issued_before timestamptz)
	RETURNS void
	LANGUAGE sql VOLATILE AS $$
	INSERT INTO authz.revocation AS r (account_id, session_id, principal_id, apptoken_id, issuer, issued_before, expires_at)
	VALUES (account_id, coalesce(session_id, ''), coalesce(principal_id, 0), coalesce(apptoken_id, ''), coalesce(issuer, ''),
		issued_before, authz.last_end(account_id, issuer))
	ON CONFLICT (account_id, session_id, principal_id, apptoken_id, issuer) DO UPDATE
	SET issued_before = CASE WHEN r.issued_before IS NOT NULL AND excluded.issued_before IS NOT NULL
			THEN greatest(r.issued_before, excluded.issued_before) END,
		expires_at = greatest(r.expires_at, excluded.expires_at)
$$;
COMMENT ON FUNCTION authz.note_revocation(int, text, bigint, text, text, timestamptz) IS
	'revokes sessions that have no row: those that fit all that is given';

CREATE FUNCTION authz.sessions_revoke(account_id int, acting bigint, session_id text, user_id text, apptoken_id text,
		application_id uuid, issuer text, started_before timestamptz)
	RETURNS int
	LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
	ended int;
	-- Sessions that start later are nobody's business yet.
	before timestamptz := least(started_before, statement_timestamp());
	guests bool := authz.has_guests(account_id);
	is_own bool := issuer = (SELECT 'urn:uuid:' || a.issuer FROM authz.account a WHERE a.account_id = sessions_revoke.account_id);
	identity bigint := (
		SELECT a.identity_id FROM authz.application a
		WHERE a.account_id = sessions_revoke.account_id AND a.application_id = sessions_revoke.application_id);
	subject bigint := (
		SELECT p.principal_id FROM authz.principal p
		WHERE p.account_id = sessions_revoke.account_id AND p.reused_at IS NULL
			AND lower(p.user_id) = lower(sessions_revoke.user_id));
BEGIN
	session_id := nullif(session_id, '');
	user_id := nullif(user_id, '');
	apptoken_id := nullif(apptoken_id, '');
	issuer := nullif(issuer, '');
	DELETE FROM authz.session s
	USING (SELECT) AS nothing
	WHERE s.account_id = sessions_revoke.account_id
		AND (sessions_revoke.session_id IS NULL OR s.session_id = sessions_revoke.session_id
			OR s.privileges LIKE '%sessionid:%' AND sessions_revoke.session_id = ANY (authz.session_groups(s.privileges)))
		AND (sessions_revoke.user_id IS NULL OR s.principal_id = subject)
		AND (sessions_revoke.apptoken_id IS NULL OR s.apptoken_id = sessions_revoke.apptoken_id)
		AND (sessions_revoke.application_id IS NULL OR s.application_id = sessions_revoke.application_id
			OR s.principal_id = identity)
		-- All of them are signed here; some of them for who has signed in by another's word.
		AND (sessions_revoke.issuer IS NULL OR is_own OR s.sign_in_id IN (
			SELECT i.sign_in_id FROM authz.sign_in_setting i JOIN authz.sso_setting o ON o.application_id = i.application_id
			WHERE i.account_id = sessions_revoke.account_id AND i.authn = 'sso' AND o.issuer = sessions_revoke.issuer))
		AND (sessions_revoke.started_before IS NULL OR s.started_at < before);
	GET DIAGNOSTICS ended = ROW_COUNT;

	-- Without a row nobody is of an application but its identity, nor of anybody
	-- else or an app token but in a session that others have made.
	IF application_id IS NOT NULL THEN
		subject := CASE WHEN user_id IS NULL OR subject = identity THEN identity END;
	END IF;
	IF (user_id IS NULL AND application_id IS NULL OR guests AND subject IS NOT NULL)
		AND (apptoken_id IS NULL OR guests)
		AND (session_id IS NULL OR guests OR ended = 0)
	THEN
		PERFORM authz.note_revocation(account_id, session_id, subject, apptoken_id, issuer,
			CASE WHEN session_id IS NULL OR started_before IS NOT NULL THEN before END);
	END IF;
	PERFORM authz.note(account_id, acting, 'session.revoke', session_id,
		jsonb_build_object('user_id', user_id, 'apptoken_id', apptoken_id, 'application_id', application_id, 'issuer', issuer,
			'started_before', started_before, 'ended', ended));
	RETURN ended;
END
$$;
COMMENT ON FUNCTION authz.sessions_revoke(int, bigint, text, text, text, uuid, text, timestamptz) IS
	'deletes the rows of sessions, and notes those that have none';
REVOKE EXECUTE ON FUNCTION authz.sessions_revoke(int, bigint, text, text, text, uuid, text, timestamptz) FROM PUBLIC;

-- Passwords and other secrets that people choose are hashed by pgcrypto, whose
-- schema is the administrator's choice.
CREATE FUNCTION authz.crypt(secret text, setting text) RETURNS text
	LANGUAGE plpgsql STABLE AS $$
DECLARE
	hashed text;
BEGIN
	EXECUTE format('SELECT %I.crypt($1, $2)', (
		SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
		WHERE e.extname = 'pgcrypto'))
	INTO hashed USING secret, setting;
	RETURN hashed;
END
$$;
COMMENT ON FUNCTION authz.crypt(text, text) IS 'pgcrypto''s crypt(), wherever it is installed';
REVOKE EXECUTE ON FUNCTION authz.crypt(text, text) FROM PUBLIC;
