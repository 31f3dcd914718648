/*
 * fuzz_path.c
 *	  A pattern and a path, a line each. Whatever a pattern lets in must still be
 *	  below it when everything that some server does to a path has been done to it:
 *	  decoded, decoded again, backslashes turned, dots and empty segments resolved.
 */
#include "pure/path.h"

#include "fuzz.h"

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

static void
decode(char *path)
{
	char *out = path;

	for (const char *in = path; *in != '\0'; in++)
	{
		if (*in == '%' && hex(in[1]) >= 0 && hex(in[2]) >= 0)
		{
			*out++ = (char) (hex(in[1]) * 16 + hex(in[2]));
			in += 2;
		}
		else
			*out++ = *in == '\\' ? '/' : *in;
	}
	*out = '\0';
}

/* The path from its root, as a file system would walk it; a '/' at the end stays. */
static char *
resolve(const char *path)
{
	char *copy = strdup(path);
	char *out = calloc(1, strlen(path) + 3);
	char *next = copy;
	char *segment;
	bool directory = false;

	while ((segment = strsep(&next, "/")) != NULL)
	{
		directory = *segment == '\0' || strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0;
		if (strcmp(segment, "..") == 0)
		{
			char *last = strrchr(out, '/');

			*(last == NULL ? out : last) = '\0';
		}
		else if (!directory)
			sprintf(out + strlen(out), "/%s", segment);
	}
	if (directory || *out == '\0')
		strcat(out, "/");
	free(copy);
	return out;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *pattern = next_string(&data, &size, '\n');
	char *path = next_string(&data, &size, '\n');
	size_t length = strlen(pattern);
	bool star = length > 0 && pattern[length - 1] == '*';

	if (authz_path_is_canonical(path, strlen(path)))
	{
		char *resolved = resolve(path);

		CHECK(strcmp(resolved, path) == 0);
		free(resolved);
	}
	if (authz_path_matches(pattern, length, path, strlen(path)))
	{
		char *walked = strdup(path);
		char *resolved;

		decode(walked);
		decode(walked);
		resolved = resolve(walked);
		CHECK(authz_path_is_canonical(path, strlen(path)));
		if (star)
			pattern[--length] = '\0';
		decode(pattern);
		decode(pattern);
		length = strlen(pattern);
		CHECK(strncmp(pattern, resolved, length) == 0);
		CHECK(resolved[length] == '\0' ||
			  (star && (pattern[length - 1] == '/' || resolved[length] == '/')));
		free(resolved);
		free(walked);
	}
	free(pattern);
	free(path);
	return 0;
}
