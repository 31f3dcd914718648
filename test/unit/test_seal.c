/*
 * test_seal.c
 *	  The file of keys is read strictly; what is sealed is opened where it was
 *	  sealed, by the key it was sealed by, and as it was.
 */
#include <stdlib.h>

#include "pure/digest.h"
#include "pure/seal.h"

#include "tap.h"

#define ONES "1111111111111111111111111111111111111111111111111111111111111111"
#define MIXED "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define SEALED "3031323334353637383961006fa124e7e5742ccc4cf280491d5b21c95d6ad39e14b583ad2f"
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static AuthzSealKeys keys;
static size_t line;

static AuthzSealResult
read_text(const char *text)
{
	return authz_seal_keys_read(text, strlen(text), &keys, &line);
}

static void
files(void)
{
	is_number(read_text("1:" MIXED "\n"), AUTHZ_SEAL_OK, "one key");
	is_number((long long) keys.n, 1, "it is one");
	is_number(keys.keys[0].bytes[1], 0x11, "its bytes");
	is_number(keys.keys[0].bytes[31], 0xff, "in digits of any case");
	is_number(read_text("1:" MIXED), AUTHZ_SEAL_OK, "without a line feed at the end");
	is_number(read_text("# a\n\n7:" MIXED "\n#7:\n3:" ONES "\n\n"), AUTHZ_SEAL_OK,
			  "comments and empty lines");
	is_number(authz_seal_key_newest(&keys)->version, 7, "the highest seals, wherever it stands");
	is_number(authz_seal_key_find(&keys, 3)->bytes[0], 0x11, "another is found by its version");
	ok(authz_seal_key_find(&keys, 1) == NULL, "and none that is not there");
	is_number(read_text("2147483647:" ONES), AUTHZ_SEAL_OK, "the highest version");
	authz_seal_keys_wipe(&keys);
	ok(authz_seal_key_newest(&keys) == NULL && keys.keys[0].bytes[0] == 0, "nothing is left");
}

static void
bad_files(void)
{
	static const char *const malformed[] = {
		"1",
		"1:",
		":" ONES,
		"0:" ONES,
		"01:" ONES,
		"-1:" ONES,
		"+1:" ONES,
		" 1:" ONES,
		"1 :" ONES,
		"1: " ONES,
		"1:" ONES " ",
		"1:" ONES "\r\n",
		"1:" ONES "1",
		"1:" ONES ":2",
		"1:" ONES " # mine",
		" # mine",
		"2147483648:" ONES,
		"99999999999:" ONES,
		"one:" ONES,
		"1:g" ONES,
		"1:0x11111111111111111111111111111111111111111111111111111111111111",
		"1:111111111111111111111111111111111111111111111111111111111111111",
		"1=" ONES,
		"\xef\xbb\xbf"
		"1:" ONES,
	};
	char many[(AUTHZ_SEAL_KEYS_MAX + 1) * 80] = "";
	char *long_file = malloc(AUTHZ_SEAL_FILE_MAX + 1);
	size_t length;

	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
		is_number(read_text(malformed[i]), AUTHZ_SEAL_MALFORMED, malformed[i]);
	is_number(authz_seal_keys_read("1:" ONES "\0", 67, &keys, &line), AUTHZ_SEAL_MALFORMED,
			  "a NUL");
	is_number(read_text("#\n1:" ONES "\n\nno\n"), AUTHZ_SEAL_MALFORMED, "a bad line after a good");
	is_number((long long) line, 4, "which one it is");
	ok(keys.n == 0 && keys.keys[0].bytes[0] == 0, "no key of such a file is kept");
	is_number(read_text("1:" ONES "\n1:" ZEROS), AUTHZ_SEAL_TWICE, "a version twice");
	is_number(read_text("1:" ONES "\n2:" ONES), AUTHZ_SEAL_TWICE, "a key twice");
	is_number(read_text(""), AUTHZ_SEAL_EMPTY, "an empty file");
	is_number(read_text("# none\n"), AUTHZ_SEAL_EMPTY, "comments alone");
	for (int i = 1; i <= AUTHZ_SEAL_KEYS_MAX; i++)
		snprintf(many + strlen(many), 80, "%d:%064x\n", i, i);
	is_number(read_text(many), AUTHZ_SEAL_OK, "as many as may be");
	snprintf(many + strlen(many), 80, "99:%064x\n", 99);
	is_number(read_text(many), AUTHZ_SEAL_TOO_MANY, "one more");
	length = (size_t) snprintf(long_file, AUTHZ_SEAL_FILE_MAX, "1:" ONES "\n");
	memset(long_file + length, '\n', AUTHZ_SEAL_FILE_MAX + 1 - length);
	is_number(authz_seal_keys_read(long_file, AUTHZ_SEAL_FILE_MAX, &keys, &line), AUTHZ_SEAL_OK,
			  "a long file");
	is_number(authz_seal_keys_read(long_file, AUTHZ_SEAL_FILE_MAX + 1, &keys, &line),
			  AUTHZ_SEAL_TOO_MANY, "one that is too long");
	free(long_file);
}

static const uint8_t nonce[AUTHZ_SEAL_NONCE_BYTES] = "0123456789a";

static void
sealing(void)
{
	static const char secret[] = "a secret";
	uint8_t sealed[sizeof(secret) + AUTHZ_SEAL_OVERHEAD];
	uint8_t opened[sizeof(secret)];
	uint8_t empty[AUTHZ_SEAL_OVERHEAD];
	char hex[2 * sizeof(sealed) + 1];
	AuthzSealKey other;
	const AuthzSealKey *key;

	read_text("1:" MIXED "\n2:" ONES "\n");
	key = &keys.keys[0];
	is_number(authz_seal_close(key, 7, nonce, (const uint8_t *) secret, sizeof(secret), sealed),
			  AUTHZ_SEAL_OK, "a secret is sealed");
	authz_hex_encode(sealed, sizeof(sealed), hex);

	/* Computed by Python's cryptography: AESGCM(key).encrypt(nonce, secret, place). */
	is_text(hex, SEALED, "as others would seal it");
	is_number(authz_seal_open(key, 7, sealed, sizeof(sealed), opened), AUTHZ_SEAL_OK, "and opened");
	is_text((const char *) opened, secret, "as it was");

	is_number(authz_seal_open(key, 8, sealed, sizeof(sealed), opened), AUTHZ_SEAL_DAMAGED,
			  "not in another place");
	ok(opened[0] == 0, "where nothing of it is seen");
	is_number(authz_seal_open(&keys.keys[1], 7, sealed, sizeof(sealed), opened), AUTHZ_SEAL_DAMAGED,
			  "not by another key");
	other = *key;
	other.version = 3;
	is_number(authz_seal_open(&other, 7, sealed, sizeof(sealed), opened), AUTHZ_SEAL_DAMAGED,
			  "not by the same key under another number");
	for (size_t i = 0; i < sizeof(sealed); i++)
		for (int bit = 0; bit < 8; bit++)
		{
			sealed[i] ^= (uint8_t) (1 << bit);
			if (authz_seal_open(key, 7, sealed, sizeof(sealed), opened) != AUTHZ_SEAL_DAMAGED)
				ok(false, "a change of bit %d in byte %zu goes unnoticed", bit, i);
			sealed[i] ^= (uint8_t) (1 << bit);
		}
	ok(true, "no bit can be changed");
	for (size_t length = 0; length < sizeof(sealed); length++)
		if (authz_seal_open(key, 7, sealed, length, opened) != AUTHZ_SEAL_DAMAGED)
			ok(false, "an end at %zu goes unnoticed", length);
	ok(true, "nothing can be cut off");

	is_number(authz_seal_close(key, -1, nonce, NULL, 0, empty), AUTHZ_SEAL_OK, "nothing at all");
	is_number(authz_seal_open(key, -1, empty, sizeof(empty), opened), AUTHZ_SEAL_OK,
			  "is sealed and opened too");
	is_number(authz_seal_close(key, 1, nonce, (const uint8_t *) secret, AUTHZ_SEAL_SECRET_MAX + 1,
							   sealed),
			  AUTHZ_SEAL_TOO_MANY, "what is too long is not");
}

int
main(void)
{
	files();
	bad_files();
	sealing();
	return tap_end();
}
