/*
 * idset.c
 *	  The set of ids that one subject may see, tested once per row.
 *
 * Ids are handled as unsigned distances from the lowest one, so that negative
 * ids and the ends of the 64-bit range need no case of their own.
 */
#include <string.h>

#include "pure/idset.h"

#define CHUNK_BITS 12
#define CHUNK_WORDS ((1 << CHUNK_BITS) / 64)
#define CHUNK_MASK ((UINT64_C(1) << CHUNK_BITS) - 1)

/* What a set may take for each id, and how much beside for the sake of speed. */
#define BYTES_PER_ID 16
#define BYTES_BESIDE 1024

/* From here on a bitmap with its directory entry takes no more than that. */
#define BITMAP_ALWAYS 33

/* So many sorted ids are compared at once, without a branch. */
#define SCAN 4

struct AuthzIdSet
{
	uint64_t bytes;
	uint64_t count;
	uint64_t base;		 /* the first slot's lowest id */
	uint64_t slots;		 /* chunks, or ranges of sorted ids */
	uint32_t bitmap_min; /* chunks of so many ids are bitmaps; 0: the ids are sorted */
	uint32_t shift;		 /* ids in a range, as a power of two */
};

/* Directory entry: where the chunk's words start, counted in words from the set's start. */
typedef struct Chunk
{
	uint32_t at;
	uint16_t words; /* CHUNK_WORDS: a bitmap */
	uint16_t count;
} Chunk;

#define HEAD_WORDS (sizeof(AuthzIdSet) / sizeof(uint64_t))

/* Up to so many ids are sorted by insertion. */
#define INSERTION_MAX 96

/* 16-bit offsets, four to a word. */
#define LANES 4
#define LANE_ONES UINT64_C(0x0001000100010001)
#define LANE_TOPS UINT64_C(0x8000800080008000)

/* Arrays grow by doubling: among chunks of like density the length is easy to predict. */
static inline uint16_t
array_words(size_t count)
{
	uint16_t words = 1;

	while (words * LANES < count)
		words *= 2;
	return words;
}

/* How many of the ids, from the first on, lie in its chunk. */
static size_t
chunk_length(const int64_t *ids, size_t n)
{
	uint64_t chunk = (uint64_t) ids[0] >> CHUNK_BITS;
	size_t length = 1;

	while (length < n && (uint64_t) ids[length] >> CHUNK_BITS == chunk)
		length++;
	return length;
}

/*
 * Plans a set of chunks: as many of them as the limit allows are bitmaps, the
 * fullest first. False when the limit is too low even with arrays alone.
 */
static bool
plan_chunks(AuthzIdSet *head, const int64_t *ids, size_t n, uint64_t limit)
{
	uint64_t arrays[BITMAP_ALWAYS] = {0}; /* chunks of so many ids */

	head->base = (uint64_t) ids[0] & ~CHUNK_MASK;
	head->slots = (((uint64_t) ids[n - 1] - head->base) >> CHUNK_BITS) + 1;
	if (head->slots > limit / sizeof(Chunk))
		return false;

	head->bytes = sizeof(AuthzIdSet) + head->slots * sizeof(Chunk);
	for (size_t i = 0, length; i < n; i += length)
	{
		length = chunk_length(ids + i, n - i);
		if (length < BITMAP_ALWAYS)
			arrays[length]++;
		head->bytes +=
			sizeof(uint64_t) * (length < BITMAP_ALWAYS ? array_words(length) : CHUNK_WORDS);
	}
	head->bitmap_min = BITMAP_ALWAYS;
	while (head->bytes <= limit && head->bitmap_min > 1)
	{
		size_t length = head->bitmap_min - 1;
		uint64_t more = sizeof(uint64_t) * arrays[length] * (CHUNK_WORDS - array_words(length));

		if (head->bytes + more > limit)
			break;
		head->bytes += more;
		head->bitmap_min--;
	}
	return head->bytes <= limit;
}

static inline uint64_t
stored_ids(uint64_t n)
{
	return n < SCAN ? SCAN : n;
}

/* Plans a set of sorted ids, in ranges of one or two were they evenly spread. */
static void
plan_sorted(AuthzIdSet *head, const int64_t *ids, size_t n)
{
	uint64_t range = (uint64_t) ids[n - 1] - (uint64_t) ids[0];

	head->base = (uint64_t) ids[0];
	head->bitmap_min = 0;
	while (range >> head->shift >= n)
		head->shift++;
	head->slots = (range >> head->shift) + 1;
	head->bytes = sizeof(AuthzIdSet) + stored_ids(n) * sizeof(int64_t) +
				  (head->slots + 2) / 2 * 2 * sizeof(uint32_t);
}

static AuthzIdSet
plan(const int64_t *ids, size_t n)
{
	AuthzIdSet head = {.bytes = sizeof(AuthzIdSet), .count = n, .bitmap_min = BITMAP_ALWAYS};
	uint64_t limit = sizeof(AuthzIdSet) + BYTES_BESIDE + (uint64_t) n * BYTES_PER_ID;

	if (n > 0 && !plan_chunks(&head, ids, n, limit))
		plan_sorted(&head, ids, n);
	return head;
}

size_t
authz_idset_size(const int64_t *ids, size_t n)
{
	return (size_t) plan(ids, n).bytes;
}

static void
build_chunks(AuthzIdSet *set, const int64_t *ids, size_t n)
{
	uint64_t *words = (uint64_t *) set;
	Chunk *chunks = (Chunk *) (set + 1);
	uint64_t at = HEAD_WORDS + set->slots;

	memset(chunks, 0, (size_t) set->bytes - sizeof(*set));
	for (size_t i = 0; i < n;)
	{
		size_t length = chunk_length(ids + i, n - i);
		Chunk *chunk = &chunks[((uint64_t) ids[i] - set->base) >> CHUNK_BITS];

		chunk->at = (uint32_t) at;
		chunk->count = (uint16_t) length;
		chunk->words = length < set->bitmap_min ? array_words(length) : CHUNK_WORDS;
		if (chunk->words == CHUNK_WORDS)
		{
			for (size_t k = 0; k < length; k++)
			{
				uint64_t offset = (uint64_t) ids[i + k] & CHUNK_MASK;

				words[at + offset / 64] |= UINT64_C(1) << offset % 64;
			}
		}
		else
		{
			/* Lanes that are left over hold an offset that no id has. */
			for (size_t k = 0; k < (size_t) chunk->words * LANES; k++)
			{
				uint64_t offset = k < length ? (uint64_t) ids[i + k] & CHUNK_MASK : UINT16_MAX;

				words[at + k / LANES] |= offset << 16 * (k % LANES);
			}
		}
		at += chunk->words;
		i += length;
	}
}

static inline int64_t *
sorted_ids(const AuthzIdSet *set)
{
	return (int64_t *) (set + 1);
}

/* Where each range starts among the sorted ids, and where the last one ends. */
static inline uint32_t *
sorted_starts(const AuthzIdSet *set)
{
	return (uint32_t *) (sorted_ids(set) + stored_ids(set->count));
}

static void
build_sorted(AuthzIdSet *set, const int64_t *ids, size_t n)
{
	uint32_t *starts = sorted_starts(set);
	size_t i = 0;

	memcpy(sorted_ids(set), ids, n * sizeof(int64_t));
	for (size_t k = n; k < SCAN; k++)
		sorted_ids(set)[k] = ids[n - 1];
	for (uint64_t slot = 0; slot < set->slots; slot++)
	{
		starts[slot] = (uint32_t) i;
		while (i < n && ((uint64_t) ids[i] - set->base) >> set->shift == slot)
			i++;
	}
	starts[set->slots] = (uint32_t) n;
	if (set->slots % 2 == 0)
		starts[set->slots + 1] = 0;
}

AuthzIdSet *
authz_idset_build(void *memory, const int64_t *ids, size_t n)
{
	AuthzIdSet *set = memory;

	*set = plan(ids, n);
	if (set->bitmap_min == 0)
		build_sorted(set, ids, n);
	else
		build_chunks(set, ids, n);
	return set;
}

size_t
authz_idset_bytes(const AuthzIdSet *set)
{
	return (size_t) set->bytes;
}

size_t
authz_idset_count(const AuthzIdSet *set)
{
	return (size_t) set->count;
}

static bool
sorted_has(const AuthzIdSet *set, int64_t id)
{
	uint64_t slot = ((uint64_t) id - set->base) >> set->shift;
	const int64_t *ids = sorted_ids(set);
	const uint32_t *starts = sorted_starts(set);
	size_t low;
	size_t length;
	bool found = false;

	if (slot >= set->slots)
		return false;
	low = starts[slot];
	length = starts[slot + 1] - low;
	while (length > SCAN)
	{
		size_t half = length / 2;

		low += ids[low + half] <= id ? half : 0;
		length -= half;
	}

	/* Looking at neighbours does no harm, beyond the end there are none. */
	if (low > stored_ids(set->count) - SCAN)
		low = stored_ids(set->count) - SCAN;
	for (size_t i = 0; i < SCAN; i++)
		found |= ids[low + i] == id;
	return found;
}

bool
authz_idset_has(const AuthzIdSet *set, int64_t id)
{
	uint64_t slot = ((uint64_t) id - set->base) >> CHUNK_BITS;
	uint64_t offset = (uint64_t) id & CHUNK_MASK;
	const Chunk *chunk;
	const uint64_t *words;
	uint64_t found = 0;

	if (set->bitmap_min == 0)
		return sorted_has(set, id);
	if (slot >= set->slots)
		return false;
	chunk = (const Chunk *) (set + 1) + slot;
	words = (const uint64_t *) set + chunk->at;
	if (chunk->words == CHUNK_WORDS)
		return words[offset / 64] >> offset % 64 & 1;

	/* A lane that equals the offset becomes zero, and minus one then gives it a top bit. */
	offset *= LANE_ONES;
	for (size_t i = 0; i < chunk->words; i++)
	{
		uint64_t lanes = words[i] ^ offset;

		found |= (lanes - LANE_ONES) & ~lanes & LANE_TOPS;
	}
	return found != 0;
}

void
authz_idset_list(const AuthzIdSet *set, int64_t *out)
{
	const Chunk *chunks = (const Chunk *) (set + 1);

	if (set->bitmap_min == 0)
	{
		memcpy(out, sorted_ids(set), (size_t) set->count * sizeof(int64_t));
		return;
	}
	for (uint64_t slot = 0; slot < set->slots; slot++)
	{
		const uint64_t *words = (const uint64_t *) set + chunks[slot].at;
		uint64_t base = set->base + (slot << CHUNK_BITS);

		if (chunks[slot].words < CHUNK_WORDS)
		{
			for (uint32_t i = 0; i < chunks[slot].count; i++)
				*out++ = (int64_t) (base + (words[i / LANES] >> (16 * (i % LANES)) & UINT16_MAX));
			continue;
		}
		for (unsigned i = 0; i < CHUNK_WORDS; i++)
		{
			for (uint64_t word = words[i]; word != 0; word &= word - 1)
				*out++ = (int64_t) (base + i * 64 + (unsigned) __builtin_ctzll(word));
		}
	}
}

/* An id as an unsigned number of the same order. */
static inline uint64_t
order(int64_t id)
{
	return (uint64_t) id ^ (UINT64_C(1) << 63);
}

static void
insertion_sort(int64_t *ids, size_t n)
{
	for (size_t i = 1; i < n; i++)
	{
		int64_t id = ids[i];
		size_t k = i;

		for (; k > 0 && ids[k - 1] > id; k--)
			ids[k] = ids[k - 1];
		ids[k] = id;
	}
}

/* Sorts by the byte at shift and those below it: in linear time, in place. */
static void
radix_sort(int64_t *ids, size_t n, unsigned shift)
{
	size_t next[256];
	size_t end[256] = {0};
	size_t start = 0;

	if (n <= INSERTION_MAX)
	{
		insertion_sort(ids, n);
		return;
	}

	for (size_t i = 0; i < n; i++)
		end[order(ids[i]) >> shift & 255]++;
	for (unsigned b = 0; b < 256; b++)
	{
		next[b] = start;
		start += end[b];
		end[b] = start;
	}
	for (unsigned b = 0; b < 256; b++)
	{
		while (next[b] < end[b])
		{
			int64_t id = ids[next[b]];
			unsigned home = order(id) >> shift & 255;

			/* Follow the chain of displaced ids until one belongs here. */
			while (home != b)
			{
				int64_t displaced = ids[next[home]];

				ids[next[home]++] = id;
				id = displaced;
				home = order(id) >> shift & 255;
			}
			ids[next[b]++] = id;
		}
	}
	if (shift == 0)
		return;
	start = 0;
	for (unsigned b = 0; b < 256; b++)
	{
		radix_sort(ids + start, end[b] - start, shift - 8);
		start = end[b];
	}
}

size_t
authz_idset_sort(int64_t *ids, size_t n)
{
	uint64_t differ = 0;
	bool ascending = true;
	unsigned shift = 0;
	size_t distinct = 0;

	for (size_t i = 1; i < n; i++)
	{
		differ |= (uint64_t) ids[i] ^ (uint64_t) ids[0];
		ascending &= ids[i - 1] < ids[i];
	}
	if (ascending)
		return n;

	while (shift < 56 && differ >> shift > 255)
		shift += 8;
	radix_sort(ids, n, shift);
	for (size_t i = 0; i < n; i++)
	{
		if (i == 0 || ids[i] != ids[i - 1])
			ids[distinct++] = ids[i];
	}
	return distinct;
}
