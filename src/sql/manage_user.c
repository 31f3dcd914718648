/*
 * manage_user.c
 *	  The doors of users.
 */
#include "postgres.h"

#include "sql/argument.h"
#include "sql/growth.h"
#include "sql/manage.h"

PG_FUNCTION_INFO_V1(authz_user_add);

/*
 * authz_user_add(user_id text, kind text, first_name text, last_name text,
 *				  screen_name text, email text, primary_user_id text, reuse bool)
 */
Datum
authz_user_add(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("user.add");

	if (!PG_ARGISNULL(7) && PG_GETARG_BOOL(7))
		authz_manage_database_only(&door, "An id is given anew while no session is set.");
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_user_update);

/*
 * authz_user_update(user_id text, first_name text, last_name text, screen_name text,
 *					 email text, status text, clear text[])
 */
Datum
authz_user_update(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("user.update");
	char *user_id = authz_argument_text(fcinfo, 0);
	char *status = authz_argument_text(fcinfo, 5);

	/* Who is unblocked has again what he had. */
	if (user_id != NULL && status != NULL && pg_strcasecmp(status, "active") == 0)
		authz_growth_check_principal(&door, user_id);
	return authz_door_call(&door, fcinfo);
}

AUTHZ_MANAGE_DOOR(authz_user_delete, "user.delete")
