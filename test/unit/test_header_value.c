/*
 * test_header_value.c
 *	  A header's value is believed if it was signed for this application.
 */
#include <stdlib.h>

#include "pure/digest.h"
#include "pure/header_value.h"

#include "tap.h"

#define APPLICATION "0f5b0de4-5f6c-4c1e-9d0b-7a3f2b1c4d5e"
#define OTHER "1f5b0de4-5f6c-4c1e-9d0b-7a3f2b1c4d5e"
#define SECRET "a secret of proxy and application"
#define MAC_BYTES 32

/* v1.<anything>.<mac> for the application. */
static char *
sign(const char *application, const char *secret, const char *text)
{
	char message[4096];
	uint8_t mac[AUTHZ_HASH_MAX_BYTES];
	char *value = malloc(strlen(text) + 2 * MAC_BYTES + 2);
	int length = snprintf(message, sizeof(message), "authz header %s\n%s", application, text);

	authz_hmac("SHA256", (const uint8_t *) secret, strlen(secret), message, (size_t) length, mac);
	strcpy(value, text);
	strcat(value, ".");
	authz_hex_encode(mac, MAC_BYTES, value + strlen(value));
	return value;
}

static AuthzHeaderResult
read_value(const char *value, AuthzHeaderValue *out)
{
	return authz_header_value_read(value, strlen(value), APPLICATION, (const uint8_t *) SECRET,
								   strlen(SECRET), out);
}

static AuthzHeaderResult
result_of(const char *text)
{
	AuthzHeaderValue out;
	char *value = sign(APPLICATION, SECRET, text);
	AuthzHeaderResult result = read_value(value, &out);

	free(value);
	return result;
}

static void
good(void)
{
	AuthzHeaderValue out;
	char *value = sign(APPLICATION, SECRET, "v1.QW5u.1900000000.0123456789abcdef");

	/* Computed by openssl dgst -sha256 -hmac. */
	is_text(value,
			"v1.QW5u.1900000000.0123456789abcdef."
			"5a3852483082853db160d45fc6fac69ab262088361c2ca08e48ce312da122282",
			"the value that others would make");
	is_number(read_value(value, &out), AUTHZ_HEADER_OK, "it is read");
	is_text(out.user, "Ann", "the user");
	is_number(out.issued_at, 1900000000, "the time");
	for (char *c = strrchr(value, '.'); *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'f')
			*c = (char) (*c - 'a' + 'A');
	is_number(read_value(value, &out), AUTHZ_HEADER_OK, "hexadecimal of any case");
	free(value);
	is_number(result_of("v1.w6nDqQ.1.0123456789ABCDEFghijklmnopqrstuvwxyz"), AUTHZ_HEADER_OK,
			  "not of ASCII alone");
}

static void
forged(void)
{
	static const char text[] = "v1.QW5u.1900000000.0123456789abcdef";
	AuthzHeaderValue out;
	char *value = sign(OTHER, SECRET, text);

	is_number(read_value(value, &out), AUTHZ_HEADER_FORGED, "another application's");
	is_text(out.user, "", "tells nobody");
	free(value);
	value = sign(APPLICATION, "another secret", text);
	is_number(read_value(value, &out), AUTHZ_HEADER_FORGED, "another secret");
	free(value);
	value = sign(APPLICATION, SECRET, text);
	for (size_t i = 3; i < strlen(value); i++)
	{
		char was = value[i];
		AuthzHeaderResult result;

		if (i == strlen(text))
			continue;
		value[i] = was == '0' ? '1' : '0';
		result = read_value(value, &out);
		if (result != AUTHZ_HEADER_FORGED || out.user[0] != '\0')
			ok(false, "a change at %zu goes unnoticed", i);
		value[i] = was;
	}
	ok(true, "no character can be changed");
	free(value);
	is_number(authz_header_value_read("v1.x", 4, "", NULL, 0, &out), AUTHZ_HEADER_MALFORMED,
			  "an application that is none");
}

static void
malformed(void)
{
	static const char *const bad[] = {
		"v1",
		"v1.",
		"v1..1900000000.0123456789abcdef",
		"v1.QW5u..0123456789abcdef",
		"v1.QW5u.1900000000.",
		"v1.QW5u.1900000000",
		"v1.QW5u.1900000000.0123456789abcde",	 /* a nonce that is too short */
		"v1.QW5u.1900000000.0123456789abcdef.x", /* one part more */
		"v1.QW5u.1900000000.0123456789abcde_",
		"v1.QW5u.01.0123456789abcdef",
		"v1.QW5u.-1.0123456789abcdef",
		"v1.QW5u.1900000000000.0123456789abcdef",
		"v1.QW5u.19e8.0123456789abcdef",
		"v1.QW5u=.1900000000.0123456789abcdef",
		"v1.QW5v_.1900000000.0123456789abcdef", /* not canonical */
		"v1.AA.1900000000.0123456789abcdef",	/* a NUL */
		"v1.QQpC.1900000000.0123456789abcdef",	/* a line feed */
		"v1.fw.1900000000.0123456789abcdef",	/* DEL */
		"v2.QW5u.1900000000.0123456789abcdef",
		"V1.QW5u.1900000000.0123456789abcdef",
	};
	char nonce[100] = "v1.QW5u.1900000000.";
	char longest[3000];
	AuthzHeaderValue out;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_number(result_of(bad[i]), AUTHZ_HEADER_MALFORMED, bad[i]);
	memset(nonce + strlen(nonce), 'n', 65);
	is_number(result_of(nonce), AUTHZ_HEADER_MALFORMED, "a nonce that is too long");
	strcpy(longest, "v1.");
	memset(longest + 3, 'Q', 1708);
	strcpy(longest + 3 + 1708, ".1.0123456789abcdef");
	is_number(result_of(longest), AUTHZ_HEADER_MALFORMED, "a user that is too long");
	memset(longest, 'x', sizeof(longest) - 1);
	memcpy(longest, "v1.", 3);
	longest[sizeof(longest) - 1] = '\0';
	is_number(read_value(longest, &out), AUTHZ_HEADER_MALFORMED, "a value that is too long");
	is_number(read_value("", &out), AUTHZ_HEADER_MALFORMED, "nothing");
	is_number(read_value("Ann", &out), AUTHZ_HEADER_MALFORMED, "a name as it is");
}

int
main(void)
{
	good();
	forged();
	malformed();
	return tap_end();
}
