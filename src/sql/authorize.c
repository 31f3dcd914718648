/*
 * authorize.c
 *	  The doors by which applications come to act for users: they ask, and once
 *	  the user has agreed exchange what they hold for sessions.
 *
 * What is not right has one answer, whether the application, the secret, the
 * key, the user or his consent is missing.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "entitle/judge.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "session/grant.h"
#include "session/start.h"
#include "sql/activity.h"
#include "sql/argument.h"
#include "sql/door.h"
#include "sql/proof.h"
#include "store/failure.h"
#include "store/statement.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/timestamp.h"

/* An application that has proven itself. */
typedef struct Application
{
	char *id;
	int account_id;
	int64 secret_id;
} Application;

/* A grant, as it is now. */
typedef struct Grant
{
	int64 grant_id;
	int64 principal_id;
	char *user_id;
	int64 lifetime; /* seconds that a session by it may last */
} Grant;

static void
note(const Application *application, const char *action, const char *outcome, int64 principal_id,
	 const char *session_id)
{
	AuthzActivity activity = {
		.application = application->id,
		.action = action,
		.outcome = outcome,
		.principal_id = principal_id,
		.session_id = session_id,
		.secret_id = application->secret_id,
	};

	authz_activity_note(&activity);
}

static void
begin(const char *function)
{
	authz_door_require_encryption();
	PreventCommandIfReadOnly(function);
	PreventCommandIfParallelMode(function);
}

/* What acts for a user already starts no further grant. Otherwise it does not matter who calls. */
static void
refuse_acting(void)
{
	const AuthzSession *session = authz_judgement_session(authz_judge_now());

	if (session != NULL && authz_grant_acts(session->actor))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied")));
}

/* Proofs ------------------------------------------------------------------ */

typedef enum Outcome
{
	OUTCOME_OK,
	OUTCOME_FAILED,
	OUTCOME_WAIT
} Outcome;

static const char *const outcome_words[] = {"ok", "failed", "wait"};

/* The application's own proof. */
static Outcome
prove_application(const char *app_id, const char *secret, Application *application)
{
	static AuthzStatement statement = {
		.sql = "SELECT s.verifier, CASE WHEN s.verifier NOT LIKE '$authz$%'"
			   "       THEN authz.crypt($2, s.verifier) END, s.secret_id, a.account_id::bigint"
			   "  FROM authz.application a"
			   "  JOIN authz.account c ON c.account_id = a.account_id AND c.status = 'active'"
			   "  JOIN authz.application_secret s ON s.application_id = a.application_id"
			   "   AND (s.expires_at IS NULL OR s.expires_at > clock_timestamp())"
			   " WHERE a.application_id = $1::uuid AND a.status = 'active'",
		.nargs = 2,
		.argtypes = {TEXTOID, TEXTOID},
	};
	char *subject;
	Datum values[2];
	AuthzActing acting;
	uint64 row = 0;
	bool right;

	memset(application, 0, sizeof(*application));
	application->id = asc_tolower(app_id, strlen(app_id));
	if (!authz_argument_is_uuid(application->id))
		application->id = "00000000-0000-0000-0000-000000000000";
	subject = psprintf("application:%s", application->id);
	if (authz_proof_must_wait(subject))
		return OUTCOME_WAIT;

	values[0] = CStringGetTextDatum(application->id);
	values[1] = CStringGetTextDatum(secret);
	authz_store_begin(&acting);
	right = authz_proof_of_row(&statement, values, secret, &row);
	if (right)
	{
		application->secret_id = authz_store_int64(row, 3);
		application->account_id = (int) authz_store_int64(row, 4);
	}
	authz_store_end(&acting);
	if (!right)
	{
		authz_proof_failed(subject);
		return OUTCOME_FAILED;
	}
	authz_proof_right(subject);
	return OUTCOME_OK;
}

/* A key is the number of its grant and a secret: "12-9f…". */
static bool
split_key(const char *key, int64 *grant_id, const char **secret)
{
	char *end;

	errno = 0;
	*grant_id = strtoll(key, &end, 10);
	*secret = end + 1;
	return key[0] >= '1' && key[0] <= '9' && errno == 0 && *end == '-';
}

/* The key's proof. */
static Outcome
prove_key(const Application *application, const char *key, int64 *grant_id)
{
	static AuthzStatement statement = {
		.sql = "SELECT verifier, NULL::text FROM authz.application_grant"
			   " WHERE grant_id = $1 AND application_id = $2::uuid AND verifier IS NOT NULL",
		.nargs = 2,
		.argtypes = {INT8OID, TEXTOID},
	};
	const char *secret;
	char *subject;
	Datum values[2];
	AuthzActing acting;
	uint64 row;
	bool right;

	if (!split_key(key, grant_id, &secret))
		return OUTCOME_FAILED;
	subject = psprintf("grant:%s:" INT64_FORMAT, application->id, *grant_id);
	if (authz_proof_must_wait(subject))
		return OUTCOME_WAIT;
	values[0] = Int64GetDatum(*grant_id);
	values[1] = CStringGetTextDatum(application->id);
	authz_store_begin(&acting);
	right = authz_proof_of_row(&statement, values, secret, &row);
	authz_store_end(&acting);
	if (!right)
	{
		authz_proof_failed(subject);
		return OUTCOME_FAILED;
	}
	authz_proof_right(subject);
	return OUTCOME_OK;
}

/* Grants ------------------------------------------------------------------- */

/* Whether the grant holds at this moment; it cannot be withdrawn until the session is there. */
static bool
hold_grant(int64 grant_id, int account_id, Grant *grant)
{
	static AuthzStatement statement = {
		.sql = "SELECT g.principal_id, p.user_id,"
			   "       coalesce(extract(epoch FROM g.expires_at - clock_timestamp())::bigint, $2)"
			   "  FROM authz.application_grant g"
			   "  JOIN authz.principal p ON p.principal_id = g.principal_id AND p.status = 'active'"
			   " WHERE g.grant_id = $1 AND g.status = 'approved'"
			   "   FOR SHARE OF g",
		.nargs = 2,
		.argtypes = {INT8OID, INT8OID},
	};
	MemoryContext caller = CurrentMemoryContext;
	Datum values[2];
	AuthzActing acting;
	int64 longest;
	bool found;

	if (!authz_session_longest(account_id, &longest))
		return false;
	values[0] = Int64GetDatum(grant_id);
	values[1] = Int64GetDatum(longest);
	authz_store_begin(&acting);
	found = authz_store_write(&statement, values, NULL) == 1;
	if (found)
	{
		grant->grant_id = grant_id;
		grant->principal_id = authz_store_int64(0, 1);
		grant->user_id = MemoryContextStrdup(caller, authz_store_text(0, 2));
		grant->lifetime = Min(longest, authz_store_int64(0, 3));
	}
	authz_store_end(&acting);
	return found && grant->lifetime > 0;
}

/* What is returned: a word, and with ok the session, whose it is and until when. */
static Datum
answer(FunctionCallInfo fcinfo, Outcome outcome, const AuthzStarted *started, const char *user_id)
{
	TupleDesc description;
	Datum values[4] = {0};
	bool nulls[4] = {false, true, true, true};

	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = CStringGetTextDatum(outcome_words[outcome]);
	if (outcome == OUTCOME_OK)
	{
		memset(nulls, 0, sizeof(nulls));
		values[1] = CStringGetTextDatum(started->token);
		values[2] = CStringGetTextDatum(user_id);
		values[3] = TimestampTzGetDatum(started->expires_at);
	}
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls));
}

static Datum
start(FunctionCallInfo fcinfo, const Application *application, const char *action,
	  const Grant *grant, const char *family)
{
	AuthzStart what = {
		.account_id = application->account_id,
		.principal_id = grant->principal_id,
		.type = AUTHZ_SESSION_USER,
		.application = application->id,
		.grant_id = grant->grant_id,
		.family = family,
		.privileges = "",
		.lifetime = grant->lifetime,
	};
	AuthzStarted started = authz_session_start(&what);

	note(application, action, "ok", grant->principal_id, started.session_id);
	return answer(fcinfo, OUTCOME_OK, &started, grant->user_id);
}

/* Asking ------------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(authz_request_authorization);

/* authz_request_authorization(app_id text, app_secret text, user_id text) */
Datum
authz_request_authorization(PG_FUNCTION_ARGS)
{
	static AuthzStatement statement = {
		.sql = "SELECT authz.request_authorization($1, $2::uuid, $3)",
		.nargs = 3,
		.argtypes = {INT4OID, TEXTOID, TEXTOID},
	};
	char *app_id = authz_argument_text(fcinfo, 0);
	char *secret = authz_argument_text(fcinfo, 1);
	char *user_id = authz_argument_text(fcinfo, 2);
	MemoryContext caller = CurrentMemoryContext;
	Application application;
	Datum values[3];
	AuthzActing acting;
	char *key;

	begin("authz_request_authorization()");
	refuse_acting();
	if (user_id == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("user id must be given")));
	if (app_id == NULL || secret == NULL ||
		prove_application(app_id, secret, &application) != OUTCOME_OK)
		authz_proof_refuse();

	values[0] = Int32GetDatum(application.account_id);
	values[1] = CStringGetTextDatum(application.id);
	values[2] = CStringGetTextDatum(user_id);
	authz_store_begin(&acting);
	(void) authz_store_write(&statement, values, NULL);
	key = MemoryContextStrdup(caller, authz_store_text(0, 1));
	authz_store_end(&acting);
	note(&application, "request", "ok", 0, NULL);
	PG_RETURN_TEXT_P(cstring_to_text(key));
}

/* Acting ------------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(authz_authorize);

/* authz_authorize(app_id text, app_secret text, application_authorization_key text) */
Datum
authz_authorize(PG_FUNCTION_ARGS)
{
	char *app_id = authz_argument_text(fcinfo, 0);
	char *secret = authz_argument_text(fcinfo, 1);
	char *key = authz_argument_text(fcinfo, 2);
	Application application;
	Grant grant;
	int64 grant_id;
	Outcome outcome;

	begin("authz_authorize()");
	refuse_acting();
	if (app_id == NULL || secret == NULL || key == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("application, secret and key must be given"),
						errhint("Or give a session token alone.")));

	outcome = prove_application(app_id, secret, &application);
	if (outcome == OUTCOME_OK)
		outcome = prove_key(&application, key, &grant_id);
	if (outcome == OUTCOME_OK && !hold_grant(grant_id, application.account_id, &grant))
		outcome = OUTCOME_FAILED;
	if (outcome == OUTCOME_OK)
		return start(fcinfo, &application, "authorize", &grant, NULL);
	if (outcome == OUTCOME_FAILED)
		note(&application, "authorize", "failed", 0, NULL);
	return answer(fcinfo, outcome, NULL, NULL);
}

/* Rotation ------------------------------------------------------------------ */

/* The session that a token stands for, as its row says. */
typedef struct Former
{
	Application application;
	int64 grant_id;
	char *family;
	bool rotated;
} Former;

/* The row of a session by which an application acts and that has not ended, locked. */
static bool
find_former(const char *session_id, Former *former)
{
	static AuthzStatement statement = {
		.sql = "SELECT s.application_id::text, s.account_id::bigint, s.grant_id,"
			   "       coalesce(s.family, s.session_id), s.rotated_at IS NOT NULL"
			   "  FROM authz.session s"
			   "  JOIN authz.application a ON a.application_id = s.application_id"
			   "   AND a.status = 'active'"
			   " WHERE s.session_id = $1 AND s.grant_id IS NOT NULL"
			   "   AND s.expires_at > clock_timestamp()"
			   "   FOR UPDATE OF s",
		.nargs = 1,
		.argtypes = {TEXTOID},
	};
	MemoryContext caller = CurrentMemoryContext;
	Datum values[1];
	AuthzActing acting;
	bool found;

	memset(former, 0, sizeof(*former));
	values[0] = CStringGetTextDatum(session_id);
	authz_store_begin(&acting);
	found = authz_store_write(&statement, values, NULL) == 1;
	if (found)
	{
		former->application.id = MemoryContextStrdup(caller, authz_store_text(0, 1));
		former->application.account_id = (int) authz_store_int64(0, 2);
		former->grant_id = authz_store_int64(0, 3);
		former->family = MemoryContextStrdup(caller, authz_store_text(0, 4));
		former->rotated = authz_store_bool(0, 5);
	}
	authz_store_end(&acting);
	return found;
}

static void
run_for_session(AuthzStatement *statement, const char *id)
{
	Datum values[1];
	AuthzActing acting;

	values[0] = CStringGetTextDatum(id);
	authz_store_begin(&acting);
	(void) authz_store_write(statement, values, NULL);
	authz_store_end(&acting);
}

/* Who brings back what was replaced has it from somebody else, or gave it away: all of them end. */
static void
end_family(const Former *former)
{
	static AuthzStatement statement = {
		.sql = "DELETE FROM authz.session WHERE session_id = $1 OR family = $1",
		.nargs = 1,
		.argtypes = {TEXTOID},
	};

	run_for_session(&statement, former->family);
	note(&former->application, "rotate", "reused", 0, NULL);
}

static void
replace(const char *session_id)
{
	static AuthzStatement statement = {
		.sql = "UPDATE authz.session SET rotated_at = clock_timestamp() WHERE session_id = $1",
		.nargs = 1,
		.argtypes = {TEXTOID},
	};

	run_for_session(&statement, session_id);
}

PG_FUNCTION_INFO_V1(authz_authorize_again);

/* authz_authorize(token text): another session in the place of this one */
Datum
authz_authorize_again(PG_FUNCTION_ARGS)
{
	char *token = authz_argument_text(fcinfo, 0);
	char *session_id;
	Former former;
	Grant grant;

	begin("authz_authorize()");
	if (token == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a session token must be given"),
				 errhint("Or give application, secret and key.")));
	session_id = authz_session_signed_id(token);
	if (session_id == NULL || !find_former(session_id, &former))
		return answer(fcinfo, OUTCOME_FAILED, NULL, NULL);
	if (former.rotated)
	{
		end_family(&former);
		return answer(fcinfo, OUTCOME_FAILED, NULL, NULL);
	}
	if (!hold_grant(former.grant_id, former.application.account_id, &grant))
		return answer(fcinfo, OUTCOME_FAILED, NULL, NULL);
	replace(session_id);
	return start(fcinfo, &former.application, "rotate", &grant, former.family);
}
