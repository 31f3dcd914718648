/*
 * certificate.c
 *	  Certificates in PEM, as somebody pasted them into a setting.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "directory/certificate.h"

#define CERTIFICATES_MAX 64
#define PEM_MAX (256 * 1024)

/* OpenSSL skips what it does not take for PEM, and we would not know what. */
static bool
is_framed(const char *pem)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	static const char end[] = "-----END CERTIFICATE-----";

	for (;;)
	{
		pem += strspn(pem, " \t\r\n");
		if (*pem == '\0')
			return true;
		if (strncmp(pem, begin, sizeof(begin) - 1) != 0)
			return false;
		pem = strstr(pem, end);
		if (pem == NULL)
			return false;
		pem += sizeof(end) - 1;
	}
}

static size_t
count_begins(const char *pem)
{
	size_t count = 0;

	while ((pem = strstr(pem, "-----BEGIN ")) != NULL)
	{
		count++;
		pem++;
	}
	return count;
}

bool
authz_certificates_are_readable(const char *pem)
{
	size_t length = strlen(pem);
	size_t expected = count_begins(pem);
	size_t count = 0;
	BIO *text;
	X509 *certificate;

	if (length > PEM_MAX || expected == 0 || expected > CERTIFICATES_MAX || !is_framed(pem))
		return false;
	text = BIO_new_mem_buf(pem, (int) length);
	if (text == NULL)
		return false;
	while ((certificate = PEM_read_bio_X509(text, NULL, NULL, "")) != NULL)
	{
		X509_free(certificate);
		count++;
	}
	BIO_free(text);

	/* The end of the text is an error to OpenSSL; others find no trace of it. */
	ERR_clear_error();
	return count == expected;
}
