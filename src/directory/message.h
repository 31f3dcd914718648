/*
 * message.h
 *	  Whether bytes are a message that a directory may send (RFC 4511).
 *
 * libldap asserts and trusts where a message is not as it should be, and a
 * failed assertion in a backend is a crash of the server. So it gets to see
 * none that has not been looked through here.
 */
#ifndef AUTHZ_DIRECTORY_MESSAGE_H
#define AUTHZ_DIRECTORY_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUTHZ_MESSAGE_MAX ((size_t) 4 * 1024 * 1024)

/* No message's tag and length are longer. */
#define AUTHZ_MESSAGE_HEAD 6

typedef enum AuthzMessageResult
{
	AUTHZ_MESSAGE_OK,
	AUTHZ_MESSAGE_INCOMPLETE, /* of a head: more bytes are needed */
	AUTHZ_MESSAGE_MALFORMED,
	AUTHZ_MESSAGE_UNSOLICITED /* answers nothing: mostly a farewell */
} AuthzMessageResult;

/* From the first bytes of a message: how long it is, these included. */
extern AuthzMessageResult authz_message_length(const uint8_t *bytes, size_t available,
											   size_t *length);

/* A whole message. */
extern AuthzMessageResult authz_message_check(const uint8_t *bytes, size_t length);

#endif
