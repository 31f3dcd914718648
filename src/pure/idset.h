/*
 * idset.h
 *	  A compact, immutable set of 64-bit ids in one block of memory.
 *
 * Ids are grouped by their upper bits into chunks of 4096. A directory that is
 * indexed by the chunk leads to a bitmap or, where few of a chunk's ids are in
 * the set, to a short array of 16-bit offsets. Ids that lie so far apart that
 * the directory would outweigh them are kept sorted, with an index by their
 * leading bits; only ids that crowd in far apart clusters are then searched by
 * halves.
 *
 * A set takes at most 16 bytes for each id and 1 kB beside, whatever the ids
 * are; the worst are chunks of just 33 ids. Within that limit as many chunks as
 * possible are bitmaps: half of a sequence takes 0.3 bytes for each id. One
 * block without pointers can be copied to another process as it is.
 */
#ifndef AUTHZ_PURE_IDSET_H
#define AUTHZ_PURE_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct AuthzIdSet AuthzIdSet;

/* Sorts ids in place and removes duplicates; returns how many remain. */
extern size_t authz_idset_sort(int64_t *ids, size_t n);

/* Bytes that the set of these sorted, distinct ids takes, less than 2^31 of them. */
extern size_t authz_idset_size(const int64_t *ids, size_t n);

/* Builds the set into memory of that size, aligned to 8 bytes. */
extern AuthzIdSet *authz_idset_build(void *memory, const int64_t *ids, size_t n);

extern size_t authz_idset_bytes(const AuthzIdSet *set);
extern size_t authz_idset_count(const AuthzIdSet *set);
extern bool authz_idset_has(const AuthzIdSet *set, int64_t id);

/* Writes the ids in ascending order; out has room for count ids. */
extern void authz_idset_list(const AuthzIdSet *set, int64_t *out);

#endif
