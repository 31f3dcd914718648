/*
 * base64url.h
 *	  Base64 with the URL alphabet and without padding (RFC 4648, section 5).
 *
 * Decoding is strict: no padding, no other characters, and no bits beyond the
 * last byte, so that every byte string has exactly one text.
 */
#ifndef AUTHZ_PURE_BASE64URL_H
#define AUTHZ_PURE_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUTHZ_BASE64URL_ENCODED(bytes) (((bytes) *4 + 2) / 3)
#define AUTHZ_BASE64URL_DECODED(characters) ((characters) *3 / 4)

/* Writes AUTHZ_BASE64URL_ENCODED(length) characters, no NUL. */
extern void authz_base64url_encode(const uint8_t *in, size_t length, char *out);

/* Writes AUTHZ_BASE64URL_DECODED(length) bytes; false when the text is not canonical. */
extern bool authz_base64url_decode(const char *in, size_t length, uint8_t *out);

#endif
