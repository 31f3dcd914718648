/*
 * manage_role.c
 *	  The doors of roles.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "sql/application.h"
#include "sql/argument.h"
#include "sql/growth.h"
#include "sql/losing.h"
#include "sql/manage.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"

static ArrayType *
array_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : PG_GETARG_ARRAYTYPE_P(n);
}

PG_FUNCTION_INFO_V1(authz_role_add);

/*
 * authz_role_add(name text, permissions text[], exceptions text[], description text,
 *				  application_id uuid, label text, rank int, everyone bool,
 *				  minimum_assurance int, multifactor bool, role_id bigint)
 */
Datum
authz_role_add(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_application_open("role.add", authz_application_argument(fcinfo, 4));

	if (!PG_ARGISNULL(10))
		authz_manage_database_only(&door, "Ids are chosen while no session is set.");
	authz_door_require_role(&door, array_argument(fcinfo, 1), array_argument(fcinfo, 2));
	return authz_door_call(&door, fcinfo);
}

/*
 * The first argument names a role. Roles of an application are for who has a
 * stake in it as well, as far as they give what he has himself.
 */
static AuthzDoor
open_role(FunctionCallInfo fcinfo, const char *permission)
{
	static AuthzStatement statement = {
		.sql = "SELECT application_id FROM authz.role"
			   " WHERE role_id = $1 AND application_id IS NOT NULL AND status <> 'deleted'",
		.nargs = 1,
		.argtypes = {INT8OID},
	};
	pg_uuid_t application_id;
	Datum values[1];
	AuthzActing acting;
	bool found;
	bool isnull;

	if (PG_ARGISNULL(0))
		return authz_door_open(permission);
	values[0] = PG_GETARG_DATUM(0);
	authz_store_begin(&acting);
	found = authz_store_read_fresh(&statement, values, NULL) == 1;
	if (found)
		application_id = *DatumGetUUIDP(authz_store_value(0, 1, &isnull));
	authz_store_end(&acting);
	return found ? authz_application_open(permission, &application_id)
				 : authz_door_open(permission);
}

/*
 * Whether an update may give somebody more: a name counts because sessions name
 * their role by it, a description does not.
 */
static bool
may_give(FunctionCallInfo fcinfo)
{
	static const int giving[] = {1, 2, 3, 7, 8, 9};
	char *status = authz_argument_text(fcinfo, 10);

	for (int i = 0; i < lengthof(giving); i++)
		if (!PG_ARGISNULL(giving[i]))
			return true;
	return (status != NULL && pg_strcasecmp(status, "active") == 0) ||
		   authz_manage_clears(fcinfo, 11, "permissions") ||
		   authz_manage_clears(fcinfo, 11, "exceptions") ||
		   authz_manage_clears(fcinfo, 11, "minimum_assurance");
}

/* Whether an update may take the role from some who have it. */
static bool
may_take(FunctionCallInfo fcinfo)
{
	char *status = authz_argument_text(fcinfo, 10);

	return (status != NULL && pg_strcasecmp(status, "active") != 0) ||
		   (!PG_ARGISNULL(7) && !PG_GETARG_BOOL(7)) || !PG_ARGISNULL(8) ||
		   (!PG_ARGISNULL(9) && PG_GETARG_BOOL(9));
}

/* The n-th array as the update leaves it, NULL for an empty one. */
static ArrayType *
array_after(FunctionCallInfo fcinfo, int n, const char *field, ArrayType *before)
{
	if (authz_manage_clears(fcinfo, 11, field))
		return NULL;
	return PG_ARGISNULL(n) ? before : PG_GETARG_ARRAYTYPE_P(n);
}

PG_FUNCTION_INFO_V1(authz_role_update);

/*
 * authz_role_update(role_id bigint, name text, permissions text[], exceptions text[],
 *					 description text, label text, rank int, everyone bool,
 *					 minimum_assurance int, multifactor bool, status text, clear text[])
 *
 * Who changes a role must have what it gives before, which it may be taking
 * from others, and what it gives after.
 */
Datum
authz_role_update(PG_FUNCTION_ARGS)
{
	AuthzDoor door = open_role(fcinfo, "role.update");
	ArrayType *permissions;
	ArrayType *exceptions;

	if (door.plane == AUTHZ_PLANE_SESSION && may_give(fcinfo) && !PG_ARGISNULL(0) &&
		authz_growth_read_role(&door, PG_GETARG_INT64(0), &permissions, &exceptions))
	{
		authz_door_require_role(&door, permissions, exceptions);
		permissions = array_after(fcinfo, 2, "permissions", permissions);
		exceptions = array_after(fcinfo, 3, "exceptions", exceptions);
		authz_door_require_role(&door, permissions, exceptions);
	}
	if (!PG_ARGISNULL(0) && may_take(fcinfo))
		authz_losing_check_role(&door, PG_GETARG_INT64(0), NULL);
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_role_delete);

/* authz_role_delete(role_id bigint) */
Datum
authz_role_delete(PG_FUNCTION_ARGS)
{
	AuthzDoor door = open_role(fcinfo, "role.delete");

	if (!PG_ARGISNULL(0))
		authz_losing_check_role(&door, PG_GETARG_INT64(0), NULL);
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_role_user_add);

/*
 * authz_role_user_add(role_id bigint, user_id text, valid_from timestamptz,
 *					   valid_until timestamptz)
 */
Datum
authz_role_user_add(PG_FUNCTION_ARGS)
{
	AuthzDoor door = open_role(fcinfo, "role_user.add");

	if (!PG_ARGISNULL(0))
		authz_growth_check_role(&door, PG_GETARG_INT64(0));
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_role_user_delete);

/* authz_role_user_delete(role_id bigint, user_id text) */
Datum
authz_role_user_delete(PG_FUNCTION_ARGS)
{
	AuthzDoor door = open_role(fcinfo, "role_user.delete");
	char *user_id = authz_argument_text(fcinfo, 1);

	if (!PG_ARGISNULL(0) && user_id != NULL)
		authz_losing_check_role(&door, PG_GETARG_INT64(0), user_id);
	return authz_door_call(&door, fcinfo);
}
