/*
 * activity.h
 *	  What an application does with its secrets, in the books of those who answer
 *	  for it.
 */
#ifndef AUTHZ_SQL_ACTIVITY_H
#define AUTHZ_SQL_ACTIVITY_H

#include "postgres.h"

/* NULL and 0 for what there is not. */
typedef struct AuthzActivity
{
	const char *application; /* uuid as text; of one that is not there nothing is noted */
	const char *action;
	const char *outcome;
	int64 principal_id; /* as whom */
	const char *session_id;
	int64 secret_id;	   /* of the application */
	const char *client_id; /* of a registration */
} AuthzActivity;

extern void authz_activity_note(const AuthzActivity *activity);

#endif
