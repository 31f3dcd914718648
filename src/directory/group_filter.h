/*
 * group_filter.h
 *	  Filters that find groups: those that are mapped, those of a member.
 *
 * NULL where the arena has no more.
 */
#ifndef AUTHZ_DIRECTORY_GROUP_FILTER_H
#define AUTHZ_DIRECTORY_GROUP_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "directory/arena.h"
#include "directory/config.h"

/* Of Active Directory: the value is compared with members of members, too. */
#define AUTHZ_RULE_IN_CHAIN ":1.2.840.113556.1.4.1941:"

/*
 * The groups that are mapped, by the configured query or patterns. *filter is
 * NULL where no mapping names a group that can be asked for; false when memory
 * is out.
 */
extern bool authz_group_filter_mapped(AuthzArena *arena, const AuthzDirectoryConfig *config,
									  const char **filter);

/* '(member=…)' or, with a rule, '(member:…:=…)'. */
extern char *authz_group_filter_member(AuthzArena *arena, const AuthzDirectoryConfig *config,
									   const char *rule, const char *member);

/* Any of the members, at least one. */
extern char *authz_group_filter_members(AuthzArena *arena, const AuthzDirectoryConfig *config,
										const char *const *members, size_t count);

extern char *authz_filter_both(AuthzArena *arena, const char *a, const char *b);

#endif
