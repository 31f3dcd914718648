/*
 * jwk_make.c
 *	  Keys of one's own: made, and their public halves.
 *
 * A public half is written member by member, never made by taking something
 * away from a private key.
 */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include "pure/json.h"
#include "pure/jwk_make.h"
#include "pure/pkey.h"

#define SECRET_BYTES 32

/* What all of them begin with. */
static void
put_names(AuthzJsonText *json, const char *kty, const char *algorithm, const char *kid)
{
	authz_json_put(json, "{\"kty\":");
	authz_json_put_string(json, kty);
	authz_json_put(json, ",\"kid\":");
	authz_json_put_string(json, kid);
	authz_json_put(json, ",\"alg\":");
	authz_json_put_string(json, algorithm);
	authz_json_put(json, ",\"use\":\"sig\"");
}

static void
put_member(AuthzJsonText *json, const char *name, const uint8_t *bytes, size_t length)
{
	authz_json_put(json, ",\"");
	authz_json_put(json, name);
	authz_json_put(json, "\":");
	authz_json_put_bytes(json, bytes, length);
}

static bool
put_secret(AuthzJsonText *json, AuthzJwa algorithm, const char *kid)
{
	uint8_t secret[SECRET_BYTES];
	bool made = RAND_priv_bytes(secret, sizeof(secret)) == 1;

	put_names(json, "oct", authz_jwa_traits(algorithm)->name, kid);
	put_member(json, "k", secret, sizeof(secret));
	OPENSSL_cleanse(secret, sizeof(secret));
	return made;
}

static bool
put_pair(AuthzJsonText *json, AuthzJwa algorithm, const char *kid)
{
	AuthzJwkType type = authz_jwa_traits(algorithm)->key_type;
	size_t length = authz_pkey_coordinate_bytes(type);
	bool has_y = type != AUTHZ_JWK_ED25519;
	uint8_t x[AUTHZ_COORDINATE_MAX_BYTES];
	uint8_t y[AUTHZ_COORDINATE_MAX_BYTES];
	uint8_t d[AUTHZ_COORDINATE_MAX_BYTES];
	bool made = authz_pkey_make(type, x, y, d);

	if (made)
	{
		put_names(json, has_y ? "EC" : "OKP", authz_jwa_traits(algorithm)->name, kid);
		authz_json_put(json, has_y ? ",\"crv\":\"P-256\"" : ",\"crv\":\"Ed25519\"");
		put_member(json, "x", x, length);
		if (has_y)
			put_member(json, "y", y, length);
		put_member(json, "d", d, length);
	}
	OPENSSL_cleanse(d, sizeof(d));
	return made;
}

static bool
end(AuthzJsonText *json)
{
	authz_json_put(json, "}");
	if (json->length > AUTHZ_JWK_TEXT_MAX)
		return false;
	json->text[json->length] = '\0';
	return true;
}

bool
authz_jwk_make(AuthzJwa algorithm, const char *kid, char out[AUTHZ_JWK_TEXT_MAX + 1])
{
	AuthzJsonText json = {out, AUTHZ_JWK_TEXT_MAX, 0};
	bool made = false;

	if (strlen(kid) > AUTHZ_JWK_KID_MAX)
		return false;
	ERR_set_mark();
	if (algorithm == AUTHZ_JWA_HS256)
		made = put_secret(&json, algorithm, kid);
	else if (algorithm == AUTHZ_JWA_ES256 || algorithm == AUTHZ_JWA_EDDSA)
		made = put_pair(&json, algorithm, kid);
	ERR_pop_to_mark();
	return made && end(&json);
}

/* A member that is a string, as it is written. */
static bool
copy_member(AuthzJsonText *json, const json_t *jwk, const char *name)
{
	const json_t *member = json_object_get(jwk, name);

	if (!json_is_string(member))
		return false;
	authz_json_put(json, json->length == 0 ? "{\"" : ",\"");
	authz_json_put(json, name);
	authz_json_put(json, "\":");
	authz_json_put_string(json, json_string_value(member));
	return true;
}

bool
authz_jwk_publish(const char *text, size_t length, char out[AUTHZ_JWK_TEXT_MAX + 1])
{
	AuthzJsonText json = {out, AUTHZ_JWK_TEXT_MAX, 0};
	bool published = false;
	json_t *jwk;

	if (authz_json_read(text, length, &jwk) == AUTHZ_JSON_OK)
	{
		const char *kty = json_string_value(json_object_get(jwk, "kty"));
		bool has_y = kty != NULL && strcmp(kty, "EC") == 0;

		published = kty != NULL && (has_y || strcmp(kty, "OKP") == 0) &&
					copy_member(&json, jwk, "kty") && copy_member(&json, jwk, "kid") &&
					copy_member(&json, jwk, "alg") && copy_member(&json, jwk, "use") &&
					copy_member(&json, jwk, "crv") && copy_member(&json, jwk, "x") &&
					(!has_y || copy_member(&json, jwk, "y"));
	}
	json_decref(jwk);
	return published && end(&json);
}
