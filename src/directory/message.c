/*
 * message.c
 *	  Whether bytes are a message that a directory may send (RFC 4511).
 */
#include <string.h>

#include "directory/message.h"

enum
{
	BOOLEAN = 0x01,
	INTEGER = 0x02,
	OCTETS = 0x04,
	ENUMERATED = 0x0a,
	SEQUENCE = 0x30,
	SET = 0x31,

	CONTROLS = 0xa0,
	REFERRAL = 0xa3,
	SASL_CREDENTIALS = 0x87,
	RESPONSE_NAME = 0x8a,
	RESPONSE_VALUE = 0x8b,
	INTERMEDIATE_NAME = 0x80,
	INTERMEDIATE_VALUE = 0x81,

	BIND_RESPONSE = 0x61,
	SEARCH_ENTRY = 0x64,
	SEARCH_RESULT = 0x65,
	SEARCH_REFERENCE = 0x73,
	EXTENDED_RESPONSE = 0x78,
	INTERMEDIATE_RESPONSE = 0x79
};

/* What is left of something to read. */
typedef struct Rest
{
	const uint8_t *at;
	const uint8_t *end;
} Rest;

/* A length at rest->at; false when it is cut off, indefinite or beyond four octets. */
static bool
read_length(Rest *rest, size_t *length)
{
	size_t octets;

	if (rest->at == rest->end)
		return false;
	*length = *rest->at++;
	if (*length < 0x80)
		return true;
	octets = *length & 0x7f;
	if (octets == 0 || octets > 4 || octets > (size_t) (rest->end - rest->at))
		return false;
	for (*length = 0; octets > 0; octets--)
		*length = *length << 8 | *rest->at++;
	return true;
}

static bool
next_is(const Rest *rest, uint8_t tag)
{
	return rest->at < rest->end && *rest->at == tag;
}

/* The element that must come next; its contents. */
static bool
read(Rest *rest, uint8_t tag, Rest *contents)
{
	size_t length;

	if (!next_is(rest, tag))
		return false;
	rest->at++;
	if (!read_length(rest, &length) || length > (size_t) (rest->end - rest->at))
		return false;
	contents->at = rest->at;
	contents->end = rest->at += length;
	return true;
}

static bool
is_empty(const Rest *rest)
{
	return rest->at == rest->end;
}

/* One that may be missing. */
static bool
skip_optional(Rest *rest, uint8_t tag)
{
	Rest contents;

	return !next_is(rest, tag) || read(rest, tag, &contents);
}

/* Nothing in it would end it too early for those who read text. */
static bool
skip_text(Rest *rest)
{
	Rest contents;

	return read(rest, OCTETS, &contents) &&
		   memchr(contents.at, '\0', (size_t) (contents.end - contents.at)) == NULL;
}

/* An attribute's description or an OID: at least one character, and visible ones. */
static bool
is_word(const Rest *contents)
{
	for (const uint8_t *c = contents->at; c < contents->end; c++)
	{
		if (*c <= ' ' || *c > '~')
			return false;
	}
	return !is_empty(contents);
}

static bool
read_number(Rest *rest, uint8_t tag, uint32_t *number)
{
	Rest contents;

	if (!read(rest, tag, &contents) || is_empty(&contents) || contents.end - contents.at > 4 ||
		*contents.at > 0x7f)
		return false;
	for (*number = 0; !is_empty(&contents); contents.at++)
		*number = *number << 8 | *contents.at;
	return true;
}

/* A list of strings to the end; none is none. */
static bool
are_strings(Rest *rest)
{
	Rest contents;
	bool any = false;

	for (; !is_empty(rest); any = true)
	{
		if (!read(rest, OCTETS, &contents))
			return false;
	}
	return any;
}

/* The fields that all results begin with. */
static bool
read_result(Rest *rest)
{
	Rest contents;
	uint32_t code;

	if (!read_number(rest, ENUMERATED, &code) || !skip_text(rest) || !read(rest, OCTETS, &contents))
		return false;
	return !next_is(rest, REFERRAL) || (read(rest, REFERRAL, &contents) && are_strings(&contents));
}

static bool
is_bind_response(Rest *rest)
{
	return read_result(rest) && skip_optional(rest, SASL_CREDENTIALS) && is_empty(rest);
}

static bool
is_search_result(Rest *rest)
{
	return read_result(rest) && is_empty(rest);
}

static bool
is_extended_response(Rest *rest)
{
	Rest name;

	if (!read_result(rest))
		return false;
	if (next_is(rest, RESPONSE_NAME) && (!read(rest, RESPONSE_NAME, &name) || !is_word(&name)))
		return false;
	return skip_optional(rest, RESPONSE_VALUE) && is_empty(rest);
}

static bool
is_intermediate_response(Rest *rest)
{
	return skip_optional(rest, INTERMEDIATE_NAME) && skip_optional(rest, INTERMEDIATE_VALUE) &&
		   is_empty(rest);
}

/* 'SEQUENCE { type, SET OF value }' */
static bool
read_attribute(Rest *attributes)
{
	Rest attribute;
	Rest contents;

	return read(attributes, SEQUENCE, &attribute) && read(&attribute, OCTETS, &contents) &&
		   is_word(&contents) && read(&attribute, SET, &contents) &&
		   (is_empty(&contents) || are_strings(&contents)) && is_empty(&attribute);
}

static bool
is_search_entry(Rest *rest)
{
	Rest attributes;

	if (!skip_text(rest) || !read(rest, SEQUENCE, &attributes) || !is_empty(rest))
		return false;
	while (!is_empty(&attributes))
	{
		if (!read_attribute(&attributes))
			return false;
	}
	return true;
}

static bool
are_controls(Rest *rest)
{
	while (!is_empty(rest))
	{
		Rest control;
		Rest contents;

		if (!read(rest, SEQUENCE, &control) || !read(&control, OCTETS, &contents) ||
			!is_word(&contents))
			return false;
		if (next_is(&control, BOOLEAN) &&
			(!read(&control, BOOLEAN, &contents) || contents.end - contents.at != 1))
			return false;
		if (!skip_optional(&control, OCTETS) || !is_empty(&control))
			return false;
	}
	return true;
}

static bool
is_operation(uint8_t tag, Rest *contents)
{
	switch (tag)
	{
		case BIND_RESPONSE:
			return is_bind_response(contents);
		case SEARCH_ENTRY:
			return is_search_entry(contents);
		case SEARCH_RESULT:
			return is_search_result(contents);
		case SEARCH_REFERENCE:
			return are_strings(contents);
		case EXTENDED_RESPONSE:
			return is_extended_response(contents);
		case INTERMEDIATE_RESPONSE:
			return is_intermediate_response(contents);
		default:
			return false;
	}
}

AuthzMessageResult
authz_message_length(const uint8_t *bytes, size_t available, size_t *length)
{
	Rest rest = {bytes, bytes + available};
	size_t octets;

	if (available < 2)
		return AUTHZ_MESSAGE_INCOMPLETE;
	if (*rest.at++ != SEQUENCE)
		return AUTHZ_MESSAGE_MALFORMED;
	octets = *rest.at & 0x80 ? *rest.at & 0x7f : 0;
	if (octets <= 4 && available < 2 + octets)
		return AUTHZ_MESSAGE_INCOMPLETE;
	if (!read_length(&rest, length) || *length == 0 || *length > AUTHZ_MESSAGE_MAX)
		return AUTHZ_MESSAGE_MALFORMED;
	*length += (size_t) (rest.at - bytes);
	return AUTHZ_MESSAGE_OK;
}

AuthzMessageResult
authz_message_check(const uint8_t *bytes, size_t length)
{
	Rest rest = {bytes, bytes + length};
	Rest message;
	Rest contents;
	uint32_t id;
	uint8_t tag;

	if (!read(&rest, SEQUENCE, &message) || !is_empty(&rest) ||
		!read_number(&message, INTEGER, &id) || is_empty(&message))
		return AUTHZ_MESSAGE_MALFORMED;
	if (id == 0)
		return AUTHZ_MESSAGE_UNSOLICITED;
	tag = *message.at;
	if (!read(&message, tag, &contents) || !is_operation(tag, &contents))
		return AUTHZ_MESSAGE_MALFORMED;
	if (next_is(&message, CONTROLS) &&
		(!read(&message, CONTROLS, &contents) || !are_controls(&contents)))
		return AUTHZ_MESSAGE_MALFORMED;
	return is_empty(&message) ? AUTHZ_MESSAGE_OK : AUTHZ_MESSAGE_MALFORMED;
}
