/*
 * policy.h
 *	  The statements that protect a content table.
 */
#ifndef AUTHZ_SQL_POLICY_H
#define AUTHZ_SQL_POLICY_H

#include "postgres.h"

#include "sql/protection.h"

/* For anybody to read and for the table's owner to run. */
extern char *authz_policy_sql(const AuthzProtection *protection);

/*
 * Conditions on a row of the content table, whose columns they name: who sees
 * it, and who may touch it, seen or not, beside those with a level on one of its
 * categories. With the permission of this verb, if the table asks for any.
 */
extern char *authz_policy_touch_condition(const AuthzProtection *protection, const char *verb);

/* The same of the people whom the row itself names; 'false' where it names none. */
extern char *authz_policy_person_condition(const AuthzProtection *protection, const char *verb);

/* The permission that goes with a verb, '' for none. */
extern char *authz_policy_permission(const AuthzProtection *protection, const char *verb);

/* permission and account as arguments of the checks */
extern char *authz_policy_arguments(const AuthzProtection *protection, const char *verb);

#endif
