/*
 * permission.c
 *	  Names of permissions and the patterns by which roles allow them.
 */
#include <string.h>

#include "pure/permission.h"

/* Written out: what is a letter must not depend on the server's locale. */
static bool
is_word_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
		   c == '-';
}

static bool
is_name(const char *text, size_t length)
{
	bool in_word = false;

	if (length > AUTHZ_PERMISSION_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
	{
		if (is_word_character(text[i]))
			in_word = true;
		else if (text[i] == '.' && in_word)
			in_word = false;
		else
			return false;
	}
	return in_word;
}

/* Whether the pattern is 'a.b.*'; then *prefix is the length of 'a.b.'. */
static bool
is_subtree(const char *pattern, size_t *prefix)
{
	size_t length = strlen(pattern);

	if (length < 3 || pattern[length - 1] != '*' || pattern[length - 2] != '.')
		return false;
	*prefix = length - 1;
	return true;
}

bool
authz_permission_is_name(const char *name)
{
	return is_name(name, strlen(name));
}

bool
authz_permission_is_pattern(const char *pattern)
{
	size_t prefix;

	if (strcmp(pattern, "*") == 0)
		return true;
	if (is_subtree(pattern, &prefix))
		return is_name(pattern, prefix - 1);
	return authz_permission_is_name(pattern);
}

bool
authz_permission_matches(const char *pattern, const char *name, bool explicit_only)
{
	size_t prefix;

	if (strcmp(pattern, name) == 0)
		return true;
	if (explicit_only)
		return false;
	if (strcmp(pattern, "*") == 0)
		return true;
	return is_subtree(pattern, &prefix) && strncmp(pattern, name, prefix) == 0 &&
		   name[prefix] != '\0';
}

/* A pattern lies below another exactly as the names lie that it matches. */
bool
authz_permission_covers(const char *wider, const char *narrower)
{
	return authz_permission_matches(wider, narrower, false);
}
