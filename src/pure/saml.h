/*
 * saml.h
 *	  The definition of a SAML service provider.
 */
#ifndef AUTHZ_PURE_SAML_H
#define AUTHZ_PURE_SAML_H

#include "pure/definition.h"

extern bool authz_saml_read(AuthzDefinition *definition);

#endif
