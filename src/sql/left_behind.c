/*
 * left_behind.c
 *	  What came since the transaction's snapshot and would be left behind.
 *
 * At READ COMMITTED a statement that follows a lock sees all that there is. In a
 * transaction with one snapshot it does not: what is then found at this very
 * moment is what others have put there since, and the transaction must be tried
 * again.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "store/statement.h"

static void
check_none(AuthzStatement *statement, Datum value)
{
	AuthzActing acting;
	Datum values[1] = {value};
	bool found;

	if (!IsolationUsesXactSnapshot())
		return;
	authz_store_begin(&acting);
	found = authz_store_read_fresh(statement, values, NULL) > 0;
	authz_store_end(&acting);
	if (found)
		ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
						errmsg("could not serialize access due to concurrent update")));
}

PG_FUNCTION_INFO_V1(authz_check_nothing_came_below);

/* authz.check_nothing_came_below(category_ids bigint[]) */
Datum
authz_check_nothing_came_below(PG_FUNCTION_ARGS)
{
	static AuthzStatement statement = {
		.sql =
			"SELECT p.category_id"
			"  FROM unnest($1) AS d (id)"
			"  JOIN authz.category_place p ON p.parent_id = d.id"
			"  LEFT JOIN (SELECT DISTINCT id FROM unnest($1) AS k (id)) AS k ON k.id = p.category_id"
			" WHERE k.id IS NULL LIMIT 1",
		.nargs = 1,
		.argtypes = {INT8ARRAYOID},
	};

	check_none(&statement, PG_GETARG_DATUM(0));
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(authz_check_nobody_came_in);

/* authz.check_nobody_came_in(category_id bigint) */
Datum
authz_check_nobody_came_in(PG_FUNCTION_ARGS)
{
	static AuthzStatement statement = {
		.sql = "SELECT principal_id FROM authz.category_user WHERE category_id = $1 LIMIT 1",
		.nargs = 1,
		.argtypes = {INT8OID},
	};

	check_none(&statement, PG_GETARG_DATUM(0));
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(authz_check_nothing_was_given);

/* authz.check_nothing_was_given(principal_id bigint) */
Datum
authz_check_nothing_was_given(PG_FUNCTION_ARGS)
{
	static AuthzStatement statement = {
		.sql =
			"(SELECT g.group_id FROM authz.group_user g WHERE g.principal_id = $1 LIMIT 1)"
			" UNION ALL"
			" (SELECT g.group_id FROM authz.group_user g WHERE g.group_id = $1 LIMIT 1)"
			" UNION ALL"
			" (SELECT r.role_id FROM authz.role_user r WHERE r.principal_id = $1 LIMIT 1)"
			" UNION ALL"
			" (SELECT u.category_id FROM authz.category_user u WHERE u.principal_id = $1 LIMIT 1)",
		.nargs = 1,
		.argtypes = {INT8OID},
	};

	check_none(&statement, PG_GETARG_DATUM(0));
	PG_RETURN_VOID();
}
