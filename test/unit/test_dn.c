/*
 * test_dn.c
 *	  Distinguished names in one form, and sets of them.
 */
#include <stdint.h>
#include <stdlib.h>

#include "directory/dn.h"
#include "directory/dnset.h"

#include "tap.h"

static AuthzArena arena;

/* expected: NULL where it is no name. */
static void
becomes(const char *dn, const char *expected)
{
	char *normal;
	AuthzDnResult result = authz_dn_normalize(&arena, dn, &normal);

	if (expected == NULL)
		is_number(result, AUTHZ_DN_MALFORMED, dn);
	else if (ok(result == AUTHZ_DN_OK, "'%s' is a name", dn))
		is_text(normal, expected, dn);
}

static void
same(const char *a, const char *b, bool expected)
{
	char *normal_a;
	char *normal_b;

	authz_dn_normalize(&arena, a, &normal_a);
	authz_dn_normalize(&arena, b, &normal_b);
	ok(normal_a != NULL && normal_b != NULL && (strcmp(normal_a, normal_b) == 0) == expected,
	   "'%s' is %s '%s'", a, expected ? "the same as" : "another than", b);
}

static void
forms(void)
{
	/* RFC 4514, section 4. */
	becomes("UID=jsmith,DC=example,DC=net", "uid=jsmith,dc=example,dc=net");
	becomes("OU=Sales+CN=J.  Smith,DC=example,DC=net", "cn=j. smith+ou=sales,dc=example,dc=net");
	becomes("CN=James \\\"Jim\\\" Smith\\, III,DC=example,DC=net",
			"cn=james \\\"jim\\\" smith\\, iii,dc=example,dc=net");
	becomes("CN=Before\\0dAfter,DC=example,DC=net", "cn=before\\0dafter,dc=example,dc=net");
	becomes("1.3.6.1.4.1.1466.0=#04024869", "1.3.6.1.4.1.1466.0=#04024869");
	becomes("CN=Lu\\C4\\8Di\\C4\\87", "cn=lu\xc4\x8di\xc4\x87");

	becomes("cn = a , ou = b", "cn=a,ou=b");
	becomes("cn=a  +  ou=b", "cn=a+ou=b");
	becomes("ou=b+cn=a", "cn=a+ou=b");
	becomes("cn=", "cn=");
	becomes("cn=a,ou=", "cn=a,ou=");
	becomes("cn=\\20a\\20", "cn=a");
	becomes("cn=\\ a\\  ,ou=b", "cn=a,ou=b");
	becomes("cn=a=b", "cn=a\\=b");
	becomes("cn=a#b", "cn=a#b");
	becomes("cn=\\#a", "cn=\\#a");
	becomes("cn=\\00", "cn=\\00");
	becomes("cn=#0401AB", "cn=#0401ab");
	becomes("OID.2.5.4.3=a", NULL);
	becomes("2.5.4.3x=a", NULL);
	becomes("2.=a", NULL);
	becomes("2.5.4.3=a,0.9.2342.19200300.100.1.25=b", "cn=a,dc=b");
	becomes("commonName=a,organizationalUnitName=b,domainComponent=c", "cn=a,ou=b,dc=c");
	becomes("CN=foo\\0ACNF:0123,DC=example", "cn=foo\\0acnf:0123,dc=example");

	becomes("", NULL);
	becomes("a", NULL);
	becomes("cn", NULL);
	becomes("=a", NULL);
	becomes("cn=a,", NULL);
	becomes(",cn=a", NULL);
	becomes("cn=a,,ou=b", NULL);
	becomes("cn=a+", NULL);
	becomes("cn=a;ou=b", NULL);
	becomes("cn=\"a\"", NULL);
	becomes("cn=a<b", NULL);
	becomes("cn=a\\", NULL);
	becomes("cn=a\\b", NULL);
	becomes("cn=a\\bz", NULL);
	becomes("cn=a\\z", NULL);
	becomes("cn=#", NULL);
	becomes("cn=#0", NULL);
	becomes("cn=#04x", NULL);
	becomes("c n=a", NULL);
	becomes("c_n=a", NULL);
	becomes("cn=\xff", NULL);
	becomes("cn=\\ff", NULL);
	becomes("cn=\\c4", NULL);
	becomes("a=1+b=2+c=3+d=4+e=5+f=6+g=7+h=8", "a=1+b=2+c=3+d=4+e=5+f=6+g=7+h=8");
	becomes("a=1+b=2+c=3+d=4+e=5+f=6+g=7+h=8+i=9", NULL);
}

static void
equality(void)
{
	same("cn=a,ou=b", "CN=A,OU=B", true);
	same("cn=a,ou=b", "cn=a, ou=b", true);
	same("cn=a\\,b", "cn=a\\2cb", true);
	same("cn=a\\,b", "cn=a\\2Cb", true);
	same("cn=a b", "cn=a   b", true);
	same("cn=a+ou=b,o=c", "ou=B+cn=A,o=C", true);
	same("cn=a", "2.5.4.3=A", true);

	same("cn=a,ou=b", "cn=a,ou=b,o=c", false);
	same("cn=a,ou=b", "cn=a+ou=b", false);
	same("cn=a\\,ou\\=b", "cn=a,ou=b", false);
	same("cn=ab", "cn=a b", false);
	same("cn=a", "uid=a", false);
	same("cn=a\\00", "cn=a", false);
	same("cn=\\#04", "cn=#04", false);
	same("cn=\xc3\xa4", "cn=\xc3\x84", false);
}

static void
has_value(const char *dn, const char *type, const char *expected)
{
	char *value;
	AuthzDnResult result = authz_dn_value(&arena, dn, type, &value);

	if (ok(result == AUTHZ_DN_OK && (value == NULL) == (expected == NULL), "%s of '%s'", type,
		   dn) &&
		value != NULL)
		is_text(value, expected, dn);
}

static void
values(void)
{
	char *value;

	has_value("cn=Big  Group,ou=x", "cn", "Big  Group");
	has_value("CN=a\\,b,cn=c", "cn", "a,b");
	has_value("ou=x,cn=a", "cn", NULL);
	has_value("ou=x+cn=a,cn=b", "cn", "a");
	has_value("2.5.4.3=a", "cn", "a");
	has_value("cn=#0401", "cn", NULL);
	has_value("cn=a\\00b", "cn", NULL);
	has_value("userid=ann", "uid", "ann");
	has_value("uid=ann", "UID", "ann");
	is_number(authz_dn_value(&arena, "nothing", "cn", &value), AUTHZ_DN_MALFORMED, "no name");
}

static void
first(const char *dn, const char *expected)
{
	char *type;
	char *before;
	char *behind;
	char got[128] = "none";

	if (authz_dn_first_part(&arena, dn, "@@", &type, &before, &behind))
		snprintf(got, sizeof(got), "%s|%s|%s", type, before, behind);
	is_text(got, expected, dn);
}

static void
first_parts(void)
{
	first("uid=@@,ou=x", "uid||");
	first("UserID=@@,ou=x", "uid||");
	first("cn=p-@@-s,ou=x", "cn|p-|-s");
	first("cn=@@+ou=a,ou=x", "cn||");
	first("ou=a,uid=@@", "none");
	first("cn=a+uid=@@", "none");
	first("cn=\\,@@", "none");
	first("cn=@@-@@,ou=x", "none");
	first("cn=@@,ou=@@", "cn||");
	first("cn=@@", "cn||");
	first("@@", "none");
}

static void
sets(void)
{
	AuthzDnSet set;
	char name[64];

	ok(authz_dn_set_begin(&set, &arena, 1000), "a set");
	is_number(authz_dn_set_add(&set, "cn=a,ou=b", 9), AUTHZ_DIRECTORY_OK, "a name is added");
	is_number(authz_dn_set_add(&set, "CN=A, OU=B", 10), AUTHZ_DIRECTORY_OK, "and again");
	is_number((long long) set.count, 1, "it is there once");
	is_text(set.names[0], "cn=a,ou=b", "as it was first");
	ok(authz_dn_set_has(&set, "Cn=a,ou=b"), "it is found");
	ok(!authz_dn_set_has(&set, "cn=a"), "others are not");
	ok(!authz_dn_set_has(&set, "a"), "what is no name is not");
	is_number(authz_dn_set_add(&set, "a", 1), AUTHZ_DIRECTORY_MALFORMED, "it cannot be added");
	is_number(authz_dn_set_add(&set, "cn=a\0,ou=b", 10), AUTHZ_DIRECTORY_MALFORMED,
			  "nor with a NUL");
	is_number(authz_dn_set_add(&set, "cn=a\nb", 6), AUTHZ_DIRECTORY_MALFORMED, "nor on two lines");
	for (int i = 1; i < 1000; i++)
	{
		snprintf(name, sizeof(name), "cn=%d", i);
		if (authz_dn_set_add(&set, name, strlen(name)) != AUTHZ_DIRECTORY_OK)
			ok(false, "%s is added", name);
	}
	is_number((long long) set.count, 1000, "a thousand names");
	is_number(authz_dn_set_add(&set, "cn=500", 6), AUTHZ_DIRECTORY_OK, "one of them again");
	is_number(authz_dn_set_add(&set, "cn=1000", 7), AUTHZ_DIRECTORY_TOO_MUCH, "and one more");
	ok(authz_dn_set_has(&set, "cn=999") && !authz_dn_set_has(&set, "cn=1000"), "the last is there");
}

static void
limits(void)
{
	char *longest = malloc(AUTHZ_DN_MAX + 2);
	AuthzArena small;
	AuthzDnSet set;
	char *normal;

	memset(longest, 'a', AUTHZ_DN_MAX + 1);
	memcpy(longest, "cn=", 3);
	longest[AUTHZ_DN_MAX + 1] = '\0';
	is_number(authz_dn_normalize(&arena, longest, &normal), AUTHZ_DN_MALFORMED, "too long");
	longest[AUTHZ_DN_MAX] = '\0';
	is_number(authz_dn_normalize(&arena, longest, &normal), AUTHZ_DN_OK, "the greatest length");
	memset(longest + 3, '+', AUTHZ_DN_MAX - 3);
	for (size_t i = 3; i + 1 < AUTHZ_DN_MAX; i += 2)
		longest[i] = '\\';
	longest[AUTHZ_DN_MAX - 1] = '\0';
	is_number(authz_dn_normalize(&arena, longest, &normal), AUTHZ_DN_OK, "all of it escaped");
	is_text(normal, longest, "as it was");

	for (size_t most = 0; most < 400; most += 8)
	{
		authz_arena_begin(&small, most);
		if (authz_dn_normalize(&small, "cn=a+ou=b,o=c", &normal) == AUTHZ_DN_MALFORMED)
			ok(false, "with %zu bytes it is malformed", most);
		authz_arena_end(&small);
	}
	authz_arena_begin(&small, 4096);
	ok(!authz_dn_set_begin(&set, &small, 1000), "a set takes more than that");
	authz_arena_end(&small);
	free(longest);
}

int
main(void)
{
	authz_arena_begin(&arena, AUTHZ_ARENA_LIMIT);
	forms();
	equality();
	values();
	first_parts();
	sets();
	limits();
	authz_arena_end(&arena);
	return tap_end();
}
