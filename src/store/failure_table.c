/*
 * failure_table.c
 *	  The rows of authz.failure.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "store/failure_table.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

static AuthzStatement read_statement = {
	.sql = "SELECT failures, last_at FROM authz.failure"
		   " WHERE subject = $1 AND source = $2 AND last_at >= $3",
	.nargs = 3,
	.argtypes = {TEXTOID, TEXTOID, TIMESTAMPTZOID},
};

static AuthzStatement count_statement = {
	.sql = "INSERT INTO authz.failure AS f (subject, source, failures, last_at)"
		   " VALUES ($1, $2, 1, $3)"
		   " ON CONFLICT (subject, source) DO UPDATE"
		   " SET last_at = excluded.last_at,"
		   " failures = CASE WHEN f.last_at < $4 THEN 1 ELSE least(f.failures + 1, $5) END",
	.nargs = 5,
	.argtypes = {TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT4OID},
};

static AuthzStatement claim_statement = {
	.sql = "UPDATE authz.failure SET last_at = $3"
		   " WHERE subject = $1 AND source = $2 AND last_at = $4",
	.nargs = 4,
	.argtypes = {TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID},
};

static AuthzStatement forget_statement = {
	.sql = "DELETE FROM authz.failure WHERE subject = $1 AND source = $2",
	.nargs = 2,
	.argtypes = {TEXTOID, TEXTOID},
};

/* Some at a time, so that no caller waits for many, and none that another worker holds. */
static AuthzStatement purge_statement = {
	.sql = "DELETE FROM authz.failure WHERE ctid = ANY (ARRAY("
		   "SELECT ctid FROM authz.failure WHERE last_at < $1 LIMIT 1000 FOR UPDATE SKIP LOCKED))",
	.nargs = 1,
	.argtypes = {TIMESTAMPTZOID},
};

static void
set_key(Datum *values, const AuthzFailureKey *key)
{
	values[0] = PointerGetDatum(cstring_to_text_with_len(key->subject, AUTHZ_FAILURE_DIGEST));
	values[1] = PointerGetDatum(cstring_to_text_with_len(key->source, AUTHZ_FAILURE_DIGEST));
}

/* Not with the transaction's snapshot: it may be older than the failures. */
int
authz_failure_table_read(const AuthzFailureKey *key, TimestampTz *last_at)
{
	AuthzActing acting;
	Datum values[3];
	int failures = 0;

	authz_store_begin(&acting);
	set_key(values, key);
	values[2] = TimestampTzGetDatum(authz_failure_horizon(GetCurrentTimestamp()));
	if (authz_store_read_fresh(&read_statement, values, NULL) > 0)
	{
		bool isnull;

		failures = DatumGetInt32(authz_store_value(0, 1, &isnull));
		*last_at = DatumGetTimestampTz(authz_store_value(0, 2, &isnull));
	}
	authz_store_end(&acting);
	return failures;
}

static uint64
write_rows(AuthzStatement *statement, Datum *values)
{
	AuthzActing acting;
	uint64 rows;

	authz_store_begin(&acting);
	rows = authz_store_write(statement, values, NULL);
	authz_store_end(&acting);
	return rows;
}

bool
authz_failure_table_count(const AuthzFailureKey *key)
{
	TimestampTz now = GetCurrentTimestamp();
	Datum values[5];

	set_key(values, key);
	values[2] = TimestampTzGetDatum(now);
	values[3] = TimestampTzGetDatum(authz_failure_horizon(now));
	values[4] = Int32GetDatum(AUTHZ_FAILURE_MOST);
	return write_rows(&count_statement, values) == 1;
}

bool
authz_failure_table_claim(const AuthzFailureClaim *claim)
{
	Datum values[4];

	set_key(values, &claim->key);
	values[2] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[3] = TimestampTzGetDatum(claim->last_at);
	return write_rows(&claim_statement, values) == 1;
}

bool
authz_failure_table_forget(const AuthzFailureKey *key)
{
	Datum values[2];

	set_key(values, key);
	return write_rows(&forget_statement, values) == 1;
}

void
authz_failure_table_purge(void)
{
	Datum values[1];

	values[0] = TimestampTzGetDatum(authz_failure_horizon(GetCurrentTimestamp()));
	(void) write_rows(&purge_statement, values);
}
