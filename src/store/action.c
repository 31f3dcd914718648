/*
 * action.c
 *	  How often a session has been put in force that may be so only so often,
 *	  counted outside the caller's transaction.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "catalog/pg_type.h"
#include "store/action.h"
#include "store/errand.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

static AuthzStatement read_statement = {
	.sql = "SELECT actions::bigint FROM authz.action_count"
		   " WHERE account_id = $1 AND session_id = $2",
	.nargs = 2,
	.argtypes = {INT4OID, TEXTOID},
};

/* Who comes at the same time waits for the row, and counts on from there. */
static AuthzStatement write_statement = {
	.sql = "INSERT INTO authz.action_count AS c (account_id, session_id, actions, expires_at)"
		   " SELECT $1, $2, 1, $3 WHERE $4 > 0"
		   " ON CONFLICT (account_id, session_id) DO UPDATE SET actions = c.actions + 1"
		   " WHERE c.actions < $4",
	.nargs = 4,
	.argtypes = {INT4OID, TEXTOID, TIMESTAMPTZOID, INT4OID},
};

/* Some at a time, and none that another worker holds. */
static AuthzStatement purge_statement = {
	.sql = "DELETE FROM authz.action_count WHERE ctid = ANY (ARRAY("
		   "SELECT ctid FROM authz.action_count WHERE expires_at < $1"
		   " ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED))",
	.nargs = 1,
	.argtypes = {TIMESTAMPTZOID},
};

/* How many have been committed at this moment. */
static int64
counted(const AuthzAction *action)
{
	AuthzActing acting;
	Datum values[2];
	int64 actions = 0;

	values[0] = Int32GetDatum(action->account_id);
	values[1] = CStringGetTextDatum(action->session_id);
	authz_store_begin(&acting);
	if (authz_store_read_fresh(&read_statement, values, NULL) > 0)
		actions = authz_store_int64(0, 1);
	authz_store_end(&acting);
	return actions;
}

AuthzActionResult
authz_action_count(const AuthzAction *action)
{
	if (counted(action) >= action->limit)
		return AUTHZ_ACTION_EXHAUSTED;
	if (IsParallelWorker() || !authz_errand_possible())
		return AUTHZ_ACTION_NOT_COUNTED;
	if (authz_errand_run(AUTHZ_ERRAND_COUNT_ACTION, action, sizeof(*action)))
		return AUTHZ_ACTION_COUNTED;
	return counted(action) >= action->limit ? AUTHZ_ACTION_EXHAUSTED : AUTHZ_ACTION_NOT_COUNTED;
}

bool
authz_action_write(const AuthzAction *action)
{
	AuthzActing acting;
	Datum values[4];
	bool written;

	values[0] = Int32GetDatum(action->account_id);
	values[1] = CStringGetTextDatum(action->session_id);
	values[2] = TimestampTzGetDatum(action->expires_at);
	values[3] = Int32GetDatum(action->limit);
	authz_store_begin(&acting);
	written = authz_store_write(&write_statement, values, NULL) == 1;
	authz_store_end(&acting);
	return written;
}

void
authz_action_purge(void)
{
	AuthzActing acting;
	Datum values[1];

	values[0] = TimestampTzGetDatum(GetCurrentTimestamp());
	authz_store_begin(&acting);
	(void) authz_store_write(&purge_statement, values, NULL);
	authz_store_end(&acting);
}
