/*
 * manage.h
 *	  What the doors of management share.
 */
#ifndef AUTHZ_SQL_MANAGE_H
#define AUTHZ_SQL_MANAGE_H

#include "postgres.h"

#include "fmgr.h"
#include "sql/door.h"

/* A door that asks for one permission and nothing else. */
#define AUTHZ_MANAGE_DOOR(function, permission)       \
	PG_FUNCTION_INFO_V1(function);                    \
	Datum function(PG_FUNCTION_ARGS)                  \
	{                                                 \
		AuthzDoor door = authz_door_open(permission); \
                                                      \
		return authz_door_call(&door, fcinfo);        \
	}

/* Whether the n-th argument, an array of fields to clear, has this one. */
extern bool authz_manage_clears(FunctionCallInfo fcinfo, int n, const char *field);

/* Raises 42501 in a session: this is for the database plane alone. */
extern void authz_manage_database_only(const AuthzDoor *door, const char *hint);

/* Raises 42501 for who may not let others say who somebody is. */
extern void authz_manage_require_trust(const AuthzDoor *door);

#endif
