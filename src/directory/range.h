/*
 * range.h
 *	  Values in portions, as Active Directory answers with more than it likes to
 *	  give at once: 'member;range=0-1499', the last one 'member;range=1500-*'.
 */
#ifndef AUTHZ_DIRECTORY_RANGE_H
#define AUTHZ_DIRECTORY_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct AuthzRange
{
	uint32_t first;
	uint32_t last; /* meaningless for the last portion */
	bool is_last;
} AuthzRange;

/* Whether the description is the attribute's with a range. */
extern bool authz_range_read(AuthzRange *range, const char *description, const char *attribute);

/* What to ask for to get the values from the first on; false when it does not fit. */
extern bool authz_range_write(char *out, size_t size, const char *attribute, uint32_t first);

#endif
