-- Categories ---------------------------------------------------------------

CREATE FUNCTION authz_category_add(name text, parent_id bigint DEFAULT NULL, privacy text DEFAULT 'members_only',
		privacy_context text DEFAULT NULL, inheritance text DEFAULT 'manual',
		contribution_policy text DEFAULT 'members_with_contribution_permission', default_permission_level text DEFAULT 'member',
		user_join_policy text DEFAULT 'not_allowed', appear_in_list text DEFAULT 'category_members_only', moderation bool DEFAULT false,
		owner text DEFAULT NULL, reference_id text DEFAULT NULL, category_id bigint DEFAULT NULL)
	RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_category_add(text, bigint, text, text, text, text, text, text, text, bool, text, text, bigint) IS
	'makes a category below another or at the root; its owner, the session''s user unless named, manages it';

CREATE FUNCTION authz_category_update(category_id bigint, name text DEFAULT NULL, privacy text DEFAULT NULL,
		privacy_context text DEFAULT NULL, inheritance text DEFAULT NULL, contribution_policy text DEFAULT NULL,
		default_permission_level text DEFAULT NULL, user_join_policy text DEFAULT NULL, appear_in_list text DEFAULT NULL,
		moderation bool DEFAULT NULL, owner text DEFAULT NULL, reference_id text DEFAULT NULL, clear text[] DEFAULT '{}')
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_category_update(bigint, text, text, text, text, text, text, text, text, bool, text, text, text[]) IS
	'changes a category; one that begins to inherit loses the members it had';

CREATE FUNCTION authz_category_move(category_ids bigint[], new_parent_id bigint) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_category_move(bigint[], bigint) IS
	'moves categories, with all that is below them, under another one or, with NULL, to the root';

CREATE FUNCTION authz_category_delete(category_id bigint, subtree bool DEFAULT false) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_category_delete(bigint, bool) IS
	'deletes a category, with subtree all below it too; content that names it counts as without category';

CREATE FUNCTION authz_category_id(full_name text DEFAULT NULL, reference_id text DEFAULT NULL) RETURNS bigint
	LANGUAGE C STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_category_id(text, text) IS
	'the category of a full name ''A>B>C'' or a reference id, NULL where none is listed to the session';

CREATE FUNCTION authz.category_contains_itself(category_id bigint) RETURNS bool
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'authz_category_contains_itself';
COMMENT ON FUNCTION authz.category_contains_itself(bigint) IS 'whether a category is, over any number of steps, below itself';

-- What the snapshot of a repeatable-read transaction does not show, it must not
-- leave behind either.
CREATE FUNCTION authz.check_nothing_came_below(category_ids bigint[]) RETURNS void
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'authz_check_nothing_came_below';
COMMENT ON FUNCTION authz.check_nothing_came_below(bigint[]) IS
	'raises 40001 where there are categories below these that are not among them';

CREATE FUNCTION authz.check_nobody_came_in(category_id bigint) RETURNS void
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'authz_check_nobody_came_in';
COMMENT ON FUNCTION authz.check_nobody_came_in(bigint) IS 'raises 40001 where a category has members';

CREATE FUNCTION authz.category_of(account_id int, category_id bigint) RETURNS authz.category_place
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	result authz.category_place;
BEGIN
	SELECT p.* INTO result
	FROM authz.category_place p
	WHERE p.account_id = category_of.account_id AND p.category_id = category_of.category_id;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('there is no category %s', category_id);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION authz.category_of(int, bigint) IS 'place of a category of the account, P0002 for none';

-- Locks are taken from the root downwards, of a category its place first, so
-- that changes of one tree wait for each other in turn.
CREATE FUNCTION authz.hold_parent(account_id int, category_id bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	PERFORM FROM authz.category c
	WHERE c.account_id = hold_parent.account_id AND c.category_id = hold_parent.category_id
	FOR KEY SHARE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('there is no category %s', category_id);
	END IF;
END
$$;
COMMENT ON FUNCTION authz.hold_parent(int, bigint) IS 'keeps a category from being deleted until the transaction ends';

CREATE FUNCTION authz.depth_of(category_id bigint) RETURNS bigint
	LANGUAGE sql STABLE AS $$
	WITH RECURSIVE up (parent_id) AS (
		SELECT p.parent_id FROM authz.category_place p WHERE p.category_id = depth_of.category_id
		UNION
		SELECT p.parent_id FROM up JOIN authz.category_place p ON p.category_id = up.parent_id)
	SELECT count(up.parent_id) FROM up
$$;
COMMENT ON FUNCTION authz.depth_of(bigint) IS 'how many categories are above this one';

CREATE FUNCTION authz.home_of(category_id bigint) RETURNS authz.category
	LANGUAGE sql STABLE AS $$
	WITH RECURSIVE up AS (
		SELECT p.category_id, p.parent_id, p.inheritance FROM authz.category_place p WHERE p.category_id = home_of.category_id
		UNION
		SELECT p.category_id, p.parent_id, p.inheritance
		FROM up JOIN authz.category_place p ON p.category_id = up.parent_id
		WHERE up.inheritance = 'inherit')
	SELECT c.* FROM up JOIN authz.category c ON c.category_id = up.category_id WHERE up.inheritance = 'manual'
$$;
COMMENT ON FUNCTION authz.home_of(bigint) IS 'the category whose members, owner, join policy and default level are those of this one';

CREATE FUNCTION authz.check_category_name(account_id int, parent_id bigint, name text, except_id bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF name !~ '^[^<>,[:cntrl:]]{1,200}$' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid category name',
			HINT = 'It has 1 to 200 characters, none of them <, >, a comma or a control character.';
	END IF;
	-- Each with its own equality, so that the index finds it.
	IF (CASE WHEN parent_id IS NULL THEN EXISTS (
		SELECT FROM authz.category_place p
		WHERE p.account_id = check_category_name.account_id AND p.parent_id IS NULL
			AND p.name = check_category_name.name AND p.category_id IS DISTINCT FROM except_id)
	ELSE EXISTS (
		SELECT FROM authz.category_place p
		WHERE p.account_id = check_category_name.account_id AND p.parent_id = check_category_name.parent_id
			AND p.name = check_category_name.name AND p.category_id IS DISTINCT FROM except_id) END)
	THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('category "%s" exists already in this place', name);
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_category_name(int, bigint, text, bigint) IS 'raises unless a category may have that name in that place';

CREATE FUNCTION authz.check_reference_id(account_id int, reference_id text, except_id bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF EXISTS (
		SELECT FROM authz.category c
		WHERE c.account_id = check_reference_id.account_id AND c.reference_id = nullif(check_reference_id.reference_id, '')
			AND c.category_id IS DISTINCT FROM except_id)
	THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('reference id "%s" is taken', reference_id);
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_reference_id(int, text, bigint) IS 'raises unless a category may have that reference id';

CREATE FUNCTION authz.contexts_of(list text) RETURNS text[]
	LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	contexts text[];
BEGIN
	SELECT array_agg(DISTINCT btrim(w.word)) INTO contexts FROM regexp_split_to_table(list, ',') AS w (word);
	IF EXISTS (SELECT FROM unnest(contexts) AS c (context) WHERE c.context !~ '^[A-Za-z0-9]{4,}$') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid privacy context',
			HINT = 'It is a list of words of at least 4 letters and digits, with commas between.';
	END IF;
	RETURN contexts;
END
$$;
COMMENT ON FUNCTION authz.contexts_of(text) IS 'the privacy contexts of a comma list, NULL for an empty one';
