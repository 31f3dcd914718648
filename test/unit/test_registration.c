/*
 * test_registration.c
 *	  Definitions of either protocol: JSON that means harm, texts too long, and
 *	  memory that ends anywhere.
 */
#include <stdlib.h>

#include <jansson.h>

#include "definitions.h"

#define MAX AUTHZ_REGISTRATION_MAX_BYTES
#define CB "\"redirect_uris\":[\"https://a.example/cb\"]"

static char text[2 * MAX];

static void
refused_by_both(const char *of, AuthzRegistrationResult reason)
{
	refused(AUTHZ_PROTOCOL_OIDC, of, reason, "", -1);
	refused(AUTHZ_PROTOCOL_SAML, of, reason, "", -1);
}

static void
not_json(void)
{
	static const char *const cases[] = {"",
										" ",
										"{",
										"}",
										"[]",
										"[{}]",
										"null",
										"7",
										"\"{}\"",
										"{}{}",
										"{} x",
										"{\"a\":1,}",
										"{'a':1}",
										"{a:1}",
										"{\"a\":NaN}",
										"{\"a\":01}",
										"{\"a\":1e999}",
										"{\"a\":99999999999999999999}",
										"{\"a\":\"\\u0000\"}",
										"{\"a\\u0000\":1}",
										"{\"a\":\"\\ud800\"}",
										"{\"a\":\"\xff\"}",
										"{\"a\":\"\xc0\xaf\"}",
										"{\"a\":\"\xed\xa0\x80\"}",
										"{\"a\":\"\x01\"}",
										"\xef\xbb\xbf{}",
										"{" CB "," CB "}",
										"{" CB ",\"redirect\\u005furis\":[]}",
										"{\"jwks\":{\"keys\":[],\"keys\":[]}}",
										"/* */{}"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused_by_both(cases[i], AUTHZ_REGISTRATION_NOT_JSON);
	is_number(authz_registration_read(AUTHZ_PROTOCOL_OIDC, "{}\0", 3, NOW, definition_out, &fault),
			  AUTHZ_REGISTRATION_NOT_JSON, "a NUL behind");
}

/* Into arrays and objects deeper than any reader needs to go. */
static void
nested(void)
{
	static const size_t depths[] = {10, 1000, 2047, 2048, 20000};

	for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++)
	{
		size_t depth = depths[i];
		size_t length = (size_t) sprintf(text, "{\"redirect_uris\":");

		memset(text + length, '[', depth);
		memset(text + length + depth, ']', depth);
		strcpy(text + length + 2 * depth, "}");
		ok(read_definition(AUTHZ_PROTOCOL_OIDC, text) != AUTHZ_REGISTRATION_OK,
		   "%zu arrays in each other", depth);
	}
	for (size_t length = 0; length < MAX - 6; length += 6)
		memcpy(text + length, "{\"a\":{", 7);
	ok(read_definition(AUTHZ_PROTOCOL_SAML, text) == AUTHZ_REGISTRATION_NOT_JSON,
	   "objects in each other");
}

static void
lengths(void)
{
	size_t length = strlen("{" CB "}");

	strcpy(text, "{" CB "}");
	memset(text + length, ' ', MAX - length);
	text[MAX] = '\0';
	taken(AUTHZ_PROTOCOL_OIDC, text, NULL, "as long as it may be");
	text[MAX] = ' ';
	text[MAX + 1] = '\0';
	refused_by_both(text, AUTHZ_REGISTRATION_TOO_LONG);
	memset(text, '"', sizeof(text) - 1);
	refused_by_both(text, AUTHZ_REGISTRATION_TOO_LONG);

	/* Short enough as it is given, but not with the defaults that are filled in. */
	length = (size_t) sprintf(text, "{\"redirect_uris\":[");
	for (int i = 0; i < 32; i++)
	{
		length += (size_t) sprintf(text + length, "\"https://a.example/%02d", i);
		memset(text + length, 'x', 2010);
		length += 2010;
		length += (size_t) sprintf(text + length, "\",");
	}
	sprintf(text + length, "\"https://a.example/\"]}");
	taken(AUTHZ_PROTOCOL_OIDC, text, NULL, "short enough with its defaults");
	sprintf(text + length, "\"https://a.example/%0*d\"]}", (int) (MAX - 22 - length), 0);
	is_number((long long) strlen(text), MAX, "as long as it may be");
	refused(AUTHZ_PROTOCOL_OIDC, text, AUTHZ_REGISTRATION_TOO_LONG, "", -1);
}

static void
unknown(void)
{
	refused_by_both("{\"\":1}", AUTHZ_REGISTRATION_UNKNOWN);
	is_text(fault.quote, "", "of an empty name nothing is quoted");
	refused_by_both("{\"a\\nb\\u001b[31m\\u202e\\u007f\":1}", AUTHZ_REGISTRATION_UNKNOWN);
	is_text(fault.quote, "a?b?[31m????", "what is not printable is not quoted");
	memset(text, 'm', MAX);
	memcpy(text, "{\"", 2);
	strcpy(text + MAX - 4, "\":1}");
	refused_by_both(text, AUTHZ_REGISTRATION_UNKNOWN);
	ok(strlen(fault.quote) == AUTHZ_REGISTRATION_QUOTE_MAX, "of a long name the beginning");
}

/* The library's allocations end after so many. */
static size_t allocations;

static void *
allocate(size_t size)
{
	return allocations-- == 0 ? (allocations = 0, NULL) : malloc(size);
}

/* Whenever memory ends, nothing is written, until there is enough. */
static void
memory(AuthzProtocol protocol, const char *of, AuthzRegistrationResult expected, const char *name)
{
	size_t least = 0;
	AuthzRegistrationResult result;

	json_set_alloc_funcs(allocate, free);
	do
	{
		allocations = least++;
		result = read_definition(protocol, of);
	} while ((result == AUTHZ_REGISTRATION_MEMORY || result == AUTHZ_REGISTRATION_NOT_JSON) &&
			 definition_out[0] == '\0');
	json_set_alloc_funcs(malloc, free);
	is_number(result, expected, name);
	ok(least > 20, "after %zu allocations", least);
}

static void
no_memory(void)
{
	static char saml[16384];
	static char lines[4096];
	uint8_t der[16384];
	EVP_PKEY *key = EVP_EC_gen("P-256");
	size_t length = certify(key, key, EVP_sha256(), NOW - DAY, NOW + DAY, der);

	EVP_PKEY_free(key);
	base64(der, length, 0, lines);
	sprintf(saml,
			"{\"entity_id\":\"urn:x:y\",\"acs_urls\":[\"https://a.example/\",{\"url\":"
			"\"https://b.example/\"}],\"slo_url\":\"https://a.example/slo\","
			"\"name_id_format\":\"transient\",\"certificate\":\"%s\","
			"\"encryption_certificate\":{\"pem\":\"%s\"}}",
			lines, lines);
	memory(AUTHZ_PROTOCOL_SAML, saml, AUTHZ_REGISTRATION_OK, "memory ends for a service provider");
	memory(AUTHZ_PROTOCOL_OIDC,
		   "{" CB ",\"post_logout_redirect_uris\":[\"https://a.example/\"],\"grant_types\":["
		   "\"refresh_token\",\"authorization_code\"],\"response_types\":[\"code\"],\"pkce\":"
		   "\"optional\",\"token_endpoint_auth_method\":\"private_key_jwt\",\"scopes\":[\"a\"],"
		   "\"jwks\":{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"1\","
		   "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}}",
		   AUTHZ_REGISTRATION_OK, "memory ends for a client");
	memory(AUTHZ_PROTOCOL_OIDC, "{" CB "}", AUTHZ_REGISTRATION_OK, "memory ends for a small one");
	memory(AUTHZ_PROTOCOL_OIDC, "{\"redirect_uris\":[\"https://a.example/\",\"https://*/\"]}",
		   AUTHZ_REGISTRATION_URI, "memory ends for a wrong one");
}

int
main(void)
{
	not_json();
	nested();
	lengths();
	unknown();
	no_memory();
	return tap_end();
}
