/*
 * import_source.c
 *	  Where the lines of an import come from: a text, or a table of text.
 *
 * A table is read as the caller, by an ordinary query: its rights, its row
 * security and whatever functions a view calls are his. Nothing of authz is
 * open meanwhile.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "miscadmin.h"
#include "sql/import_source.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/rel.h"
#include "utils/varlena.h"

#define PIECE 65536		/* bytes between two looks at interrupts */
#define ROWS_AT_ONCE 32 /* they may be long */

void
authz_import_source_text(AuthzImportSource *source, const char *text, size_t length)
{
	memset(source, 0, sizeof(*source));
	source->rest = text;
	source->length = length;
}

AUTHZ_NORETURN static void
refuse(const char *name)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("invalid source of an import: %s", name),
					errhint("It is a table or view with one column, of type text.")));
}

static bool
can_be_read(char relkind)
{
	return relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE ||
		   relkind == RELKIND_VIEW || relkind == RELKIND_MATVIEW ||
		   relkind == RELKIND_FOREIGN_TABLE;
}

/* SELECT line FROM public.lines */
static char *
query_of(Oid table)
{
	Relation relation = try_relation_open(table, AccessShareLock);
	const char *column = NULL;
	char *name;
	char *query;

	if (relation == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
						errmsg("there is no such table to import from")));
	name = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
									  RelationGetRelationName(relation));
	if (!can_be_read(relation->rd_rel->relkind))
		refuse(name);
	for (int i = 0; i < RelationGetDescr(relation)->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), i);
		Oid type;

		if (attribute->attisdropped)
			continue;
		type = getBaseType(attribute->atttypid);
		if (column != NULL || (type != TEXTOID && type != VARCHAROID))
			refuse(name);
		column = quote_identifier(NameStr(attribute->attname));
	}
	if (column == NULL)
		refuse(name);
	query = psprintf("SELECT t.%s::pg_catalog.text FROM %s t", column, name);
	relation_close(relation, NoLock);
	return query;
}

void
authz_import_source_table(AuthzImportSource *source, Oid table)
{
	char *query = query_of(table);

	memset(source, 0, sizeof(*source));
	source->row_context =
		AllocSetContextCreate(CurrentMemoryContext, "authz import row", ALLOCSET_DEFAULT_SIZES);
	/* Lines come in the order in which they stand, from the first one on. */
	source->guc_level = NewGUCNestLevel();
	(void) set_config_option("synchronize_seqscans", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to the server programming interface");
	source->portal =
		SPI_cursor_open_with_args(NULL, query, 0, NULL, NULL, NULL, false, CURSOR_OPT_NO_SCROLL);
	PinPortal(source->portal);
}

void
authz_import_source_close(AuthzImportSource *source)
{
	if (source->row_context == NULL)
		return;
	UnpinPortal(source->portal);
	SPI_cursor_close(source->portal);
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "could not disconnect from the server programming interface");
	AtEOXact_GUC(true, source->guc_level);
}

/* The next row, without its end; false after the last. */
static bool
next_row(AuthzImportSource *source)
{
	MemoryContext caller;
	Datum value;
	bool isnull;

	if (source->row == source->nrows)
	{
		if (source->rows != NULL)
			SPI_freetuptable(source->rows);
		SPI_cursor_fetch(source->portal, true, ROWS_AT_ONCE);
		source->rows = SPI_tuptable;
		source->nrows = SPI_processed;
		source->row = 0;
		if (source->nrows == 0)
			return false;
	}
	MemoryContextReset(source->row_context);
	value = SPI_getbinval(source->rows->vals[source->row++], source->rows->tupdesc, 1, &isnull);
	source->length = 0;
	if (!isnull)
	{
		text *row;

		caller = MemoryContextSwitchTo(source->row_context);
		row = DatumGetTextPP(value);
		MemoryContextSwitchTo(caller);
		source->rest = VARDATA_ANY(row);
		source->length = VARSIZE_ANY_EXHDR(row);
	}
	source->line_end = true;
	return true;
}

void
authz_import_source_feed(AuthzImportSource *source, AuthzCsv *csv)
{
	size_t n = Min(source->length, PIECE);

	CHECK_FOR_INTERRUPTS();
	if (n > 0)
	{
		authz_csv_feed(csv, source->rest, n);
		source->rest += n;
		source->length -= n;
	}
	else if (source->line_end)
	{
		authz_csv_feed(csv, "\n", 1);
		source->line_end = false;
	}
	else if (source->row_context == NULL || !next_row(source))
		authz_csv_finish(csv);
}
