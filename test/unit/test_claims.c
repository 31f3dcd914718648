/*
 * test_claims.c
 *	  The claims of a JWT: what is read of them, and what is not.
 */
#include <stdlib.h>

#include "pure/claims.h"

#include "tap.h"

#define NOW 1000000
#define GOOD "\"iss\":\"https://a\",\"aud\":\"us\",\"iat\":999990,\"exp\":1000100"

static AuthzClaims claims;

static AuthzClaimsResult
read_text(const char *text)
{
	authz_claims_free(&claims);
	return authz_claims_read(text, strlen(text), &claims);
}

static void
reads(const char *text)
{
	ok(read_text(text) == AUTHZ_CLAIMS_OK, "reads %.60s", text);
}

static void
refuses(const char *text)
{
	ok(read_text(text) == AUTHZ_CLAIMS_MALFORMED, "refuses %.60s", text);
}

/* A claim that is a text of so many bytes. */
static void
of_length(size_t length, bool good)
{
	char *text = malloc(length + 16);
	size_t at = (size_t) sprintf(text, "{\"sub\":\"");

	memset(text + at, 'x', length);
	strcpy(text + at + length, "\"}");
	ok((read_text(text) == AUTHZ_CLAIMS_OK) == good, "a subject of %zu bytes", length);
	free(text);
}

/* An audience of so many texts. */
static void
of_count(size_t count, bool good)
{
	char *text = malloc(count * 4 + 16);
	size_t at = (size_t) sprintf(text, "{\"aud\":[");

	for (size_t i = 0; i < count; i++)
		at += (size_t) sprintf(text + at, "%s\"a\"", i == 0 ? "" : ",");
	strcpy(text + at, "]}");
	ok((read_text(text) == AUTHZ_CLAIMS_OK) == good, "an audience of %zu", count);
	free(text);
}

static void
test_reading(void)
{
	reads("{}");
	ok(claims.issuer == NULL && claims.subject == NULL && claims.id == NULL, "nobody says nothing");
	is_number(claims.expires_at, AUTHZ_CLAIMS_NO_MOMENT, "nor when");
	ok(!authz_claims_is_for(&claims, "us"), "nor to whom");

	reads("{\"iss\":\"https://a\",\"sub\":\"\\u00e4\",\"jti\":\"1\",\"x\":{\"y\":null}}");
	is_text(claims.issuer, "https://a", "the issuer");
	is_text(claims.subject, "\xc3\xa4", "the subject");
	is_text(claims.id, "1", "the id");

	refuses("");
	refuses("[]");
	refuses("{} ,");
	refuses("{\"iss\":\"a\",\"iss\":\"a\"}");
	refuses("{\"iss\":\"a\",\"\\u0069ss\":\"b\"}");
	refuses("{\"x\":{\"y\":1,\"y\":2}}");
	refuses("{\"iss\":1}");
	refuses("{\"iss\":null}");
	refuses("{\"iss\":[\"a\"]}");
	refuses("{\"sub\":7}");
	refuses("{\"sub\":\"\"}");
	refuses("{\"sub\":\"a\\u0000b\"}");
	refuses("{\"sub\":\"a\\nb\"}");
	refuses("{\"sub\":\"a\\u007f\"}");
	refuses("{\"sub\":\"\xff\"}");
	refuses("{\"jti\":true}");
	of_length(AUTHZ_CLAIM_MAX_BYTES, true);
	of_length(AUTHZ_CLAIM_MAX_BYTES + 1, false);
	of_length(AUTHZ_CLAIMS_MAX_BYTES, false);
}

static void
test_moments(void)
{
	reads("{\"exp\":1.9,\"nbf\":1.1,\"iat\":1.9}");
	is_number(claims.expires_at, 1, "ends with the whole second");
	is_number(claims.not_before, 2, "begins with the next");
	is_number(claims.issued_at, 1, "is of the whole second");
	reads("{\"exp\":1e3,\"nbf\":2.0,\"iat\":0}");
	is_number(claims.expires_at, 1000, "written with an exponent");
	is_number(claims.not_before, 2, "whole, although written with a point");
	is_number(claims.issued_at, 0, "the first moment");
	reads("{\"exp\":253402300799}");
	refuses("{\"exp\":253402300800}");
	refuses("{\"exp\":253402300799.5}");
	refuses("{\"exp\":9223372036854775807}");
	refuses("{\"exp\":9223372036854775808}");
	refuses("{\"exp\":1e300}");
	refuses("{\"exp\":1e999}");
	refuses("{\"exp\":-1}");
	refuses("{\"nbf\":-0.5}");
	refuses("{\"iat\":\"1\"}");
	refuses("{\"exp\":null}");
	refuses("{\"exp\":[1]}");
	refuses("{\"exp\":true}");
}

static void
test_audience(void)
{
	reads("{\"aud\":\"us\"}");
	ok(authz_claims_is_for(&claims, "us"), "one");
	ok(!authz_claims_is_for(&claims, "u") && !authz_claims_is_for(&claims, "use") &&
		   !authz_claims_is_for(&claims, "US") && !authz_claims_is_for(&claims, ""),
	   "of that very spelling");
	reads("{\"aud\":[\"them\",\"us\"]}");
	ok(authz_claims_is_for(&claims, "us") && authz_claims_is_for(&claims, "them"), "several");
	refuses("{\"aud\":[]}");
	refuses("{\"aud\":[\"us\",1]}");
	refuses("{\"aud\":[[\"us\"]]}");
	refuses("{\"aud\":{\"us\":1}}");
	refuses("{\"aud\":\"\"}");
	refuses("{\"aud\":null}");
	of_count(AUTHZ_CLAIM_MAX_TEXTS, true);
	of_count(AUTHZ_CLAIM_MAX_TEXTS + 1, false);
}

static void
test_others(void)
{
	reads("{\"role\":\"r\",\"roles\":[\"r\",\"s\"],\"mixed\":[\"r\",1],\"n\":1,\"none\":[]}");
	is_text(authz_claims_text(&claims, "role"), "r", "a text");
	ok(authz_claims_text(&claims, "roles") == NULL, "a list is no text");
	ok(authz_claims_text(&claims, "n") == NULL, "nor is a number");
	ok(authz_claims_text(&claims, "x") == NULL, "nor what is not there");
	is_number((long long) authz_claims_count(&claims, "role"), 1, "a text is a list of one");
	is_text(authz_claims_text_at(&claims, "role", 0), "r", "which it is");
	ok(authz_claims_text_at(&claims, "role", 1) == NULL, "and no more");
	is_number((long long) authz_claims_count(&claims, "roles"), 2, "a list");
	is_text(authz_claims_text_at(&claims, "roles", 1), "s", "its last");
	ok(authz_claims_text_at(&claims, "roles", 2) == NULL, "nothing behind it");
	is_number((long long) authz_claims_count(&claims, "mixed"), 0, "not of texts alone");
	is_number((long long) authz_claims_count(&claims, "none"), 0, "an empty one");
	is_number((long long) authz_claims_count(&claims, "x"), 0, "none");
}

static void
judged(const char *text, AuthzClaimsResult result)
{
	AuthzClaimsRule rule = {
		.issuer = "https://a", .audience = "us", .now = NOW, .skew = 30, .max_lifetime = 110};

	ok(read_text(text) == AUTHZ_CLAIMS_OK && authz_claims_judge(&claims, &rule) == result,
	   "%d for %.80s", result, text);
}

static void
test_judging(void)
{
	judged("{" GOOD "}", AUTHZ_CLAIMS_OK);
	judged("{" GOOD ",\"nbf\":1000030}", AUTHZ_CLAIMS_OK);
	judged("{" GOOD ",\"nbf\":1000031}", AUTHZ_CLAIMS_EARLY);
	judged("{" GOOD ",\"nbf\":1000030.5}", AUTHZ_CLAIMS_EARLY);

#define OF(text) "{\"iss\":\"https://a\",\"aud\":\"us\"," text "}"
	judged(OF("\"iat\":1000030,\"exp\":1000100"), AUTHZ_CLAIMS_OK);
	judged(OF("\"iat\":1000031,\"exp\":1000100"), AUTHZ_CLAIMS_EARLY);
	judged(OF("\"iat\":999990,\"exp\":1000101"), AUTHZ_CLAIMS_LIFETIME);
	judged(OF("\"iat\":0,\"exp\":253402300799"), AUTHZ_CLAIMS_LIFETIME);
	judged(OF("\"iat\":1000100,\"exp\":1000100"), AUTHZ_CLAIMS_LIFETIME);
	judged(OF("\"iat\":1000100,\"exp\":1000099"), AUTHZ_CLAIMS_LIFETIME);
	judged(OF("\"iat\":999990"), AUTHZ_CLAIMS_LIFETIME);
	judged(OF("\"exp\":1000100"), AUTHZ_CLAIMS_LIFETIME);
	judged(OF("\"iat\":999990,\"exp\":1000000"), AUTHZ_CLAIMS_EXPIRED);
	judged(OF("\"iat\":999990,\"exp\":1000000.9"), AUTHZ_CLAIMS_EXPIRED);
	judged(OF("\"iat\":999990,\"exp\":1000001"), AUTHZ_CLAIMS_OK);

	judged("{\"iss\":\"https://a/\",\"aud\":\"us\",\"iat\":999990,\"exp\":1000100}",
		   AUTHZ_CLAIMS_ISSUER);
	judged("{\"aud\":\"us\",\"iat\":999990,\"exp\":1000100}", AUTHZ_CLAIMS_ISSUER);
	judged("{\"iss\":\"https://a\",\"aud\":[\"them\"],\"iat\":999990,\"exp\":1000100}",
		   AUTHZ_CLAIMS_AUDIENCE);
	judged("{\"iss\":\"https://a\",\"iat\":999990,\"exp\":1000100}", AUTHZ_CLAIMS_AUDIENCE);
}

/* Claims of which it matters that they are there, or true. */
static void
test_presence(void)
{
	reads("{\"a\":null,\"b\":false,\"c\":true,\"d\":\"true\",\"e\":1}");
	ok(authz_claims_has(&claims, "a") && authz_claims_has(&claims, "b"), "of whatever form");
	ok(!authz_claims_has(&claims, "f") && !authz_claims_has(&claims, ""), "none that is not there");
	ok(authz_claims_is_true(&claims, "c"), "true");
	ok(!authz_claims_is_true(&claims, "a") && !authz_claims_is_true(&claims, "b") &&
		   !authz_claims_is_true(&claims, "d") && !authz_claims_is_true(&claims, "e") &&
		   !authz_claims_is_true(&claims, "f"),
	   "nothing else is");
}

int
main(void)
{
	test_presence();
	test_reading();
	test_moments();
	test_audience();
	test_others();
	test_judging();
	authz_claims_free(&claims);
	return tap_end();
}
