/*
 * group_filter.c
 *	  Filters that find groups: those that are mapped, those of a member.
 */
#include <string.h>

#include "directory/dn.h"
#include "directory/escape.h"
#include "directory/group_filter.h"
#include "directory/pattern.h"

/* The texts one behind the other; NULL where one of them is. */
static char *
join(AuthzArena *arena, const char *const *texts, size_t count)
{
	size_t length = 0;
	char *joined;
	char *out;

	for (size_t i = 0; i < count; i++)
	{
		if (texts[i] == NULL)
			return NULL;
		length += strlen(texts[i]);
	}
	joined = authz_arena_take(arena, length + 1);
	out = joined;
	for (size_t i = 0; i < count && joined != NULL; i++)
	{
		memcpy(out, texts[i], strlen(texts[i]));
		out += strlen(texts[i]);
	}
	return joined;
}

static char *
any_of(AuthzArena *arena, const char *const *filters, size_t count)
{
	const char *const parts[] = {"(|", join(arena, filters, count), ")"};

	return join(arena, parts, 3);
}

char *
authz_filter_both(AuthzArena *arena, const char *a, const char *b)
{
	const char *const parts[] = {"(&", a, b, ")"};

	return join(arena, parts, 4);
}

char *
authz_group_filter_member(AuthzArena *arena, const AuthzDirectoryConfig *config, const char *rule,
						  const char *member)
{
	const char *const parts[] = {
		"(",
		authz_membership_attribute(config),
		rule,
		"=",
		authz_filter_escape(arena, member, strlen(member)),
		")",
	};

	return join(arena, parts, 6);
}

char *
authz_group_filter_members(AuthzArena *arena, const AuthzDirectoryConfig *config,
						   const char *const *members, size_t count)
{
	const char **filters = authz_arena_take(arena, count * sizeof(char *));

	if (filters == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		filters[i] = authz_group_filter_member(arena, config, "", members[i]);
	return any_of(arena, filters, count);
}

/*
 * What @@GROUPNAME@@ means for a mapped group: its name, or the common name in
 * its distinguished one. A group without one cannot be asked for.
 */
static bool
group_name(AuthzArena *arena, const char *group, char **escaped)
{
	const char *name = group;
	char *common_name;

	*escaped = NULL;
	if (strchr(group, '=') != NULL)
	{
		if (authz_dn_value(arena, group, "cn", &common_name) == AUTHZ_DN_MEMORY)
			return false;
		name = common_name;
	}
	if (name == NULL)
		return true;
	*escaped = authz_filter_escape(arena, name, strlen(name));
	return *escaped != NULL;
}

bool
authz_group_filter_mapped(AuthzArena *arena, const AuthzDirectoryConfig *config,
						  const char **filter)
{
	const char **each;
	size_t count = 0;
	char *any;

	*filter = config->group_search_query;
	if (authz_is_given(*filter))
		return true;
	*filter = NULL;
	each = authz_arena_take(arena, (config->mapping_count + 1) * sizeof(char *));
	if (each == NULL)
		return false;
	for (size_t i = 0; i < config->mapping_count; i++)
	{
		const char *group = config->mappings[i].group;
		char *name;

		if (group == NULL)
			continue;
		if (!group_name(arena, group, &name))
			return false;
		if (name == NULL)
			continue;
		each[count] = authz_pattern_fill(arena, config->group_search_each_pattern,
										 AUTHZ_TOKEN_GROUPNAME, name);
		if (each[count++] == NULL)
			return false;
	}
	if (count == 0)
		return true;

	/* The '|' is ours, so that it is any of them also where the pattern forgets it. */
	any = any_of(arena, each, count);
	if (any != NULL)
		*filter = authz_pattern_fill(arena, config->group_search_pattern, AUTHZ_TOKEN_GROUPS, any);
	return *filter != NULL;
}
