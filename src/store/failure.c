/*
 * failure.c
 *	  Failed proofs of a secret, counted outside the caller's transaction: names
 *	  what is counted and decides where.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "common/ip.h"
#include "miscadmin.h"
#include "pure/digest.h"
#include "store/errand.h"
#include "store/failure.h"
#include "store/failure_shared.h"
#include "store/failure_table.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* A failure of this backend's client that no worker was free to count. */
static AuthzFailureKey owed;
static bool owing;

void
authz_failure_init(void)
{
	authz_failure_shared_init();
}

static bool
shared(void)
{
	return authz_failure_shared_salt() != NULL;
}

static bool
countable(void)
{
	return !IsParallelWorker() && (shared() || authz_errand_possible());
}

static void
digest(const char *name, char out[AUTHZ_FAILURE_DIGEST])
{
	char hex[AUTHZ_HASH_MAX_HEX + 1];
	const uint8 *salt = authz_failure_shared_salt();

	if (!authz_hash_hex(AUTHZ_HASH_SHA256, salt, salt == NULL ? 0 : AUTHZ_FAILURE_SALT_BYTES, name,
						strlen(name), hex))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("the cryptographic library has no SHA-256")));
	memcpy(out, hex, AUTHZ_FAILURE_DIGEST);
}

static AuthzFailureKey
make_key(const char *subject, const char *source)
{
	AuthzFailureKey key = {.database = MyDatabaseId};

	digest(subject, key.subject);
	digest(source, key.source);
	return key;
}

/*
 * Has a worker count what is owed. From the moment that it is registered it
 * counts even if this backend is cancelled: the debt is back only when the
 * worker is known to have failed.
 */
static bool
pay(void)
{
	AuthzErrandJob job;

	if (!authz_errand_start(&job, AUTHZ_ERRAND_COUNT_FAILURE, &owed, sizeof(owed)))
		return false;
	owing = false;
	owing = !authz_errand_finish(&job);
	return !owing;
}

static int64
table_wait(const AuthzFailureKey *key)
{
	AuthzFailureClaim claim = {.key = *key};
	int failures;
	int64 rest;

	if (owing && !pay())
		return AUTHZ_FAILURE_FIRST_WAIT_MS;
	failures = authz_failure_table_read(key, &claim.last_at);
	if (failures <= AUTHZ_FAILURE_FREE)
		return 0;
	rest = authz_failure_rest(failures, claim.last_at, GetCurrentTimestamp());
	if (rest > 0 || authz_errand_run(AUTHZ_ERRAND_CLAIM_ATTEMPT, &claim, sizeof(claim)))
		return rest;
	return authz_failure_cost(failures);
}

int64
authz_failure_wait(const char *subject, const char *source)
{
	AuthzFailureKey key;

	if (!countable())
		return AUTHZ_FAILURE_LONGEST_WAIT_MS;
	key = make_key(subject, source);
	return shared() ? authz_failure_shared_wait(&key) : table_wait(&key);
}

bool
authz_failure_count(const char *subject, const char *source)
{
	AuthzFailureKey key;

	if (!countable())
		return false;
	key = make_key(subject, source);
	if (shared())
		return authz_failure_shared_count(&key);
	owed = key;
	owing = true;
	return pay();
}

void
authz_failure_forget(const char *subject, const char *source)
{
	AuthzFailureKey key;
	TimestampTz last_at;

	if (!countable())
		return;
	key = make_key(subject, source);
	if (shared())
		authz_failure_shared_forget(&key);
	else if (authz_failure_table_read(&key, &last_at) > 0)
		(void) authz_errand_run(AUTHZ_ERRAND_FORGET_FAILURES, &key, sizeof(key));
}

/*
 * Sockets of the machine, and processes that serve no client, are local. The
 * address is read where pg_stat_activity has it from: the header that declares
 * MyProcPort needs those of Kerberos.
 */
const char *
authz_failure_source(void)
{
	static char source[NI_MAXHOST];
	const SockAddr *client = &MyBEEntry->st_clientaddr;
	int family = client->addr.ss_family;

	if (family != AF_INET && family != AF_INET6)
		return "local";
	if (source[0] == '\0')
	{
		if (pg_getnameinfo_all(&client->addr, client->salen, source, sizeof(source), NULL, 0,
							   NI_NUMERICHOST) != 0)
			strlcpy(source, "unknown", sizeof(source));
		clean_ipv6_addr(family, source);
	}
	return source;
}
