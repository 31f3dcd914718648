/*
 * saml.c
 *	  The definition of a SAML service provider.
 *
 * entity_id, acs_urls, slo_url, name_id_format (persistent),
 * want_assertions_signed (true, and nothing else), certificates (or
 * certificate, for one), encryption_certificate, in the order in which they
 * are written.
 *
 * An endpoint is a URL, or {"url", "index", "default"}: an index that is not
 * given is the place in the list, and of none that is said to be the default
 * it is the first. A certificate is its text, or {"pem", "sha256"}, as it is
 * written: the fingerprint must then be the certificate's.
 */
#include <string.h>

#include "pure/certificate.h"
#include "pure/digest.h"
#include "pure/saml.h"

#define ENDPOINTS_MAX 50
#define CERTIFICATES_MAX 10
#define INDEX_MAX 65535 /* an unsignedShort of SAML's */

#define FORMAT "urn:oasis:names:tc:SAML:"

static const char *const members[] = {"entity_id",
									  "acs_urls",
									  "slo_url",
									  "name_id_format",
									  "want_assertions_signed",
									  "certificate",
									  "certificates",
									  "encryption_certificate"};

static bool
read_entity(AuthzDefinition *definition)
{
	json_t *value = authz_definition_get(definition, "entity_id");
	AuthzUriKind kind = AUTHZ_URI_NAME;

	if (value == NULL)
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_MISSING);
	return authz_definition_put(definition, "entity_id",
								authz_definition_uri(definition, value, &kind));
}

/* NULL where it is missing or null. */
static json_t *
member_of(const json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);

	return json_is_null(value) ? NULL : value;
}

/* An endpoint with all three members; argument points to its place in the list. */
static json_t *
read_endpoint(AuthzDefinition *definition, json_t *element, void *argument)
{
	static const char *const known[] = {"url", "index", "default"};
	AuthzUriKind kind = AUTHZ_URI_WEB;
	json_int_t place = (*(json_int_t *) argument)++;
	const json_t *index = member_of(element, "index");
	const json_t *chosen = member_of(element, "default");
	json_t *url = element;

	if (json_is_object(element))
	{
		if (!authz_definition_knows(definition, element, known, AUTHZ_COUNT(known)))
			return NULL;
		url = member_of(element, "url");
		if (url == NULL)
			return authz_definition_fail(definition, AUTHZ_REGISTRATION_MISSING);
	}
	if ((index != NULL && !json_is_integer(index)) || (chosen != NULL && !json_is_boolean(chosen)))
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_TYPE);
	if (index != NULL)
		place = json_integer_value(index);
	if (place < 0 || place > INDEX_MAX)
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_COUNT);
	url = authz_definition_uri(definition, url, &kind);
	if (url == NULL)
		return NULL;
	return authz_definition_made(definition, json_pack("{so,sI,sb}", "url", url, "index", place,
													   "default", json_is_true(chosen)));
}

static json_int_t
index_of(const json_t *endpoint)
{
	return json_integer_value(json_object_get(endpoint, "index"));
}

static int
by_index(const void *a, const void *b)
{
	json_int_t first = index_of(*(json_t *const *) a);
	json_int_t second = index_of(*(json_t *const *) b);

	return (first > second) - (first < second);
}

/* Whether both cannot stand in one list. */
static bool
clash(const json_t *a, const json_t *b)
{
	return index_of(a) == index_of(b) ||
		   json_equal(json_object_get(a, "url"), json_object_get(b, "url")) ||
		   (json_is_true(json_object_get(a, "default")) &&
			json_is_true(json_object_get(b, "default")));
}

/* Indexes and URLs once each, and one default. */
static bool
are_distinct(AuthzDefinition *definition, const json_t *list)
{
	bool chosen = false;

	for (size_t i = 0; i < json_array_size(list); i++)
	{
		const json_t *endpoint = json_array_get(list, i);

		definition->fault->element = (int) i;
		for (size_t k = 0; k < i; k++)
		{
			if (clash(endpoint, json_array_get(list, k)))
				return authz_definition_fail(definition, AUTHZ_REGISTRATION_DUPLICATE);
		}
		chosen = chosen || json_is_true(json_object_get(endpoint, "default"));
	}
	return chosen || json_object_set_new(json_array_get(list, 0), "default", json_true()) == 0 ||
		   authz_definition_fail(definition, AUTHZ_REGISTRATION_MEMORY);
}

static bool
read_endpoints(AuthzDefinition *definition)
{
	const json_t *value = authz_definition_get(definition, "acs_urls");
	json_int_t place = 0;
	json_t *list;

	if (value == NULL)
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_MISSING);
	list = authz_definition_list(definition, value, 1, ENDPOINTS_MAX, read_endpoint, &place);
	if (list == NULL)
		return false;
	if (!are_distinct(definition, list))
	{
		json_decref(list);
		return false;
	}
	return authz_definition_put(definition, "acs_urls",
								authz_definition_sort(definition, list, by_index));
}

static bool
read_logout(AuthzDefinition *definition)
{
	json_t *value = authz_definition_get(definition, "slo_url");
	AuthzUriKind kind = AUTHZ_URI_WEB;

	return value == NULL || authz_definition_put(definition, "slo_url",
												 authz_definition_uri(definition, value, &kind));
}

/* By its last word or in full; written in full. */
static bool
read_format(AuthzDefinition *definition)
{
	static const char *const words[] = {
		"persistent",
		"transient",
		"emailAddress",
		"unspecified",
		FORMAT "2.0:nameid-format:persistent",
		FORMAT "2.0:nameid-format:transient",
		FORMAT "1.1:nameid-format:emailAddress",
		FORMAT "1.1:nameid-format:unspecified",
	};
	const size_t half = AUTHZ_COUNT(words) / 2;
	const json_t *value = authz_definition_get(definition, "name_id_format");
	size_t word = 0;

	if (value != NULL &&
		!authz_definition_word(definition, value, words, AUTHZ_COUNT(words), &word))
		return false;
	return authz_definition_put(
		definition, "name_id_format",
		authz_definition_made(definition, json_string(words[word < half ? word + half : word])));
}

/* An assertion that is not signed is anybody's. */
static bool
read_signing(AuthzDefinition *definition)
{
	const json_t *value = authz_definition_get(definition, "want_assertions_signed");

	if (value != NULL && !json_is_boolean(value))
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_TYPE);
	if (json_is_false(value))
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_UNSAFE);
	return authz_definition_put(definition, "want_assertions_signed", json_true());
}

static json_t *
fail_certificate(AuthzDefinition *definition, AuthzCertificateResult result)
{
	definition->fault->certificate = result;
	return authz_definition_fail(definition, AUTHZ_REGISTRATION_CERTIFICATE);
}

/* {"pem", "sha256"}; argument points to whether the certificate is there to encrypt for it. */
static json_t *
read_certificate(AuthzDefinition *definition, json_t *element, void *argument)
{
	static const char *const known[] = {"pem", "sha256"};
	bool encrypts = *(const bool *) argument;
	const json_t *fingerprint = member_of(element, "sha256");
	const json_t *pem = json_is_object(element) ? member_of(element, "pem") : element;
	AuthzCertificate certificate;
	AuthzCertificateResult result;

	if (json_is_object(element) &&
		!authz_definition_knows(definition, element, known, AUTHZ_COUNT(known)))
		return NULL;
	if (!json_is_string(pem) || (fingerprint != NULL && !json_is_string(fingerprint)))
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_TYPE);
	result = authz_certificate_read(json_string_value(pem), json_string_length(pem),
									definition->now, &certificate);
	if (result != AUTHZ_CERTIFICATE_OK)
		return fail_certificate(definition, result);
	if (fingerprint != NULL &&
		!authz_hex_equal(json_string_value(fingerprint), certificate.fingerprint))
		return fail_certificate(definition, AUTHZ_CERTIFICATE_FINGERPRINT);
	if (encrypts && !certificate.encrypts)
		return fail_certificate(definition, AUTHZ_CERTIFICATE_KEY);
	return authz_definition_made(definition, json_pack("{ss,ss}", "pem", certificate.pem, "sha256",
													   certificate.fingerprint));
}

static int
by_fingerprint(const void *a, const void *b)
{
	return strcmp(json_string_value(json_object_get(*(json_t *const *) a, "sha256")),
				  json_string_value(json_object_get(*(json_t *const *) b, "sha256")));
}

/* Those that it signs with: several while one follows another. */
static bool
read_certificates(AuthzDefinition *definition)
{
	json_t *single = authz_definition_get(definition, "certificate");
	json_t *several = authz_definition_get(definition, "certificates");
	bool encrypts = false;
	json_t *list;

	if (single != NULL && several != NULL)
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_DUPLICATE);
	list = authz_definition_made(definition, single != NULL	   ? json_pack("[O]", single)
											 : several != NULL ? json_incref(several)
															   : json_array());
	if (list == NULL)
		return false;
	several =
		authz_definition_list(definition, list, 0, CERTIFICATES_MAX, read_certificate, &encrypts);
	json_decref(list);
	if (several != NULL)
		several = authz_definition_sort(definition, several, by_fingerprint);
	return authz_definition_put(definition, "certificates", several);
}

static bool
read_encryption(AuthzDefinition *definition)
{
	json_t *value = authz_definition_get(definition, "encryption_certificate");
	bool encrypts = true;

	return value == NULL || authz_definition_put(definition, "encryption_certificate",
												 read_certificate(definition, value, &encrypts));
}

bool
authz_saml_read(AuthzDefinition *definition)
{
	return authz_definition_knows(definition, definition->given, members, AUTHZ_COUNT(members)) &&
		   read_entity(definition) && read_endpoints(definition) && read_logout(definition) &&
		   read_format(definition) && read_signing(definition) && read_certificates(definition) &&
		   read_encryption(definition);
}
