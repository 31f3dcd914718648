/*
 * guard.c
 *	  The triggers of protected tables: what a policy cannot say, because it
 *	  sees one row and not the old beside the new.
 *
 * They act only for those whom row security binds, so that the table's owner
 * migrates and foreign keys cascade as ever. Anybody may put them on a table of
 * his own: nothing of the trigger's arguments or the table's columns is trusted.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "compat.h"
#include "entitle/judge.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "pure/privileges.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/rls.h"

/* What stays the same for all rows of a table in an execution. */
typedef struct Guarded
{
	bool binds;	  /* row security binds the caller */
	int category; /* attribute numbers; 0 for no such column */
	int owner;
	const char *permission; /* to update; NULL for none */
	int account_id;			/* 0 for any */
} Guarded;

typedef struct Guard
{
	const Guarded *guarded;
	TriggerData *trigger;
	AuthzJudgement *judgement;
	const AuthzSession *session;
} Guard;

/* What is guarded -------------------------------------------------------- */

AUTHZ_NORETURN static void
refuse_protocol(void)
{
	ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
					errmsg("not called as a trigger that authz_protect() made"),
					errhint("Protect the table anew after its columns have changed.")));
}

/* The number of the column of that name, which must be of one of the types; 0 for no name. */
static int
column_of(TupleDesc row, const char *name, const Oid *types, int ntypes)
{
	int number;

	if (*name == '\0')
		return 0;
	number = SPI_fnumber(row, name);
	for (int i = 0; number > 0 && i < ntypes; i++)
		if (TupleDescAttr(row, number - 1)->atttypid == types[i])
			return number;
	refuse_protocol();
}

/*
 * Rows of a partition or a child that are reached through a table above it are
 * under that table's row security, and the trigger is told only of the partition.
 */
static bool
binds(Oid table)
{
	bool found = check_enable_rls(table, InvalidOid, true) == RLS_ENABLED;
	Relation inherits;
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple tuple;

	if (found)
		return true;
	inherits = table_open(InheritsRelationId, AccessShareLock);
	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(table));
	scan = systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
		found = binds(((Form_pg_inherits) GETSTRUCT(tuple))->inhparent);
	systable_endscan(scan);
	table_close(inherits, AccessShareLock);
	return found;
}

static const Guarded *
find_guarded(FunctionCallInfo fcinfo, TriggerData *trigger, int nargs)
{
	static const Oid integers[] = {INT2OID, INT4OID, INT8OID};
	static const Oid texts[] = {TEXTOID, VARCHAROID};
	Guarded *guarded = fcinfo->flinfo->fn_extra;
	TupleDesc row = trigger->tg_relation->rd_att;
	char **arguments = trigger->tg_trigger->tgargs;

	if (guarded != NULL)
		return guarded;
	if (trigger->tg_trigger->tgnargs != nargs)
		refuse_protocol();

	guarded = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Guarded));
	guarded->owner = column_of(row, arguments[0], texts, lengthof(texts));
	if (nargs > 1)
	{
		guarded->category = column_of(row, arguments[1], integers, lengthof(integers));
		guarded->permission = *arguments[2] == '\0'
								  ? NULL
								  : MemoryContextStrdup(fcinfo->flinfo->fn_mcxt, arguments[2]);
		guarded->account_id = (int) strtol(arguments[3], NULL, 10);
		if (guarded->category == 0)
			refuse_protocol();
	}
	guarded->binds = binds(RelationGetRelid(trigger->tg_relation));
	fcinfo->flinfo->fn_extra = guarded;
	return guarded;
}

static Guard
begin_guard(FunctionCallInfo fcinfo, TriggerEvent operation, int nargs)
{
	Guard guard = {.trigger = (TriggerData *) fcinfo->context};
	bool pinned;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(guard.trigger->tg_event) ||
		(guard.trigger->tg_event & TRIGGER_EVENT_OPMASK) != operation)
		refuse_protocol();
	guard.guarded = find_guarded(fcinfo, guard.trigger, nargs);
	if (guard.guarded->binds)
	{
		guard.judgement = authz_judge(fcinfo->flinfo, &pinned);
		guard.session = authz_judgement_session(guard.judgement);
	}
	return guard;
}

static Datum
value_of(const Guard *guard, HeapTuple row, int column, bool *isnull)
{
	return heap_getattr(row, column, guard->trigger->tg_relation->rd_att, isnull);
}

/* The owner of new rows ----------------------------------------------------- */

PG_FUNCTION_INFO_V1(authz_fill_owner);

/* authz_fill_owner(owner column): who adds a row and names no owner owns it */
Datum
authz_fill_owner(PG_FUNCTION_ARGS)
{
	Guard guard = begin_guard(fcinfo, TRIGGER_EVENT_INSERT, 1);
	HeapTuple row = guard.trigger->tg_trigtuple;
	int column = guard.guarded->owner;
	Form_pg_attribute attribute;
	bool isnull;
	Datum owner;

	if (!guard.guarded->binds || column == 0 || guard.session == NULL ||
		guard.session->user_id == NULL)
		return PointerGetDatum(row);
	(void) value_of(&guard, row, column, &isnull);
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

/* Changes of category and owner ------------------------------------------------ */

AUTHZ_NORETURN static void
refuse(const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
					errhint("%s", hint)));
}

/* A category as bigint, whatever integer the column is of; false for NULL. */
static bool
category_of(const Guard *guard, HeapTuple row, int64 *category)
{
	int column = guard->guarded->category;
	bool isnull;
	Datum value = value_of(guard, row, column, &isnull);

	if (isnull)
		return false;
	switch (TupleDescAttr(guard->trigger->tg_relation->rd_att, column - 1)->atttypid)
	{
		case INT2OID:
			*category = DatumGetInt16(value);
			return true;
		case INT4OID:
			*category = DatumGetInt32(value);
			return true;
		default:
			*category = DatumGetInt64(value);
			return true;
	}
}

static bool
has_level(const Guard *guard, AuthzLevel level, int64 category)
{
	AuthzGate gate;

	authz_judgement_gate(guard->judgement, level, guard->guarded->permission,
						 guard->guarded->account_id, &gate);
	return authz_gate_admits(&gate, category);
}

static char *
owner_of(const Guard *guard, HeapTuple row)
{
	bool isnull;
	Datum value;

	if (guard->guarded->owner == 0)
		return NULL;
	value = value_of(guard, row, guard->guarded->owner, &isnull);
	return isnull ? NULL : TextDatumGetCString(value);
}

/* Whether the row is the subject's own, or its groups'. */
static bool
owns(const Guard *guard, HeapTuple row)
{
	char *owner = owner_of(guard, row);
	ArrayType *names = authz_judgement_names(guard->judgement);
	int account_id = guard->guarded->account_id;
	Datum *values;
	int n;

	if (owner == NULL || names == NULL ||
		(account_id != 0 && account_id != guard->session->account_id))
		return false;
	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &values, NULL, &n);
	for (int i = 0; i < n; i++)
		if (strcmp(TextDatumGetCString(values[i]), owner) == 0)
			return true;
	return false;
}

static void
judge_category(const Guard *guard)
{
	HeapTuple old_row = guard->trigger->tg_trigtuple;
	int64 old_category;
	int64 new_category;
	bool had = category_of(guard, old_row, &old_category);
	bool has = category_of(guard, guard->trigger->tg_newtuple, &new_category);

	if (had == has && (!had || old_category == new_category))
		return;
	if (had && authz_judgement_knows_category(guard->judgement, old_category) &&
		!owns(guard, old_row) && !has_level(guard, AUTHZ_LEVEL_MODERATOR, old_category))
		refuse("Only its owner or a moderator takes a row out of a category.");
	if (has && !has_level(guard, AUTHZ_LEVEL_CONTRIBUTOR, new_category))
		refuse("Only a contributor puts a row into a category.");
}

static void
judge_owner(const Guard *guard)
{
	char *old_owner = owner_of(guard, guard->trigger->tg_trigtuple);
	char *new_owner = owner_of(guard, guard->trigger->tg_newtuple);
	const char *privileges = guard->session->privileges;

	if (old_owner == NULL ? new_owner == NULL
						  : new_owner != NULL && strcmp(old_owner, new_owner) == 0)
		return;
	if (owns(guard, guard->trigger->tg_trigtuple))
		return;
	if (new_owner != NULL &&
		authz_privileges_has(privileges, strlen(privileges), "edituser", new_owner))
		return;
	refuse("Only its owner gives a row away.");
}

PG_FUNCTION_INFO_V1(authz_content_guard);

/*
 * authz_content_guard(owner column or '', category column, permission or '', account or ''):
 * after the update, when generated columns have been computed; before it in partitioned
 * tables, where an update that moves a row to another partition ends as an insertion
 */
Datum
authz_content_guard(PG_FUNCTION_ARGS)
{
	Guard guard = begin_guard(fcinfo, TRIGGER_EVENT_UPDATE, 4);

	if (!guard.guarded->binds)
		return PointerGetDatum(guard.trigger->tg_newtuple);
	if (guard.session == NULL)
		refuse("No session is set.");
	judge_category(&guard);
	judge_owner(&guard);
	return PointerGetDatum(guard.trigger->tg_newtuple);
}
