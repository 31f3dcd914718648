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

bool
authz_argument_is_uuid(const char *value)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (strlen(value) != sizeof(form) - 1)
		return false;
	for (int i = 0; form[i] != '\0'; i++)
		if (form[i] == '-' ? value[i] != '-' : !strchr("0123456789abcdef", value[i]))
			return false;
	return true;
}
