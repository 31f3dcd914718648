/*
 * key.h
 *	  The keys that sign sessions, and the accounts they sign for.
 */
#ifndef AUTHZ_SESSION_KEY_H
#define AUTHZ_SESSION_KEY_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "pure/token.h"

typedef struct AuthzKey
{
	char kid[AUTHZ_KID_MAX + 1];
	int account_id;
	char issuer[AUTHZ_ISSUER_MAX + 1]; /* of the account, as tokens name it */
	bool account_active;
	TimestampTz retires_at; /* DT_NOEND: it signs new sessions */
	AuthzJwk jwk;
} AuthzKey;

extern void authz_key_init(void);

/*
 * Both are valid until invalidation messages are accepted; NULL where there is none,
 * or it has retired.
 */
extern const AuthzKey *authz_key_find(const char *kid);
extern const AuthzKey *authz_key_current(int account_id);

#endif
