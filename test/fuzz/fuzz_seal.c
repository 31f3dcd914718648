/*
 * fuzz_seal.c
 *	  A file of keys, and what is sealed by them. What is read is what a reading by
 *	  lines of its own finds; it can be written and reads the same; what is sealed is
 *	  opened in its place, and whatever else calls itself sealed is not.
 */
#include "pure/seal.h"

#include "fuzz.h"

#define KEY_DIGITS 64

/* The line of a key, to the letter but for the case of digits. */
static bool
is_key(const char *line)
{
	size_t digits = strspn(line, "0123456789");

	return digits > 0 && digits <= 10 && line[0] != '0' && atoll(line) <= INT32_MAX &&
		   line[digits] == ':' && strlen(line + digits + 1) == KEY_DIGITS &&
		   strspn(line + digits + 1, "0123456789abcdefABCDEF") == KEY_DIGITS;
}

/* How many keys there are, or -1 for a file with a line that is nothing. */
static int
count_keys(const uint8_t *data, size_t size)
{
	int n = 0;

	while (size > 0)
	{
		size_t before = size;
		const uint8_t *start = data;
		char *line = next_string(&data, &size, '\n');
		size_t length = strlen(line);
		bool whole = memchr(start, '\0', before - size) == NULL;

		if (line[0] != '#' && (length > 0 || !whole))
		{
			bool key = whole && is_key(line);

			n = key && n >= 0 ? n + 1 : -1;
		}
		free(line);
	}
	return n;
}

static size_t
write_keys(const AuthzSealKeys *keys, char *out)
{
	char *at = out;

	for (size_t i = 0; i < keys->n; i++)
	{
		at += sprintf(at, "%d:", keys->keys[i].version);
		for (size_t b = 0; b < AUTHZ_SEAL_KEY_BYTES; b++)
			at += sprintf(at, "%02x", keys->keys[i].bytes[b]);
		*at++ = '\n';
	}
	return (size_t) (at - out);
}

static void
check_keys(const AuthzSealKeys *keys)
{
	static char text[AUTHZ_SEAL_KEYS_MAX * 80];
	static AuthzSealKeys again;
	const AuthzSealKey *newest = authz_seal_key_newest(keys);
	size_t length = write_keys(keys, text);
	size_t line;

	CHECK(keys->n > 0 && keys->n <= AUTHZ_SEAL_KEYS_MAX);
	for (size_t i = 0; i < keys->n; i++)
	{
		CHECK(keys->keys[i].version > 0 && keys->keys[i].version <= newest->version);
		CHECK(authz_seal_key_find(keys, keys->keys[i].version) == &keys->keys[i]);
	}
	CHECK(authz_seal_keys_read(text, length, &again, &line) == AUTHZ_SEAL_OK);
	CHECK(memcmp(&again, keys, sizeof(again)) == 0);
}

/* The file as a secret, and as something that was sealed. */
static void
check_sealing(const AuthzSealKey *key, const uint8_t *data, size_t size)
{
	static const uint8_t nonce[AUTHZ_SEAL_NONCE_BYTES] = {1};
	uint8_t *sealed = malloc(size + AUTHZ_SEAL_OVERHEAD);
	uint8_t *opened = malloc(size + 1);
	size_t length = size + AUTHZ_SEAL_OVERHEAD;

	CHECK(authz_seal_close(key, 7, nonce, data, size, sealed) == AUTHZ_SEAL_OK);
	CHECK(authz_seal_open(key, 7, sealed, length, opened) == AUTHZ_SEAL_OK);
	CHECK(memcmp(opened, data, size) == 0);
	CHECK(authz_seal_open(key, 8, sealed, length, opened) == AUTHZ_SEAL_DAMAGED);
	sealed[size % length] ^= 1;
	CHECK(authz_seal_open(key, 7, sealed, length, opened) == AUTHZ_SEAL_DAMAGED);
	CHECK(authz_seal_open(key, 7, data, size, opened) == AUTHZ_SEAL_DAMAGED);
	free(sealed);
	free(opened);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const AuthzSealKeys none;
	static AuthzSealKeys keys;
	size_t line = 0;
	AuthzSealResult result = authz_seal_keys_read((const char *) data, size, &keys, &line);
	int n = count_keys(data, size);

	CHECK(line > 0);
	if (result == AUTHZ_SEAL_OK)
	{
		CHECK(n >= 0 && (size_t) n == keys.n);
		check_keys(&keys);
		check_sealing(&keys.keys[0], data, size);
		return 0;
	}
	CHECK(memcmp(&keys, &none, sizeof(keys)) == 0);
	CHECK(result != AUTHZ_SEAL_MALFORMED || n < 0);
	CHECK(result != AUTHZ_SEAL_EMPTY || n == 0);
	CHECK(result != AUTHZ_SEAL_TWICE || n != 0);
	return 0;
}
