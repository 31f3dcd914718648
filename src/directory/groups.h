/*
 * groups.h
 *	  The groups that somebody is in, and the role that they give.
 */
#ifndef AUTHZ_DIRECTORY_GROUPS_H
#define AUTHZ_DIRECTORY_GROUPS_H

#include "directory/person.h"
#include "directory/question.h"

/* Fills the result's groups and role. */
extern AuthzDirectoryStatus authz_groups_read(AuthzQuestion *question, AuthzConnection *connection,
											  AuthzPerson *person);

#endif
