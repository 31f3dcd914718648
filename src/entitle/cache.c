/*
 * cache.c
 *	  What was loaded about subjects and accounts, kept while it holds.
 *
 * Rights must hold now and in the statement's snapshot. Entries are loaded
 * with a snapshot of this very moment, so they say what holds now, whatever
 * the isolation level. Where the statement's own snapshot is older, a second
 * entry is loaded with that one, and what both allow is allowed: a right that
 * was given since does not open the rows of before, a row that was opened
 * since is not read with the rights of before.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/transam.h"
#include "access/xact.h"
#include "common/hashfn.h"
#include "entitle/cache.h"
#include "session/setting.h"
#include "store/statement.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

static MemoryContext cache = NULL;
static dlist_head entries = DLIST_STATIC_INIT(entries); /* the last used first */

/* Found by hash; lists whose heads are zero are empty. */
#define BUCKETS 1024
static dlist_head buckets[BUCKETS];

static Size total_bytes = 0;
static int nentries = 0;

AuthzClock
authz_clock_of(Snapshot snapshot)
{
	TransactionId leader = IsParallelWorker() ? GetTopTransactionIdIfAny() : InvalidTransactionId;
	AuthzClock clock;

	clock.xmax = snapshot->xmax;
	clock.running = snapshot->xcnt + (snapshot->takenDuringRecovery ? snapshot->subxcnt : 0);
	clock.command = snapshot->curcid;

	/* A worker's own snapshots show its leader's transaction as running. */
	if (TransactionIdIsValid(leader))
		for (uint32 i = 0; i < snapshot->xcnt; i++)
			clock.running -= TransactionIdEquals(snapshot->xip[i], leader);
	return clock;
}

/* Whether the first snapshot may lack a transaction that the second one shows. */
static bool
is_older(AuthzClock first, AuthzClock second)
{
	if (first.xmax != second.xmax)
		return TransactionIdPrecedes(first.xmax, second.xmax);
	return first.running > second.running;
}

bool
authz_clock_equal(AuthzClock first, AuthzClock second)
{
	return first.xmax == second.xmax && first.running == second.running &&
		   first.command == second.command;
}

static uint32
hash_key(const AuthzEntryKind *kind, const AuthzEntryKey *key)
{
	uint32 hash = hash_bytes((const unsigned char *) &key->principal_id, sizeof(int64));

	hash = hash_combine(hash, hash_bytes_uint32((uint32) (uintptr_t) kind));
	hash = hash_combine(hash, hash_bytes_uint32(key->account_id ^ (uint32) key->variant << 28));
	if (key->selector != NULL)
		hash = hash_combine(
			hash, hash_bytes((const unsigned char *) key->selector, (int) strlen(key->selector)));
	return hash;
}

static bool
same_key(const AuthzEntryKey *a, const AuthzEntryKey *b)
{
	if (a->account_id != b->account_id || a->variant != b->variant ||
		a->principal_id != b->principal_id)
		return false;
	if (a->selector == NULL || b->selector == NULL)
		return a->selector == b->selector;
	return strcmp(a->selector, b->selector) == 0;
}

/* Lifetime ----------------------------------------------------------- */

static void
release(AuthzEntry *entry)
{
	if (entry->pins > 0 || entry->listed)
		return;
	if (entry->past != NULL)
	{
		entry->past->listed = false;
		release(entry->past);
	}
	MemoryContextDelete(entry->context);
}

static void
drop(AuthzEntry *entry)
{
	dlist_delete(&entry->node);
	dlist_delete(&entry->neighbour);
	entry->listed = false;
	nentries--;
	total_bytes -= entry->bytes;
	release(entry);
}

/* The least recently used go first; what is in use stays until it is released. */
static void
shrink(void)
{
	Size limit = authz_setting_cache_memory();

	while (total_bytes > limit && !dlist_is_empty(&entries))
		drop(dlist_tail_element(AuthzEntry, node, &entries));
}

/* One that is larger than all the memory there is serves once, and drives out no other. */
static void
keep(AuthzEntry *entry)
{
	entry->bytes = MemoryContextMemAllocated(entry->context, true);
	if (entry->bytes > authz_setting_cache_memory())
		return;
	entry->listed = true;
	dlist_push_head(&entries, &entry->node);
	dlist_push_head(&buckets[entry->hash % BUCKETS], &entry->neighbour);
	nentries++;
	total_bytes += entry->bytes;
	entry->pins++;
	shrink();
	entry->pins--;
}

/* Changes ------------------------------------------------------------ */

static int
compare_keys(const void *a, const void *b)
{
	AuthzChangeKey left = *(const AuthzChangeKey *) a;
	AuthzChangeKey right = *(const AuthzChangeKey *) b;

	return left < right ? -1 : left > right;
}

/* An AuthzConcerned. The keys are sorted: who is in many groups has many. */
static bool
concerned(const void *who, AuthzChangeKey key)
{
	const AuthzEntry *entry = who;

	return bsearch(&key, entry->keys, entry->nkeys, sizeof(AuthzChangeKey), compare_keys) != NULL ||
		   (entry->kind->concerns != NULL && entry->kind->concerns(entry, key));
}

/* Only flags are set: messages arrive at any time. */
static void
change_arrived(AuthzChangeKey key)
{
	dlist_iter iter;

	dlist_foreach(iter, &entries)
	{
		AuthzEntry *entry = dlist_container(AuthzEntry, node, iter.cur);

		if (!entry->stale)
			entry->stale = key == AUTHZ_CHANGE_EVERYTHING || concerned(entry, key);
	}
}

/* Loading ------------------------------------------------------------ */

static AuthzEntry *
make_entry(AuthzEntryKind *kind)
{
	MemoryContext context = AllocSetContextCreate(cache, "authz entry", ALLOCSET_SMALL_SIZES);
	AuthzEntry *entry = MemoryContextAllocZero(context, kind->size);

	entry->kind = kind;
	entry->context = context;
	return entry;
}

static AuthzEntry *
load_entry(AuthzEntryKind *kind, const AuthzEntryKey *key, uint32 hash, Snapshot snapshot)
{
	AuthzEntry *entry = make_entry(kind);

	entry->key = *key;
	entry->hash = hash;
	entry->horizon = DT_NOEND;
	entry->clock = authz_clock_of(snapshot);
	entry->own_stamp = authz_own_stamp();
	if (key->selector != NULL)
		entry->key.selector = MemoryContextStrdup(entry->context, key->selector);

	PG_TRY();
	{
		AuthzActing acting;

		authz_store_begin(&acting);
		kind->load(entry, snapshot);
		authz_store_end(&acting);
		qsort(entry->keys, entry->nkeys, sizeof(AuthzChangeKey), compare_keys);
		kind->loads++;
	}
	PG_CATCH();
	{
		MemoryContextDelete(entry->context);
		PG_RE_THROW();
	}
	PG_END_TRY();
	return entry;
}

/*
 * Loads what holds now. A change that arrives during the load may or may not
 * be in it, so it is done again; a loader that is overtaken again and again
 * ends with an entry that serves once.
 */
static AuthzEntry *
load_now(AuthzEntryKind *kind, const AuthzEntryKey *key, uint32 hash)
{
	for (int attempt = 0;; attempt++)
	{
		uint64 moment = authz_change_moment();
		Snapshot snapshot = authz_store_snapshot();
		bool settled = authz_own_changes_seen(snapshot);
		AuthzEntry *entry = load_entry(kind, key, hash, snapshot);
		bool overtaken;

		UnregisterSnapshot(snapshot);
		AcceptInvalidationMessages();
		overtaken = authz_changed_since_for(moment, concerned, entry);
		if (overtaken && attempt < 5)
		{
			release(entry);
			continue;
		}
		if (!overtaken && settled && !authz_change_pending_for(concerned, entry))
			keep(entry);
		return entry;
	}
}

static bool
holds(const AuthzEntry *entry)
{
	return !entry->stale && authz_own_stamp_holds(entry->own_stamp) &&
		   entry->horizon > GetCurrentStatementStartTimestamp() &&
		   !authz_change_pending_for(concerned, entry);
}

static AuthzEntry *
find(AuthzEntryKind *kind, const AuthzEntryKey *key, uint32 hash)
{
	dlist_iter iter;

	dlist_foreach(iter, &buckets[hash % BUCKETS])
	{
		AuthzEntry *entry = dlist_container(AuthzEntry, neighbour, iter.cur);

		if (entry->hash != hash || entry->kind != kind || !same_key(&entry->key, key))
			continue;
		if (holds(entry))
		{
			dlist_move_head(&entries, &entry->node);
			return entry;
		}
		drop(entry);
		return NULL;
	}
	return NULL;
}

/*
 * The entry as the statement's own snapshot shows it, when that is an older one.
 * The caller has pinned the entry; an error takes the pin away.
 */
static AuthzEntry *
find_past(AuthzEntry *now)
{
	Snapshot snapshot;
	AuthzClock clock;
	AuthzEntry *past;

	if (!ActiveSnapshotSet())
		return NULL;
	snapshot = GetActiveSnapshot();
	clock = authz_clock_of(snapshot);
	if (!is_older(clock, now->clock) && authz_own_changes_seen(snapshot))
		return NULL;

	/* A repeatable-read transaction asks again with each of its statements. */
	past = now->past;
	if (past != NULL && authz_clock_equal(past->clock, clock) &&
		past->own_stamp == authz_own_stamp() && past->horizon > GetCurrentStatementStartTimestamp())
		return past;

	PG_TRY();
	{
		past = load_entry(now->kind, &now->key, now->hash, snapshot);
	}
	PG_CATCH();
	{
		now->pins--;
		release(now);
		PG_RE_THROW();
	}
	PG_END_TRY();
	if (now->past != NULL)
	{
		now->past->listed = false;
		release(now->past);
	}
	now->past = past;
	past->listed = true; /* by its entry */
	return past;
}

bool
authz_cache_lags(void)
{
	Snapshot fresh;
	bool lags;

	if (!ActiveSnapshotSet())
		return false;
	fresh = authz_store_snapshot();
	lags = is_older(authz_clock_of(GetActiveSnapshot()), authz_clock_of(fresh));
	UnregisterSnapshot(fresh);
	return lags;
}

AuthzPair
authz_cache_get(AuthzEntryKind *kind, const AuthzEntryKey *key)
{
	uint32 hash = hash_key(kind, key);
	AuthzPair pair;

	pair.now = find(kind, key, hash);
	if (pair.now == NULL)
		pair.now = load_now(kind, key, hash);
	pair.now->pins++;
	pair.then = find_past(pair.now);
	if (pair.then != NULL)
		pair.then->pins++;
	return pair;
}

void
authz_pair_release(AuthzPair *pair)
{
	AuthzEntry *now = pair->now;
	AuthzEntry *then = pair->then;

	pair->now = pair->then = NULL;
	if (then != NULL)
	{
		then->pins--;
		release(then);
	}
	if (now != NULL)
	{
		now->pins--;
		release(now);
	}
}

/* For another process ----------------------------------------------- */

static void
pack_entry(const AuthzEntry *entry, StringInfo block)
{
	authz_pack_number(block, entry != NULL);
	if (entry != NULL)
		entry->kind->pack(entry, block);
}

static AuthzEntry *
unpack_entry(AuthzEntryKind *kind, AuthzUnpack *block)
{
	AuthzEntry *entry;
	MemoryContext caller;

	if (authz_unpack_number(block) == 0)
		return NULL;
	entry = make_entry(kind);
	caller = MemoryContextSwitchTo(entry->context);
	kind->unpack(entry, block);
	MemoryContextSwitchTo(caller);
	entry->pins = 1;
	return entry;
}

void
authz_pair_pack(const AuthzPair *pair, StringInfo block)
{
	pack_entry(pair->now, block);
	pack_entry(pair->then, block);
}

AuthzPair
authz_pair_unpack(AuthzEntryKind *kind, AuthzUnpack *block)
{
	AuthzPair pair;

	pair.now = unpack_entry(kind, block);
	pair.then = unpack_entry(kind, block);
	return pair;
}

Size
authz_cache_bytes(void)
{
	return total_bytes;
}

int
authz_cache_entries(void)
{
	return nentries;
}

void
authz_cache_init(void)
{
	cache = AllocSetContextCreate(TopMemoryContext, "authz entries", ALLOCSET_DEFAULT_SIZES);
	authz_announce_listen(change_arrived);
}
