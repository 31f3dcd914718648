-- Tables of issuers ------------------------------------------------------------
--
-- Others whose tokens are believed in an account. A token says of itself whose it
-- is and for whom; where it is to be a session that pair has to mean one account.

CREATE TABLE authz.issuer (
	account_id   int NOT NULL REFERENCES authz.account,
	issuer       text NOT NULL CHECK (octet_length(issuer) BETWEEN 1 AND 1000 AND issuer !~ '[[:cntrl:]]'),
	jwks         jsonb NOT NULL,
	audience     text NOT NULL CHECK (octet_length(audience) BETWEEN 1 AND 1000 AND audience !~ '[[:cntrl:]]'),
	algorithms   text[] NOT NULL CHECK (cardinality(algorithms) > 0
		AND algorithms <@ '{RS256,RS384,RS512,PS256,PS384,PS512,ES256,ES384,ES512,EdDSA}'),
	user_claim   text NOT NULL CHECK (user_claim <> ''),
	role_claim   text CHECK (role_claim <> ''),
	direct       bool NOT NULL,
	max_lifetime int NOT NULL CHECK (max_lifetime > 0),
	created_at   timestamptz NOT NULL DEFAULT now(),
	updated_at   timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (account_id, issuer)
);
CREATE UNIQUE INDEX issuer_direct ON authz.issuer (issuer, audience) WHERE direct;
COMMENT ON TABLE authz.issuer IS 'who else signs tokens that are believed in an account';
COMMENT ON COLUMN authz.issuer.jwks IS 'public keys: nothing here signs';
COMMENT ON COLUMN authz.issuer.role_claim IS 'what names the user''s roles, by authz.issuer_role; NULL: they are those that he has here';
COMMENT ON COLUMN authz.issuer.direct IS 'its tokens are sessions; else they are exchanged for one alone';

CREATE TABLE authz.issuer_role (
	account_id int NOT NULL,
	issuer     text NOT NULL,
	value      text NOT NULL CHECK (octet_length(value) BETWEEN 1 AND 1000 AND value !~ '[[:cntrl:]]'),
	role_id    bigint NOT NULL,
	PRIMARY KEY (account_id, issuer, value, role_id),
	FOREIGN KEY (account_id, issuer) REFERENCES authz.issuer (account_id, issuer),
	FOREIGN KEY (account_id, role_id) REFERENCES authz.role (account_id, role_id)
);
CREATE INDEX issuer_role_role ON authz.issuer_role (role_id);
COMMENT ON TABLE authz.issuer_role IS 'which role what an issuer says of a user means: one of the account in sessions, one of an application where tokens are exchanged';
