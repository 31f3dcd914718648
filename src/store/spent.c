/*
 * spent.c
 *	  Proofs that are good once.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "pure/digest.h"
#include "store/spent.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* The key is the lock: who comes second waits for the first, and finds it taken. */
static AuthzStatement spend_statement = {
	.sql = "INSERT INTO authz.spent_proof (application_id, digest, expires_at)"
		   " VALUES ($1::uuid, $2, $3) ON CONFLICT DO NOTHING",
	.nargs = 3,
	.argtypes = {TEXTOID, TEXTOID, TIMESTAMPTZOID},
};

/* More than come in: the table shrinks to what is in force. */
static AuthzStatement purge_statement = {
	.sql = "DELETE FROM authz.spent_proof WHERE (application_id, digest) IN ("
		   "  SELECT application_id, digest FROM authz.spent_proof WHERE expires_at < $1"
		   "   ORDER BY expires_at LIMIT 2 FOR UPDATE SKIP LOCKED)",
	.nargs = 1,
	.argtypes = {TIMESTAMPTZOID},
};

/* A clock that is set back must not find gone what it makes good again. */
#define KEPT_SECONDS 3600

bool
authz_spend_proof(const char *application, const char *proof, TimestampTz expires_at)
{
	char digest[AUTHZ_HASH_MAX_HEX + 1];
	Datum values[3];
	AuthzActing acting;
	bool first;

	if (!authz_hash_hex(AUTHZ_HASH_SHA256, proof, strlen(proof), "", 0, digest))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("the cryptographic library has no SHA-256")));
	values[0] = CStringGetTextDatum(application);
	values[1] = CStringGetTextDatum(digest);
	values[2] = TimestampTzGetDatum(expires_at);
	authz_store_begin(&acting);
	first = authz_store_write(&spend_statement, values, NULL) == 1;

	/* An older snapshot may meet rows that another purge has deleted since. */
	if (first && !IsolationUsesXactSnapshot())
	{
		values[0] = TimestampTzGetDatum(GetCurrentTimestamp() - KEPT_SECONDS * USECS_PER_SEC);
		(void) authz_store_write(&purge_statement, values, NULL);
	}
	authz_store_end(&acting);
	return first;
}
