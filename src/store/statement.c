/*
 * statement.c
 *	  Prepared statements on authz's own tables, run as the extension's owner.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "store/statement.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

Oid
authz_store_schema(void)
{
	return get_namespace_oid("authz", true);
}

Oid
authz_store_owner(void)
{
	HeapTuple tuple = SearchSysCache1(NAMESPACENAME, CStringGetDatum("authz"));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("extension \"authz\" is not installed in this database")));
	owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
	ReleaseSysCache(tuple);
	return owner;
}

void
authz_store_begin(AuthzActing *acting)
{
	Oid owner = authz_store_owner();

	GetUserIdAndSecContext(&acting->user, &acting->sec_context);
	SetUserIdAndSecContext(owner, acting->sec_context | SECURITY_LOCAL_USERID_CHANGE);

	/* SAVE is the one action that a parallel worker may use, too. */
	acting->guc_level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to the server programming interface");
}

void
authz_store_end(AuthzActing *acting)
{
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "could not disconnect from the server programming interface");
	AtEOXact_GUC(false, acting->guc_level);
	SetUserIdAndSecContext(acting->user, acting->sec_context);
}

/* How the statements are to be planned, whatever the session has set and the tables hold. */
static void
set_planning(void)
{
	static const char *const settings[][2] = {
		{"join_collapse_limit", "1"}, /* they join in the order in which they are written */
		{"enable_seqscan", "off"},	  /* tables that are empty now will be large */
		{"jit", "off"},
	};

	for (int i = 0; i < lengthof(settings); i++)
		(void) set_config_option(settings[i][0], settings[i][1], PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
}

/*
 * One generic plan for ever: the statements find rows by key, and planning
 * them for each set of values would cost more than running them. It is made
 * with the first execution.
 */
static void
prepare(AuthzStatement *statement)
{
	SPIPlanPtr plan = SPI_prepare_cursor(statement->sql, statement->nargs, statement->argtypes,
										 CURSOR_OPT_GENERIC_PLAN);

	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not prepare a statement: %s", SPI_result_code_string(SPI_result));
	statement->plan = plan;
	set_planning();
}

/* Between these two the plan is there; it is made when it is first executed. */
static int
begin_execution(AuthzStatement *statement)
{
	int guc_level = 0;

	if (unlikely(statement->plan == NULL))
	{
		guc_level = NewGUCNestLevel();
		prepare(statement);
	}
	return guc_level;
}

static void
end_execution(int guc_level, int result)
{
	if (guc_level != 0)
		AtEOXact_GUC(false, guc_level);
	if (result < 0)
		elog(ERROR, "could not execute a statement: %s", SPI_result_code_string(result));
}

static uint64
execute(AuthzStatement *statement, Datum *values, const char *nulls, Snapshot snapshot,
		bool read_only)
{
	int guc_level = begin_execution(statement);

	end_execution(guc_level, SPI_execute_snapshot(statement->plan, values, nulls, snapshot,
												  InvalidSnapshot, read_only, true, 0));
	return SPI_processed;
}

uint64
authz_store_read(AuthzStatement *statement, Datum *values, const char *nulls, Snapshot snapshot)
{
	return execute(statement, values, nulls, snapshot, true);
}

/* Where the executor puts the rows of a statement that is streamed. */
typedef struct Receiver
{
	DestReceiver base;
	AuthzRowReader reader;
	void *arg;
	MemoryContext context; /* the caller's */
} Receiver;

static void
receiver_starts(DestReceiver *self, int operation, TupleDesc description)
{
}

static bool
receive(TupleTableSlot *slot, DestReceiver *self)
{
	Receiver *receiver = (Receiver *) self;
	MemoryContext executors;

	slot_getallattrs(slot);
	executors = MemoryContextSwitchTo(receiver->context);
	receiver->reader(receiver->arg, slot->tts_values, slot->tts_isnull);
	MemoryContextSwitchTo(executors);
	return true;
}

static void
receiver_ends(DestReceiver *self)
{
}

static ParamListInfo
bind(const AuthzStatement *statement, const Datum *values, const char *nulls)
{
	ParamListInfo params = makeParamList(statement->nargs);

	for (int i = 0; i < statement->nargs; i++)
	{
		ParamExternData *param = &params->params[i];

		param->value = values[i];
		param->isnull = nulls != NULL && nulls[i] == 'n';
		param->pflags = PARAM_FLAG_CONST;
		param->ptype = statement->argtypes[i];
	}
	return params;
}

void
authz_store_stream(AuthzStatement *statement, Datum *values, const char *nulls, Snapshot snapshot,
				   AuthzRowReader reader, void *arg)
{
	Receiver receiver = {.base = {.receiveSlot = receive,
								  .rStartup = receiver_starts,
								  .rShutdown = receiver_ends,
								  .rDestroy = receiver_ends,
								  .mydest = DestTuplestore},
						 .reader = reader,
						 .arg = arg,
						 .context = CurrentMemoryContext};
	SPIExecuteOptions options = {.read_only = true, .dest = &receiver.base};
	int guc_level = begin_execution(statement);

	options.params = bind(statement, values, nulls);
	PushActiveSnapshot(snapshot);
	end_execution(guc_level, SPI_execute_plan_extended(statement->plan, &options));
	PopActiveSnapshot();
}

uint64
authz_store_read_fresh(AuthzStatement *statement, Datum *values, const char *nulls)
{
	Snapshot snapshot = authz_store_snapshot();
	uint64 found = authz_store_read(statement, values, nulls, snapshot);

	UnregisterSnapshot(snapshot);
	return found;
}

uint64
authz_store_write(AuthzStatement *statement, Datum *values, const char *nulls)
{
	return execute(statement, values, nulls, InvalidSnapshot, false);
}

/*
 * GetLatestSnapshot() raises in parallel mode. A catalog snapshot does not,
 * and it is taken anew for a relation that no system cache watches.
 */
Snapshot
authz_store_snapshot(void)
{
	return RegisterSnapshot(GetCatalogSnapshot(InvalidOid));
}

Datum
authz_store_value(uint64 row, int column, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, isnull);
}

char *
authz_store_text(uint64 row, int column)
{
	bool isnull;
	Datum value = authz_store_value(row, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

bool
authz_store_bool(uint64 row, int column)
{
	bool isnull;
	Datum value = authz_store_value(row, column, &isnull);

	return !isnull && DatumGetBool(value);
}

int64
authz_store_int64(uint64 row, int column)
{
	bool isnull;
	Datum value = authz_store_value(row, column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}
