/*
 * pack.h
 *	  What was loaded, written as one block for another process to read.
 *
 * Values stand one after another, each at a multiple of eight bytes, so that
 * the reader may point into the block instead of copying.
 */
#ifndef AUTHZ_ENTITLE_PACK_H
#define AUTHZ_ENTITLE_PACK_H

#include "postgres.h"

#include "lib/stringinfo.h"

extern void authz_pack_number(StringInfo block, int64 number);
extern void authz_pack_bytes(StringInfo block, const void *bytes, Size length);
extern void authz_pack_text(StringInfo block, const char *value); /* NULL stays NULL */
extern void authz_pack_texts(StringInfo block, char *const *values, int n);

/* Where the reader stands. */
typedef struct AuthzUnpack
{
	char *at;
	char *end;
} AuthzUnpack;

/* Raise for a block that ends too early. The results point into the block; NULL for no bytes. */
extern int64 authz_unpack_number(AuthzUnpack *block);
extern void *authz_unpack_bytes(AuthzUnpack *block);
extern char *authz_unpack_text(AuthzUnpack *block);
extern char **authz_unpack_texts(AuthzUnpack *block, int *n); /* the array itself is palloc'd */

#endif
