/*
 * json.c
 *	  JSON: objects of strangers, read strictly, and text of one's own.
 */
#include <string.h>

#include "pure/base64url.h"
#include "pure/json.h"

AuthzJsonResult
authz_json_read(const char *text, size_t length, json_t **object)
{
	json_error_t error;

	*object = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(*object))
		return AUTHZ_JSON_OK;

	/* The library has words for what is wrong with the text, and none where memory ends. */
	if (*object == NULL && error.text[0] == '\0')
		return AUTHZ_JSON_MEMORY;
	json_decref(*object);
	*object = NULL;
	return AUTHZ_JSON_MALFORMED;
}

static void
put(AuthzJsonText *json, const char *bytes, size_t length)
{
	if (json->length + length <= json->room)
		memcpy(json->text + json->length, bytes, length);
	json->length += length;
}

void
authz_json_put(AuthzJsonText *json, const char *text)
{
	put(json, text, strlen(text));
}

/* Only the two characters that JSON would misread are escaped. */
void
authz_json_put_string(AuthzJsonText *json, const char *text)
{
	put(json, "\"", 1);
	while (*text != '\0')
	{
		size_t plain = strcspn(text, "\"\\");

		put(json, text, plain);
		text += plain;
		if (*text != '\0')
		{
			char escaped[] = {'\\', *text++};

			put(json, escaped, sizeof(escaped));
		}
	}
	put(json, "\"", 1);
}

void
authz_json_put_number(AuthzJsonText *json, int64_t number)
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
	put(json, digits + at, sizeof(digits) - at);
}

void
authz_json_put_bytes(AuthzJsonText *json, const uint8_t *bytes, size_t length)
{
	size_t encoded = AUTHZ_BASE64URL_ENCODED(length);

	put(json, "\"", 1);
	if (json->length + encoded <= json->room)
		authz_base64url_encode(bytes, length, json->text + json->length);
	json->length += encoded;
	put(json, "\"", 1);
}
