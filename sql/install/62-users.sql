-- Users --------------------------------------------------------------------

CREATE FUNCTION authz_user_add(user_id text, kind text DEFAULT 'person', first_name text DEFAULT NULL, last_name text DEFAULT NULL,
		screen_name text DEFAULT NULL, email text DEFAULT NULL, primary_user_id text DEFAULT NULL, reuse bool DEFAULT false)
	RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_user_add(text, text, text, text, text, text, text, bool) IS
	'makes a user: a person, also as a second identity of another, a service or an application';

CREATE FUNCTION authz_user_update(user_id text, first_name text DEFAULT NULL, last_name text DEFAULT NULL, screen_name text DEFAULT NULL,
		email text DEFAULT NULL, status text DEFAULT NULL, clear text[] DEFAULT '{}')
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_user_update(text, text, text, text, text, text, text[]) IS
	'changes, blocks or unblocks a user; a blocked one has no rights and no sessions';

CREATE FUNCTION authz_user_delete(user_id text) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_user_delete(text) IS
	'takes from a user all that he could do; the name stays taken and what he made remains';

-- What becomes of a name that somebody has, or had: refused, or given anew.
CREATE FUNCTION authz.take_name(account_id int, name text, reuse bool) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	taken record;
BEGIN
	IF length(name) > 320 OR name ~ '[[:cntrl:]]' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid user or group id',
			HINT = 'It has 1 to 320 characters, none of them a control character.';
	END IF;
	SELECT p.principal_id, p.status INTO taken
	FROM authz.principal p
	WHERE p.account_id = take_name.account_id AND lower(p.user_id) = lower(name) AND p.reused_at IS NULL
	FOR UPDATE;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	IF taken.status <> 'deleted' THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('user or group "%s" exists already', name);
	END IF;
	IF NOT reuse THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('the id "%s" is that of a deleted user or group', name),
			HINT = 'The id of a deleted user is given to a new one with reuse => true, while no session is set.';
	END IF;
	UPDATE authz.principal p SET reused_at = now() WHERE p.principal_id = taken.principal_id;
	RAISE NOTICE USING MESSAGE = format('the id "%s" is given to a new user', name),
		DETAIL = 'Rows of content tables that name it as their owner are now his.';
END
$$;
COMMENT ON FUNCTION authz.take_name(int, text, bool) IS 'raises 23505 unless the id is free, or a deleted one''s and may be reused';

CREATE FUNCTION authz.user_add(account_id int, acting bigint, user_id text, kind text, first_name text, last_name text,
		screen_name text, email text, primary_user_id text, reuse bool)
	RETURNS text
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	new_kind @extschema@.authz_kind := coalesce(
		authz.word(kind, 'kind', '{person,service,application}'::@extschema@.authz_kind[]), 'person');
	new_id bigint;
	whose bigint;
BEGIN
	PERFORM authz.check_given(user_id, 'user id');
	IF primary_user_id <> '' THEN
		whose := authz.user_of(account_id, primary_user_id);
		IF new_kind <> 'person' OR NOT EXISTS (
			SELECT FROM authz.principal p
			WHERE p.principal_id = whose AND p.kind = 'person'
				AND NOT EXISTS (SELECT FROM authz.secondary_identity s WHERE s.principal_id = whose))
		THEN
			RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid primary identity',
				HINT = 'A person may be the second identity of a person who is nobody''s second identity.';
		END IF;
	END IF;

	PERFORM authz.take_name(account_id, user_id, coalesce(reuse, false));
	INSERT INTO authz.principal (account_id, user_id, kind, first_name, last_name, screen_name, email)
	VALUES (account_id, user_id, new_kind, nullif(first_name, ''), nullif(last_name, ''), nullif(screen_name, ''),
		nullif(email, ''))
	RETURNING principal_id INTO new_id;
	IF whose IS NOT NULL THEN
		INSERT INTO authz.secondary_identity (principal_id, account_id, primary_id) VALUES (new_id, account_id, whose);
	END IF;
	PERFORM authz.note(account_id, acting, 'user.add', user_id,
		jsonb_build_object('kind', new_kind, 'primary_user_id', nullif(primary_user_id, ''), 'reuse', nullif(reuse, false)));
	RETURN user_id;
END
$$;
COMMENT ON FUNCTION authz.user_add(int, bigint, text, text, text, text, text, text, text, bool) IS 'body of authz_user_add()';

CREATE FUNCTION authz.user_update(account_id int, acting bigint, user_id text, first_name text, last_name text, screen_name text,
		email text, status text, clear text[])
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	new_status @extschema@.authz_status := authz.word(status, 'status', '{active,blocked}'::@extschema@.authz_status[]);
	target bigint := authz.user_of(account_id, user_id);
BEGIN
	PERFORM authz.check_clear(clear, 'first_name', 'last_name', 'screen_name', 'email');
	PERFORM authz.hold_principal(target, user_id);
	IF new_status IS NOT NULL THEN
		PERFORM authz.check_no_identity(target);
	END IF;
	UPDATE authz.principal p
	SET first_name = authz.text_after(p.first_name, user_update.first_name, 'first_name', clear),
		last_name = authz.text_after(p.last_name, user_update.last_name, 'last_name', clear),
		screen_name = authz.text_after(p.screen_name, user_update.screen_name, 'screen_name', clear),
		email = authz.text_after(p.email, user_update.email, 'email', clear),
		status = coalesce(new_status, p.status),
		updated_at = now()
	WHERE p.principal_id = target;
	PERFORM authz.note(account_id, acting, 'user.update', user_id, jsonb_build_object('status', new_status));
END
$$;
COMMENT ON FUNCTION authz.user_update(int, bigint, text, text, text, text, text, text, text[]) IS 'body of authz_user_update()';

-- What a principal could do ends; the row stays, for what it made names it.
CREATE FUNCTION authz.end_principal(principal_id bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
DECLARE
	target bigint := principal_id;
BEGIN
	UPDATE authz.principal p SET status = 'deleted', updated_at = now() WHERE p.principal_id = target;
	DELETE FROM authz.group_user g WHERE g.principal_id = target OR g.group_id = target;
	DELETE FROM authz.role_user r WHERE r.principal_id = target;
	DELETE FROM authz.category_user c WHERE c.principal_id = target;
	DELETE FROM authz.secondary_identity s WHERE s.principal_id = target;
	DELETE FROM authz.password w WHERE w.principal_id = target;
	PERFORM authz.check_nothing_was_given(target);
	PERFORM authz.delete_apptoken(t.account_id, t.apptoken_id) FROM authz.apptoken t WHERE t.session_principal_id = target;
	PERFORM authz.reject_grants(g.grant_id) FROM authz.application_grant g WHERE g.principal_id = target AND g.status <> 'rejected';
	UPDATE authz.owner_change o SET status = 'cancelled', decided_at = now()
	WHERE o.new_owner_id = target AND o.status = 'pending';
	DELETE FROM authz.session s WHERE s.principal_id = target;
END
$$;
COMMENT ON FUNCTION authz.end_principal(bigint) IS
	'deletes a user, group or application with its memberships, roles, app tokens, grants and sessions';

-- An application and its identity come and go together.
CREATE FUNCTION authz.check_no_identity(principal_id bigint) RETURNS void
	LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF EXISTS (SELECT FROM authz.application a WHERE a.identity_id = check_no_identity.principal_id) THEN
		RAISE EXCEPTION USING ERRCODE = '2BP01', MESSAGE = 'an application is this user',
			HINT = 'Delete, disable or enable the application.';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_no_identity(bigint) IS 'raises 2BP01 for the identity of an application';

CREATE FUNCTION authz.delete_principal(account_id int, name text, kind text) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	target bigint;
BEGIN
	SELECT p.principal_id INTO target
	FROM authz.principal p
	WHERE p.account_id = delete_principal.account_id AND lower(p.user_id) = lower(name) AND p.reused_at IS NULL
		AND p.status <> 'deleted' AND (p.kind = 'group') = (delete_principal.kind = 'group')
	FOR UPDATE;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM authz.check_no_identity(target), authz.end_principal(target);
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.delete_principal(int, text, text) IS 'deletes a user or group, but for the identity of an application';

CREATE FUNCTION authz.user_delete(account_id int, acting bigint, user_id text) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF NOT authz.delete_principal(account_id, user_id, 'user') THEN
		RETURN false;
	END IF;
	PERFORM authz.note(account_id, acting, 'user.delete', user_id);
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.user_delete(int, bigint, text) IS 'body of authz_user_delete()';
