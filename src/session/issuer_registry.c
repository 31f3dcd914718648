/*
 * issuer_registry.c
 *	  Issuers whose tokens are believed: what is registered of them.
 *
 * Every new token asks for one, and to read its keys takes longer than to verify
 * by them, so what was read is kept until something is registered under the
 * issuer's name, by whatever account, or the account's policy changes.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "pure/issuer_keys.h"
#include "session/issuer_registry.h"
#include "store/announce.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"

#define MAX_KEPT 32
#define MAX_ATTEMPTS 5

#define KEYS 2

typedef struct Kept
{
	AuthzIssuer issuer;
	MemoryContext context; /* of the texts */
	char *question;
	AuthzChangeKey keys[KEYS];
	uint64 own_stamp;
	bool valid;
} Kept;

static Kept kept[MAX_KEPT];
static int next_kept = 0;

#define COLUMNS                                                        \
	"i.account_id::bigint, a.status = 'active', i.issuer, i.audience," \
	" i.user_claim, i.role_claim, i.max_lifetime::bigint, i.algorithms, i.jwks::text"

static AuthzStatement direct_statement = {
	.sql = "SELECT " COLUMNS " FROM authz.issuer i"
		   "  JOIN authz.account a ON a.account_id = i.account_id"
		   " WHERE i.direct AND i.issuer = $1 AND i.audience = ANY ($2)",
	.nargs = 2,
	.argtypes = {TEXTOID, TEXTARRAYOID},
};

static AuthzStatement named_statement = {
	.sql = "SELECT " COLUMNS " FROM authz.issuer i"
		   "  JOIN authz.account a ON a.account_id = i.account_id"
		   " WHERE i.issuer = $1 AND i.account_id = $2",
	.nargs = 2,
	.argtypes = {TEXTOID, INT4OID},
};

uint32
authz_issuer_algorithms(ArrayType *names)
{
	Datum *values;
	bool *nulls;
	int n;
	uint32 algorithms = 0;

	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			algorithms |= AUTHZ_JWA_BIT(authz_jwa_find(TextDatumGetCString(values[i])));
	return algorithms & ~AUTHZ_JWA_BIT(AUTHZ_JWA_UNKNOWN);
}

static uint32
read_algorithms(void)
{
	bool isnull;

	return authz_issuer_algorithms(DatumGetArrayTypeP(authz_store_value(0, 8, &isnull)));
}

/* Keys that nobody could have registered verify nothing. */
static void
read_keys(AuthzJwkSet *keys)
{
	char *text = authz_store_text(0, 9);
	AuthzIssuerKeysResult result =
		authz_issuer_keys_read(text, strlen(text), read_algorithms(), keys);

	if (result != AUTHZ_ISSUER_KEYS_OK)
		authz_jwk_set_free(keys);
	if (result == AUTHZ_ISSUER_KEYS_MEMORY)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
}

static char *
read_text(Kept *place, int column)
{
	char *value = authz_store_text(0, column);

	return value == NULL ? NULL : MemoryContextStrdup(place->context, value);
}

static bool
read_issuer(Kept *place, AuthzStatement *statement, const char *question, Datum *values)
{
	AuthzIssuer *issuer = &place->issuer;
	AuthzActing acting;
	bool found;

	authz_jwk_set_free(&issuer->keys);
	memset(issuer, 0, sizeof(*issuer));
	MemoryContextReset(place->context);
	place->question = MemoryContextStrdup(place->context, question);
	authz_store_begin(&acting);
	found = authz_store_read_fresh(statement, values, NULL) == 1;
	if (found)
	{
		issuer->account_id = (int) authz_store_int64(0, 1);
		issuer->active = authz_store_bool(0, 2);
		issuer->name = read_text(place, 3);
		issuer->audience = read_text(place, 4);
		issuer->user_claim = read_text(place, 5);
		issuer->role_claim = read_text(place, 6);
		issuer->max_lifetime = (int) authz_store_int64(0, 7);
		read_keys(&issuer->keys);
	}
	authz_store_end(&acting);
	return found;
}

/* Reads what is asked for into the place that was filled longest ago. */
static const AuthzIssuer *
load(AuthzStatement *statement, const char *question, Datum *values)
{
	Kept *place = &kept[next_kept];

	if (place->context == NULL)
		place->context =
			AllocSetContextCreate(TopMemoryContext, "authz issuer", ALLOCSET_SMALL_SIZES);
	for (int attempt = 0;; attempt++)
	{
		uint64 moment = authz_change_moment();

		place->valid = false;
		if (!read_issuer(place, statement, question, values))
			return NULL;
		place->keys[0] = authz_change_key_text(AUTHZ_TOPIC_POLICY, place->issuer.name);
		place->keys[1] = authz_change_key(AUTHZ_TOPIC_POLICY, place->issuer.account_id);
		place->own_stamp = authz_own_stamp();
		AcceptInvalidationMessages();
		if (!authz_changed_since(moment, place->keys, KEYS))
		{
			place->valid = !authz_change_pending(place->keys, KEYS);
			break;
		}
		if (attempt == MAX_ATTEMPTS)
			break;
	}
	next_kept = (next_kept + 1) % MAX_KEPT;
	return &place->issuer;
}

static const AuthzIssuer *
find(AuthzStatement *statement, const char *question, Datum *values)
{
	for (int i = 0; i < MAX_KEPT; i++)
	{
		Kept *place = &kept[i];

		if (place->valid && strcmp(place->question, question) == 0 &&
			authz_own_stamp_holds(place->own_stamp) && !authz_change_pending(place->keys, KEYS))
			return &place->issuer;
	}
	return load(statement, question, values);
}

const AuthzIssuer *
authz_issuer_find_direct(const char *name, char *const *audiences, int naudiences)
{
	Datum *texts = palloc((naudiences + 1) * sizeof(Datum));
	StringInfoData question;
	Datum values[2];

	/* There are no line feeds in any of them. */
	initStringInfo(&question);
	appendStringInfoString(&question, name);
	for (int i = 0; i < naudiences; i++)
	{
		appendStringInfo(&question, "\n%s", audiences[i]);
		texts[i] = CStringGetTextDatum(audiences[i]);
	}
	values[0] = CStringGetTextDatum(name);
	values[1] =
		PointerGetDatum(construct_array(texts, naudiences, TEXTOID, -1, false, TYPALIGN_INT));
	return find(&direct_statement, question.data, values);
}

const AuthzIssuer *
authz_issuer_find(int account_id, const char *name)
{
	Datum values[2];

	values[0] = CStringGetTextDatum(name);
	values[1] = Int32GetDatum(account_id);
	return find(&named_statement, psprintf("%s\n\n%d", name, account_id), values);
}

/* Only flags are set: messages arrive at any time. */
static void
change_arrived(AuthzChangeKey key)
{
	for (int i = 0; i < MAX_KEPT; i++)
		if (key == AUTHZ_CHANGE_EVERYTHING || kept[i].keys[0] == key || kept[i].keys[1] == key)
			kept[i].valid = false;
}

void
authz_issuer_registry_init(void)
{
	authz_announce_listen(change_arrived);
}
