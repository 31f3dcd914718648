/*
 * test_csv.c
 *	  Lines of comma-separated values: what is read of them, piece by piece, and
 *	  what is written.
 */
#include <stdlib.h>

#include "pure/csv.h"

#include "tap.h"

static AuthzCsv csv;
static char told[AUTHZ_CSV_RECORD_MAX * 2];

static const char *
name_of(AuthzCsvResult result)
{
	static const char *const names[] = {"record",		"more",		  "end",	   "unclosed",
										"behind quote", "many cells", "long cell", "long record"};

	return names[result];
}

/* All that comes of a text fed in pieces of a size: 3[a|b] for a record, 4!fault. */
static const char *
tell_pieces(const char *text, size_t length, size_t piece)
{
	char *to = told;
	AuthzCsvResult result;

	*to = '\0';
	authz_csv_begin(&csv, 1);
	while ((result = authz_csv_read(&csv)) != AUTHZ_CSV_END)
	{
		if (result == AUTHZ_CSV_MORE)
		{
			size_t n = length < piece ? length : piece;

			if (n == 0)
				authz_csv_finish(&csv);
			authz_csv_feed(&csv, text, n);
			text += n;
			length -= n;
			continue;
		}
		to += sprintf(to, "%lld", (long long) csv.line);
		if (result != AUTHZ_CSV_RECORD)
		{
			to += sprintf(to, "!%s ", name_of(result));
			continue;
		}
		for (int i = 0; i < csv.ncells; i++)
			to += sprintf(to, "%c%s", i == 0 ? '[' : '|', csv.cells[i].text);
		to += sprintf(to, "] ");
	}
	if (to > told)
		to[-1] = '\0';
	return told;
}

static const char *
tell(const char *text)
{
	return tell_pieces(text, strlen(text), 1000000);
}

/* The same in one piece, and byte by byte. */
static void
reads(const char *text, const char *expected, const char *name)
{
	is_text(tell(text), expected, name);
	if (strcmp(tell_pieces(text, strlen(text), 1), expected) != 0)
		ok(false, "%s, byte by byte: %s", name, told);
}

static void
lines(void)
{
	reads("", "", "nothing");
	reads("a,b,c", "1[a|b|c]", "a line that nothing ends");
	reads("a\nb\n", "1[a] 2[b]", "LF");
	reads("a\r\nb\r\n", "1[a] 2[b]", "CR and LF");
	reads("a\rb\r", "1[a] 2[b]", "CR");
	reads("a\n\r\n\rb", "1[a] 4[b]", "all of them, with nothing between");
	reads("\xef\xbb\xbf*a,b\n1,2", "1[*a|b] 2[1|2]", "a mark of byte order");
	reads("\xef\xbb\xbf\xef\xbb\xbf", "1[\xef\xbb\xbf]", "and one that is none");
	reads("\xef\xbb", "1[\xef\xbb]", "and the beginning of one");
	reads("\xef\xbbz,\xef\xbb\xbf", "1[\xef\xbbz|\xef\xbb\xbf]", "and one behind");
	reads("\n ,, \n\t\n,\nx", "5[x]", "lines of commas and blanks are passed over");
	reads("# \"a\nb\n  #c\nd,#e", "2[b] 4[d|#e]", "so are those that begin with #");
	reads("#a", "", "and one that nothing ends");
	reads("\"#a\"\n\"*b\"", "1[#a] 2[*b]", "quoted they are cells");
}

static void
cells(void)
{
	reads(" a , b\t,c c\n", "1[a|b|c c]", "what is not quoted is trimmed");
	reads("\" a \", \" b\" ,\"c\"\n", "1[ a | b|c]",
		  "what is quoted is not, but around the quotes");
	reads("a,,\n,b", "1[a||] 2[|b]", "empty cells");
	reads("\"\",\"\"", "1[|]", "quoted ones are a line");
	reads("\"a\"\"b\",\"\"\"\"", "1[a\"b|\"]", "doubled quotes");
	reads("a\"b,c\"\"d", "1[a\"b|c\"\"d]", "quotes within a cell that is not quoted");
	reads("\"a,b\nc\r\nd\re\",f\ng", "1[a,b\nc\r\nd\re|f] 5[g]", "commas and line ends in quotes");
	authz_csv_begin(&csv, 41);
	authz_csv_feed(&csv, "\na\0b,c", 7);
	authz_csv_finish(&csv);
	authz_csv_read(&csv);
	is_number(csv.line, 42, "lines are counted from where the text is from");
	is_number((long long) csv.cells[0].length, 3, "a null byte is one like others");
	is_number(csv.consumed, 7, "how far the reading has come");
	ok(!csv.cells[0].quoted, "whether a cell was quoted");
}

static void
faults(void)
{
	reads("a\nb,\"c\nd\ne", "1[a] 2!unclosed", "a quote that is not closed");
	reads("\"", "1!unclosed", "that alone");
	reads("\"a\"b,c\nd", "1!behind quote 2[d]", "text behind a quote");
	reads("\"a\"b,\"c\nd\",e\nf", "1!behind quote 3[f]", "what is quoted behind it is no line");
	reads("\"a\" \"b\"\nc", "1!behind quote 2[c]", "a quote behind a quote");
}

static char *
repeat(const char *part, size_t n)
{
	size_t length = strlen(part);
	char *text = malloc(n * length + 100);

	if (text == NULL)
		exit(1);
	for (size_t i = 0; i < n; i++)
		memcpy(text + i * length, part, length);
	text[n * length] = '\0';
	return text;
}

static void
limits(void)
{
	char *text = repeat("x", AUTHZ_CSV_CELL_MAX);

	tell(text);
	is_number((long long) strlen(told), AUTHZ_CSV_CELL_MAX + 3, "the longest cell");
	strcat(text, "x,y\nz");
	reads(text, "1!long cell 2[z]", "one that is longer");
	free(text);

	text = repeat("\"x\n", AUTHZ_CSV_CELL_MAX);
	memset(text + 1, 'y', strlen(text) - 1);
	text[strlen(text) - 1] = '\n';
	strcat(text, "evil\",\"evil\nevil\"\nz");
	reads(text, "1!long cell 4[z]", "nothing of a long cell becomes a line");
	free(text);

	text = repeat(",", AUTHZ_CSV_CELLS_MAX - 1);
	strcat(text, "x");
	tell(text);
	is_number((long long) strlen(told), AUTHZ_CSV_CELLS_MAX + 3, "as many cells as may be");
	strcat(text, ",y\nz");
	reads(text, "1!many cells 2[z]", "and one more");
	free(text);

	text = repeat("x", 4 * 16001 + 1532);
	for (int i = 1; i <= 4; i++)
		text[i * 16001 - 1] = ',';
	tell(text);
	is_number((long long) strlen(told), 4 * 16001 + 1532 + 3, "the longest record");
	strcat(text, "x\nz");
	reads(text, "1!long record 2[z]", "one that is longer");
	free(text);
}

static void
writes(const char *text, const char *expected)
{
	char out[1000];
	size_t length = authz_csv_write(text, strlen(text), out);
	bool disarmed;

	out[length] = '\0';
	is_text(out, expected, "what is written");
	ok(length <= AUTHZ_CSV_WRITTEN(strlen(text)), "its length");
	strcat(out, ",");
	tell(out);
	if (csv.ncells != 2 && text[0] != '\0')
		ok(false, "is one cell");
	disarmed = authz_csv_is_disarmed(csv.cells[0].text, csv.cells[0].length);
	if (text[0] != '\0')
		is_text(csv.cells[0].text + disarmed, text, "it reads the same");
}

static void
writing(void)
{
	writes("", "");
	writes("a b", "a b");
	writes("a,b", "\"a,b\"");
	writes("a\"b", "\"a\"\"b\"");
	writes("a\nb", "\"a\nb\"");
	writes("a\rb", "\"a\rb\"");
	writes(" a", "\" a\"");
	writes("a\t", "\"a\t\"");
	writes("#a", "\"#a\"");
	writes("*a", "\"*a\"");
	writes("=1+1", "'=1+1");
	writes("+1", "'+1");
	writes("-1", "'-1");
	writes("@x", "'@x");
	writes("\tx", "\"'\tx\"");
	writes("\rx", "\"'\rx\"");
	writes("'=1", "''=1");
	writes("''=1", "'''=1");
	writes("'a", "'a");
	writes("a=1", "a=1");
	writes("=\"a,b\"", "\"'=\"\"a,b\"\"\"");
}

int
main(void)
{
	lines();
	cells();
	faults();
	limits();
	writing();
	return tap_end();
}
