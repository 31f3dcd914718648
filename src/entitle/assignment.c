/*
 * assignment.c
 *	  What is asked of a row that is put into a category.
 *
 * Only who adds or moves rows needs it, so it is an entry of its own.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "entitle/assignment.h"
#include "entitle/judgement.h"
#include "store/statement.h"

typedef struct Asked
{
	AuthzEntry entry;
	AuthzIdSet *moderated; /* categories where a moderator approves what is put in */
	int most;
} Asked;

static AuthzStatement asked_statement = {
	.sql = "SELECT (SELECT array_agg(category_id) FROM authz.category"
		   "         WHERE account_id = $1 AND moderation),"
		   "       (SELECT (settings ->> 'max_entry_categories')::bigint FROM authz.account"
		   "         WHERE account_id = $1)",
	.nargs = 1,
	.argtypes = {INT4OID},
};

static void
load_asked(AuthzEntry *entry, Snapshot snapshot)
{
	Asked *asked = (Asked *) entry;
	int account_id = entry->key.account_id;
	Datum values[1];
	Datum most;
	bool isnull;

	values[0] = Int32GetDatum(account_id);
	(void) authz_store_read(&asked_statement, values, NULL, snapshot);
	asked->moderated = authz_subject_read_set(entry->context, 1);
	most = authz_store_value(0, 2, &isnull);
	asked->most = isnull ? 0 : (int) DatumGetInt64(most);
	entry->horizon = DT_NOEND;
	entry->keys = MemoryContextAlloc(entry->context, 3 * sizeof(AuthzChangeKey));
	entry->keys[entry->nkeys++] = authz_change_key(AUTHZ_TOPIC_TREE, account_id);
	entry->keys[entry->nkeys++] = authz_change_key(AUTHZ_TOPIC_CATEGORIES, account_id);
	entry->keys[entry->nkeys++] = authz_change_key(AUTHZ_TOPIC_POLICY, account_id);
}

static AuthzEntryKind asked_kind = {.size = sizeof(Asked), .load = load_asked};

static const Asked *
asked_at(AuthzJudgement *judgement, int side)
{
	AuthzEntryKey key = {.account_id = judgement->session->account_id};

	if (judgement->asked.now == NULL)
		judgement->asked = authz_cache_get(&asked_kind, &key);
	return (Asked *) authz_side_of(&judgement->asked, side);
}

/* Moderated at either moment is moderated. */
static bool
is_moderated(AuthzJudgement *judgement, int64 category_id)
{
	for (int side = 0; side < 2; side++)
	{
		const AuthzIdSet *moderated = asked_at(judgement, side)->moderated;

		if (moderated != NULL && authz_idset_has(moderated, category_id))
			return true;
	}
	return false;
}

bool
authz_assignment_waits(AuthzJudgement *judgement, int64 category_id)
{
	AuthzGate moderates;

	if (judgement->session == NULL || judgement->session->moderated)
		return true;
	if (!is_moderated(judgement, category_id))
		return false;
	authz_judgement_gate(judgement, AUTHZ_LEVEL_MODERATOR, NULL, 0, &moderates);
	return !authz_gate_admits(&moderates, category_id);
}

static void
check_most(int most, int n)
{
	if (most != 0 && n > most)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("a row cannot be in more than %d categories at once", most),
						errhint("The account's setting max_entry_categories limits them.")));
}

void
authz_assignment_check_most(AuthzJudgement *judgement, int n)
{
	check_most(judgement->session == NULL ? 0 : asked_at(judgement, 0)->most, n);
}

void
authz_assignment_check_most_in(int account_id, int n)
{
	AuthzEntryKey key = {.account_id = account_id};
	AuthzPair asked = authz_cache_get(&asked_kind, &key);
	int most = ((Asked *) asked.now)->most;

	authz_pair_release(&asked);
	check_most(most, n);
}
