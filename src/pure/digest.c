/*
 * digest.c
 *	  Hashes, keyed ones too, hexadecimal and comparison in constant time.
 */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "pure/digest.h"

#define VERIFIER_PREFIX "$authz$sha256$"
#define VERIFIER_PREFIX_LENGTH (sizeof(VERIFIER_PREFIX) - 1)
#define SHA256_BYTES 32
#define BLOCK_MAX_BYTES 128 /* of what a hash takes at a time */

static const EVP_MD *
hash_method(AuthzHash hash)
{
	switch (hash)
	{
		case AUTHZ_HASH_MD5:
			return EVP_md5();
		case AUTHZ_HASH_SHA1:
			return EVP_sha1();
		case AUTHZ_HASH_SHA256:
			return EVP_sha256();
		case AUTHZ_HASH_SHA512:
			return EVP_sha512();
	}
	return NULL;
}

/* H(first || second); returns its length, 0 when the library lacks the hash. */
static size_t
hash_bytes(AuthzHash hash, const void *first, size_t first_length, const void *second,
		   size_t second_length, uint8_t out[AUTHZ_HASH_MAX_BYTES])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned length = 0;

	if (context == NULL || !EVP_DigestInit_ex(context, hash_method(hash), NULL) ||
		!EVP_DigestUpdate(context, first, first_length) ||
		!EVP_DigestUpdate(context, second, second_length) ||
		!EVP_DigestFinal_ex(context, out, &length))
		length = 0;
	EVP_MD_CTX_free(context);
	return length;
}

/* H((pad ^ mask) || text), after which the pad is what was hashed. */
static bool
keyed_hash(EVP_MD_CTX *context, const EVP_MD *method, uint8_t pad[BLOCK_MAX_BYTES],
		   size_t pad_length, uint8_t mask, const void *text, size_t length, uint8_t *out)
{
	for (size_t i = 0; i < BLOCK_MAX_BYTES; i++)
		pad[i] ^= mask;
	return EVP_DigestInit_ex(context, method, NULL) && EVP_DigestUpdate(context, pad, pad_length) &&
		   EVP_DigestUpdate(context, text, length) && EVP_DigestFinal_ex(context, out, NULL);
}

/*
 * RFC 2104 by hand: OpenSSL's HMAC() takes longer to fetch its algorithms than
 * to hash a token.
 */
size_t
authz_hmac(const char *hash, const uint8_t *key, size_t key_length, const void *text, size_t length,
		   uint8_t *out)
{
	EVP_MD *method = EVP_MD_fetch(NULL, hash, NULL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t block_length = method == NULL ? 0 : (size_t) EVP_MD_get_block_size(method);
	size_t bytes = method == NULL ? 0 : (size_t) EVP_MD_get_size(method);
	uint8_t pad[BLOCK_MAX_BYTES] = {0};
	bool done = context != NULL && block_length > 0 && block_length <= sizeof(pad);

	if (done && key_length <= block_length)
		memcpy(pad, key, key_length);
	else
		done = done && EVP_Digest(key, key_length, pad, NULL, method, NULL);
	done = done && keyed_hash(context, method, pad, block_length, 0x36, text, length, out) &&
		   keyed_hash(context, method, pad, block_length, 0x36 ^ 0x5c, out, bytes, out);

	OPENSSL_cleanse(pad, sizeof(pad));
	EVP_MD_CTX_free(context);
	EVP_MD_free(method);
	return done ? bytes : 0;
}

void
authz_hex_encode(const uint8_t *in, size_t length, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < length; i++)
	{
		*out++ = digits[in[i] >> 4];
		*out++ = digits[in[i] & 15];
	}
	*out = '\0';
}

bool
authz_hash_hex(AuthzHash hash, const void *first, size_t first_length, const void *second,
			   size_t second_length, char out[AUTHZ_HASH_MAX_HEX + 1])
{
	uint8_t digest[AUTHZ_HASH_MAX_BYTES];
	size_t length = hash_bytes(hash, first, first_length, second, second_length, digest);

	authz_hex_encode(digest, length, out);
	return length > 0;
}

/* 'A' to 'F' as 'a' to 'f', by arithmetic alone. */
static uint8_t
fold(uint8_t c)
{
	uint8_t below = (uint8_t) ((unsigned) (c - 'A') >> 8 & 0x20);
	uint8_t above = (uint8_t) ((unsigned) ('F' - c) >> 8 & 0x20);

	return c | (uint8_t) (0x20 & ~(below | above));
}

bool
authz_hex_equal(const char *a, const char *b)
{
	size_t length = strlen(a);
	volatile uint8_t differ = 0;

	if (strlen(b) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		differ |= fold((uint8_t) a[i]) ^ fold((uint8_t) b[i]);
	return differ == 0;
}

bool
authz_text_equal(const char *a, const char *b)
{
	size_t length = strlen(a);

	return length == strlen(b) && CRYPTO_memcmp(a, b, length) == 0;
}

bool
authz_verifier_make(const char *secret, const uint8_t salt[AUTHZ_VERIFIER_SALT_BYTES],
					char out[AUTHZ_VERIFIER_MAX])
{
	uint8_t digest[AUTHZ_HASH_MAX_BYTES];
	size_t length = hash_bytes(AUTHZ_HASH_SHA256, salt, AUTHZ_VERIFIER_SALT_BYTES, secret,
							   strlen(secret), digest);

	if (length != SHA256_BYTES)
		return false;
	memcpy(out, VERIFIER_PREFIX, VERIFIER_PREFIX_LENGTH);
	out += VERIFIER_PREFIX_LENGTH;
	authz_hex_encode(salt, AUTHZ_VERIFIER_SALT_BYTES, out);
	out += 2 * AUTHZ_VERIFIER_SALT_BYTES;
	*out++ = '$';
	authz_hex_encode(digest, length, out);
	return true;
}

/* The value of a lower-case hex digit, -1 for anything else. */
static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool
authz_verifier_check(const char *verifier, const char *secret)
{
	uint8_t salt[AUTHZ_VERIFIER_SALT_BYTES];
	char expected[AUTHZ_VERIFIER_MAX];

	if (strncmp(verifier, VERIFIER_PREFIX, VERIFIER_PREFIX_LENGTH) != 0)
		return false;
	for (size_t i = 0; i < AUTHZ_VERIFIER_SALT_BYTES; i++)
	{
		const char *digits = verifier + VERIFIER_PREFIX_LENGTH + 2 * i;
		int high = hex_value(digits[0]);
		int low = high < 0 ? -1 : hex_value(digits[1]);

		if (low < 0)
			return false;
		salt[i] = (uint8_t) (high << 4 | low);
	}
	return authz_verifier_make(secret, salt, expected) && strlen(verifier) == strlen(expected) &&
		   CRYPTO_memcmp(verifier, expected, strlen(expected)) == 0;
}
