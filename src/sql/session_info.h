/*
 * session_info.h
 *	  A session as SQL sees it: a row of authz_session_info.
 */
#ifndef AUTHZ_SQL_SESSION_INFO_H
#define AUTHZ_SQL_SESSION_INFO_H

#include "postgres.h"

#include "fmgr.h"
#include "session/session.h"
#include "utils/array.h"

typedef struct AuthzSessionInfo
{
	const char *token;
	const char *session_id;
	AuthzSessionType type;
	int account_id;
	const char *user_id;
	const char *actor;
	ArrayType *role_ids;
	TimestampTz expires_at;
	const char *privileges;
} AuthzSessionInfo;

/* The row, of the type that the calling function returns; NULL stands for NULL. */
extern Datum authz_session_info(FunctionCallInfo fcinfo, const AuthzSessionInfo *info);

#endif
