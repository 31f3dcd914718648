/*
 * protection.h
 *	  How a content table is to be protected.
 */
#ifndef AUTHZ_SQL_PROTECTION_H
#define AUTHZ_SQL_PROTECTION_H

#include "postgres.h"

#include "compat.h"
#include "fmgr.h"
#include "sql/door.h"

typedef struct AuthzProtection
{
	Oid content;
	char *table;	/* qualified and quoted */
	char *schema;	/* of authz's functions, quoted */
	char *category; /* column names as they are; NULL for none */
	bool is_array;	/* the category column is one */
	char *owner;
	char *editors;
	char *publishers;
	char *viewers;
	char *account_column;
	char *key;
	const char *key_type; /* what the key is cast to, qualified; NULL without one */
	char *prefix;
	char *uncategorized;
	int account_id;
	bool force;
	char *link; /* the table that the category column follows, quoted; NULL for none */
	char *link_key;
	char *link_category;
	char *link_status; /* NULL where every assignment counts */
} AuthzProtection;

/* Where the options stand among a function's arguments; -1 for one that is not there. */
typedef struct AuthzProtectionArguments
{
	int category, owner, prefix, uncategorized, key, account_column, account, editors, publishers,
		viewers, force;
} AuthzProtectionArguments;

/*
 * The options as given; raises for what cannot be protected so, or by the
 * caller. Argument 0 is the table. Without a key column the primary key is one,
 * if it is a single column of a type that keys have.
 */
extern AuthzProtection authz_protection_read(FunctionCallInfo fcinfo, const AuthzDoor *door,
											 const AuthzProtectionArguments *arguments);

/* 0A000 for what is not a table, 42501 unless the caller owns it. */
extern void authz_protection_check_table(Oid table);

/* Raises unless the column is there and of one of the types that keys have; what it is cast to. */
extern const char *authz_protection_key_type(Oid table, const char *column);

/* The column's type; 42703 where there is no such column. */
extern Oid authz_protection_column_type(Oid table, const char *column);

AUTHZ_NORETURN extern void authz_protection_refuse_type(const char *column, const char *hint);

/* A column that an argument names, NULL for none. */
extern char *authz_protection_column(FunctionCallInfo fcinfo, int n);

/* schema.table, quoted where need be. */
extern char *authz_qualified_table(Oid table);

#endif
