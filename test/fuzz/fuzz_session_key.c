/*
 * fuzz_session_key.c
 *	  Session keys: as they come, and signed. Nothing is believed that was not
 *	  signed here; what is believed of today's form is written again letter by
 *	  letter, and of MediaSpace's own says what its fields say.
 */
#include "pure/base64url.h"
#include "pure/digest.h"
#include "pure/session_key.h"

#include "fuzz.h"

#define APPLICATION "0f5b0de4-5f6c-4c1e-9d0b-7a3f2b1c4d5e"
#define SECRET "a secret of gateway and application"
#define MAC_BYTES 32

static const AuthzSessionKeySigner signer = {APPLICATION, (const uint8_t *) SECRET,
											 sizeof(SECRET) - 1};

/* The text with a dot and its mac behind it. */
static size_t
sign(const char *text, size_t length, char *key)
{
	static const char prefix[] = "authz session key " APPLICATION "\n";
	char *message = malloc(sizeof(prefix) + length);
	uint8_t mac[AUTHZ_HASH_MAX_BYTES];

	memcpy(message, prefix, sizeof(prefix) - 1);
	memcpy(message + sizeof(prefix) - 1, text, length);
	CHECK(authz_hmac("SHA256", signer.secret, signer.secret_length, message,
					 sizeof(prefix) - 1 + length, mac) == MAC_BYTES);
	free(message);
	memcpy(key, text, length);
	key[length] = '.';
	authz_hex_encode(mac, MAC_BYTES, key + length + 1);
	return length + 1 + 2 * MAC_BYTES;
}

static void
check_again(const char *key, size_t length, AuthzSessionKey *read)
{
	char nonce[65] = "";
	char again[AUTHZ_SESSION_KEY_MAX + 1];
	const char *end = key + length - 2 * MAC_BYTES - 1;
	const char *start = end;

	while (start[-1] != '.')
		start--;
	CHECK(end - start <= 64);
	memcpy(nonce, start, (size_t) (end - start));
	read->nonce = nonce;
	CHECK(authz_session_key_write(read, &signer, again) == length);
	CHECK(memcmp(again, key, length) == 0);
}

static void
today(const char *text, size_t length)
{
	AuthzSessionKey *read = malloc(sizeof(*read));
	char *key = malloc(length + 2 * MAC_BYTES + 2);
	size_t key_length = sign(text, length, key);

	CHECK(authz_session_key_read(text, length, &signer, read) != AUTHZ_SESSION_KEY_OK);
	CHECK(read->user == NULL);
	if (authz_session_key_read(key, key_length, &signer, read) == AUTHZ_SESSION_KEY_OK)
		check_again(key, key_length, read);
	else
		CHECK(read->user == NULL);
	free(key);
	free(read);
}

/* The n-th of the fields, from 0. */
static const char *
field(const char *info, int n, size_t *length)
{
	while (n-- > 0)
		info = strchr(info, ';') + 1;
	*length = strcspn(info, ";");
	return info;
}

static void
check_field(const char *info, int n, const char *value)
{
	size_t length;
	const char *text = field(info, n, &length);

	CHECK(length == (value == NULL ? 0 : strlen(value)));
	CHECK(length == 0 || memcmp(text, value, length) == 0);
}

/* The extra field's value of a name, found by another way. */
static void
check_extra(const char *info, const char *name, const char *value)
{
	size_t length;
	const char *text = field(info, 2, &length);
	size_t name_length = strlen(name);

	for (const char *at = text; at < text + length; at++)
		if ((at == text || at[-1] == ',') && (size_t) (text + length - at) > name_length &&
			memcmp(at, name, name_length) == 0 && at[name_length] == ':')
		{
			const char *start = at + name_length + 1;
			size_t n = strcspn(start, ",;");

			CHECK(n == (value == NULL ? 0 : strlen(value)));
			CHECK(n == 0 || memcmp(start, value, n) == 0);
			return;
		}
	CHECK(value == NULL);
}

static void
legacy(const char *info, size_t length)
{
	AuthzSessionKey *read = malloc(sizeof(*read));
	char hash[AUTHZ_HASH_MAX_HEX + 1];
	size_t bytes = 41 + length;
	char *text = malloc(bytes + 1);
	char *key = calloc(1, AUTHZ_BASE64URL_ENCODED(bytes) + 4);

	CHECK(authz_session_key_read_legacy(info, length, &signer, read) != AUTHZ_SESSION_KEY_OK);
	CHECK(authz_hash_hex(AUTHZ_HASH_SHA1, SECRET, strlen(SECRET), info, length, hash));
	memcpy(text, hash, 40);
	text[40] = '|';
	memcpy(text + 41, info, length);
	text[bytes] = '\0';
	authz_base64url_encode((const uint8_t *) text, bytes, key);
	for (char *c = key; *c != '\0'; c++)
		*c = (char) (*c == '-' ? '+' : *c == '_' ? '/' : *c);
	while (strlen(key) % 4 != 0)
		strcat(key, "=");
	if (authz_session_key_read_legacy(key, strlen(key), &signer, read) == AUTHZ_SESSION_KEY_OK)
	{
		CHECK(strlen(text + 41) == length);
		CHECK(read->user != NULL && strpbrk(read->user, ";|") == NULL);
		check_field(text + 41, 0, read->user);
		check_field(text + 41, 1, read->role);
		check_extra(text + 41, "firstName", read->first_name);
		check_extra(text + 41, "lastName", read->last_name);
		check_extra(text + 41, "email", read->email);
		CHECK(read->expires_at > 0 && read->issued_at == 0);
	}
	else
		CHECK(read->user == NULL);
	free(key);
	free(text);
	free(read);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0 && data[0] == 'l')
		legacy((const char *) data + 1, size - 1);
	else
		today((const char *) data, size);
	return 0;
}
