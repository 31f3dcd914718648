-- one_time_code.sql - users of an application sign in by a code that they get by mail
--
-- A custom adapter is a function that finds out who somebody is,
--
--     (credential jsonb) -> jsonb     what authz_login_custom() was given -> who that is, or NULL
--
-- and, where authz is custom too, one that finds out which role he has,
--
--     (user_id text) -> text          a role of the application by its name or label, or NULL
--
-- They run with the rights of their owner, who registers them himself, under the
-- search path pg_catalog, and without the caller's session. What they raise is a
-- refusal. Failures are counted and made to wait by authz, for the user_id that
-- the credential names.
--
--     psql -v application_id="'…'" -f one_time_code.sql
--
-- as a role that owns the schema and may execute authz_administer().

CREATE SCHEMA code_by_mail;

-- Codes are short, so they are good for ten minutes and once.
CREATE TABLE code_by_mail.code (
	user_id    text PRIMARY KEY,
	digest     bytea NOT NULL,
	expires_at timestamptz NOT NULL
);

-- To be called by what sends the mail, and granted to nobody else.
CREATE FUNCTION code_by_mail.make(user_id text) RETURNS text
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	-- 40 bits of a random uuid
	code text := upper(left(replace(gen_random_uuid()::text, '-', ''), 10));
BEGIN
	INSERT INTO code_by_mail.code AS c (user_id, digest, expires_at)
	VALUES (lower(make.user_id), sha256(convert_to(lower(make.user_id) || ' ' || code, 'UTF8')), now() + interval '10 minutes')
	ON CONFLICT ON CONSTRAINT code_pkey DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at;
	RETURN code;
END
$$;
REVOKE EXECUTE ON FUNCTION code_by_mail.make(text) FROM PUBLIC;

-- {"user_id": "ann", "code": "0123456789"} -> {"user_id": "ann"}
CREATE FUNCTION code_by_mail.authenticate(credential jsonb) RETURNS jsonb
	LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
	DELETE FROM code_by_mail.code c
	WHERE c.user_id = lower(credential ->> 'user_id') AND c.expires_at > now()
		AND c.digest = sha256(convert_to(c.user_id || ' ' || upper(credential ->> 'code'), 'UTF8'))
	RETURNING jsonb_build_object('user_id', c.user_id)
$$;
REVOKE EXECUTE ON FUNCTION code_by_mail.authenticate(jsonb) FROM PUBLIC;

-- Who has mail there is a user of the application already, with the role that he was given.
SELECT authz_adapter_configure(:application_id, authenticate => 'code_by_mail.authenticate(jsonb)');
SELECT authz_sign_in_configure(:application_id, 'custom', 'internal', refresh_details_on_login => false);
