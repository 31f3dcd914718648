/*
 * ids.c
 *	  The category ids in a column.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "pure/idset.h"
#include "sql/ids.h"

typedef struct ColumnType
{
	Oid type;
	int width;
	bool is_array;
} ColumnType;

static const ColumnType *
find_type(Oid type)
{
	static const ColumnType types[] = {
		{INT8OID, sizeof(int64), false},	 {INT4OID, sizeof(int32), false},
		{INT2OID, sizeof(int16), false},	 {INT8ARRAYOID, sizeof(int64), true},
		{INT4ARRAYOID, sizeof(int32), true}, {INT2ARRAYOID, sizeof(int16), true},
	};

	for (int i = 0; i < lengthof(types); i++)
		if (types[i].type == type)
			return &types[i];
	return NULL;
}

bool
authz_ids_type(Oid type, bool *is_array)
{
	const ColumnType *found = find_type(type);

	*is_array = found != NULL && found->is_array;
	return found != NULL;
}

static int64
scalar_of(Datum value, int width)
{
	return width == sizeof(int64)	? DatumGetInt64(value)
		   : width == sizeof(int32) ? DatumGetInt32(value)
									: DatumGetInt16(value);
}

AuthzIds
authz_ids_of(Datum value, bool isnull, Oid type)
{
	const ColumnType *column = find_type(type);
	const ArrayType *array;
	AuthzIds ids = {NULL, 0};

	if (isnull || column == NULL)
		return ids;
	if (!column->is_array)
	{
		ids.ids = palloc(sizeof(int64));
		ids.ids[ids.n++] = scalar_of(value, column->width);
		return ids;
	}
	array = DatumGetArrayTypeP(value);
	ids.n = authz_array_count(array, column->width);
	ids.ids = palloc((ids.n + 1) * sizeof(int64));
	for (int i = 0; i < ids.n; i++)
		ids.ids[i] = authz_array_id(array, column->width, i);
	ids.n = (int) authz_idset_sort(ids.ids, ids.n);
	return ids;
}

static int
compare_id(const void *a, const void *b)
{
	int64 first = *(const int64 *) a;
	int64 second = *(const int64 *) b;

	return (first > second) - (first < second);
}

bool
authz_ids_has(const AuthzIds *ids, int64 id)
{
	return ids->n > 0 && bsearch(&id, ids->ids, ids->n, sizeof(int64), compare_id) != NULL;
}
