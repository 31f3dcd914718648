/*
 * reach.c
 *	  What lies below categories of an account: all of it, or what inherits.
 *
 * Most who ask have a few categories, and what is below these is looked up step
 * by step. Where that becomes much, compared with the account's tree, the steps
 * of the whole tree are read at once, 16 bytes each, and followed in memory: a
 * fraction of the time for each, and nothing for categories that have nobody
 * below. How large the tree is need not be known before: it is counted up to a
 * few times of what looking up has found, and so costs a part of that.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "entitle/reach.h"
#include "miscadmin.h"
#include "store/statement.h"
#include "utils/memutils.h"

/* Up to so many categories are looked up before the tree is looked at. */
#define FEW 16384

/* How much further to look up before looking at the tree again, and at how much of it then. */
#define FURTHER 8
#define WHOLE_TREE 16

/* clang-format off */
#define LOOK_UP(condition) \
	"WITH RECURSIVE reach(id) AS (" \
	"  SELECT * FROM unnest($1)" \
	"  UNION" \
	"  SELECT p.category_id FROM reach r" \
	"    JOIN authz.category_place p ON p.parent_id = r.id" condition ")" \
	" SELECT id FROM reach LIMIT $2"

#define COUNT(condition) \
	"SELECT count(*) FROM (SELECT FROM authz.category_place p" \
	"  WHERE p.account_id = $1" condition " LIMIT $2) AS steps"

#define STEPS(condition) \
	"SELECT p.parent_id, p.category_id FROM authz.category_place p" \
	" WHERE p.account_id = $1 AND p.parent_id IS NOT NULL" condition

#define INHERITING " AND p.inheritance = 'inherit'"
/* clang-format on */

static AuthzStatement look_up_statements[] = {
	[AUTHZ_REACH_INHERITING] = {.sql = LOOK_UP(INHERITING),
								.nargs = 2,
								.argtypes = {INT8ARRAYOID, INT8OID}},
	[AUTHZ_REACH_ALL] = {.sql = LOOK_UP(""), .nargs = 2, .argtypes = {INT8ARRAYOID, INT8OID}},
};

static AuthzStatement count_statements[] = {
	[AUTHZ_REACH_INHERITING] = {.sql = COUNT(INHERITING),
								.nargs = 2,
								.argtypes = {INT4OID, INT8OID}},
	[AUTHZ_REACH_ALL] = {.sql = COUNT(""), .nargs = 2, .argtypes = {INT4OID, INT8OID}},
};

static AuthzStatement step_statements[] = {
	[AUTHZ_REACH_INHERITING] = {.sql = STEPS(INHERITING), .nargs = 1, .argtypes = {INT4OID}},
	[AUTHZ_REACH_ALL] = {.sql = STEPS(""), .nargs = 1, .argtypes = {INT4OID}},
};

/* Looking up ---------------------------------------------------------- */

/* False when that is as many as the limit, or more. */
static bool
look_up(const AuthzReach *reach, AuthzIdList *list, size_t limit)
{
	AuthzIdList found = {0};
	Datum values[2];

	values[0] = authz_idlist_array(list);
	values[1] = Int64GetDatum((int64) limit);
	authz_store_stream(&look_up_statements[reach->kind], values, NULL, reach->snapshot,
					   authz_idlist_read, &found);
	pfree(DatumGetPointer(values[0]));
	if (found.n == limit)
	{
		authz_idlist_free(&found);
		return false;
	}
	authz_idlist_free(list);
	*list = found;
	authz_idlist_sort(list);
	return true;
}

/* The whole tree ------------------------------------------------------ */

static bool
has_fewer_steps(const AuthzReach *reach, size_t limit)
{
	Datum values[2];

	values[0] = Int32GetDatum(reach->account_id);
	values[1] = Int64GetDatum((int64) limit);
	(void) authz_store_read(&count_statements[reach->kind], values, NULL, reach->snapshot);
	return authz_store_int64(0, 1) < (int64) limit;
}

static void
read_step(void *arg, const Datum *values, const bool *nulls)
{
	AuthzReach *reach = arg;
	AuthzStep *step;

	if (reach->nsteps == reach->room)
	{
		reach->room *= 2;
		reach->steps = repalloc_huge(reach->steps, reach->room * sizeof(AuthzStep));
	}
	step = &reach->steps[reach->nsteps++];
	step->parent = DatumGetInt64(values[0]);
	step->child = DatumGetInt64(values[1]);
}

#define ST_SORT sort_steps
#define ST_ELEMENT_TYPE AuthzStep
#define ST_COMPARE(a, b) ((a)->parent < (b)->parent ? -1 : (a)->parent > (b)->parent)
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

static void
read_steps(AuthzReach *reach)
{
	Datum values[1];

	reach->room = FEW;
	reach->steps = MemoryContextAllocHuge(CurrentMemoryContext, reach->room * sizeof(AuthzStep));
	values[0] = Int32GetDatum(reach->account_id);
	authz_store_stream(&step_statements[reach->kind], values, NULL, reach->snapshot, read_step,
					   reach);
	sort_steps(reach->steps, reach->nsteps);
}

/* The first step, from this one on, whose parent is not below the id. */
static size_t
seek(const AuthzReach *reach, size_t from, int64 id)
{
	size_t stride = 1;
	size_t low = from;
	size_t high;

	while (from + stride < reach->nsteps && reach->steps[from + stride].parent < id)
	{
		low = from + stride;
		stride *= 2;
	}
	high = Min(from + stride, reach->nsteps);
	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (reach->steps[middle].parent < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Follows the steps layer by layer; whatever they are, it ends, as each is taken once. */
static void
follow(const AuthzReach *reach, AuthzIdList *list)
{
	AuthzIdList layer = {0};
	bool *taken = MemoryContextAllocExtended(CurrentMemoryContext, reach->nsteps + 1,
											 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	authz_idlist_append(&layer, list);
	while (layer.n > 0)
	{
		AuthzIdList next = {0};
		size_t at = 0;

		for (size_t i = 0; i < layer.n && at < reach->nsteps; i++)
		{
			if (i % FEW == 0)
				CHECK_FOR_INTERRUPTS();
			at = seek(reach, at, layer.ids[i]);
			for (; at < reach->nsteps && reach->steps[at].parent == layer.ids[i]; at++)
			{
				if (!taken[at])
					authz_idlist_add(&next, reach->steps[at].child);
				taken[at] = true;
			}
		}
		authz_idlist_free(&layer);
		authz_idlist_sort(&next);
		authz_idlist_append(list, &next);
		layer = next;
	}
	pfree(taken);
	authz_idlist_sort(list);
}

void
authz_reach_down(AuthzReach *reach, AuthzIdList *list)
{
	if (list->n == 0)
		return;
	for (size_t limit = FEW; reach->steps == NULL; limit *= FURTHER)
	{
		if (list->n < limit && look_up(reach, list, limit))
			return;
		if (has_fewer_steps(reach, WHOLE_TREE * limit))
			read_steps(reach);
	}
	follow(reach, list);
}
