/*
 * protect.h
 *	  What the doors to content tables share.
 */
#ifndef AUTHZ_SQL_PROTECT_H
#define AUTHZ_SQL_PROTECT_H

#include "postgres.h"

#include "sql/protection.h"

/* Runs statements as the caller, with the caller's rights. */
extern void authz_protect_execute(const char *sql);

/* 55000 where the table has policies of ours. */
extern void authz_protect_refuse_protected(Oid table);

/* Registers the permissions of the prefix. */
extern void authz_protect_register(const AuthzProtection *protection);

/* A NOTICE for each column that has no index, a WARNING of an owner whom nothing binds. */
extern void authz_protect_advise(const AuthzProtection *protection);
extern void authz_protect_advise_index(Oid table, const char *column);
extern void authz_protect_advise_owner(Oid table);

#endif
