/*
 * subject.c
 *	  What a principal is and is a member of: its groups, its levels.
 *
 * A category that inherits has the members of the nearest one above that does
 * not. Member rows stand only where nothing is inherited; in accounts where
 * something is, the levels are carried down from there.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "entitle/closure.h"
#include "entitle/idlist.h"
#include "entitle/reach.h"
#include "entitle/subject.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* clang-format off */
static AuthzStatement level_statement = {
	.sql = "SELECT u.category_id, CASE u.level WHEN 'member' THEN 1 WHEN 'contributor' THEN 2"
	"                                WHEN 'moderator' THEN 3 ELSE 4 END"
	"  FROM authz.category_user u"
	" WHERE u.principal_id = ANY ($1) AND u.status = 'active' AND u.level > 'none'"
	"   AND " AUTHZ_SQL_COUNTS("u")
	" UNION ALL "
	"SELECT c.category_id, 4 FROM authz.category c"
	" WHERE c.owner_id = ANY ($1)"
	"   AND EXISTS (SELECT FROM authz.category_place p"
	"                WHERE p.category_id = c.category_id AND p.inheritance = 'manual')",
	.nargs = 2,
	.argtypes = {INT8ARRAYOID, TIMESTAMPTZOID},
};

static AuthzStatement rest_statement = {
	.sql = "SELECT (SELECT array_agg(p.user_id ORDER BY p.principal_id <> $3, p.user_id)"
	"                 FROM authz.principal p"
	"                WHERE p.principal_id = ANY ($1) AND p.account_id = $4),"
	"        (SELECT min(least(" AUTHZ_SQL_TURN("u") ")) FROM authz.category_user u"
	"          WHERE u.principal_id = ANY ($1) AND " AUTHZ_SQL_LIMITED("u") "),"
	"        ARRAY (SELECT category_id FROM authz.category_home"
	"                WHERE account_id = $4 LIMIT $5),"
	"        EXISTS (SELECT FROM authz.account WHERE account_id = $4 AND status = 'active')"
	"          AND ($3 = 0 OR EXISTS (SELECT FROM authz.principal"
	"                                  WHERE principal_id = $3 AND status = 'active'))",
	.nargs = 5,
	.argtypes = {INT8ARRAYOID, TIMESTAMPTZOID, INT8OID, INT4OID, INT8OID},
};
/* clang-format on */

AuthzIdSet *
authz_subject_read_set(MemoryContext context, int column)
{
	AuthzIdList list = {0};
	bool isnull;
	Datum array = authz_store_value(0, column, &isnull);

	if (isnull)
		return NULL;
	list.ids = authz_array_elements(array, &list.n);
	return authz_idlist_set(&list, context);
}

AuthzIdSet *
authz_subject_stream_set(MemoryContext context, AuthzStatement *statement, Datum *values,
						 Snapshot snapshot)
{
	AuthzIdList list = {0};
	AuthzIdSet *set;

	authz_store_stream(statement, values, NULL, snapshot, authz_idlist_read, &list);
	set = authz_idlist_set(&list, context);
	authz_idlist_free(&list);
	return set;
}

/* So many ids that a key may be of are looked for, in sets of very large ids none. */
#define MAX_STEPS 64

bool
authz_subject_set_meets(const AuthzIdSet *set, int64 last, int64 lowest)
{
	if (set == NULL)
		return false;
	if (last / AUTHZ_CHANGE_STEP >= MAX_STEPS)
		return true;
	for (int64 id = lowest; id <= last; id += AUTHZ_CHANGE_STEP)
		if (authz_idset_has(set, id))
			return true;
	return false;
}

void
authz_subject_pack_set(StringInfo block, const AuthzIdSet *set)
{
	authz_pack_bytes(block, set, set ? authz_idset_bytes(set) : 0);
}

/* Adds a category to the list of its exact level. */
static void
read_level(void *arg, const Datum *values, const bool *nulls)
{
	AuthzIdList *held = arg;

	authz_idlist_add(&held[DatumGetInt32(values[1])], DatumGetInt64(values[0]));
}

/*
 * Adds what inherits from what is held, from the strongest level down: what has
 * been reached at one is not followed again at a weaker one. Only the homes, if
 * they are known, are looked below.
 */
static void
carry_down(AuthzIdList held[AUTHZ_LEVELS], const AuthzIdList *homes, int account_id,
		   Snapshot snapshot)
{
	AuthzReach reach = {
		.kind = AUTHZ_REACH_INHERITING, .account_id = account_id, .snapshot = snapshot};

	for (int level = AUTHZ_LEVEL_MANAGER; level >= AUTHZ_LEVEL_MEMBER; level--)
	{
		AuthzIdList below;

		authz_idlist_sort(&held[level]);
		for (int stronger = level + 1; stronger < AUTHZ_LEVELS; stronger++)
			authz_idlist_subtract(&held[level], &held[stronger]);
		if (homes == NULL)
		{
			authz_reach_down(&reach, &held[level]);
			continue;
		}
		below = authz_idlist_common(&held[level], homes);
		authz_reach_down(&reach, &below);
		authz_idlist_append(&held[level], &below);
		authz_idlist_sort(&held[level]);
		authz_idlist_free(&below);
	}
}

/* A level includes the stronger ones, and is the next one's set where it adds nothing. */
static void
build_levels(AuthzSubject *subject, AuthzIdList held[AUTHZ_LEVELS])
{
	AuthzIdList sum = {0};

	for (int level = AUTHZ_LEVEL_MANAGER; level >= AUTHZ_LEVEL_MEMBER; level--)
	{
		if (held[level].n == 0)
		{
			if (level < AUTHZ_LEVEL_MANAGER)
				subject->levels[level] = subject->levels[level + 1];
			continue;
		}
		authz_idlist_append(&sum, &held[level]);
		authz_idlist_free(&held[level]);
		subject->levels[level] = authz_idlist_set(&sum, subject->entry.context);
		subject->last = sum.ids[sum.n - 1];
	}
	authz_idlist_free(&sum);
}

/*
 * So many of the categories that others inherit from are read for who has few
 * himself, and beyond that one for each that he has: where there are more,
 * looking below all that he has is no more work.
 */
#define FEW_HOMES 64

static void
load(AuthzEntry *entry, Snapshot snapshot)
{
	AuthzSubject *subject = (AuthzSubject *) entry;
	AuthzClosure closure = authz_closure_load(entry, snapshot, 1);
	AuthzIdList held[AUTHZ_LEVELS] = {{0}};
	AuthzIdList homes = {0};
	size_t most = FEW_HOMES;
	Datum values[5];
	Datum names;
	Datum turn;
	bool isnull;

	entry->keys[entry->nkeys++] = authz_change_key(AUTHZ_TOPIC_TREE, entry->key.account_id);

	values[0] = closure.principals;
	values[1] = TimestampTzGetDatum(GetCurrentStatementStartTimestamp());
	values[2] = Int64GetDatum(entry->key.principal_id);
	values[3] = Int32GetDatum(entry->key.account_id);
	authz_store_stream(&level_statement, values, NULL, snapshot, read_level, held);
	for (int level = AUTHZ_LEVEL_MEMBER; level < AUTHZ_LEVELS; level++)
		most += held[level].n;
	values[4] = Int64GetDatum((int64) most);
	(void) authz_store_read(&rest_statement, values, NULL, snapshot);

	names = authz_store_value(0, 1, &isnull);
	if (!isnull)
	{
		MemoryContext caller = MemoryContextSwitchTo(entry->context);

		subject->names = DatumGetArrayTypePCopy(names);
		MemoryContextSwitchTo(caller);
	}
	turn = authz_store_value(0, 2, &isnull);
	entry->horizon = isnull ? closure.horizon : Min(closure.horizon, DatumGetTimestampTz(turn));
	subject->counts = authz_store_bool(0, 4);
	homes.ids = authz_array_elements(authz_store_value(0, 3, &isnull), &homes.n);
	if (homes.n > 0)
	{
		bool known = homes.n < most;

		authz_idlist_sort(&homes);
		carry_down(held, known ? &homes : NULL, entry->key.account_id, snapshot);
	}
	build_levels(subject, held);
}

/* What comes to inherit from a category, or ceases to, concerns who has a level there. */
static bool
concerns(const AuthzEntry *entry, AuthzChangeKey key)
{
	const AuthzSubject *subject = (const AuthzSubject *) entry;
	int64 lowest;

	return authz_change_topic(key, &lowest) == AUTHZ_TOPIC_INHERIT &&
		   authz_subject_set_meets(subject->levels[AUTHZ_LEVEL_MEMBER], subject->last, lowest);
}

static void
pack(const AuthzEntry *entry, StringInfo block)
{
	const AuthzSubject *subject = (const AuthzSubject *) entry;

	authz_pack_number(block, subject->counts);
	authz_pack_bytes(block, subject->names, subject->names ? VARSIZE(subject->names) : 0);
	for (int level = AUTHZ_LEVEL_MANAGER; level >= AUTHZ_LEVEL_MEMBER; level--)
	{
		bool same =
			level < AUTHZ_LEVEL_MANAGER && subject->levels[level] == subject->levels[level + 1];

		authz_pack_number(block, same);
		if (!same)
			authz_subject_pack_set(block, subject->levels[level]);
	}
}

static void
unpack(AuthzEntry *entry, AuthzUnpack *block)
{
	AuthzSubject *subject = (AuthzSubject *) entry;

	subject->counts = authz_unpack_number(block) != 0;
	subject->names = authz_unpack_bytes(block);
	for (int level = AUTHZ_LEVEL_MANAGER; level >= AUTHZ_LEVEL_MEMBER; level--)
		subject->levels[level] = authz_unpack_number(block) != 0 ? subject->levels[level + 1]
																 : authz_unpack_bytes(block);
}

AuthzEntryKind authz_subject_kind = {.size = sizeof(AuthzSubject),
									 .load = load,
									 .concerns = concerns,
									 .pack = pack,
									 .unpack = unpack};

static int
compare_text(const void *a, const void *b)
{
	const Datum *left = a;
	const Datum *right = b;

	return DatumGetInt32(DirectFunctionCall2Coll(bttextcmp, C_COLLATION_OID, *left, *right));
}

ArrayType *
authz_subject_common_names(const AuthzSubject *a, const AuthzSubject *b)
{
	Datum *ours;
	Datum *theirs;
	int nours;
	int ntheirs;
	int kept = 0;

	if (a->names == NULL || b->names == NULL)
		return construct_empty_array(TEXTOID);
	deconstruct_array(a->names, TEXTOID, -1, false, TYPALIGN_INT, &ours, NULL, &nours);
	deconstruct_array(b->names, TEXTOID, -1, false, TYPALIGN_INT, &theirs, NULL, &ntheirs);
	qsort(theirs, ntheirs, sizeof(Datum), compare_text);
	for (int i = 0; i < nours; i++)
		if (bsearch(&ours[i], theirs, ntheirs, sizeof(Datum), compare_text) != NULL)
			ours[kept++] = ours[i];
	return construct_array(ours, kept, TEXTOID, -1, false, TYPALIGN_INT);
}
