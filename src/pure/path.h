/*
 * path.h
 *	  Paths of requests, and patterns of them.
 */
#ifndef AUTHZ_PURE_PATH_H
#define AUTHZ_PURE_PATH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the path is the one spelling of what it names, so that comparing texts
 * compares places: from '/' on, of visible ASCII; no empty segment but the last,
 * none that is '.' or '..', no query and no backslash; percent-encoded, in upper
 * case, is only what has to be, and no slash.
 */
extern bool authz_path_is_canonical(const char *path, size_t length);

/* A pattern is such a path, with a '*' at its end or without. */
extern bool authz_path_is_pattern(const char *pattern, size_t length);

/*
 * '/a' is that path alone, '/a*' also what is below it ('/a/b', but not '/ab'),
 * '/a/' and '/a/' followed by '*' begin with the slash. Nothing but a canonical
 * path is matched, whatever the pattern.
 */
extern bool authz_path_matches(const char *pattern, size_t pattern_length, const char *path,
							   size_t length);

#endif
