-- Secrets at rest ------------------------------------------------------------
--
-- Whoever uses a secret opens it with authz.open_secret(), whoever has a new one
-- gives it to authz.keep_secret(): nothing else knows how secrets are kept.

CREATE FUNCTION authz.sealing_version() RETURNS int
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'authz_sealing_version';
COMMENT ON FUNCTION authz.sealing_version() IS 'version of the file key that seals secrets now; 0 where authz.key_file is not set';

CREATE FUNCTION authz.seal_secret(secret_id bigint, value bytea, key_version int) RETURNS bytea
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'authz_seal_secret';
COMMENT ON FUNCTION authz.seal_secret(bigint, bytea, int) IS 'a secret as it is kept under this id, by the version that seals now';

CREATE FUNCTION authz.open_secret(secret_id bigint, value bytea, key_version int) RETURNS bytea
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'authz_open_secret';
COMMENT ON FUNCTION authz.open_secret(bigint, bytea, int) IS 'the secret of a row of authz.secret';

-- Where secrets have been sealed none is kept in clear because a setting got lost.
CREATE FUNCTION authz.check_sealing(version int) RETURNS int
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF version = 0 AND (SELECT s.key_version FROM authz.secret s ORDER BY s.secret_id DESC LIMIT 1) > 0 THEN
		RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = 'secrets are sealed here, and no key file is set',
			HINT = 'Set authz.key_file; where the key is lost, to a file with a new one by a higher version.';
	END IF;
	RETURN version;
END
$$;
COMMENT ON FUNCTION authz.check_sealing(int) IS 'raises 55000 where the latest secret is sealed and the next one would not be';

CREATE FUNCTION authz.keep_secret(value bytea) RETURNS bigint
	LANGUAGE sql VOLATILE AS $$
	INSERT INTO authz.secret (secret_id, value, key_version)
	SELECT n.secret_id, authz.seal_secret(n.secret_id, value, n.version), n.version
	FROM (SELECT nextval('authz.secret_secret_id_seq') AS secret_id, authz.check_sealing(authz.sealing_version()) AS version) n
	RETURNING secret_id
$$;
COMMENT ON FUNCTION authz.keep_secret(bytea) IS 'stores a secret that must be usable';

CREATE FUNCTION authz.delete_secrets(ids bigint[]) RETURNS void
	LANGUAGE sql VOLATILE AS $$
	DELETE FROM authz.secret s WHERE s.secret_id = ANY (ids)
$$;
COMMENT ON FUNCTION authz.delete_secrets(bigint[]) IS 'deletes secrets that nothing names any more';

CREATE FUNCTION authz_secrets_at_rest(OUT key_file bool, OUT in_clear bigint, OUT former_keys bigint)
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_secrets_at_rest() IS
	'whether authz.key_file is set, how many secrets are not sealed, how many by former keys; for administrators';

CREATE FUNCTION authz_seal() RETURNS int
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_seal() IS
	'seals the secrets that are not sealed by the newest key of authz.key_file; returns how many these were';

-- The lock waits for those who are keeping secrets by a former version, and who
-- keeps one afterwards asks the file: when it is committed, no version but the
-- newest is needed.
CREATE FUNCTION authz.seal(no_account int, acting bigint) RETURNS int
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	version int;
	last bigint := 0;
	batch int;
	sealed int := 0;
BEGIN
	LOCK TABLE authz.secret IN SHARE ROW EXCLUSIVE MODE;
	version := authz.sealing_version();
	IF version = 0 THEN
		RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = 'there is no key to seal with',
			HINT = 'Set authz.key_file in the server''s configuration.';
	END IF;
	LOOP
		WITH next AS MATERIALIZED (
			SELECT s.secret_id FROM authz.secret s
			WHERE s.secret_id > last AND s.key_version <> version
			ORDER BY s.secret_id LIMIT 1000),
		changed AS (
			UPDATE authz.secret s
			SET value = authz.seal_secret(s.secret_id, authz.open_secret(s.secret_id, s.value, s.key_version), version),
				key_version = version
			FROM next n WHERE s.secret_id = n.secret_id RETURNING s.secret_id)
		SELECT coalesce(max(c.secret_id), last), count(*) INTO last, batch FROM changed c;
		EXIT WHEN batch = 0;
		sealed := sealed + batch;
	END LOOP;
	IF sealed > 0 THEN
		PERFORM authz.note(a.account_id, acting, 'secret.seal', NULL, jsonb_build_object('key_version', version))
		FROM authz.account a;
	END IF;
	RETURN sealed;
END
$$;
COMMENT ON FUNCTION authz.seal(int, bigint) IS 'body of authz_seal()';
