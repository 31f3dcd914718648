/*
 * registration.h
 *	  The definition by which an application registers for single sign-on: JSON
 *	  text in, its canonical text out.
 *
 * What is not understood is refused: a member that is not known, is there
 * twice, or means nothing beside the others. NULL stands for a member that is
 * not given. In the canonical text members are in one order, defaults are
 * filled in, sets are sorted and without duplicates, and it reads as itself.
 * What the members are is said in oidc.c and saml.c.
 */
#ifndef AUTHZ_PURE_REGISTRATION_H
#define AUTHZ_PURE_REGISTRATION_H

#include <stddef.h>
#include <stdint.h>

#include "pure/certificate.h"
#include "pure/client_key.h"
#include "pure/uri.h"

#define AUTHZ_REGISTRATION_MAX_BYTES 65536 /* of both texts */
#define AUTHZ_REGISTRATION_QUOTE_MAX 64

typedef enum AuthzProtocol
{
	AUTHZ_PROTOCOL_OIDC,
	AUTHZ_PROTOCOL_SAML
} AuthzProtocol;

typedef enum AuthzRegistrationResult
{
	AUTHZ_REGISTRATION_OK,
	AUTHZ_REGISTRATION_MEMORY,
	AUTHZ_REGISTRATION_TOO_LONG,
	AUTHZ_REGISTRATION_NOT_JSON,	/* or a member twice, or no object */
	AUTHZ_REGISTRATION_UNKNOWN,		/* a member that is not known: quoted */
	AUTHZ_REGISTRATION_MISSING,		/* a member that must be there, beside the others or always */
	AUTHZ_REGISTRATION_TYPE,		/* another type of JSON than the member's */
	AUTHZ_REGISTRATION_WORD,		/* none of the member's words: quoted */
	AUTHZ_REGISTRATION_COUNT,		/* too few elements or too many */
	AUTHZ_REGISTRATION_DUPLICATE,	/* what there may be only one of */
	AUTHZ_REGISTRATION_MISPLACED,	/* means nothing beside the other members */
	AUTHZ_REGISTRATION_NOT_PUBLIC,	/* not for a client that cannot keep a secret */
	AUTHZ_REGISTRATION_PUBLIC_ONLY, /* only for such a client */
	AUTHZ_REGISTRATION_UNSAFE,		/* refused on purpose (RFC 9700; unsigned assertions) */
	AUTHZ_REGISTRATION_URI,			/* the fault's uri says why */
	AUTHZ_REGISTRATION_CERTIFICATE, /* the fault's certificate says why */
	AUTHZ_REGISTRATION_KEY			/* the fault's key says why */
} AuthzRegistrationResult;

/* Where the definition is wrong. Of the caller's text it holds no more than a word. */
typedef struct AuthzRegistrationFault
{
	const char *member; /* its name, from a closed set; '' for the definition itself */
	int element;		/* of a list, from 0; -1 for the member itself */
	char quote[AUTHZ_REGISTRATION_QUOTE_MAX + 1]; /* printable ASCII, or '' */
	AuthzUriResult uri;
	AuthzCertificateResult certificate;
	AuthzClientKeyResult key;
} AuthzRegistrationFault;

/*
 * now, in seconds since 1970, is what certificates must be good at. out has
 * room for AUTHZ_REGISTRATION_MAX_BYTES and a NUL; it is '' and the fault is
 * filled in unless the result is AUTHZ_REGISTRATION_OK.
 */
extern AuthzRegistrationResult authz_registration_read(AuthzProtocol protocol, const char *text,
													   size_t length, int64_t now, char *out,
													   AuthzRegistrationFault *fault);

#endif
