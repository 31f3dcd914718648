/*
 * signature.c
 *	  Signing bytes with a key and an algorithm, and verifying.
 */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "pure/digest.h"
#include "pure/pkey.h"
#include "pure/signature.h"

/* Two integers of the longest curve with their heads, and the head of both. */
#define ECDSA_DER_MAX_BYTES (2 * (AUTHZ_COORDINATE_MAX_BYTES + 4) + 4)

#define ED25519_SIGNATURE_BYTES 64

static bool
is_pss(AuthzJwa algorithm)
{
	return algorithm >= AUTHZ_JWA_PS256 && algorithm <= AUTHZ_JWA_PS512;
}

/* The salt is as long as the hash (RFC 7518, 3.5); the mask's hash is the same by default. */
static bool
set_padding(EVP_PKEY_CTX *context, AuthzJwa algorithm)
{
	if (is_pss(algorithm))
		return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
			   EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
}

static bool
verify(const AuthzJwk *key, AuthzJwa algorithm, const void *text, size_t text_length,
	   const uint8_t *signature, size_t length)
{
	const char *hash = authz_jwa_traits(algorithm)->hash;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *options;
	bool good =
		context != NULL &&
		EVP_DigestVerifyInit_ex(context, &options, hash, NULL, NULL, key->pkey, NULL) == 1 &&
		(key->type != AUTHZ_JWK_RSA || set_padding(options, algorithm)) &&
		EVP_DigestVerify(context, signature, length, text, text_length) == 1;

	EVP_MD_CTX_free(context);
	return good;
}

static bool
verify_mac(const AuthzJwk *key, AuthzJwa algorithm, const void *text, size_t text_length,
		   const uint8_t *signature, size_t length)
{
	uint8_t expected[AUTHZ_HASH_MAX_BYTES];
	size_t bytes = authz_hmac(authz_jwa_traits(algorithm)->hash, key->secret, key->secret_length,
							  text, text_length, expected);

	return bytes != 0 && length == bytes && CRYPTO_memcmp(signature, expected, bytes) == 0;
}

/* The two numbers of JWS, one after the other, in the form that the library reads; 0 if it fails. */
static size_t
to_der(const uint8_t *signature, size_t bytes, uint8_t out[ECDSA_DER_MAX_BYTES])
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(signature, (int) bytes, NULL);
	BIGNUM *s = BN_bin2bn(signature + bytes, (int) bytes, NULL);
	uint8_t *end = out;
	int length = 0;

	if (pair != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1)
		length = i2d_ECDSA_SIG(pair, &end);
	else
	{
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(pair);
	return length > 0 ? (size_t) length : 0;
}

static bool
from_der(const uint8_t *der, size_t length, size_t bytes, uint8_t *signature)
{
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long) length);
	bool taken =
		pair != NULL &&
		BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, (int) bytes) == (int) bytes &&
		BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + bytes, (int) bytes) == (int) bytes;

	ECDSA_SIG_free(pair);
	return taken;
}

/* Whether r or s is zero, or not below the order, is looked at by the library, and tested here. */
static bool
verify_ecdsa(const AuthzJwk *key, AuthzJwa algorithm, const void *text, size_t text_length,
			 const uint8_t *signature, size_t length)
{
	size_t bytes = authz_pkey_coordinate_bytes(key->type);
	uint8_t der[ECDSA_DER_MAX_BYTES];
	size_t der_length;

	if (length != 2 * bytes)
		return false;
	der_length = to_der(signature, bytes, der);
	return der_length > 0 && verify(key, algorithm, text, text_length, der, der_length);
}

bool
authz_signature_verify(const AuthzJwk *key, AuthzJwa algorithm, const void *text,
					   size_t text_length, const uint8_t *signature, size_t length)
{
	bool good = false;

	if (!authz_jwk_fits(key, algorithm))
		return false;
	if (key->type == AUTHZ_JWK_OCT)
		return verify_mac(key, algorithm, text, text_length, signature, length);
	ERR_set_mark();
	switch (key->type)
	{
		case AUTHZ_JWK_RSA:
			good = length == (size_t) EVP_PKEY_get_size(key->pkey) &&
				   verify(key, algorithm, text, text_length, signature, length);
			break;
		case AUTHZ_JWK_P256:
		case AUTHZ_JWK_P384:
		case AUTHZ_JWK_P521:
			good = verify_ecdsa(key, algorithm, text, text_length, signature, length);
			break;
		case AUTHZ_JWK_ED25519:
			good = length == ED25519_SIGNATURE_BYTES &&
				   verify(key, algorithm, text, text_length, signature, length);
			break;
		case AUTHZ_JWK_OCT:
		case AUTHZ_JWK_UNKNOWN:
			break;
	}
	ERR_pop_to_mark();
	return good;
}

size_t
authz_signature_bytes(AuthzJwa algorithm)
{
	switch (algorithm)
	{
		case AUTHZ_JWA_HS256:
			return 32;
		case AUTHZ_JWA_ES256:
			return 64;
		case AUTHZ_JWA_EDDSA:
			return ED25519_SIGNATURE_BYTES;
		default:
			return 0;
	}
}

static bool
make(const AuthzJwk *key, AuthzJwa algorithm, const void *text, size_t text_length,
	 uint8_t *signature)
{
	uint8_t made[ECDSA_DER_MAX_BYTES];
	size_t length = sizeof(made);
	size_t bytes = authz_signature_bytes(algorithm);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = context != NULL &&
				EVP_DigestSignInit_ex(context, NULL, authz_jwa_traits(algorithm)->hash, NULL, NULL,
									  key->pkey, NULL) == 1 &&
				EVP_DigestSign(context, made, &length, text, text_length) == 1;

	EVP_MD_CTX_free(context);
	if (!done)
		return false;
	if (key->type != AUTHZ_JWK_ED25519)
		return from_der(made, length, bytes / 2, signature);
	memcpy(signature, made, bytes);
	return length == bytes;
}

bool
authz_signature_make(const AuthzJwk *key, AuthzJwa algorithm, const void *text, size_t text_length,
					 uint8_t *signature)
{
	bool done;

	if (authz_signature_bytes(algorithm) == 0 || !authz_jwk_fits(key, algorithm))
		return false;
	if (key->type == AUTHZ_JWK_OCT)
		return authz_hmac(authz_jwa_traits(algorithm)->hash, key->secret, key->secret_length, text,
						  text_length, signature) != 0;
	ERR_set_mark();
	done = make(key, algorithm, text, text_length, signature);
	ERR_pop_to_mark();
	return done;
}
