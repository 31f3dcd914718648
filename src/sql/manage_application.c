/*
 * manage_application.c
 *	  The doors of applications and of their secrets.
 *
 * An application gives nobody a right by being there. Its owner, its
 * administrators and, where it is managed for its owner, its manager may do what
 * the permissions are for, each with the applications that are theirs.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "session/setting.h"
#include "sql/application.h"
#include "sql/argument.h"
#include "sql/growth.h"
#include "sql/manage.h"
#include "store/statement.h"
#include "utils/builtins.h"

static void
deny(void)
{
	ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied")));
}

/* Whether the text is the id of the session's own user, in any spelling. */
static bool
is_himself(const AuthzDoor *door, const char *user_id)
{
	return door->principal_id != 0 &&
		   authz_growth_find_principal(door->account_id, user_id) == door->principal_id;
}

/* Persons manage nothing for others. */
static bool
is_machine(const AuthzDoor *door)
{
	static AuthzStatement statement = {
		.sql = "SELECT principal_id FROM authz.principal"
			   " WHERE principal_id = $1 AND kind IN ('application', 'service')",
		.nargs = 1,
		.argtypes = {INT8OID},
	};
	Datum values[1];
	AuthzActing acting;
	bool machine;

	values[0] = Int64GetDatum(door->principal_id);
	authz_store_begin(&acting);
	machine = authz_store_read_fresh(&statement, values, NULL) == 1;
	authz_store_end(&acting);
	return machine;
}

/* Who makes an application that he will manage for somebody else; one answer for all that he lacks. */
static AuthzDoor
open_as_manager(const char *manager_id)
{
	AuthzDoor door;

	if (*authz_setting_session() == '\0')
		return authz_door_open("application.add");
	door = authz_door_open_session("application.add");
	if (!authz_application_may_manage(&door) || !is_himself(&door, manager_id) ||
		!is_machine(&door))
		deny();
	return door;
}

/* Who makes one that is his own, or, if he may be anybody, somebody else's. */
static AuthzDoor
open_as_owner(const char *owner_id)
{
	AuthzDoor door = authz_door_open("application.add");

	if (door.plane == AUTHZ_PLANE_SESSION && owner_id != NULL && !is_himself(&door, owner_id))
		authz_door_require(&door, "user.impersonate");
	return door;
}

PG_FUNCTION_INFO_V1(authz_application_add);

/*
 * authz_application_add(application_identifier text, display_name text, description text,
 *						 home_page text, owner_id text, manager_id text,
 *						 administrators_id text, app_secret text)
 */
Datum
authz_application_add(PG_FUNCTION_ARGS)
{
	char *owner_id = authz_argument_text(fcinfo, 4);
	char *manager_id = authz_argument_text(fcinfo, 5);
	AuthzDoor door = manager_id != NULL ? open_as_manager(manager_id) : open_as_owner(owner_id);

	authz_door_refuse_acting(&door);
	if (authz_argument_text(fcinfo, 7) != NULL)
		authz_door_require_encryption();
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_register_application);

/* authz_register_application(name text, description text, url text, app_secret text) */
Datum
authz_register_application(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("application.add");

	authz_door_refuse_acting(&door);
	authz_door_require_encryption();
	return authz_door_call(&door, fcinfo);
}

/* The first argument names the application. */
#define APPLICATION_DOOR(function, permission)                                         \
	PG_FUNCTION_INFO_V1(function);                                                     \
	Datum function(PG_FUNCTION_ARGS)                                                   \
	{                                                                                  \
		AuthzDoor door =                                                               \
			authz_application_open(permission, authz_application_argument(fcinfo, 0)); \
                                                                                       \
		return authz_door_call(&door, fcinfo);                                         \
	}

APPLICATION_DOOR(authz_application_update, "application.update")
APPLICATION_DOOR(authz_application_delete, "application.delete")

PG_FUNCTION_INFO_V1(authz_application_set_administrators);

/* authz_application_set_administrators(application_id uuid, group_id text) */
Datum
authz_application_set_administrators(PG_FUNCTION_ARGS)
{
	const pg_uuid_t *application_id = authz_application_argument(fcinfo, 0);
	AuthzDoor door = authz_application_open("application.set_administrators", application_id);

	authz_application_require_identity(&door, application_id);
	return authz_door_call(&door, fcinfo);
}

/* To stop an application is for who answers for the account. */
AUTHZ_MANAGE_DOOR(authz_application_disable, "application.disable")
AUTHZ_MANAGE_DOOR(authz_application_enable, "application.enable")

/* Secrets ----------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(authz_application_secret_add);

/*
 * authz_application_secret_add(application_id uuid, label text, app_secret text,
 *								expires_at timestamptz)
 */
Datum
authz_application_secret_add(PG_FUNCTION_ARGS)
{
	AuthzDoor door =
		authz_application_open("application_secret.add", authz_application_argument(fcinfo, 0));

	authz_door_require_own_hand(&door);
	if (authz_argument_text(fcinfo, 2) != NULL)
		authz_door_require_encryption();
	return authz_door_call(&door, fcinfo);
}

/* The application that a secret is of, NULL for none. */
static const pg_uuid_t *
application_of(int64 secret_id)
{
	static AuthzStatement statement = {
		.sql = "SELECT application_id FROM authz.application_secret WHERE secret_id = $1",
		.nargs = 1,
		.argtypes = {INT8OID},
	};
	MemoryContext caller = CurrentMemoryContext;
	pg_uuid_t *application_id = NULL;
	Datum values[1];
	AuthzActing acting;
	bool isnull;

	values[0] = Int64GetDatum(secret_id);
	authz_store_begin(&acting);
	if (authz_store_read_fresh(&statement, values, NULL) == 1)
	{
		application_id = MemoryContextAlloc(caller, sizeof(pg_uuid_t));
		*application_id = *DatumGetUUIDP(authz_store_value(0, 1, &isnull));
	}
	authz_store_end(&acting);
	return application_id;
}

PG_FUNCTION_INFO_V1(authz_application_secret_delete);

/* authz_application_secret_delete(secret_id bigint) */
Datum
authz_application_secret_delete(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_application_open(
		"application_secret.delete", PG_ARGISNULL(0) ? NULL : application_of(PG_GETARG_INT64(0)));

	return authz_door_call(&door, fcinfo);
}
