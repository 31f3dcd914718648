/*
 * person.h
 *	  A user's entry: found, and read.
 */
#ifndef AUTHZ_DIRECTORY_PERSON_H
#define AUTHZ_DIRECTORY_PERSON_H

#include "directory/dnset.h"
#include "directory/question.h"
#include "directory/sid.h"

/* What the entry says of groups. */
typedef struct AuthzPerson
{
	AuthzDnSet groups; /* memberOf, where groups are the user's */
	AuthzArena *arena;
	const char **uids; /* where members are names */
	size_t uid_count;
	const char *primary_rid; /* NULL: none */
	AuthzSid sid;			 /* length 0: none */
} AuthzPerson;

/* The one entry that the pattern finds; its name. */
extern AuthzDirectoryStatus authz_person_find(AuthzQuestion *question, AuthzConnection *connection,
											  const char **dn);

/* The name that the format makes of the user's. */
extern AuthzDirectoryStatus authz_person_name(AuthzQuestion *question, const char **dn);

/* Fills the result's name and details, and what the entry says of groups. */
extern AuthzDirectoryStatus authz_person_read(AuthzQuestion *question, AuthzConnection *connection,
											  AuthzPerson *person);

#endif
