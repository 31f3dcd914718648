/*
 * circle.c
 *	  Whether groups or categories contain themselves.
 *
 * Asked under a lock that all such changes take. What others have committed
 * since counts in every isolation level, so the question is put to this moment
 * and not to the transaction's snapshot, which may be older.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "store/statement.h"

static bool
finds(AuthzStatement *statement, Datum *values)
{
	AuthzActing acting;
	bool found;

	authz_store_begin(&acting);
	found = authz_store_read_fresh(statement, values, NULL) > 0;
	authz_store_end(&acting);
	return found;
}

PG_FUNCTION_INFO_V1(authz_group_is_within);

/* authz.group_is_within(group_id bigint, other_id bigint) */
Datum
authz_group_is_within(PG_FUNCTION_ARGS)
{
	static AuthzStatement statement = {
		.sql = "WITH RECURSIVE up(id) AS ("
			   "  SELECT $1"
			   "  UNION SELECT g.group_id FROM up"
			   "    JOIN authz.group_user g ON g.principal_id = up.id)"
			   " SELECT FROM up WHERE id = $2 LIMIT 1",
		.nargs = 2,
		.argtypes = {INT8OID, INT8OID},
	};
	Datum values[2] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};

	PG_RETURN_BOOL(finds(&statement, values));
}

PG_FUNCTION_INFO_V1(authz_category_contains_itself);

/* authz.category_contains_itself(category_id bigint) */
Datum
authz_category_contains_itself(PG_FUNCTION_ARGS)
{
	static AuthzStatement statement = {
		.sql = "WITH RECURSIVE up(id) AS ("
			   "  SELECT p.parent_id FROM authz.category_place p WHERE p.category_id = $1"
			   "  UNION SELECT p.parent_id FROM up"
			   "    JOIN authz.category_place p ON p.category_id = up.id)"
			   " SELECT FROM up WHERE id = $1 LIMIT 1",
		.nargs = 1,
		.argtypes = {INT8OID},
	};

	Datum values[1] = {PG_GETARG_DATUM(0)};

	PG_RETURN_BOOL(finds(&statement, values));
}
