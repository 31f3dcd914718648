-- Members of categories ------------------------------------------------------

CREATE FUNCTION authz_category_user_add(category_id bigint, user_id text, permission_level text DEFAULT NULL,
		update_method text DEFAULT 'manual', valid_from timestamptz DEFAULT NULL, valid_until timestamptz DEFAULT NULL)
	RETURNS authz_member_status
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_category_user_add(bigint, text, text, text, timestamptz, timestamptz) IS
	'makes a user or group a member of a category; who does not manage it may join as the category lets him';

CREATE FUNCTION authz_category_user_add(category_id bigint, user_ids text[], permission_level text DEFAULT NULL,
		update_method text DEFAULT 'manual')
	RETURNS int
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'authz_category_users_add';
COMMENT ON FUNCTION authz_category_user_add(bigint, text[], text, text) IS
	'makes many users or groups members of a category; those who are already stay as they are and are not counted';

CREATE FUNCTION authz_category_user_update(category_id bigint, user_id text, permission_level text DEFAULT NULL,
		update_method text DEFAULT NULL, override bool DEFAULT false)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_category_user_update(bigint, text, text, text, bool) IS
	'changes the level of a member; an automatic change overrides a manual one only where told to';

CREATE FUNCTION authz_category_user_delete(category_id bigint, user_id text) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_category_user_delete(bigint, text) IS 'removes a member from a category; a member may leave by himself';

CREATE FUNCTION authz_category_user_activate(category_id bigint, user_id text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_category_user_activate(bigint, text) IS 'admits a member who waits or was suspended';

CREATE FUNCTION authz_category_user_deactivate(category_id bigint, user_id text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_category_user_deactivate(bigint, text) IS 'suspends a member, who then cannot join anew by himself';

-- What a category's members are is decided while it keeps having its own; who
-- counts them is alone meanwhile with others who add some.
CREATE FUNCTION authz.open_category(account_id int, category_id bigint, alone bool DEFAULT false) RETURNS authz.category
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	place authz.category_place;
	category authz.category;
BEGIN
	IF alone THEN
		PERFORM FROM authz.category_place p
		WHERE p.account_id = open_category.account_id AND p.category_id = open_category.category_id FOR NO KEY UPDATE;
	ELSE
		PERFORM FROM authz.category_place p
		WHERE p.account_id = open_category.account_id AND p.category_id = open_category.category_id FOR KEY SHARE;
	END IF;
	place := authz.category_of(account_id, category_id);
	IF place.inheritance = 'inherit' THEN
		RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('category %s inherits its members', category_id),
			HINT = 'Change those of the category it inherits from, or set its inheritance to manual.';
	END IF;
	SELECT c.* INTO category FROM authz.category c WHERE c.category_id = open_category.category_id;
	RETURN category;
END
$$;
COMMENT ON FUNCTION authz.open_category(int, bigint, bool) IS
	'a category that has members of its own, held so: P0002 for none, 55000 for one that inherits';

CREATE FUNCTION authz.members_counted(category_id bigint, most int) RETURNS int
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'authz_members_counted';
COMMENT ON FUNCTION authz.members_counted(bigint, int) IS 'how many members a category has at this very moment, counted up to so many';

-- The category is held alone when there is a limit.
CREATE FUNCTION authz.check_room(category_id bigint, coming int, most int) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF authz.members_counted(category_id, most) + coming > most THEN
		RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = format('category %s has no room for more members', category_id),
			HINT = 'The account''s setting max_category_members limits them.';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_room(bigint, int, int) IS 'raises 54000 where so many more members are more than most';

CREATE FUNCTION authz.add_member(category authz.category, most int, principal_id bigint, user_id text,
		level @extschema@.authz_level, status @extschema@.authz_member_status, update_method @extschema@.authz_update_method,
		valid_from timestamptz, valid_until timestamptz)
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	PERFORM authz.hold_principal(principal_id, user_id);
	IF EXISTS (
		SELECT FROM authz.category_user u
		WHERE u.category_id = category.category_id AND u.principal_id = add_member.principal_id)
	THEN
		RAISE EXCEPTION USING ERRCODE = '23505',
			MESSAGE = format('"%s" is a member of category %s already', user_id, category.category_id);
	END IF;
	PERFORM authz.check_room(category.category_id, 1, most);
	INSERT INTO authz.category_user (category_id, principal_id, account_id, level, status, update_method, valid_from, valid_until)
	VALUES (category.category_id, principal_id, category.account_id, level, status, coalesce(update_method, 'manual'), valid_from,
		valid_until);
END
$$;
COMMENT ON FUNCTION authz.add_member(authz.category, int, bigint, text, authz_level, authz_member_status, authz_update_method,
	timestamptz, timestamptz) IS 'makes a principal a member';

CREATE FUNCTION authz.category_user_add(account_id int, acting bigint, category_id bigint, user_id text, permission_level text,
		update_method text, valid_from timestamptz, valid_until timestamptz)
	RETURNS @extschema@.authz_member_status
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	new_level @extschema@.authz_level := authz.word(permission_level, 'permission level', enum_range(NULL::@extschema@.authz_level));
	new_method @extschema@.authz_update_method := authz.word(update_method, 'update method',
		enum_range(NULL::@extschema@.authz_update_method));
	most int := authz.limit_now(account_id, 'max_category_members');
	category authz.category := authz.open_category(account_id, category_id, most IS NOT NULL);
BEGIN
	PERFORM authz.check_period(valid_from, valid_until);
	PERFORM authz.add_member(category, most, authz.principal_of(account_id, user_id), user_id,
		coalesce(new_level, category.default_level), 'active', new_method, valid_from, valid_until);
	PERFORM authz.note(account_id, acting, 'category_user.add', category_id::text,
		jsonb_build_object('user_id', user_id, 'permission_level', coalesce(new_level, category.default_level),
			'valid_from', valid_from, 'valid_until', valid_until));
	RETURN 'active';
END
$$;
COMMENT ON FUNCTION authz.category_user_add(int, bigint, bigint, text, text, text, timestamptz, timestamptz) IS
	'body of authz_category_user_add() for one';

CREATE FUNCTION authz.category_user_add(account_id int, acting bigint, category_id bigint, user_ids text[], permission_level text,
		update_method text)
	RETURNS int
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	new_level @extschema@.authz_level := authz.word(permission_level, 'permission level', enum_range(NULL::@extschema@.authz_level));
	new_method @extschema@.authz_update_method := authz.word(update_method, 'update method',
		enum_range(NULL::@extschema@.authz_update_method));
	most int := authz.limit_now(account_id, 'max_category_members');
	category authz.category := authz.open_category(account_id, category_id, most IS NOT NULL);
	coming bigint[];
	unknown text;
	added int;
BEGIN
	SELECT array_agg(DISTINCT p.principal_id), min(coalesce(u.user_id, '')) FILTER (WHERE p.principal_id IS NULL)
	INTO coming, unknown
	FROM unnest(user_ids) AS u (user_id)
	LEFT JOIN authz.principal p
		ON p.account_id = category_user_add.account_id AND lower(p.user_id) = lower(u.user_id) AND p.reused_at IS NULL
		AND p.status <> 'deleted';
	IF unknown IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('there is no user or group "%s"', unknown);
	END IF;
	PERFORM authz.hold_principal(p.principal_id, p.user_id)
	FROM unnest(coming) AS c (id) JOIN authz.principal p ON p.principal_id = c.id
	ORDER BY p.principal_id;
	SELECT array_agg(c.id) INTO coming
	FROM unnest(coming) AS c (id)
	WHERE NOT EXISTS (
		SELECT FROM authz.category_user u WHERE u.category_id = category.category_id AND u.principal_id = c.id);
	PERFORM authz.check_room(category_id, cardinality(coming), most);

	INSERT INTO authz.category_user (category_id, principal_id, account_id, level, update_method)
	SELECT category.category_id, c.id, category.account_id, coalesce(new_level, category.default_level),
		coalesce(new_method, 'manual')
	FROM unnest(coming) AS c (id)
	ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS added = ROW_COUNT;
	PERFORM authz.note(account_id, acting, 'category_user.add', category_id::text,
		jsonb_build_object('user_ids', user_ids, 'permission_level', coalesce(new_level, category.default_level)));
	RETURN added;
END
$$;
COMMENT ON FUNCTION authz.category_user_add(int, bigint, bigint, text[], text, text) IS 'body of authz_category_user_add() for many';

-- The door asks for this one instead where the caller adds himself.
CREATE FUNCTION authz.category_user_join(account_id int, acting bigint, category_id bigint) RETURNS @extschema@.authz_member_status
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	policy @extschema@.authz_join_policy;
	most int := authz.limit_now(account_id, 'max_category_members');
	category authz.category;
	result @extschema@.authz_member_status;
BEGIN
	SELECT (authz.home_of(c.category_id)).join_policy INTO policy
	FROM authz.category c
	WHERE c.account_id = category_user_join.account_id AND c.category_id = category_user_join.category_id;
	IF coalesce(policy, 'not_allowed') = 'not_allowed' THEN
		RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'permission denied';
	END IF;
	category := authz.open_category(account_id, category_id, most IS NOT NULL);
	result := CASE policy WHEN 'auto_join' THEN 'active' ELSE 'pending' END;
	PERFORM authz.add_member(category, most, acting, @extschema@.authz_current_user_id(), category.default_level, result, 'manual', NULL, NULL);
	PERFORM authz.note(account_id, acting, 'category_user.add', category_id::text,
		jsonb_build_object('user_id', @extschema@.authz_current_user_id(), 'permission_level', category.default_level,
			'status', result));
	RETURN result;
END
$$;
COMMENT ON FUNCTION authz.category_user_join(int, bigint, bigint) IS 'makes who acts a member as far as the category''s join policy lets him';
