/*
 * application_roles.c
 *	  The roles that a user has in an application, for those who may know.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "session/grant.h"
#include "session/setting.h"
#include "sql/application.h"
#include "sql/argument.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

/* The user, if he counts, and whether the application is there; 0 for nobody. */
static int64
find_user(const AuthzDoor *door, const char *user_id, const pg_uuid_t *application_id)
{
	static AuthzStatement statement = {
		.sql = "SELECT p.principal_id FROM authz.principal p"
			   "  JOIN authz.application a ON a.account_id = p.account_id"
			   "   AND a.application_id = $3 AND a.status <> 'deleted'"
			   " WHERE p.account_id = $1 AND lower(p.user_id) = lower($2) AND p.reused_at IS NULL"
			   "   AND p.status = 'active'",
		.nargs = 3,
		.argtypes = {INT4OID, TEXTOID, UUIDOID},
	};
	Datum values[3];
	AuthzActing acting;
	int64 found;

	values[0] = Int32GetDatum(door->account_id);
	values[1] = CStringGetTextDatum(user_id);
	values[2] = UUIDPGetDatum(application_id);
	authz_store_begin(&acting);
	found = authz_store_read_fresh(&statement, values, NULL) == 1 ? authz_store_int64(0, 1) : 0;
	authz_store_end(&acting);
	return found;
}

/* Whether the one inside is the application itself, also while it acts for a user. */
static bool
is_application(const AuthzDoor *door, const pg_uuid_t *application_id, const char *application)
{
	static AuthzStatement statement = {
		.sql = "SELECT identity_id FROM authz.application WHERE application_id = $1",
		.nargs = 1,
		.argtypes = {UUIDOID},
	};
	const AuthzSession *session = authz_judgement_session(door->judgement);
	Datum values[1];
	AuthzActing acting;
	bool itself;

	if (authz_grant_acts(session->actor))
		return strcmp(session->application, application) == 0;
	values[0] = UUIDPGetDatum(application_id);
	authz_store_begin(&acting);
	itself = authz_store_read_fresh(&statement, values, NULL) == 1 &&
			 authz_store_int64(0, 1) == door->principal_id;
	authz_store_end(&acting);
	return itself;
}

/* Who may know: the user himself, the application, who has a stake in it, who sees all such. */
static AuthzDoor
open_roles(const char *user_id, const pg_uuid_t *application_id, const char *application)
{
	const char *permission = "application_user.list";
	AuthzDoor door;
	bool managed;

	if (*authz_setting_session() == '\0')
		return authz_door_open(permission);
	door = authz_door_enter(permission);
	if (!authz_door_holds(&door, permission) &&
		!(door.principal_id != 0 &&
		  find_user(&door, user_id, application_id) == door.principal_id) &&
		!is_application(&door, application_id, application) &&
		authz_application_stake(&door, application_id, &managed) == AUTHZ_STAKE_NONE)
		authz_door_require(&door, permission);
	return door;
}

PG_FUNCTION_INFO_V1(authz_application_roles);

/* authz_application_roles(user_id text, application_id uuid, assurance int, multifactor bool) */
Datum
authz_application_roles(PG_FUNCTION_ARGS)
{
	char *user_id = authz_argument_text(fcinfo, 0);
	const pg_uuid_t *application_id = authz_application_argument(fcinfo, 1);
	const AuthzSession *session = NULL;
	char *application;
	AuthzDoor door;
	int64 principal_id;

	if (user_id == NULL || application_id == NULL)
		PG_RETURN_NULL();
	application = DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(application_id)));
	door = open_roles(user_id, application_id, application);
	principal_id = find_user(&door, user_id, application_id);
	if (principal_id == 0)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(TEXTOID));

	/* About himself he asks as surely as he was proven. */
	if (door.plane == AUTHZ_PLANE_SESSION && principal_id == door.principal_id)
		session = authz_judgement_session(door.judgement);
	PG_RETURN_ARRAYTYPE_P(authz_judge_application_roles(
		door.account_id, principal_id, application,
		!PG_ARGISNULL(2)  ? PG_GETARG_INT32(2)
		: session != NULL ? session->assurance
						  : 0,
		!PG_ARGISNULL(3) ? PG_GETARG_BOOL(3) : session != NULL && session->multifactor));
}
