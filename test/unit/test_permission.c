/*
 * test_permission.c
 *	  Which names and patterns there are, and what a pattern matches and covers.
 */
#include "pure/permission.h"

#include "tap.h"

static void
names(void)
{
	static const char *const good[] = {"video.view", "a", "A9_-.b", "a.b.c.d", "-", "_._", "1.2"};
	static const char *const bad[] = {"",	".",	 "a.",	".a",  "a..b",	   "a b",	"*",  "a.*",
									  "a*", "a.b.*", "a/b", "a:b", "\xc3\xa4", "a.b\n", "a,b"};
	char text[AUTHZ_PERMISSION_MAX + 3];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
	{
		ok(authz_permission_is_name(good[i]), "name '%s'", good[i]);
		ok(authz_permission_is_pattern(good[i]), "a name is a pattern: '%s'", good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!authz_permission_is_name(bad[i]), "no name, bad[%zu]", i);

	memset(text, 'a', sizeof(text));
	text[AUTHZ_PERMISSION_MAX] = '\0';
	ok(authz_permission_is_name(text), "a name of the greatest length");
	text[AUTHZ_PERMISSION_MAX] = 'a';
	text[AUTHZ_PERMISSION_MAX + 1] = '\0';
	ok(!authz_permission_is_name(text), "a name that is too long");
	memcpy(text + AUTHZ_PERMISSION_MAX, ".*", 3);
	ok(authz_permission_is_pattern(text), "a pattern below a name of the greatest length");
}

static void
patterns(void)
{
	static const char *const good[] = {"*", "a.*", "a.b.*", "video.view"};
	static const char *const bad[] = {"",	  "**", "a*",	"*.a", "a.*.b",
									  "a.**", ".*", "a..*", "*.*", " *"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(authz_permission_is_pattern(good[i]), "pattern '%s'", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!authz_permission_is_pattern(bad[i]), "no pattern '%s'", bad[i]);
}

static void
matching(void)
{
	static const struct
	{
		const char *pattern;
		const char *name;
		bool matches;
		bool explicitly;
	} cases[] = {
		{"*", "video.view", true, false},
		{"*", "video", true, false},
		{"video.*", "video.view", true, false},
		{"video.*", "video.view.hd", true, false},
		{"video.*", "video", false, false},
		{"video.*", "video.", false, false},
		{"video.*", "videos.view", false, false},
		{"video.*", "audio.view", false, false},
		{"a.b.*", "a.b.c", true, false},
		{"a.b.*", "a.b", false, false},
		{"a.b.*", "a.bc", false, false},
		{"a.b.*", "a.c.b", false, false},
		{"video.view", "video.view", true, true},
		{"video.view", "video.view.hd", false, false},
		{"video.view", "video.vie", false, false},
		{"video.view", "Video.view", false, false},
		{"a*", "ab", false, false},
		{"", "a", false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		ok(authz_permission_matches(cases[i].pattern, cases[i].name, false) == cases[i].matches,
		   "'%s' %s '%s'", cases[i].pattern, cases[i].matches ? "matches" : "does not match",
		   cases[i].name);
		ok(authz_permission_matches(cases[i].pattern, cases[i].name, true) == cases[i].explicitly,
		   "'%s' %s an explicit '%s'", cases[i].pattern,
		   cases[i].explicitly ? "matches" : "does not match", cases[i].name);
	}
}

/* covers() against its definition, over all names of up to three words from {a, b}. */
static void
covering(void)
{
	static const char *const words[] = {
		"a",	 "b",		"a.a",	   "a.b",	"b.a", "b.b", "a.a.a", "a.a.b", "a.b.a", "a.b.b",
		"b.a.a", "a.a.a.a", "a.b.a.b", "b.b.b", "c",   "a.c", "a.a.c", "a.b.c", "b.a.c", "b.c"};
	static const char *const all[] = {"*",	   "a",		"b",   "a.*",	"b.*",	 "a.a",	 "a.b",
									  "a.a.*", "a.b.*", "b.a", "b.a.*", "a.b.a", "a.b.b"};
	size_t n = sizeof(all) / sizeof(all[0]);

	for (size_t i = 0; i < n; i++)
	{
		for (size_t k = 0; k < n; k++)
		{
			bool expected = true;

			for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
			{
				if (authz_permission_matches(all[k], words[w], false) &&
					!authz_permission_matches(all[i], words[w], false))
					expected = false;
			}
			ok(authz_permission_covers(all[i], all[k]) == expected, "'%s' %s '%s'", all[i],
			   expected ? "covers" : "does not cover", all[k]);
		}
	}
}

int
main(void)
{
	names();
	patterns();
	matching();
	covering();
	return tap_end();
}
