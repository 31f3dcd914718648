/*
 * seal.h
 *	  Secrets at rest: the file of keys, and what is sealed by them.
 *
 * The file has a line for each version of the key, and sealing is done by the
 * one with the highest number:
 *
 *		# comments and empty lines
 *		1:7d0b…	(64 hexadecimal digits)
 *		2:91aa…
 *
 * A sealed secret is nonce || ciphertext || tag by AES-256-GCM. Its place and the
 * version are authenticated with it: in another row it is opened by nobody.
 */
#ifndef AUTHZ_PURE_SEAL_H
#define AUTHZ_PURE_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUTHZ_SEAL_KEY_BYTES 32
#define AUTHZ_SEAL_KEYS_MAX 32
#define AUTHZ_SEAL_FILE_MAX 16384
#define AUTHZ_SEAL_NONCE_BYTES 12
#define AUTHZ_SEAL_TAG_BYTES 16
#define AUTHZ_SEAL_OVERHEAD (AUTHZ_SEAL_NONCE_BYTES + AUTHZ_SEAL_TAG_BYTES)
#define AUTHZ_SEAL_SECRET_MAX (1 << 24)

typedef struct AuthzSealKey
{
	int32_t version; /* 1 or more */
	uint8_t bytes[AUTHZ_SEAL_KEY_BYTES];
} AuthzSealKey;

typedef struct AuthzSealKeys
{
	size_t n; /* 0: none are there */
	AuthzSealKey keys[AUTHZ_SEAL_KEYS_MAX];
} AuthzSealKeys;

typedef enum AuthzSealResult
{
	AUTHZ_SEAL_OK,
	AUTHZ_SEAL_MALFORMED, /* a line that is neither a key nor a comment */
	AUTHZ_SEAL_TWICE,	  /* a version, or a key, that has been there before */
	AUTHZ_SEAL_TOO_MANY,  /* keys, or bytes */
	AUTHZ_SEAL_EMPTY,	  /* no key at all */
	AUTHZ_SEAL_DAMAGED,	  /* not what was sealed there by this key */
	AUTHZ_SEAL_LIBRARY	  /* the cryptographic library fails */
} AuthzSealResult;

/* Reads a file; *line is where it is wrong, from 1. What is no good leaves no keys behind. */
extern AuthzSealResult authz_seal_keys_read(const char *text, size_t length, AuthzSealKeys *keys,
											size_t *line);

/* The key of a version, of the one that seals; NULL for none. */
extern const AuthzSealKey *authz_seal_key_find(const AuthzSealKeys *keys, int32_t version);
extern const AuthzSealKey *authz_seal_key_newest(const AuthzSealKeys *keys);

/* Leaves nothing in memory. */
extern void authz_seal_keys_wipe(AuthzSealKeys *keys);

/*
 * Seals a secret for its place, with a nonce of the caller's from a strong source:
 * writes AUTHZ_SEAL_OVERHEAD bytes more than the secret has.
 */
extern AuthzSealResult authz_seal_close(const AuthzSealKey *key, int64_t place,
										const uint8_t nonce[AUTHZ_SEAL_NONCE_BYTES],
										const uint8_t *secret, size_t length, uint8_t *sealed);

/* Opens one that was sealed for the place: writes AUTHZ_SEAL_OVERHEAD bytes less, or nothing. */
extern AuthzSealResult authz_seal_open(const AuthzSealKey *key, int64_t place,
									   const uint8_t *sealed, size_t length, uint8_t *secret);

#endif
