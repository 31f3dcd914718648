/*
 * link.c
 *	  The door of content tables whose categories stand in a link table.
 *
 * The statements run as the caller, who must own both.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "sql/door.h"
#include "sql/link_policy.h"
#include "sql/link_status.h"
#include "sql/linked.h"
#include "sql/policy.h"
#include "sql/protect.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"

/* The two tables ------------------------------------------------------------ */

static Oid
table_argument(FunctionCallInfo fcinfo, int n)
{
	Oid table = PG_ARGISNULL(n) ? InvalidOid : PG_GETARG_OID(n);

	if (!OidIsValid(table))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("no table is named")));
	if (get_rel_name(table) == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("there is no such table")));
	return table;
}

/* A key is unique in its own table alone, not in those that inherit from it. */
static void
check_table(Oid table)
{
	authz_protection_check_table(table);
	if (get_rel_relkind(table) == RELKIND_RELATION &&
		list_length(find_all_inheritors(table, NoLock, NULL)) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("table %s has tables that inherit from it", authz_qualified_table(table)),
				 errhint("Make it a partitioned table.")));
}

/* Columns ---------------------------------------------------------------------- */

AUTHZ_NORETURN static void
refuse_missing(const char *column)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("no %s column is named", column)));
}

/* What is compared before it is written must be there before it is written. */
static void
check_given(Oid table, const char *column)
{
	if (get_attgenerated(table, get_attnum(table, column)) != '\0')
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("column \"%s\" is generated", column)));
}

static void
check_collation(Oid table, const char *column)
{
	Oid collation;
	Oid type;
	int32 typmod;

	get_atttypetypmodcoll(table, get_attnum(table, column), &type, &typmod, &collation);
	if (OidIsValid(collation) && !get_collation_isdeterministic(collation))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("column \"%s\" has a nondeterministic collation", column)));
}

static void
check_keys(const AuthzProtection *protection, Oid link)
{
	if (protection->key == NULL || protection->link_key == NULL)
		refuse_missing("key");
	if (strcmp(authz_protection_key_type(protection->content, protection->key),
			   authz_protection_key_type(link, protection->link_key)) != 0)
		authz_protection_refuse_type(protection->link_key,
									 "The key columns of both tables are of one type.");
	check_given(protection->content, protection->key);
	check_given(link, protection->link_key);
	check_collation(protection->content, protection->key);
	check_collation(link, protection->link_key);
}

static void
check_link_category(const AuthzProtection *protection, Oid link)
{
	Oid type;

	if (protection->link_category == NULL)
		refuse_missing("category");
	type = authz_protection_column_type(link, protection->link_category);
	if (type != INT2OID && type != INT4OID && type != INT8OID)
		authz_protection_refuse_type(
			protection->link_category,
			"The category column of a link table is smallint, int or bigint.");
	check_given(link, protection->link_category);
}

static void
check_status(const AuthzProtection *protection, Oid link)
{
	const char *fault;
	Oid collation;
	Oid type;
	int32 typmod;

	if (protection->link_status == NULL)
		return;
	(void) authz_protection_column_type(link, protection->link_status);
	get_atttypetypmodcoll(link, get_attnum(link, protection->link_status), &type, &typmod,
						  &collation);
	fault = authz_link_status_fault(type, typmod);
	if (fault != NULL)
		authz_protection_refuse_type(protection->link_status, fault);
	check_given(link, protection->link_status);
}

static void
check_array(const AuthzProtection *protection)
{
	Oid type = authz_protection_column_type(protection->content, protection->category);

	if (type != INT4ARRAYOID && type != INT8ARRAYOID)
		authz_protection_refuse_type(protection->category,
									 "The categories column is bigint[] or int[].");
	check_given(protection->content, protection->category);
}

/* Keys ------------------------------------------------------------------------ */

static bool
covers(const Form_pg_index index, const AttrNumber *columns, int n)
{
	if (index->indnkeyatts != n)
		return false;
	for (int i = 0; i < n; i++)
	{
		bool found = false;

		for (int k = 0; k < n; k++)
			found |= index->indkey.values[k] == columns[i];
		if (!found)
			return false;
	}
	return true;
}

/* Whether an index lets no two rows have the same columns, at any moment. */
static bool
is_unique(Oid table, const AttrNumber *columns, int n)
{
	Relation relation = table_open(table, AccessShareLock);
	List *indexes = RelationGetIndexList(relation);
	bool found = false;
	ListCell *cell;

	foreach(cell, indexes)
	{
		Relation index = index_open(lfirst_oid(cell), AccessShareLock);

		found |= index->rd_index->indisunique && index->rd_index->indisvalid &&
				 index->rd_index->indimmediate &&
				 heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL) &&
				 covers(index->rd_index, columns, n);
		index_close(index, AccessShareLock);
	}
	list_free(indexes);
	table_close(relation, NoLock);
	return found;
}

static void
require_unique(Oid table, const char *first, const char *second)
{
	AttrNumber columns[] = {get_attnum(table, first),
							second == NULL ? 0 : get_attnum(table, second)};
	char *list = second == NULL
					 ? pstrdup(quote_identifier(first))
					 : psprintf("%s, %s", quote_identifier(first), quote_identifier(second));

	if (!is_unique(table, columns, second == NULL ? 1 : 2))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table %s has no unique index on (%s)", authz_qualified_table(table), list),
				 errhint("CREATE UNIQUE INDEX ON %s (%s)", authz_qualified_table(table), list)));
}

/* Whether a foreign key lets no assignment outlive its row. */
static bool
is_referenced(const AuthzProtection *protection, Oid link)
{
	Relation relation = table_open(link, AccessShareLock);
	AttrNumber key = get_attnum(link, protection->link_key);
	bool found = false;
	ListCell *cell;

	foreach(cell, RelationGetFKeyList(relation))
	{
		const ForeignKeyCacheInfo *constraint = lfirst(cell);

		found |= constraint->confrelid == protection->content && constraint->nkeys == 1 &&
				 constraint->conkey[0] == key;
	}
	table_close(relation, NoLock);
	return found;
}

/* Doing it ---------------------------------------------------------------------- */

/* Nobody writes to either while the array is filled. */
static void
lock_tables(Oid content, Oid link)
{
	authz_protect_execute(psprintf("LOCK TABLE %s, %s IN ACCESS EXCLUSIVE MODE",
								   authz_qualified_table(content), authz_qualified_table(link)));
}

static void
add_array(Oid content, const char *column)
{
	if (column != NULL && get_attnum(content, column) == InvalidAttrNumber)
		authz_protect_execute(
			psprintf("ALTER TABLE %s ADD COLUMN %s pg_catalog.int8[] NOT NULL DEFAULT '{}'",
					 authz_qualified_table(content), quote_identifier(column)));
}

/* Row security of the caller's own would leave rows out: then it is an error. */
static void
fill_array(const AuthzProtection *protection)
{
	int guc_level = NewGUCNestLevel();

	(void) set_config_option("row_security", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to the server programming interface");
	(void) authz_linked_execute_once(authz_link_fill_sql(protection));
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "could not disconnect from the server programming interface");
	AtEOXact_GUC(false, guc_level);
	authz_protect_execute(psprintf("ALTER TABLE %s ALTER COLUMN %s SET DEFAULT '{}', "
								   "ALTER COLUMN %s SET NOT NULL",
								   protection->table, quote_identifier(protection->category),
								   quote_identifier(protection->category)));
}

static void
advise(const AuthzProtection *protection, Oid link)
{
	authz_protect_advise(protection);
	authz_protect_advise_index(link, protection->link_key);
	authz_protect_advise_owner(link);
	if (!is_referenced(protection, link))
		ereport(NOTICE,
				(errmsg("assignments in table %s outlive their rows", protection->link),
				 errhint("ALTER TABLE %s ADD FOREIGN KEY (%s) REFERENCES %s (%s) ON DELETE CASCADE",
						 protection->link, quote_identifier(protection->link_key),
						 protection->table, quote_identifier(protection->key))));
	if (protection->owner == NULL)
		ereport(NOTICE, (errmsg("table %s has no owner column", protection->table),
						 errhint("Nobody but editors, publishers and those whom a session's "
								 "privileges name can put a new row into a category.")));
}

/*
 * content, key, link, its key, category and status, categories, owner, prefix,
 * uncategorized, account column, account, editors, publishers, viewers, force
 */
static const AuthzProtectionArguments arguments = {.key = 1,
												   .category = 6,
												   .owner = 7,
												   .prefix = 8,
												   .uncategorized = 9,
												   .account_column = 10,
												   .account = 11,
												   .editors = 12,
												   .publishers = 13,
												   .viewers = 14,
												   .force = 15};

PG_FUNCTION_INFO_V1(authz_protect_linked);

Datum
authz_protect_linked(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("table.protect");
	Oid content = table_argument(fcinfo, 0);
	Oid link = table_argument(fcinfo, 2);
	AuthzProtection protection;

	check_table(content);
	check_table(link);
	if (content == link)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a table cannot be its own link table")));
	lock_tables(content, link);
	authz_protect_refuse_protected(content);
	authz_protect_refuse_protected(link);
	add_array(content, authz_protection_column(fcinfo, 6));

	protection = authz_protection_read(fcinfo, &door, &arguments);
	protection.link = authz_qualified_table(link);
	protection.link_key = authz_protection_column(fcinfo, 3);
	protection.link_category = authz_protection_column(fcinfo, 4);
	protection.link_status = authz_protection_column(fcinfo, 5);
	check_keys(&protection, link);
	check_link_category(&protection, link);
	check_status(&protection, link);
	check_array(&protection);
	require_unique(content, protection.key, NULL);
	require_unique(link, protection.link_key, protection.link_category);

	authz_protect_register(&protection);
	fill_array(&protection);
	authz_protect_execute(authz_policy_sql(&protection));
	authz_protect_execute(authz_link_sql(&protection, link));
	advise(&protection, link);
	PG_RETURN_VOID();
}
