/*
 * absent.c
 *	  The client of a build without libldap: it answers that it is not there.
 */
#include <stdlib.h>

#include "directory/directory.h"

struct AuthzDirectory
{
	AuthzDirectoryResult result;
};

bool
authz_directory_is_there(void)
{
	return false;
}

AuthzDirectory *
authz_directory_open(const AuthzDirectoryConfig *config, const AuthzDirectoryCallbacks *callbacks)
{
	AuthzDirectory *directory = calloc(1, sizeof(AuthzDirectory));

	(void) config;
	(void) callbacks;
	if (directory != NULL)
		directory->result.status = AUTHZ_DIRECTORY_ABSENT;
	return directory;
}

const AuthzDirectoryResult *
authz_directory_authenticate(AuthzDirectory *directory, const char *user, size_t user_length,
							 const char *password, size_t password_length)
{
	(void) user;
	(void) user_length;
	(void) password;
	(void) password_length;
	return &directory->result;
}

const AuthzDirectoryResult *
authz_directory_look_up(AuthzDirectory *directory, const char *user, size_t user_length)
{
	(void) user;
	(void) user_length;
	return &directory->result;
}

void
authz_directory_close(AuthzDirectory *directory)
{
	free(directory);
}
