/*
 * registration.c
 *	  The definition of a registration, as SQL gives and gets it.
 *
 * The ground floor judges it; here is what is said to its caller.
 */
#include "postgres.h"

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "pure/registration.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

/* Binary JSON takes more room than its text, but not so much more. */
#define JSONB_MAX (8 * AUTHZ_REGISTRATION_MAX_BYTES)

static const char *
uri_hint(AuthzUriResult result)
{
	switch (result)
	{
		case AUTHZ_URI_OK:
			break;
		case AUTHZ_URI_LENGTH:
			return "A URI has 1 to 2048 characters, an entity id at most 1024.";
		case AUTHZ_URI_CHARACTER:
			return "A URI has the characters of RFC 3986 only; others are written as %XX, control "
				   "characters not at all.";
		case AUTHZ_URI_RELATIVE:
			return "A URI is absolute: a scheme, and what follows it.";
		case AUTHZ_URI_SCHEME:
			return "The scheme is https; of a public client it may be a domain of its maker's, "
				   "reversed (com.example.app:/path).";
		case AUTHZ_URI_INSECURE:
			return "The scheme http is for this very machine only: 127.0.0.1, [::1] or localhost.";
		case AUTHZ_URI_FRAGMENT:
			return "A URI has no fragment.";
		case AUTHZ_URI_WILDCARD:
			return "A URI is compared exactly: there are no wildcards.";
		case AUTHZ_URI_USER:
			return "A URI names no user and no password.";
		case AUTHZ_URI_HOST:
			return "The host is a name of letters, digits and hyphens, or an address in its usual "
				   "form.";
		case AUTHZ_URI_PORT:
			return "The port is a number from 1 to 65535.";
		case AUTHZ_URI_DOT_SEGMENT:
			return "The path has no segments . and .., however they are written.";
	}
	return NULL;
}

static const char *
certificate_hint(AuthzCertificateResult result)
{
	switch (result)
	{
		case AUTHZ_CERTIFICATE_OK:
			break;
		case AUTHZ_CERTIFICATE_LENGTH:
			return "A certificate has at most 16384 characters.";
		case AUTHZ_CERTIFICATE_MALFORMED:
			return "A certificate is one in PEM, or the base64 of its DER, and nothing else.";
		case AUTHZ_CERTIFICATE_KEY:
			return "The key is RSA with 2048 to 8192 bits, on one of the curves P-256, P-384 and "
				   "P-521, or, to sign only, Ed25519.";
		case AUTHZ_CERTIFICATE_SIGNATURE:
			return "The certificate is signed with SHA-256, SHA-384, SHA-512 or Ed25519.";
		case AUTHZ_CERTIFICATE_EXPIRED:
			return "The certificate has expired.";
		case AUTHZ_CERTIFICATE_FINGERPRINT:
			return "The certificate's SHA-256 fingerprint is another.";
	}
	return NULL;
}

static const char *
key_hint(AuthzClientKeyResult result)
{
	switch (result)
	{
		case AUTHZ_CLIENT_KEY_OK:
			break;
		case AUTHZ_CLIENT_KEY_MALFORMED:
			return "A key is a JWK with the members of its type (n and e; crv, x and y) and, if it "
				   "has them, kid, use and alg.";
		case AUTHZ_CLIENT_KEY_PRIVATE:
			return "A key is public. What has been shown here as private should not be used any "
				   "more.";
		case AUTHZ_CLIENT_KEY_TYPE:
			return "A key is of type RSA, EC with P-256, P-384 or P-521, or OKP with Ed25519.";
		case AUTHZ_CLIENT_KEY_USE:
			return "A key is for signatures, by an algorithm of its type.";
		case AUTHZ_CLIENT_KEY_WEAK:
			return "A key of RSA has 2048 to 8192 bits and an odd exponent of 32 at most, one of a "
				   "curve is a point on it; their numbers are base64url of the right length.";
	}
	return NULL;
}

static const char *
hint(AuthzRegistrationResult result, const AuthzRegistrationFault *fault)
{
	switch (result)
	{
		case AUTHZ_REGISTRATION_OK:
		case AUTHZ_REGISTRATION_MEMORY:
			break;
		case AUTHZ_REGISTRATION_TOO_LONG:
			return "It has at most 65536 bytes.";
		case AUTHZ_REGISTRATION_NOT_JSON:
			return "It is a JSON object in which no member is there twice.";
		case AUTHZ_REGISTRATION_UNKNOWN:
			return psprintf("There is no member \"%s\".", fault->quote);
		case AUTHZ_REGISTRATION_MISSING:
			return "It must be given.";
		case AUTHZ_REGISTRATION_TYPE:
			return "It is of another type.";
		case AUTHZ_REGISTRATION_WORD:
			return psprintf("There is no \"%s\".", fault->quote);
		case AUTHZ_REGISTRATION_COUNT:
			return "There are too few or too many, or a number is out of its range.";
		case AUTHZ_REGISTRATION_DUPLICATE:
			return "There is one more that it cannot stand beside.";
		case AUTHZ_REGISTRATION_MISPLACED:
			return "It means nothing beside the other members.";
		case AUTHZ_REGISTRATION_NOT_PUBLIC:
			return "It is not for public clients, which keep no secret.";
		case AUTHZ_REGISTRATION_PUBLIC_ONLY:
			return "It is for public clients alone.";
		case AUTHZ_REGISTRATION_UNSAFE:
			return "It is refused on purpose: it lets others than the client have what is the "
				   "client's.";
		case AUTHZ_REGISTRATION_URI:
			return uri_hint(fault->uri);
		case AUTHZ_REGISTRATION_CERTIFICATE:
			return certificate_hint(fault->certificate);
		case AUTHZ_REGISTRATION_KEY:
			return key_hint(fault->key);
	}
	return NULL;
}

static char *
place(const AuthzRegistrationFault *fault)
{
	if (*fault->member == '\0')
		return pstrdup("invalid definition of a registration");
	if (fault->element < 0)
		return psprintf("invalid definition of a registration: \"%s\"", fault->member);
	return psprintf("invalid definition of a registration: \"%s\", element %d", fault->member,
					fault->element + 1);
}

static void
refuse(AuthzRegistrationResult result, const AuthzRegistrationFault *fault)
{
	if (result == AUTHZ_REGISTRATION_MEMORY)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s", place(fault)),
					errhint("%s", hint(result, fault))));
}

/* JSON is UTF-8, whatever the database's encoding; what has no UTF-8 is refused as it is. */
static char *
text_of(Jsonb *definition)
{
	char *text;

	if (VARSIZE(definition) > JSONB_MAX)
		refuse(AUTHZ_REGISTRATION_TOO_LONG, &(AuthzRegistrationFault){.member = ""});
	text = JsonbToCString(NULL, &definition->root, VARSIZE(definition));
	return pg_server_to_any(text, (int) strlen(text), PG_UTF8);
}

PG_FUNCTION_INFO_V1(authz_registration_definition);

/* authz.registration_definition(protocol text, definition jsonb) */
Datum
authz_registration_definition(PG_FUNCTION_ARGS)
{
	char *protocol = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char *text = text_of(PG_GETARG_JSONB_P(1));
	char *out = palloc(AUTHZ_REGISTRATION_MAX_BYTES + 1);
	pg_time_t now = timestamptz_to_time_t(GetCurrentTimestamp());
	AuthzRegistrationFault fault;
	AuthzRegistrationResult result;

	result = authz_registration_read(strcmp(protocol, "saml") == 0 ? AUTHZ_PROTOCOL_SAML
																   : AUTHZ_PROTOCOL_OIDC,
									 text, strlen(text), now, out, &fault);
	if (result != AUTHZ_REGISTRATION_OK)
		refuse(result, &fault);
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(out));
}
