/*
 * test_match.c
 *	  From groups to roles: names, orders, and the primary group.
 */
#include <stdlib.h>

#include "directory/match.h"

#include "tap.h"

#define ROLES 4

static const AuthzMapping mappings[] = {
	{"cn=viewers,ou=groups,dc=example", "viewerRole", NULL},
	{"editors", "adminRole", NULL},
	{"CN=Admins, OU=Groups, DC=Example", "unmoderatedAdminRole", "512"},
	{"more editors", "adminRole", NULL},
	{NULL, "privateOnlyRole", "S-1-5-21-1-2-3-513"},
};
#define MAPPINGS (sizeof(mappings) / sizeof(mappings[0]))

static const char *const strongest[] = {"unmoderatedAdminRole", "adminRole", "privateOnlyRole",
										"viewerRole"};
static const char *const weakest[] = {"viewerRole", "privateOnlyRole", "adminRole",
									  "unmoderatedAdminRole"};

/* groups: separated by '|'. */
static void
gives(const char *groups, const char *rid, const char *sid, const char *const *order, size_t count,
	  const char *expected)
{
	AuthzArena arena;
	AuthzMatch match;
	char *list = strdup(groups);
	char *rest = list;
	char *group;
	const char *role;

	authz_arena_begin(&arena, AUTHZ_ARENA_LIMIT);
	if (!ok(authz_match_begin(&match, &arena, mappings, MAPPINGS) == AUTHZ_MATCH_OK, "begun"))
		exit(1);
	while (*rest != '\0' && (group = strsep(&rest, "|")) != NULL)
	{
		if (authz_match_group(&match, group) != AUTHZ_MATCH_OK)
			ok(false, "'%s' is a group", group);
		if (rest == NULL)
			break;
	}
	if (rid != NULL || sid != NULL)
		authz_match_primary(&match, rid, sid);
	role = authz_match_role(&match, order, count);
	is_text(role == NULL ? "none" : role, expected, groups);
	authz_arena_end(&arena);
	free(list);
}

static void
both_ways(const char *groups, const char *from_strongest, const char *from_weakest)
{
	gives(groups, NULL, NULL, strongest, ROLES, from_strongest);
	gives(groups, NULL, NULL, weakest, ROLES, from_weakest);
}

static void
orders(void)
{
	static const char *const one[] = {"adminRole"};
	static const char *const other[] = {"anotherRole"};

	both_ways("", "none", "none");
	both_ways("cn=others,dc=example", "none", "none");
	both_ways("cn=viewers,ou=groups,dc=example", "viewerRole", "viewerRole");
	both_ways("cn=viewers,ou=groups,dc=example|cn=editors,dc=x", "adminRole", "viewerRole");
	both_ways("cn=editors,dc=x|cn=viewers,ou=groups,dc=example", "adminRole", "viewerRole");
	both_ways("cn=editors,dc=x|cn=admins,ou=groups,dc=example", "unmoderatedAdminRole",
			  "adminRole");
	both_ways("cn=more editors,dc=x", "adminRole", "adminRole");
	both_ways("cn=viewers,ou=groups,dc=example|cn=editors,dc=x|cn=admins,ou=groups,dc=example",
			  "unmoderatedAdminRole", "viewerRole");

	gives("cn=viewers,ou=groups,dc=example", NULL, NULL, one, 1, "none");
	gives("cn=viewers,ou=groups,dc=example|cn=editors,dc=x", NULL, NULL, one, 1, "adminRole");
	gives("cn=editors,dc=x", NULL, NULL, other, 1, "none");
	gives("cn=editors,dc=x|cn=viewers,ou=groups,dc=example", NULL, NULL, NULL, 0, "viewerRole");
	gives("cn=admins,ou=groups,dc=example|cn=editors,dc=x", NULL, NULL, NULL, 0, "adminRole");
	gives("", NULL, NULL, NULL, 0, "none");
}

static void
names(void)
{
	both_ways("CN=Viewers,OU=Groups,DC=Example", "viewerRole", "viewerRole");
	both_ways("cn=viewers, ou=groups, dc=example", "viewerRole", "viewerRole");
	both_ways("cn=viewers,ou=other,dc=example", "none", "none");
	both_ways("cn=viewers,ou=groups,dc=example,dc=org", "none", "none");
	both_ways("cn=viewers", "none", "none");
	both_ways("cn=EDITORS,ou=anywhere", "adminRole", "adminRole");
	both_ways("cn=editors+ou=x,dc=y", "adminRole", "adminRole");
	both_ways("cn=More   Editors,dc=x", "adminRole", "adminRole");
	both_ways("ou=editors,dc=x", "none", "none");
	both_ways("uid=x,cn=editors", "none", "none");
	both_ways("cn=editors2,dc=x", "none", "none");
	both_ways("cn=editor,dc=x", "none", "none");
	both_ways("cn=editors\\00,dc=x", "none", "none");
	both_ways("cn=editors\\,x", "none", "none");
}

/* Only consulted by callers where nothing else matches; here, what matches then. */
static void
primary(void)
{
	gives("", "512", NULL, strongest, ROLES, "unmoderatedAdminRole");
	gives("", "512", "S-1-5-21-9-9-9-512", strongest, ROLES, "unmoderatedAdminRole");
	gives("", "513", "S-1-5-21-1-2-3-513", strongest, ROLES, "privateOnlyRole");
	gives("", "513", "s-1-5-21-1-2-3-513", strongest, ROLES, "privateOnlyRole");
	gives("", "513", NULL, strongest, ROLES, "none");
	gives("", "513", "S-1-5-21-1-2-4-513", strongest, ROLES, "none");
	gives("", "51", NULL, strongest, ROLES, "none");
	gives("", "5120", NULL, strongest, ROLES, "none");
	gives("", NULL, NULL, strongest, ROLES, "none");
}

static void
refusals(void)
{
	static const AuthzMapping malformed[] = {{"cn=a,", "role", NULL}};
	AuthzArena arena;
	AuthzMatch match;

	authz_arena_begin(&arena, AUTHZ_ARENA_LIMIT);
	is_number(authz_match_begin(&match, &arena, malformed, 1), AUTHZ_MATCH_MALFORMED,
			  "a mapping that is meant to be a name and is none");
	is_number(authz_match_begin(&match, &arena, NULL, 0), AUTHZ_MATCH_OK, "no mappings");
	is_number(authz_match_group(&match, "cn=a"), AUTHZ_MATCH_OK, "a group for none of them");
	is_number(authz_match_group(&match, "a"), AUTHZ_MATCH_MALFORMED, "a group that is no name");
	ok(authz_match_role(&match, strongest, ROLES) == NULL, "no role");
	authz_arena_end(&arena);
	authz_arena_begin(&arena, 64);
	is_number(authz_match_begin(&match, &arena, mappings, MAPPINGS), AUTHZ_MATCH_MEMORY,
			  "more than the arena has");
	authz_arena_end(&arena);
}

int
main(void)
{
	orders();
	names();
	primary();
	refusals();
	return tap_end();
}
