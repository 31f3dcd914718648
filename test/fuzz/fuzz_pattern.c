/*
 * fuzz_pattern.c
 *	  A pattern, and on the next line what a user typed: whatever that is, the
 *	  structure stays the pattern's, and the value is what was typed.
 */
#include "directory/credential.h"
#include "directory/dn.h"
#include "directory/escape.h"
#include "directory/pattern.h"
#include "directory/text.h"

#include "fuzz.h"

static AuthzArena arena;

/* A filter without its values: '(&(a=)(b>=))'. */
static char *
skeleton(const char *filter)
{
	char *bare = authz_arena_take(&arena, strlen(filter) + 1);
	char *out = bare;
	bool in_value = false;

	CHECK(bare != NULL);
	for (; *filter != '\0'; filter++)
	{
		if (*filter == ')' || *filter == '(')
			in_value = false;
		if (!in_value)
			*out++ = *filter;
		if (*filter == '=')
			in_value = true;
	}
	return bare;
}

/* A value of a filter as it is meant. */
static size_t
unescape(const char *value, size_t length, char *out)
{
	char *begin = out;

	for (size_t i = 0; i < length; i++)
	{
		if (value[i] == '\\')
		{
			*out++ = (char) (authz_text_hex(value[i + 1]) << 4 | authz_text_hex(value[i + 2]));
			i += 2;
		}
		else
			*out++ = value[i];
	}
	return (size_t) (out - begin);
}

static void
in_filter(const char *pattern, const char *user, size_t length)
{
	static const char simple[] = "(uid=" AUTHZ_TOKEN_USERNAME ")";
	char *escaped = authz_filter_escape(&arena, user, length);
	char *filled;
	char *meant;

	CHECK(escaped != NULL);
	if (authz_filter_pattern_check(pattern, AUTHZ_TOKEN_USERNAME) == AUTHZ_PATTERN_OK)
	{
		filled = authz_pattern_fill(&arena, pattern, AUTHZ_TOKEN_USERNAME, escaped);
		CHECK(filled != NULL);
		CHECK(strcmp(skeleton(filled), skeleton(pattern)) == 0);
	}
	filled = authz_pattern_fill(&arena, simple, AUTHZ_TOKEN_USERNAME, escaped);
	meant = authz_arena_take(&arena, strlen(filled) + 1);
	CHECK(unescape(filled + 5, strlen(filled) - 6, meant) == length);
	CHECK(length == 0 || memcmp(meant, user, length) == 0);
}

static void
in_name(const char *pattern, const char *user, size_t length)
{
	char *escaped = authz_dn_escape(&arena, user, length);
	char *filled;
	char *plain;
	char *normal;
	char *value;

	CHECK(escaped != NULL);
	if (!authz_user_name_is_good(user, length))
		return;
	filled = authz_pattern_fill(&arena, "uid=" AUTHZ_TOKEN_USERNAME ",ou=x", AUTHZ_TOKEN_USERNAME,
								escaped);
	CHECK(authz_dn_value(&arena, filled, "uid", &value) == AUTHZ_DN_OK);
	CHECK(value != NULL && strlen(value) == length && memcmp(value, user, length) == 0);
	CHECK(authz_dn_normalize(&arena, filled, &normal) == AUTHZ_DN_OK);

	if (authz_dn_pattern_check(&arena, pattern, AUTHZ_TOKEN_USERNAME) != AUTHZ_PATTERN_OK)
		return;
	filled = authz_pattern_fill(&arena, pattern, AUTHZ_TOKEN_USERNAME, escaped);
	plain = authz_pattern_fill(&arena, pattern, AUTHZ_TOKEN_USERNAME, "x");
	CHECK(authz_dn_normalize(&arena, plain, &normal) == AUTHZ_DN_OK);
	if (strlen(filled) <= AUTHZ_DN_MAX)
		CHECK(authz_dn_normalize(&arena, filled, &normal) == AUTHZ_DN_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *pattern = next_string(&data, &size, '\n');

	/* A name of a user is not longer. */
	if (size > 256)
		size = 256;
	authz_arena_begin(&arena, AUTHZ_ARENA_LIMIT);
	in_filter(pattern, (const char *) data, size);
	in_name(pattern, (const char *) data, size);
	authz_arena_end(&arena);
	free(pattern);
	return 0;
}
