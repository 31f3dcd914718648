/*
 * test_token.c
 *	  Session tokens: what is written is read, and nothing else is believed.
 */
#include <stdlib.h>

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "pure/base64url.h"
#include "pure/jwk_make.h"
#include "pure/token.h"

#include "tap.h"

#define HEADER "{\"alg\":\"HS256\",\"typ\":\"authz+jwt\",\"kid\":\"k1\"}"
#define REQUIRED "\"iss\":\"urn:x\",\"iat\":1,\"exp\":2,\"jti\":\"s1\",\"acc\":3,\"sty\":1"
#define CLAIMS "{" REQUIRED "}"

#define SIGNATURE_TEXT 43

static const uint8_t key[] = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a',
							  'b', 'c', 'd', 'e', 'f', '0', '1', '2', '3', '4', '5',
							  '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
static char text[4 * AUTHZ_TOKEN_MAX_BYTES];
static AuthzToken token;

/* The key as the code under test has it: these bytes, or so many of others. */
static AuthzJwk
secret(const uint8_t *bytes, size_t length)
{
	return (AuthzJwk){.type = AUTHZ_JWK_OCT,
					  .algorithm = AUTHZ_JWA_HS256,
					  .secret = (uint8_t *) bytes,
					  .secret_length = length};
}

/* What is said of the text, as a token of that algorithm, and such a key. */
static AuthzTokenResult
verify_with(const char *of, size_t length, const uint8_t *bytes, size_t bytes_length)
{
	AuthzJwk other = secret(bytes, bytes_length);
	AuthzToken said = {.algorithm = AUTHZ_JWA_HS256};

	return authz_token_verify(of, length, &said, &other);
}

static AuthzTokenResult
verify(const char *of, size_t length)
{
	return verify_with(of, length, key, sizeof(key));
}

static void
append(const void *bytes, size_t length, size_t *at)
{
	authz_base64url_encode(bytes, length, text + *at);
	*at += AUTHZ_BASE64URL_ENCODED(length);
}

/* Puts the right signature at the end of the text. */
static void
sign_again(size_t length)
{
	uint8_t signature[32];
	unsigned signature_length;
	size_t at = length - SIGNATURE_TEXT;

	HMAC(EVP_sha256(), key, sizeof(key), (uint8_t *) text, at - 1, signature, &signature_length);
	append(signature, signature_length, &at);
}

/* A token of any header and claims with a good signature, in text; returns its length. */
static size_t
forge_bytes(const char *header, size_t header_length, const char *claims, size_t claims_length)
{
	size_t at = 0;

	append(header, header_length, &at);
	text[at++] = '.';
	append(claims, claims_length, &at);
	text[at++] = '.';
	at += SIGNATURE_TEXT;
	sign_again(at);
	text[at] = '\0';
	return at;
}

static size_t
forge(const char *header, const char *claims)
{
	return forge_bytes(header, strlen(header), claims, strlen(claims));
}

static AuthzTokenResult
read_forged(const char *header, const char *claims)
{
	return authz_token_read(text, forge(header, claims), &token);
}

/* Whether the text would be believed. */
static bool
believed(const char *of, size_t length)
{
	return authz_token_read(of, length, &token) == AUTHZ_TOKEN_OK &&
		   verify(of, length) == AUTHZ_TOKEN_OK;
}

static AuthzToken
sample(void)
{
	static AuthzToken full;

	strcpy(full.kid, "k-2026");
	strcpy(full.issuer, "urn:uuid:2f1c6a0e-1d6e-4a0c-9d53-0e6d0b6c1d11");
	strcpy(full.session_id, "9d2c1b0a-5e4f-4f3a-8b7c-6d5e4f3a2b1c");
	strcpy(full.actor, "apptoken:1_abcd1234");
	strcpy(full.privileges, "sessionid:1_abcd1234,apptoken:1_abcd1234,setrole:15737171");
	full.account_id = 1234569;
	full.principal_id = 42;
	full.session_type = 1;
	full.issued_at = 1700000000;
	full.expires_at = 1700086400;
	return full;
}

static bool
equal(const AuthzToken *a, const AuthzToken *b)
{
	return strcmp(a->kid, b->kid) == 0 && strcmp(a->issuer, b->issuer) == 0 &&
		   strcmp(a->session_id, b->session_id) == 0 && strcmp(a->actor, b->actor) == 0 &&
		   strcmp(a->privileges, b->privileges) == 0 && a->account_id == b->account_id &&
		   a->principal_id == b->principal_id && a->session_type == b->session_type &&
		   a->issued_at == b->issued_at && a->expires_at == b->expires_at;
}

static AuthzTokenResult
write_token(const AuthzToken *of, size_t *length)
{
	AuthzJwk named = secret(key, sizeof(key));

	named.kid = (char *) of->kid;
	return authz_token_write(of, &named, text, AUTHZ_TOKEN_MAX_BYTES + 1, length);
}

/* The same header and claims with a space in front, which only the general reading understands. */
static size_t
space_out(void)
{
	static char header[AUTHZ_TOKEN_MAX_BYTES] = " ";
	static char claims[AUTHZ_TOKEN_MAX_BYTES] = " ";
	size_t first = strcspn(text, ".");
	size_t second = first + 1 + strcspn(text + first + 1, ".");

	authz_base64url_decode(text, first, (uint8_t *) header + 1);
	authz_base64url_decode(text + first + 1, second - first - 1, (uint8_t *) claims + 1);
	return forge_bytes(header, 1 + AUTHZ_BASE64URL_DECODED(first), claims,
					   1 + AUTHZ_BASE64URL_DECODED(second - first - 1));
}

static void
comes_back(const AuthzToken *of, const char *name)
{
	size_t length = 0;

	memset(&token, 0x5a, sizeof(token));
	ok(write_token(of, &length) == AUTHZ_TOKEN_OK && strlen(text) == length &&
		   believed(text, length) && equal(&token, of),
	   "%s: written, read and believed", name);
	memset(&token, 0x5a, sizeof(token));
	length = space_out();
	ok(believed(text, length) && equal(&token, of), "%s: read the same from spaced JSON", name);
}

static void
round_trips(void)
{
	AuthzToken full = sample();
	AuthzToken some;

	comes_back(&full, "everything set");
	some = full;
	some.principal_id = 0;
	some.actor[0] = some.privileges[0] = '\0';
	some.session_type = 0;
	comes_back(&some, "nobody");
	some = full;
	some.principal_id = INT64_MAX;
	some.account_id = INT32_MAX;
	some.issued_at = some.expires_at = INT64_C(253402300799);
	some.session_type = 2;
	memset(some.kid, 'k', AUTHZ_KID_MAX);
	memset(some.issuer, 'i', AUTHZ_ISSUER_MAX);
	memset(some.session_id, '~', AUTHZ_JTI_MAX);
	memset(some.actor, '!', AUTHZ_ACTOR_MAX);
	memset(some.privileges, 'p', AUTHZ_TOKEN_PRIVILEGES_MAX);
	comes_back(&some, "all at their greatest");
	some = full;
	some.issued_at = some.expires_at = 0;
	some.account_id = 1;
	some.principal_id = 1;
	comes_back(&some, "all at their least");
	some = full;
	strcpy(some.kid, "\"\\/\"");
	strcpy(some.actor, "a\\\"}");
	strcpy(some.privileges, "a:\"/\\,b\\\":\\u0041,{}[]:\xc3\xa4/\xe2\x82\xac/\xf0\x9f\x94\x91,\\");
	comes_back(&some, "quotes, backslashes and UTF-8");
}

static void
not_written(const AuthzToken *of, AuthzTokenResult expected, const char *name)
{
	size_t length;

	is_number(write_token(of, &length), expected, name);
}

static void
refused_writes(void)
{
	AuthzToken full = sample();
	AuthzToken some;
	AuthzJwk signing;
	size_t length;
	size_t needed;
	int wrong = 0;

#define WITHOUT(change, expected, name)                     \
	do                                                      \
	{                                                       \
		some = full;                                        \
		change;                                             \
		not_written(&some, expected, "not written: " name); \
	} while (0)

	WITHOUT(some.kid[0] = '\0', AUTHZ_TOKEN_MALFORMED, "without kid");
	WITHOUT(some.issuer[0] = '\0', AUTHZ_TOKEN_MALFORMED, "without iss");
	WITHOUT(some.session_id[0] = '\0', AUTHZ_TOKEN_MALFORMED, "without jti");
	WITHOUT(some.account_id = 0, AUTHZ_TOKEN_MALFORMED, "account 0");
	WITHOUT(some.account_id = INT32_MIN, AUTHZ_TOKEN_MALFORMED, "a negative account");
	WITHOUT(some.principal_id = -1, AUTHZ_TOKEN_MALFORMED, "a negative principal");
	WITHOUT(some.principal_id = INT64_MIN, AUTHZ_TOKEN_MALFORMED, "the most negative principal");
	WITHOUT(some.session_type = 3, AUTHZ_TOKEN_MALFORMED, "an unknown session type");
	WITHOUT(some.session_type = -1, AUTHZ_TOKEN_MALFORMED, "a negative session type");
	WITHOUT(some.issued_at = -1, AUTHZ_TOKEN_MALFORMED, "before 1970");
	WITHOUT(some.expires_at = INT64_C(253402300800), AUTHZ_TOKEN_MALFORMED, "after 9999");
	WITHOUT(strcpy(some.privileges, "\xff"), AUTHZ_TOKEN_MALFORMED,
			"privileges that are not UTF-8");
	WITHOUT(strcpy(some.privileges, "\xc0\xaf"), AUTHZ_TOKEN_MALFORMED, "overlong UTF-8");
	WITHOUT(strcpy(some.privileges, "\xed\xa0\x80"), AUTHZ_TOKEN_MALFORMED, "a surrogate");
	WITHOUT(strcpy(some.privileges, "a\tb"), AUTHZ_TOKEN_MALFORMED, "a tabulator");
	WITHOUT(strcpy(some.privileges, ":b"), AUTHZ_TOKEN_MALFORMED, "a privilege without key");
	WITHOUT(strcpy(some.actor, "a b"), AUTHZ_TOKEN_MALFORMED, "an actor with a space");
	WITHOUT(memset(some.privileges, '"', AUTHZ_TOKEN_PRIVILEGES_MAX), AUTHZ_TOKEN_MEMORY,
			"more than a token holds");
#undef WITHOUT

	signing = secret(key, sizeof(key) - 1);
	signing.kid = full.kid;
	is_number(authz_token_write(&full, &signing, text, sizeof(text), &length),
			  AUTHZ_TOKEN_SIGNATURE, "no signature with a short key");
	signing = secret(key, sizeof(key));
	is_number(authz_token_write(&full, &signing, text, sizeof(text), &length),
			  AUTHZ_TOKEN_SIGNATURE, "nor with one that has no name");
	signing.kid = full.kid;
	signing.algorithm = AUTHZ_JWA_UNKNOWN;
	is_number(authz_token_write(&full, &signing, text, sizeof(text), &length),
			  AUTHZ_TOKEN_SIGNATURE, "nor with one that has no algorithm");
	signing.algorithm = AUTHZ_JWA_ES256;
	is_number(authz_token_write(&full, &signing, text, sizeof(text), &length),
			  AUTHZ_TOKEN_SIGNATURE, "nor with one that has another's");
	signing.algorithm = AUTHZ_JWA_HS256;
	write_token(&full, &needed);
	for (size_t size = 0; size <= needed; size++)
	{
		char *small = malloc(size + 1);

		wrong += authz_token_write(&full, &signing, small, size, &length) != AUTHZ_TOKEN_MEMORY;
		free(small);
	}
	is_number(wrong, 0, "never more than the memory that is there");
}

/* RFC 7515, appendix A.1: another type, but the same signature. */
static void
rfc_vector(void)
{
	static const char jws[] =
		"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
		"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
	static const char rfc_secret[] =
		"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
	uint8_t rfc_key[64];

	ok(authz_base64url_decode(rfc_secret, strlen(rfc_secret), rfc_key), "the RFC's key");
	is_number(verify_with(jws, strlen(jws), rfc_key, sizeof(rfc_key)), AUTHZ_TOKEN_OK,
			  "the RFC's signature is good");
	is_number(verify_with(jws, strlen(jws), rfc_key, sizeof(rfc_key) - 1), AUTHZ_TOKEN_SIGNATURE,
			  "but not with another key");
	is_number(authz_token_read(jws, strlen(jws), &token), AUTHZ_TOKEN_MALFORMED,
			  "its type is not ours");
}

static void
headers(void)
{
	static const struct
	{
		const char *header;
		AuthzTokenResult result;
	} cases[] = {
		{HEADER, AUTHZ_TOKEN_OK},
		{" { \"kid\" : \"k1\" , \"typ\" : \"authz+jwt\" , \"alg\" : \"HS256\" } ", AUTHZ_TOKEN_OK},
		{"{\"alg\":\"HS256\",\"typ\":\"authz+jwt\",\"kid\":\"k1\",\"cty\":\"x\","
		 "\"jku\":\"//x\",\"x5u\":\"//x\",\"x5c\":[\"x\"],\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}}",
		 AUTHZ_TOKEN_OK},
		{"{\"alg\":\"none\",\"typ\":\"authz+jwt\",\"kid\":\"k1\"}", AUTHZ_TOKEN_ALGORITHM},
		{"{\"alg\":\"None\",\"typ\":\"authz+jwt\",\"kid\":\"k1\"}", AUTHZ_TOKEN_ALGORITHM},
		{"{\"alg\":\"\",\"typ\":\"authz+jwt\",\"kid\":\"k1\"}", AUTHZ_TOKEN_ALGORITHM},
		{"{\"alg\":\"hs256\",\"typ\":\"authz+jwt\",\"kid\":\"k1\"}", AUTHZ_TOKEN_ALGORITHM},
		{"{\"alg\":\"HS512\",\"typ\":\"authz+jwt\",\"kid\":\"k1\"}", AUTHZ_TOKEN_ALGORITHM},
		{"{\"alg\":\"RS256\",\"typ\":\"authz+jwt\",\"kid\":\"k1\"}", AUTHZ_TOKEN_ALGORITHM},
		{"{\"alg\":\"ES384\",\"typ\":\"authz+jwt\",\"kid\":\"k1\"}", AUTHZ_TOKEN_ALGORITHM},
		{"{\"alg\":\"eddsa\",\"typ\":\"authz+jwt\",\"kid\":\"k1\"}", AUTHZ_TOKEN_ALGORITHM},

		/* Theirs are longer than the signature that is there. */
		{"{\"alg\":\"ES256\",\"typ\":\"authz+jwt\",\"kid\":\"k1\"}", AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":\"EdDSA\",\"typ\":\"authz+jwt\",\"kid\":\"k1\"}", AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":\"HS256\",\"typ\":\"authz+jwt\",\"kid\":\"k1\",\"crit\":[\"exp\"]}",
		 AUTHZ_TOKEN_ALGORITHM},
		{"{\"alg\":\"HS256\",\"typ\":\"authz+jwt\",\"kid\":\"k1\",\"crit\":[]}",
		 AUTHZ_TOKEN_ALGORITHM},
		{"{\"alg\":\"HS256\",\"typ\":\"authz+jwt\",\"kid\":\"k1\",\"crit\":null}",
		 AUTHZ_TOKEN_ALGORITHM},
		{"{\"typ\":\"authz+jwt\",\"kid\":\"k1\"}", AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":[\"HS256\"],\"typ\":\"authz+jwt\",\"kid\":\"k1\"}", AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}", AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":\"HS256\",\"typ\":\"AUTHZ+JWT\",\"kid\":\"k1\"}", AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":\"HS256\",\"typ\":\"application/authz+jwt\",\"kid\":\"k1\"}",
		 AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":\"HS256\",\"kid\":\"k1\"}", AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":\"HS256\",\"typ\":\"authz+jwt\"}", AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":\"HS256\",\"typ\":\"authz+jwt\",\"kid\":1}", AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":\"HS256\",\"typ\":\"authz+jwt\",\"kid\":\"\"}", AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":\"HS256\",\"typ\":\"authz+jwt\",\"kid\":null}", AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":\"HS256\",\"typ\":\"authz+jwt\",\"kid\":\"a\\u0000b\"}", AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":\"HS256\",\"typ\":\"authz+jwt\",\"kid\":\"a\\nb\"}", AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":\"HS256\",\"alg\":\"HS256\",\"typ\":\"authz+jwt\",\"kid\":\"k1\"}",
		 AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":\"none\",\"typ\":\"authz+jwt\",\"kid\":\"k1\",\"alg\":\"HS256\"}",
		 AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":\"none\",\"typ\":\"authz+jwt\",\"kid\":\"k1\",\"\\u0061lg\":\"HS256\"}",
		 AUTHZ_TOKEN_MALFORMED},
		{"{\"alg\":\"HS256\",\"typ\":\"authz+jwt\",\"kid\":\"k1\",\"x\":{\"y\":1,\"y\":2}}",
		 AUTHZ_TOKEN_MALFORMED},
		{HEADER "{}", AUTHZ_TOKEN_MALFORMED},
		{HEADER "x", AUTHZ_TOKEN_MALFORMED},
		{"[" HEADER "]", AUTHZ_TOKEN_MALFORMED},
		{"{}", AUTHZ_TOKEN_MALFORMED},
		{"[]", AUTHZ_TOKEN_MALFORMED},
		{"\"alg\"", AUTHZ_TOKEN_MALFORMED},
		{"null", AUTHZ_TOKEN_MALFORMED},
		{"", AUTHZ_TOKEN_MALFORMED},
		{"{'alg':'HS256','typ':'authz+jwt','kid':'k1'}", AUTHZ_TOKEN_MALFORMED},
		{"\xef\xbb\xbf" HEADER, AUTHZ_TOKEN_MALFORMED},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_number(read_forged(cases[i].header, CLAIMS), cases[i].result, cases[i].header);
}

static void
claims(void)
{
	static const struct
	{
		const char *claims;
		AuthzTokenResult result;
	} cases[] = {
		{CLAIMS, AUTHZ_TOKEN_OK},
		{" { " REQUIRED " } ", AUTHZ_TOKEN_OK},
		{"{" REQUIRED ",\"other\":{\"deep\":[1,2.5e3,null]},\"nbf\":9}", AUTHZ_TOKEN_OK},
		{"{" REQUIRED ",\"act\":{\"sub\":\"a\",\"act\":{\"sub\":\"b\"}}}", AUTHZ_TOKEN_OK},
		{"{" REQUIRED ",\"prv\":\"a:\\u00e4\"}", AUTHZ_TOKEN_OK},
		{"{" REQUIRED ",\"acc\":3}", AUTHZ_TOKEN_MALFORMED},
		{"{" REQUIRED ",\"\\u0061cc\":3}", AUTHZ_TOKEN_MALFORMED},
		{"{" REQUIRED ",\"other\":1,\"other\":1}", AUTHZ_TOKEN_MALFORMED},
		{"{" REQUIRED "}}", AUTHZ_TOKEN_MALFORMED},
		{"{" REQUIRED "},{}", AUTHZ_TOKEN_MALFORMED},
		{"{" REQUIRED ",}", AUTHZ_TOKEN_MALFORMED},
		{"{" REQUIRED, AUTHZ_TOKEN_MALFORMED},
		{"[{" REQUIRED "}]", AUTHZ_TOKEN_MALFORMED},
		{"{}", AUTHZ_TOKEN_MALFORMED},
		{"", AUTHZ_TOKEN_MALFORMED},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_number(read_forged(HEADER, cases[i].claims), cases[i].result, cases[i].claims);
}

/* Each claim in turn, in its place and at the end: with each of these values, and left out. */
static void
claim_by_claim(void)
{
	static const struct
	{
		const char *name;
		bool required;
		const char *good[3];
		const char *bad[8];
	} cases[] = {
		{"iss", true, {"\"urn:x\""}, {"\"\"", "1", "null", "[]", "\"a b\"", "\"\\u00e4\""}},
		{"sub",
		 false,
		 {"\"42\"", "\"1\"", "\"9223372036854775807\""},
		 {"\"9223372036854775808\"", "\"99999999999999999999\"", "\"0\"", "\"042\"", "\"-1\"", "42",
		  "\"4 2\"", "\"\""}},
		{"act",
		 false,
		 {"{\"sub\":\"a\"}", "{\"sub\":\"a\",\"x\":1}"},
		 {"{}", "{\"sub\":\"\"}", "\"a\"", "null", "{\"sub\":1}", "{\"sub\":\"a\",\"sub\":\"a\"}"}},
		{"iat",
		 true,
		 {"1", "0", "253402300799"},
		 {"-1", "253402300800", "1.5", "1e3", "99999999999999999999", "\"1\"", "01", "null"}},
		{"exp",
		 true,
		 {"2", "0", "253402300799"},
		 {"-1", "253402300800", "2.0", "9223372036854775808", "NaN", "", "02", "00"}},
		{"jti", true, {"\"s1\""}, {"\"\"", "1", "null", "{}", "\"\\u007f\"", "\"\x7f\""}},
		{"acc",
		 true,
		 {"3", "1", "2147483647"},
		 {"0", "-1", "2147483648", "3.0", "3e0", "\"3\"", "03", "true"}},
		{"sty", true, {"1", "0", "2"}, {"3", "-1", "1.0", "\"1\"", "null", "true", "01", "false"}},
		{"prv",
		 false,
		 {"\"a:b c\"", "\"\"", "\"a:\\\"\\\\\\/\""},
		 {"1", "null", "\"a\\u0000b\"", "\"a\\nb\"", "\":b\"", "\"\\ud800\"", "\"a\tb\"",
		  "\"\\x\""}},
	};
	size_t n = sizeof(cases) / sizeof(cases[0]);

	for (size_t i = 0; i < 2 * n; i++)
	{
		size_t tested = i / 2;
		char before[512] = "{";
		char after[512] = "";
		char whole[2048];

		for (size_t k = 0; k < n; k++)
		{
			char *part = k > tested && i % 2 == 0 ? after : before;

			if (k != tested)
				sprintf(part + strlen(part), part == after ? ",\"%s\":%s" : "\"%s\":%s,",
						cases[k].name, cases[k].good[0]);
		}
		for (size_t k = 0; k < 3 && cases[tested].good[k] != NULL; k++)
		{
			snprintf(whole, sizeof(whole), "%s\"%s\":%s%s}", before, cases[tested].name,
					 cases[tested].good[k], after);
			is_number(read_forged(HEADER, whole), AUTHZ_TOKEN_OK, whole);
		}
		for (size_t k = 0; k < 8 && cases[tested].bad[k] != NULL; k++)
		{
			snprintf(whole, sizeof(whole), "%s\"%s\":%s%s}", before, cases[tested].name,
					 cases[tested].bad[k], after);
			is_number(read_forged(HEADER, whole), AUTHZ_TOKEN_MALFORMED, whole);
		}
		snprintf(whole, sizeof(whole), "%s\"x\":0%s}", before, after);
		is_number(read_forged(HEADER, whole),
				  cases[tested].required ? AUTHZ_TOKEN_MALFORMED : AUTHZ_TOKEN_OK, whole);
	}
}

/* Each algorithm with a key of its own, and with all the others'. */
static void
algorithms(void)
{
	static const char *const names[] = {"HS256", "ES256", "EdDSA"};
	AuthzToken full = sample();
	AuthzJwk keys[3];
	char private[AUTHZ_JWK_TEXT_MAX + 1];
	char signature[128];
	int wrong = 0;
	size_t length;

	for (int i = 0; i < 3; i++)
		ok(authz_jwk_make(authz_jwa_find(names[i]), full.kid, private) &&
			   authz_jwk_read(private, strlen(private), &keys[i]) == AUTHZ_JWK_OK,
		   "a key for %s", names[i]);
	for (int i = 0; i < 3; i++)
	{
		memset(&token, 0x5a, sizeof(token));
		ok(authz_token_write(&full, &keys[i], text, AUTHZ_TOKEN_MAX_BYTES + 1, &length) ==
				   AUTHZ_TOKEN_OK &&
			   authz_token_read(text, length, &token) == AUTHZ_TOKEN_OK && equal(&token, &full) &&
			   token.algorithm == keys[i].algorithm,
		   "%s: written and read", names[i]);
		is_number(authz_token_verify(text, length, &token, &keys[i]), AUTHZ_TOKEN_OK, "believed");
		for (int k = 0; k < 3; k++)
		{
			AuthzToken said = token;

			if (k == i)
				continue;
			is_number(authz_token_verify(text, length, &token, &keys[k]), AUTHZ_TOKEN_ALGORITHM,
					  "not with the key of another algorithm");
			said.algorithm = keys[k].algorithm;
			ok(authz_token_verify(text, length, &said, &keys[k]) != AUTHZ_TOKEN_OK,
			   "even if it said that it was of that one");
		}
		for (size_t at = 0; at < length; at++)
		{
			text[at] ^= 1;
			wrong += authz_token_verify(text, length, &token, &keys[i]) == AUTHZ_TOKEN_OK;
			text[at] ^= 1;
		}
		is_number(wrong, 0, "nor changed anywhere");
		length = space_out();
		is_number(authz_token_read(text, length, &token),
				  i == 0 ? AUTHZ_TOKEN_OK : AUTHZ_TOKEN_MALFORMED,
				  "read the general way, a signature that is too short is none");
	}

	/* A signature over the same header and claims is as long for both curves. */
	authz_token_write(&full, &keys[2], text, AUTHZ_TOKEN_MAX_BYTES + 1, &length);
	strcpy(signature, text + length - 86);
	authz_token_write(&full, &keys[1], text, AUTHZ_TOKEN_MAX_BYTES + 1, &length);
	strcpy(text + length - 86, signature);
	ok(authz_token_read(text, length, &token) == AUTHZ_TOKEN_OK &&
		   authz_token_verify(text, length, &token, &keys[1]) == AUTHZ_TOKEN_SIGNATURE,
	   "another curve's signature is read and not believed");
	for (int i = 0; i < 3; i++)
		authz_jwk_free(&keys[i]);
}

/* A claim or header member that is one character too long. */
static void
lengths(void)
{
	static const struct
	{
		const char *format;
		size_t max;
	} cases[] = {
		{"{\"iss\":\"%s\",\"iat\":1,\"exp\":2,\"jti\":\"s1\",\"acc\":3,\"sty\":1}",
		 AUTHZ_ISSUER_MAX},
		{"{\"iss\":\"urn:x\",\"iat\":1,\"exp\":2,\"jti\":\"%s\",\"acc\":3,\"sty\":1}",
		 AUTHZ_JTI_MAX},
		{"{" REQUIRED ",\"act\":{\"sub\":\"%s\"}}", AUTHZ_ACTOR_MAX},
		{"{" REQUIRED ",\"prv\":\"%s\"}", AUTHZ_TOKEN_PRIVILEGES_MAX},
		{"{\"alg\":\"HS256\",\"typ\":\"authz+jwt\",\"kid\":\"%s\"}", AUTHZ_KID_MAX},
	};
	size_t n = sizeof(cases) / sizeof(cases[0]);

	for (size_t i = 0; i < n; i++)
	{
		bool is_header = i == n - 1;

		for (size_t length = cases[i].max; length <= cases[i].max + 1; length++)
		{
			char json[AUTHZ_TOKEN_PRIVILEGES_MAX + 256];
			char value[AUTHZ_TOKEN_PRIVILEGES_MAX + 2];

			memset(value, 'x', length);
			value[length] = '\0';
			snprintf(json, sizeof(json), cases[i].format, value);
			is_number(read_forged(is_header ? json : HEADER, is_header ? CLAIMS : json),
					  length > cases[i].max ? AUTHZ_TOKEN_MALFORMED : AUTHZ_TOKEN_OK,
					  length > cases[i].max ? "one more is too long" : "the greatest length");
		}
	}
}

/* Changes to the text of a good token. */
static void
texts(void)
{
	AuthzToken full = sample();
	char good[1024];
	char other[1024];
	size_t length;
	int wrong = 0;
	uint8_t other_key[32];

	write_token(&full, &length);
	memcpy(good, text, length + 1);
	ok(believed(good, length), "a good token is believed");

	for (size_t i = 0; i < length; i++)
	{
		char *cut = malloc(i + 1);

		memcpy(cut, good, i);
		wrong += authz_token_read(cut, i, &token) != AUTHZ_TOKEN_MALFORMED;
		wrong += verify(cut, i) != AUTHZ_TOKEN_MALFORMED;
		wrong += authz_token_read(good + length - i, i, &token) != AUTHZ_TOKEN_MALFORMED && i > 0;
		free(cut);
	}
	is_number(wrong, 0, "cut at any length, at either end, it is malformed");

	wrong = 0;
	for (size_t i = 0; i < length; i++)
	{
		memcpy(other, good, length);
		for (int flip = 1; flip < 256; flip++)
		{
			other[i] = (char) (good[i] ^ flip);
			wrong += believed(other, length);
			wrong += verify(other, length) == AUTHZ_TOKEN_OK;
		}
	}
	is_number(wrong, 0, "changed in any one byte it is not believed");

	wrong = 0;
	for (size_t i = 0; i <= length; i++)
	{
		static const char extra[] = {'.', '=', 'A', ' ', '\n', '\0', '\x80'};

		for (size_t k = 0; k < sizeof(extra); k++)
		{
			memcpy(other, good, i);
			other[i] = extra[k];
			memcpy(other + i + 1, good + i, length - i);
			wrong += believed(other, length + 1);
		}
	}
	is_number(wrong, 0, "nor with one byte more anywhere");

	wrong = 0;
	for (size_t i = 0; i < sizeof(key); i++)
	{
		memcpy(other_key, key, sizeof(key));
		other_key[i] ^= 1;
		wrong += verify_with(good, length, other_key, sizeof(key)) != AUTHZ_TOKEN_SIGNATURE;
	}
	is_number(wrong, 0, "nor with a key that differs in one bit");
	is_number(verify_with(good, length, key, 0), AUTHZ_TOKEN_SIGNATURE, "nor with none");
	is_number(verify_with(good, length, key, 31), AUTHZ_TOKEN_SIGNATURE, "nor with a short one");

	is_number(authz_token_read("", 0, &token), AUTHZ_TOKEN_MALFORMED, "an empty text");
	is_number(authz_token_read(".", 1, &token), AUTHZ_TOKEN_MALFORMED, "a dot");
	is_number(authz_token_read("..", 2, &token), AUTHZ_TOKEN_MALFORMED, "two dots");
	is_number(verify("..", 2), AUTHZ_TOKEN_MALFORMED, "two dots, verified");
}

/* The same bytes in another base64url text, and NUL in the middle. */
static void
encodings(void)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t length = forge(HEADER, CLAIMS);
	char *last = text + length - 1;
	size_t value = (size_t) (strchr(alphabet, *last) - alphabet);
	char claims_with_nul[] = "{" REQUIRED ",\"prv\":\"a?b\"}";

	ok(believed(text, length), "forged with the right key");
	for (size_t bits = 1; bits < 4; bits++)
	{
		*last = alphabet[value | bits];
		is_number(authz_token_read(text, length, &token), AUTHZ_TOKEN_MALFORMED,
				  "unused bits of the signature, read");
		is_number(verify(text, length), AUTHZ_TOKEN_MALFORMED, "and verified");
	}

	/* A header whose text has unused bits: sign it again with one of them set. */
	for (size_t pad = 0; pad < 3; pad++)
	{
		char header[64];

		snprintf(header, sizeof(header), "%.*s%s", (int) pad, "  ", HEADER);
		length = forge(header, CLAIMS);
		ok(believed(text, length), "a header of %zu bytes", strlen(header));
		last = strchr(text, '.') - 1;
		if (strlen(header) % 3 == 0)
			continue;
		*last = alphabet[(size_t) (strchr(alphabet, *last) - alphabet) | 1];
		sign_again(length);
		is_number(verify(text, length), AUTHZ_TOKEN_OK, "well signed");
		is_number(authz_token_read(text, length, &token), AUTHZ_TOKEN_MALFORMED,
				  "and not canonical");
	}

	for (char *c = claims_with_nul; *c != '\0'; c++)
	{
		if (*c == '?')
			*c = '\0';
	}
	length = forge_bytes(HEADER, strlen(HEADER), claims_with_nul, sizeof(claims_with_nul) - 1);
	is_number(authz_token_read(text, length, &token), AUTHZ_TOKEN_MALFORMED, "NUL in a string");
	length = forge_bytes(HEADER, strlen(HEADER) + 1, CLAIMS, strlen(CLAIMS));
	is_number(authz_token_read(text, length, &token), AUTHZ_TOKEN_MALFORMED,
			  "NUL after the header");
	length = forge_bytes(HEADER, strlen(HEADER), CLAIMS, strlen(CLAIMS) + 1);
	is_number(authz_token_read(text, length, &token), AUTHZ_TOKEN_MALFORMED,
			  "NUL after the claims");
}

/* A claim that nobody asks for, of so many nested arrays or objects. */
static void
nested(const char *opening, const char *closing, size_t depth, AuthzTokenResult expected,
	   const char *name)
{
	static char json[AUTHZ_TOKEN_MAX_BYTES];
	size_t length = (size_t) sprintf(json, "{" REQUIRED ",\"x\":");

	for (size_t i = 0; i < depth; i++)
		length += (size_t) sprintf(json + length, "%s", opening);
	length += (size_t) sprintf(json + length, "1");
	for (size_t i = 0; i < depth; i++)
		length += (size_t) sprintf(json + length, "%s", closing);
	sprintf(json + length, "}");
	is_number(read_forged(HEADER, json), expected, name);
}

static void
sizes(void)
{
	static char json[2 * AUTHZ_TOKEN_MAX_BYTES];
	size_t length;
	size_t room;

	nested("[", "]", 1000, AUTHZ_TOKEN_OK, "arrays nested 1000 deep are not ours to judge");
	nested("[", "]", 5000, AUTHZ_TOKEN_MALFORMED, "arrays nested 5000 deep");
	nested("{\"a\":", "}", 2048, AUTHZ_TOKEN_MALFORMED, "objects nested 2048 deep");
	nested("[", "", 11000, AUTHZ_TOKEN_MALFORMED, "arrays that never close");

	/* Filled up with spaces to the greatest length, and one more. */
	room = (AUTHZ_TOKEN_MAX_BYTES - 43 - 2 - AUTHZ_BASE64URL_ENCODED(strlen(HEADER))) * 3 / 4;
	memset(json, ' ', sizeof(json));
	memcpy(json, CLAIMS, strlen(CLAIMS));
	length = forge_bytes(HEADER, strlen(HEADER), json, room);
	ok(length <= AUTHZ_TOKEN_MAX_BYTES && length > AUTHZ_TOKEN_MAX_BYTES - 2 &&
		   believed(text, length),
	   "%zu characters are believed", length);
	length = forge_bytes(HEADER, strlen(HEADER), json, room + 2);
	ok(length > AUTHZ_TOKEN_MAX_BYTES &&
		   authz_token_read(text, length, &token) == AUTHZ_TOKEN_MALFORMED &&
		   verify(text, length) == AUTHZ_TOKEN_MALFORMED,
	   "%zu are too many", length);
	length = forge_bytes(HEADER, strlen(HEADER), json, sizeof(json));
	is_number(authz_token_read(text, length, &token), AUTHZ_TOKEN_MALFORMED, "twice as many, too");
}

static long allocations_left;
static long allocations_held;

static void *
scarce_malloc(size_t size)
{
	if (allocations_left-- <= 0)
		return NULL;
	allocations_held++;
	return malloc(size);
}

static void
scarce_free(void *memory)
{
	allocations_held -= memory != NULL;
	free(memory);
}

/* JSON that needs the library, with memory for so many of its allocations. */
static void
scarce_memory(void)
{
	size_t length = forge(" " HEADER, " {" REQUIRED ",\"prv\":\"a\",\"x\":[1,{\"y\":\"z\"}]}");
	int results[AUTHZ_TOKEN_MEMORY + 1] = {0};
	AuthzTokenResult result;
	long n = 0;

	json_set_alloc_funcs(scarce_malloc, scarce_free);
	do
	{
		allocations_left = n++;
		result = authz_token_read(text, length, &token);
		results[result]++;
	} while (result != AUTHZ_TOKEN_OK && n < 1000);
	json_set_alloc_funcs(malloc, free);
	is_text(token.privileges, "a", "read once there is memory enough");
	ok(results[AUTHZ_TOKEN_MEMORY] > results[AUTHZ_TOKEN_MALFORMED], "the lack is mostly said");
	is_number(results[AUTHZ_TOKEN_ALGORITHM], 0, "and never taken for something else");
	is_number(allocations_held, 0, "nothing is kept");
}

int
main(void)
{
	round_trips();
	refused_writes();
	rfc_vector();
	headers();
	claims();
	claim_by_claim();
	algorithms();
	lengths();
	texts();
	encodings();
	sizes();
	scarce_memory();
	return tap_end();
}
