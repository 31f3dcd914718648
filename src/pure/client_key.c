/*
 * client_key.c
 *	  A public key that a client registers for itself, as a JWK (RFC 7517, 7518, 8037).
 */
#include <stdbool.h>
#include <string.h>

#include "pure/base64url.h"
#include "pure/client_key.h"
#include "pure/json.h"
#include "pure/jwk.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const private_members[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

static const char *
text_of(const json_t *key, const char *member)
{
	return json_string_value(json_object_get(key, member));
}

static bool
is_one_of(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
	{
		if (strcmp(text, words[i]) == 0)
			return true;
	}
	return false;
}

static bool
is_private(const json_t *key)
{
	const char *type = text_of(key, "kty");

	for (size_t i = 0; i < COUNT(private_members); i++)
	{
		if (json_object_get(key, private_members[i]) != NULL)
			return true;
	}
	return type != NULL && strcmp(type, "oct") == 0;
}

/* What a key of the type is made of, and how much of that there is. */
static size_t
members_of(AuthzJwkType type, const char *const **members)
{
	static const char *const rsa[] = {"n", "e"};
	static const char *const point[] = {"crv", "x", "y"};

	*members = type == AUTHZ_JWK_RSA ? rsa : point;
	return type == AUTHZ_JWK_RSA || type == AUTHZ_JWK_ED25519 ? 2 : 3;
}

/* Members of the type, all of them and in their form, and those that any key may have. */
static bool
has_its_members_alone(json_t *key, AuthzJwkType type)
{
	static const char *const common[] = {"kty", "kid", "use", "alg", "key_ops", "ext"};
	const char *const *members;
	size_t count = members_of(type, &members);
	const char *name;
	json_t *value;

	for (size_t i = 0; i < count; i++)
	{
		if (text_of(key, members[i]) == NULL)
			return false;
	}
	json_object_foreach(key, name, value)
	{
		if (!is_one_of(name, common, COUNT(common)) && !is_one_of(name, members, count))
			return false;
	}
	return true;
}

/* One or more visible characters of ASCII, or missing. */
static bool
is_key_id(const json_t *id)
{
	const char *text = json_string_value(id);
	size_t length = json_string_length(id);

	if (id == NULL)
		return true;
	if (text == NULL || length == 0 || length > AUTHZ_CLIENT_KEY_ID_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] < '!' || text[i] > '~')
			return false;
	}
	return true;
}

/* For signatures only, by all three members that may say so. */
static bool
is_for_signatures(const json_t *key, AuthzJwkType type)
{
	const json_t *use = json_object_get(key, "use");
	const json_t *algorithm = json_object_get(key, "alg");
	const json_t *operations = json_object_get(key, "key_ops");
	const json_t *operation = json_array_get(operations, 0);

	if (use != NULL && !(json_is_string(use) && strcmp(json_string_value(use), "sig") == 0))
		return false;
	if (algorithm != NULL &&
		!(json_is_string(algorithm) &&
		  authz_jwa_traits(authz_jwa_find(json_string_value(algorithm)))->key_type == type))
		return false;
	return operations == NULL || (json_array_size(operations) == 1 && json_is_string(operation) &&
								  strcmp(json_string_value(operation), "verify") == 0);
}

AuthzClientKeyResult
authz_client_key_check(json_t *key)
{
	AuthzJwkType type = authz_jwk_type(key);
	AuthzJwk taken;
	AuthzJwkResult result;

	if (is_private(key))
		return AUTHZ_CLIENT_KEY_PRIVATE;
	if (type == AUTHZ_JWK_UNKNOWN)
		return AUTHZ_CLIENT_KEY_TYPE;
	if (!has_its_members_alone(key, type) || !is_key_id(json_object_get(key, "kid")))
		return AUTHZ_CLIENT_KEY_MALFORMED;
	if (!is_for_signatures(key, type))
		return AUTHZ_CLIENT_KEY_USE;
	result = authz_jwk_take(key, &taken);
	authz_jwk_free(&taken);
	return result == AUTHZ_JWK_OK ? AUTHZ_CLIENT_KEY_OK : AUTHZ_CLIENT_KEY_WEAK;
}

json_t *
authz_client_key_write(json_t *key)
{
	static const char *const members[] = {"kty", "crv", "n", "e", "x", "y", "kid", "alg"};
	json_t *canonical = authz_json_object();
	bool done = canonical != NULL;

	for (size_t i = 0; done && i < COUNT(members); i++)
	{
		json_t *value = json_object_get(key, members[i]);

		done = value == NULL || json_object_set(canonical, members[i], value) == 0;
	}
	if (done && json_object_set_new(canonical, "use", json_string("sig")) == 0)
		return canonical;
	json_decref(canonical);
	return NULL;
}
