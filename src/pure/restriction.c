/*
 * restriction.c
 *	  The privileges that restrict where a session counts, and how often.
 */
#include <string.h>

#include "pure/path.h"
#include "pure/privileges.h"
#include "pure/restriction.h"

/* What a request comes with, and what has been found out about it. */
typedef struct Request
{
	const AuthzAddress *address;
	AuthzSpan path;
	bool admitted;
	int64_t actions;
} Request;

/* False where the value cannot be understood. */
typedef bool (*Judge)(AuthzSpan value, Request *request);

static bool
judge_address(AuthzSpan value, Request *request)
{
	AuthzRange range;

	if (!authz_range_parse(value.text, value.length, &range))
		return false;
	if (request->address != NULL && authz_range_has(&range, request->address))
		request->admitted = true;
	return true;
}

static bool
judge_path(AuthzSpan value, Request *request)
{
	if (!authz_path_is_pattern(value.text, value.length))
		return false;
	if (authz_path_matches(value.text, value.length, request->path.text, request->path.length))
		request->admitted = true;
	return true;
}

/* Of several limits the least one holds. */
static bool
judge_actions(AuthzSpan value, Request *request)
{
	int64_t number = 0;

	for (size_t i = 0; i < value.length; i++)
	{
		if (value.text[i] < '0' || value.text[i] > '9' || (i == 0 && value.text[i] == '0'))
			return false;
		number = number * 10 + (value.text[i] - '0');
		if (number > AUTHZ_ACTIONS_MAX)
			return false;
	}
	if (request->actions < 0 || number < request->actions)
		request->actions = number;
	request->admitted = true;
	return true;
}

static const struct
{
	const char *key;
	Judge judge;
} restrictions[] = {
	{"iprestrict", judge_address},
	{"urirestrict", judge_path},
	{"actionslimit", judge_actions},
};

enum
{
	BY_ADDRESS,
	BY_PATH,
	BY_ACTIONS,
	RESTRICTIONS
};

static bool
is_star(AuthzSpan value)
{
	return value.length == 1 && *value.text == '*';
}

/*
 * Judges all values of all occurrences of a key, so that none of them hides that
 * another cannot be understood, or that there is none: false then.
 */
static bool
judge(int restriction, const char *privileges, size_t length, Request *request)
{
	const char *name = restrictions[restriction].key;
	size_t position = 0;
	bool found = false;
	bool open = false;
	size_t judged = 0;
	AuthzSpan key;
	AuthzSpan values;
	AuthzSpan value;

	while (authz_privileges_next(privileges, length, &position, &key, &values))
	{
		size_t at = 0;

		if (key.length != strlen(name) || memcmp(key.text, name, key.length) != 0)
			continue;
		found = true;
		while (authz_privileges_next_value(key, values, &at, &value))
		{
			if (is_star(value))
				open = true;
			else if (!restrictions[restriction].judge(value, request))
				return false;
			else
				judged++;
		}
	}
	if (judged == 0)
		request->admitted = open || !found;
	return judged > 0 || open || !found;
}

bool
authz_restriction_any(const char *privileges, size_t length)
{
	for (int i = 0; i < RESTRICTIONS; i++)
	{
		if (authz_privileges_has(privileges, length, restrictions[i].key, NULL))
			return true;
	}
	return false;
}

const char *
authz_restriction_malformed(const char *privileges, size_t length)
{
	Request nothing = {.path = {"", 0}, .actions = -1};

	for (int i = 0; i < RESTRICTIONS; i++)
	{
		if (!judge(i, privileges, length, &nothing))
			return restrictions[i].key;
	}
	return NULL;
}

bool
authz_restriction_admits_address(const char *privileges, size_t length, const AuthzAddress *address)
{
	Request request = {.address = address};

	return judge(BY_ADDRESS, privileges, length, &request) && request.admitted;
}

bool
authz_restriction_admits_path(const char *privileges, size_t length, const char *path)
{
	Request request = {.path = {path, strlen(path)}};

	return judge(BY_PATH, privileges, length, &request) && request.admitted;
}

int64_t
authz_restriction_actions(const char *privileges, size_t length)
{
	Request request = {.actions = -1};

	if (!judge(BY_ACTIONS, privileges, length, &request) || !request.admitted)
		return 0;
	return request.actions;
}
