/*
 * groups.c
 *	  The groups that somebody is in, and the role that they give.
 *
 * Either his entry names them, or they name him; then the server compares, and
 * no list of members travels.
 */
#include <string.h>

#include "directory/escape.h"
#include "directory/group_filter.h"
#include "directory/groups.h"
#include "directory/match.h"
#include "directory/nesting.h"
#include "directory/pattern.h"

typedef struct Groups
{
	AuthzQuestion *question;
	AuthzConnection *connection;
	AuthzPerson *person;
	AuthzDnSet *found;	 /* all that the user is in */
	AuthzDnSet *counted; /* those of them that may give a role */
	AuthzMatch match;
} Groups;

static AuthzDirectoryStatus
collect(Groups *groups, const char *filter)
{
	return authz_nesting_collect(groups->question, groups->connection, filter, groups->found, NULL);
}

static char *
member_filter(Groups *groups, const char *rule)
{
	const AuthzQuestion *question = groups->question;

	return authz_group_filter_member(question->arena, question->config, rule, question->dn);
}

/* Those that the entry names are there. */
static AuthzDirectoryStatus
read_of_user(Groups *groups)
{
	bool in_chain;
	AuthzDirectoryStatus status;

	if (!groups->question->config->nested_groups)
		return AUTHZ_DIRECTORY_OK;
	status = authz_nesting_is_known(groups->connection, &in_chain);
	if (status != AUTHZ_DIRECTORY_OK)
		return status;
	return in_chain ? collect(groups, member_filter(groups, AUTHZ_RULE_IN_CHAIN))
					: authz_nesting_climb(groups->question, groups->connection, groups->found, 0);
}

/* The mapped groups that have the user as a member. */
static AuthzDirectoryStatus
read_mapped(Groups *groups, const char *mapped, const char *rule)
{
	const AuthzPerson *person = groups->person;
	AuthzArena *arena = groups->question->arena;
	char *mine;

	if (!authz_members_are_names(groups->question->config))
		mine = member_filter(groups, rule);
	else if (person->uid_count == 0)
		return AUTHZ_DIRECTORY_OK;
	else
		mine = authz_group_filter_members(arena, groups->question->config, person->uids,
										  person->uid_count);
	return collect(groups, authz_filter_both(arena, mapped, mine));
}

/* All groups that the user is in, to any depth, and those of them that are mapped. */
static AuthzDirectoryStatus
read_nested(Groups *groups, const char *mapped)
{
	AuthzQuestion *question = groups->question;
	AuthzDirectoryStatus status;

	groups->counted = authz_arena_take(question->arena, sizeof(AuthzDnSet));
	if (groups->counted == NULL ||
		!authz_dn_set_begin(groups->counted, question->arena, AUTHZ_DIRECTORY_GROUPS_MAX))
		return AUTHZ_DIRECTORY_MEMORY;
	status = collect(groups, member_filter(groups, ""));
	if (status == AUTHZ_DIRECTORY_OK)
		status = authz_nesting_climb(question, groups->connection, groups->found, 0);
	if (status == AUTHZ_DIRECTORY_OK)
		status = authz_nesting_collect(question, groups->connection, mapped, groups->counted,
									   groups->found);
	return status;
}

static AuthzDirectoryStatus
read_of_groups(Groups *groups)
{
	const AuthzDirectoryConfig *config = groups->question->config;
	const char *mapped;
	bool in_chain;
	AuthzDirectoryStatus status;

	if (!authz_group_filter_mapped(groups->question->arena, config, &mapped))
		return AUTHZ_DIRECTORY_MEMORY;
	if (mapped == NULL)
		return AUTHZ_DIRECTORY_OK;
	if (!config->nested_groups)
		return read_mapped(groups, mapped, "");
	status = authz_nesting_is_known(groups->connection, &in_chain);
	if (status != AUTHZ_DIRECTORY_OK)
		return status;
	return in_chain ? read_mapped(groups, mapped, AUTHZ_RULE_IN_CHAIN)
					: read_nested(groups, mapped);
}

static AuthzDirectoryStatus
match_from(Groups *groups, const AuthzDnSet *set, size_t begin)
{
	for (size_t i = begin; i < set->count; i++)
	{
		switch (authz_match_group(&groups->match, set->names[i]))
		{
			case AUTHZ_MATCH_OK:
				break;
			case AUTHZ_MATCH_MALFORMED:
				return AUTHZ_DIRECTORY_MALFORMED;
			case AUTHZ_MATCH_MEMORY:
				return AUTHZ_DIRECTORY_MEMORY;
		}
	}
	return AUTHZ_DIRECTORY_OK;
}

/* The entry of the primary group, and what that is in. */
static AuthzDirectoryStatus
read_primary(Groups *groups, const AuthzSid *sid)
{
	AuthzQuestion *question = groups->question;
	size_t begin = groups->found->count;
	char *escaped = authz_filter_escape(question->arena, sid->bytes, sid->length);
	char *filter =
		escaped == NULL ? NULL : authz_pattern_fill(question->arena, "(objectSid=@)", "@", escaped);
	AuthzDirectoryStatus status = collect(groups, filter);

	if (status == AUTHZ_DIRECTORY_OK && question->config->nested_groups)
		status = authz_nesting_climb(question, groups->connection, groups->found, begin);
	return status == AUTHZ_DIRECTORY_OK ? match_from(groups, groups->found, begin) : status;
}

/* It stands in no memberOf: its SID is that of the user's domain with the relative id. */
static AuthzDirectoryStatus
match_primary(Groups *groups)
{
	const AuthzPerson *person = groups->person;
	char text[AUTHZ_SID_MAX_TEXT];
	AuthzSid sid;
	uint32_t rid;

	if (person->primary_rid == NULL)
		return AUTHZ_DIRECTORY_OK;
	if (!authz_sid_read_rid(&rid, person->primary_rid))
		return AUTHZ_DIRECTORY_MALFORMED;
	if (person->sid.length == 0 || !authz_sid_of_domain(&sid, &person->sid, rid))
	{
		authz_match_primary(&groups->match, person->primary_rid, NULL);
		return AUTHZ_DIRECTORY_OK;
	}
	authz_sid_write(&sid, text);
	authz_match_primary(&groups->match, person->primary_rid, text);
	return read_primary(groups, &sid);
}

static const char *
role_of(const Groups *groups)
{
	const AuthzDirectoryConfig *config = groups->question->config;

	return authz_match_role(&groups->match, config->groups_matching_order,
							config->groups_matching_order_count);
}

AuthzDirectoryStatus
authz_groups_read(AuthzQuestion *question, AuthzConnection *connection, AuthzPerson *person)
{
	const AuthzDirectoryConfig *config = question->config;
	AuthzDirectoryResult *result = question->result;
	Groups groups = {
		.question = question,
		.connection = connection,
		.person = person,
		.found = &person->groups,
		.counted = &person->groups,
	};
	AuthzDirectoryStatus status;

	if (config->group_search == AUTHZ_GROUPS_NONE)
		return AUTHZ_DIRECTORY_OK;
	if (authz_match_begin(&groups.match, question->arena, config->mappings,
						  config->mapping_count) != AUTHZ_MATCH_OK)
		return AUTHZ_DIRECTORY_MEMORY;
	status = config->group_search == AUTHZ_GROUPS_OF_USER ? read_of_user(&groups)
														  : read_of_groups(&groups);
	if (status == AUTHZ_DIRECTORY_OK)
		status = match_from(&groups, groups.counted, 0);
	if (status == AUTHZ_DIRECTORY_OK)
		result->role = role_of(&groups);
	if (status == AUTHZ_DIRECTORY_OK && result->role == NULL && config->match_primary_group)
	{
		status = match_primary(&groups);
		result->role = role_of(&groups);
	}
	result->groups = groups.counted->names;
	result->group_count = groups.counted->count;
	return status;
}
