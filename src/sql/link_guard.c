/*
 * link_guard.c
 *	  The trigger that judges what is written into a link table: whether an
 *	  assignment waits for approval, and what a policy cannot say, because it sees
 *	  one row and not the old beside the new.
 *
 * It acts only for those whom row security binds. That a new assignment may be
 * made at all is the policy's to say.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "entitle/assignment.h"
#include "entitle/judge.h"
#include "sql/guard.h"
#include "sql/link_policy.h"
#include "sql/linked.h"
#include "sql/policy.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* What stays the same for all rows of a statement. */
typedef struct Link
{
	AuthzLinked *linked;
	AuthzLinkColumns columns;
	const char *permission; /* to update; NULL for none */
	bool binds;				/* row security binds the caller */
} Link;

typedef struct Guard
{
	FunctionCallInfo fcinfo;
	const Link *link;
	TriggerData *trigger;
	AuthzJudgement *judgement;
	const AuthzSession *session;
} Guard;

/* What is guarded ---------------------------------------------------------- */

static const Link *
find_link(FunctionCallInfo fcinfo)
{
	const TriggerData *trigger = (TriggerData *) fcinfo->context;
	const char *prefix = authz_guard_argument(trigger->tg_trigger, "prefix");
	Link *link = fcinfo->flinfo->fn_extra;
	MemoryContext caller;

	if (link != NULL)
		return link;
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	link = palloc(sizeof(Link));
	link->linked = authz_linked_of_link(trigger);
	link->columns = authz_linked_columns(link->linked, trigger->tg_relation);
	link->permission = prefix == NULL ? NULL : psprintf("%s.update", prefix);
	link->binds = authz_guard_binds(RelationGetRelid(trigger->tg_relation));
	fcinfo->flinfo->fn_extra = link;
	MemoryContextSwitchTo(caller);
	return link;
}

static Guard
begin_guard(FunctionCallInfo fcinfo)
{
	Guard guard = {.fcinfo = fcinfo, .trigger = (TriggerData *) fcinfo->context};
	bool pinned;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(guard.trigger->tg_event) ||
		!TRIGGER_FIRED_BEFORE(guard.trigger->tg_event) ||
		TRIGGER_FIRED_BY_DELETE(guard.trigger->tg_event))
		authz_guard_refuse_protocol();
	guard.link = find_link(fcinfo);
	if (!guard.link->binds)
		return guard;
	guard.judgement = authz_judge(fcinfo->flinfo, &pinned);
	guard.session = authz_judgement_session(guard.judgement);
	if (guard.session == NULL)
		authz_guard_refuse("No session is set.");
	return guard;
}

static AuthzAssignment
assignment_of(const Guard *guard, HeapTuple row)
{
	return authz_linked_assignment(&guard->link->columns, guard->trigger->tg_relation, row);
}

/* Rights -------------------------------------------------------------------- */

static bool
has_level(const Guard *guard, AuthzLevel level, const AuthzAssignment *assignment)
{
	AuthzGate gate;

	authz_judgement_gate(guard->judgement, level, guard->link->permission,
						 guard->link->linked->account_id, &gate);
	return assignment->whole && authz_gate_admits(&gate, assignment->category);
}

/* The protection of the content table, as far as its conditions are made of it. */
static AuthzProtection
protection_of(const Guard *guard)
{
	const AuthzLinked *linked = guard->link->linked;
	const Trigger *trigger = guard->trigger->tg_trigger;
	Oid schema = get_func_namespace(guard->fcinfo->flinfo->fn_oid);
	AuthzProtection protection = {
		.content = linked->content,
		.table = linked->content_name,
		.schema = pstrdup(quote_identifier(get_namespace_name(schema))),
		.category = linked->categories,
		.is_array = true,
		.owner = unconstify(char *, authz_guard_argument(trigger, "owner")),
		.editors = unconstify(char *, authz_guard_argument(trigger, "editors")),
		.publishers = unconstify(char *, authz_guard_argument(trigger, "publishers")),
		.prefix = unconstify(char *, authz_guard_argument(trigger, "prefix")),
		.account_column = linked->account_column,
		.account_id = linked->account_id,
		.key = linked->content_key,
		.key_type = linked->key_name,
	};

	return protection;
}

/* Whether the caller sees the assignment's row and it answers to the condition. */
static bool
row_answers(const Guard *guard, const AuthzAssignment *assignment,
			char *(*condition)(const AuthzProtection *, const char *) )
{
	const AuthzLinked *linked = guard->link->linked;
	AuthzProtection protection = protection_of(guard);
	char *key = psprintf("c.%s", quote_identifier(linked->content_key));
	char *sql = psprintf("SELECT FROM %s AS c WHERE %s OPERATOR(pg_catalog.=) $1::%s AND %s",
						 linked->content_name, authz_link_key(key, linked->key_name),
						 linked->key_name, condition(&protection, "update"));
	Datum values[] = {assignment->key};

	return assignment->whole && authz_linked_ask(sql, 1, &linked->key_type, values) != 0;
}

/* What is in no category of the account, whoever may change the row takes away. */
static bool
may_remove(const Guard *guard, const AuthzAssignment *assignment)
{
	return !assignment->whole || has_level(guard, AUTHZ_LEVEL_MODERATOR, assignment) ||
		   row_answers(guard, assignment,
					   authz_judgement_knows_category(guard->judgement, assignment->category)
						   ? authz_policy_person_condition
						   : authz_policy_touch_condition);
}

static bool
may_add(const Guard *guard, const AuthzAssignment *assignment)
{
	return has_level(guard, AUTHZ_LEVEL_CONTRIBUTOR, assignment) &&
		   row_answers(guard, assignment, authz_policy_touch_condition);
}

/* Judging --------------------------------------------------------------------- */

/* The row with this status, where it has another. */
static HeapTuple
with_status(const Guard *guard, HeapTuple row, AuthzLinkStatus status)
{
	TupleDesc columns = guard->trigger->tg_relation->rd_att;
	int column = guard->link->columns.status;
	Form_pg_attribute attribute = TupleDescAttr(columns, column - 1);
	Datum value;
	bool isnull = false;

	if (assignment_of(guard, row).status == status)
		return row;
	value = authz_link_status_value(status, attribute->atttypid, attribute->atttypmod);
	return heap_modify_tuple_by_cols(row, columns, 1, &column, &value, &isnull);
}

/* A new assignment counts, unless it is to wait, or is given so. */
static HeapTuple
add(const Guard *guard, HeapTuple row)
{
	AuthzAssignment new = assignment_of(guard, row);
	bool waits = new.whole &&authz_assignment_waits(guard->judgement, new.category);

	if (guard->link->columns.status != 0)
		return with_status(guard, row,
						   waits || new.status == AUTHZ_LINK_PENDING ? AUTHZ_LINK_PENDING
																	 : AUTHZ_LINK_ACTIVE);
	if (waits)
		authz_guard_refuse("What is put there waits for approval, which takes a link table with a "
						   "status.");
	return row;
}

static void
judge_status(const Guard *guard, const AuthzAssignment *old, const AuthzAssignment *new)
{
	bool decides = new->status == AUTHZ_LINK_ACTIVE || new->status == AUTHZ_LINK_REJECTED;

	if (new->status == old->status)
		return;
	if (decides && (guard->session->moderated || !has_level(guard, AUTHZ_LEVEL_MODERATOR, old)))
		authz_guard_refuse("Only a moderator approves or rejects what is put into a category.");
	if (!decides && !may_remove(guard, old))
		authz_guard_refuse("Only its owner, an editor, a publisher or a moderator takes a row out "
						   "of a category.");
}

/* To assign another row, or to another category, is to remove the one and add the other. */
static HeapTuple
update(const Guard *guard)
{
	HeapTuple row = guard->trigger->tg_newtuple;
	AuthzAssignment old = assignment_of(guard, guard->trigger->tg_trigtuple);
	AuthzAssignment new = assignment_of(guard, row);

	if (authz_linked_same(guard->link->linked, &old, &new))
	{
		judge_status(guard, &old, &new);
		return row;
	}
	if (!may_remove(guard, &old))
		authz_guard_refuse("Only its owner, an editor, a publisher or a moderator takes a row out "
						   "of a category.");
	if (!may_add(guard, &new))
		authz_guard_refuse("Only a contributor who may change the row puts it into a category.");
	return add(guard, row);
}

PG_FUNCTION_INFO_V1(authz_link_guard);

/*
 * authz_link_guard('key=column', 'category=…', 'status=…', 'content=schema.table',
 *					'content_key=…', 'categories=…', 'owner=…', 'editors=…', 'publishers=…',
 *					'prefix=…', 'account_column=…', 'account=…'): before an assignment is inserted
 * or updated; the other triggers of the link table are told the same
 */
Datum
authz_link_guard(PG_FUNCTION_ARGS)
{
	Guard guard = begin_guard(fcinfo);
	bool updates = TRIGGER_FIRED_BY_UPDATE(guard.trigger->tg_event);

	if (!guard.link->binds)
		return PointerGetDatum(updates ? guard.trigger->tg_newtuple : guard.trigger->tg_trigtuple);
	return PointerGetDatum(updates ? update(&guard) : add(&guard, guard.trigger->tg_trigtuple));
}
