/*
 * room.c
 *	  How much room an account's limits leave, at this very moment.
 *
 * Asked under a lock that all who take room take as well. The transaction's
 * snapshot may be older than what others have added under that lock before, so
 * the question is not put to it. Nothing is counted beyond the limit.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "store/statement.h"

/* The number in the statement's row, in which there is one. */
static int64
number_now(AuthzStatement *statement, Datum *values, bool *isnull)
{
	AuthzActing acting;
	int64 number;

	authz_store_begin(&acting);
	if (authz_store_read_fresh(statement, values, NULL) != 1)
		elog(ERROR, "counting gave no row");
	number = DatumGetInt64(authz_store_value(0, 1, isnull));
	authz_store_end(&acting);
	return number;
}

PG_FUNCTION_INFO_V1(authz_limit_now);

/* authz.limit_now(account_id int, setting text) */
Datum
authz_limit_now(PG_FUNCTION_ARGS)
{
	static AuthzStatement statement = {
		.sql = "SELECT nullif((SELECT (settings ->> $2)::bigint FROM authz.account"
			   "  WHERE account_id = $1), 0)",
		.nargs = 2,
		.argtypes = {INT4OID, TEXTOID},
	};
	Datum values[2] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};
	bool isnull;
	int64 limit = number_now(&statement, values, &isnull);

	if (isnull)
		PG_RETURN_NULL();
	PG_RETURN_INT32((int32) limit);
}

PG_FUNCTION_INFO_V1(authz_members_counted);

/* authz.members_counted(category_id bigint, most int) */
Datum
authz_members_counted(PG_FUNCTION_ARGS)
{
	static AuthzStatement statement = {
		.sql = "SELECT count(*) FROM (SELECT FROM authz.category_user"
			   "  WHERE category_id = $1 LIMIT $2) AS members",
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID},
	};
	Datum values[2] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};
	bool isnull;

	PG_RETURN_INT32((int32) number_now(&statement, values, &isnull));
}

PG_FUNCTION_INFO_V1(authz_groups_counted);

/* authz.groups_counted(principal_id bigint, most int) */
Datum
authz_groups_counted(PG_FUNCTION_ARGS)
{
	static AuthzStatement statement = {
		.sql = "SELECT count(*) FROM (SELECT FROM authz.group_user"
			   "  WHERE principal_id = $1 LIMIT $2) AS groups",
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID},
	};
	Datum values[2] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};
	bool isnull;

	PG_RETURN_INT32((int32) number_now(&statement, values, &isnull));
}
