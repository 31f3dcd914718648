/*
 * test_uri.c
 *	  Which URIs may be registered, and how they are then written.
 */
#include "pure/uri.h"

#include "tap.h"

static char out[AUTHZ_URI_MAX + 1];

static AuthzUriResult
read_as(AuthzUriKind kind, const char *text)
{
	return authz_uri_read(text, strlen(text), kind, out);
}

/* Taken, and taken again as it was written. */
static void
taken(AuthzUriKind kind, const char *text, const char *written)
{
	char first[AUTHZ_URI_MAX + 1];

	if (!ok(read_as(kind, text) == AUTHZ_URI_OK, "taken: %s", text))
		return;
	is_text(out, written, "written");
	strcpy(first, out);
	ok(read_as(kind, first) == AUTHZ_URI_OK && strcmp(out, first) == 0, "written again");
}

/* The text without what would disturb the report. */
static const char *
visible(const char *text)
{
	static char copy[100];
	size_t i = 0;

	for (; text[i] != '\0' && i < sizeof(copy) - 1; i++)
		copy[i] = text[i] < ' ' || text[i] > '~' || text[i] == '#' ? '?' : text[i];
	copy[i] = '\0';
	return copy;
}

static void
refused(AuthzUriKind kind, const char *text, AuthzUriResult reason)
{
	is_number(read_as(kind, text), reason, visible(text));
}

static void
web(void)
{
	static const char *const as_they_are[] = {
		"https://app.example.org/callback",
		"https://app.example.org",
		"https://app.example.org/",
		"https://app.example.org?x=/../y",
		"https://app.example.org:8443/cb?tenant=1&next=%2Fhome",
		"https://intranet/cb",
		"https://xn--bcher-kva.example/cb",
		"https://192.0.2.7/cb",
		"https://[2001:db8::7]:8443/cb",
		"https://3com.example/cb",
		"https://a-b.example/~u/a.b/..c/.d/e./...",
		"https://app.example.org/a//b",
		"https://app.example.org/%C3%A4/%20!$&'()+,;=:@",
		"http://127.0.0.1/cb",
		"http://127.8.9.10:49152/cb",
		"http://[::1]/cb",
		"http://[::1]:1/cb",
		"http://localhost:65535/cb",
	};

	for (size_t i = 0; i < sizeof(as_they_are) / sizeof(as_they_are[0]); i++)
		taken(AUTHZ_URI_WEB, as_they_are[i], as_they_are[i]);
	taken(AUTHZ_URI_WEB, "HTTPS://App.Example.ORG:443/CallBack?Q",
		  "https://app.example.org:443/CallBack?Q");
	taken(AUTHZ_URI_WEB, "Http://LocalHost/CB", "http://localhost/CB");
	taken(AUTHZ_URI_WEB, "https://[2001:DB8::A]/A", "https://[2001:db8::a]/A");
	taken(AUTHZ_URI_WEB, "http://[0:0::0:1]/", "http://[0:0::0:1]/");
}

static void
web_refused(void)
{
	static const struct
	{
		const char *text;
		AuthzUriResult reason;
	} cases[] = {
		{"", AUTHZ_URI_LENGTH},

		{"/callback", AUTHZ_URI_RELATIVE},
		{"//app.example.org/cb", AUTHZ_URI_RELATIVE},
		{"app.example.org/cb", AUTHZ_URI_RELATIVE},
		{"https:", AUTHZ_URI_RELATIVE},
		{"https:/app.example.org/cb", AUTHZ_URI_RELATIVE},
		{"https:app.example.org", AUTHZ_URI_RELATIVE},
		{":https://a.example", AUTHZ_URI_RELATIVE},
		{"1https://a.example", AUTHZ_URI_RELATIVE},
		{"ht_tps://a.example", AUTHZ_URI_RELATIVE},

		{"app.example.org:8443/cb", AUTHZ_URI_SCHEME},
		{"javascript:alert(1)", AUTHZ_URI_SCHEME},
		{"data:text/html,x", AUTHZ_URI_SCHEME},
		{"ftp://a.example/", AUTHZ_URI_SCHEME},
		{"httpss://a.example/", AUTHZ_URI_SCHEME},
		{"urn:ietf:wg:oauth:2.0:oob", AUTHZ_URI_SCHEME},
		{"com.example.app:/cb", AUTHZ_URI_SCHEME},

		{"http://app.example.org/cb", AUTHZ_URI_INSECURE},
		{"http://127.0.0.1.example.org/cb", AUTHZ_URI_INSECURE},
		{"http://localhost.example.org/cb", AUTHZ_URI_INSECURE},
		{"http://example.localhost/cb", AUTHZ_URI_INSECURE},
		{"http://128.0.0.1/cb", AUTHZ_URI_INSECURE},
		{"http://0.0.0.0/cb", AUTHZ_URI_INSECURE},
		{"http://[::]/cb", AUTHZ_URI_INSECURE},
		{"http://[::2]/cb", AUTHZ_URI_INSECURE},
		{"http://[::ffff:127.0.0.1]/cb", AUTHZ_URI_INSECURE},

		{"https://a.example/cb#", AUTHZ_URI_FRAGMENT},
		{"https://a.example/cb#x", AUTHZ_URI_FRAGMENT},
		{"https://a.example#@b.example/", AUTHZ_URI_FRAGMENT},

		{"https://*.example.org/cb", AUTHZ_URI_WILDCARD},
		{"https://a.example/*", AUTHZ_URI_WILDCARD},
		{"https://a.example/cb?*", AUTHZ_URI_WILDCARD},
		{"https://a.example/%2A", AUTHZ_URI_WILDCARD},
		{"https://a.example/cb?x=%2a", AUTHZ_URI_WILDCARD},
		{"*", AUTHZ_URI_WILDCARD},

		{"https://user@a.example/cb", AUTHZ_URI_USER},
		{"https://user:secret@a.example/cb", AUTHZ_URI_USER},
		{"https://@a.example/cb", AUTHZ_URI_USER},
		{"https://a.example:443@b.example/cb", AUTHZ_URI_USER},
		{"http://localhost:80@b.example/cb", AUTHZ_URI_USER},

		{"https://a.example/c b", AUTHZ_URI_CHARACTER},
		{"https://a.example/cb ", AUTHZ_URI_CHARACTER},
		{" https://a.example/cb", AUTHZ_URI_CHARACTER},
		{"https://a.example/\t", AUTHZ_URI_CHARACTER},
		{"https://a.example/\r\nSet-Cookie:x", AUTHZ_URI_CHARACTER},
		{"https://a.example/\x7f", AUTHZ_URI_CHARACTER},
		{"https://a.example/\xc3\xa4", AUTHZ_URI_CHARACTER},
		{"https://\xd0\xb0pple.example/", AUTHZ_URI_CHARACTER},
		{"https://a.example\\@b.example/", AUTHZ_URI_CHARACTER},
		{"https:\\\\a.example", AUTHZ_URI_CHARACTER},
		{"https://a.example/<x>", AUTHZ_URI_CHARACTER},
		{"https://a.example/\"", AUTHZ_URI_CHARACTER},
		{"https://a.example/{id}", AUTHZ_URI_CHARACTER},
		{"https://a.example/|", AUTHZ_URI_CHARACTER},
		{"https://a.example/^`", AUTHZ_URI_CHARACTER},
		{"https://a.example/[x]", AUTHZ_URI_CHARACTER},
		{"https://a.example/x]", AUTHZ_URI_CHARACTER},
		{"https://a.example/?x[]=1", AUTHZ_URI_CHARACTER},
		{"https://a.example/%", AUTHZ_URI_CHARACTER},
		{"https://a.example/%4", AUTHZ_URI_CHARACTER},
		{"https://a.example/%4g", AUTHZ_URI_CHARACTER},
		{"https://a.example/%00", AUTHZ_URI_CHARACTER},
		{"https://a.example/%0d%0A", AUTHZ_URI_CHARACTER},
		{"https://a.example/?x=%7F", AUTHZ_URI_CHARACTER},

		{"https://", AUTHZ_URI_HOST},
		{"https:///cb", AUTHZ_URI_HOST},
		{"https://?x", AUTHZ_URI_HOST},
		{"https://:443/", AUTHZ_URI_HOST},
		{"https://a..example/", AUTHZ_URI_HOST},
		{"https://.example/", AUTHZ_URI_HOST},
		{"https://a.example./", AUTHZ_URI_HOST},
		{"https://-a.example/", AUTHZ_URI_HOST},
		{"https://a-.example/", AUTHZ_URI_HOST},
		{"https://a_b.example/", AUTHZ_URI_HOST},
		{"https://%61.example/", AUTHZ_URI_HOST},
		{"https://a.example,b.example/", AUTHZ_URI_HOST},
		{"http://127.1/", AUTHZ_URI_HOST},
		{"http://2130706433/", AUTHZ_URI_HOST},
		{"http://0x7f.0.0.1/", AUTHZ_URI_HOST},
		{"http://127.0.0.0x1/", AUTHZ_URI_HOST},
		{"https://example.0x10/", AUTHZ_URI_HOST},
		{"https://example.1/", AUTHZ_URI_HOST},
		{"http://127.0.0.01/", AUTHZ_URI_HOST},
		{"http://127.0.0.256/", AUTHZ_URI_HOST},
		{"http://127.0.0.1.1/", AUTHZ_URI_HOST},
		{"https://[::1/", AUTHZ_URI_HOST},
		{"https://[/", AUTHZ_URI_HOST},
		{"https://[]/", AUTHZ_URI_HOST},
		{"https://[:::1]/", AUTHZ_URI_HOST},
		{"https://[fe80::1%25eth0]/", AUTHZ_URI_HOST},
		{"https://[v1.x]/", AUTHZ_URI_HOST},
		{"https://[0000:0000:0000:0000:0000:ffff:0127.0000.0000.0001]/", AUTHZ_URI_HOST},
		{"https://[127.0.0.1]/", AUTHZ_URI_HOST},
		{"https://[::1]x/", AUTHZ_URI_HOST},
		{"https://x[::1]/", AUTHZ_URI_PORT},
		{"https://::1/", AUTHZ_URI_PORT},

		{"https://a.example:/", AUTHZ_URI_PORT},
		{"https://a.example:0/", AUTHZ_URI_PORT},
		{"https://a.example:080/", AUTHZ_URI_PORT},
		{"https://a.example:65536/", AUTHZ_URI_PORT},
		{"https://a.example:123456/", AUTHZ_URI_PORT},
		{"https://a.example:-1/", AUTHZ_URI_PORT},
		{"https://a.example:8o/", AUTHZ_URI_PORT},
		{"https://a.example:1:2/", AUTHZ_URI_PORT},
		{"https://[::1]:/", AUTHZ_URI_PORT},

		{"https://a.example/..", AUTHZ_URI_DOT_SEGMENT},
		{"https://a.example/.", AUTHZ_URI_DOT_SEGMENT},
		{"https://a.example/./cb", AUTHZ_URI_DOT_SEGMENT},
		{"https://a.example/cb/../x", AUTHZ_URI_DOT_SEGMENT},
		{"https://a.example/cb/%2e%2E/x", AUTHZ_URI_DOT_SEGMENT},
		{"https://a.example/cb/.%2e?x", AUTHZ_URI_DOT_SEGMENT},
		{"https://a.example/cb%2f..%2Fx", AUTHZ_URI_DOT_SEGMENT},
		{"https://a.example/cb%5c..%5Cx", AUTHZ_URI_DOT_SEGMENT},
		{"https://a.example/cb/..;a=b/x", AUTHZ_URI_DOT_SEGMENT},
		{"https://a.example/cb/..%3Bx", AUTHZ_URI_DOT_SEGMENT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		refused(AUTHZ_URI_WEB, cases[i].text, cases[i].reason);
		ok(read_as(AUTHZ_URI_APP, cases[i].text) != AUTHZ_URI_OK ||
			   strcmp(cases[i].text, "com.example.app:/cb") == 0,
		   "nor for an app");
	}
	is_number(authz_uri_read("https://a.example/\0b", 20, AUTHZ_URI_WEB, out), AUTHZ_URI_CHARACTER,
			  "a NUL in between");
}

/* A scheme is an app's own where it is a domain of its maker's, backwards. */
static void
app(void)
{
	static const char *const bad[] = {
		"app:/cb",		   "com.example.app:cb",   "com.example.app:",
		"com..app:/cb",	   "com.example.app://cb", ".com.app:/cb",
		"com.-x.app:/cb",  "com.x-.app:/cb",	   "com.example.:/cb",
		"com+x.app:/cb",   "com.example.app:?x",   "com_x.app:/cb",
		"com.x.app:/a/..", "com.x.app:/a[b]",	   "9com.example:/cb"};

	taken(AUTHZ_URI_APP, "com.example.app:/oauth2redirect/provider",
		  "com.example.app:/oauth2redirect/provider");
	taken(AUTHZ_URI_APP, "Com.Example.App:/CallBack?x=Y", "com.example.app:/CallBack?x=Y");
	taken(AUTHZ_URI_APP, "org.3-2.x:/", "org.3-2.x:/");
	taken(AUTHZ_URI_APP, "https://app.example.org/cb", "https://app.example.org/cb");
	taken(AUTHZ_URI_APP, "http://127.0.0.1:49152/", "http://127.0.0.1:49152/");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(read_as(AUTHZ_URI_APP, bad[i]) != AUTHZ_URI_OK, "not an app's: %s", bad[i]);
	refused(AUTHZ_URI_APP, "myapp:/cb", AUTHZ_URI_SCHEME);
	refused(AUTHZ_URI_APP, "com.example.app://cb", AUTHZ_URI_RELATIVE);
	refused(AUTHZ_URI_WEB, "com.example.app:/cb", AUTHZ_URI_SCHEME);
}

/* Names are compared as they are and never followed. */
static void
name(void)
{
	static const char *const good[] = {"https://SP.example.org/Metadata",
									   "http://sp.example.org/metadata",
									   "urn:example:SP:1",
									   "spn:0f8fad5b-d9cb-469f-a165-70867728950e",
									   "api://app.example.org/x",
									   "x:y"};
	static const char *const bad[] = {"",		  "sp",			  "sp.example.org",
									  "/sp",	  "urn:",		  "urn:a b",
									  "urn:a#b",  "urn:a*",		  "http://u@sp/",
									  "http://",  "urn:a\xc3",	  "urn:a%zz",
									  "https:sp", "http://a..b/", "urn:a[b]"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		taken(AUTHZ_URI_NAME, good[i], good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(read_as(AUTHZ_URI_NAME, bad[i]) != AUTHZ_URI_OK, "no name: '%s'", visible(bad[i]));
}

static void
lengths(void)
{
	char text[AUTHZ_URI_MAX + 2];
	char host[300] = "https://";

	memset(text, 'a', sizeof(text));
	memcpy(text, "https://a.example/", 18);
	is_number(authz_uri_read(text, AUTHZ_URI_MAX, AUTHZ_URI_WEB, out), AUTHZ_URI_OK,
			  "the longest address");
	is_number((long long) strlen(out), AUTHZ_URI_MAX, "all of it");
	is_number(authz_uri_read(text, AUTHZ_URI_MAX + 1, AUTHZ_URI_WEB, out), AUTHZ_URI_LENGTH,
			  "a longer one");
	is_number(authz_uri_read(text, AUTHZ_URI_NAME_MAX, AUTHZ_URI_NAME, out), AUTHZ_URI_OK,
			  "the longest name");
	is_number(authz_uri_read(text, AUTHZ_URI_NAME_MAX + 1, AUTHZ_URI_NAME, out), AUTHZ_URI_LENGTH,
			  "a longer one");

	memset(host + 8, 'a', 63);
	refused(AUTHZ_URI_WEB, host, AUTHZ_URI_OK);
	host[8 + 63] = 'a';
	refused(AUTHZ_URI_WEB, host, AUTHZ_URI_HOST);
	for (size_t i = 0; i < 253; i++)
		host[8 + i] = i % 2 == 0 ? 'a' : '.';
	refused(AUTHZ_URI_WEB, host, AUTHZ_URI_OK);
	strcpy(host + 8 + 253, "a");
	refused(AUTHZ_URI_WEB, host, AUTHZ_URI_HOST);
}

int
main(void)
{
	web();
	web_refused();
	app();
	name();
	lengths();
	return tap_end();
}
