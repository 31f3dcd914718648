/*
 * test_restriction.c
 *	  The privileges that restrict where a session counts, and how often.
 */
#include "pure/restriction.h"

#include "tap.h"

static void
at(const char *privileges, const char *client, bool expected)
{
	AuthzAddress address;
	bool known = client != NULL && authz_address_parse(client, strlen(client), &address);

	ok(authz_restriction_admits_address(privileges, strlen(privileges), known ? &address : NULL) ==
		   expected,
	   "'%s' lets %s %s", privileges, client == NULL ? "nobody in particular" : client,
	   expected ? "in" : "not in");
}

static void
addresses(void)
{
	at("", "192.0.2.7", true);
	at("", NULL, true);
	at("edit:iprestrict", NULL, true);
	at("xiprestrict:192.0.2.8", "192.0.2.7", true);
	at("iprestrict:192.0.2.7", "192.0.2.7", true);
	at("iprestrict:192.0.2.7", "192.0.2.70", false);
	at("iprestrict:192.0.2.7", NULL, false);
	at("iprestrict:192.0.2.6/192.0.2.7", "192.0.2.7", true);
	at("iprestrict:192.0.2.0/24", "192.0.2.7", true);
	at("iprestrict:192.0.2.0/24/10.0.0.0/8/2001:db8::/32", "10.1.1.1", true);
	at("iprestrict:192.0.2.0/24/10.0.0.0/8/2001:db8::/32", "2001:db8::7", true);
	at("iprestrict:192.0.2.0/24/10.0.0.0/8/2001:db8::/32", "2001:db9::7", false);
	at("a,iprestrict:10.0.0.0/8,b,iprestrict:192.0.2.7", "192.0.2.7", true);

	/* What cannot be understood, or says nothing, lets nobody in. */
	at("iprestrict", "192.0.2.7", false);
	at("iprestrict:", "192.0.2.7", false);
	at("iprestrict://", "192.0.2.7", false);
	at("iprestrict:192.0.2.7/x", "192.0.2.7", false);
	at("iprestrict:x/192.0.2.7", "192.0.2.7", false);
	at("iprestrict:192.0.2.7,iprestrict:x", "192.0.2.7", false);
	at("iprestrict:192.0.2.7,iprestrict", "192.0.2.7", true);
	at("iprestrict:192.0.2.7/24", "192.0.2.7", false);
	at("iprestrict: 192.0.2.7", "192.0.2.7", false);
	at("iprestrict:192.0.2.7|192.0.2.8", "192.0.2.7", false);
	at("iprestrict:192.0.2.*", "192.0.2.7", false);

	/* '*' leaves the others to the caller. */
	at("iprestrict:*", "192.0.2.7", true);
	at("iprestrict:*", NULL, true);
	at("iprestrict:192.0.2.8/*", "192.0.2.7", false);
	at("iprestrict:*/192.0.2.8", "192.0.2.8", true);
}

static void
on(const char *privileges, const char *path, bool expected)
{
	ok(authz_restriction_admits_path(privileges, strlen(privileges), path) == expected,
	   "'%s' lets '%s' %s", privileges, path, expected ? "in" : "not in");
}

static void
paths(void)
{
	on("", "", true);
	on("", "/a", true);
	on("urirestrict:/a", "/a", true);
	on("urirestrict:/a", "/b", false);
	on("urirestrict:/a", "", false);
	on("urirestrict:/a|/b/*", "/b/c", true);
	on("urirestrict:/a|/b/*", "/c", false);
	on("urirestrict:/a,urirestrict:/b", "/b", true);
	on("urirestrict:/a/b", "/b", false);
	on("urirestrict:/a/b", "/a", false);
	on("urirestrict:/p/12*", "/p/123", false);
	on("urirestrict:/a/*", "/a/../b", false);
	on("urirestrict", "/a", false);
	on("urirestrict:|", "/a", false);
	on("urirestrict:/a|b", "/a", false);
	on("urirestrict:/a|/b*c", "/a", false);
	on("urirestrict:*", "", true);
	on("urirestrict:*", "/a", true);
	on("urirestrict:/b|*", "/a", false);
}

static void
many(const char *privileges, long long expected)
{
	is_number(authz_restriction_actions(privileges, strlen(privileges)), expected, privileges);
}

static void
actions(void)
{
	many("", -1);
	many("view:*", -1);
	many("actionslimit:1", 1);
	many("actionslimit:100", 100);
	many("actionslimit:2147483647", 2147483647);
	many("actionslimit:5/3", 3);
	many("actionslimit:3,actionslimit:5", 3);
	many("actionslimit:*", -1);
	many("actionslimit:*/5", 5);
	many("actionslimit", 0);
	many("actionslimit:", 0);
	many("actionslimit:0", 0);
	many("actionslimit:05", 0);
	many("actionslimit:-1", 0);
	many("actionslimit:+1", 0);
	many("actionslimit:1.5", 0);
	many("actionslimit: 1", 0);
	many("actionslimit:1e3", 0);
	many("actionslimit:2147483648", 0);
	many("actionslimit:99999999999999999999999999", 0);
	many("actionslimit:5/x", 0);
}

static void
asked(const char *privileges, bool any, const char *malformed)
{
	const char *got = authz_restriction_malformed(privileges, strlen(privileges));

	ok(authz_restriction_any(privileges, strlen(privileges)) == any, "'%s' restricts%s", privileges,
	   any ? "" : " nothing");
	is_text(got == NULL ? "" : got, malformed, privileges);
}

static void
asking(void)
{
	asked("", false, "");
	asked("view:*,edit:urirestrict", false, "");
	asked("iprestrict:::1", true, "");
	asked("a,urirestrict:/a", true, "");
	asked("actionslimit:7,setrole:3", true, "");
	asked("actionslimit:7,iprestrict:*,urirestrict:/a|*", true, "");
	asked("actionslimit:x", true, "actionslimit");
	asked("urirestrict:x", true, "urirestrict");
	asked("iprestrict:x", true, "iprestrict");
	asked("iprestrict", true, "iprestrict");
}

int
main(void)
{
	addresses();
	paths();
	actions();
	asking();
	return tap_end();
}
