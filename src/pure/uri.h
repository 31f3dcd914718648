/*
 * uri.h
 *	  URIs that an application registers: compared exactly, so there must be no
 *	  two readings of one.
 *
 * Only the characters of RFC 3986, no fragment, no user, no wildcard, nothing
 * that a server could take for a dot segment or a control character after
 * decoding, hosts as they are resolved everywhere in the same way.
 */
#ifndef AUTHZ_PURE_URI_H
#define AUTHZ_PURE_URI_H

#include <stddef.h>

#define AUTHZ_URI_MAX 2048 /* bytes of an address */
#define AUTHZ_URI_NAME_MAX 1024

typedef enum AuthzUriKind
{
	AUTHZ_URI_WEB, /* https, or http to this very machine (RFC 8252, 7.3) */
	AUTHZ_URI_APP, /* that, or an app's own scheme: a reversed domain and one '/' (7.1) */
	AUTHZ_URI_NAME /* any scheme: the URI names something and is never followed */
} AuthzUriKind;

typedef enum AuthzUriResult
{
	AUTHZ_URI_OK,
	AUTHZ_URI_LENGTH,
	AUTHZ_URI_CHARACTER, /* outside of RFC 3986, a bad '%', or a control character behind one */
	AUTHZ_URI_RELATIVE,	 /* no scheme, or nothing after it */
	AUTHZ_URI_SCHEME,	 /* not one of the kind's */
	AUTHZ_URI_INSECURE,	 /* http to another machine */
	AUTHZ_URI_FRAGMENT,
	AUTHZ_URI_WILDCARD,
	AUTHZ_URI_USER,
	AUTHZ_URI_HOST,
	AUTHZ_URI_PORT,
	AUTHZ_URI_DOT_SEGMENT
} AuthzUriResult;

/*
 * Writes the URI with scheme and host in lower case, a name as it stands, and
 * a NUL into out, which has room for it or for AUTHZ_URI_MAX bytes. out is
 * complete only with AUTHZ_URI_OK.
 */
extern AuthzUriResult authz_uri_read(const char *text, size_t length, AuthzUriKind kind, char *out);

#endif
