/*
 * fuzz_address.c
 *	  A range and an address, a line each: against a reading that takes them apart
 *	  group by group, and a comparison bit by bit.
 */
#include "pure/address.h"

#include "fuzz.h"

/* One group or number: digits of this base, their value at most so much. */
static bool
number(const char *from, const char *to, unsigned base, unsigned most, unsigned *value)
{
	*value = 0;
	if (from == to || to - from > 4)
		return false;
	for (; from < to; from++)
	{
		unsigned digit = *from >= '0' && *from <= '9'	? (unsigned) (*from - '0')
						 : *from >= 'a' && *from <= 'f' ? (unsigned) (*from - 'a') + 10
						 : *from >= 'A' && *from <= 'F' ? (unsigned) (*from - 'A') + 10
														: 99;

		if (digit >= base)
			return false;
		*value = *value * base + digit;
	}
	return *value <= most;
}

static bool
four(const char *from, const char *to, unsigned char *out)
{
	for (int i = 0; i < 4; i++)
	{
		const char *end = from;
		unsigned value;

		while (end < to && *end != '.')
			end++;
		if ((end < to) != (i < 3) || end - from > 3 || (*from == '0' && end - from > 1) ||
			!number(from, end, 10, 255, &value))
			return false;
		out[i] = (unsigned char) value;
		from = end + 1;
	}
	return true;
}

/* Groups between colons; returns their bytes, -1 for what is none. */
static int
groups(const char *from, const char *to, bool last, unsigned char *out)
{
	int n = 0;

	if (from == to)
		return 0;
	for (;;)
	{
		const char *end = from;
		unsigned value;

		while (end < to && *end != ':')
			end++;
		if (n > 14)
			return -1;
		if (last && end == to && memchr(from, '.', (size_t) (to - from)) != NULL)
			return n <= 12 && four(from, to, out + n) ? n + 4 : -1;
		if (!number(from, end, 16, 0xffff, &value))
			return -1;
		out[n++] = (unsigned char) (value >> 8);
		out[n++] = (unsigned char) value;
		if (end == to)
			return n;
		from = end + 1;
	}
}

static bool
sixteen(const char *from, const char *to, unsigned char *out)
{
	unsigned char tail[32];
	const char *gap = NULL;
	int before;
	int after;

	for (const char *c = from; c + 1 < to && gap == NULL; c++)
		if (c[0] == ':' && c[1] == ':')
			gap = c;
	if (gap == NULL)
		return groups(from, to, true, out) == 16;
	before = groups(from, gap, false, out);
	after = groups(gap + 2, to, true, tail);
	if (before < 0 || after < 0 || before + after > 14)
		return false;
	memset(out + before, 0, (size_t) (16 - before - after));
	memcpy(out + 16 - after, tail, (size_t) after);
	return true;
}

/* bits: of the family as written. */
static bool
address_of(const char *from, const char *to, unsigned char *out, int *bits)
{
	unsigned char large[64];

	*bits = 32;
	memset(out, 0, 16);
	out[10] = out[11] = 0xff;
	if (four(from, to, out + 12))
		return true;
	*bits = 128;
	if (!sixteen(from, to, large))
		return false;
	memcpy(out, large, 16);
	return true;
}

static int
bit(const unsigned char *bytes, int i)
{
	return bytes[i / 8] >> (7 - i % 8) & 1;
}

static bool
range_of(const char *text, unsigned char *out, int *prefix)
{
	const char *slash = strchr(text, '/');
	const char *end = slash == NULL ? text + strlen(text) : slash;
	unsigned value;
	int bits;

	if (!address_of(text, end, out, &bits))
		return false;
	*prefix = 128;
	if (slash != NULL)
	{
		if (strlen(slash + 1) > 3 || (slash[1] == '0' && slash[2] != '\0') ||
			!number(slash + 1, slash + strlen(slash), 10, (unsigned) bits, &value))
			return false;
		*prefix = 128 - bits + (int) value;
	}
	for (int i = *prefix; i < 128; i++)
		if (bit(out, i))
			return false;
	return true;
}

static bool
is_four(const unsigned char *bytes)
{
	for (int i = 0; i < 96; i++)
		if (bit(bytes, i) != (i >= 80))
			return false;
	return true;
}

static bool
holds(const unsigned char *first, int prefix, const unsigned char *bytes)
{
	for (int i = 0; i < prefix; i++)
		if (bit(first, i) != bit(bytes, i))
			return false;
	return is_four(first) == is_four(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *range_text = next_string(&data, &size, '\n');
	char *address_text = next_string(&data, &size, '\n');
	unsigned char first[16];
	unsigned char bytes[16];
	AuthzRange range;
	AuthzAddress address;
	int prefix;
	int bits;
	bool good_range = authz_range_parse(range_text, strlen(range_text), &range);
	bool good_address = authz_address_parse(address_text, strlen(address_text), &address);

	CHECK(good_range == range_of(range_text, first, &prefix));
	CHECK(good_address ==
		  address_of(address_text, address_text + strlen(address_text), bytes, &bits));
	if (good_range)
		CHECK(range.prefix == prefix && memcmp(range.first.bytes, first, 16) == 0);
	if (good_address)
		CHECK(memcmp(address.bytes, bytes, 16) == 0);
	if (good_range && good_address)
		CHECK(authz_range_has(&range, &address) == holds(first, prefix, bytes));
	free(range_text);
	free(address_text);
	return 0;
}
