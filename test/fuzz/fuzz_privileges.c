/*
 * fuzz_privileges.c
 *	  Two privilege strings, a line each: the merge against one that is written
 *	  as the rules read, with a map from keys to lists of values.
 */
#include "pure/privileges.h"

#include "fuzz.h"

#define ENTRIES 64
#define TOKEN_ID "1_a"

typedef struct Entry
{
	AuthzSpan key;
	AuthzSpan values[ENTRIES];
	size_t count;
} Entry;

typedef struct Map
{
	Entry entries[ENTRIES];
	size_t count;
	bool full;
} Map;

static Map token_map;
static Map caller_map;

static bool
same(AuthzSpan a, AuthzSpan b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

static bool
is(AuthzSpan key, const char *name)
{
	return same(key, (AuthzSpan){name, strlen(name)});
}

/* Paths have slashes of their own, and ranges of addresses one. */
static char
separator(AuthzSpan key)
{
	return is(key, "urirestrict") ? '|' : '/';
}

static void
check_value(AuthzSpan key, AuthzSpan value)
{
	const char *inside = memchr(value.text, separator(key), value.length);

	CHECK(value.length > 0);
	if (inside == NULL)
		return;
	CHECK(is(key, "iprestrict") && inside > value.text);
	for (inside++; inside < value.text + value.length; inside++)
		CHECK(*inside >= '0' && *inside <= '9');
	CHECK(inside[-1] != '/');
}

static Entry *
find(Map *map, AuthzSpan key)
{
	for (size_t i = 0; i < map->count; i++)
	{
		if (same(map->entries[i].key, key))
			return &map->entries[i];
	}
	return NULL;
}

static void
add(Map *map, AuthzSpan key, AuthzSpan values)
{
	Entry *entry = find(map, key);
	size_t position = 0;
	AuthzSpan value;

	if (entry == NULL && map->count == ENTRIES)
	{
		map->full = true;
		return;
	}
	if (entry == NULL)
	{
		entry = &map->entries[map->count++];
		entry->key = key;
		entry->count = 0;
	}
	while (authz_privileges_next_value(key, values, &position, &value))
	{
		check_value(key, value);
		if (entry->count == ENTRIES)
		{
			map->full = true;
			return;
		}
		entry->values[entry->count++] = value;
	}
}

static void
add_text(Map *map, const char *text)
{
	size_t length = strlen(text);
	size_t position = 0;
	AuthzSpan key;
	AuthzSpan values;

	while (authz_privileges_next(text, length, &position, &key, &values))
	{
		CHECK(key.text >= text && key.text + key.length <= text + length);
		CHECK(values.text == NULL || (values.text == key.text + key.length + 1 &&
									  values.text + values.length <= text + length));
		if (key.length > 0)
			add(map, key, values);
	}
}

static bool
opens(const Entry *entry)
{
	for (size_t i = 0; i < entry->count; i++)
	{
		if (same(entry->values[i], (AuthzSpan){"*", 1}))
			return true;
	}
	return false;
}

static char *
put(char *out, const char *before, AuthzSpan span)
{
	size_t length = strlen(before);

	memcpy(out, before, length);
	if (span.length > 0)
		memcpy(out + length, span.text, span.length);
	return out + length + span.length;
}

/* The merge; false where the maps are too small for it. */
static bool
merge(const char *token, const char *caller, char *out)
{
	size_t of_token;

	token_map.count = caller_map.count = 0;
	token_map.full = caller_map.full = false;
	add_text(&token_map, "sessionid:" TOKEN_ID ",apptoken:" TOKEN_ID);
	add_text(&token_map, token);
	add_text(&caller_map, caller);
	if (token_map.full || caller_map.full)
		return false;

	of_token = token_map.count;
	for (size_t i = 0; i < caller_map.count; i++)
	{
		Entry *theirs = &caller_map.entries[i];
		Entry *ours = find(&token_map, theirs->key);

		if (ours != NULL && opens(ours))
			*ours = *theirs;
		else if (ours == NULL && !authz_privileges_is_reserved(theirs->key))
		{
			if (token_map.count == ENTRIES)
				return false;
			token_map.entries[token_map.count++] = *theirs;
		}
	}
	CHECK(token_map.count >= of_token);

	for (size_t i = 0; i < token_map.count; i++)
	{
		const Entry *entry = &token_map.entries[i];

		out = put(out, i > 0 ? "," : "", entry->key);
		for (size_t k = 0; k < entry->count; k++)
		{
			char between[] = {separator(entry->key), '\0'};

			out = put(out, k > 0 ? between : ":", entry->values[k]);
		}
	}
	*out = '\0';
	return true;
}

static void
check_merge(const char *token, const char *caller)
{
	size_t room = strlen(token) + strlen(caller) + 64;
	char *expected = malloc(room);
	char *got = malloc(room);
	size_t needed = authz_privileges_merge(got, room, TOKEN_ID, token, caller);
	size_t small = needed / 2;
	char *cut = malloc(small + 1);

	CHECK(needed <= room && strlen(got) + 1 == needed);
	if (merge(token, caller, expected))
		CHECK(strcmp(got, expected) == 0);
	CHECK(authz_privileges_merge(cut, small, TOKEN_ID, token, caller) == needed);
	CHECK(small == 0 || (strlen(cut) == small - 1 && strncmp(cut, got, small - 1) == 0));
	if (authz_privileges_check(token, strlen(token)) == AUTHZ_PRIVILEGES_OK &&
		authz_privileges_check(caller, strlen(caller)) == AUTHZ_PRIVILEGES_OK &&
		needed <= AUTHZ_PRIVILEGES_MAX_BYTES)
		CHECK(authz_privileges_check(got, needed - 1) == AUTHZ_PRIVILEGES_OK);
	free(expected);
	free(got);
	free(cut);
}

/* What has() and find() say follows from stepping through. */
static void
check_questions(const char *text)
{
	size_t length = strlen(text);
	size_t position = 0;
	AuthzSpan key;
	AuthzSpan values;
	AuthzSpan value;

	while (authz_privileges_next(text, length, &position, &key, &values))
	{
		AuthzSpan found;
		size_t at = 0;
		char *name = strndup(key.text, key.length);

		CHECK(authz_privileges_has(text, length, name, NULL));
		CHECK(authz_privileges_find(text, length, name, &found));
		if (authz_privileges_next_value(key, values, &at, &value))
		{
			char *wanted = strndup(value.text, value.length);

			CHECK(authz_privileges_has(text, length, name, wanted));
			free(wanted);
		}
		free(name);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *token;
	char *caller;

	authz_privileges_check((const char *) data, size);
	token = next_string(&data, &size, '\n');
	caller = next_string(&data, &size, '\n');
	check_merge(token, caller);
	check_questions(token);
	free(token);
	free(caller);
	return 0;
}
