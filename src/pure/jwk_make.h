/*
 * jwk_make.h
 *	  Keys of one's own: made, and their public halves.
 */
#ifndef AUTHZ_PURE_JWK_MAKE_H
#define AUTHZ_PURE_JWK_MAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "pure/jwa.h"

#define AUTHZ_JWK_KID_MAX 64
#define AUTHZ_JWK_TEXT_MAX 512

/*
 * A new key for HS256, ES256 or EdDSA, by this name: a private JWK,
 * NUL-terminated. False for another algorithm, a name that is too long, or where
 * there is no randomness.
 */
extern bool authz_jwk_make(AuthzJwa algorithm, const char *kid, char out[AUTHZ_JWK_TEXT_MAX + 1]);

/* The public half of such a key, likewise; false for a secret, which has none. */
extern bool authz_jwk_publish(const char *text, size_t length, char out[AUTHZ_JWK_TEXT_MAX + 1]);

#endif
