/*
 * spent.h
 *	  Proofs that are good once.
 */
#ifndef AUTHZ_STORE_SPENT_H
#define AUTHZ_STORE_SPENT_H

#include "postgres.h"

#include "datatype/timestamp.h"

/*
 * Spends a proof of an application (its uuid as text), which would be good
 * until that moment; false when it was spent before. Of several connections
 * that bring the same one the others wait for the transaction of the first: it
 * is spent with its commit. What names a proof is hashed, and may be anything.
 */
extern bool authz_spend_proof(const char *application, const char *proof, TimestampTz expires_at);

#endif
