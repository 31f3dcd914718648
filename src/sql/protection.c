/*
 * protection.c
 *	  How a content table is to be protected.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "commands/tablecmds.h"
#include "compat.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/bitmapset.h"
#include "pure/permission.h"
#include "sql/argument.h"
#include "sql/ids.h"
#include "sql/protection.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* Columns -------------------------------------------------------------- */

char *
authz_protection_column(FunctionCallInfo fcinfo, int n)
{
	char *name;

	if (n < 0 || PG_ARGISNULL(n))
		return NULL;
	name = pstrdup(NameStr(*PG_GETARG_NAME(n)));
	return *name == '\0' ? NULL : name;
}

Oid
authz_protection_column_type(Oid table, const char *column)
{
	AttrNumber number = get_attnum(table, column);

	if (number <= 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("column \"%s\" does not exist", column)));
	return get_atttype(table, number);
}

void
authz_protection_refuse_type(const char *column, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("column \"%s\" has the wrong type", column), errhint("%s", hint)));
}

/* Of a partitioned table, what moves to another partition is judged before it is computed. */
static void
check_computed(const AuthzProtection *protection, const char *column)
{
	if (get_attgenerated(protection->content, get_attnum(protection->content, column)) != '\0' &&
		get_rel_relkind(protection->content) == RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("column \"%s\" is generated, in a partitioned table", column),
						errhint("What moves to another partition is not judged after it is "
								"computed.")));
}

static void
check_column(const AuthzProtection *protection, const char *column, const Oid *types, int ntypes,
			 const char *hint)
{
	Oid type;

	if (column == NULL)
		return;
	type = authz_protection_column_type(protection->content, column);
	check_computed(protection, column);
	for (int i = 0; i < ntypes; i++)
		if (type == types[i])
			return;
	authz_protection_refuse_type(column, hint);
}

static void
check_category(AuthzProtection *protection)
{
	if (protection->category == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("no category column is named")));
	if (!authz_ids_type(authz_protection_column_type(protection->content, protection->category),
						&protection->is_array))
		authz_protection_refuse_type(
			protection->category,
			"A category column is smallint, int or bigint, or an array of one.");
	check_computed(protection, protection->category);
}

static void
check_columns(AuthzProtection *protection)
{
	static const Oid integers[] = {INT2OID, INT4OID, INT8OID};
	static const Oid texts[] = {TEXTOID, VARCHAROID};
	static const Oid lists[] = {TEXTARRAYOID, VARCHARARRAYOID};
	const char *people[] = {protection->editors, protection->publishers, protection->viewers};

	check_category(protection);
	check_column(protection, protection->owner, texts, lengthof(texts),
				 "An owner column is text or varchar.");
	check_column(protection, protection->account_column, integers, lengthof(integers),
				 "An account column is smallint, int or bigint.");
	for (int i = 0; i < lengthof(people); i++)
		check_column(protection, people[i], lists, lengthof(lists),
					 "A column of editors, publishers or viewers is text[] or varchar[].");
}

/* Keys ------------------------------------------------------------------- */

/* Types as they are compared, and what a column is cast to for that. */
static const char *
key_type(Oid type)
{
	switch (type)
	{
		case INT2OID:
			return "pg_catalog.int2";
		case INT4OID:
			return "pg_catalog.int4";
		case INT8OID:
			return "pg_catalog.int8";
		case TEXTOID:
		case VARCHAROID:
			return "pg_catalog.text";
		case UUIDOID:
			return "pg_catalog.uuid";
		default:
			return NULL;
	}
}

const char *
authz_protection_key_type(Oid table, const char *column)
{
	const char *type = key_type(authz_protection_column_type(table, column));

	if (type == NULL)
		authz_protection_refuse_type(column,
									 "A key is smallint, int, bigint, text, varchar or uuid.");
	return type;
}

/* The only column of the primary key, NULL where there is none or are several. */
static char *
primary_key(Oid table)
{
	Oid constraint;
	Bitmapset *columns = get_primary_key_attnos(table, true, &constraint);

	if (bms_membership(columns) != BMS_SINGLETON)
		return NULL;
	return get_attname(table, bms_singleton_member(columns) + FirstLowInvalidHeapAttributeNumber,
					   true);
}

static void
check_key(AuthzProtection *protection)
{
	if (protection->key != NULL)
	{
		protection->key_type = authz_protection_key_type(protection->content, protection->key);
		return;
	}
	protection->key = primary_key(protection->content);
	if (protection->key != NULL)
		protection->key_type = key_type(
			get_atttype(protection->content, get_attnum(protection->content, protection->key)));
	if (protection->key_type == NULL)
		protection->key = NULL;
}

/* Words -------------------------------------------------------------------- */

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

/* Tables -------------------------------------------------------------------- */

void
authz_protection_check_table(Oid table)
{
	char kind = get_rel_relkind(table);

	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("only tables and partitioned tables can be protected")));
	if (!authz_owns_table(table, GetUserId()))
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
authz_protection_read(FunctionCallInfo fcinfo, const AuthzDoor *door,
					  const AuthzProtectionArguments *arguments)
{
	AuthzProtection protection = {0};

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("no table is named")));
	protection.content = PG_GETARG_OID(0);
	if (get_rel_name(protection.content) == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("there is no such table")));
	protection.table = authz_qualified_table(protection.content);
	protection.schema = schema_of(fcinfo);
	protection.category = authz_protection_column(fcinfo, arguments->category);
	protection.owner = authz_protection_column(fcinfo, arguments->owner);
	protection.prefix = authz_argument_text(fcinfo, arguments->prefix);
	protection.uncategorized = authz_argument_text(fcinfo, arguments->uncategorized);
	protection.key = authz_protection_column(fcinfo, arguments->key);
	protection.account_column = authz_protection_column(fcinfo, arguments->account_column);
	protection.account_id =
		PG_ARGISNULL(arguments->account) ? door->account_id : PG_GETARG_INT32(arguments->account);
	protection.editors = authz_protection_column(fcinfo, arguments->editors);
	protection.publishers = authz_protection_column(fcinfo, arguments->publishers);
	protection.viewers = authz_protection_column(fcinfo, arguments->viewers);
	protection.force = PG_ARGISNULL(arguments->force) || PG_GETARG_BOOL(arguments->force);

	authz_protection_check_table(protection.content);
	check_columns(&protection);
	check_key(&protection);
	check_uncategorized(&protection);
	check_prefix(&protection);
	if (protection.account_id != door->account_id)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
						errhint("A table is protected for the account that is acted for.")));
	return protection;
}
