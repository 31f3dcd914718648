/*
 * test_address.c
 *	  Addresses of clients, and ranges of them.
 */
#include "pure/address.h"

#include "tap.h"

static bool
parses(const char *text)
{
	AuthzAddress address;

	return authz_address_parse(text, strlen(text), &address);
}

static void
reading(void)
{
	static const char *const good[] = {
		"0.0.0.0",
		"255.255.255.255",
		"192.0.2.7",
		"::",
		"::1",
		"2001:db8::",
		"2001:DB8:0:0:0:0:0:1",
		"2001:0db8:0000:0000:0000:0000:0000:0001",
		"::ffff:192.0.2.7",
		"64:ff9b::192.0.2.7",
		"1:2:3:4:5:6:7::",
		"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
	};
	static const char *const bad[] = {
		"",
		" ",
		"192.0.2",
		"192.0.2.",
		"192.0.2.7.1",
		"192.0.2.256",
		"192.0.02.7",
		"0300.0.2.7",
		"0xc0.0.2.7",
		"3221225985",
		"192.0.2.-1",
		" 192.0.2.7",
		"192.0.2.7 ",
		"192.0.2.7/32",
		"192.0.2.7:80",
		":",
		":::",
		"1::2::3",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7:8::",
		"12345::",
		"g::",
		"[::1]",
		"fe80::1%eth0",
		"::ffff:192.0.2.300",
		"::192.0.2.7:1",
		"localhost",
		"*",
		"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255.255",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(parses(good[i]), "%s is an address", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!parses(bad[i]), "'%s' is none", bad[i]);
}

/* A NUL inside is not the end. */
static void
reading_bytes(void)
{
	AuthzAddress address;
	AuthzRange range;

	ok(!authz_address_parse("::1\0x", 5, &address), "what follows a NUL is looked at");
	ok(!authz_address_parse("::1\0", 4, &address), "the NUL itself as well");
	ok(authz_address_parse("::1x", 3, &address), "the text ends where it is told to");
	ok(!authz_address_parse(NULL, 0, &address) && !authz_range_parse(NULL, 0, &range),
	   "nothing is no address");
}

static void
families(void)
{
	static const unsigned char four[] = {192, 0, 2, 7};
	static const unsigned char mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 7};
	AuthzAddress a = authz_address_ipv4(four);
	AuthzAddress b = authz_address_ipv6(mapped);
	AuthzAddress c;
	AuthzAddress d;

	ok(authz_address_parse("192.0.2.7", 9, &c) && authz_address_parse("::ffff:192.0.2.7", 16, &d),
	   "four ways to say the same");
	ok(memcmp(&a, &b, sizeof(a)) == 0 && memcmp(&a, &c, sizeof(a)) == 0 &&
		   memcmp(&a, &d, sizeof(a)) == 0,
	   "are the same address");
}

static void
has(const char *range_text, const char *address_text, bool expected)
{
	AuthzRange range;
	AuthzAddress address;

	ok(authz_range_parse(range_text, strlen(range_text), &range) &&
		   authz_address_parse(address_text, strlen(address_text), &address) &&
		   authz_range_has(&range, &address) == expected,
	   "%s has %s%s", range_text, expected ? "" : "not ", address_text);
}

static void
ranges(void)
{
	static const char *const bad[] = {
		"/8",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/-1",
		"10.0.0.0/08",
		"10.0.0.0/+8",
		"10.0.0.0/8 ",
		"10.0.0.0 /8",
		"10.0.0.1/8",
		"10.0.0.0/8/8",
		"10.0.0.0/8a",
		"10.0.0.0/0008",
		"10/8",
		"::/129",
		"2001:db8::1/32",
		"::1/0",
		"10.0.0.0/255.0",
		"10.0.0.0/1000",
		"8",
		"192.0.2.0/22",
		"255.0.0.0/7",
		"::ffff:0:0/95",
		"*",
		"10.0.0.*",
		"10.0.0.1-10.0.0.9",
		"128.0.0.0/0",
	};
	AuthzRange range;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!authz_range_parse(bad[i], strlen(bad[i]), &range), "'%s' is no range", bad[i]);

	has("192.0.2.7", "192.0.2.7", true);
	has("192.0.2.7", "192.0.2.8", false);
	has("192.0.2.7", "192.0.2.70", false);
	has("192.0.2.7/32", "192.0.2.7", true);
	has("10.0.0.0/8", "10.255.255.255", true);
	has("10.0.0.0/8", "11.0.0.0", false);
	has("10.0.0.0/8", "9.255.255.255", false);
	has("192.0.2.128/25", "192.0.2.128", true);
	has("192.0.2.128/25", "192.0.2.255", true);
	has("192.0.2.128/25", "192.0.2.127", false);
	has("192.0.2.4/31", "192.0.2.5", true);
	has("192.0.2.4/31", "192.0.2.6", false);
	has("0.0.0.0/0", "255.255.255.255", true);
	has("0.0.0.0/0", "0.0.0.0", true);
	has("2001:db8::/32", "2001:db8:ffff::1", true);
	has("2001:db8::/32", "2001:db9::", false);
	has("2001:db8::/33", "2001:db8:8000::", false);
	has("2001:db8::1", "2001:db8:0::1", true);
	has("::/0", "2001:db8::1", true);

	/* IPv4 is what it is, however it is spelled; and no part of IPv6. */
	has("192.0.2.0/24", "::ffff:192.0.2.7", true);
	has("::ffff:192.0.2.0/120", "192.0.2.7", true);
	has("::ffff:0:0/96", "192.0.2.7", true);
	has("::ffff:0:0/96", "::1", false);
	has("::/0", "192.0.2.7", false);
	has("::/0", "::ffff:192.0.2.7", false);
	has("::/80", "::ffff:192.0.2.7", false);
	has("0.0.0.0/0", "::1", false);
	has("0.0.0.0/0", "::", false);
	has("192.0.2.7", "::192.0.2.7", false);
}

int
main(void)
{
	reading();
	reading_bytes();
	families();
	ranges();
	return tap_end();
}
