/*
 * import_user_line.h
 *	  One line of an import of users.
 */
#ifndef AUTHZ_SQL_IMPORT_USER_LINE_H
#define AUTHZ_SQL_IMPORT_USER_LINE_H

#include "postgres.h"

#include "sql/import.h"

typedef enum AuthzImportUserColumn
{
	AUTHZ_IMPORT_FIRST_NAME = AUTHZ_IMPORT_USER_ID + 1,
	AUTHZ_IMPORT_LAST_NAME,
	AUTHZ_IMPORT_SCREEN_NAME,
	AUTHZ_IMPORT_EMAIL,
	AUTHZ_IMPORT_PARTNER_DATA,
	AUTHZ_IMPORT_GROUP,
	AUTHZ_IMPORT_GROUP_MODE,
	AUTHZ_IMPORT_USER_ROLE,
	AUTHZ_IMPORT_ROLE /* the application's, which is in its name */
} AuthzImportUserColumn;

/* Does what the line says by the functions for one user; raises what they raise. */
extern void authz_import_user_line(AuthzImport *import, AuthzImportLine *line);

#endif
