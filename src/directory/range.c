/*
 * range.c
 *	  Values in portions, as Active Directory answers with more than it likes to
 *	  give at once.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "directory/range.h"
#include "directory/text.h"

static const char option[] = ";range=";

static bool
read_number(const char **text, uint32_t *number)
{
	uint64_t value = 0;
	const char *begin = *text;

	while (**text >= '0' && **text <= '9' && *text - begin < 10)
		value = 10 * value + (uint64_t) (*(*text)++ - '0');
	*number = (uint32_t) value;
	return *text > begin && value <= UINT32_MAX;
}

bool
authz_range_read(AuthzRange *range, const char *description, const char *attribute)
{
	size_t length = strlen(attribute);
	size_t head = length + sizeof(option) - 1;
	const char *rest = description + head;

	if (strlen(description) < head || !authz_text_same(description, length, attribute, length) ||
		!authz_text_same(description + length, sizeof(option) - 1, option, sizeof(option) - 1) ||
		!read_number(&rest, &range->first) || *rest++ != '-')
		return false;
	range->last = range->first;
	range->is_last = strcmp(rest, "*") == 0;
	return range->is_last ||
		   (read_number(&rest, &range->last) && *rest == '\0' && range->last >= range->first);
}

bool
authz_range_write(char *out, size_t size, const char *attribute, uint32_t first)
{
	int length = snprintf(out, size, "%s%s%" PRIu32 "-*", attribute, option, first);

	return length > 0 && (size_t) length < size;
}
