/*
 * fuzz.h
 *	  What every fuzz target needs: the entry point and a check that stays.
 */
#ifndef AUTHZ_TEST_FUZZ_H
#define AUTHZ_TEST_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(holds)                                                                  \
	do                                                                                \
	{                                                                                 \
		if (!(holds))                                                                 \
		{                                                                             \
			fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #holds); \
			abort();                                                                  \
		}                                                                             \
	} while (0)

/* The bytes up to the first separator as a C string of their own; *data moves past it. */
static inline char *
next_string(const uint8_t **data, size_t *size, char separator)
{
	const uint8_t *end = *size > 0 ? memchr(*data, separator, *size) : NULL;
	size_t length = end == NULL ? *size : (size_t) (end - *data);
	size_t consumed = end == NULL ? length : length + 1;
	char *text = malloc(length + 1);

	if (length > 0)
		memcpy(text, *data, length);
	text[length] = '\0';
	*data += consumed;
	*size -= consumed;
	return text;
}

#endif
