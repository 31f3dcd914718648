/*
 * fuzz_header_value.c
 *	  A header's value: as it comes, and signed. Nothing is believed that was not
 *	  signed here, and what is believed can be written again.
 */
#include "pure/base64url.h"
#include "pure/digest.h"
#include "pure/header_value.h"

#include "fuzz.h"

#define APPLICATION "0f5b0de4-5f6c-4c1e-9d0b-7a3f2b1c4d5e"
#define SECRET "a secret of proxy and application"
#define MAC_BYTES 32

static AuthzHeaderResult
read_value(const char *value, size_t length, AuthzHeaderValue *out)
{
	return authz_header_value_read(value, length, APPLICATION, (const uint8_t *) SECRET,
								   strlen(SECRET), out);
}

/* The text with a dot and its mac behind it. */
static size_t
sign(const char *text, size_t length, char *value)
{
	size_t prefix = strlen("authz header " APPLICATION "\n");
	char *message = malloc(prefix + length + 1);
	uint8_t mac[AUTHZ_HASH_MAX_BYTES];

	memcpy(message, "authz header " APPLICATION "\n", prefix);
	memcpy(message + prefix, text, length);
	CHECK(authz_hmac("SHA256", (const uint8_t *) SECRET, strlen(SECRET), message, prefix + length,
					 mac) == MAC_BYTES);
	free(message);
	memcpy(value, text, length);
	value[length] = '.';
	authz_hex_encode(mac, MAC_BYTES, value + length + 1);
	return length + 1 + 2 * MAC_BYTES;
}

/* Only one text says so, but for the nonce. */
static void
check_again(const char *text, size_t length, const AuthzHeaderValue *read)
{
	size_t bytes = strlen(read->user);
	char user[AUTHZ_BASE64URL_ENCODED(AUTHZ_HEADER_USER_MAX) + 1];
	char again[AUTHZ_HEADER_VALUE_MAX];
	int n;

	CHECK(bytes > 0 && bytes <= AUTHZ_HEADER_USER_MAX);
	authz_base64url_encode((const uint8_t *) read->user, bytes, user);
	user[AUTHZ_BASE64URL_ENCODED(bytes)] = '\0';
	n = snprintf(again, sizeof(again), "v1.%s.%lld.", user, (long long) read->issued_at);
	CHECK(n > 0 && (size_t) n < length && memcmp(again, text, (size_t) n) == 0);
	CHECK(memchr(text + n, '.', length - (size_t) n) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	AuthzHeaderValue read;
	char *value;
	size_t length;

	CHECK(read_value(text, size, &read) != AUTHZ_HEADER_OK);
	CHECK(read.user[0] == '\0');
	value = malloc(size + 2 * MAC_BYTES + 2);
	length = sign(text, size, value);
	if (read_value(value, length, &read) == AUTHZ_HEADER_OK)
		check_again(text, size, &read);
	else
		CHECK(read.user[0] == '\0');
	free(value);
	return 0;
}
