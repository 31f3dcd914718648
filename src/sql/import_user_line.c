/*
 * import_user_line.c
 *	  One line of an import of users.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "sql/application.h"
#include "sql/growth.h"
#include "sql/import_user_line.h"
#include "sql/manage_password.h"
#include "store/statement.h"
#include "utils/builtins.h"

#define PASSWORD "pw="

static Datum
argument(const AuthzImportLine *line, int column)
{
	return authz_import_text_argument(line->cells[column]);
}

/* The user ------------------------------------------------------------------------ */

static void
add_user(const AuthzImportLine *line)
{
	static AuthzImportCall call = {.name = "authz_user_add", .nargs = 8};
	const char *user_id = line->cells[AUTHZ_IMPORT_USER_ID];
	Datum values[8] = {0};

	if (user_id != NULL && pg_mbstrlen(user_id) < 3)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the user id is too short"),
				 errhint("That of a user who is imported has at least three characters.")));
	values[0] = argument(line, AUTHZ_IMPORT_USER_ID);
	values[2] = argument(line, AUTHZ_IMPORT_FIRST_NAME);
	values[3] = argument(line, AUTHZ_IMPORT_LAST_NAME);
	values[4] = argument(line, AUTHZ_IMPORT_SCREEN_NAME);
	values[5] = argument(line, AUTHZ_IMPORT_EMAIL);
	(void) authz_import_call(&call, values);
}

static void
update_user(const AuthzImportLine *line)
{
	static AuthzImportCall call = {.name = "authz_user_update", .nargs = 7};
	Datum values[7] = {0};

	values[0] = argument(line, AUTHZ_IMPORT_USER_ID);
	values[1] = argument(line, AUTHZ_IMPORT_FIRST_NAME);
	values[2] = argument(line, AUTHZ_IMPORT_LAST_NAME);
	values[3] = argument(line, AUTHZ_IMPORT_SCREEN_NAME);
	values[4] = argument(line, AUTHZ_IMPORT_EMAIL);
	(void) authz_import_call(&call, values);
}

static void
delete_user(const AuthzImportLine *line)
{
	static AuthzImportCall call = {.name = "authz_user_delete", .nargs = 1};
	Datum values[1];

	values[0] = argument(line, AUTHZ_IMPORT_USER_ID);
	if (!DatumGetBool(authz_import_call(&call, values)))
		ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND),
						errmsg("there is no user \"%s\"", line->cells[AUTHZ_IMPORT_USER_ID])));
}

/* Roles ---------------------------------------------------------------------------- */

/* What a door and a body share: the account and who acts, NULL in the database plane. */
static char
put_door(const AuthzDoor *door, Datum *values)
{
	values[0] = Int32GetDatum(door->account_id);
	values[1] = Int64GetDatum(door->principal_id);
	return door->principal_id == 0 ? 'n' : ' ';
}

/* As authz_role_user_set() does, but that it shows where the role is from. */
static void
set_role(const AuthzImport *import, const AuthzImportLine *line)
{
	static AuthzStatement statement = {
		.sql = "SELECT authz.give_application_role($1, $2, $3, $4, $5, 'import')",
		.nargs = 5,
		.argtypes = {INT4OID, INT8OID, UUIDOID, TEXTOID, TEXTOID},
	};
	char nulls[] = "     ";
	AuthzActing acting;
	Datum values[5];
	AuthzDoor door;

	(void) authz_import_function("authz_role_user_set", 3);
	door = authz_application_open("role_user.set", import->application_id);
	authz_application_check_role(&door, import->application_id, line->cells[AUTHZ_IMPORT_ROLE]);
	nulls[1] = put_door(&door, values);
	values[2] = UUIDPGetDatum(import->application_id);
	values[3] = argument(line, AUTHZ_IMPORT_USER_ID);
	values[4] = argument(line, AUTHZ_IMPORT_ROLE);
	authz_store_begin(&acting);
	(void) authz_store_write(&statement, values, nulls);
	authz_store_end(&acting);
}

/* What is so already is as good as done. */
static void
attempt_again(void (*what)(void *), void *arg)
{
	ErrorData *error = authz_import_attempt(what, arg);

	if (error != NULL && error->sqlerrcode != ERRCODE_UNIQUE_VIOLATION)
		ReThrowError(error);
}

typedef struct Given
{
	int64 role_id;
	Datum user_id;
} Given;

static void
give_role(void *arg)
{
	static AuthzImportCall call = {.name = "authz_role_user_add", .nargs = 4};
	const Given *given = arg;
	Datum values[4] = {0};

	values[0] = Int64GetDatum(given->role_id);
	values[1] = given->user_id;
	(void) authz_import_call(&call, values);
}

static void
add_user_role(const AuthzImportLine *line)
{
	static AuthzStatement statement = {
		.sql = "SELECT role_id FROM authz.role"
			   " WHERE account_id = $1 AND application_id IS NULL AND name = $2"
			   "   AND status <> 'deleted'",
		.nargs = 2,
		.argtypes = {INT4OID, TEXTOID},
	};
	AuthzDoor door = authz_door_open("role_user.add");
	Given given = {.user_id = argument(line, AUTHZ_IMPORT_USER_ID)};
	Datum values[2];
	AuthzActing acting;

	values[0] = Int32GetDatum(door.account_id);
	values[1] = argument(line, AUTHZ_IMPORT_USER_ROLE);
	authz_store_begin(&acting);
	if (authz_store_write(&statement, values, NULL) == 1)
		given.role_id = authz_store_int64(0, 1);
	authz_store_end(&acting);
	if (given.role_id == 0)
		ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND),
						errmsg("there is no role \"%s\"", line->cells[AUTHZ_IMPORT_USER_ROLE])));
	attempt_again(give_role, &given);
}

/* Passwords ------------------------------------------------------------------------ */

static void
set_password(const AuthzImportLine *line)
{
	static AuthzStatement statement = {
		.sql = "SELECT authz.user_import_password($1, $2, $3, $4)",
		.nargs = 4,
		.argtypes = {INT4OID, INT8OID, TEXTOID, TEXTOID},
	};
	const char *data = line->cells[AUTHZ_IMPORT_PARTNER_DATA];
	char nulls[] = "    ";
	AuthzActing acting;
	Datum values[4];
	AuthzDoor door;

	if (strncmp(data, PASSWORD, strlen(PASSWORD)) != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid partnerData"),
						errhint("It is empty, or pw= and the SHA-1 of a password.")));
	(void) authz_import_function("authz_user_set_password", 3);
	door = authz_manage_password_open(line->cells[AUTHZ_IMPORT_USER_ID], NULL);
	nulls[1] = put_door(&door, values);
	values[2] = argument(line, AUTHZ_IMPORT_USER_ID);
	values[3] = CStringGetTextDatum(data + strlen(PASSWORD));
	authz_store_begin(&acting);
	(void) authz_store_write(&statement, values, nulls);
	authz_store_end(&acting);
}

/* Groups --------------------------------------------------------------------------- */

static void
join_group(void *arg)
{
	static AuthzImportCall call = {.name = "authz_group_user_add", .nargs = 6};
	const AuthzImportLine *line = arg;
	const char *mode = line->cells[AUTHZ_IMPORT_GROUP_MODE];
	Datum values[6] = {0};

	if (mode == NULL || strcmp(mode, "2") == 0)
		mode = "automatic";
	else if (strcmp(mode, "1") == 0)
		mode = "manual";
	values[0] = argument(line, AUTHZ_IMPORT_GROUP);
	values[1] = argument(line, AUTHZ_IMPORT_USER_ID);
	values[3] = CStringGetTextDatum(mode);
	(void) authz_import_call(&call, values);
}

static void
leave_group(const AuthzImportLine *line)
{
	static AuthzImportCall call = {.name = "authz_group_user_delete", .nargs = 2};
	Datum values[2];

	values[0] = CStringGetTextDatum(line->cells[AUTHZ_IMPORT_GROUP] + 1);
	values[1] = argument(line, AUTHZ_IMPORT_USER_ID);
	(void) authz_import_call(&call, values);
}

/* A group that is not there is made. */
static void
change_group(AuthzImportLine *line)
{
	static AuthzImportCall call = {.name = "authz_group_add", .nargs = 2};
	Datum values[2] = {0};
	ErrorData *error;

	if (line->cells[AUTHZ_IMPORT_GROUP][0] == '-')
	{
		leave_group(line);
		return;
	}
	error = authz_import_attempt(join_group, line);
	if (error == NULL || error->sqlerrcode == ERRCODE_UNIQUE_VIOLATION)
		return;
	if (error->sqlerrcode != ERRCODE_NO_DATA_FOUND)
		ReThrowError(error);
	values[0] = argument(line, AUTHZ_IMPORT_GROUP);
	(void) authz_import_call(&call, values);
	join_group(line);
}

/* All of it ------------------------------------------------------------------------ */

void
authz_import_user_line(AuthzImport *import, AuthzImportLine *line)
{
	const char *user_id = line->cells[AUTHZ_IMPORT_USER_ID];

	if (user_id == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("user id must be given")));
	if (line->action == AUTHZ_IMPORT_ADD_OR_UPDATE)
		line->action = authz_growth_find_principal(import->progress.account_id, user_id) != 0
						   ? AUTHZ_IMPORT_UPDATE
						   : AUTHZ_IMPORT_ADD;
	if (line->action == AUTHZ_IMPORT_DELETE)
	{
		delete_user(line);
		return;
	}
	if (line->action == AUTHZ_IMPORT_ADD)
		add_user(line);
	else
		update_user(line);
	if (line->cells[AUTHZ_IMPORT_ROLE] != NULL)
		set_role(import, line);
	if (line->cells[AUTHZ_IMPORT_USER_ROLE] != NULL)
		add_user_role(line);
	if (line->cells[AUTHZ_IMPORT_GROUP] != NULL)
		change_group(line);
	if (line->cells[AUTHZ_IMPORT_PARTNER_DATA] != NULL)
		set_password(line);
}
