/*
 * restriction.h
 *	  The privileges that restrict where a session counts, and how often:
 *
 *		iprestrict:10.0.0.0/8/192.0.2.7/2001:db8::/32	addresses of clients
 *		urirestrict:/video/watch|/video/list*			paths of requests
 *		actionslimit:100								transactions
 *
 * One that is there and says nothing, or nothing that can be understood, lets
 * nobody in. A value '*' is how an app token leaves the others to its caller,
 * and restricts nothing where no others are.
 */
#ifndef AUTHZ_PURE_RESTRICTION_H
#define AUTHZ_PURE_RESTRICTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pure/address.h"

#define AUTHZ_ACTIONS_MAX INT32_MAX

/* Whether any of the three is among the privileges. */
extern bool authz_restriction_any(const char *privileges, size_t length);

/* The one of the three that cannot be understood, NULL if all can. */
extern const char *authz_restriction_malformed(const char *privileges, size_t length);

/* Whether a client at this address is let in; NULL for one that has none. */
extern bool authz_restriction_admits_address(const char *privileges, size_t length,
											 const AuthzAddress *address);

/* Whether a request of this path is let in; '' for one that is not known. */
extern bool authz_restriction_admits_path(const char *privileges, size_t length, const char *path);

/* How many transactions it may be put in force in, -1 for any number. */
extern int64_t authz_restriction_actions(const char *privileges, size_t length);

#endif
