-- Users who sign in ----------------------------------------------------------
--
-- Three ways to run an application: the organisation says who somebody is and
-- which role he has, and users are made as they come; authz says both; or the
-- organisation says who, and authz, which role: then he must be here already.

CREATE FUNCTION authz_role_user_set(application_id uuid, user_id text, role text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_role_user_set(uuid, text, text) IS
	'gives a user a role of an application, by its name or label, in the place of those that he was given';

CREATE FUNCTION authz_role_user_unset(application_id uuid, user_id text) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_role_user_unset(uuid, text) IS
	'takes from a user the roles of an application that he was given, and ends his sessions there; he stays a user';

-- A name before a label, and a label only if it is one role's.
CREATE FUNCTION authz.application_role(application_id uuid, word text) RETURNS bigint
	LANGUAGE plpgsql STABLE AS $$
DECLARE
	result bigint;
BEGIN
	SELECT r.role_id INTO result FROM authz.role r
	WHERE r.application_id = application_role.application_id AND r.status = 'active' AND r.name = word;
	IF NOT FOUND THEN
		SELECT min(r.role_id) INTO result FROM authz.role r
		WHERE r.application_id = application_role.application_id AND r.status = 'active' AND r.label = word
		HAVING count(*) = 1;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION authz.application_role(uuid, text) IS 'the role of an application that a word names, NULL for none';

CREATE FUNCTION authz.application_role_of(application_id uuid, word text) RETURNS bigint
	LANGUAGE plpgsql STABLE AS $$
DECLARE
	result bigint := authz.application_role(application_id, word);
BEGIN
	PERFORM authz.check_given(word, 'role');
	IF result IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('the application has no role "%s"', word),
			HINT = 'Name an active role of the application, or use a label that only one has.';
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION authz.application_role_of(uuid, text) IS 'the role of an application that a word names, P0002 for none';

-- Roles that come by a group are not touched: they are not his, but the group's.
CREATE FUNCTION authz.has_given_role(application_id uuid, principal_id bigint) RETURNS bool
	LANGUAGE sql STABLE
	RETURN EXISTS (
		SELECT FROM authz.role_user u JOIN authz.role r ON r.role_id = u.role_id
		WHERE u.principal_id = has_given_role.principal_id AND r.application_id = has_given_role.application_id);
COMMENT ON FUNCTION authz.has_given_role(uuid, bigint) IS
	'whether a role of the application is given to the user himself, be it one that does not count now';

CREATE FUNCTION authz.set_application_role(account_id int, application_id uuid, principal_id bigint, role_id bigint, source text)
	RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
BEGIN
	IF (SELECT count(*) = 1 AND bool_and(u.role_id = role_id AND u.source = source AND u.valid_from IS NULL AND u.valid_until IS NULL)
		FROM authz.role_user u JOIN authz.role r ON r.role_id = u.role_id
		WHERE u.principal_id = principal_id AND r.application_id = application_id)
	THEN
		RETURN false;
	END IF;
	-- One after another, or both would be left.
	PERFORM FROM authz.principal p WHERE p.principal_id = principal_id FOR NO KEY UPDATE;
	DELETE FROM authz.role_user u USING authz.role r
	WHERE u.principal_id = principal_id AND r.role_id = u.role_id AND r.application_id = application_id AND u.role_id <> role_id;
	INSERT INTO authz.role_user AS u (role_id, principal_id, account_id, source)
	VALUES (role_id, principal_id, account_id, source)
	ON CONFLICT ON CONSTRAINT role_user_pkey DO UPDATE
	SET source = excluded.source, valid_from = NULL, valid_until = NULL
	WHERE (u.source, u.valid_from, u.valid_until) IS DISTINCT FROM (excluded.source, NULL, NULL);
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.set_application_role(int, uuid, bigint, bigint, text) IS
	'makes that the only role of the application that the user is given; false where it was';

CREATE FUNCTION authz.end_sign_ins(application_id uuid, principal_id bigint) RETURNS void
	LANGUAGE sql VOLATILE AS $$
	DELETE FROM authz.session s
	WHERE s.application_id = end_sign_ins.application_id AND s.principal_id = end_sign_ins.principal_id AND s.sign_in_id IS NOT NULL
$$;
COMMENT ON FUNCTION authz.end_sign_ins(uuid, bigint) IS 'ends the sessions that a user has signed in to';

CREATE FUNCTION authz.give_application_role(account_id int, acting bigint, application_id uuid, user_id text, role text, source text)
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	instance authz.application := authz.application_of(account_id, application_id);
	given bigint := authz.application_role_of(application_id, role);
	target bigint := authz.user_of(account_id, user_id);
BEGIN
	PERFORM authz.set_application_role(account_id, instance.application_id, target, given, source);
	PERFORM authz.note(account_id, acting, 'role_user.set', application_id::text,
		jsonb_build_object('user_id', user_id, 'role_id', given));
END
$$;
COMMENT ON FUNCTION authz.give_application_role(int, bigint, uuid, text, text, text) IS
	'gives a user a role of an application, in the place of those that he was given';

CREATE FUNCTION authz.role_user_set(account_id int, acting bigint, application_id uuid, user_id text, role text) RETURNS void
	LANGUAGE sql VOLATILE
	RETURN authz.give_application_role(account_id, acting, application_id, user_id, role, 'manual');
COMMENT ON FUNCTION authz.role_user_set(int, bigint, uuid, text, text) IS 'body of authz_role_user_set()';

CREATE FUNCTION authz.role_user_unset(account_id int, acting bigint, application_id uuid, user_id text) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	instance authz.application := authz.application_of(account_id, application_id);
	target bigint := authz.user_of(account_id, user_id);
BEGIN
	IF NOT authz.unset_application_role(instance.application_id, target) THEN
		RETURN false;
	END IF;
	PERFORM authz.note(account_id, acting, 'role_user.unset', application_id::text, jsonb_build_object('user_id', user_id));
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.role_user_unset(int, bigint, uuid, text) IS 'body of authz_role_user_unset()';

-- Details and users that others tell of.

CREATE FUNCTION authz.told(value text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN length(value) <= 1000 AND value !~ '[[:cntrl:]]' THEN nullif(value, '') END;
COMMENT ON FUNCTION authz.told(text) IS 'a detail that others tell of, NULL for one that is none';

CREATE FUNCTION authz.new_user_just_in_time(account_id int, user_id text, first_name text, last_name text, email text) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	-- He may come twice at the same time; then the other has made him.
	INSERT INTO authz.principal (account_id, user_id, first_name, last_name, email)
	VALUES (account_id, user_id, authz.told(first_name), authz.told(last_name), authz.told(email))
	ON CONFLICT DO NOTHING;
	IF FOUND THEN
		PERFORM authz.note(account_id, NULL, 'user.add', user_id, jsonb_build_object('just_in_time', true));
	END IF;
END
$$;
COMMENT ON FUNCTION authz.new_user_just_in_time(int, text, text, text, text) IS 'makes a user who comes for the first time';

-- What is not told is not erased, and what is the same is not written.
CREATE FUNCTION authz.refresh_details(principal_id bigint, first_name text, last_name text, email text) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	first text := authz.told(first_name);
	last text := authz.told(last_name);
	address text := authz.told(email);
BEGIN
	UPDATE authz.principal p
	SET first_name = coalesce(first, p.first_name), last_name = coalesce(last, p.last_name), email = coalesce(address, p.email),
		updated_at = now()
	WHERE p.principal_id = refresh_details.principal_id
		AND (coalesce(first <> p.first_name, first IS NOT NULL) OR coalesce(last <> p.last_name, last IS NOT NULL)
			OR coalesce(address <> p.email, address IS NOT NULL));
END
$$;
COMMENT ON FUNCTION authz.refresh_details(bigint, text, text, text) IS 'takes over the details of a user that others tell of';

CREATE FUNCTION authz.unset_application_role(application_id uuid, principal_id bigint) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
BEGIN
	DELETE FROM authz.role_user u USING authz.role r
	WHERE u.principal_id = principal_id AND r.role_id = u.role_id AND r.application_id = application_id;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM authz.end_sign_ins(application_id, principal_id);
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.unset_application_role(uuid, bigint) IS
	'takes from a user what he was given of an application, and ends his sessions there; false where that was nothing';

-- What others say of his role becomes what is stored, where it is to; a reason
-- says why he does not come in.
CREATE FUNCTION authz.take_role(setting authz.sign_in_setting, person authz.principal, given_role bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	changed bool := false;
BEGIN
	IF given_role IS NULL THEN
		changed := setting.refresh_role AND authz.unset_application_role(setting.application_id, person.principal_id);
	ELSIF setting.refresh_role OR NOT authz.has_given_role(setting.application_id, person.principal_id) THEN
		changed := authz.set_application_role(setting.account_id, setting.application_id, person.principal_id, given_role,
			CASE setting.authz WHEN 'ldap' THEN 'directory' ELSE setting.authz::text END);
	END IF;
	IF changed THEN
		PERFORM authz.note(setting.account_id, NULL, CASE WHEN given_role IS NULL THEN 'role_user.unset' ELSE 'role_user.set' END,
			setting.application_id::text, jsonb_build_object('user_id', person.user_id, 'role_id', given_role, 'by', setting.authz));
	END IF;
END
$$;
COMMENT ON FUNCTION authz.take_role(authz.sign_in_setting, authz.principal, bigint) IS
	'stores the role that others give a user, or that they give him none';

CREATE FUNCTION authz.admit(application_id uuid, user_id text, given_role text, first_name text, last_name text, email text,
		OUT principal_id bigint, OUT known_as text, OUT reason text)
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	setting authz.sign_in_setting;
	person authz.principal;
	new_role bigint := authz.application_role(application_id, given_role);
BEGIN
	SELECT s.* INTO setting FROM authz.sign_in_setting s WHERE s.application_id = admit.application_id;
	IF setting.authz <> 'internal' AND given_role IS NOT NULL AND new_role IS NULL THEN
		reason := 'the role is unknown';
		RETURN;
	END IF;

	SELECT p.* INTO person FROM authz.principal p
	WHERE p.account_id = setting.account_id AND lower(p.user_id) = lower(admit.user_id) AND p.reused_at IS NULL;
	IF NOT FOUND AND setting.authz <> 'internal' AND new_role IS NOT NULL THEN
		IF length(user_id) NOT BETWEEN 1 AND 320 OR user_id ~ '[[:cntrl:]]' THEN
			reason := 'the user id is invalid';
			RETURN;
		END IF;
		PERFORM authz.new_user_just_in_time(setting.account_id, user_id, first_name, last_name, email);
		SELECT p.* INTO person FROM authz.principal p
		WHERE p.account_id = setting.account_id AND lower(p.user_id) = lower(admit.user_id) AND p.reused_at IS NULL;
	END IF;
	IF person.principal_id IS NULL OR person.status <> 'active' OR person.kind <> 'person' THEN
		reason := CASE WHEN person.principal_id IS NULL THEN 'the user is unknown'
			WHEN person.kind <> 'person' THEN 'the user is no person'
			ELSE 'the user is ' || person.status END;
		RETURN;
	END IF;

	IF setting.authz <> 'internal' THEN
		PERFORM authz.take_role(setting, person, new_role);
		IF new_role IS NULL THEN
			reason := 'no role is given';
			RETURN;
		END IF;
	END IF;
	principal_id := person.principal_id;
	known_as := person.user_id;
END
$$;
COMMENT ON FUNCTION authz.admit(uuid, text, text, text, text, text) IS
	'the user who signs in, made or given his role as is set for the application, or why he does not come in';
