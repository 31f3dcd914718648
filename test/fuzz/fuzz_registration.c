/*
 * fuzz_registration.c
 *	  A definition after a byte that says of what: 'o' of an OpenID Connect
 *	  client, any other of a SAML service provider. What is taken is judged once
 *	  more by looking at the canonical text alone.
 */
#include <jansson.h>

#include "pure/registration.h"

#include "fuzz.h"

#define NOW 1767225600
#define MAX AUTHZ_REGISTRATION_MAX_BYTES

static char out[MAX + 1];
static char again[MAX + 1];
static AuthzRegistrationFault fault;

static const char *const members[] = {"",
									  "client_type",
									  "grant_types",
									  "response_types",
									  "redirect_uris",
									  "post_logout_redirect_uris",
									  "pkce",
									  "token_endpoint_auth_method",
									  "jwks",
									  "scopes",
									  "entity_id",
									  "acs_urls",
									  "slo_url",
									  "name_id_format",
									  "want_assertions_signed",
									  "certificates",
									  "encryption_certificate"};

static bool
is_known(const char *name)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
	{
		if (strcmp(members[i], name) == 0)
			return true;
	}
	return false;
}

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	CHECK(text != NULL);
	return text;
}

static bool
has(const json_t *list, const char *word)
{
	bool found = false;

	for (size_t i = 0; i < json_array_size(list); i++)
		found = found || strcmp(json_string_value(json_array_get(list, i)), word) == 0;
	return found;
}

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Without what an address never has; to this machine or encrypted, or an app's own. */
static void
check_uri(const char *uri, bool is_public)
{
	CHECK(strpbrk(uri, "*#\\ \"<>^`{|}") == NULL);
	if (begins(uri, "https://"))
		CHECK(memchr(uri + 8, '@', strcspn(uri + 8, "/?")) == NULL);
	else if (begins(uri, "http://"))
		CHECK(begins(uri, "http://127.") || begins(uri, "http://localhost") ||
			  begins(uri, "http://["));
	else
		CHECK(is_public && memchr(uri, '.', strcspn(uri, ":")) != NULL);
}

/* Sorted, each once; returns how many. */
static size_t
check_set(const json_t *list)
{
	CHECK(json_is_array(list));
	for (size_t i = 0; i < json_array_size(list); i++)
		CHECK(json_is_string(json_array_get(list, i)));
	for (size_t i = 1; i < json_array_size(list); i++)
		CHECK(strcmp(json_string_value(json_array_get(list, i - 1)),
					 json_string_value(json_array_get(list, i))) < 0);
	return json_array_size(list);
}

static void
check_uris(const json_t *list, bool is_public)
{
	CHECK(check_set(list) <= 50);
	for (size_t i = 0; i < json_array_size(list); i++)
		check_uri(json_string_value(json_array_get(list, i)), is_public);
}

static void
check_client(const json_t *client)
{
	bool is_public = strcmp(text_of(client, "client_type"), "public") == 0;
	const json_t *grants = json_object_get(client, "grant_types");
	const char *method = text_of(client, "token_endpoint_auth_method");
	const json_t *jwks = json_object_get(client, "jwks");
	bool code = has(grants, "authorization_code");

	CHECK(check_set(grants) >= 1 && !has(grants, "implicit") && !has(grants, "password"));
	CHECK(check_set(json_object_get(client, "response_types")) == (code ? 1 : 0));
	CHECK(check_set(json_object_get(client, "scopes")) <= 100);
	check_uris(json_object_get(client, "redirect_uris"), is_public);
	check_uris(json_object_get(client, "post_logout_redirect_uris"), is_public);
	CHECK(!code || json_array_size(json_object_get(client, "redirect_uris")) > 0);
	CHECK(is_public == (strcmp(method, "none") == 0));
	CHECK((jwks != NULL) == (strcmp(method, "private_key_jwt") == 0));
	CHECK(!is_public ||
		  (strcmp(text_of(client, "pkce"), "required") == 0 && !has(grants, "client_credentials")));
	if (jwks != NULL)
	{
		char *keys = json_dumps(jwks, 0);

		CHECK(strstr(keys, "\"d\":") == NULL && strstr(keys, "\"k\":") == NULL);
		free(keys);
	}
}

static void
check_provider(const json_t *provider)
{
	const json_t *endpoints = json_object_get(provider, "acs_urls");
	const json_t *certificates = json_object_get(provider, "certificates");
	json_int_t last = -1;
	int chosen = 0;

	CHECK(strchr(text_of(provider, "entity_id"), ':') != NULL);
	CHECK(begins(text_of(provider, "name_id_format"), "urn:oasis:names:tc:SAML:"));
	CHECK(json_is_true(json_object_get(provider, "want_assertions_signed")));
	CHECK(json_array_size(endpoints) >= 1 && json_array_size(endpoints) <= 50);
	for (size_t i = 0; i < json_array_size(endpoints); i++)
	{
		const json_t *endpoint = json_array_get(endpoints, i);
		json_int_t index = json_integer_value(json_object_get(endpoint, "index"));

		check_uri(text_of(endpoint, "url"), false);
		CHECK(index > last && index <= 65535);
		last = index;
		chosen += json_is_true(json_object_get(endpoint, "default"));
	}
	CHECK(chosen == 1);
	CHECK(json_array_size(certificates) <= 10);
	for (size_t i = 1; i < json_array_size(certificates); i++)
		CHECK(strcmp(text_of(json_array_get(certificates, i - 1), "sha256"),
					 text_of(json_array_get(certificates, i), "sha256")) < 0);
}

/* The same definition, spelled in another way, is written as the same text. */
static void
check_spelling(AuthzProtocol protocol, const char *text, size_t length)
{
	json_t *given = json_loadb(text, length, 0, NULL);
	char *other = json_dumps(given, JSON_SORT_KEYS | JSON_INDENT(2) | JSON_ENSURE_ASCII);

	CHECK(other != NULL);
	if (strlen(other) <= MAX)
	{
		CHECK(authz_registration_read(protocol, other, strlen(other), NOW, again, &fault) ==
			  AUTHZ_REGISTRATION_OK);
		CHECK(strcmp(out, again) == 0);
	}
	free(other);
	json_decref(given);
}

static void
check_taken(AuthzProtocol protocol, const char *text, size_t length)
{
	json_t *canonical = json_loads(out, JSON_REJECT_DUPLICATES, NULL);

	CHECK(canonical != NULL);
	if (protocol == AUTHZ_PROTOCOL_OIDC)
		check_client(canonical);
	else
		check_provider(canonical);
	json_decref(canonical);
	CHECK(authz_registration_read(protocol, out, strlen(out), NOW, again, &fault) ==
		  AUTHZ_REGISTRATION_OK);
	CHECK(strcmp(out, again) == 0);
	check_spelling(protocol, text, length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AuthzProtocol protocol;
	AuthzRegistrationResult result;

	if (size == 0)
		return 0;
	protocol = data[0] == 'o' ? AUTHZ_PROTOCOL_OIDC : AUTHZ_PROTOCOL_SAML;
	result = authz_registration_read(protocol, (const char *) data + 1, size - 1, NOW, out, &fault);
	if (result == AUTHZ_REGISTRATION_OK)
	{
		check_taken(protocol, (const char *) data + 1, size - 1);
		return 0;
	}
	CHECK(out[0] == '\0');
	CHECK(is_known(fault.member) && fault.element >= -1);
	CHECK(strlen(fault.quote) <= AUTHZ_REGISTRATION_QUOTE_MAX);
	for (const char *c = fault.quote; *c != '\0'; c++)
		CHECK(*c >= ' ' && *c <= '~');
	CHECK((result == AUTHZ_REGISTRATION_URI) == (fault.uri != AUTHZ_URI_OK));
	CHECK((result == AUTHZ_REGISTRATION_CERTIFICATE) ==
		  (fault.certificate != AUTHZ_CERTIFICATE_OK));
	CHECK((result == AUTHZ_REGISTRATION_KEY) == (fault.key != AUTHZ_CLIENT_KEY_OK));
	return 0;
}
