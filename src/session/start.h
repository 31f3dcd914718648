/*
 * start.h
 *	  Starting and ending sessions: rows and signed tokens.
 *
 * Whoever calls these has decided that the session may be started.
 */
#ifndef AUTHZ_SESSION_START_H
#define AUTHZ_SESSION_START_H

#include "postgres.h"

#include "session/session.h"

/* What the sessions of widgets carry, and no other. */
#define AUTHZ_WIDGET_PRIVILEGES "view:*,widget:1"

typedef struct AuthzStart
{
	int account_id;
	int64 principal_id; /* 0 for nobody in particular */
	AuthzSessionType type;
	const char *apptoken_id; /* that it is started with, NULL for none */
	const char *application; /* that it is of, a uuid as text; NULL for none */
	int64 grant_id;			 /* by which the application acts for the user; 0 for none */
	const char
		*registration;	/* whose client credentials were exchanged, a uuid as text; NULL for none */
	const char *family; /* the first of those that it follows by rotation; NULL for none */
	int assurance;		/* how surely the user was proven */
	bool multifactor;
	int64 sign_in_id;		/* how it is signed in to the application; 0: it is not */
	const char *privileges; /* '' for none */
	int64 lifetime;			/* seconds */
} AuthzStart;

typedef struct AuthzStarted
{
	char *token;
	char *session_id;
	char *actor; /* NULL for none */
	TimestampTz expires_at;
} AuthzStarted;

/* Seconds that sessions last at most where the account does not say. */
#define AUTHZ_SESSION_LONGEST 86400

/* The seconds that sessions of the account may last; false where it is not active, or not there. */
extern bool authz_session_longest(int account_id, int64 *longest);

/* 55000 where the account has no key to sign with. */
extern AuthzStarted authz_session_start(const AuthzStart *start);

/* Ends the session; false when it had ended. */
extern bool authz_session_end(const AuthzSession *session);

/* Deletes some of what has ended by itself: sessions, and revocations of sessions. */
extern void authz_session_purge(void);

/* Raises 22023 for a malformed privilege string, or a restriction that cannot be understood. */
extern void authz_session_check_privileges(const char *privileges);

#endif
