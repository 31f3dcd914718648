/*
 * grant.h
 *	  The application that a session is of, and the grant by which it acts for a
 *	  user.
 */
#ifndef AUTHZ_SESSION_GRANT_H
#define AUTHZ_SESSION_GRANT_H

#include "postgres.h"

#include "session/session.h"

/* How the actor of such a session is spelled: this, and the application's id. */
#define AUTHZ_GRANT_ACTOR "application:"

/* Whether that is what acts for the user. */
extern bool authz_grant_acts(const char *actor);

/*
 * Fills in the application, what the grant is narrowed to and how surely the
 * user was proven who gave it (grant_id 0: it acts for nobody); moves the horizon to where the grant ends. Returns why the
 * session is nobody's, if it is. Within authz_store_begin and _end.
 */
extern AuthzFault authz_grant_read(AuthzSession *session, const char *application, int64 grant_id,
								   MemoryContext context, TimestampTz *horizon);

#endif
