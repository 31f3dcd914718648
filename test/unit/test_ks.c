/*
 * test_ks.c
 *	  Kaltura's own sessions: what its official client made is read, and written
 *	  to the same text; what others make of it is not believed.
 */
#define OPENSSL_SUPPRESS_DEPRECATED /* a hash that goes on from another is nothing EVP offers */

#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "pure/base64url.h"
#include "pure/digest.h"
#include "pure/ks.h"

#include "tap.h"

#define SECRET "1234567890abcdef1234567890abcdef"
#define ACCOUNT 1234569

/* Made by the official Python client. */
static const char made_v2[] =
	"djJ8MTIzNDU2OXyMLvvEJ3wZ5RTOqFiT9t2qTPZSTkuMv4OFXY7lVYWRJxLMtx5rrc5IhYYYMZrbY_"
	"v5pWYwxBW74yLT_eXoVF1RCto7DouU5wQ2F1fzsD9E28BjKM1PB6C4mxeVzcfKNM2rdIAyrDuzG-7Z5zJjQj76iaAy8Rnj"
	"P4XydQtXu7vwmMK6zKudjjDzkPFm8BACTrc=";
static const char made_widget[] =
	"djJ8MTIzNDU2OXy_DA9Wg0C8cCQ4U3PgBJGNO2FvCfNFf1wJWRVToIp7UhXm8mXJKyBb64FBFlSSBMqtrel1AIRUfL3IKg"
	"NNFqZhataL5sekouiHlxplll6Ebg==";
static const char made_v1[] =
	"NjVlYWFlODFlYTQ1ODA1MGQ3YmIxOGFlNTU2YjJjZjY3NTBiZWQxZXwxMjM0NTY5OzEyMzQ1Njk7MjEwMDAwMDAwMDswOz"
	"I0OTExO2R1bW15dXNlckBrYWx0dXJhLmNvbTtzZXRyb2xlOjE1NzM3MTcx";

static const uint8_t random_v2[] = {0x9c, 0xc6, 0xd2, 0x89, 0x6c, 0x9f, 0x7f, 0x40,
									0xb2, 0x4a, 0x37, 0xfd, 0x77, 0x81, 0x8d, 0x2d};
static const uint8_t random_widget[] = {0x7b, 0x9f, 0x96, 0x20, 0x25, 0xa9, 0x20, 0x5e,
										0x04, 0x07, 0xc7, 0x93, 0x37, 0x17, 0x92, 0xf9};

static char text[2 * AUTHZ_KS_MAX_BYTES];
static AuthzKs ks;

static AuthzKsResult
reads(const char *of)
{
	memset(&ks, 0x55, sizeof(ks));
	return authz_ks_read(of, strlen(of), SECRET, &ks);
}

static bool
is_good(const char *of)
{
	return reads(of) == AUTHZ_KS_OK;
}

/* Making any, by another way than the code's ------------------------------------ */

static void
to_text(const void *bytes, size_t length)
{
	/* PEM's base64 is the standard one, padded. */
	EVP_EncodeBlock((unsigned char *) text, bytes, (int) length);
}

/* A V2 whose body is any bytes behind the random ones, and a number of zeros after them. */
static void
encrypt(const char *head, const void *fields, size_t length, size_t zeros)
{
	static uint8_t plain[AUTHZ_KS_MAX_BYTES];
	static uint8_t raw[AUTHZ_KS_MAX_BYTES];
	static const uint8_t iv[16];
	uint8_t key[20];
	size_t at = strlen(head);
	int written;
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

	memset(plain, 'r', 36);
	memcpy(plain + 36, fields, length);
	SHA1(plain + 20, 16 + length, plain);
	memset(plain + 36 + length, 0, zeros);
	SHA1((const uint8_t *) SECRET, strlen(SECRET), key);
	memcpy(raw, head, at);
	EVP_EncryptInit_ex(context, EVP_aes_128_cbc(), NULL, key, iv);
	EVP_CIPHER_CTX_set_padding(context, 0);
	EVP_EncryptUpdate(context, raw + at, &written, plain, (int) (36 + length + zeros));
	EVP_CIPHER_CTX_free(context);
	to_text(raw, at + (size_t) written);
}

static size_t
fill(size_t length)
{
	return (16 - (36 + length) % 16) % 16;
}

static AuthzKsResult
reads_fields(const char *fields)
{
	encrypt("v2|7|", fields, strlen(fields), fill(strlen(fields)));
	return reads(text);
}

static AuthzKsResult
reads_info_bytes(const char *info, size_t length)
{
	static char raw[AUTHZ_KS_MAX_BYTES];
	char hash[AUTHZ_HASH_MAX_HEX + 1];

	authz_hash_hex(AUTHZ_HASH_SHA1, SECRET, strlen(SECRET), info, length, hash);
	memcpy(raw, hash, 40);
	raw[40] = '|';
	memcpy(raw + 41, info, length);
	to_text(raw, 41 + length);
	return reads(text);
}

static AuthzKsResult
reads_info(const char *info)
{
	return reads_info_bytes(info, strlen(info));
}

/* What Kaltura made ------------------------------------------------------------- */

static void
vectors(void)
{
	int32_t account_id;
	size_t length;

	ok(is_good(made_v2), "a V2");
	is_number(ks.version, 2, "version");
	is_number(ks.account_id, ACCOUNT, "account");
	is_number(ks.type, AUTHZ_KS_USER_TYPE, "type");
	is_number(ks.expires_at, 2100000000, "expiry");
	is_text(ks.user_id, "dummyuser@kaltura.com", "user");
	is_text(ks.privileges, "setrole:15737171,sessionid:1_abcd1234,apptoken:1_abcd1234",
			"privileges");
	is_text(ks.id, "338fe3916d1cc96a7400d8c560d3bbae225516ee", "id");
	ok(ks.one_account && ks.additional[0] == '\0', "nothing else");
	is_number(authz_ks_write(&ks, SECRET, random_v2, text, sizeof(text), &length), AUTHZ_KS_OK,
			  "written again");
	is_text(text, made_v2, "it is the same text");
	is_number((long long) length, (long long) strlen(made_v2), "of the same length");
	ok(!authz_ks_is_widget(&ks), "it is no widget's");

	ok(is_good(made_widget), "a widget's");
	is_text(ks.user_id, "", "of nobody");
	is_text(ks.privileges, "view:*,widget:1", "with privileges");
	is_number(ks.expires_at, 1700086400, "expired or not");
	is_text(ks.id, "9729974ec2d0a3f2b3c5043eea5c4b82dd8d91d8", "id");
	ok(authz_ks_is_widget(&ks), "it is a widget's");
	is_number(authz_ks_write(&ks, SECRET, random_widget, text, sizeof(text), &length), AUTHZ_KS_OK,
			  "written again");
	is_text(text, made_widget, "it is the same text");

	ok(is_good(made_v1), "a V1");
	is_number(ks.version, 1, "version");
	is_number(ks.account_id, ACCOUNT, "account");
	is_number(ks.expires_at, 2100000000, "expiry");
	is_text(ks.user_id, "dummyuser@kaltura.com", "user");
	is_text(ks.privileges, "setrole:15737171", "privileges");
	is_text(ks.id, "65eaae81ea458050d7bb18ae556b2cf6750bed1e", "id");
	ok(ks.one_account, "of one account");

	ok(authz_ks_account(made_v2, strlen(made_v2), &account_id) == AUTHZ_KS_OK &&
		   account_id == ACCOUNT,
	   "the account of a V2 is found without the secret");
	ok(authz_ks_account(made_v1, strlen(made_v1), &account_id) == AUTHZ_KS_OK &&
		   account_id == ACCOUNT,
	   "that of a V1 as well");
}

static void
not_by_another_secret(const char *of, const char *name)
{
	static const char *const secrets[] = {
		"", "1234567890abcdef1234567890abcdee", "1234567890ABCDEF1234567890ABCDEF",
		"1234567890abcdef1234567890abcdef ", "1234567890abcdef1234567890abcde"};

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		is_number(authz_ks_read(of, strlen(of), secrets[i], &ks), AUTHZ_KS_SIGNATURE, name);
}

/*
 * One bit of what the base64 holds, from this byte on: what is left is not
 * believed. (V2's account is not signed, but names whose secret it is.)
 */
static void
altered(const char *of, size_t from, const char *name)
{
	static uint8_t bytes[AUTHZ_KS_MAX_BYTES];
	char *standard = strdup(of);
	size_t n = strlen(of);
	size_t length;
	size_t believed = 0;

	for (char *c = standard; *c != '\0'; c++)
		*c = (char) (*c == '-' ? '+' : *c == '_' ? '/' : *c);
	length = (size_t) EVP_DecodeBlock(bytes, (const unsigned char *) standard, (int) n);
	for (const char *c = of + n; c[-1] == '='; c--)
		length--;
	ok(is_good(standard), "%s in the standard alphabet", name);
	free(standard);

	for (size_t bit = 8 * from; bit < 8 * length; bit++)
	{
		bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
		to_text(bytes, length);
		believed += is_good(text);
		bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
	}
	for (size_t cut = 0; cut < n; cut++)
	{
		memcpy(text, of, cut);
		text[cut] = '\0';
		believed += is_good(text);
	}
	is_number((long long) believed, 0, "altered or cut, none is believed");
}

static void
accounts_are_bound_by_secrets(void)
{
	encrypt("v2|7|", "_e=2100000000&_t=0&_u=", 22, fill(22));
	ok(is_good(text) && ks.account_id == 7, "an account");
	encrypt("v2|8|", "_e=2100000000&_t=0&_u=", 22, fill(22));
	ok(is_good(text) && ks.account_id == 8,
	   "the same ciphertext for another: accounts must not share a secret");
}

static void
spelling(void)
{
	size_t n = strlen(made_v2);

	strcpy(text, made_v2);
	text[n - 1] = '\0';
	is_number(reads(text), AUTHZ_KS_MALFORMED, "not padded");
	strcpy(text + n - 1, "==");
	is_number(reads(text), AUTHZ_KS_MALFORMED, "padded too much");
	strcpy(text + n, "====");
	is_number(reads(text), AUTHZ_KS_MALFORMED, "and more");
	strcpy(text, made_v2);
	*strchr(text, '_') = '/';
	ok(strchr(text, '-') != NULL, "(both alphabets)");
	is_number(reads(text), AUTHZ_KS_MALFORMED, "in two alphabets at once");
	strcpy(text, made_v2);
	text[n - 2]++;
	is_number(reads(text), AUTHZ_KS_MALFORMED, "bits beyond the last byte");
	sprintf(text, " %s", made_v2);
	is_number(reads(text), AUTHZ_KS_MALFORMED, "a space before");
	sprintf(text, "%s\n", made_v2);
	is_number(reads(text), AUTHZ_KS_MALFORMED, "a line feed after");
	sprintf(text, "%s%s", made_v2, made_v2);
	is_number(reads(text), AUTHZ_KS_MALFORMED, "two of them");
	is_number(reads(""), AUTHZ_KS_MALFORMED, "nothing");
	is_number(reads("===="), AUTHZ_KS_MALFORMED, "padding alone");
	memset(text, 'A', AUTHZ_KS_MAX_BYTES + 4);
	text[AUTHZ_KS_MAX_BYTES + 4] = '\0';
	is_number(reads(text), AUTHZ_KS_MALFORMED, "too long");
}

/* V1 ------------------------------------------------------------------------------ */

static void
v1(void)
{
	is_number(reads_info("7;7;2100000000"), AUTHZ_KS_OK, "the least of a V1");
	ok(ks.type == AUTHZ_KS_USER_TYPE && ks.user_id[0] == '\0' && ks.privileges[0] == '\0',
	   "is a session of nobody without privileges");
	is_number(reads_info("7;7;2100000000;2;1;ann;edit:*;8;x"), AUTHZ_KS_OK, "and the most");
	ok(ks.type == AUTHZ_KS_ADMIN_TYPE && strcmp(ks.user_id, "ann") == 0 &&
		   strcmp(ks.privileges, "edit:*") == 0 && strcmp(ks.additional, "x") == 0,
	   "is a session of ann");
	is_number(reads_info("7;7;2100000000;0;1;0"), AUTHZ_KS_OK, "user 0");
	is_text(ks.user_id, "", "is nobody");
	is_number(reads_info("7;7;2100000000;0;;\xc3\xa4\xe2\x82\xac"), AUTHZ_KS_OK, "other letters");
	is_number(reads_info("7;8;2100000000"), AUTHZ_KS_OK, "two accounts");
	ok(!ks.one_account && ks.account_id == 7, "are seen");
	is_number(reads_info("7;77;2100000000"), AUTHZ_KS_OK, "one that begins like the other");
	ok(!ks.one_account, "is another");

	is_number(reads_info("7;7"), AUTHZ_KS_FIELDS, "too few parts");
	is_number(reads_info("7"), AUTHZ_KS_FIELDS, "one");
	is_number(reads_info("7;7;1;0;1;ann;a;b"), AUTHZ_KS_FIELDS, "a master that is no account");
	is_number(reads_info("7;7;1;0;1;ann;a;;x;y"), AUTHZ_KS_FIELDS, "too many");
	is_number(reads_info("0;0;1"), AUTHZ_KS_MALFORMED, "no account");
	is_number(reads_info("-1;-1;1"), AUTHZ_KS_MALFORMED, "Kaltura's own");
	is_number(reads_info("07;07;1"), AUTHZ_KS_MALFORMED, "a number in another spelling");
	is_number(reads_info("2147483648;2147483648;1"), AUTHZ_KS_MALFORMED, "too large a one");
	is_number(reads_info(""), AUTHZ_KS_MALFORMED, "nothing signed");
	is_number(reads_info("7;7;"), AUTHZ_KS_FIELDS, "no expiry");
	is_number(reads_info("7;7;-1"), AUTHZ_KS_FIELDS, "a negative one");
	is_number(reads_info("7;7;1e9"), AUTHZ_KS_FIELDS, "no number");
	is_number(reads_info("7;7;253402300800"), AUTHZ_KS_FIELDS, "after the year 9999");
	is_number(reads_info("7;7;1;1"), AUTHZ_KS_FIELDS, "type 1");
	is_number(reads_info("7;7;1;3"), AUTHZ_KS_FIELDS, "type 3");
	is_number(reads_info("7;7;1;"), AUTHZ_KS_FIELDS, "no type where there is a place for it");
	is_number(reads_info("7;7;1;0;1;a\nb"), AUTHZ_KS_FIELDS, "a control character");
	is_number(reads_info("7;7;1;0;1;a\xff"), AUTHZ_KS_FIELDS, "no UTF-8");
	is_number(reads_info("7;7;1;0;1;ann;:x"), AUTHZ_KS_FIELDS, "a privilege without a key");
	is_number(reads_info_bytes("7;7;1;0;1;a\0b", 13), AUTHZ_KS_FIELDS, "a NUL");

	/* It cannot be told from what its maker meant. */
	is_number(reads_info("7;7;1;0;1;ann;edit:*;"), AUTHZ_KS_OK, "a ';' in a user");
	is_text(ks.privileges, "edit:*", "moves what follows");
}

/*
 * From the hash of 'secret info' that of 'secret info padding more' follows
 * without the secret, if its length is known.
 */
static void
v1_goes_on(const char *info, const char *more)
{
	size_t signed_length = strlen(SECRET) + strlen(info);
	size_t padding =
		64 - signed_length % 64 < 9 ? 128 - signed_length % 64 : 64 - signed_length % 64;
	static uint8_t forged[512];
	uint8_t digest[20];
	char hash[41];
	size_t at = 41;
	SHA_CTX state;

	/* The state that the good hash stands for. */
	reads_info(info);
	SHA1_Init(&state);
	for (int i = 0; i < 5; i++)
	{
		char word[9] = "";

		memcpy(word, ks.id + 8 * i, 8);
		(&state.h0)[i] = (SHA_LONG) strtoul(word, NULL, 16);
	}
	state.Nl = (SHA_LONG) ((signed_length + padding) * 8);
	SHA1_Update(&state, more, strlen(more));
	SHA1_Final(digest, &state);
	authz_hex_encode(digest, sizeof(digest), hash);

	memcpy(forged, hash, 40);
	forged[40] = '|';
	memcpy(forged + at, info, strlen(info));
	at += strlen(info);
	memset(forged + at, 0, padding);
	forged[at] = 0x80;
	for (int i = 0; i < 8; i++)
		forged[at + padding - 1 - i] = (uint8_t) ((uint64_t) signed_length * 8 >> 8 * i);
	at += padding;
	memcpy(forged + at, more, strlen(more));
	at += strlen(more);
	to_text(forged, at);
	is_number(reads(text), AUTHZ_KS_FIELDS,
			  "a hash that goes on is a good hash of nothing printable");
}

/* V2 ------------------------------------------------------------------------------ */

#define GOOD "_e=2100000000&_t=0&_u=ann"

static void
fields_are(const char *fields, const char *privileges)
{
	is_number(reads_fields(fields), AUTHZ_KS_OK, fields);
	is_text(ks.privileges, privileges, "privileges");
}

static void
v2(void)
{
	fields_are(GOOD, "");
	fields_are("a=1&" GOOD, "a:1");
	fields_are(GOOD "&a=1&b=", "a:1,b");
	fields_are("a=1%2F2&" GOOD "&b=x%3Ay&_m=8&_d=%26", "a:1/2,b:x:y");
	is_text(ks.additional, "&", "additional data");
	fields_are("all=%2A&" GOOD, "*");
	fields_are("all=%2A&b=&" GOOD, "all:*,b");
	fields_are("all=x&" GOOD, "all:x");
	fields_are("a=+b&" GOOD, "a: b");
	fields_are("a=b=c&" GOOD, "a:b=c");
	fields_are("%61=%2a&" GOOD, "a:*");
	fields_are("a=%c3%a4&" GOOD, "a:\xc3\xa4");
	fields_are("_t=2&_e=2100000000", "");
	ok(ks.type == AUTHZ_KS_ADMIN_TYPE && ks.user_id[0] == '\0', "fields in any order, and no user");
	fields_are("_e=1&_t=0&_u=0", "");
	is_text(ks.user_id, "", "user 0 is nobody");

	/* Names are what they are. */
	fields_are("a.b=1&a_b=2&a%5Bb%5D=3&a%5B%5D=4&" GOOD, "a.b:1,a_b:2,a[b]:3,a[]:4");
	fields_are(".e=1&" GOOD, ".e:1");
}

static void
v2_refused(const char *fields, const char *why)
{
	is_number(reads_fields(fields), AUTHZ_KS_FIELDS, why);
}

static void
v2_fields(void)
{
	v2_refused("_t=0&_u=ann", "no expiry");
	v2_refused("_e=1&_u=ann", "no type");
	v2_refused("_e=1&_t=1&_u=ann", "type 1");
	v2_refused("_e=1&_t=00&_u=ann", "type 00");
	v2_refused("_e=&_t=0&_u=ann", "empty expiry");
	v2_refused("_e=1&_t=0&_u=ann&_e=2100000000", "expiry twice");
	v2_refused(GOOD "&_t=2", "type twice");
	v2_refused(GOOD "&_u=bob", "user twice");
	v2_refused("a=1&" GOOD "&a=2", "a privilege twice");
	v2_refused("a=&" GOOD "&a=2", "with a value or without");
	v2_refused(GOOD "&", "an empty field");
	v2_refused(GOOD "&a", "no '='");
	v2_refused("=1&" GOOD, "no name");
	v2_refused("a%2Csetrole=7&" GOOD, "a ',' in a name");
	v2_refused("a=1%2Cdisableentitlement&" GOOD, "a ',' in a value");
	v2_refused("edit%3A*=1&" GOOD, "a ':' in a name");
	v2_refused("+setrole=7&" GOOD, "a space before a name");
	v2_refused("a=7+&" GOOD, "a space after a value");
	v2_refused("a+=&" GOOD, "a space after a name alone");
	v2_refused("a=%&" GOOD, "an escape of nothing");
	v2_refused("a=%4&" GOOD, "of half a byte");
	v2_refused("a=%4g&" GOOD, "of no number");
	v2_refused("a=%00&" GOOD, "a NUL");
	v2_refused("a=%0A&" GOOD, "a control character");
	v2_refused("a=%7F&" GOOD, "another one");
	v2_refused("_e=1&_t=0&_u=a%00b", "a NUL in a user");
	v2_refused("_e=1&_t=0&_u=a%C0%AFb", "an overlong sequence");
	v2_refused("_e=1&_t=0&_u=%ED%A0%80", "a surrogate");
	v2_refused("_e=1&_t=0&_u=%F4%90%80%80", "beyond Unicode");
	v2_refused("_e=1&_t=0&_u=%C3", "half a character");
	v2_refused("_e=1&_t=0&_u=ann&_m=x", "a master that is no number");
}

static void
v2_blocks(void)
{
	size_t n = strlen(GOOD);

	encrypt("v2|7|", GOOD, n, fill(n));
	ok(is_good(text), "filled as it must be");
	encrypt("v2|7|", GOOD, n, fill(n) + 16);
	is_number(reads(text), AUTHZ_KS_SIGNATURE, "by a block too much");
	encrypt("v2|7|", GOOD "&a=xyz", n + 6, 16 - (36 + n + 6) % 16 + 16);
	is_number(reads(text), AUTHZ_KS_SIGNATURE, "and more");
	encrypt("v2|7|x", GOOD, n, fill(n));
	is_number(reads(text), AUTHZ_KS_MALFORMED, "no whole blocks");
	encrypt("v2|7|", "", 0, 12);
	ok(!is_good(text), "no fields");
	encrypt("v2||", GOOD, n, fill(n));
	is_number(reads(text), AUTHZ_KS_MALFORMED, "no account");
	encrypt("v2|0|", GOOD, n, fill(n));
	is_number(reads(text), AUTHZ_KS_MALFORMED, "account 0");
	encrypt("v2|-7|", GOOD, n, fill(n));
	is_number(reads(text), AUTHZ_KS_MALFORMED, "account -7");
	encrypt("v2|07|", GOOD, n, fill(n));
	is_number(reads(text), AUTHZ_KS_MALFORMED, "account 07");
	encrypt("v2|4294967303|", GOOD, n, fill(n));
	is_number(reads(text), AUTHZ_KS_MALFORMED, "account 7 and 2^32");
	encrypt("V2|7|", GOOD, n, fill(n));
	is_number(reads(text), AUTHZ_KS_MALFORMED, "version V2");
	encrypt("v3|7|", GOOD, n, fill(n));
	is_number(reads(text), AUTHZ_KS_MALFORMED, "version 3");
	to_text("v2|7|", 5);
	is_number(reads(text), AUTHZ_KS_MALFORMED, "nothing encrypted");
	to_text("v2|7", 4);
	is_number(reads(text), AUTHZ_KS_MALFORMED, "no end of the account");
	to_text("v2|", 3);
	is_number(reads(text), AUTHZ_KS_MALFORMED, "the mark alone");
}

/* Writing --------------------------------------------------------------------------- */

static AuthzKs
sample(const char *user_id, const char *privileges)
{
	static AuthzKs sampled;

	memset(&sampled, 0, sizeof(sampled));
	sampled.account_id = 7;
	sampled.type = AUTHZ_KS_ADMIN_TYPE;
	sampled.expires_at = 2100000000;
	snprintf(sampled.user_id, sizeof(sampled.user_id), "%s", user_id);
	snprintf(sampled.privileges, sizeof(sampled.privileges), "%s", privileges);
	return sampled;
}

static AuthzKsResult
writes(const char *user_id, const char *privileges)
{
	AuthzKs from = sample(user_id, privileges);
	size_t length;
	AuthzKsResult result = authz_ks_write(&from, SECRET, random_v2, text, sizeof(text), &length);

	if (result == AUTHZ_KS_OK)
		ok(is_good(text) && strlen(text) == length && ks.version == 2 && ks.account_id == 7 &&
			   ks.type == AUTHZ_KS_ADMIN_TYPE && strcmp(ks.user_id, user_id) == 0 &&
			   strcmp(ks.id, from.id) == 0,
		   "read again");
	return result;
}

static void
written(const char *privileges, const char *expected)
{
	is_number(writes("ann", privileges), AUTHZ_KS_OK, privileges);
	is_text(ks.privileges, expected, "privileges");
}

static void
writing(void)
{
	AuthzKs from = sample("ann", "a");
	size_t length;

	written("", "");
	written("a", "a");
	written("a:", "a");
	written(" a:b/c , d ", "a:b/c,d");
	written("a:b:c//d", "a:b:c//d");
	written("a:&=+%~ \xc3\xa4", "a:&=+%~ \xc3\xa4");
	written("*", "*");
	written("all:*", "*");
	written("*,a", "*,a");
	written("a.b:1,a_b:2", "a.b:1,a_b:2");

	/* The values of one key add up, where the original keeps the last. */
	written("edit:a,x,edit:b/c,edit", "edit:a/b/c,x");
	written("edit,edit:b", "edit:b");
	written("urirestrict:/a/*,urirestrict:/b", "urirestrict:/a/*|/b");
	written("iprestrict:10.0.0.0,iprestrict:8", "iprestrict:10.0.0.0//8");

	is_number(writes("\xc3\xa4 \xe2\x82\xac", ""), AUTHZ_KS_OK, "a user of other letters");
	is_number(writes("a=b&c;d,e:f|g%00", ""), AUTHZ_KS_OK, "of characters that part others");
	is_number(writes("0", ""), AUTHZ_KS_FIELDS, "one that would be read as nobody");
	is_number(writes("a\nb", ""), AUTHZ_KS_FIELDS, "with a control character");
	is_number(writes("a\xff", ""), AUTHZ_KS_FIELDS, "in no UTF-8");
	is_number(writes("ann", ":x"), AUTHZ_KS_FIELDS, "a privilege without a key");
	is_number(writes("ann", "_t:2"), AUTHZ_KS_FIELDS, "a field of the session");
	is_number(writes("ann", "_u:eve"), AUTHZ_KS_FIELDS, "another");
	is_number(writes("ann", "a,_e:1"), AUTHZ_KS_FIELDS, "another");
	is_number(writes("ann", "_d:x"), AUTHZ_KS_FIELDS, "another");
	is_number(writes("ann", "_m:5"), AUTHZ_KS_FIELDS, "another");
	is_number(writes("ann", "a:\x01"), AUTHZ_KS_FIELDS, "a control character in a privilege");

	authz_ks_write(&from, SECRET, random_v2, text, sizeof(text), &length);
	ok(authz_ks_write(&from, SECRET, random_v2, text, length, &length) == AUTHZ_KS_MALFORMED,
	   "no room for the end");
	ok(authz_ks_write(&from, SECRET, random_v2, text, 0, &length) == AUTHZ_KS_MALFORMED, "no room");
	from = sample("ann", "");
	memset(from.privileges, '%', AUTHZ_KS_PRIVILEGES_MAX);
	ok(authz_ks_write(&from, SECRET, random_v2, text, sizeof(text), &length) == AUTHZ_KS_MALFORMED,
	   "too long when encoded");
	memset(from.privileges, 'a', AUTHZ_KS_PRIVILEGES_MAX);
	ok(authz_ks_write(&from, SECRET, random_v2, text, sizeof(text), &length) == AUTHZ_KS_OK,
	   "as long as may be");
	from.account_id = 0;
	from.privileges[0] = '\0';
	ok(authz_ks_write(&from, SECRET, random_v2, text, sizeof(text), &length) == AUTHZ_KS_FIELDS,
	   "no account");
	from = sample("ann", "");
	from.expires_at = -1;
	ok(authz_ks_write(&from, SECRET, random_v2, text, sizeof(text), &length) == AUTHZ_KS_FIELDS,
	   "before 1970");
	from = sample("ann", "");
	strcpy(from.additional, "x;y&z");
	ok(authz_ks_write(&from, SECRET, random_v2, text, sizeof(text), &length) == AUTHZ_KS_OK &&
		   is_good(text) && strcmp(ks.additional, "x;y&z") == 0,
	   "additional data");
}

static void
long_users(void)
{
	char user[4 * 321 + 1];

	for (int i = 0; i < 321; i++)
		memcpy(user + 4 * i, "\xf0\x9f\x94\x91", 5);
	user[4 * 320] = '\0';
	is_number(writes(user, ""), AUTHZ_KS_OK, "320 characters of a user");
	memset(user, 'a', 321);
	user[321] = '\0';
	is_number(writes(user, ""), AUTHZ_KS_FIELDS, "321");
}

static void
naming(void)
{
	bool all = true;

	for (int result = 0; result < AUTHZ_KS_RESULTS; result++)
		all &= authz_ks_word((AuthzKsResult) result) != NULL;
	ok(all, "there is a word for each result");
	is_text(authz_ks_word(AUTHZ_KS_EXPIRED), "expired", "such as this");
}

int
main(void)
{
	vectors();
	not_by_another_secret(made_v2, "V2");
	not_by_another_secret(made_v1, "V1");
	altered(made_v2, strlen("v2|1234569|"), "V2");
	altered(made_v1, 0, "V1");
	accounts_are_bound_by_secrets();
	spelling();
	v1();
	v1_goes_on("7;7;2100000000;0;1;ann;view:*", ",disableentitlement,edit:*");
	v1_goes_on("7;7;2100000000;0;1", ";eve;disableentitlement");
	v2();
	v2_fields();
	v2_blocks();
	writing();
	long_users();
	naming();
	return tap_end();
}
