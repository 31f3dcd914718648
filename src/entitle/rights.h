/*
 * rights.h
 *	  Roles and the permissions they allow.
 */
#ifndef AUTHZ_ENTITLE_RIGHTS_H
#define AUTHZ_ENTITLE_RIGHTS_H

#include "entitle/cache.h"

typedef struct AuthzRole
{
	int64 role_id;
	char *name;
	char *application;	/* uuid as text, NULL for a role of the account */
	char **permissions; /* patterns */
	int npermissions;
	char **exceptions;
	int nexceptions;
} AuthzRole;

/* The roles that count for a session. */
typedef struct AuthzRights
{
	AuthzEntry entry;
	AuthzRole *roles;
	int nroles;
	AuthzRole *restricting; /* takes away; NULL for none */
	bool everything;		/* an administrator without roles */
	bool nothing;			/* a restricting role that is not there */
} AuthzRights;

/*
 * Key: account, principal, variant = session type, and as selector what the
 * session says of roles (AuthzSession.roles).
 */
extern AuthzEntryKind authz_rights_kind;

typedef struct AuthzPermission
{
	char *name;
	bool explicit_only;
	char **depends_on;
	int ndepends_on;
} AuthzPermission;

/* The permissions that an account knows, sorted by name. */
typedef struct AuthzRegistry
{
	AuthzEntry entry;
	AuthzPermission *permissions;
	int npermissions;
} AuthzRegistry;

/* Key: account. */
extern AuthzEntryKind authz_registry_kind;

/* Patterns of permissions that rights are narrowed to; NULL for all. */
typedef struct AuthzScope
{
	char **patterns;
	int n;
} AuthzScope;

/*
 * Whether the permission is registered, allowed by a role, within the scope, and
 * so is what it depends on.
 */
extern bool authz_rights_have(const AuthzRights *rights, const AuthzRegistry *registry,
							  const AuthzScope *scope, const char *permission);

/*
 * Whether these rights within the scope include all that the patterns, less the
 * exceptions, match or will ever match.
 */
extern bool authz_rights_cover(const AuthzRights *rights, const AuthzRegistry *registry,
							   const AuthzScope *scope, char **permissions, int npermissions,
							   char **exceptions, int nexceptions);

#endif
