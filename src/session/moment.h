/*
 * moment.h
 *	  Moments as tokens write them: seconds since 1970.
 */
#ifndef AUTHZ_SESSION_MOMENT_H
#define AUTHZ_SESSION_MOMENT_H

#include "postgres.h"

#include "utils/timestamp.h"

static inline TimestampTz
authz_moment_from_unix(int64 seconds)
{
	return (TimestampTz) (seconds - (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY) *
		   USECS_PER_SEC;
}

static inline int64
authz_moment_to_unix(TimestampTz moment)
{
	return moment / USECS_PER_SEC + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY;
}

#endif
