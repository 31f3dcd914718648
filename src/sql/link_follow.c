/*
 * link_follow.c
 *	  The triggers that keep the array of a content table in step with its link
 *	  table, whoever changes either.
 *
 * An assignment may be there before its row. So who adds a row, or gives it
 * another key, reads what is assigned to it, locked against change. A caller whom
 * row security binds may not where there is any: what others left for a row to
 * come would be his doing, without his having a say in it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "pure/idset.h"
#include "sql/guard.h"
#include "sql/link_array.h"
#include "sql/link_policy.h"
#include "sql/linked.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* The link table's triggers ---------------------------------------------------- */

/* What stays the same for all rows of a statement. */
typedef struct Link
{
	AuthzLinked *linked;
	AuthzLinkArray *array;
	AuthzLinkColumns columns;
} Link;

static Link *
find_link(FunctionCallInfo fcinfo)
{
	const TriggerData *trigger = (TriggerData *) fcinfo->context;
	Link *link = fcinfo->flinfo->fn_extra;
	MemoryContext caller;

	if (link != NULL)
		return link;
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	link = palloc(sizeof(Link));
	link->linked = authz_linked_of_link(trigger);
	link->array = authz_link_array(link->linked);
	link->columns = authz_linked_columns(link->linked, trigger->tg_relation);
	fcinfo->flinfo->fn_extra = link;
	MemoryContextSwitchTo(caller);
	return link;
}

static bool
counts(const AuthzAssignment *assignment)
{
	return assignment->whole && assignment->status == AUTHZ_LINK_ACTIVE;
}

PG_FUNCTION_INFO_V1(authz_link_follow);

/* authz_link_follow(…): after an assignment was inserted, updated or deleted */
Datum
authz_link_follow(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	AuthzAssignment old = {0};
	AuthzAssignment new = {0};
	HeapTuple added;
	Link *link;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		!TRIGGER_FIRED_AFTER(trigger->tg_event))
		authz_guard_refuse_protocol();
	link = find_link(fcinfo);
	added =
		TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	if (!TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		old = authz_linked_assignment(&link->columns, trigger->tg_relation, trigger->tg_trigtuple);
	if (!TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		new = authz_linked_assignment(&link->columns, trigger->tg_relation, added);

	if (counts(&old) && counts(&new) && authz_linked_same(link->linked, &old, &new))
		return PointerGetDatum(NULL);
	if (counts(&old))
		authz_link_array_remove(link->array, old.key, old.category);
	if (counts(&new))
		authz_link_array_add(link->array, new.key, new.category);
	return PointerGetDatum(NULL);
}

/* What is in one partition goes assignment by assignment. */
static void
empty_part(const Link *link)
{
	const AuthzLinked *linked = link->linked;
	const char *key = quote_identifier(linked->link_key);
	const char *category = quote_identifier(linked->link_category);
	char *sql = psprintf("SELECT l.%s::%s, l.%s::pg_catalog.int8 FROM ONLY %s AS l"
						 " WHERE l.%s IS NOT NULL AND l.%s IS NOT NULL AND %s",
						 key, linked->key_name, category, linked->link_name, key, category,
						 authz_link_counts("l", linked->link_status));
	AuthzActing acting;
	Portal portal;
	bool isnull;

	authz_linked_begin(linked->link_owner, &acting);
	PushActiveSnapshot(GetLatestSnapshot());
	portal = SPI_cursor_open(NULL, SPI_prepare(sql, 0, NULL), NULL, NULL, true);
	PopActiveSnapshot();
	for (SPI_cursor_fetch(portal, true, 1000); SPI_processed > 0;
		 SPI_cursor_fetch(portal, true, 1000))
	{
		for (uint64 i = 0; i < SPI_processed; i++)
			authz_link_array_remove(link->array, authz_store_value(i, 1, &isnull),
									authz_store_int64(i, 2));
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	authz_linked_end(&acting);
}

PG_FUNCTION_INFO_V1(authz_link_truncate);

/* authz_link_truncate(…): after a link table is emptied, before one of its partitions is */
Datum
authz_link_truncate(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event) ||
		!TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
		authz_guard_refuse_protocol();
	if (TRIGGER_FIRED_AFTER(trigger->tg_event))
		authz_link_array_empty(find_link(fcinfo)->array);
	else
		empty_part(find_link(fcinfo));
	return PointerGetDatum(NULL);
}

/* The content table's triggers ---------------------------------------------------- */

typedef struct Content
{
	AuthzLinked *linked;
	AuthzLinkArray *array;
	char *assigned; /* a statement: what is assigned to a row, and whether it counts */
	int key;
	int categories;
	bool binds; /* row security binds the caller */
} Content;

static int
column_number(Relation table, const char *name)
{
	int number = SPI_fnumber(table->rd_att, name);

	if (number <= 0)
		authz_guard_refuse_protocol();
	return number;
}

static char *
assigned_text(const AuthzLinked *linked)
{
	char *key = psprintf("l.%s", quote_identifier(linked->link_key));

	return psprintf("SELECT l.%s::pg_catalog.int8, %s FROM %s AS l"
					" WHERE %s OPERATOR(pg_catalog.=) $1::%s FOR SHARE",
					quote_identifier(linked->link_category),
					authz_link_counts("l", linked->link_status), linked->link_name,
					authz_link_key(key, linked->key_name), linked->key_name);
}

static Content *
find_content(FunctionCallInfo fcinfo)
{
	const TriggerData *trigger = (TriggerData *) fcinfo->context;
	Content *content = fcinfo->flinfo->fn_extra;
	MemoryContext caller;

	if (content != NULL)
		return content;
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	content = palloc(sizeof(Content));
	content->linked = authz_linked_of_content(fcinfo);
	content->array = authz_link_array(content->linked);
	content->assigned = assigned_text(content->linked);
	content->key = column_number(trigger->tg_relation, content->linked->content_key);
	content->categories = column_number(trigger->tg_relation, content->linked->categories);
	content->binds = authz_guard_binds(RelationGetRelid(trigger->tg_relation));
	fcinfo->flinfo->fn_extra = content;
	MemoryContextSwitchTo(caller);
	return content;
}

/* How many assignments there are of the key; those that count are put into the ids. */
static uint64
read_assigned(const Content *content, Datum key, AuthzIds *ids)
{
	MemoryContext caller = CurrentMemoryContext;
	AuthzActing acting;
	uint64 found;

	authz_link_array_claim(content->linked);
	authz_linked_begin(content->linked->link_owner, &acting);
	found = authz_linked_execute(content->assigned, 1, &content->linked->key_type, &key);
	ids->n = 0;
	ids->ids = MemoryContextAlloc(caller, (found + 1) * sizeof(int64));
	for (uint64 i = 0; i < found; i++)
	{
		bool isnull;
		Datum category = authz_store_value(i, 1, &isnull);

		if (!isnull && authz_store_bool(i, 2))
			ids->ids[ids->n++] = DatumGetInt64(category);
	}
	authz_linked_end(&acting);
	ids->n = (int) authz_idset_sort(ids->ids, ids->n);
	return found;
}

static bool
has_ids(const Content *content, HeapTuple row, Relation table, const AuthzIds *ids)
{
	bool isnull;
	Datum value = heap_getattr(row, content->categories, table->rd_att, &isnull);
	Oid type = TupleDescAttr(table->rd_att, content->categories - 1)->atttypid;
	AuthzIds has = authz_ids_of(value, isnull, type);

	return has.n == ids->n && memcmp(has.ids, ids->ids, ids->n * sizeof(int64)) == 0;
}

PG_FUNCTION_INFO_V1(authz_content_follow);

/* authz_content_follow('link=…'): after a row was added, or given another key */
Datum
authz_content_follow(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Content *content;
	HeapTuple row;
	AuthzIds ids;
	bool isnull;
	Datum key;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		!TRIGGER_FIRED_AFTER(trigger->tg_event) || TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		authz_guard_refuse_protocol();
	content = find_content(fcinfo);
	row = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	key = heap_getattr(row, content->key, trigger->tg_relation->rd_att, &isnull);
	if (isnull)
		return PointerGetDatum(NULL);
	if (read_assigned(content, key, &ids) != 0 && content->binds)
		authz_guard_refuse("The link table has assignments of that key already, which its owner "
						   "may delete.");
	if (!has_ids(content, row, trigger->tg_relation, &ids))
		authz_link_array_set(content->array, key, &ids);
	return PointerGetDatum(NULL);
}
