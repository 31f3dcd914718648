/*
 * cache.h
 *	  What was loaded about subjects and accounts, kept while it holds.
 *
 * An entry is whatever one loader makes of one key. It is dropped by the
 * changes that it depends on, by the passing of a moment when it would load
 * differently, and by the transaction that saw its own changes in it.
 */
#ifndef AUTHZ_ENTITLE_CACHE_H
#define AUTHZ_ENTITLE_CACHE_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "entitle/pack.h"
#include "lib/ilist.h"
#include "store/announce.h"
#include "utils/snapshot.h"

struct AuthzEntry;

typedef struct AuthzEntryKind
{
	Size size; /* of the struct that starts with AuthzEntry */

	/* Fills the entry from rows that the snapshot shows, into entry->context. */
	void (*load)(struct AuthzEntry *entry, Snapshot snapshot);

	/* Whether a change concerns it that none of its keys names; NULL: none does. */
	bool (*concerns)(const struct AuthzEntry *entry, AuthzChangeKey key);

	/* Writes what was loaded for another process, and reads it there. */
	void (*pack)(const struct AuthzEntry *entry, StringInfo block);
	void (*unpack)(struct AuthzEntry *entry, AuthzUnpack *block);
	uint64 loads; /* so far, by this backend */
} AuthzEntryKind;

typedef struct AuthzEntryKey
{
	int account_id;
	int variant; /* of the kind's own */
	int64 principal_id;
	const char *selector; /* of the kind's own, NULL for none */
} AuthzEntryKey;

/*
 * When a snapshot was taken, in terms of what it shows: snapshots of one
 * server are ordered by their xmax and then by how many transactions before it
 * are still running.
 */
typedef struct AuthzClock
{
	TransactionId xmax;
	uint32 running;
	CommandId command;
} AuthzClock;

extern AuthzClock authz_clock_of(Snapshot snapshot);
extern bool authz_clock_equal(AuthzClock first, AuthzClock second);

typedef struct AuthzEntry
{
	AuthzEntryKind *kind;
	AuthzEntryKey key;
	MemoryContext context;

	/* Set by the loader. */
	AuthzChangeKey *keys; /* what it depends on */
	int nkeys;
	TimestampTz horizon; /* loads differently from here on; DT_NOEND for never */

	/* The cache's own. */
	dlist_node node;	  /* by last use */
	dlist_node neighbour; /* by hash */
	uint32 hash;
	AuthzClock clock;
	uint64 own_stamp;
	Size bytes;
	bool stale;
	bool listed;
	int pins;
	struct AuthzEntry *past; /* the same key at the transaction's older snapshot */
} AuthzEntry;

/* What holds now, and, where the statement's snapshot is older, what held then. */
typedef struct AuthzPair
{
	AuthzEntry *now;
	AuthzEntry *then; /* NULL: the same as now */
} AuthzPair;

extern void authz_cache_init(void);

/* Whether the statement's snapshot may lack what is there at this moment. */
extern bool authz_cache_lags(void);

/* Both are pinned; release them with authz_pair_release. */
extern AuthzPair authz_cache_get(AuthzEntryKind *kind, const AuthzEntryKey *key);
extern void authz_pair_release(AuthzPair *pair);

/* A pair for another process, and there; what is read points into the block. */
extern void authz_pair_pack(const AuthzPair *pair, StringInfo block);
extern AuthzPair authz_pair_unpack(AuthzEntryKind *kind, AuthzUnpack *block);

extern Size authz_cache_bytes(void);
extern int authz_cache_entries(void);

#endif
