/*
 * login_header.c
 *	  Signing in by what a proxy tells of its user in a header.
 *
 * Anybody can send a header. A value counts that the proxy has signed, just
 * now, for this application, the first time that it comes, from a database role
 * that was granted to bring such values.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "pure/header_value.h"
#include "session/moment.h"
#include "session/setting.h"
#include "sql/argument.h"
#include "sql/door.h"
#include "sql/login.h"
#include "store/spent.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* A value is made for the request that it comes with. */
#define OLDEST_SECONDS 60

/* The secret that proxy and application share, NULL for none. */
static bytea *
read_secret(const char *application)
{
	static AuthzStatement statement = {
		.sql = "SELECT authz.open_secret(e.secret_id, e.value, e.key_version)"
			   "  FROM authz.header_setting h"
			   "  JOIN authz.secret e ON e.secret_id = h.secret_id"
			   " WHERE h.application_id = $1::uuid",
		.nargs = 1,
		.argtypes = {TEXTOID},
	};
	MemoryContext caller = CurrentMemoryContext;
	bytea *secret = NULL;
	Datum values[1];
	AuthzActing acting;

	values[0] = CStringGetTextDatum(application);
	authz_store_begin(&acting);
	if (authz_store_read_fresh(&statement, values, NULL) == 1)
	{
		bool isnull;
		Datum value = authz_store_value(0, 1, &isnull);
		MemoryContext own = MemoryContextSwitchTo(caller);

		secret = DatumGetByteaPCopy(value);
		MemoryContextSwitchTo(own);
	}
	authz_store_end(&acting);
	return secret;
}

static bool
is_timely(int64 issued_at)
{
	int64 now = authz_moment_to_unix(GetCurrentTimestamp());
	int skew = authz_setting_clock_skew();

	return issued_at <= now + skew && issued_at >= now - OLDEST_SECONDS - skew;
}

/* False the second time, however it is spelled. */
static bool
is_first(const AuthzSignIn *sign_in, const char *value, size_t signed_length)
{
	int64 lasts = OLDEST_SECONDS + 2 * (int64) authz_setting_clock_skew();

	return authz_spend_proof(sign_in->application,
							 psprintf("header %.*s", (int) signed_length, value),
							 GetCurrentTimestamp() + lasts * USECS_PER_SEC);
}

static bool
authenticate_header(const AuthzSignIn *sign_in, const void *credential, AuthzWho *who)
{
	const char *value = credential;
	bytea *secret = read_secret(sign_in->application);
	AuthzHeaderValue *read = palloc(sizeof(AuthzHeaderValue));

	who->reason = "the proxy is not set up";
	if (secret == NULL)
		return false;
	who->reason = "the value is not the proxy's";
	if (authz_header_value_read(value, strlen(value), sign_in->application,
								(const uint8_t *) VARDATA_ANY(secret), VARSIZE_ANY_EXHDR(secret),
								read) != AUTHZ_HEADER_OK ||
		!pg_verify_mbstr(PG_UTF8, read->user, (int) strlen(read->user), true))
		return false;
	who->reason = "the value is not of this minute";
	if (!is_timely(read->issued_at))
		return false;
	who->reason = "the value was used before";
	who->user_id = pg_any_to_server(read->user, (int) strlen(read->user), PG_UTF8);
	return is_first(sign_in, value, read->signed_length);
}

PG_FUNCTION_INFO_V1(authz_login_header);

/* authz_login_header(application_id uuid, value text) */
Datum
authz_login_header(PG_FUNCTION_ARGS)
{
	char *value = authz_argument_text(fcinfo, 1);
	AuthzAttempt attempt = {
		.function = "authz_login_header()",
		.application = authz_login_application(fcinfo, 0),
		.authenticate = {[AUTHZ_AUTHN_HEADER] = authenticate_header},
		.credential = value == NULL ? "" : value,
	};

	authz_door_require_gateway();
	return authz_login_attempt(fcinfo, &attempt);
}
