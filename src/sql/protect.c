/*
 * protect.c
 *	  The doors to content tables: protecting them, and what they lack.
 *
 * The statements run as the caller, who must own the table. Nothing here
 * touches a user's table with more rights than that.
 */
#include "postgres.h"

#include "access/table.h"
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
#include "sql/protection.h"
#include "store/statement.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

/* Advice -------------------------------------------------------------------- */

static bool
has_index_on(Oid table, AttrNumber column)
{
	Relation relation = table_open(table, AccessShareLock);
	List *indexes = RelationGetIndexList(relation);
	ListCell *cell;
	bool found = false;

	foreach(cell, indexes)
	{
		HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));

		if (HeapTupleIsValid(tuple))
		{
			Form_pg_index index = (Form_pg_index) GETSTRUCT(tuple);

			found |= index->indkey.values[0] == column && index->indisvalid;
			ReleaseSysCache(tuple);
		}
	}
	list_free(indexes);
	table_close(relation, AccessShareLock);
	return found;
}

static void
advise_index(const AuthzProtection *protection, const char *column)
{
	if (column == NULL ||
		has_index_on(protection->content, get_attnum(protection->content, column)))
		return;
	ereport(NOTICE,
			(errmsg("column \"%s\" has no index", column),
			 errhint("CREATE INDEX ON %s (%s)", protection->table, quote_identifier(column))));
}

static void
advise_owner(const AuthzProtection *protection)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(protection->content));
	Oid owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;

	ReleaseSysCache(tuple);
	if (superuser_arg(owner) || has_bypassrls_privilege(owner))
		ereport(WARNING, (errmsg("table %s belongs to a role that row security does not bind",
								 protection->table),
						  errhint("Every view of that role shows all of its rows. "
								  "Give the table to an ordinary role.")));
}

/* Doing it -------------------------------------------------------------------- */

static void
register_permissions(const AuthzProtection *protection)
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

/* As the caller, with the caller's rights. */
static void
execute(const char *sql)
{
	if (SPI_connect() != SPI_OK_CONNECT || SPI_execute(sql, false, 0) < 0 ||
		SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "could not protect the table");
}

PG_FUNCTION_INFO_V1(authz_protect_sql);

Datum
authz_protect_sql(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("table.protect");
	AuthzProtection protection = authz_protection_read(fcinfo, &door);

	PG_RETURN_TEXT_P(cstring_to_text(authz_protection_sql(&protection)));
}

static void
refuse_protected(const AuthzProtection *protection)
{
	if (OidIsValid(get_relation_policy_oid(protection->content, "authz_select", true)))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("table %s is protected already", protection->table),
						errhint("Call authz_unprotect() first.")));
}

PG_FUNCTION_INFO_V1(authz_protect);

Datum
authz_protect(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("table.protect");
	AuthzProtection protection = authz_protection_read(fcinfo, &door);

	refuse_protected(&protection);
	register_permissions(&protection);
	execute(authz_protection_sql(&protection));
	advise_index(&protection, protection.category);
	advise_index(&protection, protection.owner);
	advise_owner(&protection);
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(authz_unprotect);

/* authz_unprotect(content regclass): whether there was anything of ours */
Datum
authz_unprotect(PG_FUNCTION_ARGS)
{
	static const char *const policies[] = {"select", "insert", "update", "delete"};
	AuthzProtection protection = {0};
	StringInfoData sql;
	Relation relation;
	bool enabled;
	bool others;
	int ours = 0;
	ListCell *cell;

	(void) authz_door_open("table.protect");
	if (PG_ARGISNULL(0) || get_rel_name(PG_GETARG_OID(0)) == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("no table is named")));
	protection.content = PG_GETARG_OID(0);
	protection.table = authz_qualified_table(protection.content);
	authz_protection_check_table(protection.content);

	relation = table_open(protection.content, AccessExclusiveLock);
	enabled = relation->rd_rel->relrowsecurity;
	others = false;
	if (relation->rd_rsdesc != NULL)
	{
		foreach(cell, relation->rd_rsdesc->policies)
		{
			RowSecurityPolicy *policy = lfirst(cell);
			bool is_ours = false;

			for (int i = 0; i < lengthof(policies); i++)
				is_ours |= strcmp(policy->policy_name, psprintf("authz_%s", policies[i])) == 0;
			ours += is_ours;
			others |= !is_ours && policy->policy_name[0] != '\0' &&
					  strcmp(policy->policy_name, "default-deny policy") != 0;
		}
	}
	table_close(relation, NoLock);
	if (!enabled || (ours == 0 && others))
		PG_RETURN_BOOL(false);

	initStringInfo(&sql);
	for (int i = 0; i < lengthof(policies); i++)
		appendStringInfo(&sql, "DROP POLICY IF EXISTS authz_%s ON %s;\n", policies[i],
						 protection.table);
	foreach(cell, find_all_inheritors(protection.content, NoLock, NULL))
	{
		Oid table = lfirst_oid(cell);

		/* Those of partitions go with the one above. */
		if (table == protection.content || !get_rel_relispartition(table))
			appendStringInfo(&sql,
							 "DROP TRIGGER IF EXISTS authz_content_guard ON %s;\n"
							 "DROP TRIGGER IF EXISTS authz_fill_owner ON %s;\n",
							 authz_qualified_table(table), authz_qualified_table(table));
	}

	/* Somebody else's policies go on protecting the table. */
	if (!others)
		appendStringInfo(&sql,
						 "ALTER TABLE %s NO FORCE ROW LEVEL SECURITY;\n"
						 "ALTER TABLE %s DISABLE ROW LEVEL SECURITY;\n",
						 protection.table, protection.table);
	execute(sql.data);
	PG_RETURN_BOOL(true);
}
