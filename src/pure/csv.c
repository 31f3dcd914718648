/*
 * csv.c
 *	  Lines of comma-separated values, read piece by piece.
 */
#include <string.h>

#include "pure/csv.h"

static const char MARK[] = "\xef\xbb\xbf";

void
authz_csv_begin(AuthzCsv *csv, int64_t first_line)
{
	memset(csv, 0, offsetof(AuthzCsv, text));
	csv->at_line = first_line;
}

void
authz_csv_feed(AuthzCsv *csv, const char *piece, size_t length)
{
	csv->piece = piece;
	csv->end = piece + length;
}

void
authz_csv_finish(AuthzCsv *csv)
{
	csv->finished = true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The first fault is the one that is told. */
static void
put_fault(AuthzCsv *csv, AuthzCsvResult fault)
{
	if (csv->fault == AUTHZ_CSV_RECORD)
		csv->fault = fault;
}

static void
put(AuthzCsv *csv, char c)
{
	if (csv->used - csv->start >= AUTHZ_CSV_CELL_MAX)
		put_fault(csv, AUTHZ_CSV_LONG_CELL);
	else if (csv->used >= AUTHZ_CSV_RECORD_MAX)
		put_fault(csv, AUTHZ_CSV_LONG_RECORD);
	if (csv->fault == AUTHZ_CSV_RECORD)
		csv->text[csv->used++] = c;
}

static void
begin_record(AuthzCsv *csv)
{
	csv->line = csv->at_line;
	csv->ncells = 0;
	csv->fault = AUTHZ_CSV_RECORD;
	csv->empty = true;
	csv->done = false;
	csv->quoted = false;
	csv->start = 0;
	csv->used = 0;
}

static void
end_cell(AuthzCsv *csv)
{
	if (!csv->quoted)
		while (csv->used > csv->start && is_blank(csv->text[csv->used - 1]))
			csv->used--;
	if (csv->quoted || csv->used > csv->start)
		csv->empty = false;
	if (csv->ncells == AUTHZ_CSV_CELLS_MAX)
		put_fault(csv, AUTHZ_CSV_MANY_CELLS);
	if (csv->fault == AUTHZ_CSV_RECORD)
	{
		csv->cells[csv->ncells++] =
			(AuthzCsvCell){csv->text + csv->start, csv->used - csv->start, csv->quoted};
		csv->text[csv->used++] = '\0';
	}
	csv->start = csv->used;
	csv->quoted = false;
	csv->state = AUTHZ_CSV_BEFORE_CELL;
}

static void
end_record(AuthzCsv *csv)
{
	end_cell(csv);
	csv->state = AUTHZ_CSV_BEFORE_LINE;
	csv->done = !csv->empty || csv->fault != AUTHZ_CSV_RECORD;
}

/* A line ends, in whatever way; CR and LF together are one end. */
static void
step_line_end(AuthzCsv *csv, char c)
{
	if (c == '\n' && csv->after_cr)
	{
		csv->after_cr = false;
		if (csv->state == AUTHZ_CSV_IN_QUOTES)
			put(csv, c);
		return;
	}
	csv->after_cr = c == '\r';
	csv->at_line++;
	switch (csv->state)
	{
		case AUTHZ_CSV_BEFORE_LINE:
			break;
		case AUTHZ_CSV_IN_QUOTES:
			put(csv, c);
			break;
		case AUTHZ_CSV_IN_COMMENT:
			csv->state = AUTHZ_CSV_BEFORE_LINE;
			break;
		default:
			end_record(csv);
	}
}

static void
step(AuthzCsv *csv, char c)
{
	if (c == '\n' || c == '\r')
	{
		step_line_end(csv, c);
		return;
	}
	csv->after_cr = false;
	switch (csv->state)
	{
		case AUTHZ_CSV_BEFORE_LINE:
			if (is_blank(c))
				break;
			begin_record(csv);
			if (c == '#')
			{
				csv->state = AUTHZ_CSV_IN_COMMENT;
				break;
			}
			/* FALLTHROUGH */
		case AUTHZ_CSV_BEFORE_CELL:
			csv->state = AUTHZ_CSV_BEFORE_CELL;
			if (c == ',')
				end_cell(csv);
			else if (c == '"')
			{
				csv->quoted = true;
				csv->state = AUTHZ_CSV_IN_QUOTES;
			}
			else if (!is_blank(c))
			{
				csv->state = AUTHZ_CSV_IN_PLAIN;
				put(csv, c);
			}
			break;
		case AUTHZ_CSV_IN_PLAIN:
			if (c == ',')
				end_cell(csv);
			else
				put(csv, c);
			break;
		case AUTHZ_CSV_IN_QUOTES:
			if (c == '"')
				csv->state = AUTHZ_CSV_AT_QUOTE;
			else
				put(csv, c);
			break;
		case AUTHZ_CSV_AT_QUOTE:
			if (c == '"')
			{
				csv->state = AUTHZ_CSV_IN_QUOTES;
				put(csv, c);
				break;
			}
			/* FALLTHROUGH */
		case AUTHZ_CSV_BEHIND_CELL:
			csv->state = AUTHZ_CSV_BEHIND_CELL;
			if (c == ',')
				end_cell(csv);
			else if (!is_blank(c))
			{
				put_fault(csv, AUTHZ_CSV_BEHIND_QUOTE);
				csv->state = AUTHZ_CSV_IN_PLAIN;
			}
			break;
		case AUTHZ_CSV_IN_COMMENT:
			break;
	}
}

/* Bytes that only began like a mark are the text's. */
static void
release_mark(AuthzCsv *csv)
{
	int came = csv->mark;

	csv->mark = sizeof(MARK) - 1;
	for (int i = 0; i < came; i++)
		step(csv, MARK[i]);
}

static void
take(AuthzCsv *csv, char c)
{
	csv->consumed++;
	if (csv->mark < (int) sizeof(MARK) - 1)
	{
		if (c == MARK[csv->mark])
		{
			csv->mark++;
			return;
		}
		release_mark(csv);
	}
	step(csv, c);
}

/* What the end of the text does to a line that none ended. */
static void
step_end(AuthzCsv *csv)
{
	if (csv->mark < (int) sizeof(MARK) - 1)
		release_mark(csv);
	if (csv->state == AUTHZ_CSV_IN_QUOTES)
		put_fault(csv, AUTHZ_CSV_UNCLOSED);
	if (csv->state != AUTHZ_CSV_BEFORE_LINE && csv->state != AUTHZ_CSV_IN_COMMENT)
		end_record(csv);
	csv->state = AUTHZ_CSV_BEFORE_LINE;
}

AuthzCsvResult
authz_csv_read(AuthzCsv *csv)
{
	csv->done = false;
	while (csv->piece < csv->end && !csv->done)
		take(csv, *csv->piece++);
	if (!csv->done && csv->finished)
		step_end(csv);
	if (csv->done)
		return csv->fault;
	return csv->finished ? AUTHZ_CSV_END : AUTHZ_CSV_MORE;
}

/* Writing -------------------------------------------------------------------- */

static bool
is_formula(char c)
{
	return c != '\0' && strchr("=+-@\t\r", c) != NULL;
}

bool
authz_csv_is_disarmed(const char *text, size_t length)
{
	size_t n = 0;

	while (n < length && text[n] == '\'')
		n++;
	return n > 0 && n < length && is_formula(text[n]);
}

static bool
wants_quotes(const char *text, size_t length)
{
	if (length == 0)
		return false;
	if (is_blank(text[0]) || is_blank(text[length - 1]) || text[0] == '#' || text[0] == '*')
		return true;
	for (size_t i = 0; i < length; i++)
		if (text[i] == '"' || text[i] == ',' || text[i] == '\n' || text[i] == '\r')
			return true;
	return false;
}

size_t
authz_csv_write(const char *text, size_t length, char *out)
{
	bool quotes = wants_quotes(text, length);
	char *to = out;

	if (quotes)
		*to++ = '"';
	if (length > 0 && (is_formula(text[0]) || authz_csv_is_disarmed(text, length)))
		*to++ = '\'';
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] == '"')
			*to++ = '"';
		*to++ = text[i];
	}
	if (quotes)
		*to++ = '"';
	return (size_t) (to - out);
}
