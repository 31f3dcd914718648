/*
 * json.h
 *	  JSON: objects of strangers, read strictly, and text of one's own.
 *
 * PostgreSQL's server has a function json_object() of its own, and what a module
 * calls by that name is the server's. An empty object is made in another way.
 */
#ifndef AUTHZ_PURE_JSON_H
#define AUTHZ_PURE_JSON_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

typedef enum AuthzJsonResult
{
	AUTHZ_JSON_OK,
	AUTHZ_JSON_MALFORMED,
	AUTHZ_JSON_MEMORY
} AuthzJsonResult;

/*
 * The object that is the whole text, to be released with json_decref; NULL for
 * anything else. No member may be there twice, at any depth, and no string may
 * hold NUL: what is read means the same to every reader.
 */
extern AuthzJsonResult authz_json_read(const char *text, size_t length, json_t **object);

/*
 * Text that grows in room that somebody else provides: what does not fit is not
 * written and makes the length greater than there is room.
 */
typedef struct AuthzJsonText
{
	char *text;
	size_t room;
	size_t length;
} AuthzJsonText;

extern void authz_json_put(AuthzJsonText *json, const char *text);

/* In quotes. Reading back finds what JSON does not allow in a string. */
extern void authz_json_put_string(AuthzJsonText *json, const char *text);

extern void authz_json_put_number(AuthzJsonText *json, int64_t number);

/* In quotes, as base64url. */
extern void authz_json_put_bytes(AuthzJsonText *json, const uint8_t *bytes, size_t length);

/* A new object without members, NULL when memory ends. */
static inline json_t *
authz_json_object(void)
{
	return json_pack("{}");
}

#pragma GCC poison json_object

#endif
