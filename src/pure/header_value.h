/*
 * header_value.h
 *	  The value of a header by which a proxy tells who somebody is.
 *
 *		v1.<user>.<time>.<nonce>.<mac>
 *
 * The user's id in base64url, seconds since 1970, 16 to 64 letters and digits
 * that are never used again, and in hexadecimal an HMAC-SHA-256 by the secret
 * that proxy and application share, over
 *
 *		authz header <application>\n<all before the last dot>
 *
 * so that a value is for one application, and for nothing but this.
 */
#ifndef AUTHZ_PURE_HEADER_VALUE_H
#define AUTHZ_PURE_HEADER_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUTHZ_HEADER_VALUE_MAX 2048
#define AUTHZ_HEADER_USER_MAX 1280 /* bytes: 320 characters of UTF-8 */

typedef struct AuthzHeaderValue
{
	char user[AUTHZ_HEADER_USER_MAX + 1]; /* no control characters of ASCII */
	int64_t issued_at;					  /* seconds since 1970 */
	size_t signed_length;				  /* of what was signed: two values with the same are one */
} AuthzHeaderValue;

typedef enum AuthzHeaderResult
{
	AUTHZ_HEADER_OK,
	AUTHZ_HEADER_MALFORMED,
	AUTHZ_HEADER_FORGED /* not signed with this secret for this application */
} AuthzHeaderResult;

/*
 * Reads a value that was signed for the application (its uuid as text). What a
 * value says is looked at after its signature; whether it comes in time, and
 * for the first time, is the caller's to know.
 */
extern AuthzHeaderResult authz_header_value_read(const char *value, size_t length,
												 const char *application, const uint8_t *secret,
												 size_t secret_length, AuthzHeaderValue *out);

#endif
