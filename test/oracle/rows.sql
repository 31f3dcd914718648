-- rows.sql - what a session may do with a row, by the decision rules alone
--
-- Each function is a sentence of the rules: r is what the session has, p how
-- the table is protected, e the row. NULL counts as no.

-- "Rights must hold now and in the statement's snapshot."
CREATE FUNCTION oracle.common(bigint[], bigint[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE
	RETURN ARRAY(SELECT unnest($1) INTERSECT SELECT unnest($2));
CREATE FUNCTION oracle.common(text[], text[]) RETURNS text[] LANGUAGE sql IMMUTABLE
	RETURN ARRAY(SELECT unnest($1) INTERSECT SELECT unnest($2));
CREATE FUNCTION oracle.both(before oracle.rights[], after oracle.rights[]) RETURNS oracle.rights[] LANGUAGE sql IMMUTABLE AS $$
	SELECT array_agg(ROW(b.session, b.account_id, b.has_user, b.user_id, oracle.common(a.names, b.names),
		oracle.common(a.permissions, b.permissions), a.known || b.known, oracle.common(a.view, b.view),
		oracle.common(a.contribute, b.contribute), oracle.common(a.moderate, b.moderate), oracle.common(a.manage, b.manage),
		oracle.common(a.listed, b.listed), a.moderated || b.moderated, b.see_keys, b.edit_keys, b.limit_keys, b.edit_users,
		b.all_pending)::oracle.rights)
	FROM unnest(before) b JOIN unnest(after) a ON a.session = b.session
$$;

-- "With a permission prefix, the permission of the command is needed first, always."
CREATE FUNCTION oracle.may(r oracle.rights, p world.protected, command text) RETURNS bool LANGUAGE sql IMMUTABLE
	RETURN p.prefix IS NULL OR p.prefix || command = ANY (r.permissions);

-- "A row belongs to its table's account, or to the one its account column
-- names." "limitentry confines S to that one key in every protected table."
CREATE FUNCTION oracle.reaches(r oracle.rights, e world.entry) RETURNS bool LANGUAGE sql IMMUTABLE
	RETURN e.account_id = r.account_id AND (r.limit_keys IS NULL OR e.key = ANY (r.limit_keys));

-- "Owner column is U, or one of groups(U)."
CREATE FUNCTION oracle.owns(r oracle.rights, e world.entry) RETURNS bool LANGUAGE sql IMMUTABLE
	RETURN e.owner = ANY (r.names);

CREATE FUNCTION oracle.named(keys text[], e world.entry) RETURNS bool LANGUAGE sql IMMUTABLE
	RETURN e.key = ANY (keys) OR e.key IS NOT NULL AND '*' = ANY (keys);

-- "See: S may view some category of the row; or U owns it; or U or one of
-- groups(U) is among its viewers, publishers or editors; or
-- disableentitlementforentry or sview names its key; or the row has no category
-- and the table was protected with uncategorized = everyone (any session),
-- users (S has a user)." "A category id that does not exist (any more) counts
-- as no category."
CREATE FUNCTION oracle.sees(r oracle.rights, p world.protected, e world.entry) RETURNS bool LANGUAGE sql IMMUTABLE
	RETURN coalesce(oracle.reaches(r, e) AND oracle.may(r, p, '.view')
		AND (e.categories && r.view
			OR oracle.owns(r, e)
			OR e.viewers && r.names OR e.publishers && r.names OR e.editors && r.names
			OR oracle.named(r.see_keys, e)
			OR NOT e.categories && r.known
				AND (p.uncategorized = 'everyone' OR p.uncategorized = 'users' AND r.has_user)), false);

-- "Change: U owns it, … or is among its editors, or edit names its key, or S
-- may moderate some category of it"
CREATE FUNCTION oracle.edits(r oracle.rights, e world.entry) RETURNS bool LANGUAGE sql IMMUTABLE
	RETURN coalesce(oracle.owns(r, e) OR e.editors && r.names OR oracle.named(r.edit_keys, e) OR e.categories && r.moderate, false);

-- "… or is among its publishers (who may change its categories alone)." "What S
-- may not see, it can neither change nor delete."
CREATE FUNCTION oracle.changes(r oracle.rights, p world.protected, e world.entry) RETURNS bool LANGUAGE sql IMMUTABLE
	RETURN oracle.sees(r, p, e) AND oracle.may(r, p, '.update') AND (oracle.edits(r, e) OR coalesce(e.publishers && r.names, false));

-- "Delete: U owns it, or edit names its key, or S may manage some category of it."
CREATE FUNCTION oracle.deletes(r oracle.rights, p world.protected, e world.entry) RETURNS bool LANGUAGE sql IMMUTABLE
	RETURN oracle.sees(r, p, e) AND oracle.may(r, p, '.delete')
		AND coalesce(oracle.owns(r, e) OR oracle.named(r.edit_keys, e) OR e.categories && r.manage, false);

-- "S may contribute to it": to one that is not there, nobody may. A new assignment by one who is not moderator there, where the category is
-- moderated, would be pending; "enablecategorymoderation makes every new
-- assignment PENDING". A column of the row has no place for it.
CREATE FUNCTION oracle.assigns(r oracle.rights, category_id bigint) RETURNS bool LANGUAGE sql IMMUTABLE
	RETURN category_id = ANY (r.contribute) AND NOT r.all_pending
		AND (category_id = ANY (r.moderate) OR category_id <> ALL (r.moderated));

-- "Add: S may contribute to every category of the new row (a row without one: S
-- has a user), and the owner column, if any, is U or left to default to U,
-- unless S has edituser for that user."
CREATE FUNCTION oracle.adds(r oracle.rights, p world.protected, e world.entry) RETURNS bool LANGUAGE sql IMMUTABLE
	RETURN coalesce(oracle.reaches(r, e) AND oracle.may(r, p, '.add')
		AND CASE WHEN e.categories = '{}' THEN r.has_user
			ELSE (SELECT bool_and(oracle.assigns(r, c.id)) FROM unnest(e.categories) AS c (id)) END
		AND (e.owner IS NULL OR e.owner = r.user_id OR e.owner = ANY (r.edit_users) OR '*' = ANY (r.edit_users)), false);

-- "… left to default to U."
CREATE FUNCTION oracle.filled(r oracle.rights, p world.protected, e world.entry) RETURNS world.entry LANGUAGE sql IMMUTABLE
	RETURN ROW(e.content, e.id, e.account_id, e.categories, CASE WHEN p.owned THEN coalesce(e.owner, r.user_id) END,
		e.editors, e.publishers, e.viewers, e.key)::world.entry;

-- "Every category that the change adds: S may contribute to it; one that it
-- removes: owner, editor, publisher, or moderator there; the owner changes only
-- by the owner or an edituser that names the new one; editors and publishers
-- only by the owner. A change after which the row would be invisible to its
-- changer is 42501."
CREATE FUNCTION oracle.turns(r oracle.rights, p world.protected, old world.entry, new world.entry, noted bool)
	RETURNS bool LANGUAGE sql IMMUTABLE
	RETURN coalesce(oracle.sees(r, p, new)
		AND NOT EXISTS (
			SELECT FROM unnest(new.categories) AS c (id)
			WHERE c.id <> ALL (old.categories) AND NOT oracle.assigns(r, c.id))
		AND (oracle.owns(r, old) IS TRUE OR old.editors && r.names OR old.publishers && r.names OR NOT EXISTS (
			SELECT FROM unnest(old.categories) AS c (id)
			WHERE c.id = ANY (r.known) AND c.id <> ALL (new.categories) AND c.id <> ALL (r.moderate)))
		AND (new.owner IS NOT DISTINCT FROM old.owner OR oracle.owns(r, old) IS TRUE
			OR new.owner = ANY (r.edit_users) OR new.owner IS NOT NULL AND '*' = ANY (r.edit_users))
		AND (new.editors IS NOT DISTINCT FROM old.editors AND new.publishers IS NOT DISTINCT FROM old.publishers
			OR oracle.owns(r, old) IS TRUE)
		AND (oracle.edits(r, old) OR NOT noted
			AND (new.owner, new.editors, new.publishers, new.viewers)
				IS NOT DISTINCT FROM (old.owner, old.editors, old.publishers, old.viewers)), false);

-- ---- Questions and answers ----

-- Everything that is asked about rows without writing any.
CREATE FUNCTION oracle.answers(rights oracle.rights[]) RETURNS TABLE (session text, question text, answer text) LANGUAGE sql STABLE AS $$
	WITH q AS MATERIALIZED (
		SELECT r.session, p.content, e.id, oracle.sees(r, p, e) AS see, oracle.changes(r, p, e) AS change, oracle.deletes(r, p, e) AS delete
		FROM unnest(rights) r
		JOIN world.entry e ON e.account_id = r.account_id
		JOIN world.protected p ON p.content = e.content
	),
	rows AS (
		SELECT q.session, q.content, array_agg(q.id ORDER BY q.id) FILTER (WHERE q.see) AS see,
			array_agg(q.id ORDER BY q.id) FILTER (WHERE q.change) AS change,
			array_agg(q.id ORDER BY q.id) FILTER (WHERE q.delete) AS delete
		FROM q GROUP BY q.session, q.content
	)
	SELECT s.session, a.question, a.answer::text
	FROM world.session s
	LEFT JOIN unnest(rights) r ON r.session = s.session
	CROSS JOIN LATERAL (
		VALUES ('view', world.sorted(r.view)), ('contribute', world.sorted(r.contribute)),
			('moderate', world.sorted(r.moderate)), ('manage', world.sorted(r.manage)), ('listed', world.sorted(r.listed))) a (question, answer)
	UNION ALL
	SELECT s.session, a.question, a.answer::text
	FROM world.session s
	LEFT JOIN unnest(rights) r ON r.session = s.session
	CROSS JOIN LATERAL (VALUES ('names', world.sorted(r.names)), ('permissions', world.sorted(r.permissions))) a (question, answer)
	UNION ALL
	SELECT q.session, a.question || q.content, coalesce(a.answer, '{}')::text
	FROM rows q
	CROSS JOIN LATERAL (VALUES ('see ', q.see), ('change ', q.change), ('delete ', q.delete)) a (question, answer)
$$;

-- What becomes of statements: how many rows each concerns, or the SQLSTATE.
CREATE FUNCTION oracle.outcomes(rights oracle.rights[], attempts world.attempt[])
	RETURNS TABLE (session text, question text, answer text) LANGUAGE sql STABLE AS $$
	SELECT t.session, t.statement, CASE
		WHEN t.command = 'insert' THEN CASE WHEN oracle.adds(t.r, t.p, t.new) THEN '1' ELSE '42501' END
		WHEN t.command = 'insert returning' THEN
			CASE WHEN oracle.adds(t.r, t.p, t.new) AND oracle.sees(t.r, t.p, oracle.filled(t.r, t.p, t.new)) THEN '1' ELSE '42501' END
		WHEN (t.old).id IS NULL THEN '0'
		WHEN t.command = 'delete' THEN CASE WHEN oracle.deletes(t.r, t.p, t.old) THEN '1' ELSE '0' END
		WHEN NOT oracle.changes(t.r, t.p, t.old) THEN '0'
		WHEN oracle.turns(t.r, t.p, t.old, t.new, t.changes ? 'note') THEN '1' ELSE '42501' END
	FROM (
		SELECT a.session, a.statement, a.command, a.changes, r, p, e AS old, world.after(a, e) AS new
		FROM unnest(attempts) a
		JOIN world.protected p ON p.content = a.content
		LEFT JOIN unnest(rights) r ON r.session = a.session
		LEFT JOIN world.entry e ON e.content = a.content AND e.id = a.id AND e.account_id = r.account_id
	) t
$$;
