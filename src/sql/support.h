/*
 * support.h
 *	  Planner support, as far as the checks themselves need it.
 */
#ifndef AUTHZ_SQL_SUPPORT_H
#define AUTHZ_SQL_SUPPORT_H

#include "postgres.h"

#include "entitle/judge.h"

/*
 * Told of the gate of an execution. A plan that was made for a session that is
 * let through to most rows tries all of them, for ever; when one that is let
 * through to few comes across such plans they are made anew.
 */
extern void authz_support_note(const AuthzGate *gate);

#endif
