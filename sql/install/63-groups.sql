-- Groups -------------------------------------------------------------------

CREATE FUNCTION authz_group_add(group_id text, name text DEFAULT NULL) RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_group_add(text, text) IS 'makes a group; users and groups have their ids from one set of names';

CREATE FUNCTION authz_group_update(group_id text, name text DEFAULT NULL, status text DEFAULT NULL, clear text[] DEFAULT '{}')
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_group_update(text, text, text, text[]) IS
	'renames, blocks or unblocks a group; a blocked one passes nothing on to its members';

CREATE FUNCTION authz_group_delete(group_id text) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_group_delete(text) IS 'deletes a group and with it what its members had through it';

CREATE FUNCTION authz_group_user_add(group_id text, user_id text, level text DEFAULT 'member', update_method text DEFAULT 'manual',
		valid_from timestamptz DEFAULT NULL, valid_until timestamptz DEFAULT NULL)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_group_user_add(text, text, text, text, timestamptz, timestamptz) IS
	'adds a user, or a group, to a group; its managers may do so as well';

CREATE FUNCTION authz_group_user_delete(group_id text, user_id text) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_group_user_delete(text, text) IS 'removes a user, or a group, from a group';

-- Asked with the account locked, it looks at this very moment, so that two
-- changes at once make no circle either.
CREATE FUNCTION authz.group_is_within(group_id bigint, other_id bigint) RETURNS bool
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'authz_group_is_within';
COMMENT ON FUNCTION authz.group_is_within(bigint, bigint) IS 'whether a group is another one, or in it over any number of steps';

-- Limits are exact at every isolation level: what is limited is locked, and then
-- counted as it is at this very moment, no further than the limit.
CREATE FUNCTION authz.limit_now(account_id int, setting text) RETURNS int
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'authz_limit_now';
COMMENT ON FUNCTION authz.limit_now(int, text) IS 'a limit that the account sets at this very moment, NULL for none';

CREATE FUNCTION authz.groups_counted(principal_id bigint, most int) RETURNS int
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'authz_groups_counted';
COMMENT ON FUNCTION authz.groups_counted(bigint, int) IS 'how many groups a user or group is in directly, counted up to so many';

-- Who is to be named by a row must not be deleted meanwhile: a reference alone
-- would not mind, for a deleted one's row stays.
CREATE FUNCTION authz.hold_principal(principal_id bigint, name text) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	PERFORM FROM authz.principal p
	WHERE p.principal_id = hold_principal.principal_id AND p.status <> 'deleted'
	FOR KEY SHARE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('there is no user or group "%s"', name);
	END IF;
END
$$;
COMMENT ON FUNCTION authz.hold_principal(bigint, text) IS 'keeps a user or group from being deleted until the transaction ends';

-- What the snapshot of a repeatable-read transaction does not show, it must not
-- leave behind either.
CREATE FUNCTION authz.check_nothing_was_given(principal_id bigint) RETURNS void
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'authz_check_nothing_was_given';
COMMENT ON FUNCTION authz.check_nothing_was_given(bigint) IS
	'raises 40001 where a user or group has members, groups, roles or categories';

CREATE FUNCTION authz.group_add(account_id int, acting bigint, group_id text, name text) RETURNS text
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	PERFORM authz.check_given(group_id, 'group id');
	PERFORM authz.take_name(account_id, group_id, false);
	INSERT INTO authz.principal (account_id, user_id, kind, screen_name)
	VALUES (account_id, group_id, 'group', nullif(name, ''));
	PERFORM authz.note(account_id, acting, 'group.add', group_id, jsonb_build_object('name', nullif(name, '')));
	RETURN group_id;
END
$$;
COMMENT ON FUNCTION authz.group_add(int, bigint, text, text) IS 'body of authz_group_add()';

CREATE FUNCTION authz.group_update(account_id int, acting bigint, group_id text, name text, status text, clear text[]) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	new_status @extschema@.authz_status := authz.word(status, 'status', '{active,blocked}'::@extschema@.authz_status[]);
	target bigint := authz.group_of(account_id, group_id);
BEGIN
	PERFORM authz.check_clear(clear, 'name');
	PERFORM authz.hold_principal(target, group_id);
	UPDATE authz.principal p
	SET screen_name = authz.text_after(p.screen_name, name, 'name', clear),
		status = coalesce(new_status, p.status),
		updated_at = now()
	WHERE p.principal_id = target;
	PERFORM authz.note(account_id, acting, 'group.update', group_id,
		jsonb_build_object('name', nullif(name, ''), 'status', new_status));
END
$$;
COMMENT ON FUNCTION authz.group_update(int, bigint, text, text, text, text[]) IS 'body of authz_group_update()';

CREATE FUNCTION authz.group_delete(account_id int, acting bigint, group_id text) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF NOT authz.delete_principal(account_id, group_id, 'group') THEN
		RETURN false;
	END IF;
	PERFORM authz.note(account_id, acting, 'group.delete', group_id);
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.group_delete(int, bigint, text) IS 'body of authz_group_delete()';

CREATE FUNCTION authz.group_user_add(account_id int, acting bigint, group_id text, user_id text, level text, update_method text,
		valid_from timestamptz, valid_until timestamptz)
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	new_level @extschema@.authz_level := authz.word(level, 'level', '{member,manager}'::@extschema@.authz_level[]);
	new_method @extschema@.authz_update_method := authz.word(update_method, 'update method',
		enum_range(NULL::@extschema@.authz_update_method));
	whole bigint := authz.group_of(account_id, group_id);
	part bigint := authz.principal_of(account_id, user_id);
	most int := authz.limit_now(account_id, 'max_user_groups');
BEGIN
	PERFORM authz.check_period(valid_from, valid_until);
	IF EXISTS (SELECT FROM authz.principal p WHERE p.principal_id = part AND p.kind = 'group') THEN
		PERFORM authz.lock_account(account_id);
		IF authz.group_is_within(whole, part) THEN
			RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = 'a group cannot be its own member';
		END IF;
	END IF;
	IF most IS NOT NULL THEN
		PERFORM FROM authz.principal p WHERE p.principal_id = part FOR NO KEY UPDATE;
	END IF;
	PERFORM authz.hold_principal(whole, group_id), authz.hold_principal(part, user_id);
	IF EXISTS (SELECT FROM authz.group_user g WHERE g.group_id = whole AND g.principal_id = part) THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('"%s" is in group "%s" already', user_id, group_id);
	END IF;
	IF authz.groups_counted(part, most) >= most THEN
		RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = format('"%s" is in %s groups already', user_id, most),
			HINT = 'The account''s setting max_user_groups limits them.';
	END IF;

	INSERT INTO authz.group_user (group_id, principal_id, account_id, level, update_method, valid_from, valid_until)
	VALUES (whole, part, account_id, coalesce(new_level, 'member'), coalesce(new_method, 'manual'), valid_from, valid_until);
	PERFORM authz.note(account_id, acting, 'group_user.add', group_id,
		jsonb_build_object('user_id', user_id, 'level', new_level, 'valid_from', valid_from, 'valid_until', valid_until));
END
$$;
COMMENT ON FUNCTION authz.group_user_add(int, bigint, text, text, text, text, timestamptz, timestamptz) IS 'body of authz_group_user_add()';

CREATE FUNCTION authz.group_user_delete(account_id int, acting bigint, group_id text, user_id text) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	whole bigint := authz.group_of(account_id, group_id);
	part bigint := authz.principal_of(account_id, user_id);
BEGIN
	DELETE FROM authz.group_user g WHERE g.group_id = whole AND g.principal_id = part;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM authz.note(account_id, acting, 'group_user.delete', group_id, jsonb_build_object('user_id', user_id));
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.group_user_delete(int, bigint, text, text) IS 'body of authz_group_user_delete()';
