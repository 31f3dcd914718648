/*
 * failure_rule.c
 *	  How failures are named, how long they make wait and how long they live.
 */
#include "postgres.h"

#include "store/failure_rule.h"

#define USECS_PER_MS INT64CONST(1000)

StaticAssertDecl((AUTHZ_FAILURE_FIRST_WAIT_MS << (AUTHZ_FAILURE_MOST - AUTHZ_FAILURE_FREE - 1)) >=
					 AUTHZ_FAILURE_LONGEST_WAIT_MS,
				 "the most failures must make the longest wait");

int64
authz_failure_cost(int failures)
{
	if (failures <= AUTHZ_FAILURE_FREE)
		return 0;
	failures = Min(failures, AUTHZ_FAILURE_MOST);
	return Min(AUTHZ_FAILURE_FIRST_WAIT_MS << (failures - AUTHZ_FAILURE_FREE - 1),
			   AUTHZ_FAILURE_LONGEST_WAIT_MS);
}

int64
authz_failure_rest(int failures, TimestampTz last_at, TimestampTz now)
{
	int64 cost = authz_failure_cost(failures) * USECS_PER_MS;

	/* A clock that was set back makes nobody wait longer than the cost. */
	int64 passed = Max(now - last_at, 0);

	return passed >= cost ? 0 : (cost - passed + USECS_PER_MS - 1) / USECS_PER_MS;
}

TimestampTz
authz_failure_horizon(TimestampTz now)
{
	return now - AUTHZ_FAILURE_LIFE_S * USECS_PER_SEC;
}
