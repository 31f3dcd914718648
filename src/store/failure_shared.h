/*
 * failure_shared.h
 *	  Failures counted in shared memory, where the library is preloaded.
 */
#ifndef AUTHZ_STORE_FAILURE_SHARED_H
#define AUTHZ_STORE_FAILURE_SHARED_H

#include "postgres.h"

#include "store/failure_rule.h"

#define AUTHZ_FAILURE_SALT_BYTES 16

extern void authz_failure_shared_init(void);

/*
 * The salt of digests that are kept here, NULL when nothing is kept here. It
 * changes with each start, so that nobody can choose texts that share a bucket.
 */
extern const uint8 *authz_failure_shared_salt(void);

/* As in failure.h. */
extern int64 authz_failure_shared_wait(const AuthzFailureKey *key);
extern bool authz_failure_shared_count(const AuthzFailureKey *key);
extern void authz_failure_shared_forget(const AuthzFailureKey *key);

#endif
