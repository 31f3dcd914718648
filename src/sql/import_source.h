/*
 * import_source.h
 *	  Where the lines of an import come from: a text, or a table of text.
 */
#ifndef AUTHZ_SQL_IMPORT_SOURCE_H
#define AUTHZ_SQL_IMPORT_SOURCE_H

#include "postgres.h"

#include "executor/spi.h"
#include "pure/csv.h"

typedef struct AuthzImportSource
{
	/* What has not been fed yet. */
	const char *rest;
	size_t length;
	bool line_end; /* a row's line ends with it */

	/* Of a table. */
	Portal portal;
	int guc_level;
	SPITupleTable *rows; /* fetched at once; NULL for none */
	uint64 row;			 /* the next of them */
	uint64 nrows;
	MemoryContext row_context; /* NULL for a text */
} AuthzImportSource;

extern void authz_import_source_text(AuthzImportSource *source, const char *text, size_t length);

/*
 * Opens a table of one column of text, to be read with the caller's own rights;
 * raises 22023 for another shape. To be closed, since it holds a connection to
 * the server programming interface.
 */
extern void authz_import_source_table(AuthzImportSource *source, Oid table);
extern void authz_import_source_close(AuthzImportSource *source);

/* Feeds the reader with more, or tells it that there is no more. */
extern void authz_import_source_feed(AuthzImportSource *source, AuthzCsv *csv);

#endif
