/*
 * support_row.c
 *	  Planner support of the checks of rows: owners, other people, rows that the
 *	  session's privileges name.
 *
 * They are arms of the same OR as the check of categories. Only if each arm can
 * be answered by an index can the whole be, so each tells what it means, though
 * to most sessions it lets nothing through.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "entitle/judge.h"
#include "entitle/row.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "sql/support.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

/* The part of the rows of which a subject is one of the people. */
#define AMONG_SELECTIVITY 0.001

/* The part of a table that is the one row which a session is limited to. */
#define WITHIN_SELECTIVITY 0.0001

/*
 * What they cost, in operators. Most sessions name no rows, which is found out
 * at once; and that they are not limited is tried last, as it lets all through.
 */
#define NAMED_OPERATORS 0.25
#define WITHIN_OPERATORS 6

/* Conditions ---------------------------------------------------------------- */

/* function(arguments) of the checks' own schema; NULL where there is none */
static Node *
call_of(const FuncExpr *check, const char *function, Oid result, const Oid *argtypes, List *args)
{
	Oid found = authz_support_function(get_func_namespace(check->funcid), function,
									   list_length(args), argtypes);

	return OidIsValid(found) ? (Node *) makeFuncExpr(found, result, copyObject(args), InvalidOid,
													 InvalidOid, COERCE_EXPLICIT_CALL)
							 : NULL;
}

/* column operator ANY (list) */
static Node *
any_of(SupportRequestIndexCondition *request, Oid operator, Node * column, Node *list)
{
	ScalarArrayOpExpr *any = makeNode(ScalarArrayOpExpr);

	any->opno = operator;
	any->opfuncid = get_opcode(operator);
	any->useOr = true;
	any->inputcollid = request->indexcollation;
	any->args = list_make2(column, list);
	any->location = -1;
	return (Node *) any;
}

/* The arguments from the second on, of which there are two. */
static List *
other_arguments(const FuncExpr *call)
{
	return list_make2(lsecond(call->args), lthird(call->args));
}

/* Owners and other people ---------------------------------------------------- */

static Node *
subject_names(const FuncExpr *call)
{
	static const Oid argtypes[] = {INT4OID, TEXTOID};

	return call_of(call, "authz_owner_ids", TEXTARRAYOID, argtypes, other_arguments(call));
}

/* owner = ANY (authz_owner_ids(account, permission)), which compares bytes as the check does */
static Node *
owner_index_condition(SupportRequestIndexCondition *request)
{
	FuncExpr *call = (FuncExpr *) request->node;
	Oid operator;
	Node *names;

	if (!IsA(call, FuncExpr) || request->indexarg != 0 || list_length(call->args) != 3 ||
		request->index->relam != BTREE_AM_OID)
		return NULL;
	names = subject_names(call);
	operator= get_opfamily_member(request->opfamily, TEXTOID, TEXTOID, BTEqualStrategyNumber);
	if (names == NULL || !OidIsValid(operator))
		return NULL;
	request->lossy = !get_collation_isdeterministic(request->indexcollation);
	return (Node *) list_make1(any_of(request, operator, linitial(call->args), names));
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
		answer = authz_support_cost((SupportRequestCost *) request, 1);
	else if (IsA(request, SupportRequestIndexCondition))
		answer = owner_index_condition((SupportRequestIndexCondition *) request);
	PG_RETURN_POINTER(answer);
}

/* people && authz_owner_ids(account, permission), of a GIN index */
static Node *
among_index_condition(SupportRequestIndexCondition *request)
{
	FuncExpr *call = (FuncExpr *) request->node;
	Oid operator;
	Node *names;

	if (!IsA(call, FuncExpr) || request->indexarg != 0 || list_length(call->args) != 3 ||
		request->index->relam != GIN_AM_OID || exprType(linitial(call->args)) != TEXTARRAYOID)
		return NULL;
	names = subject_names(call);
	operator= get_opfamily_member(request->opfamily, ANYARRAYOID, ANYARRAYOID, 1);
	if (names == NULL || !OidIsValid(operator) || get_opcode(operator) != F_ARRAYOVERLAP)
		return NULL;
	request->lossy = true;
	return (Node *) list_make1(make_opclause(operator, BOOLOID, false, linitial(call->args),
											 (Expr *) names, InvalidOid, request->indexcollation));
}

/*
 * A cast of varchar[] to text[] converts nothing, but goes through the elements and
 * hides the index; one that says so in name only does not.
 */
static Node *
among_simplify(SupportRequestSimplify *request)
{
	FuncExpr *call = request->fcall;
	ArrayCoerceExpr *cast;

	if (call == NULL || list_length(call->args) != 3)
		return NULL;
	cast = linitial(call->args);
	if (!IsA(cast, ArrayCoerceExpr) || !IsA(cast->arg, Var) || !IsA(cast->elemexpr, RelabelType) ||
		exprType((Node *) cast->arg) != VARCHARARRAYOID || cast->resulttype != TEXTARRAYOID)
		return NULL;
	call = copyObject(call);
	linitial(call->args) =
		makeRelabelType(cast->arg, TEXTARRAYOID, -1, cast->resultcollid, COERCE_IMPLICIT_CAST);
	return (Node *) call;
}

PG_FUNCTION_INFO_V1(authz_among_support);

Datum
authz_among_support(PG_FUNCTION_ARGS)
{
	Node *request = (Node *) PG_GETARG_POINTER(0);
	Node *answer = NULL;

	if (IsA(request, SupportRequestSelectivity))
	{
		((SupportRequestSelectivity *) request)->selectivity = AMONG_SELECTIVITY;
		answer = request;
	}
	else if (IsA(request, SupportRequestSimplify))
		answer = among_simplify((SupportRequestSimplify *) request);
	else if (IsA(request, SupportRequestCost))
		answer = authz_support_cost((SupportRequestCost *) request, 1);
	else if (IsA(request, SupportRequestIndexCondition))
		answer = among_index_condition((SupportRequestIndexCondition *) request);
	PG_RETURN_POINTER(answer);
}

/* Rows that privileges name -------------------------------------------------- */

/* What finds the ends of the named keys of a type; NULL where nothing does. */
static const char *
ends_of(Oid type, Oid *bound)
{
	*bound = type == INT2OID || type == INT4OID ? INT8OID : type;
	switch (*bound)
	{
		case INT8OID:
			return "authz_named_int8";
		case TEXTOID:
			return "authz_named_text";
		case UUIDOID:
			return "authz_named_uuid";
		default:
			return NULL;
	}
}

/* key operator authz_named_…(greatest, …) */
static Node *
bound_condition(SupportRequestIndexCondition *request, const FuncExpr *call, bool greatest)
{
	static const Oid argtypes[] = {BOOLOID, TEXTOID, TEXTOID, INT4OID};
	StrategyNumber strategy = greatest ? BTLessEqualStrategyNumber : BTGreaterEqualStrategyNumber;
	Oid type = exprType(linitial(call->args));
	Oid bound;
	const char *function = ends_of(type, &bound);
	Oid operator= get_opfamily_member(request->opfamily, type, bound, strategy);
	FuncExpr *end;

	if (function == NULL || !OidIsValid(operator))
		return NULL;
	end = (FuncExpr *) call_of(call, function, bound, argtypes,
							   list_make4(makeBoolConst(greatest, false), lsecond(call->args),
										  lthird(call->args), lfourth(call->args)));
	if (end == NULL)
		return NULL;
	end->inputcollid = request->indexcollation;
	end->funccollid = request->indexcollation;
	return (Node *) make_opclause(operator, BOOLOID, false, linitial(call->args), (Expr *) end,
								  InvalidOid, request->indexcollation);
}

static bool
names_rows(void)
{
	const AuthzSession *session = authz_judgement_session(authz_judge_plan());

	return session != NULL && session->names_rows;
}

/*
 * From the least named key on, and up to the greatest; of text there is none for
 * '*'. (A list of the keys would be exact, but could not hold all.) Where none is
 * named the least is NULL, and the planner knows that nothing is found; of two
 * ends that are NULL it would make a part of the table.
 */
static Node *
named_index_condition(SupportRequestIndexCondition *request)
{
	FuncExpr *call = (FuncExpr *) request->node;
	List *conditions = NIL;

	if (!IsA(call, FuncExpr) || request->indexarg != 0 || list_length(call->args) != 4 ||
		request->index->relam != BTREE_AM_OID)
		return NULL;
	conditions = list_make1(bound_condition(request, call, false));
	if (exprType(linitial(call->args)) != TEXTOID && names_rows())
		conditions = lappend(conditions, bound_condition(request, call, true));
	request->lossy = true;
	return list_member_ptr(conditions, NULL) ? NULL : (Node *) conditions;
}

/* What the session in force makes of it: most sessions name no rows. */
static Node *
named_selectivity(SupportRequestSelectivity *request)
{
	request->selectivity = names_rows() ? WITHIN_SELECTIVITY : 0;
	return (Node *) request;
}

PG_FUNCTION_INFO_V1(authz_named_support);

Datum
authz_named_support(PG_FUNCTION_ARGS)
{
	Node *request = (Node *) PG_GETARG_POINTER(0);
	Node *answer = NULL;

	if (IsA(request, SupportRequestSelectivity))
		answer = named_selectivity((SupportRequestSelectivity *) request);
	else if (IsA(request, SupportRequestCost))
		answer = authz_support_cost((SupportRequestCost *) request, NAMED_OPERATORS);
	else if (IsA(request, SupportRequestIndexCondition))
		answer = named_index_condition((SupportRequestIndexCondition *) request);
	PG_RETURN_POINTER(answer);
}

static Node *
within_selectivity(SupportRequestSelectivity *request)
{
	const AuthzSession *session = authz_judgement_session(authz_judge_plan());

	request->selectivity = session != NULL && session->limited ? WITHIN_SELECTIVITY : 1;
	return (Node *) request;
}

PG_FUNCTION_INFO_V1(authz_within_support);

Datum
authz_within_support(PG_FUNCTION_ARGS)
{
	Node *request = (Node *) PG_GETARG_POINTER(0);
	Node *answer = NULL;

	if (IsA(request, SupportRequestSelectivity))
		answer = within_selectivity((SupportRequestSelectivity *) request);
	else if (IsA(request, SupportRequestCost))
		answer = authz_support_cost((SupportRequestCost *) request, WITHIN_OPERATORS);
	PG_RETURN_POINTER(answer);
}
