/*
 * match.h
 *	  From the groups of a directory to the role of an application.
 *
 * A mapping whose group has a '=' names one group by its distinguished name;
 * without, it names every group of that common name, wherever it is.
 */
#ifndef AUTHZ_DIRECTORY_MATCH_H
#define AUTHZ_DIRECTORY_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "directory/arena.h"

#define AUTHZ_MAPPINGS_MAX 1000

typedef struct AuthzMapping
{
	const char *group; /* NULL where only the primary group counts */
	const char *role;
	const char *primary_group_id; /* a relative id, '513', or a SID, 'S-1-5-…-513'; or NULL */
} AuthzMapping;

typedef struct AuthzMatch
{
	const AuthzMapping *mappings;
	size_t count;
	char **keys;   /* what each group is compared by */
	bool *by_name; /* by the common name */
	bool *matched;
} AuthzMatch;

typedef enum AuthzMatchResult
{
	AUTHZ_MATCH_OK,
	AUTHZ_MATCH_MALFORMED, /* a group that is meant to be a distinguished name and is none */
	AUTHZ_MATCH_MEMORY
} AuthzMatchResult;

/* The mappings, which must outlive it; nothing has matched. */
extern AuthzMatchResult authz_match_begin(AuthzMatch *match, AuthzArena *arena,
										  const AuthzMapping *mappings, size_t count);

/* The user is in the group. */
extern AuthzMatchResult authz_match_group(AuthzMatch *match, const char *dn);

/* The user's primary group is that: mappings with its id, relative or whole, match. */
extern void authz_match_primary(AuthzMatch *match, const char *rid, const char *sid);

/*
 * The role of the first of the order that has a matching mapping; without an
 * order that of the first matching mapping. Roles that the order does not name
 * are never given. NULL for none.
 */
extern const char *authz_match_role(const AuthzMatch *match, const char *const *order,
									size_t order_count);

#endif
