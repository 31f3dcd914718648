/*
 * errand.h
 *	  What a background worker writes to authz's own tables and commits, whatever
 *	  becomes of the transaction that asked for it.
 */
#ifndef AUTHZ_STORE_ERRAND_H
#define AUTHZ_STORE_ERRAND_H

#include "postgres.h"

#include "postmaster/bgworker.h"
#include "storage/dsm.h"

/* What there is to do, and what is told about it. */
typedef enum AuthzErrand
{
	AUTHZ_ERRAND_COUNT_FAILURE,	  /* AuthzFailureKey */
	AUTHZ_ERRAND_CLAIM_ATTEMPT,	  /* AuthzFailureClaim */
	AUTHZ_ERRAND_FORGET_FAILURES, /* AuthzFailureKey */
	AUTHZ_ERRAND_COUNT_ACTION,	  /* AuthzAction */
	AUTHZ_ERRAND_NOTE_REFUSAL	  /* AuthzRefusal */
} AuthzErrand;

/* The most that can be told. */
#define AUTHZ_ERRAND_BYTES (BGW_EXTRALEN - 8)

typedef struct AuthzErrandJob
{
	BackgroundWorkerHandle *handle;
	dsm_segment *verdict;
} AuthzErrandJob;

/* Whether a worker could write at all: not on a standby. */
extern bool authz_errand_possible(void);

/*
 * Starts a worker; false when none is free. Once started it does its errand to
 * the end, whether or not anybody waits for it.
 */
extern bool authz_errand_start(AuthzErrandJob *job, AuthzErrand errand, const void *what,
							   Size size);

/* Waits, interruptibly, for the end; true when it was done and committed. */
extern bool authz_errand_finish(AuthzErrandJob *job);

/* Both. */
extern bool authz_errand_run(AuthzErrand errand, const void *what, Size size);

/* Starts a worker, if one is free before long, and does not wait for its end. */
extern bool authz_errand_send(AuthzErrand errand, const void *what, Size size);

extern PGDLLEXPORT void authz_errand_main(Datum main_arg);

#endif
