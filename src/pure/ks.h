/*
 * ks.h
 *	  Kaltura's own sessions (KS): versions 1 and 2 are read, version 2 is written.
 *
 * Both are as strong as SHA-1 and the secret allow, and no list of them exists:
 * whoever has an account's secret makes them, for anybody and any time.
 *
 *		V1	base64( hex(sha1(secret info)) '|' info ), info's parts separated by ';'
 *		V2	base64url( 'v2|' account '|' aes( sha1(body) body ) ), body being 16
 *			random bytes and a query string; the key is the start of sha1(secret)
 *
 * What is read is stricter than the original, so that nothing is understood in
 * two ways: see ks.c.
 */
#ifndef AUTHZ_PURE_KS_H
#define AUTHZ_PURE_KS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUTHZ_KS_MAX_BYTES 16384
#define AUTHZ_KS_RANDOM_BYTES 16
#define AUTHZ_KS_ID_HEX 40			/* of SHA-1 */
#define AUTHZ_KS_USER_MAX (4 * 320) /* bytes of 320 characters */
#define AUTHZ_KS_PRIVILEGES_MAX 8192
#define AUTHZ_KS_ADDITIONAL_MAX 256

/*
 * What can be wrong with a KS, in the order in which it is looked at, which is
 * the original's. Up to AUTHZ_KS_FIELDS it is for this file to say, the rest
 * for who knows the time, the client and the tables.
 */
typedef enum AuthzKsResult
{
	AUTHZ_KS_OK,
	AUTHZ_KS_MALFORMED,		  /* not the text of a KS */
	AUTHZ_KS_SIGNATURE,		  /* signed with another secret, or altered */
	AUTHZ_KS_FIELDS,		  /* signed, and still not to be understood */
	AUTHZ_KS_EXPIRED,		  /* its time is over */
	AUTHZ_KS_ADDRESS,		  /* iprestrict */
	AUTHZ_KS_PATH,			  /* urirestrict */
	AUTHZ_KS_REVOKED,		  /* itself or its sessionid; or never committed */
	AUTHZ_KS_ACCOUNT,		  /* names two accounts */
	AUTHZ_KS_USER,			  /* names a user that there is not */
	AUTHZ_KS_ACTIONS,		  /* actionslimit is used up */
	AUTHZ_KS_ACCOUNT_BLOCKED, /* the account is not active */
	AUTHZ_KS_USER_BLOCKED,	  /* the user, or the app token, is not active */
	AUTHZ_KS_RESULTS
} AuthzKsResult;

/* One word for each, for the audit. */
extern const char *authz_ks_word(AuthzKsResult result);

typedef enum AuthzKsType
{
	AUTHZ_KS_USER_TYPE = 0,
	AUTHZ_KS_ADMIN_TYPE = 2
} AuthzKsType;

/* Texts are printable UTF-8. */
typedef struct AuthzKs
{
	int version;
	int32_t account_id;
	bool one_account; /* V1 has two places for it */
	AuthzKsType type;
	int64_t expires_at;							  /* seconds since 1970 */
	char user_id[AUTHZ_KS_USER_MAX + 1];		  /* '' for nobody */
	char privileges[AUTHZ_KS_PRIVILEGES_MAX + 1]; /* '' for none */
	char additional[AUTHZ_KS_ADDITIONAL_MAX + 1]; /* _d, whatever its maker likes */
	char id[AUTHZ_KS_ID_HEX + 1];				  /* the hash that it is revoked by */
} AuthzKs;

/* The account that the text names, to find its secrets by; nothing is proven yet. */
extern AuthzKsResult authz_ks_account(const char *text, size_t length, int32_t *account_id);

/* *ks is complete only with AUTHZ_KS_OK. */
extern AuthzKsResult authz_ks_read(const char *text, size_t length, const char *secret,
								   AuthzKs *ks);

/* Whether it is one of those that anybody starts: for nobody, with widget:1 among its privileges. */
extern bool authz_ks_is_widget(const AuthzKs *ks);

/*
 * Writes a KS V2 of account, type, expiry, user, privileges and additional data
 * into out (NUL-terminated), *length is its length; fills in its id. The values of
 * a privilege that is there several times add up. AUTHZ_KS_MALFORMED where it would be too
 * long, AUTHZ_KS_FIELDS where it could not be read back; out is then not to be
 * used.
 */
extern AuthzKsResult authz_ks_write(AuthzKs *ks, const char *secret,
									const uint8_t random[AUTHZ_KS_RANDOM_BYTES], char *out,
									size_t size, size_t *length);

#endif
