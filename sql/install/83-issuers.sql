-- Issuers --------------------------------------------------------------------
--
-- Others whose tokens are believed: JWTs that they sign are sessions, or are
-- exchanged for one by authz_login_sso(). Whoever says whose signature is believed
-- can be anybody in the account, so this takes what acting for others takes.

CREATE FUNCTION authz_issuer_add(issuer text, jwks jsonb, audience text, algorithms text[], user_claim text DEFAULT 'sub',
		role_claim text DEFAULT NULL, direct bool DEFAULT false, max_lifetime int DEFAULT 3600)
	RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_issuer_add(text, jsonb, text, text[], text, text, bool, int) IS
	'has the account believe tokens that another signs; direct: they are sessions as they are';

CREATE FUNCTION authz_issuer_update(issuer text, jwks jsonb DEFAULT NULL, audience text DEFAULT NULL, algorithms text[] DEFAULT NULL,
		user_claim text DEFAULT NULL, role_claim text DEFAULT NULL, direct bool DEFAULT NULL, max_lifetime int DEFAULT NULL,
		clear text[] DEFAULT '{}')
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_issuer_update(text, jsonb, text, text[], text, text, bool, int, text[]) IS
	'changes an issuer, its keys say; sessions by its tokens obey with their next statement';

CREATE FUNCTION authz_issuer_delete(issuer text) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_issuer_delete(text) IS 'believes an issuer no more; sessions by its tokens end';

CREATE FUNCTION authz_issuer_role_add(issuer text, value text, role_id bigint) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_issuer_role_add(text, text, bigint) IS
	'says which role a value of the issuer''s role claim means';

CREATE FUNCTION authz_issuer_role_delete(issuer text, value text, role_id bigint DEFAULT NULL) RETURNS bool
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_issuer_role_delete(text, text, bigint) IS
	'lets a value of the issuer''s role claim mean a role, or any, no more';

CREATE FUNCTION authz.check_issuer_keys(jwks jsonb, algorithms text[]) RETURNS void
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'authz_check_issuer_keys';
COMMENT ON FUNCTION authz.check_issuer_keys(jsonb, text[]) IS
	'raises 22023 unless it is a set of public keys, each of which a token can mean, for these algorithms';

CREATE FUNCTION authz.issuer_algorithms(algorithms text[]) RETURNS text[]
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
	known CONSTANT text[] := '{RS256,RS384,RS512,PS256,PS384,PS512,ES256,ES384,ES512,EdDSA}';
	-- With Ed25519, by whichever of its names.
	given text[] := ARRAY(SELECT CASE lower(a.name) WHEN 'ed25519' THEN 'eddsa' ELSE lower(a.name) END FROM unnest(algorithms) AS a (name));
	result text[] := ARRAY(
		SELECT k.name FROM unnest(known) WITH ORDINALITY AS k (name, n) WHERE lower(k.name) = ANY (given) ORDER BY k.n);
BEGIN
	IF result = '{}' OR EXISTS (
		SELECT FROM unnest(given) AS g (name)
		WHERE coalesce(g.name, '') NOT IN (SELECT lower(k.name) FROM unnest(known) AS k (name)))
	THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid algorithms',
			HINT = format('Name one or more of %s: those that whoever verifies cannot sign by.', array_to_string(known, ', '));
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION authz.issuer_algorithms(text[]) IS 'algorithms as they are spelled, each once; 22023 for others than those of pairs of keys';

CREATE FUNCTION authz.check_issuer(given authz.issuer) RETURNS void
	LANGUAGE plpgsql STABLE AS $$
BEGIN
	PERFORM authz.check_given(given.issuer, 'issuer'), authz.check_given(given.audience, 'audience');
	IF octet_length(given.issuer) > 1000 OR octet_length(given.audience) > 1000 OR given.issuer || given.audience ~ '[[:cntrl:]]' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid issuer or audience',
			HINT = 'Each has at most 1000 bytes, and no control characters.';
	END IF;
	IF EXISTS (SELECT FROM authz.account a WHERE lower(given.issuer) = lower('urn:uuid:' || a.issuer)) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid issuer', HINT = 'This database signs by that name itself.';
	END IF;
	IF length(given.user_claim) NOT BETWEEN 1 AND 200 OR length(given.role_claim) > 200
		OR given.user_claim || coalesce(given.role_claim, '') ~ '[[:cntrl:]]'
	THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid claim',
			HINT = 'A claim''s name has at most 200 characters, and no control characters.';
	END IF;
	PERFORM authz.check_seconds(given.max_lifetime, 'max_lifetime', 1);
	IF given.jwks IS NULL THEN
		PERFORM authz.check_given(NULL, 'jwks');
	END IF;
	PERFORM authz.check_issuer_keys(given.jwks, given.algorithms);
	-- Whose it is stays untold.
	IF given.direct AND EXISTS (
		SELECT FROM authz.issuer i
		WHERE i.direct AND i.issuer = given.issuer AND i.audience = given.audience AND i.account_id <> given.account_id)
	THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = 'tokens of that issuer for that audience mean another account already',
			HINT = 'Have the issuer name another audience, or let its tokens be exchanged alone.';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_issuer(authz.issuer) IS 'raises for what cannot be registered';

CREATE FUNCTION authz.issuer_of(account_id int, issuer text) RETURNS authz.issuer
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	result authz.issuer;
BEGIN
	PERFORM authz.check_given(issuer, 'issuer');
	SELECT i.* INTO result FROM authz.issuer i
	WHERE i.account_id = issuer_of.account_id AND i.issuer = issuer_of.issuer FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('there is no issuer "%s"', issuer);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION authz.issuer_of(int, text) IS 'an issuer of the account, locked; P0002 for none';

-- Who signs for a gateway is another one now.
CREATE FUNCTION authz.end_sign_ins_by(account_id int, issuer text) RETURNS void
	LANGUAGE sql VOLATILE AS $$
	WITH changed AS (
		UPDATE authz.sign_in_setting s SET sign_in_id = nextval('authz.sign_in_id_seq'), updated_at = now()
		FROM authz.sso_setting o
		WHERE o.account_id = end_sign_ins_by.account_id AND o.issuer = end_sign_ins_by.issuer
			AND s.application_id = o.application_id AND s.authn = 'sso'
		RETURNING s.application_id)
	SELECT authz.delete_outdated_sign_ins(c.application_id) FROM changed c
$$;
COMMENT ON FUNCTION authz.end_sign_ins_by(int, text) IS 'ends the sessions of applications that were signed in to by the word of an issuer';

CREATE FUNCTION authz.issuer_add(account_id int, acting bigint, issuer text, jwks jsonb, audience text, algorithms text[],
		user_claim text, role_claim text, direct bool, max_lifetime int)
	RETURNS text
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	new authz.issuer;
BEGIN
	new.account_id := account_id;
	new.issuer := issuer;
	new.jwks := jwks;
	new.audience := audience;
	new.algorithms := authz.issuer_algorithms(algorithms);
	new.user_claim := coalesce(nullif(user_claim, ''), 'sub');
	new.role_claim := nullif(role_claim, '');
	new.direct := coalesce(direct, false);
	new.max_lifetime := coalesce(max_lifetime, 3600);
	new.created_at := now();
	new.updated_at := now();
	PERFORM authz.check_issuer(new);
	IF EXISTS (SELECT FROM authz.issuer i WHERE i.account_id = new.account_id AND i.issuer = new.issuer) THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('issuer "%s" exists already', issuer);
	END IF;
	INSERT INTO authz.issuer VALUES (new.*);
	PERFORM authz.end_sign_ins_by(account_id, issuer);
	PERFORM authz.note(account_id, acting, 'issuer.add', issuer, to_jsonb(new) - '{account_id,issuer,created_at,updated_at}'::text[]);
	RETURN issuer;
END
$$;
COMMENT ON FUNCTION authz.issuer_add(int, bigint, text, jsonb, text, text[], text, text, bool, int) IS 'body of authz_issuer_add()';

CREATE FUNCTION authz.issuer_update(account_id int, acting bigint, issuer text, jwks jsonb, audience text, algorithms text[],
		user_claim text, role_claim text, direct bool, max_lifetime int, clear text[])
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	former authz.issuer := authz.issuer_of(account_id, issuer);
	new authz.issuer := former;
BEGIN
	PERFORM authz.check_clear(clear, 'role_claim');
	new.jwks := coalesce(jwks, former.jwks);
	new.audience := coalesce(nullif(audience, ''), former.audience);
	new.algorithms := CASE WHEN algorithms IS NULL THEN former.algorithms ELSE authz.issuer_algorithms(algorithms) END;
	new.user_claim := coalesce(nullif(user_claim, ''), former.user_claim);
	new.role_claim := authz.text_after(former.role_claim, role_claim, 'role_claim', clear);
	new.direct := coalesce(direct, former.direct);
	new.max_lifetime := coalesce(max_lifetime, former.max_lifetime);
	new.updated_at := now();
	PERFORM authz.check_issuer(new);
	UPDATE authz.issuer i
	SET jwks = new.jwks, audience = new.audience, algorithms = new.algorithms, user_claim = new.user_claim, role_claim = new.role_claim,
		direct = new.direct, max_lifetime = new.max_lifetime, updated_at = new.updated_at
	WHERE i.account_id = new.account_id AND i.issuer = new.issuer;
	-- What was revoked stays so for as long as tokens may last from here on.
	IF new.max_lifetime > former.max_lifetime THEN
		UPDATE authz.revocation r SET expires_at = authz.last_end(r.account_id, nullif(r.issuer, ''))
		WHERE r.account_id = new.account_id AND r.issuer IN ('', new.issuer) AND r.expires_at > now()
			AND r.expires_at < authz.last_end(r.account_id, nullif(r.issuer, ''));
	END IF;
	PERFORM authz.note(account_id, acting, 'issuer.update', issuer,
		jsonb_build_object('jwks', jwks, 'audience', nullif(audience, ''), 'algorithms', algorithms, 'user_claim', nullif(user_claim, ''),
			'role_claim', nullif(role_claim, ''), 'direct', direct, 'max_lifetime', max_lifetime, 'clear', nullif(clear, '{}')));
END
$$;
COMMENT ON FUNCTION authz.issuer_update(int, bigint, text, jsonb, text, text[], text, text, bool, int, text[]) IS
	'body of authz_issuer_update()';

-- Registered again, it brings no session back.
CREATE FUNCTION authz.issuer_delete(account_id int, acting bigint, issuer text) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
BEGIN
	PERFORM FROM authz.issuer i WHERE i.account_id = account_id AND i.issuer = issuer FOR UPDATE;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM authz.note_revocation(account_id, NULL, NULL, NULL, issuer, statement_timestamp());
	DELETE FROM authz.issuer_role m WHERE m.account_id = account_id AND m.issuer = issuer;
	DELETE FROM authz.issuer i WHERE i.account_id = account_id AND i.issuer = issuer;
	PERFORM authz.end_sign_ins_by(account_id, issuer);
	PERFORM authz.note(account_id, acting, 'issuer.delete', issuer);
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.issuer_delete(int, bigint, text) IS 'body of authz_issuer_delete()';

CREATE FUNCTION authz.issuer_role_add(account_id int, acting bigint, issuer text, value text, role_id bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	believed authz.issuer := authz.issuer_of(account_id, issuer);
	given authz.role := authz.role_of(account_id, role_id);
BEGIN
	PERFORM authz.check_given(value, 'value');
	IF octet_length(value) > 1000 OR value ~ '[[:cntrl:]]' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid value',
			HINT = 'It has at most 1000 bytes, and no control characters.';
	END IF;
	IF EXISTS (
		SELECT FROM authz.issuer_role m
		WHERE m.account_id = believed.account_id AND m.issuer = believed.issuer AND m.value = issuer_role_add.value AND m.role_id = given.role_id)
	THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('"%s" means role %s already', value, role_id);
	END IF;
	INSERT INTO authz.issuer_role (account_id, issuer, value, role_id) VALUES (believed.account_id, believed.issuer, value, given.role_id);
	PERFORM authz.note(account_id, acting, 'issuer_role.add', issuer, jsonb_build_object('value', value, 'role_id', role_id));
END
$$;
COMMENT ON FUNCTION authz.issuer_role_add(int, bigint, text, text, bigint) IS 'body of authz_issuer_role_add()';

CREATE FUNCTION authz.issuer_role_delete(account_id int, acting bigint, issuer text, value text, role_id bigint) RETURNS bool
	LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
BEGIN
	DELETE FROM authz.issuer_role m
	WHERE m.account_id = account_id AND m.issuer = issuer AND m.value = value AND m.role_id = coalesce(role_id, m.role_id);
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM authz.note(account_id, acting, 'issuer_role.delete', issuer, jsonb_build_object('value', value, 'role_id', role_id));
	RETURN true;
END
$$;
COMMENT ON FUNCTION authz.issuer_role_delete(int, bigint, text, text, bigint) IS 'body of authz_issuer_role_delete()';

CREATE VIEW authz_issuers WITH (security_barrier) AS
	SELECT i.issuer, i.account_id, i.jwks, i.audience, i.algorithms, i.user_claim, i.role_claim, i.direct, i.max_lifetime,
		i.created_at, i.updated_at
	FROM authz.issuer i
	WHERE i.account_id = (SELECT authz_reading_account('issuer.list'));
COMMENT ON VIEW authz_issuers IS 'who else signs tokens that the account believes; with issuer.list';

CREATE VIEW authz_issuer_roles WITH (security_barrier) AS
	SELECT m.issuer, m.account_id, m.value, m.role_id, r.name AS role, r.application_id
	FROM authz.issuer_role m
	JOIN authz.role r ON r.role_id = m.role_id
	WHERE m.account_id = (SELECT authz_reading_account('issuer_role.list'));
COMMENT ON VIEW authz_issuer_roles IS 'which roles what issuers say of users means; with issuer_role.list';

GRANT SELECT ON authz_issuers, authz_issuer_roles TO PUBLIC;
