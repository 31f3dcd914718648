/*
 * import.c
 *	  What the imports of CSV share: the header, the lines in batches, what became
 *	  of each, and how far it has come.
 */
#include "postgres.h"

#include "access/xact.h"
#include "compat.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "session/setting.h"
#include "sql/door.h"
#include "sql/import.h"
#include "sql/import_source.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#define LINES_AT_ONCE 1000
#define BYTES_AT_ONCE 1048576 /* of cells */
#define LINES_BETWEEN_NOTICES 100000

/* One line --------------------------------------------------------------------- */

/* What the rules say of a line; anything else concerns the whole import. */
static bool
concerns_a_line(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_DATA_EXCEPTION:
		case ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION:
			return true;
	}
	return sqlstate == ERRCODE_INSUFFICIENT_PRIVILEGE || sqlstate == ERRCODE_INVALID_PASSWORD ||
		   sqlstate == ERRCODE_NO_DATA_FOUND || sqlstate == ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST ||
		   sqlstate == ERRCODE_PROGRAM_LIMIT_EXCEEDED ||
		   sqlstate == ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE ||
		   sqlstate == ERRCODE_FEATURE_NOT_SUPPORTED;
}

ErrorData *
authz_import_attempt(void (*what)(void *), void *arg)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		what(arg);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	if (error != NULL && !concerns_a_line(error->sqlerrcode))
		ReThrowError(error);
	return error;
}

/* 42501: permission denied (This takes the permission "user.add".) */
static char *
describe(const ErrorData *error)
{
	char *text = psprintf("%s: %s", unpack_sql_state(error->sqlerrcode), error->message);

	return error->hint == NULL ? text : psprintf("%s (%s)", text, error->hint);
}

typedef struct Attempt
{
	AuthzImport *import;
	AuthzImportLine *line;
	void (*what)(AuthzImport *, AuthzImportLine *);
} Attempt;

static void
attempt(void *arg)
{
	Attempt *of = arg;

	of->what(of->import, of->line);
}

void
authz_import_line(AuthzImport *import, AuthzImportLine *line,
				  void (*what)(AuthzImport *, AuthzImportLine *))
{
	Attempt of = {import, line, what};
	MemoryContext batch = MemoryContextSwitchTo(import->line_context);
	ErrorData *error;

	CHECK_FOR_INTERRUPTS();
	error = authz_import_attempt(attempt, &of);
	MemoryContextSwitchTo(batch);
	if (error != NULL)
		line->error = describe(error);
	MemoryContextReset(import->line_context);
	authz_import_progress_tell(&import->progress);
}

Datum
authz_import_text_argument(const char *value)
{
	return value == NULL ? (Datum) 0 : CStringGetTextDatum(value);
}

Oid
authz_import_function(const char *name, int nargs)
{
	Oid function = authz_door_function(name, nargs);

	if (!OidIsValid(function) || !authz_may_execute(function, GetUserId()))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("permission denied for function %s", name)));
	return function;
}

Datum
authz_import_call(AuthzImportCall *call, const Datum *values)
{
	LOCAL_FCINFO(fcinfo, FUNC_MAX_ARGS);
	Oid function = authz_import_function(call->name, call->nargs);

	if (call->oid != function)
	{
		fmgr_info_cxt(function, &call->function, TopMemoryContext);
		call->oid = function;
	}
	InitFunctionCallInfoData(*fcinfo, &call->function, call->nargs, InvalidOid, NULL, NULL);
	for (int i = 0; i < call->nargs; i++)
	{
		fcinfo->args[i].value = values[i];
		fcinfo->args[i].isnull = values[i] == (Datum) 0;
	}
	return FunctionCallInvoke(fcinfo);
}

/* The header ------------------------------------------------------------------- */

/* The number of a word in a list that ends with NULL, -1 for none. */
static int
find_word(const char *const *words, const char *word)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static char *
list_words(const char *const *words)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; words[i] != NULL; i++)
		appendStringInfo(&list, i == 0 ? "%s" : ", %s", words[i]);
	return list.data;
}

#define PASSED_OVER (-1)
#define NAMELESS (-2) /* as a spreadsheet leaves them at the end: nothing stands there */

/* The cells of the header, by their columns. */
typedef struct Header
{
	int ncells; /* 0 before it has come */
	int columns[AUTHZ_CSV_CELLS_MAX];
} Header;

/* *action and * action and action: a name without what stands before it. */
static char *
name_of(const AuthzCsvCell *cell)
{
	const char *from = cell->text;
	char *name;
	size_t length;

	while (*from == ' ' || *from == '*')
		from++;
	name = pstrdup(from);
	length = strlen(name);
	while (length > 0 && name[length - 1] == ' ')
		name[--length] = '\0';
	return name;
}

AUTHZ_NORETURN static void
refuse_header(const char *what, const char *name, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg(what, name), errhint("%s", hint)));
}

static int
column_of(const AuthzImport *import, const char *name)
{
	const AuthzImportKind *kind = import->kind;
	int column = find_word(kind->columns, name);

	if (column < 0 && kind->find_column != NULL)
		column = kind->find_column(import, name);
	return column < 0 ? PASSED_OVER : column;
}

static void
read_header(AuthzImport *import, const AuthzCsv *csv, Header *header)
{
	const AuthzImportKind *kind = import->kind;
	StringInfoData passed_over;

	if (csv->ncells == 0 || csv->cells[0].text[0] != '*')
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the header is missing"),
						errhint("The first line names the columns and begins with an asterisk: "
								"*action,userId and so on.")));
	initStringInfo(&passed_over);
	for (int i = 0; i < csv->ncells; i++)
	{
		char *name = name_of(&csv->cells[i]);
		int column = name[0] == '\0' ? NAMELESS : column_of(import, name);

		header->columns[i] = column;
		if (column >= 0 && import->has[column])
			refuse_header("column \"%s\" comes twice", name, "Each has a name of its own.");
		if (column >= 0)
			import->has[column] = true;
		else if (find_word(kind->passed_over, name) >= 0)
			appendStringInfo(&passed_over, passed_over.len == 0 ? "%s" : ", %s", name);
		else if (column != NAMELESS)
			refuse_header("there is no column \"%s\"", name,
						  psprintf("There are %s.", list_words(kind->columns)));
	}
	if (!import->has[AUTHZ_IMPORT_USER_ID])
		refuse_header("column \"%s\" is missing", kind->columns[AUTHZ_IMPORT_USER_ID],
					  "The header names it.");
	kind->check_header(import);
	header->ncells = csv->ncells;
	if (passed_over.len > 0)
		ereport(NOTICE,
				(errmsg("columns that have no place here are passed over: %s", passed_over.data)));
}

/* The lines -------------------------------------------------------------------- */

static const char *const faults[] = {
	[AUTHZ_CSV_UNCLOSED] = "a quote is not closed",
	[AUTHZ_CSV_BEHIND_QUOTE] = "there is text behind a quote",
	[AUTHZ_CSV_MANY_CELLS] = "there are too many cells",
	[AUTHZ_CSV_LONG_CELL] = "a cell is too long",
	[AUTHZ_CSV_LONG_RECORD] = "the line is too long",
};

static void
set_error(AuthzImportLine *line, const char *what)
{
	line->error = psprintf("%s: %s", unpack_sql_state(ERRCODE_INVALID_PARAMETER_VALUE), what);
}

static void
read_action(AuthzImportLine *line)
{
	const char *word = line->cells[AUTHZ_IMPORT_ACTION];

	line->action = AUTHZ_IMPORT_ADD;
	if (word == NULL)
		return;
	line->action = AUTHZ_IMPORT_UNKNOWN;
	if (strlen(word) == 1 && strchr("1236", *word) != NULL)
		line->action = (AuthzImportAction) (*word - '0');
	else
		set_error(line,
				  psprintf("unknown action \"%.*s\" (It is 1 to add, 2 to update, 3 to delete "
						   "or 6 to add or update.)",
						   pg_mbcliplen(word, (int) strlen(word), 20), word));
}

static void
read_line(const AuthzCsv *csv, const Header *header, AuthzImportLine *line)
{
	for (int i = 0; i < csv->ncells; i++)
	{
		const AuthzCsvCell *cell = &csv->cells[i];
		size_t skipped = authz_csv_is_disarmed(cell->text, cell->length);

		if (cell->length == 0)
			continue;
		if (i >= header->ncells || header->columns[i] == NAMELESS)
		{
			set_error(line, faults[AUTHZ_CSV_MANY_CELLS]);
			return;
		}
		if (header->columns[i] >= 0)
			line->cells[header->columns[i]] =
				pnstrdup(cell->text + skipped, cell->length - skipped);
	}
	if (!csv->cells[0].quoted && csv->cells[0].text[0] == '*')
		set_error(line, "a header is the first line");
	else
		read_action(line);
}

typedef struct Batch
{
	MemoryContext context;
	AuthzImportLine *lines;
	int n;
	size_t bytes;
} Batch;

/* Results ---------------------------------------------------------------------- */

static const char *
word_of(AuthzImportAction action)
{
	switch (action)
	{
		case AUTHZ_IMPORT_ADD:
			return "add";
		case AUTHZ_IMPORT_UPDATE:
			return "update";
		case AUTHZ_IMPORT_DELETE:
			return "delete";
		case AUTHZ_IMPORT_ADD_OR_UPDATE:
			return "add_or_update";
		case AUTHZ_IMPORT_UNKNOWN:
			break;
	}
	return NULL;
}

static void
put_result(ReturnSetInfo *result, const AuthzImportLine *line)
{
	Datum values[5];
	bool nulls[5] = {false};

	values[0] = Int32GetDatum((int32) line->line);
	values[1] = authz_import_text_argument(word_of(line->action));
	values[2] = authz_import_text_argument(line->cells[AUTHZ_IMPORT_USER_ID]);
	values[3] = CStringGetTextDatum(line->error == NULL ? "ok" : "error");
	values[4] = authz_import_text_argument(line->error);
	for (int i = 1; i < 5; i++)
		nulls[i] = values[i] == (Datum) 0;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static void
count_line(AuthzImport *import, const AuthzImportLine *line)
{
	AuthzImportProgress *progress = &import->progress;

	progress->lines_done++;
	progress->lines_failed += line->error != NULL;
	if (progress->lines_done % LINES_BETWEEN_NOTICES == 0)
		ereport(NOTICE,
				(errmsg("lines imported: " INT64_FORMAT ", refused: " INT64_FORMAT,
						progress->lines_done - progress->lines_failed, progress->lines_failed)));
}

/* Driving ---------------------------------------------------------------------- */

/* Who imports, and for whom: what a table's functions could change on the way. */
typedef struct Standing
{
	uint64 session;
	int account_id;
} Standing;

static Standing
standing(void)
{
	return (Standing){authz_setting_fingerprint(), authz_setting_account()};
}

static void
flush(AuthzImport *import, Batch *batch, ReturnSetInfo *result)
{
	MemoryContext caller = MemoryContextSwitchTo(batch->context);
	int guc_level = NewGUCNestLevel();
	int from = 0;

	/* Tables that are small when plans are made do not stay so, nor know how large they are. */
	(void) set_config_option("enable_seqscan", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
	/* Whatever has an error stands between those that are applied. */
	for (int i = 0; i <= batch->n; i++)
	{
		if (i < batch->n && batch->lines[i].error == NULL)
			continue;
		if (i > from)
			import->kind->apply(import, batch->lines + from, i - from);
		from = i + 1;
	}
	AtEOXact_GUC(true, guc_level);
	for (int i = 0; i < batch->n; i++)
	{
		put_result(result, &batch->lines[i]);
		count_line(import, &batch->lines[i]);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextReset(batch->context);
	batch->lines = NULL;
	batch->n = 0;
	batch->bytes = 0;
	authz_import_progress_tell(&import->progress);
}

static void
add_line(Batch *batch, const AuthzCsv *csv, AuthzCsvResult read, const Header *header)
{
	MemoryContext caller = MemoryContextSwitchTo(batch->context);
	AuthzImportLine *line;

	if (csv->line > PG_INT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("the number of a line is too large"),
						errhint("Import the text in parts.")));
	if (batch->lines == NULL)
		batch->lines = palloc(LINES_AT_ONCE * sizeof(AuthzImportLine));
	line = &batch->lines[batch->n++];
	memset(line, 0, sizeof(*line));
	line->line = csv->line;
	if (read != AUTHZ_CSV_RECORD)
		set_error(line, faults[read]);
	else
	{
		read_line(csv, header, line);
		batch->bytes += csv->used;
	}
	MemoryContextSwitchTo(caller);
}

static void
import_lines(AuthzImport *import, AuthzImportSource *source, int64 first_line,
			 ReturnSetInfo *result)
{
	Standing before = standing();
	Header header = {0};
	Batch batch = {.context = AllocSetContextCreate(CurrentMemoryContext, "authz import batch",
													ALLOCSET_DEFAULT_SIZES)};
	AuthzCsv *csv = palloc(sizeof(AuthzCsv));
	AuthzCsvResult read;

	import->line_context =
		AllocSetContextCreate(CurrentMemoryContext, "authz import line", ALLOCSET_DEFAULT_SIZES);
	authz_csv_begin(csv, first_line);
	while ((read = authz_csv_read(csv)) != AUTHZ_CSV_END)
	{
		if (read == AUTHZ_CSV_MORE)
		{
			authz_import_source_feed(source, csv);
			if (standing().session != before.session || standing().account_id != before.account_id)
				ereport(ERROR,
						(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						 errmsg("the session has changed while it imports"),
						 errhint("What is read must leave authz.session and authz.account as "
								 "they are.")));
			continue;
		}
		if (header.ncells > 0)
			add_line(&batch, csv, read, &header);
		else if (read == AUTHZ_CSV_RECORD)
			read_header(import, csv, &header);
		else
			refuse_header("the header cannot be read: %s", faults[read],
						  "The first line names the columns.");
		import->progress.bytes_done = csv->consumed;
		if (batch.n == LINES_AT_ONCE || batch.bytes >= BYTES_AT_ONCE)
			flush(import, &batch, result);
	}
	if (header.ncells == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the header is missing"),
						errhint("There is no line at all.")));
	flush(import, &batch, result);
	MemoryContextDelete(import->line_context);
	MemoryContextDelete(batch.context);
	pfree(csv);
}

static void
begin(FunctionCallInfo fcinfo, AuthzImport *import)
{
	InitMaterializedSRF(fcinfo, 0);
	import->progress.target = import->kind->target;
	import->progress.started_at = GetCurrentTimestamp();
	authz_import_progress_tell(&import->progress);
}

static Datum
end(FunctionCallInfo fcinfo)
{
	authz_import_progress_end();
	return (Datum) 0;
}

Datum
authz_import_text(FunctionCallInfo fcinfo, AuthzImport *import, int first_line_argument)
{
	int first_line = PG_ARGISNULL(first_line_argument) ? 1 : PG_GETARG_INT32(first_line_argument);
	AuthzImportSource source;
	text *csv;

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("csv must be given")));
	if (first_line < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid first line %d", first_line),
						errhint("Lines are counted from 1.")));
	csv = PG_GETARG_TEXT_PP(0);
	begin(fcinfo, import);
	import->progress.bytes_total = VARSIZE_ANY_EXHDR(csv);
	authz_import_source_text(&source, VARDATA_ANY(csv), VARSIZE_ANY_EXHDR(csv));
	import_lines(import, &source, first_line, (ReturnSetInfo *) fcinfo->resultinfo);
	return end(fcinfo);
}

Datum
authz_import_table(FunctionCallInfo fcinfo, AuthzImport *import)
{
	AuthzImportSource source;

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("source must be given")));
	begin(fcinfo, import);
	authz_import_source_table(&source, PG_GETARG_OID(0));
	import_lines(import, &source, 1, (ReturnSetInfo *) fcinfo->resultinfo);
	authz_import_source_close(&source);
	return end(fcinfo);
}
