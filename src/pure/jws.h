/*
 * jws.h
 *	  Signed texts in compact form (RFC 7515): header.payload.signature.
 *
 * What comes in is believed only as far as a key that the caller has goes: keys
 * and places of keys in the header (jwk, jku, x5c, x5u) mean nothing, an
 * algorithm is taken from the header only if the key is for it, and a header that
 * must be understood (crit), or says that the payload is not encoded (b64), is
 * refused.
 */
#ifndef AUTHZ_PURE_JWS_H
#define AUTHZ_PURE_JWS_H

#include <stddef.h>
#include <stdint.h>

#include "pure/jwk.h"

/*
 * Bounds on what is looked at before a signature is: four times the longest
 * session token, and a header with a chain of certificates, which is not read.
 */
#define AUTHZ_JWS_MAX_BYTES 65536
#define AUTHZ_JWS_HEADER_MAX_BYTES 16384

typedef enum AuthzJwsResult
{
	AUTHZ_JWS_OK,
	AUTHZ_JWS_MALFORMED, /* no compact form */
	AUTHZ_JWS_ALGORITHM, /* none, one that is unknown here, or a header that is not understood */
	AUTHZ_JWS_KEY,		 /* no key for the algorithm, none of the name, or more than one */
	AUTHZ_JWS_SIGNATURE,
	AUTHZ_JWS_MEMORY
} AuthzJwsResult;

/*
 * The payload, if the text is signed with one of the keys. There is room for as
 * many bytes as the text has; nothing in it is to be used without AUTHZ_JWS_OK.
 */
extern AuthzJwsResult authz_jws_open(const char *text, size_t length, const AuthzJwkSet *keys,
									 uint8_t *payload, size_t *payload_length);

/*
 * The payload, whoever has signed the text: to find out by it whose keys are to
 * open the text, and for nothing else. The header has to be one, by whatever
 * algorithm. AUTHZ_JWS_OK, _MALFORMED or _MEMORY.
 */
extern AuthzJwsResult authz_jws_peek(const char *text, size_t length, uint8_t *payload,
									 size_t *payload_length);

/*
 * Signs the payload with a key of one's own, by the key's own algorithm, under a
 * header of alg, typ and the key's kid; NUL-terminated. AUTHZ_JWS_MEMORY when
 * there is not room enough, AUTHZ_JWS_KEY for a key that cannot sign or has no
 * algorithm or no name.
 */
extern AuthzJwsResult authz_jws_write(const AuthzJwk *key, const char *type, const uint8_t *payload,
									  size_t payload_length, char *out, size_t size,
									  size_t *length);

#endif
