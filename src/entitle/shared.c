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
#include "entitle/shared.h"
#include "entitle/subject.h"
#include "store/statement.h"
#include "utils/builtins.h"

static AuthzStatement load_statement = {
	.sql = "WITH RECURSIVE"
		   " wanted(contexts) AS (SELECT string_to_array($2, '/')),"
		   " marked(category_id) AS ("
		   "  SELECT c.category_id FROM authz.category c, wanted"
		   "   WHERE c.account_id = $1 AND c.privacy_contexts <> '{}'"
		   "     AND ($2 IS NULL OR c.privacy_contexts && wanted.contexts)"
		   "  UNION"
		   "  SELECT p.category_id FROM marked m"
		   "    JOIN authz.category_place p ON p.parent_id = m.category_id)"
		   " SELECT array_agg(c.category_id) FILTER (WHERE c.privacy = 'all'),"
		   "        array_agg(c.category_id) FILTER (WHERE c.privacy = 'authenticated_users'),"
		   "        (SELECT array_agg(o.category_id) FROM authz.category o"
		   "          WHERE o.account_id = $1 AND o.contribution_policy = 'all'),"
		   "        CASE WHEN $2 IS NOT NULL THEN"
		   "             coalesce((SELECT array_agg(category_id) FROM marked), '{}') END"
		   "   FROM authz.category c"
		   "  WHERE c.account_id = $1 AND c.privacy > 'members_only'"
		   "    AND ($2 IS NOT NULL) = (c.category_id IN (SELECT category_id FROM marked))",
	.nargs = 2,
	.argtypes = {INT4OID, TEXTOID},
};

static AuthzStatement every_statement = {
	.sql = "SELECT array_agg(category_id) FROM authz.category WHERE account_id = $1",
	.nargs = 1,
	.argtypes = {INT4OID},
};

static void
depend_on_tree(AuthzEntry *entry)
{
	entry->keys = MemoryContextAlloc(entry->context, 2 * sizeof(AuthzChangeKey));
	entry->keys[entry->nkeys++] = authz_change_key(AUTHZ_TOPIC_TREE, entry->key.account_id);
	entry->keys[entry->nkeys++] = authz_change_key(AUTHZ_TOPIC_CATEGORIES, entry->key.account_id);
}

static void
load_shared(AuthzEntry *entry, Snapshot snapshot)
{
	AuthzShared *shared = (AuthzShared *) entry;
	const char *contexts = entry->key.selector;
	Datum values[2];

	values[0] = Int32GetDatum(entry->key.account_id);
	values[1] = contexts == NULL ? (Datum) 0 : CStringGetTextDatum(contexts);
	(void) authz_store_read(&load_statement, values, contexts == NULL ? " n" : "  ", snapshot);

	shared->everyone = authz_subject_read_set(entry->context, 1);
	shared->authenticated = authz_subject_read_set(entry->context, 2);
	shared->open = authz_subject_read_set(entry->context, 3);
	shared->scope = authz_subject_read_set(entry->context, 4);
	depend_on_tree(entry);
}

static void
load_every(AuthzEntry *entry, Snapshot snapshot)
{
	Datum values[1];

	values[0] = Int32GetDatum(entry->key.account_id);
	(void) authz_store_read(&every_statement, values, NULL, snapshot);
	((AuthzEvery *) entry)->categories = authz_subject_read_set(entry->context, 1);
	depend_on_tree(entry);
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
									.pack = pack_shared,
									.unpack = unpack_shared};
AuthzEntryKind authz_every_kind = {.size = sizeof(AuthzEvery),
								   .load = load_every,
								   .pack = pack_every,
								   .unpack = unpack_every};
