/*
 * pattern.h
 *	  Filters and names with a place for what the user typed.
 *
 * A pattern is judged when it is configured: then a value that is escaped can
 * change nothing but the value that it stands in. It is filled in one pass, so
 * that a token in what is filled in means nothing.
 */
#ifndef AUTHZ_DIRECTORY_PATTERN_H
#define AUTHZ_DIRECTORY_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "directory/arena.h"

#define AUTHZ_PATTERN_MAX 4096

#define AUTHZ_TOKEN_USERNAME "@@USERNAME@@"
#define AUTHZ_TOKEN_GROUPNAME "@@GROUPNAME@@"
#define AUTHZ_TOKEN_GROUPS "@@GROUPS_REPLACEMENTS@@"

typedef enum AuthzPatternResult
{
	AUTHZ_PATTERN_OK,
	AUTHZ_PATTERN_TOO_LONG,
	AUTHZ_PATTERN_UNBALANCED, /* parentheses */
	AUTHZ_PATTERN_MALFORMED,  /* no filter (RFC 4515), or no name (RFC 4514) */
	AUTHZ_PATTERN_NO_TOKEN,
	AUTHZ_PATTERN_MISPLACED, /* the token is not where a value stands, or is another one */
	AUTHZ_PATTERN_MEMORY
} AuthzPatternResult;

/*
 * A filter with the token, once or more, within values; without a token where
 * that is NULL. AUTHZ_TOKEN_GROUPS stands in the place of whole filters instead.
 */
extern AuthzPatternResult authz_filter_pattern_check(const char *pattern, const char *token);

/* A distinguished name with the token within values. */
extern AuthzPatternResult authz_dn_pattern_check(AuthzArena *arena, const char *pattern,
												 const char *token);

/* The pattern with the replacement, which is escaped, for each token; NULL when memory is out. */
extern char *authz_pattern_fill(AuthzArena *arena, const char *pattern, const char *token,
								const char *replacement);

/*
 * The attribute that the user's name is compared with: of the first
 * comparison for equality in the filter that has the token, and what of the
 * value stands before and behind it. False when there is none without escapes
 * and wildcards and with the token once.
 */
extern bool authz_filter_pattern_attribute(AuthzArena *arena, const char *pattern,
										   const char *token, char **attribute, char **before,
										   char **behind);

/* An attribute's name or OID, without options. */
extern bool authz_attribute_is_name(const char *name);

#endif
