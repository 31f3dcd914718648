-- ask.sql - what authz answers to the questions that the oracle answers too
--
-- Called by world_reader. The sessions are put in force in turn, and the
-- statements stay planned from one to the next, as in a pool. A question may be
-- asked in several ways: the way comes after the slash.

CREATE TABLE world.permission AS
	SELECT b.name FROM authz.builtin_permission b
	UNION ALL
	SELECT p.prefix || c.command
	FROM world.protected p, unnest('{.view,.add,.update,.delete,.publish,.view.deep}'::text[]) AS c (command)
	WHERE p.prefix IS NOT NULL
	UNION ALL
	VALUES ('nothing.registered');

-- The checks, of every category that there is, was, or never was.
CREATE FUNCTION world.ask_checks(name text) RETURNS TABLE (session text, question text, answer text) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY
	SELECT name, q.question, coalesce(q.answer, '{}')::text
	FROM (
		SELECT array_agg(c) FILTER (WHERE authz_can_view(c)) AS view,
			array_agg(c) FILTER (WHERE authz_can_contribute(c)) AS contribute,
			array_agg(c) FILTER (WHERE authz_can_moderate(c)) AS moderate,
			array_agg(c) FILTER (WHERE authz_can_manage(c)) AS manage,
			array_agg(c) FILTER (WHERE authz_can_view_any(ARRAY[-1, NULL, c, c])) AS view_any,
			array_agg(c) FILTER (WHERE authz_can_contribute_any(ARRAY[c])) AS contribute_any,
			array_agg(c) FILTER (WHERE authz_can_moderate_any(ARRAY[c, NULL])) AS moderate_any,
			array_agg(c) FILTER (WHERE authz_can_manage_any(ARRAY[0, c])) AS manage_any
		FROM generate_series(1::bigint, 50) c
	) a
	CROSS JOIN LATERAL (VALUES ('view/each', a.view), ('view/any', a.view_any), ('view/list', authz_visible_categories()),
		('contribute/each', a.contribute), ('contribute/any', a.contribute_any), ('contribute/list', authz_visible_categories('contributor')),
		('moderate/each', a.moderate), ('moderate/any', a.moderate_any), ('moderate/list', authz_visible_categories('moderator')),
		('manage/each', a.manage), ('manage/any', a.manage_any), ('manage/list', authz_visible_categories('manager')),
		('listed', ARRAY(SELECT category_id FROM authz_categories ORDER BY category_id))
	) q (question, answer)
	UNION ALL
	SELECT name, 'names', world.sorted(authz_owner_ids())::text
	UNION ALL
	SELECT name, 'permissions', ARRAY(SELECT p.name FROM world.permission p WHERE authz_has_permission(p.name) ORDER BY p.name)::text;
END
$$;

-- The rows that are seen: one statement for all tables, its text for those who
-- want it planned anew.
CREATE FUNCTION world.rows_query() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(format('SELECT ''see %s'' AS question, coalesce((SELECT array_agg(id ORDER BY id) FROM %1$I), ''{}'')::text AS answer',
		p.content), ' UNION ALL ' ORDER BY p.content)
	FROM world.protected p
$$;
DO $$
BEGIN
	EXECUTE format($f$
		CREATE FUNCTION world.ask_rows(name text) RETURNS TABLE (session text, question text, answer text) LANGUAGE plpgsql AS %L
	$f$, 'BEGIN RETURN QUERY SELECT name, q.* FROM (' || world.rows_query() || ') q; END');
END
$$;

-- All of it, by these sessions in this order.
CREATE FUNCTION world.ask(names text[]) RETURNS TABLE (session text, question text, answer text) LANGUAGE plpgsql AS $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY names LOOP
		PERFORM set_config('authz.session', s.token, true) FROM world.session s WHERE s.session = name;
		RETURN QUERY SELECT * FROM world.ask_checks(name);
		RETURN QUERY SELECT * FROM world.ask_rows(name);
	END LOOP;
	PERFORM set_config('authz.session', '', true);
END
$$;

-- The rows of a table that may be changed, as a lock takes them, and deleted.
CREATE FUNCTION world.ask_writes(names text[], content text) RETURNS TABLE (session text, question text, answer text) LANGUAGE plpgsql AS $$
BEGIN
	FOREACH session IN ARRAY names LOOP
		PERFORM set_config('authz.session', s.token, true) FROM world.session s WHERE s.session = ask_writes.session;
		BEGIN
			question := 'change ' || content;
			EXECUTE format('SELECT coalesce(array_agg(l.id ORDER BY l.id), ''{}'') FROM (SELECT id FROM %I FOR UPDATE) l', content)
				INTO answer;
			RETURN NEXT;
			question := 'delete ' || content;
			EXECUTE format('WITH d AS (DELETE FROM %I RETURNING id) SELECT coalesce(array_agg(d.id ORDER BY d.id), ''{}'') FROM d', content)
				INTO answer;
			RETURN NEXT;
			RAISE EXCEPTION USING ERRCODE = 'ZZ000';
		EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
			NULL;
		END;
	END LOOP;
	PERFORM set_config('authz.session', '', true);
END
$$;

-- What becomes of statements: how many rows each concerns, or the SQLSTATE.
-- Whatever one did is undone before the next.
CREATE FUNCTION world.try(attempts world.attempt[]) RETURNS TABLE (session text, question text, answer text) LANGUAGE plpgsql AS $$
DECLARE
	attempt world.attempt;
	concerned int;
BEGIN
	FOREACH attempt IN ARRAY attempts LOOP
		session := attempt.session;
		question := attempt.statement;
		PERFORM set_config('authz.session', s.token, true) FROM world.session s WHERE s.session = attempt.session;
		BEGIN
			EXECUTE attempt.statement;
			GET DIAGNOSTICS concerned = ROW_COUNT;
			RAISE EXCEPTION USING ERRCODE = 'ZZ000';
		EXCEPTION
			WHEN SQLSTATE 'ZZ000' THEN answer := concerned;
			WHEN OTHERS THEN answer := SQLSTATE;
		END;
		RETURN NEXT;
	END LOOP;
	PERFORM set_config('authz.session', '', true);
END
$$;

GRANT SELECT ON world.session, world.permission TO world_reader;
