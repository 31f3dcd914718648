/*
 * refusal.c
 *	  Sessions made by others that were refused, noted for administrators.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "store/errand.h"
#include "store/failure.h"
#include "store/refusal.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* What this backend has noted of late, so that not each statement is noted. */
#define RECENT 16
#define ONCE_IN_SECONDS 3600

static struct
{
	uint64 hash;
	TimestampTz at;
} recent[RECENT];
static int next_recent = 0;

/* Who connects anew for each attempt is noted once an hour as well. */
static AuthzStatement write_statement = {
	.sql =
		"INSERT INTO authz.audit_event"
		"       (account_id, subject, database_role, action, object, detail)"
		" SELECT a.account_id, p.user_id, pg_get_userbyid($6)::text, 'session.refuse', nullif($3, ''),"
		"        jsonb_build_object('reason', $4, 'source', $5)"
		"   FROM authz.account a"
		"   LEFT JOIN authz.principal p ON p.account_id = $1 AND p.principal_id = $2"
		"  WHERE a.account_id = $1 AND NOT EXISTS ("
		"    SELECT FROM authz.audit_event e"
		"     WHERE e.account_id = $1 AND e.occurred_at > $7 AND e.action = 'session.refuse'"
		"       AND coalesce(e.object, '') = $3 AND e.detail ->> 'reason' = $4"
		"       AND e.detail ->> 'source' = $5)",
	.nargs = 7,
	.argtypes = {INT4OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, OIDOID, TIMESTAMPTZOID},
};

/* Whether it is new; from then on it is not. */
static bool
is_new(const AuthzRefusal *refusal)
{
	uint64 hash = hash_bytes_extended((const unsigned char *) refusal, sizeof(*refusal), 0);
	TimestampTz now = GetCurrentTimestamp();

	for (int i = 0; i < RECENT; i++)
		if (recent[i].hash == hash && recent[i].at > now - ONCE_IN_SECONDS * USECS_PER_SEC)
			return false;
	recent[next_recent].hash = hash;
	recent[next_recent].at = now;
	next_recent = (next_recent + 1) % RECENT;
	return true;
}

void
authz_refusal_note(int account_id, int64 principal_id, const char *session_id, const char *reason)
{
	AuthzRefusal refusal;

	/* The leader has noted it. */
	if (IsParallelWorker())
		return;
	memset(&refusal, 0, sizeof(refusal)); /* it is hashed as bytes */
	refusal.account_id = account_id;
	refusal.principal_id = Max(principal_id, 0);
	refusal.role = GetSessionUserId();
	strlcpy(refusal.reason, reason, sizeof(refusal.reason));
	strlcpy(refusal.session_id, session_id, sizeof(refusal.session_id));
	strlcpy(refusal.source, authz_failure_source(), sizeof(refusal.source));
	if (!is_new(&refusal))
		return;
	if (!authz_errand_possible() ||
		!authz_errand_send(AUTHZ_ERRAND_NOTE_REFUSAL, &refusal, sizeof(refusal)))
		ereport(LOG_SERVER_ONLY,
				(errmsg("session of account %d is refused: %s", account_id, reason),
				 session_id[0] != '\0' ? errdetail("Its id is %s.", session_id) : 0));
}

bool
authz_refusal_write(const AuthzRefusal *refusal)
{
	AuthzActing acting;
	Datum values[7];
	bool written;

	values[0] = Int32GetDatum(refusal->account_id);
	values[1] = Int64GetDatum(refusal->principal_id);
	values[2] = CStringGetTextDatum(refusal->session_id);
	values[3] = CStringGetTextDatum(refusal->reason);
	values[4] = CStringGetTextDatum(refusal->source);
	values[5] = ObjectIdGetDatum(refusal->role);
	values[6] = TimestampTzGetDatum(GetCurrentTimestamp() - ONCE_IN_SECONDS * USECS_PER_SEC);
	authz_store_begin(&acting);
	written = authz_store_write(&write_statement, values, NULL) == 1;
	authz_store_end(&acting);
	return written;
}
