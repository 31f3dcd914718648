/*
 * protection.c
 *	  How a content table is to be protected, and the statements that do it.
 *
 * Every name in the statements is qualified and every operator and function
 * call an exact match, because they will be read under the search path of
 * whoever runs them.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/tablecmds.h"
#include "compat.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pure/permission.h"
#include "sql/argument.h"
#include "sql/protection.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

/* Arguments ------------------------------------------------------------ */

static char *
name_argument(FunctionCallInfo fcinfo, int n)
{
	char *name;

	if (PG_ARGISNULL(n))
		return NULL;
	name = pstrdup(NameStr(*PG_GETARG_NAME(n)));
	return *name == '\0' ? NULL : name;
}

/* The column's number; 42703 unless it is there and of one of the types. */
static AttrNumber
check_column(const AuthzProtection *protection, const char *column, const Oid *types, int ntypes,
			 const char *hint)
{
	AttrNumber number = get_attnum(protection->content, column);
	Oid type;

	if (number <= 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("column \"%s\" does not exist", column)));
	type = get_atttype(protection->content, number);
	if (get_attgenerated(protection->content, number) != '\0' &&
		get_rel_relkind(protection->content) == RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("column \"%s\" is generated, in a partitioned table", column),
						errhint("What moves to another partition is not judged after it is "
								"computed.")));
	for (int i = 0; i < ntypes; i++)
		if (type == types[i])
			return number;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("column \"%s\" has the wrong type", column), errhint("%s", hint)));
}

static void
check_columns(AuthzProtection *protection)
{
	static const Oid integers[] = {INT2OID, INT4OID, INT8OID};
	static const Oid arrays[] = {INT4ARRAYOID, INT8ARRAYOID};
	static const Oid texts[] = {TEXTOID, VARCHAROID};
	AttrNumber category;

	if (protection->category == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("no category column is named")));
	category = get_attnum(protection->content, protection->category);
	for (int i = 0; category > 0 && i < lengthof(arrays); i++)
		if (get_atttype(protection->content, category) == arrays[i])
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
							errmsg("category columns of an array type are not supported")));
	(void) check_column(protection, protection->category, integers, lengthof(integers),
						"A category column is smallint, int or bigint.");
	if (protection->owner != NULL)
		(void) check_column(protection, protection->owner, texts, lengthof(texts),
							"An owner column is text or varchar.");
	if (protection->account_column != NULL)
		(void) check_column(protection, protection->account_column, integers, lengthof(integers),
							"An account column is smallint, int or bigint.");
	if (protection->key != NULL && get_attnum(protection->content, protection->key) <= 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("column \"%s\" does not exist", protection->key)));
}

static void
check_prefix(const AuthzProtection *protection)
{
	if (protection->prefix != NULL &&
		!authz_permission_is_name(psprintf("%s.update", protection->prefix)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid permission prefix \"%s\"", protection->prefix),
						errhint("It is words of letters, digits, _ and -, joined by dots.")));
}

static void
check_uncategorized(AuthzProtection *protection)
{
	static const char *const words[] = {"owner_only", "users", "everyone"};
	const char *given = protection->uncategorized ? protection->uncategorized : words[0];

	for (int i = 0; i < lengthof(words); i++)
	{
		if (pg_strcasecmp(given, words[i]) == 0)
		{
			protection->uncategorized = pstrdup(words[i]);
			return;
		}
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("invalid value \"%s\" for uncategorized", given),
					errhint("It is one of owner_only, users and everyone.")));
}

void
authz_protection_check_table(Oid content)
{
	char kind = get_rel_relkind(content);

	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("only tables and partitioned tables can be protected")));
	if (!authz_owns_table(content, GetUserId()))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
						errhint("A table is protected by its owner.")));
}

/* The table and authz's functions by their full names, whatever the search path. */
char *
authz_qualified_table(Oid table)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(table)),
									  get_rel_name(table));
}

static char *
schema_of(FunctionCallInfo fcinfo)
{
	Oid schema = get_func_namespace(fcinfo->flinfo->fn_oid);

	return pstrdup(quote_identifier(get_namespace_name(schema)));
}

AuthzProtection
authz_protection_read(FunctionCallInfo fcinfo, const AuthzDoor *door)
{
	AuthzProtection protection = {0};

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("no table is named")));
	protection.content = PG_GETARG_OID(0);
	if (get_rel_name(protection.content) == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("there is no such table")));
	protection.table = authz_qualified_table(protection.content);
	protection.schema = schema_of(fcinfo);
	protection.category = name_argument(fcinfo, 1);
	protection.owner = name_argument(fcinfo, 2);
	protection.prefix = authz_argument_text(fcinfo, 3);
	protection.uncategorized = authz_argument_text(fcinfo, 4);
	protection.key = name_argument(fcinfo, 5);
	protection.account_column = name_argument(fcinfo, 6);
	protection.account_id = PG_ARGISNULL(7) ? door->account_id : PG_GETARG_INT32(7);
	for (int i = 8; i <= 10; i++)
		if (name_argument(fcinfo, i) != NULL)
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
							errmsg("editors, publishers and viewers are not supported")));
	protection.force = PG_ARGISNULL(11) || PG_GETARG_BOOL(11);

	authz_protection_check_table(protection.content);
	check_columns(&protection);
	check_uncategorized(&protection);
	check_prefix(&protection);
	if (protection.account_id != door->account_id)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
						errhint("A table is protected for the account that is acted for.")));
	return protection;
}

/* The text ---------------------------------------------------------------- */

static char *
permission_of(const AuthzProtection *protection, const char *verb)
{
	return protection->prefix == NULL ? pstrdup("") : psprintf("%s.%s", protection->prefix, verb);
}

/* The account argument of the checks: rows that name their account are compared with it. */
static char *
account_argument(const AuthzProtection *protection)
{
	return protection->account_column != NULL
			   ? pstrdup("NULL::pg_catalog.int4")
			   : psprintf("%d::pg_catalog.int4", protection->account_id);
}

/*
 * Text, function calls and operators are written so that each matches one of
 * PostgreSQL's or ours exactly: whatever else is found in a schema, it is not
 * what is meant.
 */
static char *
permission_argument(const AuthzProtection *protection, const char *permission)
{
	return psprintf("%s::pg_catalog.text",
					quote_literal_cstr(permission_of(protection, permission)));
}

static char *
category_argument(const AuthzProtection *protection)
{
	return psprintf("%s::pg_catalog.int8", quote_identifier(protection->category));
}

/* authz_can_view(category::int8, 'p.view'::text, 1::int4) */
static char *
check_call(const AuthzProtection *protection, const char *verb, const char *permission)
{
	return psprintf("%s.authz_can_%s(%s, %s, %s)", protection->schema, verb,
					category_argument(protection), permission_argument(protection, permission),
					account_argument(protection));
}

/* authz_is_owner(owner::text, 1::int4, 'p.view'::text) */
static char *
owner_condition(const AuthzProtection *protection, const char *permission)
{
	if (protection->owner == NULL)
		return NULL;
	return psprintf("%s.authz_is_owner(%s::pg_catalog.text, %s, %s)", protection->schema,
					quote_identifier(protection->owner), account_argument(protection),
					permission_argument(protection, permission));
}

static char *
either(const char *first, const char *second)
{
	return second == NULL ? pstrdup(first) : psprintf("(%s OR %s)", first, second);
}

/* In a table of several accounts the row must be of the session's. */
static char *
within_account(const AuthzProtection *protection, const char *condition)
{
	if (protection->account_column == NULL)
		return pstrdup(condition);
	return psprintf("(%s::pg_catalog.int8 OPERATOR(pg_catalog.=) "
					"(SELECT %s.authz_current_account_id())::pg_catalog.int8 AND %s)",
					quote_identifier(protection->account_column), protection->schema, condition);
}

/* Rows without a category, where they are for more than their owners. */
static char *
uncategorized_condition(const AuthzProtection *protection, const char *permission)
{
	bool with_user = strcmp(protection->uncategorized, "users") == 0;

	if (strcmp(protection->uncategorized, "owner_only") == 0)
		return NULL;
	return psprintf("%s.authz_is_uncategorized(%s) AND (SELECT %s.authz_is_anybody(%s, %s, %s))",
					protection->schema, category_argument(protection), protection->schema,
					with_user ? "true" : "false", permission_argument(protection, permission),
					account_argument(protection));
}

static char *
view_condition(const AuthzProtection *protection, const char *permission)
{
	char *condition =
		either(check_call(protection, "view", permission), owner_condition(protection, permission));
	char *uncategorized = uncategorized_condition(protection, permission);

	if (uncategorized != NULL)
		condition = psprintf("(%s OR %s)", condition, uncategorized);
	return condition;
}

/* What is seen and, by its owner or by this level, may be touched. */
static char *
touch_condition(const AuthzProtection *protection, const char *verb, const char *permission)
{
	return psprintf(
		"%s AND %s", view_condition(protection, "view"),
		either(check_call(protection, verb, permission), owner_condition(protection, permission)));
}

static void
append_policy(StringInfo sql, const AuthzProtection *protection, const char *command,
			  const char *using_condition, const char *check_condition)
{
	char *name = asc_tolower(command, strlen(command));

	appendStringInfo(sql, "CREATE POLICY authz_%s ON %s FOR %s TO PUBLIC", name, protection->table,
					 command);
	if (using_condition != NULL)
		appendStringInfo(sql, "\n\tUSING (%s)", within_account(protection, using_condition));
	if (check_condition != NULL)
		appendStringInfo(sql, "\n\tWITH CHECK (%s)", within_account(protection, check_condition));
	appendStringInfoString(sql, ";\n");
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
	appendStringInfoChar(&json, '}');
	return json.data;
}

/* (OLD.column::type = NEW.column::type) IS NOT TRUE: a first look, before the trigger is called */
static char *
differs(const char *column, const char *as)
{
	return psprintf("(OLD.%s%s OPERATOR(pg_catalog.=) NEW.%s%s) IS NOT TRUE", column, as, column,
					as);
}

static bool
is_partitioned(Oid table)
{
	return get_rel_relkind(table) == RELKIND_PARTITIONED_TABLE;
}

static void
append_table_triggers(StringInfo sql, const AuthzProtection *protection, Oid table)
{
	const char *category = quote_identifier(protection->category);
	const char *owner = protection->owner ? quote_identifier(protection->owner) : NULL;
	char *name = authz_qualified_table(table);

	if (owner != NULL)
		appendStringInfo(sql,
						 "CREATE TRIGGER authz_fill_owner BEFORE INSERT ON %s\n"
						 "\tFOR EACH ROW EXECUTE FUNCTION %s.authz_fill_owner(%s);\n",
						 name, protection->schema, quote_literal_cstr(protection->owner));
	appendStringInfo(
		sql,
		"CREATE TRIGGER authz_content_guard %s UPDATE OF %s%s%s ON %s\n"
		"\tFOR EACH ROW WHEN (%s%s%s)\n"
		"\tEXECUTE FUNCTION %s.authz_content_guard(%s, %s, %s, %s);\n",
		is_partitioned(table) ? "BEFORE" : "AFTER", category, owner ? ", " : "", owner ? owner : "",
		name, differs(category, "::pg_catalog.int8"), owner ? " OR " : "",
		owner ? differs(owner, "::pg_catalog.text COLLATE pg_catalog.\"C\"") : "",
		protection->schema, quote_literal_cstr(protection->owner ? protection->owner : ""),
		quote_literal_cstr(protection->category),
		quote_literal_cstr(permission_of(protection, "update")),
		protection->account_column != NULL
			? "''"
			: quote_literal_cstr(psprintf("%d", protection->account_id)));
}

/* Partitions get theirs from the table above; children by inheritance do not. */
static void
append_triggers(StringInfo sql, const AuthzProtection *protection, Oid table)
{
	ListCell *cell;

	append_table_triggers(sql, protection, table);
	if (is_partitioned(table))
		return;
	foreach(cell, find_all_inheritors(table, NoLock, NULL))
		if (lfirst_oid(cell) != table)
			append_table_triggers(sql, protection, lfirst_oid(cell));
}

char *
authz_protection_sql(const AuthzProtection *protection)
{
	const char *owner = protection->owner != NULL ? quote_identifier(protection->owner) : NULL;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "ALTER TABLE %s ENABLE ROW LEVEL SECURITY;\n", protection->table);
	if (protection->force)
		appendStringInfo(&sql, "ALTER TABLE %s FORCE ROW LEVEL SECURITY;\n", protection->table);
	append_policy(&sql, protection, "SELECT", view_condition(protection, "view"), NULL);
	append_policy(&sql, protection, "INSERT", NULL,
				  psprintf("%s.authz_can_add(%s, %s::pg_catalog.text, %s, %s)", protection->schema,
						   category_argument(protection), owner ? owner : "NULL",
						   permission_argument(protection, "add"), account_argument(protection)));
	append_policy(&sql, protection, "UPDATE", touch_condition(protection, "moderate", "update"),
				  view_condition(protection, "view"));
	append_policy(&sql, protection, "DELETE", touch_condition(protection, "manage", "delete"),
				  NULL);
	appendStringInfo(&sql, "COMMENT ON POLICY authz_select ON %s IS %s;\n", protection->table,
					 quote_literal_cstr(description_of(protection)));
	append_triggers(&sql, protection, protection->content);
	return sql.data;
}
