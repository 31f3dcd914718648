-- Accounts -----------------------------------------------------------------

CREATE FUNCTION authz_account_add(name text, account_id int DEFAULT NULL, admin_secret text DEFAULT NULL,
		OUT account_id int, OUT widget_id text, OUT admin_secret text)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_account_add(text, int, text) IS
	'makes an account with its administration secret, shown once, and its first signing key';

CREATE FUNCTION authz_account_update(account_id int, name text DEFAULT NULL, settings jsonb DEFAULT NULL, status text DEFAULT NULL)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_account_update(int, text, jsonb, text) IS
	'changes an account; settings are merged into the ones it has, null removes one';

CREATE FUNCTION authz_account_rotate_secret(account_id int, overlap int DEFAULT 86400, admin_secret text DEFAULT NULL) RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_account_rotate_secret(int, int, text) IS
	'makes a new administration secret, shown once; the former ones hold for the seconds of overlap';

CREATE FUNCTION authz_signing_key_rotate(algorithm text DEFAULT NULL, overlap int DEFAULT 86400) RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_signing_key_rotate(text, int) IS
	'makes a new key to sign sessions, for HS256, ES256 or EdDSA; what the former one signed holds for the seconds of overlap';

-- Waits for others that change what is one per account.
CREATE FUNCTION authz.lock_account(account_id int) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	PERFORM FROM authz.account a WHERE a.account_id = lock_account.account_id FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('there is no account %s', account_id);
	END IF;
END
$$;
COMMENT ON FUNCTION authz.lock_account(int) IS 'locks an account against others that lock it, until the transaction ends';

CREATE FUNCTION authz.new_account_secret(account_id int, chosen text) RETURNS text
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	secret text := coalesce(nullif(chosen, ''), authz.random_hex(16));
BEGIN
	INSERT INTO authz.account_secret (account_id, number, verifier, secret_id)
	SELECT new_account_secret.account_id, coalesce(max(s.number), 0) + 1,
		CASE WHEN coalesce(chosen, '') = '' THEN authz.verifier(secret) ELSE authz.crypt_verifier(secret) END,
		CASE WHEN (SELECT authz.has_ks(a.settings) FROM authz.account a WHERE a.account_id = new_account_secret.account_id)
			THEN authz.keep_secret(convert_to(secret, 'UTF8')) END
	FROM authz.account_secret s WHERE s.account_id = new_account_secret.account_id;
	RETURN secret;
END
$$;
COMMENT ON FUNCTION authz.new_account_secret(int, text) IS
	'adds an administration secret, the chosen one or one made here; kept itself only where it signs Kaltura sessions';

CREATE FUNCTION authz.delete_account_secrets(account_id int) RETURNS void
	LANGUAGE sql VOLATILE AS $$
	WITH gone AS (
		DELETE FROM authz.account_secret s
		WHERE s.account_id = delete_account_secrets.account_id AND s.expires_at <= now() RETURNING s.secret_id)
	SELECT FROM authz.delete_secrets(ARRAY(SELECT g.secret_id FROM gone g))
$$;
COMMENT ON FUNCTION authz.delete_account_secrets(int) IS 'deletes the administration secrets that hold no more';

-- Secrets that sign Kaltura sessions are kept while there are any.
CREATE FUNCTION authz.settle_account_secrets(account_id int, before jsonb, after jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	signing bigint[] := ARRAY(
		SELECT s.secret_id FROM authz.account_secret s
		WHERE s.account_id = settle_account_secrets.account_id AND s.secret_id IS NOT NULL);
BEGIN
	IF authz.has_ks(before) AND NOT authz.has_ks(after) THEN
		UPDATE authz.account_secret s SET secret_id = NULL
		WHERE s.account_id = settle_account_secrets.account_id AND s.secret_id IS NOT NULL;
		PERFORM authz.delete_secrets(signing), authz.settle_revocations(account_id);
	ELSIF authz.has_ks(after) AND signing = '{}' THEN
		RAISE NOTICE USING MESSAGE = 'no administration secret of the account signs Kaltura sessions',
			DETAIL = 'Of those that were made before, nothing is kept that could.',
			HINT = 'authz_account_rotate_secret() makes one that does, or takes yours over.';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.settle_account_secrets(int, jsonb, jsonb) IS
	'forgets the secrets that sign Kaltura sessions with the last setting that needs them';

CREATE FUNCTION authz.make_jwk(algorithm text, kid text) RETURNS bytea
	LANGUAGE C VOLATILE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'authz_make_jwk';
COMMENT ON FUNCTION authz.make_jwk(text, text) IS 'a new key for the algorithm, by this name: a private JWK';

CREATE FUNCTION authz.public_jwk(jwk bytea) RETURNS jsonb
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'authz_public_jwk';
COMMENT ON FUNCTION authz.public_jwk(bytea) IS 'public half of a private JWK, NULL for a secret';

CREATE FUNCTION authz.new_signing_key(account_id int, algorithm text) RETURNS text
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	new_kid text := authz.random_hex(8);
	jwk bytea := authz.make_jwk(algorithm, new_kid);
BEGIN
	INSERT INTO authz.signing_key (kid, account_id, algorithm, secret_id, public_jwk)
	VALUES (new_kid, account_id, algorithm, authz.keep_secret(jwk), authz.public_jwk(jwk));
	RETURN new_kid;
END
$$;
COMMENT ON FUNCTION authz.new_signing_key(int, text) IS 'makes the key that signs an account''s sessions from now on';

CREATE FUNCTION authz.account_add(no_account int, acting bigint, name text, account_id int, admin_secret text,
		OUT number int, OUT widget_id text, OUT secret text)
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	PERFORM authz.check_given(name, 'name');
	number := authz.new_id('authz.account_id_seq', account_id);
	IF EXISTS (SELECT FROM authz.account a WHERE a.account_id = number) THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('account %s exists already', number);
	END IF;
	INSERT INTO authz.account (account_id, name) VALUES (number, name);
	secret := authz.new_account_secret(number, admin_secret);
	PERFORM authz.new_signing_key(number, 'HS256');
	widget_id := '_' || number;
	PERFORM authz.note(number, acting, 'account.add', number::text, jsonb_build_object('name', name));
END
$$;
COMMENT ON FUNCTION authz.account_add(int, bigint, text, int, text) IS 'body of authz_account_add()';

CREATE FUNCTION authz.account_update(own_account int, acting bigint, account_id int, name text, settings jsonb, status text) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	new_status @extschema@.authz_status := authz.word(status, 'status', enum_range(NULL::@extschema@.authz_status));
	new_settings jsonb;
BEGIN
	PERFORM authz.lock_account(account_id);
	IF settings IS NOT NULL THEN
		new_settings := authz.settings_after(account_id, settings, own_account <> 0);
		PERFORM authz.settle_account_secrets(account_update.account_id, a.settings, new_settings)
		FROM authz.account a WHERE a.account_id = account_update.account_id;
	END IF;
	UPDATE authz.account a
	SET name = coalesce(nullif(account_update.name, ''), a.name),
		settings = coalesce(new_settings, a.settings),
		longest_session = greatest(a.longest_session, (new_settings ->> 'max_session_duration')::int),
		status = coalesce(new_status, a.status),
		updated_at = now()
	WHERE a.account_id = account_update.account_id;
	PERFORM authz.note(account_id, acting, 'account.update', account_id::text,
		jsonb_build_object('name', name, 'settings', settings, 'status', new_status));
END
$$;
COMMENT ON FUNCTION authz.account_update(int, bigint, int, text, jsonb, text) IS 'body of authz_account_update()';

CREATE FUNCTION authz.account_rotate_secret(own_account int, acting bigint, account_id int, overlap int, admin_secret text) RETURNS text
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	holds interval := make_interval(secs => coalesce(overlap, 86400));
	secret text;
BEGIN
	PERFORM authz.check_seconds(overlap, 'overlap', 0);
	PERFORM authz.lock_account(account_id);
	PERFORM authz.delete_account_secrets(account_id);
	UPDATE authz.account_secret s SET expires_at = least(s.expires_at, now() + holds)
	WHERE s.account_id = account_rotate_secret.account_id;
	PERFORM authz.settle_revocations(account_id);
	secret := authz.new_account_secret(account_id, admin_secret);
	PERFORM authz.note(account_id, acting, 'account.rotate_secret', account_id::text, jsonb_build_object('overlap', overlap));
	RETURN secret;
END
$$;
COMMENT ON FUNCTION authz.account_rotate_secret(int, bigint, int, int, text) IS 'body of authz_account_rotate_secret()';

CREATE FUNCTION authz.signing_key_rotate(account_id int, acting bigint, algorithm text, overlap int) RETURNS text
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	holds interval := make_interval(secs => coalesce(overlap, 86400));
	known text[] := '{HS256,ES256,EdDSA}';
	chosen text := known[array_position(lower(known::text)::text[], lower(algorithm))];
	retired bigint[];
	new_kid text;
BEGIN
	IF nullif(algorithm, '') IS NOT NULL AND chosen IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('invalid algorithm "%s"', algorithm),
			HINT = 'It is one of HS256, ES256 and EdDSA.';
	END IF;
	PERFORM authz.check_seconds(overlap, 'overlap', 0);
	PERFORM authz.lock_account(account_id);
	-- Whoever does not say another wants what the account has.
	chosen := coalesce(chosen, (
		SELECT k.algorithm FROM authz.signing_key k
		WHERE k.account_id = signing_key_rotate.account_id AND k.retires_at IS NULL), 'HS256');
	WITH gone AS (
		DELETE FROM authz.signing_key k
		WHERE k.account_id = signing_key_rotate.account_id AND k.retires_at <= now() RETURNING k.secret_id)
	SELECT array_agg(g.secret_id) INTO retired FROM gone g;
	DELETE FROM authz.secret s WHERE s.secret_id = ANY (retired);
	UPDATE authz.signing_key k SET retires_at = least(k.retires_at, now() + holds)
	WHERE k.account_id = signing_key_rotate.account_id;
	new_kid := authz.new_signing_key(account_id, chosen);
	PERFORM authz.note(account_id, acting, 'signing_key.rotate', new_kid,
		jsonb_build_object('algorithm', chosen, 'overlap', overlap));
	RETURN new_kid;
END
$$;
COMMENT ON FUNCTION authz.signing_key_rotate(int, bigint, text, int) IS 'body of authz_signing_key_rotate()';

-- What is meant for the account itself and for none of its applications is for this audience.
CREATE FUNCTION authz.account_audience(account_id int) RETURNS text
	LANGUAGE sql STABLE
	RETURN (SELECT coalesce(a.settings ->> 'audience'::text, 'authorization-service-api')
		FROM authz.account a WHERE a.account_id = account_audience.account_id);
COMMENT ON FUNCTION authz.account_audience(int) IS 'the audience of sessions that are of no application';

-- Settings. What weakens the account is for the database plane alone.

CREATE FUNCTION authz.refuse_setting(name text, reason text) RETURNS void
	LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('setting "%s" is refused', name), HINT = reason;
END
$$;
COMMENT ON FUNCTION authz.refuse_setting(text, text) IS 'raises 0A000 for what is not done here, with the reason';

CREATE FUNCTION authz.check_setting(account_id int, name text, value jsonb) RETURNS void
	LANGUAGE plpgsql STABLE AS $$
DECLARE
	word text := value #>> '{}';
	whole bool := jsonb_typeof(value) = 'number' AND word ~ '^[0-9]{1,9}$';
	hint text;
BEGIN
	CASE
		WHEN name IN ('accept_ks', 'legacy_hashes', 'legacy_passwords', 'subject_lock') THEN
			IF jsonb_typeof(value) <> 'boolean' THEN
				hint := 'It is true or false.';
			END IF;
		WHEN name = 'token_format' THEN
			IF word NOT IN ('jwt', 'ks') OR jsonb_typeof(value) <> 'string' THEN
				hint := 'It is one of jwt and ks.';
			END IF;
		WHEN name = 'max_session_duration' THEN
			IF NOT whole OR word::int = 0 THEN
				hint := 'It is a number of seconds, at least 1.';
			END IF;
		WHEN name = 'password_min_length' THEN
			IF NOT whole OR word::int > 64 THEN
				hint := 'It is a number of characters, 8 to 64.';
			ELSIF word::int < 8 THEN
				PERFORM authz.refuse_setting(name, 'Passwords of less than 8 characters are tried out in no time.');
			END IF;
		WHEN name = 'password_cost' THEN
			IF NOT whole OR word::int > 15 THEN
				hint := 'It is the cost of bcrypt, 10 to 15: each step takes twice as long.';
			ELSIF word::int < 10 THEN
				PERFORM authz.refuse_setting(name, 'Below 10 stolen verifiers are tried out too fast.');
			END IF;
		WHEN name IN ('max_category_members', 'max_entry_categories', 'max_user_groups') THEN
			IF NOT whole THEN
				hint := 'It is a whole number; 0 is no limit.';
			END IF;
		WHEN name IN ('default_user_role', 'default_widget_role') THEN
			IF jsonb_typeof(value) NOT IN ('string', 'number') THEN
				hint := 'It is the id or the name of a role.';
			ELSIF NOT EXISTS (
				SELECT FROM authz.role r
				WHERE r.account_id = check_setting.account_id AND r.application_id IS NULL AND r.status <> 'deleted'
					AND CASE WHEN word ~ '^[0-9]{1,18}$' THEN r.role_id = word::bigint ELSE r.name = word END)
			THEN
				RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('there is no role "%s"', word);
			END IF;
		WHEN name = 'managers_group' THEN
			IF jsonb_typeof(value) <> 'string' OR word = '' OR word ~ '[[:cntrl:]]' OR length(word) > 320 THEN
				hint := 'It is the id of a group.';
			END IF;
		WHEN name = 'audience' THEN
			IF jsonb_typeof(value) <> 'string' OR word !~ '^[!-~]{1,200}$' THEN
				hint := 'It is a name of 1 to 200 visible characters.';
			ELSIF EXISTS (
				SELECT FROM authz.application a WHERE a.account_id = check_setting.account_id AND a.identifier = word)
			THEN
				RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('"%s" is the audience of an application', word);
			END IF;
		WHEN name = 'strict_privacy_context' THEN
			RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('setting "%s" is not supported', name);
		WHEN lower(name) IN ('demomode', 'demo_mode') THEN
			PERFORM authz.refuse_setting(name, 'It would let anybody in, as an administrator, by any password.');
		WHEN lower(name) IN ('httpslogin', 'https_login') THEN
			PERFORM authz.refuse_setting(name, 'That secrets come encrypted is a matter of the server: authz.require_ssl.');
		ELSE
			RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('unknown setting "%s"', name),
				HINT = 'Settings are accept_ks, audience, default_user_role, default_widget_role, legacy_hashes, legacy_passwords, '
					'managers_group, max_category_members, max_entry_categories, max_session_duration, max_user_groups, '
					'password_cost, password_min_length, subject_lock and token_format.';
	END CASE;
	IF hint IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('invalid value of setting "%s"', name), HINT = hint;
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_setting(int, text, jsonb) IS 'raises unless the value is one for that setting';

CREATE FUNCTION authz.setting_weakens(name text, old jsonb, new jsonb) RETURNS bool
	LANGUAGE sql IMMUTABLE
	RETURN CASE name
		WHEN 'accept_ks' THEN new = 'true'
		WHEN 'legacy_hashes' THEN new = 'true'
		WHEN 'legacy_passwords' THEN new = 'true'
		WHEN 'password_min_length' THEN
			coalesce((new #>> '{}'::text[])::int, 15) < coalesce((old #>> '{}'::text[])::int, 15)
		WHEN 'password_cost' THEN
			coalesce((new #>> '{}'::text[])::int, 10) < coalesce((old #>> '{}'::text[])::int, 10)
		WHEN 'max_session_duration' THEN
			coalesce((new #>> '{}'::text[])::int, 86400) > coalesce((old #>> '{}'::text[])::int, 86400)
		WHEN 'managers_group' THEN new IS DISTINCT FROM old
		WHEN 'token_format' THEN new = '"ks"'
		WHEN 'default_user_role' THEN new <> 'null' AND new IS DISTINCT FROM old
		WHEN 'default_widget_role' THEN new <> 'null' AND new IS DISTINCT FROM old
		ELSE false
	END;
COMMENT ON FUNCTION authz.setting_weakens(text, jsonb, jsonb) IS 'whether a change of that setting gives somebody more than before';

CREATE FUNCTION authz.settings_after(account_id int, changes jsonb, bound bool) RETURNS jsonb
	LANGUAGE plpgsql STABLE AS $$
DECLARE
	before jsonb;
	change record;
BEGIN
	IF jsonb_typeof(changes) <> 'object' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'settings must be an object';
	END IF;
	SELECT a.settings INTO before FROM authz.account a WHERE a.account_id = settings_after.account_id;
	FOR change IN SELECT c.key, c.value FROM jsonb_each(changes) c LOOP
		IF change.value <> 'null' THEN
			PERFORM authz.check_setting(account_id, change.key, change.value);
		END IF;
		IF bound AND authz.setting_weakens(change.key, before -> change.key, change.value) THEN
			RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'permission denied',
				HINT = 'Settings that weaken an account are changed while no session is set.';
		END IF;
	END LOOP;
	RETURN jsonb_strip_nulls(before || changes);
END
$$;
COMMENT ON FUNCTION authz.settings_after(int, jsonb, bool) IS 'settings after changes that are checked';
