/*
 * link_policy.h
 *	  The statements that protect a link table, and keep an array of the content
 *	  table in step with it.
 */
#ifndef AUTHZ_SQL_LINK_POLICY_H
#define AUTHZ_SQL_LINK_POLICY_H

#include "postgres.h"

#include "sql/protection.h"

/* Policies and triggers of both tables, beside those of authz_policy_sql. */
extern char *authz_link_sql(const AuthzProtection *protection, Oid link);

/* Fills the array from the assignments that count; rows that are right already stay untouched. */
extern char *authz_link_fill_sql(const AuthzProtection *protection);

/* A reference to a key column, as keys of the type are compared with an index. */
extern char *authz_link_key(const char *reference, const char *key_type);

/* Whether an assignment counts; 'true' where all do. */
extern char *authz_link_counts(const char *alias, const char *status);

#endif
