/*
 * token.c
 *	  authz's own session token: a JWT of type authz+jwt, signed with HS256, ES256
 *	  or EdDSA.
 *
 * Nothing of a token's text is believed before its signature is good, and
 * whatever this file writes it has read back.
 */
#include <string.h>

#include "pure/base64url.h"
#include "pure/json.h"
#include "pure/jws.h"
#include "pure/privileges.h"
#include "pure/signature.h"
#include "pure/token.h"

#define TYPE "authz+jwt"
#define SIGNATURE_MAX_BYTES 64
#define JSON_MAX AUTHZ_BASE64URL_DECODED(AUTHZ_TOKEN_MAX_BYTES)

/* The last second of the year 9999. */
#define MOMENT_MAX INT64_C(253402300799)

typedef struct Part
{
	const char *text;
	size_t length;
} Part;

/* The JSON text of the header or the claims. */
typedef struct Json
{
	char text[JSON_MAX];
	size_t length;
} Json;

/* header.claims.signature: the number of dots is judged here. */
static bool
split(const char *text, size_t length, Part *header, Part *claims, Part *signature)
{
	const char *end = text + length;
	const char *first;
	const char *second;

	if (length > AUTHZ_TOKEN_MAX_BYTES)
		return false;
	first = memchr(text, '.', length);
	if (first == NULL)
		return false;
	second = memchr(first + 1, '.', (size_t) (end - first - 1));
	if (second == NULL)
		return false;
	*header = (Part){text, (size_t) (first - text)};
	*claims = (Part){first + 1, (size_t) (second - first - 1)};
	*signature = (Part){second + 1, (size_t) (end - second - 1)};
	return true;
}

static bool
decode(Part part, Json *json)
{
	json->length = AUTHZ_BASE64URL_DECODED(part.length);
	return authz_base64url_decode(part.text, part.length, (uint8_t *) json->text);
}

/* A signature of the very length that the algorithm's have. */
static bool
decode_signature(Part part, AuthzJwa algorithm, uint8_t out[SIGNATURE_MAX_BYTES])
{
	return part.length == AUTHZ_BASE64URL_ENCODED(authz_signature_bytes(algorithm)) &&
		   authz_base64url_decode(part.text, part.length, out);
}

/*
 * Reading, first way: along the very text that this file writes, member by
 * member, without a tree in memory. It gives up at anything else, and then the
 * second way decides; what it does read means the same in both.
 */
typedef struct Cursor
{
	const char *at;
	const char *end;
} Cursor;

static bool
skip(Cursor *cursor, const char *text)
{
	size_t length = strlen(text);

	if ((size_t) (cursor->end - cursor->at) < length || memcmp(cursor->at, text, length) != 0)
		return false;
	cursor->at += length;
	return true;
}

/* A string of ASCII from lowest on, nothing in it escaped, and the quote that ends it. */
static bool
take_string(Cursor *cursor, char lowest, char *out, size_t max)
{
	const char *end = memchr(cursor->at, '"', (size_t) (cursor->end - cursor->at));
	size_t length = end == NULL ? 0 : (size_t) (end - cursor->at);

	if (length == 0 || length > max)
		return false;
	for (const char *c = cursor->at; c < end; c++)
	{
		if (*c < lowest || *c > '~' || *c == '\\')
			return false;
	}
	memcpy(out, cursor->at, length);
	out[length] = '\0';
	cursor->at = end + 1;
	return true;
}

/* A decimal number of at most 18 digits. */
static bool
take_number(Cursor *cursor, int64_t low, int64_t high, int64_t *number)
{
	const char *start = cursor->at;

	*number = 0;
	while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9' &&
		   cursor->at - start < 18)
		*number = *number * 10 + (*cursor->at++ - '0');
	return cursor->at > start && (*start != '0' || cursor->at == start + 1) && *number >= low &&
		   *number <= high;
}

static bool
take_header(Cursor cursor, AuthzToken *token)
{
	if (skip(&cursor, "{\"alg\":\"HS256"))
		token->algorithm = AUTHZ_JWA_HS256;
	else if (skip(&cursor, "{\"alg\":\"ES256"))
		token->algorithm = AUTHZ_JWA_ES256;
	else if (skip(&cursor, "{\"alg\":\"EdDSA"))
		token->algorithm = AUTHZ_JWA_EDDSA;
	else
		return false;
	return skip(&cursor, "\",\"typ\":\"" TYPE "\",\"kid\":\"") &&
		   take_string(&cursor, '!', token->kid, AUTHZ_KID_MAX) && skip(&cursor, "}") &&
		   cursor.at == cursor.end;
}

static bool
take_claims(Cursor cursor, AuthzToken *token)
{
	int64_t account_id;
	int64_t session_type;

	if (!skip(&cursor, "{\"iss\":\"") ||
		!take_string(&cursor, '!', token->issuer, AUTHZ_ISSUER_MAX))
		return false;
	if (skip(&cursor, ",\"sub\":\"") &&
		!(take_number(&cursor, 1, INT64_MAX, &token->principal_id) && skip(&cursor, "\"")))
		return false;
	if (skip(&cursor, ",\"act\":{\"sub\":\"") &&
		!(take_string(&cursor, '!', token->actor, AUTHZ_ACTOR_MAX) && skip(&cursor, "}")))
		return false;
	if (!skip(&cursor, ",\"iat\":") || !take_number(&cursor, 0, MOMENT_MAX, &token->issued_at) ||
		!skip(&cursor, ",\"exp\":") || !take_number(&cursor, 0, MOMENT_MAX, &token->expires_at) ||
		!skip(&cursor, ",\"jti\":\"") ||
		!take_string(&cursor, '!', token->session_id, AUTHZ_JTI_MAX) ||
		!skip(&cursor, ",\"acc\":") || !take_number(&cursor, 1, INT32_MAX, &account_id) ||
		!skip(&cursor, ",\"sty\":") || !take_number(&cursor, 0, 2, &session_type))
		return false;
	if (skip(&cursor, ",\"prv\":\"") &&
		!take_string(&cursor, ' ', token->privileges, AUTHZ_TOKEN_PRIVILEGES_MAX))
		return false;
	token->account_id = (int32_t) account_id;
	token->session_type = (int) session_type;
	return skip(&cursor, "}") && cursor.at == cursor.end;
}

/* Reading, second way: any JSON, in any order, with members that mean nothing here. */
static AuthzTokenResult
parse(const Json *json, json_t **object)
{
	switch (authz_json_read(json->text, json->length, object))
	{
		case AUTHZ_JSON_OK:
			return AUTHZ_TOKEN_OK;
		case AUTHZ_JSON_MEMORY:
			return AUTHZ_TOKEN_MEMORY;
		case AUTHZ_JSON_MALFORMED:
			break;
	}
	return AUTHZ_TOKEN_MALFORMED;
}

static bool
find_integer(const json_t *object, const char *name, int64_t low, int64_t high, int64_t *value)
{
	const json_t *member = json_object_get(object, name);

	if (!json_is_integer(member))
		return false;
	*value = json_integer_value(member);
	return *value >= low && *value <= high;
}

/* A name: one or more visible ASCII characters. */
static bool
find_name(const json_t *object, const char *name, char *out, size_t max)
{
	const json_t *member = json_object_get(object, name);
	const char *text = json_string_value(member);
	size_t length = json_string_length(member);

	if (text == NULL || length == 0 || length > max)
		return false;
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] < '!' || text[i] > '~')
			return false;
	}
	memcpy(out, text, length + 1);
	return true;
}

/* The principal's number as a string: decimal, positive, without leading zeros. */
static bool
find_subject(const json_t *claims, int64_t *principal_id)
{
	char text[20];
	int64_t number = 0;

	if (json_object_get(claims, "sub") == NULL)
		return true;
	if (!find_name(claims, "sub", text, sizeof(text) - 1) || text[0] == '0')
		return false;
	for (const char *c = text; *c != '\0'; c++)
	{
		if (*c < '0' || *c > '9' || number > (INT64_MAX - (*c - '0')) / 10)
			return false;
		number = number * 10 + (*c - '0');
	}
	*principal_id = number;
	return true;
}

static bool
find_actor(const json_t *claims, char *out)
{
	const json_t *act = json_object_get(claims, "act");

	return act == NULL || find_name(act, "sub", out, AUTHZ_ACTOR_MAX);
}

static bool
find_privileges(const json_t *claims, char *out)
{
	const json_t *member = json_object_get(claims, "prv");
	const char *text = json_string_value(member);
	size_t length = json_string_length(member);

	if (member == NULL)
		return true;
	if (text == NULL || length > AUTHZ_TOKEN_PRIVILEGES_MAX)
		return false;
	memcpy(out, text, length + 1);
	return true;
}

static AuthzTokenResult
find_header(const json_t *header, AuthzToken *token)
{
	const char *type = json_string_value(json_object_get(header, "typ"));
	const char *algorithm = json_string_value(json_object_get(header, "alg"));

	if (type == NULL || strcmp(type, TYPE) != 0 || algorithm == NULL)
		return AUTHZ_TOKEN_MALFORMED;
	token->algorithm = authz_jwa_find(algorithm);
	if (authz_signature_bytes(token->algorithm) == 0 || json_object_get(header, "crit") != NULL)
		return AUTHZ_TOKEN_ALGORITHM;
	return find_name(header, "kid", token->kid, AUTHZ_KID_MAX) ? AUTHZ_TOKEN_OK
															   : AUTHZ_TOKEN_MALFORMED;
}

static AuthzTokenResult
find_claims(const json_t *claims, AuthzToken *token)
{
	int64_t account_id;
	int64_t session_type;

	if (!find_name(claims, "iss", token->issuer, AUTHZ_ISSUER_MAX) ||
		!find_subject(claims, &token->principal_id) || !find_actor(claims, token->actor) ||
		!find_integer(claims, "iat", 0, MOMENT_MAX, &token->issued_at) ||
		!find_integer(claims, "exp", 0, MOMENT_MAX, &token->expires_at) ||
		!find_name(claims, "jti", token->session_id, AUTHZ_JTI_MAX) ||
		!find_integer(claims, "acc", 1, INT32_MAX, &account_id) ||
		!find_integer(claims, "sty", 0, 2, &session_type) ||
		!find_privileges(claims, token->privileges))
		return AUTHZ_TOKEN_MALFORMED;
	token->account_id = (int32_t) account_id;
	token->session_type = (int) session_type;
	return AUTHZ_TOKEN_OK;
}

static AuthzTokenResult
read_header(const Json *json, AuthzToken *token)
{
	json_t *object;
	AuthzTokenResult result;

	if (take_header((Cursor){json->text, json->text + json->length}, token))
		return AUTHZ_TOKEN_OK;
	result = parse(json, &object);
	if (result == AUTHZ_TOKEN_OK)
		result = find_header(object, token);
	json_decref(object);
	return result;
}

static AuthzTokenResult
read_claims(const Json *json, AuthzToken *token)
{
	json_t *object;
	AuthzTokenResult result;

	token->principal_id = 0;
	token->actor[0] = '\0';
	token->privileges[0] = '\0';
	if (take_claims((Cursor){json->text, json->text + json->length}, token))
		return AUTHZ_TOKEN_OK;
	result = parse(json, &object);
	if (result == AUTHZ_TOKEN_OK)
		result = find_claims(object, token);
	json_decref(object);
	return result;
}

AuthzTokenResult
authz_token_read(const char *text, size_t length, AuthzToken *token)
{
	Part header;
	Part claims;
	Part signature;
	uint8_t bytes[SIGNATURE_MAX_BYTES];
	Json json;
	AuthzTokenResult result;

	if (!split(text, length, &header, &claims, &signature) || !decode(header, &json))
		return AUTHZ_TOKEN_MALFORMED;
	result = read_header(&json, token);
	if (result != AUTHZ_TOKEN_OK)
		return result;
	if (!decode_signature(signature, token->algorithm, bytes) || !decode(claims, &json))
		return AUTHZ_TOKEN_MALFORMED;
	result = read_claims(&json, token);
	if (result != AUTHZ_TOKEN_OK)
		return result;
	if (authz_privileges_check(token->privileges, strlen(token->privileges)) != AUTHZ_PRIVILEGES_OK)
		return AUTHZ_TOKEN_MALFORMED;
	return AUTHZ_TOKEN_OK;
}

AuthzTokenResult
authz_token_verify(const char *text, size_t length, const AuthzToken *token, const AuthzJwk *key)
{
	Part header;
	Part claims;
	Part signature;
	uint8_t bytes[SIGNATURE_MAX_BYTES];

	if (token->algorithm != key->algorithm)
		return AUTHZ_TOKEN_ALGORITHM;
	if (!split(text, length, &header, &claims, &signature) ||
		!decode_signature(signature, key->algorithm, bytes))
		return AUTHZ_TOKEN_MALFORMED;
	if (!authz_signature_verify(key, key->algorithm, text, header.length + 1 + claims.length, bytes,
								authz_signature_bytes(key->algorithm)))
		return AUTHZ_TOKEN_SIGNATURE;
	return AUTHZ_TOKEN_OK;
}

static void
put_claims(AuthzJsonText *json, const AuthzToken *token)
{
	authz_json_put(json, "{\"iss\":");
	authz_json_put_string(json, token->issuer);
	if (token->principal_id != 0)
	{
		authz_json_put(json, ",\"sub\":\"");
		authz_json_put_number(json, token->principal_id);
		authz_json_put(json, "\"");
	}
	if (token->actor[0] != '\0')
	{
		authz_json_put(json, ",\"act\":{\"sub\":");
		authz_json_put_string(json, token->actor);
		authz_json_put(json, "}");
	}
	authz_json_put(json, ",\"iat\":");
	authz_json_put_number(json, token->issued_at);
	authz_json_put(json, ",\"exp\":");
	authz_json_put_number(json, token->expires_at);
	authz_json_put(json, ",\"jti\":");
	authz_json_put_string(json, token->session_id);
	authz_json_put(json, ",\"acc\":");
	authz_json_put_number(json, token->account_id);
	authz_json_put(json, ",\"sty\":");
	authz_json_put_number(json, token->session_type);
	if (token->privileges[0] != '\0')
	{
		authz_json_put(json, ",\"prv\":");
		authz_json_put_string(json, token->privileges);
	}
	authz_json_put(json, "}");
}

AuthzTokenResult
authz_token_write(const AuthzToken *token, const AuthzJwk *key, char *out, size_t size,
				  size_t *length)
{
	char text[JSON_MAX];
	AuthzJsonText claims = {text, sizeof(text), 0};
	AuthzToken again;

	put_claims(&claims, token);
	if (claims.length > sizeof(text))
		return AUTHZ_TOKEN_MEMORY;
	switch (authz_jws_write(key, TYPE, (const uint8_t *) text, claims.length, out, size, length))
	{
		case AUTHZ_JWS_OK:
			break;
		case AUTHZ_JWS_MEMORY:
			return AUTHZ_TOKEN_MEMORY;
		default:
			return AUTHZ_TOKEN_SIGNATURE;
	}
	if (*length > AUTHZ_TOKEN_MAX_BYTES)
		return AUTHZ_TOKEN_MEMORY;
	return authz_token_read(out, *length, &again);
}
