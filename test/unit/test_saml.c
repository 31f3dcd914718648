/*
 * test_saml.c
 *	  Which SAML service providers may be registered: each rule with one that
 *	  it lets pass and one that it does not.
 */
#include "definitions.h"

#define FORMAT "urn:oasis:names:tc:SAML:"
#define ID "\"entity_id\":\"https://sp.example/\""
#define ACS "\"acs_urls\":[\"https://sp.example/acs\"]"
#define ONE "{\"url\":\"https://sp.example/acs\",\"index\":0,\"default\":true}"
#define REST                        \
	",\"name_id_format\":\"" FORMAT \
	"2.0:nameid-format:persistent\",\"want_assertions_signed\":true,\"certificates\":[]"

/* Certificates as they stand in JSON: PEM with its newlines escaped, and the bare base64. */
typedef struct Sample
{
	char pem[4096];
	char plain[4096];
	char fingerprint[65];
} Sample;

static Sample first; /* of the two whose fingerprint is less */
static Sample second;
static Sample edwards;
static Sample weak;
static Sample expired;
static char text[65536];

static void
is_taken(const char *of, const char *expected, const char *name)
{
	taken(AUTHZ_PROTOCOL_SAML, of, expected, name);
}

static void
is_refused(const char *of, AuthzRegistrationResult reason, const char *member, int element)
{
	refused(AUTHZ_PROTOCOL_SAML, of, reason, member, element);
}

static void
sample(EVP_PKEY *key, EVP_PKEY *issuer, int64_t until, Sample *out)
{
	uint8_t der[16384];
	uint8_t digest[32];
	char lines[8192];
	char *to = out->pem;
	size_t length = certify(key, issuer, EVP_sha256(), NOW - 2 * DAY, until, der);

	base64(der, length, 0, out->plain);
	pem(der, length, lines);
	for (const char *c = lines; *c != '\0'; c++)
	{
		if (*c == '\n')
			*to++ = '\\';
		*to++ = *c == '\n' ? 'n' : *c;
	}
	*to = '\0';
	EVP_Digest(der, length, digest, NULL, EVP_sha256(), NULL);
	for (size_t i = 0; i < sizeof(digest); i++)
		sprintf(out->fingerprint + 2 * i, "%02x", digest[i]);
}

static void
make_samples(void)
{
	EVP_PKEY *issuer = EVP_EC_gen("P-256");
	EVP_PKEY *other = EVP_EC_gen("P-384");
	EVP_PKEY *ed25519 = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	EVP_PKEY *small = rsa_public(1024, 65537);

	sample(issuer, issuer, NOW + DAY, &first);
	sample(other, issuer, NOW + DAY, &second);
	sample(ed25519, issuer, NOW + DAY, &edwards);
	sample(small, issuer, NOW + DAY, &weak);
	sample(issuer, issuer, NOW - DAY, &expired);
	if (strcmp(first.fingerprint, second.fingerprint) > 0)
	{
		Sample swap = first;

		first = second;
		second = swap;
	}
	EVP_PKEY_free(issuer);
	EVP_PKEY_free(other);
	EVP_PKEY_free(ed25519);
	EVP_PKEY_free(small);
}

static void
whole(void)
{
	static char expected[65536];

	is_taken("{" ID "," ACS "}", "{" ID ",\"acs_urls\":[" ONE "]" REST "}", "the least there is");
	sprintf(text,
			"{\"encryption_certificate\":\"%s\",\"certificates\":[\"%s\",\"%s\",\"%s\"],"
			"\"want_assertions_signed\":true,\"name_id_format\":\"emailAddress\","
			"\"slo_url\":\"https://SP.example/slo\",\"acs_urls\":[\"https://sp.example/b\","
			"{\"default\":true,\"index\":7,\"url\":\"http://127.0.0.1:1/a\"},"
			"{\"url\":\"https://sp.example/c\",\"index\":1}]," ID "}",
			first.plain, second.pem, first.pem, second.plain);
	sprintf(
		expected,
		"{" ID ",\"acs_urls\":["
		"{\"url\":\"https://sp.example/b\",\"index\":0,\"default\":false},"
		"{\"url\":\"https://sp.example/c\",\"index\":1,\"default\":false},"
		"{\"url\":\"http://127.0.0.1:1/a\",\"index\":7,\"default\":true}],"
		"\"slo_url\":\"https://sp.example/slo\",\"name_id_format\":\"" FORMAT
		"1.1:nameid-format:emailAddress\",\"want_assertions_signed\":true,"
		"\"certificates\":[{\"pem\":\"%s\",\"sha256\":\"%s\"},{\"pem\":\"%s\",\"sha256\":\"%s\"}],"
		"\"encryption_certificate\":{\"pem\":\"%s\",\"sha256\":\"%s\"}}",
		first.pem, first.fingerprint, second.pem, second.fingerprint, first.pem, first.fingerprint);
	is_taken(text, expected, "everything, in no order");
	is_taken("{" ID "," ACS ",\"slo_url\":null,\"name_id_format\":null,"
			 "\"want_assertions_signed\":null,\"certificate\":null,\"certificates\":null,"
			 "\"encryption_certificate\":null}",
			 "{" ID ",\"acs_urls\":[" ONE "]" REST "}", "null stands for what is not given");
	is_refused("{" ID "," ACS ",\"redirect_uris\":[]}", AUTHZ_REGISTRATION_UNKNOWN, "", -1);
	is_text(fault.quote, "redirect_uris", "what is another protocol's is not known here");
}

static void
entities(void)
{
	char id[1200];

	is_taken("{\"entity_id\":\"urn:example:SP\"," ACS "}", NULL, "a name");
	is_taken("{\"entity_id\":\"http://sp.example/\"," ACS "}", NULL, "a name is not followed");
	is_refused("{" ACS "}", AUTHZ_REGISTRATION_MISSING, "entity_id", -1);
	is_refused("{\"entity_id\":7," ACS "}", AUTHZ_REGISTRATION_TYPE, "entity_id", -1);
	is_refused("{\"entity_id\":\"\"," ACS "}", AUTHZ_REGISTRATION_URI, "entity_id", -1);
	is_number(fault.uri, AUTHZ_URI_LENGTH, "why");
	is_refused("{\"entity_id\":\"sp.example\"," ACS "}", AUTHZ_REGISTRATION_URI, "entity_id", -1);
	is_number(fault.uri, AUTHZ_URI_RELATIVE, "why");

	memset(id, 'e', sizeof(id));
	memcpy(id, "urn:x:", 6);
	id[1024] = '\0';
	sprintf(text, "{\"entity_id\":\"%s\"," ACS "}", id);
	is_taken(text, NULL, "the longest");
	sprintf(text, "{\"entity_id\":\"%sx\"," ACS "}", id);
	is_refused(text, AUTHZ_REGISTRATION_URI, "entity_id", -1);
}

static void
endpoints(void)
{
	size_t length;

#define ENDPOINTS(...) "{" ID ",\"acs_urls\":[" __VA_ARGS__ "]}"
#define A "\"url\":\"https://a.example/\""
#define B "\"url\":\"https://b.example/\""

	is_taken(ENDPOINTS("{" A ",\"index\":65535},{" B ",\"index\":0}"),
			 "{" ID ",\"acs_urls\":[{" B ",\"index\":0,\"default\":false},{" A
			 ",\"index\":65535,\"default\":true}]" REST "}",
			 "the first is the default, whatever its index");
	is_taken(ENDPOINTS("{" A ",\"default\":false},{" B ",\"default\":true}"),
			 "{" ID ",\"acs_urls\":[{" A ",\"index\":0,\"default\":false},{" B
			 ",\"index\":1,\"default\":true}]" REST "}",
			 "the second is the default");
	is_taken(ENDPOINTS("{" A ",\"default\":null,\"index\":null}"), NULL, "null in an endpoint");

	is_refused("{" ID "}", AUTHZ_REGISTRATION_MISSING, "acs_urls", -1);
	is_refused(ENDPOINTS(""), AUTHZ_REGISTRATION_COUNT, "acs_urls", -1);
	is_refused("{" ID ",\"acs_urls\":\"https://a.example/\"}", AUTHZ_REGISTRATION_TYPE, "acs_urls",
			   -1);
	is_refused(ENDPOINTS("{" A "},7"), AUTHZ_REGISTRATION_TYPE, "acs_urls", 1);
	is_refused(ENDPOINTS("{" A "},null"), AUTHZ_REGISTRATION_TYPE, "acs_urls", 1);
	is_refused(ENDPOINTS("{\"index\":1}"), AUTHZ_REGISTRATION_MISSING, "acs_urls", 0);
	is_refused(ENDPOINTS("{\"url\":{" A "}}"), AUTHZ_REGISTRATION_TYPE, "acs_urls", 0);
	is_refused(ENDPOINTS("{" A ",\"binding\":\"x\"}"), AUTHZ_REGISTRATION_UNKNOWN, "acs_urls", 0);
	is_refused(ENDPOINTS("{" A ",\"index\":\"1\"}"), AUTHZ_REGISTRATION_TYPE, "acs_urls", 0);
	is_refused(ENDPOINTS("{" A ",\"index\":1.0}"), AUTHZ_REGISTRATION_TYPE, "acs_urls", 0);
	is_refused(ENDPOINTS("{" A ",\"index\":-1}"), AUTHZ_REGISTRATION_COUNT, "acs_urls", 0);
	is_refused(ENDPOINTS("{" A ",\"index\":65536}"), AUTHZ_REGISTRATION_COUNT, "acs_urls", 0);
	is_refused(ENDPOINTS("{" A ",\"default\":1}"), AUTHZ_REGISTRATION_TYPE, "acs_urls", 0);
	is_refused(ENDPOINTS("{" A "},{" B ",\"index\":0}"), AUTHZ_REGISTRATION_DUPLICATE, "acs_urls",
			   1);
	is_refused(ENDPOINTS("{" A ",\"index\":4},{\"url\":\"https://A.example/\",\"index\":5}"),
			   AUTHZ_REGISTRATION_DUPLICATE, "acs_urls", 1);
	is_refused(ENDPOINTS("{" A ",\"default\":true},{" B ",\"default\":true}"),
			   AUTHZ_REGISTRATION_DUPLICATE, "acs_urls", 1);
	is_refused(ENDPOINTS("\"http://a.example/\""), AUTHZ_REGISTRATION_URI, "acs_urls", 0);
	is_number(fault.uri, AUTHZ_URI_INSECURE, "why");
	is_refused(ENDPOINTS("{\"url\":\"com.example.app:/acs\"}"), AUTHZ_REGISTRATION_URI, "acs_urls",
			   0);

	length = (size_t) sprintf(text, "{" ID ",\"acs_urls\":[");
	for (int i = 0; i < 50; i++)
		length +=
			(size_t) sprintf(text + length, "%s\"https://a.example/%d\"", i > 0 ? "," : "", i);
	strcpy(text + length, "]}");
	is_taken(text, NULL, "fifty endpoints");
	strcpy(text + length, ",\"https://a.example/x\"]}");
	is_refused(text, AUTHZ_REGISTRATION_COUNT, "acs_urls", -1);
#undef ENDPOINTS
#undef A
#undef B
}

static void
words(void)
{
	static const char *const formats[][2] = {{"persistent", "2.0:nameid-format:persistent"},
											 {"transient", "2.0:nameid-format:transient"},
											 {"emailAddress", "1.1:nameid-format:emailAddress"},
											 {"unspecified", "1.1:nameid-format:unspecified"}};
	char expected[1024];

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
	{
		sprintf(expected,
				"{" ID ",\"acs_urls\":[" ONE "],\"name_id_format\":\"" FORMAT
				"%s\",\"want_assertions_signed\":true,\"certificates\":[]}",
				formats[i][1]);
		sprintf(text, "{" ID "," ACS ",\"name_id_format\":\"%s\"}", formats[i][0]);
		is_taken(text, expected, formats[i][0]);
		sprintf(text, "{" ID "," ACS ",\"name_id_format\":\"" FORMAT "%s\"}", formats[i][1]);
		is_taken(text, expected, formats[i][1]);
	}
	is_refused("{" ID "," ACS ",\"name_id_format\":\"kerberos\"}", AUTHZ_REGISTRATION_WORD,
			   "name_id_format", -1);
	is_refused("{" ID "," ACS ",\"name_id_format\":\"" FORMAT "1.1:nameid-format:persistent\"}",
			   AUTHZ_REGISTRATION_WORD, "name_id_format", -1);
	is_refused("{" ID "," ACS ",\"name_id_format\":[]}", AUTHZ_REGISTRATION_TYPE, "name_id_format",
			   -1);

	is_taken("{" ID "," ACS ",\"want_assertions_signed\":true}", NULL, "signed assertions");
	is_refused("{" ID "," ACS ",\"want_assertions_signed\":false}", AUTHZ_REGISTRATION_UNSAFE,
			   "want_assertions_signed", -1);
	is_refused("{" ID "," ACS ",\"want_assertions_signed\":\"true\"}", AUTHZ_REGISTRATION_TYPE,
			   "want_assertions_signed", -1);

	is_taken("{" ID "," ACS ",\"slo_url\":\"https://a.example/slo\"}", NULL, "a logout URL");
	is_refused("{" ID "," ACS ",\"slo_url\":\"http://a.example/slo\"}", AUTHZ_REGISTRATION_URI,
			   "slo_url", -1);
	is_refused("{" ID "," ACS ",\"slo_url\":[]}", AUTHZ_REGISTRATION_TYPE, "slo_url", -1);
}

/* A definition with that member; '@' stands for the certificate. */
static const char *
with(const char *member, const char *certificate)
{
	size_t before = strcspn(member, "@");

	sprintf(text, "{" ID "," ACS ",%.*s%s%s}", (int) before, member, certificate,
			member[before] == '\0' ? "" : member + before + 1);
	return text;
}

static void
certificates(void)
{
	char several[16384];
	char upper[65];
	char wrong[65];

	strcpy(wrong, first.fingerprint);
	wrong[63] = wrong[63] == '0' ? '1' : '0';
	for (size_t i = 0; i <= 64; i++)
		upper[i] =
			first.fingerprint[i] >= 'a' ? (char) (first.fingerprint[i] - 32) : first.fingerprint[i];

	is_taken(with("\"certificate\":\"@\"", first.pem), NULL, "one certificate");
	is_taken(with("\"certificate\":{\"pem\":\"@\"}", first.plain), NULL, "in an object");
	is_taken(with("\"certificates\":[\"@\"]", edwards.plain), NULL, "Ed25519 to sign");
	is_taken(with("\"certificates\":[]", ""), NULL, "no certificate");
	sprintf(several, "{\"pem\":\"%s\",\"sha256\":\"%s\"}", first.pem, upper);
	is_taken(with("\"certificate\":@", several), NULL, "with its fingerprint");
	sprintf(several, "{\"pem\":\"%s\",\"sha256\":\"%s\"}", first.pem, wrong);
	is_refused(with("\"certificate\":@", several), AUTHZ_REGISTRATION_CERTIFICATE, "certificates",
			   0);
	is_number(fault.certificate, AUTHZ_CERTIFICATE_FINGERPRINT, "with another fingerprint");
	sprintf(several, "{\"pem\":\"%s\",\"sha256\":\"\"}", first.pem);
	is_refused(with("\"certificate\":@", several), AUTHZ_REGISTRATION_CERTIFICATE, "certificates",
			   0);
	sprintf(several, "{\"pem\":\"%s\",\"sha256\":7}", first.pem);
	is_refused(with("\"certificate\":@", several), AUTHZ_REGISTRATION_TYPE, "certificates", 0);
	sprintf(several, "{\"pem\":\"%s\",\"md5\":\"x\"}", first.pem);
	is_refused(with("\"certificate\":@", several), AUTHZ_REGISTRATION_UNKNOWN, "certificates", 0);
	is_refused(with("\"certificate\":{}", ""), AUTHZ_REGISTRATION_TYPE, "certificates", 0);
	is_refused(with("\"certificate\":7", ""), AUTHZ_REGISTRATION_TYPE, "certificates", 0);
	is_refused(with("\"certificates\":\"@\"", first.plain), AUTHZ_REGISTRATION_TYPE, "certificates",
			   -1);
	is_refused(with("\"certificate\":\"@\",\"certificates\":[]", first.plain),
			   AUTHZ_REGISTRATION_DUPLICATE, "certificates", -1);

	sprintf(several, "\"%s\",\"%s\"", first.plain, weak.plain);
	is_refused(with("\"certificates\":[@]", several), AUTHZ_REGISTRATION_CERTIFICATE,
			   "certificates", 1);
	is_number(fault.certificate, AUTHZ_CERTIFICATE_KEY, "a weak one");
	is_refused(with("\"certificate\":\"@\"", expired.plain), AUTHZ_REGISTRATION_CERTIFICATE,
			   "certificates", 0);
	is_number(fault.certificate, AUTHZ_CERTIFICATE_EXPIRED, "an expired one");
	is_refused(with("\"certificate\":\"@ AAAA\"", first.plain), AUTHZ_REGISTRATION_CERTIFICATE,
			   "certificates", 0);
	is_number(fault.certificate, AUTHZ_CERTIFICATE_MALFORMED, "one with something behind");
	is_refused(with("\"certificates\":[1,2,3,4,5,6,7,8,9,10,11]", ""), AUTHZ_REGISTRATION_COUNT,
			   "certificates", -1);

	is_taken(with("\"encryption_certificate\":\"@\"", second.pem), NULL, "one to encrypt for");
	is_refused(with("\"encryption_certificate\":\"@\"", edwards.pem),
			   AUTHZ_REGISTRATION_CERTIFICATE, "encryption_certificate", -1);
	is_number(fault.certificate, AUTHZ_CERTIFICATE_KEY, "Ed25519 does not encrypt");
	is_refused(with("\"encryption_certificate\":\"@\"", expired.pem),
			   AUTHZ_REGISTRATION_CERTIFICATE, "encryption_certificate", -1);
	is_refused(with("\"encryption_certificate\":[\"@\"]", first.pem), AUTHZ_REGISTRATION_TYPE,
			   "encryption_certificate", -1);
}

int
main(void)
{
	make_samples();
	whole();
	entities();
	endpoints();
	words();
	certificates();
	return tap_end();
}
