/*
 * selectivity.h
 *	  The part of a column's rows that a session is let through to.
 */
#ifndef AUTHZ_SQL_SELECTIVITY_H
#define AUTHZ_SQL_SELECTIVITY_H

#include "postgres.h"

#include "entitle/judge.h"
#include "nodes/pathnodes.h"

/* By the column's statistics; element is what the arrays of an array column hold. */
extern double authz_selectivity(PlannerInfo *root, Node *column, int varRelid,
								const AuthzGate *gate, Oid element);

#endif
