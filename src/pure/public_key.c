/*
 * public_key.c
 *	  Which public keys are good enough.
 */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "pure/public_key.h"

#define EXPONENT_BITS_MAX 64

static bool
is_odd(const EVP_PKEY *key, const char *name, int bits_min, int bits_max)
{
	BIGNUM *number = NULL;
	bool holds = EVP_PKEY_get_bn_param(key, name, &number) && BN_is_odd(number) &&
				 BN_num_bits(number) >= bits_min && BN_num_bits(number) <= bits_max;

	BN_free(number);
	return holds;
}

/* Parameters that are spelled out may have another base point than the curve they resemble. */
static bool
is_named_curve(const EVP_PKEY *key)
{
	static const char *const curves[] = {"prime256v1", "secp384r1", "secp521r1"};
	char name[32];
	size_t length;
	int spelled_out = 1;

	if (!EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
								&spelled_out) ||
		spelled_out || !EVP_PKEY_get_group_name(key, name, sizeof(name), &length))
		return false;
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
	{
		if (strcmp(name, curves[i]) == 0)
			return true;
	}
	return false;
}

bool
authz_public_key_is_strong(const EVP_PKEY *key)
{
	if (EVP_PKEY_is_a(key, "RSA"))
		return is_odd(key, OSSL_PKEY_PARAM_RSA_N, AUTHZ_RSA_BITS_MIN, AUTHZ_RSA_BITS_MAX) &&
			   is_odd(key, OSSL_PKEY_PARAM_RSA_E, 2, EXPONENT_BITS_MAX);
	if (EVP_PKEY_is_a(key, "EC"))
		return is_named_curve(key);
	return EVP_PKEY_is_a(key, "ED25519");
}
