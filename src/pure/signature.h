/*
 * signature.h
 *	  Signing bytes with a key and an algorithm, and verifying.
 *
 * Nothing is left in the library's queue of errors.
 */
#ifndef AUTHZ_PURE_SIGNATURE_H
#define AUTHZ_PURE_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pure/jwk.h"

/* As long as the longest modulus. */
#define AUTHZ_SIGNATURE_MAX_BYTES 1024

/*
 * Whether the signature, in the form and of the very length that JWS gives it, is
 * one of the key over the text; never, when the algorithm is not for the key.
 */
extern bool authz_signature_verify(const AuthzJwk *key, AuthzJwa algorithm, const void *text,
								   size_t text_length, const uint8_t *signature, size_t length);

/* Bytes of a signature that authz_signature_make makes; 0 where it makes none. */
extern size_t authz_signature_bytes(AuthzJwa algorithm);

/* Signs with a key of one's own; false where that fails. */
extern bool authz_signature_make(const AuthzJwk *key, AuthzJwa algorithm, const void *text,
								 size_t text_length, uint8_t *signature);

#endif
