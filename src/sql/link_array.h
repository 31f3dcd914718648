/*
 * link_array.h
 *	  The array of categories in a content table, as assignments change it.
 *
 * Each change is one of one element of one row, so that two transactions on a
 * row are both right. It is made as the table's owner, in sight of what is
 * committed at this moment.
 */
#ifndef AUTHZ_SQL_LINK_ARRAY_H
#define AUTHZ_SQL_LINK_ARRAY_H

#include "postgres.h"

#include "sql/ids.h"
#include "sql/linked.h"

typedef struct AuthzLinkArray AuthzLinkArray;

/* In the current memory context, for all rows of a statement. */
extern AuthzLinkArray *authz_link_array(const AuthzLinked *linked);

/* Nothing happens where it is so already, or where there is no row of the key. */
extern void authz_link_array_add(const AuthzLinkArray *array, Datum key, int64 category);
extern void authz_link_array_remove(const AuthzLinkArray *array, Datum key, int64 category);

/* The row, which is there, has these categories and no others. */
extern void authz_link_array_set(const AuthzLinkArray *array, Datum key, const AuthzIds *ids);

/* No row has any. */
extern void authz_link_array_empty(const AuthzLinkArray *array);

/*
 * Who adds a row, or gives it another key, keeps those away who would add an
 * assignment to no row, until his transaction ends.
 */
extern void authz_link_array_claim(const AuthzLinked *linked);

#endif
