/*
 * test_digest.c
 *	  Hashes, hexadecimal and verifiers.
 */
#include "pure/digest.h"

#include "tap.h"

#define SESSION                                                                            \
	"djJ8MTIzNDU2OXy_DA9Wg0C8cCQ4U3PgBJGNO2FvCfNFf1wJWRVToIp7UhXm8mXJKyBb64FBFlSSBMqtrel1" \
	"AIRUfL3IKgNNFqZhataL5sekouiHlxplll6Ebg=="
#define TOKEN "00112233445566778899aabbccddeeff"

/* The app-token hash of a session and a token that Kaltura's own client makes. */
static void
app_token_hash(AuthzHash hash, const char *expected)
{
	char hex[AUTHZ_HASH_MAX_HEX + 1];

	ok(authz_hash_hex(hash, SESSION, strlen(SESSION), TOKEN, strlen(TOKEN), hex), "hash is there");
	is_text(hex, expected, "hash over session, then token");
	ok(authz_hex_equal(hex, expected), "equal to what is expected");
}

static void
hashes(void)
{
	char hex[AUTHZ_HASH_MAX_HEX + 1];

	app_token_hash(AUTHZ_HASH_MD5, "94b630544a9c29bdb583d52a102d41ae");
	app_token_hash(AUTHZ_HASH_SHA1, "288efd4ed0c04087270f2ea9c19cce122099bb52");
	app_token_hash(AUTHZ_HASH_SHA256,
				   "41600d848347af831e940e83fbb803bf98f78c3ae7cb3eed8e7090c686431237");
	app_token_hash(AUTHZ_HASH_SHA512,
				   "6a975fdda032f855b7cf7fba583769262d3bc5bd272c01ca6a43ca5c48776238"
				   "0348ca6f08f5827490913340e5200643bd4fe0ecf256ebaf715847c82183d18a");

	ok(authz_hash_hex(AUTHZ_HASH_SHA256, "", 0, NULL, 0, hex), "hash of nothing");
	is_text(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "its value");
	ok(authz_hash_hex(AUTHZ_HASH_SHA256, "a", 1, "bc", 2, hex), "hash in two parts");
	is_text(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
			"is that of the whole");
}

static void
keyed_hex(const char *hash, const uint8_t *key, size_t length, const char *text,
		  const char *expected, const char *name)
{
	uint8_t mac[AUTHZ_HASH_MAX_BYTES];
	char hex[AUTHZ_HASH_MAX_HEX + 1];

	authz_hex_encode(mac, authz_hmac(hash, key, length, text, strlen(text), mac), hex);
	is_text(hex, expected, name);
}

/* RFC 4231: a short key and one that is longer than a block; and one that just fills it. */
static void
keyed(void)
{
	static const char longer[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	static const char jefe[] = "what do ya want for nothing?";
	uint8_t key[131];
	uint8_t mac[AUTHZ_HASH_MAX_BYTES];

	memset(key, 0xaa, sizeof(key));
	keyed_hex("SHA256", (const uint8_t *) "Jefe", 4, jefe,
			  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "case 2");
	keyed_hex("SHA384", (const uint8_t *) "Jefe", 4, jefe,
			  "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
			  "8e2240ca5e69e2c78b3239ecfab21649",
			  "with SHA-384");
	keyed_hex("SHA512", (const uint8_t *) "Jefe", 4, jefe,
			  "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
			  "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
			  "with SHA-512");
	keyed_hex("SHA256", key, sizeof(key), longer,
			  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", "case 6");
	keyed_hex("SHA384", key, sizeof(key), longer,
			  "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
			  "0c2ef6ab4030fe8296248df163f44952",
			  "with SHA-384");
	keyed_hex("SHA512", key, sizeof(key), longer,
			  "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
			  "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
			  "with SHA-512");
	keyed_hex("SHA256", key, 64, "",
			  "db2cf93f633fcdfd9bb7f3b99763a63725cb8e38b4fa60a87d0e94b71d8b5970",
			  "a key of a whole block");
	is_number((long long) authz_hmac("no such hash", key, 64, "", 0, mac), 0, "an unknown hash");
}

static void
equality(void)
{
	int wrong = 0;

	ok(authz_hex_equal("0a1B", "0A1b"), "case of digits does not matter");
	ok(authz_hex_equal("", ""), "nothing equals nothing");
	ok(!authz_hex_equal("0a1b", "0a1"), "a prefix is not equal");
	ok(!authz_hex_equal("0a1", "0a1b"), "nor is what it is a prefix of");
	ok(!authz_hex_equal("", "0"), "nothing differs from something");
	for (int a = 1; a < 256; a++)
	{
		for (int b = 1; b < 256; b++)
		{
			char left[] = {(char) a, '\0'};
			char right[] = {(char) b, '\0'};
			bool fold = (a ^ b) == 0x20 && (a | 0x20) >= 'a' && (a | 0x20) <= 'f';

			wrong += authz_hex_equal(left, right) != (a == b || fold);
		}
	}
	is_number(wrong, 0, "a byte equals itself alone, and a hex letter its other case");

	ok(authz_text_equal("", "") && authz_text_equal("$2a$10$xY", "$2a$10$xY"), "equal texts");
	ok(!authz_text_equal("0a", "0A"), "to the letter");
	ok(!authz_text_equal("ab", "a") && !authz_text_equal("a", "ab"), "and to the end");
}

static void
hexadecimal(void)
{
	static const uint8_t bytes[] = {0x00, 0x0f, 0xf0, 0xff, 0x5a};
	char hex[2 * sizeof(bytes) + 1];

	authz_hex_encode(bytes, sizeof(bytes), hex);
	is_text(hex, "000ff0ff5a", "lower-case hexadecimal");
	authz_hex_encode(bytes, 0, hex);
	is_text(hex, "", "of nothing");
}

static void
verifiers(void)
{
	static const uint8_t salt[AUTHZ_VERIFIER_SALT_BYTES] = {0, 1, 2,  3,  4,  5,  6,  7,
															8, 9, 10, 11, 12, 13, 14, 255};
	char verifier[AUTHZ_VERIFIER_MAX];
	char other[AUTHZ_VERIFIER_MAX];
	size_t length;
	int accepted = 0;

	ok(authz_verifier_make("secret", salt, verifier), "verifier is made");
	is_text(verifier,
			"$authz$sha256$000102030405060708090a0b0c0d0eff$"
			"23b57ef5e03ec36223bc3c2db0a4bfff12eb7a58dc235ae07040f3ba6ebf867f",
			"salted SHA-256");
	ok(authz_verifier_check(verifier, "secret"), "the secret is right");
	ok(!authz_verifier_check(verifier, "secreT"), "another is not");
	ok(!authz_verifier_check(verifier, ""), "nor is none");
	ok(!authz_verifier_check(verifier, "secret "), "nor a longer one");
	ok(!authz_verifier_check("", "secret"), "an empty verifier");
	ok(!authz_verifier_check("$authz$md5$00$00", "secret"), "another kind of verifier");

	length = strlen(verifier);
	for (size_t i = 0; i < length; i++)
	{
		memcpy(other, verifier, sizeof(other));
		other[i] = '\0';
		accepted += authz_verifier_check(other, "secret");
		for (int c = 1; c < 256; c++)
		{
			memcpy(other, verifier, sizeof(other));
			if (other[i] == (char) c)
				continue;
			other[i] = (char) c;
			accepted += authz_verifier_check(other, "secret");
		}
	}
	is_number(accepted, 0, "no verifier that is cut or changed anywhere accepts the secret");
	memcpy(other, verifier, sizeof(other));
	memcpy(other + length, "0", 2);
	ok(!authz_verifier_check(other, "secret"), "nor one that is longer");
}

int
main(void)
{
	hashes();
	keyed();
	equality();
	hexadecimal();
	verifiers();
	return tap_end();
}
