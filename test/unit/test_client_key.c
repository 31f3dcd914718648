/*
 * test_client_key.c
 *	  Which JWKs may be registered, and how they are then written.
 */
#include <stdlib.h>

#include <jansson.h>
#include <openssl/err.h>

#include "pure/client_key.h"

#include "tap.h"

/* RFC 7517, A.1. */
#define EC_X "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"
#define EC_Y "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"
#define RSA_N                                                                                  \
	"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"  \
	"BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_" \
	"FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-"        \
	"bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-"                            \
	"csFCur-kEgU8awapJzKnqDKgw"

/* RFC 8037, A.2. */
#define ED_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

#define RSA "\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\""
#define EC "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\""
#define ED "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED_X "\""

static AuthzClientKeyResult
check(const char *text)
{
	json_t *key = json_loads(text, JSON_DECODE_ANY, NULL);
	AuthzClientKeyResult result;

	ERR_clear_error();
	ERR_raise(ERR_LIB_USER, 1);
	result = authz_client_key_check(key);
	ok(key != NULL && ERR_GET_LIB(ERR_get_error()) == ERR_LIB_USER && ERR_get_error() == 0,
	   "others' errors are as they were");
	json_decref(key);
	return result;
}

static void
written(const char *text, const char *expected, const char *name)
{
	json_t *key = json_loads(text, 0, NULL);
	json_t *canonical = authz_client_key_write(key);
	char *out = json_dumps(canonical, JSON_COMPACT);

	is_number(check(text), AUTHZ_CLIENT_KEY_OK, name);
	is_text(out, expected, "written");
	is_number(authz_client_key_check(canonical), AUTHZ_CLIENT_KEY_OK, "and read again");
	free(out);
	json_decref(canonical);
	json_decref(key);
}

static void
good(void)
{
	written("{" RSA "}", "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\",\"use\":\"sig\"}",
			"RSA");
	written("{" EC "}", "{" EC ",\"use\":\"sig\"}", "P-256");
	written("{" ED "}", "{" ED ",\"use\":\"sig\"}", "Ed25519");
	written("{\"alg\":\"PS256\",\"use\":\"sig\",\"kid\":\"k\\u002d1\",\"e\":\"AQAB\",\"n\":\"" RSA_N
			"\",\"kty\":\"RSA\",\"key_ops\":[\"verify\"],\"ext\":true}",
			"{" RSA ",\"kid\":\"k-1\",\"alg\":\"PS256\",\"use\":\"sig\"}", "all that it may have");
	written("{" EC ",\"alg\":\"ES256\"}", "{" EC ",\"alg\":\"ES256\",\"use\":\"sig\"}", "ES256");
	written("{" ED ",\"alg\":\"Ed25519\"}", "{" ED ",\"alg\":\"Ed25519\",\"use\":\"sig\"}",
			"Ed25519's newer name");
	is_number(check("{" ED ",\"alg\":\"EdDSA\"}"), AUTHZ_CLIENT_KEY_OK, "and its older one");
}

static void
refused(void)
{
	static const struct
	{
		const char *text;
		AuthzClientKeyResult reason;
	} cases[] = {
		{"{}", AUTHZ_CLIENT_KEY_TYPE},
		{"[]", AUTHZ_CLIENT_KEY_TYPE},
		{"\"RSA\"", AUTHZ_CLIENT_KEY_TYPE},
		{"null", AUTHZ_CLIENT_KEY_TYPE},
		{"{\"kty\":1}", AUTHZ_CLIENT_KEY_TYPE},
		{"{\"kty\":\"rsa\"}", AUTHZ_CLIENT_KEY_TYPE},
		{"{\"kty\":\"DSA\"}", AUTHZ_CLIENT_KEY_TYPE},
		{"{\"kty\":\"EC\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}", AUTHZ_CLIENT_KEY_TYPE},
		{"{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}",
		 AUTHZ_CLIENT_KEY_TYPE},
		{"{\"kty\":\"EC\",\"crv\":\"Ed25519\",\"x\":\"" ED_X "\"}", AUTHZ_CLIENT_KEY_TYPE},
		{"{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" ED_X "\"}", AUTHZ_CLIENT_KEY_TYPE},

		{"{" RSA ",\"d\":\"AQ\"}", AUTHZ_CLIENT_KEY_PRIVATE},
		{"{" EC ",\"d\":\"AQ\"}", AUTHZ_CLIENT_KEY_PRIVATE},
		{"{" ED ",\"d\":\"AQ\"}", AUTHZ_CLIENT_KEY_PRIVATE},
		{"{" RSA ",\"p\":null}", AUTHZ_CLIENT_KEY_PRIVATE},
		{"{" RSA ",\"oth\":[]}", AUTHZ_CLIENT_KEY_PRIVATE},
		{"{\"kty\":\"oct\",\"k\":\"AQ\"}", AUTHZ_CLIENT_KEY_PRIVATE},
		{"{\"kty\":\"oct\"}", AUTHZ_CLIENT_KEY_PRIVATE},
		{"{" RSA ",\"k\":\"AQ\"}", AUTHZ_CLIENT_KEY_PRIVATE},

		{"{" RSA ",\"x5u\":\"https://a.example/\"}", AUTHZ_CLIENT_KEY_MALFORMED},
		{"{" RSA ",\"crv\":\"P-256\"}", AUTHZ_CLIENT_KEY_MALFORMED},
		{"{" RSA ",\"x\":\"" EC_X "\"}", AUTHZ_CLIENT_KEY_MALFORMED},
		{"{" EC ",\"n\":\"AQAB\"}", AUTHZ_CLIENT_KEY_MALFORMED},
		{"{" ED ",\"y\":\"" EC_Y "\"}", AUTHZ_CLIENT_KEY_MALFORMED},
		{"{\"kty\":\"RSA\",\"n\":\"" RSA_N "\"}", AUTHZ_CLIENT_KEY_MALFORMED},
		{"{\"kty\":\"RSA\",\"e\":\"AQAB\"}", AUTHZ_CLIENT_KEY_MALFORMED},
		{"{\"kty\":\"RSA\",\"n\":\"AA" RSA_N "\",\"e\":\"AQAB\"}", AUTHZ_CLIENT_KEY_WEAK},
		{"{\"kty\":\"RSA\",\"n\":\"" RSA_N "=\",\"e\":\"AQAB\"}", AUTHZ_CLIENT_KEY_WEAK},
		{"{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AAEAAQ\"}", AUTHZ_CLIENT_KEY_WEAK},
		{"{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"\"}", AUTHZ_CLIENT_KEY_WEAK},
		{"{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":65537}", AUTHZ_CLIENT_KEY_MALFORMED},
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\"}", AUTHZ_CLIENT_KEY_MALFORMED},
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"" EC_Y "\"}",
		 AUTHZ_CLIENT_KEY_WEAK},
		{"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}",
		 AUTHZ_CLIENT_KEY_WEAK},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQ\"}", AUTHZ_CLIENT_KEY_WEAK},
		{"{" EC ",\"kid\":\"\"}", AUTHZ_CLIENT_KEY_MALFORMED},
		{"{" EC ",\"kid\":\"a b\"}", AUTHZ_CLIENT_KEY_MALFORMED},
		{"{" EC ",\"kid\":\"\\u00e4\"}", AUTHZ_CLIENT_KEY_MALFORMED},
		{"{" EC ",\"kid\":7}", AUTHZ_CLIENT_KEY_MALFORMED},
		{"{" EC ",\"kid\":null}", AUTHZ_CLIENT_KEY_MALFORMED},

		{"{" EC ",\"use\":\"enc\"}", AUTHZ_CLIENT_KEY_USE},
		{"{" EC ",\"use\":1}", AUTHZ_CLIENT_KEY_USE},
		{"{" EC ",\"alg\":\"ES384\"}", AUTHZ_CLIENT_KEY_USE},
		{"{" EC ",\"alg\":\"HS256\"}", AUTHZ_CLIENT_KEY_USE},
		{"{" EC ",\"alg\":\"none\"}", AUTHZ_CLIENT_KEY_USE},
		{"{" RSA ",\"alg\":\"RSA-OAEP\"}", AUTHZ_CLIENT_KEY_USE},
		{"{" RSA ",\"alg\":\"RS1\"}", AUTHZ_CLIENT_KEY_USE},
		{"{" ED ",\"alg\":\"ES256\"}", AUTHZ_CLIENT_KEY_USE},
		{"{" EC ",\"key_ops\":[\"sign\"]}", AUTHZ_CLIENT_KEY_USE},
		{"{" EC ",\"key_ops\":[\"verify\",\"deriveKey\"]}", AUTHZ_CLIENT_KEY_USE},
		{"{" EC ",\"key_ops\":[]}", AUTHZ_CLIENT_KEY_USE},
		{"{" EC ",\"key_ops\":\"verify\"}", AUTHZ_CLIENT_KEY_USE},

		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_Y "\",\"y\":\"" EC_X "\"}",
		 AUTHZ_CLIENT_KEY_WEAK},
		{"{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQ\"}", AUTHZ_CLIENT_KEY_WEAK},
		{"{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"BA\"}", AUTHZ_CLIENT_KEY_WEAK},
		{"{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAAAAAAAAAB\"}", AUTHZ_CLIENT_KEY_WEAK},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
		 AUTHZ_CLIENT_KEY_WEAK},
		{"{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", AUTHZ_CLIENT_KEY_WEAK},
		{"{\"kty\":\"RSA\",\"n\":\"" ED_X ED_X ED_X ED_X "\",\"e\":\"AQAB\"}",
		 AUTHZ_CLIENT_KEY_WEAK},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_number(check(cases[i].text), cases[i].reason, cases[i].text);
	is_number(authz_client_key_check(NULL), AUTHZ_CLIENT_KEY_TYPE, "nothing");
}

static void
lengths(void)
{
	char id[AUTHZ_CLIENT_KEY_ID_MAX + 2];
	char number[1400];
	char text[2000];

	memset(id, 'k', sizeof(id));
	id[AUTHZ_CLIENT_KEY_ID_MAX + 1] = '\0';
	sprintf(text, "{" EC ",\"kid\":\"%s\"}", id);
	is_number(check(text), AUTHZ_CLIENT_KEY_MALFORMED, "a kid that is too long");
	id[AUTHZ_CLIENT_KEY_ID_MAX] = '\0';
	sprintf(text, "{" EC ",\"kid\":\"%s\"}", id);
	is_number(check(text), AUTHZ_CLIENT_KEY_OK, "the longest kid");

	/* 8192 bits are 1024 bytes, and those 1366 characters of which the last has two bits over. */
	memset(number, '_', sizeof(number));
	strcpy(number + 1365, "w");
	sprintf(text, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\"}", number);
	is_number(check(text), AUTHZ_CLIENT_KEY_OK, "the greatest modulus");
	sprintf(text, "{\"kty\":\"RSA\",\"n\":\"_%s\",\"e\":\"AQAB\"}", number);
	is_number(check(text), AUTHZ_CLIENT_KEY_WEAK, "a greater one");
}

int
main(void)
{
	good();
	refused();
	lengths();
	return tap_end();
}
