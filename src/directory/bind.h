/*
 * bind.h
 *	  Proving a name by a password (simple binds of RFC 4513).
 */
#ifndef AUTHZ_DIRECTORY_BIND_H
#define AUTHZ_DIRECTORY_BIND_H

#include <stddef.h>

#include "directory/connection.h"

/*
 * Neither the name nor the password may be empty: a server may accept that as
 * nobody's bind. Only AUTHZ_DIRECTORY_OK means that the password is the name's
 * and good for signing in; the audit has the reason of any other answer.
 */
extern AuthzDirectoryStatus authz_bind(AuthzConnection *connection, const char *dn,
									   const char *password, size_t length);

#endif
