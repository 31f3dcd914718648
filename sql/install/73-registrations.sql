-- Registrations for single sign-on ----------------------------------------------
--
-- What an application is to those who sign people in for it. Definitions are
-- judged and written in one form by C (src/pure/registration.c). A client that
-- keeps a secret gets it made here; with its client credentials the application
-- comes to sessions of its own.

CREATE FUNCTION authz_registration_add(application_id uuid, protocol text, definition jsonb,
		OUT registration_id uuid, OUT client_id text, OUT client_secret text)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_registration_add(uuid, text, jsonb) IS
	'registers an application as an OpenID Connect client or a SAML service provider; the client secret is shown once';

CREATE FUNCTION authz_registration_update(registration_id uuid, definition jsonb) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_registration_update(uuid, jsonb) IS 'puts another definition in the place of a registration''s';

CREATE FUNCTION authz_registration_delete(registration_id uuid) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_registration_delete(uuid) IS 'deletes a registration with its secrets and the sessions that came of it';

CREATE FUNCTION authz_registration_rotate_secret(registration_id uuid, overlap int DEFAULT 86400) RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_registration_rotate_secret(uuid, int) IS
	'makes a new client secret, shown once; the former ones hold for the seconds of overlap';

CREATE FUNCTION authz_client_credentials(client_id text, client_secret text, audience text,
		OUT status text, OUT access_token text, OUT expires_in int)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_client_credentials(text, text, text) IS
	'exchanges a client''s id and secret for a session of the application itself, for an application or the account';

CREATE FUNCTION authz_current_identity(OUT identity_id text, OUT kind authz_kind, OUT account_id int, OUT display_name text,
		OUT primary_user_id text, OUT application_id uuid, OUT application_identifier text, OUT audience text, OUT actor text)
	LANGUAGE C STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_current_identity() IS 'who the session in force is: its user, or the application that it is; NULL for nobody';

CREATE FUNCTION authz.registration_definition(protocol text, definition jsonb) RETURNS jsonb
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'authz_registration_definition';
COMMENT ON FUNCTION authz.registration_definition(text, jsonb) IS 'a definition in its one form; raises 22023 for a bad one';

-- The application is locked first, as by all who decide of it.
CREATE FUNCTION authz.registration_of(account_id int, registration_id uuid) RETURNS authz.registration
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	result authz.registration;
BEGIN
	PERFORM authz.application_of(registration_of.account_id, r.application_id)
	FROM authz.registration r
	WHERE r.account_id = registration_of.account_id AND r.registration_id = registration_of.registration_id;
	SELECT r.* INTO result
	FROM authz.registration r
	WHERE r.account_id = registration_of.account_id AND r.registration_id = registration_of.registration_id
	FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('there is no registration "%s"', registration_id);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION authz.registration_of(int, uuid) IS 'a registration of the account, locked against other changes; P0002 for none';

CREATE FUNCTION authz.keeps_secret(definition jsonb) RETURNS bool
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN coalesce(definition ->> 'token_endpoint_auth_method'::text IN ('client_secret_basic', 'client_secret_post'), false);
COMMENT ON FUNCTION authz.keeps_secret(jsonb) IS 'whether a client so defined proves itself by a secret';

CREATE FUNCTION authz.new_client_secret(account_id int, registration_id uuid) RETURNS text
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	secret text := authz.random_hex(32);
BEGIN
	INSERT INTO authz.registration_secret (registration_id, account_id, verifier)
	VALUES (registration_id, account_id, authz.verifier(secret));
	RETURN secret;
END
$$;
COMMENT ON FUNCTION authz.new_client_secret(int, uuid) IS 'adds a client secret to a registration';

-- One entity id is one service provider's; and nobody registers without end.
CREATE FUNCTION authz.check_registration(target authz.registration) RETURNS void
	LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF target.protocol = 'saml' AND EXISTS (
		SELECT FROM authz.registration r
		WHERE r.account_id = target.account_id AND r.protocol = 'saml' AND r.client_id = target.client_id
			AND r.registration_id <> target.registration_id)
	THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('the entity id "%s" is registered already', target.client_id);
	END IF;
	IF (SELECT count(*) FROM authz.registration r
		WHERE r.application_id = target.application_id AND r.registration_id <> target.registration_id) >= 100
	THEN
		RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = 'an application has at most 100 registrations';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_registration(authz.registration) IS 'raises unless there may be such a registration beside the others';

CREATE FUNCTION authz.registration_add(account_id int, acting bigint, application_id uuid, protocol text, definition jsonb,
		OUT new_id uuid, OUT new_client_id text, OUT new_secret text)
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	what @extschema@.authz_protocol := authz.word(protocol, 'protocol', enum_range(NULL::@extschema@.authz_protocol));
	owned authz.application := authz.application_of(account_id, application_id);
	target authz.registration;
BEGIN
	PERFORM authz.check_given(protocol, 'protocol'), authz.check_given(jsonb_typeof(definition), 'definition');
	target.registration_id := gen_random_uuid();
	target.application_id := owned.application_id;
	target.account_id := owned.account_id;
	target.protocol := what;
	target.definition := authz.registration_definition(what::text, definition);
	target.client_id := coalesce(target.definition ->> 'entity_id', owned.identifier || '-' || authz.random_hex(8));
	PERFORM authz.check_registration(target);
	INSERT INTO authz.registration (registration_id, application_id, account_id, protocol, client_id, definition)
	VALUES (target.registration_id, target.application_id, target.account_id, what, target.client_id, target.definition);
	new_id := target.registration_id;
	new_client_id := target.client_id;
	IF authz.keeps_secret(target.definition) THEN
		new_secret := authz.new_client_secret(account_id, new_id);
	END IF;
	PERFORM authz.note(account_id, acting, 'registration.add', new_id::text, jsonb_build_object('application_id', application_id,
		'protocol', what, 'client_id', new_client_id, 'definition', target.definition));
END
$$;
COMMENT ON FUNCTION authz.registration_add(int, bigint, uuid, text, jsonb) IS 'body of authz_registration_add()';

-- What it may not do any more it does not go on doing.
CREATE FUNCTION authz.registration_update(account_id int, acting bigint, registration_id uuid, definition jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	target authz.registration := authz.registration_of(account_id, registration_id);
BEGIN
	PERFORM authz.check_given(jsonb_typeof(definition), 'definition');
	target.definition := authz.registration_definition(target.protocol::text, definition);
	target.client_id := coalesce(target.definition ->> 'entity_id', target.client_id);
	PERFORM authz.check_registration(target);
	UPDATE authz.registration r
	SET definition = target.definition, client_id = target.client_id, updated_at = now()
	WHERE r.registration_id = target.registration_id;
	IF NOT authz.keeps_secret(target.definition) THEN
		DELETE FROM authz.registration_secret s WHERE s.registration_id = target.registration_id;
	END IF;
	IF NOT authz.keeps_secret(target.definition) OR NOT target.definition -> 'grant_types' ? 'client_credentials' THEN
		DELETE FROM authz.session s WHERE s.registration_id = target.registration_id;
	END IF;
	PERFORM authz.note(account_id, acting, 'registration.update', registration_id::text,
		jsonb_build_object('application_id', target.application_id, 'client_id', target.client_id, 'definition', target.definition));
END
$$;
COMMENT ON FUNCTION authz.registration_update(int, bigint, uuid, jsonb) IS 'body of authz_registration_update()';

CREATE FUNCTION authz.end_registration(registration_id uuid) RETURNS void
	LANGUAGE sql VOLATILE AS $$
	DELETE FROM authz.registration_secret s WHERE s.registration_id = end_registration.registration_id;
	DELETE FROM authz.registration r WHERE r.registration_id = end_registration.registration_id;
	DELETE FROM authz.session s WHERE s.registration_id = end_registration.registration_id;
$$;
COMMENT ON FUNCTION authz.end_registration(uuid) IS 'deletes a registration with all that came of it';

CREATE FUNCTION authz.registration_delete(account_id int, acting bigint, registration_id uuid) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	target authz.registration;
BEGIN
	SELECT r.* INTO target
	FROM authz.registration r
	WHERE r.account_id = registration_delete.account_id AND r.registration_id = registration_delete.registration_id
	FOR UPDATE;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM authz.end_registration(target.registration_id);
	PERFORM authz.note(account_id, acting, 'registration.delete', registration_id::text,
		jsonb_build_object('application_id', target.application_id, 'client_id', target.client_id));
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.registration_delete(int, bigint, uuid) IS 'body of authz_registration_delete()';

CREATE FUNCTION authz.registration_rotate_secret(account_id int, acting bigint, registration_id uuid, overlap int) RETURNS text
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	target authz.registration := authz.registration_of(account_id, registration_id);
	holds interval := make_interval(secs => coalesce(overlap, 86400));
BEGIN
	PERFORM authz.check_seconds(overlap, 'overlap', 0);
	IF NOT authz.keeps_secret(target.definition) THEN
		RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = 'the registration has no client secret',
			HINT = 'Its definition says how the client proves itself.';
	END IF;
	UPDATE authz.registration_secret s SET expires_at = least(s.expires_at, now() + holds)
	WHERE s.registration_id = target.registration_id;
	DELETE FROM authz.registration_secret s WHERE s.registration_id = target.registration_id AND s.expires_at <= now();
	IF (SELECT count(*) FROM authz.registration_secret s WHERE s.registration_id = target.registration_id) >= 10 THEN
		RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = 'a registration has at most 10 secrets at a time',
			HINT = 'Let the former ones end sooner.';
	END IF;
	PERFORM authz.note(account_id, acting, 'registration.rotate_secret', registration_id::text,
		jsonb_build_object('application_id', target.application_id, 'client_id', target.client_id, 'overlap', overlap));
	RETURN authz.new_client_secret(account_id, target.registration_id);
END
$$;
COMMENT ON FUNCTION authz.registration_rotate_secret(int, bigint, uuid, int) IS 'body of authz_registration_rotate_secret()';
