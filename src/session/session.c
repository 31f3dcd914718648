/*
 * session.c
 *	  Who is asking: the session in force, verified.
 *
 * A pooled connection serves many sessions in turn, so the last verified texts
 * are kept, found by the text itself. What is kept is dropped by the changes
 * that concern it; expiry is compared with the start of the statement, which
 * parallel workers share.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "access/xlogrecovery.h"
#include "catalog/pg_type.h"
#include "lib/ilist.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "pure/privileges.h"
#include "pure/restriction.h"
#include "pure/token.h"
#include "session/grant.h"
#include "session/issuer.h"
#include "session/key.h"
#include "session/ks.h"
#include "session/moment.h"
#include "session/restrict.h"
#include "session/revocation.h"
#include "session/session.h"
#include "session/setting.h"
#include "store/refusal.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* What a verified text takes, and its part of the memory for what is kept. */
#define KEPT_BYTES 3072
#define KEPT_PART 4

#define MAX_ATTEMPTS 5
#define BUCKETS 1024

typedef struct Verified
{
	AuthzSession session; /* first: callers hold its address */
	dlist_node node;	  /* by last use */
	dlist_node neighbour; /* by hash */
	MemoryContext context;
	uint64 hash;
	char *text;
	AuthzFault fault;
	TimestampTz judged_at;
	bool provisional;	 /* good for the statement alone */
	TimestampTz horizon; /* judged differently from here on */
	TimestampTz not_before;
	AuthzChangeKey keys[AUTHZ_SESSION_KEYS];
	int nkeys;
	uint64 own_stamp;
	bool stale;
	bool listed;
	int pins;
	bool special;	 /* restricted, or made elsewhere: what follows is for these */
	uint64 admitted; /* the settings of the request that was found to be let in */
	AuthzKsOpened *ks;
	AuthzIssuerOpened *foreign; /* what a registered issuer has signed */
} Verified;

static MemoryContext cache = NULL;
static dlist_head kept = DLIST_STATIC_INIT(kept); /* the last used first */
static dlist_head buckets[BUCKETS];
static int nkept = 0;
static uint64 nverified = 0;

/* What the setting's text was last found to be. */
static Verified *current = NULL;
static uint64 current_serial = 0;

/* clang-format off */

/* What the tables say of a session, its subject and what it was started with. */
#define LOOK_UP(revoked) \
	"SELECT s.session_id IS NOT NULL AND s.rotated_at IS NULL," \
	"       p.user_id, coalesce(p.status = 'active', $2 = 0)," \
	"       coalesce(s.apptoken_id, $6)," \
	"       coalesce(t.status = 'active', s.apptoken_id IS NULL)," \
	"       " revoked "," \
	"       s.assurance::bigint, s.multifactor, s.application_id::text, s.grant_id," \
	"       s.sign_in_id" \
	"  FROM (SELECT) AS one" \
	"  LEFT JOIN authz.session s ON s.session_id = $1 AND s.account_id = $3 AND $7 IS NULL" \
	"  LEFT JOIN authz.principal p ON p.principal_id = $2 AND p.account_id = $3" \
	"  LEFT JOIN authz.apptoken t ON t.apptoken_id = coalesce(s.apptoken_id, $6)" \
	"   AND t.account_id = $3"

/* What is revoked is told by its row, which is gone; where there is none, by a list. */
#define REVOKED \
	"s.session_id IS NULL AND " AUTHZ_SQL_REVOKED("$3", "ARRAY[$1] || $5", "$2", "$6", \
		"coalesce($7, (SELECT 'urn:uuid:' || a.issuer FROM authz.account a" \
		"               WHERE a.account_id = $3))", "$4")
/* clang-format on */

#define LOOK_UP_ARGUMENTS \
	.nargs = 7,           \
	.argtypes = {TEXTOID, INT8OID, INT4OID, TIMESTAMPTZOID, TEXTARRAYOID, TEXTOID, TEXTOID}

/* The list is not even opened for who has a row. */
static AuthzStatement row_statement = {.sql = LOOK_UP("false"), LOOK_UP_ARGUMENTS};
static AuthzStatement lookup = {.sql = LOOK_UP(REVOKED), LOOK_UP_ARGUMENTS};

/* All values of a privilege with '/' between, as a merge puts them; NULL where it is not there. */
static char *
privilege_values(const char *privileges, const char *wanted)
{
	StringInfoData all;
	size_t position = 0;
	bool found = false;
	AuthzSpan key;
	AuthzSpan values;

	if (!authz_privileges_has(privileges, strlen(privileges), wanted, NULL))
		return NULL;
	initStringInfo(&all);
	while (authz_privileges_next(privileges, strlen(privileges), &position, &key, &values))
	{
		if (key.length != strlen(wanted) || memcmp(key.text, wanted, key.length) != 0)
			continue;
		if (found && values.length > 0)
			appendStringInfoChar(&all, '/');
		if (values.length > 0)
			appendBinaryStringInfo(&all, values.text, (int) values.length);
		found = true;
	}
	return all.data;
}

/* A key without a value names nothing, which is not the same as not being there. */
static const char *
role_named(const char *values)
{
	if (values == NULL)
		return "";
	return *values == '\0' ? "/" : values;
}

char *
authz_session_roles(const char *privileges, const char *application, int assurance,
					bool multifactor)
{
	char *setrole = privilege_values(privileges, "setrole");
	char *restricting = privilege_values(privileges, "restrictingrole");

	if (setrole == NULL && restricting == NULL && application == NULL && assurance == 0 &&
		!multifactor)
		return NULL;
	return psprintf("%s\n%s\n%s\n%d\n%d", role_named(setrole), role_named(restricting),
					application == NULL ? "" : application, assurance, multifactor);
}

static void
read_privileges(AuthzSession *session)
{
	const char *raw = session->privileges;
	size_t length = strlen(raw);

	session->entitlement_off = authz_privileges_has(raw, length, "disableentitlement", NULL) &&
							   !authz_privileges_has(raw, length, "enableentitlement", NULL);
	session->confinement = privilege_values(raw, "privacycontext");
	session->names_rows = authz_privileges_has(raw, length, "sview", NULL) ||
						  authz_privileges_has(raw, length, "edit", NULL) ||
						  authz_privileges_has(raw, length, "disableentitlementforentry", NULL);
	session->limited = authz_privileges_has(raw, length, "limitentry", NULL);
	session->moderated = authz_privileges_has(raw, length, "enablecategorymoderation", NULL);
	session->restricted = authz_restriction_any(raw, length);
}

/*
 * On a standby a session may have been started after what has been replayed:
 * then its row cannot be here yet, and the signature alone speaks for it.
 */
static bool
ahead_of_replay(TimestampTz issued_at)
{
	return RecoveryInProgress() && GetLatestXTime() != 0 && issued_at >= GetLatestXTime();
}

static char *
copy_text(MemoryContext context, const char *value)
{
	return value == NULL ? NULL : MemoryContextStrdup(context, value);
}

/* The key is named by the header; what the claims say is believed only if it fits the key. */
static AuthzFault
check_signature(Verified *verified, size_t length, const AuthzToken *token)
{
	const AuthzKey *key = authz_key_find(token->kid);

	if (key == NULL || key->retires_at <= GetCurrentStatementStartTimestamp() ||
		authz_token_verify(verified->text, length, token, &key->jwk) != AUTHZ_TOKEN_OK ||
		key->account_id != token->account_id || strcmp(key->issuer, token->issuer) != 0)
		return AUTHZ_FAULT_SIGNATURE;
	verified->horizon = key->retires_at;
	verified->keys[verified->nkeys++] = authz_change_key(AUTHZ_TOPIC_POLICY, token->account_id);
	return key->account_active ? AUTHZ_FAULT_NONE : AUTHZ_FAULT_BLOCKED;
}

/* What the row of a session says of it beside that it is in force. */
static void
read_row(Verified *verified, char **application, int64 *grant_id)
{
	AuthzSession *session = &verified->session;

	session->user_id = copy_text(verified->context, authz_store_text(0, 2));
	session->assurance = (int) authz_store_int64(0, 7);
	session->multifactor = authz_store_bool(0, 8);
	*application = authz_store_text(0, 9);
	*grant_id = authz_store_int64(0, 10);
	session->sign_in_id = authz_store_int64(0, 11);
}

/*
 * What acts for a user does so by a grant, which the row names: without the row
 * it is nobody, on a standby that is behind as well.
 */
static AuthzFault
read_application(Verified *verified, const char *application, int64 grant_id)
{
	AuthzSession *session = &verified->session;

	if (application == NULL)
		return authz_grant_acts(session->actor) ? AUTHZ_FAULT_ENDED : AUTHZ_FAULT_NONE;
	verified->keys[verified->nkeys++] = authz_change_key_text(AUTHZ_TOPIC_SUBJECT, application);
	if (grant_id != 0)
		verified->keys[verified->nkeys++] = authz_change_key(AUTHZ_TOPIC_SESSION, grant_id);
	return authz_grant_read(session, application, grant_id, verified->context, &verified->horizon);
}

/* What else the tables are asked by, where the token is a KS. */
static void
set_ks_values(const AuthzKsOpened *ks, Datum *values, char *nulls)
{
	values[3] = TimestampTzGetDatum(ks->started_at);
	values[4] = ks->groups;
	nulls[4] = ' ';
	if (ks->apptoken_id != NULL)
	{
		values[5] = CStringGetTextDatum(ks->apptoken_id);
		nulls[5] = ' ';
	}
}

/* A KS tells what acts for its user among its privileges, or its row does. */
static void
settle_actor(Verified *verified, const char *apptoken, const char *application, int64 grant_id)
{
	MemoryContext caller = MemoryContextSwitchTo(verified->context);

	if (grant_id != 0)
		verified->session.actor = psprintf(AUTHZ_GRANT_ACTOR "%s", application);
	else if (apptoken != NULL)
		verified->session.actor = psprintf("apptoken:%s", apptoken);
	MemoryContextSwitchTo(caller);
}

/* A session that has lost its row, or has not got it yet, is looked for in the list as well. */
static void
ask(bool rowless, Datum *values, const char *nulls)
{
	if (!rowless && authz_store_read_fresh(&row_statement, values, nulls) == 1 &&
		authz_store_bool(0, 1))
		return;
	if (authz_store_read_fresh(&lookup, values, nulls) != 1)
		elog(ERROR, "looking up a session gave no row");
}

/*
 * What the tables say of a token whose signature is good. Here it is judged, too,
 * whether one without a row is revoked. What another has signed has no row,
 * whatever its id is.
 */
static AuthzFault
look_up_session(Verified *verified, const AuthzToken *token)
{
	TimestampTz issued_at = authz_moment_from_unix(token->issued_at);
	Datum values[7];
	char nulls[] = "    nnn";
	char *apptoken;
	char *application;
	int64 grant_id;

	values[0] = CStringGetTextDatum(token->session_id);
	values[1] = Int64GetDatum(token->principal_id);
	values[2] = Int32GetDatum(token->account_id);
	values[3] = TimestampTzGetDatum(issued_at);
	if (verified->ks != NULL)
		set_ks_values(verified->ks, values, nulls);
	if (verified->foreign != NULL)
	{
		values[4] = verified->foreign->assertion.groups;
		nulls[4] = ' ';
		values[6] = CStringGetTextDatum(verified->session.issuer);
		nulls[6] = ' ';
	}
	ask(verified->session.rowless, values, nulls);

	apptoken = authz_store_text(0, 4);
	verified->keys[verified->nkeys++] =
		authz_change_key_text(AUTHZ_TOPIC_SESSION, token->session_id);
	if (token->principal_id != 0)
		verified->keys[verified->nkeys++] =
			authz_change_key(AUTHZ_TOPIC_SUBJECT, token->principal_id);
	if (apptoken != NULL)
		verified->keys[verified->nkeys++] = authz_change_key_text(AUTHZ_TOPIC_SUBJECT, apptoken);

	if (!authz_store_bool(0, 1) && !verified->session.rowless)
	{
		/* If it is rolled back no message will ever say so. */
		if (verified->ks != NULL || !ahead_of_replay(issued_at))
			return AUTHZ_FAULT_ENDED;
		verified->provisional = true;
	}
	if (authz_store_bool(0, 6))
		return AUTHZ_FAULT_ENDED;
	if (!authz_store_bool(0, 3) || !authz_store_bool(0, 5))
		return AUTHZ_FAULT_BLOCKED;
	read_row(verified, &application, &grant_id);
	if (verified->ks != NULL)
		settle_actor(verified, apptoken, application, grant_id);
	return read_application(verified, application, grant_id);
}

static void
settle_roles(Verified *verified)
{
	AuthzSession *session = &verified->session;
	MemoryContext caller = MemoryContextSwitchTo(verified->context);

	session->roles = authz_session_roles(session->privileges, session->application,
										 session->assurance, session->multifactor);
	MemoryContextSwitchTo(caller);
}

static bool
is_rowless(const Verified *verified)
{
	if (verified->ks != NULL)
		return !verified->ks->started_here;
	return verified->foreign != NULL || verified->session.type == AUTHZ_SESSION_WIDGET;
}

static void
fill_session(Verified *verified, const AuthzToken *token)
{
	AuthzSession *session = &verified->session;
	MemoryContext caller = MemoryContextSwitchTo(verified->context);

	memset(session, 0, sizeof(*session));
	session->session_id = pstrdup(token->session_id);
	session->account_id = token->account_id;
	session->principal_id = token->principal_id;
	session->type = (AuthzSessionType) token->session_type;
	session->actor = token->actor[0] ? pstrdup(token->actor) : NULL;
	session->privileges = pstrdup(token->privileges);
	session->expires_at = authz_moment_from_unix(token->expires_at);
	session->issuer = verified->foreign == NULL ? NULL : verified->foreign->issuer;
	session->rowless = is_rowless(verified);
	read_privileges(session);
	verified->special = session->restricted || verified->ks != NULL || verified->foreign != NULL;
	verified->not_before = authz_moment_from_unix(token->issued_at) -
						   (TimestampTz) authz_setting_clock_skew() * USECS_PER_SEC;
	MemoryContextSwitchTo(caller);
}

/* What is wrong with a KS beside what its text says, in the order in which it is looked at. */
static AuthzKsResult
judge_ks(const AuthzToken *token, const AuthzKsOpened *ks, AuthzFault fault)
{
	if (fault == AUTHZ_FAULT_ENDED)
		return AUTHZ_KS_REVOKED;
	if (ks->result == AUTHZ_KS_ACCOUNT)
		return AUTHZ_KS_ACCOUNT;
	if (token->principal_id == AUTHZ_KS_UNKNOWN_PRINCIPAL)
		return AUTHZ_KS_USER;
	if (ks->result != AUTHZ_KS_OK)
		return ks->result;
	return fault == AUTHZ_FAULT_NONE ? AUTHZ_KS_OK : AUTHZ_KS_USER_BLOCKED;
}

static AuthzKsOpened *
open_ks(Verified *verified, AuthzToken *token)
{
	MemoryContext caller = MemoryContextSwitchTo(verified->context);
	AuthzKsOpened *ks = palloc(sizeof(AuthzKsOpened));

	if (!authz_ks_open(verified->text, token, ks))
		ks = NULL;
	MemoryContextSwitchTo(caller);
	return ks;
}

static AuthzFault
verify_ks(Verified *verified, AuthzToken *token)
{
	AuthzKsOpened *ks = open_ks(verified, token);
	AuthzActing acting;
	AuthzFault fault;

	verified->ks = ks;
	if (ks == NULL)
		return AUTHZ_FAULT_MALFORMED;
	verified->special = true;
	verified->keys[verified->nkeys++] = authz_change_key(AUTHZ_TOPIC_POLICY, ks->account_id);
	if (ks->result != AUTHZ_KS_OK && ks->result <= AUTHZ_KS_FIELDS)
		return AUTHZ_FAULT_SIGNATURE;

	verified->horizon = ks->horizon;
	authz_store_begin(&acting);
	authz_ks_resolve(token, ks);
	fill_session(verified, token);
	verified->not_before = DT_NOBEGIN;
	fault = look_up_session(verified, token);
	authz_store_end(&acting);
	settle_roles(verified);
	ks->result = judge_ks(token, ks, fault);
	return ks->result == AUTHZ_KS_OK ? AUTHZ_FAULT_NONE : AUTHZ_FAULT_REFUSED;
}

/* What the tables make of a token that is good in itself. */
static AuthzIssuerResult
judge_foreign(const AuthzToken *token, AuthzFault fault)
{
	if (fault == AUTHZ_FAULT_ENDED)
		return AUTHZ_ISSUER_REVOKED;
	if (token->principal_id == AUTHZ_ISSUER_UNKNOWN_PRINCIPAL)
		return AUTHZ_ISSUER_USER;
	return fault == AUTHZ_FAULT_NONE ? AUTHZ_ISSUER_OK : AUTHZ_ISSUER_USER_BLOCKED;
}

static AuthzIssuerOpened *
open_foreign(Verified *verified)
{
	MemoryContext caller = MemoryContextSwitchTo(verified->context);
	AuthzIssuerOpened *foreign = palloc0(sizeof(AuthzIssuerOpened));

	authz_issuer_open(verified->text, foreign);
	MemoryContextSwitchTo(caller);
	return foreign;
}

/* A token of another issuer: good while that is registered, and says no more than is registered. */
static AuthzFault
verify_foreign(Verified *verified, AuthzToken *token)
{
	AuthzIssuerOpened *foreign = open_foreign(verified);
	AuthzActing acting;
	AuthzFault fault;

	if (foreign->account_id == 0)
		return foreign->issuer == NULL ? AUTHZ_FAULT_MALFORMED : AUTHZ_FAULT_SIGNATURE;
	verified->foreign = foreign;
	verified->special = true;
	verified->keys[verified->nkeys++] = authz_change_key(AUTHZ_TOPIC_POLICY, foreign->account_id);
	verified->keys[verified->nkeys++] = authz_change_key_text(AUTHZ_TOPIC_POLICY, foreign->issuer);
	if (foreign->result != AUTHZ_ISSUER_OK)
		return AUTHZ_FAULT_REFUSED;

	authz_store_begin(&acting);
	authz_issuer_resolve(foreign, token);
	fill_session(verified, token);
	verified->not_before = authz_moment_from_unix(foreign->assertion.not_before) -
						   (TimestampTz) authz_setting_clock_skew() * USECS_PER_SEC;
	fault = look_up_session(verified, token);
	authz_store_end(&acting);
	settle_roles(verified);
	foreign->result = judge_foreign(token, fault);
	return foreign->result == AUTHZ_ISSUER_OK ? AUTHZ_FAULT_NONE : AUTHZ_FAULT_REFUSED;
}

static AuthzFault
verify(Verified *verified)
{
	size_t length = strlen(verified->text);
	static AuthzToken read_token; /* too large to be allocated for each text */
	AuthzToken *token = &read_token;
	AuthzFault fault;
	AuthzActing acting;

	nverified++;
	if (authz_token_read(verified->text, length, token) != AUTHZ_TOKEN_OK)
		return strchr(verified->text, '.') != NULL ? verify_foreign(verified, token)
												   : verify_ks(verified, token);
	fault = check_signature(verified, length, token);
	if (fault != AUTHZ_FAULT_NONE)
		return fault;
	fill_session(verified, token);
	authz_store_begin(&acting);
	fault = look_up_session(verified, token);
	authz_store_end(&acting);
	settle_roles(verified);
	return fault;
}

static void
release(Verified *verified)
{
	if (verified->pins == 0 && !verified->listed)
		MemoryContextDelete(verified->context);
}

static void
drop(Verified *verified)
{
	dlist_delete(&verified->node);
	dlist_delete(&verified->neighbour);
	verified->listed = false;
	nkept--;
	if (current == verified)
		current = NULL;
	release(verified);
}

static void
keep(Verified *verified)
{
	while (nkept > 0 && nkept * KEPT_BYTES >= authz_setting_cache_memory() / KEPT_PART)
		drop(dlist_tail_element(Verified, node, &kept));
	dlist_push_head(&kept, &verified->node);
	dlist_push_head(&buckets[verified->hash % BUCKETS], &verified->neighbour);
	verified->listed = true;
	nkept++;
}

/* Only flags are set: messages arrive at any time. */
static void
change_arrived(AuthzChangeKey key)
{
	dlist_iter iter;

	dlist_foreach(iter, &kept)
	{
		Verified *verified = dlist_container(Verified, node, iter.cur);

		if (key == AUTHZ_CHANGE_EVERYTHING)
			verified->stale = true;
		for (int i = 0; i < verified->nkeys && !verified->stale; i++)
			verified->stale = verified->keys[i] == key;
	}
}

/*
 * A refused text is remembered as well, but only for the statement: what it
 * lacks, the commit that started the session say, sends no message.
 */
static bool
usable(const Verified *verified)
{
	if (verified->stale || !authz_own_stamp_holds(verified->own_stamp))
		return false;
	if ((verified->fault != AUTHZ_FAULT_NONE || verified->provisional) &&
		verified->judged_at != GetCurrentStatementStartTimestamp())
		return false;
	if (verified->horizon <= GetCurrentStatementStartTimestamp())
		return false;
	return !authz_change_pending(verified->keys, verified->nkeys);
}

static Verified *
find(const char *raw, uint64 hash)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &buckets[hash % BUCKETS])
	{
		Verified *verified = dlist_container(Verified, neighbour, iter.cur);

		if (verified->hash != hash || strcmp(verified->text, raw) != 0)
			continue;
		if (usable(verified))
		{
			dlist_move_head(&kept, &verified->node);
			return verified;
		}
		drop(verified);
		return NULL;
	}
	return NULL;
}

static Verified *
load(const char *raw, uint64 hash)
{
	MemoryContext context = AllocSetContextCreate(cache, "authz session", ALLOCSET_SMALL_SIZES);
	Verified *verified = MemoryContextAllocZero(context, sizeof(Verified));
	uint64 moment;

	verified->context = context;
	verified->hash = hash;
	verified->text = MemoryContextStrdup(context, raw);
	verified->own_stamp = authz_own_session_stamp();

	PG_TRY();
	{
		/*
		 * A change that arrives while its rows are being read may be missed by the
		 * reading; what is overtaken again and again is good for the statement.
		 */
		for (int attempt = 0;; attempt++)
		{
			moment = authz_change_moment();
			verified->nkeys = 0;
			verified->ks = NULL;
			verified->foreign = NULL;
			verified->special = false;
			verified->provisional = false;
			verified->horizon = DT_NOEND;
			verified->fault = verify(verified);
			AcceptInvalidationMessages();
			if (!authz_changed_since(moment, verified->keys, verified->nkeys))
				break;
			if (attempt == MAX_ATTEMPTS)
			{
				verified->provisional = true;
				break;
			}
		}
	}
	PG_CATCH();
	{
		MemoryContextDelete(context);
		PG_RE_THROW();
	}
	PG_END_TRY();

	verified->judged_at = GetCurrentStatementStartTimestamp();
	keep(verified);
	return verified;
}

static Verified *
look_up(const char *raw)
{
	uint64 hash = authz_setting_fingerprint();
	Verified *verified = find(raw, hash);

	return verified != NULL ? verified : load(raw, hash);
}

/* Restricted sessions and KS ------------------------------------------------- */

/* Whether the session is let in from here, for this request and once more. */
static AuthzFault
judge_restrictions(Verified *verified)
{
	uint64 request = authz_setting_request_serial();

	if (verified->admitted != request)
	{
		if (!authz_restrict_admits_address(&verified->session) ||
			!authz_restrict_admits_path(&verified->session))
			return AUTHZ_FAULT_ELSEWHERE;
		verified->admitted = request;
	}
	return authz_restrict_count(&verified->session);
}

/* The first of the reasons for which a KS is refused. */
static AuthzKsResult
refusal_of(const Verified *verified, AuthzFault fault)
{
	const AuthzSession *session = &verified->session;
	AuthzKsResult result = verified->ks->result;

	if (result != AUTHZ_KS_OK && result <= AUTHZ_KS_FIELDS)
		return result;
	if (session->expires_at <= GetCurrentStatementStartTimestamp())
		return AUTHZ_KS_EXPIRED;
	if (!authz_restrict_admits_address(session))
		return AUTHZ_KS_ADDRESS;
	if (!authz_restrict_admits_path(session))
		return AUTHZ_KS_PATH;
	return fault == AUTHZ_FAULT_EXHAUSTED ? AUTHZ_KS_ACTIONS : result;
}

static AuthzIssuerResult
foreign_refusal_of(const Verified *verified, AuthzFault fault)
{
	if (fault == AUTHZ_FAULT_EXPIRED)
		return AUTHZ_ISSUER_EXPIRED;
	return fault == AUTHZ_FAULT_EARLY ? AUTHZ_ISSUER_EARLY : verified->foreign->result;
}

/* Apart from the sessions that most are, which cost no more than the question. */
static AuthzFault
judge_special(Verified *verified, AuthzFault fault)
{
	const AuthzKsOpened *ks = verified->ks;
	const AuthzIssuerOpened *foreign = verified->foreign;

	if (fault == AUTHZ_FAULT_NONE && verified->session.restricted)
		fault = judge_restrictions(verified);
	if (fault == AUTHZ_FAULT_NONE || (ks == NULL && foreign == NULL))
		return fault;
	if (ks != NULL)
		authz_refusal_note(ks->account_id, verified->session.principal_id, ks->id,
						   authz_ks_word(refusal_of(verified, fault)));
	else
		authz_refusal_note(foreign->account_id, verified->session.principal_id,
						   foreign->assertion.id,
						   authz_issuer_word(foreign_refusal_of(verified, fault)));
	return AUTHZ_FAULT_REFUSED;
}

AuthzSession *
authz_session_current(AuthzFault *fault)
{
	const char *raw = authz_setting_session();
	AuthzFault found;

	/*
	 * Code that PostgreSQL runs in a restricted operation (index expressions,
	 * maintenance) is somebody else's: it acts for nobody.
	 */
	if (*raw == '\0' || InSecurityRestrictedOperation() || !OidIsValid(authz_store_schema()))
	{
		if (fault != NULL)
			*fault = AUTHZ_FAULT_ABSENT;
		return NULL;
	}

	if (current == NULL || current_serial != authz_setting_serial() || !usable(current))
	{
		current = NULL;
		current = look_up(raw);
		current_serial = authz_setting_serial();
	}

	found = current->fault;
	if (found == AUTHZ_FAULT_NONE)
	{
		TimestampTz now = GetCurrentStatementStartTimestamp();

		if (current->session.expires_at <= now)
			found = AUTHZ_FAULT_EXPIRED;
		else if (current->not_before > now)
			found = AUTHZ_FAULT_EARLY;
	}
	if (unlikely(current->special))
		found = judge_special(current, found);
	if (fault != NULL)
		*fault = found;
	return found == AUTHZ_FAULT_NONE ? &current->session : NULL;
}

void
authz_session_pin(AuthzSession *session)
{
	((Verified *) session)->pins++;
}

void
authz_session_unpin(AuthzSession *session)
{
	Verified *verified = (Verified *) session;

	verified->pins--;
	release(verified);
}

char *
authz_session_signed_id(const char *text)
{
	Verified verified = {.text = (char *) text};
	AuthzToken *token = palloc(sizeof(AuthzToken));
	size_t length = strlen(text);
	AuthzKsOpened ks;

	if (authz_token_read(text, length, token) == AUTHZ_TOKEN_OK
			? check_signature(&verified, length, token) != AUTHZ_FAULT_NONE
			: !authz_ks_open(text, token, &ks) || ks.result != AUTHZ_KS_OK || !ks.started_here)
		return NULL;
	return pstrdup(token->session_id);
}

void
authz_session_refuse(AuthzFault fault)
{
	const char *reason = "no session is set";
	const char *hint = "Start a session and put it in force with authz_use_session().";

	switch (fault)
	{
		case AUTHZ_FAULT_NONE:
		case AUTHZ_FAULT_ABSENT:
			break;
		case AUTHZ_FAULT_MALFORMED:
			reason = "session token is malformed";
			break;
		case AUTHZ_FAULT_SIGNATURE:
			reason = "session token is not signed by a key of this database";
			break;
		case AUTHZ_FAULT_EXPIRED:
			reason = "session has expired";
			break;
		case AUTHZ_FAULT_EARLY:
			reason = "session is not valid yet";
			hint = "Compare the clocks; authz.clock_skew is how far they may differ.";
			break;
		case AUTHZ_FAULT_ENDED:
			reason = "session has ended";
			break;
		case AUTHZ_FAULT_BLOCKED:
			reason = "session is blocked";
			hint = NULL;
			break;
		case AUTHZ_FAULT_ELSEWHERE:
			reason = "session is restricted to other clients or requests";
			hint = NULL;
			break;
		case AUTHZ_FAULT_EXHAUSTED:
			reason = "session has been used as often as it may be";
			break;
		case AUTHZ_FAULT_REFUSED:
			reason = "session is not valid";
			break;
		case AUTHZ_FAULT_ROLELESS:
			reason = "session has no role of its application any more";
			hint = NULL;
			break;
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION), errmsg("%s", reason),
					hint ? errhint("%s", hint) : 0));
}

AuthzSession *
authz_session_copy(const AuthzSession *session)
{
	MemoryContext context = AllocSetContextCreate(cache, "authz session", ALLOCSET_SMALL_SIZES);
	Verified *verified = MemoryContextAllocZero(context, sizeof(Verified));
	AuthzSession *copy = &verified->session;

	verified->context = context;
	*copy = *session;
	copy->session_id = copy_text(context, session->session_id);
	copy->user_id = copy_text(context, session->user_id);
	copy->actor = copy_text(context, session->actor);
	copy->issuer = copy_text(context, session->issuer);
	copy->privileges = copy_text(context, session->privileges);
	copy->confinement = copy_text(context, session->confinement);
	copy->roles = copy_text(context, session->roles);
	copy->application = copy_text(context, session->application);
	copy->scope = MemoryContextAlloc(context, (session->nscope + 1) * sizeof(char *));
	for (int i = 0; i < session->nscope; i++)
		copy->scope[i] = copy_text(context, session->scope[i]);
	if (session->scope == NULL)
		copy->scope = NULL;
	return copy;
}

uint64
authz_session_verified(void)
{
	return nverified;
}

void
authz_session_init(void)
{
	cache = AllocSetContextCreate(TopMemoryContext, "authz sessions", ALLOCSET_DEFAULT_SIZES);
	authz_announce_listen(change_arrived);
}
