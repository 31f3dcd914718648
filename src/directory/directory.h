/*
 * directory.h
 *	  Asking a directory who somebody is: the one header that callers need.
 *
 * Open a handle for settings that are checked, ask once or several times, and
 * close it; everything that was answered is the handle's and goes with it.
 * Closing never waits, so that it may be done where an error is cleaned up.
 *
 * Nothing here allocates from PostgreSQL, raises, or logs. While a directory is
 * waited for, the callback is asked at least twenty times a second, and at once
 * after a signal. It may not jump out: libldap holds locks on the stack. Names
 * of hosts are resolved by the system, which cannot be interrupted.
 *
 * Passwords are neither copied nor kept by authz; libldap has a copy in a buffer
 * of its own until the answer is there.
 */
#ifndef AUTHZ_DIRECTORY_DIRECTORY_H
#define AUTHZ_DIRECTORY_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "directory/config.h"
#include "directory/credential.h"
#include "directory/outcome.h"
#include "directory/server.h"

typedef struct AuthzDirectoryCallbacks
{
	bool (*interrupted)(void *argument); /* true: stop now. NULL: never */

	/*
	 * Who is searched has been found, by the name of his entry in one form, and
	 * his password is to be proven. True: it is not, and as much is done as for
	 * somebody who is not there. NULL: never.
	 */
	bool (*declines)(void *argument, const char *entry);
	void *argument;
} AuthzDirectoryCallbacks;

#define AUTHZ_DIAGNOSTIC_MAX 256		 /* bytes */
#define AUTHZ_DETAIL_MAX 1024			 /* bytes of an attribute; more is no name */
#define AUTHZ_DIRECTORY_GROUPS_MAX 10000 /* of one user, nested ones included */
#define AUTHZ_DIRECTORY_TIMEOUTS 10 /* all steps together take no longer than so many timeouts */

/* Nothing of this may be shown to who asked: it is the directory's, and may say anything. */
typedef struct AuthzDirectoryAudit
{
	char server[AUTHZ_SERVER_URI_MAX]; /* that was asked last, '' for none */
	int code;						   /* its LDAP result, below 0 the library's */
	AuthzBindReason reason;
	char diagnostic[AUTHZ_DIAGNOSTIC_MAX]; /* printable, cut */
} AuthzDirectoryAudit;

/* All text is UTF-8 without control characters; what is not there is NULL. */
typedef struct AuthzDirectoryResult
{
	AuthzDirectoryStatus status;

	/* With AUTHZ_DIRECTORY_OK alone. */
	const char *dn;
	const char *name; /* the user's, as the directory spells it: what to know him by */
	const char *email;
	const char *first_name;
	const char *last_name;
	const char *const *groups; /* their distinguished names, the primary one last if consulted */
	size_t group_count;
	const char *role; /* NULL: no group gives one */

	/* Always. */
	AuthzDirectoryAudit audit;
	bool
		asked; /* about the password, or it came to that: it was an attempt, whatever became of it */
} AuthzDirectoryResult;

typedef struct AuthzDirectory AuthzDirectory;

/* Whether this build has a client. Without one everything is AUTHZ_DIRECTORY_ABSENT. */
extern bool authz_directory_is_there(void);

/* NULL when there is no memory. Settings and callbacks must outlive the handle. */
extern AuthzDirectory *authz_directory_open(const AuthzDirectoryConfig *config,
											const AuthzDirectoryCallbacks *callbacks);

/* Whether that is the user's password; then who he is and what role his groups give. */
extern const AuthzDirectoryResult *
authz_directory_authenticate(AuthzDirectory *directory, const char *user, size_t user_length,
							 const char *password, size_t password_length);

/* The same of somebody who has proved otherwise who he is. */
extern const AuthzDirectoryResult *authz_directory_look_up(AuthzDirectory *directory,
														   const char *user, size_t user_length);

extern void authz_directory_close(AuthzDirectory *directory);

#endif
