/*
 * import_progress.c
 *	  How far an import has come, for other connections to see.
 *
 * It stands where PostgreSQL has the progress of a COPY, which is what an import
 * is like: that needs no memory of our own, works however the library was loaded,
 * and goes with the command, be it cancelled or killed. Beyond what COPY tells,
 * the last places say that it is an import, and whose. A subtransaction that fails
 * ends the telling, so that each time all is told anew.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/progress.h"
#include "sql/import_progress.h"
#include "utils/backend_progress.h"
#include "utils/lsyscache.h"

/* Places that COPY does not use, and what no COPY has in the last. */
#define PLACE_STARTED_AT 15
#define PLACE_TARGET 16
#define PLACE_ACCOUNT 17
#define PLACE_MARK 18
#define MARK INT64CONST(0x617574687a637376) /* authzcsv */

static Oid
table_of(AuthzImportTarget target)
{
	return get_relname_relid(target == AUTHZ_IMPORT_USERS ? "principal" : "category_user",
							 get_namespace_oid("authz", false));
}

void
authz_import_progress_tell(const AuthzImportProgress *progress)
{
	static const int places[] = {PROGRESS_COPY_BYTES_PROCESSED,
								 PROGRESS_COPY_BYTES_TOTAL,
								 PROGRESS_COPY_TUPLES_PROCESSED,
								 PROGRESS_COPY_TUPLES_EXCLUDED,
								 PROGRESS_COPY_COMMAND,
								 PROGRESS_COPY_TYPE,
								 PLACE_STARTED_AT,
								 PLACE_TARGET,
								 PLACE_ACCOUNT,
								 PLACE_MARK};
	const int64 values[] = {progress->bytes_done,
							progress->bytes_total,
							progress->lines_done - progress->lines_failed,
							progress->lines_failed,
							PROGRESS_COPY_COMMAND_FROM,
							PROGRESS_COPY_TYPE_CALLBACK,
							progress->started_at,
							progress->target,
							progress->account_id,
							MARK};

	pgstat_progress_start_command(PROGRESS_COMMAND_COPY, table_of(progress->target));
	pgstat_progress_update_multi_param(lengthof(places), places, values);
}

void
authz_import_progress_end(void)
{
	pgstat_progress_end_command();
}
