/*
 * issuer_keys.h
 *	  The keys of an issuer whose tokens are believed: a JWK set, as issuers
 *	  publish theirs.
 *
 * What is kept of an issuer may be read by others, so it has no secrets: whoever
 * can verify must not be able to sign. A token has to mean one key, so where there
 * are several each has a name of its own.
 */
#ifndef AUTHZ_PURE_ISSUER_KEYS_H
#define AUTHZ_PURE_ISSUER_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "pure/jwk.h"

typedef enum AuthzIssuerKeysResult
{
	AUTHZ_ISSUER_KEYS_OK,
	AUTHZ_ISSUER_KEYS_MALFORMED, /* no JWK set */
	AUTHZ_ISSUER_KEYS_TOO_LARGE,
	AUTHZ_ISSUER_KEYS_SECRET,	/* a secret or the private half of a pair is among them */
	AUTHZ_ISSUER_KEYS_NONE,		/* none is for any of the algorithms */
	AUTHZ_ISSUER_KEYS_NAMELESS, /* there are several, and one has no name */
	AUTHZ_ISSUER_KEYS_TWICE,	/* two have the same name */
	AUTHZ_ISSUER_KEYS_MEMORY
} AuthzIssuerKeysResult;

/*
 * Reads the set for use by the algorithms (their bits) alone. Keys that are for
 * other things are passed over, but may hold no secrets either. Whatever the
 * result, the set is to be freed.
 */
extern AuthzIssuerKeysResult authz_issuer_keys_read(const char *text, size_t length,
													uint32_t algorithms, AuthzJwkSet *set);

#endif
