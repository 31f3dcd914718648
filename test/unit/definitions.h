/*
 * definitions.h
 *	  Reads definitions and tells what became of them.
 */
#ifndef AUTHZ_TEST_DEFINITIONS_H
#define AUTHZ_TEST_DEFINITIONS_H

#include "pure/registration.h"

#include "certificates.h"
#include "tap.h"

static char definition_out[AUTHZ_REGISTRATION_MAX_BYTES + 1];
static AuthzRegistrationFault fault;

static inline AuthzRegistrationResult
read_definition(AuthzProtocol protocol, const char *text)
{
	memset(definition_out, 0x5a, sizeof(definition_out));
	memset(&fault, 0x5a, sizeof(fault));
	return authz_registration_read(protocol, text, strlen(text), NOW, definition_out, &fault);
}

/* Taken, and taken again as it was written. */
static inline void
taken(AuthzProtocol protocol, const char *text, const char *expected, const char *name)
{
	static char again[AUTHZ_REGISTRATION_MAX_BYTES + 1];

	if (!ok(read_definition(protocol, text) == AUTHZ_REGISTRATION_OK, "%s", name))
	{
		printf("# %s, element %d, '%s'\n", fault.member, fault.element, fault.quote);
		return;
	}
	if (expected != NULL)
		is_text(definition_out, expected, "as it is written");
	strcpy(again, definition_out);
	ok(read_definition(protocol, again) == AUTHZ_REGISTRATION_OK &&
		   strcmp(definition_out, again) == 0,
	   "and read again");
}

/* Refused for that reason at that place; nothing is written. */
static inline void
refused(AuthzProtocol protocol, const char *text, AuthzRegistrationResult reason,
		const char *member, int element)
{
	AuthzRegistrationResult result = read_definition(protocol, text);

	if (!ok(result == reason && strcmp(fault.member, member) == 0 && fault.element == element &&
				definition_out[0] == '\0',
			"refused: %.200s", text))
		printf("# %d in %s, element %d, '%s'\n", result, fault.member, fault.element, fault.quote);
}

#endif
