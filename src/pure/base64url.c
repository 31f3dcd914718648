/*
 * base64url.c
 *	  Base64 with the URL alphabet and without padding.
 */
#include "pure/base64url.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The value of each character of the alphabet, and one: zero are all others. */
static const uint8_t values[256] = {
	['A'] = 1,	['B'] = 2,	['C'] = 3,	['D'] = 4,	['E'] = 5,	['F'] = 6,	['G'] = 7,	['H'] = 8,
	['I'] = 9,	['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
	['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
	['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
	['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
	['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
	['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
	['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['-'] = 63, ['_'] = 64,
};

/* Above 63 for what is not in the alphabet. */
static inline uint32_t
value_of(char c)
{
	return values[(uint8_t) c] - UINT32_C(1);
}

void
authz_base64url_encode(const uint8_t *in, size_t length, char *out)
{
	size_t i = 0;

	for (; i + 3 <= length; i += 3)
	{
		uint32_t bits = (uint32_t) in[i] << 16 | (uint32_t) in[i + 1] << 8 | in[i + 2];

		*out++ = alphabet[bits >> 18];
		*out++ = alphabet[bits >> 12 & 63];
		*out++ = alphabet[bits >> 6 & 63];
		*out++ = alphabet[bits & 63];
	}
	if (length - i == 1)
	{
		*out++ = alphabet[in[i] >> 2];
		*out++ = alphabet[(in[i] & 3) << 4];
	}
	else if (length - i == 2)
	{
		*out++ = alphabet[in[i] >> 2];
		*out++ = alphabet[(in[i] & 3) << 4 | in[i + 1] >> 4];
		*out++ = alphabet[(in[i + 1] & 15) << 2];
	}
}

bool
authz_base64url_decode(const char *in, size_t length, uint8_t *out)
{
	size_t whole = length / 4 * 4;
	size_t rest = length % 4;
	uint32_t bad = 0;

	if (rest == 1)
		return false;
	for (size_t i = 0; i < whole; i += 4)
	{
		uint32_t a = value_of(in[i]);
		uint32_t b = value_of(in[i + 1]);
		uint32_t c = value_of(in[i + 2]);
		uint32_t d = value_of(in[i + 3]);

		bad |= a | b | c | d;
		*out++ = (uint8_t) (a << 2 | b >> 4);
		*out++ = (uint8_t) (b << 4 | c >> 2);
		*out++ = (uint8_t) (c << 6 | d);
	}
	if (rest > 0)
	{
		uint32_t a = value_of(in[whole]);
		uint32_t b = value_of(in[whole + 1]);
		uint32_t c = rest == 3 ? value_of(in[whole + 2]) : 0;

		/* What the last character has beyond the last byte must be zero. */
		bad |= a | b | c;
		bad |= (rest == 2 ? b & 15 : c & 3) != 0 ? UINT32_MAX : 0;
		*out++ = (uint8_t) (a << 2 | b >> 4);
		if (rest == 3)
			*out++ = (uint8_t) (b << 4 | c >> 2);
	}
	return bad < 64;
}
