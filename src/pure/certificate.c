/*
 * certificate.c
 *	  Reads an X.509 certificate that somebody registers for its public key.
 *
 * The text is taken apart here and not by OpenSSL's reader of PEM, which takes
 * any text before, headers, and kinds of certificates that carry more.
 */
#include <stdbool.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "pure/base64url.h"
#include "pure/certificate.h"
#include "pure/digest.h"
#include "pure/public_key.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"
#define LINE_BYTES 48 /* of a line of 64 characters */

typedef struct Text
{
	const char *at;
	size_t length;
} Text;

typedef struct Der
{
	uint8_t bytes[AUTHZ_CERTIFICATE_DER_MAX];
	size_t length;
} Der;

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void
trim(Text *text)
{
	while (text->length > 0 && is_space(text->at[0]))
	{
		text->at++;
		text->length--;
	}
	while (text->length > 0 && is_space(text->at[text->length - 1]))
		text->length--;
}

/* Takes the two lines of PEM away where they are; with the one comes the other. */
static bool
unwrap(Text *text)
{
	size_t begin = strlen(BEGIN);
	size_t end = strlen(END);

	trim(text);
	if (text->length == 0 || text->at[0] != '-')
		return true;
	if (text->length < begin + end || memcmp(text->at, BEGIN, begin) != 0 ||
		memcmp(text->at + text->length - end, END, end) != 0)
		return false;
	text->at += begin;
	text->length -= begin + end;
	return true;
}

/* Base64 (RFC 4648, section 4) with its padding and white space, in one way for each byte string. */
static bool
decode(Text text, Der *der)
{
	char packed[AUTHZ_BASE64URL_ENCODED(AUTHZ_CERTIFICATE_DER_MAX)];
	size_t length = 0;
	size_t padding = 0;

	for (size_t i = 0; i < text.length; i++)
	{
		char c = text.at[i];

		if (is_space(c))
			continue;
		if (c == '=')
		{
			padding++;
			continue;
		}
		if (padding > 0 || c == '-' || c == '_' || length == sizeof(packed))
			return false;
		packed[length++] = c == '+' ? '-' : c == '/' ? '_' : c;
	}
	if (padding > 2 || (length + padding) % 4 != 0)
		return false;
	der->length = AUTHZ_BASE64URL_DECODED(length);
	return authz_base64url_decode(packed, length, der->bytes);
}

/* DER and no other BER: what is written out again is what was given, to the last byte. */
static X509 *
parse(const Der *der)
{
	const uint8_t *at = der->bytes;
	X509 *x509 = d2i_X509(NULL, &at, (long) der->length);
	uint8_t *again = NULL;
	int length = x509 == NULL ? -1 : i2d_X509(x509, &again);
	bool same = length >= 0 && (size_t) length == der->length &&
				memcmp(again, der->bytes, der->length) == 0;

	OPENSSL_free(again);
	if (same)
		return x509;
	X509_free(x509);
	return NULL;
}

/* The algorithm of its signature, named alike inside of what is signed and outside. */
static bool
is_signed_well(X509 *x509)
{
	const X509_ALGOR *outside;
	int digest;
	int key;

	X509_get0_signature(NULL, &outside, x509);
	if (X509_ALGOR_cmp(outside, X509_get0_tbs_sigalg(x509)) != 0 ||
		!X509_get_signature_info(x509, &digest, &key, NULL, NULL))
		return false;
	return digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512 ||
		   key == NID_ED25519;
}

static AuthzCertificateResult
judge(X509 *x509, int64_t now, bool *encrypts)
{
	const EVP_PKEY *key = X509_get0_pubkey(x509);
	const ASN1_TIME *from = X509_get0_notBefore(x509);
	const ASN1_TIME *until = X509_get0_notAfter(x509);

	if (key == NULL || !authz_public_key_is_strong(key))
		return AUTHZ_CERTIFICATE_KEY;
	if (!is_signed_well(x509))
		return AUTHZ_CERTIFICATE_SIGNATURE;
	if (!ASN1_TIME_check(from) || !ASN1_TIME_check(until))
		return AUTHZ_CERTIFICATE_MALFORMED;
	if (ASN1_TIME_cmp_time_t(until, (time_t) now) < 0 || ASN1_TIME_compare(from, until) > 0)
		return AUTHZ_CERTIFICATE_EXPIRED;
	*encrypts = !EVP_PKEY_is_a(key, "ED25519");
	return AUTHZ_CERTIFICATE_OK;
}

static AuthzCertificateResult
parse_and_judge(const Der *der, int64_t now, bool *encrypts)
{
	AuthzCertificateResult result = AUTHZ_CERTIFICATE_MALFORMED;
	X509 *x509;

	/* Others in this process look at the library's queue of errors. */
	ERR_set_mark();
	x509 = parse(der);
	if (x509 != NULL)
		result = judge(x509, now, encrypts);
	X509_free(x509);
	ERR_pop_to_mark();
	return result;
}

static void
write_pem(const Der *der, char *out)
{
	out = stpcpy(out, BEGIN "\n");
	for (size_t at = 0; at < der->length; at += LINE_BYTES)
	{
		size_t rest = der->length - at;

		out += EVP_EncodeBlock((unsigned char *) out, der->bytes + at,
							   (int) (rest < LINE_BYTES ? rest : LINE_BYTES));
		*out++ = '\n';
	}
	strcpy(out, END "\n");
}

AuthzCertificateResult
authz_certificate_read(const char *text, size_t length, int64_t now, AuthzCertificate *certificate)
{
	Text body = {text, length};
	Der der;
	char fingerprint[AUTHZ_HASH_MAX_HEX + 1];
	AuthzCertificateResult result;

	if (length > AUTHZ_CERTIFICATE_TEXT_MAX)
		return AUTHZ_CERTIFICATE_LENGTH;
	if (!unwrap(&body) || !decode(body, &der))
		return AUTHZ_CERTIFICATE_MALFORMED;
	result = parse_and_judge(&der, now, &certificate->encrypts);
	if (result != AUTHZ_CERTIFICATE_OK)
		return result;

	write_pem(&der, certificate->pem);
	if (!authz_hash_hex(AUTHZ_HASH_SHA256, der.bytes, der.length, "", 0, fingerprint))
		return AUTHZ_CERTIFICATE_MALFORMED;
	memcpy(certificate->fingerprint, fingerprint, AUTHZ_CERTIFICATE_FINGERPRINT_SIZE);
	return AUTHZ_CERTIFICATE_OK;
}
