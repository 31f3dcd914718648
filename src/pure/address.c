/*
 * address.c
 *	  Addresses of clients, and ranges of them.
 */
#include <string.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include "pure/address.h"

#define BITS 128
#define IPV4_BITS 32
#define IPV4_AT 12 /* where its four bytes stand */

static const uint8_t ipv4_in_ipv6[IPV4_AT] = {[10] = 0xff, [11] = 0xff};

AuthzAddress
authz_address_ipv4(const void *bytes)
{
	AuthzAddress address;

	memcpy(address.bytes, ipv4_in_ipv6, IPV4_AT);
	memcpy(address.bytes + IPV4_AT, bytes, sizeof(address.bytes) - IPV4_AT);
	return address;
}

AuthzAddress
authz_address_ipv6(const void *bytes)
{
	AuthzAddress address;

	memcpy(address.bytes, bytes, sizeof(address.bytes));
	return address;
}

static bool
is_ipv4(const AuthzAddress *address)
{
	return memcmp(address->bytes, ipv4_in_ipv6, IPV4_AT) == 0;
}

/* *bits are those of the family in which it was written. */
static bool
parse(const char *text, size_t length, AuthzAddress *address, int *bits)
{
	char copy[INET6_ADDRSTRLEN];
	uint8_t bytes[sizeof(address->bytes)];

	if (length >= sizeof(copy) || memchr(text, '\0', length) != NULL)
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (inet_pton(AF_INET, copy, bytes) == 1)
	{
		*address = authz_address_ipv4(bytes);
		*bits = IPV4_BITS;
		return true;
	}
	if (inet_pton(AF_INET6, copy, bytes) != 1)
		return false;
	*address = authz_address_ipv6(bytes);
	*bits = BITS;
	return true;
}

bool
authz_address_parse(const char *text, size_t length, AuthzAddress *address)
{
	int bits;

	return length > 0 && parse(text, length, address, &bits);
}

/* A number of at most three digits that does not begin with 0, unless it is 0. */
static bool
parse_bits(const char *text, size_t length, int most, int *bits)
{
	if (length == 0 || length > 3 || (text[0] == '0' && length > 1))
		return false;
	*bits = 0;
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return false;
		*bits = *bits * 10 + (text[i] - '0');
	}
	return *bits <= most;
}

/* The bits of byte i that are beyond the prefix. */
static uint8_t
rest_of(int prefix, int i)
{
	int within = prefix - 8 * i;

	if (within <= 0)
		return 0xff;
	return within >= 8 ? 0 : (uint8_t) (0xff >> within);
}

bool
authz_range_parse(const char *text, size_t length, AuthzRange *range)
{
	const char *slash = length > 0 ? memchr(text, '/', length) : NULL;
	size_t before = slash == NULL ? length : (size_t) (slash - text);
	int family_bits;
	int bits;

	if (before == 0 || !parse(text, before, &range->first, &family_bits))
		return false;
	bits = family_bits;
	if (slash != NULL && !parse_bits(slash + 1, length - before - 1, family_bits, &bits))
		return false;
	range->prefix = BITS - family_bits + bits;
	for (int i = 0; i < (int) sizeof(range->first.bytes); i++)
	{
		if (range->first.bytes[i] & rest_of(range->prefix, i))
			return false;
	}
	return true;
}

bool
authz_range_has(const AuthzRange *range, const AuthzAddress *address)
{
	if (is_ipv4(&range->first) != is_ipv4(address))
		return false;
	for (int i = 0; i < (int) sizeof(address->bytes); i++)
	{
		if ((range->first.bytes[i] ^ address->bytes[i]) & (uint8_t) ~rest_of(range->prefix, i))
			return false;
	}
	return true;
}
