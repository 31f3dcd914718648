/*
 * growth.c
 *	  Nobody gives what he does not have.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "entitle/standing.h"
#include "sql/growth.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

void
authz_growth_deny(void)
{
	ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
					errhint("Nobody gives what he does not have himself.")));
}

bool
authz_growth_everything(const AuthzDoor *door)
{
	/* All that patterns reach, and what they do not. */
	static char *const everything[] = {"*", "account.manage", "content.manage_all",
									   "content.view_all", "user.impersonate"};
	const AuthzSession *session;

	if (door->plane == AUTHZ_PLANE_DATABASE)
		return true;
	session = authz_judgement_session(door->judgement);
	return session->type == AUTHZ_SESSION_ADMIN && !authz_session_is_confined(session) &&
		   !session->limited && !session->moderated && !session->restricted &&
		   authz_judgement_covers(door->judgement, (char **) everything, lengthof(everything), NULL,
								  0);
}

void
authz_growth_check_everything(const AuthzDoor *door)
{
	if (!authz_growth_everything(door))
		authz_growth_deny();
}

/* Levels ---------------------------------------------------------------- */

bool
authz_growth_has_level(const AuthzDoor *door, int64 category_id, AuthzLevel level)
{
	AuthzStanding standing;

	if (door->plane == AUTHZ_PLANE_DATABASE || level == AUTHZ_LEVEL_NONE)
		return true;
	authz_standing_read(door->judgement, &standing);
	return authz_standing_has(&standing, level, category_id);
}

void
authz_growth_check_reach(const AuthzDoor *door, int64 category_id)
{
	AuthzStanding standing;

	if (door->plane == AUTHZ_PLANE_DATABASE ||
		!authz_session_is_confined(authz_judgement_session(door->judgement)))
		return;
	authz_standing_read(door->judgement, &standing);
	if (!authz_standing_reaches(&standing, category_id))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied")));
}

void
authz_growth_check_level(const AuthzDoor *door, int64 category_id, AuthzLevel level)
{
	if (!authz_growth_has_level(door, category_id, level))
		authz_growth_deny();
}

static bool
has_levels_of(const AuthzStanding *standing, const AuthzSubject *given, bool confined)
{
	for (int level = AUTHZ_LEVEL_MEMBER; level <= AUTHZ_LEVEL_MANAGER; level++)
	{
		const AuthzIdSet *set = given->levels[level];
		size_t n = set == NULL ? 0 : authz_idset_count(set);
		int64 *ids = MemoryContextAllocHuge(CurrentMemoryContext, (n + 1) * sizeof(int64));

		if (n > 0)
			authz_idset_list(set, ids);
		for (size_t i = 0; i < n; i++)
			if (!authz_standing_has(standing, (AuthzLevel) level, ids[i]) &&
				!(confined && !authz_standing_reaches(standing, ids[i])))
				return false;
		pfree(ids);
	}
	return true;
}

void
authz_growth_check_levels(const AuthzDoor *door, int64 principal_id, bool confined)
{
	AuthzEntryKey key = {.account_id = door->account_id, .principal_id = principal_id};
	AuthzStanding standing;
	AuthzPair given;
	bool has;

	if (door->plane == AUTHZ_PLANE_DATABASE)
		return;
	given = authz_cache_get(&authz_subject_kind, &key);
	authz_standing_read(door->judgement, &standing);
	has = has_levels_of(&standing, (AuthzSubject *) given.now, confined);
	authz_pair_release(&given);
	if (!has)
		authz_growth_deny();
}

/* Roles ----------------------------------------------------------------- */

typedef struct RoleList
{
	ArrayType **permissions;
	ArrayType **exceptions;
	uint64 n;
} RoleList;

/* Roles by a statement that returns their permissions and exceptions. */
static RoleList
read_roles(AuthzStatement *statement, Datum *values)
{
	MemoryContext caller = CurrentMemoryContext;
	RoleList roles;
	AuthzActing acting;
	bool isnull;

	authz_store_begin(&acting);
	roles.n = authz_store_write(statement, values, NULL);
	MemoryContextSwitchTo(caller);
	roles.permissions = palloc((roles.n + 1) * sizeof(ArrayType *));
	roles.exceptions = palloc((roles.n + 1) * sizeof(ArrayType *));
	for (uint64 row = 0; row < roles.n; row++)
	{
		roles.permissions[row] = DatumGetArrayTypePCopy(authz_store_value(row, 1, &isnull));
		roles.exceptions[row] = DatumGetArrayTypePCopy(authz_store_value(row, 2, &isnull));
	}
	authz_store_end(&acting);
	return roles;
}

static void
check_roles(const AuthzDoor *door, const RoleList *roles)
{
	for (uint64 i = 0; i < roles->n; i++)
		authz_door_require_role(door, roles->permissions[i], roles->exceptions[i]);
}

bool
authz_growth_read_role(const AuthzDoor *door, int64 role_id, ArrayType **permissions,
					   ArrayType **exceptions)
{
	static AuthzStatement statement = {
		.sql = "SELECT permissions, exceptions FROM authz.role"
			   " WHERE account_id = $1 AND role_id = $2 AND status <> 'deleted'"
			   " FOR NO KEY UPDATE",
		.nargs = 2,
		.argtypes = {INT4OID, INT8OID},
	};
	Datum values[2];
	RoleList roles;

	values[0] = Int32GetDatum(door->account_id);
	values[1] = Int64GetDatum(role_id);
	roles = read_roles(&statement, values);
	if (roles.n == 0)
		return false;
	*permissions = roles.permissions[0];
	*exceptions = roles.exceptions[0];
	return true;
}

void
authz_growth_check_role(const AuthzDoor *door, int64 role_id)
{
	ArrayType *permissions;
	ArrayType *exceptions;

	if (door->plane != AUTHZ_PLANE_DATABASE &&
		authz_growth_read_role(door, role_id, &permissions, &exceptions))
		authz_door_require_role(door, permissions, exceptions);
}

int64
authz_growth_find_principal(int account_id, const char *user_id)
{
	static AuthzStatement statement = {
		.sql = "SELECT principal_id FROM authz.principal"
			   " WHERE account_id = $1 AND lower(user_id) = lower($2) AND reused_at IS NULL"
			   "   AND status <> 'deleted'",
		.nargs = 2,
		.argtypes = {INT4OID, TEXTOID},
	};
	Datum values[2];
	AuthzActing acting;
	int64 found;

	values[0] = Int32GetDatum(account_id);
	values[1] = CStringGetTextDatum(user_id);
	authz_store_begin(&acting);
	found = authz_store_write(&statement, values, NULL) == 1 ? authz_store_int64(0, 1) : 0;
	authz_store_end(&acting);
	return found;
}

void
authz_growth_check_principal(const AuthzDoor *door, const char *user_id)
{
	static AuthzStatement statement = {
		.sql = "WITH RECURSIVE up(id) AS ("
			   "  SELECT $2"
			   "  UNION SELECT g.group_id FROM up"
			   "    JOIN authz.group_user g ON g.principal_id = up.id)"
			   " SELECT r.permissions, r.exceptions FROM authz.role r"
			   "  WHERE r.account_id = $1 AND r.status <> 'deleted' AND r.role_id IN ("
			   "    SELECT u.role_id FROM up JOIN authz.role_user u ON u.principal_id = up.id)",
		.nargs = 2,
		.argtypes = {INT4OID, INT8OID},
	};
	Datum values[2];
	RoleList roles;
	int64 principal_id;

	if (door->plane == AUTHZ_PLANE_DATABASE)
		return;
	principal_id = authz_growth_find_principal(door->account_id, user_id);
	if (principal_id == 0)
		return;
	values[0] = Int32GetDatum(door->account_id);
	values[1] = Int64GetDatum(principal_id);
	roles = read_roles(&statement, values);
	check_roles(door, &roles);
	authz_growth_check_levels(door, principal_id, false);
}
