/*
 * manage_registration.c
 *	  The doors of registrations for single sign-on.
 *
 * What an application is registered as is who can be it. Of one that is managed
 * for its owner only the manager says so, in no session anybody else; of others
 * their owners and administrators do, and whoever has the permission and all
 * that the application itself has.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "session/setting.h"
#include "sql/application.h"
#include "sql/manage.h"
#include "store/statement.h"

AUTHZ_NORETURN static void
deny_to_all_but_manager(void)
{
	ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
					errhint("The registrations of a managed application are its manager's.")));
}

static AuthzDoor
open_registration(const char *permission, const pg_uuid_t *application_id)
{
	AuthzDoor door;
	AuthzStake stake;
	bool managed;
	bool holds;

	if (*authz_setting_session() == '\0')
		return authz_door_open(permission);
	door = authz_door_open_session(permission);
	stake = authz_application_stake(&door, application_id, &managed);
	holds = authz_door_holds(&door, permission);
	if (stake == AUTHZ_STAKE_NONE && !holds)
		authz_door_require(&door, permission);
	if (managed && stake != AUTHZ_STAKE_MANAGER)
		deny_to_all_but_manager();
	return door;
}

/* The same for what can be the application: by one's own hand, unlimited, and without growing. */
static AuthzDoor
open_credential(const char *permission, const pg_uuid_t *application_id)
{
	AuthzDoor door = open_registration(permission, application_id);

	authz_door_require_own_hand(&door);
	authz_door_require_unlimited(&door);
	authz_application_require_identity(&door, application_id);
	return door;
}

/* The application that a registration is of, NULL for none. */
static const pg_uuid_t *
application_of(FunctionCallInfo fcinfo)
{
	static AuthzStatement statement = {
		.sql = "SELECT application_id FROM authz.registration WHERE registration_id = $1",
		.nargs = 1,
		.argtypes = {UUIDOID},
	};
	MemoryContext caller = CurrentMemoryContext;
	pg_uuid_t *application_id = NULL;
	Datum values[1];
	AuthzActing acting;
	bool isnull;

	if (PG_ARGISNULL(0))
		return NULL;
	values[0] = PG_GETARG_DATUM(0);
	authz_store_begin(&acting);
	if (authz_store_read_fresh(&statement, values, NULL) == 1)
	{
		application_id = MemoryContextAlloc(caller, sizeof(pg_uuid_t));
		*application_id = *DatumGetUUIDP(authz_store_value(0, 1, &isnull));
	}
	authz_store_end(&acting);
	return application_id;
}

PG_FUNCTION_INFO_V1(authz_registration_add);

/* authz_registration_add(application_id uuid, protocol text, definition jsonb) */
Datum
authz_registration_add(PG_FUNCTION_ARGS)
{
	AuthzDoor door = open_credential("registration.add", authz_application_argument(fcinfo, 0));

	authz_door_require_encryption();
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_registration_update);

/* authz_registration_update(registration_id uuid, definition jsonb) */
Datum
authz_registration_update(PG_FUNCTION_ARGS)
{
	AuthzDoor door = open_credential("registration.update", application_of(fcinfo));

	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_registration_rotate_secret);

/* authz_registration_rotate_secret(registration_id uuid, overlap int) */
Datum
authz_registration_rotate_secret(PG_FUNCTION_ARGS)
{
	AuthzDoor door = open_credential("registration.rotate_secret", application_of(fcinfo));

	authz_door_require_encryption();
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_registration_delete);

/* authz_registration_delete(registration_id uuid) */
Datum
authz_registration_delete(PG_FUNCTION_ARGS)
{
	AuthzDoor door = open_registration("registration.delete", application_of(fcinfo));

	return authz_door_call(&door, fcinfo);
}
