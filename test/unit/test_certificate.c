/*
 * test_certificate.c
 *	  Which certificates may be registered, and in which forms they come.
 */
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "pure/certificate.h"

#include "certificates.h"
#include "tap.h"

static EVP_PKEY *issuer; /* P-256 */
static uint8_t der[16384];
static size_t der_length;
static char text[4 * 16384];
static AuthzCertificate certificate;

static AuthzCertificateResult
read_text(void)
{
	AuthzCertificateResult result;

	ERR_clear_error();
	ERR_raise(ERR_LIB_USER, 1);
	result = authz_certificate_read(text, strlen(text), NOW, &certificate);
	ok(ERR_GET_LIB(ERR_get_error()) == ERR_LIB_USER && ERR_get_error() == 0,
	   "others' errors are as they were");
	return result;
}

/* Takes the key over. */
static AuthzCertificateResult
read_signed(EVP_PKEY *subject, EVP_PKEY *by, const EVP_MD *digest, int64_t from, int64_t until)
{
	der_length = certify(subject, by, digest, from, until, der);
	base64(der, der_length, 0, text);
	if (subject != by && subject != issuer)
		EVP_PKEY_free(subject);
	return read_text();
}

static AuthzCertificateResult
read_key(EVP_PKEY *subject)
{
	return read_signed(subject, issuer, EVP_sha256(), NOW - DAY, NOW + DAY);
}

static void
forms(void)
{
	char expected[16384];
	uint8_t digest[32];
	char hex[65];
	AuthzCertificate first;

	der_length = certify(issuer, issuer, EVP_sha256(), NOW - DAY, NOW + DAY, der);
	pem(der, der_length, expected);
	EVP_Digest(der, der_length, digest, NULL, EVP_sha256(), NULL);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);

	strcpy(text, expected);
	is_number(read_text(), AUTHZ_CERTIFICATE_OK, "PEM");
	is_text(certificate.pem, expected, "is written as it was");
	is_text(certificate.fingerprint, hex, "its fingerprint");
	ok(certificate.encrypts, "a curve serves to encrypt");
	first = certificate;

#define SAME(name)                                                                          \
	do                                                                                      \
	{                                                                                       \
		memset(&certificate, 0x5a, sizeof(certificate));                                    \
		is_number(read_text(), AUTHZ_CERTIFICATE_OK, name);                                 \
		is_text(certificate.pem, first.pem, name ": the same PEM");                         \
		is_text(certificate.fingerprint, first.fingerprint, name ": the same fingerprint"); \
	} while (0)

	base64(der, der_length, 0, text);
	SAME("base64 in one line");
	base64(der, der_length, 76, text);
	SAME("base64 in lines of 76");
	base64(der, der_length, 1, text);
	SAME("base64 in lines of one");
	strcpy(text, "\r\n \t");
	base64(der, der_length, 64, text + 4);
	strcat(text, "\n  ");
	SAME("white space around");
	strcpy(text, " \n");
	strcat(text, expected);
	strcat(text, "\r\n\r\n");
	SAME("PEM with white space around");
	strcpy(text, "-----BEGIN CERTIFICATE-----");
	base64(der, der_length, 0, text + strlen(text));
	strcat(text, "-----END CERTIFICATE-----");
	SAME("PEM in one line");
#undef SAME
}

/* The text before and after the first place where it says something. */
static void
with(const char *all, const char *place, const char *instead)
{
	const char *at = strstr(all, place);

	sprintf(text, "%.*s%s%s", (int) (at - all), all, instead, at + strlen(place));
}

static void
malformed(void)
{
	char good[16384];
	char plain[16384];

#define BAD(name) is_number(read_text(), AUTHZ_CERTIFICATE_MALFORMED, name)

	/* One whose base64 has all that is special in base64. */
	do
	{
		der_length = certify(issuer, issuer, EVP_sha256(), NOW - DAY, NOW + DAY, der);
		base64(der, der_length, 0, plain);
	} while (strchr(plain, '+') == NULL || strchr(plain, '/') == NULL ||
			 strchr(plain, '=') == NULL);
	pem(der, der_length, good);
	strcpy(text, plain);
	is_number(read_text(), AUTHZ_CERTIFICATE_OK, "what the following are made of");

	strcpy(text, "");
	BAD("nothing");
	strcpy(text, " \n ");
	BAD("white space");
	strcpy(text, "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n");
	BAD("PEM of nothing");
	strcpy(text, "-----BEGIN CERTIFICATE-----");
	BAD("the first line alone");
	strcpy(text, "-----BEGIN CERTIFICATE-----END CERTIFICATE-----");
	BAD("lines that overlap");
	with(good, "-----END CERTIFICATE-----\n", "");
	BAD("no last line");
	with(good, "-----BEGIN CERTIFICATE-----\n", "");
	BAD("no first line");
	with(good, "BEGIN CERTIFICATE", "BEGIN TRUSTED CERTIFICATE");
	BAD("another kind of PEM");
	with(good, "END CERTIFICATE", "END certificate");
	BAD("a last line of another kind");
	with(good, "-----\n", "-----\nProc-Type: 4,ENCRYPTED\n\n");
	BAD("a header");
	sprintf(text, "%s%s", good, good);
	BAD("two certificates");
	sprintf(text, "subject=/CN=x\n%s", good);
	BAD("text before");
	sprintf(text, "%sx", good);
	BAD("text after");
	sprintf(text, "%s%s", plain, "AAAA");
	BAD("bytes after");
	sprintf(text, "%s====", plain);
	BAD("too much padding");
	sprintf(text, "%.*s", (int) strlen(plain) - 1, plain);
	BAD("a character missing");
	sprintf(text, "%.*s", (int) strlen(plain) - 4, plain);
	BAD("three bytes missing");
	sprintf(text, "%.10s*%s", plain, plain + 11);
	BAD("a character that is not of base64");
	sprintf(text, "%.12s====%s", plain, plain + 12);
	BAD("padding in between");
	sprintf(text, "%.11s=%.*s", plain, (int) strlen(plain) - 12, plain + 11);
	BAD("padding moved");
	with(plain, "+", "-");
	BAD("a character of the other alphabet");
	with(plain, "/", "_");
	BAD("another one");
	with(plain, "=", "");
	BAD("no padding, or less");
	strcpy(text, "AAAA");
	BAD("bytes of no certificate");
	strcpy(text, "MAA=");
	BAD("an empty sequence");

	/* An indefinite length is BER and no DER. */
	memmove(der + 2, der + 4, der_length - 4);
	der[1] = 0x80;
	der[der_length - 2] = der[der_length - 1] = 0;
	base64(der, der_length, 0, text);
	BAD("BER");

	memset(text, ' ', AUTHZ_CERTIFICATE_TEXT_MAX + 1);
	text[AUTHZ_CERTIFICATE_TEXT_MAX + 1] = '\0';
	is_number(read_text(), AUTHZ_CERTIFICATE_LENGTH, "too long");
	text[AUTHZ_CERTIFICATE_TEXT_MAX] = '\0';
	BAD("as long as it may be, but nothing");
	memset(text, 'A', AUTHZ_CERTIFICATE_TEXT_MAX);
	BAD("more bytes than a certificate may have");
	is_number(authz_certificate_read("MA\0=", 4, NOW, &certificate), AUTHZ_CERTIFICATE_MALFORMED,
			  "a NUL");
#undef BAD
}

static EVP_PKEY *
spelled_out(void)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	EVP_PKEY_keygen_init(context);
	EVP_PKEY_CTX_set_group_name(context, "P-256");
	EVP_PKEY_CTX_set_ec_param_enc(context, OPENSSL_EC_EXPLICIT_CURVE);
	EVP_PKEY_generate(context, &key);
	EVP_PKEY_CTX_free(context);
	return key;
}

static EVP_PKEY *
rsa_pss(void)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY *key = NULL;

	EVP_PKEY_keygen_init(context);
	EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048);
	EVP_PKEY_generate(context, &key);
	EVP_PKEY_CTX_free(context);
	return key;
}

static void
keys(void)
{
	is_number(read_key(rsa_public(2048, 65537)), AUTHZ_CERTIFICATE_OK, "RSA of 2048 bits");
	ok(certificate.encrypts, "RSA serves to encrypt");
	is_number(read_key(rsa_public(2048, 3)), AUTHZ_CERTIFICATE_OK, "RSA with exponent 3");
	is_number(read_key(rsa_public(4096, 65537)), AUTHZ_CERTIFICATE_OK, "RSA of 4096 bits");
	is_number(read_key(rsa_public(8192, 65537)), AUTHZ_CERTIFICATE_OK, "RSA of 8192 bits");
	is_number(read_key(EVP_EC_gen("P-256")), AUTHZ_CERTIFICATE_OK, "P-256");
	is_number(read_key(EVP_EC_gen("P-384")), AUTHZ_CERTIFICATE_OK, "P-384");
	is_number(read_key(EVP_EC_gen("P-521")), AUTHZ_CERTIFICATE_OK, "P-521");
	is_number(read_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")), AUTHZ_CERTIFICATE_OK, "Ed25519");
	ok(!certificate.encrypts, "Ed25519 serves to verify only");

	is_number(read_key(rsa_public(2047, 65537)), AUTHZ_CERTIFICATE_KEY, "RSA of 2047 bits");
	is_number(read_key(rsa_public(1024, 65537)), AUTHZ_CERTIFICATE_KEY, "RSA of 1024 bits");
	is_number(read_key(rsa_public(512, 65537)), AUTHZ_CERTIFICATE_KEY, "RSA of 512 bits");
	is_number(read_key(rsa_public(8200, 65537)), AUTHZ_CERTIFICATE_KEY, "RSA of 8200 bits");
	is_number(read_key(rsa_public(2048, 1)), AUTHZ_CERTIFICATE_KEY, "RSA with exponent 1");
	is_number(read_key(rsa_public(2048, 65536)), AUTHZ_CERTIFICATE_KEY,
			  "RSA with an even exponent");
	is_number(read_key(rsa_pss()), AUTHZ_CERTIFICATE_KEY, "RSA for PSS only");
	is_number(read_key(EVP_EC_gen("P-224")), AUTHZ_CERTIFICATE_KEY, "P-224");
	is_number(read_key(EVP_EC_gen("secp256k1")), AUTHZ_CERTIFICATE_KEY, "secp256k1");
	is_number(read_key(EVP_EC_gen("brainpoolP256r1")), AUTHZ_CERTIFICATE_KEY, "brainpoolP256r1");
	is_number(read_key(spelled_out()), AUTHZ_CERTIFICATE_KEY, "P-256 spelled out");
	is_number(read_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED448")), AUTHZ_CERTIFICATE_KEY, "Ed448");
	is_number(read_key(EVP_PKEY_Q_keygen(NULL, NULL, "X25519")), AUTHZ_CERTIFICATE_KEY, "X25519");
}

/* Where the text holds that byte string, another one of the same length. */
static void
overwrite(const uint8_t *what, const uint8_t *by, size_t length, bool last)
{
	uint8_t *found = NULL;

	for (size_t i = 0; i + length <= der_length && (found == NULL || last); i++)
	{
		if (memcmp(der + i, what, length) == 0)
			found = der + i;
	}
	if (found != NULL)
		memcpy(found, by, length);
	base64(der, der_length, 0, text);
}

static void
signatures(void)
{
	static const uint8_t with_sha256[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
	static const uint8_t with_sha384[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03};
	EVP_PKEY *rsa = EVP_RSA_gen(2048);
	EVP_PKEY *edwards = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	int64_t from = NOW - DAY;
	int64_t until = NOW + DAY;

#define SIGNED(by, digest, expected, name) \
	is_number(read_signed(issuer, by, digest, from, until), AUTHZ_CERTIFICATE_##expected, name)

	SIGNED(issuer, EVP_sha384(), OK, "ECDSA with SHA-384");
	SIGNED(issuer, EVP_sha512(), OK, "ECDSA with SHA-512");
	SIGNED(rsa, EVP_sha256(), OK, "RSA with SHA-256");
	SIGNED(edwards, NULL, OK, "Ed25519");
	SIGNED(issuer, EVP_sha1(), SIGNATURE, "ECDSA with SHA-1");
	SIGNED(rsa, EVP_sha1(), SIGNATURE, "RSA with SHA-1");
	SIGNED(rsa, EVP_md5(), SIGNATURE, "RSA with MD5");
	SIGNED(rsa, EVP_sha224(), SIGNATURE, "RSA with SHA-224");
#undef SIGNED

	der_length = certify(issuer, issuer, EVP_sha256(), from, until, der);
	overwrite(with_sha256, with_sha384, sizeof(with_sha256), true);
	is_number(read_text(), AUTHZ_CERTIFICATE_SIGNATURE, "another algorithm outside than inside");
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(edwards);
}

static void
moments(void)
{
	static const uint8_t year[] = {'2', '6', '0', '1', '0', '2'};
	static const uint8_t month[] = {'2', '6', '1', '3', '0', '2'};

#define VALID(from, until, expected, name)                                            \
	is_number(read_signed(issuer, issuer, EVP_sha256(), NOW + (from), NOW + (until)), \
			  AUTHZ_CERTIFICATE_##expected, name)

	VALID(-DAY, 0, OK, "until now");
	VALID(-DAY, -1, EXPIRED, "until a second ago");
	VALID(-2 * DAY, -DAY, EXPIRED, "until yesterday");
	VALID(DAY, 2 * DAY, OK, "from tomorrow on");
	VALID(2 * DAY, DAY, EXPIRED, "until before it begins");
	VALID(-DAY, INT64_C(253402300799) - NOW, OK, "until the end of the year 9999");
	VALID(-INT64_C(2208988800), DAY, OK, "from 1956 on");
#undef VALID

	der_length = certify(issuer, issuer, EVP_sha256(), NOW - DAY, NOW + DAY, der);
	overwrite(year, month, sizeof(year), false);
	is_number(read_text(), AUTHZ_CERTIFICATE_MALFORMED, "a thirteenth month");
}

int
main(void)
{
	issuer = EVP_EC_gen("P-256");
	forms();
	malformed();
	keys();
	signatures();
	moments();
	EVP_PKEY_free(issuer);
	return tap_end();
}
