/*
 * reach.h
 *	  What lies below categories of an account: all of it, or what inherits.
 */
#ifndef AUTHZ_ENTITLE_REACH_H
#define AUTHZ_ENTITLE_REACH_H

#include "postgres.h"

#include "entitle/idlist.h"
#include "utils/snapshot.h"

typedef enum AuthzReachKind
{
	AUTHZ_REACH_INHERITING, /* over steps that inherit, alone */
	AUTHZ_REACH_ALL
} AuthzReachKind;

/* From a category to one below it. */
typedef struct AuthzStep
{
	int64 parent;
	int64 child;
} AuthzStep;

typedef struct AuthzReach
{
	AuthzReachKind kind;
	int account_id;
	Snapshot snapshot;
	AuthzStep *steps; /* those of the whole account by parent, once they are needed */
	size_t nsteps;
	size_t room;
} AuthzReach;

/*
 * Adds to the list what can be reached from the ids in it; both are sorted.
 * Within authz_store_begin and _end, at whose end all memory is gone.
 */
extern void authz_reach_down(AuthzReach *reach, AuthzIdList *list);

#endif
