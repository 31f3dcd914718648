/*
 * fuzz_uri.c
 *	  A URI after a byte that says what it is for: 'w' for an address, 'a' for
 *	  an app's, any other for a name. What is taken, and how it is written, is
 *	  told by regular expressions and by decoding, too.
 */
#include <arpa/inet.h>
#include <regex.h>

#include "pure/uri.h"

#include "fuzz.h"

#define LABEL "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
#define PLAIN "[]A-Za-z0-9._~:/?@!$&'()+,;=[-]"

static regex_t characters; /* of which a URI is made */
static regex_t web;		   /* 2 the host, 6 the port, 7 path and query */
static regex_t app;
static regex_t other;

static void
compile(regex_t *regex, const char *text)
{
	CHECK(regcomp(regex, text, REG_EXTENDED) == 0);
}

static void
prepare(void)
{
	static bool prepared;

	if (prepared)
		return;
	compile(&characters, "^(" PLAIN "|%[0-9A-Fa-f]{2})*$");
	compile(&web, "^(https?)://(" LABEL "(\\." LABEL ")*|\\[[0-9a-f:.]+])"
				  "(:([1-9][0-9]{0,4}))?([/?][^][]*)?$");
	compile(&app, "^" LABEL "(\\." LABEL ")+:/([^][/][^][]*)?$");
	compile(&other, "^[A-Za-z][A-Za-z0-9+.-]*:[^][]+$");
	prepared = true;
}

/* The text with every "%XX" replaced, each backslash a slash. */
static char *
decode(const char *text, bool *control)
{
	char *out = malloc(strlen(text) + 1);
	char *to = out;

	*control = false;
	for (; *text != '\0'; text++)
	{
		char digits[3] = {0};

		*to = *text;
		if (*text == '%')
		{
			memcpy(digits, text + 1, 2);
			*to = (char) strtol(digits, NULL, 16);
			text += 2;
		}
		if ((unsigned char) *to < ' ' || *to == 0x7f || *to == '*')
			*control = true;
		if (*to == '\\')
			*to = '/';
		to++;
	}
	*to = '\0';
	return out;
}

/* Whether a segment of the path, without its parameters, is nothing but one or two dots. */
static bool
dots(const char *rest)
{
	size_t length = strcspn(rest, "?");
	char *path = strndup(rest, length);
	bool control;
	char *decoded = decode(path, &control);
	bool found = false;
	char *save = NULL;

	for (char *part = strtok_r(decoded, "/", &save); part != NULL;
		 part = strtok_r(NULL, "/", &save))
	{
		part[strcspn(part, ";")] = '\0';
		found = found || strcmp(part, ".") == 0 || strcmp(part, "..") == 0;
	}
	free(path);
	free(decoded);
	return found;
}

/* Whether the host is one, and, where it must be, this machine. */
static bool
is_host(char *host, bool loopback)
{
	uint8_t address[16];
	char *last = strrchr(host, '.') == NULL ? host : strrchr(host, '.') + 1;

	if (strlen(host) > 253 && host[0] != '[')
		return false;
	if (host[0] == '[')
	{
		host[strlen(host) - 1] = '\0';
		return inet_pton(AF_INET6, host + 1, address) == 1 &&
			   (!loopback || memcmp(address, (uint8_t[16]){[15] = 1}, 16) == 0);
	}
	if (strspn(last, "0123456789") == strlen(last) || strncmp(last, "0x", 2) == 0)
		return inet_pton(AF_INET, host, address) == 1 && (!loopback || address[0] == 127);
	return !loopback || strcmp(host, "localhost") == 0;
}

static char *
part(const char *text, regmatch_t match)
{
	return match.rm_so < 0 ? strdup("")
						   : strndup(text + match.rm_so, (size_t) (match.rm_eo - match.rm_so));
}

/* With scheme and authority in lower case. */
static bool
is_web(const char *text, AuthzUriKind kind)
{
	regmatch_t match[10];
	char *host;
	char *port;
	char *rest;
	bool good;

	if (regexec(&web, text, 10, match, 0) != 0)
		return false;
	host = part(text, match[2]);
	port = part(text, match[7]);
	rest = part(text, match[8]);
	good = is_host(host, kind != AUTHZ_URI_NAME && text[4] == ':') && atoi(port) <= 65535 &&
		   !dots(rest);
	free(host);
	free(port);
	free(rest);
	return good;
}

static void
lower(char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] >= 'A' && text[i] <= 'Z')
			text[i] += 'a' - 'A';
	}
}

/* Writes the text over as it should be written. */
static bool
is_good(char *text, AuthzUriKind kind)
{
	size_t scheme = strcspn(text, ":");
	size_t authority = scheme + 3;
	bool control;

	if (strlen(text) > (kind == AUTHZ_URI_NAME ? AUTHZ_URI_NAME_MAX : AUTHZ_URI_MAX) ||
		regexec(&characters, text, 0, NULL, 0) != 0)
		return false;
	free(decode(text, &control));
	if (control || text[scheme] == '\0')
		return false;

	lower(text, scheme);
	if (strncmp(text, "http:", 5) == 0 || strncmp(text, "https:", 6) == 0)
	{
		if (strncmp(text + scheme, "://", 3) != 0)
			return false;
		lower(text + authority, strcspn(text + authority, "/?"));
		return is_web(text, kind);
	}
	if (kind == AUTHZ_URI_APP)
		return text[0] >= 'a' && text[0] <= 'z' && regexec(&app, text, 0, NULL, 0) == 0 &&
			   !dots(text + scheme + 1);
	return kind == AUTHZ_URI_NAME && regexec(&other, text, 0, NULL, 0) == 0 &&
		   !dots(text + scheme + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char out[AUTHZ_URI_MAX + 1];
	static char again[AUTHZ_URI_MAX + 1];
	AuthzUriKind kind;
	AuthzUriResult result;
	char *text;
	char *expected;

	if (size == 0)
		return 0;
	prepare();
	kind = data[0] == 'w' ? AUTHZ_URI_WEB : data[0] == 'a' ? AUTHZ_URI_APP : AUTHZ_URI_NAME;
	data++;
	size--;
	if (size > 0 && memchr(data, '\0', size) != NULL)
	{
		CHECK(authz_uri_read((const char *) data, size, kind, out) != AUTHZ_URI_OK);
		return 0;
	}
	text = next_string(&data, &size, '\0');
	expected = strdup(text);
	result = authz_uri_read(text, strlen(text), kind, out);
	CHECK((result == AUTHZ_URI_OK) == is_good(expected, kind));
	if (result == AUTHZ_URI_OK)
	{
		CHECK(strcmp(out, kind == AUTHZ_URI_NAME ? text : expected) == 0);
		CHECK(authz_uri_read(out, strlen(out), kind, again) == AUTHZ_URI_OK);
		CHECK(strcmp(out, again) == 0);
		CHECK(kind != AUTHZ_URI_WEB ||
			  authz_uri_read(text, strlen(text), AUTHZ_URI_APP, again) == AUTHZ_URI_OK);
	}
	free(text);
	free(expected);
	return 0;
}
