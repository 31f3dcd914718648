/*
 * jwk.h
 *	  Keys as JSON has them (RFC 7517): read, and chosen from a set.
 *
 * A key that is here has been looked at: it is of a type that signs, on its
 * curve, of a length that is worth something, and its use, key_ops and alg allow
 * signatures. Whatever else a set holds is passed over, as RFC 7517 asks.
 */
#ifndef AUTHZ_PURE_JWK_H
#define AUTHZ_PURE_JWK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "pure/jwa.h"

struct json_t;

/*
 * Bounds on what takes work before anything is proven. Sets that issuers publish
 * have a handful of keys, some with certificates of several kB each.
 */
#define AUTHZ_JWK_SET_MAX_BYTES 262144
#define AUTHZ_JWK_SET_MAX_KEYS 100

typedef enum AuthzJwkResult
{
	AUTHZ_JWK_OK,
	AUTHZ_JWK_MALFORMED, /* no JWK or JWK set */
	AUTHZ_JWK_TOO_LARGE, /* more text or keys than are read */
	AUTHZ_JWK_MEMORY
} AuthzJwkResult;

typedef struct AuthzJwk
{
	AuthzJwkType type;
	AuthzJwa algorithm; /* the only one that it is for; AUTHZ_JWA_UNKNOWN: any of its type */
	char *kid;			/* NULL for none */
	EVP_PKEY *pkey;		/* NULL of AUTHZ_JWK_OCT */
	uint8_t *secret;	/* of AUTHZ_JWK_OCT */
	size_t secret_length;
} AuthzJwk;

/* The keys that verify; none, where there is nothing but others. */
typedef struct AuthzJwkSet
{
	AuthzJwk *keys;
	size_t count;
	bool single;		 /* a JWK of its own, not in a set */
	uint32_t algorithms; /* the only ones that may be used, by their bits; 0 for all */
} AuthzJwkSet;

/*
 * Reads a JWK or a JWK set, their public halves alone. A text is one when it is
 * an object with a string kty, or with an array keys of such objects. Whatever
 * the result, the set is to be freed.
 */
extern AuthzJwkResult authz_jwk_set_read(const char *text, size_t length, AuthzJwkSet *set);
extern void authz_jwk_set_free(AuthzJwkSet *set);

/*
 * The one key that is for the algorithm and has the name; without a name (NULL)
 * the one key for the algorithm. NULL where there is none, or more than one. A
 * key of its own that has no name goes by any.
 */
extern const AuthzJwk *authz_jwk_set_choose(const AuthzJwkSet *set, AuthzJwa algorithm,
											const char *kid);

/* Whether the algorithm may be used with the key. */
extern bool authz_jwk_fits(const AuthzJwk *key, AuthzJwa algorithm);

/* The type of a key that has been read as JSON, by kty and crv; and its public half. */
extern AuthzJwkType authz_jwk_type(const struct json_t *jwk);
extern AuthzJwkResult authz_jwk_take(const struct json_t *jwk, AuthzJwk *key);

/*
 * Reads a key of one's own, its private half included, if it is one that
 * authz_jwk_make makes; what cannot be used is malformed. It is to be freed
 * whatever the result.
 */
extern AuthzJwkResult authz_jwk_read(const char *text, size_t length, AuthzJwk *key);
extern void authz_jwk_free(AuthzJwk *key);

#endif
