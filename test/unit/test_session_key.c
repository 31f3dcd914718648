/*
 * test_session_key.c
 *	  A key is believed if it was signed for this application, and says one thing.
 */
#include <stdlib.h>

#include "pure/base64url.h"
#include "pure/digest.h"
#include "pure/session_key.h"

#include "tap.h"

#define APPLICATION "0f5b0de4-5f6c-4c1e-9d0b-7a3f2b1c4d5e"
#define OTHER "1f5b0de4-5f6c-4c1e-9d0b-7a3f2b1c4d5e"
#define SECRET "a secret of gateway and application"
#define MAC_BYTES 32

static AuthzSessionKeySigner
signer_of(const char *application, const char *secret)
{
	return (AuthzSessionKeySigner){application, (const uint8_t *) secret, strlen(secret)};
}

/* Signs the text as today; to be freed. */
static char *
sign(const char *application, const char *secret, const char *text)
{
	size_t room = strlen(text) + 2 * MAC_BYTES + 100;
	char *message = malloc(room);
	char *key = malloc(room);
	uint8_t mac[AUTHZ_HASH_MAX_BYTES];
	int length = snprintf(message, room, "authz session key %s\n%s", application, text);

	authz_hmac("SHA256", (const uint8_t *) secret, strlen(secret), message, (size_t) length, mac);
	strcpy(key, text);
	strcat(key, ".");
	authz_hex_encode(mac, MAC_BYTES, key + strlen(key));
	free(message);
	return key;
}

static AuthzSessionKeyResult
read_key(const char *key, AuthzSessionKey *out)
{
	AuthzSessionKeySigner signer = signer_of(APPLICATION, SECRET);

	return authz_session_key_read(key, strlen(key), &signer, out);
}

static AuthzSessionKeyResult
result_of(const char *text)
{
	AuthzSessionKey out;
	char *key = sign(APPLICATION, SECRET, text);
	AuthzSessionKeyResult result = read_key(key, &out);

	if (result != AUTHZ_SESSION_KEY_OK && out.user != NULL)
		ok(false, "it tells somebody");
	free(key);
	return result;
}

#define GOOD                                                                         \
	"k2.login.QW5u.dmlld2Vy.QW5u.Wm_Dqw.YW5uQGV4YW1wbGUub3Jn.1899999990.1900000050." \
	"0123456789abcdef"

static void
good(void)
{
	AuthzSessionKeySigner signer = signer_of(APPLICATION, SECRET);
	AuthzSessionKey out;
	char again[AUTHZ_SESSION_KEY_MAX + 1];
	char *key = sign(APPLICATION, SECRET, GOOD);

	/* Computed by Python's hmac. */
	is_text(key + strlen(GOOD), ".cd8509cda106e1db5f37712e4ef409cc91cae0e2d7280ee5c9d2420d68a96698",
			"the mac that others would make");
	is_number(read_key(key, &out), AUTHZ_SESSION_KEY_OK, "it is read");
	is_number(out.purpose, AUTHZ_SESSION_KEY_LOGIN, "what it is for");
	is_text(out.user, "Ann", "the user");
	is_text(out.role, "viewer", "his role");
	is_text(out.first_name, "Ann", "his first name");
	is_text(out.last_name, "Zo\xc3\xab", "his last name");
	is_text(out.email, "ann@example.org", "his address");
	is_number(out.issued_at, 1899999990, "since when");
	is_number(out.expires_at, 1900000050, "until when");
	out.nonce = "0123456789abcdef";
	is_number((long long) authz_session_key_write(&out, &signer, again), (long long) strlen(key),
			  "it is written");
	is_text(again, key, "as it was");
	free(key);

	key = sign(APPLICATION, SECRET, "k2.logout.QW5u.....1.2.0123456789ABCDEFghijklmnopqrstuvwxyz");
	is_number(read_key(key, &out), AUTHZ_SESSION_KEY_OK, "a user, and nothing else");
	is_number(out.purpose, AUTHZ_SESSION_KEY_LOGOUT, "for logout");
	ok(out.role == NULL && out.first_name == NULL && out.last_name == NULL && out.email == NULL,
	   "what is not told");
	free(key);
}

static void
forged(void)
{
	AuthzSessionKey out;
	char *key = sign(OTHER, SECRET, GOOD);

	is_number(read_key(key, &out), AUTHZ_SESSION_KEY_FORGED, "another application's");
	ok(out.user == NULL, "tells nobody");
	free(key);
	key = sign(APPLICATION, "another secret", GOOD);
	is_number(read_key(key, &out), AUTHZ_SESSION_KEY_FORGED, "another secret");
	free(key);
	key = sign(APPLICATION, SECRET, GOOD);
	for (size_t i = 3; i < strlen(key); i++)
	{
		char was = key[i];

		if (i == strlen(GOOD))
			continue;
		key[i] = was == '0' ? '1' : '0';
		if (read_key(key, &out) != AUTHZ_SESSION_KEY_FORGED || out.user != NULL)
			ok(false, "a change at %zu goes unnoticed", i);
		key[i] = was;
	}
	ok(true, "no character can be changed");
	for (char *c = strrchr(key, '.'); *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'f')
			*c = (char) (*c - 'a' + 'A');
	is_number(read_key(key, &out), AUTHZ_SESSION_KEY_FORGED, "each key has one text");
	free(key);
}

static void
malformed(void)
{
	static const char *const bad[] = {
		"k2",
		"k2.",
		"k2.login",
		"k2.login......1.2.0123456789abcdef", /* nobody */
		"k2.Login.QW5u.....1.2.0123456789abcdef",
		"k2..QW5u.....1.2.0123456789abcdef",
		"k2.log.QW5u.....1.2.0123456789abcdef",
		"k2.login.QW5u....1.2.0123456789abcdef",   /* a field less */
		"k2.login.QW5u......1.2.0123456789abcdef", /* a field more */
		"k2.login.QW5u.....1.2.0123456789abcdef.x",
		"k2.login.QW5u.....1.2.0123456789abcde",
		"k2.login.QW5u.....1.2.0123456789abcde_",
		"k2.login.QW5u.....0.2.0123456789abcdef",
		"k2.login.QW5u.....1.02.0123456789abcdef",
		"k2.login.QW5u.....1.-2.0123456789abcdef",
		"k2.login.QW5u.....1..0123456789abcdef",
		"k2.login.QW5u.....1.1900000000000.0123456789abcdef",
		"k2.login.QW5u=.....1.2.0123456789abcdef",
		"k2.login.QW5v_.....1.2.0123456789abcdef", /* not canonical */
		"k2.login.AA.....1.2.0123456789abcdef",	   /* a NUL */
		"k2.login.QW5u.QQpC....1.2.0123456789abcdef",
		"k2.login.QW5u.....1.2.",
		"k1.login.QW5u.....1.2.0123456789abcdef",
		"K2.login.QW5u.....1.2.0123456789abcdef",
	};
	char *longest = malloc(10000);
	AuthzSessionKey out;
	size_t length;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_number(result_of(bad[i]), AUTHZ_SESSION_KEY_MALFORMED, bad[i]);
	length = (size_t) sprintf(longest, "k2.login.");
	memset(longest + length, 'Q', 1708);
	strcpy(longest + length + 1708, ".....1.2.0123456789abcdef");
	is_number(result_of(longest), AUTHZ_SESSION_KEY_MALFORMED, "a user that is too long");
	length = (size_t) sprintf(longest, "k2.login.QW5u.");
	memset(longest + length, 'Q', 8200);
	strcpy(longest + length + 8200, "....1.2.0123456789abcdef");
	is_number(read_key(longest, &out), AUTHZ_SESSION_KEY_MALFORMED, "a key that is too long");
	is_number(read_key("", &out), AUTHZ_SESSION_KEY_MALFORMED, "nothing");
	is_number(read_key("Ann", &out), AUTHZ_SESSION_KEY_MALFORMED, "a name as it is");
	free(longest);
}

static void
written(void)
{
	AuthzSessionKeySigner signer = signer_of(APPLICATION, SECRET);
	AuthzSessionKey *key = calloc(1, sizeof(*key));
	char *longest = calloc(1, 7000);
	char out[AUTHZ_SESSION_KEY_MAX + 1];

	*key = (AuthzSessionKey){.purpose = AUTHZ_SESSION_KEY_LOGOUT,
							 .user = "Ann",
							 .issued_at = 1,
							 .expires_at = 2,
							 .nonce = "0123456789abcdef"};
	ok(authz_session_key_write(key, &signer, out) > 0, "a key is written");
	key->user = "Ann\n";
	is_number((long long) authz_session_key_write(key, &signer, out), 0, "a line feed");
	key->user = "";
	is_number((long long) authz_session_key_write(key, &signer, out), 0, "nobody");
	key->user = NULL;
	is_number((long long) authz_session_key_write(key, &signer, out), 0, "not even that");
	key->user = "Ann";
	key->nonce = "short";
	is_number((long long) authz_session_key_write(key, &signer, out), 0, "a nonce that is none");
	key->nonce = "0123456789abcdef";
	memset(longest, 'x', 6999);
	key->role = longest;
	is_number((long long) authz_session_key_write(key, &signer, out), 0, "more than there is room");
	longest[6066] = '\0';
	is_number((long long) authz_session_key_write(key, &signer, out), AUTHZ_SESSION_KEY_MAX,
			  "as long as it may be");
	longest[6066] = 'x';
	longest[6067] = '\0';
	is_number((long long) authz_session_key_write(key, &signer, out), 0, "a mac that does not fit");
	key->role = NULL;
	signer.application = "x";
	is_number((long long) authz_session_key_write(key, &signer, out), 0, "no application");
	free(longest);
	free(key);
}

/* MediaSpace's own ------------------------------------------------------------ */

/* To be freed. */
static char *
sign_legacy(const char *secret, const char *info)
{
	char text[4096];
	char hash[AUTHZ_HASH_MAX_HEX + 1];
	char *key;
	size_t length;

	authz_hash_hex(AUTHZ_HASH_SHA1, secret, strlen(secret), info, strlen(info), hash);
	length = (size_t) snprintf(text, sizeof(text), "%s|%s", hash, info);
	key = calloc(1, 2 * length + 8);
	authz_base64url_encode((const uint8_t *) text, length, key);
	for (char *c = key; *c != '\0'; c++)
		*c = (char) (*c == '-' ? '+' : *c == '_' ? '/' : *c);
	while (strlen(key) % 4 != 0)
		strcat(key, "=");
	return key;
}

static AuthzSessionKeyResult
read_legacy(const char *key, AuthzSessionKey *out)
{
	AuthzSessionKeySigner signer = signer_of(APPLICATION, "s3cret");

	return authz_session_key_read_legacy(key, strlen(key), &signer, out);
}

static AuthzSessionKeyResult
legacy_result_of(const char *info)
{
	AuthzSessionKey out;
	char *key = sign_legacy("s3cret", info);
	AuthzSessionKeyResult result = read_legacy(key, &out);

	if (result != AUTHZ_SESSION_KEY_OK && out.user != NULL)
		ok(false, "it tells somebody");
	free(key);
	return result;
}

#define INFO                                                                             \
	"johns123;viewerRole;firstName:John,lastName:Doe,email:john@example.com;1900000000;" \
	"12345"
#define LEGACY                                                                               \
	"NGY0ZWJlYWE0ODk1NWQ2YjQ2ZTdkYjFjMDE2MWQyYzczYjc0YzgwMXxqb2huczEyMzt2aWV3ZXJSb2xlO2Zpcn" \
	"N0TmFtZTpKb2huLGxhc3ROYW1lOkRvZSxlbWFpbDpqb2huQGV4YW1wbGUuY29tOzE5MDAwMDAwMDA7MTIzNDU="

/*
 * INFO, what SHA-1 pads it with behind a secret of six bytes, and a 9: signed by
 * who knows the former signature, and not the secret.
 */
#define EXTENDED                                                                             \
	"MzJhZmRiODlmZjU4OTFiNzNlNGUzY2EzYzJkMDk0NzkyODk1YzA3Znxqb2huczEyMzt2aWV3ZXJSb2xlO2Zpcn" \
	"N0TmFtZTpKb2huLGxhc3ROYW1lOkRvZSxlbWFpbDpqb2huQGV4YW1wbGUuY29tOzE5MDAwMDAwMDA7MTIzNDWA" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAC6Dk="

static void
legacy(void)
{
	AuthzSessionKey out;
	char *key = sign_legacy("s3cret", INFO);

	is_text(key, LEGACY, "the key that MediaSpace would make");
	is_number(read_legacy(key, &out), AUTHZ_SESSION_KEY_OK, "it is read");
	is_number(out.purpose, AUTHZ_SESSION_KEY_LOGIN, "it is for login");
	is_text(out.user, "johns123", "the user");
	is_text(out.role, "viewerRole", "his role");
	is_text(out.first_name, "John", "his first name");
	is_text(out.last_name, "Doe", "his last name");
	is_text(out.email, "john@example.com", "his address");
	is_number(out.issued_at, 0, "since when, it does not say");
	is_number(out.expires_at, 1900000000, "until when");
	free(key);

	key = sign_legacy("s3cret", "ann;;;1900000000;0");
	is_number(read_legacy(key, &out), AUTHZ_SESSION_KEY_OK, "a user, and nothing else");
	ok(out.role == NULL && out.first_name == NULL && out.email == NULL, "what is not told");
	free(key);
	key = sign_legacy("s3cret", "ann;r;email:,phone:1:2,lastName:a:b;1900000000;32000");
	is_number(read_legacy(key, &out), AUTHZ_SESSION_KEY_OK, "more than is known, and empty ones");
	ok(out.email == NULL, "an empty one is not told");
	is_text(out.last_name, "a:b", "the first colon ends a name");
	free(key);
}

static void
legacy_forged(void)
{
	AuthzSessionKey out;
	char *key = sign_legacy("another", INFO);
	char changed[] = LEGACY;
	size_t accepted = 0;

	is_number(read_legacy(key, &out), AUTHZ_SESSION_KEY_FORGED, "another secret");
	free(key);
	for (size_t i = 0; i < strlen(changed); i++)
	{
		char was = changed[i];

		for (int c = 1; c < 128; c++)
		{
			changed[i] = (char) c;
			if (c != was && read_legacy(changed, &out) == AUTHZ_SESSION_KEY_OK)
				accepted++;
		}
		changed[i] = was;
	}
	is_number((long long) accepted, 0, "no character can be changed");
	is_number(read_legacy(EXTENDED, &out), AUTHZ_SESSION_KEY_MALFORMED,
			  "signed without the secret, and refused");
	ok(out.user == NULL, "tells nobody");
}

static void
legacy_malformed(void)
{
	static const char *const bad[] = {
		"",
		";",
		"ann;r;;1900000000",
		"ann;r;;1900000000;1;1",
		"ann;admin;;1900000000;1;r;;1900000000;1", /* a role in the name */
		";r;;1900000000;1",
		"a|b;r;;1900000000;1",
		"ann;r;;;1",
		"ann;r;;01;1",
		"ann;r;;0;1",
		"ann;r;;-1;1",
		"ann;r;;1.9e9;1",
		"ann;r;;1900000000;",
		"ann;r;;1900000000;x",
		"ann;r;;1900000000; 1",
		"ann;r;x;1900000000;1",
		"ann;r;:x;1900000000;1",
		"ann;r;email:a,;1900000000;1",
		"ann;r;,email:a;1900000000;1",
		"ann;r;email:a,email:b;1900000000;1", /* which? */
		"ann;r;;1900000000;12345678901",
	};
	char *key = sign_legacy("s3cret", INFO);
	AuthzSessionKey out;
	char info[1400];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_number(legacy_result_of(bad[i]), AUTHZ_SESSION_KEY_MALFORMED, bad[i]);
	is_number(legacy_result_of("an\nn;r;;1900000000;1"), AUTHZ_SESSION_KEY_MALFORMED,
			  "a line feed");
	memset(info, 'x', 1281);
	strcpy(info + 1281, ";r;;1900000000;1");
	is_number(legacy_result_of(info), AUTHZ_SESSION_KEY_MALFORMED, "a user that is too long");
	is_number(legacy_result_of(info + 1), AUTHZ_SESSION_KEY_OK, "one that is not");
	key[strlen(key) - 1] = '\0';
	is_number(read_legacy(key, &out), AUTHZ_SESSION_KEY_MALFORMED, "without padding");
	free(key);
	is_number(read_legacy("", &out), AUTHZ_SESSION_KEY_MALFORMED, "nothing");
	is_number(read_legacy("====", &out), AUTHZ_SESSION_KEY_MALFORMED, "padding alone");
	is_number(read_legacy("QUJD", &out), AUTHZ_SESSION_KEY_MALFORMED, "no signature");
	is_number(read_legacy("QUI=QUI=", &out), AUTHZ_SESSION_KEY_MALFORMED, "padding within");
}

int
main(void)
{
	good();
	forged();
	malformed();
	written();
	legacy();
	legacy_forged();
	legacy_malformed();
	return tap_end();
}
