/*
 * login.c
 *	  Signing in: the one way that all methods go.
 *
 * Whatever is wrong has one answer: the application, the user, the proof, the
 * role. A right proof of who may not come in is counted as if it were wrong, or
 * whoever is never made to wait would know that it was right.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "entitle/judge.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "session/start.h"
#include "sql/door.h"
#include "sql/login.h"
#include "sql/login_custom.h"
#include "sql/login_ldap.h"
#include "store/failure.h"
#include "store/statement.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

typedef enum Outcome
{
	OUTCOME_OK,
	OUTCOME_FAILED,
	OUTCOME_WAIT
} Outcome;

static const char *const outcome_words[] = {"ok", "failed", "wait"};

/* What finds roles out that do not come along with the proof. */
static const AuthzAuthorize authorize[AUTHZ_AUTHZS] = {
	[AUTHZ_AUTHZ_LDAP] = authz_authorize_ldap,
	[AUTHZ_AUTHZ_CUSTOM] = authz_authorize_custom,
};

/* Who comes in, and by which of the application's roles. */
typedef struct Admitted
{
	int64 principal_id; /* 0: nobody in particular */
	char *user_id;
	char *role; /* its name; NULL: he does not come in */
} Admitted;

const char *
authz_login_application(FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		return NULL;
	return DatumGetCString(DirectFunctionCall1(uuid_out, PG_GETARG_DATUM(n)));
}

static void
begin(const char *function)
{
	PreventCommandIfReadOnly(function);
	PreventCommandIfParallelMode(function);
}

/* Waiting ------------------------------------------------------------------ */

/* What failures are counted of, in any case of the user's name; NULL for nothing. */
static char *
failure_subject(const AuthzAttempt *attempt)
{
	if (attempt->subject == NULL)
		return NULL;
	return psprintf("sign-in:%s:%s", attempt->application,
					str_tolower(attempt->subject, strlen(attempt->subject), DEFAULT_COLLATION_OID));
}

/*
 * Where failures are counted from: where they come from, so that who guesses at
 * one place locks nobody out elsewhere; or, where the account has asked for it,
 * everywhere together.
 */
static const char *
failure_source(const AuthzSignIn *sign_in)
{
	return sign_in->subject_lock ? "everywhere" : authz_failure_source();
}

/* The other thing that they are counted of, once it is known. */
static char *
entry_subject(const AuthzSignIn *sign_in, const AuthzWho *who)
{
	return who->tried_on == NULL
			   ? NULL
			   : psprintf("sign-in-entry:%s:%s", sign_in->application, who->tried_on);
}

static void
count(const AuthzSignIn *sign_in, const AuthzWho *who, const char *subject)
{
	char *entry = entry_subject(sign_in, who);

	if (who->unjudged)
		return;
	if (subject != NULL)
		(void) authz_failure_count(subject, failure_source(sign_in));
	if (entry != NULL)
		(void) authz_failure_count(entry, failure_source(sign_in));
}

static void
forget(const AuthzSignIn *sign_in, const AuthzWho *who, const char *subject)
{
	char *entry = entry_subject(sign_in, who);

	if (subject != NULL)
		authz_failure_forget(subject, failure_source(sign_in));
	if (entry != NULL)
		authz_failure_forget(entry, failure_source(sign_in));
}

bool
authz_login_must_wait(const AuthzSignIn *sign_in, AuthzWho *who)
{
	char *entry = entry_subject(sign_in, who);

	if (entry == NULL || authz_failure_wait(entry, failure_source(sign_in)) == 0)
		return false;
	who->reason = "other spellings of the name have to wait";
	who->tried_on = NULL;
	return true;
}

/* Users -------------------------------------------------------------------- */

static Datum
text_or_null(const char *value, char *null)
{
	*null = value == NULL ? 'n' : ' ';
	return value == NULL ? (Datum) 0 : CStringGetTextDatum(value);
}

/* Makes the user, or gives him his role, as is set; false, with a reason, for who does not come in. */
static bool
admit(const AuthzSignIn *sign_in, AuthzWho *who, Admitted *admitted)
{
	static AuthzStatement statement = {
		.sql = "SELECT principal_id, known_as, reason"
			   "  FROM authz.admit($1::uuid, $2, $3, $4, $5, $6)",
		.nargs = 6,
		.argtypes = {TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID},
	};
	MemoryContext caller = CurrentMemoryContext;
	Datum values[6];
	char nulls[7] = "      ";
	AuthzActing acting;
	char *reason;

	values[0] = CStringGetTextDatum(sign_in->application);
	values[1] = CStringGetTextDatum(who->user_id);
	values[2] = text_or_null(who->role, &nulls[2]);
	values[3] = text_or_null(who->first_name, &nulls[3]);
	values[4] = text_or_null(who->last_name, &nulls[4]);
	values[5] = text_or_null(who->email, &nulls[5]);
	authz_store_begin(&acting);
	(void) authz_store_write(&statement, values, nulls);
	reason = authz_store_text(0, 3);
	if (reason != NULL)
		who->reason = MemoryContextStrdup(caller, reason);
	else
	{
		admitted->principal_id = authz_store_int64(0, 1);
		admitted->user_id = MemoryContextStrdup(caller, authz_store_text(0, 2));
	}
	authz_store_end(&acting);
	return reason == NULL;
}

/* What others tell of who has come in. */
static void
refresh_details(const AuthzWho *who, int64 principal_id)
{
	static AuthzStatement statement = {
		.sql = "SELECT authz.refresh_details($1, $2, $3, $4)",
		.nargs = 4,
		.argtypes = {INT8OID, TEXTOID, TEXTOID, TEXTOID},
	};
	Datum values[4];
	char nulls[5] = "    ";
	AuthzActing acting;

	values[0] = Int64GetDatum(principal_id);
	values[1] = text_or_null(who->first_name, &nulls[1]);
	values[2] = text_or_null(who->last_name, &nulls[2]);
	values[3] = text_or_null(who->email, &nulls[3]);
	authz_store_begin(&acting);
	(void) authz_store_write(&statement, values, nulls);
	authz_store_end(&acting);
}

/* The strongest of the application's roles that count for the user, as surely as he was proven. */
static char *
strongest_role(const AuthzSignIn *sign_in, const AuthzWho *who, int64 principal_id)
{
	static AuthzStatement statement = {
		.sql = "SELECT name FROM authz.role"
			   " WHERE account_id = $1 AND application_id = $2::uuid AND status = 'active'"
			   "   AND name = ANY ($3)"
			   " ORDER BY rank DESC NULLS LAST, name COLLATE \"C\" LIMIT 1",
		.nargs = 3,
		.argtypes = {INT4OID, TEXTOID, TEXTARRAYOID},
	};
	MemoryContext caller = CurrentMemoryContext;
	Datum values[3];
	AuthzActing acting;
	char *role = NULL;

	values[0] = Int32GetDatum(sign_in->account_id);
	values[1] = CStringGetTextDatum(sign_in->application);
	values[2] = PointerGetDatum(authz_judge_application_roles(
		sign_in->account_id, principal_id, sign_in->application, who->assurance, who->multifactor));
	authz_store_begin(&acting);
	if (authz_store_write(&statement, values, NULL) == 1)
		role = MemoryContextStrdup(caller, authz_store_text(0, 1));
	authz_store_end(&acting);
	return role;
}

/* Roles -------------------------------------------------------------------- */

/* Whether the adapter that proves who somebody is says which role he has, too. */
static bool
role_comes_along(const AuthzSignIn *sign_in)
{
	return (sign_in->authz == AUTHZ_AUTHZ_SSO && sign_in->authn == AUTHZ_AUTHN_SSO) ||
		   (sign_in->authz == AUTHZ_AUTHZ_LDAP && sign_in->authn == AUTHZ_AUTHN_LDAP);
}

/* Leaves in who->role what others say; nothing where roles are given here. */
static bool
find_role(const AuthzSignIn *sign_in, AuthzWho *who)
{
	if (role_comes_along(sign_in))
		return true;
	who->role = NULL;
	if (sign_in->authz == AUTHZ_AUTHZ_INTERNAL)
		return true;
	who->reason = "adapter is missing";
	return authorize[sign_in->authz] != NULL && authorize[sign_in->authz](sign_in, who);
}

/* The pipeline ------------------------------------------------------------- */

static bool
authenticate(const AuthzAttempt *attempt, const AuthzSignIn *sign_in, AuthzWho *who)
{
	AuthzAuthenticate adapter = attempt->authenticate[sign_in->authn];

	/* An unknown application is tried like any other, so that it takes its time. */
	if (adapter == NULL)
	{
		who->reason = "another method is set";
		return false;
	}
	who->reason = "proof is wrong";
	return adapter(sign_in, attempt->credential, who) && sign_in->account_id != 0;
}

static bool
come_in(const AuthzAttempt *attempt, const AuthzSignIn *sign_in, AuthzWho *who, Admitted *admitted)
{
	if (!authenticate(attempt, sign_in, who) || !find_role(sign_in, who) ||
		!admit(sign_in, who, admitted))
		return false;
	admitted->role = strongest_role(sign_in, who, admitted->principal_id);
	who->reason = "no role counts";
	if (admitted->role == NULL)
		return false;
	if (sign_in->refresh_details)
		refresh_details(who, admitted->principal_id);
	return true;
}

static AuthzStarted
start(const AuthzSignIn *sign_in, const AuthzWho *who, const Admitted *admitted,
	  const char *privileges)
{
	AuthzStart what = {
		.account_id = sign_in->account_id,
		.principal_id = admitted->principal_id,
		.type = AUTHZ_SESSION_USER,
		.application = sign_in->application,
		.sign_in_id = sign_in->sign_in_id,
		.assurance = who->assurance,
		.multifactor = who->multifactor,
		.privileges = privileges,
		.lifetime = sign_in->lifetime,
	};

	return authz_session_start(&what);
}

/*
 * Who failed is written down only if he is somebody: what is typed where a name
 * belongs may be a password.
 */
static void
note(const AuthzSignIn *sign_in, const char *method, const char *claimed, const AuthzWho *who,
	 const Admitted *admitted, const AuthzStarted *started)
{
	static AuthzStatement statement = {
		.sql = "INSERT INTO authz.audit_event (account_id, subject, action, object, detail)"
			   " SELECT $1, $2, 'sign_in', $3, jsonb_strip_nulls(jsonb_build_object("
			   "        'method', $4, 'outcome', CASE WHEN $7 IS NULL THEN 'failed' ELSE 'ok' END,"
			   "        'source', $5, 'role', $6, 'session_id', $7, 'reason', $8,"
			   "        'diagnostic', $9, 'user_id', (SELECT p.user_id FROM authz.principal p"
			   "          WHERE p.account_id = $1 AND lower(p.user_id) = lower($10)"
			   "            AND p.reused_at IS NULL)))",
		.nargs = 10,
		.argtypes = {INT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
					 TEXTOID, TEXTOID},
	};
	bool ok = started != NULL;
	Datum values[10];
	char nulls[11] = "          ";
	AuthzActing acting;

	if (sign_in->account_id == 0)
		return;
	values[0] = Int32GetDatum(sign_in->account_id);
	values[1] = text_or_null(ok ? admitted->user_id : NULL, &nulls[1]);
	values[2] = CStringGetTextDatum(sign_in->application);
	values[3] = CStringGetTextDatum(method);
	values[4] = CStringGetTextDatum(authz_failure_source());
	values[5] = text_or_null(ok ? admitted->role : NULL, &nulls[5]);
	values[6] = text_or_null(ok ? started->session_id : NULL, &nulls[6]);
	values[7] = text_or_null(ok ? NULL : who->reason, &nulls[7]);
	values[8] = text_or_null(who->diagnostic, &nulls[8]);
	values[9] = text_or_null(ok ? NULL : claimed, &nulls[9]);
	authz_store_begin(&acting);
	(void) authz_store_write(&statement, values, nulls);
	authz_store_end(&acting);
}

/* What is returned: a word, and with ok the session, whose it is, by which role and until when. */
static Datum
answer(FunctionCallInfo fcinfo, Outcome outcome, const Admitted *admitted,
	   const AuthzStarted *started)
{
	TupleDesc description;
	Datum values[5] = {0};
	bool nulls[5] = {false, true, true, true, true};

	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = CStringGetTextDatum(outcome_words[outcome]);
	if (outcome == OUTCOME_OK)
	{
		nulls[1] = nulls[3] = nulls[4] = false;
		values[1] = CStringGetTextDatum(started->token);
		nulls[2] = admitted->user_id == NULL;
		values[2] = nulls[2] ? (Datum) 0 : CStringGetTextDatum(admitted->user_id);
		values[3] = CStringGetTextDatum(admitted->role);
		values[4] = TimestampTzGetDatum(started->expires_at);
	}
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls));
}

Datum
authz_login_attempt(FunctionCallInfo fcinfo, const AuthzAttempt *attempt)
{
	AuthzSignIn sign_in;
	AuthzWho who = {0};
	Admitted admitted = {0};
	AuthzStarted started;
	char *subject;
	const char *method;

	authz_door_require_encryption();
	begin(attempt->function);
	if (attempt->application == NULL)
		return answer(fcinfo, OUTCOME_FAILED, NULL, NULL);
	sign_in = authz_sign_in_read(attempt->application);
	subject = failure_subject(attempt);
	if (subject != NULL && authz_failure_wait(subject, failure_source(&sign_in)) > 0)
		return answer(fcinfo, OUTCOME_WAIT, NULL, NULL);

	method = authz_authn_name(sign_in.authn);
	if (!come_in(attempt, &sign_in, &who, &admitted))
	{
		count(&sign_in, &who, subject);

		/* Not before it is counted. */
		CHECK_FOR_INTERRUPTS();
		note(&sign_in, method, who.user_id != NULL ? who.user_id : attempt->subject, &who, NULL,
			 NULL);
		return answer(fcinfo, OUTCOME_FAILED, NULL, NULL);
	}
	forget(&sign_in, &who, subject);
	started = start(&sign_in, &who, &admitted, "");
	note(&sign_in, method, NULL, &who, &admitted, &started);
	return answer(fcinfo, OUTCOME_OK, &admitted, &started);
}

/* Nobody in particular ----------------------------------------------------- */

/* The role that everybody has; NULL where nobody comes in without saying who he is. */
static char *
anonymous_role(const AuthzSignIn *sign_in)
{
	static AuthzStatement statement = {
		.sql = "SELECT name FROM authz.role"
			   " WHERE account_id = $1 AND role_id = $2 AND status = 'active'"
			   "   AND coalesce(minimum_assurance, 0) <= 0 AND NOT multifactor",
		.nargs = 2,
		.argtypes = {INT4OID, INT8OID},
	};
	MemoryContext caller = CurrentMemoryContext;
	Datum values[2];
	AuthzActing acting;
	char *role = NULL;

	values[0] = Int32GetDatum(sign_in->account_id);
	values[1] = Int64GetDatum(sign_in->anonymous_role_id);
	authz_store_begin(&acting);
	if (authz_store_read_fresh(&statement, values, NULL) == 1)
		role = MemoryContextStrdup(caller, authz_store_text(0, 1));
	authz_store_end(&acting);
	return role;
}

PG_FUNCTION_INFO_V1(authz_login_anonymous);

/* authz_login_anonymous(application_id uuid) */
Datum
authz_login_anonymous(PG_FUNCTION_ARGS)
{
	const char *application = authz_login_application(fcinfo, 0);
	AuthzSignIn sign_in;
	AuthzWho who = {0};
	Admitted admitted = {0};
	AuthzStarted started;

	begin("authz_login_anonymous()");
	if (application == NULL)
		return answer(fcinfo, OUTCOME_FAILED, NULL, NULL);
	sign_in = authz_sign_in_read(application);
	admitted.role = anonymous_role(&sign_in);
	if (admitted.role == NULL)
		return answer(fcinfo, OUTCOME_FAILED, NULL, NULL);

	/* The role that the session names is all that it has. */
	started = start(&sign_in, &who, &admitted,
					psprintf("setrole:" INT64_FORMAT, sign_in.anonymous_role_id));
	note(&sign_in, "anonymous", NULL, &who, &admitted, &started);
	return answer(fcinfo, OUTCOME_OK, &admitted, &started);
}
