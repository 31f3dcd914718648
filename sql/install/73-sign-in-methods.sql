-- Methods of signing in ------------------------------------------------------------
--
-- What each method needs beside the application's settings: a proxy's secret,
-- the functions of a custom adapter, the roles that groups of a directory give.

CREATE FUNCTION authz_header_configure(application_id uuid, header_name text, secret text, logout_url text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_header_configure(uuid, text, text, text) IS
	'names the header by which a proxy tells of an application''s users, and the secret that it signs by; NULL keeps the one there is';

CREATE FUNCTION authz_login_header(application_id uuid, value text,
		OUT status text, OUT session_token text, OUT user_id text, OUT role text, OUT expiry timestamptz)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_login_header(uuid, text) IS
	'signs in whom the proxy names in a header''s value, signed and used once; for roles that were granted authz_gateway()';

CREATE FUNCTION authz_adapter_configure(application_id uuid, authenticate regprocedure DEFAULT NULL, authorize regprocedure DEFAULT NULL)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_adapter_configure(uuid, regprocedure, regprocedure) IS
	'registers functions (credential jsonb) -> jsonb and (user_id text) -> text, which run as their owner, to sign users in; NULL for none';

CREATE FUNCTION authz_login_custom(application_id uuid, credential jsonb,
		OUT status text, OUT session_token text, OUT user_id text, OUT role text, OUT expiry timestamptz)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_login_custom(uuid, jsonb) IS 'signs in whom the application''s own function knows by the credential';

CREATE FUNCTION authz_directory_role_add(application_id uuid, directory_group text, role text, primary_group_id text DEFAULT NULL)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_directory_role_add(uuid, text, text, text) IS
	'has a group of the directory give a role of an application, by its name or label';

CREATE FUNCTION authz_directory_role_delete(application_id uuid, directory_group text, role text DEFAULT NULL,
		primary_group_id text DEFAULT NULL)
	RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_directory_role_delete(uuid, text, text, text) IS
	'has a group of the directory give this role no more, or with NULL none';

CREATE FUNCTION authz_logout() RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_logout() IS 'ends the session in force; returns where the application sends its users then, NULL for nowhere';

CREATE FUNCTION authz.check_address(address text, what text) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	IF address ~* '^http:' THEN
		RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('%s is refused', what),
			HINT = 'What goes over http everybody on the way can read, and change: take https.';
	END IF;
	IF length(address) > 2000 OR address !~ '^https://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?([/?][A-Za-z0-9._~:/?@!$&''()*+,;=%-]*)?$' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('invalid %s', what),
			HINT = 'It is an address that begins with https:// and a host, and has no #.';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_address(text, text) IS 'raises for what is no address to send users to';

-- Guessing at signatures is not made to wait, so it has to be hopeless.
CREATE FUNCTION authz.check_shared_secret(secret text) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	IF length(secret) < 32 OR octet_length(secret) > 1024 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid secret',
			HINT = 'It has at least 32 characters, made by a machine, and at most 1024 bytes.';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_shared_secret(text) IS 'raises 22023 for a secret that is no good to sign by';

CREATE FUNCTION authz.header_configure(account_id int, acting bigint, application_id uuid, header_name text, secret text, logout_url text)
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	instance authz.application := authz.application_of(account_id, application_id);
	former bigint := (SELECT h.secret_id FROM authz.header_setting h WHERE h.application_id = instance.application_id);
	current bigint := former;
BEGIN
	PERFORM authz.check_given(header_name, 'header name');
	IF header_name !~ '^[A-Za-z0-9_-]{1,100}$' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid header name', HINT = 'It has 1 to 100 letters, digits, - and _.';
	END IF;
	IF logout_url <> '' THEN
		PERFORM authz.check_address(logout_url, 'logout address');
	END IF;
	IF secret <> '' THEN
		PERFORM authz.check_shared_secret(secret);
		current := authz.keep_secret(convert_to(secret, 'UTF8'));
	ELSIF former IS NULL THEN
		PERFORM authz.check_given(NULL, 'secret');
	END IF;
	INSERT INTO authz.header_setting AS h (application_id, account_id, header_name, secret_id, logout_url)
	VALUES (application_id, account_id, header_name, current, nullif(logout_url, ''))
	ON CONFLICT ON CONSTRAINT header_setting_pkey DO UPDATE
	SET header_name = excluded.header_name, secret_id = excluded.secret_id, logout_url = excluded.logout_url;
	DELETE FROM authz.secret s WHERE s.secret_id = former AND former <> current;
	PERFORM authz.note(account_id, acting, 'header.configure', application_id::text,
		jsonb_build_object('header_name', header_name, 'new_secret', nullif(current IS DISTINCT FROM former, false),
			'logout_url', nullif(logout_url, '')));
END
$$;
COMMENT ON FUNCTION authz.header_configure(int, bigint, uuid, text, text, text) IS 'body of authz_header_configure()';

-- Custom adapters ------------------------------------------------------------

CREATE FUNCTION authz.function_name(function regprocedure, OUT name text, OUT owner name)
	LANGUAGE sql STABLE AS $$
	SELECT format('%I.%I(%s)', n.nspname, p.proname, 'pg_catalog.' || t.typname), pg_get_userbyid(p.proowner)
	FROM pg_proc p
	JOIN pg_namespace n ON n.oid = p.pronamespace
	JOIN pg_type t ON t.oid = p.proargtypes[0]
	WHERE p.oid = function
$$;
COMMENT ON FUNCTION authz.function_name(regprocedure) IS 'how a function of one built-in type is found again, and whose it is';

CREATE FUNCTION authz.adapter_configure(account_id int, acting bigint, application_id uuid, authenticate regprocedure,
		authorize regprocedure)
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	instance authz.application := authz.application_of(account_id, application_id);
	former authz.adapter;
	new authz.adapter;
BEGIN
	SELECT a.* INTO former FROM authz.adapter a WHERE a.application_id = instance.application_id;
	new := former;
	new.application_id := instance.application_id;
	new.account_id := account_id;
	SELECT f.name, f.owner INTO new.authenticate, new.authenticate_owner
	FROM (SELECT) AS one LEFT JOIN authz.function_name(adapter_configure.authenticate) f ON true;
	SELECT f.name, f.owner INTO new.authorize, new.authorize_owner
	FROM (SELECT) AS one LEFT JOIN authz.function_name(adapter_configure.authorize) f ON true;
	DELETE FROM authz.adapter a WHERE a.application_id = instance.application_id;
	INSERT INTO authz.adapter VALUES (new.*);

	-- Another function is another adapter.
	UPDATE authz.sign_in_setting s SET sign_in_id = nextval('authz.sign_in_id_seq'), updated_at = now()
	WHERE s.application_id = instance.application_id
		AND (s.authn = 'custom' AND (new.authenticate, new.authenticate_owner) IS DISTINCT FROM (former.authenticate, former.authenticate_owner)
			OR s.authz = 'custom' AND (new.authorize, new.authorize_owner) IS DISTINCT FROM (former.authorize, former.authorize_owner));
	PERFORM authz.delete_outdated_sign_ins(application_id);
	PERFORM authz.note(account_id, acting, 'adapter.configure', application_id::text,
		jsonb_build_object('authenticate', new.authenticate, 'authorize', new.authorize));
END
$$;
COMMENT ON FUNCTION authz.adapter_configure(int, bigint, uuid, regprocedure, regprocedure) IS 'body of authz_adapter_configure()';

-- Directories ------------------------------------------------------------------

CREATE FUNCTION authz.directory_role_add(account_id int, acting bigint, application_id uuid, directory_group text, role text,
		primary_group_id text)
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	instance authz.application := authz.application_of(account_id, application_id);
	given bigint := authz.application_role_of(application_id, role);
BEGIN
	PERFORM authz.check_given(coalesce(directory_group, '') || coalesce(primary_group_id, ''), 'a group');
	IF octet_length(directory_group) > 2000 OR octet_length(primary_group_id) > 200 OR directory_group ~ '[[:cntrl:]]' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid group',
			HINT = 'It is a common name or a distinguished name, of at most 2000 bytes.';
	END IF;
	IF primary_group_id !~ '^(S(-[0-9]+){2,20}|[0-9]{1,10})?$' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid primary group',
			HINT = 'It is a relative identifier (513) or a security identifier (S-1-5-…-513).';
	END IF;
	IF EXISTS (
		SELECT FROM authz.directory_role d
		WHERE d.application_id = instance.application_id AND d.role_id = given
			AND d.directory_group IS NOT DISTINCT FROM nullif(directory_role_add.directory_group, '')
			AND d.primary_group_id IS NOT DISTINCT FROM nullif(directory_role_add.primary_group_id, ''))
	THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = 'the group gives that role already';
	END IF;
	IF (SELECT count(*) FROM authz.directory_role d WHERE d.application_id = instance.application_id) >= 1000 THEN
		RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = 'too many groups give roles of the application', HINT = 'There are at most 1000.';
	END IF;
	INSERT INTO authz.directory_role (application_id, account_id, directory_group, primary_group_id, role_id)
	VALUES (application_id, account_id, nullif(directory_group, ''), nullif(primary_group_id, ''), given);
	PERFORM authz.note(account_id, acting, 'directory_role.add', application_id::text,
		jsonb_build_object('directory_group', directory_group, 'role_id', given, 'primary_group_id', primary_group_id));
END
$$;
COMMENT ON FUNCTION authz.directory_role_add(int, bigint, uuid, text, text, text) IS 'body of authz_directory_role_add()';

CREATE FUNCTION authz.directory_role_delete(account_id int, acting bigint, application_id uuid, directory_group text, role text,
		primary_group_id text)
	RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	instance authz.application := authz.application_of(account_id, application_id);
	given bigint;
BEGIN
	IF role <> '' THEN
		given := authz.application_role_of(application_id, role);
	END IF;
	DELETE FROM authz.directory_role d
	WHERE d.application_id = instance.application_id AND d.role_id = coalesce(given, d.role_id)
		AND d.directory_group IS NOT DISTINCT FROM nullif(directory_role_delete.directory_group, '')
		AND (d.directory_group IS NOT NULL AND coalesce(directory_role_delete.primary_group_id, '') = ''
			OR d.primary_group_id = directory_role_delete.primary_group_id);
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM authz.note(account_id, acting, 'directory_role.delete', application_id::text,
		jsonb_build_object('directory_group', directory_group, 'role_id', given, 'primary_group_id', primary_group_id));
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.directory_role_delete(int, bigint, uuid, text, text, text) IS 'body of authz_directory_role_delete()';

-- Signing out ------------------------------------------------------------------

CREATE FUNCTION authz.logout_url(application_id uuid) RETURNS text
	LANGUAGE sql STABLE
	RETURN (
		SELECT CASE i.authn
			WHEN 'header' THEN (SELECT h.logout_url FROM authz.header_setting h WHERE h.application_id = i.application_id)
			WHEN 'sso' THEN (SELECT s.logout_url FROM authz.sso_setting s WHERE s.application_id = i.application_id) END
		FROM authz.sign_in_setting i WHERE i.application_id = logout_url.application_id);
COMMENT ON FUNCTION authz.logout_url(uuid) IS 'where an application''s users go when they sign out, NULL for nowhere';

CREATE FUNCTION authz.sign_out(account_id int, application_id uuid, session_id text) RETURNS text
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	PERFORM authz.note(account_id, NULL, 'sign_out', application_id::text, jsonb_build_object('session_id', session_id));
	RETURN authz.logout_url(application_id);
END
$$;
COMMENT ON FUNCTION authz.sign_out(int, uuid, text) IS 'writes down that somebody signs out; returns where he goes';

-- What is set goes with the application.
CREATE FUNCTION authz.drop_sign_in(application_id uuid) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
DECLARE
	instance uuid := application_id;
	secrets bigint[];
BEGIN
	secrets := ARRAY(
		SELECT h.secret_id FROM authz.header_setting h WHERE h.application_id = instance
		UNION ALL SELECT s.secret_id FROM authz.sso_setting s WHERE s.application_id = instance
		UNION ALL SELECT l.search_secret_id FROM authz.ldap_setting l WHERE l.application_id = instance);
	DELETE FROM authz.sign_in_setting s WHERE s.application_id = instance;
	DELETE FROM authz.header_setting s WHERE s.application_id = instance;
	DELETE FROM authz.sso_setting s WHERE s.application_id = instance;
	DELETE FROM authz.ldap_setting s WHERE s.application_id = instance;
	DELETE FROM authz.adapter s WHERE s.application_id = instance;
	DELETE FROM authz.directory_role s WHERE s.application_id = instance;
	DELETE FROM authz.issuer_role m USING authz.role r WHERE r.role_id = m.role_id AND r.application_id = instance;
	DELETE FROM authz.spent_proof s WHERE s.application_id = instance;
	DELETE FROM authz.secret s WHERE s.secret_id = ANY (secrets);
END
$$;
COMMENT ON FUNCTION authz.drop_sign_in(uuid) IS 'takes from an application what is set of signing in';
