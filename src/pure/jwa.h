/*
 * jwa.h
 *	  The algorithms of RFC 7518 and RFC 8037 that sign, and what each takes.
 *
 * An algorithm is for one type of key and no other, and the type names the
 * curve: with this table nobody verifies with an RSA key as if it were a secret.
 */
#ifndef AUTHZ_PURE_JWA_H
#define AUTHZ_PURE_JWA_H

#include <stddef.h>
#include <stdint.h>

typedef enum AuthzJwa
{
	AUTHZ_JWA_UNKNOWN, /* "none" among them */
	AUTHZ_JWA_HS256,
	AUTHZ_JWA_HS384,
	AUTHZ_JWA_HS512,
	AUTHZ_JWA_RS256,
	AUTHZ_JWA_RS384,
	AUTHZ_JWA_RS512,
	AUTHZ_JWA_PS256,
	AUTHZ_JWA_PS384,
	AUTHZ_JWA_PS512,
	AUTHZ_JWA_ES256,
	AUTHZ_JWA_ES384,
	AUTHZ_JWA_ES512,
	AUTHZ_JWA_EDDSA /* with Ed25519, which RFC 9864 makes a name of its own */
} AuthzJwa;

/* For sets of them. */
#define AUTHZ_JWA_BIT(algorithm) (UINT32_C(1) << (algorithm))

typedef enum AuthzJwkType
{
	AUTHZ_JWK_UNKNOWN,
	AUTHZ_JWK_OCT,
	AUTHZ_JWK_RSA,
	AUTHZ_JWK_P256,
	AUTHZ_JWK_P384,
	AUTHZ_JWK_P521,
	AUTHZ_JWK_ED25519
} AuthzJwkType;

typedef struct AuthzJwaTraits
{
	const char *name; /* as headers have it; NULL of AUTHZ_JWA_UNKNOWN */
	AuthzJwkType key_type;
	const char *hash;  /* as the library calls it; NULL where the algorithm has its own */
	size_t hash_bytes; /* a secret has as many at least */
} AuthzJwaTraits;

extern const AuthzJwaTraits *authz_jwa_traits(AuthzJwa algorithm);

/* Of that very spelling, AUTHZ_JWA_UNKNOWN for any other. */
extern AuthzJwa authz_jwa_find(const char *name);

#endif
