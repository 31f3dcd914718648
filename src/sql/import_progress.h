/*
 * import_progress.h
 *	  How far an import has come, for other connections to see.
 */
#ifndef AUTHZ_SQL_IMPORT_PROGRESS_H
#define AUTHZ_SQL_IMPORT_PROGRESS_H

#include "postgres.h"

#include "utils/timestamp.h"

/* What is imported; the numbers are those that the view authz_import_progress knows. */
typedef enum AuthzImportTarget
{
	AUTHZ_IMPORT_USERS = 1,
	AUTHZ_IMPORT_CATEGORY_USERS = 2
} AuthzImportTarget;

typedef struct AuthzImportProgress
{
	AuthzImportTarget target;
	int account_id;
	TimestampTz started_at;
	int64 lines_done;
	int64 lines_failed;
	int64 bytes_done;
	int64 bytes_total; /* 0 where nobody knows */
} AuthzImportProgress;

extern void authz_import_progress_tell(const AuthzImportProgress *progress);
extern void authz_import_progress_end(void);

#endif
