/*
 * dn.h
 *	  Distinguished names (RFC 4514), brought into one form so that they can be
 *	  compared as bytes.
 *
 * In that form types are names in lower case where they are well known, values
 * have no capitals of ASCII and no spaces that the usual matching ignores, the
 * parts of a multi-valued RDN are sorted, and everything is escaped in one way.
 * Letters beyond ASCII are compared as they are written.
 */
#ifndef AUTHZ_DIRECTORY_DN_H
#define AUTHZ_DIRECTORY_DN_H

#include <stdbool.h>
#include <stddef.h>

#include "directory/arena.h"

#define AUTHZ_DN_MAX 4096

typedef enum AuthzDnResult
{
	AUTHZ_DN_OK,
	AUTHZ_DN_MALFORMED, /* or longer than AUTHZ_DN_MAX, or without any part */
	AUTHZ_DN_MEMORY
} AuthzDnResult;

extern AuthzDnResult authz_dn_normalize(AuthzArena *arena, const char *dn, char **normal);

/*
 * The value of the type ('cn', 'uid') in the first RDN, escapes resolved: NULL
 * in *value where there is none.
 */
extern AuthzDnResult authz_dn_value(AuthzArena *arena, const char *dn, const char *type,
									char **value);

/* A type as in the form above, in place: 'uid' for 'userID' and '0.9.2342.19200300.100.1.1'. */
extern void authz_dn_type_name(char *type);

/* A value as in the form above, to be compared with others. */
extern char *authz_dn_fold(AuthzArena *arena, const char *text);

/*
 * The type of the first RDN's first part and what of its value comes before and
 * behind the token: 'uid' for 'uid=@@USERNAME@@,dc=example'. The value is not
 * unescaped: false when there are escapes in it, no token, or several.
 */
extern bool authz_dn_first_part(AuthzArena *arena, const char *dn, const char *token, char **type,
								char **before, char **behind);

#endif
