/*
 * sid.h
 *	  Security identifiers of Active Directory: objectSid, and the SID of a
 *	  user's primary group, which stands in no memberOf.
 */
#ifndef AUTHZ_DIRECTORY_SID_H
#define AUTHZ_DIRECTORY_SID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUTHZ_SID_MAX_BYTES 68 /* of 15 sub-authorities */
#define AUTHZ_SID_MAX_TEXT 192

typedef struct AuthzSid
{
	uint8_t bytes[AUTHZ_SID_MAX_BYTES];
	size_t length;
} AuthzSid;

/* False when these bytes are no SID. */
extern bool authz_sid_read(AuthzSid *sid, const void *bytes, size_t length);

/* The decimal text of a relative id (primaryGroupID), '' and leading zeros refused. */
extern bool authz_sid_read_rid(uint32_t *rid, const char *text);

/* The SID of the same domain with another relative id; false for one without any. */
extern bool authz_sid_of_domain(AuthzSid *sid, const AuthzSid *member, uint32_t rid);

/* 'S-1-5-21-…'. */
extern void authz_sid_write(const AuthzSid *sid, char out[AUTHZ_SID_MAX_TEXT]);

#endif
