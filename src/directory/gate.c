/*
 * gate.c
 *	  The top of libldap's stack: it reads whole messages, and only good ones.
 *
 * No byte is read beyond a message: behind the consent to StartTLS anything in
 * clear is somebody else's, and must meet the handshake.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "directory/gate.h"
#include "directory/message.h"

static ber_slen_t
fail(AuthzGate *gate, AuthzDirectoryStatus failure)
{
	if (gate->wire->failure == AUTHZ_DIRECTORY_OK)
		gate->wire->failure = failure;
	errno = ECONNABORTED;
	return -1;
}

/* Exactly so many bytes; 1, or what ended it: 0 the connection, -1 a failure. */
static ber_slen_t
read_exactly(Sockbuf_IO_Desc *layer, uint8_t *bytes, size_t length)
{
	for (size_t at = 0; at < length;)
	{
		ber_slen_t n = LBER_SBIOD_READ_NEXT(layer, bytes + at, length - at);

		if (n <= 0)
			return n;
		at += (size_t) n;
	}
	return 1;
}

static ber_slen_t
read_message(Sockbuf_IO_Desc *layer, AuthzGate *gate)
{
	uint8_t head[AUTHZ_MESSAGE_HEAD];
	size_t available = 0;
	size_t length = 0;
	AuthzMessageResult result;
	ber_slen_t n;

	while ((result = authz_message_length(head, available, &length)) == AUTHZ_MESSAGE_INCOMPLETE)
	{
		n = read_exactly(layer, head + available, 1);
		if (n <= 0)
			return n;
		available++;
	}
	if (result != AUTHZ_MESSAGE_OK)
		return fail(gate, AUTHZ_DIRECTORY_MALFORMED);
	gate->bytes = malloc(length);
	if (gate->bytes == NULL)
		return fail(gate, AUTHZ_DIRECTORY_MEMORY);
	memcpy(gate->bytes, head, available);
	n = read_exactly(layer, gate->bytes + available, length - available);
	if (n <= 0)
		return n;
	switch (authz_message_check(gate->bytes, length))
	{
		case AUTHZ_MESSAGE_OK:
			gate->length = length;
			return 1;
		case AUTHZ_MESSAGE_UNSOLICITED:
			return fail(gate, AUTHZ_DIRECTORY_UNREACHABLE);
		default:
			return fail(gate, AUTHZ_DIRECTORY_MALFORMED);
	}
}

void
authz_gate_close(AuthzGate *gate)
{
	free(gate->bytes);
	gate->bytes = NULL;
	gate->length = gate->given = 0;
}

static int
io_setup(Sockbuf_IO_Desc *layer, void *gate)
{
	layer->sbiod_pvt = gate;
	return 0;
}

static int
io_nothing(Sockbuf_IO_Desc *layer)
{
	(void) layer;
	return 0;
}

static int
io_control(Sockbuf_IO_Desc *layer, int option, void *argument)
{
	const AuthzGate *gate = layer->sbiod_pvt;

	if (option == LBER_SB_OPT_DATA_READY && gate->length > 0)
		return 1;
	return LBER_SBIOD_CTRL_NEXT(layer, option, argument);
}

static ber_slen_t
io_read(Sockbuf_IO_Desc *layer, void *buffer, ber_len_t wanted)
{
	AuthzGate *gate = layer->sbiod_pvt;
	size_t left;

	if (gate->length == 0)
	{
		ber_slen_t n = read_message(layer, gate);

		if (n <= 0)
		{
			authz_gate_close(gate);
			return n;
		}
	}
	left = gate->length - gate->given;
	if (wanted > left)
		wanted = left;
	memcpy(buffer, gate->bytes + gate->given, wanted);
	gate->given += wanted;
	if (gate->given == gate->length)
		authz_gate_close(gate);
	return (ber_slen_t) wanted;
}

static ber_slen_t
io_write(Sockbuf_IO_Desc *layer, void *buffer, ber_len_t length)
{
	return LBER_SBIOD_WRITE_NEXT(layer, buffer, length);
}

Sockbuf_IO authz_gate_io = {
	.sbi_setup = io_setup,
	.sbi_remove = io_nothing,
	.sbi_ctrl = io_control,
	.sbi_read = io_read,
	.sbi_write = io_write,
	.sbi_close = io_nothing,
};
