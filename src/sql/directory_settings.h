/*
 * directory_settings.h
 *	  How an application's users are found in a directory, as it is stored.
 */
#ifndef AUTHZ_SQL_DIRECTORY_SETTINGS_H
#define AUTHZ_SQL_DIRECTORY_SETTINGS_H

#include "postgres.h"

#include "directory/config.h"

/*
 * In the form that the client takes, palloc'd; NULL where none are stored. Roles
 * are numbers as text. Without roles no groups are looked for.
 */
extern AuthzDirectoryConfig *authz_directory_settings_read(const char *application,
														   bool with_roles);

/* Overwrites what is secret in them. */
extern void authz_directory_settings_wipe(AuthzDirectoryConfig *config);

/*
 * Raises for settings that cannot work: 22023, or 0A000 for what is refused for
 * its danger. What is not stored is good.
 */
extern void authz_directory_settings_check(const char *application);

/* The same for a group and a primary group, each of which may be NULL. */
extern void authz_directory_settings_check_group(const char *group, const char *primary_group_id);

/*
 * Text as directories have it (UTF-8), and as this database does; NULL where it
 * cannot be written so.
 */
extern char *authz_directory_text(const char *text);
extern char *authz_directory_text_from(const char *utf8);

#endif
