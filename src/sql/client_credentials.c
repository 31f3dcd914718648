/*
 * client_credentials.c
 *	  The door by which an application comes to a session of its own: its client
 *	  proves a secret (RFC 6749, 4.4) and names whom the session is for.
 *
 * What is not right has one answer, whether the client, the secret, the right to
 * this grant or the audience is missing.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "session/start.h"
#include "sql/activity.h"
#include "sql/argument.h"
#include "sql/door.h"
#include "sql/proof.h"
#include "store/statement.h"
#include "tcop/utility.h"
#include "utils/builtins.h"

/* A client can come again at any time, so what it gets need not last. */
#define LIFETIME 3600

#define NONE "00000000-0000-0000-0000-000000000000"

typedef struct Client
{
	const char *client_id;
	char *registration; /* uuids as text */
	char *application;
	int account_id;
	int64 identity_id; /* what the application itself is */
} Client;

typedef enum Outcome
{
	OUTCOME_OK,
	OUTCOME_FAILED,
	OUTCOME_WAIT
} Outcome;

/* An unknown client is one that nothing proves. */
static void
find_client(const char *client_id, Client *client)
{
	static AuthzStatement statement = {
		.sql = "SELECT r.registration_id::text, r.application_id::text, r.account_id::bigint,"
			   "       a.identity_id"
			   "  FROM authz.registration r"
			   "  JOIN authz.application a ON a.application_id = r.application_id"
			   " WHERE r.protocol = 'oidc' AND r.client_id = $1",
		.nargs = 1,
		.argtypes = {TEXTOID},
	};
	MemoryContext caller = CurrentMemoryContext;
	Datum values[1];
	AuthzActing acting;

	*client = (Client){.client_id = client_id, .registration = NONE, .application = NONE};
	values[0] = CStringGetTextDatum(client_id);
	authz_store_begin(&acting);
	if (authz_store_read_fresh(&statement, values, NULL) == 1)
	{
		client->registration = MemoryContextStrdup(caller, authz_store_text(0, 1));
		client->application = MemoryContextStrdup(caller, authz_store_text(0, 2));
		client->account_id = (int) authz_store_int64(0, 3);
		client->identity_id = authz_store_int64(0, 4);
	}
	authz_store_end(&acting);
}

static Outcome
prove_client(const Client *client, const char *secret)
{
	static AuthzStatement statement = {
		.sql = "SELECT verifier, NULL::text FROM authz.registration_secret"
			   " WHERE registration_id = $1::uuid"
			   "   AND (expires_at IS NULL OR expires_at > clock_timestamp())",
		.nargs = 1,
		.argtypes = {TEXTOID},
	};
	char *subject = psprintf("client:%s", client->client_id);
	Datum values[1];
	AuthzActing acting;
	uint64 row;
	bool right;

	if (authz_proof_must_wait(subject))
		return OUTCOME_WAIT;
	values[0] = CStringGetTextDatum(client->registration);
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

/*
 * Whether the client may have the session, as it is now; until that is there the
 * registration does not change. *audience is the application that it is for,
 * NULL for the account itself.
 */
static bool
hold_registration(const Client *client, const char *name, char **audience)
{
	static AuthzStatement statement = {
		.sql = "SELECT t.application_id::text"
			   "  FROM authz.registration r"
			   "  JOIN authz.application a ON a.application_id = r.application_id"
			   "   AND a.status = 'active'"
			   "  JOIN authz.principal p ON p.principal_id = a.identity_id AND p.status = 'active'"
			   "  LEFT JOIN authz.application t ON t.account_id = r.account_id"
			   "   AND t.identifier = $2 AND t.status = 'active'"
			   "   AND $2 <> authz.account_audience(r.account_id)"
			   " WHERE r.registration_id = $1::uuid"
			   "   AND r.definition -> 'grant_types' ? 'client_credentials'"
			   "   AND (t.application_id IS NOT NULL"
			   "        OR $2 = authz.account_audience(r.account_id))"
			   "   FOR SHARE OF r",
		.nargs = 2,
		.argtypes = {TEXTOID, TEXTOID},
	};
	MemoryContext caller = CurrentMemoryContext;
	Datum values[2];
	AuthzActing acting;
	bool found;

	values[0] = CStringGetTextDatum(client->registration);
	values[1] = CStringGetTextDatum(name);
	authz_store_begin(&acting);
	found = authz_store_write(&statement, values, NULL) == 1;
	if (found)
	{
		char *application = authz_store_text(0, 1);

		*audience = application == NULL ? NULL : MemoryContextStrdup(caller, application);
	}
	authz_store_end(&acting);
	return found;
}

static void
note(const Client *client, const char *outcome, const char *session_id)
{
	AuthzActivity activity = {
		.application = client->application,
		.action = "client_credentials",
		.outcome = outcome,
		.principal_id = session_id == NULL ? 0 : client->identity_id,
		.session_id = session_id,
		.client_id = client->client_id,
	};

	authz_activity_note(&activity);
}

/* What is returned: a word, and with ok the session and the seconds that it lasts. */
static Datum
answer(FunctionCallInfo fcinfo, Outcome outcome, const char *token, int64 lifetime)
{
	static const char *const words[] = {"ok", "failed", "wait"};
	TupleDesc description;
	Datum values[3] = {0};
	bool nulls[3] = {false, true, true};

	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = CStringGetTextDatum(words[outcome]);
	if (outcome == OUTCOME_OK)
	{
		nulls[1] = nulls[2] = false;
		values[1] = CStringGetTextDatum(token);
		values[2] = Int32GetDatum((int32) lifetime);
	}
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls));
}

PG_FUNCTION_INFO_V1(authz_client_credentials);

/* authz_client_credentials(client_id text, client_secret text, audience text) */
Datum
authz_client_credentials(PG_FUNCTION_ARGS)
{
	char *client_id = authz_argument_text(fcinfo, 0);
	char *secret = authz_argument_text(fcinfo, 1);
	char *name = authz_argument_text(fcinfo, 2);
	char *audience = NULL;
	int64 longest;
	Client client;
	Outcome outcome;
	AuthzStart what;
	AuthzStarted started;

	authz_door_require_encryption();
	PreventCommandIfReadOnly("authz_client_credentials()");
	PreventCommandIfParallelMode("authz_client_credentials()");
	if (client_id == NULL || secret == NULL || name == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("client id, client secret and audience must be given")));

	find_client(client_id, &client);
	outcome = prove_client(&client, secret);
	if (outcome == OUTCOME_OK && (!hold_registration(&client, name, &audience) ||
								  !authz_session_longest(client.account_id, &longest)))
		outcome = OUTCOME_FAILED;
	if (outcome == OUTCOME_FAILED)
		note(&client, "failed", NULL);
	if (outcome != OUTCOME_OK)
		return answer(fcinfo, outcome, NULL, 0);

	what = (AuthzStart){
		.account_id = client.account_id,
		.principal_id = client.identity_id,
		.type = AUTHZ_SESSION_USER,
		.application = audience,
		.registration = client.registration,
		.privileges = "",
		.lifetime = Min(longest, LIFETIME),
	};
	started = authz_session_start(&what);
	note(&client, "ok", started.session_id);
	return answer(fcinfo, OUTCOME_OK, started.token, what.lifetime);
}
