-- The gateway ------------------------------------------------------------------
--
-- A page of the organisation's own that signs users in, and says so by something
-- that it signs, by a secret that it shares with the application.

CREATE FUNCTION authz_sso_configure(application_id uuid, issuer text, secret text, login_url text, logout_url text,
		accept_session_key bool DEFAULT false)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_sso_configure(uuid, text, text, text, text, bool) IS
	'names the gateway that signs an application''s users in, the secret that it signs by and its addresses; NULL keeps, an empty text clears';

CREATE FUNCTION authz_login_sso(application_id uuid, assertion text,
		OUT status text, OUT session_token text, OUT user_id text, OUT role text, OUT expiry timestamptz)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_login_sso(uuid, text) IS
	'signs in whom the gateway names in what it has signed, used once: a JWT or a session key';

-- The key of a logout is appended, and must be the only one.
CREATE FUNCTION authz.check_logout_address(address text) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	PERFORM authz.check_address(address, 'logout address');
	IF address ~* '[?&]sessionKey(=|&|$)' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid logout address',
			HINT = 'Its parameter sessionKey is added when somebody signs out.';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_logout_address(text) IS 'raises for what is no address to send users to with a key';

CREATE FUNCTION authz.check_issuer_name(issuer text) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	IF length(issuer) > 1000 OR issuer ~ '[[:cntrl:]]' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid issuer',
			HINT = 'It has at most 1000 characters, and no control characters.';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_issuer_name(text) IS 'raises 22023 for what is no name of an issuer';

CREATE FUNCTION authz.sso_configure(account_id int, acting bigint, application_id uuid, issuer text, secret text, login_url text,
		logout_url text, accept_session_key bool)
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	instance authz.application := authz.application_of(account_id, application_id);
	former authz.sso_setting;
	new authz.sso_setting;
BEGIN
	SELECT s.* INTO former FROM authz.sso_setting s WHERE s.application_id = instance.application_id;
	PERFORM authz.check_issuer_name(issuer);
	IF secret <> '' THEN
		PERFORM authz.check_shared_secret(secret);
	END IF;
	IF login_url <> '' THEN
		PERFORM authz.check_address(login_url, 'login address');
	END IF;
	IF logout_url <> '' THEN
		PERFORM authz.check_logout_address(logout_url);
	END IF;
	new.issuer := nullif(coalesce(issuer, former.issuer), '');
	new.secret_id := CASE WHEN secret IS NULL THEN former.secret_id WHEN secret <> '' THEN authz.keep_secret(convert_to(secret, 'UTF8')) END;
	new.login_url := nullif(coalesce(login_url, former.login_url), '');
	new.logout_url := nullif(coalesce(logout_url, former.logout_url), '');
	new.accept_session_key := coalesce(accept_session_key, former.accept_session_key, false);
	-- What a registered issuer has signed is verified by its keys; all else by the secret.
	IF new.secret_id IS NULL AND (new.accept_session_key OR NOT EXISTS (
		SELECT FROM authz.issuer i WHERE i.account_id = instance.account_id AND i.issuer = new.issuer))
	THEN
		PERFORM authz.check_given(NULL, 'secret');
	END IF;

	INSERT INTO authz.sso_setting AS s (application_id, account_id, issuer, secret_id, login_url, logout_url, accept_session_key)
	VALUES (application_id, account_id, new.issuer, new.secret_id, new.login_url, new.logout_url, new.accept_session_key)
	ON CONFLICT ON CONSTRAINT sso_setting_pkey DO UPDATE
	SET issuer = excluded.issuer, secret_id = excluded.secret_id, login_url = excluded.login_url, logout_url = excluded.logout_url,
		accept_session_key = excluded.accept_session_key;
	DELETE FROM authz.secret s WHERE s.secret_id = former.secret_id AND former.secret_id IS DISTINCT FROM new.secret_id;

	-- Another issuer is another adapter.
	IF new.issuer IS DISTINCT FROM former.issuer THEN
		UPDATE authz.sign_in_setting s SET sign_in_id = nextval('authz.sign_in_id_seq'), updated_at = now()
		WHERE s.application_id = instance.application_id AND s.authn = 'sso';
		PERFORM authz.delete_outdated_sign_ins(application_id);
	END IF;
	PERFORM authz.note(account_id, acting, 'sso.configure', application_id::text,
		jsonb_build_object('issuer', new.issuer, 'new_secret', nullif(new.secret_id IS DISTINCT FROM former.secret_id, false),
			'login_url', new.login_url, 'logout_url', new.logout_url, 'accept_session_key', new.accept_session_key));
END
$$;
COMMENT ON FUNCTION authz.sso_configure(int, bigint, uuid, text, text, text, text, bool) IS 'body of authz_sso_configure()';
