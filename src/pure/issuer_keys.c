/*
 * issuer_keys.c
 *	  The keys of an issuer whose tokens are believed: a JWK set, as issuers
 *	  publish theirs.
 */
#include <string.h>

#include "pure/issuer_keys.h"
#include "pure/json.h"

/* Whether a key has what signs, of whatever type it is. */
static bool
has_secret(const json_t *jwk)
{
	static const char *const members[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
	const char *kty = json_string_value(json_object_get(jwk, "kty"));

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
	{
		if (json_object_get(jwk, members[i]) != NULL)
			return true;
	}
	return kty != NULL && strcmp(kty, "oct") == 0;
}

/* What is wrong with the text before its keys are read. */
static AuthzIssuerKeysResult
check_text(const char *text, size_t length)
{
	AuthzIssuerKeysResult result = AUTHZ_ISSUER_KEYS_OK;
	json_t *object;
	const json_t *keys;

	if (length > AUTHZ_JWK_SET_MAX_BYTES)
		return AUTHZ_ISSUER_KEYS_TOO_LARGE;
	switch (authz_json_read(text, length, &object))
	{
		case AUTHZ_JSON_OK:
			break;
		case AUTHZ_JSON_MALFORMED:
			return AUTHZ_ISSUER_KEYS_MALFORMED;
		case AUTHZ_JSON_MEMORY:
			return AUTHZ_ISSUER_KEYS_MEMORY;
	}
	keys = json_object_get(object, "keys");
	if (!json_is_array(keys))
		result = AUTHZ_ISSUER_KEYS_MALFORMED;
	for (size_t i = 0; i < json_array_size(keys); i++)
	{
		if (has_secret(json_array_get(keys, i)))
			result = AUTHZ_ISSUER_KEYS_SECRET;
	}
	json_decref(object);
	return result;
}

static bool
fits_one(const AuthzJwk *key, uint32_t algorithms)
{
	for (int algorithm = AUTHZ_JWA_UNKNOWN; algorithm <= AUTHZ_JWA_EDDSA; algorithm++)
	{
		if ((algorithms & AUTHZ_JWA_BIT(algorithm)) != 0 &&
			authz_jwk_fits(key, (AuthzJwa) algorithm))
			return true;
	}
	return false;
}

/* Whether the names of the keys that may be used tell them apart. */
static AuthzIssuerKeysResult
check_names(const AuthzJwkSet *set)
{
	size_t count = 0;
	bool nameless = false;

	for (size_t i = 0; i < set->count; i++)
	{
		const AuthzJwk *key = &set->keys[i];

		if (!fits_one(key, set->algorithms))
			continue;
		count++;
		nameless = nameless || key->kid == NULL;
		for (size_t j = 0; j < i && key->kid != NULL; j++)
		{
			const AuthzJwk *other = &set->keys[j];

			if (fits_one(other, set->algorithms) && other->kid != NULL &&
				strcmp(other->kid, key->kid) == 0)
				return AUTHZ_ISSUER_KEYS_TWICE;
		}
	}
	if (count == 0)
		return AUTHZ_ISSUER_KEYS_NONE;
	return nameless && count > 1 ? AUTHZ_ISSUER_KEYS_NAMELESS : AUTHZ_ISSUER_KEYS_OK;
}

AuthzIssuerKeysResult
authz_issuer_keys_read(const char *text, size_t length, uint32_t algorithms, AuthzJwkSet *set)
{
	AuthzIssuerKeysResult result;

	memset(set, 0, sizeof(*set));
	result = check_text(text, length);
	if (result != AUTHZ_ISSUER_KEYS_OK)
		return result;
	switch (authz_jwk_set_read(text, length, set))
	{
		case AUTHZ_JWK_OK:
			break;
		case AUTHZ_JWK_MALFORMED:
			return AUTHZ_ISSUER_KEYS_MALFORMED;
		case AUTHZ_JWK_TOO_LARGE:
			return AUTHZ_ISSUER_KEYS_TOO_LARGE;
		case AUTHZ_JWK_MEMORY:
			return AUTHZ_ISSUER_KEYS_MEMORY;
	}
	set->algorithms = algorithms;
	return check_names(set);
}
