-- Imports --------------------------------------------------------------------
--
-- Lines of comma-separated values, each judged by the functions for one user or
-- member that it stands for. What can be written many at once is here.

CREATE FUNCTION authz_user_import(csv text, application_id uuid DEFAULT NULL, first_line int DEFAULT 1)
	RETURNS TABLE (line int, action text, user_id text, status text, error text)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_user_import(text, uuid, int) IS
	'adds, changes and deletes users by lines of CSV, with their roles of an application; tells what became of each line';

CREATE FUNCTION authz_user_import_table(source regclass, application_id uuid DEFAULT NULL)
	RETURNS TABLE (line int, action text, user_id text, status text, error text)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_user_import_table(regclass, uuid) IS
	'the same from a table or view of one column of text, read with the caller''s own rights';

CREATE FUNCTION authz_category_user_import(csv text, first_line int DEFAULT 1)
	RETURNS TABLE (line int, action text, user_id text, status text, error text)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_category_user_import(text, int) IS
	'adds, changes and removes members of categories by lines of CSV; tells what became of each line';

CREATE FUNCTION authz_category_user_import_table(source regclass)
	RETURNS TABLE (line int, action text, user_id text, status text, error text)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_category_user_import_table(regclass) IS
	'the same from a table or view of one column of text, read with the caller''s own rights';

CREATE FUNCTION authz_user_export(application_id uuid) RETURNS SETOF text
	LANGUAGE C STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_user_export(uuid) IS
	'active persons as lines that authz_user_import() takes, with their roles of an application unless that is NULL; never a password';

-- In the order of the lines, as authz.note() would one by one.
CREATE FUNCTION authz.note_imported(account_id int, done text, detail jsonb, application_id uuid, user_ids text[], role_ids bigint[])
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	subject text := @extschema@.authz_current_user_id();
	actor text := @extschema@.authz_current_actor();
	tag text := authz.session_tag();
BEGIN
	INSERT INTO authz.audit_event (account_id, subject, actor, action, object, detail, tag)
	SELECT account_id, subject, actor, e.action, e.object, e.detail, tag
	FROM unnest(user_ids, role_ids) WITH ORDINALITY AS u (user_id, role_id, n),
		LATERAL (VALUES (1, done, u.user_id, note_imported.detail),
			(2, 'role_user.set', application_id::text, jsonb_build_object('user_id', u.user_id, 'role_id', u.role_id)))
			AS e (step, action, object, detail)
	WHERE e.step = 1 OR u.role_id IS NOT NULL
	ORDER BY u.n, e.step;
END
$$;
COMMENT ON FUNCTION authz.note_imported(int, text, jsonb, uuid, text[], bigint[]) IS
	'writes what was done to many users, and which roles of an application they were given';

-- Positions of what is special about them are returned, and nothing is written then.
CREATE FUNCTION authz.user_import_add(account_id int, acting bigint, application_id uuid, user_ids text[], first_names text[],
		last_names text[], screen_names text[], emails text[], role_ids bigint[])
	RETURNS bigint[]
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	special bigint[];
BEGIN
	SELECT array_agg(c.n ORDER BY c.n) INTO special
	FROM (
		SELECT u.user_id, u.n, row_number() OVER (PARTITION BY lower(u.user_id) ORDER BY u.n) AS nth
		FROM unnest(user_ids) WITH ORDINALITY AS u (user_id, n)) c
	WHERE c.nth > 1 OR length(c.user_id) NOT BETWEEN 3 AND 320 OR c.user_id ~ '[[:cntrl:]]'
		-- Not EXISTS, which would be answered by a list of all who are there.
		OR (SELECT p.principal_id FROM authz.principal p
			WHERE p.account_id = user_import_add.account_id AND lower(p.user_id) = lower(c.user_id) AND p.reused_at IS NULL) IS NOT NULL;
	IF special IS NOT NULL THEN
		RETURN special;
	END IF;

	IF array_remove(role_ids, NULL) <> '{}' THEN
		PERFORM authz.application_of(account_id, application_id);
	END IF;
	WITH added AS (
		INSERT INTO authz.principal AS p (account_id, user_id, first_name, last_name, screen_name, email)
		SELECT account_id, u.user_id, u.first_name, u.last_name, u.screen_name, u.email
		FROM unnest(user_ids, first_names, last_names, screen_names, emails) WITH ORDINALITY
			AS u (user_id, first_name, last_name, screen_name, email, n)
		ORDER BY u.n
		RETURNING p.principal_id, p.user_id)
	INSERT INTO authz.role_user (role_id, principal_id, account_id, source)
	SELECT u.role_id, a.principal_id, account_id, 'import'
	FROM unnest(user_ids, role_ids) AS u (user_id, role_id) JOIN added a ON a.user_id = u.user_id
	WHERE u.role_id IS NOT NULL;
	PERFORM authz.note_imported(account_id, 'user.add', '{"kind": "person"}', application_id, user_ids, role_ids);
	RETURN '{}';
END
$$;
COMMENT ON FUNCTION authz.user_import_add(int, bigint, uuid, text[], text[], text[], text[], text[], bigint[]) IS
	'adds users, with roles of an application, unless there is something special about one of them';

-- Whoever is there, and has the role that the line gives him already, if it gives one.
CREATE FUNCTION authz.user_import_update(account_id int, acting bigint, application_id uuid, user_ids text[], first_names text[],
		last_names text[], screen_names text[], emails text[], role_ids bigint[])
	RETURNS bigint[]
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	targets bigint[];
	special bigint[];
	changed bigint;
BEGIN
	IF array_remove(role_ids, NULL) <> '{}' THEN
		PERFORM authz.application_of(account_id, application_id);
	END IF;
	SELECT array_agg(c.principal_id ORDER BY c.n),
		array_agg(c.n ORDER BY c.n) FILTER (WHERE c.nth > 1 OR c.principal_id IS NULL OR c.role_id IS NOT NULL AND (
			SELECT count(*) = 1 AND bool_and(u.role_id = c.role_id AND u.source = 'import' AND u.valid_from IS NULL AND u.valid_until IS NULL)
			FROM authz.role_user u JOIN authz.role r ON r.role_id = u.role_id
			WHERE u.principal_id = c.principal_id AND r.application_id = user_import_update.application_id) IS NOT TRUE)
	INTO targets, special
	FROM (
		SELECT u.n, u.role_id, row_number() OVER (PARTITION BY lower(u.user_id) ORDER BY u.n) AS nth,
			(SELECT p.principal_id FROM authz.principal p
			WHERE p.account_id = user_import_update.account_id AND lower(p.user_id) = lower(u.user_id) AND p.reused_at IS NULL
				AND p.status <> 'deleted' AND p.kind <> 'group') AS principal_id
		FROM unnest(user_ids, role_ids) WITH ORDINALITY AS u (user_id, role_id, n)) c;
	IF special IS NOT NULL THEN
		RETURN special;
	END IF;

	UPDATE authz.principal p
	SET first_name = coalesce(u.first_name, p.first_name), last_name = coalesce(u.last_name, p.last_name),
		screen_name = coalesce(u.screen_name, p.screen_name), email = coalesce(u.email, p.email), updated_at = now()
	FROM unnest(targets, first_names, last_names, screen_names, emails) AS u (principal_id, first_name, last_name, screen_name, email)
	WHERE p.principal_id = u.principal_id AND p.status <> 'deleted';
	GET DIAGNOSTICS changed = ROW_COUNT;
	-- Which of them it is their lines tell, one by one.
	IF changed < cardinality(targets) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = 'a user is deleted meanwhile';
	END IF;
	PERFORM authz.note_imported(account_id, 'user.update', NULL, application_id, user_ids, role_ids);
	RETURN '{}';
END
$$;
COMMENT ON FUNCTION authz.user_import_update(int, bigint, uuid, text[], text[], text[], text[], text[], bigint[]) IS
	'changes details of users, unless there is something special about one of them';

CREATE FUNCTION authz.user_import_password(account_id int, acting bigint, user_id text, sha1 text) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	target bigint := authz.user_of(account_id, user_id);
BEGIN
	PERFORM authz.check_person(target);
	PERFORM authz.import_password(account_id, target, sha1);
	PERFORM authz.end_former_sign_ins(target);
	PERFORM authz.note(account_id, acting, 'user.set_password', user_id, '{"import": true}');
END
$$;
COMMENT ON FUNCTION authz.user_import_password(int, bigint, text, text) IS 'sets a user''s password by its SHA-1';

-- An import tells how far it has come where COPY does; what a database role may
-- see there of others is PostgreSQL's to say.
CREATE VIEW authz_import_progress WITH (security_barrier) AS
	SELECT p.pid, p.param18::int AS account_id,
		CASE p.param17 WHEN 1 THEN 'authz_user_import' ELSE 'authz_category_user_import' END AS function,
		p.param3 + p.param4 AS lines_done, p.param4 AS lines_failed, p.param1 AS bytes_done, nullif(p.param2, 0) AS bytes_total,
		'2000-01-01 00:00:00+00'::timestamptz + p.param16 * interval '1 microsecond' AS started_at
	FROM pg_stat_get_progress_info('COPY') p
	WHERE p.datid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
		AND p.param19 = x'617574687a637376'::bigint
		AND (p.param18 = (SELECT authz_reading_account('user.list')) OR pg_has_role('pg_read_all_stats', 'USAGE'));
COMMENT ON VIEW authz_import_progress IS
	'imports under way: of the account with user.list, as far as PostgreSQL shows what other connections do';
COMMENT ON COLUMN authz_import_progress.lines_done IS 'lines that have been read and applied, those in error included';
COMMENT ON COLUMN authz_import_progress.bytes_total IS 'of the text; NULL for a table';
GRANT SELECT ON authz_import_progress TO PUBLIC;
