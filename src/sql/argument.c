/*
 * argument.c
 *	  Arguments of SQL functions, as all doors read them.
 */
#include "postgres.h"

#include "sql/argument.h"
#include "utils/builtins.h"

char *
authz_argument_text(FunctionCallInfo fcinfo, int n)
{
	char *value;

	if (PG_ARGISNULL(n))
		return NULL;
	value = text_to_cstring(PG_GETARG_TEXT_PP(n));
	return *value == '\0' ? NULL : value;
}
