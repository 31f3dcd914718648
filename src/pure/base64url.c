/*
 * base64url.c
 *	  Base64 with the URL alphabet and without padding.
 */
#include "pure/base64url.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/*
 * The value of each character of the alphabet, and the bit above, which is GOOD:
 * all others lack it.
 */
#define GOOD 64
static const uint8_t values[256] = {
	['A'] = 64,	 ['B'] = 65,  ['C'] = 66,  ['D'] = 67,	['E'] = 68,	 ['F'] = 69,  ['G'] = 70,
	['H'] = 71,	 ['I'] = 72,  ['J'] = 73,  ['K'] = 74,	['L'] = 75,	 ['M'] = 76,  ['N'] = 77,
	['O'] = 78,	 ['P'] = 79,  ['Q'] = 80,  ['R'] = 81,	['S'] = 82,	 ['T'] = 83,  ['U'] = 84,
	['V'] = 85,	 ['W'] = 86,  ['X'] = 87,  ['Y'] = 88,	['Z'] = 89,	 ['a'] = 90,  ['b'] = 91,
	['c'] = 92,	 ['d'] = 93,  ['e'] = 94,  ['f'] = 95,	['g'] = 96,	 ['h'] = 97,  ['i'] = 98,
	['j'] = 99,	 ['k'] = 100, ['l'] = 101, ['m'] = 102, ['n'] = 103, ['o'] = 104, ['p'] = 105,
	['q'] = 106, ['r'] = 107, ['s'] = 108, ['t'] = 109, ['u'] = 110, ['v'] = 111, ['w'] = 112,
	['x'] = 113, ['y'] = 114, ['z'] = 115, ['0'] = 116, ['1'] = 117, ['2'] = 118, ['3'] = 119,
	['4'] = 120, ['5'] = 121, ['6'] = 122, ['7'] = 123, ['8'] = 124, ['9'] = 125, ['-'] = 126,
	['_'] = 127,
};

static inline uint32_t
value_of(char c)
{
	return values[(uint8_t) c];
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
	/* What the bits that are GOOD add up to, four characters one after another. */
	const uint32_t marks = GOOD << 18 ^ GOOD << 12 ^ GOOD << 6 ^ GOOD;
	size_t whole = length / 4 * 4;
	size_t rest = length % 4;
	uint32_t good = GOOD;

	if (rest == 1)
		return false;
	for (size_t i = 0; i < whole; i += 4)
	{
		uint32_t a = value_of(in[i]);
		uint32_t b = value_of(in[i + 1]);
		uint32_t c = value_of(in[i + 2]);
		uint32_t d = value_of(in[i + 3]);
		uint32_t bits = a << 18 ^ b << 12 ^ c << 6 ^ d ^ marks;

		good &= a & b & c & d;
		*out++ = (uint8_t) (bits >> 16);
		*out++ = (uint8_t) (bits >> 8);
		*out++ = (uint8_t) bits;
	}
	if (rest > 0)
	{
		uint32_t a = value_of(in[whole]);
		uint32_t b = value_of(in[whole + 1]);
		uint32_t c = rest == 3 ? value_of(in[whole + 2]) : GOOD;
		uint32_t bits = a << 18 ^ b << 12 ^ c << 6 ^ GOOD ^ marks;

		/* What the last character has beyond the last byte must be zero. */
		good &= a & b & c;
		if ((bits & (rest == 2 ? 0xffff : 0xff)) != 0)
			return false;
		*out++ = (uint8_t) (bits >> 16);
		if (rest == 3)
			*out++ = (uint8_t) (bits >> 8);
	}
	return good != 0;
}
