/*
 * growth.h
 *	  Nobody gives what he does not have.
 *
 * What a role, a group or a session would give is compared with what the one
 * inside the door has at this moment. In the database plane nothing is asked.
 */
#ifndef AUTHZ_SQL_GROWTH_H
#define AUTHZ_SQL_GROWTH_H

#include "postgres.h"

#include "sql/door.h"
#include "utils/array.h"

/* Whether the one inside has everything: the database plane, or an administrator unlimited. */
extern bool authz_growth_everything(const AuthzDoor *door);

/*
 * Whether he has the level as a member, an owner or by managing everything; that
 * a category is open to him, so that he may view or contribute, does not count.
 */
extern bool authz_growth_has_level(const AuthzDoor *door, int64 category_id, AuthzLevel level);

/* Raises 42501 for a session that is confined to others: it reaches nothing of the category. */
extern void authz_growth_check_reach(const AuthzDoor *door, int64 category_id);

/* The user or group of that id in any spelling, 0 for none. */
extern int64 authz_growth_find_principal(int account_id, const char *user_id);

/* Raises 42501 with the reason that is this file's. */
extern void authz_growth_deny(void);

/* Each raises 42501 unless he has what is given. */
extern void authz_growth_check_everything(const AuthzDoor *door);
extern void authz_growth_check_level(const AuthzDoor *door, int64 category_id, AuthzLevel level);

/* What a role gives, whatever its state; a role that is not there gives nothing. */
extern void authz_growth_check_role(const AuthzDoor *door, int64 role_id);

/* What it gives, locked against changes; false for a role that is not there. */
extern bool authz_growth_read_role(const AuthzDoor *door, int64 role_id, ArrayType **permissions,
								   ArrayType **exceptions);

/* What a user or group has: roles and levels, its own and those of the groups it is in. */
extern void authz_growth_check_principal(const AuthzDoor *door, const char *user_id);

/*
 * The levels of a principal, but for categories out of the scope of the session
 * where that is as confined.
 */
extern void authz_growth_check_levels(const AuthzDoor *door, int64 principal_id, bool confined);

#endif
