/*
 * support.h
 *	  Planner support: what the checks need of it, and what its parts share.
 */
#ifndef AUTHZ_SQL_SUPPORT_H
#define AUTHZ_SQL_SUPPORT_H

#include "postgres.h"

#include "entitle/judge.h"
#include "nodes/supportnodes.h"

/*
 * Told of the gate of an execution. A plan that was made for a session that is
 * let through to most rows tries all of them, for ever; when one that is let
 * through to few comes across such plans they are made anew.
 */
extern void authz_support_note(const AuthzGate *gate);

/* The function of that name and those arguments, whoever may use its schema; InvalidOid for none. */
extern Oid authz_support_function(Oid schema, const char *name, int nargs, const Oid *argtypes);

/* A look into a set costs about what an operator does. */
extern Node *authz_support_cost(SupportRequestCost *request, double operators);

#endif
