/*
 * failure_rule.h
 *	  How failures are named, how long they make wait and how long they live.
 */
#ifndef AUTHZ_STORE_FAILURE_RULE_H
#define AUTHZ_STORE_FAILURE_RULE_H

#include "postgres.h"

#include "datatype/timestamp.h"

/* People mistype: so many failures cost nothing. */
#define AUTHZ_FAILURE_FREE 5

/* The first wait is hardly noticed by a person; each further failure doubles it ... */
#define AUTHZ_FAILURE_FIRST_WAIT_MS INT64CONST(1000)

/* ... up to a limit that leaves a guesser some hundred tries a day, and the owner a way back. */
#define AUTHZ_FAILURE_LONGEST_WAIT_MS (15 * 60 * INT64CONST(1000))

/* More failures than make the longest wait are not told apart. */
#define AUTHZ_FAILURE_MOST (AUTHZ_FAILURE_FREE + 11)

/* Longer than the longest wait, so that waiting it out does not start afresh. */
#define AUTHZ_FAILURE_LIFE_S 3600

/* 128 bits of SHA-256 in hex: never the text, and still no two alike. */
#define AUTHZ_FAILURE_DIGEST 32

/* Without padding, for it is hashed as bytes; the digests are not terminated. */
typedef struct AuthzFailureKey
{
	Oid database;
	char subject[AUTHZ_FAILURE_DIGEST];
	char source[AUTHZ_FAILURE_DIGEST];
} AuthzFailureKey;

StaticAssertDecl(sizeof(AuthzFailureKey) == sizeof(Oid) + 2 * AUTHZ_FAILURE_DIGEST,
				 "AuthzFailureKey must not be padded");

/* What so many failures cost, and what of it is left, in milliseconds. */
extern int64 authz_failure_cost(int failures);
extern int64 authz_failure_rest(int failures, TimestampTz last_at, TimestampTz now);

/* Failures whose last one was before this moment are forgotten. */
extern TimestampTz authz_failure_horizon(TimestampTz now);

#endif
