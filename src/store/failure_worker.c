/*
 * failure_worker.c
 *	  A background worker that writes to authz.failure and commits, whatever
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
#include "store/failure_table.h"
#include "store/failure_worker.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

/* Many failures at once take turns: a worker needs some milliseconds. */
#define PATIENCE_MS 2000
#define PAUSE_MS 5

/* A table that is locked for longer is being repaired: the failure is not counted. */
#define LOCK_TIMEOUT "5s"

typedef struct Request
{
	AuthzFailureKey key;
	AuthzFailureTask task;
	TimestampTz last_at;
} Request;

StaticAssertDecl(sizeof(Request) <= BGW_EXTRALEN, "a request must fit into a registration");

bool
authz_failure_worker_possible(void)
{
	return IsUnderPostmaster && max_worker_processes > 0 && !RecoveryInProgress();
}

/* Registers the worker, waiting a little for others to end. */
static bool
register_worker(BackgroundWorker *worker, BackgroundWorkerHandle **handle)
{
	TimestampTz deadline = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), PATIENCE_MS);

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

bool
authz_failure_worker_start(AuthzFailureJob *job, AuthzFailureTask task, const AuthzFailureKey *key,
						   TimestampTz last_at)
{
	BackgroundWorker worker = {0};
	Request request = {.key = *key, .task = task, .last_at = last_at};

	job->verdict = dsm_create(sizeof(pg_atomic_uint32), DSM_CREATE_NULL_IF_MAXSEGMENTS);
	if (job->verdict == NULL)
		return false;
	pg_atomic_init_u32(dsm_segment_address(job->verdict), 0);

	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	worker.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(job->verdict));
	worker.bgw_notify_pid = MyProcPid;
	memcpy(worker.bgw_extra, &request, sizeof(request));
	strlcpy(worker.bgw_library_name, "authz", sizeof(worker.bgw_library_name));
	strlcpy(worker.bgw_function_name, "authz_failure_worker_main",
			sizeof(worker.bgw_function_name));
	strlcpy(worker.bgw_name, "authz failure counter", sizeof(worker.bgw_name));
	strlcpy(worker.bgw_type, "authz failure counter", sizeof(worker.bgw_type));

	if (register_worker(&worker, &job->handle))
		return true;
	dsm_detach(job->verdict);
	return false;
}

bool
authz_failure_worker_finish(AuthzFailureJob *job)
{
	bool done;

	(void) WaitForBackgroundWorkerShutdown(job->handle);
	done = pg_atomic_read_u32(dsm_segment_address(job->verdict)) != 0;
	dsm_detach(job->verdict);
	return done;
}

bool
authz_failure_worker_run(AuthzFailureTask task, const AuthzFailureKey *key, TimestampTz last_at)
{
	AuthzFailureJob job;

	return authz_failure_worker_start(&job, task, key, last_at) &&
		   authz_failure_worker_finish(&job);
}

/* What a database may have been given as defaults must not stop or delay the worker. */
static void
settle_settings(void)
{
	static const char *const settings[][2] = {
		{"default_transaction_isolation", "read committed"},
		{"default_transaction_read_only", "off"},
		{"statement_timeout", "0"},
		{"lock_timeout", LOCK_TIMEOUT},
		{"synchronous_commit", "off"}, /* a crash may forget, as it does in shared memory */
	};

	for (int i = 0; i < lengthof(settings); i++)
		SetConfigOption(settings[i][0], settings[i][1], PGC_SUSET, PGC_S_OVERRIDE);
}

static bool
perform(const Request *request)
{
	switch (request->task)
	{
		case AUTHZ_FAILURE_COUNT:
			return authz_failure_table_count(&request->key);
		case AUTHZ_FAILURE_CLAIM:
			return authz_failure_table_claim(&request->key, request->last_at);
		case AUTHZ_FAILURE_FORGET:
			return authz_failure_table_forget(&request->key);
	}
	return false;
}

/* The asking backend may be gone, and its segment with it. */
static void
report(dsm_handle handle)
{
	dsm_segment *verdict = dsm_attach(handle);

	if (verdict != NULL)
		pg_atomic_write_u32(dsm_segment_address(verdict), 1);
}

void
authz_failure_worker_main(Datum main_arg)
{
	Request request;
	bool done;

	memcpy(&request, MyBgworkerEntry->bgw_extra, sizeof(request));
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(request.key.database, InvalidOid, 0);
	settle_settings();

	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	done = perform(&request);
	PopActiveSnapshot();
	CommitTransactionCommand();
	if (done)
		report(DatumGetUInt32(main_arg));

	/* Apart, so that it can neither hold up nor undo what was asked for. */
	if (request.task == AUTHZ_FAILURE_COUNT)
	{
		StartTransactionCommand();
		PushActiveSnapshot(GetTransactionSnapshot());
		authz_failure_table_purge();
		PopActiveSnapshot();
		CommitTransactionCommand();
	}
}
