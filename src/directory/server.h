/*
 * server.h
 *	  Addresses of directory servers: ldap://host[:port] and ldaps://host[:port].
 *
 * Nothing else of an LDAP URL: a base, a filter or extensions would say again,
 * and otherwise, what is configured elsewhere.
 */
#ifndef AUTHZ_DIRECTORY_SERVER_H
#define AUTHZ_DIRECTORY_SERVER_H

#include <stdbool.h>

#define AUTHZ_HOST_MAX 253
#define AUTHZ_SERVER_URI_MAX 320

typedef struct AuthzServer
{
	bool tls; /* from the first byte on: ldaps */
	int port;
	char host[AUTHZ_HOST_MAX + 1];	/* an IPv6 address without brackets */
	char uri[AUTHZ_SERVER_URI_MAX]; /* in one form, with its port */
} AuthzServer;

/* False when it is no such address. */
extern bool authz_server_read(AuthzServer *server, const char *uri);

#endif
