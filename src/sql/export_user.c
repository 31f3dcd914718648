/*
 * export_user.c
 *	  Export of users, as lines that their import takes.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "pure/csv.h"
#include "sql/application.h"
#include "sql/door.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#define ADD_OR_UPDATE "6" /* so that it may be taken where it comes from as well */

typedef struct Export
{
	ReturnSetInfo *result;
	int ncolumns;
	MemoryContext context; /* of one line */
} Export;

static void
put_line(Export *export, const char *text, size_t length)
{
	Datum values[1];
	bool nulls[1] = {false};

	values[0] = PointerGetDatum(cstring_to_text_with_len(text, (int) length));
	tuplestore_putvalues(export->result->setResult, export->result->setDesc, values, nulls);
}

static void
put_row(void *arg, const Datum *values, const bool *nulls)
{
	Export *export = arg;
	MemoryContext caller = MemoryContextSwitchTo(export->context);
	StringInfoData line;

	initStringInfo(&line);
	appendStringInfoString(&line, ADD_OR_UPDATE);
	for (int i = 0; i < export->ncolumns; i++)
	{
		text *cell = nulls[i] ? NULL : DatumGetTextPP(values[i]);
		size_t length = cell == NULL ? 0 : VARSIZE_ANY_EXHDR(cell);

		appendStringInfoChar(&line, ',');
		if (length == 0)
			continue;
		enlargeStringInfo(&line, (int) AUTHZ_CSV_WRITTEN(length));
		line.len += (int) authz_csv_write(VARDATA_ANY(cell), length, line.data + line.len);
	}
	put_line(export, line.data, line.len);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(export->context);
}

/*
 * Roles by their labels, as in the originals, unless that names another role or
 * none. One that is limited in time would come back without its limit.
 */
static void
put_users(Export *export, const AuthzDoor *door, const pg_uuid_t *application_id)
{
	static AuthzStatement statement = {
		.sql = "SELECT p.user_id, p.first_name, p.last_name, p.screen_name, p.email,"
			   "  (SELECT CASE authz.application_role($2, r.label) WHEN r.role_id THEN r.label"
			   "          ELSE r.name END"
			   "     FROM authz.role_user u JOIN authz.role r ON r.role_id = u.role_id"
			   "    WHERE u.principal_id = p.principal_id AND r.application_id = $2"
			   "      AND r.status = 'active' AND u.valid_from IS NULL AND u.valid_until IS NULL"
			   "    ORDER BY r.rank DESC NULLS LAST, r.name COLLATE \"C\" LIMIT 1)"
			   "  FROM authz.principal p"
			   " WHERE p.account_id = $1 AND p.kind = 'person' AND p.status = 'active'"
			   "   AND p.reused_at IS NULL"
			   " ORDER BY lower(p.user_id)",
		.nargs = 2,
		.argtypes = {INT4OID, UUIDOID},
	};
	AuthzActing acting;
	Datum values[2];

	values[0] = Int32GetDatum(door->account_id);
	values[1] = PointerGetDatum(application_id);
	authz_store_begin(&acting);
	authz_store_stream(&statement, values, application_id == NULL ? " n" : "  ",
					   GetActiveSnapshot(), put_row, export);
	authz_store_end(&acting);
}

PG_FUNCTION_INFO_V1(authz_user_export);

/* authz_user_export(application_id uuid) */
Datum
authz_user_export(PG_FUNCTION_ARGS)
{
	const pg_uuid_t *application_id = authz_application_argument(fcinfo, 0);
	AuthzDoor door = authz_door_open("user.list");
	Export export = {.ncolumns = application_id == NULL ? 5 : 6};
	StringInfoData header;

	initStringInfo(&header);
	appendStringInfoString(&header, "*action,userId,firstName,lastName,screenName,email");
	if (application_id != NULL)
	{
		(void) authz_application_open("application_user.list", application_id);
		appendStringInfo(&header, ",metadata::KMS_USERSCHEMA1_%s::role",
						 authz_application_identifier(&door, application_id));
	}
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	export.result = (ReturnSetInfo *) fcinfo->resultinfo;
	export.context =
		AllocSetContextCreate(CurrentMemoryContext, "authz export", ALLOCSET_DEFAULT_SIZES);
	put_line(&export, header.data, header.len);
	put_users(&export, &door, application_id);
	MemoryContextDelete(export.context);
	return (Datum) 0;
}
