/*
 * manage_apptoken.c
 *	  The doors of app tokens.
 *
 * Proving an app token gives its session, so whoever makes or changes one must
 * have all that this session will have: its role or its user's, its user's
 * levels, its privileges.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "pure/privileges.h"
#include "session/start.h"
#include "sql/argument.h"
#include "sql/growth.h"
#include "sql/manage.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"

AUTHZ_MANAGE_DOOR(authz_apptoken_delete, "apptoken.delete")

/* The session that an app token is exchanged for. */
typedef struct Wanted
{
	AuthzSessionType type;
	int64 principal_id; /* 0: the caller names the user */
	bool user_unknown;	/* the body tells */
	char *privileges;
} Wanted;

static void
deny(const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied"),
					errhint("%s", hint)));
}

static bool
is_one_of(AuthzSpan key, const char *const *words, int n)
{
	for (int i = 0; i < n; i++)
		if (strlen(words[i]) == key.length && memcmp(words[i], key.text, key.length) == 0)
			return true;
	return false;
}

/* Privileges ---------------------------------------------------------------- */

/* The fields that a Kaltura session keeps among its privileges are not to be forged. */
static void
check_form(const char *privileges)
{
	static const char *const fields[] = {"_d", "_e", "_m", "_t", "_u"};
	size_t length = strlen(privileges);
	size_t position = 0;
	AuthzSpan key;
	AuthzSpan values;

	authz_session_check_privileges(privileges);
	while (authz_privileges_next(privileges, length, &position, &key, &values))
		if (is_one_of(key, fields, lengthof(fields)))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("privileges must not have a field of the session itself")));
}

/* Whether the session in force has the key for each of the values. */
static bool
has_privilege(const AuthzSession *session, AuthzSpan key, AuthzSpan values)
{
	size_t length = strlen(session->privileges);
	char *name = pnstrdup(key.text, key.length);
	size_t position = 0;
	AuthzSpan value;

	while (authz_privileges_next_value(key, values, &position, &value))
		if (!authz_privileges_has(session->privileges, length, name,
								  pnstrdup(value.text, value.length)))
			return false;
	return authz_privileges_has(session->privileges, length, name, NULL);
}

static bool
opens_to_caller(AuthzSpan key, AuthzSpan values)
{
	size_t position = 0;
	AuthzSpan value;

	if (!authz_privileges_is_reserved(key))
		return false;
	while (authz_privileges_next_value(key, values, &position, &value))
		if (value.length == 1 && *value.text == '*')
			return true;
	return false;
}

static void
check_privileges(const AuthzDoor *door, const char *privileges)
{
	/* Only an administrator puts these on a session. */
	static const char *const weakening[] = {"disableentitlement", "disableentitlementforentry",
											"disableentitlementforplaylist",
											"disablesessiontypecheck", "enablechangeaccount"};
	/* These reach rows that nothing else opens to the session. */
	static const char *const reaching[] = {"download",		"downloadasset", "edit",
										   "editadmintags", "editplaylist",	 "edituser",
										   "list",			"sview",		 "sviewplaylist"};
	const AuthzSession *session = authz_judgement_session(door->judgement);
	size_t length = strlen(privileges);
	size_t position = 0;
	AuthzSpan key;
	AuthzSpan values;

	while (authz_privileges_next(privileges, length, &position, &key, &values))
	{
		if (is_one_of(key, reaching, lengthof(reaching)) && has_privilege(session, key, values))
			continue;
		if (is_one_of(key, weakening, lengthof(weakening)) ||
			is_one_of(key, reaching, lengthof(reaching)) || opens_to_caller(key, values))
			authz_growth_check_everything(door);
	}
}

/* What all privileges of this key say, a line each; NULL where there is none. */
static char *
values_of(const char *privileges, const char *wanted)
{
	StringInfoData all;
	size_t position = 0;
	bool found = false;
	AuthzSpan key;
	AuthzSpan values;

	initStringInfo(&all);
	while (authz_privileges_next(privileges, strlen(privileges), &position, &key, &values))
	{
		if (!is_one_of(key, &wanted, 1))
			continue;
		if (found)
			appendStringInfoChar(&all, '\n');
		if (values.length > 0)
			appendBinaryStringInfo(&all, values.text, values.length);
		found = true;
	}
	return found ? all.data : NULL;
}

/* Whether both say the same by this key. */
static bool
agree(const char *one, const char *other, const char *key)
{
	char *values = values_of(one, key);
	char *others = values_of(other, key);

	return values == NULL ? others == NULL : others != NULL && strcmp(values, others) == 0;
}

/*
 * What restricts the session in force must restrict the wanted one in the same
 * words; and who may do so much only could have it done by as many sessions as
 * he likes.
 */
static void
check_restrictions(const AuthzSession *session, const char *privileges)
{
	if (!session->restricted)
		return;
	if (values_of(session->privileges, "actionslimit") != NULL ||
		!agree(session->privileges, privileges, "iprestrict") ||
		!agree(session->privileges, privileges, "urirestrict"))
		deny("What limits a session limits the app tokens it makes.");
}

/* What confines the session in force must confine the wanted one as well. */
static void
check_confinement(const AuthzSession *session, const char *privileges)
{
	static const char *const hint = "What limits a session limits the app tokens it makes.";

	if (session->confinement != NULL)
	{
		char *contexts = values_of(privileges, "privacycontext");

		if (contexts == NULL || strcmp(contexts, session->confinement) != 0)
			deny(hint);
	}
	if (session->limited)
	{
		char *rows = values_of(privileges, "limitentry");

		if (rows == NULL || strcmp(rows, values_of(session->privileges, "limitentry")) != 0)
			deny(hint);
	}
	if (session->moderated &&
		!authz_privileges_has(privileges, strlen(privileges), "enablecategorymoderation", NULL))
		deny(hint);
}

/* Roles and levels ---------------------------------------------------------- */

static void
check_roles(const AuthzDoor *door, const Wanted *wanted)
{
	bool named = values_of(wanted->privileges, "setrole") != NULL;
	ArrayType *ids;
	int n;

	if (!named && wanted->principal_id == 0)
	{
		authz_growth_check_everything(door);
		return;
	}
	ids = authz_judge_roles(door->account_id, wanted->principal_id, wanted->type,
							authz_session_roles(wanted->privileges, NULL, 0, false));
	n = ArrayGetNItems(ARR_NDIM(ids), ARR_DIMS(ids));
	for (int i = 0; i < n; i++)
		authz_growth_check_role(door, ((int64 *) ARR_DATA_PTR(ids))[i]);

	/* A role that is made later would be given by nobody. */
	if (n == 0 && named)
		ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND),
						errmsg("setrole names no active role of the account")));
	if (n == 0 && wanted->type == AUTHZ_SESSION_ADMIN)
		authz_growth_check_everything(door);
}

static void
check_levels(const AuthzDoor *door, const Wanted *wanted)
{
	bool confined = authz_session_is_confined(authz_judgement_session(door->judgement));

	if (wanted->principal_id == 0)
		authz_door_require(door, "content.manage_all");
	else if (wanted->principal_id != door->principal_id)
		authz_growth_check_levels(door, wanted->principal_id, confined);
}

static void
check_wanted(const AuthzDoor *door, const Wanted *wanted)
{
	const AuthzSession *session;

	check_form(wanted->privileges);
	if (authz_growth_everything(door))
		return;
	session = authz_judgement_session(door->judgement);
	if (wanted->type == AUTHZ_SESSION_ADMIN && session->type != AUTHZ_SESSION_ADMIN)
		deny("Sessions of type admin are for administrators to give.");
	if (wanted->principal_id == 0 || wanted->principal_id != door->principal_id)
		authz_door_require(door, "user.impersonate");
	check_confinement(session, wanted->privileges);
	check_restrictions(session, wanted->privileges);
	check_privileges(door, wanted->privileges);
	if (wanted->user_unknown)
		return;
	check_roles(door, wanted);
	check_levels(door, wanted);
}

/* Arguments ----------------------------------------------------------------- */

static AuthzSessionType
type_of(const char *word)
{
	return word != NULL && pg_strcasecmp(word, "admin") == 0 ? AUTHZ_SESSION_ADMIN
															 : AUTHZ_SESSION_USER;
}

static void
find_user(const AuthzDoor *door, const char *user_id, Wanted *wanted)
{
	static AuthzStatement statement = {
		.sql = "SELECT principal_id FROM authz.principal"
			   " WHERE account_id = $1 AND lower(user_id) = lower($2) AND reused_at IS NULL"
			   "   AND status <> 'deleted' AND kind <> 'group'",
		.nargs = 2,
		.argtypes = {INT4OID, TEXTOID},
	};
	Datum values[2];
	AuthzActing acting;

	wanted->principal_id = 0;
	if (user_id == NULL)
		return;
	values[0] = Int32GetDatum(door->account_id);
	values[1] = CStringGetTextDatum(user_id);
	authz_store_begin(&acting);
	if (authz_store_write(&statement, values, NULL) == 1)
		wanted->principal_id = authz_store_int64(0, 1);
	authz_store_end(&acting);
	wanted->user_unknown = wanted->principal_id == 0;
}

PG_FUNCTION_INFO_V1(authz_apptoken_add);

/*
 * authz_apptoken_add(description text, hash_type text, session_duration int,
 *					  session_privileges text, session_type text, session_user_id text,
 *					  expiry timestamptz, id text, token text)
 */
Datum
authz_apptoken_add(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("apptoken.add");
	char *privileges = authz_argument_text(fcinfo, 3);
	Wanted wanted = {.type = type_of(authz_argument_text(fcinfo, 4)),
					 .privileges = privileges ? privileges : ""};

	authz_door_refuse_acting(&door);
	if (authz_argument_text(fcinfo, 7) != NULL || authz_argument_text(fcinfo, 8) != NULL)
		authz_manage_database_only(&door, "Ids and tokens are chosen while no session is set.");
	if (authz_argument_text(fcinfo, 8) != NULL)
		authz_door_require_encryption();
	find_user(&door, authz_argument_text(fcinfo, 5), &wanted);
	check_wanted(&door, &wanted);
	return authz_door_call(&door, fcinfo);
}

/* The session that the app token gives so far; false where there is no such token. */
static bool
read_wanted(const AuthzDoor *door, const char *id, Wanted *wanted)
{
	static AuthzStatement statement = {
		.sql = "SELECT session_type::text, session_principal_id, session_privileges"
			   "  FROM authz.apptoken"
			   " WHERE account_id = $1 AND apptoken_id = $2 AND status <> 'deleted'"
			   " FOR NO KEY UPDATE",
		.nargs = 2,
		.argtypes = {INT4OID, TEXTOID},
	};
	MemoryContext caller = CurrentMemoryContext;
	Datum values[2];
	AuthzActing acting;
	bool found;

	values[0] = Int32GetDatum(door->account_id);
	values[1] = CStringGetTextDatum(id);
	authz_store_begin(&acting);
	found = authz_store_write(&statement, values, NULL) == 1;
	if (found)
	{
		char *privileges = authz_store_text(0, 3);

		wanted->type = type_of(authz_store_text(0, 1));
		wanted->principal_id = authz_store_int64(0, 2);
		wanted->privileges = MemoryContextStrdup(caller, privileges ? privileges : "");
	}
	authz_store_end(&acting);
	return found;
}

/* Whether an update changes the sessions to come, other than by blocking them. */
static bool
may_give(FunctionCallInfo fcinfo)
{
	char *status = authz_argument_text(fcinfo, 7);

	for (int n = 2; n <= 6; n++)
		if (!PG_ARGISNULL(n))
			return true;
	return (status != NULL && pg_strcasecmp(status, "active") == 0) ||
		   authz_manage_clears(fcinfo, 8, "session_privileges") ||
		   authz_manage_clears(fcinfo, 8, "session_user_id") ||
		   authz_manage_clears(fcinfo, 8, "expiry");
}

PG_FUNCTION_INFO_V1(authz_apptoken_update);

/*
 * authz_apptoken_update(id text, description text, session_duration int,
 *						 session_privileges text, session_type text, session_user_id text,
 *						 expiry timestamptz, status text, clear text[])
 */
Datum
authz_apptoken_update(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("apptoken.update");
	char *id = authz_argument_text(fcinfo, 0);
	char *privileges = authz_argument_text(fcinfo, 3);
	char *type = authz_argument_text(fcinfo, 4);
	char *user_id = authz_argument_text(fcinfo, 5);
	Wanted wanted = {0};

	authz_door_refuse_acting(&door);
	if (id != NULL && may_give(fcinfo) && read_wanted(&door, id, &wanted))
	{
		if (privileges != NULL)
			wanted.privileges = privileges;
		if (authz_manage_clears(fcinfo, 8, "session_privileges"))
			wanted.privileges = "";
		if (type != NULL)
			wanted.type = type_of(type);
		if (user_id != NULL)
			find_user(&door, user_id, &wanted);
		if (authz_manage_clears(fcinfo, 8, "session_user_id"))
			wanted.principal_id = 0;
		check_wanted(&door, &wanted);
	}
	return authz_door_call(&door, fcinfo);
}
