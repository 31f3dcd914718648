/*
 * losing.h
 *	  Nobody gains by losing a role.
 *
 * An administrator without roles has everything. To take the last role from
 * one whom it limits is to give him that, and so takes having it. Nothing is
 * asked of who has everything, nor where the losers have no sessions of type
 * admin, and no app tokens for such.
 */
#ifndef AUTHZ_SQL_LOSING_H
#define AUTHZ_SQL_LOSING_H

#include "postgres.h"

#include "sql/door.h"

/* Before a role is taken from a user or group, or with NULL from all who have it. */
extern void authz_losing_check_role(const AuthzDoor *door, int64 role_id, const char *user_id);

/* Before a user or group leaves a group, or with NULL the group gives nothing any more. */
extern void authz_losing_check_group(const AuthzDoor *door, const char *group_id,
									 const char *user_id);

#endif
