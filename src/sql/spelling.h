/*
 * spelling.h
 *	  One spelling for all that a directory takes for the same name.
 */
#ifndef AUTHZ_SQL_SPELLING_H
#define AUTHZ_SQL_SPELLING_H

/*
 * Of a text in UTF-8, palloc'd: without spaces, accents and what is not seen,
 * in one width, small letters of ASCII. To count by; different names may have
 * the same.
 */
extern char *authz_spelling_fold(const char *utf8);

#endif
