/*
 * search.h
 *	  Searches, entry by entry, and the values in entries.
 */
#ifndef AUTHZ_DIRECTORY_SEARCH_H
#define AUTHZ_DIRECTORY_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "directory/arena.h"
#include "directory/connection.h"

typedef struct AuthzSearch
{
	const char *base;
	int scope;
	const char *filter;
	const char *const *attributes; /* ends with NULL; NULL: no attributes */
	int size_limit;				   /* asked of the server; 0 for none */
	bool paged;					   /* portion by portion (RFC 2696), where the server can */

	/* Called with each entry; anything but AUTHZ_DIRECTORY_OK ends the search. */
	AuthzDirectoryStatus (*visit)(void *argument, LDAP *ld, LDAPMessage *entry);
	void *argument;
} AuthzSearch;

/* References to other servers are skipped. */
extern AuthzDirectoryStatus authz_search(AuthzConnection *connection, const AuthzSearch *search);

/* The entry's distinguished name, well-formed. */
extern AuthzDirectoryStatus authz_entry_dn(AuthzArena *arena, LDAP *ld, LDAPMessage *entry,
										   const char **dn);

/*
 * The first value that is text without control characters, not empty and no
 * longer than AUTHZ_DETAIL_MAX; NULL where there is none.
 */
extern AuthzDirectoryStatus authz_entry_text(AuthzArena *arena, LDAP *ld, LDAPMessage *entry,
											 const char *attribute, const char **text);

/*
 * All values of one attribute, also where they come in portions: feed the
 * entries that were found to authz_values_take(), then call authz_values_rest().
 */
typedef struct AuthzValues
{
	const char *attribute;
	AuthzDirectoryStatus (*visit)(void *argument, const char *value, size_t length);
	void *argument;
	bool more;
	unsigned next; /* the first value of the next portion */
} AuthzValues;

extern AuthzDirectoryStatus authz_values_take(AuthzValues *values, LDAP *ld, LDAPMessage *entry);
extern AuthzDirectoryStatus authz_values_rest(AuthzValues *values, AuthzConnection *connection,
											  const char *dn);

#endif
