/*
 * csv.h
 *	  Lines of comma-separated values, read piece by piece.
 *
 * Cells may be quoted as RFC 4180 has it, and then hold commas, line ends and
 * doubled quotes; those that are not are trimmed. A line ends with LF, CR or
 * both. A mark of byte order at the very beginning, lines of nothing but commas
 * and blanks, and lines that begin with # are passed over.
 *
 * A line that is at fault is read to its end by the same rules, so that what is
 * inside quotes never becomes a line of its own, however long it is.
 */
#ifndef AUTHZ_PURE_CSV_H
#define AUTHZ_PURE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUTHZ_CSV_CELLS_MAX 64
#define AUTHZ_CSV_CELL_MAX 16384   /* bytes */
#define AUTHZ_CSV_RECORD_MAX 65536 /* bytes of all cells, with one more for each */

typedef enum AuthzCsvResult
{
	AUTHZ_CSV_RECORD,
	AUTHZ_CSV_MORE, /* all that was fed has been read */
	AUTHZ_CSV_END,
	AUTHZ_CSV_UNCLOSED, /* the text ends inside quotes */
	AUTHZ_CSV_BEHIND_QUOTE,
	AUTHZ_CSV_MANY_CELLS,
	AUTHZ_CSV_LONG_CELL,
	AUTHZ_CSV_LONG_RECORD
} AuthzCsvResult;

typedef enum AuthzCsvState
{
	AUTHZ_CSV_BEFORE_LINE,
	AUTHZ_CSV_BEFORE_CELL,
	AUTHZ_CSV_IN_PLAIN,
	AUTHZ_CSV_IN_QUOTES,
	AUTHZ_CSV_AT_QUOTE, /* the last one, or the first of two */
	AUTHZ_CSV_BEHIND_CELL,
	AUTHZ_CSV_IN_COMMENT
} AuthzCsvState;

typedef struct AuthzCsvCell
{
	const char *text; /* ends with a null byte, and may hold others */
	size_t length;
	bool quoted;
} AuthzCsvCell;

typedef struct AuthzCsv
{
	/* The record that was read last, until the next one is. */
	int64_t line; /* its first */
	int ncells;
	AuthzCsvCell cells[AUTHZ_CSV_CELLS_MAX];

	int64_t consumed; /* bytes */

	/* What is to be read. */
	const char *piece;
	const char *end;
	bool finished;

	/* The reader's own. */
	AuthzCsvState state;
	AuthzCsvResult fault; /* of the record under way; AUTHZ_CSV_RECORD for none */
	int64_t at_line;
	int mark;	   /* how many bytes of the mark at the beginning have come */
	bool after_cr; /* a LF that comes next belongs to it */
	bool empty;	   /* nothing but commas so far */
	bool done;	   /* the record is whole, and goes with the next reading */
	bool quoted;   /* the cell under way */
	size_t start;  /* of that cell */
	size_t used;
	char text[AUTHZ_CSV_RECORD_MAX + AUTHZ_CSV_CELLS_MAX + 1];
} AuthzCsv;

extern void authz_csv_begin(AuthzCsv *csv, int64_t first_line);

/* More of the text, which stays where it is until it has been read; a cell may go on in it. */
extern void authz_csv_feed(AuthzCsv *csv, const char *piece, size_t length);

/* There is no more. */
extern void authz_csv_finish(AuthzCsv *csv);

/* The next record, or what is wrong with it: csv->line says where it began. */
extern AuthzCsvResult authz_csv_read(AuthzCsv *csv);

/*
 * Writes a cell, quoted where it has to be, and returns its length, at most
 * AUTHZ_CSV_WRITTEN(length). One that a spreadsheet would take for a formula gets
 * an apostrophe in front.
 */
#define AUTHZ_CSV_WRITTEN(length) (2 * (length) + 3)
extern size_t authz_csv_write(const char *text, size_t length, char *out);

/* Whether a cell begins with such an apostrophe, which does not belong to it. */
extern bool authz_csv_is_disarmed(const char *text, size_t length);

#endif
