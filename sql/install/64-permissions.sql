-- Permissions that an account registers -------------------------------------

CREATE FUNCTION authz_permission_add(name text, description text DEFAULT NULL, depends_on text[] DEFAULT '{}') RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_permission_add(text, text, text[]) IS
	'registers a permission; one that depends on others is had only together with them';

CREATE FUNCTION authz_permission_delete(name text) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_permission_delete(text) IS 'unregisters a permission; nobody has it then, whatever his roles say';

CREATE FUNCTION authz.is_permission_name(name text) RETURNS bool
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'authz_is_permission_name';
COMMENT ON FUNCTION authz.is_permission_name(text) IS 'whether it is words of letters, digits, _ and - joined by dots';

CREATE FUNCTION authz.is_permission_pattern(pattern text) RETURNS bool
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'authz_is_permission_pattern';
COMMENT ON FUNCTION authz.is_permission_pattern(text) IS 'whether it is a permission''s name, such a name and .*, or *';

CREATE FUNCTION authz.permission_add(account_id int, acting bigint, name text, description text, depends_on text[]) RETURNS text
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	missing text;
BEGIN
	PERFORM authz.check_given(name, 'name');
	IF NOT authz.is_permission_name(name) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('invalid permission name "%s"', name),
			HINT = 'It is words of letters, digits, _ and - joined by dots, at most 200 characters.';
	END IF;
	PERFORM authz.lock_account(account_id);
	IF EXISTS (SELECT FROM authz.builtin_permission b WHERE b.name = permission_add.name)
		OR EXISTS (SELECT FROM authz.permission p
			WHERE p.account_id = permission_add.account_id AND p.name = permission_add.name)
	THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('permission "%s" exists already', name);
	END IF;
	-- What is depended on is there before, so there are no circles.
	SELECT coalesce(d.name, '') INTO missing
	FROM unnest(depends_on) AS d (name)
	WHERE NOT EXISTS (SELECT FROM authz.builtin_permission b WHERE b.name = d.name)
		AND NOT EXISTS (SELECT FROM authz.permission p
			WHERE p.account_id = permission_add.account_id AND p.name = d.name)
	LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('there is no permission "%s" to depend on', missing);
	END IF;

	INSERT INTO authz.permission (account_id, name, description, depends_on)
	VALUES (account_id, name, nullif(description, ''), coalesce(authz.list(depends_on), '{}'));
	PERFORM authz.note(account_id, acting, 'permission.add', name, jsonb_build_object('depends_on', depends_on));
	RETURN name;
END
$$;
COMMENT ON FUNCTION authz.permission_add(int, bigint, text, text, text[]) IS 'body of authz_permission_add()';

CREATE FUNCTION authz.permission_delete(account_id int, acting bigint, name text) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	dependent text;
BEGIN
	IF EXISTS (SELECT FROM authz.builtin_permission b WHERE b.name = permission_delete.name) THEN
		RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('permission "%s" is built in', name);
	END IF;
	PERFORM authz.lock_account(account_id);
	SELECT p.name INTO dependent
	FROM authz.permission p
	WHERE p.account_id = permission_delete.account_id AND permission_delete.name = ANY (p.depends_on)
	ORDER BY p.name LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '2BP01', MESSAGE = format('permission "%s" depends on "%s"', dependent, name);
	END IF;
	DELETE FROM authz.permission p WHERE p.account_id = permission_delete.account_id AND p.name = permission_delete.name;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM authz.note(account_id, acting, 'permission.delete', name);
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.permission_delete(int, bigint, text) IS 'body of authz_permission_delete()';
