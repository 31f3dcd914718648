/*
 * ks.c
 *	  Kaltura sessions as sessions of this database.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "pure/privileges.h"
#include "session/ks.h"
#include "session/ks_policy.h"
#include "session/moment.h"
#include "session/utf8.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/*
 * What marks those that are started here, and when that was, as the database keeps
 * moments: in the second in which others are revoked one may well be started.
 */
#define MARK "authz:"
#define MARK_LENGTH (sizeof(MARK) - 1)

/* Reading ------------------------------------------------------------------ */

/* The newest secret that has signed it, NULL for none; *result is then what reading says. */
static const AuthzKsSecret *
find_secret(const AuthzKsPolicy *policy, const char *text, AuthzKs *ks, AuthzKsResult *result)
{
	*result = AUTHZ_KS_SIGNATURE;
	for (int i = 0; i < policy->nsecrets; i++)
	{
		const AuthzKsSecret *secret = &policy->secrets[i];

		if (secret->expires_at <= GetCurrentStatementStartTimestamp())
			continue;
		*result = authz_ks_read(text, strlen(text), secret->value, ks);
		if (*result != AUTHZ_KS_SIGNATURE)
			return secret;
	}
	return NULL;
}

static bool
read_mark(const AuthzKs *ks, TimestampTz *started_at)
{
	char *end;

	if (strncmp(ks->additional, MARK, MARK_LENGTH) != 0)
		return false;
	*started_at = strtoi64(ks->additional + MARK_LENGTH, &end, 10);
	return *end == '\0';
}

/* What anybody is given who asks for it: it needs neither a row nor an account that accepts others. */
static bool
is_own_widget(const AuthzKs *ks)
{
	return authz_ks_is_widget(ks) && strcmp(ks->privileges, AUTHZ_WIDGET_PRIVILEGES) == 0;
}

static AuthzSessionType
type_of(const AuthzKs *ks)
{
	if (ks->type == AUTHZ_KS_ADMIN_TYPE)
		return AUTHZ_SESSION_ADMIN;
	return authz_ks_is_widget(ks) ? AUTHZ_SESSION_WIDGET : AUTHZ_SESSION_USER;
}

static void
fill_token(const AuthzKs *ks, TimestampTz started_at, AuthzToken *token)
{
	memset(token, 0, sizeof(*token));
	strlcpy(token->session_id, ks->id, sizeof(token->session_id));
	token->account_id = ks->account_id;
	token->session_type = (int) type_of(ks);
	token->issued_at = authz_moment_to_unix(started_at);
	token->expires_at = ks->expires_at;
	strlcpy(token->privileges, ks->privileges, sizeof(token->privileges));
}

static char *
first_value(const char *privileges, const char *name)
{
	AuthzSpan key = {name, strlen(name)};
	size_t position = 0;
	AuthzSpan values;
	AuthzSpan value;

	if (!authz_privileges_find(privileges, strlen(privileges), name, &values) ||
		!authz_privileges_next_value(key, values, &position, &value))
		return NULL;
	return pnstrdup(value.text, value.length);
}

Datum
authz_ks_groups(const char *privileges)
{
	size_t length = strlen(privileges);
	Datum *groups = palloc((length + 1) * sizeof(Datum));
	size_t position = 0;
	int n = 0;
	AuthzSpan key;
	AuthzSpan values;

	while (authz_privileges_next(privileges, length, &position, &key, &values))
	{
		size_t at = 0;
		AuthzSpan value;

		if (key.length != strlen("sessionid") || memcmp(key.text, "sessionid", key.length) != 0)
			continue;
		while (authz_privileges_next_value(key, values, &at, &value))
			groups[n++] = PointerGetDatum(cstring_to_text_with_len(value.text, value.length));
	}
	return PointerGetDatum(construct_array(groups, n, TEXTOID, -1, false, TYPALIGN_INT));
}

/* What is right with the text may still be another's. */
static AuthzKsResult
judge_account(const AuthzKs *ks, const AuthzKsPolicy *policy)
{
	if (!authz_utf8_fits(ks->user_id) || !authz_utf8_fits(ks->privileges))
		return AUTHZ_KS_FIELDS;
	if (!ks->one_account)
		return AUTHZ_KS_ACCOUNT;
	return policy->active ? AUTHZ_KS_OK : AUTHZ_KS_ACCOUNT_BLOCKED;
}

bool
authz_ks_open(const char *text, AuthzToken *token, AuthzKsOpened *opened)
{
	static AuthzKs ks; /* too large to be allocated for each text */
	const AuthzKsPolicy *policy;
	const AuthzKsSecret *secret;
	int32 account_id;
	TimestampTz started_at;

	if (authz_ks_account(text, strlen(text), &account_id) != AUTHZ_KS_OK)
		return false;
	policy = authz_ks_policy_find(account_id);
	if (policy == NULL || !(policy->accepts || policy->writes))
		return false;
	memset(opened, 0, sizeof(*opened));
	opened->account_id = account_id;
	secret = find_secret(policy, text, &ks, &opened->result);
	if (secret != NULL)
		strlcpy(opened->id, ks.id, sizeof(opened->id));
	if (opened->result != AUTHZ_KS_OK)
		return true;

	opened->started_here = read_mark(&ks, &started_at);
	if (!policy->accepts && !opened->started_here)
		return false;
	opened->started_at = opened->started_here ? started_at : secret->made_at;
	if (is_own_widget(&ks))
		opened->started_here = false;
	opened->horizon = secret->expires_at;
	opened->user_id = ks.user_id[0] == '\0' ? NULL : pstrdup(ks.user_id);
	opened->apptoken_id = first_value(ks.privileges, "apptoken");
	opened->groups = authz_ks_groups(ks.privileges);
	opened->result = judge_account(&ks, policy);
	fill_token(&ks, opened->started_at, token);
	return true;
}

/*
 * A name that has been another's since the secret was made may mean either: the
 * session is nobody's.
 */
void
authz_ks_resolve(AuthzToken *token, const AuthzKsOpened *opened)
{
	static AuthzStatement statement = {
		.sql = "SELECT s.principal_id, p.principal_id, EXISTS ("
			   "         SELECT FROM authz.principal o"
			   "          WHERE o.account_id = $2 AND lower(o.user_id) = lower($3)"
			   "            AND o.reused_at >= $4)"
			   "  FROM (SELECT) AS one"
			   "  LEFT JOIN authz.session s ON s.session_id = $1 AND s.account_id = $2"
			   "  LEFT JOIN authz.principal p ON p.account_id = $2 AND lower(p.user_id) = lower($3)"
			   "   AND p.reused_at IS NULL AND p.kind <> 'group'",
		.nargs = 4,
		.argtypes = {TEXTOID, INT4OID, TEXTOID, TIMESTAMPTZOID},
	};
	Datum values[4];

	values[0] = CStringGetTextDatum(token->session_id);
	values[1] = Int32GetDatum(token->account_id);
	values[2] = CStringGetTextDatum(opened->user_id == NULL ? "" : opened->user_id);
	values[3] = TimestampTzGetDatum(opened->started_at);
	if (authz_store_read_fresh(&statement, values, NULL) != 1)
		elog(ERROR, "looking up a user gave no row");

	if (opened->started_here)
		token->principal_id = authz_store_int64(0, 1);
	else if (opened->user_id == NULL)
		token->principal_id = 0;
	else if (authz_store_int64(0, 2) == 0 || authz_store_bool(0, 3))
		token->principal_id = AUTHZ_KS_UNKNOWN_PRINCIPAL;
	else
		token->principal_id = authz_store_int64(0, 2);
}

/* Writing ------------------------------------------------------------------ */

static const AuthzKsSecret *
signing_secret(const AuthzKsPolicy *policy)
{
	const AuthzKsSecret *newest = &policy->secrets[0];

	if (policy->nsecrets == 0 || newest->expires_at <= GetCurrentStatementStartTimestamp())
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("the account has no secret to sign with"),
						errhint("Make one with authz_account_rotate_secret().")));
	return newest;
}

static char *
name_of(int account_id, int64 principal_id)
{
	static AuthzStatement statement = {
		.sql = "SELECT user_id FROM authz.principal WHERE account_id = $1 AND principal_id = $2",
		.nargs = 2,
		.argtypes = {INT4OID, INT8OID},
	};
	MemoryContext caller = CurrentMemoryContext;
	Datum values[2];
	AuthzActing acting;
	char *name;

	if (principal_id == 0)
		return "";
	values[0] = Int32GetDatum(account_id);
	values[1] = Int64GetDatum(principal_id);
	authz_store_begin(&acting);
	if (authz_store_read_fresh(&statement, values, NULL) != 1)
		elog(ERROR, "principal " INT64_FORMAT " is gone", principal_id);
	name = MemoryContextStrdup(caller, authz_store_text(0, 1));
	authz_store_end(&acting);
	return name;
}

static void
copy_text(char *out, size_t size, const char *text)
{
	strlcpy(out, pg_server_to_any(text, (int) strlen(text), PG_UTF8), size);
}

bool
authz_ks_sign(const AuthzStart *start, AuthzToken *token, char *signed_text)
{
	const AuthzKsPolicy *policy = authz_ks_policy_find(start->account_id);
	AuthzKs *ks;
	char *secret;
	uint8 random[AUTHZ_KS_RANDOM_BYTES];
	size_t length;
	AuthzKsResult result;

	if (policy == NULL || !policy->writes)
		return false;
	secret = pstrdup(signing_secret(policy)->value);
	if (!pg_strong_random(random, sizeof(random)))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not make a session id")));
	ks = palloc0(sizeof(AuthzKs));
	ks->account_id = start->account_id;
	ks->type = start->type == AUTHZ_SESSION_ADMIN ? AUTHZ_KS_ADMIN_TYPE : AUTHZ_KS_USER_TYPE;
	ks->expires_at = token->expires_at;
	copy_text(ks->user_id, sizeof(ks->user_id), name_of(start->account_id, start->principal_id));
	copy_text(ks->privileges, sizeof(ks->privileges), token->privileges);
	snprintf(ks->additional, sizeof(ks->additional), MARK INT64_FORMAT, GetCurrentTimestamp());

	result = authz_ks_write(ks, secret, random, signed_text, AUTHZ_KS_MAX_BYTES + 1, &length);
	if (result == AUTHZ_KS_MALFORMED)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("session token would be too long"),
				 errhint("Shorten the privileges.")));
	if (result != AUTHZ_KS_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the session cannot be written as a Kaltura session"),
				 errhint("Its user must not be called 0, and its privileges must have none of "
						 "the session's own fields (_d, _e, _m, _t, _u).")));
	strlcpy(token->session_id, ks->id, sizeof(token->session_id));
	pfree(ks);
	return true;
}
