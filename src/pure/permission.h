/*
 * permission.h
 *	  Names of permissions and the patterns by which roles allow them.
 *
 * A name is one or more words of letters, digits, '_' and '-' joined by dots,
 * at most 200 characters ('video.view'). A pattern is a name, 'a.b.*' for
 * everything below 'a.b' (not for itself), or '*' for all.
 */
#ifndef AUTHZ_PURE_PERMISSION_H
#define AUTHZ_PURE_PERMISSION_H

#include <stdbool.h>

#define AUTHZ_PERMISSION_MAX 200

extern bool authz_permission_is_name(const char *name);
extern bool authz_permission_is_pattern(const char *pattern);

/* explicit_only: the permission is matched by its own name and by no pattern. */
extern bool authz_permission_matches(const char *pattern, const char *name, bool explicit_only);

/*
 * Whether every name that the narrower pattern matches is matched by the wider
 * one; permissions that are matched by their own name only are not considered.
 */
extern bool authz_permission_covers(const char *wider, const char *narrower);

#endif
