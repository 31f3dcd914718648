/*
 * certificates.h
 *	  Makes keys and certificates, good ones and bad ones.
 */
#ifndef AUTHZ_TEST_CERTIFICATES_H
#define AUTHZ_TEST_CERTIFICATES_H

#include <stdint.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

/* The moment at which the tests take place: 2026-01-01. */
#define NOW INT64_C(1767225600)
#define DAY 86400

/* An RSA public key of so many bits and that exponent; nobody knows its factors. */
static inline EVP_PKEY *
rsa_public(int bits, unsigned long exponent)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_new();
	BIGNUM *e = BN_new();
	OSSL_PARAM *parameters;
	EVP_PKEY *key = NULL;

	BN_set_bit(n, bits - 1);
	BN_set_bit(n, 0);
	BN_set_word(e, exponent);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e);
	parameters = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY_fromdata_init(context);
	EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(context);
	BN_free(n);
	BN_free(e);
	return key;
}

/* A certificate of the subject's key, signed by the issuer's; the bytes, and how many. */
static inline size_t
certify(EVP_PKEY *subject, EVP_PKEY *issuer, const EVP_MD *digest, int64_t from, int64_t until,
		uint8_t out[16384])
{
	X509 *x509 = X509_new();
	X509_NAME *name = X509_get_subject_name(x509);
	uint8_t *end = out;
	int length;

	X509_set_version(x509, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *) "sp.example.org", -1, -1,
							   0);
	X509_set_issuer_name(x509, name);
	ASN1_TIME_set(X509_getm_notBefore(x509), (time_t) from);
	ASN1_TIME_set(X509_getm_notAfter(x509), (time_t) until);
	X509_set_pubkey(x509, subject);
	X509_sign(x509, issuer, digest);
	length = i2d_X509(x509, NULL) <= 16384 ? i2d_X509(x509, &end) : 0;
	X509_free(x509);
	return length > 0 ? (size_t) length : 0;
}

/* Base64 with '\n' after as many characters as a line has; 0 for one line. */
static inline void
base64(const uint8_t *bytes, size_t length, size_t line, char *out)
{
	char all[4 * 16384];
	size_t characters = (size_t) EVP_EncodeBlock((uint8_t *) all, bytes, (int) length);

	for (size_t i = 0; i < characters; i++)
	{
		*out++ = all[i];
		if (line > 0 && (i + 1) % line == 0 && i + 1 < characters)
			*out++ = '\n';
	}
	*out = '\0';
}

static inline void
pem(const uint8_t *bytes, size_t length, char *out)
{
	strcpy(out, "-----BEGIN CERTIFICATE-----\n");
	base64(bytes, length, 64, out + strlen(out));
	strcat(out, "\n-----END CERTIFICATE-----\n");
}

#endif
