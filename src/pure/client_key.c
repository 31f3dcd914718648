/*
 * client_key.c
 *	  A public key that a client registers for itself, as a JWK (RFC 7517, 7518, 8037).
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "pure/base64url.h"
#include "pure/client_key.h"
#include "pure/json.h"
#include "pure/public_key.h"

#define NUMBER_MAX (AUTHZ_RSA_BITS_MAX / 8)
#define COORDINATE_MAX 66
#define ED25519_BYTES 32
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct Number
{
	uint8_t bytes[NUMBER_MAX];
	size_t length;
} Number;

/* What there is to know of each type of key; RSA has no curve. */
typedef struct Kind
{
	const char *type;
	const char *curve;
	const char *group; /* OpenSSL's name of the curve */
	size_t coordinate; /* bytes */
	const char *members[2];
	const char *algorithms[6];
} Kind;

static const Kind kinds[] = {
	{"RSA", NULL, NULL, 0, {"n", "e"}, {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}},
	{"EC", "P-256", "prime256v1", 32, {"x", "y"}, {"ES256"}},
	{"EC", "P-384", "secp384r1", 48, {"x", "y"}, {"ES384"}},
	{"EC", "P-521", "secp521r1", COORDINATE_MAX, {"x", "y"}, {"ES512"}},
	{"OKP", "Ed25519", NULL, ED25519_BYTES, {"x"}, {"EdDSA", "Ed25519"}},
};

static const char *const private_members[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

static const char *
text_of(const json_t *key, const char *member)
{
	return json_string_value(json_object_get(key, member));
}

/* The kind by kty and crv; NULL when it is none of them. */
static const Kind *
find_kind(const json_t *key)
{
	const char *type = text_of(key, "kty");
	const char *curve = text_of(key, "crv");

	for (size_t i = 0; type != NULL && i < COUNT(kinds); i++)
	{
		if (strcmp(type, kinds[i].type) == 0 &&
			(kinds[i].curve == NULL || (curve != NULL && strcmp(curve, kinds[i].curve) == 0)))
			return &kinds[i];
	}
	return NULL;
}

static bool
is_one_of(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count && words[i] != NULL; i++)
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

/* Members of the kind, and those that any key may have. */
static bool
has_only_known_members(json_t *key, const Kind *kind)
{
	static const char *const common[] = {"kty", "kid", "use", "alg", "key_ops", "ext"};
	const char *name;
	json_t *value;

	json_object_foreach(key, name, value)
	{
		if (!is_one_of(name, common, COUNT(common)) &&
			!is_one_of(name, kind->members, COUNT(kind->members)) &&
			!(kind->curve != NULL && strcmp(name, "crv") == 0))
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
is_for_signatures(const json_t *key, const Kind *kind)
{
	const json_t *use = json_object_get(key, "use");
	const json_t *algorithm = json_object_get(key, "alg");
	const json_t *operations = json_object_get(key, "key_ops");
	const json_t *operation = json_array_get(operations, 0);

	if (use != NULL && !(json_is_string(use) && strcmp(json_string_value(use), "sig") == 0))
		return false;
	if (algorithm != NULL &&
		!(json_is_string(algorithm) &&
		  is_one_of(json_string_value(algorithm), kind->algorithms, COUNT(kind->algorithms))))
		return false;
	return operations == NULL || (json_array_size(operations) == 1 && json_is_string(operation) &&
								  strcmp(json_string_value(operation), "verify") == 0);
}

/* Base64url of a number: of so many bytes, or, where that is 0, without zeros in front. */
static bool
read_number(const json_t *key, const char *member, size_t bytes, Number *number)
{
	const json_t *text = json_object_get(key, member);
	size_t length = json_string_length(text);

	number->length = AUTHZ_BASE64URL_DECODED(length);
	return json_is_string(text) && number->length > 0 && number->length <= NUMBER_MAX &&
		   authz_base64url_decode(json_string_value(text), length, number->bytes) &&
		   (bytes == 0 ? number->bytes[0] != 0 : number->length == bytes);
}

static EVP_PKEY *
build(const char *type, OSSL_PARAM_BLD *builder)
{
	OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (parameters == NULL || context == NULL || EVP_PKEY_fromdata_init(context) <= 0 ||
		EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) <= 0)
		key = NULL;
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(parameters);
	return key;
}

static EVP_PKEY *
build_rsa(const Number *modulus, const Number *exponent)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(modulus->bytes, (int) modulus->length, NULL);
	BIGNUM *e = BN_bin2bn(exponent->bytes, (int) exponent->length, NULL);
	EVP_PKEY *key = NULL;

	if (builder != NULL && n != NULL && e != NULL &&
		OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) &&
		OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e))
		key = build("RSA", builder);
	OSSL_PARAM_BLD_free(builder);
	BN_free(n);
	BN_free(e);
	return key;
}

/* The library refuses what is no point of the curve. */
static EVP_PKEY *
build_curve(const Kind *kind, const Number *x, const Number *y)
{
	uint8_t point[1 + 2 * COORDINATE_MAX] = {POINT_CONVERSION_UNCOMPRESSED};
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;

	memcpy(point + 1, x->bytes, x->length);
	memcpy(point + 1 + x->length, y->bytes, y->length);
	if (builder != NULL &&
		OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, kind->group, 0) &&
		OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point,
										 1 + x->length + y->length))
		key = build("EC", builder);
	OSSL_PARAM_BLD_free(builder);
	return key;
}

static bool
is_strong(const Kind *kind, const Number *first, const Number *second)
{
	EVP_PKEY *key;
	bool strong;

	/* Others in this process look at the library's queue of errors. */
	ERR_set_mark();
	if (kind->curve == NULL)
		key = build_rsa(first, second);
	else if (kind->group != NULL)
		key = build_curve(kind, first, second);
	else
		key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, first->bytes, first->length);
	strong = key != NULL && authz_public_key_is_strong(key);
	EVP_PKEY_free(key);
	ERR_pop_to_mark();
	return strong;
}

AuthzClientKeyResult
authz_client_key_check(json_t *key)
{
	const Kind *kind = find_kind(key);
	Number numbers[COUNT(kind->members)];

	if (is_private(key))
		return AUTHZ_CLIENT_KEY_PRIVATE;
	if (kind == NULL)
		return AUTHZ_CLIENT_KEY_TYPE;
	if (!has_only_known_members(key, kind) || !is_key_id(json_object_get(key, "kid")))
		return AUTHZ_CLIENT_KEY_MALFORMED;
	if (!is_for_signatures(key, kind))
		return AUTHZ_CLIENT_KEY_USE;
	for (size_t i = 0; i < COUNT(kind->members) && kind->members[i] != NULL; i++)
	{
		if (!read_number(key, kind->members[i], kind->coordinate, &numbers[i]))
			return AUTHZ_CLIENT_KEY_MALFORMED;
	}
	return is_strong(kind, &numbers[0], &numbers[1]) ? AUTHZ_CLIENT_KEY_OK : AUTHZ_CLIENT_KEY_WEAK;
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
