/*
 * tap.h
 *	  Test Anything Protocol for the unit tests: ok() per fact, tap_end() at last.
 */
#ifndef AUTHZ_TEST_TAP_H
#define AUTHZ_TEST_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count;
static int tap_failed;

/* Returns what it was told, so that a caller may stop. */
__attribute__((format(printf, 2, 3))) static inline bool
ok(bool holds, const char *format, ...)
{
	va_list arguments;

	tap_count++;
	tap_failed += !holds;
	printf("%sok %d - ", holds ? "" : "not ", tap_count);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	return holds;
}

static inline bool
is_text(const char *got, const char *expected, const char *name)
{
	bool equal = strcmp(got, expected) == 0;

	if (!equal)
		printf("# got      '%s'\n# expected '%s'\n", got, expected);
	return ok(equal, "%s", name);
}

static inline bool
is_number(long long got, long long expected, const char *name)
{
	if (got != expected)
		printf("# got %lld, expected %lld\n", got, expected);
	return ok(got == expected, "%s", name);
}

/* The program's exit status. */
static inline int
tap_end(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed > 0;
}

#endif
