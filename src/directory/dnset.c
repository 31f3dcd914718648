/*
 * dnset.c
 *	  A set of distinguished names, in the order in which they were added.
 */
#include <stdint.h>
#include <string.h>

#include "directory/dn.h"
#include "directory/dnset.h"
#include "directory/text.h"

bool
authz_dn_set_begin(AuthzDnSet *set, AuthzArena *arena, size_t most)
{
	*set = (AuthzDnSet){.arena = arena, .most = most, .slot_count = 16};
	while (set->slot_count < 2 * most)
		set->slot_count *= 2;
	set->names = authz_arena_take(arena, (most + 1) * sizeof(char *));
	set->normals = authz_arena_take(arena, (most + 1) * sizeof(char *));
	set->slots = authz_arena_take(arena, set->slot_count * sizeof(size_t));
	return set->names != NULL && set->normals != NULL && set->slots != NULL;
}

/* FNV-1a. */
static uint64_t
hash(const char *text)
{
	uint64_t value = UINT64_C(14695981039346656037);

	for (; *text != '\0'; text++)
		value = (value ^ (uint8_t) *text) * UINT64_C(1099511628211);
	return value ^ value >> 32;
}

/* The slot that has the name, or the free one that it would go to. */
static size_t *
find(const AuthzDnSet *set, const char *normal)
{
	size_t at = (size_t) hash(normal) & (set->slot_count - 1);

	while (set->slots[at] != 0 && strcmp(set->normals[set->slots[at] - 1], normal) != 0)
		at = (at + 1) & (set->slot_count - 1);
	return &set->slots[at];
}

static AuthzDirectoryStatus
add(AuthzDnSet *set, const char *name, size_t length, const char *normal)
{
	size_t *slot = find(set, normal);

	if (*slot != 0)
		return AUTHZ_DIRECTORY_OK;
	if (set->count == set->most)
		return AUTHZ_DIRECTORY_TOO_MUCH;
	set->names[set->count] = authz_arena_copy(set->arena, name, length);
	set->normals[set->count] = authz_arena_copy(set->arena, normal, strlen(normal));
	if (set->names[set->count] == NULL || set->normals[set->count] == NULL)
		return AUTHZ_DIRECTORY_MEMORY;
	*slot = ++set->count;
	return AUTHZ_DIRECTORY_OK;
}

AuthzDirectoryStatus
authz_dn_set_add(void *set, const char *dn, size_t length)
{
	AuthzArena scratch;
	char *name;
	char *normal;
	AuthzDirectoryStatus status = AUTHZ_DIRECTORY_MALFORMED;

	if (length > AUTHZ_DN_MAX || !authz_text_is_printable(dn, length))
		return status;
	authz_arena_begin(&scratch, AUTHZ_ARENA_LIMIT);
	name = authz_arena_copy(&scratch, dn, length);
	switch (name == NULL ? AUTHZ_DN_MEMORY : authz_dn_normalize(&scratch, name, &normal))
	{
		case AUTHZ_DN_OK:
			status = add(set, name, length, normal);
			break;
		case AUTHZ_DN_MALFORMED:
			break;
		case AUTHZ_DN_MEMORY:
			status = AUTHZ_DIRECTORY_MEMORY;
	}
	authz_arena_end(&scratch);
	return status;
}

bool
authz_dn_set_has(const AuthzDnSet *set, const char *dn)
{
	AuthzArena scratch;
	char *normal;
	bool has;

	authz_arena_begin(&scratch, AUTHZ_ARENA_LIMIT);
	has = authz_dn_normalize(&scratch, dn, &normal) == AUTHZ_DN_OK && *find(set, normal) != 0;
	authz_arena_end(&scratch);
	return has;
}
