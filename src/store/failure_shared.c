/*
 * failure_shared.c
 *	  Failures counted in shared memory, where the library is preloaded.
 *
 * The memory is bounded, and whoever may fail as often as he likes, with any
 * name, can fill it. What must not pay is to fill it in order to have one's
 * own count, or another's, forgotten:
 *
 * - The entry with the fewest failures goes first, the oldest among equals.
 *   To push out a count of n, every other entry must have been driven to n.
 * - A newcomer takes over the count of the entry that makes room for it (the
 *   rule of the space-saving algorithm), so a count that was pushed out does
 *   not come back as clean: one guess for each AUTHZ_FAILURE_ENTRIES failures.
 * - It takes over no more than what is free. A flood thus costs others, who
 *   mistype within the hour, their free failures, and locks nobody out.
 *
 * Entries of equal count stand in one list, oldest first, so that the victim
 * is found without a search. The lock is held for one hash lookup.
 */
#include "postgres.h"

#include "lib/ilist.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "store/failure_shared.h"
#include "utils/hsearch.h"
#include "utils/timestamp.h"

/* 1.5 MB. In honest use some dozens are taken; what counts is the price of a flood. */
#define AUTHZ_FAILURE_ENTRIES 16384

#define TRANCHE "authz failures"

typedef struct Entry
{
	AuthzFailureKey key;
	int failures; /* from 1 to AUTHZ_FAILURE_MOST */
	TimestampTz last_at;
	dlist_node node; /* in peers[failures] */
} Entry;

typedef struct Shared
{
	uint8 salt[AUTHZ_FAILURE_SALT_BYTES];
	dlist_head peers[AUTHZ_FAILURE_MOST + 1];
} Shared;

static Shared *shared;
static HTAB *entries;
static LWLock *lock;

static shmem_request_hook_type next_shmem_request_hook;
static shmem_startup_hook_type next_shmem_startup_hook;

static void
request_memory(void)
{
	if (next_shmem_request_hook)
		next_shmem_request_hook();
	RequestAddinShmemSpace(MAXALIGN(sizeof(Shared)));
	RequestAddinShmemSpace(hash_estimate_size(AUTHZ_FAILURE_ENTRIES, sizeof(Entry)));
	RequestNamedLWLockTranche(TRANCHE, 1);
}

static void
start_memory(void)
{
	HASHCTL control = {.keysize = sizeof(AuthzFailureKey), .entrysize = sizeof(Entry)};
	Shared *memory;
	bool found;

	if (next_shmem_startup_hook)
		next_shmem_startup_hook();

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	lock = &GetNamedLWLockTranche(TRANCHE)->lock;
	entries = ShmemInitHash("authz failures by key", AUTHZ_FAILURE_ENTRIES, AUTHZ_FAILURE_ENTRIES,
							&control, HASH_ELEM | HASH_BLOBS | HASH_FIXED_SIZE);
	memory = ShmemInitStruct("authz failures", sizeof(Shared), &found);
	if (!found)
	{
		if (!pg_strong_random(memory->salt, sizeof(memory->salt)))
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate a random salt")));
		for (int failures = 0; failures <= AUTHZ_FAILURE_MOST; failures++)
			dlist_init(&memory->peers[failures]);
	}
	LWLockRelease(AddinShmemInitLock);
	shared = memory;
}

void
authz_failure_shared_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	next_shmem_request_hook = shmem_request_hook;
	shmem_request_hook = request_memory;
	next_shmem_startup_hook = shmem_startup_hook;
	shmem_startup_hook = start_memory;
}

const uint8 *
authz_failure_shared_salt(void)
{
	return shared == NULL ? NULL : shared->salt;
}

static void
drop(Entry *entry)
{
	dlist_delete(&entry->node);
	(void) hash_search(entries, &entry->key, HASH_REMOVE, NULL);
}

/* The entry of a key, NULL if there is none or it is forgotten. */
static Entry *
find(const AuthzFailureKey *key, TimestampTz now)
{
	Entry *entry = hash_search(entries, key, HASH_FIND, NULL);

	if (entry == NULL || entry->last_at >= authz_failure_horizon(now))
		return entry;
	drop(entry);
	return NULL;
}

/* Puts an entry, which stands in no list, behind its peers. */
static void
place(Entry *entry, int failures, TimestampTz now)
{
	entry->failures = failures;
	entry->last_at = now;
	dlist_push_tail(&shared->peers[failures], &entry->node);
}

/* Makes room for one entry and returns the count that the newcomer takes over. */
static int
make_room(TimestampTz now)
{
	Entry *least = NULL;
	int inherited = 0;

	if (hash_get_num_entries(entries) < AUTHZ_FAILURE_ENTRIES)
		return 0;
	for (int failures = AUTHZ_FAILURE_MOST; failures > 0; failures--)
	{
		Entry *oldest;

		if (dlist_is_empty(&shared->peers[failures]))
			continue;
		oldest = dlist_head_element(Entry, node, &shared->peers[failures]);
		least = oldest;
		inherited = Min(failures, AUTHZ_FAILURE_FREE);
		if (oldest->last_at < authz_failure_horizon(now))
		{
			inherited = 0;
			break;
		}
	}
	drop(least);
	return inherited;
}

int64
authz_failure_shared_wait(const AuthzFailureKey *key)
{
	TimestampTz now = GetCurrentTimestamp();
	int64 rest = 0;
	Entry *entry;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	entry = find(key, now);
	if (entry != NULL && entry->failures > AUTHZ_FAILURE_FREE)
	{
		rest = authz_failure_rest(entry->failures, entry->last_at, now);
		if (rest == 0)
		{
			/* One at a time: until this attempt is judged, others wait as if it had failed. */
			dlist_delete(&entry->node);
			place(entry, entry->failures, now);
		}
	}
	LWLockRelease(lock);
	return rest;
}

bool
authz_failure_shared_count(const AuthzFailureKey *key)
{
	TimestampTz now = GetCurrentTimestamp();
	int failures;
	Entry *entry;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	entry = find(key, now);
	if (entry != NULL)
	{
		failures = Min(entry->failures + 1, AUTHZ_FAILURE_MOST);
		dlist_delete(&entry->node);
	}
	else
	{
		failures = make_room(now) + 1;
		entry = hash_search(entries, key, HASH_ENTER_NULL, NULL);
	}
	if (entry != NULL)
		place(entry, failures, now);
	LWLockRelease(lock);
	return entry != NULL;
}

void
authz_failure_shared_forget(const AuthzFailureKey *key)
{
	Entry *entry;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	entry = hash_search(entries, key, HASH_FIND, NULL);
	if (entry != NULL)
		drop(entry);
	LWLockRelease(lock);
}
