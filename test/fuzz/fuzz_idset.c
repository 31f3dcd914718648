/*
 * fuzz_idset.c
 *	  A set against the sorted array it is made from. The input is a list of
 *	  steps from id to id: a byte each for how many bits a step has, then its
 *	  bytes; a first byte of 128 and more repeats the step.
 */
#include "pure/idset.h"

#include "fuzz.h"

#define IDS_MAX 20000

static int64_t ids[IDS_MAX];
static int64_t sorted[IDS_MAX];
static int64_t list[IDS_MAX];

static int
compare(const void *a, const void *b)
{
	int64_t left = *(const int64_t *) a;
	int64_t right = *(const int64_t *) b;

	return (left > right) - (left < right);
}

static size_t
decode(const uint8_t *data, size_t size)
{
	size_t n = 0;
	uint64_t id = 0;

	while (size > 0 && n < IDS_MAX)
	{
		size_t bytes = data[0] % 9;
		size_t repeat = data[0] < 128 ? 1 : (size_t) (data[0] - 127) * 4;
		uint64_t step = 0;

		data++;
		size--;
		for (; bytes > 0 && size > 0; bytes--, size--)
			step = step << 8 | *data++;
		for (; repeat > 0 && n < IDS_MAX; repeat--)
		{
			id += step;
			ids[n++] = (int64_t) id;
		}
	}
	return n;
}

/* The sorted, distinct ids, the slow way. */
static size_t
sort_slowly(size_t n)
{
	size_t distinct = 0;

	memcpy(sorted, ids, n * sizeof(ids[0]));
	qsort(sorted, n, sizeof(sorted[0]), compare);
	for (size_t i = 0; i < n; i++)
	{
		if (i == 0 || sorted[i] != sorted[i - 1])
			sorted[distinct++] = sorted[i];
	}
	return distinct;
}

static void
check_has(const AuthzIdSet *set, size_t n, int64_t id)
{
	bool expected = bsearch(&id, sorted, n, sizeof(id), compare) != NULL;

	CHECK(authz_idset_has(set, id) == expected);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = decode(data, size);
	size_t distinct = sort_slowly(n);
	size_t bytes;
	AuthzIdSet *set;

	CHECK(authz_idset_sort(ids, n) == distinct);
	CHECK(memcmp(ids, sorted, distinct * sizeof(ids[0])) == 0);
	bytes = authz_idset_size(sorted, distinct);
	CHECK(bytes <= 16 * distinct + 1024 + 48);

	set = authz_idset_build(malloc(bytes), sorted, distinct);
	CHECK(authz_idset_bytes(set) == bytes);
	CHECK(authz_idset_count(set) == distinct);
	authz_idset_list(set, list);
	CHECK(memcmp(list, sorted, distinct * sizeof(list[0])) == 0);
	for (size_t i = 0; i < distinct; i++)
	{
		CHECK(authz_idset_has(set, sorted[i]));
		check_has(set, distinct, (int64_t) ((uint64_t) sorted[i] + 1));
		check_has(set, distinct, (int64_t) ((uint64_t) sorted[i] - 1));
		check_has(set, distinct, (int64_t) ((uint64_t) sorted[i] ^ 1 << (i % 14)));
		check_has(set, distinct, (int64_t) (0 - (uint64_t) sorted[i]));
	}
	check_has(set, distinct, 0);
	check_has(set, distinct, INT64_MIN);
	check_has(set, distinct, INT64_MAX);
	free(set);
	return 0;
}
