/*
 * address.h
 *	  Addresses of clients, and ranges of them.
 *
 * Both families are kept in the 16 bytes of IPv6, an IPv4 address as
 * ::ffff:a.b.c.d, so that it is the same address however it came in.
 */
#ifndef AUTHZ_PURE_ADDRESS_H
#define AUTHZ_PURE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct AuthzAddress
{
	uint8_t bytes[16];
} AuthzAddress;

/* The addresses that share their first bits with this one. */
typedef struct AuthzRange
{
	AuthzAddress first;
	int prefix; /* bits, of 128 */
} AuthzRange;

/* From the bytes of a socket's address, in network order. */
extern AuthzAddress authz_address_ipv4(const void *bytes);
extern AuthzAddress authz_address_ipv6(const void *bytes);

/*
 * An address as RFC 4291 writes it, IPv4 in four decimal numbers without leading
 * zeros; no zone and no spaces.
 */
extern bool authz_address_parse(const char *text, size_t length, AuthzAddress *address);

/*
 * An address, or 'address/bits' with no bit set beyond these (10.0.0.0/8): who
 * writes 10.0.0.1/8 may mean either.
 */
extern bool authz_range_parse(const char *text, size_t length, AuthzRange *range);

/* A range of IPv6, however wide, holds no IPv4 address. */
extern bool authz_range_has(const AuthzRange *range, const AuthzAddress *address);

#endif
