/*
 * text.c
 *	  What text from a user or a directory may be.
 */
#include <stdint.h>
#include <string.h>

#include "directory/text.h"

/* The bytes of the well-formed character that begins here, 0 for none. */
static size_t
character_length(const char *text, size_t length)
{
	const uint8_t *bytes = (const uint8_t *) text;
	uint8_t low = 0x80;
	uint8_t high = 0xbf;
	size_t n;

	if (length == 0)
		return 0;
	if (bytes[0] < 0x80)
		return 1;
	if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
		return 0;
	n = bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
	if (n > length)
		return 0;

	/* What the second byte may be, after those that open longer than necessary or too far. */
	if (bytes[0] == 0xe0)
		low = 0xa0;
	else if (bytes[0] == 0xed)
		high = 0x9f;
	else if (bytes[0] == 0xf0)
		low = 0x90;
	else if (bytes[0] == 0xf4)
		high = 0x8f;
	if (bytes[1] < low || bytes[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
	{
		if (bytes[i] < 0x80 || bytes[i] > 0xbf)
			return 0;
	}
	return n;
}

/* U+0000 to U+001F, U+007F, and U+0080 to U+009F. */
static bool
is_control(const char *text, size_t length)
{
	const uint8_t *bytes = (const uint8_t *) text;

	if (length == 1)
		return bytes[0] < ' ' || bytes[0] == 0x7f;
	return length == 2 && bytes[0] == 0xc2 && bytes[1] < 0xa0;
}

bool
authz_text_is_utf8(const char *text, size_t length)
{
	for (size_t i = 0, n; i < length; i += n)
	{
		n = character_length(text + i, length - i);
		if (n == 0)
			return false;
	}
	return true;
}

bool
authz_text_is_printable(const char *text, size_t length)
{
	for (size_t i = 0, n; i < length; i += n)
	{
		n = character_length(text + i, length - i);
		if (n == 0 || is_control(text + i, n))
			return false;
	}
	return true;
}

char
authz_text_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
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

size_t
authz_text_name_length(const char *text)
{
	size_t n = 0;

	if (is_letter(text[0]))
	{
		while (is_letter(text[n]) || is_digit(text[n]) || text[n] == '-')
			n++;
		return n;
	}
	while (is_digit(text[n]))
	{
		while (is_digit(text[n]))
			n++;
		if (text[n] == '.' && is_digit(text[n + 1]))
			n++;
	}
	return n;
}

bool
authz_text_same(const char *a, size_t a_length, const char *b, size_t b_length)
{
	if (a_length != b_length)
		return false;
	for (size_t i = 0; i < a_length; i++)
	{
		if (authz_text_lower(a[i]) != authz_text_lower(b[i]))
			return false;
	}
	return true;
}

int
authz_text_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = authz_text_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void
authz_text_quote(char *out, size_t size, const char *text)
{
	size_t length = text == NULL ? 0 : strlen(text);
	size_t at = 0;

	for (size_t i = 0; i < length;)
	{
		size_t n = character_length(text + i, length - i);
		bool quoted = n == 0 || is_control(text + i, n);

		if (n == 0)
			n = 1;
		if (at + (quoted ? 1 : n) >= size)
			break;
		if (quoted)
			out[at++] = '?';
		else
		{
			memcpy(out + at, text + i, n);
			at += n;
		}
		i += n;
	}
	if (size > 0)
		out[at] = '\0';
}
