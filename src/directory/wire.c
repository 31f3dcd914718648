/*
 * wire.c
 *	  A connection's socket, and every wait for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "directory/wire.h"

/* Milliseconds; a signal ends a wait sooner. */
#define SLICE 50

int64_t
authz_wire_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static AuthzDirectoryStatus
fail(AuthzWire *wire, AuthzDirectoryStatus failure)
{
	if (wire->failure == AUTHZ_DIRECTORY_OK)
		wire->failure = failure;
	return wire->failure;
}

/* Until the socket is ready, the time is over, or somebody wants us back. */
static AuthzDirectoryStatus
wait_until(AuthzWire *wire, short events, int64_t deadline)
{
	const AuthzDirectoryCallbacks *callbacks = wire->callbacks;

	while (wire->failure == AUTHZ_DIRECTORY_OK)
	{
		struct pollfd ready = {.fd = wire->fd, .events = events};
		int64_t left = deadline - authz_wire_now();
		int n;

		if (callbacks->interrupted != NULL && callbacks->interrupted(callbacks->argument))
			return fail(wire, AUTHZ_DIRECTORY_INTERRUPTED);
		if (left <= 0)
			return AUTHZ_DIRECTORY_TIMEOUT;
		n = poll(&ready, 1, left < SLICE ? (int) left : SLICE);
		if (n > 0)
			return AUTHZ_DIRECTORY_OK;
		if (n < 0 && errno != EINTR)
			return fail(wire, AUTHZ_DIRECTORY_UNREACHABLE);
	}
	return wire->failure;
}

static AuthzDirectoryStatus
wait_for(AuthzWire *wire, short events)
{
	AuthzDirectoryStatus status = wait_until(wire, events, wire->deadline);

	return status == AUTHZ_DIRECTORY_OK ? status : fail(wire, status);
}

AuthzDirectoryStatus
authz_wire_wait(AuthzWire *wire)
{
	return wait_for(wire, POLLIN);
}

static int
open_socket(const struct addrinfo *address)
{
	int fd = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
	int on = 1;

	if (fd < 0)
		return -1;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ||
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
	{
		close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

/* One of the host's addresses; only an interruption is a failure of the wire. */
static AuthzDirectoryStatus
connect_to(AuthzWire *wire, const struct addrinfo *address, int64_t deadline)
{
	AuthzDirectoryStatus status = AUTHZ_DIRECTORY_OK;
	int error = 0;
	socklen_t length = sizeof(error);

	wire->fd = open_socket(address);
	if (wire->fd < 0)
		return AUTHZ_DIRECTORY_UNREACHABLE;
	if (connect(wire->fd, address->ai_addr, address->ai_addrlen) < 0)
	{
		if (errno == EINPROGRESS || errno == EINTR)
			status = wait_until(wire, POLLOUT, deadline);
		else
			status = AUTHZ_DIRECTORY_UNREACHABLE;
	}
	if (status == AUTHZ_DIRECTORY_OK &&
		(getsockopt(wire->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0 || error != 0))
		status = AUTHZ_DIRECTORY_UNREACHABLE;
	if (status != AUTHZ_DIRECTORY_OK)
		authz_wire_close(wire);
	return status;
}

AuthzDirectoryStatus
authz_wire_connect(AuthzWire *wire, const AuthzServer *server,
				   const AuthzDirectoryCallbacks *callbacks, int64_t deadline)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *addresses;
	AuthzDirectoryStatus status = AUTHZ_DIRECTORY_UNREACHABLE;
	int64_t count = 0;
	char port[8];

	*wire = (AuthzWire){.fd = -1, .callbacks = callbacks, .deadline = deadline};
	snprintf(port, sizeof(port), "%d", server->port);
	hints.ai_flags = AI_NUMERICSERV;
	if (getaddrinfo(server->host, port, &hints, &addresses) != 0)
		return fail(wire, AUTHZ_DIRECTORY_UNREACHABLE);

	/* Each address has its share of the time, so that one of them can be dead. */
	for (struct addrinfo *address = addresses; address != NULL; address = address->ai_next)
		count++;
	for (struct addrinfo *address = addresses; address != NULL; address = address->ai_next)
	{
		int64_t now = authz_wire_now();

		status = connect_to(wire, address, now + (deadline - now) / count--);
		if (status == AUTHZ_DIRECTORY_OK || wire->failure != AUTHZ_DIRECTORY_OK)
			break;
	}
	freeaddrinfo(addresses);
	return status == AUTHZ_DIRECTORY_OK ? status : fail(wire, status);
}

void
authz_wire_close(AuthzWire *wire)
{
	if (wire->fd >= 0)
		close(wire->fd);
	wire->fd = -1;
}

/* ---- libldap's end --------------------------------------------------------- */

static int
io_setup(Sockbuf_IO_Desc *layer, void *wire)
{
	layer->sbiod_pvt = wire;
	return 0;
}

/* The socket is closed by its owner. */
static int
io_nothing(Sockbuf_IO_Desc *layer)
{
	(void) layer;
	return 0;
}

static int
io_control(Sockbuf_IO_Desc *layer, int option, void *argument)
{
	(void) layer;
	(void) option;
	(void) argument;
	return 0;
}

/* Whether to try again: waits, unless the connection is given up. */
static bool
may_go_on(AuthzWire *wire, short events)
{
	if (errno == EINTR)
		return true;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		fail(wire, AUTHZ_DIRECTORY_UNREACHABLE);
	else if (wire->closing)
		fail(wire, AUTHZ_DIRECTORY_TIMEOUT);
	else if (wait_for(wire, events) == AUTHZ_DIRECTORY_OK)
		return true;
	errno = ECONNABORTED;
	return false;
}

static ber_slen_t
io_read(Sockbuf_IO_Desc *layer, void *buffer, ber_len_t length)
{
	AuthzWire *wire = layer->sbiod_pvt;

	while (wire->failure == AUTHZ_DIRECTORY_OK)
	{
		ssize_t n = recv(wire->fd, buffer, length, 0);

		if (n >= 0)
			return n;
		if (!may_go_on(wire, POLLIN))
			return -1;
	}
	errno = ECONNABORTED;
	return -1;
}

static ber_slen_t
io_write(Sockbuf_IO_Desc *layer, void *buffer, ber_len_t length)
{
	AuthzWire *wire = layer->sbiod_pvt;

	while (wire->failure == AUTHZ_DIRECTORY_OK)
	{
		ssize_t n = send(wire->fd, buffer, length, MSG_NOSIGNAL);

		if (n >= 0)
			return n;
		if (!may_go_on(wire, POLLOUT))
			return -1;
	}
	errno = ECONNABORTED;
	return -1;
}

Sockbuf_IO authz_wire_io = {
	.sbi_setup = io_setup,
	.sbi_remove = io_nothing,
	.sbi_ctrl = io_control,
	.sbi_read = io_read,
	.sbi_write = io_write,
	.sbi_close = io_nothing,
};
