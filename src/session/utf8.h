/*
 * utf8.h
 *	  Text of tokens, which is UTF-8, as text of the database.
 */
#ifndef AUTHZ_SESSION_UTF8_H
#define AUTHZ_SESSION_UTF8_H

#include "postgres.h"

#include "mb/pg_wchar.h"

/* Only what is the same in the database's encoding: a conversion may raise an error. */
static inline bool
authz_utf8_fits(const char *utf8)
{
	if (GetDatabaseEncoding() == PG_UTF8)
		return pg_verify_mbstr(PG_UTF8, utf8, (int) strlen(utf8), true);
	for (; *utf8 != '\0'; utf8++)
		if (IS_HIGHBIT_SET(*utf8))
			return false;
	return true;
}

#endif
