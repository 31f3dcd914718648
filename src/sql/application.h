/*
 * application.h
 *	  What the one inside a door is to an application.
 */
#ifndef AUTHZ_SQL_APPLICATION_H
#define AUTHZ_SQL_APPLICATION_H

#include "postgres.h"

#include "sql/door.h"
#include "utils/uuid.h"

/* Weakest first. */
typedef enum AuthzStake
{
	AUTHZ_STAKE_NONE,
	AUTHZ_STAKE_ADMINISTRATOR, /* a member of its administrators' group */
	AUTHZ_STAKE_OWNER,
	AUTHZ_STAKE_MANAGER /* who manages it for its owner */
} AuthzStake;

/*
 * The strongest stake of the one inside; none in an application that is not
 * there, is not of the account, or is named by nothing (NULL). *managed tells
 * whether it has a manager.
 */
extern AuthzStake authz_application_stake(const AuthzDoor *door, const pg_uuid_t *application_id,
										  bool *managed);

/*
 * Lets in who holds the permission, or has a stake in the application; raises
 * 42501 for others, whether or not there is such an application.
 */
extern AuthzDoor authz_application_open(const char *permission, const pg_uuid_t *application_id);

/*
 * Raises 42501 for who has no stake in the application, unless he may be others
 * and has himself what its identity has: what the door gives makes him that.
 */
extern void authz_application_require_identity(const AuthzDoor *door,
											   const pg_uuid_t *application_id);

/* What the application is called; raises P0002 for one that is not there. */
extern char *authz_application_identifier(const AuthzDoor *door, const pg_uuid_t *application_id);

/* The role of the application that is called so, 0 for none. */
extern int64 authz_application_find_role(const pg_uuid_t *application_id, const char *word);

/* Nobody gives a role that gives what he does not have; an unknown one is the body's to refuse. */
extern void authz_application_check_role(const AuthzDoor *door, const pg_uuid_t *application_id,
										 const char *word);

/* A uuid argument, NULL for none. */
extern const pg_uuid_t *authz_application_argument(FunctionCallInfo fcinfo, int n);

/* Whether the one inside is in the account's group of those who manage applications for others. */
extern bool authz_application_may_manage(const AuthzDoor *door);

#endif
