/*
 * application.c
 *	  What the one inside a door is to an application.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "entitle/closure.h"
#include "session/setting.h"
#include "sql/application.h"
#include "sql/growth.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

const pg_uuid_t *
authz_application_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : PG_GETARG_UUID_P(n);
}

AuthzStake
authz_application_stake(const AuthzDoor *door, const pg_uuid_t *application_id, bool *managed)
{
	/* clang-format off */
	static AuthzStatement statement = {
		.sql = "WITH RECURSIVE" AUTHZ_SQL_MINE
		" SELECT a.manager_id IS NOT NULL, a.manager_id = $1, a.owner_id = $1,"
		"        a.administrators_id = ANY (ARRAY(SELECT id FROM mine WHERE counts))"
		"   FROM authz.application a"
		"  WHERE a.account_id = $3 AND a.application_id = $4 AND a.status <> 'deleted'",
		.nargs = 4,
		.argtypes = {INT8OID, TIMESTAMPTZOID, INT4OID, UUIDOID},
	};
	/* clang-format on */
	AuthzStake stake = AUTHZ_STAKE_NONE;
	Datum values[4];
	AuthzActing acting;

	*managed = false;
	if (application_id == NULL)
		return AUTHZ_STAKE_NONE;
	values[0] = Int64GetDatum(door->principal_id);
	values[1] = TimestampTzGetDatum(GetCurrentStatementStartTimestamp());
	values[2] = Int32GetDatum(door->account_id);
	values[3] = UUIDPGetDatum(application_id);
	authz_store_begin(&acting);
	if (authz_store_read_fresh(&statement, values, NULL) == 1)
	{
		*managed = authz_store_bool(0, 1);
		stake = authz_store_bool(0, 2)	 ? AUTHZ_STAKE_MANAGER
				: authz_store_bool(0, 3) ? AUTHZ_STAKE_OWNER
				: authz_store_bool(0, 4) ? AUTHZ_STAKE_ADMINISTRATOR
										 : AUTHZ_STAKE_NONE;
	}
	authz_store_end(&acting);
	return door->principal_id == 0 ? AUTHZ_STAKE_NONE : stake;
}

AuthzDoor
authz_application_open(const char *permission, const pg_uuid_t *application_id)
{
	AuthzDoor door;
	bool managed;

	if (*authz_setting_session() == '\0')
		return authz_door_open(permission);
	door = authz_door_open_session(permission);
	if (!authz_door_holds(&door, permission) &&
		authz_application_stake(&door, application_id, &managed) == AUTHZ_STAKE_NONE)
		authz_door_require(&door, permission);
	return door;
}

/* The name of what the application itself is, NULL for none. */
static char *
identity_of(int account_id, const pg_uuid_t *application_id)
{
	static AuthzStatement statement = {
		.sql = "SELECT p.user_id FROM authz.application a"
			   "  JOIN authz.principal p ON p.principal_id = a.identity_id"
			   " WHERE a.account_id = $1 AND a.application_id = $2 AND a.status <> 'deleted'",
		.nargs = 2,
		.argtypes = {INT4OID, UUIDOID},
	};
	MemoryContext caller = CurrentMemoryContext;
	char *user_id = NULL;
	Datum values[2];
	AuthzActing acting;

	values[0] = Int32GetDatum(account_id);
	values[1] = UUIDPGetDatum(application_id);
	authz_store_begin(&acting);
	if (authz_store_read_fresh(&statement, values, NULL) == 1)
		user_id = MemoryContextStrdup(caller, authz_store_text(0, 1));
	authz_store_end(&acting);
	return user_id;
}

void
authz_application_require_identity(const AuthzDoor *door, const pg_uuid_t *application_id)
{
	char *identity;
	bool managed;

	if (door->plane == AUTHZ_PLANE_DATABASE || application_id == NULL ||
		authz_application_stake(door, application_id, &managed) != AUTHZ_STAKE_NONE)
		return;
	identity = identity_of(door->account_id, application_id);
	if (identity == NULL)
		return;
	authz_door_require(door, "user.impersonate");
	authz_growth_check_principal(door, identity);
}

char *
authz_application_identifier(const AuthzDoor *door, const pg_uuid_t *application_id)
{
	static AuthzStatement statement = {
		.sql = "SELECT identifier FROM authz.application"
			   " WHERE account_id = $1 AND application_id = $2 AND status <> 'deleted'",
		.nargs = 2,
		.argtypes = {INT4OID, UUIDOID},
	};
	MemoryContext caller = CurrentMemoryContext;
	char *identifier = NULL;
	Datum values[2];
	AuthzActing acting;

	values[0] = Int32GetDatum(door->account_id);
	values[1] = UUIDPGetDatum(application_id);
	authz_store_begin(&acting);
	if (authz_store_read_fresh(&statement, values, NULL) == 1)
		identifier = MemoryContextStrdup(caller, authz_store_text(0, 1));
	authz_store_end(&acting);
	if (identifier == NULL)
		ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND),
						errmsg("there is no application \"%s\"",
							   DatumGetCString(DirectFunctionCall1(uuid_out, values[1])))));
	return identifier;
}

int64
authz_application_find_role(const pg_uuid_t *application_id, const char *word)
{
	static AuthzStatement statement = {
		.sql = "SELECT authz.application_role($1, $2)",
		.nargs = 2,
		.argtypes = {UUIDOID, TEXTOID},
	};
	Datum values[2];
	AuthzActing acting;
	int64 role_id;

	values[0] = UUIDPGetDatum(application_id);
	values[1] = CStringGetTextDatum(word);
	authz_store_begin(&acting);
	(void) authz_store_write(&statement, values, NULL);
	role_id = authz_store_int64(0, 1);
	authz_store_end(&acting);
	return role_id;
}

void
authz_application_check_role(const AuthzDoor *door, const pg_uuid_t *application_id,
							 const char *word)
{
	if (application_id != NULL && word != NULL)
		authz_growth_check_role(door, authz_application_find_role(application_id, word));
}

bool
authz_application_may_manage(const AuthzDoor *door)
{
	/* clang-format off */
	static AuthzStatement statement = {
		.sql = "WITH RECURSIVE" AUTHZ_SQL_MINE
		" SELECT w.principal_id FROM authz.principal w"
		"  WHERE w.account_id = $3 AND w.kind = 'group' AND w.status = 'active'"
		"    AND w.reused_at IS NULL AND lower(w.user_id) = lower(coalesce("
		"        (SELECT c.settings ->> 'managers_group' FROM authz.account c WHERE c.account_id = $3),"
		"        'authorization-service-applications-managers'))"
		"    AND w.principal_id = ANY (ARRAY(SELECT id FROM mine WHERE counts))",
		.nargs = 3,
		.argtypes = {INT8OID, TIMESTAMPTZOID, INT4OID},
	};
	/* clang-format on */
	Datum values[3];
	AuthzActing acting;
	bool may;

	values[0] = Int64GetDatum(door->principal_id);
	values[1] = TimestampTzGetDatum(GetCurrentStatementStartTimestamp());
	values[2] = Int32GetDatum(door->account_id);
	authz_store_begin(&acting);
	may = authz_store_read_fresh(&statement, values, NULL) > 0;
	authz_store_end(&acting);
	return may && door->principal_id != 0;
}
