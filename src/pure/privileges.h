/*
 * privileges.h
 *	  The privilege string of a session: 'key:value/value,key,…'.
 *
 * Only the first ':' splits, values are separated by '/', nothing escapes. The
 * values of urirestrict are paths, separated by '|'; one of iprestrict may end
 * in '/' and a number. Parsing points into the caller's text; nothing is
 * allocated.
 */
#ifndef AUTHZ_PURE_PRIVILEGES_H
#define AUTHZ_PURE_PRIVILEGES_H

#include <stdbool.h>
#include <stddef.h>

#define AUTHZ_PRIVILEGES_MAX_BYTES 8192

typedef struct AuthzSpan
{
	const char *text;
	size_t length;
} AuthzSpan;

typedef enum AuthzPrivilegesResult
{
	AUTHZ_PRIVILEGES_OK,
	AUTHZ_PRIVILEGES_TOO_LONG,
	AUTHZ_PRIVILEGES_NOT_PRINTABLE,
	AUTHZ_PRIVILEGES_EMPTY_KEY
} AuthzPrivilegesResult;

/* Whether the whole text is well-formed. */
extern AuthzPrivilegesResult authz_privileges_check(const char *text, size_t length);

/*
 * Steps through the privileges: pass *position = 0 first; false at the end.
 * value.text is NULL where there is no ':'. White space around a privilege is
 * not part of it, empty ones are skipped.
 */
extern bool authz_privileges_next(const char *text, size_t length, size_t *position, AuthzSpan *key,
								  AuthzSpan *value);

/* Steps through the values of a key in the same way; empty ones are skipped. */
extern bool authz_privileges_next_value(AuthzSpan key, AuthzSpan values, size_t *position,
										AuthzSpan *value);

/* Whether the key is there; with a value, whether it, or '*', is among its values. */
extern bool authz_privileges_has(const char *text, size_t length, const char *key,
								 const char *value);

/* The values of a key (all of its occurrences are searched; the first is returned). */
extern bool authz_privileges_find(const char *text, size_t length, const char *key,
								  AuthzSpan *values);

/* Keys that mean something to the server: a caller cannot add them to an app token's session. */
extern bool authz_privileges_is_reserved(AuthzSpan key);

/*
 * The privileges of a session started by an app token: sessionid and apptoken
 * of the token's id first, then the token's own (values of equal keys are
 * appended), then those of the caller's that are neither reserved nor set on
 * the token, or that the token opens by 'key:*', which replace the token's
 * values. Returns the length needed including the final NUL, as snprintf does.
 */
extern size_t authz_privileges_merge(char *out, size_t size, const char *token_id,
									 const char *token_privileges, const char *caller_privileges);

#endif
