/*
 * guard.c
 *	  What the triggers of protected tables know: their table, the caller, and
 *	  whose a row is.
 *
 * Anybody may put them on a table of his own: nothing of a trigger's arguments or
 * its table's columns is trusted.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "entitle/row.h"
#include "executor/spi.h"
#include "sql/guard.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"

/* Refusing, and what is guarded -------------------------------------------------------- */

void
authz_guard_refuse_protocol(void)
{
	ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
					errmsg("not called as a trigger that authz_protect() made"),
					errhint("Protect the table anew after its columns have changed.")));
}

void
authz_guard_refuse(const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
					errhint("%s", hint)));
}

const char *
authz_guard_argument(const Trigger *trigger, const char *name)
{
	size_t length = strlen(name);

	for (int i = 0; i < trigger->tgnargs; i++)
		if (strncmp(trigger->tgargs[i], name, length) == 0 && trigger->tgargs[i][length] == '=')
			return trigger->tgargs[i] + length + 1;
	return NULL;
}

/*
 * Rows of a partition or a child that are reached through a table above it are
 * under that table's row security, and the trigger is told only of the partition.
 */
bool
authz_guard_binds(Oid table)
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
		found = authz_guard_binds(((Form_pg_inherits) GETSTRUCT(tuple))->inhparent);
	systable_endscan(scan);
	table_close(inherits, AccessShareLock);
	return found;
}

/* The number of the column that the argument names, of one of the types; 0 where none is named. */
static int
column_of(const TriggerData *trigger, const char *argument, const Oid *types, int ntypes)
{
	TupleDesc row = trigger->tg_relation->rd_att;
	const char *name = authz_guard_argument(trigger->tg_trigger, argument);
	int number;

	if (name == NULL)
		return 0;
	number = SPI_fnumber(row, name);
	for (int i = 0; number > 0 && i < ntypes; i++)
		if (TupleDescAttr(row, number - 1)->atttypid == types[i])
			return number;
	authz_guard_refuse_protocol();
}

static char *
copy_argument(FunctionCallInfo fcinfo, const TriggerData *trigger, const char *name)
{
	const char *value = authz_guard_argument(trigger->tg_trigger, name);

	return value == NULL ? NULL : MemoryContextStrdup(fcinfo->flinfo->fn_mcxt, value);
}

static const AuthzGuarded *
find_guarded(FunctionCallInfo fcinfo, const TriggerData *trigger)
{
	static const Oid categories[] = {INT2OID,	   INT4OID,		 INT8OID,
									 INT2ARRAYOID, INT4ARRAYOID, INT8ARRAYOID};
	static const Oid texts[] = {TEXTOID, VARCHAROID};
	static const Oid people[] = {TEXTARRAYOID, VARCHARARRAYOID};
	static const Oid keys[] = {INT2OID, INT4OID, INT8OID, TEXTOID, VARCHAROID, UUIDOID};
	AuthzGuarded *guarded = fcinfo->flinfo->fn_extra;
	const char *account;

	if (guarded != NULL)
		return guarded;
	guarded = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(AuthzGuarded));
	guarded->category = column_of(trigger, "category", categories, lengthof(categories));
	guarded->owner = column_of(trigger, "owner", texts, lengthof(texts));
	guarded->editors = column_of(trigger, "editors", people, lengthof(people));
	guarded->publishers = column_of(trigger, "publishers", people, lengthof(people));
	guarded->key = column_of(trigger, "key", keys, lengthof(keys));
	guarded->permission = copy_argument(fcinfo, trigger, "permission");
	guarded->link = copy_argument(fcinfo, trigger, "link");
	account = authz_guard_argument(trigger->tg_trigger, "account");
	guarded->account_id = account == NULL ? 0 : (int) strtol(account, NULL, 10);
	guarded->binds = authz_guard_binds(RelationGetRelid(trigger->tg_relation));
	fcinfo->flinfo->fn_extra = guarded;
	return guarded;
}

AuthzGuard
authz_guard_begin(FunctionCallInfo fcinfo, TriggerEvent operation)
{
	AuthzGuard guard = {.trigger = (TriggerData *) fcinfo->context};
	bool pinned;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(guard.trigger->tg_event) ||
		(guard.trigger->tg_event & TRIGGER_EVENT_OPMASK) != operation)
		authz_guard_refuse_protocol();
	guard.guarded = find_guarded(fcinfo, guard.trigger);
	if (guard.guarded->binds)
	{
		guard.judgement = authz_judge(fcinfo->flinfo, &pinned);
		guard.session = authz_judgement_session(guard.judgement);
	}
	return guard;
}

Datum
authz_guard_value(const AuthzGuard *guard, HeapTuple row, int column, bool *isnull)
{
	*isnull = true;
	return column == 0 ? (Datum) 0
					   : heap_getattr(row, column, guard->trigger->tg_relation->rd_att, isnull);
}

/* Whose the row is ----------------------------------------------------------- */

char *
authz_guard_owner(const AuthzGuard *guard, HeapTuple row)
{
	bool isnull;
	Datum value = authz_guard_value(guard, row, guard->guarded->owner, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* Whether a row of another account's is meant by what names this session's user. */
static bool
is_foreign(const AuthzGuard *guard)
{
	return guard->guarded->account_id != 0 &&
		   guard->guarded->account_id != guard->session->account_id;
}

bool
authz_guard_is_mine(const AuthzGuard *guard, const char *name)
{
	ArrayType *names = authz_judgement_names(guard->judgement);
	Datum *values;
	int n;

	if (name == NULL || names == NULL || is_foreign(guard))
		return false;
	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &values, NULL, &n);
	for (int i = 0; i < n; i++)
		if (strcmp(TextDatumGetCString(values[i]), name) == 0)
			return true;
	return false;
}

bool
authz_guard_owns(const AuthzGuard *guard, HeapTuple row)
{
	return authz_guard_is_mine(guard, authz_guard_owner(guard, row));
}

bool
authz_guard_is_among(const AuthzGuard *guard, HeapTuple row, int column)
{
	bool isnull;
	Datum value = authz_guard_value(guard, row, column, &isnull);
	Datum *people;
	bool *nulls;
	int n;

	if (isnull)
		return false;
	deconstruct_array(DatumGetArrayTypeP(value), ARR_ELEMTYPE(DatumGetArrayTypeP(value)), -1, false,
					  TYPALIGN_INT, &people, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i] && authz_guard_is_mine(guard, TextDatumGetCString(people[i])))
			return true;
	return false;
}

bool
authz_guard_is_named(const AuthzGuard *guard, HeapTuple row)
{
	bool isnull;
	int column = guard->guarded->key;
	Datum value = authz_guard_value(guard, row, column, &isnull);
	Oid output;
	bool is_varlena;

	if (isnull || !guard->session->names_rows || is_foreign(guard))
		return false;
	getTypeOutputInfo(TupleDescAttr(guard->trigger->tg_relation->rd_att, column - 1)->atttypid,
					  &output, &is_varlena);
	return authz_row_named(guard->session, AUTHZ_NAMED_TO_EDIT,
						   OidOutputFunctionCall(output, value));
}
