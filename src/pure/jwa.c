/*
 * jwa.c
 *	  The algorithms of RFC 7518 and RFC 8037 that sign, and what each takes.
 */
#include <string.h>

#include "pure/jwa.h"

static const AuthzJwaTraits traits[] = {
	[AUTHZ_JWA_UNKNOWN] = {NULL, AUTHZ_JWK_UNKNOWN, NULL, 0},
	[AUTHZ_JWA_HS256] = {"HS256", AUTHZ_JWK_OCT, "SHA256", 32},
	[AUTHZ_JWA_HS384] = {"HS384", AUTHZ_JWK_OCT, "SHA384", 48},
	[AUTHZ_JWA_HS512] = {"HS512", AUTHZ_JWK_OCT, "SHA512", 64},
	[AUTHZ_JWA_RS256] = {"RS256", AUTHZ_JWK_RSA, "SHA256", 32},
	[AUTHZ_JWA_RS384] = {"RS384", AUTHZ_JWK_RSA, "SHA384", 48},
	[AUTHZ_JWA_RS512] = {"RS512", AUTHZ_JWK_RSA, "SHA512", 64},
	[AUTHZ_JWA_PS256] = {"PS256", AUTHZ_JWK_RSA, "SHA256", 32},
	[AUTHZ_JWA_PS384] = {"PS384", AUTHZ_JWK_RSA, "SHA384", 48},
	[AUTHZ_JWA_PS512] = {"PS512", AUTHZ_JWK_RSA, "SHA512", 64},
	[AUTHZ_JWA_ES256] = {"ES256", AUTHZ_JWK_P256, "SHA256", 32},
	[AUTHZ_JWA_ES384] = {"ES384", AUTHZ_JWK_P384, "SHA384", 48},
	[AUTHZ_JWA_ES512] = {"ES512", AUTHZ_JWK_P521, "SHA512", 64},
	[AUTHZ_JWA_EDDSA] = {"EdDSA", AUTHZ_JWK_ED25519, NULL, 0},
};

#define ALGORITHMS (sizeof(traits) / sizeof(traits[0]))

const AuthzJwaTraits *
authz_jwa_traits(AuthzJwa algorithm)
{
	return &traits[algorithm];
}

AuthzJwa
authz_jwa_find(const char *name)
{
	for (size_t i = 1; i < ALGORITHMS; i++)
	{
		if (strcmp(traits[i].name, name) == 0)
			return (AuthzJwa) i;
	}
	return strcmp(name, "Ed25519") == 0 ? AUTHZ_JWA_EDDSA : AUTHZ_JWA_UNKNOWN;
}
