/*
 * sso.h
 *	  The gateway that signs an application's users in: what is set of it.
 */
#ifndef AUTHZ_SQL_SSO_H
#define AUTHZ_SQL_SSO_H

#include "postgres.h"

#include "pure/session_key.h"

typedef struct AuthzSso
{
	const char *issuer;			  /* who signs assertions; NULL: nobody */
	AuthzSessionKeySigner signer; /* the secret that both share; NULL: none */
	bool accept_session_key;	  /* MediaSpace's own form */
} AuthzSso;

/* As it is set at this moment, in the current context; nothing where nothing is. */
extern AuthzSso authz_sso_read(const char *application);

/*
 * The address with a key in its parameter sessionKey, which tells the gateway who
 * has signed out; without one where the gateway shares no secret, or where that
 * was nobody in particular.
 */
extern char *authz_sso_logout_url(const char *application, const char *user_id, char *url);

#endif
