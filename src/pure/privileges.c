/*
 * privileges.c
 *	  The privilege string of a session: reading it, and merging a caller's
 *	  into an app token's.
 */
#include <string.h>

#include "pure/privileges.h"

/* What the server itself acts on; sorted for reading, searched from the top. */
static const char *const reserved_keys[] = {
	"actionslimit",
	"apptoken",
	"disableentitlement",
	"disableentitlementforentry",
	"disableentitlementforplaylist",
	"disablesessiontypecheck",
	"download",
	"downloadasset",
	"edit",
	"editadmintags",
	"editplaylist",
	"edituser",
	"enablecaptionmoderation",
	"enablecategorymoderation",
	"enablechangeaccount",
	"enableentitlement",
	"iprestrict",
	"jobtype",
	"limitentry",
	"list",
	"preview",
	"privacycontext",
	"reftime",
	"restrictexplicitliveview",
	"restrictingrole",
	"searchcontext",
	"sessionid",
	"sessionkey",
	"setrole",
	"sview",
	"sviewplaylist",
	"urirestrict",
	"virtualeventid",

	/* The fields of a Kaltura session that stand among its privileges. */
	"_d",
	"_e",
	"_m",
	"_t",
	"_u",
};

static bool
span_equal(AuthzSpan a, AuthzSpan b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

static AuthzSpan
span_of(const char *text)
{
	return (AuthzSpan){text, text == NULL ? 0 : strlen(text)};
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static AuthzSpan
trim(AuthzSpan span)
{
	while (span.length > 0 && is_space(span.text[0]))
	{
		span.text++;
		span.length--;
	}
	while (span.length > 0 && is_space(span.text[span.length - 1]))
		span.length--;
	return span;
}

/* The part from *position up to a separator; *position moves past it, at last beyond the end. */
static bool
next_part(AuthzSpan span, char separator, size_t *position, AuthzSpan *part)
{
	const char *end;

	if (span.text == NULL || *position > span.length)
		return false;
	part->text = span.text + *position;
	end = memchr(part->text, separator, span.length - *position);
	part->length = end == NULL ? span.length - *position : (size_t) (end - part->text);
	*position += part->length + 1;
	return true;
}

bool
authz_privileges_next(const char *text, size_t length, size_t *position, AuthzSpan *key,
					  AuthzSpan *value)
{
	AuthzSpan privilege;

	while (next_part((AuthzSpan){text, length}, ',', position, &privilege))
	{
		const char *colon;

		privilege = trim(privilege);
		if (privilege.length == 0)
			continue;
		colon = memchr(privilege.text, ':', privilege.length);
		*key = privilege;
		*value = (AuthzSpan){NULL, 0};
		if (colon != NULL)
		{
			key->length = (size_t) (colon - privilege.text);
			value->text = colon + 1;
			value->length = privilege.length - key->length - 1;
		}
		return true;
	}
	return false;
}

AuthzPrivilegesResult
authz_privileges_check(const char *text, size_t length)
{
	size_t position = 0;
	AuthzSpan key;
	AuthzSpan value;

	if (length > AUTHZ_PRIVILEGES_MAX_BYTES)
		return AUTHZ_PRIVILEGES_TOO_LONG;
	for (size_t i = 0; i < length; i++)
	{
		if ((unsigned char) text[i] < ' ' || text[i] == 0x7f)
			return AUTHZ_PRIVILEGES_NOT_PRINTABLE;
	}
	while (authz_privileges_next(text, length, &position, &key, &value))
	{
		if (key.length == 0)
			return AUTHZ_PRIVILEGES_EMPTY_KEY;
	}
	return AUTHZ_PRIVILEGES_OK;
}

/* Paths have slashes of their own. */
static char
separator_of(AuthzSpan key)
{
	return span_equal(key, span_of("urirestrict")) ? '|' : '/';
}

/* What is no address but may be the end of a range of them: '8' in '10.0.0.0/8'. */
static bool
is_number(AuthzSpan span)
{
	for (size_t i = 0; i < span.length; i++)
	{
		if (span.text[i] < '0' || span.text[i] > '9')
			return false;
	}
	return span.length > 0;
}

bool
authz_privileges_next_value(AuthzSpan key, AuthzSpan values, size_t *position, AuthzSpan *value)
{
	char separator = separator_of(key);
	size_t after;
	AuthzSpan next;

	do
	{
		if (!next_part(values, separator, position, value))
			return false;
	} while (value->length == 0);

	after = *position;
	if (span_equal(key, span_of("iprestrict")) && next_part(values, separator, &after, &next) &&
		is_number(next))
	{
		value->length += 1 + next.length;
		*position = after;
	}
	return true;
}

static bool
has_value(AuthzSpan key, AuthzSpan values, AuthzSpan wanted)
{
	size_t position = 0;
	AuthzSpan value;

	while (authz_privileges_next_value(key, values, &position, &value))
	{
		if (span_equal(value, wanted))
			return true;
	}
	return false;
}

/* The next privilege of that key. */
static bool
next_of_key(AuthzSpan text, AuthzSpan wanted, size_t *position, AuthzSpan *values)
{
	AuthzSpan key;

	while (authz_privileges_next(text.text, text.length, position, &key, values))
	{
		if (span_equal(key, wanted))
			return true;
	}
	return false;
}

static bool
has_key(AuthzSpan text, AuthzSpan key)
{
	size_t position = 0;
	AuthzSpan values;

	return next_of_key(text, key, &position, &values);
}

static bool
opens_key(AuthzSpan text, AuthzSpan key)
{
	size_t position = 0;
	AuthzSpan values;

	while (next_of_key(text, key, &position, &values))
	{
		if (has_value(key, values, span_of("*")))
			return true;
	}
	return false;
}

bool
authz_privileges_has(const char *text, size_t length, const char *key, const char *value)
{
	AuthzSpan wanted = span_of(key);
	size_t position = 0;
	AuthzSpan values;

	while (next_of_key((AuthzSpan){text, length}, wanted, &position, &values))
	{
		if (value == NULL || has_value(wanted, values, span_of(value)) ||
			has_value(wanted, values, span_of("*")))
			return true;
	}
	return false;
}

bool
authz_privileges_find(const char *text, size_t length, const char *key, AuthzSpan *values)
{
	size_t position = 0;

	return next_of_key((AuthzSpan){text, length}, span_of(key), &position, values);
}

bool
authz_privileges_is_reserved(AuthzSpan key)
{
	for (size_t i = 0; i < sizeof(reserved_keys) / sizeof(reserved_keys[0]); i++)
	{
		if (span_equal(key, span_of(reserved_keys[i])))
			return true;
	}
	return false;
}

/* Writes as much as there is room for, and counts the rest. */
typedef struct Writer
{
	char *out;
	size_t size;
	size_t length;
} Writer;

static void
put(Writer *writer, AuthzSpan span)
{
	if (writer->length < writer->size && span.length > 0)
	{
		size_t room = writer->size - writer->length;

		memcpy(writer->out + writer->length, span.text, span.length < room ? span.length : room);
	}
	writer->length += span.length;
}

static void
put_key(Writer *writer, AuthzSpan key)
{
	if (writer->length > 0)
		put(writer, span_of(","));
	put(writer, key);
}

/* Appends the values that all privileges of the key in text have. */
static void
put_values(Writer *writer, AuthzSpan text, AuthzSpan key, bool *any)
{
	char separator[] = {separator_of(key), '\0'};
	size_t position = 0;
	AuthzSpan values;

	while (next_of_key(text, key, &position, &values))
	{
		size_t at = 0;
		AuthzSpan value;

		while (authz_privileges_next_value(key, values, &at, &value))
		{
			put(writer, span_of(*any ? separator : ":"));
			put(writer, value);
			*any = true;
		}
	}
}

static void
put_privilege(Writer *writer, AuthzSpan text, AuthzSpan key)
{
	bool any = false;

	put_key(writer, key);
	put_values(writer, text, key, &any);
}

/* Whether the key stands in text before that privilege: then it has been written. */
static bool
seen_before(AuthzSpan text, AuthzSpan key)
{
	return has_key((AuthzSpan){text.text, (size_t) (key.text - text.text)}, key);
}

/* A key that begins every session of an app token, unless the caller's values replace it. */
static void
put_own(Writer *writer, const char *name, const char *token_id, AuthzSpan token, AuthzSpan caller)
{
	AuthzSpan key = span_of(name);
	bool any = true;

	if (has_key(caller, key) && opens_key(token, key))
	{
		put_privilege(writer, caller, key);
		return;
	}
	put_key(writer, key);
	put(writer, span_of(":"));
	put(writer, span_of(token_id));
	put_values(writer, token, key, &any);
}

static bool
is_own(AuthzSpan key)
{
	return span_equal(key, span_of("sessionid")) || span_equal(key, span_of("apptoken"));
}

size_t
authz_privileges_merge(char *out, size_t size, const char *token_id, const char *token_privileges,
					   const char *caller_privileges)
{
	AuthzSpan token = span_of(token_privileges);
	AuthzSpan caller = span_of(caller_privileges);
	Writer writer = {out, size, 0};
	size_t position = 0;
	AuthzSpan key;
	AuthzSpan values;

	put_own(&writer, "sessionid", token_id, token, caller);
	put_own(&writer, "apptoken", token_id, token, caller);

	while (authz_privileges_next(token.text, token.length, &position, &key, &values))
	{
		if (key.length == 0 || is_own(key) || seen_before(token, key))
			continue;
		if (has_key(caller, key) && opens_key(token, key))
			put_privilege(&writer, caller, key);
		else
			put_privilege(&writer, token, key);
	}

	position = 0;
	while (authz_privileges_next(caller.text, caller.length, &position, &key, &values))
	{
		if (key.length == 0 || seen_before(caller, key) || authz_privileges_is_reserved(key) ||
			has_key(token, key))
			continue;
		put_privilege(&writer, caller, key);
	}

	if (size > 0)
		out[writer.length < size ? writer.length : size - 1] = '\0';
	return writer.length + 1;
}
