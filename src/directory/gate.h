/*
 * gate.h
 *	  The top of libldap's stack: it reads whole messages, and only good ones.
 */
#ifndef AUTHZ_DIRECTORY_GATE_H
#define AUTHZ_DIRECTORY_GATE_H

#include <stddef.h>
#include <stdint.h>

#include <lber.h>

#include "directory/wire.h"

/* A message on its way up; zeroed at first. */
typedef struct AuthzGate
{
	AuthzWire *wire; /* fails with what comes through it */
	uint8_t *bytes;
	size_t length; /* of the message, 0 for none */
	size_t given;  /* of it to libldap */
} AuthzGate;

/* Above encryption; its argument is the gate. */
extern Sockbuf_IO authz_gate_io;

extern void authz_gate_close(AuthzGate *gate);

#endif
