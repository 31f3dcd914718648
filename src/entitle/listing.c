/*
 * listing.c
 *	  Which categories a session is told of.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "entitle/judgement.h"
#include "entitle/listing.h"
#include "entitle/shared.h"
#include "store/statement.h"
#include "utils/memutils.h"

/* The categories of an account that appear in everybody's list. */
typedef struct Listed
{
	AuthzEntry entry;
	AuthzIdSet *categories;
} Listed;

static AuthzStatement listed_statement = {
	.sql = "SELECT category_id FROM authz.category"
		   " WHERE account_id = $1 AND appear_in_list = 'everyone'",
	.nargs = 1,
	.argtypes = {INT4OID},
};

static void
load_listed(AuthzEntry *entry, Snapshot snapshot)
{
	int account_id = entry->key.account_id;
	Datum values[1];

	values[0] = Int32GetDatum(account_id);
	((Listed *) entry)->categories =
		authz_subject_stream_set(entry->context, &listed_statement, values, snapshot);
	entry->horizon = DT_NOEND;
	entry->keys = MemoryContextAlloc(entry->context, 2 * sizeof(AuthzChangeKey));
	entry->keys[entry->nkeys++] = authz_change_key(AUTHZ_TOPIC_TREE, account_id);
	entry->keys[entry->nkeys++] = authz_change_key(AUTHZ_TOPIC_CATEGORIES, account_id);
}

static AuthzEntryKind listed_kind = {.size = sizeof(Listed), .load = load_listed};

void
authz_listing_read(AuthzJudgement *judgement, AuthzListing *listing)
{
	const AuthzSession *session = authz_judgement_session(judgement);

	memset(listing, 0, sizeof(*listing));
	if (session == NULL)
		return;
	listing->all = authz_judgement_has_permission(judgement, "category.list");
	authz_standing_read(judgement, &listing->standing);
	if (listing->all)
	{
		authz_judgement_need_every(judgement);
		listing->every = &judgement->every;
	}
	else
	{
		AuthzEntryKey key = {.account_id = session->account_id};

		if (judgement->listed.now == NULL)
			judgement->listed = authz_cache_get(&listed_kind, &key);
		listing->listed = &judgement->listed;
	}
}

static bool
appears(const AuthzEntry *entry, int64 category_id)
{
	const AuthzIdSet *set = ((const Listed *) entry)->categories;

	return set != NULL && authz_idset_has(set, category_id);
}

/*
 * Deleted since the snapshot was taken is deleted: of that nobody is a member
 * any more, and only who is told of all by permission must look.
 */
static bool
is_there(const AuthzPair *every, int64 category_id)
{
	for (int side = 0; side < 2; side++)
	{
		const AuthzEvery *known = (AuthzEvery *) authz_side_of(every, side);

		if (known->categories == NULL || !authz_idset_has(known->categories, category_id))
			return false;
	}
	return true;
}

bool
authz_listing_shows(const AuthzListing *listing, int64 category_id)
{
	const AuthzPair *listed = listing->listed;

	if (!authz_standing_reaches(&listing->standing, category_id))
		return false;
	if (authz_standing_has(&listing->standing, AUTHZ_LEVEL_MEMBER, category_id))
		return true;
	if (listing->all)
		return is_there(listing->every, category_id);
	return listed != NULL && appears(listed->now, category_id) &&
		   appears(authz_side_of(listed, 1), category_id);
}
