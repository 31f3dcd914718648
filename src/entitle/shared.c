/*
 * shared.c
 *	  What an account's categories open to more than their members.
 *
 * A category carries its own contexts and those of all above it. A session
 * confined to contexts reaches what carries one of them; to a session that is
 * not, privacy opens only what carries none.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "entitle/reach.h"
#include "entitle/shared.h"
#include "entitle/subject.h"
#include "store/statement.h"
#include "utils/builtins.h"

static AuthzStatement marked_statement = {
	.sql = "SELECT c.category_id FROM authz.category c"
		   " WHERE c.account_id = $1 AND c.privacy_contexts <> '{}'"
		   "   AND ($2 IS NULL OR c.privacy_contexts && string_to_array($2, '/'))",
	.nargs = 2,
	.argtypes = {INT4OID, TEXTOID},
};

static AuthzStatement branch_statement = {
	.sql = "SELECT category_id FROM authz.category WHERE category_id = $1 AND account_id = $2",
	.nargs = 2,
	.argtypes = {INT8OID, INT4OID},
};

static AuthzStatement private_statement = {
	.sql = "SELECT c.category_id, c.privacy = 'all' FROM authz.category c"
		   " WHERE c.account_id = $1 AND c.privacy > 'members_only'",
	.nargs = 1,
	.argtypes = {INT4OID},
};

static AuthzStatement open_statement = {
	.sql = "SELECT category_id FROM authz.category"
		   " WHERE account_id = $1 AND contribution_policy = 'all'",
	.nargs = 1,
	.argtypes = {INT4OID},
};

static AuthzStatement every_statement = {
	.sql = "SELECT category_id FROM authz.category WHERE account_id = $1",
	.nargs = 1,
	.argtypes = {INT4OID},
};

/* What carries a context, its own or one from above. */
static AuthzIdSet *
load_marked(AuthzEntry *entry, Datum *values, const char *nulls, Snapshot snapshot, int64 *last)
{
	AuthzReach reach = {
		.kind = AUTHZ_REACH_ALL, .account_id = entry->key.account_id, .snapshot = snapshot};
	AuthzIdList marked = {0};

	authz_store_stream(&marked_statement, values, nulls, snapshot, authz_idlist_read, &marked);
	if (marked.n == 0)
		return NULL;
	authz_idlist_sort(&marked);
	authz_reach_down(&reach, &marked);
	*last = marked.ids[marked.n - 1];
	return authz_idlist_set(&marked, entry->context);
}

/* Categories that privacy opens, within those that the session reaches. */
typedef struct Opened
{
	const AuthzIdSet *marked;
	bool wanted; /* what is marked is reached, or the rest */
	AuthzIdList everyone;
	AuthzIdList authenticated;
} Opened;

static void
read_opened(void *arg, const Datum *values, const bool *nulls)
{
	Opened *opened = arg;
	int64 id = DatumGetInt64(values[0]);

	if ((opened->marked != NULL && authz_idset_has(opened->marked, id)) == opened->wanted)
		authz_idlist_add(DatumGetBool(values[1]) ? &opened->everyone : &opened->authenticated, id);
}

/* The category that a session stays below, with all that is below it. */
static AuthzIdList
load_branch(AuthzEntry *entry, Snapshot snapshot)
{
	AuthzShared *shared = (AuthzShared *) entry;
	AuthzReach reach = {
		.kind = AUTHZ_REACH_ALL, .account_id = entry->key.account_id, .snapshot = snapshot};
	AuthzIdList branch = {0};
	Datum values[2];

	if (entry->key.principal_id == 0)
		return branch;
	values[0] = Int64GetDatum(entry->key.principal_id);
	values[1] = Int32GetDatum(entry->key.account_id);
	authz_store_stream(&branch_statement, values, NULL, snapshot, authz_idlist_read, &branch);
	if (branch.n == 0)
		return branch;
	authz_reach_down(&reach, &branch);
	shared->branch = authz_idlist_set(&branch, entry->context);
	shared->last = Max(shared->last, branch.ids[branch.n - 1]);
	return branch;
}

/* All that a confined session reaches, NULL where it is not; who is confined to nothing reaches nothing. */
static AuthzIdSet *
scope_of(AuthzEntry *entry, AuthzIdSet *marked, AuthzIdList branch)
{
	bool by_context = entry->key.selector != NULL;
	AuthzIdSet *scope = NULL;
	AuthzIdList common = {0};

	if (!by_context && entry->key.principal_id == 0)
		return NULL;
	if (!by_context)
		scope = ((AuthzShared *) entry)->branch;
	else if (entry->key.principal_id == 0)
		scope = marked;
	else
	{
		for (size_t i = 0; i < branch.n; i++)
			if (marked != NULL && authz_idset_has(marked, branch.ids[i]))
				authz_idlist_add(&common, branch.ids[i]);
		scope = authz_idlist_set(&common, entry->context);
	}
	if (scope != NULL)
		return scope;
	return authz_idset_build(MemoryContextAlloc(entry->context, authz_idset_size(NULL, 0)), NULL,
							 0);
}

static void
load_shared(AuthzEntry *entry, Snapshot snapshot)
{
	AuthzShared *shared = (AuthzShared *) entry;
	MemoryContext context = entry->context;
	const char *contexts = entry->key.selector;
	Opened opened = {.wanted = contexts != NULL};
	Datum values[2];

	entry->horizon = DT_NOEND;
	entry->keys = MemoryContextAlloc(context, 2 * sizeof(AuthzChangeKey));
	entry->keys[entry->nkeys++] = authz_change_key(AUTHZ_TOPIC_TREE, entry->key.account_id);
	entry->keys[entry->nkeys++] = authz_change_key(AUTHZ_TOPIC_OPEN, entry->key.account_id);

	values[0] = Int32GetDatum(entry->key.account_id);
	values[1] = contexts == NULL ? (Datum) 0 : CStringGetTextDatum(contexts);
	shared->marked =
		load_marked(entry, values, contexts == NULL ? " n" : "  ", snapshot, &shared->last);
	opened.marked = shared->marked;
	authz_store_stream(&private_statement, values, NULL, snapshot, read_opened, &opened);
	shared->everyone = authz_idlist_set(&opened.everyone, context);
	shared->authenticated = authz_idlist_set(&opened.authenticated, context);
	shared->open = authz_subject_stream_set(context, &open_statement, values, snapshot);

	shared->scope = scope_of(entry, shared->marked, load_branch(entry, snapshot));
}

/*
 * What comes or goes below a category that carries a context takes that along;
 * below the one that a session stays below it is reached, or no more.
 */
static bool
concerns_shared(const AuthzEntry *entry, AuthzChangeKey key)
{
	const AuthzShared *shared = (const AuthzShared *) entry;
	int64 lowest;
	AuthzTopic topic = authz_change_topic(key, &lowest);

	return (topic == AUTHZ_TOPIC_BELOW || topic == AUTHZ_TOPIC_INHERIT) &&
		   (authz_subject_set_meets(shared->marked, shared->last, lowest) ||
			authz_subject_set_meets(shared->branch, shared->last, lowest));
}

static void
load_every(AuthzEntry *entry, Snapshot snapshot)
{
	Datum values[1];

	entry->horizon = DT_NOEND;
	entry->keys = MemoryContextAlloc(entry->context, 2 * sizeof(AuthzChangeKey));
	entry->keys[entry->nkeys++] = authz_change_key(AUTHZ_TOPIC_TREE, entry->key.account_id);
	entry->keys[entry->nkeys++] = authz_change_key(AUTHZ_TOPIC_CATEGORIES, entry->key.account_id);

	values[0] = Int32GetDatum(entry->key.account_id);
	((AuthzEvery *) entry)->categories =
		authz_subject_stream_set(entry->context, &every_statement, values, snapshot);
}

static void
pack_shared(const AuthzEntry *entry, StringInfo block)
{
	const AuthzShared *shared = (const AuthzShared *) entry;

	authz_subject_pack_set(block, shared->everyone);
	authz_subject_pack_set(block, shared->authenticated);
	authz_subject_pack_set(block, shared->open);
	authz_subject_pack_set(block, shared->scope);
}

static void
unpack_shared(AuthzEntry *entry, AuthzUnpack *block)
{
	AuthzShared *shared = (AuthzShared *) entry;

	shared->everyone = authz_unpack_bytes(block);
	shared->authenticated = authz_unpack_bytes(block);
	shared->open = authz_unpack_bytes(block);
	shared->scope = authz_unpack_bytes(block);
}

static void
pack_every(const AuthzEntry *entry, StringInfo block)
{
	authz_subject_pack_set(block, ((const AuthzEvery *) entry)->categories);
}

static void
unpack_every(AuthzEntry *entry, AuthzUnpack *block)
{
	((AuthzEvery *) entry)->categories = authz_unpack_bytes(block);
}

AuthzEntryKind authz_shared_kind = {.size = sizeof(AuthzShared),
									.load = load_shared,
									.concerns = concerns_shared,
									.pack = pack_shared,
									.unpack = unpack_shared};
AuthzEntryKind authz_every_kind = {.size = sizeof(AuthzEvery),
								   .load = load_every,
								   .pack = pack_every,
								   .unpack = unpack_every};
