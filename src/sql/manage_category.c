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

/* The argument names the category above, or, with NULL, the root, which is below nothing. */
static void
check_parent(const AuthzDoor *door, FunctionCallInfo fcinfo, int n)
{
	if (!PG_ARGISNULL(n))
		authz_growth_check_reach(door, PG_GETARG_INT64(n));
	else if (door->plane == AUTHZ_PLANE_SESSION &&
			 authz_judgement_session(door->judgement)->branch != 0)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied")));
}

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
	check_parent(&door, fcinfo, 1);
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
	bool opens = !PG_ARGISNULL(9) || authz_manage_clears(fcinfo, 12, "privacy_context");

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
check_keeps_members(const AuthzDoor *door, ArrayType *category_ids)
{
	static AuthzStatement statement = {
		.sql = "WITH RECURSIVE below(id) AS ("
			   "  SELECT p.category_id FROM authz.category_place p"
			   "   WHERE p.account_id = $1 AND p.category_id = ANY ($2)"
			   "  UNION SELECT p.category_id FROM below b"
			   "    JOIN authz.category_place p ON p.parent_id = b.id)"
			   " SELECT FROM authz.category_place p"
			   "  WHERE p.account_id = $1 AND p.category_id = ANY ($2)"
			   "    AND p.inheritance = 'inherit'"
			   " UNION ALL"
			   " SELECT FROM below b JOIN authz.category c ON c.category_id = b.id"
			   "  WHERE c.privacy > 'members_only'"
			   " LIMIT 1",
		.nargs = 2,
		.argtypes = {INT4OID, INT8ARRAYOID},
	};
	Datum values[2];
	AuthzActing acting;
	bool opens;

	values[0] = Int32GetDatum(door->account_id);
	values[1] = PointerGetDatum(category_ids);
	authz_store_begin(&acting);
	opens = authz_store_read_fresh(&statement, values, NULL) > 0;
	authz_store_end(&acting);
	if (opens)
		authz_growth_deny();
}

/* What is below one that is managed by whoever moves it need not be looked through. */
static void
check_may_move(const AuthzDoor *door, ArrayType *category_ids)
{
	Datum *ids;
	bool *nulls;
	int n;
	int others = 0;

	deconstruct_array(category_ids, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &ids,
					  &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			continue;
		authz_growth_check_reach(door, DatumGetInt64(ids[i]));
		if (!authz_growth_has_level(door, DatumGetInt64(ids[i]), AUTHZ_LEVEL_MANAGER))
			ids[others++] = ids[i];
	}
	if (others > 0)
		check_keeps_members(door, construct_array(ids, others, INT8OID, sizeof(int64),
												  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

PG_FUNCTION_INFO_V1(authz_category_move);

/* authz_category_move(category_ids bigint[], new_parent_id bigint) */
Datum
authz_category_move(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("category.move");

	if (door.plane == AUTHZ_PLANE_SESSION && !PG_ARGISNULL(0))
	{
		check_may_move(&door, PG_GETARG_ARRAYTYPE_P(0));
		check_parent(&door, fcinfo, 1);
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

/* The category that a statement of the account and a text finds, 0 for none. */
static int64
find(AuthzStatement *statement, int account_id, const char *name)
{
	Datum values[2];
	AuthzActing acting;
	int64 found = 0;

	values[0] = Int32GetDatum(account_id);
	values[1] = CStringGetTextDatum(name);
	authz_store_begin(&acting);
	if (authz_store_read(statement, values, NULL, GetActiveSnapshot()) == 1)
		found = authz_store_int64(0, 1);
	authz_store_end(&acting);
	return found;
}

static int64
find_by_name(int account_id, const char *full_name)
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
			   " SELECT category_id FROM walk"
			   "  WHERE step = cardinality(string_to_array($2, '>'))",
		.nargs = 2,
		.argtypes = {INT4OID, TEXTOID},
	};

	return find(&statement, account_id, full_name);
}

static int64
find_by_reference(int account_id, const char *reference_id)
{
	static AuthzStatement statement = {
		.sql = "SELECT category_id FROM authz.category"
			   " WHERE account_id = $1 AND reference_id = $2",
		.nargs = 2,
		.argtypes = {INT4OID, TEXTOID},
	};

	return find(&statement, account_id, reference_id);
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
													  : authz_door_enter("category.list");
	int64 found;

	if (full_name == NULL && reference_id == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("full name or reference id must be given")));
	found = full_name != NULL ? find_by_name(door.account_id, full_name)
							  : find_by_reference(door.account_id, reference_id);
	if (full_name != NULL && reference_id != NULL &&
		found != find_by_reference(door.account_id, reference_id))
		found = 0;
	if (found == 0 || (door.plane == AUTHZ_PLANE_SESSION && !lists(door.judgement, found)))
		PG_RETURN_NULL();
	PG_RETURN_INT64(found);
}
