/*
 * dn.c
 *	  Distinguished names (RFC 4514), brought into one form so that they can be
 *	  compared as bytes.
 */
#include <stdint.h>
#include <string.h>

#include "directory/dn.h"
#include "directory/escape.h"
#include "directory/text.h"

/* So many parts of one RDN; nobody uses more than two. */
#define PARTS_MAX 8

/* What is parsed, and where the parser is. */
typedef struct Reader
{
	AuthzArena *arena;
	const char *at;
	AuthzDnResult result;
} Reader;

typedef struct Part
{
	char *type;
	char *value; /* escapes resolved; in hexadecimal, with '#', where it was so */
	size_t length;
	bool is_hex;
} Part;

/* The names by which the same types are known. */
static const char *const aliases[][2] = {
	{"2.5.4.3", "cn"},
	{"commonname", "cn"},
	{"2.5.4.6", "c"},
	{"countryname", "c"},
	{"2.5.4.7", "l"},
	{"localityname", "l"},
	{"2.5.4.8", "st"},
	{"stateorprovincename", "st"},
	{"2.5.4.9", "street"},
	{"streetaddress", "street"},
	{"2.5.4.10", "o"},
	{"organizationname", "o"},
	{"2.5.4.11", "ou"},
	{"organizationalunitname", "ou"},
	{"0.9.2342.19200300.100.1.1", "uid"},
	{"userid", "uid"},
	{"0.9.2342.19200300.100.1.25", "dc"},
	{"domaincomponent", "dc"},
};

static bool
fail(Reader *reader, AuthzDnResult result)
{
	if (reader->result == AUTHZ_DN_OK)
		reader->result = result;
	return false;
}

static void
skip_spaces(Reader *reader)
{
	while (*reader->at == ' ')
		reader->at++;
}

void
authz_dn_type_name(char *type)
{
	for (char *c = type; *c != '\0'; c++)
		*c = authz_text_lower(*c);
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
	{
		/* Shorter, so it fits. */
		if (strcmp(type, aliases[i][0]) == 0)
			memcpy(type, aliases[i][1], strlen(aliases[i][1]) + 1);
	}
}

static bool
read_type(Reader *reader, char **type)
{
	const char *begin;
	size_t length;

	skip_spaces(reader);
	begin = reader->at;
	length = authz_text_name_length(begin);
	reader->at += length;
	skip_spaces(reader);
	if (length == 0 || *reader->at++ != '=')
		return fail(reader, AUTHZ_DN_MALFORMED);
	skip_spaces(reader);

	*type = authz_arena_copy(reader->arena, begin, length);
	if (*type == NULL)
		return fail(reader, AUTHZ_DN_MEMORY);
	authz_dn_type_name(*type);
	return true;
}

static bool
read_hex(Reader *reader, Part *part)
{
	const char *begin = reader->at++;

	while (authz_text_hex(*reader->at) >= 0)
		reader->at++;
	part->is_hex = true;
	part->length = (size_t) (reader->at - begin);
	skip_spaces(reader);
	if (part->length == 1 || part->length % 2 == 0)
		return fail(reader, AUTHZ_DN_MALFORMED);
	part->value = authz_arena_copy(reader->arena, begin, part->length);
	return part->value != NULL || fail(reader, AUTHZ_DN_MEMORY);
}

/* One character, of which '\' may be the begin. */
static bool
read_character(Reader *reader, char *c)
{
	*c = *reader->at++;
	if (*c != '\\')
		return true;
	if (authz_text_hex(reader->at[0]) >= 0)
	{
		int low = authz_text_hex(reader->at[1]);

		if (low < 0)
			return fail(reader, AUTHZ_DN_MALFORMED);
		*c = (char) (authz_text_hex(reader->at[0]) << 4 | low);
		reader->at += 2;
		return true;
	}
	if (*reader->at == '\0' || strchr(" \"#+,;<=>\\", *reader->at) == NULL)
		return fail(reader, AUTHZ_DN_MALFORMED);
	*c = *reader->at++;
	return true;
}

static bool
read_string(Reader *reader, Part *part)
{
	size_t kept = 0; /* up to the last character that is no bare space */

	part->value = authz_arena_take(reader->arena, strlen(reader->at) + 1);
	if (part->value == NULL)
		return fail(reader, AUTHZ_DN_MEMORY);
	while (*reader->at != '\0' && *reader->at != ',' && *reader->at != '+')
	{
		bool bare_space = *reader->at == ' ';

		if (strchr("\";<>", *reader->at) != NULL ||
			!read_character(reader, &part->value[part->length]))
			return fail(reader, AUTHZ_DN_MALFORMED);
		part->length++;
		if (!bare_space)
			kept = part->length;
	}
	part->length = kept;
	return authz_text_is_utf8(part->value, kept) || fail(reader, AUTHZ_DN_MALFORMED);
}

static bool
read_part(Reader *reader, Part *part)
{
	memset(part, 0, sizeof(*part));
	if (!read_type(reader, &part->type))
		return false;
	return *reader->at == '#' ? read_hex(reader, part) : read_string(reader, part);
}

/* In place: no capitals, no spaces at the ends, one for several in between. */
static size_t
fold(char *text, size_t length)
{
	size_t at = 0;

	for (size_t i = 0; i < length; i++)
	{
		if (text[i] != ' ')
			text[at++] = authz_text_lower(text[i]);
		else if (at > 0 && text[at - 1] != ' ')
			text[at++] = ' ';
	}
	if (at > 0 && text[at - 1] == ' ')
		at--;
	return at;
}

char *
authz_dn_fold(AuthzArena *arena, const char *text)
{
	size_t length = strlen(text);
	char *copy = authz_arena_copy(arena, text, length);

	if (copy != NULL)
		copy[fold(copy, length)] = '\0';
	return copy;
}

/* 'type=value' in the one form. */
static char *
write_part(Reader *reader, Part *part)
{
	size_t type_length = strlen(part->type);
	char *value = part->value;
	char *text;

	part->length = fold(part->value, part->length);
	part->value[part->length] = '\0';
	if (!part->is_hex)
		value = authz_dn_escape(reader->arena, part->value, part->length);
	text = value == NULL ? NULL : authz_arena_take(reader->arena, type_length + strlen(value) + 2);
	if (text == NULL)
	{
		fail(reader, AUTHZ_DN_MEMORY);
		return NULL;
	}
	memcpy(text, part->type, type_length);
	text[type_length] = '=';
	memcpy(text + type_length + 1, value, strlen(value) + 1);
	return text;
}

static void
sort(char **texts, size_t count)
{
	for (size_t i = 1; i < count; i++)
	{
		char *text = texts[i];
		size_t j = i;

		for (; j > 0 && strcmp(texts[j - 1], text) > 0; j--)
			texts[j] = texts[j - 1];
		texts[j] = text;
	}
}

/* Reads an RDN and appends it at *out, which has room for it. */
static bool
append_rdn(Reader *reader, char **out, const char *end)
{
	char *texts[PARTS_MAX];
	size_t count = 0;

	for (;;)
	{
		Part part;

		if (count == PARTS_MAX)
			return fail(reader, AUTHZ_DN_MALFORMED);
		if (!read_part(reader, &part))
			return false;
		texts[count] = write_part(reader, &part);
		if (texts[count++] == NULL)
			return false;
		if (*reader->at != '+')
			break;
		reader->at++;
	}
	sort(texts, count);
	for (size_t i = 0; i < count; i++)
	{
		size_t length = strlen(texts[i]);

		if (length + 2 > (size_t) (end - *out))
			return fail(reader, AUTHZ_DN_MALFORMED);
		if (i > 0)
			*(*out)++ = '+';
		memcpy(*out, texts[i], length + 1);
		*out += length;
	}
	return true;
}

AuthzDnResult
authz_dn_normalize(AuthzArena *arena, const char *dn, char **normal)
{
	Reader reader = {arena, dn, AUTHZ_DN_OK};
	size_t length = strlen(dn);
	size_t size = 3 * length + 2;
	char *out;

	*normal = NULL;
	if (length > AUTHZ_DN_MAX)
		return AUTHZ_DN_MALFORMED;
	out = authz_arena_take(arena, size);
	if (out == NULL)
		return AUTHZ_DN_MEMORY;
	*normal = out;
	while (append_rdn(&reader, &out, *normal + size))
	{
		if (*reader.at == '\0')
			return AUTHZ_DN_OK;
		if (*reader.at++ != ',')
		{
			fail(&reader, AUTHZ_DN_MALFORMED);
			break;
		}
		*out++ = ',';
	}
	*normal = NULL;
	return reader.result;
}

AuthzDnResult
authz_dn_value(AuthzArena *arena, const char *dn, const char *type, char **value)
{
	Reader reader = {arena, dn, AUTHZ_DN_OK};
	Part part;

	*value = NULL;
	if (strlen(dn) > AUTHZ_DN_MAX)
		return AUTHZ_DN_MALFORMED;
	do
	{
		if (!read_part(&reader, &part))
			return reader.result;

		/* A value with a NUL in it would be another one to those who compare text. */
		if (authz_text_same(part.type, strlen(part.type), type, strlen(type)) && !part.is_hex &&
			strlen(part.value) >= part.length)
		{
			part.value[part.length] = '\0';
			*value = part.value;
			return AUTHZ_DN_OK;
		}
	} while (*reader.at++ == '+');
	return AUTHZ_DN_OK;
}

bool
authz_dn_first_part(AuthzArena *arena, const char *dn, const char *token, char **type,
					char **before, char **behind)
{
	Reader reader = {arena, dn, AUTHZ_DN_OK};
	const char *found;
	const char *end;

	if (!read_type(&reader, type))
		return false;
	end = reader.at + strcspn(reader.at, ",+");
	found = strstr(reader.at, token);
	if (found == NULL || found >= end || memchr(reader.at, '\\', (size_t) (end - reader.at)))
		return false;
	*before = authz_arena_copy(arena, reader.at, (size_t) (found - reader.at));
	found += strlen(token);
	if (strstr(found, token) != NULL && strstr(found, token) < end)
		return false;
	*behind = authz_arena_copy(arena, found, (size_t) (end - found));
	return *before != NULL && *behind != NULL;
}
