/*
 * judge.c
 *	  What the session in force may do, decided once for an execution.
 *
 * A judgement belongs to one execution of one plan: all rows of a statement are
 * judged for the same session by the same rights. The executor's query context
 * is what all calls of an execution share, and it ends with the execution, so
 * judgements are found by it and released with it. What runs outside an
 * execution that we saw starting (simple expressions of PL/pgSQL keep their
 * state across statements, the planner has none) is judged at each call.
 *
 * A cursor is one execution over several statements. Before it goes on, the
 * session that it was judged for must still be the one in force: with an exact
 * index condition nothing else of ours would run.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "compat.h"
#include "entitle/handoff.h"
#include "entitle/judgement.h"
#include "miscadmin.h"
#include "session/setting.h"
#include "tcop/pquery.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* The executions under way, innermost first. */
typedef struct Running
{
	MemoryContext context;
	CommandId command;		/* that its rows carry */
	uint64 serial;			/* of the session's setting, as the execution began or went on */
	bool opened_by_another; /* the setting was another when its portal was opened */
	struct Running *outer;
} Running;

static Running *running = NULL;
static dlist_head judgements = DLIST_STATIC_INIT(judgements);
static uint64 njudgements = 0;
static ExecutorStart_hook_type next_start = NULL;
static ExecutorRun_hook_type next_run = NULL;
static ExecutorFinish_hook_type next_finish = NULL;

/* Lifetime ----------------------------------------------------------- */

static void
end_judgement(void *arg)
{
	AuthzJudgement *judgement = arg;

	if (judgement->pinned)
		dlist_delete(&judgement->node);
	authz_pair_release(&judgement->subject);
	authz_pair_release(&judgement->shared);
	authz_pair_release(&judgement->every);
	authz_pair_release(&judgement->rights);
	authz_pair_release(&judgement->registry);
	authz_pair_release(&judgement->listed);
	authz_pair_release(&judgement->asked);
	if (judgement->session != NULL)
		authz_session_unpin(judgement->session);
}

/*
 * The session in force. Who has signed in to an application is there by a role
 * of it, whoever gave that: to himself, to a group, to everyone, for a time.
 */
static AuthzSession *
session_in_force(AuthzFault *fault)
{
	AuthzSession *session = authz_session_current(fault);

	if (session == NULL || session->sign_in_id == 0)
		return session;
	if (authz_judgement_has_role_in(session))
		return session;
	*fault = AUTHZ_FAULT_ROLELESS;
	return NULL;
}

static AuthzJudgement *
begin_judgement(MemoryContext context, bool pinned)
{
	AuthzJudgement *judgement = MemoryContextAllocZero(context, sizeof(AuthzJudgement));
	MemoryContextCallback *callback = MemoryContextAlloc(context, sizeof(MemoryContextCallback));
	AuthzUnpack block;

	judgement->context = context;
	judgement->pinned = pinned;
	judgement->number = ++njudgements;
	if (authz_handoff_receive(&block))
		authz_judgement_unpack(judgement, &block);
	else
	{
		/* What others have committed must be known, though the transaction holds its locks. */
		AcceptInvalidationMessages();
		judgement->session = session_in_force(&judgement->fault);
	}
	if (judgement->session != NULL)
		authz_session_pin(judgement->session);
	if (pinned)
		dlist_push_head(&judgements, &judgement->node);
	callback->func = end_judgement;
	callback->arg = judgement;
	MemoryContextRegisterResetCallback(context, callback);
	return judgement;
}

/* Who did not count yet when the statement's snapshot was taken is nobody to its rows. */
static void
judge_in_snapshot(AuthzJudgement *judgement)
{
	const AuthzSubject *then;

	if (judgement->session == NULL || !authz_cache_lags())
		return;
	authz_judgement_need_subject(judgement);
	then = (AuthzSubject *) judgement->subject.then;
	if (then == NULL || then->counts)
		return;
	authz_session_unpin(judgement->session);
	judgement->session = NULL;
}

/* A judgement that rows are judged by. */
static AuthzJudgement *
begin_for_rows(MemoryContext context, bool pinned)
{
	AuthzJudgement *judgement = begin_judgement(context, pinned);

	judge_in_snapshot(judgement);
	return judgement;
}

static AuthzJudgement *
find_judgement(MemoryContext context)
{
	dlist_iter iter;

	dlist_foreach(iter, &judgements)
	{
		AuthzJudgement *judgement = dlist_container(AuthzJudgement, node, iter.cur);

		if (judgement->context == context)
			return judgement;
	}
	return NULL;
}

AUTHZ_NORETURN static void
refuse_cursor(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_CURSOR_STATE),
					errmsg("the session that this cursor was opened under is no longer in force")));
}

/* What is judged inside an execution binds it as well, unless it is another session's. */
static void
bind_outer(MemoryContext inner)
{
	for (Running *outer = running; outer != NULL; outer = outer->outer)
		if (outer->context != inner && outer->serial == authz_setting_serial() &&
			find_judgement(outer->context) == NULL)
			(void) begin_for_rows(outer->context, true);
}

/*
 * The last judgement outside an execution, and what it rests on. PL/pgSQL
 * evaluates an expression in a loop without any execution of its own.
 */
typedef struct Basis
{
	uint64 serial;
	uint64 moment;
	TimestampTz statement;
	AuthzClock clock;
	bool restricted;
} Basis;

static AuthzJudgement *recent = NULL;
static Basis recent_basis;

static void
forget_recent(void *arg)
{
	recent = NULL;
}

static Basis
current_basis(void)
{
	Basis basis;

	memset(&basis, 0, sizeof(basis));
	AcceptInvalidationMessages();
	basis.serial = authz_setting_serial();
	basis.moment = authz_change_moment();
	basis.statement = GetCurrentStatementStartTimestamp();
	basis.clock = authz_clock_of(GetActiveSnapshot());
	basis.restricted = InSecurityRestrictedOperation();
	return basis;
}

static bool
same_basis(const Basis *a, const Basis *b)
{
	return a->serial == b->serial && a->moment == b->moment && a->statement == b->statement &&
		   a->restricted == b->restricted && authz_clock_equal(a->clock, b->clock);
}

static AuthzJudgement *
recent_judgement(void)
{
	Basis basis;
	MemoryContext context;
	MemoryContextCallback *callback;

	if (!ActiveSnapshotSet())
		return begin_for_rows(CurrentMemoryContext, false);
	basis = current_basis();
	if (recent != NULL)
	{
		if (same_basis(&basis, &recent_basis))
			return recent;
		MemoryContextDelete(recent->context);
	}
	context = AllocSetContextCreate(TopTransactionContext, "authz judgement", ALLOCSET_SMALL_SIZES);
	callback = MemoryContextAlloc(context, sizeof(MemoryContextCallback));
	callback->func = forget_recent;
	callback->arg = NULL;
	MemoryContextRegisterResetCallback(context, callback);
	recent_basis = basis;
	recent = begin_for_rows(context, false);
	return recent;
}

AuthzJudgement *
authz_judge_plan(void)
{
	return recent_judgement();
}

AuthzJudgement *
authz_judge(FmgrInfo *flinfo, bool *pinned)
{
	MemoryContext context = flinfo->fn_mcxt;
	AuthzJudgement *judgement;

	*pinned = running != NULL && running->context == context;
	if (!*pinned)
	{
		bind_outer(context);
		return recent_judgement();
	}
	judgement = find_judgement(context);
	if (judgement != NULL)
		return judgement;
	if (running->opened_by_another)
		refuse_cursor();
	bind_outer(context);
	return begin_for_rows(context, true);
}

CommandId
authz_judge_command(void)
{
	return running == NULL ? InvalidCommandId : running->command;
}

uint64
authz_judgement_number(const AuthzJudgement *judgement)
{
	return judgement->number;
}

AuthzJudgement *
authz_judge_now(void)
{
	return begin_judgement(CurrentMemoryContext, false);
}

/* Portals that have been opened and may run later, with the session that was set then. */
typedef struct Opened
{
	dlist_node node;
	MemoryContext context;
	uint64 fingerprint;
} Opened;

static dlist_head opened = DLIST_STATIC_INIT(opened);

static void
forget_opened(void *arg)
{
	dlist_delete(&((Opened *) arg)->node);
}

static void
start(QueryDesc *query, int eflags)
{
	if (next_start != NULL)
		next_start(query, eflags);
	else
		standard_ExecutorStart(query, eflags);

	/* What is started otherwise runs at once. */
	if (ActivePortal != NULL && ActivePortal->status == PORTAL_DEFINED)
	{
		MemoryContext context = query->estate->es_query_cxt;
		Opened *portal = MemoryContextAlloc(context, sizeof(Opened));
		MemoryContextCallback *callback =
			MemoryContextAlloc(context, sizeof(MemoryContextCallback));

		portal->context = context;
		portal->fingerprint = authz_setting_fingerprint();
		dlist_push_head(&opened, &portal->node);
		callback->func = forget_opened;
		callback->arg = portal;
		MemoryContextRegisterResetCallback(context, callback);
	}
}

static bool
is_opened_by_another(MemoryContext context)
{
	dlist_iter iter;

	dlist_foreach(iter, &opened)
	{
		Opened *portal = dlist_container(Opened, node, iter.cur);

		if (portal->context == context)
			return portal->fingerprint != authz_setting_fingerprint();
	}
	return false;
}

/* An execution that goes on does so for the session that it began for, or not at all. */
static void
check_session_in_force(const AuthzJudgement *judgement)
{
	AuthzSession *session;
	AuthzFault fault;

	AcceptInvalidationMessages();
	session = session_in_force(&fault);
	if (judgement->session == session)
		return;
	if (judgement->session != NULL && session != NULL &&
		judgement->session->account_id == session->account_id &&
		strcmp(judgement->session->session_id, session->session_id) == 0)
		return;
	refuse_cursor();
}

/*
 * Workers judge as their leader has judged, or an execution would mix the rights
 * of two moments (and an index scan the places in two arrays); and they find
 * loaded what would cost them more than their part of the scan.
 */
static bool
offer_judgement(QueryDesc *query, AuthzHandoff *handoff)
{
	MemoryContext context = query->estate->es_query_cxt;
	AuthzJudgement *judgement;
	StringInfoData block;
	bool offered;

	if (!query->plannedstmt->parallelModeNeeded || IsInParallelMode() ||
		*authz_setting_session() == '\0')
		return false;
	judgement = find_judgement(context);
	if (judgement == NULL)
		judgement = begin_for_rows(context, true);
	if (judgement->session == NULL)
		return false;

	initStringInfo(&block);
	authz_judgement_pack(judgement, &block);
	offered = authz_handoff_begin(handoff, block.data, block.len);
	pfree(block.data);

	/* A worker has no client: by itself it would let nobody in whom a client must have. */
	if (!offered && judgement->session->restricted)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_RESOURCES),
						errmsg("a restricted session could not be handed to parallel workers")));
	return offered;
}

static void
run_inside(Running *execution, AUTHZ_RUN_PARAMS)
{
	running = execution;
	PG_TRY();
	{
		if (next_run != NULL)
			next_run(AUTHZ_RUN_ARGS);
		else
			standard_ExecutorRun(AUTHZ_RUN_ARGS);
	}
	PG_FINALLY();
	{
		running = execution->outer;
	}
	PG_END_TRY();
}

static void
run(AUTHZ_RUN_PARAMS)
{
	Running execution = {.context = query->estate->es_query_cxt,
						 .command = query->estate->es_output_cid,
						 .serial = authz_setting_serial(),
						 .opened_by_another = is_opened_by_another(query->estate->es_query_cxt),
						 .outer = running};
	AuthzHandoff handoff;
	bool offered;

	if (!dlist_is_empty(&judgements))
	{
		AuthzJudgement *judgement = find_judgement(execution.context);

		if (judgement != NULL)
			check_session_in_force(judgement);
	}
	offered = offer_judgement(query, &handoff);
	run_inside(&execution, AUTHZ_RUN_ARGS);
	if (offered)
		authz_handoff_end(&handoff);
}

/* What is left of an execution: its triggers, and WITH parts that nobody has read. */
static void
finish(QueryDesc *query)
{
	Running execution = {.context = query->estate->es_query_cxt,
						 .command = query->estate->es_output_cid,
						 .serial = authz_setting_serial(),
						 .outer = running};

	running = &execution;
	PG_TRY();
	{
		if (next_finish != NULL)
			next_finish(query);
		else
			standard_ExecutorFinish(query);
	}
	PG_FINALLY();
	{
		running = execution.outer;
	}
	PG_END_TRY();
}

void
authz_judge_init(void)
{
	next_start = ExecutorStart_hook;
	ExecutorStart_hook = start;
	next_run = ExecutorRun_hook;
	ExecutorRun_hook = run;
	next_finish = ExecutorFinish_hook;
	ExecutorFinish_hook = finish;
}
