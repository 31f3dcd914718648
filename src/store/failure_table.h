/*
 * failure_table.h
 *	  The rows of authz.failure. Reading is for any backend, writing for the
 *	  worker, whose transaction is its own.
 */
#ifndef AUTHZ_STORE_FAILURE_TABLE_H
#define AUTHZ_STORE_FAILURE_TABLE_H

#include "postgres.h"

#include "store/failure_rule.h"

/* The failures that are committed at this moment and not forgotten; 0 for none. */
extern int authz_failure_table_read(const AuthzFailureKey *key, TimestampTz *last_at);

extern bool authz_failure_table_count(const AuthzFailureKey *key);
extern bool authz_failure_table_forget(const AuthzFailureKey *key);

/* The one attempt that is free since the last failure. */
typedef struct AuthzFailureClaim
{
	AuthzFailureKey key;
	TimestampTz last_at;
} AuthzFailureClaim;

/* Takes it; false if another took it. */
extern bool authz_failure_table_claim(const AuthzFailureClaim *claim);

/* Deletes rows that are forgotten. */
extern void authz_failure_table_purge(void);

#endif
