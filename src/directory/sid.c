/*
 * sid.c
 *	  Security identifiers of Active Directory.
 *
 * Revision, count of sub-authorities, six bytes of authority with the highest
 * first, then the sub-authorities, four bytes each with the lowest first.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "directory/sid.h"

#define HEAD 8
#define REVISION 1
#define SUB_AUTHORITIES_MAX 15

static uint8_t *
last_sub_authority(AuthzSid *sid)
{
	return sid->bytes + sid->length - 4;
}

bool
authz_sid_read(AuthzSid *sid, const void *bytes, size_t length)
{
	const uint8_t *in = bytes;

	if (length < HEAD || in[0] != REVISION || in[1] > SUB_AUTHORITIES_MAX ||
		length != HEAD + 4 * (size_t) in[1])
		return false;
	memcpy(sid->bytes, in, length);
	sid->length = length;
	return true;
}

bool
authz_sid_read_rid(uint32_t *rid, const char *text)
{
	uint64_t value = 0;
	size_t length = strlen(text);

	if (length == 0 || length > 10 || (text[0] == '0' && length > 1))
		return false;
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = 10 * value + (uint64_t) (text[i] - '0');
	}
	*rid = (uint32_t) value;
	return value <= UINT32_MAX;
}

bool
authz_sid_of_domain(AuthzSid *sid, const AuthzSid *member, uint32_t rid)
{
	uint8_t *last;

	if (member->length < HEAD + 4)
		return false;
	*sid = *member;
	last = last_sub_authority(sid);
	for (int i = 0; i < 4; i++)
		last[i] = (uint8_t) (rid >> 8 * i);
	return true;
}

void
authz_sid_write(const AuthzSid *sid, char out[AUTHZ_SID_MAX_TEXT])
{
	uint64_t authority = 0;
	size_t at;

	for (int i = 2; i < HEAD; i++)
		authority = authority << 8 | sid->bytes[i];
	at = (size_t) snprintf(out, AUTHZ_SID_MAX_TEXT, "S-%u-%" PRIu64, sid->bytes[0], authority);
	for (size_t i = HEAD; i < sid->length; i += 4)
	{
		const uint8_t *sub = sid->bytes + i;
		uint32_t value = (uint32_t) sub[0] | (uint32_t) sub[1] << 8 | (uint32_t) sub[2] << 16 |
						 (uint32_t) sub[3] << 24;

		at += (size_t) snprintf(out + at, AUTHZ_SID_MAX_TEXT - at, "-%" PRIu32, value);
	}
}
