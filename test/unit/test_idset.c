/*
 * test_idset.c
 *	  Sets of many shapes against the sorted array they were made from.
 */
#include <stdlib.h>

#include "pure/idset.h"

#include "tap.h"

#define GUARD 0x5a
#define GUARD_BYTES 64

static uint64_t random_state = UINT64_C(0x9e3779b97f4a7c15);

/* The same numbers in every run (xorshift64*). */
static uint64_t
random_number(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * UINT64_C(2685821657736338717);
}

static bool
array_has(const int64_t *ids, size_t n, int64_t id)
{
	size_t low = 0;
	size_t high = n;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (ids[middle] == id)
			return true;
		if (ids[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static long long
wrong_answers(const AuthzIdSet *set, const int64_t *ids, size_t n)
{
	static const int64_t steps[] = {0, 1, 2, 63, 64, 4095, 4096, 4097, 65536, INT64_C(1) << 32};
	long long wrong = 0;

	for (size_t i = 0; i < n; i++)
	{
		for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++)
		{
			int64_t above = (int64_t) ((uint64_t) ids[i] + (uint64_t) steps[k]);
			int64_t below = (int64_t) ((uint64_t) ids[i] - (uint64_t) steps[k]);

			wrong += authz_idset_has(set, above) != array_has(ids, n, above);
			wrong += authz_idset_has(set, below) != array_has(ids, n, below);
		}
	}
	for (size_t i = 0; i < 1000; i++)
	{
		int64_t id = (int64_t) (random_number() >> random_number() % 64);

		wrong += authz_idset_has(set, id) != array_has(ids, n, id);
		wrong += authz_idset_has(set, -id) != array_has(ids, n, -id);
	}
	wrong += authz_idset_has(set, INT64_MIN) != array_has(ids, n, INT64_MIN);
	wrong += authz_idset_has(set, INT64_MAX) != array_has(ids, n, INT64_MAX);
	wrong += authz_idset_has(set, 0) != array_has(ids, n, 0);
	return wrong;
}

/* ids: sorted and distinct. */
static void
check(const char *shape, const int64_t *ids, size_t n)
{
	size_t size = authz_idset_size(ids, n);
	uint8_t *memory = malloc(size + GUARD_BYTES);
	uint8_t *copy = malloc(size);
	int64_t *list = malloc((n + 1) * sizeof(int64_t));
	AuthzIdSet *set;
	bool untouched = true;

	memset(memory, GUARD, size + GUARD_BYTES);
	set = authz_idset_build(memory, ids, n);
	for (size_t i = 0; i < GUARD_BYTES; i++)
		untouched &= memory[size + i] == GUARD;
	ok(untouched, "%s: building stays within the size", shape);
	is_number((long long) authz_idset_bytes(set), (long long) size, "bytes");
	is_number((long long) authz_idset_count(set), (long long) n, "count");
	ok(size <= 16 * n + 1024 + 48,
	   "no more than 16 bytes for each id and 1 kB beside (%zu for %zu)", size, n);

	memcpy(copy, set, size);
	memset(memory, GUARD, size);
	free(memory);
	set = (AuthzIdSet *) copy;
	list[n] = GUARD;
	authz_idset_list(set, list);
	ok(memcmp(list, ids, n * sizeof(int64_t)) == 0 && list[n] == GUARD, "listed as it was");
	is_number(wrong_answers(set, ids, n), 0, "every answer right, from a copy");
	free(list);
	free(copy);
}

/* Every id of a range with a probability of one in so many. */
static void
sampled(const char *shape, int64_t start, uint64_t range, uint64_t one_in)
{
	int64_t *ids = malloc(((size_t) range + 1) * sizeof(int64_t));
	size_t n = 0;

	for (uint64_t i = 0; i < range; i++)
	{
		if (random_number() % one_in == 0)
			ids[n++] = (int64_t) ((uint64_t) start + i);
	}
	check(shape, ids, n);
	free(ids);
}

/* So many ids at equal distances. */
static void
spaced(const char *shape, int64_t start, size_t n, uint64_t distance)
{
	int64_t *ids = malloc((n + 1) * sizeof(int64_t));

	for (size_t i = 0; i < n; i++)
		ids[i] = (int64_t) ((uint64_t) start + i * distance);
	check(shape, ids, n);
	free(ids);
}

/* Random ids of so many bits, around zero. */
static void
scattered(const char *shape, size_t n, unsigned bits)
{
	int64_t *ids = malloc((n + 1) * sizeof(int64_t));

	for (size_t i = 0; i < n; i++)
		ids[i] = (int64_t) (random_number() << (64 - bits)) >> (64 - bits);
	n = authz_idset_sort(ids, n);
	check(shape, ids, n);
	free(ids);
}

/* Clusters whose sizes surround the one from which a chunk becomes a bitmap. */
static void
clustered(const char *shape, uint64_t distance, size_t clusters)
{
	int64_t *ids = malloc(clusters * 40 * sizeof(int64_t));
	size_t n = 0;

	for (size_t i = 0; i < clusters; i++)
	{
		for (size_t k = 0; k < i % 40; k++)
			ids[n++] = (int64_t) (i * distance + k * 100);
	}
	check(shape, ids, n);
	free(ids);
}

static void
shapes(void)
{
	static const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
	static const int64_t around_zero[] = {-4097, -4096, -4095, -1, 0, 1, 4095, 4096, 4097};

	check("empty", ends, 0);
	check("lowest", ends, 1);
	check("highest", ends + 6, 1);
	check("lowest two", ends, 2);
	check("highest two", ends + 5, 2);
	check("both halves", ends, 7);
	check("around zero", around_zero, 9);
	spaced("all of a chunk", 0, 4096, 1);
	spaced("one more than a chunk", 1, 4096, 1);
	spaced("ends at the top", INT64_MAX - 99999, 100000, 1);
	spaced("begins at the bottom", INT64_MIN, 100000, 1);
	spaced("across zero", -50000, 100000, 1);
	spaced("32 in every chunk", 0, 3200, 128);
	spaced("33 in every chunk", 0, 3300, 124);
	spaced("one in every chunk", 7, 1000, 4096);
	spaced("one in every other chunk", 7, 10000, 8192);
	spaced("one in every fourth chunk", -7, 10000, 16384);
	spaced("one of a million", 0, 10000, 1000003);
	spaced("all over 64 bits", INT64_MIN, 1000, UINT64_C(18446744073709551));
	spaced("three far apart", INT64_MIN, 3, UINT64_C(9223372036854775807));
	sampled("half", 1, 100000, 2);
	sampled("a hundredth", 1, 1000000, 100);
	sampled("a thousandth", 1, 10000000, 1000);
	sampled("a ten-thousandth", -5000000, 10000000, 10000);
	sampled("negative", -1000000, 500000, 7);
	scattered("12 bits", 2000, 12);
	scattered("20 bits", 2000, 20);
	scattered("32 bits", 20000, 32);
	scattered("63 bits", 20000, 63);
	scattered("64 bits", 20000, 64);
	clustered("neighbouring clusters", 4096, 200);
	clustered("distant clusters", 40960, 200);
	clustered("clusters far apart", UINT64_C(1) << 40, 200);
}

/* Two sequences that lie far apart: the ranges of the index hold many ids each. */
static void
two_sequences(void)
{
	size_t n = 20000;
	int64_t *ids = malloc(n * sizeof(int64_t));

	for (size_t i = 0; i < n / 2; i++)
	{
		ids[i] = (int64_t) (3 * i);
		ids[n / 2 + i] = (INT64_C(1) << 60) + (int64_t) (5 * i);
	}
	check("two sequences", ids, n);
	free(ids);
}

/* One sequence of ids, thinned out step by step: the promise about memory. */
static void
densities(void)
{
	size_t n = 100000;
	int64_t *ids = malloc(n * sizeof(int64_t));

	for (size_t i = 0; i < n; i++)
		ids[i] = (int64_t) (2 * i);
	ok(authz_idset_size(ids, n) < n / 3, "every other one: a bitmap");
	for (uint64_t one_in = 1; one_in < 100000; one_in += 1 + one_in / 7)
	{
		size_t size;

		for (size_t i = 0; i < n; i++)
			ids[i] = (int64_t) (i * one_in + random_number() % one_in);
		size = authz_idset_size(ids, n);
		ok(size <= 16 * n, "one in %u: %.1f bytes for each id", (unsigned) one_in,
		   (double) size / (double) n);
	}
	free(ids);
}

static int
compare(const void *a, const void *b)
{
	int64_t left = *(const int64_t *) a;
	int64_t right = *(const int64_t *) b;

	return (left > right) - (left < right);
}

static void
sorting(void)
{
	static const unsigned bits[] = {1, 3, 8, 9, 16, 33, 63, 64};
	static const size_t sizes[] = {0, 1, 2, 31, 32, 33, 1000, 50000};

	for (size_t b = 0; b < sizeof(bits) / sizeof(bits[0]); b++)
	{
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
		{
			size_t n = sizes[s];
			size_t distinct = 0;
			int64_t *ids = malloc((n + 1) * sizeof(int64_t));
			int64_t *expected = malloc((n + 1) * sizeof(int64_t));

			for (size_t i = 0; i < n; i++)
				ids[i] = (int64_t) (random_number() << (64 - bits[b])) >> (64 - bits[b]);
			memcpy(expected, ids, n * sizeof(int64_t));
			qsort(expected, n, sizeof(int64_t), compare);
			for (size_t i = 0; i < n; i++)
			{
				if (i == 0 || expected[i] != expected[i - 1])
					expected[distinct++] = expected[i];
			}
			ok(authz_idset_sort(ids, n) == distinct &&
				   memcmp(ids, expected, distinct * sizeof(int64_t)) == 0,
			   "%zu ids of %u bits sorted", n, bits[b]);
			ok(authz_idset_sort(ids, distinct) == distinct &&
				   memcmp(ids, expected, distinct * sizeof(int64_t)) == 0,
			   "and left so");
			free(ids);
			free(expected);
		}
	}
}

int
main(void)
{
	shapes();
	two_sequences();
	densities();
	sorting();
	return tap_end();
}
