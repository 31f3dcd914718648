-- Management: what its functions share ---------------------------------------
--
-- Each management function is a door in C, which decides, and a body in schema
-- authz, which writes. A body runs as the extension's owner with nothing but
-- pg_catalog in its search path; its first arguments are the account and the
-- principal that acts, NULL for who is bound by no rule of membership.

CREATE FUNCTION authz.random_bytes(n int) RETURNS bytea
	LANGUAGE C VOLATILE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'authz_random_bytes';
COMMENT ON FUNCTION authz.random_bytes(int) IS 'bytes that nobody can guess';

CREATE FUNCTION authz.random_hex(n int) RETURNS text
	LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
	RETURN encode(authz.random_bytes(n), 'hex');
COMMENT ON FUNCTION authz.random_hex(int) IS 'so many bytes that nobody can guess, in hexadecimal';

CREATE FUNCTION authz.verifier(secret text) RETURNS text
	LANGUAGE C VOLATILE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'authz_verifier';
COMMENT ON FUNCTION authz.verifier(text) IS 'verifier of a secret that authz made: nobody guesses those';

CREATE FUNCTION authz.crypt_verifier(secret text) RETURNS text
	LANGUAGE plpgsql VOLATILE STRICT AS $$
DECLARE
	salt text;
BEGIN
	IF octet_length(secret) > 72 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'secret is too long',
			HINT = 'It has at most 72 bytes.';
	END IF;
	EXECUTE format('SELECT %I.gen_salt(''bf'', 10)', (
		SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
		WHERE e.extname = 'pgcrypto'))
	INTO salt;
	RETURN authz.crypt(secret, salt);
END
$$;
COMMENT ON FUNCTION authz.crypt_verifier(text) IS 'verifier of a secret that somebody chose: slow to try';

CREATE FUNCTION authz.session_tag() RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'authz_session_tag';
COMMENT ON FUNCTION authz.session_tag() IS 'what the session in force says it is used by, its privilege appId, or which other issuer has signed it; NULL for neither';

CREATE FUNCTION authz.note(account_id int, acting bigint, action text, object text, detail jsonb DEFAULT NULL) RETURNS void
	LANGUAGE sql VOLATILE AS $$
	INSERT INTO authz.audit_event (account_id, subject, actor, action, object, detail, tag)
	VALUES (account_id, @extschema@.authz_current_user_id(), @extschema@.authz_current_actor(), action, object,
		(SELECT jsonb_object_agg(d.key, d.value) FROM jsonb_each(detail) d WHERE d.value <> 'null'),
		authz.session_tag())
$$;
COMMENT ON FUNCTION authz.note(int, bigint, text, text, jsonb) IS 'writes who did what to what; never a secret';

-- Arguments: '' is as good as NULL for optional text.

CREATE FUNCTION authz.word(word text, what text, allowed anyarray) RETURNS anyelement
	LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	n int := cardinality(allowed);
	result int := array_position(allowed::text[], lower(word));
BEGIN
	IF nullif(word, '') IS NULL THEN
		RETURN NULL;
	END IF;
	IF result IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('invalid %s "%s"', what, word),
			HINT = format('It is one of %s and %s.', array_to_string(allowed[:n - 1], ', '), allowed[n]);
	END IF;
	RETURN allowed[result];
END
$$;
COMMENT ON FUNCTION authz.word(text, text, anyarray) IS 'the value of an enum type that a word means, in any case';

CREATE FUNCTION authz.text_after(old text, new text, field text, clear text[]) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN field = ANY (clear) THEN NULL ELSE coalesce(nullif(new, ''), old) END;
COMMENT ON FUNCTION authz.text_after(text, text, text, text[]) IS 'a field after an update that may set or empty it';

CREATE FUNCTION authz.list(elements text[]) RETURNS text[]
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN ARRAY(SELECT e.element FROM unnest(elements) WITH ORDINALITY AS e (element, n) ORDER BY e.n);
COMMENT ON FUNCTION authz.list(text[]) IS 'an array of any dimensions as a plain list';

CREATE FUNCTION authz.check_clear(clear text[], VARIADIC fields text[]) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	IF NOT coalesce(clear, '{}') <@ fields THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'there is a field to clear that cannot be empty',
			HINT = format('What can be cleared: %s.', array_to_string(fields, ', '));
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_clear(text[], text[]) IS 'raises 22023 for a field that cannot be emptied';

CREATE FUNCTION authz.check_given(value text, what text) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	IF coalesce(value, '') = '' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s must be given', what);
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_given(text, text) IS 'raises 22023 for a text that is not given';

CREATE FUNCTION authz.check_period(valid_from timestamptz, valid_until timestamptz) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	IF valid_from >= valid_until THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'valid_from must be before valid_until';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_period(timestamptz, timestamptz) IS 'raises 22023 for a time that ends before it begins';

CREATE FUNCTION authz.check_seconds(seconds int, what text, minimum int) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	IF seconds < minimum THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('invalid %s %s', what, seconds),
			HINT = format('It is a number of seconds, at least %s.', minimum);
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_seconds(int, text, int) IS 'raises 22023 for a duration that is too short';

CREATE FUNCTION authz.new_id(sequence regclass, chosen bigint) RETURNS bigint
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF chosen IS NULL THEN
		RETURN nextval(sequence);
	END IF;
	IF chosen <= 0 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('invalid id %s', chosen), HINT = 'It is a positive number.';
	END IF;
	-- A sequence that stands at its end gives nobody an id any more.
	IF chosen > (SELECT s.seqmax / 2 FROM pg_sequence s WHERE s.seqrelid = sequence::oid) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('invalid id %s', chosen), HINT = 'It is too large.';
	END IF;
	IF chosen > coalesce(pg_sequence_last_value(sequence), 0) THEN
		PERFORM setval(sequence, chosen);
	END IF;
	RETURN chosen;
END
$$;
COMMENT ON FUNCTION authz.new_id(regclass, bigint) IS 'the chosen id, which the sequence then moves past, or the next one';

CREATE FUNCTION authz.limit_of(account_id int, setting text) RETURNS int
	LANGUAGE sql STABLE AS $$
	SELECT nullif((a.settings ->> setting)::int, 0) FROM authz.account a WHERE a.account_id = limit_of.account_id
$$;
COMMENT ON FUNCTION authz.limit_of(int, text) IS 'a limit that the account has set, NULL for none';

-- Names: P0002 for what is unknown, deleted, or of another kind.

CREATE FUNCTION authz.principal_of(account_id int, name text, kind text DEFAULT 'user or group') RETURNS bigint
	LANGUAGE plpgsql STABLE AS $$
DECLARE
	result bigint;
BEGIN
	PERFORM authz.check_given(name, kind);
	SELECT p.principal_id INTO result
	FROM authz.principal p
	WHERE p.account_id = principal_of.account_id AND lower(p.user_id) = lower(name) AND p.reused_at IS NULL
		AND p.status <> 'deleted'
		AND CASE principal_of.kind WHEN 'group' THEN p.kind = 'group' WHEN 'user' THEN p.kind <> 'group' ELSE true END;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('there is no %s "%s"', kind, name);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION authz.principal_of(int, text, text) IS 'the principal of a user id, a group id, or either';

CREATE FUNCTION authz.user_of(account_id int, user_id text) RETURNS bigint
	LANGUAGE sql STABLE
	RETURN authz.principal_of(account_id, user_id, 'user');
COMMENT ON FUNCTION authz.user_of(int, text) IS 'the principal of a user id';

CREATE FUNCTION authz.group_of(account_id int, group_id text) RETURNS bigint
	LANGUAGE sql STABLE
	RETURN authz.principal_of(account_id, group_id, 'group');
COMMENT ON FUNCTION authz.group_of(int, text) IS 'the principal of a group id';
