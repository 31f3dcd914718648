/*
 * path.c
 *	  Paths of requests, and patterns of them.
 */
#include <string.h>

#include "pure/path.h"

/* The value of an upper-case hex digit, -1 for anything else. */
static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* What stands for itself wherever it is, so that only a disguise encodes it (RFC 3986, 2.3). */
static bool
is_unreserved(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		   (c > 0 && strchr("-._~", c) != NULL);
}

/* A byte that is encoded, and is nothing that some server takes for a separator or an end. */
static bool
is_escape(const char *text, size_t length)
{
	int high = length < 3 ? -1 : hex_value(text[1]);
	int low = high < 0 ? -1 : hex_value(text[2]);
	int byte = high * 16 + low;

	return low >= 0 && byte >= ' ' && byte != 0x7f && !is_unreserved(byte) &&
		   strchr("/\\%", byte) == NULL;
}

static bool
is_segment(const char *text, size_t length)
{
	if (length == 0 || (text[0] == '.' && (length == 1 || (length == 2 && text[1] == '.'))))
		return false;
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] <= ' ' || text[i] > '~' || strchr("?#\\", text[i]) != NULL)
			return false;
		if (text[i] == '%' && !is_escape(text + i, length - i))
			return false;
	}
	return true;
}

bool
authz_path_is_canonical(const char *path, size_t length)
{
	const char *end = path + length;

	if (length == 0 || path[0] != '/')
		return false;
	for (path++; path < end;)
	{
		const char *slash = memchr(path, '/', (size_t) (end - path));
		const char *segment_end = slash == NULL ? end : slash;

		if (!is_segment(path, (size_t) (segment_end - path)))
			return false;
		path = slash == NULL ? end : slash + 1;
	}
	return true;
}

static bool
ends_in_star(const char *pattern, size_t length)
{
	return length > 0 && pattern[length - 1] == '*';
}

bool
authz_path_is_pattern(const char *pattern, size_t length)
{
	size_t fixed = ends_in_star(pattern, length) ? length - 1 : length;

	/* A star elsewhere would be a character like others, and look like more. */
	return length > 0 && memchr(pattern, '*', fixed) == NULL &&
		   authz_path_is_canonical(pattern, fixed);
}

bool
authz_path_matches(const char *pattern, size_t pattern_length, const char *path, size_t length)
{
	size_t fixed;

	if (!authz_path_is_pattern(pattern, pattern_length) || !authz_path_is_canonical(path, length))
		return false;
	if (!ends_in_star(pattern, pattern_length))
		return pattern_length == length && memcmp(pattern, path, length) == 0;
	fixed = pattern_length - 1;
	if (length < fixed || memcmp(pattern, path, fixed) != 0)
		return false;
	return length == fixed || pattern[fixed - 1] == '/' || path[fixed] == '/';
}
