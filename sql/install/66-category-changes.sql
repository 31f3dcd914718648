-- Categories: the bodies -------------------------------------------------------

CREATE FUNCTION authz.category_add(account_id int, acting bigint, name text, parent_id bigint, privacy text, privacy_context text,
		inheritance text, contribution_policy text, default_permission_level text, user_join_policy text, appear_in_list text,
		moderation bool, owner text, reference_id text, category_id bigint)
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	new_privacy @extschema@.authz_privacy := authz.word(privacy, 'privacy', enum_range(NULL::@extschema@.authz_privacy));
	new_inheritance @extschema@.authz_inheritance := coalesce(
		authz.word(inheritance, 'inheritance', enum_range(NULL::@extschema@.authz_inheritance)), 'manual');
	new_contribution @extschema@.authz_contribution_policy := authz.word(contribution_policy, 'contribution policy',
		enum_range(NULL::@extschema@.authz_contribution_policy));
	new_level @extschema@.authz_level := authz.word(default_permission_level, 'default permission level',
		enum_range(NULL::@extschema@.authz_level));
	new_join @extschema@.authz_join_policy := authz.word(user_join_policy, 'user join policy',
		enum_range(NULL::@extschema@.authz_join_policy));
	new_appear @extschema@.authz_appear_in_list := authz.word(appear_in_list, 'appear in list',
		enum_range(NULL::@extschema@.authz_appear_in_list));
	contexts text[] := authz.contexts_of(nullif(privacy_context, ''));
	new_owner bigint;
	new_id bigint;
BEGIN
	PERFORM authz.check_given(name, 'name');
	IF parent_id IS NOT NULL THEN
		PERFORM authz.hold_parent(account_id, parent_id);
	ELSIF new_inheritance = 'inherit' THEN
		RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = 'a category at the root has nothing to inherit from';
	END IF;
	PERFORM authz.check_category_name(account_id, parent_id, name, NULL);
	PERFORM authz.check_reference_id(account_id, reference_id, NULL);
	IF owner <> '' THEN
		IF new_inheritance = 'inherit' THEN
			RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = 'a category that inherits has the owner of the one it inherits from';
		END IF;
		new_owner := authz.principal_of(account_id, owner);
		PERFORM authz.hold_principal(new_owner, owner);
	ELSIF new_inheritance = 'manual' THEN
		new_owner := acting;
	END IF;
	new_id := authz.new_id('authz.category_id_seq', category_id);
	IF EXISTS (SELECT FROM authz.category c WHERE c.category_id = new_id) THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('category %s exists already', new_id);
	END IF;

	INSERT INTO authz.category (category_id, account_id, privacy, privacy_contexts, contribution_policy, default_level, join_policy,
		appear_in_list, moderation, owner_id, reference_id)
	VALUES (new_id, account_id, coalesce(new_privacy, 'members_only'), coalesce(contexts, '{}'),
		coalesce(new_contribution, 'members_with_contribution_permission'), coalesce(new_level, 'member'),
		coalesce(new_join, 'not_allowed'), coalesce(new_appear, 'category_members_only'), coalesce(moderation, false),
		new_owner, nullif(reference_id, ''));
	INSERT INTO authz.category_place (category_id, account_id, parent_id, name, inheritance)
	VALUES (new_id, account_id, parent_id, name, new_inheritance);
	PERFORM authz.note(account_id, acting, 'category.add', new_id::text,
		jsonb_build_object('name', name, 'parent_id', parent_id, 'privacy', new_privacy, 'privacy_context', contexts,
			'inheritance', new_inheritance, 'owner', nullif(owner, '')));
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION authz.category_add(int, bigint, text, bigint, text, text, text, text, text, text, text, bool, text, text, bigint) IS
	'body of authz_category_add()';

-- One that begins to inherit loses its members; one that ceases to keeps the
-- owner and the rules of joining that it inherited.
CREATE FUNCTION authz.change_inheritance(place authz.category_place, new_inheritance @extschema@.authz_inheritance) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	home authz.category;
BEGIN
	IF new_inheritance = 'inherit' THEN
		IF place.parent_id IS NULL THEN
			RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = 'a category at the root has nothing to inherit from';
		END IF;
		DELETE FROM authz.category_user u WHERE u.category_id = place.category_id;
		PERFORM authz.check_nobody_came_in(place.category_id);
		UPDATE authz.category c SET owner_id = NULL WHERE c.category_id = place.category_id;
	ELSE
		home := authz.home_of(place.category_id);
		UPDATE authz.category c
		SET owner_id = home.owner_id, join_policy = home.join_policy, default_level = home.default_level
		WHERE c.category_id = place.category_id;
	END IF;
	UPDATE authz.category_place p SET inheritance = new_inheritance WHERE p.category_id = place.category_id;
END
$$;
COMMENT ON FUNCTION authz.change_inheritance(authz.category_place, authz_inheritance) IS
	'makes a category inherit the members of its parent, or have its own';

CREATE FUNCTION authz.category_update(account_id int, acting bigint, category_id bigint, name text, privacy text, privacy_context text,
		inheritance text, contribution_policy text, default_permission_level text, user_join_policy text, appear_in_list text,
		moderation bool, owner text, reference_id text, clear text[])
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	new_privacy @extschema@.authz_privacy := authz.word(privacy, 'privacy', enum_range(NULL::@extschema@.authz_privacy));
	new_inheritance @extschema@.authz_inheritance := authz.word(inheritance, 'inheritance',
		enum_range(NULL::@extschema@.authz_inheritance));
	new_contribution @extschema@.authz_contribution_policy := authz.word(contribution_policy, 'contribution policy',
		enum_range(NULL::@extschema@.authz_contribution_policy));
	new_level @extschema@.authz_level := authz.word(default_permission_level, 'default permission level',
		enum_range(NULL::@extschema@.authz_level));
	new_join @extschema@.authz_join_policy := authz.word(user_join_policy, 'user join policy',
		enum_range(NULL::@extschema@.authz_join_policy));
	new_appear @extschema@.authz_appear_in_list := authz.word(appear_in_list, 'appear in list',
		enum_range(NULL::@extschema@.authz_appear_in_list));
	contexts text[] := authz.contexts_of(nullif(privacy_context, ''));
	new_owner bigint;
	place authz.category_place;
BEGIN
	PERFORM authz.check_clear(clear, 'privacy_context', 'owner', 'reference_id');
	-- A name or inheritance is part of what members and others refer to.
	IF name <> '' OR new_inheritance IS NOT NULL THEN
		PERFORM FROM authz.category_place p
		WHERE p.category_id = category_update.category_id AND p.account_id = category_update.account_id FOR UPDATE;
	ELSE
		PERFORM FROM authz.category_place p
		WHERE p.category_id = category_update.category_id AND p.account_id = category_update.account_id FOR NO KEY UPDATE;
	END IF;
	place := authz.category_of(account_id, category_id);
	PERFORM authz.check_category_name(account_id, place.parent_id, coalesce(nullif(name, ''), place.name), category_id);
	PERFORM authz.check_reference_id(account_id, reference_id, category_id);
	IF coalesce(new_inheritance, place.inheritance) = 'inherit' AND (owner <> '' OR new_level IS NOT NULL OR new_join IS NOT NULL) THEN
		RAISE EXCEPTION USING ERRCODE = '55000',
			MESSAGE = format('category %s inherits its owner and the rules of joining', category_id),
			HINT = 'Change those of the category it inherits from, or set its inheritance to manual.';
	END IF;
	IF owner <> '' THEN
		new_owner := authz.principal_of(account_id, owner);
		PERFORM authz.hold_principal(new_owner, owner);
	END IF;

	IF new_inheritance <> place.inheritance THEN
		PERFORM authz.change_inheritance(place, new_inheritance);
	END IF;
	UPDATE authz.category_place p SET name = category_update.name
	WHERE p.category_id = place.category_id AND category_update.name <> '' AND p.name <> category_update.name;
	UPDATE authz.category c
	SET privacy = coalesce(new_privacy, c.privacy),
		privacy_contexts = CASE WHEN 'privacy_context' = ANY (clear) THEN '{}' ELSE coalesce(contexts, c.privacy_contexts) END,
		contribution_policy = coalesce(new_contribution, c.contribution_policy),
		default_level = coalesce(new_level, c.default_level),
		join_policy = coalesce(new_join, c.join_policy),
		appear_in_list = coalesce(new_appear, c.appear_in_list),
		moderation = coalesce(category_update.moderation, c.moderation),
		owner_id = CASE WHEN 'owner' = ANY (clear) THEN NULL ELSE coalesce(new_owner, c.owner_id) END,
		reference_id = authz.text_after(c.reference_id, category_update.reference_id, 'reference_id', clear),
		updated_at = now()
	WHERE c.category_id = place.category_id;
	PERFORM authz.note(account_id, acting, 'category.update', category_id::text,
		jsonb_build_object('name', nullif(name, ''), 'privacy', new_privacy, 'privacy_context', contexts,
			'inheritance', new_inheritance, 'contribution_policy', new_contribution, 'default_permission_level', new_level,
			'user_join_policy', new_join, 'owner', nullif(owner, ''), 'clear', nullif(clear, '{}')));
END
$$;
COMMENT ON FUNCTION authz.category_update(int, bigint, bigint, text, text, text, text, text, text, text, text, bool, text, text, text[]) IS
	'body of authz_category_update()';

CREATE FUNCTION authz.category_move(account_id int, acting bigint, category_ids bigint[], new_parent_id bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	step record;
	moving bigint;
	place authz.category_place;
BEGIN
	PERFORM authz.lock_account(account_id);
	FOR step IN
		SELECT s.id, s.is_parent
		FROM (SELECT DISTINCT m.id, false AS is_parent FROM unnest(category_ids) AS m (id)
			UNION ALL SELECT new_parent_id, true WHERE new_parent_id IS NOT NULL) s
		ORDER BY authz.depth_of(s.id), s.is_parent, s.id
	LOOP
		IF step.is_parent THEN
			PERFORM authz.hold_parent(account_id, new_parent_id);
		ELSE
			PERFORM FROM authz.category_place p WHERE p.category_id = step.id AND p.account_id = category_move.account_id FOR UPDATE;
		END IF;
	END LOOP;
	FOR moving IN SELECT DISTINCT m.id FROM unnest(category_ids) AS m (id) ORDER BY 1 LOOP
		place := authz.category_of(account_id, moving);
		CONTINUE WHEN place.parent_id IS NOT DISTINCT FROM new_parent_id;
		IF new_parent_id IS NULL AND place.inheritance = 'inherit' THEN
			RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = 'a category at the root has nothing to inherit from',
				HINT = 'Set its inheritance to manual first.';
		END IF;
		IF moving = new_parent_id THEN
			RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = 'a category cannot be below itself';
		END IF;
		PERFORM authz.check_category_name(account_id, new_parent_id, place.name, moving);
		UPDATE authz.category_place p SET parent_id = new_parent_id WHERE p.category_id = moving;
		IF authz.category_contains_itself(moving) THEN
			RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = 'a category cannot be below itself';
		END IF;
		PERFORM authz.note(account_id, acting, 'category.move', moving::text,
			jsonb_build_object('from', place.parent_id, 'to', new_parent_id));
	END LOOP;
END
$$;
COMMENT ON FUNCTION authz.category_move(int, bigint, bigint[], bigint) IS 'body of authz_category_move()';

-- Layer by layer, each locked before the next is looked for, so that nothing is
-- put below meanwhile; what is moved away before its turn comes stays.
CREATE FUNCTION authz.category_delete(account_id int, acting bigint, category_id bigint, subtree bool) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	doomed bigint[] := '{}';
	layer bigint[];
BEGIN
	SELECT array_agg(t.category_id) INTO layer
	FROM (
		SELECT p.category_id
		FROM authz.category_place p
		WHERE p.account_id = category_delete.account_id AND p.category_id = category_delete.category_id
		FOR UPDATE) t;
	IF layer IS NULL THEN
		RETURN false;
	END IF;
	WHILE layer IS NOT NULL LOOP
		doomed := doomed || layer;
		PERFORM FROM unnest(layer) AS l (id) JOIN authz.category c ON c.category_id = l.id ORDER BY c.category_id FOR UPDATE OF c;
		SELECT array_agg(t.category_id) INTO layer
		FROM (
			SELECT p.category_id
			FROM unnest(layer) AS l (id) JOIN authz.category_place p ON p.parent_id = l.id
			ORDER BY p.category_id
			FOR UPDATE OF p) t;
		IF layer IS NOT NULL AND subtree IS NOT TRUE THEN
			RAISE EXCEPTION USING ERRCODE = '2BP01', MESSAGE = format('there are categories below category %s', category_id),
				HINT = 'With subtree => true they are deleted as well.';
		END IF;
	END LOOP;
	PERFORM authz.check_nothing_came_below(doomed);
	DELETE FROM authz.category_place p WHERE p.category_id = ANY (doomed);
	DELETE FROM authz.category_home h WHERE h.account_id = category_delete.account_id AND h.category_id = ANY (doomed);
	DELETE FROM authz.category c WHERE c.category_id = ANY (doomed);
	PERFORM authz.note(account_id, acting, 'category.delete', category_id::text,
		jsonb_build_object('categories', cardinality(doomed)));
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.category_delete(int, bigint, bigint, bool) IS 'body of authz_category_delete()';
