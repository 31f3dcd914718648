/*
 * seal.c
 *	  The door to sealing, and what SQL needs to keep and use secrets.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "session/setting.h"
#include "sql/door.h"
#include "store/secret.h"
#include "store/statement.h"
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

PG_FUNCTION_INFO_V1(authz_secrets_at_rest);

/* authz_secrets_at_rest(): for who administers the database plane; NULLs for others */
Datum
authz_secrets_at_rest(PG_FUNCTION_ARGS)
{
	static AuthzStatement statement = {
		.sql = "SELECT count(*) FILTER (WHERE key_version = 0),"
			   "       count(*) FILTER (WHERE key_version > 0 AND key_version <"
			   "         (SELECT max(key_version) FROM authz.secret))"
			   "  FROM authz.secret",
	};
	TupleDesc description;
	Datum values[3] = {0};
	bool nulls[3] = {true, true, true};
	AuthzActing acting;

	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (*authz_setting_session() == '\0' && authz_door_administers())
	{
		authz_store_begin(&acting);
		(void) authz_store_read_fresh(&statement, NULL, NULL);
		values[0] = BoolGetDatum(authz_secret_has_file());
		values[1] = Int64GetDatum(authz_store_int64(0, 1));
		values[2] = Int64GetDatum(authz_store_int64(0, 2));
		authz_store_end(&acting);
		memset(nulls, false, sizeof(nulls));
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls)));
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
