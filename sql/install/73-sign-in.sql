-- Signing in --------------------------------------------------------------------
--
-- An application's users come in by one method, which finds out who they are
-- (authn), and have a role that the same or another finds out (authz). What is
-- set is set as a whole, so that it can be checked as a whole.

CREATE FUNCTION authz_sign_in_configure(application_id uuid, authn text, authz text, refresh_details_on_login bool DEFAULT NULL,
		refresh_role_on_login bool DEFAULT NULL, allow_anonymous bool DEFAULT false, anonymous_role text DEFAULT NULL,
		session_lifetime int DEFAULT NULL, groups_matching_order text[] DEFAULT NULL, match_primary_group bool DEFAULT false)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_sign_in_configure(uuid, text, text, bool, bool, bool, text, int, text[], bool) IS
	'says how an application''s users sign in; other adapters than before end the sessions that they have';

CREATE FUNCTION authz_login(application_id uuid, user_id text, password text,
		OUT status text, OUT session_token text, OUT user_id text, OUT role text, OUT expiry timestamptz)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_login(uuid, text, text) IS 'signs a user in by his password; status is ok, failed or wait';

CREATE FUNCTION authz_login_anonymous(application_id uuid,
		OUT status text, OUT session_token text, OUT user_id text, OUT role text, OUT expiry timestamptz)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_login_anonymous(uuid) IS 'signs somebody in who does not say who he is, where the application allows it';

-- Each with its own, but for what the gateway tells along with the user.
CREATE FUNCTION authz.check_adapters(authn authz_authn_adapter, authz authz_authz_adapter) RETURNS void
	LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF authz = 'sso' AND authn <> 'sso' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('authorization by sso does not go with authentication by %s', authn),
			HINT = 'A gateway says which role somebody has where it says who he is.';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_adapters(authz_authn_adapter, authz_authz_adapter) IS
	'raises 22023 where one adapter cannot say who somebody is and the other which role he has';

CREATE FUNCTION authz.check_external(given anyelement, external bool, what text, where_it_goes text) RETURNS void
	LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF given IS NOT NULL AND NOT external THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s cannot be set', what), HINT = where_it_goes;
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_external(anyelement, bool, text, text) IS 'raises 22023 for a setting that means nothing there';

-- They are nobody's already, by the number that they hold.
CREATE FUNCTION authz.delete_outdated_sign_ins(application_id uuid) RETURNS void
	LANGUAGE sql VOLATILE AS $$
	DELETE FROM authz.session d USING authz.sign_in_setting s
	WHERE d.application_id = delete_outdated_sign_ins.application_id AND s.application_id = d.application_id
		AND (d.sign_in_id <> s.sign_in_id
			OR d.sign_in_id IS NOT NULL AND d.principal_id IS NULL
				AND ('setrole:' || s.anonymous_role_id::text = d.privileges) IS NOT TRUE)
$$;
COMMENT ON FUNCTION authz.delete_outdated_sign_ins(uuid) IS 'deletes sessions that were signed in to otherwise than is set now';

CREATE FUNCTION authz.sign_in_configure(account_id int, acting bigint, application_id uuid, authn text, authz text,
		refresh_details_on_login bool, refresh_role_on_login bool, allow_anonymous bool, anonymous_role text, session_lifetime int,
		groups_matching_order text[], match_primary_group bool)
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	instance authz.application := authz.application_of(account_id, application_id);
	new_authn @extschema@.authz_authn_adapter := authz.word(authn, 'authentication', enum_range(NULL::@extschema@.authz_authn_adapter));
	new_authz @extschema@.authz_authz_adapter := authz.word(authz, 'authorization', enum_range(NULL::@extschema@.authz_authz_adapter));
	former authz.sign_in_setting;
	anonymous bigint;
	matching bigint[];
BEGIN
	PERFORM authz.check_given(authn, 'authentication'), authz.check_given(authz, 'authorization');
	PERFORM authz.check_adapters(new_authn, new_authz);
	PERFORM authz.check_external(refresh_details_on_login, new_authn <> 'internal', 'refresh_details_on_login',
		'Details are refreshed where another says who somebody is.');
	PERFORM authz.check_external(refresh_role_on_login, new_authz <> 'internal', 'refresh_role_on_login',
		'Roles are refreshed where another says which one somebody has.');
	PERFORM authz.check_external(groups_matching_order, new_authz = 'ldap', 'groups_matching_order', 'It is for authorization by ldap.');
	PERFORM authz.check_external(nullif(match_primary_group, false), new_authz = 'ldap', 'match_primary_group',
		'It is for authorization by ldap.');
	PERFORM authz.check_seconds(session_lifetime, 'session lifetime', 1);
	IF coalesce(allow_anonymous, false) <> (coalesce(anonymous_role, '') <> '') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'allow_anonymous and anonymous_role go together',
			HINT = 'Who does not say who he is has that role, or does not come in.';
	END IF;
	IF allow_anonymous THEN
		anonymous := authz.application_role_of(application_id, anonymous_role);
	END IF;
	SELECT array_agg(authz.application_role_of(application_id, coalesce(o.word, '')) ORDER BY o.n) INTO matching
	FROM unnest(authz.list(groups_matching_order)) WITH ORDINALITY AS o (word, n);

	SELECT s.* INTO former FROM authz.sign_in_setting s WHERE s.application_id = instance.application_id;
	INSERT INTO authz.sign_in_setting AS s (application_id, account_id, sign_in_id, authn, authz, refresh_details, refresh_role,
		anonymous_role_id, session_lifetime, groups_matching_order, match_primary_group)
	VALUES (application_id, account_id,
		CASE WHEN (former.authn, former.authz) = (new_authn, new_authz) THEN former.sign_in_id
			ELSE nextval('authz.sign_in_id_seq') END,
		new_authn, new_authz, new_authn <> 'internal' AND coalesce(refresh_details_on_login, true),
		new_authz <> 'internal' AND coalesce(refresh_role_on_login, true), anonymous, session_lifetime, matching,
		coalesce(match_primary_group, false))
	ON CONFLICT ON CONSTRAINT sign_in_setting_pkey DO UPDATE
	SET sign_in_id = excluded.sign_in_id, authn = excluded.authn, authz = excluded.authz, refresh_details = excluded.refresh_details,
		refresh_role = excluded.refresh_role, anonymous_role_id = excluded.anonymous_role_id,
		session_lifetime = excluded.session_lifetime, groups_matching_order = excluded.groups_matching_order,
		match_primary_group = excluded.match_primary_group, updated_at = now();

	PERFORM authz.delete_outdated_sign_ins(application_id);
	PERFORM authz.note(account_id, acting, 'sign_in.configure', application_id::text,
		jsonb_build_object('authn', new_authn, 'authz', new_authz, 'refresh_details_on_login', refresh_details_on_login,
			'refresh_role_on_login', refresh_role_on_login, 'anonymous_role', nullif(anonymous_role, ''),
			'session_lifetime', session_lifetime, 'groups_matching_order', groups_matching_order,
			'match_primary_group', nullif(match_primary_group, false)));
END
$$;
COMMENT ON FUNCTION authz.sign_in_configure(int, bigint, uuid, text, text, bool, bool, bool, text, int, text[], bool) IS
	'body of authz_sign_in_configure()';
