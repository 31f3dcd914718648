-- Kaltura's sessions ---------------------------------------------------------
--
-- As texts, with the secret at hand. What makes them sessions of an account is
-- its setting accept_ks.

CREATE FUNCTION authz_ks_decode(ks text, secret text,
		OUT version int, OUT account_id int, OUT user_id text, OUT session_type authz_session_type, OUT expiry timestamptz,
		OUT privileges text)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_ks_decode(text, text) IS
	'what a Kaltura session (KS V1 or V2) says, expired or not; NULL unless it is signed with this secret';

CREATE FUNCTION authz_ks_encode(account_id int, secret text, user_id text DEFAULT NULL, session_type text DEFAULT 'user',
		expiry timestamptz DEFAULT NULL, privileges text DEFAULT NULL, version int DEFAULT 2)
	RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_ks_encode(int, text, text, text, timestamptz, text, int) IS
	'makes a Kaltura session (KS V2) signed with the secret; it ends after a day unless told otherwise';
