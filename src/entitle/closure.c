/*
 * closure.c
 *	  A principal and the groups it is in, directly or through groups.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "entitle/closure.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/timestamp.h"

/* Most principals are in no group, and are not worth a recursion. */
static AuthzStatement in_groups_statement = {
	.sql = "SELECT EXISTS (SELECT FROM authz.group_user WHERE principal_id = $1)",
	.nargs = 1,
	.argtypes = {INT8OID},
};

/* clang-format off */
static AuthzStatement closure_statement = {
	.sql = "WITH RECURSIVE" AUTHZ_SQL_MINE
	" SELECT array_agg(DISTINCT id) FILTER (WHERE counts), array_agg(DISTINCT id), min(horizon)"
	"   FROM mine",
	.nargs = 2,
	.argtypes = {INT8OID, TIMESTAMPTZOID},
};
/* clang-format on */

int64 *
authz_array_elements(Datum array, size_t *n)
{
	ArrayType *values = DatumGetArrayTypePCopy(array);

	*n = ArrayGetNItems(ARR_NDIM(values), ARR_DIMS(values));
	return (int64 *) ARR_DATA_PTR(values);
}

AuthzClosure
authz_closure_load(AuthzEntry *entry, Snapshot snapshot, int more_keys)
{
	AuthzClosure closure = {.horizon = DT_NOEND};
	Datum values[2];
	int64 *ids = &entry->key.principal_id;
	size_t n = 1;
	bool isnull;

	values[0] = Int64GetDatum(entry->key.principal_id);
	values[1] = TimestampTzGetDatum(GetCurrentStatementStartTimestamp());
	(void) authz_store_read(&in_groups_statement, values, NULL, snapshot);
	if (authz_store_bool(0, 1))
	{
		(void) authz_store_read(&closure_statement, values, NULL, snapshot);
		closure.principals =
			PointerGetDatum(DatumGetArrayTypePCopy(authz_store_value(0, 1, &isnull)));
		ids = authz_array_elements(authz_store_value(0, 2, &isnull), &n);
		closure.horizon = DatumGetTimestampTz(authz_store_value(0, 3, &isnull));
	}
	else
		closure.principals = PointerGetDatum(
			construct_array(values, 1, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));

	entry->keys = MemoryContextAlloc(entry->context, (n + more_keys) * sizeof(AuthzChangeKey));
	for (size_t i = 0; i < n; i++)
		entry->keys[entry->nkeys++] = authz_change_key(AUTHZ_TOPIC_SUBJECT, ids[i]);
	return closure;
}
