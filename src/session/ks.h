/*
 * ks.h
 *	  Kaltura sessions as sessions of this database.
 *
 * Those that an account's own sessions are written as (token_format) carry a mark
 * and count, like all sessions that are started here, only while their row is
 * there. Others are made by whoever has one of the account's secrets; they count
 * where the account accepts them (accept_ks), and as started when the secret was
 * made, since they do not tell.
 */
#ifndef AUTHZ_SESSION_KS_H
#define AUTHZ_SESSION_KS_H

#include "postgres.h"

#include "pure/ks.h"
#include "pure/token.h"
#include "session/start.h"

/* The principal of a session that names a user that there is not. */
#define AUTHZ_KS_UNKNOWN_PRINCIPAL (-1)

/* A KS of an account that has any, whatever is wrong with it. */
typedef struct AuthzKsOpened
{
	AuthzKsResult result; /* up to AUTHZ_KS_FIELDS there is nothing else to know */
	int account_id;
	char id[AUTHZ_KS_ID_HEX + 1]; /* '' where it is not proven */
	bool started_here;
	TimestampTz started_at;
	TimestampTz horizon; /* its secret's end */
	char *user_id;		 /* NULL for nobody */
	char *apptoken_id;	 /* NULL for none */
	Datum groups;		 /* text[]: what it is revoked by beside its id */
} AuthzKsOpened;

/*
 * Opens a KS: its contents, but for the principal, are in the token where the
 * signature is good. False for what is none, or names an account without any.
 */
extern bool authz_ks_open(const char *text, AuthzToken *token, AuthzKsOpened *opened);

/* Finds whose session it is and puts him into the token. Within authz_store_begin and _end. */
extern void authz_ks_resolve(AuthzToken *token, const AuthzKsOpened *opened);

/* The values of sessionid among the privileges, text[]. */
extern Datum authz_ks_groups(const char *privileges);

/*
 * Writes the session into signed_text (AUTHZ_KS_MAX_BYTES and a NUL), if that is
 * how the account's sessions are written, and its id into the token; false else.
 */
extern bool authz_ks_sign(const AuthzStart *start, AuthzToken *token, char *signed_text);

#endif
