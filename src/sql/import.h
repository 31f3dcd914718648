/*
 * import.h
 *	  What the imports of CSV share: the header, the lines in batches, what became
 *	  of each, and how far it has come.
 *
 * A line is judged by the functions that it stands for, as if the caller had
 * called them himself, one line after another: what a batch does at once must
 * come to the same.
 */
#ifndef AUTHZ_SQL_IMPORT_H
#define AUTHZ_SQL_IMPORT_H

#include "postgres.h"

#include "fmgr.h"
#include "sql/import_progress.h"
#include "utils/uuid.h"

#define AUTHZ_IMPORT_COLUMNS_MAX 24

/* The first columns of every kind. */
#define AUTHZ_IMPORT_ACTION 0
#define AUTHZ_IMPORT_USER_ID 1

/* The numbers are those of the file. */
typedef enum AuthzImportAction
{
	AUTHZ_IMPORT_UNKNOWN = 0,
	AUTHZ_IMPORT_ADD = 1,
	AUTHZ_IMPORT_UPDATE = 2,
	AUTHZ_IMPORT_DELETE = 3,
	AUTHZ_IMPORT_ADD_OR_UPDATE = 6
} AuthzImportAction;

typedef struct AuthzImportLine
{
	int64 line;
	AuthzImportAction action;					 /* what it came to, once it has been looked at */
	const char *cells[AUTHZ_IMPORT_COLUMNS_MAX]; /* NULL for what is empty, or has no column */
	char *error;								 /* NULL for none */
} AuthzImportLine;

typedef struct AuthzImport AuthzImport;

typedef struct AuthzImportKind
{
	AuthzImportTarget target;
	const char *const *columns; /* by number, and NULL */
	const char *const
		*passed_over; /* what the originals have and authz has no place for, and NULL */

	/* The number of a column that is called otherwise, -1 for none. NULL: there are no others. */
	int (*find_column)(const AuthzImport *import, const char *name);

	/* Raises for a header that lacks something, or asks for what the caller may not do. */
	void (*check_header)(const AuthzImport *import);

	/* Applies lines that have no error yet. */
	void (*apply)(AuthzImport *import, AuthzImportLine *lines, int n);
} AuthzImportKind;

struct AuthzImport
{
	const AuthzImportKind *kind;
	const pg_uuid_t *application_id;	/* NULL for none */
	const char *application;			/* its identifier */
	bool has[AUTHZ_IMPORT_COLUMNS_MAX]; /* which columns the header names */
	AuthzImportProgress progress;
	MemoryContext line_context; /* reset with each line that is applied alone */
};

/* Fills the function's result with a row for each line of the text, or of the table. */
extern Datum authz_import_text(FunctionCallInfo fcinfo, AuthzImport *import,
							   int first_line_argument);
extern Datum authz_import_table(FunctionCallInfo fcinfo, AuthzImport *import);

/*
 * Does something in a subtransaction. What the rules refuse is undone, and
 * returned; all else (a session that has ended, a cancel, no memory) is raised.
 */
extern ErrorData *authz_import_attempt(void (*what)(void *), void *arg);

/* Applies one line, and writes down what was wrong with it. */
extern void authz_import_line(AuthzImport *import, AuthzImportLine *line,
							  void (*what)(AuthzImport *, AuthzImportLine *));

/* The function of authz that stands for a part of a line; raises 42501 for who may not execute it. */
extern Oid authz_import_function(const char *name, int nargs);

/* Calls such a function as the caller would; an argument that is 0 is NULL. */
typedef struct AuthzImportCall
{
	const char *name;
	int nargs;
	Oid oid;
	FmgrInfo function;
} AuthzImportCall;

extern Datum authz_import_call(AuthzImportCall *call, const Datum *values);

/* A text argument of a call. */
extern Datum authz_import_text_argument(const char *value);

#endif
