/*
 * manage_sign_in.c
 *	  The doors of how an application's users sign in.
 *
 * Who says how somebody is proven to be somebody can be anybody: to have others
 * prove it takes the right to act for others (user.impersonate), beside a stake
 * in the application. Passwords that are kept here are nobody's to choose but
 * their owners'.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "directory/directory.h"
#include "miscadmin.h"
#include "sql/application.h"
#include "sql/argument.h"
#include "sql/directory_settings.h"
#include "sql/growth.h"
#include "sql/manage.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/syscache.h"
#include "utils/uuid.h"

static bool
is_word(const char *word, const char *expected)
{
	return word != NULL && pg_strcasecmp(word, expected) == 0;
}

/* What is stored of the directory and what is set of sign-in have to go together. */
static void
check_directory(FunctionCallInfo fcinfo)
{
	CommandCounterIncrement();
	authz_directory_settings_check(
		DatumGetCString(DirectFunctionCall1(uuid_out, PG_GETARG_DATUM(0))));
}

PG_FUNCTION_INFO_V1(authz_sign_in_configure);

/*
 * authz_sign_in_configure(application_id uuid, authn text, authz text,
 *						   refresh_details_on_login bool, refresh_role_on_login bool,
 *						   allow_anonymous bool, anonymous_role text, session_lifetime int,
 *						   groups_matching_order text[], match_primary_group bool)
 */
Datum
authz_sign_in_configure(PG_FUNCTION_ARGS)
{
	const pg_uuid_t *application_id = authz_application_argument(fcinfo, 0);
	AuthzDoor door = authz_application_open("sign_in.configure", application_id);
	const char *authn = authz_argument_text(fcinfo, 1);
	const char *authz = authz_argument_text(fcinfo, 2);
	Datum result;

	authz_door_refuse_acting(&door);
	if (!is_word(authn, "internal") || !is_word(authz, "internal"))
		authz_manage_require_trust(&door);
	authz_application_check_role(&door, application_id, authz_argument_text(fcinfo, 6));
	result = authz_door_call(&door, fcinfo);
	if (is_word(authn, "ldap") || is_word(authz, "ldap"))
		check_directory(fcinfo);
	return result;
}

PG_FUNCTION_INFO_V1(authz_header_configure);

/* authz_header_configure(application_id uuid, header_name text, secret text, logout_url text) */
Datum
authz_header_configure(PG_FUNCTION_ARGS)
{
	AuthzDoor door =
		authz_application_open("header.configure", authz_application_argument(fcinfo, 0));

	authz_door_require_own_hand(&door);
	authz_manage_require_trust(&door);
	if (authz_argument_text(fcinfo, 2) != NULL)
		authz_door_require_encryption();
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_sso_configure);

/*
 * authz_sso_configure(application_id uuid, issuer text, secret text, login_url text,
 *					   logout_url text, accept_session_key bool)
 */
Datum
authz_sso_configure(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_application_open("sso.configure", authz_application_argument(fcinfo, 0));

	authz_door_require_own_hand(&door);
	authz_manage_require_trust(&door);
	if (authz_argument_text(fcinfo, 2) != NULL)
		authz_door_require_encryption();
	return authz_door_call(&door, fcinfo);
}

/*
 * Raises unless it is a function of one argument that the database role owns:
 * it will run with its owner's rights, whoever signs in.
 */
static void
check_function(FunctionCallInfo fcinfo, int n, Oid argument, Oid result, const char *contract)
{
	HeapTuple tuple;
	Form_pg_proc function;
	bool fits;

	if (PG_ARGISNULL(n))
		return;
	tuple = SearchSysCache1(PROCOID, PG_GETARG_DATUM(n));
	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND), errmsg("there is no such function")));
	function = (Form_pg_proc) GETSTRUCT(tuple);
	fits = function->prokind == PROKIND_FUNCTION && !function->proretset &&
		   function->pronargs == 1 && function->proargtypes.values[0] == argument &&
		   function->prorettype == result;
	ReleaseSysCache(tuple);
	if (!authz_owns_function(PG_GETARG_OID(n), GetUserId()))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
						errhint("A function runs here with its owner's rights, so its owner "
								"registers it.")));
	if (!fits)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid function"),
						errhint("It is a function %s.", contract)));
}

PG_FUNCTION_INFO_V1(authz_adapter_configure);

/* authz_adapter_configure(application_id uuid, authenticate regprocedure, authorize regprocedure) */
Datum
authz_adapter_configure(PG_FUNCTION_ARGS)
{
	AuthzDoor door =
		authz_application_open("adapter.configure", authz_application_argument(fcinfo, 0));

	authz_door_refuse_acting(&door);
	authz_manage_require_trust(&door);
	check_function(fcinfo, 1, JSONBOID, JSONBOID, "(credential jsonb) that returns jsonb");
	check_function(fcinfo, 2, TEXTOID, TEXTOID, "(user_id text) that returns text");
	return authz_door_call(&door, fcinfo);
}

/* Directories ------------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(authz_ldap_configure);

/*
 * authz_ldap_configure(application_id uuid, uris text[], base_dn text, bind_method text,
 *						search_user text, search_password text, user_search_pattern text,
 *						user_dn_format text, start_tls bool, ca_certificate text,
 *						email_attribute text, first_name_attribute text,
 *						last_name_attribute text, group_search text, member_of_attribute text,
 *						group_search_pattern text, group_search_each_pattern text,
 *						group_search_query text, group_membership_attribute text,
 *						primary_group_attribute text, nested_groups bool, timeout int)
 */
Datum
authz_ldap_configure(PG_FUNCTION_ARGS)
{
	AuthzDoor door =
		authz_application_open("ldap.configure", authz_application_argument(fcinfo, 0));
	Datum result;

	authz_door_require_own_hand(&door);
	authz_manage_require_trust(&door);
	if (authz_argument_text(fcinfo, 5) != NULL)
		authz_door_require_encryption();
	if (!authz_directory_is_there())
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("this build of authz has no directories"),
						errhint("It was made with WITH_LDAP=no.")));
	result = authz_door_call(&door, fcinfo);
	check_directory(fcinfo);
	return result;
}

/* Roles by groups of a directory ------------------------------------------------- */

PG_FUNCTION_INFO_V1(authz_directory_role_add);

/*
 * authz_directory_role_add(application_id uuid, directory_group text, role text,
 *							primary_group_id text)
 */
Datum
authz_directory_role_add(PG_FUNCTION_ARGS)
{
	const pg_uuid_t *application_id = authz_application_argument(fcinfo, 0);
	AuthzDoor door = authz_application_open("directory_role.add", application_id);
	char *group = authz_argument_text(fcinfo, 1);
	char *primary = authz_argument_text(fcinfo, 3);

	authz_application_check_role(&door, application_id, authz_argument_text(fcinfo, 2));
	if (group != NULL || primary != NULL)
		authz_directory_settings_check_group(group, primary);
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_directory_role_delete);

/*
 * authz_directory_role_delete(application_id uuid, directory_group text, role text,
 *							   primary_group_id text)
 */
Datum
authz_directory_role_delete(PG_FUNCTION_ARGS)
{
	AuthzDoor door =
		authz_application_open("directory_role.delete", authz_application_argument(fcinfo, 0));

	return authz_door_call(&door, fcinfo);
}

/* Application Roles ------------------------------------------------------------ */

PG_FUNCTION_INFO_V1(authz_role_user_set);

/* authz_role_user_set(application_id uuid, user_id text, role text) */
Datum
authz_role_user_set(PG_FUNCTION_ARGS)
{
	const pg_uuid_t *application_id = authz_application_argument(fcinfo, 0);
	AuthzDoor door = authz_application_open("role_user.set", application_id);

	authz_application_check_role(&door, application_id, authz_argument_text(fcinfo, 2));
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_role_user_unset);

/* authz_role_user_unset(application_id uuid, user_id text) */
Datum
authz_role_user_unset(PG_FUNCTION_ARGS)
{
	AuthzDoor door =
		authz_application_open("role_user.unset", authz_application_argument(fcinfo, 0));

	return authz_door_call(&door, fcinfo);
}
