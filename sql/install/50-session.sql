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

CREATE FUNCTION authz.sessions_revoke(account_id int, acting bigint, session_id text, user_id text, apptoken_id text,
		application_id uuid, issuer text, started_before timestamptz)
	RETURNS int
	LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
	ended int;
	before timestamptz := least(started_before, now());
	subject bigint := (
		SELECT p.principal_id FROM authz.principal p
		WHERE p.account_id = sessions_revoke.account_id AND p.reused_at IS NULL
			AND lower(p.user_id) = lower(sessions_revoke.user_id));
	has_ks bool := (SELECT authz.has_ks(a.settings) FROM authz.account a WHERE a.account_id = sessions_revoke.account_id);
BEGIN
	-- Sessions that start later are nobody's business yet.
	IF issuer IS NOT NULL THEN
		RETURN 0;
	END IF;
	DELETE FROM authz.session s
	USING (SELECT) AS nothing
	WHERE s.account_id = sessions_revoke.account_id
		AND (sessions_revoke.session_id IS NULL OR s.session_id = sessions_revoke.session_id
			OR s.privileges LIKE '%sessionid:%' AND sessions_revoke.session_id = ANY (authz.session_groups(s.privileges)))
		AND (sessions_revoke.user_id IS NULL OR s.principal_id = subject)
		AND (sessions_revoke.apptoken_id IS NULL OR s.apptoken_id = sessions_revoke.apptoken_id)
		AND (sessions_revoke.application_id IS NULL OR s.application_id = sessions_revoke.application_id OR s.principal_id = (
			SELECT a.identity_id FROM authz.application a
			WHERE a.account_id = sessions_revoke.account_id AND a.application_id = sessions_revoke.application_id))
		AND (sessions_revoke.started_before IS NULL OR s.started_at < before);
	GET DIAGNOSTICS ended = ROW_COUNT;

	-- Widget sessions have no row, nor has a KS that others made: what names one,
	-- or none in particular, is noted.
	IF apptoken_id IS NULL AND application_id IS NULL
		AND (user_id IS NULL OR has_ks AND subject IS NOT NULL)
		AND (ended = 0 OR session_id IS NULL OR has_ks)
	THEN
		INSERT INTO authz.revocation (account_id, session_id, principal_id, issued_before, expires_at)
		VALUES (account_id, session_id, subject, CASE WHEN session_id IS NULL THEN before END, 'infinity');
	END IF;
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
