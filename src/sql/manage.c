/*
 * manage.c
 *	  What the doors of management share.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "sql/manage.h"
#include "utils/array.h"
#include "utils/builtins.h"

bool
authz_manage_clears(FunctionCallInfo fcinfo, int n, const char *field)
{
	Datum *values;
	bool *nulls;
	int count;

	if (PG_ARGISNULL(n))
		return false;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(n), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls,
					  &count);
	for (int i = 0; i < count; i++)
		if (!nulls[i] && strcmp(TextDatumGetCString(values[i]), field) == 0)
			return true;
	return false;
}

void
authz_manage_database_only(const AuthzDoor *door, const char *hint)
{
	if (door->plane != AUTHZ_PLANE_DATABASE)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
						errhint("%s", hint)));
}

void
authz_manage_require_trust(const AuthzDoor *door)
{
	if (!authz_door_holds(door, "user.impersonate"))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
						errhint("Who lets others say who somebody is can be anybody: this takes "
								"the permission \"user.impersonate\".")));
}
