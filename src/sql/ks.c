/*
 * ks.c
 *	  The doors to Kaltura's own sessions as texts: what one says, and making one.
 *
 * Both take the secret, so they prove and give nothing that their caller does
 * not have already. A KS is in UTF-8, whatever the database's encoding is.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "pure/ks.h"
#include "session/ks.h"
#include "session/moment.h"
#include "sql/argument.h"
#include "sql/door.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/timestamp.h"

#define DEFAULT_LIFETIME 86400

static char *
from_utf8(const char *text)
{
	return pg_any_to_server(text, (int) strlen(text), PG_UTF8);
}

static char *
to_utf8(const char *text)
{
	return pg_server_to_any(text, (int) strlen(text), PG_UTF8);
}

static const char *
type_word(const AuthzKs *ks)
{
	if (ks->type == AUTHZ_KS_ADMIN_TYPE)
		return "admin";
	return authz_ks_is_widget(ks) ? "widget" : "user";
}

PG_FUNCTION_INFO_V1(authz_ks_decode);

/* authz_ks_decode(ks text, secret text): NULL for what is not signed with the secret */
Datum
authz_ks_decode(PG_FUNCTION_ARGS)
{
	char *text = authz_argument_text(fcinfo, 0);
	char *secret = authz_argument_text(fcinfo, 1);
	AuthzKs *ks = palloc(sizeof(AuthzKs));
	TupleDesc description;
	Datum values[6];
	bool nulls[6] = {false};

	authz_door_require_encryption();
	if (text == NULL || secret == NULL ||
		authz_ks_read(text, strlen(text), to_utf8(secret), ks) != AUTHZ_KS_OK || !ks->one_account)
		PG_RETURN_NULL();
	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	description = BlessTupleDesc(description);

	values[0] = Int32GetDatum(ks->version);
	values[1] = Int32GetDatum(ks->account_id);
	values[2] = CStringGetTextDatum(from_utf8(ks->user_id));
	nulls[2] = ks->user_id[0] == '\0';
	values[3] = OidInputFunctionCall(F_ENUM_IN, pstrdup(type_word(ks)),
									 TupleDescAttr(description, 3)->atttypid, -1);
	values[4] = TimestampTzGetDatum(authz_moment_from_unix(ks->expires_at));
	values[5] = CStringGetTextDatum(from_utf8(ks->privileges));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(description, values, nulls)));
}

/* Copies what fits; what does not is made to be refused. */
static void
copy_text(char *out, size_t size, const char *value, const char *what)
{
	char *utf8 = to_utf8(value == NULL ? "" : value);

	if (strlcpy(out, utf8, size) >= size)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s is too long", what)));
}

static bool
is_widget(const char *word)
{
	return word != NULL && pg_strcasecmp(word, "widget") == 0;
}

static AuthzKsType
asked_type(const char *word)
{
	if (word == NULL || pg_strcasecmp(word, "user") == 0 || is_widget(word))
		return AUTHZ_KS_USER_TYPE;
	if (pg_strcasecmp(word, "admin") == 0)
		return AUTHZ_KS_ADMIN_TYPE;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid session type \"%s\"", word),
			 errhint("It is one of widget, user and admin.")));
}

static int64
asked_expiry(FunctionCallInfo fcinfo, int n)
{
	TimestampTz expiry;

	if (PG_ARGISNULL(n))
		return authz_moment_to_unix(GetCurrentTimestamp()) + DEFAULT_LIFETIME;
	expiry = PG_GETARG_TIMESTAMPTZ(n);
	if (TIMESTAMP_NOT_FINITE(expiry) || authz_moment_to_unix(expiry) < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid expiry"),
						errhint("It is a moment between 1970 and 9999.")));
	return authz_moment_to_unix(expiry);
}

/* Version 1 is only read: from one of them anybody makes others. */
static void
check_version(FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n) || PG_GETARG_INT32(n) == 2)
		return;
	if (PG_GETARG_INT32(n) == 1)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("sessions of version 1 are not made here"),
						errhint("Their signature protects too little; use version 2.")));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("invalid version %d", PG_GETARG_INT32(n)), errhint("It is 2.")));
}

PG_FUNCTION_INFO_V1(authz_ks_encode);

/*
 * authz_ks_encode(account_id int, secret text, user_id text, session_type text,
 *				   expiry timestamptz, privileges text, version int)
 */
Datum
authz_ks_encode(PG_FUNCTION_ARGS)
{
	char *secret = authz_argument_text(fcinfo, 1);
	AuthzKs *ks = palloc0(sizeof(AuthzKs));
	char *text = palloc(AUTHZ_KS_MAX_BYTES + 1);
	uint8 random[AUTHZ_KS_RANDOM_BYTES];
	size_t length;
	AuthzKsResult result;

	authz_door_require_encryption();
	check_version(fcinfo, 6);
	if (PG_ARGISNULL(0) || secret == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("account id and secret must be given")));
	ks->account_id = PG_GETARG_INT32(0);
	copy_text(ks->user_id, sizeof(ks->user_id), authz_argument_text(fcinfo, 2), "user id");
	ks->type = asked_type(authz_argument_text(fcinfo, 3));
	ks->expires_at = asked_expiry(fcinfo, 4);
	copy_text(ks->privileges, sizeof(ks->privileges), authz_argument_text(fcinfo, 5), "privileges");
	if (is_widget(authz_argument_text(fcinfo, 3)) && !authz_ks_is_widget(ks))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("not the session of a widget"),
				 errhint("That has no user, and the privilege widget:1.")));
	if (!pg_strong_random(random, sizeof(random)))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not make a random value")));

	result = authz_ks_write(ks, to_utf8(secret), random, text, AUTHZ_KS_MAX_BYTES + 1, &length);
	if (result == AUTHZ_KS_SIGNATURE)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("the server's cryptographic library lacks AES or SHA-1")));
	if (result != AUTHZ_KS_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("not what a KS can say"),
				 errhint("Account ids are positive; users and privileges are printable text; "
						 "privileges are written key:value/value,key,…, and have none of the "
						 "session's own fields (_d, _e, _m, _t, _u).")));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(text, (int) length));
}

PG_FUNCTION_INFO_V1(authz_session_groups);

/* authz.session_groups(privileges text) */
Datum
authz_session_groups(PG_FUNCTION_ARGS)
{
	return authz_ks_groups(text_to_cstring(PG_GETARG_TEXT_PP(0)));
}
