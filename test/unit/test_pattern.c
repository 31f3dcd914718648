/*
 * test_pattern.c
 *	  Patterns: which are accepted, and that what fills them stays a value.
 */
#include <stdlib.h>

#include "directory/escape.h"
#include "directory/group_filter.h"
#include "directory/pattern.h"

#include "tap.h"

static AuthzArena arena;

static void
filter(const char *pattern, AuthzPatternResult expected)
{
	is_number(authz_filter_pattern_check(pattern, AUTHZ_TOKEN_USERNAME), expected, pattern);
}

static void
user_filters(void)
{
	filter("(uid=@@USERNAME@@)", AUTHZ_PATTERN_OK);
	filter("(&(objectClass=person)(uid=@@USERNAME@@))", AUTHZ_PATTERN_OK);
	filter("(|(uid=@@USERNAME@@)(mail=@@USERNAME@@))", AUTHZ_PATTERN_OK);
	filter("(!(uid=@@USERNAME@@))", AUTHZ_PATTERN_OK);
	filter("(mail=@@USERNAME@@@example.org)", AUTHZ_PATTERN_OK);
	filter("(uid=x@@USERNAME@@@@USERNAME@@y)", AUTHZ_PATTERN_OK);
	filter("(cn=*@@USERNAME@@*)", AUTHZ_PATTERN_OK);
	filter("(cn;lang-de=@@USERNAME@@)", AUTHZ_PATTERN_OK);
	filter("(2.5.4.3=@@USERNAME@@)", AUTHZ_PATTERN_OK);
	filter("(cn~=@@USERNAME@@)", AUTHZ_PATTERN_OK);
	filter("(cn>=@@USERNAME@@)", AUTHZ_PATTERN_OK);
	filter("(cn:=@@USERNAME@@)", AUTHZ_PATTERN_OK);
	filter("(cn:dn:=@@USERNAME@@)", AUTHZ_PATTERN_OK);
	filter("(cn:caseExactMatch:=@@USERNAME@@)", AUTHZ_PATTERN_OK);
	filter("(cn:dn:2.4.6.8.10:=@@USERNAME@@)", AUTHZ_PATTERN_OK);
	filter("(:dn:2.4.6.8.10:=@@USERNAME@@)", AUTHZ_PATTERN_OK);
	filter("(&(uid=@@USERNAME@@)(!(x=\\2a\\28))(y=*)(z=a*b))", AUTHZ_PATTERN_OK);
	filter("(&(a=)(uid=@@USERNAME@@))", AUTHZ_PATTERN_OK);
	filter("(cn=\xc3\xa4@@USERNAME@@)", AUTHZ_PATTERN_OK);

	filter("(uid=@@USERNAME@@", AUTHZ_PATTERN_UNBALANCED);
	filter("(uid=@@USERNAME@@))", AUTHZ_PATTERN_UNBALANCED);
	filter("(&(uid=@@USERNAME@@)", AUTHZ_PATTERN_UNBALANCED);
	filter("(uid=(@@USERNAME@@)", AUTHZ_PATTERN_UNBALANCED);
	filter("(uid", AUTHZ_PATTERN_UNBALANCED);
	filter("", AUTHZ_PATTERN_UNBALANCED);
	filter("(", AUTHZ_PATTERN_UNBALANCED);

	filter("uid=@@USERNAME@@", AUTHZ_PATTERN_MALFORMED);
	filter("(uid=@@USERNAME@@)(a=b)", AUTHZ_PATTERN_MALFORMED);
	filter(" (uid=@@USERNAME@@)", AUTHZ_PATTERN_MALFORMED);
	filter("(uid=@@USERNAME@@) ", AUTHZ_PATTERN_MALFORMED);
	filter("(&)", AUTHZ_PATTERN_MALFORMED);
	filter("()", AUTHZ_PATTERN_MALFORMED);
	filter("(=@@USERNAME@@)", AUTHZ_PATTERN_MALFORMED);
	filter("(u id=@@USERNAME@@)", AUTHZ_PATTERN_MALFORMED);
	filter("(uid=\\@@USERNAME@@)", AUTHZ_PATTERN_MALFORMED);
	filter("(uid=\\2@@USERNAME@@)", AUTHZ_PATTERN_MALFORMED);
	filter("(uid=@@USERNAME@@\\)", AUTHZ_PATTERN_MALFORMED);
	filter("(!(a=b)(uid=@@USERNAME@@))", AUTHZ_PATTERN_MALFORMED);
	filter("(uid:@@USERNAME@@)", AUTHZ_PATTERN_MALFORMED);
	filter("(:dn:=@@USERNAME@@)", AUTHZ_PATTERN_MALFORMED);
	filter("(uid=@@USERNAME@@\n)", AUTHZ_PATTERN_MALFORMED);
	filter("(uid=@@USERNAME@@\xff)", AUTHZ_PATTERN_MALFORMED);

	filter("(uid=ann)", AUTHZ_PATTERN_NO_TOKEN);
	filter("(uid=@USERNAME@)", AUTHZ_PATTERN_NO_TOKEN);
	filter("(@@USERNAME@@=ann)", AUTHZ_PATTERN_MISPLACED);
	filter("(x@@USERNAME@@=ann)", AUTHZ_PATTERN_MISPLACED);
	filter("(cn:@@USERNAME@@:=ann)", AUTHZ_PATTERN_MALFORMED);
	filter("@@USERNAME@@", AUTHZ_PATTERN_MISPLACED);
	filter("(&@@USERNAME@@)", AUTHZ_PATTERN_MISPLACED);
	filter("(uid=@@username@@)", AUTHZ_PATTERN_MISPLACED);
	filter("(uid=@@USERNAME@@)@@USERNAME@@", AUTHZ_PATTERN_MALFORMED);
	filter("(&(uid=@@USERNAME@@)(cn=@@GROUPNAME@@))", AUTHZ_PATTERN_MISPLACED);
	filter("(uid=@@USERNAME@@USERNAME@@)", AUTHZ_PATTERN_MISPLACED);
}

static void
group_filters(void)
{
	is_number(authz_filter_pattern_check("(&(a=b)(|@@GROUPS_REPLACEMENTS@@))", AUTHZ_TOKEN_GROUPS),
			  AUTHZ_PATTERN_OK, "filters in a list");
	is_number(authz_filter_pattern_check("@@GROUPS_REPLACEMENTS@@", AUTHZ_TOKEN_GROUPS),
			  AUTHZ_PATTERN_OK, "filters alone");
	is_number(authz_filter_pattern_check("(!@@GROUPS_REPLACEMENTS@@)", AUTHZ_TOKEN_GROUPS),
			  AUTHZ_PATTERN_OK, "one filter");
	is_number(authz_filter_pattern_check("(cn=@@GROUPS_REPLACEMENTS@@)", AUTHZ_TOKEN_GROUPS),
			  AUTHZ_PATTERN_MISPLACED, "not in a value");
	is_number(authz_filter_pattern_check("(a=b)", AUTHZ_TOKEN_GROUPS), AUTHZ_PATTERN_NO_TOKEN,
			  "not left out");
	is_number(authz_filter_pattern_check("(cn=@@GROUPNAME@@)", AUTHZ_TOKEN_GROUPNAME),
			  AUTHZ_PATTERN_OK, "a group's name");
	is_number(authz_filter_pattern_check("(cn=admins)", NULL), AUTHZ_PATTERN_OK, "no token at all");
	is_number(authz_filter_pattern_check("(cn=@@GROUPNAME@@)", NULL), AUTHZ_PATTERN_MISPLACED,
			  "where there is to be none");
}

static void
dn(const char *pattern, AuthzPatternResult expected)
{
	is_number(authz_dn_pattern_check(&arena, pattern, AUTHZ_TOKEN_USERNAME), expected, pattern);
}

static void
names(void)
{
	dn("uid=@@USERNAME@@,ou=people,dc=example", AUTHZ_PATTERN_OK);
	dn("uid=x-@@USERNAME@@,dc=example", AUTHZ_PATTERN_OK);
	dn("cn=a,ou=@@USERNAME@@", AUTHZ_PATTERN_OK);
	dn("uid=ann", AUTHZ_PATTERN_NO_TOKEN);
	dn("", AUTHZ_PATTERN_NO_TOKEN);
	dn("@@USERNAME@@", AUTHZ_PATTERN_MALFORMED);
	dn("@@USERNAME@@@example.org", AUTHZ_PATTERN_MALFORMED);
	dn("EXAMPLE\\@@USERNAME@@", AUTHZ_PATTERN_MALFORMED);
	dn("uid=@@USERNAME@@,", AUTHZ_PATTERN_MALFORMED);
	dn("@@USERNAME@@=a,dc=example", AUTHZ_PATTERN_MISPLACED);
	dn("uid=#04@@USERNAME@@", AUTHZ_PATTERN_MALFORMED);
	dn("uid=\\@@USERNAME@@", AUTHZ_PATTERN_MALFORMED);
	dn("uid=@@USERNAME@@,ou=@@GROUPNAME@@", AUTHZ_PATTERN_MISPLACED);
	dn("uid=@@USERNAME@@,ou=a\nb", AUTHZ_PATTERN_MALFORMED);
}

static void
attribute(const char *pattern, const char *expected)
{
	char *name;
	char *before;
	char *behind;
	char got[128] = "none";

	if (authz_filter_pattern_attribute(&arena, pattern, AUTHZ_TOKEN_USERNAME, &name, &before,
									   &behind))
		snprintf(got, sizeof(got), "%s|%s|%s", name, before, behind);
	is_text(got, expected, pattern);
}

static void
attributes(void)
{
	attribute("(uid=@@USERNAME@@)", "uid||");
	attribute("(&(objectClass=a)(|(mail=x-@@USERNAME@@@y)(uid=@@USERNAME@@)))", "mail|x-|@y");
	attribute("(|(cn=*@@USERNAME@@*)(uid=@@USERNAME@@))", "uid||");
	attribute("(|(cn~=@@USERNAME@@)(cn>=@@USERNAME@@)(cn:=@@USERNAME@@)(uid=@@USERNAME@@))",
			  "uid||");
	attribute("(|(cn=\\2a@@USERNAME@@)(uid=@@USERNAME@@))", "uid||");
	attribute("(cn=*@@USERNAME@@)", "none");
	attribute("(cn~=@@USERNAME@@)", "none");
	attribute("(cn=ann)", "none");
	attribute("(cn=@@USERNAME@@@@USERNAME@@)", "none");
	attribute("(|(cn=@@USERNAME@@-@@USERNAME@@)(uid=@@USERNAME@@))", "uid||");

	ok(authz_attribute_is_name("memberOf"), "a name");
	ok(authz_attribute_is_name("1.2.840.113556.1.2.102"), "an OID");
	ok(authz_attribute_is_name("x-a-1"), "with hyphens");
	ok(!authz_attribute_is_name(""), "nothing");
	ok(!authz_attribute_is_name("*"), "all attributes");
	ok(!authz_attribute_is_name("+"), "all others");
	ok(!authz_attribute_is_name("cn;binary"), "an option");
	ok(!authz_attribute_is_name("cn)(uid=*"), "a filter");
	ok(!authz_attribute_is_name("1."), "half an OID");
	ok(!authz_attribute_is_name("1cn"), "a number in front");
	ok(!authz_attribute_is_name("c\xc3\xa4"), "another letter");
}

static void
fills(const char *pattern, const char *user, const char *expected)
{
	char *escaped = authz_filter_escape(&arena, user, strlen(user));

	is_text(authz_pattern_fill(&arena, pattern, AUTHZ_TOKEN_USERNAME, escaped), expected, user);
}

static void
filling(void)
{
	fills("(uid=@@USERNAME@@)", "ann", "(uid=ann)");
	fills("(uid=@@USERNAME@@)", "*)(uid=*", "(uid=\\2a\\29\\28uid=\\2a)");
	fills("(|(a=@@USERNAME@@)(b=x@@USERNAME@@y))", "ann", "(|(a=ann)(b=xanny))");
	fills("(uid=@@USERNAME@@)", "", "(uid=)");
	fills("(a=b)", "ann", "(a=b)");

	/* One pass: what is filled in is not looked at again. */
	fills("(uid=@@USERNAME@@)", "@@USERNAME@@", "(uid=@@USERNAME@@)");
	fills("(a=@@USERNAME@@)(b=@@USERNAME@@)", "@@USERNAME@@", "(a=@@USERNAME@@)(b=@@USERNAME@@)");
	fills("(uid=@@USERNAME@@)", "@@GROUPNAME@@", "(uid=@@GROUPNAME@@)");
	fills("(uid=@@USER@@USERNAME@@NAME@@)", "x", "(uid=@@USERxNAME@@)");
	fills("(uid=@@USERNAME@@USERNAME@@)", "@@", "(uid=@@USERNAME@@)");
}

/* The filter of mapped groups; "false" when there is no memory, "none" for none. */
static void
mapped(const AuthzDirectoryConfig *config, const char *expected, const char *name)
{
	const char *filter;
	bool done = authz_group_filter_mapped(&arena, config, &filter);

	is_text(!done ? "false" : filter == NULL ? "none" : filter, expected, name);
}

static void
groups(void)
{
	static const AuthzMapping mappings[] = {
		{"admins", "admin", NULL},
		{"cn=a\\,b(c),ou=groups,dc=example", "odd", NULL},
		{NULL, "primary", "513"},
		{"ou=no common name,dc=example", "none", NULL},
		{"@@GROUPS_REPLACEMENTS@@*", "token", NULL},
	};
	static const char *const members[] = {"uid=a*,ou=x", "uid=b\\,,ou=x"};
	AuthzDirectoryConfig config = {
		.group_search = AUTHZ_USER_OF_GROUPS,
		.group_search_pattern = "(&(objectClass=group)(|@@GROUPS_REPLACEMENTS@@))",
		.group_search_each_pattern = "(cn=@@GROUPNAME@@)",
		.mappings = mappings,
		.mapping_count = sizeof(mappings) / sizeof(mappings[0]),
	};

	mapped(&config,
		   "(&(objectClass=group)(|(|(cn=admins)(cn=a,b\\28c\\29)"
		   "(cn=@@GROUPS_REPLACEMENTS@@\\2a))))",
		   "the groups that are mapped");
	config.mapping_count = 0;
	mapped(&config, "none", "no mapping");
	config.mappings = mappings + 2;
	config.mapping_count = 2;
	mapped(&config, "none", "none that can be asked for");
	config.group_search_query = "(cn=x)";
	mapped(&config, "(cn=x)", "a query instead");

	is_text(authz_group_filter_member(&arena, &config, "", members[0]), "(member=uid=a\\2a,ou=x)",
			"a member");
	is_text(authz_group_filter_member(&arena, &config, AUTHZ_RULE_IN_CHAIN, members[1]),
			"(member:1.2.840.113556.1.4.1941:=uid=b\\5c,,ou=x)", "by a rule");
	config.group_membership_attribute = "uniqueMember";
	is_text(authz_group_filter_members(&arena, &config, members, 2),
			"(|(uniqueMember=uid=a\\2a,ou=x)(uniqueMember=uid=b\\5c,,ou=x))", "any of two");
	is_text(authz_filter_both(&arena, "(a=b)", "(c=d)"), "(&(a=b)(c=d))", "both of two");
}

static void
limits(void)
{
	char *deep = malloc(AUTHZ_PATTERN_MAX + 200);
	AuthzArena small;

	deep[0] = '\0';
	for (int i = 0; i < 31; i++)
		strcat(deep, "(!");
	strcat(deep, "(uid=@@USERNAME@@)");
	for (int i = 0; i < 31; i++)
		strcat(deep, ")");
	filter(deep, AUTHZ_PATTERN_OK);
	memmove(deep + 2, deep, strlen(deep) + 1);
	memcpy(deep, "(!", 2);
	strcat(deep, ")");
	filter(deep, AUTHZ_PATTERN_TOO_LONG);

	memset(deep, 'x', AUTHZ_PATTERN_MAX + 1);
	memcpy(deep, "(uid=@@USERNAME@@", 17);
	strcpy(deep + AUTHZ_PATTERN_MAX, ")");
	is_number(authz_filter_pattern_check(deep, AUTHZ_TOKEN_USERNAME), AUTHZ_PATTERN_TOO_LONG,
			  "a pattern that is too long");
	strcpy(deep + AUTHZ_PATTERN_MAX - 1, ")");
	is_number(authz_filter_pattern_check(deep, AUTHZ_TOKEN_USERNAME), AUTHZ_PATTERN_OK,
			  "one that is just not");

	authz_arena_begin(&small, 16);
	ok(authz_pattern_fill(&small, "(uid=@@USERNAME@@)", AUTHZ_TOKEN_USERNAME, "0123456789") == NULL,
	   "no more than the arena has");
	authz_arena_end(&small);
	free(deep);
}

int
main(void)
{
	authz_arena_begin(&arena, AUTHZ_ARENA_LIMIT);
	user_filters();
	group_filters();
	names();
	attributes();
	filling();
	groups();
	limits();
	authz_arena_end(&arena);
	return tap_end();
}
