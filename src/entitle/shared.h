/*
 * shared.h
 *	  What an account's categories open to more than their members.
 */
#ifndef AUTHZ_ENTITLE_SHARED_H
#define AUTHZ_ENTITLE_SHARED_H

#include "entitle/cache.h"
#include "pure/idset.h"

typedef struct AuthzShared
{
	AuthzEntry entry;
	AuthzIdSet *everyone;	   /* visible to any session in scope */
	AuthzIdSet *authenticated; /* visible to any user in scope */
	AuthzIdSet *open;		   /* where whoever may view may contribute */
	AuthzIdSet *scope;		   /* of a confined session: all it can reach; else NULL */

	/* What carries a context, or one of the selector's, and the branch; only where it was loaded. */
	AuthzIdSet *marked;
	AuthzIdSet *branch;
	int64 last; /* of these */
} AuthzShared;

/*
 * Key: account, as selector the contexts that the session is confined to, and as
 * principal the category that it stays below.
 */
extern AuthzEntryKind authz_shared_kind;

typedef struct AuthzEvery
{
	AuthzEntry entry;
	AuthzIdSet *categories; /* of the account */
} AuthzEvery;

/* Key: account. */
extern AuthzEntryKind authz_every_kind;

#endif
