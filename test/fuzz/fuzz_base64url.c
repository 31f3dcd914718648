/*
 * fuzz_base64url.c
 *	  What decodes is the only text of its bytes, and every byte string has one.
 */
#include "pure/base64url.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t bytes = AUTHZ_BASE64URL_DECODED(size);
	size_t characters = AUTHZ_BASE64URL_ENCODED(size);
	uint8_t *decoded = malloc(bytes + 1);
	uint8_t *back = malloc(size + 1);
	char *text = malloc(characters + 1);
	char *again = malloc(size + 1);

	if (authz_base64url_decode((const char *) data, size, decoded))
	{
		CHECK(AUTHZ_BASE64URL_ENCODED(bytes) == size);
		authz_base64url_encode(decoded, bytes, again);
		CHECK(memcmp(again, data, size) == 0);
	}

	authz_base64url_encode(data, size, text);
	CHECK(AUTHZ_BASE64URL_DECODED(characters) == size);
	CHECK(authz_base64url_decode(text, characters, back));
	CHECK(memcmp(back, data, size) == 0);

	free(decoded);
	free(back);
	free(text);
	free(again);
	return 0;
}
