/*
 * link_policy.c
 *	  The statements that protect a link table, and keep an array of the content
 *	  table in step with it.
 *
 * In a policy of the link table its own columns are named with schema and table,
 * since bare names are those of the content table, which a subquery reads under
 * the row security of whoever asks.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "sql/link_policy.h"
#include "sql/policy.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* Names -------------------------------------------------------------------- */

char *
authz_link_key(const char *reference, const char *key_type)
{
	bool is_text = strcmp(key_type, "pg_catalog.text") == 0;

	return psprintf("%s%s", reference, is_text ? "::pg_catalog.text" : "");
}

char *
authz_link_counts(const char *alias, const char *status)
{
	if (status == NULL)
		return pstrdup("true");
	return psprintf("pg_catalog.lower(%s.%s::pg_catalog.text COLLATE pg_catalog.\"C\") "
					"OPERATOR(pg_catalog.=) 'active'::pg_catalog.text",
					alias, quote_identifier(status));
}

/* schema.link.column */
static char *
link_column(const AuthzProtection *protection, const char *column)
{
	return psprintf("%s.%s", protection->link, quote_identifier(column));
}

/* c.key, as the content table has it */
static char *
content_key(const AuthzProtection *protection)
{
	return authz_link_key(psprintf("c.%s", quote_identifier(protection->key)),
						  protection->key_type);
}

/* The collations of two text columns may differ: it is the content table's, as its index has it. */
static char *
key_collation(const AuthzProtection *protection)
{
	Form_pg_collation collation;
	HeapTuple tuple;
	int32 typmod;
	Oid type;
	Oid oid;
	char *name;

	get_atttypetypmodcoll(protection->content, get_attnum(protection->content, protection->key),
						  &type, &typmod, &oid);
	if (!OidIsValid(oid))
		return pstrdup("");
	tuple = SearchSysCache1(COLLOID, ObjectIdGetDatum(oid));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for collation %u", oid);
	collation = (Form_pg_collation) GETSTRUCT(tuple);
	name = quote_qualified_identifier(get_namespace_name(collation->collnamespace),
									  NameStr(collation->collname));
	ReleaseSysCache(tuple);
	return psprintf(" COLLATE %s", name);
}

/* Conditions ------------------------------------------------------------------ */

/* authz_can_moderate(schema.link.category::int8, 'p.view'::text, 1::int4) */
static char *
level_condition(const AuthzProtection *protection, const char *check, const char *verb)
{
	return psprintf("%s.authz_can_%s(%s::pg_catalog.int8, %s)", protection->schema, check,
					link_column(protection, protection->link_category),
					authz_policy_arguments(protection, verb));
}

/* Whether the assignment's row is seen and answers to the condition. */
static char *
row_condition(const AuthzProtection *protection, const char *condition)
{
	return psprintf("EXISTS (SELECT FROM %s AS c WHERE %s OPERATOR(pg_catalog.=) %s::%s%s%s%s)",
					protection->table, content_key(protection),
					link_column(protection, protection->link_key), protection->key_type,
					key_collation(protection), condition == NULL ? "" : " AND ",
					condition == NULL ? "" : condition);
}

static char *
view_condition(const AuthzProtection *protection)
{
	return psprintf("(%s OR %s)", level_condition(protection, "moderate", "view"),
					row_condition(protection, NULL));
}

/*
 * Who moderates its category, or for whom the row, which he sees, answers to the
 * condition. What is seen takes the permission to view.
 */
static char *
touch_condition(const AuthzProtection *protection, const char *condition)
{
	char *moderates = level_condition(protection, "moderate", "update");

	if (protection->prefix != NULL)
		moderates =
			psprintf("%s AND %s", level_condition(protection, "moderate", "view"), moderates);
	return psprintf("(%s OR %s)", moderates, row_condition(protection, condition));
}

/* Who changes an assignment: the trigger judges what of it. */
static char *
update_condition(const AuthzProtection *protection)
{
	return touch_condition(protection, authz_policy_touch_condition(protection, "update"));
}

/* What is in no category of the account may be taken away by whoever may change the row. */
static char *
delete_condition(const AuthzProtection *protection)
{
	char *may = psprintf("(%s OR %s.authz_is_uncategorized(%s::pg_catalog.int8) AND %s)",
						 authz_policy_person_condition(protection, "update"), protection->schema,
						 link_column(protection, protection->link_category),
						 authz_policy_touch_condition(protection, "update"));

	return touch_condition(protection, may);
}

static char *
insert_condition(const AuthzProtection *protection)
{
	return psprintf("%s AND %s", level_condition(protection, "contribute", "update"),
					row_condition(protection, authz_policy_touch_condition(protection, "update")));
}

/* Policies ---------------------------------------------------------------------- */

static void
append_policy(StringInfo sql, const AuthzProtection *protection, const char *command,
			  const char *using_condition, const char *check_condition)
{
	char *within = psprintf("%s.authz_is_within(%s::%s, %s)", protection->schema,
							link_column(protection, protection->link_key), protection->key_type,
							link_column(protection, protection->link_category));

	appendStringInfo(sql, "CREATE POLICY authz_%s ON %s FOR %s TO PUBLIC",
					 asc_tolower(command, strlen(command)), protection->link, command);
	if (using_condition != NULL)
		appendStringInfo(sql, "\n\tUSING (%s AND %s)", using_condition, within);
	if (check_condition != NULL)
		appendStringInfo(sql, "\n\tWITH CHECK (%s AND %s)", check_condition, within);
	appendStringInfoString(sql, ";\n");
}

static void
append_policies(StringInfo sql, const AuthzProtection *protection)
{
	char *update = update_condition(protection);

	append_policy(sql, protection, "SELECT", view_condition(protection), NULL);
	append_policy(sql, protection, "INSERT", NULL, insert_condition(protection));
	append_policy(sql, protection, "UPDATE", update, update);
	append_policy(sql, protection, "DELETE", delete_condition(protection), NULL);
}

/* Triggers ------------------------------------------------------------------------ */

static void
append_argument(StringInfo list, const char *name, const char *value)
{
	if (value != NULL)
		appendStringInfo(list, "%s%s", list->len == 0 ? "" : ", ",
						 quote_literal_cstr(psprintf("%s=%s", name, value)));
}

/* What the triggers of the link table are told: all that is known of both. */
static char *
link_arguments(const AuthzProtection *protection)
{
	StringInfoData list;

	initStringInfo(&list);
	append_argument(&list, "key", protection->link_key);
	append_argument(&list, "category", protection->link_category);
	append_argument(&list, "status", protection->link_status);
	append_argument(&list, "content", protection->table);
	append_argument(&list, "content_key", protection->key);
	append_argument(&list, "categories", protection->category);
	append_argument(&list, "owner", protection->owner);
	append_argument(&list, "editors", protection->editors);
	append_argument(&list, "publishers", protection->publishers);
	append_argument(&list, "prefix", protection->prefix);
	append_argument(&list, "account_column", protection->account_column);
	if (protection->account_column == NULL)
		append_argument(&list, "account", psprintf("%d", protection->account_id));
	return list.data;
}

static void
append_trigger(StringInfo sql, const AuthzProtection *protection, const char *name,
			   const char *when, const char *table, const char *each, const char *function,
			   const char *arguments)
{
	appendStringInfo(sql,
					 "CREATE TRIGGER %s %s ON %s\n"
					 "\tFOR EACH %s\n"
					 "\tEXECUTE FUNCTION %s.%s(%s);\n",
					 name, when, table, each, protection->schema, function, arguments);
}

/* A partition that is emptied by itself tells nobody above it. */
static void
append_truncate_triggers(StringInfo sql, const AuthzProtection *protection, Oid link,
						 const char *arguments)
{
	ListCell *cell;

	append_trigger(sql, protection, "authz_link_truncate", "AFTER TRUNCATE", protection->link,
				   "STATEMENT", "authz_link_truncate", arguments);
	foreach(cell, find_all_inheritors(link, NoLock, NULL))
		if (lfirst_oid(cell) != link && get_rel_relkind(lfirst_oid(cell)) == RELKIND_RELATION)
			append_trigger(sql, protection, "authz_link_truncate", "BEFORE TRUNCATE",
						   authz_qualified_table(lfirst_oid(cell)), "STATEMENT",
						   "authz_link_truncate", arguments);
}

static void
append_link_triggers(StringInfo sql, const AuthzProtection *protection, Oid link)
{
	char *arguments = link_arguments(protection);

	append_trigger(sql, protection, "authz_link_guard", "BEFORE INSERT OR UPDATE", protection->link,
				   "ROW", "authz_link_guard", arguments);
	append_trigger(sql, protection, "authz_link_follow", "AFTER INSERT OR UPDATE OR DELETE",
				   protection->link, "ROW", "authz_link_follow", arguments);
	append_truncate_triggers(sql, protection, link, arguments);
}

/*
 * Assignments may be there before the row that they are of, or when it is given
 * another key: by the statement; what a trigger makes of it is the owner's doing.
 * Triggers fire by their names: capitals, before those of foreign keys (RI_…),
 * which take the assignments along.
 */
static void
append_content_triggers(StringInfo sql, const AuthzProtection *protection)
{
	char *argument = quote_literal_cstr(psprintf("link=%s", protection->link));
	const char *key = quote_identifier(protection->key);
	char *moves = psprintf("ROW WHEN ((%s OPERATOR(pg_catalog.=) %s) IS NOT TRUE)",
						   authz_link_key(psprintf("OLD.%s", key), protection->key_type),
						   authz_link_key(psprintf("NEW.%s", key), protection->key_type));

	append_trigger(sql, protection, "authz_content_follow", "AFTER INSERT", protection->table,
				   "ROW", "authz_content_follow", argument);
	append_trigger(sql, protection, "\"AUTHZ_content_follow\"", psprintf("AFTER UPDATE OF %s", key),
				   protection->table, moves, "authz_content_follow", argument);
}

char *
authz_link_sql(const AuthzProtection *protection, Oid link)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "ALTER TABLE %s ENABLE ROW LEVEL SECURITY;\n", protection->link);
	if (protection->force)
		appendStringInfo(&sql, "ALTER TABLE %s FORCE ROW LEVEL SECURITY;\n", protection->link);
	append_policies(&sql, protection);
	append_link_triggers(&sql, protection, link);
	append_content_triggers(&sql, protection);
	return sql.data;
}

/* The array ------------------------------------------------------------------------- */

char *
authz_link_fill_sql(const AuthzProtection *protection)
{
	const char *array = quote_identifier(protection->category);
	char *key = authz_link_key(psprintf("l.%s", quote_identifier(protection->link_key)),
							   protection->key_type);
	Oid type =
		get_atttype(protection->content, get_attnum(protection->content, protection->category));
	const char *element = type == INT4ARRAYOID ? "pg_catalog.int4" : "pg_catalog.int8";

	return psprintf(
		"UPDATE %s AS c SET %s = f.ids\n"
		"\tFROM (SELECT %s AS key, coalesce(g.ids, '{}'::%s[]) AS ids\n"
		"\t\tFROM %s AS c LEFT JOIN (\n"
		"\t\t\tSELECT %s AS key, pg_catalog.array_agg(l.%s::%s) AS ids FROM %s AS l\n"
		"\t\t\tWHERE l.%s IS NOT NULL AND %s GROUP BY 1) AS g\n"
		"\t\tON %s OPERATOR(pg_catalog.=) g.key%s) AS f\n"
		"\tWHERE %s OPERATOR(pg_catalog.=) f.key\n"
		"\t\tAND (c.%s OPERATOR(pg_catalog.@>) f.ids AND c.%s OPERATOR(pg_catalog.<@) f.ids)"
		" IS NOT TRUE",
		protection->table, array, content_key(protection), element, protection->table, key,
		quote_identifier(protection->link_category), element, protection->link,
		quote_identifier(protection->link_category),
		authz_link_counts("l", protection->link_status), content_key(protection),
		key_collation(protection), content_key(protection), array, array);
}
