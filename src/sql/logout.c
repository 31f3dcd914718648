/*
 * logout.c
 *	  Signing out.
 *
 * Where somebody goes afterwards is set for the application, never given by
 * who calls. A gateway is told who comes, by a key that signs nobody in.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "entitle/judge.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "session/start.h"
#include "sql/door.h"
#include "sql/sign_in.h"
#include "sql/sso.h"
#include "store/statement.h"
#include "tcop/utility.h"
#include "utils/builtins.h"

/* Writes it down; where the application's users go, NULL for nowhere. */
static char *
leave(const AuthzSession *session)
{
	static AuthzStatement statement = {
		.sql = "SELECT authz.sign_out($1, $2::uuid, $3)",
		.nargs = 3,
		.argtypes = {INT4OID, TEXTOID, TEXTOID},
	};
	MemoryContext caller = CurrentMemoryContext;
	Datum values[3];
	AuthzActing acting;
	char *url;

	values[0] = Int32GetDatum(session->account_id);
	values[1] = CStringGetTextDatum(session->application);
	values[2] = CStringGetTextDatum(session->session_id);
	authz_store_begin(&acting);
	(void) authz_store_write(&statement, values, NULL);
	url = authz_store_text(0, 1);
	if (url != NULL)
		url = MemoryContextStrdup(caller, url);
	authz_store_end(&acting);
	return url;
}

PG_FUNCTION_INFO_V1(authz_logout);

/* authz_logout() */
Datum
authz_logout(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_enter("session.end");
	const AuthzSession *session = authz_judgement_session(door.judgement);
	char *url = NULL;

	PreventCommandIfReadOnly("authz_logout()");
	PreventCommandIfParallelMode("authz_logout()");
	if (session->sign_in_id != 0)
		url = leave(session);
	if (url != NULL && authz_sign_in_read(session->application).authn == AUTHZ_AUTHN_SSO)
		url = authz_sso_logout_url(session->application, session->user_id, url);
	(void) authz_session_end(session);
	if (url == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(url));
}
