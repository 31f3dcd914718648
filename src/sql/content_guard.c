/*
 * content_guard.c
 *	  The triggers of protected tables: what a policy cannot say, because it
 *	  sees one row and not the old beside the new.
 *
 * They act only for those whom row security binds, so that the table's owner
 * migrates and foreign keys cascade as ever.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "entitle/assignment.h"
#include "entitle/judge.h"
#include "fmgr.h"
#include "pure/privileges.h"
#include "sql/guard.h"
#include "sql/ids.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/rel.h"

/* Rows that move to another partition ---------------------------------------- */

/*
 * Such a move is an update that becomes a deletion and an insertion. It would be
 * filled in as a new row is, and belong to its mover. So the row that an update
 * came to last is remembered, and whether it was then deleted.
 */
static struct
{
	uint64 judgement;
	ItemPointerData row;
	bool moves;
} last_updated;

static bool
is_last_updated(const AuthzGuard *guard)
{
	return last_updated.judgement == authz_judgement_number(guard->judgement);
}

PG_FUNCTION_INFO_V1(authz_content_move);

/* authz_content_move(): before an update or a deletion */
Datum
authz_content_move(PG_FUNCTION_ARGS)
{
	AuthzGuard guard = {.trigger = (TriggerData *) fcinfo->context};
	bool updates = CALLED_AS_TRIGGER(fcinfo) && TRIGGER_FIRED_BY_UPDATE(guard.trigger->tg_event);
	ItemPointer row;

	guard = authz_guard_begin(fcinfo, updates ? TRIGGER_EVENT_UPDATE : TRIGGER_EVENT_DELETE);
	row = &guard.trigger->tg_trigtuple->t_self;
	if (guard.guarded->binds && updates)
	{
		last_updated.judgement = authz_judgement_number(guard.judgement);
		last_updated.row = *row;
		last_updated.moves = false;
	}
	else if (guard.guarded->binds)
		last_updated.moves = is_last_updated(&guard) && ItemPointerEquals(&last_updated.row, row);
	return PointerGetDatum(updates ? guard.trigger->tg_newtuple : guard.trigger->tg_trigtuple);
}

/* The owner of new rows ----------------------------------------------------- */

PG_FUNCTION_INFO_V1(authz_fill_owner);

/* authz_fill_owner('owner=column'): who adds a row and names no owner authz_guard_owns it */
Datum
authz_fill_owner(PG_FUNCTION_ARGS)
{
	AuthzGuard guard = authz_guard_begin(fcinfo, TRIGGER_EVENT_INSERT);
	HeapTuple row = guard.trigger->tg_trigtuple;
	int column = guard.guarded->owner;
	Form_pg_attribute attribute;
	bool isnull;
	Datum owner;

	if (!guard.guarded->binds || column == 0 || guard.session == NULL ||
		guard.session->user_id == NULL)
		return PointerGetDatum(row);
	if (is_last_updated(&guard) && last_updated.moves)
	{
		last_updated.moves = false;
		return PointerGetDatum(row);
	}
	(void) authz_guard_value(&guard, row, column, &isnull);
	if (!isnull)
		return PointerGetDatum(row);

	owner = CStringGetTextDatum(guard.session->user_id);
	attribute = TupleDescAttr(guard.trigger->tg_relation->rd_att, column - 1);
	if (attribute->atttypid == VARCHAROID && attribute->atttypmod >= 0)
		owner = DirectFunctionCall3(varchar, owner, Int32GetDatum(attribute->atttypmod),
									BoolGetDatum(false));
	isnull = false;
	return PointerGetDatum(heap_modify_tuple_by_cols(row, guard.trigger->tg_relation->rd_att, 1,
													 &column, &owner, &isnull));
}

/* Changes of categories ---------------------------------------------------------- */

static AuthzIds
categories_of(const AuthzGuard *guard, HeapTuple row)
{
	int column = guard->guarded->category;
	bool isnull;
	Datum value = authz_guard_value(guard, row, column, &isnull);

	return authz_ids_of(
		value, isnull,
		column == 0 ? InvalidOid
					: TupleDescAttr(guard->trigger->tg_relation->rd_att, column - 1)->atttypid);
}

static bool
has_level(const AuthzGuard *guard, AuthzLevel level, int64 category)
{
	AuthzGate gate;

	authz_judgement_gate(guard->judgement, level, guard->guarded->permission,
						 guard->guarded->account_id, &gate);
	return authz_gate_admits(&gate, category);
}

static void
judge_added(const AuthzGuard *guard, int64 category)
{
	if (!has_level(guard, AUTHZ_LEVEL_CONTRIBUTOR, category))
		authz_guard_refuse("Only a contributor puts a row into a category.");
	if (authz_assignment_waits(guard->judgement, category))
		authz_guard_refuse(
			"What is put there waits for approval, which takes a link table with a status.");
}

/* Whether the session stays below another category than this one. */
static bool
is_out_of_reach(const AuthzGuard *guard, int64 category)
{
	AuthzGate gate;

	if (guard->session->branch == 0)
		return false;
	authz_judgement_gate(guard->judgement, AUTHZ_LEVEL_MANAGER, NULL, 0, &gate);
	return !authz_gate_reaches(&gate, category);
}

static void
judge_removed(const AuthzGuard *guard, int64 category)
{
	HeapTuple row = guard->trigger->tg_trigtuple;

	if (!authz_judgement_knows_category(guard->judgement, category))
		return;
	if (is_out_of_reach(guard, category))
		authz_guard_refuse("What acts for a user stays where he lets it.");
	if (!authz_guard_owns(guard, row) &&
		!authz_guard_is_among(guard, row, guard->guarded->editors) &&
		!authz_guard_is_among(guard, row, guard->guarded->publishers) &&
		!has_level(guard, AUTHZ_LEVEL_MODERATOR, category))
		authz_guard_refuse(
			"Only its owner, an editor, a publisher or a moderator takes a row out of a "
			"category.");
}

static void
judge_categories(const AuthzGuard *guard)
{
	AuthzIds before = categories_of(guard, guard->trigger->tg_trigtuple);
	AuthzIds after = categories_of(guard, guard->trigger->tg_newtuple);
	bool grows = false;

	for (int i = 0; i < before.n; i++)
	{
		if (authz_ids_has(&after, before.ids[i]))
			continue;
		if (guard->guarded->link != NULL)
			authz_guard_refuse("Its categories follow the link table.");
		judge_removed(guard, before.ids[i]);
	}
	for (int i = 0; i < after.n; i++)
	{
		if (authz_ids_has(&before, after.ids[i]))
			continue;
		if (guard->guarded->link != NULL)
			authz_guard_refuse("Its categories follow the link table.");
		judge_added(guard, after.ids[i]);
		grows = true;
	}
	if (grows)
		authz_assignment_check_most(guard->judgement, after.n);
}

/* Changes of owner and people -------------------------------------------------------- */

static bool
differs(const AuthzGuard *guard, int column)
{
	Form_pg_attribute attribute = TupleDescAttr(guard->trigger->tg_relation->rd_att, column - 1);
	bool had_none;
	bool has_none;
	Datum before = authz_guard_value(guard, guard->trigger->tg_trigtuple, column, &had_none);
	Datum after = authz_guard_value(guard, guard->trigger->tg_newtuple, column, &has_none);

	if (had_none || has_none)
		return had_none != has_none;
	return !datum_image_eq(before, after, attribute->attbyval, attribute->attlen);
}

static void
judge_owner(const AuthzGuard *guard)
{
	char *old_owner = authz_guard_owner(guard, guard->trigger->tg_trigtuple);
	char *new_owner = authz_guard_owner(guard, guard->trigger->tg_newtuple);
	const char *privileges = guard->session->privileges;

	if (old_owner == NULL ? new_owner == NULL
						  : new_owner != NULL && strcmp(old_owner, new_owner) == 0)
		return;
	if (authz_guard_is_mine(guard, old_owner))
		return;
	if (new_owner != NULL &&
		authz_privileges_has(privileges, strlen(privileges), "edituser", new_owner))
		return;
	authz_guard_refuse("Only its owner gives a row away.");
}

static void
judge_people(const AuthzGuard *guard)
{
	const int columns[] = {guard->guarded->editors, guard->guarded->publishers};

	for (int i = 0; i < lengthof(columns); i++)
		if (columns[i] != 0 && differs(guard, columns[i]) &&
			!authz_guard_owns(guard, guard->trigger->tg_trigtuple))
			authz_guard_refuse("Only its owner says who edits and publishes a row.");
}

/* Whether the subject may change the row in more than its categories. */
static bool
may_change_all(const AuthzGuard *guard)
{
	HeapTuple row = guard->trigger->tg_trigtuple;
	AuthzIds categories;

	if (authz_guard_owns(guard, row) || authz_guard_is_among(guard, row, guard->guarded->editors) ||
		authz_guard_is_named(guard, row))
		return true;
	categories = categories_of(guard, row);
	for (int i = 0; i < categories.n; i++)
		if (has_level(guard, AUTHZ_LEVEL_MODERATOR, categories.ids[i]))
			return true;
	return false;
}

/* Columns that the statement sets; what other triggers do beside is the table owner's doing. */
static void
judge_rest(const AuthzGuard *guard)
{
	TupleDesc row = guard->trigger->tg_relation->rd_att;

	if (guard->guarded->publishers == 0 || guard->guarded->link != NULL || may_change_all(guard))
		return;
	for (int column = 1; column <= row->natts; column++)
	{
		Form_pg_attribute attribute = TupleDescAttr(row, column - 1);

		if (!attribute->attisdropped && attribute->attgenerated == '\0' &&
			column != guard->guarded->category &&
			bms_is_member(column - FirstLowInvalidHeapAttributeNumber,
						  guard->trigger->tg_updatedcols) &&
			differs(guard, column))
			authz_guard_refuse("A publisher changes the categories of a row alone.");
	}
}

/*
 * Foreign keys cascade as ever: by commands of their own, whose triggers after the
 * row wait for the statement that set them off, and run as its caller.
 */
static bool
is_cascade(const TriggerData *trigger)
{
	return TRIGGER_FIRED_AFTER(trigger->tg_event) && authz_judge_command() != InvalidCommandId &&
		   HeapTupleHeaderGetCmin(trigger->tg_newtuple->t_data) != authz_judge_command();
}

PG_FUNCTION_INFO_V1(authz_content_guard);

/*
 * authz_content_guard('category=column', 'owner=column', 'editors=…', 'publishers=…', 'key=…',
 *					   'permission=…', 'account=…', 'link=…'), of which only the first need be
 * there: after the update, when generated columns have been computed; before it in partitioned
 * tables, where an update that moves a row to another partition ends as an insertion
 */
Datum
authz_content_guard(PG_FUNCTION_ARGS)
{
	AuthzGuard guard = authz_guard_begin(fcinfo, TRIGGER_EVENT_UPDATE);

	if (guard.guarded->category == 0)
		authz_guard_refuse_protocol();
	if (!guard.guarded->binds || is_cascade(guard.trigger))
		return PointerGetDatum(guard.trigger->tg_newtuple);
	if (guard.session == NULL)
		authz_guard_refuse("No session is set.");
	judge_rest(&guard);
	judge_categories(&guard);
	judge_owner(&guard);
	judge_people(&guard);
	return PointerGetDatum(guard.trigger->tg_newtuple);
}
