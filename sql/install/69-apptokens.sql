-- App tokens ---------------------------------------------------------------

CREATE FUNCTION authz_apptoken_add(description text DEFAULT NULL, hash_type text DEFAULT 'SHA256', session_duration int DEFAULT NULL,
		session_privileges text DEFAULT NULL, session_type text DEFAULT 'user', session_user_id text DEFAULT NULL,
		expiry timestamptz DEFAULT NULL, id text DEFAULT NULL, token text DEFAULT NULL,
		OUT id text, OUT token text)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_apptoken_add(text, text, int, text, text, text, timestamptz, text, text) IS
	'makes an app token, shown once: whoever proves it has a session of this user, role and these privileges';

CREATE FUNCTION authz_apptoken_update(id text, description text DEFAULT NULL, session_duration int DEFAULT NULL,
		session_privileges text DEFAULT NULL, session_type text DEFAULT NULL, session_user_id text DEFAULT NULL,
		expiry timestamptz DEFAULT NULL, status text DEFAULT NULL, clear text[] DEFAULT '{}')
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_apptoken_update(text, text, int, text, text, text, timestamptz, text, text[]) IS
	'changes what an app token''s next sessions are, or blocks it together with those in force';

CREATE FUNCTION authz_apptoken_delete(id text) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_apptoken_delete(text) IS 'deletes an app token and ends its sessions';

CREATE FUNCTION authz.apptoken_duration(account_id int, seconds int) RETURNS int
	LANGUAGE plpgsql STABLE AS $$
BEGIN
	PERFORM authz.check_seconds(seconds, 'session duration', 1);
	RETURN coalesce(seconds, authz.limit_of(account_id, 'max_session_duration'), 86400);
END
$$;
COMMENT ON FUNCTION authz.apptoken_duration(int, int) IS 'seconds asked for, else as long as the account''s sessions may last';

CREATE FUNCTION authz.apptoken_add(account_id int, acting bigint, description text, hash_type text, session_duration int,
		session_privileges text, session_type text, session_user_id text, expiry timestamptz, id text, token text,
		OUT new_id text, OUT new_token text)
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	new_hash @extschema@.authz_hash := coalesce(
		authz.word(hash_type, 'hash type', enum_range(NULL::@extschema@.authz_hash)), 'sha256');
	new_type @extschema@.authz_session_type := coalesce(
		authz.word(session_type, 'session type', '{user,admin}'::@extschema@.authz_session_type[]), 'user');
	session_principal bigint;
BEGIN
	IF new_hash < 'sha256' AND (
		SELECT a.settings -> 'legacy_hashes' FROM authz.account a WHERE a.account_id = apptoken_add.account_id) IS DISTINCT FROM 'true'
	THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('hash type "%s" is not allowed', hash_type),
			HINT = 'It is one of SHA256 and SHA512; the account''s setting legacy_hashes allows the others.';
	END IF;
	IF session_user_id <> '' THEN
		session_principal := authz.user_of(account_id, session_user_id);
	END IF;
	new_id := coalesce(nullif(id, ''), authz.random_hex(8));
	new_token := coalesce(nullif(token, ''), authz.random_hex(16));
	IF new_id !~ '^[A-Za-z0-9_-]{1,64}$' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid app token id',
			HINT = 'It has 1 to 64 letters, digits, _ and -.';
	END IF;
	IF new_token !~ '^[!-~]{1,200}$' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid app token',
			HINT = 'It has 1 to 200 printable ASCII characters and no blanks.';
	END IF;
	IF EXISTS (SELECT FROM authz.apptoken t WHERE t.apptoken_id = new_id) THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('app token "%s" exists already', new_id);
	END IF;

	INSERT INTO authz.apptoken (apptoken_id, account_id, secret_id, hash_type, description, session_type, session_principal_id,
		session_duration, session_privileges, expires_at)
	VALUES (new_id, account_id, authz.keep_secret(convert_to(new_token, 'UTF8')), new_hash, nullif(description, ''), new_type,
		session_principal, authz.apptoken_duration(account_id, session_duration), nullif(session_privileges, ''), expiry);
	PERFORM authz.note(account_id, acting, 'apptoken.add', new_id,
		jsonb_build_object('session_type', new_type, 'session_user_id', nullif(session_user_id, ''),
			'session_privileges', nullif(session_privileges, ''), 'expiry', expiry));
END
$$;
COMMENT ON FUNCTION authz.apptoken_add(int, bigint, text, text, int, text, text, text, timestamptz, text, text) IS
	'body of authz_apptoken_add()';

CREATE FUNCTION authz.apptoken_update(account_id int, acting bigint, id text, description text, session_duration int,
		session_privileges text, session_type text, session_user_id text, expiry timestamptz, status text, clear text[])
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	new_type @extschema@.authz_session_type := authz.word(session_type, 'session type',
		'{user,admin}'::@extschema@.authz_session_type[]);
	new_status @extschema@.authz_status := authz.word(status, 'status', '{active,blocked}'::@extschema@.authz_status[]);
	session_principal bigint;
BEGIN
	PERFORM authz.check_clear(clear, 'description', 'session_privileges', 'session_user_id', 'expiry');
	PERFORM authz.check_seconds(session_duration, 'session duration', 1);
	IF session_user_id <> '' THEN
		session_principal := authz.user_of(account_id, session_user_id);
	END IF;
	UPDATE authz.apptoken t
	SET description = authz.text_after(t.description, apptoken_update.description, 'description', clear),
		session_duration = coalesce(apptoken_update.session_duration, t.session_duration),
		session_privileges = authz.text_after(t.session_privileges, apptoken_update.session_privileges, 'session_privileges', clear),
		session_type = coalesce(new_type, t.session_type),
		session_principal_id = CASE WHEN 'session_user_id' = ANY (clear) THEN NULL
			ELSE coalesce(session_principal, t.session_principal_id) END,
		expires_at = CASE WHEN 'expiry' = ANY (clear) THEN NULL ELSE coalesce(expiry, t.expires_at) END,
		status = coalesce(new_status, t.status),
		updated_at = now()
	WHERE t.account_id = apptoken_update.account_id AND t.apptoken_id = id AND t.status <> 'deleted';
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('there is no app token "%s"', id);
	END IF;
	PERFORM authz.note(account_id, acting, 'apptoken.update', id,
		jsonb_build_object('session_type', new_type, 'session_user_id', nullif(session_user_id, ''),
			'session_privileges', nullif(session_privileges, ''), 'expiry', expiry, 'status', new_status,
			'clear', nullif(clear, '{}')));
END
$$;
COMMENT ON FUNCTION authz.apptoken_update(int, bigint, text, text, int, text, text, text, timestamptz, text, text[]) IS
	'body of authz_apptoken_update()';

CREATE FUNCTION authz.delete_apptoken(account_id int, id text) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	secret bigint;
BEGIN
	SELECT t.secret_id INTO secret
	FROM authz.apptoken t
	WHERE t.account_id = delete_apptoken.account_id AND t.apptoken_id = id AND t.status <> 'deleted'
	FOR UPDATE;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	UPDATE authz.apptoken t SET status = 'deleted', secret_id = NULL, updated_at = now() WHERE t.apptoken_id = id;
	DELETE FROM authz.secret s WHERE s.secret_id = secret;
	DELETE FROM authz.session s WHERE s.apptoken_id = id;
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.delete_apptoken(int, text) IS 'deletes an app token with its secret and its sessions';

CREATE FUNCTION authz.apptoken_delete(account_id int, acting bigint, id text) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF NOT authz.delete_apptoken(account_id, id) THEN
		RETURN false;
	END IF;
	PERFORM authz.note(account_id, acting, 'apptoken.delete', id);
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.apptoken_delete(int, bigint, text) IS 'body of authz_apptoken_delete()';
