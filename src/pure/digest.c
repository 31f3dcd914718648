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
#define SHA256_BLOCK 64

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

static bool
keyed_hash(EVP_MD_CTX *context, const EVP_MD *method, const uint8_t pad[SHA256_BLOCK],
		   const void *text, size_t length, uint8_t out[SHA256_BYTES])
{
	return EVP_DigestInit_ex(context, method, NULL) &&
		   EVP_DigestUpdate(context, pad, SHA256_BLOCK) &&
		   EVP_DigestUpdate(context, text, length) && EVP_DigestFinal_ex(context, out, NULL);
}

/*
 * RFC 2104 by hand: OpenSSL's HMAC() takes longer to fetch its algorithms than
 * to hash a token.
 */
bool
authz_hmac_sha256(const uint8_t *key, size_t key_length, const void *text, size_t length,
				  uint8_t out[AUTHZ_HMAC_BYTES])
{
	EVP_MD *method = EVP_MD_fetch(NULL, "SHA256", NULL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t block[SHA256_BLOCK] = {0};
	uint8_t inner[SHA256_BLOCK];
	uint8_t outer[SHA256_BLOCK];
	bool done = method != NULL && context != NULL;

	if (key_length <= SHA256_BLOCK)
		memcpy(block, key, key_length);
	else
		done = done && EVP_Digest(key, key_length, block, NULL, method, NULL);
	for (size_t i = 0; i < SHA256_BLOCK; i++)
	{
		inner[i] = block[i] ^ 0x36;
		outer[i] = block[i] ^ 0x5c;
	}
	done = done && keyed_hash(context, method, inner, text, length, out) &&
		   keyed_hash(context, method, outer, out, SHA256_BYTES, out);

	OPENSSL_cleanse(block, sizeof(block));
	OPENSSL_cleanse(inner, sizeof(inner));
	OPENSSL_cleanse(outer, sizeof(outer));
	EVP_MD_CTX_free(context);
	EVP_MD_free(method);
	return done;
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
