/*
 * ks_policy.c
 *	  What an account says of Kaltura's sessions, and the secrets that sign them.
 *
 * Every token that is no JWT asks for it, and every session that is started, so
 * what was read is kept until the account's policy changes.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "session/ks_policy.h"
#include "store/announce.h"
#include "store/statement.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define MAX_KEPT 32
#define MAX_ATTEMPTS 5

typedef struct Kept
{
	AuthzKsPolicy policy;
	MemoryContext context; /* of the secrets */
	AuthzChangeKey key;
	uint64 own_stamp;
	bool valid;
} Kept;

static Kept kept[MAX_KEPT];
static int next_kept = 0;

static AuthzStatement find_statement = {
	.sql =
		"SELECT a.status = 'active', coalesce(a.settings -> 'accept_ks' = 'true', false),"
		"       coalesce(a.settings ->> 'token_format' = 'ks', false),"
		"       authz.open_secret(k.secret_id, k.value, k.key_version), k.created_at, k.expires_at"
		"  FROM authz.account a"
		"  LEFT JOIN ("
		"    SELECT s.account_id, s.number, s.created_at, s.expires_at, e.secret_id, e.value,"
		"           e.key_version"
		"      FROM authz.account_secret s JOIN authz.secret e ON e.secret_id = s.secret_id"
		"     WHERE s.expires_at IS NULL OR s.expires_at > clock_timestamp()) k"
		"    ON k.account_id = a.account_id"
		" WHERE a.account_id = $1"
		" ORDER BY k.number DESC LIMIT " CppAsString2(AUTHZ_KS_SECRETS),
	.nargs = 1,
	.argtypes = {INT4OID},
};

static TimestampTz
moment_at(uint64 row, int column, TimestampTz otherwise)
{
	bool isnull;
	Datum value = authz_store_value(row, column, &isnull);

	return isnull ? otherwise : DatumGetTimestampTz(value);
}

static void
read_secret(Kept *place, uint64 row)
{
	AuthzKsPolicy *policy = &place->policy;
	AuthzKsSecret *secret = &policy->secrets[policy->nsecrets];
	bool isnull;
	Datum value = authz_store_value(row, 4, &isnull);
	bytea *bytes;

	if (isnull)
		return;
	bytes = DatumGetByteaPP(value);
	secret->value = MemoryContextAllocZero(place->context, VARSIZE_ANY_EXHDR(bytes) + 1);
	memcpy(secret->value, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	secret->made_at = moment_at(row, 5, DT_NOBEGIN);
	secret->expires_at = moment_at(row, 6, DT_NOEND);
	policy->nsecrets++;
}

static bool
read_policy(Kept *place, int account_id)
{
	AuthzKsPolicy *policy = &place->policy;
	AuthzActing acting;
	Datum values[1];
	uint64 rows;

	memset(policy, 0, sizeof(*policy));
	MemoryContextReset(place->context);
	values[0] = Int32GetDatum(account_id);
	authz_store_begin(&acting);
	rows = authz_store_read_fresh(&find_statement, values, NULL);
	if (rows > 0)
	{
		policy->account_id = account_id;
		policy->active = authz_store_bool(0, 1);
		policy->accepts = authz_store_bool(0, 2);
		policy->writes = authz_store_bool(0, 3);
		for (uint64 row = 0; row < rows; row++)
			read_secret(place, row);
	}
	authz_store_end(&acting);
	return rows > 0;
}

/* Reads a policy into the place that was filled longest ago. */
static const AuthzKsPolicy *
load(int account_id)
{
	Kept *place = &kept[next_kept];

	if (place->context == NULL)
		place->context =
			AllocSetContextCreate(TopMemoryContext, "authz KS secrets", ALLOCSET_SMALL_SIZES);
	for (int attempt = 0;; attempt++)
	{
		uint64 moment = authz_change_moment();

		place->valid = false;
		if (!read_policy(place, account_id))
			return NULL;
		place->key = authz_change_key(AUTHZ_TOPIC_POLICY, account_id);
		place->own_stamp = authz_own_stamp();
		AcceptInvalidationMessages();
		if (!authz_changed_since(moment, &place->key, 1))
		{
			place->valid = !authz_change_pending(&place->key, 1);
			break;
		}
		if (attempt == MAX_ATTEMPTS)
			break;
	}
	next_kept = (next_kept + 1) % MAX_KEPT;
	return &place->policy;
}

const AuthzKsPolicy *
authz_ks_policy_find(int account_id)
{
	for (int i = 0; i < MAX_KEPT; i++)
	{
		Kept *place = &kept[i];

		if (place->valid && place->policy.account_id == account_id &&
			authz_own_stamp_holds(place->own_stamp) && !authz_change_pending(&place->key, 1))
			return &place->policy;
	}
	return load(account_id);
}

/* Only flags are set: messages arrive at any time. */
static void
change_arrived(AuthzChangeKey key)
{
	for (int i = 0; i < MAX_KEPT; i++)
		if (key == AUTHZ_CHANGE_EVERYTHING || kept[i].key == key)
			kept[i].valid = false;
}

void
authz_ks_policy_init(void)
{
	authz_announce_listen(change_arrived);
}
