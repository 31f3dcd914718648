/*
 * fuzz_ks.c
 *	  Kaltura's sessions. An input that begins with 'f' is the fields of a V2, with
 *	  'i' the info of a V1, both signed here; with 'w' it is a user and on the next
 *	  line privileges, to be written; any other is the text of a KS after its first
 *	  byte, and must never be believed.
 */
#include <openssl/evp.h>

#include "pure/base64url.h"
#include "pure/digest.h"
#include "pure/ks.h"
#include "pure/privileges.h"

#include "fuzz.h"

#define SECRET "known to this program alone"
#define FIELDS_AT 36

static const uint8_t random_bytes[AUTHZ_KS_RANDOM_BYTES] = "sixteen of them";
static char text[4 * AUTHZ_KS_MAX_BYTES];
static AuthzKs ks;
static AuthzKs again;

static AuthzKsResult
read_bytes(const uint8_t *bytes, size_t length)
{
	size_t n = AUTHZ_BASE64URL_ENCODED(length);

	authz_base64url_encode(bytes, length, text);
	while (n % 4 != 0)
		text[n++] = '=';
	text[n] = '\0';
	return authz_ks_read(text, n, SECRET, &ks);
}

/* The fields, decoded and put together without looking at what they say. */
static char *
collect(const uint8_t *fields, size_t size)
{
	char *rest = strndup((const char *) fields, size);
	char *all = calloc(1, 2 * size + 8);
	char *next = rest;
	char *field;

	while ((field = strsep(&next, "&")) != NULL)
	{
		char *out = field;
		char *value;

		for (const char *in = field; *in != '\0'; in++)
		{
			unsigned byte = (unsigned char) *in;

			if (*in == '+')
				byte = ' ';
			else if (*in == '%' && sscanf(in + 1, "%2x", &byte) == 1)
				in += 2;
			else if (*in == '=' && memchr(field, '\1', (size_t) (out - field)) == NULL)
				byte = '\1';
			*out++ = (char) byte;
		}
		*out = '\0';
		value = strchr(field, '\1');
		if (value == NULL)
			continue;
		*value++ = '\0';
		if (strlen(field) == 2 && field[0] == '_' && strchr("edmtu", field[1]) != NULL)
			continue;
		sprintf(all + strlen(all), "%s%s%s%s", *all ? "," : "", field, *value ? ":" : "", value);
	}
	free(rest);
	return all;
}

/* What has been read can be written, and is read again. */
static void
check_again(void)
{
	size_t length;
	AuthzKsResult result = authz_ks_write(&ks, SECRET, random_bytes, text, sizeof(text), &length);

	if (result == AUTHZ_KS_FIELDS)
		CHECK(ks.version == 1 || strstr(ks.privileges, "_") != NULL);
	if (result != AUTHZ_KS_OK)
		return;
	CHECK(authz_ks_read(text, length, SECRET, &again) == AUTHZ_KS_OK);
	CHECK(again.type == ks.type && again.expires_at == ks.expires_at);
	CHECK(strcmp(again.user_id, ks.user_id) == 0 && strcmp(again.additional, ks.additional) == 0);
	CHECK(authz_ks_is_widget(&again) == authz_ks_is_widget(&ks));
	if (ks.version == 2)
		CHECK(strcmp(again.privileges, ks.privileges) == 0);
}

static void
check_fields(const uint8_t *fields, size_t size)
{
	static uint8_t plain[AUTHZ_KS_MAX_BYTES];
	static uint8_t raw[AUTHZ_KS_MAX_BYTES];
	static const uint8_t iv[16];
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	size_t length = FIELDS_AT + size;
	uint8_t key[20];
	int written;
	AuthzKsResult result;

	memset(plain, 0, sizeof(plain));
	if (size > 0)
		memcpy(plain + FIELDS_AT, fields, size);
	EVP_Digest(plain + 20, length - 20, plain, NULL, EVP_sha1(), NULL);
	EVP_Digest(SECRET, strlen(SECRET), key, NULL, EVP_sha1(), NULL);
	memcpy(raw, "v2|7|", 5);
	EVP_EncryptInit_ex(context, EVP_aes_128_cbc(), NULL, key, iv);
	EVP_CIPHER_CTX_set_padding(context, 0);
	EVP_EncryptUpdate(context, raw + 5, &written, plain, (int) ((length + 15) / 16 * 16));
	EVP_CIPHER_CTX_free(context);

	result = read_bytes(raw, 5 + (size_t) written);
	CHECK(result != AUTHZ_KS_MALFORMED || size == 0);
	if (size > 0 && fields[size - 1] != '\0')
		CHECK(result == AUTHZ_KS_OK || result == AUTHZ_KS_FIELDS);
	if (result == AUTHZ_KS_OK)
	{
		char *expected = collect(fields, size);

		CHECK(strcmp(expected, ks.privileges) == 0 ||
			  (strcmp(expected, "all:*") == 0 && strcmp(ks.privileges, "*") == 0));
		free(expected);
		check_again();
	}
}

static void
check_info(const uint8_t *info, size_t size)
{
	static uint8_t raw[AUTHZ_KS_MAX_BYTES];
	char hash[AUTHZ_HASH_MAX_HEX + 1];
	AuthzKsResult result;

	authz_hash_hex(AUTHZ_HASH_SHA1, SECRET, strlen(SECRET), info, size, hash);
	memcpy(raw, hash, 40);
	raw[40] = '|';
	if (size > 0)
		memcpy(raw + 41, info, size);
	result = read_bytes(raw, 41 + size);
	CHECK(result != AUTHZ_KS_SIGNATURE);
	if (result != AUTHZ_KS_OK)
		return;
	for (size_t i = 0; i < size; i++)
		CHECK(info[i] >= ' ' && info[i] != 0x7f);
	check_again();
}

/* Each says all that the other says. */
static void
check_covers(const char *all, const char *part)
{
	size_t position = 0;
	AuthzSpan key;
	AuthzSpan values;

	while (authz_privileges_next(part, strlen(part), &position, &key, &values))
	{
		char *name = strndup(key.text, key.length);
		size_t at = 0;
		AuthzSpan value;

		CHECK(authz_privileges_has(all, strlen(all), name, NULL));
		while (authz_privileges_next_value(key, values, &at, &value))
		{
			char *wanted = strndup(value.text, value.length);

			CHECK(authz_privileges_has(all, strlen(all), name, wanted));
			free(wanted);
		}
		free(name);
	}
}

static void
check_writing(const uint8_t *data, size_t size)
{
	char *user = next_string(&data, &size, '\n');
	char *privileges = next_string(&data, &size, '\n');
	size_t length;

	memset(&ks, 0, sizeof(ks));
	ks.account_id = 7;
	ks.expires_at = 2100000000;
	strncpy(ks.user_id, user, AUTHZ_KS_USER_MAX);
	strncpy(ks.privileges, privileges, AUTHZ_KS_PRIVILEGES_MAX);
	if (authz_ks_write(&ks, SECRET, random_bytes, text, sizeof(text), &length) == AUTHZ_KS_OK)
	{
		CHECK(authz_ks_read(text, length, SECRET, &again) == AUTHZ_KS_OK);
		CHECK(strcmp(again.user_id, ks.user_id) == 0);
		if (strcmp(again.privileges, "*") != 0)
		{
			check_covers(again.privileges, ks.privileges);
			check_covers(ks.privileges, again.privileges);
		}
	}
	free(user);
	free(privileges);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int32_t account_id;

	if (size == 0 || size > AUTHZ_KS_MAX_BYTES / 2)
		return 0;
	switch (data[0])
	{
		case 'f':
			check_fields(data + 1, size - 1);
			break;
		case 'i':
			check_info(data + 1, size - 1);
			break;
		case 'w':
			check_writing(data + 1, size - 1);
			break;
		default:
			authz_ks_account((const char *) data + 1, size - 1, &account_id);
			CHECK(authz_ks_read((const char *) data + 1, size - 1, SECRET, &ks) != AUTHZ_KS_OK);
	}
	return 0;
}
