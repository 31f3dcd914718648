/*
 * idlist.c
 *	  A list of ids that grows while rows are read, and becomes a set.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "entitle/idlist.h"
#include "utils/array.h"
#include "utils/memutils.h"

#define LEAST_ROOM 64

void
authz_idlist_grow(AuthzIdList *list, size_t more)
{
	size_t room = Max(Max(list->n + more, 2 * list->room), LEAST_ROOM);

	if (list->ids == NULL)
		list->ids = MemoryContextAllocHuge(CurrentMemoryContext, room * sizeof(int64));
	else
		list->ids = repalloc_huge(list->ids, room * sizeof(int64));
	list->room = room;
}

void
authz_idlist_append(AuthzIdList *list, const AuthzIdList *other)
{
	if (other->n == 0)
		return;
	if (list->room - list->n < other->n)
		authz_idlist_grow(list, other->n);
	memcpy(list->ids + list->n, other->ids, other->n * sizeof(int64));
	list->n += other->n;
}

void
authz_idlist_free(AuthzIdList *list)
{
	if (list->ids != NULL)
		pfree(list->ids);
	memset(list, 0, sizeof(*list));
}

void
authz_idlist_read(void *list, const Datum *values, const bool *nulls)
{
	if (!nulls[0])
		authz_idlist_add(list, DatumGetInt64(values[0]));
}

void
authz_idlist_sort(AuthzIdList *list)
{
	if (list->n > 0)
		list->n = authz_idset_sort(list->ids, list->n);
}

void
authz_idlist_subtract(AuthzIdList *list, const AuthzIdList *other)
{
	size_t kept = 0;
	size_t at = 0;

	for (size_t i = 0; i < list->n; i++)
	{
		while (at < other->n && other->ids[at] < list->ids[i])
			at++;
		if (at == other->n || other->ids[at] != list->ids[i])
			list->ids[kept++] = list->ids[i];
	}
	list->n = kept;
}

AuthzIdList
authz_idlist_common(const AuthzIdList *list, const AuthzIdList *other)
{
	AuthzIdList common = {0};
	size_t at = 0;

	for (size_t i = 0; i < list->n; i++)
	{
		while (at < other->n && other->ids[at] < list->ids[i])
			at++;
		if (at < other->n && other->ids[at] == list->ids[i])
			authz_idlist_add(&common, list->ids[i]);
	}
	return common;
}

Datum
authz_idlist_array(const AuthzIdList *list)
{
	Size bytes = ARR_OVERHEAD_NONULLS(1) + list->n * sizeof(int64);
	ArrayType *array = palloc(bytes);

	SET_VARSIZE(array, bytes);
	array->ndim = 1;
	array->dataoffset = 0;
	array->elemtype = INT8OID;
	ARR_DIMS(array)[0] = (int) list->n;
	ARR_LBOUND(array)[0] = 1;
	if (list->n > 0)
		memcpy(ARR_DATA_PTR(array), list->ids, list->n * sizeof(int64));
	return PointerGetDatum(array);
}

AuthzIdSet *
authz_idlist_set(AuthzIdList *list, MemoryContext context)
{
	if (list->n == 0)
		return NULL;
	authz_idlist_sort(list);
	return authz_idset_build(MemoryContextAllocHuge(context, authz_idset_size(list->ids, list->n)),
							 list->ids, list->n);
}
