/*
 * manage_password.c
 *	  The doors of passwords.
 *
 * One's own is changed by who knows the old one, with his own hand. Whoever
 * gives another a password can be that one from then on, and so needs what it
 * takes to act for others, and must have all that the other has.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "session/setting.h"
#include "sql/argument.h"
#include "sql/growth.h"
#include "sql/manage.h"
#include "sql/manage_password.h"
#include "sql/password.h"
#include "sql/proof.h"
#include "store/statement.h"
#include "tcop/utility.h"

AUTHZ_MANAGE_DOOR(authz_blocked_password_add, "blocked_password.add")
AUTHZ_MANAGE_DOOR(authz_blocked_password_delete, "blocked_password.delete")

static bool
has_password(int64 principal_id)
{
	static AuthzStatement statement = {
		.sql = "SELECT principal_id FROM authz.password WHERE principal_id = $1",
		.nargs = 1,
		.argtypes = {INT8OID},
	};
	Datum values[1];
	AuthzActing acting;
	bool has;

	values[0] = Int64GetDatum(principal_id);
	authz_store_begin(&acting);
	has = authz_store_read_fresh(&statement, values, NULL) == 1;
	authz_store_end(&acting);
	return has;
}

/* Whoever has taken over a session does not have the password by that. */
static void
prove_old(const AuthzDoor *door, const char *user_id, const char *old_password)
{
	char *subject = psprintf("password:%d:" INT64_FORMAT, door->account_id, door->principal_id);

	if (authz_proof_must_wait(subject))
		authz_proof_refuse();
	if (!authz_password_prove(door->account_id, user_id, old_password))
	{
		authz_proof_failed(subject);
		authz_proof_refuse();
	}
	authz_proof_right(subject);
}

AuthzDoor
authz_manage_password_open(const char *user_id, const char *old_password)
{
	AuthzDoor door;

	if (*authz_setting_session() == '\0')
		return authz_door_open("user.set_password");
	door = authz_door_open_session("user.set_password");
	authz_door_require_own_hand(&door);
	if (user_id != NULL && door.principal_id != 0 &&
		authz_growth_find_principal(door.account_id, user_id) == door.principal_id &&
		has_password(door.principal_id))
	{
		prove_old(&door, user_id, old_password == NULL ? "" : old_password);
		return door;
	}
	authz_door_require(&door, "user.set_password");
	authz_door_require(&door, "user.impersonate");
	if (user_id != NULL)
		authz_growth_check_principal(&door, user_id);
	return door;
}

PG_FUNCTION_INFO_V1(authz_user_set_password);

/* authz_user_set_password(user_id text, password text, old_password text) */
Datum
authz_user_set_password(PG_FUNCTION_ARGS)
{
	AuthzDoor door;

	authz_door_require_encryption();
	PreventCommandIfReadOnly("authz_user_set_password()");
	PreventCommandIfParallelMode("authz_user_set_password()");
	door =
		authz_manage_password_open(authz_argument_text(fcinfo, 0), authz_argument_text(fcinfo, 2));
	return authz_door_call(&door, fcinfo);
}
