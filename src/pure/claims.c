/*
 * claims.c
 *	  What a JWT says (RFC 7519): the payload, after its signature has been found good.
 */
#include <string.h>

#include "pure/claims.h"
#include "pure/json.h"

/* The last second of the year 9999. */
#define MOMENT_MAX INT64_C(253402300799)

/* The text of a member, if it is one that can be shown and compared. */
static const char *
text_of(const json_t *member)
{
	const char *text = json_string_value(member);
	size_t length = json_string_length(member);

	if (text == NULL || length == 0 || length > AUTHZ_CLAIM_MAX_BYTES)
		return NULL;
	for (size_t i = 0; i < length; i++)
	{
		if ((unsigned char) text[i] < ' ' || text[i] == 0x7f)
			return NULL;
	}
	return text;
}

/* A registered claim may be missing, but not be anything else. */
static bool
find_text(const json_t *object, const char *name, const char **text)
{
	const json_t *member = json_object_get(object, name);

	*text = text_of(member);
	return member == NULL || *text != NULL;
}

/* Seconds, whole or not: the part of a second goes to where it makes the token count for less. */
static bool
find_moment(const json_t *object, const char *name, bool up, int64_t *moment)
{
	const json_t *member = json_object_get(object, name);
	double real;

	*moment = AUTHZ_CLAIMS_NO_MOMENT;
	if (member == NULL)
		return true;
	if (json_is_integer(member))
	{
		*moment = json_integer_value(member);
		return *moment >= 0 && *moment <= MOMENT_MAX;
	}
	if (!json_is_real(member))
		return false;
	real = json_real_value(member);
	if (!(real >= 0 && real <= (double) MOMENT_MAX))
		return false;
	*moment = (int64_t) real;
	if (up && (double) *moment < real)
		*moment += 1;
	return true;
}

/* How many texts a member has; 0 where it has anything else. */
static size_t
count_texts(const json_t *member)
{
	size_t size = json_array_size(member);

	if (!json_is_array(member))
		return text_of(member) == NULL ? 0 : 1;
	if (size > AUTHZ_CLAIM_MAX_TEXTS)
		return 0;
	for (size_t i = 0; i < size; i++)
	{
		if (text_of(json_array_get(member, i)) == NULL)
			return 0;
	}
	return size;
}

static bool
check_audience(const json_t *object)
{
	const json_t *member = json_object_get(object, "aud");

	return member == NULL || count_texts(member) > 0;
}

AuthzClaimsResult
authz_claims_read(const char *text, size_t length, AuthzClaims *claims)
{
	memset(claims, 0, sizeof(*claims));
	if (length > AUTHZ_CLAIMS_MAX_BYTES)
		return AUTHZ_CLAIMS_MALFORMED;
	switch (authz_json_read(text, length, &claims->object))
	{
		case AUTHZ_JSON_OK:
			break;
		case AUTHZ_JSON_MALFORMED:
			return AUTHZ_CLAIMS_MALFORMED;
		case AUTHZ_JSON_MEMORY:
			return AUTHZ_CLAIMS_MEMORY;
	}
	if (!find_text(claims->object, "iss", &claims->issuer) ||
		!find_text(claims->object, "sub", &claims->subject) ||
		!find_text(claims->object, "jti", &claims->id) || !check_audience(claims->object) ||
		!find_moment(claims->object, "exp", false, &claims->expires_at) ||
		!find_moment(claims->object, "nbf", true, &claims->not_before) ||
		!find_moment(claims->object, "iat", false, &claims->issued_at))
		return AUTHZ_CLAIMS_MALFORMED;
	return AUTHZ_CLAIMS_OK;
}

void
authz_claims_free(AuthzClaims *claims)
{
	json_decref(claims->object);
	memset(claims, 0, sizeof(*claims));
}

const char *
authz_claims_text(const AuthzClaims *claims, const char *name)
{
	return text_of(json_object_get(claims->object, name));
}

bool
authz_claims_has(const AuthzClaims *claims, const char *name)
{
	return json_object_get(claims->object, name) != NULL;
}

bool
authz_claims_is_true(const AuthzClaims *claims, const char *name)
{
	return json_is_true(json_object_get(claims->object, name));
}

size_t
authz_claims_count(const AuthzClaims *claims, const char *name)
{
	return count_texts(json_object_get(claims->object, name));
}

const char *
authz_claims_text_at(const AuthzClaims *claims, const char *name, size_t at)
{
	const json_t *member = json_object_get(claims->object, name);

	if (json_is_array(member))
		return text_of(json_array_get(member, at));
	return at == 0 ? text_of(member) : NULL;
}

bool
authz_claims_is_for(const AuthzClaims *claims, const char *audience)
{
	size_t count = authz_claims_count(claims, "aud");

	for (size_t i = 0; i < count; i++)
	{
		if (strcmp(authz_claims_text_at(claims, "aud", i), audience) == 0)
			return true;
	}
	return false;
}

AuthzClaimsResult
authz_claims_judge(const AuthzClaims *claims, const AuthzClaimsRule *rule)
{
	int64_t ahead = rule->now + rule->skew;

	if (claims->issuer == NULL || strcmp(claims->issuer, rule->issuer) != 0)
		return AUTHZ_CLAIMS_ISSUER;
	if (!authz_claims_is_for(claims, rule->audience))
		return AUTHZ_CLAIMS_AUDIENCE;
	if (claims->expires_at == AUTHZ_CLAIMS_NO_MOMENT ||
		claims->issued_at == AUTHZ_CLAIMS_NO_MOMENT || claims->expires_at <= claims->issued_at ||
		claims->expires_at - claims->issued_at > rule->max_lifetime)
		return AUTHZ_CLAIMS_LIFETIME;
	if (claims->issued_at > ahead || claims->not_before > ahead)
		return AUTHZ_CLAIMS_EARLY;
	if (claims->expires_at <= rule->now)
		return AUTHZ_CLAIMS_EXPIRED;
	return AUTHZ_CLAIMS_OK;
}
