/*
 * dnset.h
 *	  A set of distinguished names, in the order in which they were added, in
 *	  which two spellings of one name are one.
 */
#ifndef AUTHZ_DIRECTORY_DNSET_H
#define AUTHZ_DIRECTORY_DNSET_H

#include <stdbool.h>
#include <stddef.h>

#include "directory/arena.h"
#include "directory/outcome.h"

typedef struct AuthzDnSet
{
	AuthzArena *arena;
	size_t most;
	size_t count;
	const char **names; /* as they were added */
	char **normals;
	size_t *slots; /* places in names, counted from 1; 0 is free */
	size_t slot_count;
} AuthzDnSet;

/* For so many names at most; false when memory is out. */
extern bool authz_dn_set_begin(AuthzDnSet *set, AuthzArena *arena, size_t most);

/*
 * Adds to the set, which is a pointer to nothing in particular so that values
 * can be visited by this: AUTHZ_DIRECTORY_OK, also where the name is there,
 * AUTHZ_DIRECTORY_TOO_MUCH, _MALFORMED or _MEMORY.
 */
extern AuthzDirectoryStatus authz_dn_set_add(void *set, const char *dn, size_t length);

/* False, too, for what is no distinguished name. */
extern bool authz_dn_set_has(const AuthzDnSet *set, const char *dn);

#endif
