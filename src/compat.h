/*
 * compat.h
 *	  The only file that knows which PostgreSQL it is compiled for.
 */
#ifndef AUTHZ_COMPAT_H
#define AUTHZ_COMPAT_H

#include "postgres.h"

#include "catalog/pg_proc.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "utils/acl.h"

#if PG_VERSION_NUM < 150000
#error "authz needs PostgreSQL 15 or newer"
#endif

/* 18 tells loaded modules' names and versions. */
#if PG_VERSION_NUM >= 180000
#define AUTHZ_MODULE_MAGIC(v) PG_MODULE_MAGIC_EXT(.name = "authz", .version = v)
#else
#define AUTHZ_MODULE_MAGIC(v) PG_MODULE_MAGIC
#endif

/* 18 dropped execute_once. */
#if PG_VERSION_NUM >= 180000
#define AUTHZ_RUN_PARAMS QueryDesc *query, ScanDirection direction, uint64 count
#define AUTHZ_RUN_ARGS query, direction, count
#else
#define AUTHZ_RUN_PARAMS QueryDesc *query, ScanDirection direction, uint64 count, bool execute_once
#define AUTHZ_RUN_ARGS query, direction, count, execute_once
#endif

/* 16 made one function of the many that check an object's ACL. */
#if PG_VERSION_NUM >= 160000
#define authz_may_execute(function, role) \
	(object_aclcheck(ProcedureRelationId, function, role, ACL_EXECUTE) == ACLCHECK_OK)
#else
#define authz_may_execute(function, role) \
	(pg_proc_aclcheck(function, role, ACL_EXECUTE) == ACLCHECK_OK)
#endif

/* So it did of the many that check who owns one. */
#if PG_VERSION_NUM >= 160000
#define authz_owns_table(table, role) object_ownercheck(RelationRelationId, table, role)
#define authz_owns_function(function, role) object_ownercheck(ProcedureRelationId, function, role)
#else
#define authz_owns_table(table, role) pg_class_ownercheck(table, role)
#define authz_owns_function(function, role) pg_proc_ownercheck(function, role)
#endif

/* What ends a statement; 17 knows one more, which ends its transaction. */
#if PG_VERSION_NUM >= 170000
#define authz_interrupt_ends_statement() \
	(QueryCancelPending || ProcDiePending || ClientConnectionLost || TransactionTimeoutPending)
#else
#define authz_interrupt_ends_statement() \
	(QueryCancelPending || ProcDiePending || ClientConnectionLost)
#endif

/* 18 has its own word for functions that do not return. */
#if PG_VERSION_NUM >= 180000
#define AUTHZ_NORETURN pg_noreturn
#else
#define AUTHZ_NORETURN pg_attribute_noreturn()
#endif

#endif
