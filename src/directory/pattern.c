/*
 * pattern.c
 *	  Filters and names with a place for what the user typed.
 */
#include <string.h>

#include "directory/dn.h"
#include "directory/pattern.h"
#include "directory/text.h"

/* Filters within filters; each takes a frame of the stack. */
#define DEPTH_MAX 32

/* A filter that is read, and what is looked for in it. */
typedef struct Reader
{
	const char *at;
	const char *token;
	size_t token_length; /* 0 for none */
	bool whole;			 /* the token stands for filters, not in values */
	size_t tokens;
	AuthzPatternResult result;

	/* The comparison that authz_filter_pattern_attribute asks for. */
	const char *attribute;
	size_t attribute_length;
	const char *value;
	size_t value_length;
} Reader;

static bool read_filter(Reader *reader, int depth);

static bool
fail(Reader *reader, AuthzPatternResult result)
{
	if (reader->result == AUTHZ_PATTERN_OK)
		reader->result = result;
	return false;
}

static bool
at_token(const Reader *reader)
{
	return reader->token_length > 0 &&
		   strncmp(reader->at, reader->token, reader->token_length) == 0;
}

static bool
is_letter(char c)
{
	c = authz_text_lower(c);
	return c >= 'a' && c <= 'z';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* An attribute's name with options: 'cn;lang-de'. */
static size_t
description_length(const char *text)
{
	size_t n = authz_text_name_length(text);

	while (n > 0 && text[n] == ';' && (is_letter(text[n + 1]) || is_digit(text[n + 1])))
	{
		n++;
		while (is_letter(text[n]) || is_digit(text[n]) || text[n] == '-')
			n++;
	}
	return n;
}

bool
authz_attribute_is_name(const char *name)
{
	size_t length = authz_text_name_length(name);

	return length > 0 && length <= 128 && name[length] == '\0';
}

/* '=', '~=', '>=', '<=', or ':dn:rule:=' with one of the two; *equality for the first. */
static bool
read_operator(Reader *reader, bool any_name, bool *equality)
{
	*equality = *reader->at == '=' && any_name;
	if (*reader->at == ':')
	{
		bool rule = false;

		if (strncmp(reader->at, ":dn", 3) == 0 && reader->at[3] == ':')
			reader->at += 3;
		if (reader->at[1] != '=')
		{
			size_t length = authz_text_name_length(reader->at + 1);

			rule = length > 0;
			reader->at += 1 + length;
		}
		if (*reader->at++ != ':' || (!rule && !any_name))
			return fail(reader, AUTHZ_PATTERN_MALFORMED);
	}
	else if (!any_name)
		return fail(reader, AUTHZ_PATTERN_MALFORMED);
	else if (*reader->at == '~' || *reader->at == '>' || *reader->at == '<')
		reader->at++;
	return *reader->at++ == '=' || fail(reader, AUTHZ_PATTERN_MALFORMED);
}

/* Up to the closing parenthesis. */
static bool
read_value(Reader *reader, bool *has_token, bool *plain)
{
	*has_token = false;
	*plain = true;
	while (*reader->at != ')')
	{
		if (at_token(reader))
		{
			if (reader->whole)
				return fail(reader, AUTHZ_PATTERN_MISPLACED);
			*plain = *plain && !*has_token;
			*has_token = true;
			reader->tokens++;
			reader->at += reader->token_length;
		}
		else if (strncmp(reader->at, "@@", 2) == 0)
			return fail(reader, AUTHZ_PATTERN_MISPLACED);
		else if (*reader->at == '(' || *reader->at == '\0')
			return fail(reader, AUTHZ_PATTERN_UNBALANCED);
		else if (*reader->at == '\\')
		{
			if (authz_text_hex(reader->at[1]) < 0 || authz_text_hex(reader->at[2]) < 0)
				return fail(reader, AUTHZ_PATTERN_MALFORMED);
			reader->at += 3;
			*plain = false;
		}
		else if (*reader->at++ == '*')
			*plain = false;
	}
	return true;
}

static bool
read_comparison(Reader *reader)
{
	const char *attribute = reader->at;
	size_t length = description_length(attribute);
	const char *value;
	bool equality;
	bool has_token;
	bool plain;

	/* A user who could name the attribute could ask for anything. */
	if (strncmp(attribute + length, "@@", 2) == 0)
		return fail(reader, AUTHZ_PATTERN_MISPLACED);
	reader->at += length;
	if (*reader->at == '\0')
		return fail(reader, AUTHZ_PATTERN_UNBALANCED);
	if (!read_operator(reader, length > 0, &equality))
		return false;
	value = reader->at;
	if (!read_value(reader, &has_token, &plain))
		return false;
	if (has_token && equality && plain && reader->attribute == NULL)
	{
		reader->attribute = attribute;
		reader->attribute_length = length;
		reader->value = value;
		reader->value_length = (size_t) (reader->at - value);
	}
	return true;
}

/* What stands between '&', '|' or '!' and the closing parenthesis. */
static bool
read_list(Reader *reader, int depth, bool one)
{
	size_t count = 0;

	while (*reader->at != ')')
	{
		if (one && count == 1)
			return fail(reader, AUTHZ_PATTERN_MALFORMED);
		if (!read_filter(reader, depth + 1))
			return false;
		count++;
	}
	return count > 0 || fail(reader, AUTHZ_PATTERN_MALFORMED);
}

static bool
read_filter(Reader *reader, int depth)
{
	bool good;

	if (reader->whole && at_token(reader))
	{
		reader->tokens++;
		reader->at += reader->token_length;
		return true;
	}
	if (strncmp(reader->at, "@@", 2) == 0)
		return fail(reader, AUTHZ_PATTERN_MISPLACED);
	if (*reader->at != '(')
		return fail(reader,
					*reader->at == '\0' ? AUTHZ_PATTERN_UNBALANCED : AUTHZ_PATTERN_MALFORMED);
	if (depth == DEPTH_MAX)
		return fail(reader, AUTHZ_PATTERN_TOO_LONG);
	reader->at++;
	if (*reader->at == '&' || *reader->at == '|' || *reader->at == '!')
	{
		bool one = *reader->at++ == '!';

		good = read_list(reader, depth, one);
	}
	else
		good = read_comparison(reader);
	if (!good)
		return false;
	reader->at++;
	return true;
}

static bool
read_pattern(Reader *reader, const char *pattern, const char *token)
{
	memset(reader, 0, sizeof(*reader));
	reader->at = pattern;
	reader->token = token;
	reader->token_length = token == NULL ? 0 : strlen(token);
	reader->whole = token != NULL && strcmp(token, AUTHZ_TOKEN_GROUPS) == 0;
	if (strlen(pattern) > AUTHZ_PATTERN_MAX)
		return fail(reader, AUTHZ_PATTERN_TOO_LONG);
	if (!authz_text_is_printable(pattern, strlen(pattern)))
		return fail(reader, AUTHZ_PATTERN_MALFORMED);
	if (!read_filter(reader, 0))
		return false;
	if (*reader->at == ')')
		return fail(reader, AUTHZ_PATTERN_UNBALANCED);
	if (*reader->at != '\0')
		return fail(reader, AUTHZ_PATTERN_MALFORMED);
	return token == NULL || reader->tokens > 0 || fail(reader, AUTHZ_PATTERN_NO_TOKEN);
}

AuthzPatternResult
authz_filter_pattern_check(const char *pattern, const char *token)
{
	Reader reader;

	read_pattern(&reader, pattern, token);
	return reader.result;
}

bool
authz_filter_pattern_attribute(AuthzArena *arena, const char *pattern, const char *token,
							   char **attribute, char **before, char **behind)
{
	Reader reader;
	const char *at;
	const char *rest;

	if (!read_pattern(&reader, pattern, token) || reader.attribute == NULL)
		return false;
	at = strstr(reader.value, token);
	rest = at + reader.token_length;
	*attribute = authz_arena_copy(arena, reader.attribute, reader.attribute_length);
	*before = authz_arena_copy(arena, reader.value, (size_t) (at - reader.value));
	*behind = authz_arena_copy(arena, rest, (size_t) (reader.value + reader.value_length - rest));
	return *attribute != NULL && *before != NULL && *behind != NULL;
}

/*
 * What an escaped comma may replace without a change of the structure stands in
 * a value: neither in a type, nor in hexadecimal, nor behind a backslash.
 */
AuthzPatternResult
authz_dn_pattern_check(AuthzArena *arena, const char *pattern, const char *token)
{
	const char *rest;
	char *filled;
	char *normal;

	if (strlen(pattern) > AUTHZ_PATTERN_MAX)
		return AUTHZ_PATTERN_TOO_LONG;
	if (!authz_text_is_printable(pattern, strlen(pattern)))
		return AUTHZ_PATTERN_MALFORMED;
	if (strstr(pattern, token) == NULL)
		return AUTHZ_PATTERN_NO_TOKEN;
	for (rest = strstr(pattern, "@@"); rest != NULL; rest = strstr(rest, "@@"))
	{
		if (strncmp(rest, token, strlen(token)) != 0)
			return AUTHZ_PATTERN_MISPLACED;
		rest += strlen(token);
	}

	filled = authz_pattern_fill(arena, pattern, token, "x");
	if (filled == NULL)
		return AUTHZ_PATTERN_MEMORY;
	switch (authz_dn_normalize(arena, filled, &normal))
	{
		case AUTHZ_DN_OK:
			break;
		case AUTHZ_DN_MALFORMED:
			return AUTHZ_PATTERN_MALFORMED;
		case AUTHZ_DN_MEMORY:
			return AUTHZ_PATTERN_MEMORY;
	}
	filled = authz_pattern_fill(arena, pattern, token, "\\,");
	if (filled == NULL)
		return AUTHZ_PATTERN_MEMORY;
	switch (authz_dn_normalize(arena, filled, &normal))
	{
		case AUTHZ_DN_OK:
			return AUTHZ_PATTERN_OK;
		case AUTHZ_DN_MALFORMED:
			return AUTHZ_PATTERN_MISPLACED;
		case AUTHZ_DN_MEMORY:
			break;
	}
	return AUTHZ_PATTERN_MEMORY;
}

char *
authz_pattern_fill(AuthzArena *arena, const char *pattern, const char *token,
				   const char *replacement)
{
	size_t token_length = strlen(token);
	size_t replacement_length = strlen(replacement);
	size_t count = 0;
	const char *found;
	char *filled;
	char *out;

	for (found = strstr(pattern, token); found != NULL; found = strstr(found, token))
	{
		count++;
		found += token_length;
	}
	filled = authz_arena_take(arena, strlen(pattern) + count * replacement_length + 1);
	out = filled;
	if (filled == NULL)
		return NULL;
	while ((found = strstr(pattern, token)) != NULL)
	{
		memcpy(out, pattern, (size_t) (found - pattern));
		out += found - pattern;
		memcpy(out, replacement, replacement_length);
		out += replacement_length;
		pattern = found + token_length;
	}
	memcpy(out, pattern, strlen(pattern) + 1);
	return filled;
}
