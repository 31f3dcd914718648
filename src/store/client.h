/*
 * client.h
 *	  Where this backend's client is.
 */
#ifndef AUTHZ_STORE_CLIENT_H
#define AUTHZ_STORE_CLIENT_H

#include "pure/address.h"

/* False where it has no address: on a socket of the machine, or where there is no client. */
extern bool authz_client_address(AuthzAddress *address);

#endif
