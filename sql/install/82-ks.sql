-- Kaltura's sessions ---------------------------------------------------------
--
-- As texts, with the secret at hand; what makes them sessions of an account is
-- its setting accept_ks. And those made by others that were refused, with the
-- reason that their bearer is not told.

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

CREATE VIEW authz_session_refusals WITH (security_barrier) AS
	SELECT e.account_id, e.occurred_at, e.object AS session_id, e.subject AS user_id,
		jsonb_extract_path_text(e.detail, 'reason') AS reason, jsonb_extract_path_text(e.detail, 'source') AS source,
		e.database_role
	FROM authz.audit_event e
	WHERE e.action = 'session.refuse' AND e.account_id = (SELECT authz_reading_account('session.list'));
COMMENT ON VIEW authz_session_refusals IS
	'sessions made by others that were refused and why, Kaltura''s and those of issuers, once an hour for each client; with session.list';
GRANT SELECT ON authz_session_refusals TO PUBLIC;
