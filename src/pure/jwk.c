/*
 * jwk.c
 *	  Keys as JSON has them (RFC 7517): read, and chosen from a set.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "pure/base64url.h"
#include "pure/json.h"
#include "pure/jwk.h"
#include "pure/pkey.h"

/* What a key is read for: what its key_ops must allow, and whether its private half is needed. */
typedef enum Purpose
{
	VERIFYING,
	SIGNING
} Purpose;

AuthzJwkType
authz_jwk_type(const json_t *jwk)
{
	static const struct
	{
		const char *kty;
		const char *curve;
		AuthzJwkType type;
	} types[] = {
		{"oct", NULL, AUTHZ_JWK_OCT},	 {"RSA", NULL, AUTHZ_JWK_RSA},
		{"EC", "P-256", AUTHZ_JWK_P256}, {"EC", "P-384", AUTHZ_JWK_P384},
		{"EC", "P-521", AUTHZ_JWK_P521}, {"OKP", "Ed25519", AUTHZ_JWK_ED25519},
	};
	const char *kty = json_string_value(json_object_get(jwk, "kty"));
	const char *curve = json_string_value(json_object_get(jwk, "crv"));

	for (size_t i = 0; kty != NULL && i < sizeof(types) / sizeof(types[0]); i++)
	{
		if (strcmp(types[i].kty, kty) == 0 &&
			(types[i].curve == NULL || (curve != NULL && strcmp(types[i].curve, curve) == 0)))
			return types[i].type;
	}
	return AUTHZ_JWK_UNKNOWN;
}

/* Whether use and key_ops, where they are there, allow what the key is read for. */
static bool
allows(const json_t *jwk, Purpose purpose)
{
	const json_t *use = json_object_get(jwk, "use");
	const json_t *operations = json_object_get(jwk, "key_ops");
	bool found = operations == NULL;

	if (use != NULL && !(json_is_string(use) && strcmp(json_string_value(use), "sig") == 0))
		return false;
	for (size_t i = 0; i < json_array_size(operations); i++)
	{
		const char *operation = json_string_value(json_array_get(operations, i));

		if (operation == NULL)
			return false;
		found = found || strcmp(operation, purpose == SIGNING ? "sign" : "verify") == 0;
	}
	return found;
}

/* The bytes of a member that has between min and max of them. */
static bool
take_bytes(const json_t *jwk, const char *name, size_t min, size_t max, uint8_t *out,
		   size_t *length)
{
	const json_t *member = json_object_get(jwk, name);
	size_t characters = json_string_length(member);

	*length = AUTHZ_BASE64URL_DECODED(characters);
	return json_is_string(member) && *length >= min && *length <= max &&
		   authz_base64url_decode(json_string_value(member), characters, out);
}

static bool
take_secret(const json_t *jwk, AuthzJwk *key)
{
	size_t characters = json_string_length(json_object_get(jwk, "k"));
	size_t max = AUTHZ_BASE64URL_DECODED(characters);

	key->secret = malloc(max + 1);
	return key->secret != NULL && take_bytes(jwk, "k", 1, max, key->secret, &key->secret_length);
}

static bool
take_rsa(const json_t *jwk, AuthzJwk *key)
{
	uint8_t n[AUTHZ_RSA_MAX_BYTES];
	uint8_t e[AUTHZ_RSA_EXPONENT_MAX_BYTES];
	size_t n_length;
	size_t e_length;

	if (take_bytes(jwk, "n", AUTHZ_RSA_MIN_BYTES, sizeof(n), n, &n_length) &&
		take_bytes(jwk, "e", 1, sizeof(e), e, &e_length))
		key->pkey = authz_pkey_rsa(n, n_length, e, e_length);
	return key->pkey != NULL;
}

static bool
take_curve(const json_t *jwk, Purpose purpose, AuthzJwk *key)
{
	size_t bytes = authz_pkey_coordinate_bytes(key->type);
	bool has_y = key->type != AUTHZ_JWK_ED25519;
	uint8_t x[AUTHZ_COORDINATE_MAX_BYTES];
	uint8_t y[AUTHZ_COORDINATE_MAX_BYTES];
	uint8_t d[AUTHZ_COORDINATE_MAX_BYTES];
	size_t length;

	if (take_bytes(jwk, "x", bytes, bytes, x, &length) &&
		(!has_y || take_bytes(jwk, "y", bytes, bytes, y, &length)) &&
		(purpose == VERIFYING || take_bytes(jwk, "d", bytes, bytes, d, &length)))
		key->pkey = authz_pkey_curve(key->type, x, y, purpose == VERIFYING ? NULL : d);
	OPENSSL_cleanse(d, sizeof(d));
	return key->pkey != NULL;
}

/* The name and the algorithm of the key, where it has them. */
static AuthzJwkResult
take_names(const json_t *jwk, AuthzJwk *key)
{
	const json_t *kid = json_object_get(jwk, "kid");
	const json_t *algorithm = json_object_get(jwk, "alg");

	if ((kid != NULL && !json_is_string(kid)) || (algorithm != NULL && !json_is_string(algorithm)))
		return AUTHZ_JWK_MALFORMED;
	if (algorithm != NULL)
	{
		key->algorithm = authz_jwa_find(json_string_value(algorithm));
		if (authz_jwa_traits(key->algorithm)->key_type != key->type)
			return AUTHZ_JWK_MALFORMED;
	}
	if (kid == NULL)
		return AUTHZ_JWK_OK;
	key->kid = strdup(json_string_value(kid));
	return key->kid == NULL ? AUTHZ_JWK_MEMORY : AUTHZ_JWK_OK;
}

static AuthzJwkResult
take_key(const json_t *jwk, Purpose purpose, AuthzJwk *key)
{
	AuthzJwkResult result;
	bool taken;

	memset(key, 0, sizeof(*key));
	key->type = authz_jwk_type(jwk);
	if (key->type == AUTHZ_JWK_UNKNOWN || !allows(jwk, purpose))
		return AUTHZ_JWK_MALFORMED;
	result = take_names(jwk, key);
	if (result != AUTHZ_JWK_OK)
		return result;
	switch (key->type)
	{
		case AUTHZ_JWK_OCT:
			taken = take_secret(jwk, key);
			break;
		case AUTHZ_JWK_RSA:
			taken = purpose == VERIFYING && take_rsa(jwk, key);
			break;
		default:
			taken = take_curve(jwk, purpose, key);
			break;
	}
	return taken ? AUTHZ_JWK_OK : AUTHZ_JWK_MALFORMED;
}

static bool
is_jwk(const json_t *value)
{
	return json_is_object(value) && json_is_string(json_object_get(value, "kty"));
}

/* Reads what is usable of one or more keys. */
static AuthzJwkResult
take_keys(const json_t *jwks, size_t count, AuthzJwkSet *set)
{
	set->keys = calloc(count + 1, sizeof(AuthzJwk));
	if (set->keys == NULL)
		return AUTHZ_JWK_MEMORY;
	for (size_t i = 0; i < count; i++)
	{
		AuthzJwk *key = &set->keys[set->count];
		AuthzJwkResult result =
			take_key(set->single ? jwks : json_array_get(jwks, i), VERIFYING, key);

		if (result == AUTHZ_JWK_OK)
			set->count++;
		else
			authz_jwk_free(key);
		if (result == AUTHZ_JWK_MEMORY)
			return result;
	}
	return AUTHZ_JWK_OK;
}

static AuthzJwkResult
take_set(const json_t *object, AuthzJwkSet *set)
{
	const json_t *keys = json_object_get(object, "keys");
	size_t count = json_array_size(keys);

	set->single = keys == NULL;
	if (set->single)
		return is_jwk(object) ? take_keys(object, 1, set) : AUTHZ_JWK_MALFORMED;

	/* With a kty it would be both. */
	if (!json_is_array(keys) || json_object_get(object, "kty") != NULL)
		return AUTHZ_JWK_MALFORMED;
	if (count > AUTHZ_JWK_SET_MAX_KEYS)
		return AUTHZ_JWK_TOO_LARGE;
	for (size_t i = 0; i < count; i++)
	{
		if (!is_jwk(json_array_get(keys, i)))
			return AUTHZ_JWK_MALFORMED;
	}
	return take_keys(keys, count, set);
}

static AuthzJwkResult
read_object(const char *text, size_t length, json_t **object)
{
	switch (authz_json_read(text, length, object))
	{
		case AUTHZ_JSON_OK:
			return AUTHZ_JWK_OK;
		case AUTHZ_JSON_MEMORY:
			return AUTHZ_JWK_MEMORY;
		case AUTHZ_JSON_MALFORMED:
			break;
	}
	return AUTHZ_JWK_MALFORMED;
}

AuthzJwkResult
authz_jwk_set_read(const char *text, size_t length, AuthzJwkSet *set)
{
	AuthzJwkResult result;
	json_t *object;

	memset(set, 0, sizeof(*set));
	if (length > AUTHZ_JWK_SET_MAX_BYTES)
		return AUTHZ_JWK_TOO_LARGE;
	result = read_object(text, length, &object);
	if (result != AUTHZ_JWK_OK)
		return result;
	ERR_set_mark();
	result = take_set(object, set);
	ERR_pop_to_mark();
	json_decref(object);
	return result;
}

void
authz_jwk_set_free(AuthzJwkSet *set)
{
	for (size_t i = 0; i < set->count; i++)
		authz_jwk_free(&set->keys[i]);
	free(set->keys);
	memset(set, 0, sizeof(*set));
}

bool
authz_jwk_fits(const AuthzJwk *key, AuthzJwa algorithm)
{
	const AuthzJwaTraits *traits = authz_jwa_traits(algorithm);

	if (algorithm == AUTHZ_JWA_UNKNOWN || traits->key_type != key->type)
		return false;
	if (key->algorithm != AUTHZ_JWA_UNKNOWN && key->algorithm != algorithm)
		return false;
	return key->type != AUTHZ_JWK_OCT || key->secret_length >= traits->hash_bytes;
}

/* Whether a header that names this key means the key. */
static bool
has_name(const AuthzJwkSet *set, const AuthzJwk *key, const char *kid)
{
	if (kid == NULL)
		return true;
	return key->kid == NULL ? set->single : strcmp(key->kid, kid) == 0;
}

const AuthzJwk *
authz_jwk_set_choose(const AuthzJwkSet *set, AuthzJwa algorithm, const char *kid)
{
	const AuthzJwk *chosen = NULL;

	if (set->algorithms != 0 && (set->algorithms & AUTHZ_JWA_BIT(algorithm)) == 0)
		return NULL;
	for (size_t i = 0; i < set->count; i++)
	{
		const AuthzJwk *key = &set->keys[i];

		if (!authz_jwk_fits(key, algorithm) || !has_name(set, key, kid))
			continue;
		if (chosen != NULL)
			return NULL;
		chosen = key;
	}
	return chosen;
}

AuthzJwkResult
authz_jwk_take(const json_t *jwk, AuthzJwk *key)
{
	AuthzJwkResult result;

	/* Others in this process look at the library's queue of errors. */
	ERR_set_mark();
	result = take_key(jwk, VERIFYING, key);
	ERR_pop_to_mark();
	return result;
}

AuthzJwkResult
authz_jwk_read(const char *text, size_t length, AuthzJwk *key)
{
	AuthzJwkResult result;
	json_t *object;

	memset(key, 0, sizeof(*key));
	result = read_object(text, length, &object);
	if (result == AUTHZ_JWK_OK)
	{
		ERR_set_mark();
		result = is_jwk(object) ? take_key(object, SIGNING, key) : AUTHZ_JWK_MALFORMED;
		ERR_pop_to_mark();
	}
	json_decref(object);
	return result;
}

void
authz_jwk_free(AuthzJwk *key)
{
	free(key->kid);
	EVP_PKEY_free(key->pkey);
	if (key->secret != NULL)
		OPENSSL_cleanse(key->secret, key->secret_length);
	free(key->secret);
	memset(key, 0, sizeof(*key));
}
