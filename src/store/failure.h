/*
 * failure.h
 *	  Failed proofs of a secret, counted outside the caller's transaction.
 *
 * A count belongs to a subject (what was to be proven) and a source (where the
 * attempt came from), so that guessing from one place locks nobody out who
 * asks from another. It is kept in shared memory when the library is
 * preloaded, where a restart of the server forgets it, else in a table that a
 * background worker writes and commits.
 *
 * Every door that judges a proof does so in this order:
 *
 *		wait	above 0: refuse without looking at the proof
 *		...		judge the proof
 *		count	it was wrong; refuse, whatever count says
 *		forget	it was right
 *
 * and asks wait once for each attempt: behind a subject that waits, 0 is given
 * to one caller at a time. Without preloading an attempt may find no worker
 * free. Its refusal is then known to the client but not counted, so this
 * backend looks at no further proof before it has been; a client that may open
 * connections at will and keeps every worker busy is bound only by the cost of
 * a connection for each guess. Preloading has no such gap.
 */
#ifndef AUTHZ_STORE_FAILURE_H
#define AUTHZ_STORE_FAILURE_H

#include "postgres.h"

/* Called from _PG_init: reserves shared memory when preloading. */
extern void authz_failure_init(void);

/*
 * Milliseconds until the next attempt is looked at; 0 means now. Where nothing
 * can be counted (in a parallel worker; on a standby without preloading)
 * nothing is looked at either.
 */
extern int64 authz_failure_wait(const char *subject, const char *source);

/*
 * Counts one failure, durably against a rollback of the caller, before it
 * returns. False when it was not counted.
 */
extern bool authz_failure_count(const char *subject, const char *source);

/* After a right proof: forgets the failures of this subject from this source, rolled back or not. */
extern void authz_failure_forget(const char *subject, const char *source);

/* Where this backend's client comes from: its address, or 'local'. */
extern const char *authz_failure_source(void);

#endif
