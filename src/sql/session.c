/*
 * session.c
 *	  The doors to the session in force: putting it there, asking, ending.
 */
#include "postgres.h"

#include "access/xact.h"
#include "entitle/judge.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pure/privileges.h"
#include "session/session.h"
#include "session/start.h"
#include "sql/argument.h"
#include "sql/door.h"
#include "sql/session_info.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/guc.h"

static Datum
current_info(FunctionCallInfo fcinfo, AuthzJudgement *judgement)
{
	const AuthzSession *session = authz_judgement_session(judgement);
	AuthzSessionInfo info = {
		.session_id = session->session_id,
		.type = session->type,
		.account_id = session->account_id,
		.user_id = session->user_id,
		.actor = session->actor,
		.role_ids = authz_judgement_roles(judgement),
		.expires_at = session->expires_at,
		.privileges = session->privileges,
	};

	return authz_session_info(fcinfo, &info);
}

PG_FUNCTION_INFO_V1(authz_use_session);

/* authz_use_session(session_token text, is_local bool) */
Datum
authz_use_session(PG_FUNCTION_ARGS)
{
	char *token = PG_ARGISNULL(0) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(0));
	bool is_local = PG_ARGISNULL(1) || PG_GETARG_BOOL(1);
	AuthzJudgement *judgement;

	if (is_local)
		WarnNoTransactionBlock(true, "authz_use_session(is_local)");
	(void) set_config_option("authz.session", token, superuser() ? PGC_SUSET : PGC_USERSET,
							 PGC_S_SESSION, is_local ? GUC_ACTION_LOCAL : GUC_ACTION_SET, true, 0,
							 false);
	judgement = authz_judge_now();
	if (authz_judgement_session(judgement) == NULL)
		authz_session_refuse(authz_judgement_fault(judgement));
	return current_info(fcinfo, judgement);
}

static const AuthzSession *
session_of(FunctionCallInfo fcinfo, AuthzJudgement **judgement)
{
	bool pinned;

	*judgement = authz_judge(fcinfo->flinfo, &pinned);
	return authz_judgement_session(*judgement);
}

PG_FUNCTION_INFO_V1(authz_current_session);

Datum
authz_current_session(PG_FUNCTION_ARGS)
{
	AuthzJudgement *judgement;

	if (session_of(fcinfo, &judgement) == NULL)
		PG_RETURN_NULL();
	return current_info(fcinfo, judgement);
}

PG_FUNCTION_INFO_V1(authz_current_user_id);

Datum
authz_current_user_id(PG_FUNCTION_ARGS)
{
	AuthzJudgement *judgement;
	const AuthzSession *session = session_of(fcinfo, &judgement);

	if (session == NULL || session->user_id == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(session->user_id));
}

PG_FUNCTION_INFO_V1(authz_current_account_id);

Datum
authz_current_account_id(PG_FUNCTION_ARGS)
{
	AuthzJudgement *judgement;
	const AuthzSession *session = session_of(fcinfo, &judgement);

	if (session == NULL)
		PG_RETURN_NULL();
	PG_RETURN_INT32(session->account_id);
}

PG_FUNCTION_INFO_V1(authz_current_actor);

Datum
authz_current_actor(PG_FUNCTION_ARGS)
{
	AuthzJudgement *judgement;
	const AuthzSession *session = session_of(fcinfo, &judgement);

	if (session == NULL || session->actor == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(session->actor));
}

PG_FUNCTION_INFO_V1(authz_session_tag);

/*
 * authz.session_tag(): who has signed it, where that is another; Kaltura's clients
 * write appId, and its documents also appid
 */
Datum
authz_session_tag(PG_FUNCTION_ARGS)
{
	AuthzJudgement *judgement;
	const AuthzSession *session = session_of(fcinfo, &judgement);
	AuthzSpan tag;

	if (session != NULL && session->issuer != NULL)
		PG_RETURN_TEXT_P(cstring_to_text(session->issuer));
	if (session == NULL ||
		!(authz_privileges_find(session->privileges, strlen(session->privileges), "appId", &tag) ||
		  authz_privileges_find(session->privileges, strlen(session->privileges), "appid", &tag)) ||
		tag.length == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(tag.text, (int) tag.length));
}

PG_FUNCTION_INFO_V1(authz_end_session);

Datum
authz_end_session(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_enter("session.end");

	PreventCommandIfReadOnly("authz_end_session()");
	PG_RETURN_BOOL(authz_session_end(authz_judgement_session(door.judgement)));
}

PG_FUNCTION_INFO_V1(authz_sessions_revoke);

/*
 * authz_sessions_revoke(session_id text, user_id text, apptoken_id text,
 *						 application_id uuid, issuer text, started_before timestamptz)
 */
Datum
authz_sessions_revoke(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("session.revoke");
	Datum ended;

	/* An id that is missing by mistake must not mean everybody's. */
	if (authz_argument_text(fcinfo, 0) == NULL && authz_argument_text(fcinfo, 1) == NULL &&
		authz_argument_text(fcinfo, 2) == NULL && PG_ARGISNULL(3) &&
		authz_argument_text(fcinfo, 4) == NULL && PG_ARGISNULL(5))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("nothing says which sessions to revoke"),
						errhint("Give at least one argument.")));
	ended = authz_door_call(&door, fcinfo);
	authz_session_purge();
	return ended;
}
