/*
 * ks_policy.h
 *	  What an account says of Kaltura's sessions, and the secrets that sign them.
 */
#ifndef AUTHZ_SESSION_KS_POLICY_H
#define AUTHZ_SESSION_KS_POLICY_H

#include "postgres.h"

#include "datatype/timestamp.h"

/* More than these, the newest, are not tried. */
#define AUTHZ_KS_SECRETS 8

typedef struct AuthzKsSecret
{
	char *value; /* in UTF-8 */
	TimestampTz made_at;
	TimestampTz expires_at; /* DT_NOEND for never */
} AuthzKsSecret;

typedef struct AuthzKsPolicy
{
	int account_id;
	bool active;  /* the account */
	bool accepts; /* accept_ks: what others have made */
	bool writes;  /* token_format: sessions started here are KS */
	int nsecrets; /* those kept, the newest first */
	AuthzKsSecret secrets[AUTHZ_KS_SECRETS];
} AuthzKsPolicy;

extern void authz_ks_policy_init(void);

/* Valid until invalidation messages are accepted; NULL where there is no such account. */
extern const AuthzKsPolicy *authz_ks_policy_find(int account_id);

#endif
