/*
 * oidc.h
 *	  The definition of an OpenID Connect client.
 */
#ifndef AUTHZ_PURE_OIDC_H
#define AUTHZ_PURE_OIDC_H

#include "pure/definition.h"

extern bool authz_oidc_read(AuthzDefinition *definition);

#endif
