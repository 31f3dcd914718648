/*
 * server.c
 *	  Addresses of directory servers: ldap://host[:port] and ldaps://host[:port].
 */
#include <stdio.h>
#include <string.h>

#include "directory/server.h"
#include "directory/text.h"

#define LDAP_PORT 389
#define LDAPS_PORT 636

static bool
is_host_character(char c, bool bracketed)
{
	if (bracketed)
		return authz_text_hex(c) >= 0 || c == ':' || c == '.';
	c = authz_text_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

/* Decimal digits up to the end. */
static bool
read_port(int *port, const char *text)
{
	size_t length = strlen(text);

	*port = 0;
	if (length == 0 || length > 5)
		return false;
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return false;
		*port = 10 * *port + (text[i] - '0');
	}
	return *port >= 1 && *port <= 65535;
}

bool
authz_server_read(AuthzServer *server, const char *uri)
{
	static const char plain[] = "ldap://";
	static const char tls[] = "ldaps://";
	size_t length = strlen(uri);
	bool bracketed;
	size_t n = 0;

	if (length >= sizeof(tls) - 1 && authz_text_same(uri, sizeof(tls) - 1, tls, sizeof(tls) - 1))
	{
		server->tls = true;
		uri += sizeof(tls) - 1;
	}
	else if (length >= sizeof(plain) - 1 &&
			 authz_text_same(uri, sizeof(plain) - 1, plain, sizeof(plain) - 1))
	{
		server->tls = false;
		uri += sizeof(plain) - 1;
	}
	else
		return false;

	bracketed = *uri == '[';
	uri += bracketed;
	while (is_host_character(uri[n], bracketed))
		n++;
	if (n == 0 || n > AUTHZ_HOST_MAX || uri[0] == '-' || (bracketed && uri[n] != ']'))
		return false;
	memcpy(server->host, uri, n);
	server->host[n] = '\0';
	uri += n + bracketed;

	server->port = server->tls ? LDAPS_PORT : LDAP_PORT;
	if (*uri == ':')
	{
		if (!read_port(&server->port, uri + 1))
			return false;
	}
	else if (*uri != '\0' && strcmp(uri, "/") != 0)
		return false;
	snprintf(server->uri, sizeof(server->uri), bracketed ? "%s[%s]:%d" : "%s%s:%d",
			 server->tls ? tls : plain, server->host, server->port);
	return true;
}
