/*
 * start.c
 *	  Starting and ending sessions: rows and signed tokens.
 *
 * A session has a row, so that what is rolled back never existed and ending is
 * exact. Widget sessions have none: anybody starts them, as many as he likes,
 * and they are nobody's in particular.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "pure/digest.h"
#include "pure/privileges.h"
#include "pure/restriction.h"
#include "pure/token.h"
#include "session/grant.h"
#include "session/key.h"
#include "session/ks.h"
#include "session/moment.h"
#include "session/start.h"
#include "store/announce.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define SESSION_ID_BYTES 16

static AuthzStatement insert_statement = {
	.sql = "INSERT INTO authz.session (session_id, account_id, principal_id, session_type,"
		   "                           apptoken_id, privileges, started_at, expires_at,"
		   "                           application_id, grant_id, family, assurance, multifactor,"
		   "                           registration_id, sign_in_id)"
		   " VALUES ($1, $2, $3, authz.session_type($4), $5, $6, $7, $8,"
		   "         $9::uuid, $10, $11, $12, $13, $14::uuid, $15)",
	.nargs = 15,
	.argtypes = {TEXTOID, INT4OID, INT8OID, INT4OID, TEXTOID, TEXTOID, TIMESTAMPTZOID,
				 TIMESTAMPTZOID, TEXTOID, INT8OID, TEXTOID, INT4OID, BOOLOID, TEXTOID, INT8OID},
};

/* With one start in eight, twice as many rows as have come: the table shrinks to what is in force. */
#define PURGE_MASK 7
static AuthzStatement purge_statement = {
	.sql = "DELETE FROM authz.session WHERE session_id IN ("
		   "  SELECT session_id FROM authz.session WHERE expires_at < $1"
		   "   ORDER BY expires_at LIMIT 16 FOR UPDATE SKIP LOCKED)",
	.nargs = 1,
	.argtypes = {TIMESTAMPTZOID},
};

static AuthzStatement purge_revocations_statement = {
	.sql = "DELETE FROM authz.revocation WHERE revocation_id IN ("
		   "  SELECT revocation_id FROM authz.revocation WHERE expires_at < $1"
		   "   ORDER BY expires_at LIMIT 16 FOR UPDATE SKIP LOCKED)",
	.nargs = 1,
	.argtypes = {TIMESTAMPTZOID},
};

/* It may have been noted with a moment that this session is younger than. */
static AuthzStatement delete_statement = {
	.sql = "WITH ended AS (DELETE FROM authz.session WHERE session_id = $1 AND NOT $4 RETURNING 1),"
		   " revoked AS ("
		   "  INSERT INTO authz.revocation AS r (account_id, session_id, issuer, expires_at)"
		   "  SELECT $2, $1, coalesce($5, ''), $3 WHERE $4"
		   "  ON CONFLICT (account_id, session_id, principal_id, apptoken_id, issuer) DO UPDATE"
		   "  SET issued_before = NULL, expires_at = greatest(r.expires_at, excluded.expires_at)"
		   "  WHERE r.issued_before IS NOT NULL RETURNING 1)"
		   " SELECT EXISTS (SELECT FROM ended) OR EXISTS (SELECT FROM revoked)",
	.nargs = 5,
	.argtypes = {TEXTOID, INT4OID, TIMESTAMPTZOID, BOOLOID, TEXTOID},
};

static Datum
text_or_null(const char *value, char *null)
{
	*null = value == NULL ? 'n' : ' ';
	return value == NULL ? (Datum) 0 : CStringGetTextDatum(value);
}

static void
insert_row(const AuthzStart *start, const AuthzToken *token, TimestampTz now,
		   TimestampTz expires_at)
{
	Datum values[15];
	char nulls[16] = "               ";

	values[0] = CStringGetTextDatum(token->session_id);
	values[1] = Int32GetDatum(start->account_id);
	values[2] = Int64GetDatum(start->principal_id);
	nulls[2] = start->principal_id == 0 ? 'n' : ' ';
	values[3] = Int32GetDatum((int) start->type);
	values[4] = text_or_null(start->apptoken_id, &nulls[4]);
	values[5] = CStringGetTextDatum(start->privileges);
	values[6] = TimestampTzGetDatum(now);
	values[7] = TimestampTzGetDatum(expires_at);
	values[8] = text_or_null(start->application, &nulls[8]);
	values[9] = Int64GetDatum(start->grant_id);
	nulls[9] = start->grant_id == 0 ? 'n' : ' ';
	values[10] = text_or_null(start->family, &nulls[10]);
	values[11] = Int32GetDatum(start->assurance);
	values[12] = BoolGetDatum(start->multifactor);
	values[13] = text_or_null(start->registration, &nulls[13]);
	values[14] = Int64GetDatum(start->sign_in_id);
	nulls[14] = start->sign_in_id == 0 ? 'n' : ' ';
	(void) authz_store_write(&insert_statement, values, nulls);

	/* A rollback takes the row away, and with it what was found out about the session. */
	authz_own_session();
}

/* An older snapshot may meet rows that another purge has deleted since. */
static void
purge(TimestampTz now)
{
	Datum values[1];

	if (IsolationUsesXactSnapshot())
		return;
	values[0] = TimestampTzGetDatum(now);
	(void) authz_store_write(&purge_statement, values, NULL);
	(void) authz_store_write(&purge_revocations_statement, values, NULL);
}

void
authz_session_purge(void)
{
	AuthzActing acting;

	authz_store_begin(&acting);
	purge(GetCurrentTimestamp());
	authz_store_end(&acting);
}

static void
sign(const AuthzStart *start, AuthzToken *token, char *signed_text)
{
	const AuthzKey *key = authz_key_current(start->account_id);
	size_t length;

	if (key == NULL)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("the account has no key to sign with"),
						errhint("Make one with authz_signing_key_rotate().")));
	strlcpy(token->issuer, key->issuer, sizeof(token->issuer));
	switch (authz_token_write(token, &key->jwk, signed_text, AUTHZ_TOKEN_MAX_BYTES + 1, &length))
	{
		case AUTHZ_TOKEN_OK:
			break;
		case AUTHZ_TOKEN_MEMORY:
			ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
							errmsg("session token would be too long"),
							errhint("Shorten the privileges.")));
		default:
			ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
							errmsg("could not sign a session with key \"%s\"", key->kid)));
	}
}

bool
authz_session_longest(int account_id, int64 *longest)
{
	static AuthzStatement statement = {
		.sql = "SELECT coalesce((settings ->> 'max_session_duration')::bigint, $2)"
			   "  FROM authz.account WHERE account_id = $1 AND status = 'active'",
		.nargs = 2,
		.argtypes = {INT4OID, INT8OID},
	};
	Datum values[2];
	AuthzActing acting;
	bool found;

	values[0] = Int32GetDatum(account_id);
	values[1] = Int64GetDatum(AUTHZ_SESSION_LONGEST);
	authz_store_begin(&acting);
	found = authz_store_read_fresh(&statement, values, NULL) == 1;
	if (found)
		*longest = authz_store_int64(0, 1);
	authz_store_end(&acting);
	return found;
}

AuthzStarted
authz_session_start(const AuthzStart *start)
{
	TimestampTz now = GetCurrentTimestamp();
	AuthzToken *token = palloc0(sizeof(AuthzToken));
	char *signed_text = palloc(AUTHZ_TOKEN_MAX_BYTES + 1);
	uint8 random[SESSION_ID_BYTES];
	AuthzStarted started;
	AuthzActing acting;

	if (!pg_strong_random(random, sizeof(random)))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not make a session id")));
	authz_hex_encode(random, sizeof(random), token->session_id);
	token->account_id = start->account_id;
	token->principal_id = start->principal_id;
	token->session_type = start->type;
	token->issued_at = authz_moment_to_unix(now);
	token->expires_at = token->issued_at + start->lifetime;
	strlcpy(token->privileges, start->privileges, sizeof(token->privileges));
	if (start->grant_id != 0)
		snprintf(token->actor, sizeof(token->actor), AUTHZ_GRANT_ACTOR "%s", start->application);
	else if (start->apptoken_id != NULL)
		snprintf(token->actor, sizeof(token->actor), "apptoken:%s", start->apptoken_id);
	if (!authz_ks_sign(start, token, signed_text))
		sign(start, token, signed_text);

	started.token = signed_text;
	started.session_id = pstrdup(token->session_id);
	started.actor = token->actor[0] ? pstrdup(token->actor) : NULL;
	started.expires_at = now - now % USECS_PER_SEC + start->lifetime * USECS_PER_SEC;
	if (start->type != AUTHZ_SESSION_WIDGET)
	{
		authz_store_begin(&acting);
		insert_row(start, token, now, started.expires_at);
		if ((random[0] & PURGE_MASK) == 0)
			purge(now);
		authz_store_end(&acting);
	}
	pfree(token);
	return started;
}

bool
authz_session_end(const AuthzSession *session)
{
	char nulls[] = "     ";
	Datum values[5];
	AuthzActing acting;
	bool ended;

	values[0] = CStringGetTextDatum(session->session_id);
	values[1] = Int32GetDatum(session->account_id);
	values[2] = TimestampTzGetDatum(session->expires_at);
	values[3] = BoolGetDatum(session->rowless);
	values[4] = text_or_null(session->issuer, &nulls[4]);
	authz_store_begin(&acting);
	(void) authz_store_write(&delete_statement, values, nulls);
	ended = authz_store_bool(0, 1);
	if (session->rowless)
		purge(GetCurrentTimestamp());
	authz_store_end(&acting);
	return ended;
}

void
authz_session_check_privileges(const char *privileges)
{
	size_t length = strlen(privileges);
	const char *malformed;

	if (authz_privileges_check(privileges, length) != AUTHZ_PRIVILEGES_OK)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("malformed privileges"),
						errhint("Write them as key:value/value,key,… in printable text of at most "
								"%d bytes.",
								AUTHZ_PRIVILEGES_MAX_BYTES)));

	/* A session that would count nowhere is not what anybody wants. */
	malformed = authz_restriction_malformed(privileges, length);
	if (malformed != NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("malformed value of privilege \"%s\"", malformed),
						errhint("iprestrict has addresses and ranges (10.0.0.0/8) with / between, "
								"urirestrict paths and paths with * at the end with | between, "
								"actionslimit a positive number.")));
}
