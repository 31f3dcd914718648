/*
 * fuzz_certificate.c
 *	  Text that begins with 'b' is bytes, which are put into base64 and PEM here;
 *	  any other is the text of a certificate after its first byte. What is taken
 *	  is read by OpenSSL's own reader of PEM, too.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "pure/certificate.h"

#include "fuzz.h"

#define NOW 1767225600

static AuthzCertificate certificate;
static AuthzCertificate again;

static X509 *
read_pem(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	BIO_free(bio);
	return x509;
}

/* What is taken is one certificate, strong and not expired, and reads as itself. */
static void
check(const char *text, size_t length)
{
	X509 *x509;
	EVP_PKEY *key;
	uint8_t digest[32];
	char hex[65];

	if (authz_certificate_read(text, length, NOW, &certificate) != AUTHZ_CERTIFICATE_OK)
	{
		CHECK(ERR_peek_error() == 0);
		return;
	}
	x509 = read_pem(certificate.pem);
	CHECK(x509 != NULL);
	key = X509_get0_pubkey(x509);
	CHECK(key != NULL && EVP_PKEY_get_security_bits(key) >= 112);
	CHECK(ASN1_TIME_cmp_time_t(X509_get0_notAfter(x509), NOW) >= 0);
	CHECK(X509_digest(x509, EVP_sha256(), digest, NULL));
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	CHECK(strcmp(hex, certificate.fingerprint) == 0);
	X509_free(x509);

	CHECK(authz_certificate_read(certificate.pem, strlen(certificate.pem), NOW, &again) ==
		  AUTHZ_CERTIFICATE_OK);
	CHECK(strcmp(certificate.pem, again.pem) == 0);
	ERR_clear_error();
}

static void
check_bytes(const uint8_t *data, size_t size)
{
	static char base64[16384];
	static char pem[16384];
	AuthzCertificateResult result;

	if (size > AUTHZ_CERTIFICATE_DER_MAX)
		return;
	EVP_EncodeBlock((uint8_t *) base64, data, (int) size);
	snprintf(pem, sizeof(pem), "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n",
			 base64);
	check(base64, strlen(base64));
	result = authz_certificate_read(base64, strlen(base64), NOW, &certificate);
	CHECK(authz_certificate_read(pem, strlen(pem), NOW, &certificate) == result);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] == 'b')
		check_bytes(data + 1, size - 1);
	else
		check((const char *) data + 1, size - 1);
	return 0;
}
