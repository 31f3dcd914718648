/*
 * manage_permission.c
 *	  The doors of permissions that an account registers.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "pure/permission.h"
#include "sql/argument.h"
#include "sql/manage.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* Whether a role of the account names the permission, and so waits for it. */
static bool
is_awaited(const AuthzDoor *door, const char *permission)
{
	static AuthzStatement statement = {
		.sql = "SELECT role_id FROM authz.role"
			   " WHERE account_id = $1 AND status <> 'deleted' AND $2 = ANY (permissions) LIMIT 1",
		.nargs = 2,
		.argtypes = {INT4OID, TEXTOID},
	};
	Datum values[2];
	AuthzActing acting;
	bool awaited;

	values[0] = Int32GetDatum(door->account_id);
	values[1] = CStringGetTextDatum(permission);
	authz_store_begin(&acting);
	awaited = authz_store_write(&statement, values, NULL) > 0;
	authz_store_end(&acting);
	return awaited;
}

PG_FUNCTION_INFO_V1(authz_permission_add);

/* authz_permission_add(name text, description text, depends_on text[]) */
Datum
authz_permission_add(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("permission.add");
	char *name = authz_argument_text(fcinfo, 0);

	/* To register what a role names is to give it to whom the role is given. */
	if (name != NULL && door.plane == AUTHZ_PLANE_SESSION && is_awaited(&door, name))
	{
		Datum element = CStringGetTextDatum(name);

		authz_door_require_role(
			&door, construct_array(&element, 1, TEXTOID, -1, false, TYPALIGN_INT), NULL);
	}
	return authz_door_call(&door, fcinfo);
}

/* What a registered permission depends on, NULL where there is no such. */
static ArrayType *
read_depends_on(const AuthzDoor *door, const char *permission)
{
	static AuthzStatement statement = {
		.sql = "SELECT depends_on FROM authz.permission WHERE account_id = $1 AND name = $2",
		.nargs = 2,
		.argtypes = {INT4OID, TEXTOID},
	};
	MemoryContext caller = CurrentMemoryContext;
	ArrayType *depends_on = NULL;
	Datum values[2];
	AuthzActing acting;
	bool isnull;

	values[0] = Int32GetDatum(door->account_id);
	values[1] = CStringGetTextDatum(permission);
	authz_store_begin(&acting);
	if (authz_store_write(&statement, values, NULL) == 1)
	{
		MemoryContextSwitchTo(caller);
		depends_on = DatumGetArrayTypePCopy(authz_store_value(0, 1, &isnull));
	}
	authz_store_end(&acting);
	return depends_on;
}

PG_FUNCTION_INFO_V1(authz_permission_delete);

/* authz_permission_delete(name text) */
Datum
authz_permission_delete(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("permission.delete");
	char *name = authz_argument_text(fcinfo, 0);

	/* Registered anew, it might be had without what it depends on. */
	if (name != NULL && door.plane == AUTHZ_PLANE_SESSION)
		authz_door_require_role(&door, read_depends_on(&door, name), NULL);
	return authz_door_call(&door, fcinfo);
}

/* Names and patterns ------------------------------------------------------- */

PG_FUNCTION_INFO_V1(authz_is_permission_name);

/* authz.is_permission_name(name text) */
Datum
authz_is_permission_name(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(authz_permission_is_name(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}

PG_FUNCTION_INFO_V1(authz_is_permission_pattern);

/* authz.is_permission_pattern(pattern text) */
Datum
authz_is_permission_pattern(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(authz_permission_is_pattern(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}
