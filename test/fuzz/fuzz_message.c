/*
 * fuzz_message.c
 *	  A message, or a good one with bytes of it changed: what is accepted is
 *	  well-formed to every depth, and its length is what its head says.
 */
#include "directory/message.h"

#include "fuzz.h"

#define CONSTRUCTED 0x20

/* Whether the bytes are elements, one behind the other, to any depth; slow and simple. */
static bool
are_elements(const uint8_t *bytes, size_t length, int depth)
{
	size_t at = 0;

	while (at < length)
	{
		uint8_t tag = bytes[at];
		size_t size = 0;
		size_t octets = 0;

		if (length - at < 2 || depth > 8)
			return false;
		if (bytes[at + 1] < 0x80)
			size = bytes[at + 1];
		else
			octets = bytes[at + 1] & 0x7f;
		if ((bytes[at + 1] == 0x80) || octets > 4 || length - at - 2 < octets)
			return false;
		for (size_t i = 0; i < octets; i++)
			size = 256 * size + bytes[at + 2 + i];
		at += 2 + octets;
		if (size > length - at)
			return false;
		if ((tag & CONSTRUCTED) && !are_elements(bytes + at, size, depth + 1))
			return false;
		at += size;
	}
	return true;
}

static void
check(const uint8_t *data, size_t size)
{
	AuthzMessageResult result = authz_message_check(data, size);
	size_t length = 0;
	size_t head = size < AUTHZ_MESSAGE_HEAD ? size : AUTHZ_MESSAGE_HEAD;
	AuthzMessageResult of_head = authz_message_length(data, head, &length);

	CHECK(result != AUTHZ_MESSAGE_INCOMPLETE);
	if (of_head == AUTHZ_MESSAGE_OK)
		CHECK(length >= 3 && length <= AUTHZ_MESSAGE_MAX + AUTHZ_MESSAGE_HEAD);
	if (of_head == AUTHZ_MESSAGE_INCOMPLETE)
		CHECK(size < AUTHZ_MESSAGE_HEAD);
	if (result != AUTHZ_MESSAGE_OK)
		return;
	CHECK(of_head == AUTHZ_MESSAGE_OK && length == size);
	CHECK(are_elements(data, size, 0));

	/* Neither less of it nor more is a message. */
	for (size_t less = 0; less < size && less < 64; less++)
		CHECK(authz_message_check(data, less) == AUTHZ_MESSAGE_MALFORMED);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Memory of its own, so that a byte beyond the end is seen. */
	uint8_t *copy = malloc(size + 1);

	memcpy(copy, data, size);
	copy = realloc(copy, size > 0 ? size : 1);
	check(copy, size);
	free(copy);
	return 0;
}
