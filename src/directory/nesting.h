/*
 * nesting.h
 *	  Groups within groups.
 *
 * Active Directory follows them itself, by a matching rule; elsewhere they are
 * walked, up from the user, each group once.
 */
#ifndef AUTHZ_DIRECTORY_NESTING_H
#define AUTHZ_DIRECTORY_NESTING_H

#include <stdbool.h>

#include "directory/dnset.h"
#include "directory/question.h"

/*
 * So many levels are walked; more are an error and not left out: a group that
 * is missing gives a stronger role where the weakest is looked for first.
 */
#define AUTHZ_NESTING_MAX 32

/* Whether the server is one that knows AUTHZ_RULE_IN_CHAIN. */
extern AuthzDirectoryStatus authz_nesting_is_known(AuthzConnection *connection, bool *known);

/* Adds the names of all entries that the filter finds, or of those among others alone. */
extern AuthzDirectoryStatus authz_nesting_collect(AuthzQuestion *question,
												  AuthzConnection *connection, const char *filter,
												  AuthzDnSet *into, const AuthzDnSet *among);

/* Adds the groups that those in the set from the given place on are in, to any depth. */
extern AuthzDirectoryStatus authz_nesting_climb(AuthzQuestion *question,
												AuthzConnection *connection, AuthzDnSet *groups,
												size_t begin);

#endif
