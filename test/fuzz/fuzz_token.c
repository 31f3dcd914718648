/*
 * fuzz_token.c
 *	  Session tokens. An input that begins with 'j' is the JSON of a header and,
 *	  on the next line, of claims, and is signed here; with 'e' the signature is as
 *	  long as those of curves, and nothing; any other input is the text of a token
 *	  after its first byte. These must never be believed.
 */
#include "pure/base64url.h"
#include "pure/digest.h"
#include "pure/token.h"

#include "fuzz.h"

#define SIGNATURE_BYTES 32
#define CURVE_SIGNATURE_BYTES 64

static const uint8_t key[33] = "known to this program alone ....";
static const AuthzJwk jwk = {.type = AUTHZ_JWK_OCT,
							 .algorithm = AUTHZ_JWA_HS256,
							 .kid = (char *) "k",
							 .secret = (uint8_t *) key,
							 .secret_length = sizeof(key)};
static char text[4 * AUTHZ_TOKEN_MAX_BYTES];
static AuthzToken token;
static AuthzToken again;

static size_t
append(const void *bytes, size_t length, size_t at)
{
	authz_base64url_encode(bytes, length, text + at);
	return at + AUTHZ_BASE64URL_ENCODED(length);
}

static size_t
forge(const void *header, size_t header_length, const void *claims, size_t claims_length,
	  size_t signature_bytes)
{
	uint8_t signature[CURVE_SIGNATURE_BYTES] = {0};
	size_t at = append(header, header_length, 0);

	text[at++] = '.';
	at = append(claims, claims_length, at);
	if (signature_bytes == SIGNATURE_BYTES)
		CHECK(authz_hmac("SHA256", key, sizeof(key), text, at, signature) == SIGNATURE_BYTES);
	text[at++] = '.';
	return append(signature, signature_bytes, at);
}

/* What would be said of the text, if it said that it was of the key's algorithm. */
static AuthzTokenResult
verify(const char *of, size_t length)
{
	AuthzToken said = {.algorithm = jwk.algorithm};

	return authz_token_verify(of, length, &said, &jwk);
}

static bool
same(const AuthzToken *a, const AuthzToken *b)
{
	return a->algorithm == b->algorithm && strcmp(a->kid, b->kid) == 0 &&
		   strcmp(a->issuer, b->issuer) == 0 && strcmp(a->session_id, b->session_id) == 0 &&
		   strcmp(a->actor, b->actor) == 0 && strcmp(a->privileges, b->privileges) == 0 &&
		   a->account_id == b->account_id && a->principal_id == b->principal_id &&
		   a->session_type == b->session_type && a->issued_at == b->issued_at &&
		   a->expires_at == b->expires_at;
}

/* The same with a space in front, which the quick reading does not know. */
static AuthzTokenResult
read_spaced(const uint8_t *header, size_t header_length, const uint8_t *claims,
			size_t claims_length, size_t signature_bytes)
{
	static uint8_t spaced_header[AUTHZ_TOKEN_MAX_BYTES];
	static uint8_t spaced_claims[AUTHZ_TOKEN_MAX_BYTES];

	spaced_header[0] = spaced_claims[0] = ' ';
	memcpy(spaced_header + 1, header, header_length);
	if (claims_length > 0)
		memcpy(spaced_claims + 1, claims, claims_length);
	return authz_token_read(
		text,
		forge(spaced_header, header_length + 1, spaced_claims, claims_length + 1, signature_bytes),
		&again);
}

static void
check_json(const uint8_t *data, size_t size, size_t signature_bytes)
{
	const uint8_t *end = memchr(data, '\n', size);
	size_t header_length = end == NULL ? size : (size_t) (end - data);
	const uint8_t *claims = end == NULL ? data + size : end + 1;
	size_t claims_length = (size_t) (data + size - claims);
	AuthzJwk named;
	size_t length = forge(data, header_length, claims, claims_length, signature_bytes);
	bool is_signed = signature_bytes == SIGNATURE_BYTES && length <= AUTHZ_TOKEN_MAX_BYTES;
	AuthzTokenResult result = authz_token_read(text, length, &token);

	CHECK(verify(text, length) == (is_signed ? AUTHZ_TOKEN_OK : AUTHZ_TOKEN_MALFORMED));
	if (length > AUTHZ_TOKEN_MAX_BYTES)
		CHECK(result == AUTHZ_TOKEN_MALFORMED);
	if (length + 4 > AUTHZ_TOKEN_MAX_BYTES)
		return;
	CHECK(read_spaced(data, header_length, claims, claims_length, signature_bytes) == result);
	if (result != AUTHZ_TOKEN_OK)
		return;

	CHECK((token.algorithm == jwk.algorithm) == is_signed && same(&token, &again));
	named = jwk;
	named.kid = token.kid;
	result = authz_token_write(&token, &named, text, AUTHZ_TOKEN_MAX_BYTES + 1, &length);
	CHECK(result == AUTHZ_TOKEN_OK || result == AUTHZ_TOKEN_MEMORY);
	if (result == AUTHZ_TOKEN_OK)
	{
		CHECK(authz_token_read(text, length, &again) == AUTHZ_TOKEN_OK);
		CHECK(authz_token_verify(text, length, &again, &jwk) == AUTHZ_TOKEN_OK);
		again.algorithm = token.algorithm;
		CHECK(same(&token, &again));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] != 'j' && data[0] != 'e')
	{
		authz_token_read((const char *) data + 1, size - 1, &token);
		CHECK(verify((const char *) data + 1, size - 1) != AUTHZ_TOKEN_OK);
	}
	else if (size <= AUTHZ_TOKEN_MAX_BYTES)
		check_json(data + 1, size - 1, data[0] == 'j' ? SIGNATURE_BYTES : CURVE_SIGNATURE_BYTES);
	return 0;
}
