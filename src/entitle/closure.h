/*
 * closure.h
 *	  A principal and the groups it is in, directly or through groups.
 */
#ifndef AUTHZ_ENTITLE_CLOSURE_H
#define AUTHZ_ENTITLE_CLOSURE_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "entitle/cache.h"

typedef struct AuthzClosure
{
	Datum principals;	 /* bigint[]: those that count */
	TimestampTz horizon; /* when a membership begins or ends */
} AuthzClosure;

/*
 * Loads the closure of the entry's principal, within authz_store_begin and
 * _end; the entry depends on all of it, groups that give nothing included.
 * There is room for so many keys more.
 */
extern AuthzClosure authz_closure_load(AuthzEntry *entry, Snapshot snapshot, int more_keys);

/* The moments after $2 at which a row limited in time begins or ends to count. */
/* clang-format off */
#define AUTHZ_SQL_TURN(row) \
	"CASE WHEN " row ".valid_from > $2 THEN " row ".valid_from END," \
	"CASE WHEN " row ".valid_until > $2 THEN " row ".valid_until END," \
	"timestamptz 'infinity'"

/* Whether a row limited in time counts at $2. */
#define AUTHZ_SQL_COUNTS(row) \
	"(" row ".valid_from IS NULL OR " row ".valid_from <= $2)" \
	" AND (" row ".valid_until IS NULL OR " row ".valid_until > $2)"

#define AUTHZ_SQL_LIMITED(row) \
	"(" row ".valid_from IS NOT NULL OR " row ".valid_until IS NOT NULL)"

/*
 * The principal $1 and the groups it is in, at the moment $2: (id, counts,
 * horizon), where counts is false for a group that gives nothing, whose change
 * would matter all the same.
 */
#define AUTHZ_SQL_MINE \
	" mine(id, counts, horizon) AS (" \
	"  SELECT $1, true, timestamptz 'infinity'" \
	"  UNION" \
	"  SELECT g.group_id, p.status = 'active' AND " AUTHZ_SQL_COUNTS("g") "," \
	"         least(" AUTHZ_SQL_TURN("g") ")" \
	"    FROM mine m" \
	"    JOIN authz.group_user g ON g.principal_id = m.id" \
	"    JOIN authz.principal p ON p.principal_id = g.group_id" \
	"   WHERE m.counts)"
/* clang-format on */

/* The elements of an array of bigint, none of which is NULL. */
extern int64 *authz_array_elements(Datum array, size_t *n);

#endif
