/*
 * test_issuer_keys.c
 *	  The key sets of issuers: public keys that a token can tell apart, and by
 *	  which algorithms they are used.
 */
#include "pure/issuer_keys.h"

#include "tap.h"

#define RSA_N                                                                                      \
	"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm"  \
	"4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5r" \
	"exMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyx" \
	"XFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
#define RSA "\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" RSA_N "\""
#define EC                                                                                    \
	"\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"," \
	"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define NAMED(name) ",\"kid\":\"" name "\""

#define RS256 AUTHZ_JWA_BIT(AUTHZ_JWA_RS256)
#define RS512 AUTHZ_JWA_BIT(AUTHZ_JWA_RS512)
#define ES256 AUTHZ_JWA_BIT(AUTHZ_JWA_ES256)

static AuthzJwkSet set;

static void
reads(const char *text, uint32_t algorithms, AuthzIssuerKeysResult expected, const char *what)
{
	authz_jwk_set_free(&set);
	is_number(authz_issuer_keys_read(text, strlen(text), algorithms, &set), expected, what);
}

static bool
chooses(AuthzJwa algorithm, const char *kid)
{
	return authz_jwk_set_choose(&set, algorithm, kid) != NULL;
}

static void
forms(void)
{
	reads("", RS256, AUTHZ_ISSUER_KEYS_MALFORMED, "nothing");
	reads("[]", RS256, AUTHZ_ISSUER_KEYS_MALFORMED, "a list");
	reads("{}", RS256, AUTHZ_ISSUER_KEYS_MALFORMED, "no keys");
	reads("{\"keys\":{}}", RS256, AUTHZ_ISSUER_KEYS_MALFORMED, "keys that are no list");
	reads("{\"keys\":[null]}", RS256, AUTHZ_ISSUER_KEYS_MALFORMED, "a key that is none");
	reads("{" RSA "}", RS256, AUTHZ_ISSUER_KEYS_MALFORMED, "a key of its own");
	reads("{\"keys\":[{" RSA "}],\"keys\":[]}", RS256, AUTHZ_ISSUER_KEYS_MALFORMED, "keys twice");
	reads("{\"keys\":[]}", RS256, AUTHZ_ISSUER_KEYS_NONE, "a list of none");
	reads("{\"keys\":[{" RSA "}]}", RS256, AUTHZ_ISSUER_KEYS_OK, "one");
	ok(chooses(AUTHZ_JWA_RS256, NULL), "which a token without a name means");
	ok(!chooses(AUTHZ_JWA_RS256, "a"), "and one with a name does not");
	ok(!chooses(AUTHZ_JWA_RS512, NULL), "by its algorithm alone");
}

static void
secrets(void)
{
	static const char *const members[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
	char text[2048];

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
	{
		snprintf(text, sizeof(text), "{\"keys\":[{" RSA "},{\"kty\":\"new\",\"%s\":null}]}",
				 members[i]);
		reads(text, RS256, AUTHZ_ISSUER_KEYS_SECRET, members[i]);
	}
	reads("{\"keys\":[{\"kty\":\"oct\"},{" RSA "}]}", RS256, AUTHZ_ISSUER_KEYS_SECRET, "oct");
	reads("{\"keys\":[{" EC NAMED("a") ",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"}]}",
		  ES256, AUTHZ_ISSUER_KEYS_SECRET, "a pair");
	is_number((long long) set.count, 0, "of which nothing is kept");
}

static void
names(void)
{
	reads("{\"keys\":[{" RSA NAMED("a") "},{" RSA NAMED("b") "}]}", RS256 | RS512,
		  AUTHZ_ISSUER_KEYS_OK, "two");
	ok(chooses(AUTHZ_JWA_RS256, "a") && chooses(AUTHZ_JWA_RS512, "b"), "each by its name");
	ok(!chooses(AUTHZ_JWA_RS256, "c") && !chooses(AUTHZ_JWA_RS256, NULL),
	   "and neither by another or none");
	ok(!chooses(AUTHZ_JWA_PS256, "a"), "nor by another algorithm");
	reads("{\"keys\":[{" RSA NAMED("a") "},{" RSA NAMED("a") "}]}", RS256, AUTHZ_ISSUER_KEYS_TWICE,
		  "of one name");
	reads("{\"keys\":[{" RSA NAMED("a") "},{" EC NAMED("a") "}]}", RS256 | ES256,
		  AUTHZ_ISSUER_KEYS_TWICE, "of one name, for different algorithms");
	reads("{\"keys\":[{" RSA NAMED("a") "},{" RSA "}]}", RS256, AUTHZ_ISSUER_KEYS_NAMELESS,
		  "one without a name");
	reads("{\"keys\":[{" RSA NAMED("a") "},{" EC "}]}", RS256, AUTHZ_ISSUER_KEYS_OK,
		  "one without a name, for another algorithm");
	reads("{\"keys\":[{" RSA NAMED("a") "},{" RSA NAMED("a") ",\"use\":\"enc\"}]}", RS256,
		  AUTHZ_ISSUER_KEYS_OK, "of one name, for another use");
}

static void
algorithms(void)
{
	reads("{\"keys\":[{" RSA "}]}", ES256, AUTHZ_ISSUER_KEYS_NONE, "of another type");
	reads("{\"keys\":[{" RSA ",\"alg\":\"RS512\"}]}", RS256, AUTHZ_ISSUER_KEYS_NONE,
		  "for another algorithm");
	reads("{\"keys\":[{" RSA ",\"use\":\"enc\"}]}", RS256, AUTHZ_ISSUER_KEYS_NONE,
		  "for another use");
	reads("{\"keys\":[{" RSA "}]}", 0, AUTHZ_ISSUER_KEYS_NONE, "for no algorithm");
	reads("{\"keys\":[{" RSA "}]}", AUTHZ_JWA_BIT(AUTHZ_JWA_UNKNOWN), AUTHZ_ISSUER_KEYS_NONE,
		  "for one that is unknown");
}

static void
sizes(void)
{
	static char text[AUTHZ_JWK_SET_MAX_BYTES + 2];
	size_t at = (size_t) sprintf(text, "{\"keys\":[");

	for (int i = 0; i <= AUTHZ_JWK_SET_MAX_KEYS; i++)
		at += (size_t) sprintf(text + at, "%s{\"kty\":\"new\"}", i == 0 ? "" : ",");
	strcpy(text + at, "]}");
	reads(text, RS256, AUTHZ_ISSUER_KEYS_TOO_LARGE, "more keys than are read");
	memset(text, ' ', sizeof(text) - 1);
	reads(text, RS256, AUTHZ_ISSUER_KEYS_TOO_LARGE, "more text than is read");
}

int
main(void)
{
	forms();
	secrets();
	names();
	algorithms();
	sizes();
	authz_jwk_set_free(&set);
	return tap_end();
}
