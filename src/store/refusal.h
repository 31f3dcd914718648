/*
 * refusal.h
 *	  Sessions made by others that were refused, Kaltura's and those of registered
 *	  issuers, noted for administrators: their bearer learns that they are not
 *	  valid and no more.
 *
 * A note outlives the transaction that it is about, so a background worker writes
 * it. Nobody waits for it, and of the same refusal there is one an hour.
 */
#ifndef AUTHZ_STORE_REFUSAL_H
#define AUTHZ_STORE_REFUSAL_H

#include "postgres.h"

#define AUTHZ_REFUSAL_SOURCE_MAX 46 /* an address and its end */
#define AUTHZ_REFUSAL_REASON_MAX 16
#define AUTHZ_REFUSAL_ID_MAX 41

typedef struct AuthzRefusal
{
	int64 principal_id; /* 0 where it is not known */
	int account_id;
	Oid role; /* of the database */
	char reason[AUTHZ_REFUSAL_REASON_MAX];
	char session_id[AUTHZ_REFUSAL_ID_MAX]; /* '' where it is not proven */
	char source[AUTHZ_REFUSAL_SOURCE_MAX]; /* where the client is */
} AuthzRefusal;

/* Notes it in the audit, or in the server's log where no worker can. */
extern void authz_refusal_note(int account_id, int64 principal_id, const char *session_id,
							   const char *reason);

/* For the worker. */
extern bool authz_refusal_write(const AuthzRefusal *refusal);

#endif
