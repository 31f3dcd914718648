/*
 * manage_category.c
 *	  The doors of categories.
 *
 * To set who is or may become a member, or to whom a category is open, takes
 * being its manager beside the permission: nobody opens it to himself.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "entitle/listing.h"
#include "session/setting.h"
#include "sql/argument.h"
#include "sql/growth.h"
#include "sql/manage.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(authz_category_add);

/*
 * authz_category_add(name text, parent_id bigint, privacy text, privacy_context text,
 *					  inheritance text, contribution_policy text,
 *					  default_permission_level text, user_join_policy text,
 *					  appear_in_list text, moderation bool, owner text,
 *					  reference_id text, category_id bigint)
 */
Datum
authz_category_add(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("category.add");

	if (!PG_ARGISNULL(12))
		authz_manage_database_only(&door, "Ids are chosen while no session is set.");
	if (!PG_ARGISNULL(1))
		authz_growth_check_reach(&door, PG_GETARG_INT64(1));
	return authz_door_call(&door, fcinfo);
}

/* A category that is not there is told of later: who is in may know. */
static void
check_manages(const AuthzDoor *door, int64 category_id)
{
	if (door->plane == AUTHZ_PLANE_SESSION &&
		authz_judgement_knows_category(door->judgement, category_id))
		authz_growth_check_level(door, category_id, AUTHZ_LEVEL_MANAGER);
}

PG_FUNCTION_INFO_V1(authz_category_update);

/*
 * authz_category_update(category_id bigint, name text, privacy text, privacy_context text,
 *						 inheritance text, contribution_policy text,
 *						 default_permission_level text, user_join_policy text,
 *						 appear_in_list text, moderation bool, owner text,
 *						 reference_id text, clear text[])
 */
Datum
authz_category_update(PG_FUNCTION_ARGS)
{
	static const int opening[] = {2, 3, 4, 5, 6, 7, 10};
	AuthzDoor door = authz_door_open("category.update");
	bool opens = authz_manage_clears(fcinfo, 12, "privacy_context");

	for (int i = 0; i < lengthof(opening); i++)
		opens |= authz_argument_text(fcinfo, opening[i]) != NULL;
	if (!PG_ARGISNULL(0))
	{
		authz_growth_check_reach(&door, PG_GETARG_INT64(0));
		if (opens)
			check_manages(&door, PG_GETARG_INT64(0));
	}
	return authz_door_call(&door, fcinfo);
}

/*
 * One that inherits gets the members of its new place, and what is open, there
 * or below, is open to whom the contexts of the new place reach.
 */
static void
check_manages_moved(const AuthzDoor *door, ArrayType *category_ids)
{
	static AuthzStatement statement = {
		.sql = "WITH RECURSIVE below(moved, id) AS ("
			   "  SELECT p.category_id, p.category_id FROM authz.category_place p"
			   "   WHERE p.account_id = $1 AND p.category_id = ANY ($2)"
			   "  UNION SELECT b.moved, p.category_id FROM below b"
			   "    JOIN authz.category_place p ON p.parent_id = b.id)"
			   " SELECT DISTINCT b.moved FROM below b"
			   "   JOIN authz.category c ON c.category_id = b.id"
			   "   JOIN authz.category_place p ON p.category_id = b.moved"
			   "  WHERE p.inheritance = 'inherit' OR c.privacy > 'members_only'",
		.nargs = 2,
		.argtypes = {INT4OID, INT8ARRAYOID},
	};
	Datum values[2];
	AuthzActing acting;
	uint64 n;
	int64 *ids;

	values[0] = Int32GetDatum(door->account_id);
	values[1] = PointerGetDatum(category_ids);
	ids = palloc((ArrayGetNItems(ARR_NDIM(category_ids), ARR_DIMS(category_ids)) + 1) *
				 sizeof(int64));
	authz_store_begin(&acting);
	n = authz_store_write(&statement, values, NULL);
	for (uint64 row = 0; row < n; row++)
		ids[row] = authz_store_int64(row, 1);
	authz_store_end(&acting);
	for (uint64 i = 0; i < n; i++)
		authz_growth_check_level(door, ids[i], AUTHZ_LEVEL_MANAGER);
}

static void
check_reaches(const AuthzDoor *door, ArrayType *category_ids)
{
	Datum *ids;
	bool *nulls;
	int n;

	deconstruct_array(category_ids, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &ids,
					  &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			authz_growth_check_reach(door, DatumGetInt64(ids[i]));
}

PG_FUNCTION_INFO_V1(authz_category_move);

/* authz_category_move(category_ids bigint[], new_parent_id bigint) */
Datum
authz_category_move(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("category.move");

	if (door.plane == AUTHZ_PLANE_SESSION && !PG_ARGISNULL(0))
	{
		check_reaches(&door, PG_GETARG_ARRAYTYPE_P(0));
		check_manages_moved(&door, PG_GETARG_ARRAYTYPE_P(0));
		if (!PG_ARGISNULL(1))
			authz_growth_check_reach(&door, PG_GETARG_INT64(1));
	}
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_category_delete);

/* authz_category_delete(category_id bigint, subtree bool) */
Datum
authz_category_delete(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("category.delete");

	if (!PG_ARGISNULL(0))
		authz_growth_check_reach(&door, PG_GETARG_INT64(0));
	return authz_door_call(&door, fcinfo);
}

/* Looking up -------------------------------------------------------------- */

/* The category of a full name, a reference id, or both; 0 for none. */
static int64
find_category(int account_id, const char *full_name, const char *reference_id)
{
	static AuthzStatement statement = {
		.sql = "WITH RECURSIVE walk(category_id, step) AS ("
			   "  SELECT category_id, 1 FROM authz.category_place"
			   "   WHERE account_id = $1 AND parent_id IS NULL"
			   "     AND name = (string_to_array($2, '>'))[1]"
			   "  UNION ALL"
			   "  SELECT p.category_id, w.step + 1 FROM walk w"
			   "    JOIN authz.category_place p ON p.account_id = $1"
			   "     AND p.parent_id = w.category_id"
			   "     AND p.name = (string_to_array($2, '>'))[w.step + 1])"
			   " SELECT c.category_id FROM authz.category c"
			   "  WHERE c.account_id = $1"
			   "    AND ($3 IS NULL OR c.reference_id = $3)"
			   "    AND ($2 IS NULL OR c.category_id = (SELECT category_id FROM walk"
			   "           WHERE step = cardinality(string_to_array($2, '>'))))",
		.nargs = 3,
		.argtypes = {INT4OID, TEXTOID, TEXTOID},
	};
	char nulls[] = "   ";
	Datum values[3];
	AuthzActing acting;
	int64 found = 0;

	values[0] = Int32GetDatum(account_id);
	values[1] = full_name ? CStringGetTextDatum(full_name) : (Datum) 0;
	values[2] = reference_id ? CStringGetTextDatum(reference_id) : (Datum) 0;
	nulls[1] = full_name ? ' ' : 'n';
	nulls[2] = reference_id ? ' ' : 'n';
	authz_store_begin(&acting);
	if (authz_store_read(&statement, values, nulls, GetActiveSnapshot()) == 1)
		found = authz_store_int64(0, 1);
	authz_store_end(&acting);
	return found;
}

static bool
lists(AuthzJudgement *judgement, int64 category_id)
{
	AuthzListing listing;

	authz_listing_read(judgement, &listing);
	return authz_listing_shows(&listing, category_id);
}

PG_FUNCTION_INFO_V1(authz_category_id);

/* authz_category_id(full_name text, reference_id text) */
Datum
authz_category_id(PG_FUNCTION_ARGS)
{
	char *full_name = authz_argument_text(fcinfo, 0);
	char *reference_id = authz_argument_text(fcinfo, 1);
	AuthzDoor door = *authz_setting_session() == '\0' ? authz_door_open("category.list")
													  : authz_door_open_session("category.list");
	int64 found;

	if (full_name == NULL && reference_id == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("full name or reference id must be given")));
	found = find_category(door.account_id, full_name, reference_id);
	if (found == 0 || (door.plane == AUTHZ_PLANE_SESSION && !lists(door.judgement, found)))
		PG_RETURN_NULL();
	PG_RETURN_INT64(found);
}
