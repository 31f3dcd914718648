/*
 * manage_owner_change.c
 *	  The doors of changing an application's owner: one asks, the new owner
 *	  agrees.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "session/setting.h"
#include "sql/application.h"
#include "sql/manage.h"
#include "store/statement.h"

PG_FUNCTION_INFO_V1(authz_application_change_owner);

/* authz_application_change_owner(application_id uuid, new_owner_id text) */
Datum
authz_application_change_owner(PG_FUNCTION_ARGS)
{
	const pg_uuid_t *application_id = authz_application_argument(fcinfo, 0);
	AuthzDoor door = authz_application_open("application.change_owner", application_id);

	authz_door_require_own_hand(&door);
	authz_application_require_identity(&door, application_id);
	return authz_door_call(&door, fcinfo);
}

/* A change that is asked for. */
typedef struct Change
{
	pg_uuid_t application_id;
	int64 new_owner_id;
} Change;

/* The change that the first argument names; false for none of the account. */
static bool
find_change(FunctionCallInfo fcinfo, int account_id, Change *change)
{
	static AuthzStatement statement = {
		.sql = "SELECT application_id, new_owner_id FROM authz.owner_change"
			   " WHERE owner_change_id = $1 AND account_id = $2",
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID},
	};
	Datum values[2];
	AuthzActing acting;
	bool found;
	bool isnull;

	if (PG_ARGISNULL(0))
		return false;
	values[0] = PG_GETARG_DATUM(0);
	values[1] = Int32GetDatum(account_id);
	authz_store_begin(&acting);
	found = authz_store_read_fresh(&statement, values, NULL) == 1;
	if (found)
	{
		change->application_id = *DatumGetUUIDP(authz_store_value(0, 1, &isnull));
		change->new_owner_id = authz_store_int64(0, 2);
	}
	authz_store_end(&acting);
	return found;
}

/* The new owner, himself; whether there is such a change is not told to others. */
static AuthzDoor
open_as_new_owner(FunctionCallInfo fcinfo, const char *action)
{
	AuthzDoor door;
	Change change;

	if (*authz_setting_session() == '\0')
		return authz_door_open(action);
	door = authz_door_open_session(action);
	authz_door_require_own_hand(&door);
	if (!find_change(fcinfo, door.account_id, &change) || door.principal_id == 0 ||
		change.new_owner_id != door.principal_id)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied")));
	return door;
}

#define NEW_OWNER_DOOR(function, action)                    \
	PG_FUNCTION_INFO_V1(function);                          \
	Datum function(PG_FUNCTION_ARGS)                        \
	{                                                       \
		AuthzDoor door = open_as_new_owner(fcinfo, action); \
                                                            \
		return authz_door_call(&door, fcinfo);              \
	}

NEW_OWNER_DOOR(authz_owner_change_approve, "owner_change.approve")
NEW_OWNER_DOOR(authz_owner_change_reject, "owner_change.reject")

PG_FUNCTION_INFO_V1(authz_owner_change_cancel);

/* authz_owner_change_cancel(id bigint): for who may ask for it */
Datum
authz_owner_change_cancel(PG_FUNCTION_ARGS)
{
	AuthzDoor door;
	Change change;
	bool managed;

	if (*authz_setting_session() == '\0')
		door = authz_door_open("owner_change.cancel");
	else
	{
		door = authz_door_open_session("owner_change.cancel");
		if (!authz_door_holds(&door, "application.change_owner") &&
			(!find_change(fcinfo, door.account_id, &change) ||
			 authz_application_stake(&door, &change.application_id, &managed) == AUTHZ_STAKE_NONE))
			authz_door_require(&door, "application.change_owner");
	}
	authz_door_require_own_hand(&door);
	return authz_door_call(&door, fcinfo);
}
