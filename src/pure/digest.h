/*
 * digest.h
 *	  Hashes, keyed ones too, hexadecimal and comparison in constant time.
 */
#ifndef AUTHZ_PURE_DIGEST_H
#define AUTHZ_PURE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum AuthzHash
{
	AUTHZ_HASH_MD5,
	AUTHZ_HASH_SHA1,
	AUTHZ_HASH_SHA256,
	AUTHZ_HASH_SHA512
} AuthzHash;

#define AUTHZ_HASH_MAX_BYTES 64
#define AUTHZ_HASH_MAX_HEX (2 * AUTHZ_HASH_MAX_BYTES)

/* Lower-case hex of H(first || second), NUL-terminated; false when the library lacks the hash. */
extern bool authz_hash_hex(AuthzHash hash, const void *first, size_t first_length,
						   const void *second, size_t second_length,
						   char out[AUTHZ_HASH_MAX_HEX + 1]);

/* HMAC with a hash that the library knows by name; its length, 0 when the library fails. */
extern size_t authz_hmac(const char *hash, const uint8_t *key, size_t key_length, const void *text,
						 size_t length, uint8_t *out);

/* Equality in a time that depends on the lengths only; case of hex digits does not matter. */
extern bool authz_hex_equal(const char *a, const char *b);

/* The same to the letter. */
extern bool authz_text_equal(const char *a, const char *b);

extern void authz_hex_encode(const uint8_t *in, size_t length, char *out);

/*
 * Verifier of a secret with full entropy: '$authz$sha256$<salt>$<digest>', both
 * hex. The salt is the caller's, from a strong source.
 */
#define AUTHZ_VERIFIER_SALT_BYTES 16
#define AUTHZ_VERIFIER_MAX 128
extern bool authz_verifier_make(const char *secret, const uint8_t salt[AUTHZ_VERIFIER_SALT_BYTES],
								char out[AUTHZ_VERIFIER_MAX]);
extern bool authz_verifier_check(const char *verifier, const char *secret);

#endif
