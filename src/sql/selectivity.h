/*
 * selectivity.h
 *	  The part of a column's rows that a session is let through to.
 */
#ifndef AUTHZ_SQL_SELECTIVITY_H
#define AUTHZ_SQL_SELECTIVITY_H

#include "postgres.h"

#include "entitle/judge.h"
#include "nodes/pathnodes.h"

/*
 * By the column's statistics and what its index has counted; element is what the
 * arrays of an array column hold.
 */
extern double authz_selectivity(PlannerInfo *root, Node *column, int varRelid,
								const AuthzGate *gate, Oid element);

/* The same by the statistics alone, as PostgreSQL will take an index condition for it. */
extern double authz_selectivity_by_statistics(PlannerInfo *root, Node *column, int varRelid,
											  const AuthzGate *gate, Oid element);

#endif
