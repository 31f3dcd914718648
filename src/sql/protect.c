/*
 * protect.c
 *	  The doors to content tables: protecting them, and what they lack.
 *
 * The statements run as the caller, who must own the table. Nothing here
 * touches a user's table with more rights than that.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/policy.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "rewrite/rowsecurity.h"
#include "sql/door.h"
#include "sql/linked.h"
#include "sql/policy.h"
#include "sql/protect.h"
#include "store/statement.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

/* Advice -------------------------------------------------------------------- */

static bool
has_index_on(Oid table, AttrNumber column, Oid method)
{
	Relation relation = table_open(table, AccessShareLock);
	List *indexes = RelationGetIndexList(relation);
	ListCell *cell;
	bool found = false;

	foreach(cell, indexes)
	{
		Relation index = index_open(lfirst_oid(cell), AccessShareLock);

		found |= index->rd_index->indkey.values[0] == column && index->rd_index->indisvalid &&
				 heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL) &&
				 index->rd_rel->relam == method;
		index_close(index, AccessShareLock);
	}
	list_free(indexes);
	table_close(relation, AccessShareLock);
	return found;
}

/* An array wants the access method that finds its elements. */
void
authz_protect_advise_index(Oid table, const char *column)
{
	AttrNumber number;
	bool is_array;

	if (column == NULL)
		return;
	number = get_attnum(table, column);
	is_array = OidIsValid(get_element_type(get_atttype(table, number)));
	if (has_index_on(table, number, is_array ? GIN_AM_OID : BTREE_AM_OID))
		return;
	ereport(NOTICE, (errmsg("column \"%s\" has no index", column),
					 errhint("CREATE INDEX ON %s%s (%s)", authz_qualified_table(table),
							 is_array ? " USING gin" : "", quote_identifier(column))));
}

void
authz_protect_advise_owner(Oid table)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	Oid owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;

	ReleaseSysCache(tuple);
	if (superuser_arg(owner) || has_bypassrls_privilege(owner))
		ereport(WARNING, (errmsg("table %s belongs to a role that row security does not bind",
								 authz_qualified_table(table)),
						  errhint("Every view of that role shows all of its rows. "
								  "Give the table to an ordinary role.")));
}

void
authz_protect_advise(const AuthzProtection *protection)
{
	authz_protect_advise_index(protection->content, protection->category);
	authz_protect_advise_index(protection->content, protection->owner);
	authz_protect_advise_index(protection->content, protection->editors);
	authz_protect_advise_index(protection->content, protection->publishers);
	authz_protect_advise_index(protection->content, protection->viewers);
	authz_protect_advise_index(protection->content, protection->key);
	authz_protect_advise_owner(protection->content);
}

/* Doing it -------------------------------------------------------------------- */

void
authz_protect_register(const AuthzProtection *protection)
{
	static AuthzStatement statement = {
		.sql = "INSERT INTO authz.permission (account_id, name, description)"
			   " SELECT $1, $2 || '.' || v.verb, v.means || ' ' || $3"
			   "  FROM (VALUES ('view', 'see rows of'), ('add', 'add rows to'),"
			   "               ('update', 'change rows of'), ('delete', 'delete rows of'))"
			   "       AS v (verb, means)"
			   " WHERE $2 || '.' || v.verb NOT IN (SELECT name FROM authz.builtin_permission)"
			   " ON CONFLICT DO NOTHING",
		.nargs = 3,
		.argtypes = {INT4OID, TEXTOID, TEXTOID},
	};
	Datum values[3];
	AuthzActing acting;

	if (protection->prefix == NULL)
		return;
	values[0] = Int32GetDatum(protection->account_id);
	values[1] = CStringGetTextDatum(protection->prefix);
	values[2] = CStringGetTextDatum(protection->table);
	authz_store_begin(&acting);
	(void) authz_store_write(&statement, values, NULL);
	authz_store_end(&acting);
}

void
authz_protect_execute(const char *sql)
{
	if (SPI_connect() != SPI_OK_CONNECT || SPI_execute(sql, false, 0) < 0 ||
		SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "could not protect the table");
}

/*
 * content, category, owner, prefix, uncategorized, key, account column, account,
 * editors, publishers, viewers, force
 */
static const AuthzProtectionArguments arguments = {.category = 1,
												   .owner = 2,
												   .prefix = 3,
												   .uncategorized = 4,
												   .key = 5,
												   .account_column = 6,
												   .account = 7,
												   .editors = 8,
												   .publishers = 9,
												   .viewers = 10,
												   .force = 11};

PG_FUNCTION_INFO_V1(authz_protect_sql);

Datum
authz_protect_sql(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("table.protect");
	AuthzProtection protection = authz_protection_read(fcinfo, &door, &arguments);

	PG_RETURN_TEXT_P(cstring_to_text(authz_policy_sql(&protection)));
}

void
authz_protect_refuse_protected(Oid table)
{
	if (OidIsValid(get_relation_policy_oid(table, "authz_select", true)))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("table %s is protected already", authz_qualified_table(table)),
						errhint("Call authz_unprotect() first.")));
}

PG_FUNCTION_INFO_V1(authz_protect);

Datum
authz_protect(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("table.protect");
	AuthzProtection protection = authz_protection_read(fcinfo, &door, &arguments);

	authz_protect_refuse_protected(protection.content);
	authz_protect_register(&protection);
	authz_protect_execute(authz_policy_sql(&protection));
	authz_protect_advise(&protection);
	PG_RETURN_VOID();
}

/* Taking it off ---------------------------------------------------------------- */

static bool
is_one_of(const char *name, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Drops our policies; false where row security, if any, is somebody else's alone. */
static bool
append_open(StringInfo sql, Oid table)
{
	static const char *const ours[] = {"authz_select", "authz_insert", "authz_update",
									   "authz_delete"};
	Relation relation = table_open(table, AccessExclusiveLock);
	char *name = authz_qualified_table(table);
	bool enabled = relation->rd_rel->relrowsecurity;
	bool others = false;
	bool found = false;
	ListCell *cell;

	foreach(cell, relation->rd_rsdesc == NULL ? NIL : relation->rd_rsdesc->policies)
	{
		const char *policy = ((RowSecurityPolicy *) lfirst(cell))->policy_name;

		if (is_one_of(policy, ours, lengthof(ours)))
		{
			appendStringInfo(sql, "DROP POLICY %s ON %s;\n", policy, name);
			found = true;
		}
		else
			others = true;
	}
	table_close(relation, NoLock);

	/* Somebody else's policies go on protecting the table. */
	if (enabled && !others)
		appendStringInfo(sql,
						 "ALTER TABLE %s NO FORCE ROW LEVEL SECURITY;\n"
						 "ALTER TABLE %s DISABLE ROW LEVEL SECURITY;\n",
						 name, name);
	return enabled && (found || !others);
}

/* Those that partitions have from the table above go with it. */
static void
append_drop_triggers(StringInfo sql, Oid table)
{
	static const char *const ours[] = {
		"authz_fill_owner",		"authz_content_move", "authz_content_guard", "authz_content_follow",
		"AUTHZ_content_follow", "authz_link_guard",	  "authz_link_follow",	 "authz_link_truncate"};
	ListCell *cell;

	foreach(cell, find_all_inheritors(table, NoLock, NULL))
	{
		Relation relation = table_open(lfirst_oid(cell), AccessExclusiveLock);
		const TriggerDesc *triggers = relation->trigdesc;

		for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
			if (!triggers->triggers[i].tgisclone &&
				is_one_of(triggers->triggers[i].tgname, ours, lengthof(ours)))
				appendStringInfo(sql, "DROP TRIGGER %s ON %s;\n",
								 quote_identifier(triggers->triggers[i].tgname),
								 authz_qualified_table(lfirst_oid(cell)));
		table_close(relation, NoLock);
	}
}

static void
refuse_link_table(FunctionCallInfo fcinfo, Oid table)
{
	Oid content = authz_linked_content_of(fcinfo, table);

	if (OidIsValid(content) && authz_linked_link_of(fcinfo, content) == table)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("table %s is protected with table %s", authz_qualified_table(table),
							   authz_qualified_table(content)),
						errhint("Call authz_unprotect() for that.")));
}

PG_FUNCTION_INFO_V1(authz_unprotect);

/* authz_unprotect(content regclass): whether there was anything of ours */
Datum
authz_unprotect(PG_FUNCTION_ARGS)
{
	StringInfoData sql;
	Oid content;
	Oid link;

	(void) authz_door_open("table.protect");
	if (PG_ARGISNULL(0) || get_rel_name(PG_GETARG_OID(0)) == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("no table is named")));
	content = PG_GETARG_OID(0);
	authz_protection_check_table(content);
	refuse_link_table(fcinfo, content);
	link = authz_linked_link_of(fcinfo, content);

	initStringInfo(&sql);
	if (!append_open(&sql, content))
		PG_RETURN_BOOL(false);
	append_drop_triggers(&sql, content);
	if (OidIsValid(link))
	{
		authz_protection_check_table(link);
		(void) append_open(&sql, link);
		append_drop_triggers(&sql, link);
	}
	authz_protect_execute(sql.data);
	if (OidIsValid(link))
		ereport(NOTICE, (errmsg("the categories in table %s no longer follow table %s",
								authz_qualified_table(content), authz_qualified_table(link))));
	PG_RETURN_BOOL(true);
}
