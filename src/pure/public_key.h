/*
 * public_key.h
 *	  Which public keys are good enough to believe signatures of, or to encrypt
 *	  for: the one rule, wherever a key comes from.
 */
#ifndef AUTHZ_PURE_PUBLIC_KEY_H
#define AUTHZ_PURE_PUBLIC_KEY_H

#include <stdbool.h>

#include <openssl/types.h>

#define AUTHZ_RSA_BITS_MIN 2048
#define AUTHZ_RSA_BITS_MAX 8192 /* what is larger only makes verifying slow */

/*
 * RSA of a size within these limits and an odd exponent above one, an elliptic
 * curve of P-256, P-384 and P-521 that is named, or Ed25519.
 */
extern bool authz_public_key_is_strong(const EVP_PKEY *key);

#endif
