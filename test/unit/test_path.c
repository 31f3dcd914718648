/*
 * test_path.c
 *	  Paths of requests, and patterns of them.
 */
#include "pure/path.h"

#include "tap.h"

static void
canonical(void)
{
	static const char *const good[] = {
		"/",	"/a",	  "/a/",	 "/a/b",	 "/a.b/.c/..d/e..",
		"/...", "/a%20b", "/%C3%A4", "/a;b=c",	 "/a=b&c@d:e",
		"/a*b", "/~a",	  "/a,b",	 "/a!$'()+", "/%3F",
	};
	static const char *const bad[] = {
		"",		 "a",	  "a/b",		"//",		 "/a//b",		"/a//", "/.",	"/..",
		"/a/.",	 "/a/..", "/a/./b",		"/../a",	 "/a/../b",		"/a?b", "/a#b", "/a b",
		"/a\tb", "/a\\b", "/a\xc3\xa4", "/%2e%2e/a", "/%2E",		"/%2F", "/%2f", "/%5C",
		"/%5c",	 "/%00",  "/%0A",		"/%7F",		 "/%25",		"/%41", "/%7E", "/%c3",
		"/%",	 "/%2",	  "/%2G",		"/%%",		 "/a/%2E%2E/b", " /a",	"/a ",	"http://a/b",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(authz_path_is_canonical(good[i], strlen(good[i])), "'%s' is canonical", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!authz_path_is_canonical(bad[i], strlen(bad[i])), "'%s' is not", bad[i]);
	ok(!authz_path_is_canonical("/a\0b", 4), "a NUL is not");
}

static void
patterns(void)
{
	static const char *const good[] = {"/", "/*", "/a", "/a*", "/a/*", "/a/b*"};
	static const char *const bad[] = {"",	  "*",	   "a",		"a*",  "**",   "/**", "/*/a",
									  "/a*b", "/a*/*", "/../*", "//*", "/a?*", "/a ", "/.*/..*"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(authz_path_is_pattern(good[i], strlen(good[i])), "'%s' is a pattern", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!authz_path_is_pattern(bad[i], strlen(bad[i])), "'%s' is none", bad[i]);
}

static void
matches(const char *pattern, const char *path, bool expected)
{
	ok(authz_path_matches(pattern, strlen(pattern), path, strlen(path)) == expected,
	   "'%s' matches %s'%s'", pattern, expected ? "" : "not ", path);
}

static void
matching(void)
{
	matches("/a", "/a", true);
	matches("/a", "/a/", false);
	matches("/a", "/a/b", false);
	matches("/a", "/ab", false);
	matches("/a", "/A", false);
	matches("/a/", "/a/", true);
	matches("/a/", "/a", false);
	matches("/a/b", "/b/a/b", false);
	matches("/a*", "/a", true);
	matches("/a*", "/a/", true);
	matches("/a*", "/a/b/c", true);
	matches("/a*", "/b/a", false);
	matches("/a/*", "/a/", true);
	matches("/a/*", "/a/b/c", true);
	matches("/a/*", "/a", false);
	matches("/*", "/", true);
	matches("/*", "/a/b", true);
	matches("/p/123/*", "/p/123/sp/1", true);

	/* A name that begins like another is another. */
	matches("/p/123*", "/p/123", true);
	matches("/p/123*", "/p/1234", false);
	matches("/p/123*", "/p/1234/sp", false);
	matches("/a*", "/a.b", false);

	/* What leads elsewhere matches nothing, wherever it begins. */
	matches("/a/*", "/a/../b", false);
	matches("/a/*", "/a/%2E%2E/b", false);
	matches("/a/*", "/a/%2e%2e%2fb", false);
	matches("/a/*", "/a/..", false);
	matches("/a/*", "/a//b", false);
	matches("/a/*", "/a/b?c", false);
	matches("/*", "", false);
	matches("/*", "a", false);
	matches("*", "/a", false);
	matches("", "", false);
	matches("/a*b", "/a*b", false);
	matches("/a b", "/a b", false);
}

int
main(void)
{
	canonical();
	patterns();
	matching();
	return tap_end();
}
