/*
 * action.h
 *	  How often a session has been put in force that may be so only so often,
 *	  counted outside the caller's transaction.
 *
 * The count is a row that a background worker commits, where the library is
 * preloaded as well: a restart must not give a session its actions back, and no
 * flood of sessions may push another's count out.
 */
#ifndef AUTHZ_STORE_ACTION_H
#define AUTHZ_STORE_ACTION_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "pure/token.h"

typedef struct AuthzAction
{
	int account_id;
	int limit;
	TimestampTz expires_at; /* of the session, and with it of the count */
	char session_id[AUTHZ_JTI_MAX + 1];
} AuthzAction;

typedef enum AuthzActionResult
{
	AUTHZ_ACTION_COUNTED,
	AUTHZ_ACTION_EXHAUSTED,
	AUTHZ_ACTION_NOT_COUNTED /* in a parallel worker, on a standby, or no worker is free */
} AuthzActionResult;

/* Counts one, durably against a rollback of the caller, if it is within the limit. */
extern AuthzActionResult authz_action_count(const AuthzAction *action);

/* For the worker: false where the limit is reached; and what is over. */
extern bool authz_action_write(const AuthzAction *action);
extern void authz_action_purge(void);

#endif
