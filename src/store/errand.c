/*
 * errand.c
 *	  What a background worker writes to authz's own tables and commits, whatever
 *	  becomes of the transaction that asked for it.
 *
 * The request travels in the worker's registration, so that it outlives the
 * backend that made it; the answer in a segment of dynamic shared memory,
 * because the postmaster reports only that a worker has ended, not how.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/latch.h"
#include "store/action.h"
#include "store/errand.h"
#include "store/failure_table.h"
#include "store/refusal.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

/* Many at once take turns: a worker needs some milliseconds. */
#define PATIENCE_MS 2000
#define SHORT_PATIENCE_MS 250
#define PAUSE_MS 5

/* A table that is locked for longer is being repaired: the errand is not done. */
#define LOCK_TIMEOUT "5s"

#define WORKER "authz errand"

typedef struct Request
{
	Oid database;
	AuthzErrand errand;
	union
	{
		AuthzFailureKey failure;
		AuthzFailureClaim claim;
		AuthzAction action;
		AuthzRefusal refusal;
	} what;
} Request;

StaticAssertDecl(sizeof(Request) <= BGW_EXTRALEN, "a request must fit into a registration");

bool
authz_errand_possible(void)
{
	return IsUnderPostmaster && max_worker_processes > 0 && !RecoveryInProgress();
}

/* Registers the worker, waiting so long for others to end. */
static bool
register_worker(BackgroundWorker *worker, BackgroundWorkerHandle **handle, int patience_ms)
{
	TimestampTz deadline = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), patience_ms);

	while (!RegisterDynamicBackgroundWorker(worker, handle))
	{
		if (GetCurrentTimestamp() >= deadline)
			return false;
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, PAUSE_MS,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
	return true;
}

static bool
start(AuthzErrand errand, const void *what, Size size, dsm_handle verdict, int patience_ms,
	  BackgroundWorkerHandle **handle)
{
	BackgroundWorker worker = {0};
	Request request = {.database = MyDatabaseId, .errand = errand};

	Assert(size <= sizeof(request.what));
	memcpy(&request.what, what, size);
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	worker.bgw_main_arg = UInt32GetDatum(verdict);
	worker.bgw_notify_pid = verdict == DSM_HANDLE_INVALID ? 0 : MyProcPid;
	memcpy(worker.bgw_extra, &request, sizeof(request));
	strlcpy(worker.bgw_library_name, "authz", sizeof(worker.bgw_library_name));
	strlcpy(worker.bgw_function_name, "authz_errand_main", sizeof(worker.bgw_function_name));
	strlcpy(worker.bgw_name, WORKER, sizeof(worker.bgw_name));
	strlcpy(worker.bgw_type, WORKER, sizeof(worker.bgw_type));
	return register_worker(&worker, handle, patience_ms);
}

bool
authz_errand_start(AuthzErrandJob *job, AuthzErrand errand, const void *what, Size size)
{
	job->verdict = dsm_create(sizeof(pg_atomic_uint32), DSM_CREATE_NULL_IF_MAXSEGMENTS);
	if (job->verdict == NULL)
		return false;
	pg_atomic_init_u32(dsm_segment_address(job->verdict), 0);
	if (start(errand, what, size, dsm_segment_handle(job->verdict), PATIENCE_MS, &job->handle))
		return true;
	dsm_detach(job->verdict);
	return false;
}

bool
authz_errand_finish(AuthzErrandJob *job)
{
	bool done;

	(void) WaitForBackgroundWorkerShutdown(job->handle);
	done = pg_atomic_read_u32(dsm_segment_address(job->verdict)) != 0;
	dsm_detach(job->verdict);
	return done;
}

bool
authz_errand_run(AuthzErrand errand, const void *what, Size size)
{
	AuthzErrandJob job;

	return authz_errand_start(&job, errand, what, size) && authz_errand_finish(&job);
}

bool
authz_errand_send(AuthzErrand errand, const void *what, Size size)
{
	BackgroundWorkerHandle *handle;

	return start(errand, what, size, DSM_HANDLE_INVALID, SHORT_PATIENCE_MS, &handle);
}

/* What a database may have been given as defaults must not stop or delay the worker. */
static void
settle_settings(AuthzErrand errand)
{
	static const char *const settings[][2] = {
		{"default_transaction_isolation", "read committed"},
		{"default_transaction_read_only", "off"},
		{"statement_timeout", "0"},
		{"lock_timeout", LOCK_TIMEOUT},
	};

	for (int i = 0; i < lengthof(settings); i++)
		SetConfigOption(settings[i][0], settings[i][1], PGC_SUSET, PGC_S_OVERRIDE);

	/* A crash may forget a failure, as it does in shared memory, but no action. */
	SetConfigOption("synchronous_commit", errand == AUTHZ_ERRAND_COUNT_ACTION ? "on" : "off",
					PGC_SUSET, PGC_S_OVERRIDE);
}

static bool
perform(const Request *request)
{
	switch (request->errand)
	{
		case AUTHZ_ERRAND_COUNT_FAILURE:
			return authz_failure_table_count(&request->what.failure);
		case AUTHZ_ERRAND_CLAIM_ATTEMPT:
			return authz_failure_table_claim(&request->what.claim);
		case AUTHZ_ERRAND_FORGET_FAILURES:
			return authz_failure_table_forget(&request->what.failure);
		case AUTHZ_ERRAND_COUNT_ACTION:
			return authz_action_write(&request->what.action);
		case AUTHZ_ERRAND_NOTE_REFUSAL:
			return authz_refusal_write(&request->what.refusal);
	}
	return false;
}

/* What is left of others that is over. */
static bool
purge(const Request *request)
{
	switch (request->errand)
	{
		case AUTHZ_ERRAND_COUNT_FAILURE:
			authz_failure_table_purge();
			break;
		case AUTHZ_ERRAND_COUNT_ACTION:
			authz_action_purge();
			break;
		default:
			break;
	}
	return true;
}

static bool
in_transaction(bool (*task)(const Request *request), const Request *request)
{
	bool done;

	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	done = task(request);
	PopActiveSnapshot();
	CommitTransactionCommand();
	return done;
}

/* The asking backend may be gone, and its segment with it. */
static void
report(dsm_handle handle)
{
	dsm_segment *verdict = handle == DSM_HANDLE_INVALID ? NULL : dsm_attach(handle);

	if (verdict != NULL)
		pg_atomic_write_u32(dsm_segment_address(verdict), 1);
}

void
authz_errand_main(Datum main_arg)
{
	Request request;

	memcpy(&request, MyBgworkerEntry->bgw_extra, sizeof(request));
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(request.database, InvalidOid, 0);
	settle_settings(request.errand);
	if (in_transaction(perform, &request))
		report(DatumGetUInt32(main_arg));

	/* Apart, so that it can neither hold up nor undo what was asked for. */
	(void) in_transaction(purge, &request);
}
