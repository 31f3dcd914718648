/*
 * pack.c
 *	  What was loaded, written as one block for another process to read.
 */
#include "postgres.h"

#include "entitle/pack.h"

void
authz_pack_number(StringInfo block, int64 number)
{
	appendBinaryStringInfo(block, (const char *) &number, sizeof(number));
}

void
authz_pack_bytes(StringInfo block, const void *bytes, Size length)
{
	authz_pack_number(block, bytes == NULL ? -1 : (int64) length);
	if (bytes == NULL)
		return;
	appendBinaryStringInfo(block, bytes, (int) length);
	while (block->len % sizeof(int64) != 0)
		appendStringInfoCharMacro(block, '\0');
}

void
authz_pack_text(StringInfo block, const char *value)
{
	authz_pack_bytes(block, value, value == NULL ? 0 : strlen(value) + 1);
}

void
authz_pack_texts(StringInfo block, char *const *values, int n)
{
	authz_pack_number(block, n);
	for (int i = 0; i < n; i++)
		authz_pack_text(block, values[i]);
}

static char *
take(AuthzUnpack *block, Size length)
{
	char *at = block->at;

	if (length > (Size) (block->end - at))
		elog(ERROR, "a packed judgement ends too early");
	block->at += length;
	return at;
}

int64
authz_unpack_number(AuthzUnpack *block)
{
	int64 number;

	memcpy(&number, take(block, sizeof(number)), sizeof(number));
	return number;
}

void *
authz_unpack_bytes(AuthzUnpack *block)
{
	int64 length = authz_unpack_number(block);

	return length < 0 ? NULL : take(block, TYPEALIGN(sizeof(int64), (Size) length));
}

char *
authz_unpack_text(AuthzUnpack *block)
{
	return authz_unpack_bytes(block);
}

char **
authz_unpack_texts(AuthzUnpack *block, int *n)
{
	char **values;

	*n = (int) authz_unpack_number(block);
	values = palloc((*n + 1) * sizeof(char *));
	for (int i = 0; i < *n; i++)
		values[i] = authz_unpack_text(block);
	return values;
}
