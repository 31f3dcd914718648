/*
 * registration.c
 *	  The definition by which an application registers for single sign-on.
 */
#include <string.h>

#include "pure/definition.h"
#include "pure/json.h"
#include "pure/oidc.h"
#include "pure/registration.h"
#include "pure/saml.h"

static json_t *
parse(AuthzDefinition *definition, const char *text, size_t length)
{
	json_error_t error;
	json_t *given = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);

	if (json_is_object(given))
		return given;

	/*
	 * The library has words for what is wrong with the text, and none where
	 * memory ends, unless it ends within a string: that it takes for a bad one.
	 */
	authz_definition_fail(definition, given == NULL && error.text[0] == '\0'
										  ? AUTHZ_REGISTRATION_MEMORY
										  : AUTHZ_REGISTRATION_NOT_JSON);
	json_decref(given);
	return NULL;
}

static bool
read_members(AuthzDefinition *definition, AuthzProtocol protocol)
{
	switch (protocol)
	{
		case AUTHZ_PROTOCOL_OIDC:
			return authz_oidc_read(definition);
		case AUTHZ_PROTOCOL_SAML:
			return authz_saml_read(definition);
	}
	return false;
}

/* The canonical text is no longer than what is read, or it could not be read again. */
static bool
write_canonical(AuthzDefinition *definition, char *out)
{
	size_t length = json_dumpb(definition->canonical, out, AUTHZ_REGISTRATION_MAX_BYTES,
							   JSON_COMPACT | JSON_ENSURE_ASCII);

	definition->fault->member = "";
	if (length == 0)
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_MEMORY);
	if (length > AUTHZ_REGISTRATION_MAX_BYTES)
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_TOO_LONG);
	out[length] = '\0';
	return true;
}

AuthzRegistrationResult
authz_registration_read(AuthzProtocol protocol, const char *text, size_t length, int64_t now,
						char *out, AuthzRegistrationFault *fault)
{
	AuthzDefinition definition = {.now = now, .fault = fault};

	*fault = (AuthzRegistrationFault){.member = "", .element = -1};
	*out = '\0';
	if (length > AUTHZ_REGISTRATION_MAX_BYTES)
		return AUTHZ_REGISTRATION_TOO_LONG;
	definition.given = parse(&definition, text, length);
	if (definition.given != NULL)
		definition.canonical = authz_definition_made(&definition, authz_json_object());
	if (definition.canonical != NULL &&
		(!read_members(&definition, protocol) || !write_canonical(&definition, out)))
		*out = '\0';
	json_decref(definition.canonical);
	json_decref(definition.given);
	return definition.result;
}
