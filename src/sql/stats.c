/*
 * stats.c
 *	  What this backend has loaded so far, and what it keeps of it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "entitle/cache.h"
#include "entitle/rights.h"
#include "entitle/shared.h"
#include "entitle/subject.h"
#include "fmgr.h"
#include "funcapi.h"
#include "session/session.h"

PG_FUNCTION_INFO_V1(authz_counters);

/* authz_counters(): the row of the view authz_stats */
Datum
authz_counters(PG_FUNCTION_ARGS)
{
	TupleDesc description;
	Datum values[8];
	bool nulls[8] = {false};

	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	values[0] = Int64GetDatum((int64) authz_session_verified());
	values[1] = Int64GetDatum((int64) authz_subject_kind.loads);
	values[2] = Int64GetDatum((int64) authz_shared_kind.loads);
	values[3] = Int64GetDatum((int64) authz_every_kind.loads);
	values[4] = Int64GetDatum((int64) authz_rights_kind.loads);
	values[5] = Int64GetDatum((int64) authz_registry_kind.loads);
	values[6] = Int32GetDatum(authz_cache_entries());
	values[7] = Int64GetDatum((int64) authz_cache_bytes());
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls)));
}
