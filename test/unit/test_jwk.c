/*
 * test_jwk.c
 *	  Keys: those worth something are read, chosen by algorithm and name, and
 *	  made; all others are passed over.
 */
#include <stdlib.h>

#include <jansson.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "pure/base64url.h"
#include "pure/json.h"
#include "pure/jwk_make.h"
#include "pure/jws.h"
#include "pure/pkey.h"
#include "pure/signature.h"

#include "jose_vectors.h"
#include "tap.h"

#define OCT "\"kty\":\"oct\",\"k\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\""
#define POINT_X "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\""
#define POINT_Y "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define POINT_D "\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\""
#define EC "\"kty\":\"EC\",\"crv\":\"P-256\"," POINT_X "," POINT_Y
#define OKP_X "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""
#define OKP "\"kty\":\"OKP\",\"crv\":\"Ed25519\"," OKP_X
#define OKP_D "\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\""

static AuthzJwkSet set;

/* Reads a text that is alone in its memory, so that a sanitizer sees what is read beyond. */
static AuthzJwkResult
read_bytes(const char *json, size_t length)
{
	char *exactly = malloc(length + (length == 0));
	AuthzJwkResult result;

	authz_jwk_set_free(&set);
	memcpy(exactly, json, length);
	result = authz_jwk_set_read(exactly, length, &set);
	free(exactly);
	return result;
}

static AuthzJwkResult
read_set(const char *json)
{
	return read_bytes(json, strlen(json));
}

/* How many usable keys are in the text; -1 when it is no JWK or set. */
static long long
usable(const char *json)
{
	return read_set(json) == AUTHZ_JWK_OK ? (long long) set.count : -1;
}

static void
forms(void)
{
	static const struct
	{
		const char *json;
		long long usable;
	} cases[] = {
		{"{" OCT "}", 1},
		{"{" EC "}", 1},
		{"{" OKP "}", 1},
		{" {\"x\":[{}]," OCT "} ", 1},
		{"{\"keys\":[]}", 0},
		{"{\"keys\":[{" OCT "}]}", 1},
		{"{\"keys\":[{" OCT "},{" EC "},{" OKP "}],\"more\":1}", 3},

		/* no JWK, no set */
		{"", -1},
		{"{}", -1},
		{"[]", -1},
		{"[{" OCT "}]", -1},
		{"null", -1},
		{"\"kty\"", -1},
		{"{\"kty\":1}", -1},
		{"{\"kty\":null}", -1},
		{"{\"k\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\"}", -1},
		{"{\"keys\":{" OCT "}}", -1},
		{"{\"keys\":null}", -1},
		{"{\"keys\":[{" OCT "},[]]}", -1},
		{"{\"keys\":[{" OCT "},{}]}", -1},
		{"{\"keys\":[null]}", -1},
		{"{\"keys\":[{\"keys\":[{" OCT "}]}]}", -1},
		{"{" OCT ",\"keys\":[{" OCT "}]}", -1},
		{"{" OCT "}x", -1},
		{"{" OCT "}{}", -1},
		{"{" OCT, -1},
		{"{" OCT ",\"kid\":\"a\",\"kid\":\"a\"}", -1},
		{"{" OCT ",\"x\":{\"y\":1,\"y\":2}}", -1},
		{"{" OCT ",\"kid\":\"a\\u0000b\"}", -1},
		{"{" OCT ",\"kid\":\"\xff\"}", -1},
		{"{" OCT ",\"x\":1e999}", -1},
		{"{\"keys\":[],\"keys\":[]}", -1},

		/* a JWK, and not one for signatures; in a set it is passed over */
		{"{\"kty\":\"OCT\"}", 0},
		{"{\"kty\":\"oct\"}", 0},
		{"{\"kty\":\"\"}", 0},
		{"{\"kty\":\"RSA\"}", 0},
		{"{\"kty\":\"EC\"}", 0},
		{"{\"kty\":\"OKP\"}", 0},
		{"{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"pub\":\"AA\"}", 0},
		{"{\"keys\":[{\"kty\":\"?\"},{" OCT "},{\"kty\":\"EC\",\"crv\":\"P-256\"}]}", 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_number(usable(cases[i].json), cases[i].usable, cases[i].json);
}

/* Members that mean something, on a key that is good without them. */
static void
members(void)
{
	static const struct
	{
		const char *member;
		bool usable;
	} cases[] = {
		{"\"use\":\"sig\"", true},
		{"\"use\":\"enc\"", false},
		{"\"use\":\"SIG\"", false},
		{"\"use\":\"\"", false},
		{"\"use\":null", false},
		{"\"use\":[\"sig\"]", false},
		{"\"key_ops\":[\"verify\"]", true},
		{"\"key_ops\":[\"sign\",\"verify\"]", true},
		{"\"use\":\"sig\",\"key_ops\":[\"verify\"]", true},
		{"\"use\":\"enc\",\"key_ops\":[\"verify\"]", false},
		{"\"use\":\"sig\",\"key_ops\":[\"encrypt\"]", false},
		{"\"key_ops\":[\"sign\"]", false},
		{"\"key_ops\":[\"deriveKey\",\"wrapKey\"]", false},
		{"\"key_ops\":[\"Verify\"]", false},
		{"\"key_ops\":[]", false},
		{"\"key_ops\":null", false},
		{"\"key_ops\":\"verify\"", false},
		{"\"key_ops\":{\"verify\":true}", false},
		{"\"key_ops\":[\"verify\",1]", false},
		{"\"kid\":\"\"", true},
		{"\"kid\":1", false},
		{"\"kid\":null", false},
		{"\"alg\":\"ES256\"", true},
		{"\"alg\":\"ES384\"", false},
		{"\"alg\":\"ES512\"", false},
		{"\"alg\":\"HS256\"", false},
		{"\"alg\":\"RS256\"", false},
		{"\"alg\":\"EdDSA\"", false},
		{"\"alg\":\"ECDH-ES\"", false},
		{"\"alg\":\"none\"", false},
		{"\"alg\":\"es256\"", false},
		{"\"alg\":\"\"", false},
		{"\"alg\":null", false},
		{"\"alg\":[\"ES256\"]", false},
		{"\"x5c\":[\"AA\"],\"x5u\":\"//x\",\"x5t\":\"?\",\"ext\":true,\"iat\":1", true},
		{"\"d\":\"?\"", true},
	};
	char json[512];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		snprintf(json, sizeof(json), "{" EC ",%s}", cases[i].member);
		is_number(usable(json), cases[i].usable, cases[i].member);
	}
}

/* RSA --------------------------------------------------------------------- */

/* A modulus of so many bytes that begins and ends as given. */
static long long
usable_rsa(size_t bytes, uint8_t first, uint8_t last, const uint8_t *e, size_t e_length)
{
	static uint8_t n[2048];
	static char text[4096];
	AuthzJsonText json = {text, sizeof(text), 0};

	memset(n, 0x5b, sizeof(n));
	n[0] = first;
	n[bytes - 1] = last;
	authz_json_put(&json, "{\"kty\":\"RSA\",\"n\":");
	authz_json_put_bytes(&json, n, bytes);
	authz_json_put(&json, ",\"e\":");
	authz_json_put_bytes(&json, e, e_length);
	authz_json_put(&json, "}");
	text[json.length] = '\0';
	return usable(text);
}

static void
rsa(void)
{
	static const uint8_t f4[] = {1, 0, 1};
	static const struct
	{
		uint8_t e[9];
		size_t length;
		long long usable;
	} exponents[] = {
		{{3}, 1, 1},
		{{17}, 1, 1},
		{{1, 0, 1}, 3, 1},
		{{0xff, 0xff, 0xff, 0xff}, 4, 1},
		{{0}, 0, 0},
		{{0}, 1, 0},
		{{1}, 1, 0},
		{{2}, 1, 0},
		{{4}, 1, 0},
		{{1, 0, 0}, 3, 0},
		{{0, 1, 0, 1}, 4, 0},
		{{0, 3}, 2, 0},
		{{1, 0, 0, 0, 1}, 5, 0},
		{{1, 0, 0, 0, 0, 0, 0, 0, 1}, 9, 0},
	};
	char *large = malloc(AUTHZ_JWK_SET_MAX_BYTES + 1);
	int length;

	is_number(usable_rsa(256, 0x80, 1, f4, 3), 1, "2048 bits");
	is_number(usable_rsa(256, 0x7f, 1, f4, 3), 0, "2047 bits are too few");
	is_number(usable_rsa(255, 0xff, 1, f4, 3), 0, "2040 bits");
	is_number(usable_rsa(128, 0xff, 1, f4, 3), 0, "1024 bits");
	is_number(usable_rsa(64, 0xff, 1, f4, 3), 0, "512 bits");
	is_number(usable_rsa(257, 1, 1, f4, 3), 1, "2049 bits");
	is_number(usable_rsa(257, 0, 1, f4, 3), 0, "a zero before");
	is_number(usable_rsa(1024, 0xff, 1, f4, 3), 1, "8192 bits");
	is_number(usable_rsa(1025, 1, 1, f4, 3), 0, "8193 bits are too many");
	is_number(usable_rsa(2048, 0xff, 1, f4, 3), 0, "16384 bits");
	is_number(usable_rsa(256, 0xff, 2, f4, 3), 0, "an even modulus");
	for (size_t i = 0; i < sizeof(exponents) / sizeof(exponents[0]); i++)
		is_number(usable_rsa(256, 0xff, 1, exponents[i].e, exponents[i].length),
				  exponents[i].usable, "an exponent");

	/* The denial of service by an exponent as long as the modulus, or longer. */
	length = sprintf(large, "{\"kty\":\"RSA\",\"e\":\"");
	memset(large + length, '_', 200000);
	sprintf(large + length + 200000, "\",\"n\":\"%s\"}", "AQAB");
	is_number(usable(large), 0, "an exponent of a million bits");
	free(large);
	is_number(usable("{\"kty\":\"RSA\",\"n\":65537,\"e\":\"AQAB\"}"), 0, "a modulus in decimal");
	is_number((long long) ERR_peek_error(), 0, "the library's queue of errors is empty");
}

/* Curves ------------------------------------------------------------------ */

static void
curves(void)
{
	static const char *const unusable[] = {
		/* not on the curve, at infinity, beyond the field */
		"{\"kty\":\"EC\",\"crv\":\"P-256\"," POINT_X
		",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a4\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
		"\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"__________________________________________8\"," POINT_Y
		"}",
		/* 0 by another name */
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"_____wAAAAEAAAAAAAAAAAAAAAD_______________8\","
		"\"y\":\"ZkhceA4vg9ckM71dhKBrtlQcKvMdrocXKL-FahdPk_Q\"}",
		/* of another curve */
		"{\"kty\":\"EC\",\"crv\":\"P-384\"," POINT_X "," POINT_Y "}",
		"{\"kty\":\"EC\",\"crv\":\"P-521\"," POINT_X "," POINT_Y "}",
		"{\"kty\":\"EC\",\"crv\":\"secp256k1\"," POINT_X "," POINT_Y "}",
		"{\"kty\":\"EC\",\"crv\":\"p-256\"," POINT_X "," POINT_Y "}",
		"{\"kty\":\"EC\",\"crv\":\"prime256v1\"," POINT_X "," POINT_Y "}",
		"{\"kty\":\"EC\",\"crv\":\"Ed25519\"," OKP_X "}",
		"{\"kty\":\"EC\",\"crv\":1," POINT_X "," POINT_Y "}",
		"{\"kty\":\"OKP\",\"crv\":\"P-256\"," POINT_X "," POINT_Y "}",
		"{\"kty\":\"OKP\",\"crv\":\"X25519\"," OKP_X "}",
		"{\"kty\":\"OKP\",\"crv\":\"Ed448\"," OKP_X "}",
		"{\"kty\":\"OKP\"," OKP_X "}",
		/* of another length, or written otherwise */
		"{\"kty\":\"EC\",\"crv\":\"P-256\"," POINT_X "}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\"," POINT_Y "}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"\",\"y\":\"\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AH_NzidwnsRdQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF\"," POINT_Y
		"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\"," POINT_X
		",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0=\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\"," POINT_X
		",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\"," POINT_X
		",\"y\":\"x/FEzRu9m36HLN/tue659LNpXW6pCyStikYjKIWI5a0\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\"," POINT_X ",\"y\":[\"AA\"]}",
		"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURoA\"}",
		"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUR\"}",
		"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"\"}",
		"{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}",
		/* of an order that any signature fits */
		"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
		"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA\"}",
		"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"7v________________________________________8\"}",
		"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o\"}",
		"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_IU\"}",
	};

	is_number(usable("{\"kty\":\"EC\",\"crv\":\"P-256\","
					 "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
					 "\"y\":\"ZkhceA4vg9ckM71dhKBrtlQcKvMdrocXKL-FahdPk_Q\"}"),
			  1, "0 is a coordinate like others");
	for (size_t i = 0; i < sizeof(unusable) / sizeof(unusable[0]); i++)
		is_number(usable(unusable[i]), 0, unusable[i]);
	is_number((long long) ERR_peek_error(), 0, "the library's queue of errors is empty");
}

/* Secrets ----------------------------------------------------------------- */

static void
secrets(void)
{
	static const AuthzJwa algorithms[] = {AUTHZ_JWA_HS256, AUTHZ_JWA_HS384, AUTHZ_JWA_HS512};
	static const size_t least[] = {32, 48, 64};
	uint8_t bytes[200] = {1};
	char text[512];
	int wrong = 0;

	for (size_t length = 0; length <= sizeof(bytes); length++)
	{
		AuthzJsonText json = {text, sizeof(text), 0};

		authz_json_put(&json, "{\"kty\":\"oct\",\"k\":");
		authz_json_put_bytes(&json, bytes, length);
		authz_json_put(&json, "}");
		text[json.length] = '\0';
		wrong += usable(text) != (length > 0);
		for (size_t i = 0; i < 3; i++)
			wrong +=
				(authz_jwk_set_choose(&set, algorithms[i], NULL) != NULL) != (length >= least[i]);
	}
	is_number(wrong, 0, "a secret is as long as the hash at least");
	is_number(usable("{\"kty\":\"oct\",\"k\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\"}"), 0,
			  "not padded");
	is_number(usable("{\"kty\":\"oct\",\"k\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWZ\"}"), 0,
			  "not with bits beyond the last byte");
	is_number(usable("{\"kty\":\"oct\",\"k\":1}"), 0, "no number");
}

/* Choosing ---------------------------------------------------------------- */

/* Which of the keys: its name, "-" for one without, "" for none. */
static const char *
chosen(AuthzJwa algorithm, const char *kid)
{
	const AuthzJwk *key = authz_jwk_set_choose(&set, algorithm, kid);

	if (key == NULL)
		return "";
	return key->kid == NULL ? "-" : key->kid;
}

static void
choice(void)
{
	static const char several[] =
		"{\"keys\":[{" OCT ",\"kid\":\"o\"},{" EC ",\"kid\":\"e\"},{" OKP ",\"kid\":\"d\"},"
		"{" EC ",\"kid\":\"f\",\"alg\":\"ES256\"},{" EC ",\"kid\":\"c\",\"use\":\"enc\"},"
		"{" OKP ",\"kid\":\"e\"}]}";

	read_set(several);
	is_text(chosen(AUTHZ_JWA_HS256, "o"), "o", "by name");
	is_text(chosen(AUTHZ_JWA_HS256, NULL), "o", "the only one for the algorithm");
	is_text(chosen(AUTHZ_JWA_HS384, NULL), "", "none for the algorithm");
	is_text(chosen(AUTHZ_JWA_ES256, NULL), "", "more than one");
	is_text(chosen(AUTHZ_JWA_ES256, "e"), "e", "one of two");
	is_text(chosen(AUTHZ_JWA_ES256, "f"), "f", "the other");
	is_text(chosen(AUTHZ_JWA_ES256, "E"), "", "another spelling");
	is_text(chosen(AUTHZ_JWA_ES256, "ee"), "", "more of a name");
	is_text(chosen(AUTHZ_JWA_ES256, ""), "", "less");
	is_text(chosen(AUTHZ_JWA_ES256, "c"), "", "one for another use");
	is_text(chosen(AUTHZ_JWA_ES256, "o"), "", "one of another type");
	is_text(chosen(AUTHZ_JWA_EDDSA, "e"), "e", "of one name, the one of the type");
	is_text(chosen(AUTHZ_JWA_EDDSA, NULL), "", "two without a name to go by");
	is_text(chosen(AUTHZ_JWA_UNKNOWN, "o"), "", "nothing for an unknown algorithm");
	is_text(chosen(AUTHZ_JWA_UNKNOWN, NULL), "", "with or without a name");

	read_set("{\"keys\":[{" EC "},{" OKP ",\"kid\":\"d\"}]}");
	is_text(chosen(AUTHZ_JWA_ES256, NULL), "-", "one without a name");
	is_text(chosen(AUTHZ_JWA_ES256, "e"), "", "in a set is not meant by any");
	read_set("{\"keys\":[{" EC ",\"kid\":\"e\"},{" EC ",\"kid\":\"e\"}]}");
	is_text(chosen(AUTHZ_JWA_ES256, "e"), "", "two of one name and type");
	read_set("{" EC "}");
	is_text(chosen(AUTHZ_JWA_ES256, "e"), "-", "a key of its own goes by any name");
	is_text(chosen(AUTHZ_JWA_ES384, "e"), "", "but not for any algorithm");
	read_set("{" EC ",\"kid\":\"e\"}");
	is_text(chosen(AUTHZ_JWA_ES256, "e"), "e", "by its own, if it has one");
	is_text(chosen(AUTHZ_JWA_ES256, "f"), "", "and no other");
	is_text(chosen(AUTHZ_JWA_ES256, NULL), "e", "or without one");
}

static void
limits(void)
{
	char *large = malloc(AUTHZ_JWK_SET_MAX_BYTES + 2);
	size_t length;

	for (int count = AUTHZ_JWK_SET_MAX_KEYS; count <= AUTHZ_JWK_SET_MAX_KEYS + 1; count++)
	{
		length = (size_t) sprintf(large, "{\"keys\":[");
		for (int i = 0; i < count; i++)
			length += (size_t) sprintf(large + length, "%s{" OCT "}", i > 0 ? "," : "");
		length += (size_t) sprintf(large + length, "]}");
		is_number(read_bytes(large, length),
				  count > AUTHZ_JWK_SET_MAX_KEYS ? AUTHZ_JWK_TOO_LARGE : AUTHZ_JWK_OK,
				  "as many keys as there may be, and one more");
	}
	memset(large, ' ', AUTHZ_JWK_SET_MAX_BYTES + 2);
	memcpy(large, "{" OCT "}", strlen("{" OCT "}"));
	is_number(read_bytes(large, AUTHZ_JWK_SET_MAX_BYTES), AUTHZ_JWK_OK, "the longest text");
	is_number(read_bytes(large, AUTHZ_JWK_SET_MAX_BYTES + 1), AUTHZ_JWK_TOO_LARGE, "one more");
	length = (size_t) sprintf(large, "{" OCT ",\"x\":");
	memset(large + length, '[', 100000);
	is_number(read_bytes(large, length + 100000), AUTHZ_JWK_MALFORMED, "arrays nested 100000 deep");
	free(large);
}

/* The examples' keys, changed in any one byte, are read or not, and crash nothing. */
static void
changed(void)
{
	int unexpected = 0;

	for (size_t i = 0; i < VECTORS; i++)
	{
		size_t length = strlen(vectors[i].key);
		char *copy = strdup(vectors[i].key);

		for (size_t at = 0; at < length; at++)
		{
			unexpected += read_bytes(copy, at) != AUTHZ_JWK_MALFORMED;
			copy[at] ^= 1;
			unexpected += read_bytes(copy, length) > AUTHZ_JWK_MALFORMED;
			copy[at] ^= 1;
		}
		free(copy);
	}
	is_number(unexpected, 0, "cut or changed anywhere");
}

/* Own keys ---------------------------------------------------------------- */

static void
made(void)
{
	static const char *const names[] = {"HS256", "ES256", "EdDSA"};
	static const char text[] = "what is signed";
	char private[AUTHZ_JWK_TEXT_MAX + 1];
	char other[AUTHZ_JWK_TEXT_MAX + 1];
	char public[AUTHZ_JWK_TEXT_MAX + 1];
	char kid[AUTHZ_JWK_KID_MAX + 2];

	for (size_t i = 0; i < 3; i++)
	{
		AuthzJwa algorithm = authz_jwa_find(names[i]);
		uint8_t signature[64];
		size_t bytes = authz_signature_bytes(algorithm);
		AuthzJwk key = {0};

		ok(authz_jwk_make(algorithm, "k", private) &&
			   authz_jwk_read(private, strlen(private), &key) == AUTHZ_JWK_OK &&
			   key.algorithm == algorithm && strcmp(key.kid, "k") == 0,
		   "%s: a key is made and read", names[i]);
		ok(authz_jwk_make(algorithm, "k", other) && strcmp(private, other) != 0,
		   "no key is made twice");
		ok(authz_signature_make(&key, algorithm, text, sizeof(text), signature), "it signs");
		ok(authz_signature_verify(&key, algorithm, text, sizeof(text), signature, bytes),
		   "and verifies");
		ok(!authz_signature_verify(&key, algorithm, text, sizeof(text) - 1, signature, bytes),
		   "nothing else");
		for (AuthzJwa k = AUTHZ_JWA_UNKNOWN; k <= AUTHZ_JWA_EDDSA; k++)
		{
			if (k != algorithm)
				ok(!authz_signature_make(&key, k, text, sizeof(text), signature),
				   "nor signs by another algorithm");
		}
		if (i == 0)
			ok(!authz_jwk_publish(private, strlen(private), public), "a secret has no public half");
		else
		{
			ok(authz_jwk_publish(private, strlen(private), public) &&
				   strstr(public, "\"d\"") == NULL && strlen(public) < strlen(private) &&
				   usable(public) == 1 && set.keys[0].algorithm == algorithm &&
				   strcmp(set.keys[0].kid, "k") == 0,
			   "its public half is a key");
			ok(authz_signature_verify(&set.keys[0], algorithm, text, sizeof(text), signature,
									  bytes),
			   "that verifies");
			ok(!authz_signature_make(&set.keys[0], algorithm, text, sizeof(text), signature),
			   "and does not sign");
			ok(authz_jwk_publish(other, strlen(other), public) && usable(public) == 1 &&
				   !authz_signature_verify(&set.keys[0], algorithm, text, sizeof(text), signature,
										   bytes),
			   "another's does not verify");
		}
		authz_jwk_free(&key);
	}
	for (AuthzJwa k = AUTHZ_JWA_UNKNOWN; k <= AUTHZ_JWA_EDDSA; k++)
	{
		if (authz_signature_bytes(k) == 0)
			ok(!authz_jwk_make(k, "k", private), "no key is made for any other");
	}
	memset(kid, '"', sizeof(kid));
	kid[AUTHZ_JWK_KID_MAX] = '\0';
	for (size_t i = 0; i < 3; i++)
	{
		AuthzJwk key = {0};

		ok(authz_jwk_make(authz_jwa_find(names[i]), kid, private) &&
			   authz_jwk_read(private, strlen(private), &key) == AUTHZ_JWK_OK &&
			   strcmp(key.kid, kid) == 0 && strlen(private) <= AUTHZ_JWK_TEXT_MAX,
		   "the longest and worst name");
		authz_jwk_free(&key);
	}
	kid[AUTHZ_JWK_KID_MAX] = 'x';
	kid[AUTHZ_JWK_KID_MAX + 1] = '\0';
	ok(!authz_jwk_make(AUTHZ_JWA_ES256, kid, private), "one more is too long");
}

/* RFC 8037, A.1 and A.2: the private and the public key; and what is no pair. */
static void
own(void)
{
	static const struct
	{
		const char *json;
		AuthzJwkResult result;
	} cases[] = {
		{"{" OKP "," OKP_D "}", AUTHZ_JWK_OK},
		{"{" EC "," POINT_D "}", AUTHZ_JWK_OK},
		{"{" OCT "}", AUTHZ_JWK_OK},
		{"{" OCT ",\"key_ops\":[\"sign\"]}", AUTHZ_JWK_OK},
		{"{" OCT ",\"key_ops\":[\"verify\"]}", AUTHZ_JWK_MALFORMED},
		{"{" OKP "}", AUTHZ_JWK_MALFORMED},
		{"{" EC "}", AUTHZ_JWK_MALFORMED},
		{"{" EC ",\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}", AUTHZ_JWK_MALFORMED},
		{"{" EC ",\"d\":\"__________________________________________8\"}", AUTHZ_JWK_MALFORMED},
		{"{" EC ",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\"}", AUTHZ_JWK_MALFORMED},
		{"{" OKP "," POINT_D "}", AUTHZ_JWK_MALFORMED},
		{"{\"keys\":[{" OCT "}]}", AUTHZ_JWK_MALFORMED},
		{"{}", AUTHZ_JWK_MALFORMED},
		{"", AUTHZ_JWK_MALFORMED},
	};
	char public[AUTHZ_JWK_TEXT_MAX + 1];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		AuthzJwk key;

		is_number(authz_jwk_read(cases[i].json, strlen(cases[i].json), &key), cases[i].result,
				  cases[i].json);
		authz_jwk_free(&key);
	}
	{
		static const char rfc[] =
			"{\"kty\":\"OKP\",\"kid\":\"k\",\"alg\":\"EdDSA\",\"use\":\"sig\","
			"\"crv\":\"Ed25519\"," OKP_X "," OKP_D "}";
		static const char expected[] = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iyl"
									   "Gjg5BhVsPt9g7sVvpAr_MuM0KAg";
		static const char text[] = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
		uint8_t signature[64];
		char encoded[87] = "";
		AuthzJwk key;

		authz_jwk_read(rfc, strlen(rfc), &key);
		authz_signature_make(&key, AUTHZ_JWA_EDDSA, text, strlen(text), signature);
		authz_base64url_encode(signature, sizeof(signature), encoded);
		is_text(encoded, expected, "RFC 8037, A.4: the very signature");
		authz_jwk_publish(rfc, strlen(rfc), public);
		is_text(public,
				"{\"kty\":\"OKP\",\"kid\":\"k\",\"alg\":\"EdDSA\",\"use\":\"sig\","
				"\"crv\":\"Ed25519\"," OKP_X "}",
				"RFC 8037, A.2: the public half");
		authz_jwk_free(&key);
	}
	ok(!authz_jwk_publish("", 0, public) && !authz_jwk_publish("{}", 2, public) &&
		   !authz_jwk_publish("{\"kty\":1}", 9, public) &&
		   !authz_jwk_publish("{\"kty\":\"EC\"}", 12, public) &&
		   !authz_jwk_publish("{\"kty\":\"RSA\"}", 13, public),
	   "nothing else has one");
	is_number((long long) ERR_peek_error(), 0, "the library's queue of errors is empty");
}

static long allocations_left;
static long allocations_held;

static void *
scarce_malloc(size_t size)
{
	if (allocations_left-- <= 0)
		return NULL;
	allocations_held++;
	return malloc(size);
}

static void
scarce_free(void *memory)
{
	allocations_held -= memory != NULL;
	free(memory);
}

/* Memory for so many of the allocations of JSON. */
static void
scarce_memory(void)
{
	int results[AUTHZ_JWK_MEMORY + 1] = {0};
	AuthzJwkResult result;
	long n = 0;

	json_set_alloc_funcs(scarce_malloc, scarce_free);
	do
	{
		allocations_left = n++;
		result = read_set("{\"keys\":[{" OCT ",\"kid\":\"a\",\"key_ops\":[\"verify\"]},{" EC "}]}");
		results[result]++;
	} while (result != AUTHZ_JWK_OK && n < 1000);
	is_number((long long) set.count, 2, "read once there is memory enough");
	authz_jwk_set_free(&set);
	json_set_alloc_funcs(malloc, free);
	ok(results[AUTHZ_JWK_MEMORY] > results[AUTHZ_JWK_MALFORMED], "the lack is mostly said");
	is_number(allocations_held, 0, "nothing is kept");
}

int
main(void)
{
	forms();
	members();
	rsa();
	curves();
	secrets();
	choice();
	limits();
	changed();
	made();
	own();
	scarce_memory();
	authz_jwk_set_free(&set);
	return tap_end();
}
