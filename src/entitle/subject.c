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
#include "entitle/subject.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* clang-format off */
/* Levels as numbers, weakest first, from the order of the type. */
#define ORDINAL(level) "array_position(enum_range(NULL, " level "), " level ") - 1"

static AuthzStatement level_statement = {
	.sql = "SELECT " ORDINAL("level") ", array_agg(category_id)"
	"  FROM (SELECT u.category_id, u.level FROM authz.category_user u"
	"         WHERE u.principal_id = ANY ($1) AND u.status = 'active' AND u.level > 'none'"
	"           AND " AUTHZ_SQL_COUNTS("u")
	"        UNION ALL"
	"        SELECT c.category_id, 'manager' FROM authz.category c"
	"         WHERE c.owner_id = ANY ($1)"
	"           AND EXISTS (SELECT FROM authz.category_place p"
	"                        WHERE p.category_id = c.category_id AND p.inheritance = 'manual'))"
	"       AS held"
	" GROUP BY level",
	.nargs = 2,
	.argtypes = {INT8ARRAYOID, TIMESTAMPTZOID},
};

static AuthzStatement rest_statement = {
	.sql = "SELECT (SELECT array_agg(p.user_id ORDER BY p.principal_id <> $3, p.user_id)"
	"                 FROM authz.principal p"
	"                WHERE p.principal_id = ANY ($1) AND p.account_id = $4),"
	"        (SELECT min(least(" AUTHZ_SQL_TURN("u") ")) FROM authz.category_user u"
	"          WHERE u.principal_id = ANY ($1) AND " AUTHZ_SQL_LIMITED("u") "),"
	"        EXISTS (SELECT FROM authz.category_place"
	"                 WHERE account_id = $4 AND inheritance = 'inherit')",
	.nargs = 4,
	.argtypes = {INT8ARRAYOID, TIMESTAMPTZOID, INT8OID, INT4OID},
};

static AuthzStatement reach_statement = {
	.sql = "WITH RECURSIVE reach(category_id, level) AS ("
	"  SELECT * FROM unnest($1, $2)"
	"  UNION ALL"
	"  SELECT p.category_id, r.level FROM reach r"
	"    JOIN authz.category_place p ON p.parent_id = r.category_id"
	"   WHERE p.inheritance = 'inherit')"
	" SELECT level, array_agg(category_id) FROM reach GROUP BY level",
	.nargs = 2,
	.argtypes = {INT8ARRAYOID, INT4ARRAYOID},
};
/* clang-format on */

/* Categories by the exact level held, as they are read. */
typedef struct Held
{
	int64 *ids;
	size_t n;
} Held;

static AuthzIdSet *
build_set(MemoryContext context, int64 *ids, size_t n)
{
	n = authz_idset_sort(ids, n);
	return authz_idset_build(MemoryContextAllocHuge(context, authz_idset_size(ids, n)), ids, n);
}

AuthzIdSet *
authz_subject_read_set(MemoryContext context, int column)
{
	bool isnull;
	Datum array = authz_store_value(0, column, &isnull);
	size_t n;
	int64 *ids;

	if (isnull)
		return NULL;
	ids = authz_array_elements(array, &n);
	return build_set(context, ids, n);
}

void
authz_subject_pack_set(StringInfo block, const AuthzIdSet *set)
{
	authz_pack_bytes(block, set, set ? authz_idset_bytes(set) : 0);
}

static void
read_held(uint64 found, Held held[AUTHZ_LEVELS])
{
	bool isnull;

	memset(held, 0, AUTHZ_LEVELS * sizeof(Held));
	for (uint64 row = 0; row < found; row++)
	{
		int level = DatumGetInt32(authz_store_value(row, 1, &isnull));

		if (level > AUTHZ_LEVEL_NONE && level < AUTHZ_LEVELS)
			held[level].ids =
				authz_array_elements(authz_store_value(row, 2, &isnull), &held[level].n);
	}
}

/* Adds the categories that inherit from those that are held. */
static void
carry_down(Held held[AUTHZ_LEVELS], Snapshot snapshot)
{
	size_t n = 0;
	size_t at = 0;
	Datum *ids;
	Datum *levels;
	Datum values[2];

	for (int level = AUTHZ_LEVEL_MEMBER; level < AUTHZ_LEVELS; level++)
		n += held[level].n;
	ids = MemoryContextAllocHuge(CurrentMemoryContext, (n + 1) * sizeof(Datum));
	levels = MemoryContextAllocHuge(CurrentMemoryContext, (n + 1) * sizeof(Datum));
	for (int level = AUTHZ_LEVEL_MEMBER; level < AUTHZ_LEVELS; level++)
	{
		for (size_t i = 0; i < held[level].n; i++)
		{
			ids[at] = Int64GetDatum(held[level].ids[i]);
			levels[at++] = Int32GetDatum(level);
		}
	}
	values[0] = PointerGetDatum(
		construct_array(ids, (int) n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	values[1] = PointerGetDatum(
		construct_array(levels, (int) n, INT4OID, sizeof(int32), true, TYPALIGN_INT));
	read_held(authz_store_read(&reach_statement, values, NULL, snapshot), held);
}

/* A level includes the weaker ones. */
static void
build_levels(AuthzSubject *subject, const Held held[AUTHZ_LEVELS])
{
	MemoryContext context = subject->entry.context;

	for (int level = AUTHZ_LEVEL_MEMBER; level < AUTHZ_LEVELS; level++)
	{
		size_t n = 0;
		int64 *ids;

		for (int stronger = level; stronger < AUTHZ_LEVELS; stronger++)
			n += held[stronger].n;
		if (n == 0)
			continue;
		ids = MemoryContextAllocHuge(CurrentMemoryContext, n * sizeof(int64));
		n = 0;
		for (int stronger = level; stronger < AUTHZ_LEVELS; stronger++)
		{
			memcpy(ids + n, held[stronger].ids, held[stronger].n * sizeof(int64));
			n += held[stronger].n;
		}
		subject->levels[level] = build_set(context, ids, n);
		pfree(ids);
	}
}

static void
load(AuthzEntry *entry, Snapshot snapshot)
{
	AuthzSubject *subject = (AuthzSubject *) entry;
	AuthzClosure closure = authz_closure_load(entry, snapshot, 1);
	Held held[AUTHZ_LEVELS];
	Datum values[4];
	Datum names;
	Datum turn;
	bool isnull;

	entry->keys[entry->nkeys++] = authz_change_key(AUTHZ_TOPIC_TREE, entry->key.account_id);

	values[0] = closure.principals;
	values[1] = TimestampTzGetDatum(GetCurrentStatementStartTimestamp());
	values[2] = Int64GetDatum(entry->key.principal_id);
	values[3] = Int32GetDatum(entry->key.account_id);
	read_held(authz_store_read(&level_statement, values, NULL, snapshot), held);
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
	if (authz_store_bool(0, 3))
		carry_down(held, snapshot);
	build_levels(subject, held);
}

static void
pack(const AuthzEntry *entry, StringInfo block)
{
	const AuthzSubject *subject = (const AuthzSubject *) entry;

	authz_pack_bytes(block, subject->names, subject->names ? VARSIZE(subject->names) : 0);
	for (int level = AUTHZ_LEVEL_MEMBER; level <= AUTHZ_LEVEL_MANAGER; level++)
		authz_subject_pack_set(block, subject->levels[level]);
}

static void
unpack(AuthzEntry *entry, AuthzUnpack *block)
{
	AuthzSubject *subject = (AuthzSubject *) entry;

	subject->names = authz_unpack_bytes(block);
	for (int level = AUTHZ_LEVEL_MEMBER; level <= AUTHZ_LEVEL_MANAGER; level++)
		subject->levels[level] = authz_unpack_bytes(block);
}

AuthzEntryKind authz_subject_kind = {.size = sizeof(AuthzSubject),
									 .load = load,
									 .pack = pack,
									 .unpack = unpack};

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
	for (int i = 0; i < nours; i++)
	{
		for (int k = 0; k < ntheirs; k++)
		{
			if (DatumGetBool(DirectFunctionCall2Coll(texteq, C_COLLATION_OID, ours[i], theirs[k])))
			{
				ours[kept++] = ours[i];
				break;
			}
		}
	}
	return construct_array(ours, kept, TEXTOID, -1, false, TYPALIGN_INT);
}
