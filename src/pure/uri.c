/*
 * uri.c
 *	  URIs that an application registers.
 *
 * Written out by hand: libraries that follow URIs accept what they can repair,
 * and what one repairs in another way than the next is an open redirect.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>

#include "pure/uri.h"

#define HOST_MAX 253
#define LABEL_MAX 63

typedef struct Text
{
	const char *at;
	const char *end;
} Text;

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
}

static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that "%XX" stands for; -1 when it does not. */
static int
encoded(const char *at, const char *end)
{
	int high = end - at < 3 ? -1 : hex_value(at[1]);
	int low = high < 0 ? -1 : hex_value(at[2]);

	return low < 0 ? -1 : high << 4 | low;
}

static bool
equals(Text text, const char *other)
{
	size_t length = strlen(other);

	return (size_t) (text.end - text.at) == length && memcmp(text.at, other, length) == 0;
}

/* What no URI has anywhere, whatever its parts. */
static AuthzUriResult
check_characters(Text text)
{
	for (const char *c = text.at; c < text.end; c++)
	{
		int byte = *c == '%' ? encoded(c, text.end) : *c;

		if (*c <= ' ' || *c > '~' || strchr("\"<>\\^`{|}", *c) != NULL || byte < ' ' ||
			byte == 0x7f)
			return AUTHZ_URI_CHARACTER;
		if (*c == '#')
			return AUTHZ_URI_FRAGMENT;
		if (byte == '*')
			return AUTHZ_URI_WILDCARD;
	}
	return AUTHZ_URI_OK;
}

/* Up to the first of these characters, or the end; text begins there afterwards. */
static Text
take_until(Text *text, const char *stops)
{
	Text part = {text->at, text->at};

	while (part.end < text->end && strchr(stops, *part.end) == NULL)
		part.end++;
	text->at = part.end;
	return part;
}

/* scheme ":" */
static bool
take_scheme(Text *text, Text *scheme)
{
	*scheme = take_until(text, ":/?[]@");
	if (text->at == text->end || *text->at != ':' || scheme->at == scheme->end ||
		!is_letter(*scheme->at))
		return false;
	for (const char *c = scheme->at; c < scheme->end; c++)
	{
		if (!is_letter(*c) && !is_digit(*c) && strchr("+-.", *c) == NULL)
			return false;
	}
	text->at++;
	return true;
}

/* One label of a name: letters, digits and inner hyphens. */
static bool
is_label(Text label)
{
	if (label.at == label.end || label.end - label.at > LABEL_MAX || *label.at == '-' ||
		label.end[-1] == '-')
		return false;
	for (const char *c = label.at; c < label.end; c++)
	{
		if (!is_letter(*c) && !is_digit(*c) && *c != '-')
			return false;
	}
	return true;
}

/* Labels and how many there are; 0 for anything else. The last one is left in *last. */
static int
count_labels(Text name, Text *last)
{
	int labels = 0;

	for (;;)
	{
		*last = take_until(&name, ".");
		if (!is_label(*last))
			return 0;
		labels++;
		if (name.at == name.end)
			return labels;
		name.at++;
	}
}

/* Resolvers take a last label like this for a number, and the name for an address. */
static bool
is_numeric(Text label)
{
	const char *c = label.at;

	if (label.end - c >= 2 && c[0] == '0' && (c[1] == 'x' || c[1] == 'X'))
		return true;
	while (c < label.end && is_digit(*c))
		c++;
	return c == label.end;
}

/* An address in brackets or four decimal numbers; NUL-terminated for the library. */
static bool
is_address(int family, Text text, uint8_t address[16])
{
	char copy[INET6_ADDRSTRLEN];
	size_t length = (size_t) (text.end - text.at);

	if (length >= sizeof(copy))
		return false;
	memcpy(copy, text.at, length);
	copy[length] = '\0';
	return inet_pton(family, copy, address) == 1;
}

static bool
read_host(Text host, bool *loopback)
{
	static const uint8_t own[16] = {[15] = 1};
	uint8_t address[16];
	Text last;
	int labels;

	*loopback = false;
	if (host.at < host.end && *host.at == '[')
	{
		Text inner = {host.at + 1, host.end - 1};

		if (host.end - host.at < 2 || host.end[-1] != ']' || !is_address(AF_INET6, inner, address))
			return false;
		*loopback = memcmp(address, own, sizeof(own)) == 0;
		return true;
	}
	labels = host.end - host.at > HOST_MAX ? 0 : count_labels(host, &last);
	if (labels == 0)
		return false;
	if (!is_numeric(last))
	{
		*loopback = equals(host, "localhost");
		return true;
	}
	if (!is_address(AF_INET, host, address))
		return false;
	*loopback = address[0] == 127;
	return true;
}

/* Decimal, 1 to 65535, written in one way only. */
static bool
is_port(Text port)
{
	int number = 0;

	if (port.at == port.end || port.end - port.at > 5 || *port.at == '0')
		return false;
	for (const char *c = port.at; c < port.end; c++)
	{
		if (!is_digit(*c))
			return false;
		number = number * 10 + (*c - '0');
	}
	return number <= UINT16_MAX;
}

/* host [":" port], in lower case afterwards. */
static AuthzUriResult
read_authority(Text authority, char *out, bool *loopback)
{
	Text host;
	Text rest = authority;

	if (memchr(authority.at, '@', (size_t) (authority.end - authority.at)) != NULL)
		return AUTHZ_URI_USER;
	if (rest.at < rest.end && *rest.at == '[')
	{
		host = take_until(&rest, "]");
		if (rest.at == rest.end)
			return AUTHZ_URI_HOST;
		host.end = ++rest.at;
	}
	else
		host = take_until(&rest, ":");
	if (rest.at < rest.end && (*rest.at != ':' || !is_port((Text){rest.at + 1, rest.end})))
		return *rest.at == ':' ? AUTHZ_URI_PORT : AUTHZ_URI_HOST;
	for (const char *c = host.at; c < host.end; c++)
		*out++ = lower(*c);
	return read_host((Text){out - (host.end - host.at), out}, loopback) ? AUTHZ_URI_OK
																		: AUTHZ_URI_HOST;
}

/* The next character of a path as the most lenient server would read it. */
static char
next_character(Text *path)
{
	int byte = *path->at == '%' ? encoded(path->at, path->end) : *path->at;

	path->at += *path->at == '%' ? 3 : 1;
	return byte == '\\' ? '/' : (char) byte;
}

/* Whether there is "." or ".." between two slashes, or before a segment's ';'. */
static bool
has_dot_segment(Text path)
{
	int dots = 0; /* the segment so far, -1 when it is more than dots */

	while (path.at < path.end)
	{
		char c = next_character(&path);

		if ((c == '/' || c == ';') && (dots == 1 || dots == 2))
			return true;
		if (c == '/')
			dots = 0;
		else
			dots = c == '.' && dots >= 0 ? dots + 1 : -1;
	}
	return dots == 1 || dots == 2;
}

/* ["/" path] ["?" query], without what only an address in brackets has. */
static AuthzUriResult
check_path(Text text)
{
	Text path = take_until(&text, "?");

	for (const char *c = path.at; c < text.end; c++)
	{
		if (*c == '[' || *c == ']')
			return AUTHZ_URI_CHARACTER;
	}
	return has_dot_segment(path) ? AUTHZ_URI_DOT_SEGMENT : AUTHZ_URI_OK;
}

/* A domain of the app's own makes its scheme, reversed: two labels or more. */
static AuthzUriResult
read_app(Text scheme, Text text)
{
	Text last;

	if (count_labels(scheme, &last) < 2)
		return AUTHZ_URI_SCHEME;
	if (text.at[0] != '/' || (text.end - text.at > 1 && text.at[1] == '/'))
		return AUTHZ_URI_RELATIVE;
	return check_path(text);
}

/* "//" authority, path and query. */
static AuthzUriResult
read_web(Text text, bool anywhere, char *out)
{
	AuthzUriResult result;
	Text authority;
	bool loopback;
	const char *start = text.at;

	if (text.end - text.at < 2 || text.at[0] != '/' || text.at[1] != '/')
		return AUTHZ_URI_RELATIVE;
	text.at += 2;
	authority = take_until(&text, "/?");
	result = read_authority(authority, out + (authority.at - start), &loopback);
	if (result != AUTHZ_URI_OK)
		return result;
	return anywhere || loopback ? check_path(text) : AUTHZ_URI_INSECURE;
}

/* What follows the ':' of a scheme in lower case. */
static AuthzUriResult
read_rest(Text scheme, Text text, AuthzUriKind kind, char *out)
{
	bool encrypted = equals(scheme, "https");

	if (text.at == text.end)
		return AUTHZ_URI_RELATIVE;
	if (encrypted || equals(scheme, "http"))
		return read_web(text, encrypted || kind == AUTHZ_URI_NAME, out);
	switch (kind)
	{
		case AUTHZ_URI_WEB:
			break;
		case AUTHZ_URI_APP:
			return read_app(scheme, text);
		case AUTHZ_URI_NAME:
			return check_path(text);
	}
	return AUTHZ_URI_SCHEME;
}

AuthzUriResult
authz_uri_read(const char *uri, size_t length, AuthzUriKind kind, char *out)
{
	Text text = {uri, uri + length};
	Text scheme;
	AuthzUriResult result;
	char *end = out;

	if (length == 0 || length > (kind == AUTHZ_URI_NAME ? AUTHZ_URI_NAME_MAX : AUTHZ_URI_MAX))
		return AUTHZ_URI_LENGTH;
	result = check_characters(text);
	if (result != AUTHZ_URI_OK)
		return result;
	if (!take_scheme(&text, &scheme))
		return AUTHZ_URI_RELATIVE;

	memcpy(out, uri, length);
	out[length] = '\0';
	for (const char *c = scheme.at; c < scheme.end; c++)
		*end++ = lower(*c);
	result = read_rest((Text){out, end}, text, kind, end + 1);
	if (kind == AUTHZ_URI_NAME)
		memcpy(out, uri, length);
	return result;
}
