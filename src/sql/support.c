/*
 * support.c
 *	  Planner support of the checks: what they cost, let through and can be
 *	  answered by an index.
 *
 * authz_can_view(category, …) over an indexed column is category = ANY (the
 * categories that may be viewed), and the index finds these. That pays while
 * they are few: a set that lets most rows through is quicker tried per row, and
 * where other conditions leave few rows anyhow the planner would walk a long
 * array for every path. What is true of the plan's maker need not be true of
 * its user; the conditions stay right for everybody and may only be slower.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "access/sysattr.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "entitle/judge.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/restrictinfo.h"
#include "sql/selectivity.h"
#include "sql/support.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

/*
 * Let through more than this and the index is of no use. With a LIMIT, trying
 * row by row soon has enough; and as an arm of an OR the index saves no look at
 * the table.
 */
#define MOST_SELECTIVITY 0.9
#define MOST_SELECTIVITY_LIMITED 0.25

/* An array of ids is worth it when it saves looking at several rows for each. */
#define ROWS_PER_ID 4

/* What the function's name says of it, in the order of the levels. */
static const char *const verbs[] = {NULL, "view", "contribute", "moderate", "manage"};

typedef struct Check
{
	AuthzLevel level;
	bool is_any; /* of an array */
	Oid integer; /* what the column holds: bigint, int or smallint */
	Oid schema;
} Check;

/* The twins' names end in what they take; InvalidOid for another ending. */
static Oid
integer_named(const char *ending)
{
	if (*ending == '\0')
		return INT8OID;
	if (strcmp(ending, "_int4") == 0)
		return INT4OID;
	return strcmp(ending, "_int2") == 0 ? INT2OID : InvalidOid;
}

/* Which of the checks this is; false for any other function. */
static bool
recognize(Oid function, Check *check)
{
	const char *name = get_func_name(function);
	const char *rest;

	if (name == NULL || strncmp(name, "authz_can_", 10) != 0)
		return false;
	for (int level = AUTHZ_LEVEL_MEMBER; level <= AUTHZ_LEVEL_MANAGER; level++)
	{
		size_t length = strlen(verbs[level]);

		if (strncmp(name + 10, verbs[level], length) != 0)
			continue;
		rest = name + 10 + length;
		check->level = (AuthzLevel) level;
		check->is_any = strncmp(rest, "_any", 4) == 0;
		check->integer = integer_named(check->is_any ? rest + 4 : rest);
		check->schema = get_func_namespace(function);
		return OidIsValid(check->integer);
	}
	return false;
}

/* The check's constant arguments; false where they are not constants of the right types. */
static bool
constant_arguments(List *args, char **permission, int *account_id)
{
	Const *permission_arg;
	Const *account_arg;

	*permission = NULL;
	*account_id = 0;
	if (list_length(args) != 3)
		return false;
	permission_arg = (Const *) lsecond(args);
	account_arg = (Const *) lthird(args);
	if (!IsA(permission_arg, Const) || permission_arg->consttype != TEXTOID ||
		permission_arg->constisnull || !IsA(account_arg, Const) ||
		account_arg->consttype != INT4OID)
		return false;
	*permission = TextDatumGetCString(permission_arg->constvalue);
	if (**permission == '\0')
		*permission = NULL;
	if (!account_arg->constisnull)
		*account_id = DatumGetInt32(account_arg->constvalue);
	return true;
}

/* What the session in force would be let through now. */
static bool
gate_of_arguments(const Check *check, List *args, AuthzGate *gate)
{
	char *permission;
	int account_id;

	if (!constant_arguments(args, &permission, &account_id))
		return false;
	authz_judgement_gate(authz_judge_plan(), check->level, permission, account_id, gate);
	return true;
}

/* Selectivity ----------------------------------------------------------- */

/* What a column of arrays holds, InvalidOid for another. */
static Oid
element_of(const Check *check)
{
	return check->is_any ? check->integer : InvalidOid;
}

static Node *
selectivity(SupportRequestSelectivity *request)
{
	Check check;
	AuthzGate gate;

	if (request->is_join || !recognize(request->funcid, &check) ||
		!gate_of_arguments(&check, request->args, &gate))
		return NULL;
	request->selectivity = authz_selectivity(request->root, linitial(request->args),
											 request->varRelid, &gate, element_of(&check));
	return (Node *) request;
}

/* Cost -------------------------------------------------------------------- */

Node *
authz_support_cost(SupportRequestCost *request, double operators)
{
	request->startup = 0;
	request->per_tuple = operators * cpu_operator_cost;
	return (Node *) request;
}

/* Simplification ------------------------------------------------------------ */

Oid
authz_support_function(Oid schema, const char *name, int nargs, const Oid *argtypes)
{
	/* By the catalog alone: who uses a policy needs no rights on the functions' schema. */
	return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
						   PointerGetDatum(buildoidvector(argtypes, nargs)),
						   ObjectIdGetDatum(schema));
}

/* The function that casts this type to bigint, by its OID; InvalidOid for another. */
static Oid
narrow_type(Oid cast)
{
	switch (cast)
	{
		case F_INT8_INT4:
			return INT4OID;
		case F_INT8_INT2:
			return INT2OID;
		default:
			return InvalidOid;
	}
}

/*
 * The column under a cast to bigint, or to bigint[] element by element, and what
 * it holds; NULL for anything else.
 */
static Node *
column_under_cast(Node *argument, bool is_any, Oid *integer)
{
	Node *column = NULL;
	Node *cast = argument;

	if (is_any && IsA(argument, ArrayCoerceExpr))
	{
		column = (Node *) ((ArrayCoerceExpr *) argument)->arg;
		cast = (Node *) ((ArrayCoerceExpr *) argument)->elemexpr;
	}
	if (cast == NULL || !IsA(cast, FuncExpr) || list_length(((FuncExpr *) cast)->args) != 1)
		return NULL;
	if (column == NULL)
		column = linitial(((FuncExpr *) cast)->args);
	*integer = narrow_type(((FuncExpr *) cast)->funcid);
	return IsA(column, Var) && OidIsValid(*integer) &&
				   exprType(argument) == (is_any ? INT8ARRAYOID : INT8OID)
			   ? column
			   : NULL;
}

/* authz_can_view(column::bigint, …) of an int column -> authz_can_view_int4(column, …) */
static Node *
simplify(SupportRequestSimplify *request)
{
	FuncExpr *call = request->fcall;
	Oid argtypes[3] = {InvalidOid, TEXTOID, INT4OID};
	Check check;
	Node *column;
	Oid integer;
	Oid twin;

	if (call == NULL || !recognize(call->funcid, &check) || check.integer != INT8OID ||
		list_length(call->args) != 3)
		return NULL;
	column = column_under_cast(linitial(call->args), check.is_any, &integer);
	if (column == NULL)
		return NULL;
	argtypes[0] = exprType(column);
	twin = authz_support_function(check.schema,
								  psprintf("authz_can_%s%s_int%d", verbs[check.level],
										   check.is_any ? "_any" : "", integer == INT4OID ? 4 : 2),
								  3, argtypes);
	if (!OidIsValid(twin))
		return NULL;
	return (Node *) makeFuncExpr(twin, BOOLOID,
								 list_make3(column, lsecond(call->args), lthird(call->args)),
								 InvalidOid, call->inputcollid, COERCE_EXPLICIT_CALL);
}

/* Index conditions ------------------------------------------------------------ */

/*
 * The fewest ids for which a plan was made that tries most rows, since plans
 * were last made anew; and when that was.
 */
static double declined_ids = 0;
static TimestampTz made_anew = 0;

/* So many times fewer ids are another kind of session; so often plans are made anew. */
#define OTHER_KIND 4
#define MAKE_ANEW_MILLISECONDS 1000

void
authz_support_note(const AuthzGate *gate)
{
	TimestampTz now;

	if (likely(declined_ids == 0) || authz_gate_estimate(gate) * OTHER_KIND >= declined_ids)
		return;
	now = GetCurrentTimestamp();
	if (!TimestampDifferenceExceeds(made_anew, now, MAKE_ANEW_MILLISECONDS))
		return;
	ResetPlanCache();
	declined_ids = 0;
	made_anew = now;
}

/* Whether an expression holds a call of one of the checks, which are all in one schema. */
static bool
holds_check(Node *node, void *schema)
{
	if (node == NULL)
		return false;
	if (IsA(node, FuncExpr))
	{
		Oid function = ((FuncExpr *) node)->funcid;

		if (get_func_namespace(function) == *(Oid *) schema &&
			strncmp(get_func_name(function), "authz_", 6) == 0)
			return true;
	}
	return expression_tree_walker(node, holds_check, schema);
}

/*
 * Rows that the conditions which are not ours and come before them leave; *alone tells whether the
 * check is a condition of its own, and not an arm of an OR.
 */
static double
rows_without_checks(SupportRequestIndexCondition *request, Oid schema, bool *alone)
{
	RelOptInfo *table = request->index->rel;
	double rows = table->tuples;
	ListCell *cell;

	*alone = false;
	foreach(cell, table->baserestrictinfo)
	{
		RestrictInfo *condition = lfirst_node(RestrictInfo, cell);

		if (equal(condition->clause, request->node))
			*alone = true;
		if (restriction_is_securely_promotable(condition, table) &&
			!holds_check((Node *) condition->clause, &schema))
			rows *= clause_selectivity(request->root, (Node *) condition, table->relid, JOIN_INNER,
									   NULL);
	}
	return rows;
}

/* Whether looking up each id in the index beats looking at what else is left. */
static bool
is_worth_it(SupportRequestIndexCondition *request, const Check *check)
{
	FuncExpr *call = (FuncExpr *) request->node;
	bool alone;
	double rows = rows_without_checks(request, check->schema, &alone);
	AuthzGate gate;
	double part;
	double ids;

	/* Where a key leaves one row, nothing else need be known. */
	if (rows < ROWS_PER_ID || !gate_of_arguments(check, call->args, &gate))
		return false;
	part = authz_selectivity_by_statistics(request->root, linitial(call->args), 0, &gate,
										   element_of(check));
	ids = (double) authz_gate_estimate(&gate);
	if (part > MOST_SELECTIVITY_LIMITED)
		declined_ids = declined_ids == 0 ? ids : Min(declined_ids, ids);

	/* Only a condition of its own is answered by the index alone, which pays for many ids. */
	if (part >
		(alone && request->root->limit_tuples <= 0 ? MOST_SELECTIVITY : MOST_SELECTIVITY_LIMITED))
		return false;
	return rows >= ROWS_PER_ID * ids;
}

/* The call that lists what the check admits, as an array of this integer. */
static Node *
list_call(const Check *check, const FuncExpr *call, Oid integer)
{
	Oid argtypes[3] = {INT4OID, TEXTOID, INT4OID};
	const char *name = integer == INT8OID	? "authz_category_ids"
					   : integer == INT4OID ? "authz_category_ids_int4"
											: "authz_category_ids_int2";
	Oid lister = authz_support_function(check->schema, name, 3, argtypes);

	if (!OidIsValid(lister))
		return NULL;
	return (Node *) makeFuncExpr(
		lister, get_array_type(integer),
		list_make3(
			makeConst(INT4OID, -1, InvalidOid, 4, Int32GetDatum((int) check->level), false, true),
			copyObject(lsecond(call->args)), copyObject(lthird(call->args))),
		InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
}

/* column && authz_category_ids(…), of a GIN index; looked at again, as GIN does not tell which */
static Node *
array_condition(SupportRequestIndexCondition *request, Node *column, Node *list)
{
	Oid operator;

	if (request->index->relam != GIN_AM_OID || exprType(column) != exprType(list))
		return NULL;
	operator= get_opfamily_member(request->opfamily, ANYARRAYOID, ANYARRAYOID, 1);
	if (!OidIsValid(operator) || get_opcode(operator) != F_ARRAYOVERLAP)
		return NULL;
	request->lossy = true;
	return (Node *) list_make1(make_opclause(operator, BOOLOID, false, (Expr *) column,
											 (Expr *) list, InvalidOid, InvalidOid));
}

/* column = ANY (authz_category_ids(…)), of a btree */
static Node *
scalar_condition(SupportRequestIndexCondition *request, Node *column, Node *list)
{
	Oid column_type = exprType(column);
	ScalarArrayOpExpr *any;
	Oid operator;

	if (request->index->relam != BTREE_AM_OID)
		return NULL;
	operator= get_opfamily_member(request->opfamily, column_type, INT8OID, BTEqualStrategyNumber);
	if (!OidIsValid(operator))
		return NULL;
	any = makeNode(ScalarArrayOpExpr);
	any->opno = operator;
	any->opfuncid = get_opcode(operator);
	any->useOr = true;
	any->inputcollid = InvalidOid;
	any->args = list_make2(column, list);
	any->location = -1;
	request->lossy = column_type != INT8OID;
	return (Node *) list_make1(any);
}

static Node *
index_condition(SupportRequestIndexCondition *request)
{
	FuncExpr *call = (FuncExpr *) request->node;
	Check check;
	Node *list;

	if (!IsA(call, FuncExpr) || request->indexarg != 0 || !recognize(request->funcid, &check) ||
		!is_worth_it(request, &check))
		return NULL;
	list = list_call(&check, call, check.is_any ? check.integer : INT8OID);
	if (list == NULL)
		return NULL;
	return check.is_any ? array_condition(request, linitial(call->args), list)
						: scalar_condition(request, linitial(call->args), list);
}

PG_FUNCTION_INFO_V1(authz_can_support);

Datum
authz_can_support(PG_FUNCTION_ARGS)
{
	Node *request = (Node *) PG_GETARG_POINTER(0);
	Node *answer = NULL;

	if (IsA(request, SupportRequestSelectivity))
		answer = selectivity((SupportRequestSelectivity *) request);
	else if (IsA(request, SupportRequestCost))
		answer = authz_support_cost((SupportRequestCost *) request, 1);
	else if (IsA(request, SupportRequestSimplify))
		answer = simplify((SupportRequestSimplify *) request);
	else if (IsA(request, SupportRequestIndexCondition))
		answer = index_condition((SupportRequestIndexCondition *) request);
	PG_RETURN_POINTER(answer);
}
