/*
 * seal.c
 *	  The door to sealing, and what SQL needs to keep and use secrets.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "sql/door.h"
#include "store/secret.h"
#include "tcop/utility.h"

PG_FUNCTION_INFO_V1(authz_sealing_version);

/* authz.sealing_version() */
Datum
authz_sealing_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(authz_secret_version());
}

PG_FUNCTION_INFO_V1(authz_seal_secret);

/* authz.seal_secret(secret_id bigint, value bytea, key_version int) */
Datum
authz_seal_secret(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(
		authz_secret_seal(PG_GETARG_INT64(0), PG_GETARG_BYTEA_PP(1), PG_GETARG_INT32(2)));
}

PG_FUNCTION_INFO_V1(authz_open_secret);

/* authz.open_secret(secret_id bigint, value bytea, key_version int) */
Datum
authz_open_secret(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(
		authz_secret_open(PG_GETARG_INT64(0), PG_GETARG_BYTEA_PP(1), PG_GETARG_INT32(2)));
}

PG_FUNCTION_INFO_V1(authz_seal);

/* authz_seal(): secrets belong to the server's keys, not to an account */
Datum
authz_seal(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open_database("secret.seal");

	PreventCommandIfReadOnly("authz_seal()");
	PreventCommandIfParallelMode("authz_seal()");

	/* What has been committed since an older snapshot would be left out. */
	if (IsolationUsesXactSnapshot())
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("secrets are sealed at the isolation level READ COMMITTED"),
						errhint("BEGIN ISOLATION LEVEL READ COMMITTED.")));
	return authz_door_call(&door, fcinfo);
}
