/*
 * door.c
 *	  The one decision at the top of every management function.
 *
 * Who is refused learns that he lacks a right, not whether what he asked for
 * exists. Acting as the extension's owner begins after the decision and lasts
 * for one call of an internal function.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "compat.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "pure/permission.h"
#include "pure/privileges.h"
#include "session/grant.h"
#include "session/setting.h"
#include "sql/door.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

AUTHZ_NORETURN static void
deny(const char *permission)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
			 permission != NULL ? errhint("This takes the permission \"%s\".", permission) : 0));
}

/* The database plane -------------------------------------------------- */

/* Wherever the extension was installed; anybody may make one of the same name elsewhere. */
Oid
authz_door_function(const char *name, int nargs)
{
	Oid extension = get_extension_oid("authz", true);
	Oid result = InvalidOid;
	CatCList *candidates;

	if (!OidIsValid(extension))
		return InvalidOid;
	candidates = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
	for (int i = 0; i < candidates->n_members && !OidIsValid(result); i++)
	{
		HeapTuple tuple = &candidates->members[i]->tuple;
		Form_pg_proc candidate = (Form_pg_proc) GETSTRUCT(tuple);

		if (candidate->pronargs == nargs &&
			getExtensionOfObject(ProcedureRelationId, candidate->oid) == extension)
			result = candidate->oid;
	}
	ReleaseSysCacheList(candidates);
	return result;
}

/* Functions that do nothing: to be granted EXECUTE on one is the right that it stands for. */
static bool
is_granted(const char *marker)
{
	Oid function = authz_door_function(marker, 0);

	return OidIsValid(function) && authz_may_execute(function, GetUserId());
}

bool
authz_door_administers(void)
{
	return is_granted("authz_administer");
}

void
authz_door_require_gateway(void)
{
	if (!is_granted("authz_gateway"))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
						errhint("This is for database roles that were granted EXECUTE on "
								"authz_gateway().")));
}

/* The account that the database plane acts for: the one named, else the only one. */
static int
administered_account(void)
{
	static AuthzStatement statement = {
		.sql = "SELECT count(*), min(account_id)::bigint FROM authz.account"
			   " WHERE $1 = 0 OR account_id = $1",
		.nargs = 1,
		.argtypes = {INT4OID},
	};
	int named = authz_setting_account();
	Datum values[1];
	AuthzActing acting;
	int64 found;
	int account_id;

	values[0] = Int32GetDatum(named);
	authz_store_begin(&acting);
	(void) authz_store_write(&statement, values, NULL);
	found = authz_store_int64(0, 1);
	account_id = (int) authz_store_int64(0, 2);
	authz_store_end(&acting);

	if (found == 1)
		return account_id;
	if (named != 0)
		ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND), errmsg("there is no account %d", named)));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					found == 0 ? errmsg("there is no account") : errmsg("no account is named"),
					found == 0 ? errhint("Make one with authz_account_add().")
							   : errhint("Set authz.account to the account to act for.")));
}

/* Deciding ------------------------------------------------------------- */

/* The door with its plane chosen, nothing decided. */
static AuthzDoor
approach(const char *action)
{
	AuthzDoor door = {.action = action};
	const AuthzSession *session;

	if (*authz_setting_session() == '\0')
	{
		door.plane = AUTHZ_PLANE_DATABASE;
		return door;
	}

	door.plane = AUTHZ_PLANE_SESSION;
	door.judgement = authz_judge_now();
	session = authz_judgement_session(door.judgement);
	if (session == NULL)
		authz_session_refuse(authz_judgement_fault(door.judgement));
	door.account_id = session->account_id;
	door.principal_id = session->principal_id;
	return door;
}

static void
enter_database_plane(AuthzDoor *door)
{
	if (!authz_door_administers())
		authz_session_refuse(AUTHZ_FAULT_ABSENT);
	door->account_id = administered_account();
}

AuthzDoor
authz_door_open(const char *permission)
{
	AuthzDoor door = approach(permission);

	if (door.plane == AUTHZ_PLANE_DATABASE)
		enter_database_plane(&door);
	else
		authz_door_require(&door, permission);
	return door;
}

AuthzDoor
authz_door_enter(const char *action)
{
	AuthzDoor door = approach(action);

	if (door.plane == AUTHZ_PLANE_DATABASE)
		authz_session_refuse(AUTHZ_FAULT_ABSENT);
	return door;
}

/* Levels and ownership open doors too, but not those that a grant was narrowed past. */
static void
require_scope(const AuthzDoor *door)
{
	const AuthzSession *session = authz_judgement_session(door->judgement);
	bool within = session->scope == NULL;

	for (int i = 0; i < session->nscope && !within; i++)
		within = authz_permission_matches(session->scope[i], door->action, false);
	if (!within)
		deny(NULL);
}

AuthzDoor
authz_door_open_session(const char *action)
{
	AuthzDoor door = authz_door_enter(action);

	require_scope(&door);
	return door;
}

AuthzDoor
authz_door_open_database(const char *action)
{
	AuthzDoor door = {.plane = AUTHZ_PLANE_DATABASE, .action = action};

	/* A session that is set, good or bad, always decides instead. */
	if (*authz_setting_session() != '\0')
	{
		(void) authz_door_enter(action);
		deny(NULL);
	}
	if (!authz_door_administers())
		authz_session_refuse(AUTHZ_FAULT_ABSENT);
	return door;
}

bool
authz_door_holds(const AuthzDoor *door, const char *permission)
{
	return door->plane == AUTHZ_PLANE_DATABASE ||
		   authz_judgement_has_permission(door->judgement, permission);
}

void
authz_door_require(const AuthzDoor *door, const char *permission)
{
	if (!authz_door_holds(door, permission))
		deny(permission);
}

static char **
texts_of(ArrayType *array, int *n)
{
	Datum *values;
	bool *nulls;
	char **texts;

	*n = 0;
	if (array == NULL)
		return NULL;
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, n);
	texts = palloc((*n + 1) * sizeof(char *));
	for (int i = 0; i < *n; i++)
		texts[i] = nulls[i] ? "" : TextDatumGetCString(values[i]);
	return texts;
}

void
authz_door_require_role(const AuthzDoor *door, ArrayType *permissions, ArrayType *exceptions)
{
	int npermissions;
	int nexceptions;
	char **allow = texts_of(permissions, &npermissions);
	char **except = texts_of(exceptions, &nexceptions);

	if (door->plane == AUTHZ_PLANE_DATABASE)
		return;
	if (!authz_judgement_covers(door->judgement, allow, npermissions, except, nexceptions))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
						errhint("Nobody gives permissions that he does not have himself.")));
}

/* Who acts ------------------------------------------------------------- */

void
authz_door_refuse_acting(const AuthzDoor *door)
{
	if (door->plane == AUTHZ_PLANE_SESSION &&
		authz_grant_acts(authz_judgement_session(door->judgement)->actor))
		deny(NULL);
}

/* Services and applications have no other hands than what is proven for them. */
static bool
is_person(int64 principal_id)
{
	static AuthzStatement statement = {
		.sql = "SELECT kind = 'person' FROM authz.principal WHERE principal_id = $1",
		.nargs = 1,
		.argtypes = {INT8OID},
	};
	Datum values[1];
	AuthzActing acting;
	bool person;

	values[0] = Int64GetDatum(principal_id);
	authz_store_begin(&acting);
	person = authz_store_read_fresh(&statement, values, NULL) == 1 && authz_store_bool(0, 1);
	authz_store_end(&acting);
	return person;
}

void
authz_door_require_own_hand(const AuthzDoor *door)
{
	const AuthzSession *session;

	authz_door_refuse_acting(door);
	if (door->plane == AUTHZ_PLANE_DATABASE)
		return;
	session = authz_judgement_session(door->judgement);
	if (session->issuer != NULL || (session->actor != NULL && is_person(door->principal_id)))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
						errhint("A person does this himself, in a session that he has signed in "
								"to.")));
}

void
authz_door_require_unlimited(const AuthzDoor *door)
{
	const AuthzSession *session;
	size_t length;

	if (door->plane == AUTHZ_PLANE_DATABASE)
		return;
	session = authz_judgement_session(door->judgement);
	length = strlen(session->privileges);
	if (authz_session_is_confined(session) || session->limited || session->moderated ||
		session->restricted || authz_privileges_has(session->privileges, length, "setrole", NULL) ||
		authz_privileges_has(session->privileges, length, "restrictingrole", NULL))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
						errhint("A session that is limited gives nothing that is not.")));
}

void
authz_door_require_encryption(void)
{
	static AuthzStatement statement = {
		.sql = "SELECT inet_client_addr() IS NULL"
			   "    OR (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())"
			   "    OR (SELECT encrypted FROM pg_stat_gssapi WHERE pid = pg_backend_pid())",
	};
	AuthzActing acting;
	bool safe;

	if (!authz_setting_require_ssl())
		return;
	authz_store_begin(&acting);
	(void) authz_store_write(&statement, NULL, NULL);
	safe = authz_store_bool(0, 1);
	authz_store_end(&acting);
	if (!safe)
		ereport(ERROR, (errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
						errmsg("secrets are not accepted over an unencrypted connection"),
						errhint("Connect with TLS, or set authz.require_ssl to off.")));
}

/* Acting --------------------------------------------------------------- */

/* What is behind a door: the statement that calls it, and how its result is returned. */
typedef struct Behind
{
	Oid door; /* hash key */
	AuthzStatement statement;
	bool returns_void;
	bool returns_row;
	bool by_value;
	int16 length;
} Behind;

static HTAB *behinds = NULL;

/* authz_user_add(text, …) -> SELECT f FROM authz.user_add($1, $2, $3, …) AS f */
static void
describe(Behind *behind)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(behind->door));
	Form_pg_proc function;
	AuthzStatement *statement = &behind->statement;
	StringInfoData sql;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", behind->door);
	function = (Form_pg_proc) GETSTRUCT(tuple);
	if (function->pronargs + 2 > AUTHZ_STATEMENT_MAX_ARGS)
		elog(ERROR, "function %u has too many arguments", behind->door);

	memset(statement, 0, sizeof(*statement));
	statement->argtypes[statement->nargs++] = INT4OID;
	statement->argtypes[statement->nargs++] = INT8OID;
	for (int i = 0; i < function->pronargs; i++)
		statement->argtypes[statement->nargs++] = function->proargtypes.values[i];

	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT f FROM authz.%s(",
					 quote_identifier(NameStr(function->proname) + strlen("authz_")));
	for (int i = 1; i <= statement->nargs; i++)
		appendStringInfo(&sql, i == 1 ? "$%d" : ", $%d", i);
	appendStringInfoString(&sql, ") AS f");
	statement->sql = MemoryContextStrdup(TopMemoryContext, sql.data);

	behind->returns_void = function->prorettype == VOIDOID;
	behind->returns_row = function->prorettype == RECORDOID;
	get_typlenbyval(function->prorettype, &behind->length, &behind->by_value);
	ReleaseSysCache(tuple);
}

static Behind *
find_behind(Oid door)
{
	Behind *behind;
	bool found;

	if (behinds == NULL)
	{
		HASHCTL control = {.keysize = sizeof(Oid), .entrysize = sizeof(Behind)};

		behinds = hash_create("authz doors", 64, &control, HASH_ELEM | HASH_BLOBS);
	}
	behind = hash_search(behinds, &door, HASH_FIND, NULL);
	if (behind == NULL)
	{
		Behind described = {.door = door};

		describe(&described);
		behind = hash_search(behinds, &door, HASH_ENTER, &found);
		*behind = described;
	}
	return behind;
}

/* The same row with the names that the door gives its columns, not those of what is behind. */
static Datum
named_row(FunctionCallInfo fcinfo, Datum row)
{
	HeapTupleHeader tuple = DatumGetHeapTupleHeaderCopy(row);
	TupleDesc description;

	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	description = BlessTupleDesc(description);
	HeapTupleHeaderSetTypeId(tuple, description->tdtypeid);
	HeapTupleHeaderSetTypMod(tuple, description->tdtypmod);
	return HeapTupleHeaderGetDatum(tuple);
}

Datum
authz_door_call(const AuthzDoor *door, FunctionCallInfo fcinfo)
{
	Behind *behind = find_behind(fcinfo->flinfo->fn_oid);
	Datum values[AUTHZ_STATEMENT_MAX_ARGS];
	char nulls[AUTHZ_STATEMENT_MAX_ARGS];
	AuthzActing acting;
	Datum result;

	values[0] = Int32GetDatum(door->account_id);
	nulls[0] = ' ';
	values[1] = Int64GetDatum(door->principal_id);
	nulls[1] = door->principal_id == 0 ? 'n' : ' ';
	for (int i = 0; i < PG_NARGS(); i++)
	{
		values[i + 2] = PG_GETARG_DATUM(i);
		nulls[i + 2] = PG_ARGISNULL(i) ? 'n' : ' ';
	}

	authz_store_begin(&acting);
	if (authz_store_write(&behind->statement, values, nulls) != 1)
		elog(ERROR, "an internal function returned no row");
	result = authz_store_value(0, 1, &fcinfo->isnull);
	if (!fcinfo->isnull && !behind->returns_void)
		result = SPI_datumTransfer(result, behind->by_value, behind->length);
	authz_store_end(&acting);

	if (behind->returns_void)
		PG_RETURN_VOID();
	if (behind->returns_row && !fcinfo->isnull)
		return named_row(fcinfo, result);
	return result;
}

PG_FUNCTION_INFO_V1(authz_administer);

/* authz_administer(): to execute it is the right to administer the database plane */
Datum
authz_administer(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(true);
}
