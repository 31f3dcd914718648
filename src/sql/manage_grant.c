/*
 * manage_grant.c
 *	  The door of a user's yes or no to an application that asks to act for him.
 */
#include "postgres.h"

#include "session/setting.h"
#include "sql/argument.h"
#include "sql/manage.h"
#include "utils/builtins.h"

/* Nobody but the user says yes; who answers for the account may say no as well. */
static AuthzDoor
open_as_user(bool approves)
{
	AuthzDoor door;

	if (*authz_setting_session() == '\0')
	{
		door = authz_door_open("application_grant.reject");
		if (approves)
			ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
							errhint("Only the user himself approves a request.")));
		return door;
	}
	door = authz_door_open_session("application_grant.decide");
	authz_door_require_own_hand(&door);
	if (door.principal_id == 0)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied")));
	if (approves)
		authz_door_require_unlimited(&door);
	return door;
}

PG_FUNCTION_INFO_V1(authz_set_application_authorization);

/*
 * authz_set_application_authorization(id bigint, approved text, permissions text[],
 *									   category_id bigint, expires_at timestamptz)
 */
Datum
authz_set_application_authorization(PG_FUNCTION_ARGS)
{
	char *approved = authz_argument_text(fcinfo, 1);
	AuthzDoor door = open_as_user(approved != NULL && pg_strcasecmp(approved, "approved") == 0);

	return authz_door_call(&door, fcinfo);
}
