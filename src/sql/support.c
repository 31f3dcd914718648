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
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "entitle/judge.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "sql/support.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/selfuncs.h"
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
	bool is_any;	/* of an array */
	bool is_narrow; /* of an int or smallint column */
	Oid schema;
} Check;

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
		check->is_any = strcmp(rest, "_any") == 0;
		check->is_narrow = strcmp(rest, "_int4") == 0 || strcmp(rest, "_int2") == 0;
		check->schema = get_func_namespace(function);
		return *rest == '\0' || check->is_any || check->is_narrow;
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
	authz_judgement_gate(authz_judge_now(), check->level, permission, account_id, gate);
	return true;
}

/* Selectivity ----------------------------------------------------------- */

/* The part of a column's rows whose value the gate admits. */
static double
admitted_part(const AuthzGate *gate, VariableStatData *column)
{
	double ids = (double) authz_gate_estimate(gate);
	double common = 0;
	double common_admitted = 0;
	int ncommon = 0;
	int ncommon_admitted = 0;
	double null_part = 0;
	double distinct;
	double rest;
	bool isdefault;
	AttStatsSlot slot;

	if (gate->nsides == 0)
		return 0;
	distinct = get_variable_numdistinct(column, &isdefault);
	if (HeapTupleIsValid(column->statsTuple))
	{
		null_part = ((Form_pg_statistic) GETSTRUCT(column->statsTuple))->stanullfrac;
		if ((column->atttype == INT8OID || column->atttype == INT4OID) &&
			get_attstatsslot(&slot, column->statsTuple, STATISTIC_KIND_MCV, InvalidOid,
							 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
		{
			for (int i = 0; i < slot.nvalues; i++)
			{
				int64 id = column->atttype == INT8OID ? DatumGetInt64(slot.values[i])
													  : DatumGetInt32(slot.values[i]);

				common += slot.numbers[i];
				ncommon++;
				if (authz_gate_admits(gate, id))
				{
					common_admitted += slot.numbers[i];
					ncommon_admitted++;
				}
			}
			free_attstatsslot(&slot);
		}
	}

	/* The other values are taken to be equally frequent. */
	rest = Max(0, 1 - common - null_part);
	if (distinct > ncommon)
		rest *= Min(1, Max(0, ids - ncommon_admitted) / (distinct - ncommon));
	else
		rest = 0;
	return common_admitted + rest;
}

static double
selectivity_of(PlannerInfo *root, Node *column, int varRelid, const AuthzGate *gate, bool is_any)
{
	VariableStatData stats;
	double selectivity;

	examine_variable(root, column, varRelid, &stats);
	if (is_any)
		selectivity = gate->nsides == 0
						  ? 0
						  : Min(1, (double) authz_gate_estimate(gate) /
									   Max(1, get_variable_numdistinct(&stats, &(bool){false})));
	else
		selectivity = admitted_part(gate, &stats);
	ReleaseVariableStats(stats);
	CLAMP_PROBABILITY(selectivity);
	return selectivity;
}

static Node *
selectivity(SupportRequestSelectivity *request)
{
	Check check;
	AuthzGate gate;

	if (request->is_join || !recognize(request->funcid, &check) ||
		!gate_of_arguments(&check, request->args, &gate))
		return NULL;
	request->selectivity = selectivity_of(request->root, linitial(request->args), request->varRelid,
										  &gate, check.is_any);
	return (Node *) request;
}

/* Cost -------------------------------------------------------------------- */

/* A look into a set: about what an operator costs. */
static Node *
cost(SupportRequestCost *request)
{
	request->startup = 0;
	request->per_tuple = cpu_operator_cost;
	return (Node *) request;
}

/* Simplification ------------------------------------------------------------ */

static Oid
function_named(Oid schema, const char *name, int nargs, const Oid *argtypes)
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

/* authz_can_view(column::bigint, …) of an int column -> authz_can_view_int4(column, …) */
static Node *
simplify(SupportRequestSimplify *request)
{
	FuncExpr *call = request->fcall;
	Check check;
	FuncExpr *cast;
	Oid argtypes[3] = {InvalidOid, TEXTOID, INT4OID};
	Oid twin;

	if (call == NULL || !recognize(call->funcid, &check) || check.is_any || check.is_narrow ||
		list_length(call->args) != 3)
		return NULL;
	cast = (FuncExpr *) linitial(call->args);
	if (!IsA(cast, FuncExpr) || list_length(cast->args) != 1 || !IsA(linitial(cast->args), Var))
		return NULL;
	argtypes[0] = narrow_type(cast->funcid);
	if (!OidIsValid(argtypes[0]))
		return NULL;
	twin = function_named(
		check.schema,
		psprintf("authz_can_%s_int%d", verbs[check.level], argtypes[0] == INT4OID ? 4 : 2), 3,
		argtypes);
	if (!OidIsValid(twin))
		return NULL;
	return (Node *) makeFuncExpr(
		twin, BOOLOID, list_make3(linitial(cast->args), lsecond(call->args), lthird(call->args)),
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
 * Rows that the conditions which are not ours leave; *alone tells whether the
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
		if (!holds_check((Node *) condition->clause, &schema))
			rows *= clause_selectivity(request->root, (Node *) condition, table->relid, JOIN_INNER,
									   NULL);
	}
	return rows;
}

/* Whether looking up each id in the index beats looking at what else is left. */
static bool
is_worth_it(SupportRequestIndexCondition *request, const Check *check, const AuthzGate *gate)
{
	Node *column = linitial(((FuncExpr *) request->node)->args);
	double part = selectivity_of(request->root, column, 0, gate, check->is_any);
	double ids = (double) authz_gate_estimate(gate);
	bool alone;
	double rows = rows_without_checks(request, check->schema, &alone);

	if (part > MOST_SELECTIVITY_LIMITED)
		declined_ids = declined_ids == 0 ? ids : Min(declined_ids, ids);

	/* Only a condition of its own is answered by the index alone, which pays for many ids. */
	if (part >
		(alone && request->root->limit_tuples <= 0 ? MOST_SELECTIVITY : MOST_SELECTIVITY_LIMITED))
		return false;
	return rows >= ROWS_PER_ID * ids;
}

static Node *
index_condition(SupportRequestIndexCondition *request)
{
	FuncExpr *call = (FuncExpr *) request->node;
	Oid argtypes[3] = {INT4OID, TEXTOID, INT4OID};
	Check check;
	AuthzGate gate;
	Node *column;
	Oid column_type;
	Oid operator;
	Oid lister;
	FuncExpr *list;

	if (!IsA(call, FuncExpr) || request->indexarg != 0 || !recognize(request->funcid, &check) ||
		!gate_of_arguments(&check, call->args, &gate) || !is_worth_it(request, &check, &gate))
		return NULL;

	column = linitial(call->args);
	column_type = exprType(column);
	lister = function_named(check.schema, "authz_category_ids", 3, argtypes);
	if (!OidIsValid(lister))
		return NULL;
	list = makeFuncExpr(lister, INT8ARRAYOID,
						list_make3(makeConst(INT4OID, -1, InvalidOid, 4,
											 Int32GetDatum((int) check.level), false, true),
								   copyObject(lsecond(call->args)), copyObject(lthird(call->args))),
						InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);

	if (check.is_any)
	{
		if (request->index->relam != GIN_AM_OID || column_type != INT8ARRAYOID)
			return NULL;
		operator= get_opfamily_member(request->opfamily, ANYARRAYOID, ANYARRAYOID, 1);
		if (!OidIsValid(operator) || get_opcode(operator) != F_ARRAYOVERLAP)
			return NULL;
		request->lossy = true;
		return (Node *) list_make1(make_opclause(operator, BOOLOID, false, (Expr *) column,
												 (Expr *) list, InvalidOid, InvalidOid));
	}

	if (request->index->relam != BTREE_AM_OID)
		return NULL;
	operator= get_opfamily_member(request->opfamily, column_type, INT8OID, BTEqualStrategyNumber);
	if (!OidIsValid(operator))
		return NULL;
	{
		ScalarArrayOpExpr *any = makeNode(ScalarArrayOpExpr);

		any->opno = operator;
		any->opfuncid = get_opcode(operator);
		any->useOr = true;
		any->inputcollid = InvalidOid;
		any->args = list_make2(column, list);
		any->location = -1;
		request->lossy = column_type != INT8OID;
		return (Node *) list_make1(any);
	}
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
		answer = cost((SupportRequestCost *) request);
	else if (IsA(request, SupportRequestSimplify))
		answer = simplify((SupportRequestSimplify *) request);
	else if (IsA(request, SupportRequestIndexCondition))
		answer = index_condition((SupportRequestIndexCondition *) request);
	PG_RETURN_POINTER(answer);
}

/* Owners ------------------------------------------------------------------ */

/* owner = ANY (authz_owner_ids(account, permission)), which compares bytes as the check does */
static Node *
owner_index_condition(SupportRequestIndexCondition *request)
{
	FuncExpr *call = (FuncExpr *) request->node;
	Oid argtypes[2] = {INT4OID, TEXTOID};
	Oid operator;
	Oid lister;
	ScalarArrayOpExpr *any;

	if (!IsA(call, FuncExpr) || request->indexarg != 0 || list_length(call->args) != 3 ||
		request->index->relam != BTREE_AM_OID)
		return NULL;
	lister = function_named(get_func_namespace(call->funcid), "authz_owner_ids", 2, argtypes);
	operator= get_opfamily_member(request->opfamily, TEXTOID, TEXTOID, BTEqualStrategyNumber);
	if (!OidIsValid(lister) || !OidIsValid(operator))
		return NULL;

	any = makeNode(ScalarArrayOpExpr);
	any->opno = operator;
	any->opfuncid = get_opcode(operator);
	any->useOr = true;
	any->inputcollid = request->indexcollation;
	any->args = list_make2(
		linitial(call->args),
		makeFuncExpr(lister, TEXTARRAYOID,
					 list_make2(copyObject(lsecond(call->args)), copyObject(lthird(call->args))),
					 InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
	any->location = -1;
	request->lossy = !get_collation_isdeterministic(request->indexcollation);
	return (Node *) list_make1(any);
}

/* As if the session had one name and owners were equally frequent. */
static Node *
owner_selectivity(SupportRequestSelectivity *request)
{
	VariableStatData stats;
	bool isdefault;

	if (request->is_join || list_length(request->args) != 3)
		return NULL;
	examine_variable(request->root, linitial(request->args), request->varRelid, &stats);
	request->selectivity = 1 / Max(1, get_variable_numdistinct(&stats, &isdefault));
	ReleaseVariableStats(stats);
	return (Node *) request;
}

PG_FUNCTION_INFO_V1(authz_owner_support);

Datum
authz_owner_support(PG_FUNCTION_ARGS)
{
	Node *request = (Node *) PG_GETARG_POINTER(0);
	Node *answer = NULL;

	if (IsA(request, SupportRequestSelectivity))
		answer = owner_selectivity((SupportRequestSelectivity *) request);
	else if (IsA(request, SupportRequestCost))
		answer = cost((SupportRequestCost *) request);
	else if (IsA(request, SupportRequestIndexCondition))
		answer = owner_index_condition((SupportRequestIndexCondition *) request);
	PG_RETURN_POINTER(answer);
}
