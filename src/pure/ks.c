/*
 * ks.c
 *	  Kaltura's own sessions (KS): versions 1 and 2 are read, version 2 is written.
 *
 * The signature of V1 is a hash over the secret and what it signs, which anybody
 * can go on computing: from one good KS he has the hash of the same text, SHA-1's
 * padding, and whatever he likes ('…,disableentitlement'). The padding has a NUL
 * in it, so V1 holds nothing but printable text here. That a ';' in a user or a
 * privilege moves what follows into the next place cannot be healed: a V1 is what
 * its maker let others write into it.
 *
 * Of V2 the original takes apart more than it has put together. Here a field is
 * there once, has no ',' and no ':' in its name, so that a list of privileges made
 * of them reads as they do; names are taken as they are ('a.b' is not 'a_b', and
 * 'a[b]' no list); and what is padded is padded as it must be.
 */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "pure/base64url.h"
#include "pure/digest.h"
#include "pure/ks.h"
#include "pure/privileges.h"

#define RAW_MAX AUTHZ_BASE64URL_DECODED(AUTHZ_KS_MAX_BYTES)
#define SHA1_BYTES 20
#define BLOCK 16
#define HASHED_AT SHA1_BYTES
#define FIELDS_AT (SHA1_BYTES + AUTHZ_KS_RANDOM_BYTES)

#define V2_MARK "v2|"
#define V2_MARK_LENGTH (sizeof(V2_MARK) - 1)

/* The last second of the year 9999. */
#define MOMENT_MAX INT64_C(253402300799)

static const char *const words[AUTHZ_KS_RESULTS] = {
	[AUTHZ_KS_OK] = "ok",
	[AUTHZ_KS_MALFORMED] = "malformed",
	[AUTHZ_KS_SIGNATURE] = "signature",
	[AUTHZ_KS_FIELDS] = "fields",
	[AUTHZ_KS_EXPIRED] = "expired",
	[AUTHZ_KS_ADDRESS] = "iprestrict",
	[AUTHZ_KS_PATH] = "urirestrict",
	[AUTHZ_KS_REVOKED] = "revoked",
	[AUTHZ_KS_ACCOUNT] = "account",
	[AUTHZ_KS_USER] = "user",
	[AUTHZ_KS_ACTIONS] = "actionslimit",
	[AUTHZ_KS_ACCOUNT_BLOCKED] = "account_blocked",
	[AUTHZ_KS_USER_BLOCKED] = "user_blocked",
};

const char *
authz_ks_word(AuthzKsResult result)
{
	return words[result];
}

/* What the base64 holds, before anything of it is proven. */
typedef struct Raw
{
	uint8_t bytes[RAW_MAX];
	size_t length;
	int version;
	int32_t account_id;
	size_t signed_at; /* V1: info, V2: the ciphertext */
} Raw;

/* Text ------------------------------------------------------------------- */

static AuthzSpan
span_of(const char *text)
{
	return (AuthzSpan){text, strlen(text)};
}

static bool
span_is(AuthzSpan span, const char *text)
{
	return span.length == strlen(text) && memcmp(span.text, text, span.length) == 0;
}

/* The number of bytes of the character that begins here, 0 where none does (RFC 3629). */
static size_t
utf8_length(const uint8_t *text, size_t length)
{
	size_t n = text[0] < 0x80	? 1
			   : text[0] < 0xc2 ? 0
			   : text[0] < 0xe0 ? 2
			   : text[0] < 0xf0 ? 3
								: 4;

	if (text[0] > 0xf4 || n > length)
		return 0;
	for (size_t i = 1; i < n; i++)
	{
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
		(text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	return n;
}

static bool
is_printable(AuthzSpan span)
{
	const uint8_t *text = (const uint8_t *) span.text;

	for (size_t i = 0; i < span.length;)
	{
		size_t n = utf8_length(text + i, span.length - i);

		if (n == 0 || text[i] < ' ' || text[i] == 0x7f)
			return false;
		i += n;
	}
	return true;
}

/* A whole number without leading zeros, at most high. */
static bool
read_number(AuthzSpan span, int64_t high, int64_t *number)
{
	*number = 0;
	if (span.length == 0 || span.length > 18 || (span.text[0] == '0' && span.length > 1))
		return false;
	for (size_t i = 0; i < span.length; i++)
	{
		if (span.text[i] < '0' || span.text[i] > '9')
			return false;
		*number = *number * 10 + (span.text[i] - '0');
	}
	return *number <= high;
}

static bool
read_account(AuthzSpan span, int32_t *account_id)
{
	int64_t number;

	if (!read_number(span, INT32_MAX, &number) || number == 0)
		return false;
	*account_id = (int32_t) number;
	return true;
}

static bool
read_type(AuthzSpan span, AuthzKsType *type)
{
	int64_t number;

	if (!read_number(span, AUTHZ_KS_ADMIN_TYPE, &number) || number == 1)
		return false;
	*type = (AuthzKsType) number;
	return true;
}

static bool
copy(AuthzSpan span, char *out, size_t max)
{
	if (span.length > max)
		return false;
	if (span.length > 0)
		memcpy(out, span.text, span.length);
	out[span.length] = '\0';
	return true;
}

static size_t
characters(AuthzSpan span)
{
	size_t n = 0;

	for (size_t i = 0; i < span.length; i++)
		n += ((uint8_t) span.text[i] & 0xc0) != 0x80;
	return n;
}

/* '0' is nobody as well. */
static bool
read_user(AuthzSpan span, char out[AUTHZ_KS_USER_MAX + 1])
{
	if (span_is(span, "0"))
		span.length = 0;
	return is_printable(span) && characters(span) <= AUTHZ_KS_USER_MAX / 4 &&
		   copy(span, out, AUTHZ_KS_USER_MAX);
}

/* The part up to the separator, or the end; *rest begins behind it, and is NULL after the last. */
static bool
next_part(AuthzSpan *rest, char separator, AuthzSpan *part)
{
	const char *end;

	if (rest->text == NULL)
		return false;
	*part = *rest;
	end = rest->length == 0 ? NULL : memchr(rest->text, separator, rest->length);
	if (end == NULL)
	{
		rest->text = NULL;
		return true;
	}
	part->length = (size_t) (end - rest->text);
	rest->text = end + 1;
	rest->length -= part->length + 1;
	return true;
}

/* Base64 ------------------------------------------------------------------ */

/*
 * Padded, canonical, in one of the two alphabets: one of them is how V1 is
 * written and the other how V2 is, and both are understood as either.
 */
static bool
decode_base64(const char *text, size_t length, Raw *raw)
{
	char urls[AUTHZ_KS_MAX_BYTES];
	bool standard = false;
	bool url = false;

	if (length == 0 || length > AUTHZ_KS_MAX_BYTES || length % 4 != 0)
		return false;
	for (int i = 0; i < 2 && text[length - 1] == '='; i++)
		length--;
	for (size_t i = 0; i < length; i++)
	{
		standard |= text[i] == '+' || text[i] == '/';
		url |= text[i] == '-' || text[i] == '_';
		urls[i] = (char) (text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
	}
	raw->length = AUTHZ_BASE64URL_DECODED(length);
	return !(standard && url) && authz_base64url_decode(urls, length, raw->bytes);
}

static void
encode_base64(const uint8_t *bytes, size_t length, char *out)
{
	size_t written = AUTHZ_BASE64URL_ENCODED(length);

	authz_base64url_encode(bytes, length, out);
	while (written % 4 != 0)
		out[written++] = '=';
	out[written] = '\0';
}

/* Taking apart ------------------------------------------------------------ */

/* v2|account|ciphertext */
static bool
split_v2(Raw *raw)
{
	const char *text = (const char *) raw->bytes;
	AuthzSpan rest = {text + V2_MARK_LENGTH, raw->length - V2_MARK_LENGTH};
	AuthzSpan account;

	if (!next_part(&rest, '|', &account) || rest.text == NULL ||
		!read_account(account, &raw->account_id))
		return false;
	raw->version = 2;
	raw->signed_at = (size_t) (rest.text - text);
	return rest.length % BLOCK == 0 && rest.length > FIELDS_AT;
}

/* hash|account;… */
static bool
split_v1(Raw *raw)
{
	const char *text = (const char *) raw->bytes;
	AuthzSpan rest = {text, raw->length};
	AuthzSpan hash;
	AuthzSpan account;

	if (!next_part(&rest, '|', &hash) || hash.length != AUTHZ_KS_ID_HEX || rest.text == NULL)
		return false;
	raw->version = 1;
	raw->signed_at = (size_t) (rest.text - text);
	return next_part(&rest, ';', &account) && read_account(account, &raw->account_id);
}

static bool
split(const char *text, size_t length, Raw *raw)
{
	if (!decode_base64(text, length, raw))
		return false;
	if (raw->length > V2_MARK_LENGTH && memcmp(raw->bytes, V2_MARK, V2_MARK_LENGTH) == 0)
		return split_v2(raw);
	return split_v1(raw);
}

AuthzKsResult
authz_ks_account(const char *text, size_t length, int32_t *account_id)
{
	Raw raw;

	if (!split(text, length, &raw))
		return AUTHZ_KS_MALFORMED;
	*account_id = raw.account_id;
	return AUTHZ_KS_OK;
}

/* What both versions say of a privilege string. */
static bool
finish_privileges(AuthzKs *ks)
{
	AuthzSpan all = span_of(ks->privileges);

	return is_printable(all) && authz_privileges_check(all.text, all.length) == AUTHZ_PRIVILEGES_OK;
}

/* V1 ---------------------------------------------------------------------- */

/* account;account;expiry;type;random;user;privileges;master account;additional data */
enum
{
	V1_ACCOUNT,
	V1_SAME_ACCOUNT,
	V1_EXPIRY,
	V1_TYPE,
	V1_RANDOM,
	V1_USER,
	V1_PRIVILEGES,
	V1_MASTER,
	V1_ADDITIONAL,
	V1_PARTS
};

static bool
read_info(AuthzSpan info, AuthzKs *ks)
{
	AuthzSpan parts[V1_PARTS];
	AuthzSpan part;
	int64_t master;
	int n = 0;

	for (int i = 0; i < V1_PARTS; i++)
		parts[i] = (AuthzSpan){"", 0};
	while (next_part(&info, ';', &part))
	{
		if (n == V1_PARTS)
			return false;
		parts[n++] = part;
	}
	ks->one_account =
		parts[V1_SAME_ACCOUNT].length == parts[V1_ACCOUNT].length &&
		memcmp(parts[V1_SAME_ACCOUNT].text, parts[V1_ACCOUNT].text, parts[V1_ACCOUNT].length) == 0;
	ks->type = AUTHZ_KS_USER_TYPE;
	return read_number(parts[V1_EXPIRY], MOMENT_MAX, &ks->expires_at) &&
		   (n <= V1_TYPE || read_type(parts[V1_TYPE], &ks->type)) &&
		   read_user(parts[V1_USER], ks->user_id) &&
		   copy(parts[V1_PRIVILEGES], ks->privileges, AUTHZ_KS_PRIVILEGES_MAX) &&
		   (parts[V1_MASTER].length == 0 || read_number(parts[V1_MASTER], INT32_MAX, &master)) &&
		   copy(parts[V1_ADDITIONAL], ks->additional, AUTHZ_KS_ADDITIONAL_MAX);
}

static AuthzKsResult
read_v1(const Raw *raw, const char *secret, AuthzKs *ks)
{
	AuthzSpan info = {(const char *) raw->bytes + raw->signed_at, raw->length - raw->signed_at};
	char hash[AUTHZ_HASH_MAX_HEX + 1];

	if (!authz_hash_hex(AUTHZ_HASH_SHA1, secret, strlen(secret), info.text, info.length, hash) ||
		CRYPTO_memcmp(hash, raw->bytes, AUTHZ_KS_ID_HEX) != 0)
		return AUTHZ_KS_SIGNATURE;
	memcpy(ks->id, hash, AUTHZ_KS_ID_HEX + 1);
	return is_printable(info) && read_info(info, ks) ? AUTHZ_KS_OK : AUTHZ_KS_FIELDS;
}

/* V2: the cipher ---------------------------------------------------------- */

/* The same for both directions: whole blocks, no padding, an initialization vector of zeros. */
static bool
crypt_blocks(const char *secret, bool encrypt, const uint8_t *in, size_t length, uint8_t *out)
{
	static const uint8_t zeros[BLOCK];
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t key[SHA1_BYTES];
	int done = 0;
	bool right;

	right = context != NULL && EVP_Digest(secret, strlen(secret), key, NULL, EVP_sha1(), NULL) &&
			EVP_CipherInit_ex(context, EVP_aes_128_cbc(), NULL, key, zeros, encrypt) &&
			EVP_CIPHER_CTX_set_padding(context, 0) &&
			EVP_CipherUpdate(context, out, &done, in, (int) length) && (size_t) done == length;
	EVP_CIPHER_CTX_free(context);
	OPENSSL_cleanse(key, sizeof(key));
	return right;
}

/* Hash, random bytes and fields, without the zeros that fill the last block. */
static bool
decrypt(const Raw *raw, const char *secret, uint8_t *plain, size_t *length)
{
	size_t blocks = raw->length - raw->signed_at;
	uint8_t hash[SHA1_BYTES];

	if (!crypt_blocks(secret, false, raw->bytes + raw->signed_at, blocks, plain))
		return false;
	*length = blocks;
	while (*length > blocks - BLOCK + 1 && plain[*length - 1] == '\0')
		(*length)--;
	return *length > FIELDS_AT &&
		   EVP_Digest(plain + HASHED_AT, *length - HASHED_AT, hash, NULL, EVP_sha1(), NULL) &&
		   CRYPTO_memcmp(plain, hash, SHA1_BYTES) == 0;
}

/* V2: the fields ---------------------------------------------------------- */

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decodes application/x-www-form-urlencoded where it stands; it only becomes shorter. */
static bool
decode_form(AuthzSpan *span, char *at)
{
	size_t out = 0;

	for (size_t i = 0; i < span->length; i++)
	{
		char c = span->text[i];

		if (c == '+')
			c = ' ';
		else if (c == '%')
		{
			int high = span->length - i < 3 ? -1 : hex_value(span->text[i + 1]);
			int low = high < 0 ? -1 : hex_value(span->text[i + 2]);

			if (low < 0)
				return false;
			c = (char) (high << 4 | low);
			i += 2;
		}
		at[out++] = c;
	}
	*span = (AuthzSpan){at, out};
	return is_printable(*span);
}

/* Where the privileges are put together, and which fields have been. */
typedef struct Collected
{
	bool user;
	bool type;
	bool expiry;
	bool master;
	bool additional;
	size_t length; /* of the privileges */
} Collected;

static bool
once(bool *seen)
{
	bool first = !*seen;

	*seen = true;
	return first;
}

static bool
append(AuthzKs *ks, Collected *collected, AuthzSpan span)
{
	if (collected->length + span.length > AUTHZ_KS_PRIVILEGES_MAX)
		return false;
	if (span.length > 0)
		memcpy(ks->privileges + collected->length, span.text, span.length);
	collected->length += span.length;
	ks->privileges[collected->length] = '\0';
	return true;
}

/* A list of privileges must read as the fields do that it is made of. */
static bool
is_privilege(AuthzSpan key, AuthzSpan value)
{
	AuthzSpan last = value.length > 0 ? value : key;

	return key.length > 0 && key.text[0] != ' ' && last.text[last.length - 1] != ' ' &&
		   memchr(key.text, ':', key.length) == NULL && memchr(key.text, ',', key.length) == NULL &&
		   (value.length == 0 || memchr(value.text, ',', value.length) == NULL);
}

static bool
is_there(const AuthzKs *ks, AuthzSpan wanted)
{
	size_t position = 0;
	AuthzSpan key;
	AuthzSpan values;

	while (authz_privileges_next(ks->privileges, strlen(ks->privileges), &position, &key, &values))
	{
		if (key.length == wanted.length && memcmp(key.text, wanted.text, key.length) == 0)
			return true;
	}
	return false;
}

static bool
add_privilege(AuthzKs *ks, Collected *collected, AuthzSpan key, AuthzSpan value)
{
	if (!is_privilege(key, value) || is_there(ks, key))
		return false;
	return append(ks, collected, span_of(collected->length > 0 ? "," : "")) &&
		   append(ks, collected, key) &&
		   (value.length == 0 ||
			(append(ks, collected, span_of(":")) && append(ks, collected, value)));
}

static bool
add_field(AuthzKs *ks, Collected *collected, AuthzSpan key, AuthzSpan value)
{
	int64_t master;

	if (span_is(key, "_e"))
		return once(&collected->expiry) && read_number(value, MOMENT_MAX, &ks->expires_at);
	if (span_is(key, "_t"))
		return once(&collected->type) && read_type(value, &ks->type);
	if (span_is(key, "_u"))
		return once(&collected->user) && read_user(value, ks->user_id);
	if (span_is(key, "_m"))
		return once(&collected->master) && read_number(value, INT32_MAX, &master);
	if (span_is(key, "_d"))
		return once(&collected->additional) && copy(value, ks->additional, AUTHZ_KS_ADDITIONAL_MAX);
	return add_privilege(ks, collected, key, value);
}

/* The fields, decoded where they stand. */
static bool
read_fields(char *fields, size_t length, AuthzKs *ks)
{
	AuthzSpan rest = {fields, length};
	Collected collected = {0};
	AuthzSpan field;

	while (next_part(&rest, '&', &field))
	{
		AuthzSpan value = field;
		AuthzSpan key;

		if (!next_part(&value, '=', &key) || value.text == NULL ||
			!decode_form(&key, fields + (key.text - fields)) ||
			!decode_form(&value, fields + (value.text - fields)) ||
			!add_field(ks, &collected, key, value))
			return false;
	}
	if (strcmp(ks->privileges, "all:*") == 0)
		strcpy(ks->privileges, "*");
	return collected.expiry && collected.type;
}

static AuthzKsResult
read_v2(const Raw *raw, const char *secret, AuthzKs *ks)
{
	uint8_t plain[RAW_MAX];
	size_t length;

	if (!decrypt(raw, secret, plain, &length))
		return AUTHZ_KS_SIGNATURE;
	authz_hex_encode(plain, SHA1_BYTES, ks->id);
	ks->one_account = true;
	return read_fields((char *) plain + FIELDS_AT, length - FIELDS_AT, ks) ? AUTHZ_KS_OK
																		   : AUTHZ_KS_FIELDS;
}

AuthzKsResult
authz_ks_read(const char *text, size_t length, const char *secret, AuthzKs *ks)
{
	Raw raw;
	AuthzKsResult result;

	if (!split(text, length, &raw))
		return AUTHZ_KS_MALFORMED;
	ks->version = raw.version;
	ks->account_id = raw.account_id;
	ks->user_id[0] = ks->privileges[0] = ks->additional[0] = '\0';
	result = raw.version == 1 ? read_v1(&raw, secret, ks) : read_v2(&raw, secret, ks);
	if (result == AUTHZ_KS_OK && !finish_privileges(ks))
		result = AUTHZ_KS_FIELDS;
	return result;
}

bool
authz_ks_is_widget(const AuthzKs *ks)
{
	return ks->type == AUTHZ_KS_USER_TYPE && ks->user_id[0] == '\0' &&
		   authz_privileges_has(ks->privileges, strlen(ks->privileges), "widget", "1");
}

/* Writing ----------------------------------------------------------------- */

/* Hash, random bytes and fields; what does not fit makes the length greater than there is room. */
typedef struct Writer
{
	uint8_t bytes[RAW_MAX];
	size_t length;
} Writer;

static void
put(Writer *writer, const void *bytes, size_t length)
{
	if (writer->length + length <= RAW_MAX && length > 0)
		memcpy(writer->bytes + writer->length, bytes, length);
	writer->length += length;
}

static void
put_text(Writer *writer, const char *text)
{
	put(writer, text, strlen(text));
}

/* As PHP's http_build_query writes it. */
static void
put_form(Writer *writer, AuthzSpan span)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < span.length; i++)
	{
		uint8_t c = (uint8_t) span.text[i];
		char escaped[] = {'%', digits[c >> 4], digits[c & 15]};
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
					 c == '-' || c == '_' || c == '.';

		if (c == ' ')
			put_text(writer, "+");
		else
			put(writer, plain ? (const char *) &c : escaped, plain ? 1 : sizeof(escaped));
	}
}

static void
put_name(Writer *writer, AuthzSpan name)
{
	if (writer->length > FIELDS_AT)
		put_text(writer, "&");
	put_form(writer, name);
	put_text(writer, "=");
}

static void
put_field(Writer *writer, const char *name, const char *value)
{
	put_name(writer, span_of(name));
	put_form(writer, span_of(value));
}

static void
put_number(Writer *writer, int64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);
	uint64_t rest = number < 0 ? -(uint64_t) number : (uint64_t) number;

	do
	{
		digits[--at] = (char) ('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		digits[--at] = '-';
	put(writer, digits + at, sizeof(digits) - at);
}

static bool
same_key(AuthzSpan a, AuthzSpan b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

/* Between values from two places; a number must not become the end of a range. */
static const char *
separator_of(AuthzSpan key)
{
	if (span_is(key, "urirestrict"))
		return "|";
	return span_is(key, "iprestrict") ? "//" : "/";
}

/* All that the privileges say under the name of this one, which is the first of that name. */
static void
put_privilege(Writer *writer, AuthzSpan privileges, size_t position, AuthzSpan name,
			  AuthzSpan first)
{
	bool any = first.length > 0;
	AuthzSpan key;
	AuthzSpan values;

	put_name(writer, name);
	put_form(writer, first);
	while (authz_privileges_next(privileges.text, privileges.length, &position, &key, &values))
	{
		if (!same_key(key, name) || values.length == 0)
			continue;
		if (any)
			put_form(writer, span_of(separator_of(name)));
		put_form(writer, values);
		any = true;
	}
}

static bool
stands_before(AuthzSpan privileges, AuthzSpan name)
{
	size_t length = (size_t) (name.text - privileges.text);
	size_t position = 0;
	AuthzSpan key;
	AuthzSpan values;

	while (authz_privileges_next(privileges.text, length, &position, &key, &values))
	{
		if (same_key(key, name))
			return true;
	}
	return false;
}

/* 'a:b,c' as 'a=b&c='; '*' alone means all. */
static void
put_privileges(Writer *writer, AuthzSpan privileges)
{
	size_t position = 0;
	AuthzSpan key;
	AuthzSpan values;

	if (span_is(privileges, "*"))
		privileges = span_of("all:*");
	while (authz_privileges_next(privileges.text, privileges.length, &position, &key, &values))
	{
		if (!stands_before(privileges, key))
			put_privilege(writer, privileges, position, key, values);
	}
}

/* The fields of the session itself, among the privileges, would be another session. */
static bool
names_field(AuthzSpan privileges)
{
	static const char *const fields[] = {"_d", "_e", "_m", "_t", "_u"};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
	{
		if (authz_privileges_has(privileges.text, privileges.length, fields[i], NULL))
			return true;
	}
	return false;
}

static void
put_body(Writer *writer, const AuthzKs *ks, const uint8_t *random)
{
	writer->length = HASHED_AT;
	put(writer, random, AUTHZ_KS_RANDOM_BYTES);
	put_privileges(writer, span_of(ks->privileges));
	put_name(writer, span_of("_e"));
	put_number(writer, ks->expires_at);
	put_name(writer, span_of("_t"));
	put_number(writer, ks->type);
	put_field(writer, "_u", ks->user_id);
	if (ks->additional[0] != '\0')
		put_field(writer, "_d", ks->additional);
}

/* Whether what has been written says what was to be said. */
static bool
reads_back(AuthzKs *ks, const char *secret, const char *text, size_t length)
{
	AuthzKs again;

	if (authz_ks_read(text, length, secret, &again) != AUTHZ_KS_OK ||
		again.account_id != ks->account_id || again.type != ks->type ||
		again.expires_at != ks->expires_at || strcmp(again.user_id, ks->user_id) != 0 ||
		strcmp(again.additional, ks->additional) != 0)
		return false;
	memcpy(ks->id, again.id, sizeof(ks->id));
	return true;
}

AuthzKsResult
authz_ks_write(AuthzKs *ks, const char *secret, const uint8_t random[AUTHZ_KS_RANDOM_BYTES],
			   char *out, size_t size, size_t *length)
{
	Writer body;
	Writer raw = {.length = 0};

	if (names_field(span_of(ks->privileges)))
		return AUTHZ_KS_FIELDS;
	put_body(&body, ks, random);
	put_text(&raw, V2_MARK);
	put_number(&raw, ks->account_id);
	put_text(&raw, "|");
	*length = 0;
	if (body.length + BLOCK + raw.length > RAW_MAX)
		return AUTHZ_KS_MALFORMED;

	if (!EVP_Digest(body.bytes + HASHED_AT, body.length - HASHED_AT, body.bytes, NULL, EVP_sha1(),
					NULL))
		return AUTHZ_KS_SIGNATURE;
	while (body.length % BLOCK != 0)
		body.bytes[body.length++] = '\0';
	if (!crypt_blocks(secret, true, body.bytes, body.length, raw.bytes + raw.length))
		return AUTHZ_KS_SIGNATURE;
	raw.length += body.length;

	*length = (raw.length + 2) / 3 * 4;
	if (*length > AUTHZ_KS_MAX_BYTES || *length >= size)
		return AUTHZ_KS_MALFORMED;
	encode_base64(raw.bytes, raw.length, out);
	return reads_back(ks, secret, out, *length) ? AUTHZ_KS_OK : AUTHZ_KS_FIELDS;
}
