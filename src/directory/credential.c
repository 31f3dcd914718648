/*
 * credential.c
 *	  What is refused before anything is sent.
 */
#include <string.h>

#include "directory/credential.h"
#include "directory/text.h"

bool
authz_user_name_is_good(const char *user, size_t length)
{
	return user != NULL && length > 0 && length <= AUTHZ_USER_NAME_MAX &&
		   authz_text_is_printable(user, length);
}

bool
authz_password_is_good(const char *password, size_t length)
{
	return password != NULL && length > 0 && length <= AUTHZ_PASSWORD_MAX &&
		   memchr(password, '\0', length) == NULL;
}
