/*
 * test_privileges.c
 *	  Reading privilege strings, and the merge of a caller's into an app token's.
 */
#include <stdlib.h>

#include "pure/privileges.h"

#include "tap.h"

/* All privileges as '<key>' or '<key>=[value][value]…', values as they are stepped through. */
static void
parses(const char *text, const char *expected)
{
	char got[256] = "";
	size_t position = 0;
	AuthzSpan key;
	AuthzSpan values;

	while (authz_privileges_next(text, strlen(text), &position, &key, &values))
	{
		AuthzSpan value;
		size_t at = 0;
		size_t length = strlen(got);

		length += (size_t) sprintf(got + length, "<%.*s>", (int) key.length, key.text);
		if (values.text != NULL)
			length += (size_t) sprintf(got + length, "=");
		while (authz_privileges_next_value(key, values, &at, &value))
			length += (size_t) sprintf(got + length, "[%.*s]", (int) value.length, value.text);
	}
	is_text(got, expected, text);
}

static void
reading(void)
{
	parses("", "");
	parses(",", "");
	parses(" , ,, ", "");
	parses("a", "<a>");
	parses("a:", "<a>=");
	parses("a:b", "<a>=[b]");
	parses("a:b/c", "<a>=[b][c]");
	parses("a:b:c/d:e", "<a>=[b:c][d:e]");
	parses("a:/b//c/", "<a>=[b][c]");
	parses(" a:b , c ,d: e ", "<a>=[b]<c><d>=[ e]");
	parses("\ta:b\r\n,\vc\f", "<a>=[b]<c>");
	parses("a b:c d", "<a b>=[c d]");
	parses("a,a:b,a:c", "<a><a>=[b]<a>=[c]");
	parses("*", "<*>");
	parses(":b", "<>=[b]");
	parses("A:b,a:B", "<A>=[b]<a>=[B]");
	parses("urirestrict:/a/b|/c*||/", "<urirestrict>=[/a/b][/c*][/]");
	parses("uri:/a/b|c", "<uri>=[a][b|c]");
	parses("iprestrict:10.0.0.0/8/::1/64/::2//a", "<iprestrict>=[10.0.0.0/8][::1/64][::2][a]");
	parses("iprestrict:a//8/9/10", "<iprestrict>=[a][8/9][10]");
	parses("iprestrict:/8", "<iprestrict>=[8]");
	parses("ip:a/8", "<ip>=[a][8]");
	parses("k:\xc3\xa4/\xe2\x82\xac", "<k>=[\xc3\xa4][\xe2\x82\xac]");
}

static void
checking(void)
{
	size_t longest = AUTHZ_PRIVILEGES_MAX_BYTES;
	char *text = malloc(longest + 1);

	is_number(authz_privileges_check("", 0), AUTHZ_PRIVILEGES_OK, "nothing is well-formed");
	is_number(authz_privileges_check("a:b/c,d", 7), AUTHZ_PRIVILEGES_OK, "privileges are");
	is_number(authz_privileges_check(" , a ,", 6), AUTHZ_PRIVILEGES_OK, "with empty ones, too");
	is_number(authz_privileges_check("\xc3\xa4:\x80", 4), AUTHZ_PRIVILEGES_OK, "in any encoding");
	is_number(authz_privileges_check(":b", 2), AUTHZ_PRIVILEGES_EMPTY_KEY, "a value without a key");
	is_number(authz_privileges_check("a, :b", 5), AUTHZ_PRIVILEGES_EMPTY_KEY, "behind white space");
	is_number(authz_privileges_check("a,:", 3), AUTHZ_PRIVILEGES_EMPTY_KEY, "or a colon alone");
	for (int c = 0; c < 256; c++)
	{
		char one[] = {'a', (char) c, 'b'};
		bool printable = c >= ' ' && c != 0x7f;

		ok(authz_privileges_check(one, 3) ==
			   (printable ? AUTHZ_PRIVILEGES_OK : AUTHZ_PRIVILEGES_NOT_PRINTABLE),
		   "byte %d is %sprintable", c, printable ? "" : "not ");
	}
	memset(text, 'a', longest + 1);
	is_number(authz_privileges_check(text, longest), AUTHZ_PRIVILEGES_OK, "the greatest length");
	is_number(authz_privileges_check(text, longest + 1), AUTHZ_PRIVILEGES_TOO_LONG,
			  "one byte more");
	free(text);
}

static void
has(const char *text, const char *key, const char *value, bool expected)
{
	ok(authz_privileges_has(text, strlen(text), key, value) == expected, "'%s' %s %s %s", text,
	   expected ? "has" : "has not", key, value == NULL ? "" : value);
}

static void
asking(void)
{
	AuthzSpan values;

	has("edit:a", "edit", NULL, true);
	has("edit:a", "edit", "a", true);
	has("edit:a", "edit", "b", false);
	has("edit:a/b", "edit", "b", true);
	has("edit:a,edit:b", "edit", "b", true);
	has("edit", "edit", NULL, true);
	has("edit", "edit", "a", false);
	has("edit:", "edit", NULL, true);
	has("edit:", "edit", "", false);
	has("edit:*", "edit", "a", true);
	has("edit:a/*", "edit", "b", true);
	has("edit:a*", "edit", "ab", false);
	has("*", "edit", NULL, false);
	has("*", "edit", "a", false);
	has("", "edit", NULL, false);
	has("", "", NULL, false);

	has("urirestrict:/a/b|/c", "urirestrict", "/a/b", true);
	has("urirestrict:/a/b|/c", "urirestrict", "b", false);
	has("urirestrict:/a/*", "urirestrict", "/b", false);
	has("iprestrict:10.0.0.0/8", "iprestrict", "10.0.0.0/8", true);
	has("iprestrict:10.0.0.0/8", "iprestrict", "8", false);

	/* Neither a substring nor another case. */
	has("edit:0_abc", "edit", "0_ab", false);
	has("edit:0_ab", "edit", "0_abc", false);
	has("xedit:a", "edit", "a", false);
	has("editx:a", "edit", "a", false);
	has("Edit:a", "edit", "a", false);
	has("edit:A", "edit", "a", false);
	has("a:edit:b", "edit", "b", false);
	has("a:b/edit", "edit", NULL, false);

	ok(authz_privileges_find("a:1,b:2/3,b:4", 13, "b", &values) && values.length == 3 &&
		   memcmp(values.text, "2/3", 3) == 0,
	   "the first occurrence is found");
	ok(authz_privileges_find("a", 1, "a", &values) && values.text == NULL, "a key without values");
	ok(!authz_privileges_find("a:b", 3, "b", &values), "a value is no key");
}

static void
reserved(void)
{
	static const char *const keys[] = {"setrole",
									   "restrictingrole",
									   "edit",
									   "editplaylist",
									   "sviewplaylist",
									   "sview",
									   "list",
									   "download",
									   "downloadasset",
									   "edituser",
									   "editadmintags",
									   "actionslimit",
									   "iprestrict",
									   "urirestrict",
									   "sessionid",
									   "apptoken",
									   "enableentitlement",
									   "disableentitlement",
									   "disableentitlementforentry",
									   "disableentitlementforplaylist",
									   "privacycontext",
									   "enablecategorymoderation",
									   "enablecaptionmoderation",
									   "limitentry",
									   "reftime",
									   "preview",
									   "sessionkey",
									   "jobtype",
									   "virtualeventid",
									   "searchcontext",
									   "restrictexplicitliveview",
									   "disablesessiontypecheck",
									   "enablechangeaccount",
									   "_e",
									   "_t",
									   "_u",
									   "_m",
									   "_d"};
	static const char *const free_keys[] = {"",			"view",	  "widget",	  "all",
											"appId",	"appid",  "*",		  "Setrole",
											"setrole ", "setrol", "setroles", "_x"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		ok(authz_privileges_is_reserved((AuthzSpan){keys[i], strlen(keys[i])}), "%s is reserved",
		   keys[i]);
	for (size_t i = 0; i < sizeof(free_keys) / sizeof(free_keys[0]); i++)
		ok(!authz_privileges_is_reserved((AuthzSpan){free_keys[i], strlen(free_keys[i])}),
		   "'%s' is not", free_keys[i]);
}

/* expected: what follows 'sessionid:1_a,apptoken:1_a', unless it begins with 'sessionid'. */
static void
merges(const char *token, const char *caller, const char *expected)
{
	char whole[256];
	char got[256];
	size_t needed;

	if (strncmp(expected, "sessionid", 9) == 0)
		snprintf(whole, sizeof(whole), "%s", expected);
	else
		snprintf(whole, sizeof(whole), "sessionid:1_a,apptoken:1_a%s%s", *expected ? "," : "",
				 expected);

	needed = authz_privileges_merge(got, sizeof(got), "1_a", token, caller);
	is_text(got, whole, "merged");
	is_number((long long) needed, (long long) strlen(whole) + 1, "length needed");
	for (size_t size = 0; size < needed; size++)
	{
		char *small = malloc(size + 1);

		if (authz_privileges_merge(small, size, "1_a", token, caller) != needed ||
			(size > 0 && (strncmp(small, whole, size - 1) != 0 || small[size - 1] != '\0')))
			ok(false, "cut to %zu bytes", size);
		free(small);
	}
}

static void
merging(void)
{
	/* The token's own: appended by key, in the order of first sight. */
	merges("", "", "");
	merges(NULL, NULL, "");
	merges("setrole:15737171", NULL, "setrole:15737171");
	merges(" a:1 , b ", "", "a:1,b");
	merges("a:1,b:2,a:3/4", "", "a:1/3/4,b:2");
	merges("a,a:1", "", "a:1");
	merges("setrole:a,setrole:b", "", "setrole:a/b");
	merges("sessionid:x", "", "sessionid:1_a/x,apptoken:1_a");
	merges("apptoken:x/y,z", "", "sessionid:1_a,apptoken:1_a/x/y,z");
	merges(":x,,a", "", "a");
	merges("urirestrict:/a/b*,urirestrict:/c//", "", "urirestrict:/a/b*|/c//");
	merges("iprestrict:10.0.0.0/8,iprestrict:::1", "", "iprestrict:10.0.0.0/8/::1");

	/* The caller's: neither reserved nor on the token. */
	merges("setrole:7", "color:red", "setrole:7,color:red");
	merges("", "color:red,size:1/2,bare", "color:red,size:1/2,bare");
	merges("", "a:1,b,a:2", "a:1/2,b");
	merges("color:red", "color:blue", "color:red");
	merges("color", "color:blue", "color");
	merges("", "setrole:1,edit:*,list:*,privacycontext:x,disableentitlement", "");
	merges("", "sessionid:x,apptoken:y", "");
	merges("", "_t:2,_u:other,a", "a");
	merges("", " setrole:1", "");
	merges("", "Setrole:1", "Setrole:1");
	merges("", ":x,*", "*");
	merges("", "color:*", "color:*");

	/* What the token opens by '*' is replaced, reserved or not. */
	merges("edit:*", "edit:0_a", "edit:0_a");
	merges("edit:0_b/*", "edit:0_a/0_c", "edit:0_a/0_c");
	merges("edit:0_b,edit:*", "edit:0_a", "edit:0_a");
	merges("edit:*,x:1", "x:2,edit:0_a,edit:0_d", "edit:0_a/0_d,x:1");
	merges("edit:*", "", "edit:*");
	merges("edit:*", "edit", "edit");
	merges("edit:*", "list:*", "edit:*");
	merges("color:*", "color:red", "color:red");
	merges("edit:a*", "edit:0_a", "edit:a*");
	merges("urirestrict:/a/*", "urirestrict:/b", "urirestrict:/a/*");
	merges("urirestrict:/a|*", "urirestrict:/b/c", "urirestrict:/b/c");
	merges("*", "edit:0_a", "*");
	merges("*:*", "edit:0_a", "*:*");
	merges("sessionid:*", "sessionid:x", "sessionid:x,apptoken:1_a");
	merges("sessionid:*", "", "sessionid:1_a/*,apptoken:1_a");
	merges("sessionid:*", "apptoken:x", "sessionid:1_a/*,apptoken:1_a");
}

int
main(void)
{
	reading();
	checking();
	asking();
	reserved();
	merging();
	return tap_end();
}
