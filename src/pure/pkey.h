/*
 * pkey.h
 *	  Pairs of keys for the library: judged, made from bytes and taken apart.
 *
 * Whoever calls takes what the library notes of errors out of its queue.
 */
#ifndef AUTHZ_PURE_PKEY_H
#define AUTHZ_PURE_PKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "pure/jwa.h"

/*
 * 8192 bits are four times what RSA needs today; exponents beyond 32 bits, which
 * other readers refuse as well, only make verifying slow.
 */
#define AUTHZ_RSA_MIN_BYTES 256
#define AUTHZ_RSA_MAX_BYTES 1024
#define AUTHZ_RSA_EXPONENT_MAX_BYTES 4

#define AUTHZ_COORDINATE_MAX_BYTES 66

/* Bytes of a coordinate or a private key on the curve of the type; 0 where there is none. */
extern size_t authz_pkey_coordinate_bytes(AuthzJwkType type);

/*
 * Public keys, or with d pairs; NULL for what is out of range, not on the curve,
 * or does not belong together. Numbers have no leading zeros, coordinates all of
 * their bytes; y is for the curves of NIST alone.
 */
extern EVP_PKEY *authz_pkey_rsa(const uint8_t *n, size_t n_length, const uint8_t *e,
								size_t e_length);
extern EVP_PKEY *authz_pkey_curve(AuthzJwkType type, const uint8_t *x, const uint8_t *y,
								  const uint8_t *d);

/* A new pair on the curve of the type: its bytes; false where that fails. */
extern bool authz_pkey_make(AuthzJwkType type, uint8_t *x, uint8_t *y, uint8_t *d);

#endif
