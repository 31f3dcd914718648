/*
 * issuer_registry.h
 *	  Issuers whose tokens are believed: what is registered of them.
 */
#ifndef AUTHZ_SESSION_ISSUER_REGISTRY_H
#define AUTHZ_SESSION_ISSUER_REGISTRY_H

#include "postgres.h"

#include "pure/jwk.h"
#include "utils/array.h"

typedef struct AuthzIssuer
{
	int account_id;
	bool active; /* the account */
	char *name;
	char *audience;
	char *user_claim;
	char *role_claim; /* NULL: roles are those that the user has here */
	int max_lifetime;
	AuthzJwkSet keys; /* for its algorithms alone */
} AuthzIssuer;

extern void authz_issuer_registry_init(void);

/* The bits of the algorithms that a text[] names. */
extern uint32 authz_issuer_algorithms(ArrayType *names);

/*
 * The one whose tokens for one of the audiences are sessions. NULL where there is
 * none, and where there are several: a token is nobody's rather than one of two
 * accounts'. This and the next are valid until invalidation messages are accepted.
 */
extern const AuthzIssuer *authz_issuer_find_direct(const char *name, char *const *audiences,
												   int naudiences);

/* What the account has registered under the name, NULL for nothing. */
extern const AuthzIssuer *authz_issuer_find(int account_id, const char *name);

#endif
