-- Signed texts -------------------------------------------------------------
--
-- For everybody: the function tells nothing of the database.

CREATE FUNCTION authz_jws_verify(jws text, key jsonb) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_jws_verify(text, jsonb) IS
	'payload of a JWS in compact form that is signed with the JWK, or with the one of a JWK set that kid and alg pick; NULL for any other';
