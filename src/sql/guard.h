/*
 * guard.h
 *	  What the triggers of protected tables know: their table, the caller, and
 *	  whose a row is.
 */
#ifndef AUTHZ_SQL_GUARD_H
#define AUTHZ_SQL_GUARD_H

#include "postgres.h"

#include "commands/trigger.h"
#include "compat.h"
#include "entitle/judge.h"
#include "fmgr.h"

/* What stays the same for all rows of a table in an execution. */
typedef struct AuthzGuarded
{
	bool binds;	  /* row security binds the caller */
	int category; /* attribute numbers; 0 for no such column */
	int owner;
	int editors;
	int publishers;
	int key;
	const char *permission; /* to update; NULL for none */
	int account_id;			/* 0 for any */
	const char *link;		/* the table that the categories follow; NULL for none */
} AuthzGuarded;

typedef struct AuthzGuard
{
	const AuthzGuarded *guarded;
	TriggerData *trigger;
	AuthzJudgement *judgement;
	const AuthzSession *session;
} AuthzGuard;

/* Raises for a trigger that the protection of a table did not make. */
AUTHZ_NORETURN extern void authz_guard_refuse_protocol(void);

/* 42501 */
AUTHZ_NORETURN extern void authz_guard_refuse(const char *hint);

/* The value of the trigger's argument 'name=value', NULL where it is not there. */
extern const char *authz_guard_argument(const Trigger *trigger, const char *name);

/* Whether row security binds the caller, by the table or by one above it. */
extern bool authz_guard_binds(Oid table);

/* The guard of a row trigger for this operation; judgement and session only where the caller is bound. */
extern AuthzGuard authz_guard_begin(FunctionCallInfo fcinfo, TriggerEvent operation);

/* A column's value; NULL also for column 0. */
extern Datum authz_guard_value(const AuthzGuard *guard, HeapTuple row, int column, bool *isnull);
extern char *authz_guard_owner(const AuthzGuard *guard, HeapTuple row);

/* Whether it is the subject's name, or one of its groups'. */
extern bool authz_guard_is_mine(const AuthzGuard *guard, const char *name);
extern bool authz_guard_owns(const AuthzGuard *guard, HeapTuple row);

/* Whether the subject is among the people in the column. */
extern bool authz_guard_is_among(const AuthzGuard *guard, HeapTuple row, int column);

/* Whether the session's privileges name the row to edit it. */
extern bool authz_guard_is_named(const AuthzGuard *guard, HeapTuple row);

#endif
