/*
 * session_key.c
 *	  The keys by which a gateway and an application tell each other of a user.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "pure/base64url.h"
#include "pure/digest.h"
#include "pure/session_key.h"

#define PREFIX AUTHZ_SESSION_KEY_PREFIX
#define PREFIX_LENGTH (sizeof(PREFIX) - 1)
#define MESSAGE_PREFIX "authz session key "
#define APPLICATION_LENGTH 36
#define MAC_BYTES 32 /* HMAC with SHA256 */
#define MAC_LENGTH ((size_t) (2 * MAC_BYTES))
#define SHA1_LENGTH ((size_t) 40)
#define TIME_DIGITS_MAX 12
#define NONCE_MIN 16
#define NONCE_MAX 64
#define TEXTS 5
#define LEGACY_FIELDS 5

static const char *const purposes[] = {"login", "logout"};

typedef struct Part
{
	const char *text;
	size_t length;
} Part;

/* The parts between so many separators; false where there are more or fewer. */
static bool
split(const char *text, size_t length, char separator, Part *parts, size_t n)
{
	const char *end = text + length;

	for (size_t i = 0; i < n; i++)
	{
		const char *at = memchr(text, separator, (size_t) (end - text));

		if ((at == NULL) != (i == n - 1))
			return false;
		parts[i] = (Part){text, (size_t) ((at == NULL ? end : at) - text)};
		text = at == NULL ? end : at + 1;
	}
	return true;
}

static bool
has_control(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char) text[i] < ' ' || text[i] == 0x7f)
			return true;
	return false;
}

static bool
read_number(Part part, size_t most, int64_t *number)
{
	*number = 0;
	if (part.length == 0 || part.length > most)
		return false;
	for (size_t i = 0; i < part.length; i++)
	{
		if (part.text[i] < '0' || part.text[i] > '9')
			return false;
		*number = 10 * *number + (part.text[i] - '0');
	}
	return part.text[0] != '0' || part.length == 1;
}

/* Not before 1970, and not at its first second: that is nobody's. */
static bool
read_time(Part part, int64_t *seconds)
{
	return read_number(part, TIME_DIGITS_MAX, seconds) && *seconds > 0;
}

static bool
is_user(const char *user)
{
	return user != NULL && strlen(user) <= AUTHZ_SESSION_KEY_USER_MAX;
}

/* Where each of the texts goes. */
static void
texts_of(AuthzSessionKey *key, const char **texts[TEXTS])
{
	texts[0] = &key->user;
	texts[1] = &key->role;
	texts[2] = &key->first_name;
	texts[3] = &key->last_name;
	texts[4] = &key->email;
}

/* The form of today ---------------------------------------------------------- */

/* In hexadecimal; false where that cannot be. */
static bool
make_mac(const AuthzSessionKeySigner *signer, const char *text, size_t length,
		 char mac[MAC_LENGTH + 1])
{
	char message[sizeof(MESSAGE_PREFIX) + APPLICATION_LENGTH + 1 + AUTHZ_SESSION_KEY_MAX];
	uint8_t bytes[AUTHZ_HASH_MAX_BYTES];
	char *at = message;

	if (strlen(signer->application) != APPLICATION_LENGTH || length > AUTHZ_SESSION_KEY_MAX)
		return false;
	memcpy(at, MESSAGE_PREFIX, sizeof(MESSAGE_PREFIX) - 1);
	at += sizeof(MESSAGE_PREFIX) - 1;
	memcpy(at, signer->application, APPLICATION_LENGTH);
	at += APPLICATION_LENGTH;
	*at++ = '\n';
	memcpy(at, text, length);
	at += length;
	if (authz_hmac("SHA256", signer->secret, signer->secret_length, message,
				   (size_t) (at - message), bytes) != MAC_BYTES)
		return false;
	authz_hex_encode(bytes, MAC_BYTES, mac);
	return true;
}

static bool
read_purpose(Part part, AuthzSessionKeyPurpose *purpose)
{
	for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++)
		if (strlen(purposes[i]) == part.length && memcmp(purposes[i], part.text, part.length) == 0)
		{
			*purpose = (AuthzSessionKeyPurpose) i;
			return true;
		}
	return false;
}

static bool
is_nonce(const char *text, size_t length)
{
	if (length < NONCE_MIN || length > NONCE_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
	{
		char c = text[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
			return false;
	}
	return true;
}

/* The text in base64url, behind those that are there; false for none. */
static bool
read_text(Part part, char **room, const char **text)
{
	size_t length = AUTHZ_BASE64URL_DECODED(part.length);

	*text = NULL;
	if (part.length == 0)
		return true;
	if (!authz_base64url_decode(part.text, part.length, (uint8_t *) *room) ||
		has_control(*room, length))
		return false;
	(*room)[length] = '\0';
	*text = *room;
	*room += length + 1;
	return true;
}

static bool
read_fields(const char *text, size_t length, AuthzSessionKey *out)
{
	Part parts[TEXTS + 4];
	const char **texts[TEXTS];
	char *room = out->text;

	if (!split(text, length, '.', parts, TEXTS + 4) || !read_purpose(parts[0], &out->purpose))
		return false;
	texts_of(out, texts);
	for (size_t i = 0; i < TEXTS; i++)
		if (!read_text(parts[i + 1], &room, texts[i]))
			return false;
	return is_user(out->user) && read_time(parts[TEXTS + 1], &out->issued_at) &&
		   read_time(parts[TEXTS + 2], &out->expires_at) &&
		   is_nonce(parts[TEXTS + 3].text, parts[TEXTS + 3].length);
}

AuthzSessionKeyResult
authz_session_key_read(const char *key, size_t length, const AuthzSessionKeySigner *signer,
					   AuthzSessionKey *out)
{
	char expected[MAC_LENGTH + 1];
	char given[MAC_LENGTH + 1];
	size_t signed_length;

	memset(out, 0, sizeof(*out));
	if (length > AUTHZ_SESSION_KEY_MAX || length < PREFIX_LENGTH + 1 + MAC_LENGTH ||
		memcmp(key, PREFIX, PREFIX_LENGTH) != 0)
		return AUTHZ_SESSION_KEY_MALFORMED;
	signed_length = length - MAC_LENGTH - 1;
	if (key[signed_length] != '.' || memchr(key, '\0', length) != NULL)
		return AUTHZ_SESSION_KEY_MALFORMED;
	memcpy(given, key + signed_length + 1, MAC_LENGTH);
	given[MAC_LENGTH] = '\0';
	if (!make_mac(signer, key, signed_length, expected) || !authz_text_equal(expected, given))
		return AUTHZ_SESSION_KEY_FORGED;
	if (signed_length >= PREFIX_LENGTH &&
		read_fields(key + PREFIX_LENGTH, signed_length - PREFIX_LENGTH, out))
		return AUTHZ_SESSION_KEY_OK;
	memset(out, 0, sizeof(*out));
	return AUTHZ_SESSION_KEY_MALFORMED;
}

static bool
put(char *out, size_t *length, const char *text, size_t n)
{
	if (n > AUTHZ_SESSION_KEY_MAX - *length)
		return false;
	memcpy(out + *length, text, n);
	*length += n;
	return true;
}

/* With the dot behind it. */
static bool
put_text(char *out, size_t *length, const char *text)
{
	size_t bytes = text == NULL ? 0 : strlen(text);
	size_t n = AUTHZ_BASE64URL_ENCODED(bytes);

	if (n > AUTHZ_SESSION_KEY_MAX - *length || (bytes > 0 && has_control(text, bytes)))
		return false;
	if (bytes > 0)
		authz_base64url_encode((const uint8_t *) text, bytes, out + *length);
	*length += n;
	return put(out, length, ".", 1);
}

size_t
authz_session_key_write(const AuthzSessionKey *key, const AuthzSessionKeySigner *signer, char *out)
{
	const char *const texts[TEXTS] = {key->user, key->role, key->first_name, key->last_name,
									  key->email};
	char mac[MAC_LENGTH + 1];
	char end[2 * 20 + NONCE_MAX + 3];
	size_t length = 0;
	bool fits = is_user(key->user) && key->user[0] != '\0' && key->issued_at > 0 &&
				key->expires_at > 0 && is_nonce(key->nonce, strlen(key->nonce)) &&
				put(out, &length, PREFIX, PREFIX_LENGTH) &&
				put(out, &length, purposes[key->purpose], strlen(purposes[key->purpose])) &&
				put(out, &length, ".", 1);

	for (size_t i = 0; fits && i < TEXTS; i++)
		fits = put_text(out, &length, texts[i]);
	if (fits)
	{
		int n = snprintf(end, sizeof(end), "%lld.%lld.%s", (long long) key->issued_at,
						 (long long) key->expires_at, key->nonce);

		fits = put(out, &length, end, (size_t) n) && make_mac(signer, out, length, mac) &&
			   put(out, &length, ".", 1) && put(out, &length, mac, MAC_LENGTH);
	}
	out[fits ? length : 0] = '\0';
	return fits ? length : 0;
}

/* MediaSpace's own form ------------------------------------------------------ */

/* Base64 with padding, of the one text that the bytes have; false for any other. */
static bool
decode(const char *in, size_t length, uint8_t *out, size_t *out_length)
{
	char text[AUTHZ_SESSION_KEY_MAX];
	size_t bare = length;

	if (length == 0 || length > sizeof(text) || length % 4 != 0)
		return false;
	while (bare > length - 2 && in[bare - 1] == '=')
		bare--;
	for (size_t i = 0; i < bare; i++)
	{
		if (in[i] == '-' || in[i] == '_')
			return false;
		text[i] = in[i];
		if (in[i] == '+')
			text[i] = '-';
		else if (in[i] == '/')
			text[i] = '_';
	}
	*out_length = AUTHZ_BASE64URL_DECODED(bare);
	return authz_base64url_decode(text, bare, out);
}

/* A text of its own, in its place; NULL for an empty one. */
static const char *
end_text(char *text, size_t length)
{
	text[length] = '\0';
	return length == 0 ? NULL : text;
}

/* name:value,name:value, of which each comes once; names that are not known are passed over. */
static bool
read_extra(char *text, AuthzSessionKey *out)
{
	const char *names[] = {"firstName", "lastName", "email"};
	const char **values[] = {&out->first_name, &out->last_name, &out->email};
	bool seen[] = {false, false, false};

	while (text != NULL)
	{
		char *comma = strchr(text, ',');
		char *colon = strchr(text, ':');

		if (colon == NULL || colon == text || (comma != NULL && comma < colon))
			return false;
		*colon = '\0';
		if (comma != NULL)
			*comma = '\0';
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (strcmp(text, names[i]) == 0)
			{
				if (seen[i])
					return false;
				seen[i] = true;
				*values[i] = end_text(colon + 1, strlen(colon + 1));
			}
		text = comma == NULL ? NULL : comma + 1;
	}
	return true;
}

static bool
read_info(char *info, size_t length, AuthzSessionKey *out)
{
	Part parts[LEGACY_FIELDS];
	int64_t random;
	char *extra;

	if (has_control(info, length) || !split(info, length, ';', parts, LEGACY_FIELDS) ||
		!read_time(parts[3], &out->expires_at) || !read_number(parts[4], 10, &random))
		return false;
	out->user = end_text(info, parts[0].length);
	out->role = end_text(info + (parts[1].text - info), parts[1].length);
	extra = info + (parts[2].text - info);
	extra[parts[2].length] = '\0';
	return is_user(out->user) && strchr(out->user, '|') == NULL &&
		   (extra[0] == '\0' || read_extra(extra, out));
}

AuthzSessionKeyResult
authz_session_key_read_legacy(const char *key, size_t length, const AuthzSessionKeySigner *signer,
							  AuthzSessionKey *out)
{
	char expected[AUTHZ_HASH_MAX_HEX + 1];
	char *info;
	size_t bytes;

	memset(out, 0, sizeof(*out));
	if (length > AUTHZ_SESSION_KEY_MAX || !decode(key, length, (uint8_t *) out->text, &bytes) ||
		bytes <= SHA1_LENGTH || out->text[SHA1_LENGTH] != '|')
	{
		memset(out, 0, sizeof(*out));
		return AUTHZ_SESSION_KEY_MALFORMED;
	}
	info = out->text + SHA1_LENGTH + 1;
	bytes -= SHA1_LENGTH + 1;
	out->text[SHA1_LENGTH] = '\0';
	if (!authz_hash_hex(AUTHZ_HASH_SHA1, signer->secret, signer->secret_length, info, bytes,
						expected) ||
		!authz_text_equal(expected, out->text))
	{
		memset(out, 0, sizeof(*out));
		return AUTHZ_SESSION_KEY_FORGED;
	}
	if (read_info(info, bytes, out))
		return AUTHZ_SESSION_KEY_OK;
	memset(out, 0, sizeof(*out));
	return AUTHZ_SESSION_KEY_MALFORMED;
}
