/*
 * fuzz_claims.c
 *	  The claims of a JWT. What is read is held against the same JSON, and what is
 *	  judged good against the rule.
 */
#include <jansson.h>

#include "pure/claims.h"

#include "fuzz.h"

#define NOW 1000000
#define SKEW 30
#define LIFETIME 3600

static const char *const names[] = {"iss", "sub", "jti", "aud", "roles"};

/* A text is of its length, without anything that cannot be shown. */
static void
check_text(const char *text)
{
	CHECK(text != NULL && *text != '\0' && strlen(text) <= AUTHZ_CLAIM_MAX_BYTES);
	for (const char *c = text; *c != '\0'; c++)
		CHECK((unsigned char) *c >= ' ' && *c != 0x7f);
}

static void
check_claim(const AuthzClaims *claims, const char *name, json_t *object)
{
	const json_t *member = json_object_get(object, name);
	size_t count = authz_claims_count(claims, name);
	const char *text = authz_claims_text(claims, name);

	CHECK(count <= AUTHZ_CLAIM_MAX_TEXTS);
	CHECK((text != NULL) == (count == 1 && json_is_string(member)));
	for (size_t i = 0; i < count; i++)
		check_text(authz_claims_text_at(claims, name, i));
	CHECK(json_is_array(member) ? count == 0 || count == json_array_size(member) : count <= 1);
}

static void
check_moment(int64_t moment, const json_t *member)
{
	CHECK((moment == AUTHZ_CLAIMS_NO_MOMENT) == (member == NULL));
	CHECK(member == NULL || (moment >= 0 && moment <= INT64_C(253402300799)));
	if (member != NULL)
		CHECK(moment - json_number_value(member) > -1 && moment - json_number_value(member) < 1);
}

static void
check_judgement(const AuthzClaims *claims)
{
	AuthzClaimsRule rule = {
		.issuer = "a", .audience = "b", .now = NOW, .skew = SKEW, .max_lifetime = LIFETIME};

	if (authz_claims_judge(claims, &rule) != AUTHZ_CLAIMS_OK)
		return;
	CHECK(strcmp(claims->issuer, "a") == 0 && authz_claims_is_for(claims, "b"));
	CHECK(claims->expires_at > NOW && claims->expires_at <= NOW + SKEW + LIFETIME);
	CHECK(claims->issued_at >= 0 && claims->issued_at <= NOW + SKEW);
	CHECK(claims->not_before <= NOW + SKEW);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size == 0 ? "" : (const char *) data;
	AuthzClaims claims;
	AuthzClaimsResult result = authz_claims_read(text, size, &claims);

	CHECK(result != AUTHZ_CLAIMS_MEMORY);
	if (result == AUTHZ_CLAIMS_OK)
	{
		json_t *object = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);

		CHECK(json_is_object(object));
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			check_claim(&claims, names[i], object);
		check_moment(claims.expires_at, json_object_get(object, "exp"));
		check_moment(claims.not_before, json_object_get(object, "nbf"));
		check_moment(claims.issued_at, json_object_get(object, "iat"));
		check_judgement(&claims);
		json_decref(object);
	}
	authz_claims_free(&claims);
	return 0;
}
