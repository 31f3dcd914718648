/*
 * sign_in.h
 *	  How the users of an application sign in: what is set for it.
 */
#ifndef AUTHZ_SQL_SIGN_IN_H
#define AUTHZ_SQL_SIGN_IN_H

#include "postgres.h"

/* In the order of the SQL types authz_authn_adapter and authz_authz_adapter. */
typedef enum AuthzAuthn
{
	AUTHZ_AUTHN_INTERNAL,
	AUTHZ_AUTHN_LDAP,
	AUTHZ_AUTHN_SSO,
	AUTHZ_AUTHN_HEADER,
	AUTHZ_AUTHN_CUSTOM
} AuthzAuthn;

#define AUTHZ_AUTHNS (AUTHZ_AUTHN_CUSTOM + 1)

typedef enum AuthzAuthz
{
	AUTHZ_AUTHZ_INTERNAL,
	AUTHZ_AUTHZ_LDAP,
	AUTHZ_AUTHZ_SSO,
	AUTHZ_AUTHZ_CUSTOM
} AuthzAuthz;

#define AUTHZ_AUTHZS (AUTHZ_AUTHZ_CUSTOM + 1)

typedef struct AuthzSignIn
{
	const char *application; /* its uuid as text */
	int account_id;			 /* 0: nobody signs in to it */
	int64 sign_in_id;		 /* what sessions are started with */
	AuthzAuthn authn;
	AuthzAuthz authz;
	bool refresh_details;	 /* what others tell of who signs in is stored */
	int64 anonymous_role_id; /* 0: nobody comes in without saying who he is */
	int64 lifetime;			 /* seconds that a session may last */
	bool subject_lock;		 /* failures make wait wherever they come from */
} AuthzSignIn;

/*
 * As it is set at this moment. For an application that is not there, not active
 * or not set up all is as for internal adapters, but for the account, which is 0.
 */
extern AuthzSignIn authz_sign_in_read(const char *application);

/* Names for the audit. */
extern const char *authz_authn_name(AuthzAuthn authn);

#endif
