/*
 * key.c
 *	  The keys that sign sessions, and the accounts they sign for.
 *
 * There are few of them and every token needs one, so what was read is kept
 * until the account's policy changes.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "session/key.h"
#include "store/announce.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/timestamp.h"

#define MAX_KEPT 64

typedef struct Kept
{
	AuthzKey key;
	AuthzChangeKey policy;
	uint64 own_stamp;
	bool valid;
} Kept;

static Kept kept[MAX_KEPT];
static int next_kept = 0;

static AuthzStatement find_statement = {
	.sql = "SELECT k.kid, k.account_id::bigint, 'urn:uuid:' || a.issuer, a.status = 'active',"
		   "       k.retires_at, authz.open_secret(e.secret_id, e.value, e.key_version)"
		   "  FROM authz.signing_key k"
		   "  JOIN authz.secret e ON e.secret_id = k.secret_id"
		   "  JOIN authz.account a ON a.account_id = k.account_id"
		   " WHERE k.kid = $1"
		   "   AND (k.retires_at IS NULL OR k.retires_at > statement_timestamp())",
	.nargs = 1,
	.argtypes = {TEXTOID},
};

static AuthzStatement current_statement = {
	.sql = "SELECT k.kid, k.account_id::bigint, 'urn:uuid:' || a.issuer, a.status = 'active',"
		   "       k.retires_at, authz.open_secret(e.secret_id, e.value, e.key_version)"
		   "  FROM authz.signing_key k"
		   "  JOIN authz.secret e ON e.secret_id = k.secret_id"
		   "  JOIN authz.account a ON a.account_id = k.account_id"
		   " WHERE k.account_id = $1 AND k.retires_at IS NULL",
	.nargs = 1,
	.argtypes = {INT4OID},
};

static void
read_key(AuthzKey *key)
{
	bool isnull;
	bytea *secret = DatumGetByteaPP(authz_store_value(0, 6, &isnull));
	Datum retires_at;

	strlcpy(key->kid, authz_store_text(0, 1), sizeof(key->kid));
	authz_jwk_free(&key->jwk);
	if (authz_jwk_read(VARDATA_ANY(secret), VARSIZE_ANY_EXHDR(secret), &key->jwk) != AUTHZ_JWK_OK ||
		key->jwk.kid == NULL || strcmp(key->jwk.kid, key->kid) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED), errmsg("signing key \"%s\" is damaged", key->kid),
				 errhint("Make another with authz_signing_key_rotate().")));
	key->account_id = (int) authz_store_int64(0, 2);
	strlcpy(key->issuer, authz_store_text(0, 3), sizeof(key->issuer));
	key->account_active = authz_store_bool(0, 4);
	retires_at = authz_store_value(0, 5, &isnull);
	key->retires_at = isnull ? DT_NOEND : DatumGetTimestampTz(retires_at);
}

/* Reads a key into the place that was filled longest ago. */
static const AuthzKey *
load(AuthzStatement *statement, Datum value)
{
	Kept *place = &kept[next_kept];
	AuthzActing acting;
	bool found;

	for (int attempt = 0;; attempt++)
	{
		uint64 moment = authz_change_moment();

		place->valid = false;
		authz_store_begin(&acting);
		found = authz_store_read_fresh(statement, &value, NULL) == 1;
		if (found)
			read_key(&place->key);
		authz_store_end(&acting);
		if (!found)
			return NULL;

		place->policy = authz_change_key(AUTHZ_TOPIC_POLICY, place->key.account_id);
		place->own_stamp = authz_own_stamp();
		AcceptInvalidationMessages();
		if (!authz_changed_since(moment, &place->policy, 1))
		{
			place->valid = !authz_change_pending(&place->policy, 1);
			break;
		}
		if (attempt == 5)
			break;
	}
	next_kept = (next_kept + 1) % MAX_KEPT;
	return &place->key;
}

static bool
usable(const Kept *place)
{
	return place->valid && authz_own_stamp_holds(place->own_stamp) &&
		   !authz_change_pending(&place->policy, 1);
}

const AuthzKey *
authz_key_find(const char *kid)
{
	for (int i = 0; i < MAX_KEPT; i++)
		if (usable(&kept[i]) && strcmp(kept[i].key.kid, kid) == 0)
			return &kept[i].key;
	return load(&find_statement, CStringGetTextDatum(kid));
}

const AuthzKey *
authz_key_current(int account_id)
{
	for (int i = 0; i < MAX_KEPT; i++)
		if (usable(&kept[i]) && kept[i].key.account_id == account_id &&
			kept[i].key.retires_at == DT_NOEND)
			return &kept[i].key;
	return load(&current_statement, Int32GetDatum(account_id));
}

/* Only flags are set: messages arrive at any time. */
static void
change_arrived(AuthzChangeKey key)
{
	for (int i = 0; i < MAX_KEPT; i++)
		if (key == AUTHZ_CHANGE_EVERYTHING || kept[i].policy == key)
			kept[i].valid = false;
}

void
authz_key_init(void)
{
	authz_announce_listen(change_arrived);
}
