/*
 * login_custom.c
 *	  Signing in by functions that somebody has registered: one that finds out
 *	  who somebody is, one that finds out which role he has.
 *
 * Who calls has not chosen them, and who wrote them has not chosen the caller.
 * So they run with the rights of their owner, who registered them himself, and
 * with nothing of the caller's: not his session, his settings or his search
 * path. As a security-restricted operation they leave nothing behind that would
 * run later as somebody else. What they raise is a refusal.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "sql/login.h"
#include "sql/login_custom.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/resowner.h"

typedef struct Adapter
{
	Oid function;
	Oid owner;
} Adapter;

/* clang-format off */
/* Another's function of the same name is another function. */
#define SQL_FIND(which) \
	"SELECT p.oid::bigint, p.proowner::bigint" \
	"  FROM authz.adapter a" \
	"  JOIN pg_proc p ON p.oid = to_regprocedure(a." which ")" \
	" WHERE a.application_id = $1::uuid AND pg_get_userbyid(p.proowner) = a." which "_owner"
/* clang-format on */

static AuthzStatement authenticate_statement = {
	.sql = SQL_FIND("authenticate"),
	.nargs = 1,
	.argtypes = {TEXTOID},
};

static AuthzStatement authorize_statement = {
	.sql = SQL_FIND("authorize"),
	.nargs = 1,
	.argtypes = {TEXTOID},
};

static bool
find(AuthzStatement *statement, const char *application, Adapter *adapter)
{
	Datum values[1];
	AuthzActing acting;
	bool found;

	values[0] = CStringGetTextDatum(application);
	authz_store_begin(&acting);
	found = authz_store_read_fresh(statement, values, NULL) == 1;
	if (found)
	{
		adapter->function = (Oid) authz_store_int64(0, 1);
		adapter->owner = (Oid) authz_store_int64(0, 2);
	}
	authz_store_end(&acting);
	return found;
}

/* Calling ------------------------------------------------------------------ */

static void
set_option(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
							 false);
}

/* Calls the function as its owner; what it sets is as it was afterwards. */
static Datum
call_as_owner(const Adapter *adapter, Datum argument, bool *isnull)
{
	LOCAL_FCINFO(call, 1);
	FmgrInfo function;
	Oid user;
	int sec_context;
	int guc_level;
	Datum result;

	GetUserIdAndSecContext(&user, &sec_context);
	SetUserIdAndSecContext(adapter->owner, sec_context | SECURITY_LOCAL_USERID_CHANGE |
											   SECURITY_RESTRICTED_OPERATION);
	guc_level = NewGUCNestLevel();
	set_option("search_path", "pg_catalog, pg_temp");
	set_option("authz.session", "");
	set_option("client_min_messages", "error");

	fmgr_info(adapter->function, &function);
	InitFunctionCallInfoData(*call, &function, 1, DEFAULT_COLLATION_OID, NULL, NULL);
	call->args[0].value = argument;
	call->args[0].isnull = false;
	result = FunctionCallInvoke(call);
	*isnull = call->isnull;

	AtEOXact_GUC(false, guc_level);
	SetUserIdAndSecContext(user, sec_context);
	return result;
}

/* What is not about who signs in: a cancel, a shutdown, no memory, a conflict to be tried again. */
static bool
is_not_about_him(int sqlstate)
{
	int category = ERRCODE_TO_CATEGORY(sqlstate);

	return category == ERRCODE_OPERATOR_INTERVENTION ||
		   category == ERRCODE_INSUFFICIENT_RESOURCES || category == ERRCODE_TRANSACTION_ROLLBACK;
}

/* False where it raises; what it did is undone then. */
static bool
call_adapter(const Adapter *adapter, Datum argument, Datum *result, bool *isnull, AuthzWho *who)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner resources = CurrentResourceOwner;
	volatile bool returned = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		*result = call_as_owner(adapter, argument, isnull);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = resources;
		returned = true;
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = resources;
		if (is_not_about_him(error->sqlerrcode))
			ReThrowError(error);

		/* Its message may say anything: the code has to do. */
		who->reason = "the function raised an error";
		who->diagnostic = pstrdup(unpack_sql_state(error->sqlerrcode));
		FreeErrorData(error);
	}
	PG_END_TRY();
	return returned;
}

/* Adapters ------------------------------------------------------------------ */

static char *
copy_text(MemoryContext context, int column)
{
	char *value = authz_store_text(0, column);

	return value == NULL || *value == '\0' ? NULL : MemoryContextStrdup(context, value);
}

/* clang-format off */
/* A field of $1 that is a text. */
#define SQL_TEXT(field) \
	"CASE jsonb_typeof($1 -> '" field "') WHEN 'string' THEN $1 ->> '" field "' END"
/* clang-format on */

/* What the function tells of somebody; what it tells of nobody is nothing. */
static bool
read_who(Datum told, AuthzWho *who)
{
	static AuthzStatement statement = {
		.sql = "SELECT " SQL_TEXT("user_id") ", " SQL_TEXT(
			"first_name") ","
						  "       " SQL_TEXT("last_name") ", " SQL_TEXT(
							  "email") ","
									   "       CASE WHEN $1 ->> 'assurance' ~ '^[0-9]{1,9}$'"
									   "            THEN ($1 ->> 'assurance')::bigint ELSE 0 END,"
									   "       $1 -> 'multifactor' = 'true'",
		.nargs = 1,
		.argtypes = {JSONBOID},
	};
	MemoryContext caller = CurrentMemoryContext;
	Datum values[1];
	AuthzActing acting;

	values[0] = told;
	authz_store_begin(&acting);
	(void) authz_store_write(&statement, values, NULL);
	who->user_id = copy_text(caller, 1);
	who->first_name = copy_text(caller, 2);
	who->last_name = copy_text(caller, 3);
	who->email = copy_text(caller, 4);
	who->assurance = (int) authz_store_int64(0, 5);
	who->multifactor = authz_store_bool(0, 6);
	authz_store_end(&acting);
	return who->user_id != NULL;
}

typedef struct Credential
{
	Datum jsonb;
	const char *user_id; /* that it names, '' for none */
} Credential;

static bool
authenticate_custom(const AuthzSignIn *sign_in, const void *credential, AuthzWho *who)
{
	const Credential *given = credential;
	Adapter adapter;
	Datum told;
	bool isnull;

	who->reason = "the function is missing";
	if (!find(&authenticate_statement, sign_in->application, &adapter))
		return false;
	if (!call_adapter(&adapter, given->jsonb, &told, &isnull, who))
		return false;
	who->reason = "the function says no";
	return !isnull && read_who(told, who);
}

bool
authz_authorize_custom(const AuthzSignIn *sign_in, AuthzWho *who)
{
	Adapter adapter;
	Datum told;
	bool isnull;

	who->reason = "the function is missing";
	if (!find(&authorize_statement, sign_in->application, &adapter) ||
		!call_adapter(&adapter, CStringGetTextDatum(who->user_id), &told, &isnull, who))
		return false;
	who->role = isnull ? NULL : TextDatumGetCString(told);
	return true;
}

/* The name that a credential says it is of, '' for none. */
static char *
named_by(Datum jsonb)
{
	static AuthzStatement statement = {
		.sql = "SELECT " SQL_TEXT("user_id"),
		.nargs = 1,
		.argtypes = {JSONBOID},
	};
	MemoryContext caller = CurrentMemoryContext;
	Datum values[1];
	AuthzActing acting;
	char *user_id;

	values[0] = jsonb;
	authz_store_begin(&acting);
	(void) authz_store_write(&statement, values, NULL);
	user_id = copy_text(caller, 1);
	authz_store_end(&acting);
	return user_id == NULL ? "" : user_id;
}

PG_FUNCTION_INFO_V1(authz_login_custom);

/* authz_login_custom(application_id uuid, credential jsonb) */
Datum
authz_login_custom(PG_FUNCTION_ARGS)
{
	Credential credential = {.user_id = ""};
	AuthzAttempt attempt = {
		.function = "authz_login_custom()",
		.application = PG_ARGISNULL(1) ? NULL : authz_login_application(fcinfo, 0),
		.authenticate = {[AUTHZ_AUTHN_CUSTOM] = authenticate_custom},
		.credential = &credential,
	};

	if (!PG_ARGISNULL(1))
	{
		credential.jsonb = PG_GETARG_DATUM(1);
		credential.user_id = named_by(credential.jsonb);
	}

	/* One who is not named waits with all who are not. */
	attempt.subject = credential.user_id;
	return authz_login_attempt(fcinfo, &attempt);
}
