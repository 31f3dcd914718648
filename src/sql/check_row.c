/*
 * check_row.c
 *	  The checks of rows, beside those of their categories: whose they are, whom
 *	  the session's privileges name, where new ones may be put.
 *
 * They run for every row of a protected table and never raise for want of
 * rights.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "entitle/assignment.h"
#include "entitle/judge.h"
#include "entitle/row.h"
#include "fmgr.h"
#include "pure/privileges.h"
#include "sql/argument.h"
#include "sql/ids.h"
#include "sql/site.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

/* Owners and other people ------------------------------------------------ */

PG_FUNCTION_INFO_V1(authz_owner_ids);

/* authz_owner_ids(account_id int, permission text) */
Datum
authz_owner_ids(PG_FUNCTION_ARGS)
{
	AuthzJudgement *judgement = authz_site(fcinfo, 0)->judgement;
	ArrayType *names =
		authz_site_admits(fcinfo, judgement, 1, 0) ? authz_judgement_names(judgement) : NULL;

	/* The judgement's memory may end before the value is used. */
	PG_RETURN_ARRAYTYPE_P(names == NULL ? construct_empty_array(TEXTOID)
										: DatumGetArrayTypePCopy(PointerGetDatum(names)));
}

/* The names as a call site compares rows with them: by length, and then by their bytes. */
typedef struct Names
{
	int n;
	text **names;
} Names;

/* More than so many are not tried one after another. */
#define FEW_NAMES 8

static inline int
compare_name(const char *name, Size length, const text *other)
{
	Size other_length = VARSIZE(other) - VARHDRSZ;

	if (length != other_length)
		return length < other_length ? -1 : 1;
	return memcmp(name, VARDATA(other), length);
}

static int
compare_names(const void *a, const void *b)
{
	const text *name = *(text *const *) a;

	return compare_name(VARDATA(name), VARSIZE(name) - VARHDRSZ, *(text *const *) b);
}

static Names *
find_names(FunctionCallInfo fcinfo)
{
	FmgrInfo *flinfo = fcinfo->flinfo;
	bool pinned;
	AuthzJudgement *judgement = authz_judge(flinfo, &pinned);
	MemoryContext caller = MemoryContextSwitchTo(pinned ? flinfo->fn_mcxt : CurrentMemoryContext);
	Names *site = palloc0(sizeof(Names));
	ArrayType *names =
		authz_site_admits(fcinfo, judgement, 2, 1) ? authz_judgement_names(judgement) : NULL;

	if (names != NULL)
		deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, (Datum **) &site->names, NULL,
						  &site->n);
	for (int i = 0; i < site->n; i++)
		site->names[i] = DatumGetTextPCopy(PointerGetDatum(site->names[i]));
	if (site->n > FEW_NAMES)
		qsort(site->names, site->n, sizeof(text *), compare_names);
	if (pinned && get_fn_expr_arg_stable(flinfo, 1) && get_fn_expr_arg_stable(flinfo, 2))
		flinfo->fn_extra = site;
	MemoryContextSwitchTo(caller);
	return site;
}

static inline const Names *
names_of(FunctionCallInfo fcinfo)
{
	const Names *names = fcinfo->flinfo->fn_extra;

	return likely(names != NULL) ? names : find_names(fcinfo);
}

static bool
has_name_of_many(const Names *names, const char *name, Size length)
{
	int low = 0;
	int high = names->n;

	while (low < high)
	{
		int middle = (low + high) / 2;
		int order = compare_name(name, length, names->names[middle]);

		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

static inline bool
has_name(const Names *names, const char *name, Size length)
{
	if (unlikely(names->n > FEW_NAMES))
		return has_name_of_many(names, name, length);
	for (int i = 0; i < names->n; i++)
		if (compare_name(name, length, names->names[i]) == 0)
			return true;
	return false;
}

PG_FUNCTION_INFO_V1(authz_is_owner);

/* authz_is_owner(owner text, account_id int, permission text) */
Datum
authz_is_owner(PG_FUNCTION_ARGS)
{
	const Names *names;
	text *owner;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	names = names_of(fcinfo);
	if (names->n == 0)
		PG_RETURN_BOOL(false);
	owner = PG_GETARG_TEXT_PP(0);
	PG_RETURN_BOOL(has_name(names, VARDATA_ANY(owner), VARSIZE_ANY_EXHDR(owner)));
}

PG_FUNCTION_INFO_V1(authz_is_among);

/* authz_is_among(people text[], account_id int, permission text) */
Datum
authz_is_among(PG_FUNCTION_ARGS)
{
	const Names *names;
	ArrayIterator people;
	Datum person;
	bool isnull;
	bool found = false;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	names = names_of(fcinfo);
	if (names->n == 0)
		PG_RETURN_BOOL(false);
	people = array_create_iterator(PG_GETARG_ARRAYTYPE_P(0), 0, NULL);
	while (!found && array_iterate(people, &person, &isnull))
		if (!isnull)
			found = has_name(names, VARDATA_ANY(DatumGetPointer(person)),
							 VARSIZE_ANY_EXHDR(DatumGetPointer(person)));
	array_free_iterator(people);
	PG_RETURN_BOOL(found);
}

/* Rows that privileges name ------------------------------------------------ */

static const char *
key_of_int2(Datum key)
{
	return psprintf("%d", DatumGetInt16(key));
}

static const char *
key_of_int4(Datum key)
{
	return psprintf("%d", DatumGetInt32(key));
}

static const char *
key_of_int8(Datum key)
{
	return psprintf(INT64_FORMAT, DatumGetInt64(key));
}

static const char *
key_of_text(Datum key)
{
	return TextDatumGetCString(key);
}

static const char *
key_of_uuid(Datum key)
{
	return DatumGetCString(DirectFunctionCall1(uuid_out, key));
}

/* authz_is_named(key, privilege text, permission text, account_id int): sview or edit */
static inline Datum
is_named(FunctionCallInfo fcinfo, const char *(*key_of)(Datum))
{
	AuthzSite *site = fcinfo->flinfo->fn_extra;
	const AuthzSession *session;
	char *privilege;

	/* For almost all sessions none is, whatever the key. */
	if (likely(site != NULL && site->pinned && site->filled && site->constant && !site->holds))
		PG_RETURN_BOOL(false);
	site = authz_site(fcinfo, 1);
	session = authz_judgement_session(site->judgement);
	site->holds = session != NULL && session->names_rows && !PG_ARGISNULL(1) &&
				  authz_site_admits(fcinfo, site->judgement, 2, 3);
	site->filled = true;
	if (!site->holds || PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	privilege = text_to_cstring(PG_GETARG_TEXT_PP(1));
	PG_RETURN_BOOL(
		authz_row_named(session, authz_row_naming(privilege), key_of(PG_GETARG_DATUM(0))));
}

/* Whether one of the row's categories is where the session stays. */
static bool
in_branch(FunctionCallInfo fcinfo, AuthzSite *site)
{
	AuthzIds ids =
		authz_ids_of(PG_GETARG_DATUM(1), PG_ARGISNULL(1), get_fn_expr_argtype(fcinfo->flinfo, 1));
	bool within = false;

	for (int i = 0; i < ids.n && !within; i++)
		within = authz_gate_reaches(&site->gate, ids.ids[i]);
	if (ids.ids != NULL)
		pfree(ids.ids);
	return within;
}

/*
 * authz_is_within(key, categories): whether the session is not limited to another
 * row, and not to other categories
 */
static inline Datum
is_within(FunctionCallInfo fcinfo, const char *(*key_of)(Datum))
{
	AuthzSite *site = fcinfo->flinfo->fn_extra;
	const AuthzSession *session;

	if (likely(site != NULL && site->pinned && site->filled && site->holds))
		PG_RETURN_BOOL(true);
	site = authz_site(fcinfo, 2);
	session = authz_judgement_session(site->judgement);
	site->holds = session != NULL && !session->limited && session->branch == 0;
	if (!site->filled && session != NULL && session->branch != 0)
		authz_judgement_gate(site->judgement, AUTHZ_LEVEL_MANAGER, NULL, 0, &site->gate);
	site->filled = true;
	PG_RETURN_BOOL(
		site->holds ||
		(authz_row_within(session, PG_ARGISNULL(0) ? NULL : key_of(PG_GETARG_DATUM(0))) &&
		 (session->branch == 0 || in_branch(fcinfo, site))));
}

#define ROW_CHECKS(type)                           \
	PG_FUNCTION_INFO_V1(authz_is_named_##type);    \
	Datum authz_is_named_##type(PG_FUNCTION_ARGS)  \
	{                                              \
		return is_named(fcinfo, key_of_##type);    \
	}                                              \
	PG_FUNCTION_INFO_V1(authz_is_within_##type);   \
	Datum authz_is_within_##type(PG_FUNCTION_ARGS) \
	{                                              \
		return is_within(fcinfo, key_of_##type);   \
	}

ROW_CHECKS(int2)
ROW_CHECKS(int4)
ROW_CHECKS(int8)
ROW_CHECKS(text)
ROW_CHECKS(uuid)

/*
 * For index conditions: the least or the greatest key that is named, NULL where
 * none is. Where every row is, the end of the type; of text there is no greatest.
 *
 * authz_named_…(last bool, privilege text, permission text, account_id int)
 */
static char **
named_keys(FunctionCallInfo fcinfo, int *n, bool *all)
{
	AuthzJudgement *judgement = authz_site(fcinfo, 0)->judgement;

	*n = 0;
	*all = false;
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || !authz_site_admits(fcinfo, judgement, 2, 3))
		return NULL;
	return authz_row_keys(authz_judgement_session(judgement),
						  authz_row_naming(text_to_cstring(PG_GETARG_TEXT_PP(1))), n, all);
}

static bool
read_int8(const char *key, int64 *value)
{
	char *end;

	errno = 0;
	*value = strtoll(key, &end, 10);
	return *key != '\0' && *end == '\0' && errno == 0;
}

PG_FUNCTION_INFO_V1(authz_named_int8);

Datum
authz_named_int8(PG_FUNCTION_ARGS)
{
	int n;
	bool all;
	char **keys = named_keys(fcinfo, &n, &all);
	bool greatest = n > 0 && PG_GETARG_BOOL(0);
	bool found = false;
	int64 bound = 0;
	int64 value;

	if (all)
		PG_RETURN_INT64(greatest ? PG_INT64_MAX : PG_INT64_MIN);
	for (int i = 0; i < n; i++)
	{
		if (!read_int8(keys[i], &value) || (found && (greatest ? value <= bound : value >= bound)))
			continue;
		bound = value;
		found = true;
	}
	if (!found)
		PG_RETURN_NULL();
	PG_RETURN_INT64(bound);
}

PG_FUNCTION_INFO_V1(authz_named_text);

/* As the index compares them, so the arguments' collation must be its own. */
Datum
authz_named_text(PG_FUNCTION_ARGS)
{
	int n;
	bool all;
	char **keys = named_keys(fcinfo, &n, &all);
	text *bound = NULL;

	if (all)
		PG_RETURN_TEXT_P(cstring_to_text(""));
	for (int i = 0; i < n; i++)
	{
		text *key = cstring_to_text(keys[i]);

		if (bound == NULL ||
			DatumGetBool(DirectFunctionCall2Coll(text_lt, PG_GET_COLLATION(), PointerGetDatum(key),
												 PointerGetDatum(bound))))
			bound = key;
	}
	if (bound == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(bound);
}

PG_FUNCTION_INFO_V1(authz_named_uuid);

/* Only the form that uuid_out writes can be a key; in it they are ordered as their texts are. */
Datum
authz_named_uuid(PG_FUNCTION_ARGS)
{
	int n;
	bool all;
	char **keys = named_keys(fcinfo, &n, &all);
	bool greatest = n > 0 && PG_GETARG_BOOL(0);
	const char *bound = NULL;

	if (all)
		bound = greatest ? "ffffffff-ffff-ffff-ffff-ffffffffffff"
						 : "00000000-0000-0000-0000-000000000000";
	for (int i = 0; i < n && !all; i++)
		if (authz_argument_is_uuid(keys[i]) &&
			(bound == NULL || (strcmp(keys[i], bound) > 0) == greatest))
			bound = keys[i];
	if (bound == NULL)
		PG_RETURN_NULL();
	return DirectFunctionCall1(uuid_in, CStringGetDatum(bound));
}

/* Rows without a category ---------------------------------------------------- */

PG_FUNCTION_INFO_V1(authz_is_uncategorized);

/* Whether the row counts as one without a category: it names none, or none of the account. */
Datum
authz_is_uncategorized(PG_FUNCTION_ARGS)
{
	AuthzJudgement *judgement = authz_site(fcinfo, 0)->judgement;

	PG_RETURN_BOOL(PG_ARGISNULL(0) ||
				   !authz_judgement_knows_category(judgement, PG_GETARG_INT64(0)));
}

PG_FUNCTION_INFO_V1(authz_are_uncategorized);

/* The same of an array of bigint. */
Datum
authz_are_uncategorized(PG_FUNCTION_ARGS)
{
	AuthzJudgement *judgement = authz_site(fcinfo, 0)->judgement;
	AuthzArrayRoom room;
	const ArrayType *ids;
	int n;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(true);
	ids = authz_array_at(PG_GETARG_DATUM(0), &room);
	n = authz_array_count(ids, sizeof(int64));
	for (int i = 0; i < n; i++)
		if (authz_judgement_knows_category(judgement, authz_array_id(ids, sizeof(int64), i)))
			PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(true);
}

PG_FUNCTION_INFO_V1(authz_is_anybody);

/* authz_is_anybody(with_user bool, permission text, account_id int): for uncategorized rows */
Datum
authz_is_anybody(PG_FUNCTION_ARGS)
{
	AuthzJudgement *judgement = authz_site(fcinfo, 0)->judgement;
	const AuthzSession *session = authz_judgement_session(judgement);

	PG_RETURN_BOOL(session != NULL && !PG_ARGISNULL(0) && !PG_ARGISNULL(1) &&
				   (!PG_GETARG_BOOL(0) || session->principal_id != 0) &&
				   authz_site_admits(fcinfo, judgement, 1, 2));
}

/* New rows --------------------------------------------------------------------- */

/* Whether the name is one that the session may give rows to: his own, or by edituser. */
static bool
may_own(const AuthzSession *session, const char *owner)
{
	size_t length = strlen(session->privileges);

	return (session->user_id != NULL && strcmp(session->user_id, owner) == 0) ||
		   authz_privileges_has(session->privileges, length, "edituser", owner);
}

/*
 * An id that no category has is not contributed to: it may become one's, in which
 * the row would then be. What waits for approval has no place in a column.
 */
static bool
may_add(FunctionCallInfo fcinfo, AuthzIds ids)
{
	AuthzSite *site = authz_site(fcinfo, 2);
	const AuthzSession *session = authz_judgement_session(site->judgement);
	const AuthzGate *gate;

	if (session == NULL || PG_ARGISNULL(2))
		return false;
	if (!PG_ARGISNULL(1) && !may_own(session, text_to_cstring(PG_GETARG_TEXT_PP(1))))
		return false;
	if (ids.n == 0)
		return session->principal_id != 0 && authz_site_admits(fcinfo, site->judgement, 2, 3);
	gate = authz_site_gate(fcinfo, AUTHZ_LEVEL_CONTRIBUTOR, 2);
	for (int i = 0; i < ids.n; i++)
		if (!authz_gate_admits(gate, ids.ids[i]) ||
			authz_assignment_waits(site->judgement, ids.ids[i]))
			return false;
	authz_assignment_check_most(site->judgement, ids.n);
	return true;
}

PG_FUNCTION_INFO_V1(authz_can_add);

/* authz_can_add(category_id bigint, owner text, permission text, account_id int) */
Datum
authz_can_add(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(may_add(fcinfo, authz_ids_of(PG_GETARG_DATUM(0), PG_ARGISNULL(0), INT8OID)));
}

PG_FUNCTION_INFO_V1(authz_can_add_any);

/* authz_can_add(category_ids bigint[], owner text, permission text, account_id int) */
Datum
authz_can_add_any(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(
		may_add(fcinfo, authz_ids_of(PG_GETARG_DATUM(0), PG_ARGISNULL(0), INT8ARRAYOID)));
}
