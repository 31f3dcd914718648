/*
 * manage_issuer.c
 *	  The doors of issuers whose tokens are believed.
 *
 * Whose signature is believed decides who is who: to say so takes the right to act
 * for others, in a session of one's own that is not limited. A session by a token
 * of such an issuer says nothing here, or it could outlive the trust that it came by.
 */
#include "postgres.h"

#include "pure/issuer_keys.h"
#include "session/issuer_registry.h"
#include "sql/growth.h"
#include "sql/manage.h"
#include "utils/jsonb.h"

static AuthzDoor
open_trusting(const char *permission)
{
	AuthzDoor door = authz_door_open(permission);

	authz_door_require_own_hand(&door);
	authz_door_require_unlimited(&door);
	authz_manage_require_trust(&door);
	return door;
}

PG_FUNCTION_INFO_V1(authz_issuer_add);

/*
 * authz_issuer_add(issuer text, jwks jsonb, audience text, algorithms text[],
 *					user_claim text, role_claim text, direct bool, max_lifetime int)
 */
Datum
authz_issuer_add(PG_FUNCTION_ARGS)
{
	AuthzDoor door = open_trusting("issuer.add");

	return authz_door_call(&door, fcinfo);
}

PG_FUNCTION_INFO_V1(authz_issuer_update);

/*
 * authz_issuer_update(issuer text, jwks jsonb, audience text, algorithms text[],
 *					   user_claim text, role_claim text, direct bool, max_lifetime int,
 *					   clear text[])
 */
Datum
authz_issuer_update(PG_FUNCTION_ARGS)
{
	AuthzDoor door = open_trusting("issuer.update");

	return authz_door_call(&door, fcinfo);
}

AUTHZ_MANAGE_DOOR(authz_issuer_delete, "issuer.delete")

PG_FUNCTION_INFO_V1(authz_issuer_role_add);

/* authz_issuer_role_add(issuer text, value text, role_id bigint) */
Datum
authz_issuer_role_add(PG_FUNCTION_ARGS)
{
	AuthzDoor door = authz_door_open("issuer_role.add");

	if (!PG_ARGISNULL(2))
		authz_growth_check_role(&door, PG_GETARG_INT64(2));
	return authz_door_call(&door, fcinfo);
}

AUTHZ_MANAGE_DOOR(authz_issuer_role_delete, "issuer_role.delete")

/* Keys ----------------------------------------------------------------------- */

static const char *
hint_for(AuthzIssuerKeysResult result)
{
	switch (result)
	{
		case AUTHZ_ISSUER_KEYS_TOO_LARGE:
			return psprintf("A JWK set has at most %d keys and %d bytes.", AUTHZ_JWK_SET_MAX_KEYS,
							AUTHZ_JWK_SET_MAX_BYTES);
		case AUTHZ_ISSUER_KEYS_SECRET:
			return "Register public keys alone: what verifies here must not be able to sign.";
		case AUTHZ_ISSUER_KEYS_NONE:
			return "None of the keys is for any of the algorithms.";
		case AUTHZ_ISSUER_KEYS_NAMELESS:
			return "Where there are several keys each has a kid.";
		case AUTHZ_ISSUER_KEYS_TWICE:
			return "No two keys have the same kid.";
		default:
			return "Give a JWK set, as issuers publish theirs: an object with an array keys of JWKs.";
	}
}

PG_FUNCTION_INFO_V1(authz_check_issuer_keys);

/* authz.check_issuer_keys(jwks jsonb, algorithms text[]) */
Datum
authz_check_issuer_keys(PG_FUNCTION_ARGS)
{
	Jsonb *json = PG_GETARG_JSONB_P(0);
	char *text = JsonbToCString(NULL, &json->root, VARSIZE(json));
	AuthzJwkSet keys;
	AuthzIssuerKeysResult result = authz_issuer_keys_read(
		text, strlen(text), authz_issuer_algorithms(PG_GETARG_ARRAYTYPE_P(1)), &keys);

	authz_jwk_set_free(&keys);
	if (result == AUTHZ_ISSUER_KEYS_MEMORY)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	if (result != AUTHZ_ISSUER_KEYS_OK)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid jwks"),
						errhint("%s", hint_for(result))));
	PG_RETURN_VOID();
}
