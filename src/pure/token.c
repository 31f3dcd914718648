/*
 * token.c
 *	  authz's own session token: a JWT of type authz+jwt signed with HS256.
 *
 * Nothing of a token's text is believed before its signature is good, and
 * whatever this file writes it has read back.
 */
#include <string.h>

#include <jansson.h>
#include <openssl/crypto.h>

#include "pure/base64url.h"
#include "pure/digest.h"
#include "pure/privileges.h"
#include "pure/token.h"

#define ALGORITHM "HS256"
#define TYPE "authz+jwt"
#define AUTHZ_HMAC_BYTES 32
#define SIGNATURE_TEXT AUTHZ_BASE64URL_ENCODED(AUTHZ_HMAC_BYTES)
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

/* header.claims.signature: the number of dots and the signature's length are judged here. */
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
	if (second == NULL || (size_t) (end - second - 1) != SIGNATURE_TEXT)
		return false;
	*header = (Part){text, (size_t) (first - text)};
	*claims = (Part){first + 1, (size_t) (second - first - 1)};
	*signature = (Part){second + 1, SIGNATURE_TEXT};
	return true;
}

static bool
decode(Part part, Json *json)
{
	json->length = AUTHZ_BASE64URL_DECODED(part.length);
	return authz_base64url_decode(part.text, part.length, (uint8_t *) json->text);
}

static bool
sign(const char *text, size_t length, const uint8_t *key, size_t key_length,
	 uint8_t out[AUTHZ_HMAC_BYTES])
{
	return key_length >= AUTHZ_TOKEN_KEY_MIN &&
		   authz_hmac("SHA256", key, key_length, text, length, out) == AUTHZ_HMAC_BYTES;
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
	return skip(&cursor, "{\"alg\":\"" ALGORITHM "\",\"typ\":\"" TYPE "\",\"kid\":\"") &&
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
	json_error_t error;

	*object = json_loadb(json->text, json->length, JSON_REJECT_DUPLICATES, &error);

	/* The library has words for what is wrong with the text, and none where memory ends. */
	if (*object == NULL && error.text[0] == '\0')
		return AUTHZ_TOKEN_MEMORY;
	return json_is_object(*object) ? AUTHZ_TOKEN_OK : AUTHZ_TOKEN_MALFORMED;
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
	if (strcmp(algorithm, ALGORITHM) != 0 || json_object_get(header, "crit") != NULL)
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
	uint8_t bytes[AUTHZ_HMAC_BYTES];
	Json json;
	AuthzTokenResult result;

	if (!split(text, length, &header, &claims, &signature) ||
		!authz_base64url_decode(signature.text, signature.length, bytes) || !decode(header, &json))
		return AUTHZ_TOKEN_MALFORMED;
	result = read_header(&json, token);
	if (result != AUTHZ_TOKEN_OK)
		return result;
	if (!decode(claims, &json))
		return AUTHZ_TOKEN_MALFORMED;
	result = read_claims(&json, token);
	if (result != AUTHZ_TOKEN_OK)
		return result;
	if (authz_privileges_check(token->privileges, strlen(token->privileges)) != AUTHZ_PRIVILEGES_OK)
		return AUTHZ_TOKEN_MALFORMED;
	return AUTHZ_TOKEN_OK;
}

AuthzTokenResult
authz_token_verify(const char *text, size_t length, const uint8_t *key, size_t key_length)
{
	Part header;
	Part claims;
	Part signature;
	uint8_t given[AUTHZ_HMAC_BYTES];
	uint8_t expected[AUTHZ_HMAC_BYTES];

	if (!split(text, length, &header, &claims, &signature) ||
		!authz_base64url_decode(signature.text, signature.length, given))
		return AUTHZ_TOKEN_MALFORMED;
	if (!sign(text, header.length + 1 + claims.length, key, key_length, expected) ||
		CRYPTO_memcmp(given, expected, AUTHZ_HMAC_BYTES) != 0)
		return AUTHZ_TOKEN_SIGNATURE;
	return AUTHZ_TOKEN_OK;
}

/* Writing: what does not fit makes the length greater than there is room. */
static void
put_bytes(Json *json, const char *bytes, size_t length)
{
	if (json->length + length <= JSON_MAX)
		memcpy(json->text + json->length, bytes, length);
	json->length += length;
}

static void
put(Json *json, const char *text)
{
	put_bytes(json, text, strlen(text));
}

/* Only the two characters that JSON would misread: reading back finds what it does not allow. */
static void
put_string(Json *json, const char *text)
{
	put(json, "\"");
	while (*text != '\0')
	{
		size_t plain = strcspn(text, "\"\\");

		put_bytes(json, text, plain);
		text += plain;
		if (*text != '\0')
		{
			char escaped[] = {'\\', *text++};

			put_bytes(json, escaped, sizeof(escaped));
		}
	}
	put(json, "\"");
}

static void
put_number(Json *json, int64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);
	uint64_t rest = number < 0 ? -(uint64_t) number : (uint64_t) number;

	do
	{
		digits[--at] = (char) ('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		digits[--at] = '-';
	put_bytes(json, digits + at, sizeof(digits) - at);
}

static void
put_header(Json *json, const AuthzToken *token)
{
	json->length = 0;
	put(json, "{\"alg\":\"" ALGORITHM "\",\"typ\":\"" TYPE "\",\"kid\":");
	put_string(json, token->kid);
	put(json, "}");
}

static void
put_claims(Json *json, const AuthzToken *token)
{
	json->length = 0;
	put(json, "{\"iss\":");
	put_string(json, token->issuer);
	if (token->principal_id != 0)
	{
		put(json, ",\"sub\":\"");
		put_number(json, token->principal_id);
		put(json, "\"");
	}
	if (token->actor[0] != '\0')
	{
		put(json, ",\"act\":{\"sub\":");
		put_string(json, token->actor);
		put(json, "}");
	}
	put(json, ",\"iat\":");
	put_number(json, token->issued_at);
	put(json, ",\"exp\":");
	put_number(json, token->expires_at);
	put(json, ",\"jti\":");
	put_string(json, token->session_id);
	put(json, ",\"acc\":");
	put_number(json, token->account_id);
	put(json, ",\"sty\":");
	put_number(json, token->session_type);
	if (token->privileges[0] != '\0')
	{
		put(json, ",\"prv\":");
		put_string(json, token->privileges);
	}
	put(json, "}");
}

AuthzTokenResult
authz_token_write(const AuthzToken *token, const uint8_t *key, size_t key_length, char *out,
				  size_t size, size_t *length)
{
	Json header;
	Json claims;
	size_t header_text;
	size_t signed_text;
	uint8_t signature[AUTHZ_HMAC_BYTES];
	AuthzToken again;

	put_header(&header, token);
	put_claims(&claims, token);
	header_text = AUTHZ_BASE64URL_ENCODED(header.length);
	signed_text = header_text + 1 + AUTHZ_BASE64URL_ENCODED(claims.length);
	*length = signed_text + 1 + SIGNATURE_TEXT;
	if (*length > AUTHZ_TOKEN_MAX_BYTES || *length >= size)
		return AUTHZ_TOKEN_MEMORY;

	authz_base64url_encode((const uint8_t *) header.text, header.length, out);
	out[header_text] = '.';
	authz_base64url_encode((const uint8_t *) claims.text, claims.length, out + header_text + 1);
	if (!sign(out, signed_text, key, key_length, signature))
		return AUTHZ_TOKEN_SIGNATURE;
	out[signed_text] = '.';
	authz_base64url_encode(signature, AUTHZ_HMAC_BYTES, out + signed_text + 1);
	out[*length] = '\0';
	return authz_token_read(out, *length, &again);
}
