/*
 * fuzz_jwk.c
 *	  Keys. The input is a JWK or a JWK set: which of its keys are usable, and
 *	  which one is chosen, is held against a slower judgement of the same JSON.
 */
#include <ctype.h>

#include <jansson.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include "pure/issuer_keys.h"
#include "pure/jwk_make.h"
#include "pure/jws.h"
#include "pure/signature.h"

#include "fuzz.h"

#define BYTES_MAX 65536

/* The bytes of a member, by another decoder; -1 when it is no canonical base64url. */
static long
bytes_of(const json_t *jwk, const char *name, uint8_t *out)
{
	const char *text = json_string_value(json_object_get(jwk, name));
	size_t length = text == NULL ? 0 : strlen(text);
	static char standard[BYTES_MAX];
	static char again[BYTES_MAX];
	int decoded;

	if (text == NULL || length % 4 == 1 || length > BYTES_MAX - 8)
		return -1;
	for (size_t i = 0; i < length; i++)
	{
		if (!isalnum((unsigned char) text[i]) && text[i] != '-' && text[i] != '_')
			return -1;
		standard[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
	}
	memcpy(standard + length, "==", 3);
	standard[(length + 3) / 4 * 4] = '\0';
	if (length == 0)
		return 0;
	decoded = EVP_DecodeBlock(out, (uint8_t *) standard, (int) ((length + 3) / 4 * 4));
	if (decoded < 0)
		return -1;
	decoded -= (int) ((4 - length % 4) % 4);
	EVP_EncodeBlock((uint8_t *) again, out, decoded);
	return strcmp(again, standard) == 0 ? decoded : -1;
}

static bool
is(const json_t *jwk, const char *name, const char *value)
{
	const char *text = json_string_value(json_object_get(jwk, name));

	return text != NULL && strcmp(text, value) == 0;
}

/* A number without leading zeros, of so many bits, and odd. */
static bool
is_number(const json_t *jwk, const char *name, int min, int max, BN_ULONG least)
{
	static uint8_t bytes[BYTES_MAX];
	long length = bytes_of(jwk, name, bytes);
	BIGNUM *number = length < 0 ? NULL : BN_bin2bn(bytes, (int) length, NULL);
	BIGNUM *bound = BN_new();
	bool good = number != NULL && BN_num_bytes(number) == length && BN_num_bits(number) >= min &&
				BN_num_bits(number) <= max && BN_is_odd(number);

	BN_set_word(bound, least);
	good = good && BN_cmp(number, bound) >= 0;
	BN_free(number);
	BN_free(bound);
	return good;
}

static bool
is_point(const json_t *jwk, int nid, long bytes)
{
	static uint8_t x[BYTES_MAX];
	static uint8_t y[BYTES_MAX];
	EC_GROUP *group = EC_GROUP_new_by_curve_name(nid);
	EC_POINT *point = EC_POINT_new(group);
	bool good = false;

	if (bytes_of(jwk, "x", x) == bytes && bytes_of(jwk, "y", y) == bytes)
	{
		BIGNUM *bx = BN_bin2bn(x, (int) bytes, NULL);
		BIGNUM *by = BN_bin2bn(y, (int) bytes, NULL);
		BIGNUM *field = BN_new();

		EC_GROUP_get_curve(group, field, NULL, NULL, NULL);
		good = BN_cmp(bx, field) < 0 && BN_cmp(by, field) < 0 &&
			   EC_POINT_set_affine_coordinates(group, point, bx, by, NULL) == 1;
		BN_free(bx);
		BN_free(by);
		BN_free(field);
	}
	EC_POINT_free(point);
	EC_GROUP_free(group);
	ERR_clear_error();
	return good;
}

/*
 * Whether eight times the point is nothing, on the same curve in the form of
 * Montgomery: u = (1 + y) / (1 - y) as a fraction, doubled three times.
 */
static bool
is_of_small_order(const uint8_t *bytes)
{
	uint8_t y[32];
	BN_CTX *context = BN_CTX_new();
	BIGNUM *p = NULL;
	BIGNUM *u = BN_new();
	BIGNUM *w = BN_new();
	BIGNUM *sum = BN_new();
	BIGNUM *difference = BN_new();
	bool small;

	memcpy(y, bytes, sizeof(y));
	y[31] &= 0x7f;
	BN_hex2bn(&p, "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");
	BN_lebin2bn(y, sizeof(y), u);
	BN_mod_sub(w, BN_value_one(), u, p, context);
	BN_mod_add(u, BN_value_one(), u, p, context);
	for (int i = 0; i < 3; i++)
	{
		BN_mod_add(sum, u, w, p, context);
		BN_mod_sqr(sum, sum, p, context);
		BN_mod_sub(difference, u, w, p, context);
		BN_mod_sqr(difference, difference, p, context);
		BN_mod_mul(u, sum, difference, p, context);
		BN_mod_sub(w, sum, difference, p, context);
		BN_copy(difference, w);
		BN_mul_word(difference, 121665);
		BN_mod_add(sum, sum, difference, p, context);
		BN_mod_mul(w, w, sum, p, context);
	}
	small = BN_is_zero(w);
	BN_free(p);
	BN_free(u);
	BN_free(w);
	BN_free(sum);
	BN_free(difference);
	BN_CTX_free(context);
	return small;
}

static AuthzJwkType
judge_type(const json_t *jwk)
{
	static uint8_t bytes[BYTES_MAX];

	if (is(jwk, "kty", "oct"))
		return bytes_of(jwk, "k", bytes) > 0 ? AUTHZ_JWK_OCT : AUTHZ_JWK_UNKNOWN;
	if (is(jwk, "kty", "RSA"))
		return is_number(jwk, "n", 2048, 8192, 0) && is_number(jwk, "e", 1, 32, 3)
				   ? AUTHZ_JWK_RSA
				   : AUTHZ_JWK_UNKNOWN;
	if (is(jwk, "kty", "OKP"))
		return is(jwk, "crv", "Ed25519") && bytes_of(jwk, "x", bytes) == 32 &&
					   !is_of_small_order(bytes)
				   ? AUTHZ_JWK_ED25519
				   : AUTHZ_JWK_UNKNOWN;
	if (!is(jwk, "kty", "EC"))
		return AUTHZ_JWK_UNKNOWN;
	if (is(jwk, "crv", "P-256"))
		return is_point(jwk, NID_X9_62_prime256v1, 32) ? AUTHZ_JWK_P256 : AUTHZ_JWK_UNKNOWN;
	if (is(jwk, "crv", "P-384"))
		return is_point(jwk, NID_secp384r1, 48) ? AUTHZ_JWK_P384 : AUTHZ_JWK_UNKNOWN;
	if (is(jwk, "crv", "P-521"))
		return is_point(jwk, NID_secp521r1, 66) ? AUTHZ_JWK_P521 : AUTHZ_JWK_UNKNOWN;
	return AUTHZ_JWK_UNKNOWN;
}

/* Whether what is beside the key itself allows to verify by the algorithm. */
static bool
judge_rest(const json_t *jwk, AuthzJwa algorithm)
{
	json_t *operations = json_object_get(jwk, "key_ops");
	bool verifies = operations == NULL;
	size_t i;
	json_t *operation;

	json_array_foreach(operations, i, operation)
	{
		if (!json_is_string(operation))
			return false;
		verifies = verifies || strcmp(json_string_value(operation), "verify") == 0;
	}
	if (!verifies || (json_object_get(jwk, "use") != NULL && !is(jwk, "use", "sig")) ||
		(json_object_get(jwk, "kid") != NULL && !json_is_string(json_object_get(jwk, "kid"))))
		return false;
	if (json_object_get(jwk, "alg") == NULL)
		return true;
	return is(jwk, "alg", authz_jwa_traits(algorithm)->name) ||
		   (algorithm == AUTHZ_JWA_EDDSA && is(jwk, "alg", "Ed25519"));
}

/* Whether the key is for the algorithm. */
static bool
judge(const json_t *jwk, AuthzJwa algorithm)
{
	static uint8_t bytes[BYTES_MAX];
	AuthzJwkType type = judge_type(jwk);

	return type == authz_jwa_traits(algorithm)->key_type && judge_rest(jwk, algorithm) &&
		   (type != AUTHZ_JWK_OCT ||
			bytes_of(jwk, "k", bytes) >= (long) authz_jwa_traits(algorithm)->hash_bytes);
}

/* The name of the one that is chosen; NULL for none, "?" for one without a name. */
static const char *
judge_choice(const json_t *keys, bool single, AuthzJwa algorithm, const char *kid)
{
	const char *chosen = NULL;
	size_t i;
	json_t *jwk;

	json_array_foreach(keys, i, jwk)
	{
		const char *own = json_string_value(json_object_get(jwk, "kid"));

		if (!judge(jwk, algorithm) ||
			(kid != NULL && (own == NULL ? !single : strcmp(own, kid) != 0)))
			continue;
		if (chosen != NULL)
			return NULL;
		chosen = own == NULL ? "?" : own;
	}
	return chosen;
}

static void
check_choice(const AuthzJwkSet *set, const json_t *keys, AuthzJwa algorithm, const char *kid)
{
	const AuthzJwk *key = authz_jwk_set_choose(set, algorithm, kid);
	const char *judged = judge_choice(keys, set->single, algorithm, kid);

	CHECK((key == NULL) == (judged == NULL));
	if (key != NULL)
		CHECK(strcmp(key->kid == NULL ? "?" : key->kid, judged) == 0);
}

/* A set of so few keys that all can be looked at again and again. */
static void
check_set(const AuthzJwkSet *set, json_t *object)
{
	json_t *keys = json_incref(json_object_get(object, "keys"));
	size_t i;
	json_t *jwk;

	CHECK(set->single == (keys == NULL));
	if (keys == NULL)
		keys = json_pack("[O]", object);
	CHECK(set->count <= json_array_size(keys));
	if (json_array_size(keys) <= 4)
	{
		for (AuthzJwa algorithm = AUTHZ_JWA_HS256; algorithm <= AUTHZ_JWA_EDDSA; algorithm++)
		{
			check_choice(set, keys, algorithm, NULL);
			check_choice(set, keys, algorithm, "");
			json_array_foreach(keys, i, jwk)
			{
				check_choice(set, keys, algorithm, json_string_value(json_object_get(jwk, "kid")));
			}
		}
		CHECK(authz_jwk_set_choose(set, AUTHZ_JWA_UNKNOWN, NULL) == NULL);
	}
	json_decref(keys);
}

/* A key of one's own: what it signs its public half verifies. */
static void
check_own(const char *text, size_t size)
{
	char public[AUTHZ_JWK_TEXT_MAX + 1];
	uint8_t signature[64];
	AuthzJwkSet set;
	AuthzJwk key;

	if (authz_jwk_read(text, size, &key) == AUTHZ_JWK_OK &&
		authz_signature_bytes(key.algorithm) != 0)
	{
		size_t bytes = authz_signature_bytes(key.algorithm);
		bool made = authz_signature_make(&key, key.algorithm, "x", 1, signature);

		CHECK(made == (key.type != AUTHZ_JWK_OCT || key.secret_length >= 32));
		if (made)
			CHECK(authz_signature_verify(&key, key.algorithm, "x", 1, signature, bytes) &&
				  !authz_signature_verify(&key, key.algorithm, "y", 1, signature, bytes));
		if (authz_jwk_publish(text, size, public))
		{
			CHECK(key.type != AUTHZ_JWK_OCT && strstr(public, "\"d\":") == NULL);
			if (authz_jwk_set_read(public, strlen(public), &set) == AUTHZ_JWK_OK && set.count == 1)
				CHECK(
					authz_signature_verify(&set.keys[0], key.algorithm, "x", 1, signature, bytes));
			authz_jwk_set_free(&set);
		}
	}
	authz_jwk_free(&key);
}

/* Another's keys: none that signs, and of those that a token can name one each. */
static void
check_others(const char *text, size_t size)
{
	uint32_t all = (AUTHZ_JWA_BIT(AUTHZ_JWA_EDDSA + 1) - 1) & ~AUTHZ_JWA_BIT(AUTHZ_JWA_UNKNOWN);
	AuthzJwkSet set;

	if (authz_issuer_keys_read(text, size, all, &set) == AUTHZ_ISSUER_KEYS_OK)
	{
		CHECK(set.count > 0 && !set.single);
		for (size_t i = 0; i < set.count; i++)
		{
			const AuthzJwk *key = &set.keys[i];

			CHECK(key->type != AUTHZ_JWK_OCT);
			CHECK(set.count == 1 || key->kid != NULL);
			for (AuthzJwa algorithm = AUTHZ_JWA_HS256; algorithm <= AUTHZ_JWA_EDDSA; algorithm++)
				if (authz_jwk_fits(key, algorithm))
					CHECK(authz_jwk_set_choose(&set, algorithm, key->kid) == key);
		}
	}
	authz_jwk_set_free(&set);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size == 0 ? "" : (const char *) data;
	AuthzJwkSet set;
	AuthzJwkResult result;
	json_t *object;

	if (size > BYTES_MAX)
		return 0;
	result = authz_jwk_set_read(text, size, &set);
	CHECK(result != AUTHZ_JWK_MEMORY);
	if (result == AUTHZ_JWK_OK)
	{
		object = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
		CHECK(json_is_object(object));
		check_set(&set, object);
		json_decref(object);
	}
	authz_jwk_set_free(&set);
	check_own(text, size);
	check_others(text, size);
	CHECK(ERR_peek_error() == 0);
	return 0;
}
