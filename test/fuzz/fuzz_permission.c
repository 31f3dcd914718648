/*
 * fuzz_permission.c
 *	  Two patterns and a name, a line each: what covering means follows from matching.
 */
#include "pure/permission.h"

#include "fuzz.h"

#define SELDOM "seldom"

/* A name that the pattern matches, and a narrower one only with that word in it. */
static char *
witness(const char *pattern)
{
	static const char tail[] = SELDOM ".seen";
	size_t length = strlen(pattern);
	char *name = malloc(length + sizeof(tail));

	memcpy(name, pattern, length + 1);
	if (length > 0 && name[length - 1] == '*')
		memcpy(name + length - 1, tail, sizeof(tail));
	return name;
}

static void
check(const char *wider, const char *narrower, const char *name)
{
	bool covers = authz_permission_covers(wider, narrower);
	char *other;

	CHECK(!authz_permission_is_name(name) || authz_permission_is_pattern(name));
	CHECK(authz_permission_matches(wider, name, true) == (strcmp(wider, name) == 0));
	CHECK(!authz_permission_matches(wider, name, true) ||
		  authz_permission_matches(wider, name, false));
	if (!authz_permission_is_pattern(wider) || !authz_permission_is_pattern(narrower) ||
		!authz_permission_is_name(name))
		return;

	CHECK(authz_permission_covers(wider, wider));
	CHECK(authz_permission_covers("*", wider));
	if (covers && authz_permission_matches(narrower, name, false))
		CHECK(authz_permission_matches(wider, name, false));

	other = witness(narrower);
	CHECK(authz_permission_matches(narrower, other, false));
	CHECK(covers == authz_permission_matches(wider, other, false) || strstr(wider, SELDOM) != NULL);
	free(other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *first = next_string(&data, &size, '\n');
	char *second = next_string(&data, &size, '\n');
	char *name = next_string(&data, &size, '\n');

	check(first, second, name);
	check(second, first, name);
	free(first);
	free(second);
	free(name);
	return 0;
}
