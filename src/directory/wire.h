/*
 * wire.h
 *	  A connection's socket, and every wait for it.
 *
 * libldap waits where nobody can interrupt it: in connect(), in the handshake of
 * TLS, in the middle of a message. So the socket is ours, it never blocks, and
 * libldap reads and writes through functions that wait here: with a deadline,
 * and asking the callback.
 */
#ifndef AUTHZ_DIRECTORY_WIRE_H
#define AUTHZ_DIRECTORY_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include <lber.h>

#include "directory/directory.h"

typedef struct AuthzWire
{
	int fd; /* -1: none */
	const AuthzDirectoryCallbacks *callbacks;
	int64_t deadline;			  /* of the current step, by authz_wire_now() */
	AuthzDirectoryStatus failure; /* from then on nothing is read or written */
	bool closing;				  /* nothing is waited for any more */
} AuthzWire;

/* Milliseconds of a clock that is never set. */
extern int64_t authz_wire_now(void);

extern AuthzDirectoryStatus authz_wire_connect(AuthzWire *wire, const AuthzServer *server,
											   const AuthzDirectoryCallbacks *callbacks,
											   int64_t deadline);

/* Until there is something to read. */
extern AuthzDirectoryStatus authz_wire_wait(AuthzWire *wire);

/* For the bottom of libldap's own stack; its argument is the wire. */
extern Sockbuf_IO authz_wire_io;

extern void authz_wire_close(AuthzWire *wire);

#endif
