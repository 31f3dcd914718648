-- Signed texts and public keys ----------------------------------------------
--
-- Both are for everybody: the function tells nothing of the database, and public
-- keys are there to be known by those who verify.

CREATE FUNCTION authz_jws_verify(jws text, key jsonb) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_jws_verify(text, jsonb) IS
	'payload of a JWS in compact form that is signed with the JWK, or with the one of a JWK set that kid and alg pick; NULL for any other';

CREATE FUNCTION authz_publishing_account() RETURNS int
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_publishing_account() IS
	'the account whose public keys are asked for: the session''s; while none is set, the one of authz.account, or 0';

CREATE VIEW authz_jwks WITH (security_barrier) AS
	SELECT k.kid, k.account_id, k.public_jwk AS jwk
	FROM authz.signing_key k
	JOIN authz.account a ON a.account_id = k.account_id AND a.status = 'active'
	WHERE k.account_id = (
			SELECT CASE p.asked WHEN 0 THEN (SELECT min(o.account_id) FROM authz.account o HAVING count(*) = 1) ELSE p.asked END
			FROM authz_publishing_account() AS p (asked))
		AND k.public_jwk IS NOT NULL
		AND (k.retires_at IS NULL OR k.retires_at > statement_timestamp());
COMMENT ON VIEW authz_jwks IS 'public keys that an account''s session tokens are verified with, for everybody; those of one account';
GRANT SELECT ON authz_jwks TO PUBLIC;
