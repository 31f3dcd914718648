/*
 * text.h
 *	  What text from a user or a directory may be.
 */
#ifndef AUTHZ_DIRECTORY_TEXT_H
#define AUTHZ_DIRECTORY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Well-formed UTF-8 (RFC 3629): shortest forms, no surrogates, at most U+10FFFF. */
extern bool authz_text_is_utf8(const char *text, size_t length);

/* The same without control characters, NUL and DEL among them. */
extern bool authz_text_is_printable(const char *text, size_t length);

/* Equality of names in ASCII, without regard to case; other bytes are compared as they are. */
extern bool authz_text_same(const char *a, size_t a_length, const char *b, size_t b_length);

extern char authz_text_lower(char c);

/*
 * The length of the attribute's name that the text begins with, 0 for none:
 * letters, digits and '-' behind a letter, or an OID.
 */
extern size_t authz_text_name_length(const char *text);

/* A hexadecimal digit's value, -1 for anything else. */
extern int authz_text_hex(char c);

/*
 * Untrusted text for a log: at most size - 1 bytes, cut between characters,
 * with '?' for every byte that is not printable UTF-8. NULL counts as ''.
 */
extern void authz_text_quote(char *out, size_t size, const char *text);

#endif
