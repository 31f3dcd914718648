/*
 * header_value.c
 *	  The value of a header by which a proxy tells who somebody is.
 */
#include <string.h>

#include "pure/base64url.h"
#include "pure/digest.h"
#include "pure/header_value.h"

#define PREFIX "v1."
#define PURPOSE "authz header "
#define APPLICATION_LENGTH 36
#define MAC_BYTES 32 /* HMAC with SHA256 */
#define MAC_LENGTH ((size_t) (2 * MAC_BYTES))
#define TIME_DIGITS_MAX 12
#define NONCE_MIN 16
#define NONCE_MAX 64

typedef struct Part
{
	const char *text;
	size_t length;
} Part;

/* The parts between so many dots; false where there are more or fewer. */
static bool
split(const char *text, size_t length, Part *parts, size_t n)
{
	const char *end = text + length;

	for (size_t i = 0; i < n; i++)
	{
		const char *dot = memchr(text, '.', (size_t) (end - text));

		if ((dot == NULL) != (i == n - 1))
			return false;
		parts[i] = (Part){text, (size_t) ((dot == NULL ? end : dot) - text)};
		text = dot == NULL ? end : dot + 1;
	}
	return true;
}

static bool
is_signed(const char *text, size_t length, const char *mac, const char *application,
		  const uint8_t *secret, size_t secret_length)
{
	char message[sizeof(PURPOSE) + APPLICATION_LENGTH + 1 + AUTHZ_HEADER_VALUE_MAX];
	char given[MAC_LENGTH + 1];
	char expected[MAC_LENGTH + 1];
	uint8_t bytes[AUTHZ_HASH_MAX_BYTES];
	char *at = message;

	if (strlen(application) != APPLICATION_LENGTH)
		return false;
	memcpy(at, PURPOSE, sizeof(PURPOSE) - 1);
	at += sizeof(PURPOSE) - 1;
	memcpy(at, application, APPLICATION_LENGTH);
	at += APPLICATION_LENGTH;
	*at++ = '\n';
	memcpy(at, text, length);
	at += length;
	if (authz_hmac("SHA256", secret, secret_length, message, (size_t) (at - message), bytes) !=
		MAC_BYTES)
		return false;
	authz_hex_encode(bytes, MAC_BYTES, expected);
	memcpy(given, mac, MAC_LENGTH);
	given[MAC_LENGTH] = '\0';
	return authz_hex_equal(expected, given);
}

static bool
read_user(Part part, char *user)
{
	size_t length = AUTHZ_BASE64URL_DECODED(part.length);

	if (length == 0 || length > AUTHZ_HEADER_USER_MAX ||
		!authz_base64url_decode(part.text, part.length, (uint8_t *) user))
		return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char) user[i] < ' ' || user[i] == 0x7f)
			return false;
	user[length] = '\0';
	return true;
}

static bool
read_time(Part part, int64_t *seconds)
{
	*seconds = 0;
	if (part.length == 0 || part.length > TIME_DIGITS_MAX || part.text[0] == '0')
		return false;
	for (size_t i = 0; i < part.length; i++)
	{
		if (part.text[i] < '0' || part.text[i] > '9')
			return false;
		*seconds = 10 * *seconds + (part.text[i] - '0');
	}
	return true;
}

static bool
is_nonce(Part part)
{
	if (part.length < NONCE_MIN || part.length > NONCE_MAX)
		return false;
	for (size_t i = 0; i < part.length; i++)
	{
		char c = part.text[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
			return false;
	}
	return true;
}

AuthzHeaderResult
authz_header_value_read(const char *value, size_t length, const char *application,
						const uint8_t *secret, size_t secret_length, AuthzHeaderValue *out)
{
	size_t prefix = sizeof(PREFIX) - 1;
	size_t signed_length;
	Part parts[3];

	memset(out, 0, sizeof(*out));
	if (length > AUTHZ_HEADER_VALUE_MAX || length < prefix + MAC_LENGTH + 1 ||
		memcmp(value, PREFIX, prefix) != 0)
		return AUTHZ_HEADER_MALFORMED;
	signed_length = length - MAC_LENGTH - 1;
	if (value[signed_length] != '.')
		return AUTHZ_HEADER_MALFORMED;
	if (!is_signed(value, signed_length, value + signed_length + 1, application, secret,
				   secret_length))
		return AUTHZ_HEADER_FORGED;
	if (signed_length >= prefix &&
		split(value + prefix, signed_length - prefix, parts, sizeof(parts) / sizeof(parts[0])) &&
		read_user(parts[0], out->user) && read_time(parts[1], &out->issued_at) &&
		is_nonce(parts[2]))
	{
		out->signed_length = signed_length;
		return AUTHZ_HEADER_OK;
	}
	memset(out, 0, sizeof(*out));
	return AUTHZ_HEADER_MALFORMED;
}
