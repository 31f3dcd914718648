/*
 * test_escape.c
 *	  Values in filters and in distinguished names: what each byte becomes.
 */
#include <stdint.h>

#include "directory/escape.h"

#include "tap.h"

static AuthzArena arena;

static void
filter(const char *text, const char *expected)
{
	is_text(authz_filter_escape(&arena, text, strlen(text)), expected, text);
}

static void
dn(const char *text, const char *expected)
{
	is_text(authz_dn_escape(&arena, text, strlen(text)), expected, text);
}

/* RFC 4515, sections 3 and 4. */
static void
in_filters(void)
{
	filter("", "");
	filter("ann", "ann");
	filter("*)(uid=*", "\\2a\\29\\28uid=\\2a");
	filter("Parens R Us (for all your parenthetical needs)",
		   "Parens R Us \\28for all your parenthetical needs\\29");
	filter("*", "\\2a");
	filter("C:\\MyFile", "C:\\5cMyFile");
	filter("\\2a", "\\5c2a");
	filter("Lu\xc4\x8di\xc4\x87", "Lu\\c4\\8di\\c4\\87");
	filter(" a&|!=~<>,;\"'#+ ", " a&|!=~<>,;\"'#+ ");
	filter("@@USERNAME@@", "@@USERNAME@@");
	is_text(authz_filter_escape(&arena, "\x04\x02Hi", 4), "\\04\\02Hi", "a value in BER");
	is_text(authz_filter_escape(&arena, "a\0b", 3), "a\\00b", "a NUL");
	is_text(authz_filter_escape(&arena, "\0", 1), "\\00", "nothing else");
	is_text(authz_filter_escape(&arena, "\xff\x7f\x1f", 3), "\\ff\\7f\\1f",
			"bytes that are no text");
}

/* RFC 4514, sections 2.4 and 4. */
static void
in_names(void)
{
	dn("", "");
	dn("ann", "ann");
	dn("James \"Jim\" Smith, III", "James \\\"Jim\\\" Smith\\, III");
	dn("Sue, Grabbit and Runn", "Sue\\, Grabbit and Runn");
	dn("a+b;c<d>e=f\\g", "a\\+b\\;c\\<d\\>e\\=f\\\\g");
	dn("#a#", "\\#a#");
	dn("#", "\\#");
	dn(" a b ", "\\ a b\\ ");
	dn(" ", "\\ ");
	dn("  ", "\\ \\ ");
	dn("*()", "*()");
	dn("uid=ann,ou=people", "uid\\=ann\\,ou\\=people");
	dn("Lu\xc4\x8di\xc4\x87", "Lu\xc4\x8di\xc4\x87");
	dn("\\2C", "\\\\2C");
	dn("@@USERNAME@@", "@@USERNAME@@");
	is_text(authz_dn_escape(&arena, "Before\rAfter", 12), "Before\\0dAfter", "a line's end");
	is_text(authz_dn_escape(&arena, "a\0b", 3), "a\\00b", "a NUL");
}

/* Every byte alone: what is left as it is means nothing. */
static void
every_byte(void)
{
	for (int c = 0; c < 256; c++)
	{
		char byte = (char) c;
		const char *in_filter = authz_filter_escape(&arena, &byte, 1);
		const char *in_name = authz_dn_escape(&arena, &byte, 1);
		bool plain = c > ' ' && c < 0x7f;

		ok((strlen(in_filter) == 1) == ((plain || c == ' ') && strchr("*()\\", c) == NULL),
		   "byte %d in a filter", c);
		ok((strlen(in_name) == 1) == ((plain && strchr(",+\"\\<>;=#", c) == NULL) || c >= 0x80),
		   "byte %d in a name", c);
	}
}

static void
limits(void)
{
	AuthzArena small;

	authz_arena_begin(&small, 100);
	ok(authz_filter_escape(&small, "0123456789012345678901234567890123456789", 40) == NULL,
	   "no more than the arena has");
	ok(authz_dn_escape(&small, "0123456789012345678901234567890123456789", 40) == NULL,
	   "for names, too");
	ok(authz_filter_escape(&small, "01234567890123456789", 20) != NULL, "what it has is given");
	ok(authz_filter_escape(&small, NULL, SIZE_MAX) == NULL, "lengths do not overflow");
	authz_arena_end(&small);
}

int
main(void)
{
	authz_arena_begin(&arena, AUTHZ_ARENA_LIMIT);
	in_filters();
	in_names();
	every_byte();
	limits();
	authz_arena_end(&arena);
	return tap_end();
}
