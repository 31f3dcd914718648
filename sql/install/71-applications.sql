-- Applications ---------------------------------------------------------------
--
-- An application is registered by who answers for it, or by a manager for its
-- owner. It is a principal of its own, and has no right by being there: what it
-- may do is what its identity is given, or what a user lets it do for him.

CREATE FUNCTION authz_application_add(application_identifier text, display_name text DEFAULT NULL, description text DEFAULT NULL,
		home_page text DEFAULT NULL, owner_id text DEFAULT NULL, manager_id text DEFAULT NULL, administrators_id text DEFAULT NULL,
		app_secret text DEFAULT NULL, OUT application_id uuid, OUT identity_id text, OUT app_secret text)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_application_add(text, text, text, text, text, text, text, text) IS
	'makes an application with its identity and its first secret, shown once; with a manager it is managed for its owner';

CREATE FUNCTION authz_register_application(name text, description text, url text, app_secret text) RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_register_application(text, text, text, text) IS
	'makes an application of the session''s user with a secret of his choice; returns the app id';

CREATE FUNCTION authz_application_update(application_id uuid, display_name text DEFAULT NULL, description text DEFAULT NULL,
		home_page text DEFAULT NULL, clear text[] DEFAULT '{}')
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_application_update(uuid, text, text, text, text[]) IS
	'changes what is said of an application; its identifier stays';

CREATE FUNCTION authz_application_delete(application_id uuid) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_application_delete(uuid) IS
	'ends an application with its identity, roles, secrets, grants and sessions; what is told of it stays';

CREATE FUNCTION authz_application_disable(application_id uuid, reason text DEFAULT NULL) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_application_disable(uuid, text) IS
	'stops an application: nothing of it is proven, and its sessions are nobody''s, until it is enabled';

CREATE FUNCTION authz_application_enable(application_id uuid) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_application_enable(uuid) IS 'lets an application go on that was disabled';

CREATE FUNCTION authz_application_set_administrators(application_id uuid, group_id text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_application_set_administrators(uuid, text) IS
	'names the group whose members administer an application, NULL for none';

CREATE FUNCTION authz_application_secret_add(application_id uuid, label text DEFAULT NULL, app_secret text DEFAULT NULL,
		expires_at timestamptz DEFAULT NULL, OUT secret_id bigint, OUT app_secret text)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_application_secret_add(uuid, text, text, timestamptz) IS
	'gives an application a further secret, shown once: one for each running instance';

CREATE FUNCTION authz_application_secret_delete(secret_id bigint) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_application_secret_delete(bigint) IS 'takes a secret from an application';

CREATE FUNCTION authz_application_change_owner(application_id uuid, new_owner_id text) RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_application_change_owner(uuid, text) IS
	'asks a person or service to own an application; returns the number of the change, which the new owner approves';

CREATE FUNCTION authz_owner_change_approve(id bigint) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_owner_change_approve(bigint) IS 'makes the new owner, who says so, the owner';

CREATE FUNCTION authz_owner_change_reject(id bigint) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_owner_change_reject(bigint) IS 'declines to own an application';

CREATE FUNCTION authz_owner_change_cancel(id bigint) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_owner_change_cancel(bigint) IS 'takes back what a new owner was asked';

-- Who may be what ---------------------------------------------------------

-- Locked, since all that is decided of an application is decided one after another.
CREATE FUNCTION authz.application_of(account_id int, application_id uuid) RETURNS authz.application
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	result authz.application;
BEGIN
	SELECT a.* INTO result
	FROM authz.application a
	WHERE a.account_id = application_of.account_id AND a.application_id = application_of.application_id AND a.status <> 'deleted'
	FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('there is no application "%s"', application_id);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION authz.application_of(int, uuid) IS 'an application of the account, locked against other changes; P0002 for none';

-- One answer for who is unknown and who may not own one.
CREATE FUNCTION authz.application_owner_of(account_id int, user_id text, manager bigint) RETURNS bigint
	LANGUAGE plpgsql STABLE AS $$
DECLARE
	result bigint;
BEGIN
	SELECT p.principal_id INTO result
	FROM authz.principal p
	WHERE p.account_id = application_owner_of.account_id AND lower(p.user_id) = lower(application_owner_of.user_id)
		AND p.reused_at IS NULL;
	PERFORM authz.check_application_owner(result, manager);
	RETURN result;
END
$$;
COMMENT ON FUNCTION authz.application_owner_of(int, text, bigint) IS 'the principal of who is to own an application that this one manages';

CREATE FUNCTION authz.check_application_owner(owner bigint, manager bigint) RETURNS void
	LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF owner = manager THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'an application is not owned by its manager';
	END IF;
	IF NOT EXISTS (
		SELECT FROM authz.principal p
		WHERE p.principal_id = owner AND p.status = 'active' AND p.kind IN ('person', 'service')
			AND NOT EXISTS (SELECT FROM authz.secondary_identity s WHERE s.principal_id = owner))
	THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid owner',
			HINT = 'It is the primary identity of a person, or a service, and active.';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_application_owner(bigint, bigint) IS 'raises 22023 unless the one may own what the other manages';

CREATE FUNCTION authz.application_manager_of(account_id int, user_id text) RETURNS bigint
	LANGUAGE plpgsql STABLE AS $$
DECLARE
	result bigint;
BEGIN
	SELECT p.principal_id INTO result
	FROM authz.principal p
	WHERE p.account_id = application_manager_of.account_id AND lower(p.user_id) = lower(application_manager_of.user_id)
		AND p.reused_at IS NULL AND p.status = 'active' AND p.kind IN ('application', 'service');
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid manager', HINT = 'It is an application or a service, and active.';
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION authz.application_manager_of(int, text) IS 'the principal of who is to manage an application';

CREATE FUNCTION authz.administrators_of(account_id int, group_id text) RETURNS bigint
	LANGUAGE plpgsql STABLE AS $$
DECLARE
	result bigint;
BEGIN
	IF coalesce(group_id, '') = '' THEN
		RETURN NULL;
	END IF;
	SELECT p.principal_id INTO result
	FROM authz.principal p
	WHERE p.account_id = administrators_of.account_id AND lower(p.user_id) = lower(group_id) AND p.reused_at IS NULL
		AND p.status <> 'deleted' AND p.kind = 'group';
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid administrators', HINT = 'They are a group.';
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION authz.administrators_of(int, text) IS 'the principal of a group of administrators, NULL for none';

-- Making and changing -----------------------------------------------------

CREATE FUNCTION authz.check_application_name(account_id int, identifier text) RETURNS void
	LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF identifier !~ '^[a-z][a-z0-9_-]{2,63}$' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid application identifier',
			HINT = 'It has 3 to 64 lower-case letters, digits, _ and -, the first of them a letter.';
	END IF;
	IF identifier = authz.account_audience(account_id)
		OR EXISTS (
			SELECT FROM authz.application a
			WHERE a.account_id = check_application_name.account_id AND a.identifier = check_application_name.identifier)
		OR EXISTS (
			SELECT FROM authz.principal p
			WHERE p.account_id = check_application_name.account_id AND p.reused_at IS NULL
				AND lower(p.user_id) IN (identifier, 'service-account-' || identifier))
	THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('the application identifier "%s" is taken', identifier);
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_application_name(int, text) IS 'raises unless an application may have that identifier';

CREATE FUNCTION authz.check_home_page(home_page text) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	IF home_page <> '' AND (home_page !~ '^https?://[!-~]+$' OR length(home_page) > 2000) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid home page', HINT = 'It is an address that begins with https:// or http://.';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_home_page(text) IS 'raises 22023 for what is no address of a page';

CREATE FUNCTION authz.new_application_secret(account_id int, application_id uuid, chosen text, label text, expires_at timestamptz,
		OUT secret_id bigint, OUT secret text)
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF length(chosen) BETWEEN 1 AND 7 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'secret is too short', HINT = 'It has at least 8 characters.';
	END IF;
	IF expires_at <= now() THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'a secret must expire later than now';
	END IF;
	DELETE FROM authz.application_secret s
	WHERE s.application_id = new_application_secret.application_id AND s.expires_at <= now();
	IF (SELECT count(*) FROM authz.application_secret s WHERE s.application_id = new_application_secret.application_id) >= 20 THEN
		RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = 'an application has at most 20 secrets',
			HINT = 'Delete one that no instance uses any more.';
	END IF;
	secret := coalesce(nullif(chosen, ''), authz.random_hex(32));
	INSERT INTO authz.application_secret (application_id, account_id, label, verifier, expires_at)
	VALUES (application_id, account_id, nullif(label, ''),
		CASE WHEN coalesce(chosen, '') = '' THEN authz.verifier(secret) ELSE authz.crypt_verifier(secret) END, expires_at)
	RETURNING application_secret.secret_id INTO new_application_secret.secret_id;
END
$$;
COMMENT ON FUNCTION authz.new_application_secret(int, uuid, text, text, timestamptz) IS
	'adds a secret to an application, the chosen one or one made here';

CREATE FUNCTION authz.application_add(account_id int, acting bigint, application_identifier text, display_name text, description text,
		home_page text, owner_id text, manager_id text, administrators_id text, app_secret text,
		OUT new_id uuid, OUT identity_id text, OUT new_secret text)
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	manager bigint;
	owner bigint := acting;
	identity bigint;
BEGIN
	IF manager_id <> '' THEN
		IF coalesce(owner_id, '') = '' THEN
			RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'owner must be given',
				HINT = 'An application is managed for its owner.';
		END IF;
		manager := authz.application_manager_of(account_id, manager_id);
	END IF;
	IF owner_id <> '' THEN
		owner := authz.application_owner_of(account_id, owner_id, manager);
	ELSIF owner IS NOT NULL THEN
		PERFORM authz.check_application_owner(owner, manager);
	END IF;
	PERFORM authz.check_given(application_identifier, 'application identifier');
	PERFORM authz.check_application_name(account_id, application_identifier);
	PERFORM authz.check_home_page(home_page);

	identity_id := 'service-account-' || application_identifier;
	INSERT INTO authz.principal (account_id, user_id, kind, screen_name)
	VALUES (account_id, identity_id, 'application', nullif(display_name, ''))
	RETURNING principal_id INTO identity;
	INSERT INTO authz.application (account_id, identifier, identity_id, display_name, description, home_page, owner_id, manager_id,
		administrators_id)
	VALUES (account_id, application_identifier, identity, nullif(display_name, ''), nullif(description, ''), nullif(home_page, ''),
		owner, manager, authz.administrators_of(account_id, administrators_id))
	RETURNING application_id INTO new_id;
	SELECT n.secret INTO new_secret FROM authz.new_application_secret(account_id, new_id, app_secret, NULL, NULL) n;
	PERFORM authz.note(account_id, acting, 'application.add', new_id::text,
		jsonb_build_object('application_identifier', application_identifier, 'owner_id', nullif(owner_id, ''),
			'manager_id', nullif(manager_id, ''), 'administrators_id', nullif(administrators_id, '')));
END
$$;
COMMENT ON FUNCTION authz.application_add(int, bigint, text, text, text, text, text, text, text, text) IS
	'body of authz_application_add()';

CREATE FUNCTION authz.register_application(account_id int, acting bigint, name text, description text, url text, app_secret text)
	RETURNS text
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	PERFORM authz.check_given(name, 'name'), authz.check_given(app_secret, 'app secret');
	RETURN (
		SELECT a.new_id::text
		FROM authz.application_add(account_id, acting, 'app-' || authz.random_hex(8), name, description, url, NULL, NULL, NULL,
			app_secret) a);
END
$$;
COMMENT ON FUNCTION authz.register_application(int, bigint, text, text, text, text) IS 'body of authz_register_application()';

CREATE FUNCTION authz.application_update(account_id int, acting bigint, application_id uuid, display_name text, description text,
		home_page text, clear text[])
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	before authz.application := authz.application_of(account_id, application_id);
BEGIN
	PERFORM authz.check_clear(clear, 'display_name', 'description', 'home_page'), authz.check_home_page(home_page);
	UPDATE authz.application a
	SET display_name = authz.text_after(a.display_name, application_update.display_name, 'display_name', clear),
		description = authz.text_after(a.description, application_update.description, 'description', clear),
		home_page = authz.text_after(a.home_page, application_update.home_page, 'home_page', clear),
		updated_at = now()
	WHERE a.application_id = before.application_id;
	PERFORM authz.note(account_id, acting, 'application.update', application_id::text,
		jsonb_build_object('display_name', nullif(display_name, ''), 'description', nullif(description, ''),
			'home_page', nullif(home_page, ''), 'clear', nullif(clear, '{}')));
END
$$;
COMMENT ON FUNCTION authz.application_update(int, bigint, uuid, text, text, text, text[]) IS 'body of authz_application_update()';

CREATE FUNCTION authz.application_set_administrators(account_id int, acting bigint, application_id uuid, group_id text) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	before authz.application := authz.application_of(account_id, application_id);
BEGIN
	UPDATE authz.application a
	SET administrators_id = authz.administrators_of(before.account_id, group_id), updated_at = now()
	WHERE a.application_id = before.application_id;
	PERFORM authz.note(account_id, acting, 'application.set_administrators', application_id::text,
		jsonb_build_object('group_id', nullif(group_id, '')));
END
$$;
COMMENT ON FUNCTION authz.application_set_administrators(int, bigint, uuid, text) IS 'body of authz_application_set_administrators()';

-- The identity is blocked along with it, so that all which asks for principals
-- that count needs to ask for nothing else.
CREATE FUNCTION authz.set_application_status(account_id int, application_id uuid, status text, reason text) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	before authz.application := authz.application_of(account_id, application_id);
BEGIN
	UPDATE authz.application a
	SET status = set_application_status.status::@extschema@.authz_status, blocking_reason = nullif(reason, ''), updated_at = now()
	WHERE a.application_id = before.application_id;
	UPDATE authz.principal p
	SET status = set_application_status.status::@extschema@.authz_status, updated_at = now()
	WHERE p.principal_id = before.identity_id;
END
$$;
COMMENT ON FUNCTION authz.set_application_status(int, uuid, text, text) IS 'blocks or unblocks an application and its identity';

CREATE FUNCTION authz.application_disable(account_id int, acting bigint, application_id uuid, reason text) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	PERFORM authz.set_application_status(account_id, application_id, 'blocked', reason);
	PERFORM authz.note(account_id, acting, 'application.disable', application_id::text, jsonb_build_object('reason', nullif(reason, '')));
END
$$;
COMMENT ON FUNCTION authz.application_disable(int, bigint, uuid, text) IS 'body of authz_application_disable()';

CREATE FUNCTION authz.application_enable(account_id int, acting bigint, application_id uuid) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	PERFORM authz.set_application_status(account_id, application_id, 'active', NULL);
	PERFORM authz.note(account_id, acting, 'application.enable', application_id::text);
END
$$;
COMMENT ON FUNCTION authz.application_enable(int, bigint, uuid) IS 'body of authz_application_enable()';

-- Its roles count only in its own sessions, which end: nobody gains by losing them.
CREATE FUNCTION authz.application_delete(account_id int, acting bigint, application_id uuid) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	target authz.application;
BEGIN
	SELECT a.* INTO target
	FROM authz.application a
	WHERE a.account_id = application_delete.account_id AND a.application_id = application_delete.application_id
		AND a.status <> 'deleted'
	FOR UPDATE;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	UPDATE authz.application a SET status = 'deleted', updated_at = now() WHERE a.application_id = target.application_id;
	UPDATE authz.owner_change o SET status = 'cancelled', decided_at = now()
	WHERE o.application_id = target.application_id AND o.status = 'pending';
	PERFORM authz.reject_grants(g.grant_id) FROM authz.application_grant g
	WHERE g.application_id = target.application_id AND g.status <> 'rejected';
	DELETE FROM authz.application_secret s WHERE s.application_id = target.application_id;
	PERFORM authz.end_registration(r.registration_id) FROM authz.registration r
	WHERE r.application_id = target.application_id;
	PERFORM authz.drop_sign_in(target.application_id);
	DELETE FROM authz.role_user u USING authz.role r
	WHERE r.account_id = target.account_id AND r.application_id = target.application_id AND u.role_id = r.role_id;
	UPDATE authz.role r SET status = 'deleted', updated_at = now()
	WHERE r.account_id = target.account_id AND r.application_id = target.application_id;
	DELETE FROM authz.session s WHERE s.application_id = target.application_id;
	PERFORM authz.end_principal(target.identity_id);
	PERFORM authz.note(account_id, acting, 'application.delete', application_id::text);
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.application_delete(int, bigint, uuid) IS 'body of authz_application_delete()';

CREATE FUNCTION authz.application_secret_add(account_id int, acting bigint, application_id uuid, label text, app_secret text,
		expires_at timestamptz, OUT new_id bigint, OUT new_secret text)
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	owned authz.application := authz.application_of(account_id, application_id);
BEGIN
	SELECT n.secret_id, n.secret INTO new_id, new_secret
	FROM authz.new_application_secret(account_id, owned.application_id, app_secret, label, expires_at) n;
	PERFORM authz.note(account_id, acting, 'application_secret.add', application_id::text,
		jsonb_build_object('secret_id', new_id, 'label', nullif(label, ''), 'expires_at', expires_at));
END
$$;
COMMENT ON FUNCTION authz.application_secret_add(int, bigint, uuid, text, text, timestamptz) IS 'body of authz_application_secret_add()';

CREATE FUNCTION authz.application_secret_delete(account_id int, acting bigint, secret_id bigint) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	whose uuid;
BEGIN
	DELETE FROM authz.application_secret s
	WHERE s.account_id = application_secret_delete.account_id AND s.secret_id = application_secret_delete.secret_id
	RETURNING s.application_id INTO whose;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM authz.note(account_id, acting, 'application_secret.delete', whose::text, jsonb_build_object('secret_id', secret_id));
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.application_secret_delete(int, bigint, bigint) IS 'body of authz_application_secret_delete()';

-- Another owner ------------------------------------------------------------

CREATE FUNCTION authz.application_change_owner(account_id int, acting bigint, application_id uuid, new_owner_id text) RETURNS bigint
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	before authz.application := authz.application_of(account_id, application_id);
	new_owner bigint;
	new_id bigint;
BEGIN
	PERFORM authz.check_given(new_owner_id, 'new owner');
	new_owner := authz.application_owner_of(account_id, new_owner_id, before.manager_id);
	IF new_owner = before.owner_id THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'the new owner is the owner';
	END IF;
	UPDATE authz.owner_change o SET status = 'cancelled', decided_at = now()
	WHERE o.application_id = before.application_id AND o.status = 'pending' AND o.expires_at <= now();
	IF EXISTS (SELECT FROM authz.owner_change o WHERE o.application_id = before.application_id AND o.status = 'pending') THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = 'somebody else is asked already to own the application',
			HINT = 'Take that back with authz_owner_change_cancel().';
	END IF;
	INSERT INTO authz.owner_change (application_id, account_id, new_owner_id, requested_by, expires_at)
	VALUES (before.application_id, account_id, new_owner, acting, now() + interval '30 days')
	RETURNING owner_change_id INTO new_id;
	PERFORM authz.note(account_id, acting, 'application.change_owner', application_id::text,
		jsonb_build_object('id', new_id, 'new_owner_id', new_owner_id));

	-- Who asks himself has agreed.
	IF new_owner = acting THEN
		PERFORM authz.owner_change_approve(account_id, acting, new_id);
	END IF;
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION authz.application_change_owner(int, bigint, uuid, text) IS 'body of authz_application_change_owner()';

-- The application is locked first, as by all who decide of it.
CREATE FUNCTION authz.decide_owner_change(account_id int, id bigint, decision text) RETURNS authz.owner_change
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	change authz.owner_change;
BEGIN
	SELECT o.* INTO change
	FROM authz.owner_change o
	WHERE o.account_id = decide_owner_change.account_id AND o.owner_change_id = id;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('there is no change of an owner %s', id);
	END IF;
	PERFORM authz.application_of(account_id, change.application_id);
	UPDATE authz.owner_change o
	SET status = decision::@extschema@.authz_change_status, decided_at = now()
	WHERE o.owner_change_id = id AND o.status = 'pending' AND o.expires_at > now();
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = 'the change of the owner is not pending';
	END IF;
	RETURN change;
END
$$;
COMMENT ON FUNCTION authz.decide_owner_change(int, bigint, text) IS 'settles a pending change of an application''s owner; 55000 for any other';

-- Who he is may have changed since he was asked, and what he owns have got a manager.
CREATE FUNCTION authz.owner_change_approve(account_id int, acting bigint, id bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	change authz.owner_change := authz.decide_owner_change(account_id, id, 'approved');
BEGIN
	PERFORM authz.check_application_owner(change.new_owner_id, a.manager_id)
	FROM authz.application a WHERE a.application_id = change.application_id;
	UPDATE authz.application a SET owner_id = change.new_owner_id, updated_at = now()
	WHERE a.application_id = change.application_id;
	PERFORM authz.note(account_id, acting, 'owner_change.approve', change.application_id::text, jsonb_build_object('id', id));
END
$$;
COMMENT ON FUNCTION authz.owner_change_approve(int, bigint, bigint) IS 'body of authz_owner_change_approve()';

CREATE FUNCTION authz.owner_change_reject(account_id int, acting bigint, id bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	change authz.owner_change := authz.decide_owner_change(account_id, id, 'rejected');
BEGIN
	PERFORM authz.note(account_id, acting, 'owner_change.reject', change.application_id::text, jsonb_build_object('id', id));
END
$$;
COMMENT ON FUNCTION authz.owner_change_reject(int, bigint, bigint) IS 'body of authz_owner_change_reject()';

CREATE FUNCTION authz.owner_change_cancel(account_id int, acting bigint, id bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	change authz.owner_change := authz.decide_owner_change(account_id, id, 'cancelled');
BEGIN
	PERFORM authz.note(account_id, acting, 'owner_change.cancel', change.application_id::text, jsonb_build_object('id', id));
END
$$;
COMMENT ON FUNCTION authz.owner_change_cancel(int, bigint, bigint) IS 'body of authz_owner_change_cancel()';
