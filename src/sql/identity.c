/*
 * identity.c
 *	  Who the session in force is, as a row.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "entitle/judge.h"
#include "fmgr.h"
#include "funcapi.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/datum.h"

#define COLUMNS 9

/* Copies the row at hand to where it stays. */
static void
copy_row(TupleDesc description, MemoryContext context, Datum *values, bool *nulls)
{
	MemoryContext inside = MemoryContextSwitchTo(context);

	for (int i = 0; i < COLUMNS; i++)
	{
		Form_pg_attribute column = TupleDescAttr(description, i);

		values[i] = authz_store_value(0, i + 1, &nulls[i]);
		if (!nulls[i])
			values[i] = datumCopy(values[i], column->attbyval, column->attlen);
	}
	MemoryContextSwitchTo(inside);
}

PG_FUNCTION_INFO_V1(authz_current_identity);

/* authz_current_identity(): the columns are those of the statement */
Datum
authz_current_identity(PG_FUNCTION_ARGS)
{
	static AuthzStatement statement = {
		.sql = "SELECT p.user_id, p.kind, p.account_id,"
			   "       coalesce(a.display_name, p.screen_name,"
			   "                nullif(concat_ws(' ', p.first_name, p.last_name), '')),"
			   "       (SELECT f.user_id FROM authz.secondary_identity s"
			   "          JOIN authz.principal f ON f.principal_id = s.primary_id"
			   "         WHERE s.principal_id = p.principal_id),"
			   "       a.application_id, a.identifier,"
			   "       coalesce((SELECT t.identifier FROM authz.application t"
			   "                  WHERE t.application_id = $2::uuid),"
			   "                authz.account_audience(p.account_id)), $3"
			   "  FROM authz.principal p"
			   "  LEFT JOIN authz.application a ON a.identity_id = p.principal_id"
			   " WHERE p.principal_id = $1",
		.nargs = 3,
		.argtypes = {INT8OID, TEXTOID, TEXTOID},
	};
	const AuthzSession *session = authz_judgement_session(authz_judge_now());
	MemoryContext caller = CurrentMemoryContext;
	TupleDesc description;
	Datum values[COLUMNS];
	bool nulls[COLUMNS];
	char given[] = "   ";
	AuthzActing acting;
	bool found;

	if (session == NULL || session->principal_id == 0)
		PG_RETURN_NULL();
	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = Int64GetDatum(session->principal_id);
	given[1] = session->application == NULL ? 'n' : ' ';
	values[1] =
		session->application == NULL ? (Datum) 0 : CStringGetTextDatum(session->application);
	given[2] = session->actor == NULL ? 'n' : ' ';
	values[2] = session->actor == NULL ? (Datum) 0 : CStringGetTextDatum(session->actor);

	authz_store_begin(&acting);
	found = authz_store_read_fresh(&statement, values, given) == 1;
	if (found)
		copy_row(description, caller, values, nulls);
	authz_store_end(&acting);
	if (!found)
		PG_RETURN_NULL();
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls));
}
