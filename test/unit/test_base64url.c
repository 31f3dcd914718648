/*
 * test_base64url.c
 *	  Every byte string has one text, and every other text is refused.
 */
#include "pure/base64url.h"

#include "tap.h"

static void
vectors(void)
{
	static const struct
	{
		const char *bytes;
		const char *text;
	} cases[] = {
		{"", ""},
		{"f", "Zg"},
		{"fo", "Zm8"},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg"},
		{"fooba", "Zm9vYmE"},
		{"foobar", "Zm9vYmFy"},
		{"\xff\xef\xbe", "_---"},
		{"\xfb\xff", "-_8"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		size_t bytes = strlen(cases[i].bytes);
		size_t characters = strlen(cases[i].text);
		char text[16] = "";
		uint8_t back[16] = {0};

		is_number((long long) AUTHZ_BASE64URL_ENCODED(bytes), (long long) characters,
				  "encoded length");
		is_number((long long) AUTHZ_BASE64URL_DECODED(characters), (long long) bytes,
				  "decoded length");
		authz_base64url_encode((const uint8_t *) cases[i].bytes, bytes, text);
		is_text(text, cases[i].text, "encoded");
		ok(authz_base64url_decode(cases[i].text, characters, back) &&
			   memcmp(back, cases[i].bytes, bytes) == 0,
		   "and decoded '%s'", cases[i].text);
	}
}

static void
refusals(void)
{
	static const char *const bad[] = {"A",
									  "AAAAA",
									  "Zg==",
									  "Zg=",
									  "Zm9v=",
									  "Zm+v",
									  "Zm/v",
									  "Zm9 ",
									  "Zm\n9",
									  "Zh",
									  "Zm9",
									  "AAAB_",
									  "\xff\xff\xff\xff",
									  "Zm9v\x80y",
									  "A.AA",
									  "ZZ"};
	uint8_t out[8];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!authz_base64url_decode(bad[i], strlen(bad[i]), out), "refused '%s'", bad[i]);
	ok(!authz_base64url_decode("Zm\0v", 4, out), "refused with a NUL");
	for (size_t length = 1; length <= 9; length += 4)
		ok(!authz_base64url_decode("AAAAAAAAAAAA", length, out), "no bytes have %zu characters",
		   length);
}

/* Of all texts of a length just as many decode as there are byte strings, each back to itself. */
static void
exhaustive(size_t characters, long long expected)
{
	long long decoded = 0;
	long long differ = 0;
	long long all = 1;

	for (size_t i = 0; i < characters; i++)
		all *= 256;
	for (long long number = 0; number < all; number++)
	{
		char text[4];
		char again[4];
		uint8_t bytes[4];
		long long rest = number;

		for (size_t i = 0; i < characters; i++, rest /= 256)
			text[i] = (char) (rest % 256);
		if (!authz_base64url_decode(text, characters, bytes))
			continue;
		decoded++;
		authz_base64url_encode(bytes, AUTHZ_BASE64URL_DECODED(characters), again);
		differ += memcmp(text, again, characters) != 0;
	}
	is_number(decoded, expected, "as many texts as byte strings");
	is_number(differ, 0, "each the only text of its bytes");
}

int
main(void)
{
	vectors();
	refusals();
	exhaustive(1, 0);
	exhaustive(2, 256);
	exhaustive(3, 65536);
	return tap_end();
}
