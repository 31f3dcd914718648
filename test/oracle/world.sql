-- world.sql - what the oracle and authz are both asked about
--
-- Sessions, and the helpers by which a world is made and unmade. The content
-- tables are in tables.sql.

CREATE SCHEMA world;
CREATE ROLE world_author;		-- owns the content tables
CREATE ROLE world_reader;		-- asks: row security binds it
GRANT USAGE ON SCHEMA world TO PUBLIC;

CREATE TABLE world.secret (
	account_id int PRIMARY KEY,
	value      text NOT NULL
);

-- Who asks. Whether such a session still counts, authz's own tables say.
CREATE TABLE world.session (
	session      text PRIMARY KEY,
	account_id   int NOT NULL,
	principal_id bigint,			-- NULL: a session without user
	session_type text NOT NULL,
	privileges   text NOT NULL,
	session_id   text NOT NULL,
	token        text NOT NULL
);

CREATE FUNCTION world.make_account(account_id int) RETURNS void LANGUAGE sql AS $$
	INSERT INTO world.secret SELECT a.account_id, a.admin_secret FROM authz_account_add('account ' || $1, $1) a
$$;

-- A session that everybody calls by the same short name.
CREATE FUNCTION world.start(name text, account_id int, type text, user_id text DEFAULT NULL, privileges text DEFAULT NULL)
	RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	started authz_session_info;
BEGIN
	IF type = 'widget' THEN
		started := authz_start_widget_session('_' || account_id);
	ELSE
		started := authz_start_secret_session(account_id, (SELECT s.value FROM world.secret s WHERE s.account_id = start.account_id),
			user_id, type, session_privileges => privileges);
	END IF;
	DELETE FROM world.session s WHERE s.session = name;
	INSERT INTO world.session VALUES (name, account_id, (
			SELECT p.principal_id FROM authz.principal p
			WHERE p.account_id = start.account_id AND p.reused_at IS NULL AND lower(p.user_id) = lower(started.user_id)),
		type, started.privileges, started.session_id, started.session_token);
END
$$;

-- One change, in the database plane of an account. A change that a rule
-- refuses is none; the SQLSTATE says by which.
CREATE FUNCTION world.change(account_id int, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.account', account_id::text, true);
	EXECUTE statement;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;

-- Many changes, one after the other.
CREATE FUNCTION world.change(account_ids int[], statements text[]) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT world.change(c.account_id, c.statement)
	FROM unnest(account_ids, statements) WITH ORDINALITY AS c (account_id, statement, n)
$$;

-- Nobody, nothing, nowhere.
CREATE FUNCTION world.forget() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	content text;
BEGIN
	FOR content IN SELECT p.content FROM world.protected p LOOP
		EXECUTE format('DELETE FROM %I', content);
	END LOOP;
	DELETE FROM world.session;
	DELETE FROM world.secret;
	DELETE FROM authz.revocation;
	DELETE FROM authz.session;
	DELETE FROM authz.apptoken;
	DELETE FROM authz.category_user;
	DELETE FROM authz.category_place;
	DELETE FROM authz.category;
	DELETE FROM authz.role_user;
	DELETE FROM authz.role;
	DELETE FROM authz.permission;
	DELETE FROM authz.group_user;
	DELETE FROM authz.secondary_identity;
	DELETE FROM authz.principal;
	DELETE FROM authz.account_secret;
	DELETE FROM authz.signing_key;
	DELETE FROM authz.secret;
	DELETE FROM authz.account;
	DELETE FROM authz.audit_event;
END
$$;
