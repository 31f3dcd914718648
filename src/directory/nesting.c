/*
 * nesting.c
 *	  Groups within groups.
 */
#include <string.h>

#include "directory/group_filter.h"
#include "directory/nesting.h"
#include "directory/search.h"

/* What the root DSE of an Active Directory has among its capabilities. */
#define ACTIVE_DIRECTORY "1.2.840.113556.1.4.800"

/* Groups whose own groups are asked for in one search. */
#define ASKED_AT_ONCE 50

static const char any_entry[] = "(objectClass=*)";

static AuthzDirectoryStatus
see_capability(void *argument, const char *value, size_t length)
{
	bool *known = argument;

	if (length == sizeof(ACTIVE_DIRECTORY) - 1 && memcmp(value, ACTIVE_DIRECTORY, length) == 0)
		*known = true;
	return AUTHZ_DIRECTORY_OK;
}

static AuthzDirectoryStatus
see_values(void *argument, LDAP *ld, LDAPMessage *entry)
{
	return authz_values_take(argument, ld, entry);
}

/* All values of one attribute of one entry. */
static AuthzDirectoryStatus
read_values(AuthzConnection *connection, const char *dn, AuthzValues *values)
{
	const char *const attributes[] = {values->attribute, NULL};
	AuthzSearch search = {
		.base = dn,
		.scope = LDAP_SCOPE_BASE,
		.filter = any_entry,
		.attributes = attributes,
		.visit = see_values,
		.argument = values,
	};
	AuthzDirectoryStatus status = authz_search(connection, &search);

	return status == AUTHZ_DIRECTORY_OK ? authz_values_rest(values, connection, dn) : status;
}

AuthzDirectoryStatus
authz_nesting_is_known(AuthzConnection *connection, bool *known)
{
	AuthzValues values = {
		.attribute = "supportedCapabilities",
		.visit = see_capability,
		.argument = known,
	};
	AuthzDirectoryStatus status;

	*known = false;
	status = read_values(connection, "", &values);

	/* Who hides his root DSE is none. */
	return status == AUTHZ_DIRECTORY_SEARCH_REFUSED ? AUTHZ_DIRECTORY_OK : status;
}

typedef struct Collector
{
	AuthzArena *arena;
	AuthzDnSet *into;
	const AuthzDnSet *among;
} Collector;

static AuthzDirectoryStatus
collect_entry(void *argument, LDAP *ld, LDAPMessage *entry)
{
	Collector *collector = argument;
	const char *dn;
	AuthzDirectoryStatus status = authz_entry_dn(collector->arena, ld, entry, &dn);

	if (status != AUTHZ_DIRECTORY_OK ||
		(collector->among != NULL && !authz_dn_set_has(collector->among, dn)))
		return status;
	return authz_dn_set_add(collector->into, dn, strlen(dn));
}

AuthzDirectoryStatus
authz_nesting_collect(AuthzQuestion *question, AuthzConnection *connection, const char *filter,
					  AuthzDnSet *into, const AuthzDnSet *among)
{
	Collector collector = {question->arena, into, among};
	AuthzSearch search = {
		.base = question->config->base_dn,
		.scope = LDAP_SCOPE_SUBTREE,
		.filter = filter,
		.paged = true,
		.visit = collect_entry,
		.argument = &collector,
	};

	return filter == NULL ? AUTHZ_DIRECTORY_MEMORY : authz_search(connection, &search);
}

/* By what the group's entry says of its own groups. */
static AuthzDirectoryStatus
climb_by_entry(AuthzQuestion *question, AuthzConnection *connection, AuthzDnSet *groups,
			   const char *dn)
{
	AuthzValues values = {
		.attribute = authz_member_of_attribute(question->config),
		.visit = authz_dn_set_add,
		.argument = groups,
	};
	AuthzDirectoryStatus status = read_values(connection, dn, &values);

	/* A group that has gone leads no further. */
	if (status == AUTHZ_DIRECTORY_SEARCH_REFUSED && connection->code == LDAP_NO_SUCH_OBJECT)
		return AUTHZ_DIRECTORY_OK;
	return status;
}

/* By the groups that have some of those in the set as members. */
static AuthzDirectoryStatus
climb_by_members(AuthzQuestion *question, AuthzConnection *connection, AuthzDnSet *groups,
				 size_t begin, size_t count)
{
	return authz_nesting_collect(
		question, connection,
		authz_group_filter_members(question->arena, question->config, groups->names + begin, count),
		groups, NULL);
}

AuthzDirectoryStatus
authz_nesting_climb(AuthzQuestion *question, AuthzConnection *connection, AuthzDnSet *groups,
					size_t begin)
{
	bool by_members = question->config->group_search == AUTHZ_USER_OF_GROUPS;
	AuthzDirectoryStatus status = AUTHZ_DIRECTORY_OK;

	for (int depth = 0; begin < groups->count; depth++)
	{
		size_t end = groups->count;

		if (depth == AUTHZ_NESTING_MAX)
			return AUTHZ_DIRECTORY_TOO_MUCH;
		while (begin < end && status == AUTHZ_DIRECTORY_OK)
		{
			size_t count = 1;

			if (by_members)
			{
				count = end - begin < ASKED_AT_ONCE ? end - begin : ASKED_AT_ONCE;
				status = climb_by_members(question, connection, groups, begin, count);
			}
			else
				status = climb_by_entry(question, connection, groups, groups->names[begin]);
			begin += count;
		}
		if (status != AUTHZ_DIRECTORY_OK)
			return status;
	}
	return status;
}
