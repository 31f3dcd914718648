/*
 * import_user.c
 *	  The doors of the import of users.
 *
 * Lines that only add somebody, or change his details, are applied many at once, as
 * long as nothing is special about them. What is special (the id is taken, comes
 * twice, cannot be; the role is another than he has), and all of them where
 * something goes wrong, goes by the functions for one user.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "session/setting.h"
#include "sql/application.h"
#include "sql/growth.h"
#include "sql/import_user_line.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* The application's identifier is between. */
#define ROLE_BEGINS "metadata::KMS_USERSCHEMA1_"
#define ROLE_ENDS "::role"

static const char *const columns[] = {"action",		 "userId",	   "firstName",
									  "lastName",	 "screenName", "email",
									  "partnerData", "group",	   "groupUserCreationMode",
									  "userRole",	 NULL};

static const char *const passed_over[] = {"tags",		  "gender", "zip",		   "country",
										  "state",		  "city",	"dateOfBirth", "externalId",
										  "capabilities", NULL};

/* The header --------------------------------------------------------------------- */

static int
find_column(const AuthzImport *import, const char *name)
{
	size_t begins = strlen(ROLE_BEGINS);
	size_t ends = strlen(ROLE_ENDS);
	size_t length = strlen(name);
	const char *application;

	if (length < begins + ends || strncmp(name, ROLE_BEGINS, begins) != 0 ||
		strcmp(name + length - ends, ROLE_ENDS) != 0)
		return -1;
	application = pnstrdup(name + begins, length - begins - ends);
	if (import->application_id == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("column \"%s\" is an application's", name),
						errhint("Name the application whose roles are given.")));
	if (strcmp(application, import->application) != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("column \"%s\" is another application's", name),
						errhint("Of this one it is \"%s%s%s\".", ROLE_BEGINS, import->application,
								ROLE_ENDS)));
	return AUTHZ_IMPORT_ROLE;
}

/* A bare hash is as good as the password to who guesses well. */
static void
check_header(const AuthzImport *import)
{
	if (import->has[AUTHZ_IMPORT_PARTNER_DATA])
		authz_door_require_encryption();
}

/* Many at once ------------------------------------------------------------------- */

/* A role that lines give, and what it is called there. */
typedef struct Role
{
	const char *word;
	int64 role_id; /* 0 for none */
} Role;

/* What is done with many, and by whose leave. */
typedef struct Way
{
	AuthzImportAction action;
	const char *function;
	int nargs;
	const char *permission;
	AuthzStatement *statement;
} Way;

typedef struct Run
{
	AuthzImport *import;
	const Way *way;
	AuthzImportLine *lines;
	int n;
	int64 *role_ids; /* by line; 0 for none */
	int nspecial;	 /* if any is, nothing has been done */
	int *special;
} Run;

static bool
is_plain(const AuthzImportLine *line)
{
	return line->action != AUTHZ_IMPORT_DELETE && line->cells[AUTHZ_IMPORT_USER_ID] != NULL &&
		   line->cells[AUTHZ_IMPORT_PARTNER_DATA] == NULL &&
		   line->cells[AUTHZ_IMPORT_GROUP] == NULL && line->cells[AUTHZ_IMPORT_USER_ROLE] == NULL;
}

/* Roles are looked up, and asked about, once; a line with one that there is not is special. */
static void
find_roles(Run *run)
{
	Role *roles = palloc(run->n * sizeof(Role));
	int nroles = 0;

	for (int i = 0; i < run->n; i++)
	{
		const char *word = run->lines[i].cells[AUTHZ_IMPORT_ROLE];
		int role = 0;

		if (word == NULL)
			continue;
		while (role < nroles && strcmp(roles[role].word, word) != 0)
			role++;
		if (role == nroles)
		{
			AuthzDoor door;

			(void) authz_import_function("authz_role_user_set", 3);
			door = authz_application_open("role_user.set", run->import->application_id);
			roles[nroles].word = word;
			roles[nroles].role_id = authz_application_find_role(run->import->application_id, word);
			authz_growth_check_role(&door, roles[nroles].role_id);
			nroles++;
		}
		run->role_ids[i] = roles[role].role_id;
		if (roles[role].role_id == 0)
			run->special[run->nspecial++] = i;
	}
}

/* A column of the lines as an array. */
static Datum
array_of(const Run *run, int column)
{
	Datum *values = palloc(run->n * sizeof(Datum));
	bool *nulls = palloc(run->n * sizeof(bool));
	int length = run->n;
	int lower = 1;

	for (int i = 0; i < length; i++)
	{
		values[i] = authz_import_text_argument(run->lines[i].cells[column]);
		nulls[i] = values[i] == (Datum) 0;
	}
	return PointerGetDatum(
		construct_md_array(values, nulls, 1, &length, &lower, TEXTOID, -1, false, TYPALIGN_INT));
}

static Datum
array_of_roles(const Run *run)
{
	Datum *values = palloc(run->n * sizeof(Datum));
	bool *nulls = palloc(run->n * sizeof(bool));
	int length = run->n;
	int lower = 1;

	for (int i = 0; i < length; i++)
	{
		values[i] = Int64GetDatum(run->role_ids[i]);
		nulls[i] = run->role_ids[i] == 0;
	}
	return PointerGetDatum(construct_md_array(values, nulls, 1, &length, &lower, INT8OID, 8,
											  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

#define MANY(body)                                                                              \
	{                                                                                           \
		.sql = "SELECT unnest(authz." body "($1, $2, $3, $4, $5, $6, $7, $8, $9))", .nargs = 9, \
		.argtypes = {INT4OID,	   INT8OID,		 UUIDOID,	   TEXTARRAYOID, TEXTARRAYOID,      \
					 TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID},                   \
	}

static AuthzStatement add_statement = MANY("user_import_add");
static AuthzStatement update_statement = MANY("user_import_update");

static const Way add_way = {AUTHZ_IMPORT_ADD, "authz_user_add", 8, "user.add", &add_statement};
static const Way update_way = {AUTHZ_IMPORT_UPDATE, "authz_user_update", 7, "user.update",
							   &update_statement};

/* Applies them all, or says which are special. */
static void
apply_many(void *arg)
{
	Run *run = arg;
	char nulls[] = "         ";
	AuthzActing acting;
	Datum values[9];
	AuthzDoor door;

	(void) authz_import_function(run->way->function, run->way->nargs);
	door = authz_door_open(run->way->permission);
	find_roles(run);
	if (run->nspecial > 0)
		return;
	values[0] = Int32GetDatum(door.account_id);
	values[1] = Int64GetDatum(door.principal_id);
	nulls[1] = door.principal_id == 0 ? 'n' : ' ';
	values[2] = PointerGetDatum(run->import->application_id);
	nulls[2] = run->import->application_id == NULL ? 'n' : ' ';
	for (int i = AUTHZ_IMPORT_USER_ID; i <= AUTHZ_IMPORT_EMAIL; i++)
		values[2 + i] = array_of(run, i);
	values[8] = array_of_roles(run);
	authz_store_begin(&acting);
	run->nspecial = (int) authz_store_write(run->way->statement, values, nulls);
	for (int i = 0; i < run->nspecial; i++)
		run->special[i] = (int) authz_store_int64(i, 1) - 1;
	authz_store_end(&acting);
}

static void apply_run(AuthzImport *import, const Way *way, AuthzImportLine *lines, int n);

static void
apply_each(AuthzImport *import, AuthzImportLine *lines, int n)
{
	for (int i = 0; i < n; i++)
		authz_import_line(import, &lines[i], authz_import_user_line);
}

/* How many lines from here on may go that way together. */
static int
length_of_run(const Way *way, const AuthzImportLine *lines, int n)
{
	int length = 0;

	while (
		length < n && is_plain(&lines[length]) &&
		(lines[length].action == way->action || lines[length].action == AUTHZ_IMPORT_ADD_OR_UPDATE))
		length++;
	return length;
}

/* Neighbours that cannot be added at once are perhaps there, and changed at once. */
static void
apply_special(const Run *run, AuthzImportLine *lines, int n)
{
	while (n > 0)
	{
		int length = run->way == &add_way ? length_of_run(&update_way, lines, n) : 0;

		if (length > 0)
			apply_run(run->import, &update_way, lines, length);
		else
			apply_each(run->import, lines, length = 1);
		lines += length;
		n -= length;
	}
}

/* Those between the special ones are many again. */
static void
apply_parts(const Run *run)
{
	int from = 0;

	for (int i = 0; i < run->nspecial;)
	{
		int at = run->special[i];
		int n = 1;

		while (i + n < run->nspecial && run->special[i + n] == at + n)
			n++;
		apply_run(run->import, run->way, run->lines + from, at - from);
		apply_special(run, run->lines + at, n);
		from = at + n;
		i += n;
	}
	apply_run(run->import, run->way, run->lines + from, run->n - from);
}

static void
apply_run(AuthzImport *import, const Way *way, AuthzImportLine *lines, int n)
{
	Run run = {.import = import, .way = way, .lines = lines, .n = n};
	ErrorData *error;

	if (n < 2)
	{
		apply_each(import, lines, n);
		return;
	}
	run.role_ids = palloc0(n * sizeof(int64));
	run.special = palloc(n * sizeof(int));
	error = authz_import_attempt(apply_many, &run);
	authz_import_progress_tell(&import->progress);
	if (error != NULL)
		apply_each(import, lines, n);
	else if (run.nspecial > 0)
		apply_parts(&run);
	else
		for (int i = 0; i < n; i++)
			lines[i].action = way->action;
}

static void
apply(AuthzImport *import, AuthzImportLine *lines, int n)
{
	while (n > 0)
	{
		const Way *way = lines->action == AUTHZ_IMPORT_UPDATE ? &update_way : &add_way;
		int length = length_of_run(way, lines, n);

		if (length > 0)
			apply_run(import, way, lines, length);
		else
			apply_each(import, lines, length = 1);
		lines += length;
		n -= length;
	}
}

static const AuthzImportKind users = {.target = AUTHZ_IMPORT_USERS,
									  .columns = columns,
									  .passed_over = passed_over,
									  .find_column = find_column,
									  .check_header = check_header,
									  .apply = apply};

/* The doors ---------------------------------------------------------------------- */

/*
 * Whoever may do nothing of what lines can ask for is told so at once; the rest is
 * for each line to find out.
 */
static AuthzDoor
open_users(void)
{
	AuthzDoor door;

	if (*authz_setting_session() == '\0')
		return authz_door_open("user.add");
	door = authz_door_enter("user.add");
	if (!authz_door_holds(&door, "user.update") && !authz_door_holds(&door, "user.delete"))
		authz_door_require(&door, "user.add");
	return door;
}

static AuthzImport
begin(FunctionCallInfo fcinfo, const char *name)
{
	AuthzImport import = {.kind = &users};
	AuthzDoor door;

	PreventCommandIfReadOnly(name);
	PreventCommandIfParallelMode(name);
	door = open_users();
	import.progress.account_id = door.account_id;
	import.application_id = authz_application_argument(fcinfo, 1);
	if (import.application_id != NULL)
	{
		door = authz_application_open("role_user.set", import.application_id);
		import.application = authz_application_identifier(&door, import.application_id);
	}
	return import;
}

PG_FUNCTION_INFO_V1(authz_user_import);

/* authz_user_import(csv text, application_id uuid, first_line int) */
Datum
authz_user_import(PG_FUNCTION_ARGS)
{
	AuthzImport import = begin(fcinfo, "authz_user_import()");

	return authz_import_text(fcinfo, &import, 2);
}

PG_FUNCTION_INFO_V1(authz_user_import_table);

/* authz_user_import_table(source regclass, application_id uuid) */
Datum
authz_user_import_table(PG_FUNCTION_ARGS)
{
	AuthzImport import = begin(fcinfo, "authz_user_import_table()");

	return authz_import_table(fcinfo, &import);
}
