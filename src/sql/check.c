/*
 * check.c
 *	  The checks: what may this session do with this category, this permission.
 *
 * They run for every row of a protected table, so all that is the same for the
 * rows of an execution is done at its first call and kept in fn_extra. They
 * never raise for want of rights.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "entitle/judge.h"
#include "fmgr.h"
#include "pure/privileges.h"
#include "sql/check.h"
#include "sql/support.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

/* What one call site has found out. */
typedef struct Site
{
	AuthzJudgement *judgement;
	uint64 number; /* of the judgement */
	bool pinned;   /* the judgement stays the same while the site lives */
	bool constant; /* the arguments after the first are the same in all calls */
	bool filled;
	bool holds; /* of a permission */
	AuthzGate gate;
} Site;

static Site *
make_site(FunctionCallInfo fcinfo, int first_constant)
{
	FmgrInfo *flinfo = fcinfo->flinfo;
	Site *site = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(Site));

	site->constant = true;
	for (int i = first_constant; i < PG_NARGS(); i++)
		site->constant &= get_fn_expr_arg_stable(flinfo, i);
	flinfo->fn_extra = site;
	return site;
}

/* The site of this call, with the judgement that is good for it. */
static Site *
site_of(FunctionCallInfo fcinfo, int first_constant)
{
	Site *site = fcinfo->flinfo->fn_extra;

	if (unlikely(site == NULL))
		site = make_site(fcinfo, first_constant);
	if (!site->pinned)
	{
		AuthzJudgement *judgement = authz_judge(fcinfo->flinfo, &site->pinned);
		uint64 number = authz_judgement_number(judgement);

		if (site->number != number)
			site->filled = false;
		site->judgement = judgement;
		site->number = number;
	}
	return site;
}

static const AuthzGate *
fill_gate(FunctionCallInfo fcinfo, Site *site, AuthzLevel level, int position)
{
	char *permission = NULL;
	int account_id = 0;

	site->gate.nsides = 0;
	site->gate.only = NULL;
	if (PG_NARGS() > position)
	{
		if (PG_ARGISNULL(position))
			return &site->gate;
		permission = text_to_cstring(PG_GETARG_TEXT_PP(position));
	}
	if (PG_NARGS() > position + 1 && !PG_ARGISNULL(position + 1))
		account_id = PG_GETARG_INT32(position + 1);
	if (permission != NULL && *permission == '\0')
		permission = NULL;
	authz_judgement_gate(site->judgement, level, permission, account_id, &site->gate);
	authz_support_note(&site->gate);
	site->filled = true;
	return &site->gate;
}

/* Arguments from this position: a permission ('' for none asked), an account (NULL for any). */
static inline const AuthzGate *
gate_of(FunctionCallInfo fcinfo, AuthzLevel level, int position)
{
	Site *site = fcinfo->flinfo->fn_extra;

	if (likely(site != NULL && site->pinned && site->filled && site->constant))
		return &site->gate;
	site = site_of(fcinfo, position);
	if (site->filled && site->constant)
		return &site->gate;
	return fill_gate(fcinfo, site, level, position);
}

static inline Datum
may(FunctionCallInfo fcinfo, AuthzLevel level)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(authz_gate_admits(gate_of(fcinfo, level, 1), PG_GETARG_INT64(0)));
}

/* Twins for narrower columns, whose index a cast would hide. */
static inline Datum
may_int4(FunctionCallInfo fcinfo, AuthzLevel level)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(authz_gate_admits(gate_of(fcinfo, level, 1), PG_GETARG_INT32(0)));
}

static inline Datum
may_int2(FunctionCallInfo fcinfo, AuthzLevel level)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(authz_gate_admits(gate_of(fcinfo, level, 1), PG_GETARG_INT16(0)));
}

static Datum
may_any(FunctionCallInfo fcinfo, AuthzLevel level)
{
	ArrayType *ids;
	const AuthzGate *gate;
	ArrayIterator iterator;
	Datum id;
	bool isnull;
	bool found = false;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	ids = PG_GETARG_ARRAYTYPE_P(0);
	gate = gate_of(fcinfo, level, 1);

	if (!ARR_HASNULL(ids))
	{
		int n = ArrayGetNItems(ARR_NDIM(ids), ARR_DIMS(ids));
		const int64 *values = (const int64 *) ARR_DATA_PTR(ids);

		for (int i = 0; i < n && !found; i++)
			found = authz_gate_admits(gate, values[i]);
		PG_RETURN_BOOL(found);
	}

	iterator = array_create_iterator(ids, 0, NULL);
	while (!found && array_iterate(iterator, &id, &isnull))
		found = !isnull && authz_gate_admits(gate, DatumGetInt64(id));
	array_free_iterator(iterator);
	PG_RETURN_BOOL(found);
}

#define CHECKS(verb, level)                         \
	PG_FUNCTION_INFO_V1(authz_can_##verb);          \
	Datum authz_can_##verb(PG_FUNCTION_ARGS)        \
	{                                               \
		return may(fcinfo, level);                  \
	}                                               \
	PG_FUNCTION_INFO_V1(authz_can_##verb##_int4);   \
	Datum authz_can_##verb##_int4(PG_FUNCTION_ARGS) \
	{                                               \
		return may_int4(fcinfo, level);             \
	}                                               \
	PG_FUNCTION_INFO_V1(authz_can_##verb##_int2);   \
	Datum authz_can_##verb##_int2(PG_FUNCTION_ARGS) \
	{                                               \
		return may_int2(fcinfo, level);             \
	}                                               \
	PG_FUNCTION_INFO_V1(authz_can_##verb##_any);    \
	Datum authz_can_##verb##_any(PG_FUNCTION_ARGS)  \
	{                                               \
		return may_any(fcinfo, level);              \
	}

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

static ArrayType *
array_of(const AuthzGate *gate)
{
	size_t n;
	int64 *ids = authz_gate_list(gate, &n);
	Size bytes = ARR_OVERHEAD_NONULLS(1) + n * sizeof(int64);
	ArrayType *array;

	if (n == 0)
		return construct_empty_array(INT8OID);
	if (!AllocSizeIsValid(bytes))
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("too many categories for one array")));
	array = palloc0(bytes);
	SET_VARSIZE(array, bytes);
	array->ndim = 1;
	array->dataoffset = 0;
	array->elemtype = INT8OID;
	ARR_DIMS(array)[0] = (int) n;
	ARR_LBOUND(array)[0] = 1;
	memcpy(ARR_DATA_PTR(array), ids, n * sizeof(int64));
	return array;
}

PG_FUNCTION_INFO_V1(authz_visible_categories);

/* authz_visible_categories(level text) */
Datum
authz_visible_categories(PG_FUNCTION_ARGS)
{
	AuthzLevel level = authz_check_level(text_to_cstring(PG_GETARG_TEXT_PP(0)), false);
	AuthzGate gate;

	authz_judgement_gate(site_of(fcinfo, 0)->judgement, level, NULL, 0, &gate);
	PG_RETURN_ARRAYTYPE_P(array_of(&gate));
}

PG_FUNCTION_INFO_V1(authz_category_ids);

/* authz_category_ids(level int, permission text, account_id int): for index conditions */
Datum
authz_category_ids(PG_FUNCTION_ARGS)
{
	int level = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT32(0);
	char *permission;
	AuthzGate gate;

	if (level < AUTHZ_LEVEL_MEMBER || level > AUTHZ_LEVEL_MANAGER || PG_ARGISNULL(1))
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(INT8OID));
	permission = text_to_cstring(PG_GETARG_TEXT_PP(1));
	authz_judgement_gate(site_of(fcinfo, 0)->judgement, (AuthzLevel) level,
						 *permission == '\0' ? NULL : permission,
						 PG_ARGISNULL(2) ? 0 : PG_GETARG_INT32(2), &gate);
	authz_support_note(&gate);
	PG_RETURN_ARRAYTYPE_P(array_of(&gate));
}

/* Permissions and roles ----------------------------------------------- */

PG_FUNCTION_INFO_V1(authz_has_permission);

Datum
authz_has_permission(PG_FUNCTION_ARGS)
{
	Site *site;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	site = site_of(fcinfo, 0);
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
	PG_RETURN_BOOL(authz_judgement_has_role(site_of(fcinfo, 0)->judgement,
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
	session = authz_judgement_session(site_of(fcinfo, 0)->judgement);
	if (session == NULL)
		PG_RETURN_BOOL(false);
	key = text_to_cstring(PG_GETARG_TEXT_PP(0));
	if (!PG_ARGISNULL(1))
		value = text_to_cstring(PG_GETARG_TEXT_PP(1));
	PG_RETURN_BOOL(
		authz_privileges_has(session->privileges, strlen(session->privileges), key, value));
}

/* Owners --------------------------------------------------------------- */

/* Names by which the subject owns rows, NULL for none: arguments account and permission. */
static ArrayType *
names_of(FunctionCallInfo fcinfo, AuthzJudgement *judgement, int account_argument)
{
	const AuthzSession *session = authz_judgement_session(judgement);
	int permission_argument = account_argument + 1;

	if (session == NULL)
		return NULL;
	if (!PG_ARGISNULL(account_argument) && PG_GETARG_INT32(account_argument) != session->account_id)
		return NULL;
	if (!PG_ARGISNULL(permission_argument))
	{
		char *permission = text_to_cstring(PG_GETARG_TEXT_PP(permission_argument));

		if (*permission != '\0' && !authz_judgement_has_permission(judgement, permission))
			return NULL;
	}
	return authz_judgement_names(judgement);
}

PG_FUNCTION_INFO_V1(authz_owner_ids);

/* authz_owner_ids(account_id int, permission text) */
Datum
authz_owner_ids(PG_FUNCTION_ARGS)
{
	ArrayType *names = names_of(fcinfo, site_of(fcinfo, 0)->judgement, 0);

	/* The judgement's memory may end before the value is used. */
	PG_RETURN_ARRAYTYPE_P(names == NULL ? construct_empty_array(TEXTOID)
										: DatumGetArrayTypePCopy(PointerGetDatum(names)));
}

/* The names as a call site compares rows with them. */
typedef struct OwnerSite
{
	bool constant;
	int n;
	text **names;
} OwnerSite;

static OwnerSite *
find_names(FunctionCallInfo fcinfo)
{
	FmgrInfo *flinfo = fcinfo->flinfo;
	bool pinned;
	AuthzJudgement *judgement = authz_judge(flinfo, &pinned);
	MemoryContext caller = MemoryContextSwitchTo(pinned ? flinfo->fn_mcxt : CurrentMemoryContext);
	OwnerSite *site = palloc0(sizeof(OwnerSite));
	ArrayType *names = names_of(fcinfo, judgement, 1);

	if (names != NULL)
		deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, (Datum **) &site->names, NULL,
						  &site->n);
	for (int i = 0; i < site->n; i++)
		site->names[i] = DatumGetTextPCopy(PointerGetDatum(site->names[i]));
	if (pinned && get_fn_expr_arg_stable(flinfo, 1) && get_fn_expr_arg_stable(flinfo, 2))
		flinfo->fn_extra = site;
	MemoryContextSwitchTo(caller);
	return site;
}

PG_FUNCTION_INFO_V1(authz_is_owner);

/* authz_is_owner(owner text, account_id int, permission text) */
Datum
authz_is_owner(PG_FUNCTION_ARGS)
{
	const OwnerSite *site = fcinfo->flinfo->fn_extra;
	text *owner;
	size_t length;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	if (unlikely(site == NULL))
		site = find_names(fcinfo);
	if (site->n == 0)
		PG_RETURN_BOOL(false);
	owner = PG_GETARG_TEXT_PP(0);
	length = VARSIZE_ANY_EXHDR(owner);
	for (int i = 0; i < site->n; i++)
		if (VARSIZE(site->names[i]) - VARHDRSZ == length &&
			memcmp(VARDATA(site->names[i]), VARDATA_ANY(owner), length) == 0)
			PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(false);
}

/* Rows without a category, and new rows --------------------------------- */

/* Whether the row counts as one without a category: it names none, or none of the account. */
static bool
is_uncategorized(AuthzJudgement *judgement, NullableDatum category)
{
	return category.isnull ||
		   !authz_judgement_knows_category(judgement, DatumGetInt64(category.value));
}

PG_FUNCTION_INFO_V1(authz_is_uncategorized);

Datum
authz_is_uncategorized(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(is_uncategorized(site_of(fcinfo, 0)->judgement, fcinfo->args[0]));
}

/* Whether the name is one that the session may give rows to: his own, or by edituser. */
static bool
may_own(const AuthzSession *session, const char *owner)
{
	size_t length = strlen(session->privileges);

	return (session->user_id != NULL && strcmp(session->user_id, owner) == 0) ||
		   authz_privileges_has(session->privileges, length, "edituser", owner);
}

PG_FUNCTION_INFO_V1(authz_can_add);

/* authz_can_add(category_id bigint, owner text, permission text, account_id int) */
Datum
authz_can_add(PG_FUNCTION_ARGS)
{
	Site *site = site_of(fcinfo, 2);
	const AuthzSession *session = authz_judgement_session(site->judgement);

	if (session == NULL)
		PG_RETURN_BOOL(false);
	if (!PG_ARGISNULL(1) && !may_own(session, text_to_cstring(PG_GETARG_TEXT_PP(1))))
		PG_RETURN_BOOL(false);
	if (!PG_ARGISNULL(0) &&
		authz_gate_admits(gate_of(fcinfo, AUTHZ_LEVEL_CONTRIBUTOR, 2), PG_GETARG_INT64(0)))
		PG_RETURN_BOOL(true);

	/*
	 * A row without a category takes a user, and the permission all the same. An id
	 * that no category has may become one's, in which the row would then be.
	 */
	if (session->principal_id == 0 || PG_ARGISNULL(2) || !PG_ARGISNULL(0) ||
		(!PG_ARGISNULL(3) && PG_GETARG_INT32(3) != session->account_id))
		PG_RETURN_BOOL(false);
	if (VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(2)) == 0)
		PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(
		authz_judgement_has_permission(site->judgement, text_to_cstring(PG_GETARG_TEXT_PP(2))));
}

PG_FUNCTION_INFO_V1(authz_is_anybody);

/* authz_is_anybody(with_user bool, permission text, account_id int): for uncategorized rows */
Datum
authz_is_anybody(PG_FUNCTION_ARGS)
{
	Site *site = site_of(fcinfo, 0);
	const AuthzSession *session = authz_judgement_session(site->judgement);
	char *permission;

	if (session == NULL || PG_ARGISNULL(0) || PG_ARGISNULL(1) ||
		(!PG_ARGISNULL(2) && PG_GETARG_INT32(2) != session->account_id) ||
		(PG_GETARG_BOOL(0) && session->principal_id == 0))
		PG_RETURN_BOOL(false);
	permission = text_to_cstring(PG_GETARG_TEXT_PP(1));
	PG_RETURN_BOOL(*permission == '\0' ||
				   authz_judgement_has_permission(site->judgement, permission));
}
