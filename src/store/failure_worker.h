/*
 * failure_worker.h
 *	  A background worker that writes to authz.failure and commits, whatever
 *	  becomes of the transaction that asked for it.
 */
#ifndef AUTHZ_STORE_FAILURE_WORKER_H
#define AUTHZ_STORE_FAILURE_WORKER_H

#include "postgres.h"

#include "postmaster/bgworker.h"
#include "storage/dsm.h"
#include "store/failure_rule.h"

typedef enum AuthzFailureTask
{
	AUTHZ_FAILURE_COUNT,
	AUTHZ_FAILURE_CLAIM,
	AUTHZ_FAILURE_FORGET
} AuthzFailureTask;

typedef struct AuthzFailureJob
{
	BackgroundWorkerHandle *handle;
	dsm_segment *verdict;
} AuthzFailureJob;

/* Whether a worker could write at all: not on a standby. */
extern bool authz_failure_worker_possible(void);

/*
 * Starts a worker; false when none is free. Once started it does its task to
 * the end, whether or not anybody waits for it. last_at is for CLAIM.
 */
extern bool authz_failure_worker_start(AuthzFailureJob *job, AuthzFailureTask task,
									   const AuthzFailureKey *key, TimestampTz last_at);

/* Waits, interruptibly, for the end; true when the task was done and committed. */
extern bool authz_failure_worker_finish(AuthzFailureJob *job);

/* Both. */
extern bool authz_failure_worker_run(AuthzFailureTask task, const AuthzFailureKey *key,
									 TimestampTz last_at);

extern PGDLLEXPORT void authz_failure_worker_main(Datum main_arg);

#endif
