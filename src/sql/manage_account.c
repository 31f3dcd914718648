/*
 * manage_account.c
 *	  The doors of accounts and of the secrets that belong to them.
 */
#include "postgres.h"

#include "pure/digest.h"
#include "pure/jwk_make.h"
#include "session/session.h"
#include "session/setting.h"
#include "sql/argument.h"
#include "sql/growth.h"
#include "sql/manage.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(authz_account_add);

/* authz_account_add(name text, account_id int, admin_secret text) */
Datum
authz_account_add(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open_database("account.add");

	if (authz_argument_text(fcinfo, 2) != NULL)
		authz_door_require_encryption();
	return authz_door_call(&door, fcinfo);
}

/*
 * The first argument names the account: any one in the database plane, in a
 * session its own.
 */
static AuthzDoor
open_account(FunctionCallInfo fcinfo)
{
	AuthzDoor door;

	if (*authz_setting_session() == '\0')
		door = authz_door_open_database("account.manage");
	else
	{
		door = authz_door_open("account.manage");
		if (!PG_ARGISNULL(0) && PG_GETARG_INT32(0) != door.account_id)
			authz_manage_database_only(&door, "A session reaches its own account alone.");
	}
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("account id must be given")));
	return door;
}

PG_FUNCTION_INFO_V1(authz_account_update);

/* authz_account_update(account_id int, name text, settings jsonb, status text) */
Datum
authz_account_update(PG_FUNCTION_ARGS)
{
	AuthzDoor door = open_account(fcinfo);

	if (authz_argument_text(fcinfo, 3) != NULL)
		authz_manage_database_only(&door, "An account is blocked while no session is set.");
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_account_rotate_secret);

/*
 * authz_account_rotate_secret(account_id int, overlap int, admin_secret text): who
 * has the secret has everything
 */
Datum
authz_account_rotate_secret(PG_FUNCTION_ARGS)
{
	AuthzDoor door = open_account(fcinfo);

	authz_door_refuse_acting(&door);
	authz_growth_check_everything(&door);
	if (authz_argument_text(fcinfo, 2) != NULL)
	{
		authz_manage_database_only(&door, "Secrets are chosen while no session is set.");
		authz_door_require_encryption();
	}
	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_signing_key_rotate);

/* authz_signing_key_rotate(algorithm text, overlap int) */
Datum
authz_signing_key_rotate(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("signing_key.rotate");

	authz_door_refuse_acting(&door);
	return authz_door_call(&door, fcinfo);
}

/* Secrets ----------------------------------------------------------------- */

static void
fill_random(void *out, size_t n)
{
	if (!pg_strong_random(out, n))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not make a random value")));
}

PG_FUNCTION_INFO_V1(authz_random_bytes);

/* authz.random_bytes(n int) */
Datum
authz_random_bytes(PG_FUNCTION_ARGS)
{
	int n = Max(PG_GETARG_INT32(0), 1);
	bytea *result = palloc(VARHDRSZ + n);

	SET_VARSIZE(result, VARHDRSZ + n);
	fill_random(VARDATA(result), n);
	PG_RETURN_BYTEA_P(result);
}

PG_FUNCTION_INFO_V1(authz_verifier);

/* authz.verifier(secret text) */
Datum
authz_verifier(PG_FUNCTION_ARGS)
{
	char *secret = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char verifier[AUTHZ_VERIFIER_MAX];
	uint8 salt[AUTHZ_VERIFIER_SALT_BYTES];

	fill_random(salt, sizeof(salt));
	if (!authz_verifier_make(secret, salt, verifier))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not hash a secret")));
	PG_RETURN_TEXT_P(cstring_to_text(verifier));
}

PG_FUNCTION_INFO_V1(authz_make_jwk);

/* authz.make_jwk(algorithm text, kid text) */
Datum
authz_make_jwk(PG_FUNCTION_ARGS)
{
	AuthzJwa algorithm = authz_jwa_find(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	char *kid = text_to_cstring(PG_GETARG_TEXT_PP(1));
	char jwk[AUTHZ_JWK_TEXT_MAX + 1];

	if (!authz_jwk_make(algorithm, kid, jwk))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not make a signing key")));
	PG_RETURN_BYTEA_P((bytea *) cstring_to_text(jwk));
}

PG_FUNCTION_INFO_V1(authz_public_jwk);

/* authz.public_jwk(jwk bytea) */
Datum
authz_public_jwk(PG_FUNCTION_ARGS)
{
	bytea *jwk = PG_GETARG_BYTEA_PP(0);
	char public[AUTHZ_JWK_TEXT_MAX + 1];

	if (!authz_jwk_publish(VARDATA_ANY(jwk), VARSIZE_ANY_EXHDR(jwk), public))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(public)));
}
