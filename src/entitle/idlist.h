/*
 * idlist.h
 *	  A list of ids that grows while rows are read, and becomes a set.
 */
#ifndef AUTHZ_ENTITLE_IDLIST_H
#define AUTHZ_ENTITLE_IDLIST_H

#include "postgres.h"

#include "pure/idset.h"

/* Zeroed it is empty; the ids are in the context that was current at the first. */
typedef struct AuthzIdList
{
	int64 *ids;
	size_t n;
	size_t room;
} AuthzIdList;

/* Makes room for so many more. */
extern void authz_idlist_grow(AuthzIdList *list, size_t more);

static inline void
authz_idlist_add(AuthzIdList *list, int64 id)
{
	if (unlikely(list->n == list->room))
		authz_idlist_grow(list, 1);
	list->ids[list->n++] = id;
}

extern void authz_idlist_append(AuthzIdList *list, const AuthzIdList *other);
extern void authz_idlist_free(AuthzIdList *list);

/* An AuthzRowReader: adds the first column, a bigint. */
extern void authz_idlist_read(void *list, const Datum *values, const bool *nulls);

/* Each id once, in ascending order. */
extern void authz_idlist_sort(AuthzIdList *list);

/* Takes away those in the other one; both are sorted. */
extern void authz_idlist_subtract(AuthzIdList *list, const AuthzIdList *other);

/* Those of the list that are in the other one, a list of its own; both are sorted. */
extern AuthzIdList authz_idlist_common(const AuthzIdList *list, const AuthzIdList *other);

/* As an argument of a statement, bigint[]. */
extern Datum authz_idlist_array(const AuthzIdList *list);

/* The set of them in this context, NULL for none; sorts the list. */
extern AuthzIdSet *authz_idlist_set(AuthzIdList *list, MemoryContext context);

#endif
