/*
 * manage_category_user.c
 *	  The doors of categories' members.
 *
 * A category's managers manage its members. Others may by permission, and give
 * no level that they lack themselves; and everybody may ask to join, and leave.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "session/setting.h"
#include "sql/argument.h"
#include "sql/check.h"
#include "sql/growth.h"
#include "sql/manage.h"
#include "store/statement.h"
#include "utils/builtins.h"

/* In what capacity somebody came in. */
typedef enum Capacity
{
	CAPACITY_UNBOUND, /* by no rule: the database plane, an administrator */
	CAPACITY_MANAGER,
	CAPACITY_PERMISSION,
	CAPACITY_HIMSELF /* about nobody but himself */
} Capacity;

/* Whether the second argument is the session's own user. */
static bool
is_himself(FunctionCallInfo fcinfo, const AuthzDoor *door)
{
	char *user_id = authz_argument_text(fcinfo, 1);

	return door->principal_id != 0 && user_id != NULL &&
		   authz_growth_find_principal(door->account_id, user_id) == door->principal_id;
}

/*
 * Without one of the capacities: 42501, also where there is no such category.
 * Who has only himself to speak for is let in where himself says so.
 */
static AuthzDoor
open_members(FunctionCallInfo fcinfo, const char *permission, bool himself, Capacity *capacity)
{
	AuthzDoor door;

	*capacity = CAPACITY_UNBOUND;
	if (*authz_setting_session() == '\0')
		return authz_door_open(permission);

	door = authz_door_open_session(permission);
	if (!PG_ARGISNULL(0))
		authz_growth_check_reach(&door, PG_GETARG_INT64(0));
	if (authz_growth_everything(&door))
		door.principal_id = 0; /* the body asks nobody's leave then */
	else if (!PG_ARGISNULL(0) &&
			 authz_growth_has_level(&door, PG_GETARG_INT64(0), AUTHZ_LEVEL_MANAGER))
		*capacity = CAPACITY_MANAGER;
	else if (authz_door_holds(&door, permission))
		*capacity = CAPACITY_PERMISSION;
	else if (himself && is_himself(fcinfo, &door))
		*capacity = CAPACITY_HIMSELF;
	else
		authz_door_require(&door, permission);
	return door;
}

/* The level of a member, or what one who is none would get by default. */
static AuthzLevel
stored_level(FunctionCallInfo fcinfo, const AuthzDoor *door, const char *user_id)
{
	static AuthzStatement statement = {
		.sql =
			"SELECT coalesce((SELECT u.level FROM authz.category_user u"
			"    JOIN authz.principal p ON p.principal_id = u.principal_id"
			"   WHERE u.category_id = c.category_id AND p.account_id = $1"
			"     AND lower(p.user_id) = lower($3) AND p.reused_at IS NULL), c.default_level)::text"
			"  FROM authz.category c WHERE c.account_id = $1 AND c.category_id = $2",
		.nargs = 3,
		.argtypes = {INT4OID, INT8OID, TEXTOID},
	};
	Datum values[3];
	AuthzLevel level = AUTHZ_LEVEL_NONE;
	AuthzActing acting;

	values[0] = Int32GetDatum(door->account_id);
	values[1] = PG_GETARG_DATUM(0);
	values[2] = CStringGetTextDatum(user_id ? user_id : "");
	authz_store_begin(&acting);
	if (authz_store_write(&statement, values, NULL) == 1)
		level = authz_check_level(authz_store_text(0, 1), true);
	authz_store_end(&acting);
	return level;
}

/* Whether he has the level that the third argument asks for, or the stored one. */
static bool
has_given_level(FunctionCallInfo fcinfo, const AuthzDoor *door, const char *asked,
				const char *user_id)
{
	AuthzLevel level = asked ? authz_check_level(asked, true) : stored_level(fcinfo, door, user_id);

	return authz_growth_has_level(door, PG_GETARG_INT64(0), level);
}

static void
refuse_level(void)
{
	ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
					errhint("Nobody gives a level that he does not have himself.")));
}

/* Joining ------------------------------------------------------------------- */

static Datum
join(FunctionCallInfo fcinfo, const AuthzDoor *door)
{
	static AuthzStatement statement = {
		.sql = "SELECT authz.category_user_join($1, $2, $3)",
		.nargs = 3,
		.argtypes = {INT4OID, INT8OID, INT8OID},
	};
	Datum values[3];
	AuthzActing acting;
	Datum status;

	values[0] = Int32GetDatum(door->account_id);
	values[1] = Int64GetDatum(door->principal_id);
	values[2] = PG_GETARG_DATUM(0);
	authz_store_begin(&acting);
	(void) authz_store_write(&statement, values, NULL);
	status = authz_store_value(0, 1, &fcinfo->isnull);
	authz_store_end(&acting);
	return status;
}

PG_FUNCTION_INFO_V1(authz_category_user_add);

/*
 * authz_category_user_add(category_id bigint, user_id text, permission_level text,
 *						   update_method text, valid_from timestamptz, valid_until timestamptz)
 */
Datum
authz_category_user_add(PG_FUNCTION_ARGS)
{
	Capacity capacity;
	AuthzDoor door = open_members(fcinfo, "category_user.add", true, &capacity);

	if (capacity == CAPACITY_PERMISSION && !PG_ARGISNULL(0) &&
		!has_given_level(fcinfo, &door, authz_argument_text(fcinfo, 2),
						 authz_argument_text(fcinfo, 1)))
	{
		if (!is_himself(fcinfo, &door))
			refuse_level();
		capacity = CAPACITY_HIMSELF;
	}
	if (capacity == CAPACITY_HIMSELF && !PG_ARGISNULL(0))
		return join(fcinfo, &door);
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_category_users_add);

/*
 * authz_category_user_add(category_id bigint, user_ids text[], permission_level text,
 *						   update_method text)
 */
Datum
authz_category_users_add(PG_FUNCTION_ARGS)
{
	Capacity capacity;
	AuthzDoor door = open_members(fcinfo, "category_user.add", false, &capacity);

	if (capacity == CAPACITY_PERMISSION && !PG_ARGISNULL(0) &&
		!has_given_level(fcinfo, &door, authz_argument_text(fcinfo, 2), NULL))
		refuse_level();
	return authz_door_call(&door, fcinfo);
}

/* Changing ------------------------------------------------------------------ */

PG_FUNCTION_INFO_V1(authz_category_user_update);

/*
 * authz_category_user_update(category_id bigint, user_id text, permission_level text,
 *							  update_method text, override bool)
 */
Datum
authz_category_user_update(PG_FUNCTION_ARGS)
{
	Capacity capacity;
	AuthzDoor door = open_members(fcinfo, "category_user.update", false, &capacity);

	if (capacity == CAPACITY_PERMISSION && !PG_ARGISNULL(0) &&
		!has_given_level(fcinfo, &door, authz_argument_text(fcinfo, 2),
						 authz_argument_text(fcinfo, 1)))
		refuse_level();
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_category_user_activate);

/* authz_category_user_activate(category_id bigint, user_id text) */
Datum
authz_category_user_activate(PG_FUNCTION_ARGS)
{
	Capacity capacity;
	AuthzDoor door = open_members(fcinfo, "category_user.activate", false, &capacity);

	if (capacity == CAPACITY_PERMISSION && !PG_ARGISNULL(0) &&
		!has_given_level(fcinfo, &door, NULL, authz_argument_text(fcinfo, 1)))
		refuse_level();
	return authz_door_call(&door, fcinfo);
}

/* Leaving ------------------------------------------------------------------- */

/*
 * A member may go, but one who was suspended stays suspended: else he would join
 * anew. Who is no member learns nothing of the category. The category is locked
 * before its member, as always.
 */
static void
check_may_leave(FunctionCallInfo fcinfo, const AuthzDoor *door)
{
	static AuthzStatement hold = {
		.sql = "SELECT p.category_id FROM authz.category_place p WHERE p.category_id = $1"
			   " FOR KEY SHARE",
		.nargs = 1,
		.argtypes = {INT8OID},
	};
	static AuthzStatement statement = {
		.sql = "SELECT u.category_id FROM authz.category_user u"
			   " WHERE u.category_id = $1 AND u.principal_id = $2 AND u.status <> 'not_active'"
			   " FOR UPDATE",
		.nargs = 2,
		.argtypes = {INT8OID, INT8OID},
	};
	Datum values[2];
	AuthzActing acting;
	bool may;

	values[0] = PG_GETARG_DATUM(0);
	values[1] = Int64GetDatum(door->principal_id);
	authz_store_begin(&acting);
	may = authz_store_write(&hold, values, NULL) == 1 &&
		  authz_store_write(&statement, values, NULL) == 1;
	authz_store_end(&acting);
	if (!may)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied")));
}

PG_FUNCTION_INFO_V1(authz_category_user_delete);

/* authz_category_user_delete(category_id bigint, user_id text) */
Datum
authz_category_user_delete(PG_FUNCTION_ARGS)
{
	Capacity capacity;
	AuthzDoor door = open_members(fcinfo, "category_user.delete", true, &capacity);

	if (capacity == CAPACITY_HIMSELF)
		check_may_leave(fcinfo, &door);
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_category_user_deactivate);

/* authz_category_user_deactivate(category_id bigint, user_id text) */
Datum
authz_category_user_deactivate(PG_FUNCTION_ARGS)
{
	Capacity capacity;
	AuthzDoor door = open_members(fcinfo, "category_user.deactivate", true, &capacity);

	if (capacity == CAPACITY_HIMSELF)
		check_may_leave(fcinfo, &door);
	return authz_door_call(&door, fcinfo);
}
