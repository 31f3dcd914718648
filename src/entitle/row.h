/*
 * row.h
 *	  The rows that a session's privileges name by their keys.
 *
 * A key is compared as text; '*' among the values names every row.
 */
#ifndef AUTHZ_ENTITLE_ROW_H
#define AUTHZ_ENTITLE_ROW_H

#include "postgres.h"

#include "session/session.h"

typedef enum AuthzNaming
{
	AUTHZ_NAMED_TO_VIEW, /* sview, disableentitlementforentry */
	AUTHZ_NAMED_TO_EDIT	 /* edit */
} AuthzNaming;

/* What the word of a policy stands for: edit, or sview as any other. */
extern AuthzNaming authz_row_naming(const char *privilege);

/* Whether the row is named; one without a key (NULL) never is. */
extern bool authz_row_named(const AuthzSession *session, AuthzNaming naming, const char *key);

/* Whether the row is not beyond limitentry; one without a key is. */
extern bool authz_row_within(const AuthzSession *session, const char *key);

/* The keys that are named, palloc'd; *all where every row is. */
extern char **authz_row_keys(const AuthzSession *session, AuthzNaming naming, int *n, bool *all);

#endif
