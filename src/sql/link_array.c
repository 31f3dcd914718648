/*
 * link_array.c
 *	  The array of categories in a content table, as assignments change it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "entitle/assignment.h"
#include "miscadmin.h"
#include "sql/guard.h"
#include "sql/link_array.h"
#include "sql/link_policy.h"
#include "storage/lock.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* A change of one row's array, and a look whether it is made. */
typedef struct Change
{
	char *update;
	char *look;
	Oid types[2];
} Change;

struct AuthzLinkArray
{
	const AuthzLinked *linked;
	Change add;
	Change remove;
	Change set;
};

/* Texts --------------------------------------------------------------------- */

/* c.categories */
static char *
column_of(const AuthzLinked *linked)
{
	return psprintf("c.%s", quote_identifier(linked->categories));
}

/* Makes the array of the row of key $1 what $2 asks for, unless it is done. */
static Change
make_change(const AuthzLinked *linked, Oid type, const char *becomes, const char *done)
{
	Change change = {.types = {linked->key_type, type}};
	char *key = psprintf(
		"%s OPERATOR(pg_catalog.=) $1::%s",
		authz_link_key(psprintf("c.%s", quote_identifier(linked->content_key)), linked->key_name),
		linked->key_name);
	char *account =
		linked->account_column == NULL
			? psprintf("%d::pg_catalog.int8", linked->account_id)
			: psprintf("c.%s::pg_catalog.int8", quote_identifier(linked->account_column));

	change.update = psprintf("UPDATE %s AS c SET %s = %s WHERE %s AND (%s) IS NOT TRUE"
							 " RETURNING pg_catalog.cardinality(%s)::pg_catalog.int8, %s",
							 linked->content_name, quote_identifier(linked->categories), becomes,
							 key, done, column_of(linked), account);
	change.look =
		psprintf("SELECT (%s) IS TRUE FROM %s AS c WHERE %s", done, linked->content_name, key);
	return change;
}

AuthzLinkArray *
authz_link_array(const AuthzLinked *linked)
{
	AuthzLinkArray *array = palloc(sizeof(AuthzLinkArray));
	bool is_int4 = linked->element == INT4OID;
	const char *element = is_int4 ? "$2::pg_catalog.int4" : "$2::pg_catalog.int8";
	const char *elements = is_int4 ? "$2::pg_catalog.int4[]" : "$2::pg_catalog.int8[]";
	char *column = column_of(linked);

	array->linked = linked;
	array->add = make_change(linked, linked->element,
							 psprintf("pg_catalog.array_append(%s, %s)", column, element),
							 psprintf("%s OPERATOR(pg_catalog.=) ANY (%s)", element, column));
	array->remove = make_change(linked, linked->element,
								psprintf("pg_catalog.array_remove(%s, %s)", column, element),
								psprintf("%s OPERATOR(pg_catalog.<>) ALL (%s)", element, column));
	array->set =
		make_change(linked, is_int4 ? INT4ARRAYOID : INT8ARRAYOID, elements,
					psprintf("%s OPERATOR(pg_catalog.@>) %s AND %s OPERATOR(pg_catalog.<@) %s",
							 column, elements, column, elements));
	return array;
}

/* Waiting for each other -------------------------------------------------------- */

/* The class of an advisory lock that no function of PostgreSQL's takes. */
#define LOCK_CLASS 0x6175

/* Who adds a row against who adds an assignment to none; among themselves none waits. */
#define ADDS_ROW RowExclusiveLock
#define ADDS_TO_NO_ROW ShareLock

static void
lock_rows(const AuthzLinked *linked, LOCKMODE mode)
{
	LOCKTAG tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, linked->content, 0, LOCK_CLASS);
	(void) LockAcquire(&tag, mode, false, false);
}

void
authz_link_array_claim(const AuthzLinked *linked)
{
	lock_rows(linked, ADDS_ROW);
}

/* Changing a row ------------------------------------------------------------------ */

typedef enum Look
{
	NO_ROW,
	DONE,
	UNDONE
} Look;

/* The account of the row, NULL for none, comes back with how many categories it has. */
static bool
update_row(const Change *change, Datum *values)
{
	bool no_account;
	int64 most;

	if (authz_linked_execute(change->update, 2, change->types, values) == 0)
		return false;
	most = authz_store_int64(0, 1);
	(void) authz_store_value(0, 2, &no_account);
	if (!no_account)
		authz_assignment_check_most_in((int) authz_store_int64(0, 2), (int) most);
	return true;
}

static Look
look_at_row(const Change *change, Datum *values)
{
	if (authz_linked_execute(change->look, 2, change->types, values) == 0)
		return NO_ROW;
	return authz_store_bool(0, 1) ? DONE : UNDONE;
}

AUTHZ_NORETURN static void
refuse_undone(const AuthzLinked *linked)
{
	ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					errmsg("the categories of rows of table %s could not be changed",
						   linked->content_name),
					errhint("A trigger or rule of the table keeps its owner from it.")));
}

/*
 * Where there is no row to change there may be one in a moment. One that is there
 * and still is not as it should be has a trigger in the way.
 */
static void
change_row(const AuthzLinkArray *array, const Change *change, Datum key, Datum value)
{
	const AuthzLinked *linked = array->linked;
	Datum values[] = {key, value};
	AuthzActing acting;
	Look look = UNDONE;

	authz_linked_begin(linked->content_owner, &acting);
	for (int attempt = 0; attempt < 2; attempt++)
	{
		look = update_row(change, values) ? DONE : look_at_row(change, values);
		if (look == DONE || (look == NO_ROW && change != &array->add))
			break;
		if (attempt == 0 && change == &array->add)
			lock_rows(linked, ADDS_TO_NO_ROW);
	}
	authz_linked_end(&acting);
	if (look == UNDONE)
		refuse_undone(linked);
}

static Datum
element_of(const AuthzLinked *linked, int64 category)
{
	if (linked->element == INT8OID)
		return Int64GetDatum(category);
	if (category < PG_INT32_MIN || category > PG_INT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("integer out of range"),
						errhint("Column \"%s\" is an array of int.", linked->categories)));
	return Int32GetDatum((int32) category);
}

void
authz_link_array_add(const AuthzLinkArray *array, Datum key, int64 category)
{
	change_row(array, &array->add, key, element_of(array->linked, category));
}

void
authz_link_array_remove(const AuthzLinkArray *array, Datum key, int64 category)
{
	change_row(array, &array->remove, key, element_of(array->linked, category));
}

void
authz_link_array_set(const AuthzLinkArray *array, Datum key, const AuthzIds *ids)
{
	bool is_int4 = array->linked->element == INT4OID;
	Datum *elements = palloc((ids->n + 1) * sizeof(Datum));

	for (int i = 0; i < ids->n; i++)
		elements[i] = element_of(array->linked, ids->ids[i]);
	change_row(array, &array->set, key,
			   PointerGetDatum(construct_array(elements, ids->n, array->linked->element,
											   is_int4 ? sizeof(int32) : sizeof(int64),
											   is_int4 || FLOAT8PASSBYVAL,
											   is_int4 ? TYPALIGN_INT : TYPALIGN_DOUBLE)));
}

/* One look makes sure that no trigger was in the way. */
void
authz_link_array_empty(const AuthzLinkArray *array)
{
	const AuthzLinked *linked = array->linked;
	char *filled =
		psprintf("pg_catalog.cardinality(%s) OPERATOR(pg_catalog.<>) 0", column_of(linked));
	AuthzActing acting;
	bool left;

	authz_linked_begin(linked->content_owner, &acting);
	(void) authz_linked_execute_once(psprintf("UPDATE %s AS c SET %s = '{}' WHERE %s",
											  linked->content_name,
											  quote_identifier(linked->categories), filled));
	left = authz_linked_execute_once(
			   psprintf("SELECT FROM %s AS c WHERE %s LIMIT 1", linked->content_name, filled)) != 0;
	authz_linked_end(&acting);
	if (left)
		refuse_undone(linked);
}
