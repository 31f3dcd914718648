/*
 * restrict.c
 *	  Sessions that count for some clients, for some requests or so often only.
 *
 * A client on a socket of the machine has no address, and a request whose path
 * nobody has told has no path: who is restricted to some is not let in.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "pure/restriction.h"
#include "session/restrict.h"
#include "session/setting.h"
#include "store/action.h"
#include "store/client.h"
#include "utils/acl.h"
#include "utils/memutils.h"

/*
 * Where the request comes from. Who may speak for others is a gateway, and none of
 * its clients is where it is, whether or not it has said where: a client may end
 * its transaction or reset its settings.
 */
static bool
request_address(AuthzAddress *address)
{
	const char *told = authz_setting_request_address();

	if (pg_parameter_aclcheck(AUTHZ_REQUEST_ADDRESS, GetAuthenticatedUserId(), ACL_SET) ==
		ACLCHECK_OK)
		return authz_address_parse(told, strlen(told), address);
	return authz_client_address(address);
}

bool
authz_restrict_admits_address(const AuthzSession *session)
{
	AuthzAddress address;
	bool known = request_address(&address);

	return authz_restriction_admits_address(session->privileges, strlen(session->privileges),
											known ? &address : NULL);
}

bool
authz_restrict_admits_path(const AuthzSession *session)
{
	return authz_restriction_admits_path(session->privileges, strlen(session->privileges),
										 authz_setting_request_path());
}

/* The sessions that have been counted in this transaction, and what came of it. */
typedef struct Counted
{
	struct Counted *next;
	int account_id;
	char *session_id;
	AuthzFault fault;
} Counted;

static Counted *counted = NULL;

static void
forget_counted(void *arg)
{
	counted = NULL;
}

static Counted *
find_counted(const AuthzSession *session)
{
	for (Counted *one = counted; one != NULL; one = one->next)
		if (one->account_id == session->account_id &&
			strcmp(one->session_id, session->session_id) == 0)
			return one;
	return NULL;
}

/* A rollback to a savepoint takes no action back, so the transaction as a whole remembers. */
static void
remember(const AuthzSession *session, AuthzFault fault)
{
	Counted *one = MemoryContextAlloc(TopTransactionContext, sizeof(Counted));

	if (counted == NULL)
	{
		MemoryContextCallback *callback =
			MemoryContextAlloc(TopTransactionContext, sizeof(MemoryContextCallback));

		callback->func = forget_counted;
		callback->arg = NULL;
		MemoryContextRegisterResetCallback(TopTransactionContext, callback);
	}
	one->account_id = session->account_id;
	one->session_id = MemoryContextStrdup(TopTransactionContext, session->session_id);
	one->fault = fault;
	one->next = counted;
	counted = one;
}

AuthzFault
authz_restrict_count(const AuthzSession *session)
{
	int64 limit = authz_restriction_actions(session->privileges, strlen(session->privileges));
	AuthzAction action = {.account_id = session->account_id, .limit = (int) limit};
	Counted *before;
	AuthzFault fault;

	if (limit < 0)
		return AUTHZ_FAULT_NONE;
	before = find_counted(session);
	if (before != NULL)
		return before->fault;
	strlcpy(action.session_id, session->session_id, sizeof(action.session_id));
	action.expires_at = session->expires_at;

	/* Where nothing can be counted, or no worker is free, nobody is let in uncounted. */
	fault = authz_action_count(&action) == AUTHZ_ACTION_COUNTED ? AUTHZ_FAULT_NONE
																: AUTHZ_FAULT_EXHAUSTED;
	remember(session, fault);
	return fault;
}
