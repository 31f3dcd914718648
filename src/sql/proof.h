/*
 * proof.h
 *	  Proofs of a secret, as all doors judge them: who fails waits, and learns
 *	  nothing but that.
 *
 * Failures are counted for a subject, what was to be proven, in the order that
 * store/failure.h asks for: wait, look, then failed or right.
 */
#ifndef AUTHZ_SQL_PROOF_H
#define AUTHZ_SQL_PROOF_H

#include "postgres.h"

#include "compat.h"
#include "store/statement.h"

/* Whether an attempt must not be looked at now. */
extern bool authz_proof_must_wait(const char *subject);

extern void authz_proof_failed(const char *subject);
extern void authz_proof_right(const char *subject);

/* 28P01: one answer for what is unknown, not active or wrongly proven. */
AUTHZ_NORETURN extern void authz_proof_refuse(void);

/*
 * Whether the secret is the one of a row of the statement; *row is then which.
 * Its columns begin with a verifier and, for one that pgcrypto made, what
 * authz.crypt() makes of the secret by it. Within authz_store_begin and _end;
 * the rows stay at hand.
 */
extern bool authz_proof_of_row(AuthzStatement *statement, Datum *values, const char *secret,
							   uint64 *row);

#endif
