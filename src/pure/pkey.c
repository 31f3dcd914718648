/*
 * pkey.c
 *	  Pairs of keys for the library: judged, made from bytes and taken apart.
 */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "pure/pkey.h"

#define ED25519_BYTES 32
#define POINT_MAX_BYTES (1 + 2 * AUTHZ_COORDINATE_MAX_BYTES)
#define UNCOMPRESSED 4

size_t
authz_pkey_coordinate_bytes(AuthzJwkType type)
{
	switch (type)
	{
		case AUTHZ_JWK_P256:
			return 32;
		case AUTHZ_JWK_P384:
			return 48;
		case AUTHZ_JWK_P521:
			return 66;
		case AUTHZ_JWK_ED25519:
			return ED25519_BYTES;
		default:
			return 0;
	}
}

static const char *
group_name(AuthzJwkType type)
{
	switch (type)
	{
		case AUTHZ_JWK_P256:
			return "P-256";
		case AUTHZ_JWK_P384:
			return "P-384";
		case AUTHZ_JWK_P521:
			return "P-521";
		default:
			return NULL;
	}
}

/* The library's key of this kind; takes what has been built, of which there may be nothing. */
static EVP_PKEY *
from_data(const char *kind, int selection, OSSL_PARAM_BLD *built)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
	OSSL_PARAM *parameters = built == NULL ? NULL : OSSL_PARAM_BLD_to_param(built);
	EVP_PKEY *pkey = NULL;

	if (context == NULL || parameters == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
		EVP_PKEY_fromdata(context, &pkey, selection, parameters) != 1)
		pkey = NULL;
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(built);
	EVP_PKEY_CTX_free(context);
	return pkey;
}

/* Whether the number is odd, at least 3, and written without leading zeros. */
static bool
is_exponent(const uint8_t *e, size_t length)
{
	return length > 0 && length <= AUTHZ_RSA_EXPONENT_MAX_BYTES && e[0] != 0 &&
		   (e[length - 1] & 1) != 0 && (length > 1 || e[0] >= 3);
}

static bool
is_modulus(const uint8_t *n, size_t length)
{
	return length >= AUTHZ_RSA_MIN_BYTES && length <= AUTHZ_RSA_MAX_BYTES &&
		   n[0] >= (length == AUTHZ_RSA_MIN_BYTES ? 0x80 : 1) && (n[length - 1] & 1) != 0;
}

EVP_PKEY *
authz_pkey_rsa(const uint8_t *n, size_t n_length, const uint8_t *e, size_t e_length)
{
	OSSL_PARAM_BLD *built;
	BIGNUM *modulus;
	BIGNUM *exponent;
	EVP_PKEY *pkey;

	if (!is_modulus(n, n_length) || !is_exponent(e, e_length))
		return NULL;
	built = OSSL_PARAM_BLD_new();
	modulus = BN_bin2bn(n, (int) n_length, NULL);
	exponent = BN_bin2bn(e, (int) e_length, NULL);
	if (built != NULL && !(modulus != NULL && exponent != NULL &&
						   OSSL_PARAM_BLD_push_BN(built, OSSL_PKEY_PARAM_RSA_N, modulus) &&
						   OSSL_PARAM_BLD_push_BN(built, OSSL_PKEY_PARAM_RSA_E, exponent)))
	{
		OSSL_PARAM_BLD_free(built);
		built = NULL;
	}
	pkey = from_data("RSA", EVP_PKEY_PUBLIC_KEY, built);
	BN_free(modulus);
	BN_free(exponent);
	return pkey;
}

/* The library looks at points when it reads them; that it does is not taken for granted. */
static bool
is_sound(EVP_PKEY *pkey, bool pair)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	bool sound = context != NULL && EVP_PKEY_public_check_quick(context) == 1 &&
				 (!pair || EVP_PKEY_pairwise_check(context) == 1);

	EVP_PKEY_CTX_free(context);
	return sound;
}

static EVP_PKEY *
from_point(AuthzJwkType type, const uint8_t *x, const uint8_t *y, const uint8_t *d)
{
	size_t length = authz_pkey_coordinate_bytes(type);
	uint8_t point[POINT_MAX_BYTES] = {UNCOMPRESSED};
	OSSL_PARAM_BLD *built = OSSL_PARAM_BLD_new();
	BIGNUM *private = NULL;
	EVP_PKEY *pkey;

	memcpy(point + 1, x, length);
	memcpy(point + 1 + length, y, length);
	if (d != NULL)
	private = BN_secure_new();
	if (built != NULL &&
		!(OSSL_PARAM_BLD_push_utf8_string(built, OSSL_PKEY_PARAM_GROUP_NAME, group_name(type), 0) &&
		  OSSL_PARAM_BLD_push_octet_string(built, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * length) &&
		  (d == NULL || (private != NULL && BN_bin2bn(d, (int) length, private) != NULL &&
						 OSSL_PARAM_BLD_push_BN(built, OSSL_PKEY_PARAM_PRIV_KEY, private)))))
	{
		OSSL_PARAM_BLD_free(built);
		built = NULL;
	}
	pkey = from_data("EC", d == NULL ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR, built);
	BN_clear_free(private);
	return pkey;
}

/*
 * Whether the point goes round in eight steps or fewer: signatures that fit such
 * a key fit any text. By the y of each, 0 and 1 in both their spellings; the
 * library reads them all.
 */
static bool
is_of_small_order(const uint8_t *x)
{
	static const uint8_t points[][ED25519_BYTES] = {
		{0x00},
		{0x01},
		{0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
		{0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
		{0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
		{0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
		 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
		 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
		{0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
		 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
		 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
	};
	uint8_t y[ED25519_BYTES];

	memcpy(y, x, sizeof(y));
	y[ED25519_BYTES - 1] &= 0x7f; /* the sign of x */
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++)
	{
		if (memcmp(y, points[i], sizeof(y)) == 0)
			return true;
	}
	return false;
}

static EVP_PKEY *
from_octets(const uint8_t *x, const uint8_t *d)
{
	uint8_t derived[ED25519_BYTES];
	size_t length = sizeof(derived);
	EVP_PKEY *pkey;

	if (is_of_small_order(x))
		return NULL;
	if (d == NULL)
		return EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, x, ED25519_BYTES);

	/* Signing with another's public half would tell the private one. */
	pkey = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, d, ED25519_BYTES);
	if (pkey != NULL && !(EVP_PKEY_get_raw_public_key(pkey, derived, &length) == 1 &&
						  length == sizeof(derived) && memcmp(derived, x, length) == 0))
	{
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return pkey;
}

EVP_PKEY *
authz_pkey_curve(AuthzJwkType type, const uint8_t *x, const uint8_t *y, const uint8_t *d)
{
	EVP_PKEY *pkey;

	if (type == AUTHZ_JWK_ED25519)
		return from_octets(x, d);
	pkey = from_point(type, x, y, d);
	if (pkey != NULL && !is_sound(pkey, d != NULL))
	{
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return pkey;
}

static bool
get_number(const EVP_PKEY *pkey, const char *name, uint8_t *out, size_t length)
{
	BIGNUM *number = NULL;
	bool got = EVP_PKEY_get_bn_param(pkey, name, &number) == 1 &&
			   BN_bn2binpad(number, out, (int) length) == (int) length;

	BN_clear_free(number);
	return got;
}

bool
authz_pkey_make(AuthzJwkType type, uint8_t *x, uint8_t *y, uint8_t *d)
{
	size_t length = authz_pkey_coordinate_bytes(type);
	size_t other = length;
	bool octets = type == AUTHZ_JWK_ED25519;
	EVP_PKEY *pkey = octets ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
							: EVP_PKEY_Q_keygen(NULL, NULL, "EC", group_name(type));
	bool made = pkey != NULL;

	if (octets)
		made = made && EVP_PKEY_get_raw_public_key(pkey, x, &length) == 1 &&
			   EVP_PKEY_get_raw_private_key(pkey, d, &other) == 1;
	else
		made = made && get_number(pkey, OSSL_PKEY_PARAM_EC_PUB_X, x, length) &&
			   get_number(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, y, length) &&
			   get_number(pkey, OSSL_PKEY_PARAM_PRIV_KEY, d, length);
	EVP_PKEY_free(pkey);
	return made;
}
