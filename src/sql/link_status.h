/*
 * link_status.h
 *	  The words of a link table's status column: whether an assignment counts.
 *
 * They are compared without regard to case. Any other word, and none, is an
 * assignment that does not count.
 */
#ifndef AUTHZ_SQL_LINK_STATUS_H
#define AUTHZ_SQL_LINK_STATUS_H

#include "postgres.h"

typedef enum AuthzLinkStatus
{
	AUTHZ_LINK_OTHER,
	AUTHZ_LINK_ACTIVE,
	AUTHZ_LINK_PENDING,
	AUTHZ_LINK_REJECTED
} AuthzLinkStatus;

/* Why a column of the type cannot hold them, as a hint; NULL where it can. */
extern const char *authz_link_status_fault(Oid type, int32 typmod);

/* What a value of such a type means. */
extern AuthzLinkStatus authz_link_status_of(Datum value, bool isnull, Oid type);

/* The word as such a column spells it, and as its value. */
extern const char *authz_link_status_word(AuthzLinkStatus status, Oid type);
extern Datum authz_link_status_value(AuthzLinkStatus status, Oid type, int32 typmod);

#endif
