/*
 * jws.c
 *	  Signed texts in compact form (RFC 7515): header.payload.signature.
 */
#include <string.h>

#include "pure/base64url.h"
#include "pure/json.h"
#include "pure/jws.h"
#include "pure/signature.h"

#define WRITTEN_HEADER_MAX_BYTES 512
#define WRITTEN_SIGNATURE_MAX_BYTES 64

typedef struct Part
{
	const char *text;
	size_t length;
} Part;

/* What the header says that means something. */
typedef struct Header
{
	AuthzJwa algorithm;
	const char *kid; /* NULL for none */
} Header;

/* At two dots; a third is no base64url. What stands between may be empty, but for the header. */
static bool
split(const char *text, size_t length, Part *header, Part *payload, Part *signature)
{
	const char *end = text + length;
	const char *first;
	const char *second;

	if (length > AUTHZ_JWS_MAX_BYTES)
		return false;
	first = memchr(text, '.', length);
	if (first == NULL || first == text)
		return false;
	second = memchr(first + 1, '.', (size_t) (end - first - 1));
	if (second == NULL)
		return false;
	*header = (Part){text, (size_t) (first - text)};
	*payload = (Part){first + 1, (size_t) (second - first - 1)};
	*signature = (Part){second + 1, (size_t) (end - second - 1)};
	return true;
}

static bool
decode(Part part, size_t max, uint8_t *out, size_t *length)
{
	*length = AUTHZ_BASE64URL_DECODED(part.length);
	return *length <= max && authz_base64url_decode(part.text, part.length, out);
}

static AuthzJwsResult
find_header(const json_t *object, Header *header)
{
	const char *algorithm = json_string_value(json_object_get(object, "alg"));
	const json_t *kid = json_object_get(object, "kid");
	const json_t *encoded = json_object_get(object, "b64");

	if (algorithm == NULL || (kid != NULL && !json_is_string(kid)))
		return AUTHZ_JWS_MALFORMED;
	header->algorithm = authz_jwa_find(algorithm);
	header->kid = json_string_value(kid);
	if (header->algorithm == AUTHZ_JWA_UNKNOWN || json_object_get(object, "crit") != NULL ||
		(encoded != NULL && !json_is_true(encoded)))
		return AUTHZ_JWS_ALGORITHM;
	return AUTHZ_JWS_OK;
}

/* Whatever the result, the object, in which the header's texts are, is to be given back. */
static AuthzJwsResult
read_header(Part part, json_t **object, Header *header)
{
	uint8_t bytes[AUTHZ_JWS_HEADER_MAX_BYTES];
	size_t length;

	*object = NULL;
	if (!decode(part, sizeof(bytes), bytes, &length))
		return AUTHZ_JWS_MALFORMED;
	switch (authz_json_read((const char *) bytes, length, object))
	{
		case AUTHZ_JSON_OK:
			return find_header(*object, header);
		case AUTHZ_JSON_MEMORY:
			return AUTHZ_JWS_MEMORY;
		case AUTHZ_JSON_MALFORMED:
			break;
	}
	return AUTHZ_JWS_MALFORMED;
}

/* The key that the header asks for. */
static AuthzJwsResult
choose(Part part, const AuthzJwkSet *keys, AuthzJwa *algorithm, const AuthzJwk **key)
{
	json_t *object;
	Header header;
	AuthzJwsResult result = read_header(part, &object, &header);

	if (result == AUTHZ_JWS_OK)
	{
		*algorithm = header.algorithm;
		*key = authz_jwk_set_choose(keys, header.algorithm, header.kid);
		if (*key == NULL)
			result = AUTHZ_JWS_KEY;
	}
	json_decref(object);
	return result;
}

AuthzJwsResult
authz_jws_open(const char *text, size_t length, const AuthzJwkSet *keys, uint8_t *payload,
			   size_t *payload_length)
{
	Part header_part;
	Part payload_part;
	Part signature_part;
	uint8_t signature[AUTHZ_SIGNATURE_MAX_BYTES];
	size_t signature_length;
	AuthzJwa algorithm;
	const AuthzJwk *key;
	AuthzJwsResult result;

	if (!split(text, length, &header_part, &payload_part, &signature_part) ||
		!decode(signature_part, sizeof(signature), signature, &signature_length))
		return AUTHZ_JWS_MALFORMED;
	result = choose(header_part, keys, &algorithm, &key);
	if (result != AUTHZ_JWS_OK)
		return result;
	if (!decode(payload_part, length, payload, payload_length))
		return AUTHZ_JWS_MALFORMED;
	if (!authz_signature_verify(key, algorithm, text, header_part.length + 1 + payload_part.length,
								signature, signature_length))
		return AUTHZ_JWS_SIGNATURE;
	return AUTHZ_JWS_OK;
}

AuthzJwsResult
authz_jws_peek(const char *text, size_t length, uint8_t *payload, size_t *payload_length)
{
	Part header_part;
	Part payload_part;
	Part signature_part;
	json_t *object;
	Header header;
	AuthzJwsResult result;

	if (!split(text, length, &header_part, &payload_part, &signature_part))
		return AUTHZ_JWS_MALFORMED;
	result = read_header(header_part, &object, &header);
	json_decref(object);
	if (result != AUTHZ_JWS_OK && result != AUTHZ_JWS_ALGORITHM)
		return result;
	return decode(payload_part, length, payload, payload_length) ? AUTHZ_JWS_OK
																 : AUTHZ_JWS_MALFORMED;
}

AuthzJwsResult
authz_jws_write(const AuthzJwk *key, const char *type, const uint8_t *payload,
				size_t payload_length, char *out, size_t size, size_t *length)
{
	char text[WRITTEN_HEADER_MAX_BYTES];
	AuthzJsonText header = {text, sizeof(text), 0};
	uint8_t signature[WRITTEN_SIGNATURE_MAX_BYTES];
	size_t signature_length = authz_signature_bytes(key->algorithm);
	size_t header_text;
	size_t signed_text;

	if (signature_length == 0 || key->kid == NULL)
		return AUTHZ_JWS_KEY;
	authz_json_put(&header, "{\"alg\":");
	authz_json_put_string(&header, authz_jwa_traits(key->algorithm)->name);
	authz_json_put(&header, ",\"typ\":");
	authz_json_put_string(&header, type);
	authz_json_put(&header, ",\"kid\":");
	authz_json_put_string(&header, key->kid);
	authz_json_put(&header, "}");

	header_text = AUTHZ_BASE64URL_ENCODED(header.length);
	signed_text = header_text + 1 + AUTHZ_BASE64URL_ENCODED(payload_length);
	*length = signed_text + 1 + AUTHZ_BASE64URL_ENCODED(signature_length);
	if (header.length > sizeof(text) || *length >= size)
		return AUTHZ_JWS_MEMORY;

	authz_base64url_encode((const uint8_t *) text, header.length, out);
	out[header_text] = '.';
	authz_base64url_encode(payload, payload_length, out + header_text + 1);
	if (!authz_signature_make(key, key->algorithm, out, signed_text, signature))
		return AUTHZ_JWS_KEY;
	out[signed_text] = '.';
	authz_base64url_encode(signature, signature_length, out + signed_text + 1);
	out[*length] = '\0';
	return AUTHZ_JWS_OK;
}
