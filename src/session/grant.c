/*
 * grant.c
 *	  The application that a session is of, and the grant by which it acts for a
 *	  user.
 *
 * Both are looked up with the session, so that an application that is disabled
 * or whose users sign in otherwise now, and a grant that is withdrawn or has
 * ended, take it along at once.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "session/grant.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

static AuthzStatement lookup = {
	.sql = "SELECT a.status = 'active', g.status = 'approved', g.permissions,"
		   "       g.category_id, g.expires_at, g.assurance::bigint, g.multifactor,"
		   "       i.sign_in_id IS NOT NULL"
		   "  FROM authz.application a"
		   "  LEFT JOIN authz.application_grant g"
		   "    ON g.grant_id = $3 AND g.application_id = a.application_id"
		   "  LEFT JOIN authz.sign_in_setting i"
		   "    ON i.application_id = a.application_id AND i.sign_in_id = $4"
		   "   AND ($5 IS NULL OR $5 = 'setrole:' || i.anonymous_role_id::text)"
		   " WHERE a.application_id = $1::uuid AND a.account_id = $2",
	.nargs = 5,
	.argtypes = {TEXTOID, INT4OID, INT8OID, INT8OID, TEXTOID},
};

bool
authz_grant_acts(const char *actor)
{
	return actor != NULL && strncmp(actor, AUTHZ_GRANT_ACTOR, strlen(AUTHZ_GRANT_ACTOR)) == 0;
}

/* The patterns of permissions in the row at hand; none of them is NULL. */
static void
read_scope(AuthzSession *session, MemoryContext context)
{
	bool isnull;
	Datum patterns = authz_store_value(0, 3, &isnull);
	Datum *values;

	if (isnull)
		return;
	deconstruct_array(DatumGetArrayTypeP(patterns), TEXTOID, -1, false, TYPALIGN_INT, &values, NULL,
					  &session->nscope);
	session->scope = MemoryContextAlloc(context, (session->nscope + 1) * sizeof(char *));
	for (int i = 0; i < session->nscope; i++)
		session->scope[i] = MemoryContextStrdup(context, TextDatumGetCString(values[i]));
}

AuthzFault
authz_grant_read(AuthzSession *session, const char *application, int64 grant_id,
				 MemoryContext context, TimestampTz *horizon)
{
	bool anonymous = session->sign_in_id != 0 && session->principal_id == 0;
	Datum values[5];
	bool forever;
	TimestampTz ends;

	values[0] = CStringGetTextDatum(application);
	values[1] = Int32GetDatum(session->account_id);
	values[2] = Int64GetDatum(grant_id);
	values[3] = Int64GetDatum(session->sign_in_id);
	values[4] = anonymous ? CStringGetTextDatum(session->privileges) : (Datum) 0;
	if (authz_store_read_fresh(&lookup, values, anonymous ? "     " : "    n") != 1)
		return AUTHZ_FAULT_ENDED;
	if (!authz_store_bool(0, 1))
		return AUTHZ_FAULT_BLOCKED;
	if (session->sign_in_id != 0 && !authz_store_bool(0, 8))
		return AUTHZ_FAULT_ENDED;
	session->application = MemoryContextStrdup(context, application);
	if (grant_id == 0)
		return AUTHZ_FAULT_NONE;

	if (!authz_store_bool(0, 2))
		return AUTHZ_FAULT_ENDED;
	ends = DatumGetTimestampTz(authz_store_value(0, 5, &forever));
	if (!forever)
	{
		if (ends <= GetCurrentStatementStartTimestamp())
			return AUTHZ_FAULT_ENDED;
		*horizon = Min(*horizon, ends);
	}
	read_scope(session, context);
	session->branch = authz_store_int64(0, 4);
	session->assurance = (int) authz_store_int64(0, 6);
	session->multifactor = authz_store_bool(0, 7);
	return AUTHZ_FAULT_NONE;
}
