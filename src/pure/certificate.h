/*
 * certificate.h
 *	  Reads an X.509 certificate that somebody registers for its public key.
 *
 * Who issued it is not asked: whoever registers it vouches for it. What is
 * asked is that it is one certificate and nothing else, and that no signature
 * by its key, nor its own, is one that can be forged.
 */
#ifndef AUTHZ_PURE_CERTIFICATE_H
#define AUTHZ_PURE_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUTHZ_CERTIFICATE_TEXT_MAX 16384
#define AUTHZ_CERTIFICATE_DER_MAX 8192
#define AUTHZ_CERTIFICATE_PEM_SIZE 12288 /* of the canonical text, with its NUL */
#define AUTHZ_CERTIFICATE_FINGERPRINT_SIZE 65

typedef enum AuthzCertificateResult
{
	AUTHZ_CERTIFICATE_OK,
	AUTHZ_CERTIFICATE_LENGTH,
	AUTHZ_CERTIFICATE_MALFORMED, /* not PEM or base64 of exactly one certificate in DER */
	AUTHZ_CERTIFICATE_KEY,		 /* its public key is weak, or of a kind that is not used here */
	AUTHZ_CERTIFICATE_SIGNATURE, /* signed with SHA-1, MD5 or anything else but SHA-2 and Ed25519 */
	AUTHZ_CERTIFICATE_EXPIRED,
	AUTHZ_CERTIFICATE_FINGERPRINT /* not the one that was said to be */
} AuthzCertificateResult;

typedef struct AuthzCertificate
{
	char pem[AUTHZ_CERTIFICATE_PEM_SIZE];				  /* lines of 64 characters */
	char fingerprint[AUTHZ_CERTIFICATE_FINGERPRINT_SIZE]; /* SHA-256, lower-case hex */
	bool encrypts; /* its key serves to encrypt as well as to verify */
} AuthzCertificate;

/*
 * PEM, or the base64 of the DER alone as it stands in SAML metadata; white
 * space between the characters does not matter. now is in seconds since 1970.
 * A certificate that will be valid only later is taken. The certificate is
 * complete only with AUTHZ_CERTIFICATE_OK.
 */
extern AuthzCertificateResult authz_certificate_read(const char *text, size_t length, int64_t now,
													 AuthzCertificate *certificate);

#endif
