/*
 * door.h
 *	  The one decision at the top of every management function.
 *
 * A session that is set decides by its permissions; with none set, a database
 * role that may execute authz_administer() acts for the account it names.
 */
#ifndef AUTHZ_SQL_DOOR_H
#define AUTHZ_SQL_DOOR_H

#include "postgres.h"

#include "entitle/judge.h"
#include "fmgr.h"

typedef enum AuthzPlane
{
	AUTHZ_PLANE_SESSION,
	AUTHZ_PLANE_DATABASE
} AuthzPlane;

typedef struct AuthzDoor
{
	AuthzPlane plane;
	int account_id;			   /* 0 only where the door allows none */
	int64 principal_id;		   /* of the session; 0 in the database plane */
	AuthzJudgement *judgement; /* of the session; NULL in the database plane */
	const char *action;		   /* what the audit calls it: the permission's name */
} AuthzDoor;

/*
 * Lets the caller in who has the permission in his session, or administers the
 * database while no session is set; raises 28000 for a bad session, 42501 for
 * the rest.
 */
extern AuthzDoor authz_door_open(const char *permission);

/*
 * Comes in with a valid session of any kind; raises 28000 else, and 42501 where
 * the session is narrowed to other permissions than the one the action is called by.
 */
extern AuthzDoor authz_door_open_session(const char *action);

/* The same, whatever the session is narrowed to: for what concerns the session itself. */
extern AuthzDoor authz_door_enter(const char *action);

/* The same as authz_door_open for the database plane alone, without an account. */
extern AuthzDoor authz_door_open_database(const char *action);

/* Whether the caller may administer the database plane. */
extern bool authz_door_administers(void);

/* Raises 42501 unless the database role was granted to speak for a proxy. */
extern void authz_door_require_gateway(void);

/* Whether the one inside holds the permission himself (all, in the database plane). */
extern bool authz_door_holds(const AuthzDoor *door, const char *permission);

/* Raises 42501 unless the one inside holds it. */
extern void authz_door_require(const AuthzDoor *door, const char *permission);

/*
 * Raises 42501 unless the one inside holds, now and in whatever is registered
 * later, all that a role of these patterns less these exceptions (arrays of
 * text, NULL for none) gives.
 */
extern void authz_door_require_role(const AuthzDoor *door, ArrayType *permissions,
									ArrayType *exceptions);

/*
 * Raises 42501 where an application acts for the user: what outlives the grant
 * (credentials, further grants) is not made by it.
 */
extern void authz_door_refuse_acting(const AuthzDoor *door);

/*
 * Raises 42501 where anything acts for a person, app tokens included: he does this
 * himself, in a session that was started here, and not by the word of another issuer.
 */
extern void authz_door_require_own_hand(const AuthzDoor *door);

/*
 * Raises 42501 in a session that is limited: what gives a session that is not
 * (a grant, a client secret) is not given in it.
 */
extern void authz_door_require_unlimited(const AuthzDoor *door);

/* Raises 28000 where a secret would have come over TCP without encryption. */
extern void authz_door_require_encryption(void);

/* The extension's own function of that name and number of arguments, InvalidOid for none. */
extern Oid authz_door_function(const char *name, int nargs);

/*
 * Calls the internal function of the same name in schema authz (authz_user_add
 * calls authz.user_add) as the extension's owner, with the door's account and
 * acting principal (NULL in the database plane) before the caller's arguments,
 * and returns what it returns.
 */
extern Datum authz_door_call(const AuthzDoor *door, FunctionCallInfo fcinfo);

#endif
