/*
 * jws.c
 *	  The door of signed texts: whether a JWS is signed with a key, and what it says.
 */
#include "postgres.h"

#include "fmgr.h"
#include "pure/jws.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

/* The keys of the last call: mostly all rows of a query are verified with the same. */
typedef struct Keys
{
	MemoryContextCallback callback;
	MemoryContext context; /* of the copy below */
	Jsonb *json;
	AuthzJwkSet set;
} Keys;

static void
free_keys(void *keys)
{
	authz_jwk_set_free(&((Keys *) keys)->set);
}

/* The place for what is kept between calls, empty at first. */
static Keys *
place_for_keys(FmgrInfo *function)
{
	Keys *keys = function->fn_extra;

	if (keys == NULL)
	{
		keys = MemoryContextAllocZero(function->fn_mcxt, sizeof(Keys));
		keys->context =
			AllocSetContextCreate(function->fn_mcxt, "authz keys", ALLOCSET_SMALL_SIZES);
		keys->callback.func = free_keys;
		keys->callback.arg = keys;
		MemoryContextRegisterResetCallback(function->fn_mcxt, &keys->callback);
		function->fn_extra = keys;
	}
	return keys;
}

static void
read_keys(Keys *keys, Jsonb *json)
{
	char *text = JsonbToCString(NULL, &json->root, VARSIZE(json));
	AuthzJwkResult result;

	authz_jwk_set_free(&keys->set);
	keys->json = NULL;
	MemoryContextReset(keys->context);
	result = authz_jwk_set_read(text, strlen(text), &keys->set);
	switch (result)
	{
		case AUTHZ_JWK_OK:
			break;
		case AUTHZ_JWK_MALFORMED:
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("key is neither a JWK nor a JWK set"),
							errhint("A JWK is an object with a member kty, a JWK set one with an "
									"array keys of JWKs.")));
		case AUTHZ_JWK_TOO_LARGE:
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("key is too large"),
							errhint("A JWK set has at most %d keys and %d bytes.",
									AUTHZ_JWK_SET_MAX_KEYS, AUTHZ_JWK_SET_MAX_BYTES)));
		case AUTHZ_JWK_MEMORY:
			ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	}
	keys->json = MemoryContextAlloc(keys->context, VARSIZE(json));
	memcpy(keys->json, json, VARSIZE(json));
}

static const AuthzJwkSet *
find_keys(FmgrInfo *function, Jsonb *json)
{
	Keys *keys = place_for_keys(function);

	if (keys->json == NULL || VARSIZE(keys->json) != VARSIZE(json) ||
		memcmp(keys->json, json, VARSIZE(json)) != 0)
		read_keys(keys, json);
	return &keys->set;
}

PG_FUNCTION_INFO_V1(authz_jws_verify);

/* authz_jws_verify(jws text, key jsonb) */
Datum
authz_jws_verify(PG_FUNCTION_ARGS)
{
	const AuthzJwkSet *keys = find_keys(fcinfo->flinfo, PG_GETARG_JSONB_P(1));
	text *jws = PG_GETARG_TEXT_PP(0);
	size_t length = VARSIZE_ANY_EXHDR(jws);
	size_t payload_length;
	bytea *payload;

	/* Nobody gets memory for a text that is not looked at. */
	if (length > AUTHZ_JWS_MAX_BYTES)
		PG_RETURN_NULL();
	payload = palloc(VARHDRSZ + length);
	switch (
		authz_jws_open(VARDATA_ANY(jws), length, keys, (uint8 *) VARDATA(payload), &payload_length))
	{
		case AUTHZ_JWS_OK:
			break;
		case AUTHZ_JWS_MEMORY:
			ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
		default:
			PG_RETURN_NULL();
	}
	SET_VARSIZE(payload, VARHDRSZ + payload_length);
	PG_RETURN_BYTEA_P(payload);
}
