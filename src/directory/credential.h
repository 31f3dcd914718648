/*
 * credential.h
 *	  What is refused before anything is sent.
 */
#ifndef AUTHZ_DIRECTORY_CREDENTIAL_H
#define AUTHZ_DIRECTORY_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>

#define AUTHZ_USER_NAME_MAX 256 /* bytes */
#define AUTHZ_PASSWORD_MAX 1024 /* bytes */

/* Text in UTF-8 without control characters, neither empty nor longer than that. */
extern bool authz_user_name_is_good(const char *user, size_t length);

/*
 * Not empty: servers take a bind with a name and no password for one by nobody,
 * and answer that it succeeded (RFC 4513, 5.1.2). Not beyond a NUL: some end there.
 */
extern bool authz_password_is_good(const char *password, size_t length);

#endif
