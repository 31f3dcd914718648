/*
 * linked.c
 *	  A content table and the link table that its array follows.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "sql/guard.h"
#include "sql/linked.h"
#include "sql/support.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

/* Names ------------------------------------------------------------------- */

/* The table of that name, schema and all, whoever may use the schema; InvalidOid for none. */
static Oid
find_table(const char *name)
{
	List *names = textToQualifiedNameList(cstring_to_text(name));
	Oid schema;

	if (list_length(names) != 2)
		return InvalidOid;
	schema = get_namespace_oid(strVal(linitial(names)), true);
	return OidIsValid(schema) ? get_relname_relid(strVal(lsecond(names)), schema) : InvalidOid;
}

static Oid
table_argument(const Trigger *trigger, const char *argument)
{
	const char *name = authz_guard_argument(trigger, argument);
	Oid table = name == NULL ? InvalidOid : find_table(name);

	if (!OidIsValid(table))
		authz_guard_refuse_protocol();
	return table;
}

static char *
copy_argument(const Trigger *trigger, const char *argument, bool required)
{
	const char *value = authz_guard_argument(trigger, argument);

	if (value == NULL && required)
		authz_guard_refuse_protocol();
	return value == NULL ? NULL : pstrdup(value);
}

static Oid
owner_of(Oid table)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		authz_guard_refuse_protocol();
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

static Oid
key_type_of(const char *name)
{
	static const struct
	{
		const char *name;
		Oid type;
	} types[] = {{"pg_catalog.int2", INT2OID},
				 {"pg_catalog.int4", INT4OID},
				 {"pg_catalog.int8", INT8OID},
				 {"pg_catalog.text", TEXTOID},
				 {"pg_catalog.uuid", UUIDOID}};

	for (int i = 0; i < lengthof(types); i++)
		if (strcmp(types[i].name, name) == 0)
			return types[i].type;
	elog(ERROR, "keys cannot be of type %s", name);
}

/* What both tables are, from the arguments of a trigger of the link table. */
static AuthzLinked *
read_linked(const Trigger *trigger, Oid link)
{
	AuthzLinked *linked = palloc0(sizeof(AuthzLinked));
	char *account = copy_argument(trigger, "account", false);
	Oid array;

	linked->content = table_argument(trigger, "content");
	linked->content_owner = owner_of(linked->content);
	linked->content_name = authz_qualified_table(linked->content);
	linked->content_key = copy_argument(trigger, "content_key", true);
	linked->categories = copy_argument(trigger, "categories", true);
	linked->link_owner = owner_of(link);
	linked->link_name = authz_qualified_table(link);
	linked->link_key = copy_argument(trigger, "key", true);
	linked->link_category = copy_argument(trigger, "category", true);
	linked->link_status = copy_argument(trigger, "status", false);
	linked->account_column = copy_argument(trigger, "account_column", false);
	linked->account_id = account == NULL ? 0 : (int) strtol(account, NULL, 10);

	linked->key_name = authz_protection_key_type(linked->content, linked->content_key);
	linked->key_type = key_type_of(linked->key_name);
	array = authz_protection_column_type(linked->content, linked->categories);
	if (array != INT4ARRAYOID && array != INT8ARRAYOID)
		authz_guard_refuse_protocol();
	linked->element = array == INT4ARRAYOID ? INT4OID : INT8OID;

	if (!has_privs_of_role(linked->link_owner, linked->content_owner))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
						errhint("The link table's owner must have the rights of the content "
								"table's owner.")));
	return linked;
}

AuthzLinked *
authz_linked_of_link(const TriggerData *trigger)
{
	return read_linked(trigger->tg_trigger, RelationGetRelid(trigger->tg_relation));
}

const Trigger *
authz_linked_trigger(FunctionCallInfo fcinfo, Relation table, const char *function)
{
	Oid schema = get_func_namespace(fcinfo->flinfo->fn_oid);
	Oid wanted = authz_support_function(schema, function, 0, NULL);

	for (int i = 0; table->trigdesc != NULL && i < table->trigdesc->numtriggers; i++)
		if (OidIsValid(wanted) && table->trigdesc->triggers[i].tgfoid == wanted)
			return &table->trigdesc->triggers[i];
	return NULL;
}

/* The table that the argument of a trigger of ours names. */
static Oid
named_by(FunctionCallInfo fcinfo, Oid table, const char *function, const char *argument)
{
	Relation relation = table_open(table, AccessShareLock);
	const Trigger *trigger = authz_linked_trigger(fcinfo, relation, function);
	const char *name = trigger == NULL ? NULL : authz_guard_argument(trigger, argument);
	Oid named = name == NULL ? InvalidOid : find_table(name);

	table_close(relation, NoLock);
	return named;
}

Oid
authz_linked_content_of(FunctionCallInfo fcinfo, Oid link)
{
	return named_by(fcinfo, link, "authz_link_follow", "content");
}

Oid
authz_linked_link_of(FunctionCallInfo fcinfo, Oid content)
{
	return named_by(fcinfo, content, "authz_content_follow", "link");
}

/* Whether the table is the content table or a part of it. */
static bool
is_part_of(Oid table, Oid content)
{
	return table == content || (get_rel_relispartition(table) &&
								list_member_oid(get_partition_ancestors(table), content));
}

AuthzLinked *
authz_linked_of_content(FunctionCallInfo fcinfo)
{
	const TriggerData *trigger = (TriggerData *) fcinfo->context;
	Relation link = table_open(table_argument(trigger->tg_trigger, "link"), AccessShareLock);
	const Trigger *follow = authz_linked_trigger(fcinfo, link, "authz_link_follow");
	AuthzLinked *linked;

	if (follow == NULL)
		authz_guard_refuse_protocol();
	linked = read_linked(follow, RelationGetRelid(link));
	if (!is_part_of(RelationGetRelid(trigger->tg_relation), linked->content))
		authz_guard_refuse_protocol();
	table_close(link, NoLock);
	return linked;
}

/* Assignments -------------------------------------------------------------- */

static int
column_number(Relation link, const char *name)
{
	int number = SPI_fnumber(link->rd_att, name);

	if (number <= 0)
		authz_guard_refuse_protocol();
	return number;
}

static Oid
type_at(Relation link, int number)
{
	return TupleDescAttr(link->rd_att, number - 1)->atttypid;
}

AuthzLinkColumns
authz_linked_columns(const AuthzLinked *linked, Relation link)
{
	AuthzLinkColumns columns = {column_number(link, linked->link_key),
								column_number(link, linked->link_category), 0};
	Oid category = type_at(link, columns.category);

	if (strcmp(authz_protection_key_type(RelationGetRelid(link), linked->link_key),
			   linked->key_name) != 0 ||
		(category != INT2OID && category != INT4OID && category != INT8OID))
		authz_guard_refuse_protocol();
	if (linked->link_status == NULL)
		return columns;
	columns.status = column_number(link, linked->link_status);
	if (authz_link_status_fault(type_at(link, columns.status), -1) != NULL)
		authz_guard_refuse_protocol();
	return columns;
}

static int64
integer_of(Datum value, Oid type)
{
	return type == INT8OID	 ? DatumGetInt64(value)
		   : type == INT4OID ? DatumGetInt32(value)
							 : DatumGetInt16(value);
}

AuthzAssignment
authz_linked_assignment(const AuthzLinkColumns *columns, Relation link, HeapTuple row)
{
	AuthzAssignment assignment = {.status = AUTHZ_LINK_ACTIVE};
	bool no_category;
	bool no_key;
	bool no_status;
	Datum category = heap_getattr(row, columns->category, link->rd_att, &no_category);
	Datum status;

	assignment.key = heap_getattr(row, columns->key, link->rd_att, &no_key);
	assignment.whole = !no_key && !no_category;
	if (!no_category)
		assignment.category = integer_of(category, type_at(link, columns->category));
	if (columns->status != 0)
	{
		status = heap_getattr(row, columns->status, link->rd_att, &no_status);
		assignment.status = authz_link_status_of(status, no_status, type_at(link, columns->status));
	}
	return assignment;
}

bool
authz_linked_same(const AuthzLinked *linked, const AuthzAssignment *first,
				  const AuthzAssignment *second)
{
	int16 length;
	bool by_value;

	get_typlenbyval(linked->key_type, &length, &by_value);
	return first->whole == second->whole && first->category == second->category &&
		   (!first->whole || datum_image_eq(first->key, second->key, by_value, length));
}

/* Acting --------------------------------------------------------------------- */

void
authz_linked_begin(Oid role, AuthzActing *acting)
{
	GetUserIdAndSecContext(&acting->user, &acting->sec_context);
	SetUserIdAndSecContext(role, acting->sec_context | SECURITY_LOCAL_USERID_CHANGE |
									 SECURITY_NOFORCE_RLS);
	acting->guc_level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to the server programming interface");
}

/* Plans --------------------------------------------------------------------- */

/*
 * Kept for ever by their text, which names the types of its parameters: there
 * are a few for each pair of tables that a connection writes to.
 */
typedef struct KeptPlan
{
	const char *sql; /* hash key */
	SPIPlanPtr plan;
} KeptPlan;

static HTAB *plans = NULL;

static uint32
hash_text(const void *key, Size size)
{
	const char *sql = *(const char *const *) key;

	return string_hash(sql, strlen(sql) + 1);
}

static int
compare_texts(const void *first, const void *second, Size size)
{
	return strcmp(*(const char *const *) first, *(const char *const *) second);
}

static void
make_table(void)
{
	HASHCTL control = {.keysize = sizeof(const char *),
					   .entrysize = sizeof(KeptPlan),
					   .hash = hash_text,
					   .match = compare_texts};

	plans =
		hash_create("authz linked tables", 32, &control, HASH_ELEM | HASH_FUNCTION | HASH_COMPARE);
}

/*
 * The plan is made at once and for any values: it finds rows by key, in tables
 * that may be empty now and large when it is used.
 */
static SPIPlanPtr
prepare(const char *sql, int nargs, const Oid *types)
{
	SPIPlanPtr plan =
		SPI_prepare_cursor(sql, nargs, unconstify(Oid *, types), CURSOR_OPT_GENERIC_PLAN);
	int guc_level = NewGUCNestLevel();
	CachedPlan *cached;

	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not prepare a statement: %s", SPI_result_code_string(SPI_result));
	(void) set_config_option("enable_seqscan", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
	cached = SPI_plan_get_cached_plan(plan);
	if (cached != NULL)
		ReleaseCachedPlan(cached, CurrentResourceOwner);
	AtEOXact_GUC(false, guc_level);
	return plan;
}

static SPIPlanPtr
find_plan(const char *sql, int nargs, const Oid *types)
{
	KeptPlan *kept;
	KeptPlan new;
	bool found;

	if (plans == NULL)
		make_table();
	kept = hash_search(plans, &sql, HASH_FIND, NULL);
	if (kept != NULL)
		return kept->plan;
	new.plan = prepare(sql, nargs, types);
	new.sql = MemoryContextStrdup(TopMemoryContext, sql);
	kept = hash_search(plans, &new.sql, HASH_ENTER, &found);
	kept->plan = new.plan;
	return kept->plan;
}

static uint64
execute(SPIPlanPtr plan, Datum *values, Snapshot snapshot, Snapshot crosscheck, bool read_only)
{
	int result = SPI_execute_snapshot(plan, values, NULL, snapshot, crosscheck, read_only, true, 0);

	if (result < 0)
		elog(ERROR, "could not execute a statement: %s", SPI_result_code_string(result));
	return SPI_processed;
}

/* As foreign keys do: what this transaction cannot see must not be missed. */
static uint64
execute_now(SPIPlanPtr plan, Datum *values)
{
	if (!IsolationUsesXactSnapshot())
		return execute(plan, values, InvalidSnapshot, InvalidSnapshot, false);
	CommandCounterIncrement();
	return execute(plan, values, GetLatestSnapshot(), GetTransactionSnapshot(), false);
}

uint64
authz_linked_execute(const char *sql, int nargs, const Oid *types, Datum *values)
{
	return execute_now(find_plan(sql, nargs, types), values);
}

uint64
authz_linked_execute_once(const char *sql)
{
	SPIPlanPtr plan = SPI_prepare(sql, 0, NULL);

	if (plan == NULL)
		elog(ERROR, "could not prepare a statement: %s", SPI_result_code_string(SPI_result));
	return execute_now(plan, NULL);
}

uint64
authz_linked_ask(const char *sql, int nargs, const Oid *types, Datum *values)
{
	uint64 found;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to the server programming interface");
	found = execute(find_plan(sql, nargs, types), values, InvalidSnapshot, InvalidSnapshot, true);
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "could not disconnect from the server programming interface");
	return found;
}
