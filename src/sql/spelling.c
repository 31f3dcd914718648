/*
 * spelling.c
 *	  One spelling for all that a directory takes for the same name.
 *
 * To a directory 'ann', ' ANN', 'ａｎｎ' and, with Active Directory, 'ánn' are the
 * same, and whoever guesses would have a fresh start with each of them.
 */
#include "postgres.h"

#include "common/unicode_norm.h"
#include "mb/pg_wchar.h"
#include "sql/spelling.h"

typedef struct Range
{
	pg_wchar first;
	pg_wchar last;
} Range;

/* Marks on other letters, spaces, and what is not seen. */
static const Range ignored[] = {
	{0x0000, 0x0020},	{0x007f, 0x00a0}, {0x00ad, 0x00ad}, {0x0300, 0x036f}, {0x061c, 0x061c},
	{0x115f, 0x1160},	{0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
	{0x2000, 0x200f},	{0x2028, 0x202f}, {0x205f, 0x206f}, {0x20d0, 0x20ff}, {0x3000, 0x3000},
	{0x3164, 0x3164},	{0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0},
	{0xe0000, 0xe0fff},
};

static bool
is_ignored(pg_wchar letter)
{
	for (int i = 0; i < lengthof(ignored); i++)
		if (letter >= ignored[i].first && letter <= ignored[i].last)
			return true;
	return false;
}

char *
authz_spelling_fold(const char *utf8)
{
	int length = (int) strlen(utf8);
	pg_wchar *letters;
	pg_wchar *normal;
	char *folded;
	char *end;
	int n = 0;

	/* Whose bytes are no letters is no name that a directory would be asked for. */
	if (!pg_verify_mbstr(PG_UTF8, utf8, length, true))
		return pstrdup(utf8);
	letters = palloc((length + 1) * sizeof(pg_wchar));
	for (const char *at = utf8; *at != '\0'; at += pg_utf_mblen((const unsigned char *) at))
		letters[n++] = utf8_to_unicode((const unsigned char *) at);
	letters[n] = 0;

	normal = unicode_normalize(UNICODE_NFKD, letters);
	for (n = 0; normal[n] != 0; n++)
		;
	end = folded = palloc((Size) n * 4 + 1);
	for (int i = 0; i < n; i++)
	{
		if (is_ignored(normal[i]))
			continue;
		unicode_to_utf8(normal[i] < 0x80 ? (pg_wchar) pg_ascii_tolower((unsigned char) normal[i])
										 : normal[i],
						(unsigned char *) end);
		end += pg_utf_mblen((const unsigned char *) end);
	}
	*end = '\0';
	return folded;
}
