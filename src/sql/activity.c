/*
 * activity.c
 *	  What an application does with its secrets.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "sql/activity.h"
#include "store/failure.h"
#include "store/statement.h"
#include "utils/builtins.h"

static Datum
text_or_null(const char *value, char *null)
{
	*null = value == NULL ? 'n' : ' ';
	return value == NULL ? (Datum) 0 : CStringGetTextDatum(value);
}

void
authz_activity_note(const AuthzActivity *activity)
{
	static AuthzStatement statement = {
		.sql =
			"INSERT INTO authz.application_activity (application_id, account_id, action,"
			"        outcome, principal_id, session_id, secret_id, source, client_id)"
			" SELECT a.application_id, a.account_id, $2, $3, nullif($4, 0), $5, nullif($6, 0), $7, $8"
			"   FROM authz.application a WHERE a.application_id = $1::uuid",
		.nargs = 8,
		.argtypes = {TEXTOID, TEXTOID, TEXTOID, INT8OID, TEXTOID, INT8OID, TEXTOID, TEXTOID},
	};
	Datum values[8];
	char nulls[9] = "        ";
	AuthzActing acting;

	values[0] = CStringGetTextDatum(activity->application);
	values[1] = CStringGetTextDatum(activity->action);
	values[2] = CStringGetTextDatum(activity->outcome);
	values[3] = Int64GetDatum(activity->principal_id);
	values[4] = text_or_null(activity->session_id, &nulls[4]);
	values[5] = Int64GetDatum(activity->secret_id);
	values[6] = CStringGetTextDatum(authz_failure_source());
	values[7] = text_or_null(activity->client_id, &nulls[7]);
	authz_store_begin(&acting);
	(void) authz_store_write(&statement, values, nulls);
	authz_store_end(&acting);
}
