/*
 * fuzz_csv.c
 *	  CSV in pieces as the first byte cuts it, against a reading of the whole that
 *	  goes cell by cell; and what is read is written and read again.
 */
#include "pure/csv.h"

#include "fuzz.h"

typedef struct Text
{
	const char *at;
	const char *end;
	int64_t line;
} Text;

/* A cell, what is wrong with it, and whether the line ends behind it. */
typedef struct Cell
{
	char *text;
	size_t length;
	bool quoted;
	AuthzCsvResult fault;
} Cell;

static bool
is_one_of(Text text, const char *what)
{
	return text.at < text.end && *text.at != '\0' && strchr(what, *text.at) != NULL;
}

static void
skip_blanks(Text *text)
{
	while (is_one_of(*text, " \t"))
		text->at++;
}

static bool
skip_line_end(Text *text)
{
	if (!is_one_of(*text, "\r\n"))
		return false;
	if (*text->at++ == '\r' && is_one_of(*text, "\n"))
		text->at++;
	text->line++;
	return true;
}

/* From behind the first quote to behind the last; false where there is none. */
static bool
read_quoted(Text *text, Cell *cell)
{
	while (text->at < text->end)
	{
		const char *from = text->at;

		if (*text->at == '"')
		{
			text->at++;
			if (!is_one_of(*text, "\""))
				return true;
			from = text->at++;
		}
		else if (!skip_line_end(text))
			text->at++;
		memcpy(cell->text + cell->length, from, (size_t) (text->at - from));
		cell->length += (size_t) (text->at - from);
	}
	return false;
}

static void
read_plain(Text *text, Cell *cell)
{
	const char *from = text->at;
	const char *to;

	while (text->at < text->end && !is_one_of(*text, ",\r\n"))
		text->at++;
	to = text->at;
	while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
		to--;
	cell->length = (size_t) (to - from);
	memcpy(cell->text, from, cell->length);
}

static Cell
read_cell(Text *text)
{
	Cell cell = {.text = malloc((size_t) (text->end - text->at) + 1), .fault = AUTHZ_CSV_RECORD};
	Cell rest = {.text = malloc((size_t) (text->end - text->at) + 1)};

	skip_blanks(text);
	if (is_one_of(*text, "\""))
	{
		text->at++;
		cell.quoted = true;
		if (!read_quoted(text, &cell))
			cell.fault = AUTHZ_CSV_UNCLOSED;
		skip_blanks(text);
		read_plain(text, &rest);
		if (rest.length > 0)
			cell.fault = AUTHZ_CSV_BEHIND_QUOTE;
	}
	else
		read_plain(text, &cell);
	if (cell.length > AUTHZ_CSV_CELL_MAX)
		cell.fault = AUTHZ_CSV_LONG_CELL;
	free(rest.text);
	return cell;
}

/* The cell must be what the reader says; what is written of it says the same. */
static void
check_cell(const Cell *cell, const AuthzCsvCell *read)
{
	char *written = malloc(AUTHZ_CSV_WRITTEN(cell->length));
	size_t length = authz_csv_write(cell->text, cell->length, written);
	Text text = {written, written + length, 1};
	Cell again;
	bool disarmed;

	CHECK(read->length == cell->length && read->quoted == cell->quoted);
	CHECK(memcmp(read->text, cell->text, cell->length) == 0 && read->text[cell->length] == '\0');

	CHECK(length <= AUTHZ_CSV_WRITTEN(cell->length));
	CHECK(length == 0 || !strchr("=+-@\t\r", *written) || *written == '\0');
	again = read_cell(&text);
	disarmed = authz_csv_is_disarmed(again.text, again.length);
	CHECK(text.at == text.end);
	CHECK(again.length - disarmed == cell->length);
	CHECK(memcmp(again.text + disarmed, cell->text, cell->length) == 0);
	free(again.text);
	free(written);
}

/* A line of the text against what the reader made of it; false where it is passed over. */
static bool
check_line(Text *text, AuthzCsv *csv, AuthzCsvResult (*next)(AuthzCsv *))
{
	Text start;
	Text look;
	bool empty = true;
	size_t used = 0;
	int n = 0;
	AuthzCsvResult fault = AUTHZ_CSV_RECORD;
	AuthzCsvResult result;

	skip_blanks(text);
	if (skip_line_end(text))
		return false;
	start = *text;
	if (is_one_of(*text, "#"))
	{
		while (text->at < text->end && !skip_line_end(text))
			text->at++;
		return false;
	}

	/* Once to see what it is, once more to compare. */
	for (bool more = true; more; n++)
	{
		Cell cell = read_cell(text);

		empty = empty && cell.length == 0 && !cell.quoted;
		if (fault == AUTHZ_CSV_RECORD)
		{
			if (used + cell.length > AUTHZ_CSV_RECORD_MAX && cell.fault != AUTHZ_CSV_LONG_CELL &&
				cell.length > 0)
				fault = AUTHZ_CSV_LONG_RECORD;
			else
				fault = cell.fault;
		}
		if (fault == AUTHZ_CSV_RECORD && n == AUTHZ_CSV_CELLS_MAX)
			fault = AUTHZ_CSV_MANY_CELLS;
		used += cell.length + 1;
		free(cell.text);
		more = is_one_of(*text, ",");
		if (more)
			text->at++;
	}
	if (text->at < text->end)
		CHECK(skip_line_end(text));
	if (empty && fault == AUTHZ_CSV_RECORD)
		return false;

	result = next(csv);
	CHECK(csv->line == start.line);
	if (fault != AUTHZ_CSV_RECORD)
	{
		/* Of several only that there is one. */
		CHECK(result != AUTHZ_CSV_RECORD && result != AUTHZ_CSV_MORE && result != AUTHZ_CSV_END);
		return true;
	}
	CHECK(result == AUTHZ_CSV_RECORD && csv->ncells == n);
	look = start;
	for (int i = 0; i < n; i++)
	{
		Cell cell = read_cell(&look);

		check_cell(&cell, &csv->cells[i]);
		free(cell.text);
		look.at++;
	}
	return true;
}

static const char *rest;
static size_t rest_length;
static size_t piece;

static AuthzCsvResult
next_record(AuthzCsv *csv)
{
	AuthzCsvResult result;

	while ((result = authz_csv_read(csv)) == AUTHZ_CSV_MORE)
	{
		size_t n = rest_length < piece ? rest_length : piece;

		if (n == 0)
			authz_csv_finish(csv);
		authz_csv_feed(csv, rest, n);
		rest += n;
		rest_length -= n;
	}
	return result;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AuthzCsv *csv = malloc(sizeof(AuthzCsv));
	Text text = {.line = 7};

	if (size > 0)
	{
		piece = data[0] + 1;
		data++;
		size--;
	}
	rest = (const char *) data;
	rest_length = size;
	text.at = rest;
	text.end = rest + size;
	if (size >= 3 && memcmp(text.at, "\xef\xbb\xbf", 3) == 0)
		text.at += 3;
	authz_csv_begin(csv, 7);
	while (text.at < text.end)
		(void) check_line(&text, csv, next_record);
	CHECK(next_record(csv) == AUTHZ_CSV_END);
	CHECK(csv->consumed == (int64_t) size);
	free(csv);
	return 0;
}
