/*
 * import_category_user.c
 *	  The doors of the import of members of categories.
 *
 * Neighbouring lines that add to one category in one way are added at once; where
 * that does not add them all it is undone, and tried with the halves.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "miscadmin.h"
#include "session/setting.h"
#include "sql/growth.h"
#include "sql/import.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"

enum
{
	ACTION = AUTHZ_IMPORT_ACTION,
	USER_ID = AUTHZ_IMPORT_USER_ID,
	CATEGORY_ID,
	REFERENCE_ID,
	STATUS,
	LEVEL,
	METHOD
};

static const char *const columns[] = {
	"action", "userId",			 "categoryId",	 "categoryReferenceId",
	"status", "permissionLevel", "updateMethod", NULL};

static const char *const passed_over[] = {"categoryUserId", NULL};

static void
check_header(const AuthzImport *import)
{
	if (!import->has[CATEGORY_ID] && !import->has[REFERENCE_ID])
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("column \"categoryId\" or \"categoryReferenceId\" is missing"),
						errhint("The header names one of them.")));
}

/* What cells say ------------------------------------------------------------------ */

AUTHZ_NORETURN static void
refuse_cell(const char *what, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid %s", what),
					errhint("%s", hint)));
}

/* The originals' number of a level, or a word of ours. */
static const char *
level_of(const AuthzImportLine *line)
{
	static const char *const levels[] = {"manager", "moderator", "contributor", "member"};
	const char *word = line->cells[LEVEL];

	if (word == NULL)
		return NULL;
	if (strcmp(word, "4") == 0 || pg_strcasecmp(word, "none") == 0)
		refuse_cell("permission level", "Who is to have none is deleted.");
	if (strlen(word) == 1 && *word >= '0' && *word <= '3')
		return levels[*word - '0'];
	return word;
}

static const char *
method_of(const AuthzImportLine *line)
{
	const char *word = line->cells[METHOD];

	if (word == NULL || strcmp(word, "1") == 0)
		return "automatic";
	return strcmp(word, "0") == 0 ? "manual" : word;
}

/* The permission for what a line does. */
static const char *
permission_of(const AuthzImportLine *line)
{
	return line->action == AUTHZ_IMPORT_DELETE	 ? "category_user.delete"
		   : line->action == AUTHZ_IMPORT_UPDATE ? "category_user.update"
												 : "category_user.add";
}

/* What there is not is told to who may do that to any category. */
static int64
find_reference(const AuthzImport *import, const AuthzImportLine *line)
{
	static AuthzStatement statement = {
		.sql = "SELECT category_id FROM authz.category"
			   " WHERE account_id = $1 AND reference_id = $2",
		.nargs = 2,
		.argtypes = {INT4OID, TEXTOID},
	};
	AuthzActing acting;
	Datum values[2];
	int64 found = 0;

	values[0] = Int32GetDatum(import->progress.account_id);
	values[1] = authz_import_text_argument(line->cells[REFERENCE_ID]);
	authz_store_begin(&acting);
	if (authz_store_write(&statement, values, NULL) == 1)
		found = authz_store_int64(0, 1);
	authz_store_end(&acting);
	if (found == 0)
	{
		(void) authz_door_open(permission_of(line));
		ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND),
						errmsg("there is no category \"%s\"", line->cells[REFERENCE_ID])));
	}
	return found;
}

static int64
category_of(const AuthzImport *import, const AuthzImportLine *line)
{
	const char *word = line->cells[CATEGORY_ID];
	char *end;
	int64 id;

	if (word == NULL && line->cells[REFERENCE_ID] != NULL)
		return find_reference(import, line);
	if (word == NULL)
		refuse_cell("category", "The line names it by its id or its reference id.");
	errno = 0;
	id = strtoll(word, &end, 10);
	if (errno != 0 || *word < '0' || *word > '9' || *end != '\0' || id <= 0)
		refuse_cell("category id", "It is a positive number.");
	return id;
}

static bool
is_member(const AuthzImport *import, int64 category_id, const char *user_id)
{
	static AuthzStatement statement = {
		.sql = "SELECT category_id FROM authz.category_user"
			   " WHERE account_id = $1 AND category_id = $2 AND principal_id = $3",
		.nargs = 3,
		.argtypes = {INT4OID, INT8OID, INT8OID},
	};
	AuthzActing acting;
	Datum values[3];
	bool is;

	values[0] = Int32GetDatum(import->progress.account_id);
	values[1] = Int64GetDatum(category_id);
	values[2] = Int64GetDatum(authz_growth_find_principal(import->progress.account_id, user_id));
	authz_store_begin(&acting);
	is = authz_store_write(&statement, values, NULL) == 1;
	authz_store_end(&acting);
	return is;
}

/* One line ------------------------------------------------------------------------ */

static void
change_member(AuthzImportLine *line, int64 category_id)
{
	static AuthzImportCall add = {.name = "authz_category_user_add", .nargs = 6};
	static AuthzImportCall update = {.name = "authz_category_user_update", .nargs = 5};
	Datum values[6] = {0};

	values[0] = Int64GetDatum(category_id);
	values[1] = authz_import_text_argument(line->cells[USER_ID]);
	values[2] = authz_import_text_argument(level_of(line));
	values[3] = authz_import_text_argument(method_of(line));
	(void) authz_import_call(line->action == AUTHZ_IMPORT_ADD ? &add : &update, values);
}

static void
delete_member(const AuthzImportLine *line, int64 category_id)
{
	static AuthzImportCall call = {.name = "authz_category_user_delete", .nargs = 2};
	Datum values[2];

	values[0] = Int64GetDatum(category_id);
	values[1] = authz_import_text_argument(line->cells[USER_ID]);
	if (!DatumGetBool(authz_import_call(&call, values)))
		ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND),
						errmsg("\"%s\" is no member of category " INT64_FORMAT,
							   line->cells[USER_ID], category_id)));
}

/* Who waits is not made to by a file: pending is passed over. */
static void
set_status(const AuthzImportLine *line, int64 category_id)
{
	static AuthzImportCall activate = {.name = "authz_category_user_activate", .nargs = 2};
	static AuthzImportCall deactivate = {.name = "authz_category_user_deactivate", .nargs = 2};
	const char *word = line->cells[STATUS];
	Datum values[2];

	values[0] = Int64GetDatum(category_id);
	values[1] = authz_import_text_argument(line->cells[USER_ID]);
	if (strcmp(word, "1") == 0 || pg_strcasecmp(word, "active") == 0)
		(void) authz_import_call(&activate, values);
	else if (strcmp(word, "3") == 0 || pg_strcasecmp(word, "not_active") == 0)
		(void) authz_import_call(&deactivate, values);
	else if (strcmp(word, "2") != 0 && pg_strcasecmp(word, "pending") != 0)
		refuse_cell("status", "It is 1 or active, 3 or not_active; 2 or pending is passed over.");
}

static void
apply_line(AuthzImport *import, AuthzImportLine *line)
{
	int64 category_id;

	if (line->cells[USER_ID] == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("user id must be given")));
	category_id = category_of(import, line);
	if (line->action == AUTHZ_IMPORT_ADD_OR_UPDATE)
		line->action = is_member(import, category_id, line->cells[USER_ID]) ? AUTHZ_IMPORT_UPDATE
																			: AUTHZ_IMPORT_ADD;
	if (line->action == AUTHZ_IMPORT_DELETE)
	{
		delete_member(line, category_id);
		return;
	}
	change_member(line, category_id);
	if (line->cells[STATUS] != NULL)
		set_status(line, category_id);
}

/* Many at once -------------------------------------------------------------------- */

static bool
is_plain(const AuthzImportLine *line)
{
	return (line->action == AUTHZ_IMPORT_ADD || line->action == AUTHZ_IMPORT_ADD_OR_UPDATE) &&
		   line->cells[USER_ID] != NULL && line->cells[STATUS] == NULL;
}

static bool
is_same(const AuthzImportLine *one, const AuthzImportLine *other, int column)
{
	const char *a = one->cells[column];
	const char *b = other->cells[column];

	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Whether they add to the same category in the same way. */
static bool
go_together(const AuthzImportLine *one, const AuthzImportLine *other)
{
	return is_plain(one) && is_plain(other) && is_same(one, other, CATEGORY_ID) &&
		   is_same(one, other, REFERENCE_ID) && is_same(one, other, LEVEL) &&
		   is_same(one, other, METHOD);
}

typedef struct Run
{
	AuthzImport *import;
	AuthzImportLine *lines;
	int n;
} Run;

static void
add_many(void *arg)
{
	static AuthzImportCall call = {.name = "authz_category_user_add", .nargs = 4};
	Run *run = arg;
	Datum *user_ids = palloc(run->n * sizeof(Datum));
	Datum values[4];

	for (int i = 0; i < run->n; i++)
		user_ids[i] = CStringGetTextDatum(run->lines[i].cells[USER_ID]);
	values[0] = Int64GetDatum(category_of(run->import, run->lines));
	values[1] =
		PointerGetDatum(construct_array(user_ids, run->n, TEXTOID, -1, false, TYPALIGN_INT));
	values[2] = authz_import_text_argument(level_of(run->lines));
	values[3] = authz_import_text_argument(method_of(run->lines));
	/* Who is a member already is passed over there, but not here. */
	if (DatumGetInt32(authz_import_call(&call, values)) != run->n)
		ereport(ERROR, (errcode(ERRCODE_UNIQUE_VIOLATION), errmsg("some are members already")));
}

static void
apply_run(AuthzImport *import, AuthzImportLine *lines, int n)
{
	Run run = {import, lines, n};

	if (n == 1)
	{
		authz_import_line(import, lines, apply_line);
		return;
	}
	if (authz_import_attempt(add_many, &run) == NULL)
	{
		for (int i = 0; i < n; i++)
			lines[i].action = AUTHZ_IMPORT_ADD;
		return;
	}
	apply_run(import, lines, n / 2);
	apply_run(import, lines + n / 2, n - n / 2);
}

static void
apply(AuthzImport *import, AuthzImportLine *lines, int n)
{
	int from = 0;

	for (int i = 1; i <= n; i++)
		if (i == n || !go_together(&lines[from], &lines[i]))
		{
			apply_run(import, lines + from, i - from);
			from = i;
		}
}

static const AuthzImportKind category_users = {.target = AUTHZ_IMPORT_CATEGORY_USERS,
											   .columns = columns,
											   .passed_over = passed_over,
											   .check_header = check_header,
											   .apply = apply};

/* The doors ----------------------------------------------------------------------- */

/* Whoever manages a category has a say, so that only the lines can tell. */
static AuthzImport
begin(const char *name)
{
	AuthzImport import = {.kind = &category_users};
	AuthzDoor door;

	PreventCommandIfReadOnly(name);
	PreventCommandIfParallelMode(name);
	door = *authz_setting_session() == '\0' ? authz_door_open("category_user.add")
											: authz_door_enter("category_user.add");
	import.progress.account_id = door.account_id;
	return import;
}

PG_FUNCTION_INFO_V1(authz_category_user_import);

/* authz_category_user_import(csv text, first_line int) */
Datum
authz_category_user_import(PG_FUNCTION_ARGS)
{
	AuthzImport import = begin("authz_category_user_import()");

	return authz_import_text(fcinfo, &import, 1);
}

PG_FUNCTION_INFO_V1(authz_category_user_import_table);

/* authz_category_user_import_table(source regclass) */
Datum
authz_category_user_import_table(PG_FUNCTION_ARGS)
{
	AuthzImport import = begin("authz_category_user_import_table()");

	return authz_import_table(fcinfo, &import);
}
