/*
 * ids.h
 *	  The category ids in a column: smallint, int or bigint, or an array of one.
 */
#ifndef AUTHZ_SQL_IDS_H
#define AUTHZ_SQL_IDS_H

#include "postgres.h"

#include "utils/array.h"

/* An array as it stands in a row, short header or not; room for one that must be moved. */
typedef struct AuthzArrayRoom
{
	int64 bytes[17];
} AuthzArrayRoom;

/* Most arrays are short, and aligned for reading without an allocation. */
static inline const ArrayType *
authz_array_at(Datum value, AuthzArrayRoom *room)
{
	struct varlena *raw = (struct varlena *) DatumGetPointer(value);
	Size length;

	if (VARATT_IS_EXTERNAL(raw) || !VARATT_IS_SHORT(raw))
		return DatumGetArrayTypeP(value);
	length = VARSIZE_SHORT(raw) - VARHDRSZ_SHORT;
	SET_VARSIZE(room, length + VARHDRSZ);
	memcpy(VARDATA(room), VARDATA_SHORT(raw), length);
	return (const ArrayType *) room;
}

/* Elements that are not NULL: of a fixed width, they stand one after another. */
static inline int
authz_array_count(const ArrayType *array, int width)
{
	return (int) ((ARR_SIZE(array) - ARR_DATA_OFFSET(array)) / width);
}

static inline int64
authz_array_id(const ArrayType *array, int width, int i)
{
	const char *at = ARR_DATA_PTR(array) + (Size) i * width;

	return width == sizeof(int64)	? *(const int64 *) at
		   : width == sizeof(int32) ? *(const int32 *) at
									: *(const int16 *) at;
}

typedef struct AuthzIds
{
	int64 *ids; /* ascending, each once, palloc'd */
	int n;
} AuthzIds;

/* Whether a column of the type may hold categories; and whether it is an array. */
extern bool authz_ids_type(Oid type, bool *is_array);

/* The ids in a value of such a type; none for NULL. */
extern AuthzIds authz_ids_of(Datum value, bool isnull, Oid type);

extern bool authz_ids_has(const AuthzIds *ids, int64 id);

#endif
