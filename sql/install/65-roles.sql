-- Roles --------------------------------------------------------------------

CREATE FUNCTION authz_role_add(name text, permissions text[] DEFAULT '{}', exceptions text[] DEFAULT '{}', description text DEFAULT NULL,
		application_id uuid DEFAULT NULL, label text DEFAULT NULL, rank int DEFAULT NULL, everyone bool DEFAULT false,
		minimum_assurance int DEFAULT NULL, multifactor bool DEFAULT false, role_id bigint DEFAULT NULL)
	RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_role_add(text, text[], text[], text, uuid, text, int, bool, int, bool, bigint) IS
	'makes a role: patterns of permissions that it allows, less exceptions';

CREATE FUNCTION authz_role_update(role_id bigint, name text DEFAULT NULL, permissions text[] DEFAULT NULL, exceptions text[] DEFAULT NULL,
		description text DEFAULT NULL, label text DEFAULT NULL, rank int DEFAULT NULL, everyone bool DEFAULT NULL,
		minimum_assurance int DEFAULT NULL, multifactor bool DEFAULT NULL, status text DEFAULT NULL, clear text[] DEFAULT '{}')
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_role_update(bigint, text, text[], text[], text, text, int, bool, int, bool, text, text[]) IS
	'changes, blocks or unblocks a role; sessions that have it obey with their next statement';

CREATE FUNCTION authz_role_delete(role_id bigint) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_role_delete(bigint) IS 'deletes a role that nobody has';

CREATE FUNCTION authz_role_user_add(role_id bigint, user_id text, valid_from timestamptz DEFAULT NULL, valid_until timestamptz DEFAULT NULL)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_role_user_add(bigint, text, timestamptz, timestamptz) IS 'gives a role to a user or a group';

CREATE FUNCTION authz_role_user_delete(role_id bigint, user_id text) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_role_user_delete(bigint, text) IS 'takes a role from a user or a group';

CREATE FUNCTION authz.role_of(account_id int, role_id bigint) RETURNS authz.role
	LANGUAGE plpgsql STABLE AS $$
DECLARE
	result authz.role;
BEGIN
	SELECT r.* INTO result
	FROM authz.role r
	WHERE r.account_id = role_of.account_id AND r.role_id = role_of.role_id AND r.status <> 'deleted';
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('there is no role %s', role_id);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION authz.role_of(int, bigint) IS 'a role of the account, P0002 for none';

-- A name of digits alone would be taken for an id where a session names its role.
CREATE FUNCTION authz.check_role(account_id int, role_id bigint, name text, application_id uuid, patterns text[]) RETURNS void
	LANGUAGE plpgsql STABLE AS $$
DECLARE
	wrong text;
BEGIN
	IF name !~ '^[^[:cntrl:]]{1,200}$' OR name ~ '^[0-9]+$' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('invalid role name "%s"', name),
			HINT = 'It has 1 to 200 characters, not digits alone and none of them a control character.';
	END IF;
	SELECT coalesce(p.pattern, '') INTO wrong
	FROM unnest(patterns) AS p (pattern)
	WHERE authz.is_permission_pattern(p.pattern) IS NOT TRUE LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('invalid permission pattern "%s"', wrong),
			HINT = 'It is a permission''s name, a name and .* for what is below it, or * for all.';
	END IF;
	IF EXISTS (
		SELECT FROM authz.role r
		WHERE r.account_id = check_role.account_id AND r.name = check_role.name AND r.status <> 'deleted'
			AND r.application_id IS NOT DISTINCT FROM check_role.application_id
			AND r.role_id IS DISTINCT FROM check_role.role_id)
	THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('role "%s" exists already', name);
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_role(int, bigint, text, uuid, text[]) IS 'raises unless a role may have that name and those patterns';

CREATE FUNCTION authz.role_add(account_id int, acting bigint, name text, permissions text[], exceptions text[], description text,
		application_id uuid, label text, rank int, everyone bool, minimum_assurance int, multifactor bool, role_id bigint)
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	new_id bigint := authz.new_id(pg_get_serial_sequence('authz.role', 'role_id'), role_id);
BEGIN
	PERFORM authz.check_given(name, 'name');
	IF application_id IS NOT NULL THEN
		PERFORM authz.application_of(account_id, application_id);
	END IF;
	permissions := authz.list(permissions);
	exceptions := authz.list(exceptions);
	PERFORM authz.check_role(account_id, NULL, name, application_id, permissions || exceptions);
	IF EXISTS (SELECT FROM authz.role r WHERE r.role_id = new_id) THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('role %s exists already', new_id);
	END IF;

	INSERT INTO authz.role (role_id, account_id, name, description, application_id, label, rank, everyone, minimum_assurance,
		multifactor, permissions, exceptions)
	VALUES (new_id, account_id, name, nullif(description, ''), application_id, nullif(label, ''), rank,
		coalesce(everyone, false), minimum_assurance, coalesce(multifactor, false), coalesce(permissions, '{}'),
		coalesce(exceptions, '{}'));
	PERFORM authz.note(account_id, acting, 'role.add', new_id::text,
		jsonb_build_object('name', name, 'permissions', permissions, 'exceptions', exceptions, 'everyone', nullif(everyone, false)));
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION authz.role_add(int, bigint, text, text[], text[], text, uuid, text, int, bool, int, bool, bigint) IS
	'body of authz_role_add()';

CREATE FUNCTION authz.role_update(account_id int, acting bigint, role_id bigint, name text, permissions text[], exceptions text[],
		description text, label text, rank int, everyone bool, minimum_assurance int, multifactor bool, status text, clear text[])
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	new_status @extschema@.authz_status := authz.word(status, 'status', '{active,blocked}'::@extschema@.authz_status[]);
	before authz.role := authz.role_of(account_id, role_id);
BEGIN
	permissions := authz.list(permissions);
	exceptions := authz.list(exceptions);
	PERFORM authz.check_clear(clear, 'permissions', 'exceptions', 'description', 'label', 'rank', 'minimum_assurance');
	PERFORM authz.check_role(account_id, role_id, coalesce(nullif(name, ''), before.name), before.application_id,
		permissions || exceptions);
	UPDATE authz.role r
	SET name = coalesce(nullif(role_update.name, ''), r.name),
		permissions = CASE WHEN 'permissions' = ANY (clear) THEN '{}' ELSE coalesce(role_update.permissions, r.permissions) END,
		exceptions = CASE WHEN 'exceptions' = ANY (clear) THEN '{}' ELSE coalesce(role_update.exceptions, r.exceptions) END,
		description = authz.text_after(r.description, role_update.description, 'description', clear),
		label = authz.text_after(r.label, role_update.label, 'label', clear),
		rank = CASE WHEN 'rank' = ANY (clear) THEN NULL ELSE coalesce(role_update.rank, r.rank) END,
		everyone = coalesce(role_update.everyone, r.everyone),
		minimum_assurance = CASE WHEN 'minimum_assurance' = ANY (clear) THEN NULL
			ELSE coalesce(role_update.minimum_assurance, r.minimum_assurance) END,
		multifactor = coalesce(role_update.multifactor, r.multifactor),
		status = coalesce(new_status, r.status),
		updated_at = now()
	WHERE r.role_id = role_update.role_id AND r.status <> 'deleted';
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('there is no role %s', role_id);
	END IF;
	PERFORM authz.note(account_id, acting, 'role.update', role_id::text,
		jsonb_build_object('name', nullif(name, ''), 'permissions', permissions, 'exceptions', exceptions, 'everyone', everyone,
			'status', new_status, 'clear', nullif(clear, '{}')));
END
$$;
COMMENT ON FUNCTION authz.role_update(int, bigint, bigint, text, text[], text[], text, text, int, bool, int, bool, text, text[]) IS
	'body of authz_role_update()';

-- Who loses his last role has his account's default, for an administrator
-- everything: so a role is taken away by name, never along with its deletion.
CREATE FUNCTION authz.role_delete(account_id int, acting bigint, role_id bigint) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	PERFORM FROM authz.role r
	WHERE r.account_id = role_delete.account_id AND r.role_id = role_delete.role_id AND r.status <> 'deleted'
	FOR UPDATE;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	IF EXISTS (SELECT FROM authz.role_user u WHERE u.role_id = role_delete.role_id) THEN
		RAISE EXCEPTION USING ERRCODE = '2BP01', MESSAGE = format('role %s is given to users or groups', role_id),
			HINT = 'Take it from them with authz_role_user_delete().';
	END IF;
	IF EXISTS (SELECT FROM authz.sign_in_setting s WHERE s.anonymous_role_id = role_delete.role_id) THEN
		RAISE EXCEPTION USING ERRCODE = '2BP01', MESSAGE = format('role %s is the one of who does not say who he is', role_id),
			HINT = 'Name another with authz_sign_in_configure().';
	END IF;
	DELETE FROM authz.directory_role d WHERE d.role_id = role_delete.role_id;
	DELETE FROM authz.issuer_role m WHERE m.role_id = role_delete.role_id;
	UPDATE authz.role r SET status = 'deleted', updated_at = now() WHERE r.role_id = role_delete.role_id;
	PERFORM authz.note(account_id, acting, 'role.delete', role_id::text);
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.role_delete(int, bigint, bigint) IS 'body of authz_role_delete()';

CREATE FUNCTION authz.role_user_add(account_id int, acting bigint, role_id bigint, user_id text, valid_from timestamptz,
		valid_until timestamptz)
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	given authz.role := authz.role_of(account_id, role_id);
	target bigint := authz.principal_of(account_id, user_id);
BEGIN
	PERFORM authz.check_period(valid_from, valid_until);
	IF EXISTS (SELECT FROM authz.role_user u WHERE u.role_id = given.role_id AND u.principal_id = target) THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('"%s" has role %s already', user_id, role_id);
	END IF;
	INSERT INTO authz.role_user (role_id, principal_id, account_id, valid_from, valid_until)
	VALUES (given.role_id, target, account_id, valid_from, valid_until);
	PERFORM authz.note(account_id, acting, 'role_user.add', role_id::text,
		jsonb_build_object('user_id', user_id, 'valid_from', valid_from, 'valid_until', valid_until));
END
$$;
COMMENT ON FUNCTION authz.role_user_add(int, bigint, bigint, text, timestamptz, timestamptz) IS 'body of authz_role_user_add()';

CREATE FUNCTION authz.role_user_delete(account_id int, acting bigint, role_id bigint, user_id text) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	given authz.role := authz.role_of(account_id, role_id);
	target bigint := authz.principal_of(account_id, user_id);
BEGIN
	DELETE FROM authz.role_user u WHERE u.role_id = given.role_id AND u.principal_id = target;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	IF given.application_id IS NOT NULL AND NOT authz.has_given_role(given.application_id, target) THEN
		PERFORM authz.end_sign_ins(given.application_id, target);
	END IF;
	PERFORM authz.note(account_id, acting, 'role_user.delete', role_id::text, jsonb_build_object('user_id', user_id));
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.role_user_delete(int, bigint, bigint, text) IS 'body of authz_role_user_delete()';
