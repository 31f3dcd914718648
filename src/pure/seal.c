/*
 * seal.c
 *	  Secrets at rest: the file of keys, and what is sealed by them.
 */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "pure/seal.h"

#define PURPOSE "authz secret"
#define PURPOSE_LENGTH (sizeof(PURPOSE) - 1)
#define PLACE_BYTES (PURPOSE_LENGTH + 8 + 4)

/* The file of keys --------------------------------------------------------- */

/* Digits without a leading zero, at most INT32_MAX; 0 for anything else. */
static int32_t
read_version(const char *text, size_t length)
{
	int64_t version = 0;

	if (length == 0 || length > 10 || text[0] == '0')
		return 0;
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return 0;
		version = 10 * version + (text[i] - '0');
	}
	return version > INT32_MAX ? 0 : (int32_t) version;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool
read_bytes(const char *text, size_t length, uint8_t *bytes)
{
	if (length != (size_t) 2 * AUTHZ_SEAL_KEY_BYTES)
		return false;
	for (size_t i = 0; i < AUTHZ_SEAL_KEY_BYTES; i++)
	{
		int high = hex_value(text[2 * i]);
		int low = hex_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t) (high << 4 | low);
	}
	return true;
}

static AuthzSealResult
read_line(const char *text, size_t length, AuthzSealKeys *keys)
{
	const char *colon = memchr(text, ':', length);
	AuthzSealKey *key = &keys->keys[keys->n];
	size_t digits = colon == NULL ? 0 : (size_t) (colon - text);

	if (keys->n == AUTHZ_SEAL_KEYS_MAX)
		return AUTHZ_SEAL_TOO_MANY;
	key->version = read_version(text, digits);
	if (key->version == 0 || !read_bytes(colon + 1, length - digits - 1, key->bytes))
		return AUTHZ_SEAL_MALFORMED;

	/* The same key by another number would be a rotation that is none. */
	for (size_t i = 0; i < keys->n; i++)
		if (keys->keys[i].version == key->version ||
			CRYPTO_memcmp(keys->keys[i].bytes, key->bytes, AUTHZ_SEAL_KEY_BYTES) == 0)
			return AUTHZ_SEAL_TWICE;
	keys->n++;
	return AUTHZ_SEAL_OK;
}

static AuthzSealResult
read_lines(const char *text, size_t length, AuthzSealKeys *keys, size_t *line)
{
	const char *end = text + length;

	for (*line = 1; text < end; (*line)++)
	{
		const char *feed = memchr(text, '\n', (size_t) (end - text));
		size_t bytes = (size_t) ((feed == NULL ? end : feed) - text);

		if (bytes > 0 && text[0] != '#')
		{
			AuthzSealResult result = read_line(text, bytes, keys);

			if (result != AUTHZ_SEAL_OK)
				return result;
		}
		text = feed == NULL ? end : feed + 1;
	}
	return keys->n == 0 ? AUTHZ_SEAL_EMPTY : AUTHZ_SEAL_OK;
}

AuthzSealResult
authz_seal_keys_read(const char *text, size_t length, AuthzSealKeys *keys, size_t *line)
{
	AuthzSealResult result = AUTHZ_SEAL_TOO_MANY;

	*line = 1;
	memset(keys, 0, sizeof(*keys));
	if (length <= AUTHZ_SEAL_FILE_MAX)
		result = read_lines(text, length, keys, line);
	if (result != AUTHZ_SEAL_OK)
		authz_seal_keys_wipe(keys);
	return result;
}

const AuthzSealKey *
authz_seal_key_find(const AuthzSealKeys *keys, int32_t version)
{
	for (size_t i = 0; i < keys->n; i++)
		if (keys->keys[i].version == version)
			return &keys->keys[i];
	return NULL;
}

const AuthzSealKey *
authz_seal_key_newest(const AuthzSealKeys *keys)
{
	const AuthzSealKey *newest = NULL;

	for (size_t i = 0; i < keys->n; i++)
		if (newest == NULL || keys->keys[i].version > newest->version)
			newest = &keys->keys[i];
	return newest;
}

void
authz_seal_keys_wipe(AuthzSealKeys *keys)
{
	OPENSSL_cleanse(keys, sizeof(*keys));
}

/* Sealing ------------------------------------------------------------------ */

static void
write_number(uint64_t number, size_t bytes, uint8_t *out)
{
	for (size_t i = 0; i < bytes; i++)
		out[i] = (uint8_t) (number >> 8 * (bytes - 1 - i));
}

/* What is authenticated beside the secret: what it is, where it is, and by which version. */
static void
describe_place(const AuthzSealKey *key, int64_t place, uint8_t out[PLACE_BYTES])
{
	memcpy(out, PURPOSE, PURPOSE_LENGTH);
	write_number((uint64_t) place, 8, out + PURPOSE_LENGTH);
	write_number((uint64_t) key->version, 4, out + PURPOSE_LENGTH + 8);
}

/* Both ways begin alike. */
static bool
begin(EVP_CIPHER_CTX *context, const AuthzSealKey *key, int64_t place, const uint8_t *nonce,
	  int sealing)
{
	uint8_t described[PLACE_BYTES];
	int written;

	describe_place(key, place, described);
	return EVP_CipherInit_ex(context, EVP_aes_256_gcm(), NULL, key->bytes, nonce, sealing) &&
		   EVP_CipherUpdate(context, NULL, &written, described, PLACE_BYTES);
}

static bool
convert(EVP_CIPHER_CTX *context, const uint8_t *in, size_t length, uint8_t *out)
{
	int written = 0;

	return length == 0 || (EVP_CipherUpdate(context, out, &written, in, (int) length) &&
						   (size_t) written == length);
}

AuthzSealResult
authz_seal_close(const AuthzSealKey *key, int64_t place,
				 const uint8_t nonce[AUTHZ_SEAL_NONCE_BYTES], const uint8_t *secret, size_t length,
				 uint8_t *sealed)
{
	EVP_CIPHER_CTX *context;
	uint8_t *tag;
	int written;
	bool done;

	if (length > AUTHZ_SEAL_SECRET_MAX)
		return AUTHZ_SEAL_TOO_MANY;
	tag = sealed + AUTHZ_SEAL_NONCE_BYTES + length;
	context = EVP_CIPHER_CTX_new();
	memcpy(sealed, nonce, AUTHZ_SEAL_NONCE_BYTES);
	done = context != NULL && begin(context, key, place, nonce, 1) &&
		   convert(context, secret, length, sealed + AUTHZ_SEAL_NONCE_BYTES) &&
		   EVP_CipherFinal_ex(context, tag, &written) &&
		   EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, AUTHZ_SEAL_TAG_BYTES, tag);
	EVP_CIPHER_CTX_free(context);
	return done ? AUTHZ_SEAL_OK : AUTHZ_SEAL_LIBRARY;
}

AuthzSealResult
authz_seal_open(const AuthzSealKey *key, int64_t place, const uint8_t *sealed, size_t length,
				uint8_t *secret)
{
	EVP_CIPHER_CTX *context;
	uint8_t tag[AUTHZ_SEAL_TAG_BYTES];
	uint8_t rest[AUTHZ_SEAL_TAG_BYTES]; /* GCM leaves none */
	size_t bytes;
	int written;
	AuthzSealResult result;

	if (length < AUTHZ_SEAL_OVERHEAD || length > AUTHZ_SEAL_SECRET_MAX + AUTHZ_SEAL_OVERHEAD)
		return AUTHZ_SEAL_DAMAGED;
	bytes = length - AUTHZ_SEAL_OVERHEAD;
	memcpy(tag, sealed + length - AUTHZ_SEAL_TAG_BYTES, AUTHZ_SEAL_TAG_BYTES);
	context = EVP_CIPHER_CTX_new();
	if (context == NULL || !begin(context, key, place, sealed, 0) ||
		!convert(context, sealed + AUTHZ_SEAL_NONCE_BYTES, bytes, secret) ||
		!EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, AUTHZ_SEAL_TAG_BYTES, tag))
		result = AUTHZ_SEAL_LIBRARY;
	else
		result = EVP_CipherFinal_ex(context, rest, &written) ? AUTHZ_SEAL_OK : AUTHZ_SEAL_DAMAGED;
	EVP_CIPHER_CTX_free(context);
	if (result != AUTHZ_SEAL_OK)
		OPENSSL_cleanse(secret, bytes);
	return result;
}
