/*
 * match.c
 *	  From the groups of a directory to the role of an application.
 */
#include <string.h>

#include "directory/dn.h"
#include "directory/match.h"
#include "directory/text.h"

static AuthzMatchResult
result_of(AuthzDnResult result)
{
	return result == AUTHZ_DN_OK		  ? AUTHZ_MATCH_OK
		   : result == AUTHZ_DN_MALFORMED ? AUTHZ_MATCH_MALFORMED
										  : AUTHZ_MATCH_MEMORY;
}

AuthzMatchResult
authz_match_begin(AuthzMatch *match, AuthzArena *arena, const AuthzMapping *mappings, size_t count)
{
	AuthzMatchResult result = AUTHZ_MATCH_OK;

	match->mappings = mappings;
	match->count = count;
	match->keys = authz_arena_take(arena, (count + 1) * sizeof(char *));
	match->by_name = authz_arena_take(arena, (count + 1) * sizeof(bool));
	match->matched = authz_arena_take(arena, (count + 1) * sizeof(bool));
	if (match->keys == NULL || match->by_name == NULL || match->matched == NULL)
		return AUTHZ_MATCH_MEMORY;
	for (size_t i = 0; i < count && result == AUTHZ_MATCH_OK; i++)
	{
		if (mappings[i].group == NULL)
			continue;
		match->by_name[i] = strchr(mappings[i].group, '=') == NULL;
		if (match->by_name[i])
		{
			match->keys[i] = authz_dn_fold(arena, mappings[i].group);
			result = match->keys[i] == NULL ? AUTHZ_MATCH_MEMORY : AUTHZ_MATCH_OK;
		}
		else
			result = result_of(authz_dn_normalize(arena, mappings[i].group, &match->keys[i]));
	}
	return result;
}

AuthzMatchResult
authz_match_group(AuthzMatch *match, const char *dn)
{
	AuthzArena arena;
	char *normal;
	char *name;
	AuthzDnResult result;

	authz_arena_begin(&arena, AUTHZ_ARENA_LIMIT);
	result = authz_dn_normalize(&arena, dn, &normal);
	if (result == AUTHZ_DN_OK)
		result = authz_dn_value(&arena, dn, "cn", &name);
	if (result == AUTHZ_DN_OK && name != NULL)
	{
		name = authz_dn_fold(&arena, name);
		result = name == NULL ? AUTHZ_DN_MEMORY : AUTHZ_DN_OK;
	}
	for (size_t i = 0; i < match->count && result == AUTHZ_DN_OK; i++)
	{
		const char *mine = match->by_name[i] ? name : normal;

		if (match->keys[i] != NULL && mine != NULL && strcmp(match->keys[i], mine) == 0)
			match->matched[i] = true;
	}
	authz_arena_end(&arena);
	return result_of(result);
}

void
authz_match_primary(AuthzMatch *match, const char *rid, const char *sid)
{
	for (size_t i = 0; i < match->count; i++)
	{
		const char *id = match->mappings[i].primary_group_id;

		if (id == NULL)
			continue;
		if ((rid != NULL && strcmp(id, rid) == 0) ||
			(sid != NULL && authz_text_same(id, strlen(id), sid, strlen(sid))))
			match->matched[i] = true;
	}
}

const char *
authz_match_role(const AuthzMatch *match, const char *const *order, size_t order_count)
{
	if (order_count == 0)
	{
		for (size_t i = 0; i < match->count; i++)
		{
			if (match->matched[i])
				return match->mappings[i].role;
		}
	}
	for (size_t n = 0; n < order_count; n++)
	{
		for (size_t i = 0; i < match->count; i++)
		{
			if (match->matched[i] && strcmp(match->mappings[i].role, order[n]) == 0)
				return match->mappings[i].role;
		}
	}
	return NULL;
}
