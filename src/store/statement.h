/*
 * statement.h
 *	  Prepared statements on authz's own tables, run as the extension's owner.
 *
 * Between authz_store_begin and authz_store_end the current user is the owner
 * of schema authz and the search path holds pg_catalog alone: the statements
 * may use bare operators and functions and mean what they say. An error in
 * between is undone by the (sub)transaction that it aborts.
 */
#ifndef AUTHZ_STORE_STATEMENT_H
#define AUTHZ_STORE_STATEMENT_H

#include "postgres.h"

#include "executor/spi.h"
#include "utils/snapshot.h"

#define AUTHZ_STATEMENT_MAX_ARGS 24

/* Static storage; the plan is made at first use and kept. */
typedef struct AuthzStatement
{
	const char *sql;
	int nargs;
	Oid argtypes[AUTHZ_STATEMENT_MAX_ARGS];
	SPIPlanPtr plan;
} AuthzStatement;

typedef struct AuthzActing
{
	Oid user;
	int sec_context;
	int guc_level;
} AuthzActing;

/* Schema authz, InvalidOid where the extension is not installed. */
extern Oid authz_store_schema(void);

/* The role that owns the extension's tables. */
extern Oid authz_store_owner(void);

extern void authz_store_begin(AuthzActing *acting);
extern void authz_store_end(AuthzActing *acting);

/* Reads with this snapshot (never changes rows); returns the number of rows, in SPI_tuptable. */
extern uint64 authz_store_read(AuthzStatement *statement, Datum *values, const char *nulls,
							   Snapshot snapshot);

/*
 * Reads with this snapshot and hands over row by row what may be millions of
 * rows, none of which is kept; an interrupt ends it. Values by reference are
 * gone with the next row.
 */
typedef void (*AuthzRowReader)(void *arg, const Datum *values, const bool *nulls);
extern void authz_store_stream(AuthzStatement *statement, Datum *values, const char *nulls,
							   Snapshot snapshot, AuthzRowReader reader, void *arg);

/* Reads what holds at this very moment, whatever the isolation level. */
extern uint64 authz_store_read_fresh(AuthzStatement *statement, Datum *values, const char *nulls);

/* Reads and writes with the transaction's own snapshot. */
extern uint64 authz_store_write(AuthzStatement *statement, Datum *values, const char *nulls);

/*
 * A registered snapshot of this very moment, whatever the isolation level, in
 * parallel mode and on a standby too. The caller unregisters it.
 */
extern Snapshot authz_store_snapshot(void);

/* Values of SPI_tuptable, by column from 1; NULL reads as NULL, false or 0. Text is palloc'd. */
extern Datum authz_store_value(uint64 row, int column, bool *isnull);
extern char *authz_store_text(uint64 row, int column);
extern bool authz_store_bool(uint64 row, int column);
extern int64 authz_store_int64(uint64 row, int column);

#endif
