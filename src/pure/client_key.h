/*
 * client_key.h
 *	  A public key that a client registers for itself, as a JWK (RFC 7517).
 *
 * Only the public part and what says how it is used: a private key is refused
 * before anything else, so that nobody registers one by mistake.
 */
#ifndef AUTHZ_PURE_CLIENT_KEY_H
#define AUTHZ_PURE_CLIENT_KEY_H

struct json_t;

#define AUTHZ_CLIENT_KEY_ID_MAX 128

typedef enum AuthzClientKeyResult
{
	AUTHZ_CLIENT_KEY_OK,
	AUTHZ_CLIENT_KEY_MALFORMED, /* a member of a wrong form, or one too few or too many */
	AUTHZ_CLIENT_KEY_PRIVATE,	/* a private or a symmetric key */
	AUTHZ_CLIENT_KEY_TYPE,		/* no object, or neither RSA nor one of the curves */
	AUTHZ_CLIENT_KEY_USE,		/* for something else than signatures of its type */
	AUTHZ_CLIENT_KEY_WEAK /* its numbers are of no good size or spelling, or no point of its curve */
} AuthzClientKeyResult;

/* Whether the object is such a key. */
extern AuthzClientKeyResult authz_client_key_check(struct json_t *key);

/*
 * Its members in their order: kty, crv, the numbers, kid and alg where they
 * are given, and use, which is always "sig". key_ops ["verify"] and ext say
 * nothing more and are left out. A new object; NULL when memory ends.
 */
extern struct json_t *authz_client_key_write(struct json_t *key);

#endif
