/*
 * config.c
 *	  Whether a directory's settings can work.
 */
#include <string.h>

#include "directory/certificate.h"
#include "directory/config.h"
#include "directory/dn.h"
#include "directory/pattern.h"
#include "directory/server.h"
#include "directory/sid.h"
#include "directory/text.h"

/* What the parts of the check have in common. */
typedef struct Check
{
	const AuthzDirectoryConfig *config;
	AuthzArena arena;
	AuthzConfigProblem problem;
} Check;

bool
authz_is_given(const char *text)
{
	return text != NULL && *text != '\0';
}

const char *
authz_member_of_attribute(const AuthzDirectoryConfig *config)
{
	return authz_is_given(config->member_of_attribute) ? config->member_of_attribute : "memberOf";
}

const char *
authz_membership_attribute(const AuthzDirectoryConfig *config)
{
	return authz_is_given(config->group_membership_attribute) ? config->group_membership_attribute
															  : "member";
}

bool
authz_members_are_names(const AuthzDirectoryConfig *config)
{
	const char *attribute = authz_membership_attribute(config);

	return config->group_search == AUTHZ_USER_OF_GROUPS &&
		   authz_text_same(attribute, strlen(attribute), "memberUid", 9);
}

static bool
refuse(Check *check, const char *setting, const char *rule)
{
	check->problem = (AuthzConfigProblem){.setting = setting, .rule = rule};
	return false;
}

/* What others would allow. */
static bool
refuse_unsafe(Check *check, const char *setting, const char *rule)
{
	check->problem = (AuthzConfigProblem){.setting = setting, .rule = rule, .unsafe = true};
	return false;
}

static bool
no_memory(Check *check)
{
	return refuse(check, "", "There is not enough memory to look at the settings.");
}

static bool
check_servers(Check *check)
{
	const AuthzDirectoryConfig *config = check->config;

	if (config->uri_count == 0 || config->uri_count > AUTHZ_URIS_MAX)
		return refuse(check, "uris", "Name one to sixteen servers.");
	for (size_t i = 0; i < config->uri_count; i++)
	{
		AuthzServer server;

		if (config->uris[i] == NULL || !authz_server_read(&server, config->uris[i]))
			return refuse(check, "uris", "Write ldaps://host[:port] or ldap://host[:port].");
		if (!server.tls && !config->start_tls)
			return refuse_unsafe(check, "start_tls",
								 "Passwords do not travel in clear: use ldaps:// or start_tls.");
	}
	if (config->timeout < 1 || config->timeout > AUTHZ_TIMEOUT_MAX)
		return refuse(check, "timeout", "Allow a step one to 120 seconds.");
	if (authz_is_given(config->ca_certificate) &&
		!authz_certificates_are_readable(config->ca_certificate))
		return refuse(check, "ca_certificate",
					  "Give one or more certificates in PEM, and no more.");
	return true;
}

/* Printable, and a distinguished name. */
static bool
check_dn(Check *check, const char *setting, const char *dn)
{
	char *normal;

	if (!authz_is_given(dn))
		return refuse(check, setting, "Give a distinguished name.");
	switch (authz_text_is_printable(dn, strlen(dn)) ? authz_dn_normalize(&check->arena, dn, &normal)
													: AUTHZ_DN_MALFORMED)
	{
		case AUTHZ_DN_OK:
			return true;
		case AUTHZ_DN_MALFORMED:
			return refuse(check, setting,
						  "Write a distinguished name as in 'ou=people,dc=example,dc=org'.");
		case AUTHZ_DN_MEMORY:
			break;
	}
	return no_memory(check);
}

static bool
check_pattern(Check *check, const char *setting, AuthzPatternResult result, const char *no_token)
{
	switch (result)
	{
		case AUTHZ_PATTERN_OK:
			return true;
		case AUTHZ_PATTERN_TOO_LONG:
			return refuse(check, setting, "Write it in fewer characters and parentheses.");
		case AUTHZ_PATTERN_UNBALANCED:
			return refuse(check, setting, "Close each parenthesis that is opened.");
		case AUTHZ_PATTERN_MALFORMED:
			return refuse(check, setting,
						  "Write a filter as in '(uid=@@USERNAME@@)', or a distinguished name.");
		case AUTHZ_PATTERN_NO_TOKEN:
			return refuse(check, setting, no_token);
		case AUTHZ_PATTERN_MISPLACED:
			return refuse(check, setting,
						  "Only the setting's own token may be in it, in the place of a value "
						  "(@@GROUPS_REPLACEMENTS@@: of a filter).");
		case AUTHZ_PATTERN_MEMORY:
			break;
	}
	return no_memory(check);
}

static bool
check_filter(Check *check, const char *setting, const char *pattern, const char *token,
			 const char *no_token)
{
	return check_pattern(check, setting,
						 authz_is_given(pattern) ? authz_filter_pattern_check(pattern, token)
												 : AUTHZ_PATTERN_NO_TOKEN,
						 no_token);
}

/* By an equality alone it is certain who has been found. */
static bool
check_user_filter(Check *check)
{
	const char *pattern = check->config->user_search_pattern;
	char *parts[3];

	return check_filter(check, "user_search_pattern", pattern, AUTHZ_TOKEN_USERNAME,
						"Put @@USERNAME@@ in the place of the user's name.") &&
		   (authz_filter_pattern_attribute(&check->arena, pattern, AUTHZ_TOKEN_USERNAME, &parts[0],
										   &parts[1], &parts[2]) ||
			refuse(check, "user_search_pattern",
				   "Compare an attribute for equality with @@USERNAME@@, without wildcards."));
}

static bool
check_user_dn(Check *check)
{
	const char *format = check->config->user_dn_format;
	char *parts[3];

	return check_pattern(check, "user_dn_format",
						 authz_is_given(format)
							 ? authz_dn_pattern_check(&check->arena, format, AUTHZ_TOKEN_USERNAME)
							 : AUTHZ_PATTERN_NO_TOKEN,
						 "Put @@USERNAME@@ in the place of the user's name.") &&
		   (authz_dn_first_part(&check->arena, format, AUTHZ_TOKEN_USERNAME, &parts[0], &parts[1],
								&parts[2]) ||
			refuse(check, "user_dn_format", "Let @@USERNAME@@ be in the name's first part."));
}

static bool
check_user(Check *check)
{
	const AuthzDirectoryConfig *config = check->config;
	bool has_search_user = authz_is_given(config->search_user);

	if (!check_dn(check, "base_dn", config->base_dn))
		return false;
	if (has_search_user != authz_is_given(config->search_password))
		return refuse(check, "search_password",
					  "Give a search user together with a password, or neither.");
	if (has_search_user && !check_dn(check, "search_user", config->search_user))
		return false;
	if (config->bind_method == AUTHZ_BIND_DIRECT)
		return check_user_dn(check) &&
			   (!authz_is_given(config->user_search_pattern) || check_user_filter(check));
	if (!has_search_user && !config->anonymous_search)
		return refuse_unsafe(check, "search_user",
							 "Name a user to search as: nobody in particular is not let search.");
	return check_user_filter(check);
}

static bool
check_attribute(Check *check, const char *setting, const char *attribute)
{
	return !authz_is_given(attribute) || authz_attribute_is_name(attribute) ||
		   refuse(check, setting, "Give the name of an attribute, without options.");
}

static bool
check_attributes(Check *check)
{
	const AuthzDirectoryConfig *config = check->config;

	return check_attribute(check, "email_attribute", config->email_attribute) &&
		   check_attribute(check, "first_name_attribute", config->first_name_attribute) &&
		   check_attribute(check, "last_name_attribute", config->last_name_attribute) &&
		   check_attribute(check, "member_of_attribute", config->member_of_attribute) &&
		   check_attribute(check, "group_membership_attribute",
						   config->group_membership_attribute) &&
		   check_attribute(check, "primary_group_attribute", config->primary_group_attribute);
}

static bool
check_groups(Check *check)
{
	const AuthzDirectoryConfig *config = check->config;

	if (config->match_primary_group && !authz_is_given(config->primary_group_attribute))
		return refuse(check, "primary_group_attribute",
					  "Name the attribute of the primary group, which is to be matched.");
	if (config->match_primary_group && config->group_search == AUTHZ_GROUPS_NONE)
		return refuse(check, "group_search",
					  "Look for groups, of which the primary one is the last.");
	if (config->group_search != AUTHZ_USER_OF_GROUPS)
		return true;
	if (config->nested_groups && authz_members_are_names(config))
		return refuse(check, "nested_groups", "Groups that name their members by uid do not nest.");
	if (authz_is_given(config->group_search_query))
		return check_filter(check, "group_search_query", config->group_search_query, NULL, "");
	return check_filter(check, "group_search_pattern", config->group_search_pattern,
						AUTHZ_TOKEN_GROUPS,
						"Put @@GROUPS_REPLACEMENTS@@ in the place of the groups' filters.") &&
		   check_filter(check, "group_search_each_pattern", config->group_search_each_pattern,
						AUTHZ_TOKEN_GROUPNAME, "Put @@GROUPNAME@@ in the place of a group's name.");
}

/* A relative id, or a SID. */
static bool
is_primary_group_id(const char *id)
{
	uint32_t rid;

	if (authz_sid_read_rid(&rid, id))
		return true;
	if (!authz_text_same(id, strlen(id) < 4 ? strlen(id) : 4, "S-1-", 4))
		return false;
	return strspn(id + 1, "-0123456789") == strlen(id) - 1 && id[strlen(id) - 1] != '-' &&
		   strlen(id) < AUTHZ_SID_MAX_TEXT;
}

static bool
check_mappings(Check *check)
{
	const AuthzDirectoryConfig *config = check->config;
	AuthzMatch match;

	if (config->mapping_count > AUTHZ_MAPPINGS_MAX)
		return refuse(check, "directory_group", "Map at most a thousand groups.");
	for (size_t i = 0; i < config->mapping_count; i++)
	{
		const AuthzMapping *mapping = &config->mappings[i];

		if (!authz_is_given(mapping->role))
			return refuse(check, "role", "Map a group to a role.");
		if (mapping->group == NULL
				? mapping->primary_group_id == NULL
				: !authz_is_given(mapping->group) ||
					  !authz_text_is_printable(mapping->group, strlen(mapping->group)))
			return refuse(check, "directory_group", "Give the name of a group.");
		if (mapping->primary_group_id != NULL && !is_primary_group_id(mapping->primary_group_id))
			return refuse(check, "primary_group_id", "Write a number or a SID.");
	}
	for (size_t i = 0; i < config->groups_matching_order_count; i++)
	{
		if (!authz_is_given(config->groups_matching_order[i]))
			return refuse(check, "groups_matching_order", "List names of roles.");
	}
	switch (authz_match_begin(&match, &check->arena, config->mappings, config->mapping_count))
	{
		case AUTHZ_MATCH_OK:
			return true;
		case AUTHZ_MATCH_MALFORMED:
			return refuse(check, "directory_group",
						  "A group with '=' in its name is taken for a distinguished name.");
		case AUTHZ_MATCH_MEMORY:
			break;
	}
	return no_memory(check);
}

bool
authz_directory_mapping_check(const AuthzMapping *mapping, AuthzConfigProblem *problem)
{
	const AuthzDirectoryConfig config = {.mappings = mapping, .mapping_count = 1};
	Check check = {.config = &config};
	bool good;

	authz_arena_begin(&check.arena, AUTHZ_ARENA_LIMIT);
	good = check_mappings(&check);
	authz_arena_end(&check.arena);
	*problem = check.problem;
	return good;
}

bool
authz_directory_config_check(const AuthzDirectoryConfig *config, AuthzConfigProblem *problem)
{
	Check check = {.config = config};
	bool good;

	authz_arena_begin(&check.arena, AUTHZ_ARENA_LIMIT);
	good = check_servers(&check) && check_user(&check) && check_attributes(&check) &&
		   check_groups(&check) && check_mappings(&check);
	authz_arena_end(&check.arena);
	*problem = check.problem;
	return good;
}
