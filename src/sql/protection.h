/*
 * protection.h
 *	  How a content table is to be protected, and the statements that do it.
 */
#ifndef AUTHZ_SQL_PROTECTION_H
#define AUTHZ_SQL_PROTECTION_H

#include "postgres.h"

#include "fmgr.h"
#include "sql/door.h"

typedef struct AuthzProtection
{
	Oid content;
	char *table;	/* qualified and quoted */
	char *schema;	/* of authz's functions, quoted */
	char *category; /* column names as they are; NULL for none */
	char *owner;
	char *account_column;
	char *key;
	char *prefix;
	char *uncategorized;
	int account_id;
	bool force;
} AuthzProtection;

/*
 * The arguments of authz_protect and authz_protect_sql, in their order:
 * content, category, owner, prefix, uncategorized, key, account column,
 * account, editors, publishers, viewers, force. Raises for what cannot be
 * protected so, or by the caller.
 */
extern AuthzProtection authz_protection_read(FunctionCallInfo fcinfo, const AuthzDoor *door);

/* The statements, for anybody to read and for the table's owner to run. */
extern char *authz_protection_sql(const AuthzProtection *protection);

/* 0A000 for what is not a table, 42501 unless the caller owns it. */
extern void authz_protection_check_table(Oid content);

/* schema.table, quoted where need be. */
extern char *authz_qualified_table(Oid table);

#endif
