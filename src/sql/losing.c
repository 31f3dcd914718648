/*
 * losing.c
 *	  Nobody gains by losing a role.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "sql/growth.h"
#include "sql/losing.h"
#include "store/statement.h"
#include "utils/builtins.h"

/* clang-format off */
/* In the account $1, who may have sessions of type admin, and the groups they are in. */
#define SQL_ADMINISTRATORS \
	" administrators(id) AS (" \
	"  SELECT t.session_principal_id FROM authz.apptoken t" \
	"   WHERE t.account_id = $1 AND t.session_type = 'admin' AND t.status <> 'deleted'" \
	"     AND t.session_principal_id IS NOT NULL" \
	"  UNION SELECT s.principal_id FROM authz.session s" \
	"   WHERE s.account_id = $1 AND s.session_type = 'admin' AND s.principal_id IS NOT NULL" \
	"  UNION SELECT g.group_id FROM administrators a" \
	"   JOIN authz.group_user g ON g.principal_id = a.id)"

#define SQL_IS_CALLED(principal, name) \
	principal ".account_id = $1 AND lower(" principal ".user_id) = lower(" name ")" \
	" AND " principal ".reused_at IS NULL"
/* clang-format on */

static void
check(const AuthzDoor *door, AuthzStatement *statement, Datum *values, const char *user_id)
{
	AuthzActing acting;
	bool gains;

	if (authz_growth_everything(door))
		return;
	values[0] = Int32GetDatum(door->account_id);
	values[2] = user_id ? CStringGetTextDatum(user_id) : (Datum) 0;
	authz_store_begin(&acting);
	gains = authz_store_write(statement, values, user_id ? "   " : "  n") > 0;
	authz_store_end(&acting);
	if (gains)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
						errhint("An administrator without roles has everything.")));
}

/* clang-format off */
static AuthzStatement role_statement = {
	.sql = "WITH RECURSIVE" SQL_ADMINISTRATORS
	" SELECT a.id FROM administrators a"
	" WHERE a.id IN (SELECT u.principal_id FROM authz.role_user u"
	"    JOIN authz.principal p ON p.principal_id = u.principal_id"
	"   WHERE u.account_id = $1 AND u.role_id = $2"
	"     AND ($3 IS NULL OR " SQL_IS_CALLED("p", "$3") "))"
	"  OR $3 IS NULL AND EXISTS (SELECT FROM authz.role r"
	"   WHERE r.account_id = $1 AND r.role_id = $2 AND r.everyone)",
	.nargs = 3,
	.argtypes = {INT4OID, INT8OID, TEXTOID},
};

static AuthzStatement group_statement = {
	.sql = "WITH RECURSIVE" SQL_ADMINISTRATORS ","
	" up(id) AS ("
	"  SELECT p.principal_id FROM authz.principal p WHERE " SQL_IS_CALLED("p", "$2")
	"  UNION SELECT g.group_id FROM up"
	"   JOIN authz.group_user g ON g.principal_id = up.id)"
	" SELECT a.id FROM administrators a"
	"  JOIN authz.principal p ON p.principal_id = a.id"
	" WHERE " SQL_IS_CALLED("p", "coalesce($3, $2)")
	"   AND EXISTS (SELECT FROM up JOIN authz.role_user u ON u.principal_id = up.id)",
	.nargs = 3,
	.argtypes = {INT4OID, TEXTOID, TEXTOID},
};
/* clang-format on */

void
authz_losing_check_role(const AuthzDoor *door, int64 role_id, const char *user_id)
{
	Datum values[3];

	values[1] = Int64GetDatum(role_id);
	check(door, &role_statement, values, user_id);
}

void
authz_losing_check_group(const AuthzDoor *door, const char *group_id, const char *user_id)
{
	Datum values[3];

	values[1] = CStringGetTextDatum(group_id);
	check(door, &group_statement, values, user_id);
}
