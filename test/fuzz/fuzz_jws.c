/*
 * fuzz_jws.c
 *	  Signed texts in compact form. An input that begins with 'j' is a header and,
 *	  on the next line, a payload, and is signed here with HS256: it is opened if
 *	  a slower look at the header finds nothing wrong, and not otherwise. Any other
 *	  is a text after its first byte, which is opened only if it is an example of
 *	  the RFCs, letter by letter.
 */
#include <jansson.h>

#include "pure/base64url.h"
#include "pure/digest.h"
#include "pure/jws.h"

#include "../unit/jose_vectors.h"
#include "fuzz.h"

#define SIGNATURE_BYTES 32
#define INPUT_MAX AUTHZ_JWS_MAX_BYTES

static uint8_t key[33] = "known to this program alone ....";
static char text[4 * AUTHZ_JWS_MAX_BYTES];
static uint8_t payload[4 * AUTHZ_JWS_MAX_BYTES];

static AuthzJwk named = {.type = AUTHZ_JWK_OCT,
						 .kid = (char *) "k",
						 .secret = key,
						 .secret_length = sizeof(key)};

/* All keys of the examples. */
static AuthzJwkSet examples;

static void
read_examples(void)
{
	static AuthzJwk keys[VECTORS];

	for (size_t i = 0; i < VECTORS; i++)
	{
		AuthzJwkSet one;

		CHECK(authz_jwk_set_read(vectors[i].key, strlen(vectors[i].key), &one) == AUTHZ_JWK_OK);
		keys[i] = one.keys[0];
		free(one.keys);
	}
	examples.keys = keys;
}

static size_t
append(const void *bytes, size_t length, size_t at)
{
	authz_base64url_encode(bytes, length, text + at);
	return at + AUTHZ_BASE64URL_ENCODED(length);
}

static size_t
forge(const void *header, size_t header_length, const void *claims, size_t claims_length)
{
	uint8_t signature[SIGNATURE_BYTES];
	size_t at = append(header, header_length, 0);

	text[at++] = '.';
	at = append(claims, claims_length, at);
	CHECK(authz_hmac("SHA256", key, sizeof(key), text, at, signature) == SIGNATURE_BYTES);
	text[at++] = '.';
	return append(signature, sizeof(signature), at);
}

/* The rule in other words; *kid is the header's, "" for none, "k" for the key's. */
static AuthzJwsResult
expected(const char *header, size_t length, bool in_set)
{
	json_t *object = json_loadb(header, length, JSON_REJECT_DUPLICATES, NULL);
	AuthzJwsResult result = AUTHZ_JWS_MALFORMED;
	json_t *algorithm = json_object_get(object, "alg");
	json_t *kid = json_object_get(object, "kid");
	json_t *encoded = json_object_get(object, "b64");

	if (length > AUTHZ_JWS_HEADER_MAX_BYTES || !json_is_object(object) ||
		!json_is_string(algorithm) || (kid != NULL && !json_is_string(kid)))
		result = AUTHZ_JWS_MALFORMED;
	else if (authz_jwa_find(json_string_value(algorithm)) == AUTHZ_JWA_UNKNOWN ||
			 json_object_get(object, "crit") != NULL || (encoded != NULL && encoded != json_true()))
		result = AUTHZ_JWS_ALGORITHM;
	else if (strcmp(json_string_value(algorithm), "HS256") != 0 ||
			 (in_set && kid != NULL && strcmp(json_string_value(kid), "k") != 0))
		result = AUTHZ_JWS_KEY;
	else
		result = AUTHZ_JWS_OK;
	json_decref(object);
	return result;
}

static void
check_json(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	size_t header_length = end == NULL ? size : (size_t) (end - data);
	const uint8_t *claims = end == NULL ? data + size : end + 1;
	size_t claims_length = (size_t) (data + size - claims);
	size_t length = forge(data, header_length, claims, claims_length);
	bool fits = length <= AUTHZ_JWS_MAX_BYTES && header_length > 0;

	for (int in_set = 0; in_set < 2; in_set++)
	{
		AuthzJwk unnamed = named;
		AuthzJwkSet keys = {&unnamed, 1, in_set == 0, 0};
		size_t payload_length = 0;
		AuthzJwsResult result;

		if (in_set == 0)
			unnamed.kid = NULL;
		result = authz_jws_open(text, length, &keys, payload, &payload_length);
		CHECK(result == (fits ? expected((const char *) data, header_length, in_set != 0)
							  : AUTHZ_JWS_MALFORMED));
		if (result == AUTHZ_JWS_OK)
			CHECK(payload_length == claims_length &&
				  (claims_length == 0 || memcmp(payload, claims, claims_length) == 0));
	}
}

/* By any one of the examples' keys, and by all of them together. */
static void
check_text(const char *of, size_t size)
{
	bool known = false;
	size_t length;

	for (size_t i = 0; i < VECTORS; i++)
		known = known || (strlen(vectors[i].jws) == size && memcmp(vectors[i].jws, of, size) == 0);
	for (size_t i = 0; i < VECTORS; i++)
	{
		AuthzJwkSet one = {examples.keys + i, 1, true, 0};

		if (authz_jws_open(of, size, &one, payload, &length) == AUTHZ_JWS_OK)
			CHECK(known);
		one.single = false;
		if (authz_jws_open(of, size, &one, payload, &length) == AUTHZ_JWS_OK)
			CHECK(known);
	}
	examples.count = VECTORS;
	if (authz_jws_open(of, size, &examples, payload, &length) == AUTHZ_JWS_OK)
		CHECK(known);
	if (authz_jws_peek(of, size, payload, &length) != AUTHZ_JWS_OK)
		CHECK(!known);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (examples.keys == NULL)
		read_examples();
	if (size == 0 || size > INPUT_MAX)
		return 0;
	if (data[0] == 'j')
		check_json(data + 1, size - 1);
	else
		check_text((const char *) data + 1, size - 1);
	return 0;
}
