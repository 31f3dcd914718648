/*
 * policy.c
 *	  The statements that protect a content table.
 *
 * Every name in them is qualified and every operator and function call an exact
 * match of one of PostgreSQL's or ours, because they will be read under the
 * search path of whoever runs them.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "sql/policy.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

/* Arguments ---------------------------------------------------------------- */

char *
authz_policy_permission(const AuthzProtection *protection, const char *verb)
{
	return protection->prefix == NULL ? pstrdup("") : psprintf("%s.%s", protection->prefix, verb);
}

static char *
permission_argument(const AuthzProtection *protection, const char *verb)
{
	return psprintf("%s::pg_catalog.text",
					quote_literal_cstr(authz_policy_permission(protection, verb)));
}

/* Rows that name their account are compared with it, so that the checks need not. */
static char *
account_argument(const AuthzProtection *protection)
{
	return protection->account_column != NULL
			   ? pstrdup("NULL::pg_catalog.int4")
			   : psprintf("%d::pg_catalog.int4", protection->account_id);
}

char *
authz_policy_arguments(const AuthzProtection *protection, const char *verb)
{
	return psprintf("%s, %s", permission_argument(protection, verb), account_argument(protection));
}

static char *
category_argument(const AuthzProtection *protection)
{
	return psprintf("%s::pg_catalog.int8%s", quote_identifier(protection->category),
					protection->is_array ? "[]" : "");
}

/* Conditions ----------------------------------------------------------------- */

/* authz_can_view(category::int8, 'p.view'::text, 1::int4) */
static char *
level_condition(const AuthzProtection *protection, const char *check, const char *verb)
{
	return psprintf("%s.authz_can_%s%s(%s, %s)", protection->schema, check,
					protection->is_array ? "_any" : "", category_argument(protection),
					authz_policy_arguments(protection, verb));
}

/* Adds one way of having a right to the others. */
static void
add_arm(StringInfo arms, const char *condition)
{
	appendStringInfo(arms, "%s%s", arms->len == 0 ? "" : " OR ", condition);
}

/* authz_is_owner(owner::text, 1::int4, 'p.view'::text) */
static void
add_owner(StringInfo arms, const AuthzProtection *protection, const char *verb)
{
	if (protection->owner != NULL)
		add_arm(arms, psprintf("%s.authz_is_owner(%s::pg_catalog.text, %s, %s)", protection->schema,
							   quote_identifier(protection->owner), account_argument(protection),
							   permission_argument(protection, verb)));
}

/* authz_is_among(editors::text[], 1::int4, 'p.view'::text) */
static void
add_people(StringInfo arms, const AuthzProtection *protection, const char *column, const char *verb)
{
	if (column != NULL)
		add_arm(arms,
				psprintf("%s.authz_is_among(%s::pg_catalog.text[], %s, %s)", protection->schema,
						 quote_identifier(column), account_argument(protection),
						 permission_argument(protection, verb)));
}

/* authz_is_named(id::int4, 'sview'::text, 'p.view'::text, 1::int4) */
static void
add_named(StringInfo arms, const AuthzProtection *protection, const char *privilege,
		  const char *verb)
{
	if (protection->key != NULL)
		add_arm(arms,
				psprintf("%s.authz_is_named(%s::%s, %s::pg_catalog.text, %s)", protection->schema,
						 quote_identifier(protection->key), protection->key_type,
						 quote_literal_cstr(privilege), authz_policy_arguments(protection, verb)));
}

/* Rows without a category, where they are for more than their owners. */
static void
add_uncategorized(StringInfo arms, const AuthzProtection *protection, const char *verb)
{
	bool with_user = strcmp(protection->uncategorized, "users") == 0;

	if (strcmp(protection->uncategorized, "owner_only") != 0)
		add_arm(arms,
				psprintf("%s.authz_is_uncategorized(%s) AND (SELECT "
						 "%s.authz_is_anybody(%s, %s))",
						 protection->schema, category_argument(protection), protection->schema,
						 with_user ? "true" : "false", authz_policy_arguments(protection, verb)));
}

/* Who sees a row. */
static char *
view_condition(const AuthzProtection *protection)
{
	StringInfoData arms;

	initStringInfo(&arms);
	add_arm(&arms, level_condition(protection, "view", "view"));
	add_owner(&arms, protection, "view");
	add_people(&arms, protection, protection->editors, "view");
	add_people(&arms, protection, protection->publishers, "view");
	add_people(&arms, protection, protection->viewers, "view");
	add_named(&arms, protection, "sview", "view");
	add_uncategorized(&arms, protection, "view");
	return psprintf("(%s)", arms.data);
}

/* Who changes a row that he sees. Publishers change its categories: where these are, a link table's. */
static char *
update_condition(const AuthzProtection *protection)
{
	StringInfoData arms;

	initStringInfo(&arms);
	add_arm(&arms, level_condition(protection, "moderate", "update"));
	add_owner(&arms, protection, "update");
	add_people(&arms, protection, protection->editors, "update");
	if (protection->link == NULL)
		add_people(&arms, protection, protection->publishers, "update");
	add_named(&arms, protection, "edit", "update");
	return psprintf("(%s)", arms.data);
}

static char *
delete_condition(const AuthzProtection *protection)
{
	StringInfoData arms;

	initStringInfo(&arms);
	add_arm(&arms, level_condition(protection, "manage", "delete"));
	add_owner(&arms, protection, "delete");
	add_named(&arms, protection, "edit", "delete");
	return psprintf("(%s)", arms.data);
}

/* Who adds one: into a link table's categories it comes by a link. */
static char *
insert_condition(const AuthzProtection *protection)
{
	char *adds = psprintf("%s.authz_can_add(%s, %s::pg_catalog.text, %s)", protection->schema,
						  category_argument(protection),
						  protection->owner ? quote_identifier(protection->owner) : "NULL",
						  authz_policy_arguments(protection, "add"));

	return protection->link == NULL
			   ? adds
			   : psprintf("%s AND %s OPERATOR(pg_catalog.=) '{}'::pg_catalog.int8[]", adds,
						  category_argument(protection));
}

/* A session that is limited to one row, or to some categories, has nothing to do with others. */
static char *
within_limit(const AuthzProtection *protection)
{
	char *key = protection->key == NULL
					? pstrdup("NULL::pg_catalog.text")
					: psprintf("%s::%s", quote_identifier(protection->key), protection->key_type);

	return psprintf("%s.authz_is_within(%s, %s)", protection->schema, key,
					quote_identifier(protection->category));
}

/* In a table of several accounts the row must be of the session's. */
static char *
within_account(const AuthzProtection *protection, const char *condition)
{
	if (protection->account_column == NULL)
		return pstrdup(condition);
	return psprintf("%s::pg_catalog.int8 OPERATOR(pg_catalog.=) "
					"(SELECT %s.authz_current_account_id())::pg_catalog.int8 AND %s",
					quote_identifier(protection->account_column), protection->schema, condition);
}

char *
authz_policy_touch_condition(const AuthzProtection *protection, const char *verb)
{
	StringInfoData arms;

	initStringInfo(&arms);
	add_arm(&arms, level_condition(protection, "moderate", verb));
	add_owner(&arms, protection, verb);
	add_people(&arms, protection, protection->editors, verb);
	add_people(&arms, protection, protection->publishers, verb);
	add_named(&arms, protection, "edit", verb);
	return psprintf("(%s)", arms.data);
}

char *
authz_policy_person_condition(const AuthzProtection *protection, const char *verb)
{
	StringInfoData arms;

	initStringInfo(&arms);
	add_owner(&arms, protection, verb);
	add_people(&arms, protection, protection->editors, verb);
	add_people(&arms, protection, protection->publishers, verb);
	return arms.len == 0 ? pstrdup("false") : psprintf("(%s)", arms.data);
}

/* Statements ------------------------------------------------------------------ */

static void
append_policy(StringInfo sql, const AuthzProtection *protection, const char *command,
			  const char *using_condition, const char *check_condition)
{
	char *name = asc_tolower(command, strlen(command));

	appendStringInfo(sql, "CREATE POLICY authz_%s ON %s FOR %s TO PUBLIC", name, protection->table,
					 command);
	if (using_condition != NULL)
		appendStringInfo(sql, "\n\tUSING (%s AND %s)", within_account(protection, using_condition),
						 within_limit(protection));
	if (check_condition != NULL)
		appendStringInfo(sql, "\n\tWITH CHECK (%s AND %s)",
						 within_account(protection, check_condition), within_limit(protection));
	appendStringInfoString(sql, ";\n");
}

static void
append_policies(StringInfo sql, const AuthzProtection *protection)
{
	char *view = view_condition(protection);

	append_policy(sql, protection, "SELECT", view, NULL);
	append_policy(sql, protection, "INSERT", NULL, insert_condition(protection));
	append_policy(sql, protection, "UPDATE",
				  psprintf("%s AND %s", view, update_condition(protection)), view);
	append_policy(sql, protection, "DELETE",
				  psprintf("%s AND %s", view, delete_condition(protection)), NULL);
}

static void
append_field(StringInfo json, const char *name, const char *value)
{
	if (value == NULL)
		return;
	appendStringInfo(json, "%s\"%s\": ", json->len == 1 ? "" : ", ", name);
	escape_json(json, value);
}

/* What the table was protected with, for authz_protected_tables: kept with the policy. */
static char *
description_of(const AuthzProtection *protection)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	if (protection->account_column == NULL)
		append_field(&json, "account_id", psprintf("%d", protection->account_id));
	append_field(&json, "account_column", protection->account_column);
	append_field(&json, "category_column", protection->category);
	append_field(&json, "owner_column", protection->owner);
	append_field(&json, "permission_prefix", protection->prefix);
	append_field(&json, "uncategorized", protection->uncategorized);
	append_field(&json, "key_column", protection->key);
	append_field(&json, "editors_column", protection->editors);
	append_field(&json, "publishers_column", protection->publishers);
	append_field(&json, "viewers_column", protection->viewers);
	append_field(&json, "link", protection->link);
	append_field(&json, "link_key_column", protection->link_key);
	append_field(&json, "link_category_column", protection->link_category);
	append_field(&json, "link_status_column", protection->link_status);
	appendStringInfoChar(&json, '}');
	return json.data;
}

/* Triggers ---------------------------------------------------------------------- */

/* The guard's first look: whether anything differs that it judges. */
typedef struct Watched
{
	StringInfoData columns;
	StringInfoData differs;
} Watched;

/* (OLD.column::type = NEW.column::type) IS NOT TRUE */
static void
watch(Watched *watched, const char *column, const char *as)
{
	const char *name;

	if (column == NULL)
		return;
	name = quote_identifier(column);
	appendStringInfo(&watched->columns, "%s%s", watched->columns.len == 0 ? " OF " : ", ", name);
	appendStringInfo(&watched->differs, "%s(OLD.%s%s OPERATOR(pg_catalog.=) NEW.%s%s) IS NOT TRUE",
					 watched->differs.len == 0 ? "\n\tWHEN (" : " OR ", name, as, name, as);
}

static Watched
watched_columns(const AuthzProtection *protection)
{
	static const char people[] = "::pg_catalog.text[] COLLATE pg_catalog.\"C\"";
	Watched watched;

	initStringInfo(&watched.columns);
	initStringInfo(&watched.differs);

	/* What publishers change is judged column by column. */
	if (protection->publishers != NULL && protection->link == NULL)
		return watched;
	watch(&watched, protection->category,
		  protection->is_array ? "::pg_catalog.int8[]" : "::pg_catalog.int8");
	watch(&watched, protection->owner, "::pg_catalog.text COLLATE pg_catalog.\"C\"");
	watch(&watched, protection->editors, people);
	watch(&watched, protection->publishers, people);
	appendStringInfoChar(&watched.differs, ')');

	/* What follows a link table is updated row by row: to read a condition takes longer than to judge. */
	if (protection->link != NULL)
		resetStringInfo(&watched.differs);
	return watched;
}

static void
append_argument(StringInfo list, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		appendStringInfo(list, "%s%s", list->len == 0 ? "" : ", ",
						 quote_literal_cstr(psprintf("%s=%s", name, value)));
}

static char *
guard_arguments(const AuthzProtection *protection)
{
	StringInfoData list;

	initStringInfo(&list);
	append_argument(&list, "category", protection->category);
	append_argument(&list, "owner", protection->owner);
	append_argument(&list, "editors", protection->editors);
	append_argument(&list, "publishers", protection->publishers);
	append_argument(&list, "key", protection->key);
	append_argument(&list, "permission", authz_policy_permission(protection, "update"));
	if (protection->account_column == NULL)
		append_argument(&list, "account", psprintf("%d", protection->account_id));
	append_argument(&list, "link", protection->link);
	return list.data;
}

static bool
is_partitioned(Oid table)
{
	return get_rel_relkind(table) == RELKIND_PARTITIONED_TABLE;
}

static void
append_table_triggers(StringInfo sql, const AuthzProtection *protection, Oid table)
{
	Watched watched = watched_columns(protection);
	char *name = authz_qualified_table(table);

	if (protection->owner != NULL)
		appendStringInfo(sql,
						 "CREATE TRIGGER authz_fill_owner BEFORE INSERT ON %s\n"
						 "\tFOR EACH ROW EXECUTE FUNCTION %s.authz_fill_owner(%s);\n",
						 name, protection->schema,
						 quote_literal_cstr(psprintf("owner=%s", protection->owner)));
	if (protection->owner != NULL && is_partitioned(table))
		appendStringInfo(sql,
						 "CREATE TRIGGER authz_content_move BEFORE UPDATE OR DELETE ON %s\n"
						 "\tFOR EACH ROW EXECUTE FUNCTION %s.authz_content_move();\n",
						 name, protection->schema);
	appendStringInfo(sql,
					 "CREATE TRIGGER authz_content_guard %s UPDATE%s ON %s\n"
					 "\tFOR EACH ROW%s\n"
					 "\tEXECUTE FUNCTION %s.authz_content_guard(%s);\n",
					 is_partitioned(table) ? "BEFORE" : "AFTER", watched.columns.data, name,
					 watched.differs.data, protection->schema, guard_arguments(protection));
}

/* Partitions get theirs from the table above; children by inheritance do not. */
static void
append_triggers(StringInfo sql, const AuthzProtection *protection)
{
	ListCell *cell;

	append_table_triggers(sql, protection, protection->content);
	if (is_partitioned(protection->content))
		return;
	foreach(cell, find_all_inheritors(protection->content, NoLock, NULL))
		if (lfirst_oid(cell) != protection->content)
			append_table_triggers(sql, protection, lfirst_oid(cell));
}

char *
authz_policy_sql(const AuthzProtection *protection)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "ALTER TABLE %s ENABLE ROW LEVEL SECURITY;\n", protection->table);
	if (protection->force)
		appendStringInfo(&sql, "ALTER TABLE %s FORCE ROW LEVEL SECURITY;\n", protection->table);
	append_policies(&sql, protection);
	appendStringInfo(&sql, "COMMENT ON POLICY authz_select ON %s IS %s;\n", protection->table,
					 quote_literal_cstr(description_of(protection)));
	append_triggers(&sql, protection);
	return sql.data;
}
