-- Members of categories: changes -----------------------------------------------

-- The owner is manager by owning; who is bound by rules cannot take that away,
-- nor seem to.
CREATE FUNCTION authz.member_of(account_id int, acting bigint, category_id bigint, user_id text, lowers bool) RETURNS authz.category_user
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	category authz.category := authz.open_category(account_id, category_id);
	target bigint := authz.principal_of(account_id, user_id);
	member authz.category_user;
BEGIN
	IF lowers AND acting IS NOT NULL AND target = category.owner_id THEN
		RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = format('"%s" owns category %s', user_id, category_id),
			HINT = 'Give the category another owner first.';
	END IF;
	SELECT u.* INTO member
	FROM authz.category_user u
	WHERE u.category_id = member_of.category_id AND u.principal_id = target
	FOR UPDATE;
	RETURN member;
END
$$;
COMMENT ON FUNCTION authz.member_of(int, bigint, bigint, text, bool) IS 'a membership that may be changed or removed, NULL for none';

CREATE FUNCTION authz.check_member(member authz.category_user, category_id bigint, user_id text) RETURNS void
	LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF member.category_id IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('"%s" is no member of category %s', user_id, category_id);
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_member(authz.category_user, bigint, text) IS 'raises P0002 for no membership';

CREATE FUNCTION authz.category_user_update(account_id int, acting bigint, category_id bigint, user_id text, permission_level text,
		update_method text, override bool)
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	new_level @extschema@.authz_level := authz.word(permission_level, 'permission level', enum_range(NULL::@extschema@.authz_level));
	new_method @extschema@.authz_update_method := coalesce(
		authz.word(update_method, 'update method', enum_range(NULL::@extschema@.authz_update_method)), 'manual');
	member authz.category_user := authz.member_of(account_id, acting, category_id, user_id, new_level < 'manager');
BEGIN
	PERFORM authz.check_member(member, category_id, user_id);
	IF new_method < member.update_method AND override IS NOT TRUE THEN
		RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = 'an automatic change does not override a manual one',
			HINT = 'With override => true it does.';
	END IF;
	UPDATE authz.category_user u
	SET level = coalesce(new_level, u.level), update_method = new_method
	WHERE u.category_id = member.category_id AND u.principal_id = member.principal_id;
	PERFORM authz.note(account_id, acting, 'category_user.update', category_id::text,
		jsonb_build_object('user_id', user_id, 'permission_level', new_level, 'update_method', new_method));
END
$$;
COMMENT ON FUNCTION authz.category_user_update(int, bigint, bigint, text, text, text, bool) IS 'body of authz_category_user_update()';

CREATE FUNCTION authz.category_user_delete(account_id int, acting bigint, category_id bigint, user_id text) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	member authz.category_user := authz.member_of(account_id, acting, category_id, user_id, true);
BEGIN
	IF member.category_id IS NULL THEN
		RETURN false;
	END IF;
	DELETE FROM authz.category_user u WHERE u.category_id = member.category_id AND u.principal_id = member.principal_id;
	PERFORM authz.note(account_id, acting, 'category_user.delete', category_id::text, jsonb_build_object('user_id', user_id));
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.category_user_delete(int, bigint, bigint, text) IS 'body of authz_category_user_delete()';

CREATE FUNCTION authz.set_member_status(account_id int, acting bigint, category_id bigint, user_id text,
		new_status @extschema@.authz_member_status, action text)
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	member authz.category_user := authz.member_of(account_id, acting, category_id, user_id, new_status <> 'active');
BEGIN
	PERFORM authz.check_member(member, category_id, user_id);
	UPDATE authz.category_user u SET status = new_status
	WHERE u.category_id = member.category_id AND u.principal_id = member.principal_id;
	PERFORM authz.note(account_id, acting, action, category_id::text, jsonb_build_object('user_id', user_id));
END
$$;
COMMENT ON FUNCTION authz.set_member_status(int, bigint, bigint, text, authz_member_status, text) IS 'admits or suspends a member';

CREATE FUNCTION authz.category_user_activate(account_id int, acting bigint, category_id bigint, user_id text) RETURNS void
	LANGUAGE sql VOLATILE
	RETURN authz.set_member_status(account_id, acting, category_id, user_id, 'active', 'category_user.activate');
COMMENT ON FUNCTION authz.category_user_activate(int, bigint, bigint, text) IS 'body of authz_category_user_activate()';

CREATE FUNCTION authz.category_user_deactivate(account_id int, acting bigint, category_id bigint, user_id text) RETURNS void
	LANGUAGE sql VOLATILE
	RETURN authz.set_member_status(account_id, acting, category_id, user_id, 'not_active', 'category_user.deactivate');
COMMENT ON FUNCTION authz.category_user_deactivate(int, bigint, bigint, text) IS 'body of authz_category_user_deactivate()';
