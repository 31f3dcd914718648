/*
 * escape.h
 *	  Values in search filters (RFC 4515) and in distinguished names (RFC 4514).
 *
 * What is escaped stands for itself wherever a value may stand, whatever is in
 * it. NULL when the arena has no more.
 */
#ifndef AUTHZ_DIRECTORY_ESCAPE_H
#define AUTHZ_DIRECTORY_ESCAPE_H

#include <stddef.h>

#include "directory/arena.h"

/* Any bytes, also such that are no text: the value of a SID. */
extern char *authz_filter_escape(AuthzArena *arena, const void *bytes, size_t length);

/* Text in UTF-8. */
extern char *authz_dn_escape(AuthzArena *arena, const char *text, size_t length);

#endif
