/*
 * start_session.c
 *	  The doors that start sessions: what is proven, in which order it is
 *	  looked at, and what of it the session carries.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "entitle/judge.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pure/digest.h"
#include "pure/privileges.h"
#include "session/session.h"
#include "session/setting.h"
#include "session/start.h"
#include "sql/argument.h"
#include "sql/door.h"
#include "sql/proof.h"
#include "sql/session_info.h"
#include "store/statement.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

static Datum
start(FunctionCallInfo fcinfo, const AuthzStart *what, const char *user_id)
{
	/* Before the row: what is loaded after a change of its own ends with the transaction. */
	ArrayType *role_ids =
		authz_judge_roles(what->account_id, what->principal_id, what->type,
						  authz_session_roles(what->privileges, what->application, what->assurance,
											  what->multifactor));
	AuthzStarted started = authz_session_start(what);
	AuthzSessionInfo info = {
		.token = started.token,
		.session_id = started.session_id,
		.type = what->type,
		.account_id = what->account_id,
		.user_id = user_id,
		.actor = started.actor,
		.role_ids = role_ids,
		.expires_at = started.expires_at,
		.privileges = what->privileges,
	};

	return authz_session_info(fcinfo, &info);
}

/* What the doors share --------------------------------------------------- */

AUTHZ_NORETURN static void
fail_proof(const char *subject)
{
	authz_proof_failed(subject);
	authz_proof_refuse();
}

/* While failures make it wait, a subject is refused from their source unseen. */
static void
check_waiting(const char *subject)
{
	if (authz_proof_must_wait(subject))
		authz_proof_refuse();
}

/* Seconds asked for, 0 for as many as there may be. */
static int64
asked_lifetime(FunctionCallInfo fcinfo, int n)
{
	int asked = PG_ARGISNULL(n) ? 0 : PG_GETARG_INT32(n);

	if (asked < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("expiry must not be negative"),
				 errhint("It is a number of seconds; 0 or NULL is as long as may be.")));
	return asked;
}

static int64
shorter(int64 asked, int64 limit)
{
	return asked == 0 ? limit : Min(asked, limit);
}

static AuthzSessionType
asked_type(const char *word)
{
	if (word == NULL || pg_strcasecmp(word, "user") == 0)
		return AUTHZ_SESSION_USER;
	if (pg_strcasecmp(word, "admin") == 0)
		return AUTHZ_SESSION_ADMIN;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid session type \"%s\"", word),
			 errhint("It is one of user and admin.")));
}

/* An active user by any spelling of his id, which becomes the stored one; P0002 else. */
static int64
find_user(int account_id, char **user_id)
{
	static AuthzStatement statement = {
		.sql = "SELECT principal_id, user_id FROM authz.principal"
			   " WHERE account_id = $1 AND lower(user_id) = lower($2) AND reused_at IS NULL"
			   "   AND status = 'active' AND kind <> 'group'",
		.nargs = 2,
		.argtypes = {INT4OID, TEXTOID},
	};
	MemoryContext caller = CurrentMemoryContext;
	Datum values[2];
	AuthzActing acting;
	int64 principal_id;

	values[0] = Int32GetDatum(account_id);
	values[1] = CStringGetTextDatum(*user_id);
	authz_store_begin(&acting);
	if (authz_store_read_fresh(&statement, values, NULL) != 1)
		ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND), errmsg("there is no such user")));
	principal_id = authz_store_int64(0, 1);
	*user_id = MemoryContextStrdup(caller, authz_store_text(0, 2));
	authz_store_end(&acting);
	return principal_id;
}

/* Widget sessions -------------------------------------------------------- */

PG_FUNCTION_INFO_V1(authz_start_widget_session);

/* authz_start_widget_session(widget_id text, expiry int) */
Datum
authz_start_widget_session(PG_FUNCTION_ARGS)
{
	char *widget_id = authz_argument_text(fcinfo, 0);
	int64 asked = asked_lifetime(fcinfo, 1);
	AuthzStart what = {.type = AUTHZ_SESSION_WIDGET, .privileges = AUTHZ_WIDGET_PRIVILEGES};
	int64 longest;
	char *end;
	long account_id;

	if (widget_id == NULL || widget_id[0] != '_' || widget_id[1] < '1' || widget_id[1] > '9')
		authz_proof_refuse();
	errno = 0;
	account_id = strtol(widget_id + 1, &end, 10);
	if (errno != 0 || *end != '\0' || account_id > PG_INT32_MAX ||
		!authz_session_longest((int) account_id, &longest))
		authz_proof_refuse();
	what.account_id = (int) account_id;
	what.lifetime = shorter(asked, longest);
	return start(fcinfo, &what, NULL);
}

/* App tokens --------------------------------------------------------------- */

typedef struct AppToken
{
	char *token;
	AuthzHash hash;
	AuthzSessionType type;
	int64 principal_id; /* 0: the caller names the user */
	char *user_id;
	bool user_active;
	int64 duration;
	int64 longest; /* that sessions of the account may last */
	char *privileges;
	bool expires;
	TimestampTz expires_at;
} AppToken;

/* False when there is no such token, or it is not active. */
static bool
find_apptoken(int account_id, const char *id, AppToken *out)
{
	static AuthzStatement statement = {
		.sql = "SELECT authz.open_secret(e.secret_id, e.value, e.key_version), t.hash_type::text,"
			   "       coalesce(t.session_type::text, 'user'), t.session_principal_id, p.user_id,"
			   "       coalesce(p.status = 'active', true), t.session_duration::bigint,"
			   "       coalesce(t.session_privileges, ''), t.expires_at,"
			   "       coalesce((a.settings ->> 'max_session_duration')::bigint, $3)"
			   "  FROM authz.apptoken t"
			   "  JOIN authz.account a ON a.account_id = t.account_id AND a.status = 'active'"
			   "  JOIN authz.secret e ON e.secret_id = t.secret_id"
			   "  LEFT JOIN authz.principal p ON p.principal_id = t.session_principal_id"
			   " WHERE t.apptoken_id = $2 AND t.account_id = $1 AND t.status = 'active'",
		.nargs = 3,
		.argtypes = {INT4OID, TEXTOID, INT8OID},
	};
	static const char *const hashes[] = {"md5", "sha1", "sha256", "sha512"};
	MemoryContext caller = CurrentMemoryContext;
	Datum values[3];
	AuthzActing acting;
	bool found;

	values[0] = Int32GetDatum(account_id);
	values[1] = CStringGetTextDatum(id);
	values[2] = Int64GetDatum(AUTHZ_SESSION_LONGEST);
	memset(out, 0, sizeof(*out));
	authz_store_begin(&acting);
	found = authz_store_read_fresh(&statement, values, NULL) == 1;
	if (found)
	{
		char *hash = authz_store_text(0, 2);
		char *user_id = authz_store_text(0, 5);
		bool never;
		bytea *token = DatumGetByteaPP(authz_store_value(0, 1, &never));
		Datum expires_at;

		for (int i = 0; i < lengthof(hashes); i++)
			if (strcmp(hash, hashes[i]) == 0)
				out->hash = (AuthzHash) i;
		out->token = MemoryContextAllocZero(caller, VARSIZE_ANY_EXHDR(token) + 1);
		memcpy(out->token, VARDATA_ANY(token), VARSIZE_ANY_EXHDR(token));
		out->type = asked_type(authz_store_text(0, 3));
		out->principal_id = authz_store_int64(0, 4);
		out->user_id = user_id ? MemoryContextStrdup(caller, user_id) : NULL;
		out->user_active = authz_store_bool(0, 6);
		out->duration = authz_store_int64(0, 7);
		out->privileges = MemoryContextStrdup(caller, authz_store_text(0, 8));
		expires_at = authz_store_value(0, 9, &never);
		out->expires = !never;
		out->expires_at = DatumGetTimestampTz(expires_at);
		out->longest = authz_store_int64(0, 10);
	}
	authz_store_end(&acting);
	return found;
}

/* Whether the hash proves the token; an unknown one costs the same work. */
static bool
proves(const char *token_hash, bool found, const AppToken *apptoken)
{
	static const AppToken unknown = {.token = "", .hash = AUTHZ_HASH_SHA256};
	const AppToken *against = found ? apptoken : &unknown;
	const char *session = authz_setting_session();
	char expected[AUTHZ_HASH_MAX_HEX + 1];

	if (!authz_hash_hex(against->hash, session, strlen(session), against->token,
						strlen(against->token), expected))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("the server's cryptographic library lacks this hash")));
	return authz_hex_equal(expected, token_hash) && found;
}

/* Seconds that a session of the token may last now. */
static int64
apptoken_limit(const AppToken *apptoken)
{
	int64 limit = Min(apptoken->duration, apptoken->longest);

	if (apptoken->expires)
	{
		TimestampTz now = GetCurrentTimestamp();

		if (apptoken->expires_at != DT_NOEND)
			limit = Min(limit, (apptoken->expires_at - now) / USECS_PER_SEC);
		if (apptoken->expires_at <= now || limit <= 0)
			ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
							errmsg("the app token has expired")));
	}
	return limit;
}

static char *
merged_privileges(const char *id, const AppToken *apptoken, const char *asked)
{
	size_t length;
	char *merged;

	authz_session_check_privileges(asked);
	length = authz_privileges_merge(NULL, 0, id, apptoken->privileges, asked);
	merged = palloc(length);
	(void) authz_privileges_merge(merged, length, id, apptoken->privileges, asked);
	authz_session_check_privileges(merged);
	return merged;
}

PG_FUNCTION_INFO_V1(authz_start_session);

/*
 * authz_start_session(id text, token_hash text, user_id text, type text,
 *					   expiry int, session_privileges text)
 *
 * What the app token sets overrides what is asked for. The order of the checks
 * is the order in which a guesser must not learn anything.
 */
Datum
authz_start_session(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_enter("session.start");
	char *id = authz_argument_text(fcinfo, 0);
	char *token_hash = authz_argument_text(fcinfo, 1);
	char *user_id = authz_argument_text(fcinfo, 2);
	char *asked_privileges = authz_argument_text(fcinfo, 5);
	int64 asked;
	AppToken apptoken;
	bool found;
	char *subject;
	AuthzStart what = {.account_id = door.account_id};

	PreventCommandIfReadOnly("authz_start_session()");
	PreventCommandIfParallelMode("authz_start_session()");
	(void) asked_type(authz_argument_text(fcinfo, 3));
	asked = asked_lifetime(fcinfo, 4);
	if (id == NULL || token_hash == NULL)
		authz_proof_refuse();

	subject = psprintf("apptoken:%d:%s", door.account_id, id);
	check_waiting(subject);
	found = find_apptoken(door.account_id, id, &apptoken);
	if (!proves(token_hash, found, &apptoken))
		fail_proof(subject);
	authz_proof_right(subject);

	what.lifetime = shorter(asked, apptoken_limit(&apptoken));
	what.type = apptoken.type;
	what.apptoken_id = id;
	what.principal_id = apptoken.principal_id;
	if (apptoken.principal_id != 0)
	{
		user_id = apptoken.user_id;
		if (!apptoken.user_active)
			ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
							errmsg("the app token's user is not active")));
	}
	else if (user_id != NULL)
		what.principal_id = find_user(door.account_id, &user_id);
	what.privileges = merged_privileges(id, &apptoken, asked_privileges ? asked_privileges : "");
	return start(fcinfo, &what, user_id);
}

/* The account's secret ------------------------------------------------------ */

/* Whether the secret is one of the account's. */
static bool
proves_secret(int account_id, const char *secret)
{
	static AuthzStatement verifiers = {
		.sql = "SELECT verifier, CASE WHEN verifier NOT LIKE '$authz$%'"
			   "       THEN authz.crypt($2, verifier) END"
			   "  FROM authz.account_secret"
			   " WHERE account_id = $1 AND (expires_at IS NULL OR expires_at > clock_timestamp())",
		.nargs = 2,
		.argtypes = {INT4OID, TEXTOID},
	};
	Datum values[2];
	AuthzActing acting;
	uint64 row;
	bool right;

	values[0] = Int32GetDatum(account_id);
	values[1] = CStringGetTextDatum(secret);
	authz_store_begin(&acting);
	right = authz_proof_of_row(&verifiers, values, secret, &row);
	authz_store_end(&acting);
	return right;
}

PG_FUNCTION_INFO_V1(authz_start_secret_session);

/*
 * authz_start_secret_session(account_id int, secret text, user_id text, type text,
 *							  expiry int, session_privileges text, assurance int,
 *							  multifactor bool)
 */
Datum
authz_start_secret_session(PG_FUNCTION_ARGS)
{
	char *secret = authz_argument_text(fcinfo, 1);
	char *user_id = authz_argument_text(fcinfo, 2);
	char *privileges = authz_argument_text(fcinfo, 5);
	int64 longest;
	char *subject;
	AuthzStart what = {.privileges = privileges ? privileges : ""};

	authz_door_require_encryption();
	PreventCommandIfReadOnly("authz_start_secret_session()");
	PreventCommandIfParallelMode("authz_start_secret_session()");
	what.type = asked_type(authz_argument_text(fcinfo, 3));
	what.lifetime = asked_lifetime(fcinfo, 4);
	authz_session_check_privileges(what.privileges);
	what.assurance = PG_ARGISNULL(6) ? 0 : PG_GETARG_INT32(6);
	what.multifactor = !PG_ARGISNULL(7) && PG_GETARG_BOOL(7);
	if (PG_ARGISNULL(0) || secret == NULL)
		authz_proof_refuse();

	what.account_id = PG_GETARG_INT32(0);
	subject = psprintf("account:%d", what.account_id);
	check_waiting(subject);
	if (!proves_secret(what.account_id, secret) ||
		!authz_session_longest(what.account_id, &longest))
		fail_proof(subject);
	authz_proof_right(subject);

	what.lifetime = shorter(what.lifetime, longest);
	if (user_id != NULL)
		what.principal_id = find_user(what.account_id, &user_id);
	return start(fcinfo, &what, user_id);
}
