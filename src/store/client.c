/*
 * client.c
 *	  Where this backend's client is.
 */
#include "postgres.h"

#include <netinet/in.h>

#include "libpq/pqcomm.h"
#include "store/client.h"
#include "utils/backend_status.h"

/* Read where pg_stat_activity has it from: the header of MyProcPort needs those of Kerberos. */
bool
authz_client_address(AuthzAddress *address)
{
	const struct sockaddr_storage *client = &MyBEEntry->st_clientaddr.addr;

	switch (client->ss_family)
	{
		case AF_INET:
			*address = authz_address_ipv4(&((const struct sockaddr_in *) client)->sin_addr);
			return true;
		case AF_INET6:
			*address = authz_address_ipv6(&((const struct sockaddr_in6 *) client)->sin6_addr);
			return true;
		default:
			return false;
	}
}
