/*
 * test_jws.c
 *	  Signed texts in compact form: those of the RFCs and of the library are
 *	  opened, what attackers send is not.
 */
#include <stdlib.h>

#include <jansson.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "pure/base64url.h"
#include "pure/json.h"
#include "pure/jwk_make.h"
#include "pure/jws.h"

#include "jose_vectors.h"
#include "tap.h"

static char text[4 * AUTHZ_JWS_MAX_BYTES];
static uint8_t payload[4 * AUTHZ_JWS_MAX_BYTES];
static size_t payload_length;

/* Opens a text that is alone in its memory, so that a sanitizer sees what is read beyond. */
static AuthzJwsResult
open_with(const char *of, size_t length, const AuthzJwkSet *keys)
{
	char *exactly = malloc(length + (length == 0));
	AuthzJwsResult result;

	memcpy(exactly, of, length);
	payload_length = 0;
	result = authz_jws_open(exactly, length, keys, payload, &payload_length);
	free(exactly);
	return result;
}

static AuthzJwsResult
open_json(const char *of, size_t length, const char *key)
{
	AuthzJwkSet keys;
	AuthzJwsResult result = AUTHZ_JWS_MALFORMED;

	if (ok(authz_jwk_set_read(key, strlen(key), &keys) == AUTHZ_JWK_OK, "a key"))
		result = open_with(of, length, &keys);
	authz_jwk_set_free(&keys);
	return result;
}

/* The examples of the RFCs, and what becomes of each when a bit of it changes. */
static void
rfc(void)
{
	for (size_t i = 0; i < VECTORS; i++)
	{
		const char *jws = vectors[i].jws;
		size_t length = strlen(jws);
		char *changed = malloc(length);
		AuthzJwkSet keys;
		AuthzJwkSet others;
		const char *other = vectors[(i + 2) % VECTORS].key;
		int wrong = 0;

		ok(authz_jwk_set_read(vectors[i].key, strlen(vectors[i].key), &keys) == AUTHZ_JWK_OK &&
			   keys.count == 1,
		   "%s: the key", vectors[i].name);
		is_number(open_with(jws, length, &keys), AUTHZ_JWS_OK, "is what the text is signed with");
		ok(payload_length == strlen(vectors[i].payload) &&
			   memcmp(payload, vectors[i].payload, payload_length) == 0,
		   "the payload is what it should be");
		memcpy(changed, jws, length);
		for (size_t at = 0; at < length; at++)
		{
			changed[at] ^= 1;
			wrong += open_with(changed, length, &keys) == AUTHZ_JWS_OK;
			changed[at] ^= 1;
			wrong += open_with(jws, at, &keys) == AUTHZ_JWS_OK;
		}
		is_number(wrong, 0, "changed or cut anywhere it is not opened");
		authz_jwk_set_read(other, strlen(other), &others);
		ok(open_with(jws, length, &others) != AUTHZ_JWS_OK, "nor with another's key");
		authz_jwk_set_free(&others);
		authz_jwk_set_free(&keys);
		free(changed);
	}
	is_number(open_with(vectors[0].jws, strlen(vectors[0].jws), &(AuthzJwkSet){0}), AUTHZ_JWS_KEY,
			  "without keys nothing is opened");
}

/* RFC 7515, A.5 and A.6: none, and JSON serialization. RFC 8037, A.5 has nothing new. */
static void
rfc_refused(void)
{
	static const char *const refused[] = {
		"eyJhbGciOiJub25lIn0."
		"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.",
		"{\"payload\":\"eyJpc3MiOiJqb2UifQ\",\"signatures\":[{\"protected\":"
		"\"eyJhbGciOiJSUzI1NiJ9\",\"header\":{\"kid\":\"2010-12-29\"},\"signature\":\"AA\"}]}",
	};

	for (size_t i = 0; i < 2; i++)
		ok(open_json(refused[i], strlen(refused[i]), vectors[0].key) != AUTHZ_JWS_OK,
		   "not what this is for");
}

/* A signer by the library, apart from the code under test ----------------- */

static EVP_PKEY *
pkey_for(AuthzJwa algorithm)
{
	switch (authz_jwa_traits(algorithm)->key_type)
	{
		case AUTHZ_JWK_RSA:
			return EVP_RSA_gen(2048);
		case AUTHZ_JWK_P256:
			return EVP_EC_gen("P-256");
		case AUTHZ_JWK_P384:
			return EVP_EC_gen("P-384");
		case AUTHZ_JWK_P521:
			return EVP_EC_gen("P-521");
		case AUTHZ_JWK_ED25519:
			return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		default:
			return NULL;
	}
}

static void
put_number(AuthzJsonText *json, const char *name, EVP_PKEY *pkey, const char *parameter, int bytes)
{
	BIGNUM *number = NULL;
	uint8_t out[1024];

	EVP_PKEY_get_bn_param(pkey, parameter, &number);
	if (bytes == 0)
		bytes = BN_num_bytes(number);
	BN_bn2binpad(number, out, bytes);
	authz_json_put(json, ",\"");
	authz_json_put(json, name);
	authz_json_put(json, "\":");
	authz_json_put_bytes(json, out, (size_t) bytes);
	BN_free(number);
}

static const uint8_t hmac_key[] =
	"a secret of sixty-four bytes and one, as HS512 wants, and its end";

/* The public JWK, with more members after the first ones. */
static void
describe(EVP_PKEY *pkey, AuthzJwkType type, const char *more, char *out, size_t size)
{
	static const char *const heads[] = {
		[AUTHZ_JWK_OCT] = "{\"kty\":\"oct\"",
		[AUTHZ_JWK_RSA] = "{\"kty\":\"RSA\"",
		[AUTHZ_JWK_P256] = "{\"kty\":\"EC\",\"crv\":\"P-256\"",
		[AUTHZ_JWK_P384] = "{\"kty\":\"EC\",\"crv\":\"P-384\"",
		[AUTHZ_JWK_P521] = "{\"kty\":\"EC\",\"crv\":\"P-521\"",
		[AUTHZ_JWK_ED25519] = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"",
	};
	static const int bytes[] = {
		[AUTHZ_JWK_P256] = 32, [AUTHZ_JWK_P384] = 48, [AUTHZ_JWK_P521] = 66};
	AuthzJsonText json = {out, size, 0};
	uint8_t raw[32];
	size_t length = sizeof(raw);

	authz_json_put(&json, heads[type]);
	switch (type)
	{
		case AUTHZ_JWK_OCT:
			authz_json_put(&json, ",\"k\":");
			authz_json_put_bytes(&json, hmac_key, sizeof(hmac_key));
			break;
		case AUTHZ_JWK_RSA:
			put_number(&json, "n", pkey, OSSL_PKEY_PARAM_RSA_N, 0);
			put_number(&json, "e", pkey, OSSL_PKEY_PARAM_RSA_E, 0);
			break;
		case AUTHZ_JWK_ED25519:
			EVP_PKEY_get_raw_public_key(pkey, raw, &length);
			authz_json_put(&json, ",\"x\":");
			authz_json_put_bytes(&json, raw, length);
			break;
		default:
			put_number(&json, "x", pkey, OSSL_PKEY_PARAM_EC_PUB_X, bytes[type]);
			put_number(&json, "y", pkey, OSSL_PKEY_PARAM_EC_PUB_Y, bytes[type]);
			break;
	}
	authz_json_put(&json, more);
	authz_json_put(&json, "}");
	out[json.length] = '\0';
}

/* The library's own signature, of curves in DER. */
static size_t
sign(EVP_PKEY *pkey, AuthzJwa algorithm, size_t length, uint8_t *signature, int salt)
{
	const char *hash = authz_jwa_traits(algorithm)->hash;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *options;
	size_t size = 1024;
	unsigned mac_length;

	if (pkey == NULL)
	{
		HMAC(EVP_get_digestbyname(hash), hmac_key, sizeof(hmac_key), (uint8_t *) text, length,
			 signature, &mac_length);
		EVP_MD_CTX_free(context);
		return mac_length;
	}
	EVP_DigestSignInit_ex(context, &options, hash, NULL, NULL, pkey, NULL);
	if (algorithm >= AUTHZ_JWA_PS256 && algorithm <= AUTHZ_JWA_PS512)
	{
		EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
		EVP_PKEY_CTX_set_rsa_pss_saltlen(options, salt);
	}
	if (EVP_DigestSign(context, signature, &size, (uint8_t *) text, length) != 1)
		size = 0;
	EVP_MD_CTX_free(context);
	return size;
}

static size_t
raw_of(uint8_t *signature, size_t length, int bytes)
{
	const uint8_t *at = signature;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long) length);
	uint8_t raw[132];

	BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, bytes);
	BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + bytes, bytes);
	ECDSA_SIG_free(pair);
	memcpy(signature, raw, 2 * (size_t) bytes);
	return 2 * (size_t) bytes;
}

static size_t
append(const void *bytes, size_t length, size_t at)
{
	authz_base64url_encode(bytes, length, text + at);
	return at + AUTHZ_BASE64URL_ENCODED(length);
}

/* Puts header and payload into the text, and a dot; returns the length before the dot. */
static size_t
compose(const char *header, const char *of)
{
	size_t at = append(header, strlen(header), 0);

	text[at++] = '.';
	at = append(of, strlen(of), at);
	text[at] = '.';
	return at;
}

static size_t
forge(EVP_PKEY *pkey, AuthzJwa algorithm, const char *header, const char *of)
{
	uint8_t signature[1024];
	size_t at = compose(header, of);
	size_t length = sign(pkey, algorithm, at, signature, RSA_PSS_SALTLEN_DIGEST);

	switch (authz_jwa_traits(algorithm)->key_type)
	{
		case AUTHZ_JWK_P256:
			length = raw_of(signature, length, 32);
			break;
		case AUTHZ_JWK_P384:
			length = raw_of(signature, length, 48);
			break;
		case AUTHZ_JWK_P521:
			length = raw_of(signature, length, 66);
			break;
		default:
			break;
	}
	return append(signature, length, at + 1);
}

static AuthzJwkSet
set_of(const char *json)
{
	AuthzJwkSet keys;

	if (authz_jwk_set_read(json, strlen(json), &keys) != AUTHZ_JWK_OK)
		ok(false, "not a key: %s", json);
	return keys;
}

/* Each algorithm with its key; with the keys of all others, and under all other names. */
static void
algorithms(void)
{
	EVP_PKEY *pkeys[AUTHZ_JWA_EDDSA + 1] = {NULL};
	AuthzJwkSet keys[AUTHZ_JWA_EDDSA + 1];
	char json[2048];
	char header[64];
	int wrong = 0;

	for (AuthzJwa i = AUTHZ_JWA_HS256; i <= AUTHZ_JWA_EDDSA; i++)
	{
		pkeys[i] = pkey_for(i);
		describe(pkeys[i], authz_jwa_traits(i)->key_type, "", json, sizeof(json));
		keys[i] = set_of(json);
	}
	for (AuthzJwa i = AUTHZ_JWA_HS256; i <= AUTHZ_JWA_EDDSA; i++)
	{
		AuthzJwkType type = authz_jwa_traits(i)->key_type;
		size_t length;

		snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", authz_jwa_traits(i)->name);
		length = forge(pkeys[i], i, header, "");
		ok(open_with(text, length, &keys[i]) == AUTHZ_JWS_OK && payload_length == 0,
		   "%s: nothing, signed", authz_jwa_traits(i)->name);
		length = forge(pkeys[i], i, header, "some");
		ok(open_with(text, length, &keys[i]) == AUTHZ_JWS_OK && payload_length == 4 &&
			   memcmp(payload, "some", 4) == 0,
		   "something, signed");
		for (AuthzJwa k = AUTHZ_JWA_HS256; k <= AUTHZ_JWA_EDDSA; k++)
		{
			AuthzJwsResult result = open_with(text, length, &keys[k]);
			bool same_key =
				k == i || (type == AUTHZ_JWK_OCT && authz_jwa_traits(k)->key_type == AUTHZ_JWK_OCT);
			bool same_type = authz_jwa_traits(k)->key_type == type;

			wrong += result != (same_key	? AUTHZ_JWS_OK
								: same_type ? AUTHZ_JWS_SIGNATURE
											: AUTHZ_JWS_KEY);
		}
		is_number(wrong, 0, "by no other key, and none of another type is tried");
		for (AuthzJwa k = AUTHZ_JWA_HS256; k <= AUTHZ_JWA_EDDSA; k++)
		{
			if (k == i)
				continue;
			snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", authz_jwa_traits(k)->name);
			length = forge(pkeys[i], i, header, "some");
			wrong += open_with(text, length, &keys[i]) == AUTHZ_JWS_OK;
			wrong += open_with(text, length, &keys[k]) == AUTHZ_JWS_OK;
		}
		is_number(wrong, 0, "under no other name");

		/* The key's own algorithm. */
		for (AuthzJwa k = AUTHZ_JWA_HS256; k <= AUTHZ_JWA_EDDSA; k++)
		{
			char more[64];
			AuthzJwkSet bound;

			snprintf(more, sizeof(more), ",\"alg\":\"%s\"", authz_jwa_traits(k)->name);
			describe(pkeys[i], type, more, json, sizeof(json));
			bound = set_of(json);
			snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", authz_jwa_traits(i)->name);
			length = forge(pkeys[i], i, header, "some");
			wrong += open_with(text, length, &bound) != (k == i ? AUTHZ_JWS_OK : AUTHZ_JWS_KEY);
			authz_jwk_set_free(&bound);
		}
		is_number(wrong, 0, "with a key that says that it is for this one, and for no other");
	}
	is_number((long long) ERR_peek_error(), 0, "the library's queue of errors is empty");

	/* RFC 9864's name for the same. */
	is_number(
		open_with(text,
				  forge(pkeys[AUTHZ_JWA_EDDSA], AUTHZ_JWA_EDDSA, "{\"alg\":\"Ed25519\"}", "x"),
				  &keys[AUTHZ_JWA_EDDSA]),
		AUTHZ_JWS_OK, "Ed25519 is EdDSA");
	for (AuthzJwa i = AUTHZ_JWA_HS256; i <= AUTHZ_JWA_EDDSA; i++)
	{
		authz_jwk_set_free(&keys[i]);
		EVP_PKEY_free(pkeys[i]);
	}
}

/* The same bytes in another text, and other bytes around it. */
static void
encodings(void)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	static const char extra[] = {'.', '=', 'A', ' ', '\n', '\r', '\0', '+', '/', '\x80'};
	char json[512];
	char good[512];
	char other[513];
	size_t length;
	size_t last;
	AuthzJwkSet keys;
	int wrong = 0;

	describe(NULL, AUTHZ_JWK_OCT, "", json, sizeof(json));
	keys = set_of(json);
	length = forge(NULL, AUTHZ_JWA_HS256, "{\"alg\":\"HS256\"}", "a payload");
	memcpy(good, text, length);
	for (size_t i = 0; i <= length; i++)
		for (size_t k = 0; k < sizeof(extra); k++)
		{
			memcpy(other, good, i);
			other[i] = extra[k];
			memcpy(other + i + 1, good + i, length - i);
			wrong += open_with(other, length + 1, &keys) == AUTHZ_JWS_OK;
		}
	is_number(wrong, 0, "not with one byte more anywhere");
	for (size_t bits = 1; bits < 4; bits++)
	{
		memcpy(other, good, length);
		other[length - 1] =
			alphabet[(size_t) (strchr(alphabet, good[length - 1]) - alphabet) | bits];
		is_number(open_with(other, length, &keys), AUTHZ_JWS_MALFORMED,
				  "nor with bits beyond the last byte of the signature");
	}

	/* Well signed, and not canonical: the payload, then the header. */
	for (size_t part = 0; part < 2; part++)
	{
		uint8_t signature[64];
		size_t at = compose("{\"alg\":\"HS256\"} ", "abcd");

		last = part == 0 ? at - 1 : (size_t) (strchr(text, '.') - text) - 1;
		text[last] = alphabet[(size_t) (strchr(alphabet, text[last]) - alphabet) | 1];
		length = append(signature, sign(NULL, AUTHZ_JWA_HS256, at, signature, 0), at + 1);
		is_number(open_with(text, length, &keys), AUTHZ_JWS_MALFORMED,
				  "nor with bits beyond the last byte of what is signed");
	}

	/* Padded, and signed like that. */
	{
		uint8_t signature[64];
		size_t at = compose("{\"alg\":\"HS256\"}", "abcd");

		memcpy(text + at, "==", 2);
		text[at + 2] = '.';
		length = append(signature, sign(NULL, AUTHZ_JWA_HS256, at + 2, signature, 0), at + 3);
		is_number(open_with(text, length, &keys), AUTHZ_JWS_MALFORMED, "nor padded");
	}
	authz_jwk_set_free(&keys);
}

/* Headers, each with a good signature by HS256. */
static void
headers(void)
{
	static const struct
	{
		const char *header;
		AuthzJwsResult result;
	} cases[] = {
		{"{\"alg\":\"HS256\"}", AUTHZ_JWS_OK},
		{" { \"typ\" : \"JWT\" , \"alg\" : \"HS256\" } ", AUTHZ_JWS_OK},
		{"{\"alg\":\"HS256\",\"kid\":\"any\"}", AUTHZ_JWS_OK},
		{"{\"alg\":\"HS256\",\"b64\":true}", AUTHZ_JWS_OK},

		/* none, in all spellings, and other names */
		{"{\"alg\":\"none\"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"None\"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"NONE\"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"nOnE\"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"none \"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"\\u006eone\"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"\"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"hs256\"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"HS256 \"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\" HS256\"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"HS\\u0132256\"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"HS1\"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"RS1\"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"ES256K\"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"Ed448\"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"dir\"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"RSA-OAEP\",\"enc\":\"A128GCM\"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"HS256\\u0000\"}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":null}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":true}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":[\"HS256\"]}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":{\"alg\":\"HS256\"}}", AUTHZ_JWS_MALFORMED},
		{"{\"Alg\":\"HS256\"}", AUTHZ_JWS_MALFORMED},
		{"{}", AUTHZ_JWS_MALFORMED},

		/* what must be understood is not */
		{"{\"alg\":\"HS256\",\"crit\":[\"exp\"],\"exp\":1}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":true}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"HS256\",\"crit\":[]}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"HS256\",\"crit\":null}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"HS256\",\"crit\":\"exp\"}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"HS256\",\"b64\":false}", AUTHZ_JWS_ALGORITHM},
		{"{\"alg\":\"HS256\",\"b64\":\"true\"}", AUTHZ_JWS_ALGORITHM},

		/* members twice, at any depth, and JSON that is none */
		{"{\"alg\":\"HS256\",\"alg\":\"HS256\"}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":\"none\",\"alg\":\"HS256\"}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":\"HS256\",\"\\u0061lg\":\"none\"}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":\"HS256\",\"kid\":\"a\",\"kid\":\"b\"}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":\"HS256\",\"x\":{\"y\":1,\"y\":1}}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":\"HS256\"}{}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":\"HS256\"}x", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":\"HS256\",}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":\"HS256\"", AUTHZ_JWS_MALFORMED},
		{"[{\"alg\":\"HS256\"}]", AUTHZ_JWS_MALFORMED},
		{"[]", AUTHZ_JWS_MALFORMED},
		{"null", AUTHZ_JWS_MALFORMED},
		{"\"HS256\"", AUTHZ_JWS_MALFORMED},
		{"'alg':'HS256'", AUTHZ_JWS_MALFORMED},
		{"\xef\xbb\xbf{\"alg\":\"HS256\"}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":\"HS256\",\"x\":\"\xff\"}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":\"HS256\",\"x\":\"\\ud800\"}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":\"HS256\",\"x\":NaN}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":\"HS256\",\"kid\":1}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":\"HS256\",\"kid\":null}", AUTHZ_JWS_MALFORMED},
		{"{\"alg\":\"HS256\",\"kid\":[\"a\"]}", AUTHZ_JWS_MALFORMED},
	};
	char json[512];
	AuthzJwkSet keys;

	describe(NULL, AUTHZ_JWK_OCT, "", json, sizeof(json));
	keys = set_of(json);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_number(open_with(text, forge(NULL, AUTHZ_JWA_HS256, cases[i].header, "x"), &keys),
				  cases[i].result, cases[i].header);
	authz_jwk_set_free(&keys);
}

/* Who brings his own key, or says where it is, is not asked for it. */
static void
embedded_keys(void)
{
	static const char *const places[] = {
		"\"jku\":\"https://example.com/keys\"",
		"\"x5u\":\"https://example.com/certificate\"",
		"\"x5c\":[\"MIIB\"],\"x5t\":\"AA\"",
		"\"kid\":\"' UNION SELECT 'key' --\"",
		"\"kid\":\"../../../../dev/null\"",
		"\"kid\":\"| sleep 10\"",
		"\"kid\":\"\"",
	};
	EVP_PKEY *own = EVP_EC_gen("P-256");
	EVP_PKEY *attacker = EVP_EC_gen("P-256");
	char json[512];
	char header[1024];
	AuthzJwkSet keys;
	size_t length;

	describe(own, AUTHZ_JWK_P256, ",\"kid\":\"k\"", json, sizeof(json));
	keys = set_of(json);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
	{
		bool names = strstr(places[i], "kid") != NULL;

		snprintf(header, sizeof(header), "{\"alg\":\"ES256\",%s}", places[i]);
		length = forge(own, AUTHZ_JWA_ES256, header, "x");
		is_number(open_with(text, length, &keys), names ? AUTHZ_JWS_KEY : AUTHZ_JWS_OK, places[i]);
		length = forge(attacker, AUTHZ_JWA_ES256, header, "x");
		is_number(open_with(text, length, &keys), names ? AUTHZ_JWS_KEY : AUTHZ_JWS_SIGNATURE,
				  "by another's key");
	}
	describe(attacker, AUTHZ_JWK_P256, "", json, sizeof(json));
	snprintf(header, sizeof(header), "{\"alg\":\"ES256\",\"jwk\":%s}", json);
	length = forge(attacker, AUTHZ_JWA_ES256, header, "x");
	is_number(open_with(text, length, &keys), AUTHZ_JWS_SIGNATURE, "its own key inside");
	snprintf(header, sizeof(header), "{\"alg\":\"ES256\",\"kid\":\"k\",\"jwk\":%s}", json);
	length = forge(attacker, AUTHZ_JWA_ES256, header, "x");
	is_number(open_with(text, length, &keys), AUTHZ_JWS_SIGNATURE, "under another's name");
	length = forge(own, AUTHZ_JWA_ES256, header, "x");
	is_number(open_with(text, length, &keys), AUTHZ_JWS_OK, "is not looked at");
	authz_jwk_set_free(&keys);
	EVP_PKEY_free(own);
	EVP_PKEY_free(attacker);
}

/* HMAC by what everybody knows of a public key. */
static void
confusion(void)
{
	char json[2048];
	uint8_t mac[64];
	unsigned mac_length;

	for (AuthzJwa i = AUTHZ_JWA_RS256; i <= AUTHZ_JWA_EDDSA; i += 3)
	{
		EVP_PKEY *pkey = pkey_for(i);
		BIO *memory = BIO_new(BIO_s_mem());
		char *pem;
		long pem_length;
		AuthzJwkSet keys;
		size_t at = compose("{\"alg\":\"HS256\"}", "x");

		describe(pkey, authz_jwa_traits(i)->key_type, "", json, sizeof(json));
		keys = set_of(json);
		PEM_write_bio_PUBKEY(memory, pkey);
		pem_length = BIO_get_mem_data(memory, &pem);
		HMAC(EVP_sha256(), pem, (int) pem_length, (uint8_t *) text, at, mac, &mac_length);
		is_number(open_with(text, append(mac, mac_length, at + 1), &keys), AUTHZ_JWS_KEY,
				  "the PEM of a public key as a secret");
		HMAC(EVP_sha256(), json, (int) strlen(json), (uint8_t *) text, at, mac, &mac_length);
		is_number(open_with(text, append(mac, mac_length, at + 1), &keys), AUTHZ_JWS_KEY,
				  "its JWK");
		HMAC(EVP_sha256(), "", 0, (uint8_t *) text, at, mac, &mac_length);
		is_number(open_with(text, append(mac, mac_length, at + 1), &keys), AUTHZ_JWS_KEY,
				  "nothing as a secret");
		is_number(open_with(text, at + 1, &keys), AUTHZ_JWS_KEY, "no signature");
		authz_jwk_set_free(&keys);
		BIO_free(memory);
		EVP_PKEY_free(pkey);
	}
}

static AuthzJwsResult
open_raw(const AuthzJwkSet *keys, const char *header, const uint8_t *signature, size_t length)
{
	size_t at = compose(header, "x");

	return open_with(text, append(signature, length, at + 1), keys);
}

/* Numbers that a curve's signature must not have, and forms that it must not have. */
static void
curve_signatures(void)
{
	static const struct
	{
		AuthzJwa algorithm;
		int nid;
		size_t bytes;
	} curves[] = {
		{AUTHZ_JWA_ES256, NID_X9_62_prime256v1, 32},
		{AUTHZ_JWA_ES384, NID_secp384r1, 48},
		{AUTHZ_JWA_ES512, NID_secp521r1, 66},
	};

	for (size_t i = 0; i < 3; i++)
	{
		AuthzJwa algorithm = curves[i].algorithm;
		size_t bytes = curves[i].bytes;
		EC_GROUP *group = EC_GROUP_new_by_curve_name(curves[i].nid);
		const BIGNUM *order = EC_GROUP_get0_order(group);
		EVP_PKEY *pkey = pkey_for(algorithm);
		char json[512];
		char header[32];
		uint8_t numbers[4][66] = {{0}};
		uint8_t signature[256] = {0};
		BIGNUM *number = BN_dup(order);
		AuthzJwkSet keys;
		size_t length;
		size_t at;
		int wrong = 0;

		describe(pkey, authz_jwa_traits(algorithm)->key_type, "", json, sizeof(json));
		keys = set_of(json);
		snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", authz_jwa_traits(algorithm)->name);

		/* 0, the order, its double where there is room, and all ones. */
		BN_bn2binpad(order, numbers[1], (int) bytes);
		BN_lshift1(number, number);
		if (BN_num_bytes(number) <= (int) bytes)
			BN_bn2binpad(number, numbers[2], (int) bytes);
		memset(numbers[3], 0xff, bytes);
		for (size_t r = 0; r < 4; r++)
			for (size_t s = 0; s < 4; s++)
			{
				memcpy(signature, numbers[r], bytes);
				memcpy(signature + bytes, numbers[s], bytes);
				wrong += open_raw(&keys, header, signature, 2 * bytes) != AUTHZ_JWS_SIGNATURE;
			}
		is_number(wrong, 0, "numbers out of range, none of them psychic");

		/* Half of a good one with one of these. */
		length = forge(pkey, algorithm, header, "x");
		is_number(open_with(text, length, &keys), AUTHZ_JWS_OK, "a good one");
		authz_base64url_decode(strrchr(text, '.') + 1, AUTHZ_BASE64URL_ENCODED(2 * bytes),
							   signature);
		for (size_t k = 0; k < 8; k++)
		{
			uint8_t half[132];

			memcpy(half, signature, 2 * bytes);
			memcpy(half + (k % 2) * bytes, numbers[k / 2], bytes);
			wrong += open_raw(&keys, header, half, 2 * bytes) != AUTHZ_JWS_SIGNATURE;
		}
		is_number(wrong, 0, "nor half of them");

		/* As long as it is, and in no other form. */
		for (length = 0; length <= sizeof(signature); length++)
		{
			if (length != 2 * bytes)
				wrong += open_raw(&keys, header, signature, length) != AUTHZ_JWS_SIGNATURE;
		}
		is_number(wrong, 0, "of no other length");
		at = compose(header, "x");
		length = sign(pkey, algorithm, at, signature, 0);
		is_number(open_with(text, append(signature, length, at + 1), &keys), AUTHZ_JWS_SIGNATURE,
				  "in DER");
		BN_free(number);
		EC_GROUP_free(group);
		authz_jwk_set_free(&keys);
		EVP_PKEY_free(pkey);
	}
}

static void
other_signatures(void)
{
	EVP_PKEY *rsa = pkey_for(AUTHZ_JWA_PS256);
	EVP_PKEY *ed = pkey_for(AUTHZ_JWA_EDDSA);
	static const int salts[] = {0, 1, 20, 31, 33, 64, RSA_PSS_SALTLEN_MAX};
	char json[2048];
	uint8_t signature[1024];
	AuthzJwkSet keys;
	size_t at;
	size_t length;
	int wrong = 0;

	describe(rsa, AUTHZ_JWK_RSA, "", json, sizeof(json));
	keys = set_of(json);
	for (size_t i = 0; i < sizeof(salts) / sizeof(salts[0]); i++)
	{
		at = compose("{\"alg\":\"PS256\"}", "x");
		length = sign(rsa, AUTHZ_JWA_PS256, at, signature, salts[i]);
		wrong += open_with(text, append(signature, length, at + 1), &keys) != AUTHZ_JWS_SIGNATURE;
	}
	is_number(wrong, 0, "PS256: a salt that is not as long as the hash");
	at = compose("{\"alg\":\"RS256\"}", "x");
	length = sign(rsa, AUTHZ_JWA_RS256, at, signature, 0);
	is_number(open_with(text, append(signature, length, at + 1), &keys), AUTHZ_JWS_OK,
			  "RS256: a good one");
	memmove(signature + 1, signature, length);
	signature[0] = 0;
	is_number(open_with(text, append(signature, length + 1, at + 1), &keys), AUTHZ_JWS_SIGNATURE,
			  "with a zero before");
	is_number(open_with(text, append(signature + 1, length - 1, at + 1), &keys),
			  AUTHZ_JWS_SIGNATURE, "without its end");
	memset(signature, 0, sizeof(signature));
	for (length = 0; length <= 257; length += 1 + (length < 250 ? 24 : 0))
		wrong += open_with(text, append(signature, length, at + 1), &keys) != AUTHZ_JWS_SIGNATURE;
	signature[255] = 1;
	wrong += open_with(text, append(signature, 256, at + 1), &keys) != AUTHZ_JWS_SIGNATURE;
	memset(signature, 0xff, sizeof(signature));
	wrong += open_with(text, append(signature, 256, at + 1), &keys) != AUTHZ_JWS_SIGNATURE;
	is_number(wrong, 0, "zeros, one, and what is not below the modulus");
	is_number(open_with(text, append(signature, 1024, at + 1), &keys), AUTHZ_JWS_SIGNATURE,
			  "as long as any may be");
	is_number(open_with(text, append(signature, 1023, at + 1) + 3, &keys), AUTHZ_JWS_MALFORMED,
			  "longer than any may be");
	authz_jwk_set_free(&keys);

	describe(ed, AUTHZ_JWK_ED25519, "", json, sizeof(json));
	keys = set_of(json);
	memset(signature, 0, sizeof(signature));
	wrong = 0;
	for (length = 0; length <= 128; length++)
		wrong += open_raw(&keys, "{\"alg\":\"EdDSA\"}", signature, length) != AUTHZ_JWS_SIGNATURE;
	signature[0] = 1;
	wrong += open_raw(&keys, "{\"alg\":\"EdDSA\"}", signature, 64) != AUTHZ_JWS_SIGNATURE;
	is_number(wrong, 0, "EdDSA: nothing, of any length, and the point at infinity");
	authz_jwk_set_free(&keys);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ed);
}

/* A message authentication code of each length that is not its own. */
static void
codes(void)
{
	char json[512];
	uint8_t mac[66];
	AuthzJwkSet keys;
	size_t at;
	int wrong = 0;

	describe(NULL, AUTHZ_JWK_OCT, "", json, sizeof(json));
	keys = set_of(json);
	at = compose("{\"alg\":\"HS512\"}", "x");
	sign(NULL, AUTHZ_JWA_HS512, at, mac, 0);
	for (size_t length = 0; length <= sizeof(mac); length++)
		wrong += open_with(text, append(mac, length, at + 1), &keys) !=
				 (length == 64 ? AUTHZ_JWS_OK : AUTHZ_JWS_SIGNATURE);
	is_number(wrong, 0, "a code is believed whole or not at all");
	authz_jwk_set_free(&keys);
}

static void
sizes(void)
{
	static char header[2 * AUTHZ_JWS_MAX_BYTES];
	static char large[2 * AUTHZ_JWS_MAX_BYTES];
	char json[512];
	AuthzJwkSet keys;
	size_t length;

	describe(NULL, AUTHZ_JWK_OCT, "", json, sizeof(json));
	keys = set_of(json);
	is_number(open_with("", 0, &keys), AUTHZ_JWS_MALFORMED, "an empty text");
	is_number(open_with(".", 1, &keys), AUTHZ_JWS_MALFORMED, "a dot");
	is_number(open_with("..", 2, &keys), AUTHZ_JWS_MALFORMED, "two dots");
	is_number(open_with("...", 3, &keys), AUTHZ_JWS_MALFORMED, "three dots");

	memset(large, 'x', sizeof(large));
	large[(AUTHZ_JWS_MAX_BYTES - 20 - 2 - 43) / 4 * 3] = '\0';
	length = forge(NULL, AUTHZ_JWA_HS256, "{\"alg\":\"HS256\"}", large);
	ok(length <= AUTHZ_JWS_MAX_BYTES && length > AUTHZ_JWS_MAX_BYTES - 4 &&
		   open_with(text, length, &keys) == AUTHZ_JWS_OK && payload_length == strlen(large),
	   "%zu characters are opened", length);
	large[strlen(large)] = 'x';
	large[(AUTHZ_JWS_MAX_BYTES - 20 - 2 - 43) / 4 * 3 + 3] = '\0';
	length = forge(NULL, AUTHZ_JWA_HS256, "{\"alg\":\"HS256\"}", large);
	is_number(open_with(text, length, &keys), AUTHZ_JWS_MALFORMED, "more are too many");

	memset(header, ' ', sizeof(header));
	memcpy(header, "{\"alg\":\"HS256\"}", 15);
	header[AUTHZ_JWS_HEADER_MAX_BYTES] = '\0';
	is_number(open_with(text, forge(NULL, AUTHZ_JWA_HS256, header, "x"), &keys), AUTHZ_JWS_OK,
			  "the longest header");
	header[AUTHZ_JWS_HEADER_MAX_BYTES] = ' ';
	header[AUTHZ_JWS_HEADER_MAX_BYTES + 1] = '\0';
	is_number(open_with(text, forge(NULL, AUTHZ_JWA_HS256, header, "x"), &keys),
			  AUTHZ_JWS_MALFORMED, "one more byte is too many");

	length = (size_t) sprintf(header, "{\"alg\":\"HS256\",\"x\":");
	memset(header + length, '[', 8000);
	header[length + 8000] = '\0';
	is_number(open_with(text, forge(NULL, AUTHZ_JWA_HS256, header, "x"), &keys),
			  AUTHZ_JWS_MALFORMED, "arrays nested 8000 deep");
	authz_jwk_set_free(&keys);
}

/* What is written here is opened here. */
static void
written(void)
{
	static const char *const names[] = {"HS256", "ES256", "EdDSA"};
	char private[AUTHZ_JWK_TEXT_MAX + 1];
	char public[AUTHZ_JWK_TEXT_MAX + 1];
	size_t length = 0;
	size_t needed;
	int wrong = 0;

	for (size_t i = 0; i < 3; i++)
	{
		AuthzJwk key;
		AuthzJwkSet keys;

		authz_jwk_make(authz_jwa_find(names[i]), "a\"\\b", private);
		authz_jwk_read(private, strlen(private), &key);
		keys =
			set_of(i > 0 && authz_jwk_publish(private, strlen(private), public) ? public : private);
		is_number(
			authz_jws_write(&key, "x+jwt", (const uint8_t *) "{}", 2, text, sizeof(text), &length),
			AUTHZ_JWS_OK, names[i]);
		ok(strlen(text) == length && open_with(text, length, &keys) == AUTHZ_JWS_OK &&
			   payload_length == 2 && memcmp(payload, "{}", 2) == 0,
		   "written and opened");
		needed = length;
		for (size_t size = 0; size <= needed; size++)
		{
			char *small = malloc(size + 1);

			wrong += authz_jws_write(&key, "x+jwt", (const uint8_t *) "{}", 2, small, size,
									 &length) != AUTHZ_JWS_MEMORY;
			free(small);
		}
		is_number(wrong, 0, "never more than the memory that is there");
		free(key.kid);
		key.kid = NULL;
		is_number(authz_jws_write(&key, "x", payload, 0, text, sizeof(text), &length),
				  AUTHZ_JWS_KEY, "not with a key without a name");
		authz_jwk_free(&key);
		authz_jwk_set_free(&keys);
	}
	{
		AuthzJwkSet keys = set_of(vectors[1].key);

		keys.keys[0].algorithm = AUTHZ_JWA_RS256;
		keys.keys[0].kid = strdup("k");
		is_number(authz_jws_write(&keys.keys[0], "x", payload, 0, text, sizeof(text), &length),
				  AUTHZ_JWS_KEY, "nor with a public key");
		authz_jwk_set_free(&keys);
		keys = set_of(vectors[2].key);
		keys.keys[0].algorithm = AUTHZ_JWA_ES256;
		keys.keys[0].kid = strdup("k");
		is_number(authz_jws_write(&keys.keys[0], "x", payload, 0, text, sizeof(text), &length),
				  AUTHZ_JWS_KEY, "nor with the public half of a pair");
		authz_jwk_set_free(&keys);
	}
	is_number((long long) ERR_peek_error(), 0, "the library's queue of errors is empty");
}

static long allocations_left;
static long allocations_held;

static void *
scarce_malloc(size_t size)
{
	if (allocations_left-- <= 0)
		return NULL;
	allocations_held++;
	return malloc(size);
}

static void
scarce_free(void *memory)
{
	allocations_held -= memory != NULL;
	free(memory);
}

/* Memory for so many of the allocations of JSON. */
static void
scarce_memory(void)
{
	char json[512];
	int results[AUTHZ_JWS_MEMORY + 1] = {0};
	AuthzJwsResult result;
	AuthzJwkSet keys;
	size_t length;
	long n = 0;

	describe(NULL, AUTHZ_JWK_OCT, "", json, sizeof(json));
	keys = set_of(json);
	length =
		forge(NULL, AUTHZ_JWA_HS256, "{\"alg\":\"HS256\",\"kid\":\"k\",\"x\":[{\"y\":1}]}", "x");
	json_set_alloc_funcs(scarce_malloc, scarce_free);
	do
	{
		allocations_left = n++;
		result = open_with(text, length, &keys);
		results[result]++;
	} while (result != AUTHZ_JWS_OK && n < 1000);
	json_set_alloc_funcs(malloc, free);
	is_number(results[AUTHZ_JWS_OK], 1, "opened once there is memory enough");
	ok(results[AUTHZ_JWS_MEMORY] > results[AUTHZ_JWS_MALFORMED], "the lack is mostly said");
	is_number(results[AUTHZ_JWS_KEY] + results[AUTHZ_JWS_SIGNATURE], 0,
			  "and never taken for something else");
	is_number(allocations_held, 0, "nothing is kept");
	authz_jwk_set_free(&keys);
}

/* What a text says, whoever has signed it. */
static void
peeked(void)
{
	static const char signed_by_none[] = "eyJhbGciOiJIUzI1NiJ9.e30.!";
	static const char *const wrong[] = {"",
										".",
										"eyJhbGciOiJIUzI1NiJ9.e30",
										".e30.",
										"eyJhbGciOiJIUzI1NiJ9.e3.b",
										"eyJhbGciOiJIUzI1NiJ9.e30=.b",
										"!.e30.b",
										"e30.e30.b",
										"W10.e30.b"};

	for (size_t i = 0; i < VECTORS; i++)
		ok(authz_jws_peek(vectors[i].jws, strlen(vectors[i].jws), payload, &payload_length) ==
				   AUTHZ_JWS_OK &&
			   payload_length == strlen(vectors[i].payload) &&
			   memcmp(payload, vectors[i].payload, payload_length) == 0,
		   "%s: read without a key", vectors[i].name);
	ok(authz_jws_peek(signed_by_none, strlen(signed_by_none), payload, &payload_length) ==
			   AUTHZ_JWS_OK &&
		   payload_length == 2,
	   "whatever stands behind");
	is_number(authz_jws_peek("eyJhbGciOiJub25lIn0.e30.", 24, payload, &payload_length),
			  AUTHZ_JWS_OK, "nor by what");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		is_number(authz_jws_peek(wrong[i], strlen(wrong[i]), payload, &payload_length),
				  AUTHZ_JWS_MALFORMED, wrong[i]);
	memset(text, 'a', AUTHZ_JWS_MAX_BYTES + 1);
	text[1] = text[3] = '.';
	is_number(authz_jws_peek(text, AUTHZ_JWS_MAX_BYTES + 1, payload, &payload_length),
			  AUTHZ_JWS_MALFORMED, "not one that is too long");
}

int
main(void)
{
	rfc();
	peeked();
	rfc_refused();
	algorithms();
	encodings();
	headers();
	embedded_keys();
	confusion();
	curve_signatures();
	other_signatures();
	codes();
	sizes();
	written();
	scarce_memory();
	return tap_end();
}
