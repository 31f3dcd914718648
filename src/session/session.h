/*
 * session.h
 *	  Who is asking: the session in force, verified.
 */
#ifndef AUTHZ_SESSION_SESSION_H
#define AUTHZ_SESSION_SESSION_H

#include "postgres.h"

#include "compat.h"
#include "datatype/timestamp.h"
#include "store/announce.h"

typedef enum AuthzSessionType
{
	AUTHZ_SESSION_WIDGET,
	AUTHZ_SESSION_USER,
	AUTHZ_SESSION_ADMIN
} AuthzSessionType;

/* Why a text is nobody's. */
typedef enum AuthzFault
{
	AUTHZ_FAULT_NONE,
	AUTHZ_FAULT_ABSENT, /* no session is set */
	AUTHZ_FAULT_MALFORMED,
	AUTHZ_FAULT_SIGNATURE, /* not signed by a key of this database */
	AUTHZ_FAULT_EXPIRED,
	AUTHZ_FAULT_EARLY,	   /* not valid yet */
	AUTHZ_FAULT_ENDED,	   /* ended, revoked, or never committed */
	AUTHZ_FAULT_BLOCKED,   /* account, user or app token is blocked or deleted */
	AUTHZ_FAULT_ELSEWHERE, /* restricted to other addresses or paths */
	AUTHZ_FAULT_EXHAUSTED, /* put in force as often as it may be */
	AUTHZ_FAULT_REFUSED,   /* made by others, for a reason that the audit has */
	AUTHZ_FAULT_ROLELESS   /* signed in to an application of which it has no role; judged above */
} AuthzFault;

#define AUTHZ_SESSION_KEYS 6

typedef struct AuthzSession
{
	char *session_id;
	int account_id;
	int64 principal_id; /* 0: nobody in particular */
	char *user_id;		/* NULL with principal_id 0 */
	AuthzSessionType type;
	char *actor;	  /* NULL for none */
	char *issuer;	  /* who has signed it, where that is not this database */
	char *privileges; /* '' for none */
	TimestampTz expires_at;

	/* The privileges that every check needs. */
	bool entitlement_off; /* disableentitlement without enableentitlement */
	char *confinement;	  /* contexts of privacycontext, NULL for none */
	char *roles;		  /* what decides which roles count: authz_session_roles() */
	bool names_rows;	  /* sview, edit or disableentitlementforentry */
	bool limited;		  /* limitentry */
	bool moderated;		  /* enablecategorymoderation */
	bool restricted;	  /* iprestrict, urirestrict or actionslimit */
	bool rowless;		  /* counts without a row in authz.session */

	/* How its user was proven, and the application that it is of. */
	int assurance;
	bool multifactor;
	char *application; /* uuid as text; NULL for none */
	int64 sign_in_id;  /* it was signed in to; 0: it was not */

	/* What the user has narrowed the application's grant to. */
	char **scope; /* patterns of permissions; NULL for all of them */
	int nscope;
	int64 branch; /* the category below which it stays; 0 for anywhere */
} AuthzSession;

extern void authz_session_init(void);

/*
 * The session in force, NULL for nobody; then *fault, if asked for, tells why.
 * The result lives as long as the session stays in force and its keys unchanged;
 * keep it beyond the current call with authz_session_pin. Accept invalidation
 * messages first.
 */
extern AuthzSession *authz_session_current(AuthzFault *fault);

/* Keeps a verified session's memory until it is unpinned as often. */
extern void authz_session_pin(AuthzSession *session);
extern void authz_session_unpin(AuthzSession *session);

/*
 * What decides which roles count, beside principal and type, in the current
 * context: setrole and restrictingrole of the privileges, the application
 * (NULL for none), assurance and multifactor, each on a line of its own. NULL
 * where none of them says anything, as for most.
 */
extern char *authz_session_roles(const char *privileges, const char *application, int assurance,
								 bool multifactor);

/* Whether the session reaches a part of the account's categories alone. */
static inline bool
authz_session_is_confined(const AuthzSession *session)
{
	return session->confinement != NULL || session->branch != 0;
}

/* The id of the session that a text with a good signature stands for, whatever has become of it; NULL for none. */
extern char *authz_session_signed_id(const char *text);

/* Raises 28000 with the reason. */
AUTHZ_NORETURN extern void authz_session_refuse(AuthzFault fault);

/* A copy of a session that is in force in another process, to be pinned. */
extern AuthzSession *authz_session_copy(const AuthzSession *session);

/* How many texts this backend has verified from scratch. */
extern uint64 authz_session_verified(void);

#endif
