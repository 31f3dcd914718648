/*
 * check.c
 *	  The checks: what may this session do with this category, this permission.
 *
 * They run for every row of a protected table and never raise for want of
 * rights.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "entitle/judge.h"
#include "fmgr.h"
#include "pure/privileges.h"
#include "sql/check.h"
#include "sql/ids.h"
#include "sql/site.h"
#include "sql/support.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

static inline Datum
may(FunctionCallInfo fcinfo, AuthzLevel level)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(authz_gate_admits(authz_site_gate(fcinfo, level, 1), PG_GETARG_INT64(0)));
}

/* Twins for narrower columns, whose index a cast would hide. */
static inline Datum
may_int4(FunctionCallInfo fcinfo, AuthzLevel level)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(authz_gate_admits(authz_site_gate(fcinfo, level, 1), PG_GETARG_INT32(0)));
}

static inline Datum
may_int2(FunctionCallInfo fcinfo, AuthzLevel level)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(authz_gate_admits(authz_site_gate(fcinfo, level, 1), PG_GETARG_INT16(0)));
}

static inline Datum
may_any(FunctionCallInfo fcinfo, AuthzLevel level, int width)
{
	AuthzArrayRoom room;
	const ArrayType *ids;
	const AuthzGate *gate;
	int n;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	gate = authz_site_gate(fcinfo, level, 1);
	ids = authz_array_at(PG_GETARG_DATUM(0), &room);
	n = authz_array_count(ids, width);
	for (int i = 0; i < n; i++)
		if (authz_gate_admits(gate, authz_array_id(ids, width, i)))
			PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(false);
}

#define CHECK(name, answer)      \
	PG_FUNCTION_INFO_V1(name);   \
	Datum name(PG_FUNCTION_ARGS) \
	{                            \
		return answer;           \
	}

#define CHECKS(verb, level)                                                   \
	CHECK(authz_can_##verb, may(fcinfo, level))                               \
	CHECK(authz_can_##verb##_int4, may_int4(fcinfo, level))                   \
	CHECK(authz_can_##verb##_int2, may_int2(fcinfo, level))                   \
	CHECK(authz_can_##verb##_any, may_any(fcinfo, level, sizeof(int64)))      \
	CHECK(authz_can_##verb##_any_int4, may_any(fcinfo, level, sizeof(int32))) \
	CHECK(authz_can_##verb##_any_int2, may_any(fcinfo, level, sizeof(int16)))

CHECKS(view, AUTHZ_LEVEL_MEMBER)
CHECKS(contribute, AUTHZ_LEVEL_CONTRIBUTOR)
CHECKS(moderate, AUTHZ_LEVEL_MODERATOR)
CHECKS(manage, AUTHZ_LEVEL_MANAGER)

/* Lists --------------------------------------------------------------- */

AuthzLevel
authz_check_level(const char *word, bool none_allowed)
{
	static const char *const words[] = {"none", "member", "contributor", "moderator", "manager"};

	for (int level = none_allowed ? 0 : 1; level < lengthof(words); level++)
		if (pg_strcasecmp(word, words[level]) == 0)
			return (AuthzLevel) level;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid level \"%s\"", word),
					errhint("It is one of %smember, contributor, moderator and manager.",
							none_allowed ? "none, " : "")));
}

/* The admitted ids as an array of integers of that width; those beyond its range no column has. */
static ArrayType *
array_of(const AuthzGate *gate, int width)
{
	Oid type = width == sizeof(int64) ? INT8OID : width == sizeof(int32) ? INT4OID : INT2OID;
	int64 most = width == sizeof(int64)	  ? PG_INT64_MAX
				 : width == sizeof(int32) ? INT_MAX
										  : SHRT_MAX;
	size_t n;
	int64 *ids = authz_gate_list(gate, &n);
	Size bytes;
	ArrayType *array;

	while (n > 0 && ids[n - 1] > most)
		n--;
	bytes = ARR_OVERHEAD_NONULLS(1) + n * width;
	if (n == 0)
		return construct_empty_array(type);
	if (!AllocSizeIsValid(bytes))
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("too many categories for one array")));
	array = palloc0(bytes);
	SET_VARSIZE(array, bytes);
	array->ndim = 1;
	array->dataoffset = 0;
	array->elemtype = type;
	ARR_DIMS(array)[0] = (int) n;
	ARR_LBOUND(array)[0] = 1;
	if (width == sizeof(int64))
		memcpy(ARR_DATA_PTR(array), ids, bytes - ARR_OVERHEAD_NONULLS(1));
	else if (width == sizeof(int32))
		for (size_t i = 0; i < n; i++)
			((int32 *) ARR_DATA_PTR(array))[i] = (int32) ids[i];
	else
		for (size_t i = 0; i < n; i++)
			((int16 *) ARR_DATA_PTR(array))[i] = (int16) ids[i];
	return array;
}

PG_FUNCTION_INFO_V1(authz_visible_categories);

/* authz_visible_categories(level text) */
Datum
authz_visible_categories(PG_FUNCTION_ARGS)
{
	AuthzLevel level = authz_check_level(text_to_cstring(PG_GETARG_TEXT_PP(0)), false);
	AuthzGate gate;

	authz_judgement_gate(authz_site(fcinfo, 0)->judgement, level, NULL, 0, &gate);
	PG_RETURN_ARRAYTYPE_P(array_of(&gate, sizeof(int64)));
}

/* (level int, permission text, account_id int): for index conditions */
static Datum
category_ids(FunctionCallInfo fcinfo, int width)
{
	int level = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT32(0);
	AuthzGate gate = {0};
	char *permission;

	if (level >= AUTHZ_LEVEL_MEMBER && level <= AUTHZ_LEVEL_MANAGER && !PG_ARGISNULL(1))
	{
		permission = text_to_cstring(PG_GETARG_TEXT_PP(1));
		authz_judgement_gate(authz_site(fcinfo, 0)->judgement, (AuthzLevel) level,
							 *permission == '\0' ? NULL : permission,
							 PG_ARGISNULL(2) ? 0 : PG_GETARG_INT32(2), &gate);
		authz_support_note(&gate);
	}
	PG_RETURN_ARRAYTYPE_P(array_of(&gate, width));
}

CHECK(authz_category_ids, category_ids(fcinfo, sizeof(int64)))
CHECK(authz_category_ids_int4, category_ids(fcinfo, sizeof(int32)))
CHECK(authz_category_ids_int2, category_ids(fcinfo, sizeof(int16)))

/* Permissions and roles ----------------------------------------------- */

PG_FUNCTION_INFO_V1(authz_has_permission);

Datum
authz_has_permission(PG_FUNCTION_ARGS)
{
	AuthzSite *site;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	site = authz_site(fcinfo, 0);
	if (!site->filled || !site->constant)
	{
		site->holds =
			authz_judgement_has_permission(site->judgement, text_to_cstring(PG_GETARG_TEXT_PP(0)));
		site->filled = true;
	}
	PG_RETURN_BOOL(site->holds);
}

PG_FUNCTION_INFO_V1(authz_require_permission);

Datum
authz_require_permission(PG_FUNCTION_ARGS)
{
	if (!DatumGetBool(authz_has_permission(fcinfo)))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
						errhint("The session lacks the permission \"%s\".",
								PG_ARGISNULL(0) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(0)))));
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(authz_has_role);

Datum
authz_has_role(PG_FUNCTION_ARGS)
{
	char *application = NULL;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	if (!PG_ARGISNULL(1))
		application = DatumGetCString(DirectFunctionCall1(uuid_out, PG_GETARG_DATUM(1)));
	PG_RETURN_BOOL(authz_judgement_has_role(authz_site(fcinfo, 0)->judgement,
											text_to_cstring(PG_GETARG_TEXT_PP(0)), application));
}

PG_FUNCTION_INFO_V1(authz_has_privilege);

Datum
authz_has_privilege(PG_FUNCTION_ARGS)
{
	const AuthzSession *session;
	char *key;
	char *value = NULL;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	session = authz_judgement_session(authz_site(fcinfo, 0)->judgement);
	if (session == NULL)
		PG_RETURN_BOOL(false);
	key = text_to_cstring(PG_GETARG_TEXT_PP(0));
	if (!PG_ARGISNULL(1))
		value = text_to_cstring(PG_GETARG_TEXT_PP(1));
	PG_RETURN_BOOL(
		authz_privileges_has(session->privileges, strlen(session->privileges), key, value));
}
