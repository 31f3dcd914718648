/*
 * session_info.c
 *	  A session as SQL sees it: a row of authz_session_info.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "sql/session_info.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/timestamp.h"

static Datum
text_or_null(const char *value, bool *isnull)
{
	*isnull = value == NULL;
	return value == NULL ? (Datum) 0 : CStringGetTextDatum(value);
}

Datum
authz_session_info(FunctionCallInfo fcinfo, const AuthzSessionInfo *info)
{
	static const char *const types[] = {"widget", "user", "admin"};
	TupleDesc description;
	Datum values[9];
	bool nulls[9] = {false};
	Oid enum_type;

	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	description = BlessTupleDesc(description);
	enum_type = TupleDescAttr(description, 2)->atttypid;

	values[0] = text_or_null(info->token, &nulls[0]);
	values[1] = CStringGetTextDatum(info->session_id);
	values[2] = OidInputFunctionCall(F_ENUM_IN, pstrdup(types[info->type]), enum_type, -1);
	values[3] = Int32GetDatum(info->account_id);
	values[4] = text_or_null(info->user_id, &nulls[4]);
	values[5] = text_or_null(info->actor, &nulls[5]);
	values[6] = PointerGetDatum(info->role_ids);
	values[7] = TimestampTzGetDatum(info->expires_at);
	values[8] = CStringGetTextDatum(info->privileges);
	return HeapTupleGetDatum(heap_form_tuple(description, values, nulls));
}
