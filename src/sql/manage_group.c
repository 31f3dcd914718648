/*
 * manage_group.c
 *	  The doors of groups and their members.
 *
 * Managers of a group bring others in and send them away. Whoever brings one in
 * gives him what the group has, and so must have it himself.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "entitle/closure.h"
#include "session/setting.h"
#include "sql/argument.h"
#include "sql/growth.h"
#include "sql/losing.h"
#include "sql/manage.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

AUTHZ_MANAGE_DOOR(authz_group_add, "group.add")

PG_FUNCTION_INFO_V1(authz_group_update);

/* authz_group_update(group_id text, name text, status text, clear text[]) */
Datum
authz_group_update(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("group.update");
	char *group_id = authz_argument_text(fcinfo, 0);
	char *status = authz_argument_text(fcinfo, 2);

	if (group_id != NULL && status != NULL)
	{
		if (pg_strcasecmp(status, "active") == 0)
			authz_growth_check_principal(&door, group_id);
		else
			authz_losing_check_group(&door, group_id, NULL);
	}
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_group_delete);

/* authz_group_delete(group_id text) */
Datum
authz_group_delete(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("group.delete");
	char *group_id = authz_argument_text(fcinfo, 0);

	if (group_id != NULL)
		authz_losing_check_group(&door, group_id, NULL);
	return authz_door_call(&door, fcinfo);
}

/* Whether the one inside, or a group of his, manages the group. */
static bool
manages_group(const AuthzDoor *door, const char *group_id)
{
	/* clang-format off */
	static AuthzStatement statement = {
		.sql = "WITH RECURSIVE" AUTHZ_SQL_MINE
		" SELECT g.group_id FROM authz.principal w"
		"  JOIN authz.group_user g ON g.group_id = w.principal_id"
		" WHERE w.account_id = $3 AND lower(w.user_id) = lower($4) AND w.kind = 'group'"
		"   AND w.reused_at IS NULL AND w.status = 'active' AND g.level = 'manager'"
		"   AND g.principal_id = ANY (ARRAY(SELECT id FROM mine WHERE counts))"
		"   AND " AUTHZ_SQL_COUNTS("g"),
		.nargs = 4,
		.argtypes = {INT8OID, TIMESTAMPTZOID, INT4OID, TEXTOID},
	};
	/* clang-format on */
	Datum values[4];
	AuthzActing acting;
	bool manages;

	if (group_id == NULL || door->principal_id == 0)
		return false;
	values[0] = Int64GetDatum(door->principal_id);
	values[1] = TimestampTzGetDatum(GetCurrentStatementStartTimestamp());
	values[2] = Int32GetDatum(door->account_id);
	values[3] = CStringGetTextDatum(group_id);
	authz_store_begin(&acting);
	manages = authz_store_read_fresh(&statement, values, NULL) > 0;
	authz_store_end(&acting);
	return manages;
}

/* The first argument names the group. */
static AuthzDoor
open_group(FunctionCallInfo fcinfo, const char *permission)
{
	AuthzDoor door;

	if (*authz_setting_session() == '\0')
		return authz_door_open(permission);
	door = authz_door_open_session(permission);
	if (!authz_door_holds(&door, permission) &&
		!manages_group(&door, authz_argument_text(fcinfo, 0)))
		authz_door_require(&door, permission);
	return door;
}

PG_FUNCTION_INFO_V1(authz_group_user_add);

/*
 * authz_group_user_add(group_id text, user_id text, level text, update_method text,
 *						valid_from timestamptz, valid_until timestamptz)
 */
Datum
authz_group_user_add(PG_FUNCTION_ARGS)
{
	AuthzDoor door = open_group(fcinfo, "group_user.add");
	char *group_id = authz_argument_text(fcinfo, 0);

	if (group_id != NULL)
		authz_growth_check_principal(&door, group_id);
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_group_user_delete);

/* authz_group_user_delete(group_id text, user_id text) */
Datum
authz_group_user_delete(PG_FUNCTION_ARGS)
{
	AuthzDoor door = open_group(fcinfo, "group_user.delete");
	char *group_id = authz_argument_text(fcinfo, 0);
	char *user_id = authz_argument_text(fcinfo, 1);

	if (group_id != NULL && user_id != NULL)
		authz_losing_check_group(&door, group_id, user_id);
	return authz_door_call(&door, fcinfo);
}
