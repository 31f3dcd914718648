/*
 * connection.h
 *	  One encrypted connection to one server: opened, bound, asked, closed.
 *
 * After any failure but an answer of the server's the connection is dead:
 * libldap would make a new one, unencrypted, for what is sent then.
 */
#ifndef AUTHZ_DIRECTORY_CONNECTION_H
#define AUTHZ_DIRECTORY_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include <ldap.h>

#include "directory/directory.h"
#include "directory/gate.h"
#include "directory/wire.h"

typedef struct AuthzConnection
{
	AuthzWire wire;
	AuthzGate gate;
	LDAP *ld;					/* NULL: not open */
	int64_t timeout;			/* of a step, in milliseconds */
	int64_t end;				/* of all steps together */
	AuthzDirectoryAudit *audit; /* what the server says goes here */
	int code;					/* of its last answer */
} AuthzConnection;

/* What all connections of one question have in common. */
typedef struct AuthzConnectionTerms
{
	const AuthzDirectoryConfig *config;
	const AuthzDirectoryCallbacks *callbacks;
	int64_t end;
	AuthzDirectoryAudit *audit;
} AuthzConnectionTerms;

extern AuthzDirectoryStatus authz_connection_open(AuthzConnection *connection,
												  const AuthzServer *server,
												  const AuthzConnectionTerms *terms);

/* Begins a step: a request and what answers it. */
extern AuthzDirectoryStatus authz_connection_step(AuthzConnection *connection);

/* What became of a request that libldap could not send. */
extern AuthzDirectoryStatus authz_connection_unsent(AuthzConnection *connection, int code);

/* The next message that answers the request. */
extern AuthzDirectoryStatus authz_connection_receive(AuthzConnection *connection, int request,
													 LDAPMessage **message);

/*
 * Reads what ends an answer, and frees it: the code and the text go to the
 * audit. With controls, they are the caller's to free.
 */
extern AuthzDirectoryStatus authz_connection_result(AuthzConnection *connection,
													LDAPMessage *message, LDAPControl ***controls);

/* Nobody waits for the rest of an answer. */
extern void authz_connection_abandon(AuthzConnection *connection, int request);

/* Without waiting. */
extern void authz_connection_close(AuthzConnection *connection);

#endif
