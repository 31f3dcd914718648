/*
 * escape.c
 *	  Values in search filters (RFC 4515) and in distinguished names (RFC 4514).
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "directory/escape.h"

static char *
put_hex(char *out, uint8_t byte)
{
	static const char digits[] = "0123456789abcdef";

	*out++ = '\\';
	*out++ = digits[byte >> 4];
	*out++ = digits[byte & 15];
	return out;
}

/* Three bytes for one at the most. */
static char *
take_room(AuthzArena *arena, size_t length)
{
	return length > SIZE_MAX / 3 - 1 ? NULL : authz_arena_take(arena, 3 * length + 1);
}

/* Everything that is not plain ASCII as well: no server has to know the encoding. */
char *
authz_filter_escape(AuthzArena *arena, const void *bytes, size_t length)
{
	const uint8_t *in = bytes;
	char *escaped = take_room(arena, length);
	char *out = escaped;

	if (escaped == NULL)
		return NULL;
	for (size_t i = 0; i < length; i++)
	{
		if (in[i] < ' ' || in[i] > '~' || strchr("*()\\", in[i]) != NULL)
			out = put_hex(out, in[i]);
		else
			*out++ = (char) in[i];
	}
	*out = '\0';
	return escaped;
}

char *
authz_dn_escape(AuthzArena *arena, const char *text, size_t length)
{
	char *escaped = take_room(arena, length);
	char *out = escaped;

	if (escaped == NULL)
		return NULL;
	for (size_t i = 0; i < length; i++)
	{
		uint8_t byte = (uint8_t) text[i];
		bool at_end = i == 0 || i == length - 1;

		if (byte < ' ' || byte == 0x7f)
			out = put_hex(out, byte);
		else
		{
			if (strchr(",+\"\\<>;=", byte) != NULL || (byte == ' ' && at_end) ||
				(byte == '#' && i == 0))
				*out++ = '\\';
			*out++ = (char) byte;
		}
	}
	*out = '\0';
	return escaped;
}
