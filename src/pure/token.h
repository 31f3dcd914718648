/*
 * token.h
 *	  authz's own session token: a JWT of type authz+jwt, signed with HS256, ES256
 *	  or EdDSA.
 *
 * Reading is in two steps, because the key is found by what the header and
 * the claims name: authz_token_read tells what the token says, and only
 * authz_token_verify whether that may be believed.
 *
 * kid, iss, jti and the actor are visible ASCII of at least one character;
 * sub, act and prv may be missing, the other members may not. What the two
 * objects hold beside is ignored, but for crit.
 */
#ifndef AUTHZ_PURE_TOKEN_H
#define AUTHZ_PURE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pure/jwk.h"

#define AUTHZ_TOKEN_MAX_BYTES 16384
#define AUTHZ_KID_MAX 64
#define AUTHZ_JTI_MAX 64
#define AUTHZ_ISSUER_MAX 64
#define AUTHZ_ACTOR_MAX 128
#define AUTHZ_TOKEN_PRIVILEGES_MAX 8192

typedef enum AuthzTokenResult
{
	AUTHZ_TOKEN_OK,
	AUTHZ_TOKEN_MALFORMED, /* not a compact JWS of this type, or a claim of a wrong form */
	AUTHZ_TOKEN_ALGORITHM, /* another algorithm, or a header that must be understood */
	AUTHZ_TOKEN_SIGNATURE,
	AUTHZ_TOKEN_MEMORY
} AuthzTokenResult;

typedef struct AuthzToken
{
	AuthzJwa algorithm;
	char kid[AUTHZ_KID_MAX + 1];
	char issuer[AUTHZ_ISSUER_MAX + 1];	/* iss */
	char session_id[AUTHZ_JTI_MAX + 1]; /* jti */
	char actor[AUTHZ_ACTOR_MAX + 1];	/* act.sub, '' for none */
	int32_t account_id;					/* acc */
	int64_t principal_id;				/* sub, a decimal string; 0 (no sub) for nobody */
	int session_type;					/* sty: 0 widget, 1 user, 2 admin */
	int64_t issued_at;					/* iat, seconds since 1970 */
	int64_t expires_at;					/* exp */
	char privileges[AUTHZ_TOKEN_PRIVILEGES_MAX + 1]; /* prv, '' for none */
} AuthzToken;

/*
 * Unverified contents, complete only with AUTHZ_TOKEN_OK. Strict: canonical
 * base64url, no member twice or of a wrong type, whole numbers in their range,
 * privileges that are well-formed, nothing around.
 */
extern AuthzTokenResult authz_token_read(const char *text, size_t length, AuthzToken *token);

/*
 * Whether the text from which the token was read is signed with the key, by the
 * key's own algorithm, which must be the token's.
 */
extern AuthzTokenResult authz_token_verify(const char *text, size_t length, const AuthzToken *token,
										   const AuthzJwk *key);

/*
 * Writes the signed text into out (NUL-terminated); *length is its length.
 * Algorithm and kid are the key's, whatever the token says. AUTHZ_TOKEN_MEMORY
 * when out is too small or the text would be longer than AUTHZ_TOKEN_MAX_BYTES,
 * AUTHZ_TOKEN_SIGNATURE when the key cannot sign, and AUTHZ_TOKEN_MALFORMED when
 * the result could not be read back: out is then not to be used.
 */
extern AuthzTokenResult authz_token_write(const AuthzToken *token, const AuthzJwk *key, char *out,
										  size_t size, size_t *length);

#endif
