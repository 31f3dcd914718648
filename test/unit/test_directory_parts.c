/*
 * test_directory_parts.c
 *	  The small parts of the directory client: text, credentials, servers, SIDs,
 *	  ranges, reasons, memory.
 */
#include <stdint.h>
#include <stdlib.h>

#include "directory/arena.h"
#include "directory/credential.h"
#include "directory/outcome.h"
#include "directory/range.h"
#include "directory/server.h"
#include "directory/sid.h"
#include "directory/text.h"

#include "tap.h"

static void
is_utf8(const char *text, bool expected)
{
	ok(authz_text_is_utf8(text, strlen(text)) == expected, "%s", expected ? "UTF-8" : "no UTF-8");
}

static void
quoted(const char *text, size_t size, const char *expected)
{
	char out[64];

	authz_text_quote(out, size, text);
	is_text(out, expected, "quoted");
}

static void
texts(void)
{
	is_utf8("", true);
	is_utf8("a", true);
	is_utf8("\x7f", true);
	is_utf8("\xc2\x80", true);
	is_utf8("\xdf\xbf", true);
	is_utf8("\xe0\xa0\x80", true);
	is_utf8("\xed\x9f\xbf", true);
	is_utf8("\xee\x80\x80", true);
	is_utf8("\xef\xbf\xbf", true);
	is_utf8("\xf0\x90\x80\x80", true);
	is_utf8("\xf4\x8f\xbf\xbf", true);

	is_utf8("\x80", false);
	is_utf8("\xbf", false);
	is_utf8("\xc0\x80", false);
	is_utf8("\xc1\xbf", false);
	is_utf8("\xc2", false);
	is_utf8("\xc2"
			"a",
			false);
	is_utf8("\xe0\x9f\xbf", false);
	is_utf8("\xe0\xa0", false);
	is_utf8("\xed\xa0\x80", false);
	is_utf8("\xed\xbf\xbf", false);
	is_utf8("\xf0\x8f\xbf\xbf", false);
	is_utf8("\xf0\x90\x80", false);
	is_utf8("\xf4\x90\x80\x80", false);
	is_utf8("\xf5\x80\x80\x80", false);
	is_utf8("\xff", false);
	ok(authz_text_is_utf8("a\0b", 3), "a NUL is a character");

	for (int c = 0; c < 128; c++)
	{
		char byte = (char) c;

		ok(authz_text_is_printable(&byte, 1) == (c >= ' ' && c < 0x7f), "character %d", c);
	}
	ok(!authz_text_is_printable("\xc2\x80", 2), "U+0080 is a control character");
	ok(!authz_text_is_printable("\xc2\x9f", 2), "U+009F, too");
	ok(authz_text_is_printable("\xc2\xa0", 2), "U+00A0 is none");
	ok(!authz_text_is_printable("a\xff", 2), "bytes that are no text");

	quoted(NULL, 64, "");
	quoted("plain \xc3\xa4", 64, "plain \xc3\xa4");
	quoted("a\nb\x1b[31m\x7f\xc2\x9b", 64, "a?b?[31m??");
	quoted("\xff\xc3(", 64, "?\?(");
	quoted("abcdef", 4, "abc");
	quoted("ab\xc3\xa4", 4, "ab");
	quoted("ab\xc3\xa4", 5, "ab\xc3\xa4");
	quoted("abc", 1, "");
}

static void
credentials(void)
{
	char text[AUTHZ_PASSWORD_MAX + 1];

	memset(text, 'a', sizeof(text));
	ok(authz_user_name_is_good("a", 1), "a name");
	ok(authz_user_name_is_good("*)(uid=*", 8), "whatever it means to others");
	ok(authz_user_name_is_good(text, AUTHZ_USER_NAME_MAX), "the longest name");
	ok(!authz_user_name_is_good(text, AUTHZ_USER_NAME_MAX + 1), "a longer one");
	ok(!authz_user_name_is_good("", 0), "no name");
	ok(!authz_user_name_is_good(NULL, 0), "none at all");
	ok(!authz_user_name_is_good("a\0", 2), "a NUL behind");
	ok(!authz_user_name_is_good("\0", 1), "a NUL alone");
	ok(!authz_user_name_is_good("a\tb", 3), "a tabulator");
	ok(!authz_user_name_is_good("\xc3", 1), "half a character");

	ok(authz_password_is_good("a", 1), "a password");
	ok(authz_password_is_good(" \t\n\xff", 4), "of any bytes");
	ok(authz_password_is_good(text, AUTHZ_PASSWORD_MAX), "the longest password");
	ok(!authz_password_is_good(text, AUTHZ_PASSWORD_MAX + 1), "a longer one");
	ok(!authz_password_is_good("", 0), "no password");
	ok(!authz_password_is_good(NULL, 0), "none at all");
	ok(!authz_password_is_good("a\0b", 3), "a NUL");
	ok(!authz_password_is_good("\0", 1), "nothing else");
}

static void
server(const char *uri, const char *expected)
{
	AuthzServer read;

	is_text(authz_server_read(&read, uri) ? read.uri : "none", expected, uri);
}

static void
servers(void)
{
	AuthzServer read;
	char uri[400];

	server("ldap://directory.example.org", "ldap://directory.example.org:389");
	server("ldaps://directory.example.org", "ldaps://directory.example.org:636");
	server("LDAPS://directory:3269", "ldaps://directory:3269");
	server("ldap://127.0.0.1:10389/", "none");
	server("ldap://127.0.0.1/", "ldap://127.0.0.1:389");
	server("ldaps://[::1]", "ldaps://[::1]:636");
	server("ldaps://[fe80::1:2]:65535", "ldaps://[fe80::1:2]:65535");
	server("ldap://a_b", "ldap://a_b:389");

	server("", "none");
	server("ldap", "none");
	server("ldap://", "none");
	server("ldaps:///", "none");
	server("ldapi:///", "none");
	server("ldapi://%2ftmp%2fsocket", "none");
	server("cldap://a", "none");
	server("http://a", "none");
	server("file:///etc/passwd", "none");
	server("ldap://a:0", "none");
	server("ldap://a:65536", "none");
	server("ldap://a:-1", "none");
	server("ldap://a:", "none");
	server("ldap://a:389x", "none");
	server("ldap://a:000389", "none");
	server("ldap://a/dc=example", "none");
	server("ldap://a/??sub", "none");
	server("ldap://a b", "none");
	server("ldap://a,b", "none");
	server("ldap://a ldap://b", "none");
	server("ldap://user@a", "none");
	server("ldap://user:password@a", "none");
	server("ldap://-a", "none");
	server("ldap://[::1", "none");
	server("ldap://[::1]x", "none");
	server("ldap://[a.example]", "none");
	server("ldap://::1", "none");
	server("ldap://\xc3\xa4", "none");
	server("ldap://a%2e", "none");
	server("ldap://a\n", "none");

	memset(uri, 'a', sizeof(uri));
	memcpy(uri, "ldaps://", 8);
	uri[8 + AUTHZ_HOST_MAX] = '\0';
	ok(authz_server_read(&read, uri) && read.tls && read.port == 636 &&
		   strlen(read.host) == AUTHZ_HOST_MAX,
	   "the longest host");
	uri[8 + AUTHZ_HOST_MAX] = 'a';
	uri[9 + AUTHZ_HOST_MAX] = '\0';
	ok(!authz_server_read(&read, uri), "a longer one");
}

static void
sids(void)
{
	static const uint8_t user[] = {1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0,	0, 1, 0,
								   0, 0, 2, 0, 0, 0, 3, 0, 0,  0, 0xe9, 3, 0, 0};
	static const uint8_t world[] = {1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0};
	uint8_t longest[AUTHZ_SID_MAX_BYTES] = {1, 15};
	char text[AUTHZ_SID_MAX_TEXT];
	AuthzSid sid;
	AuthzSid group;
	uint32_t rid;

	ok(authz_sid_read(&sid, user, sizeof(user)), "a SID");
	authz_sid_write(&sid, text);
	is_text(text, "S-1-5-21-1-2-3-1001", "as text");
	ok(authz_sid_of_domain(&group, &sid, 513), "another one of its domain");
	authz_sid_write(&group, text);
	is_text(text, "S-1-5-21-1-2-3-513", "as text");
	ok(authz_sid_of_domain(&group, &sid, UINT32_MAX), "the greatest");
	authz_sid_write(&group, text);
	is_text(text, "S-1-5-21-1-2-3-4294967295", "as text");
	ok(authz_sid_read(&sid, world, sizeof(world)), "everyone");
	authz_sid_write(&sid, text);
	is_text(text, "S-1-1-0", "as text");

	memset(longest + 2, 0xff, sizeof(longest) - 2);
	ok(authz_sid_read(&sid, longest, sizeof(longest)), "the longest");
	authz_sid_write(&sid, text);
	is_number((long long) strlen(text), 4 + 15 + 15 * 11, "as text");

	ok(!authz_sid_read(&sid, user, sizeof(user) - 1), "too short");
	ok(!authz_sid_read(&sid, user, 0), "nothing");
	ok(!authz_sid_read(&sid, world, 8), "without its end");
	longest[0] = 2;
	ok(!authz_sid_read(&sid, longest, sizeof(longest)), "another revision");
	longest[0] = 1;
	longest[1] = 16;
	ok(!authz_sid_read(&sid, longest, sizeof(longest)), "more than there may be");
	ok(authz_sid_read(&sid, (const uint8_t[]){1, 0, 0, 0, 0, 0, 0, 5}, 8) &&
		   !authz_sid_of_domain(&group, &sid, 513),
	   "one without a relative id is in no domain");

	ok(authz_sid_read_rid(&rid, "513") && rid == 513, "a relative id");
	ok(authz_sid_read_rid(&rid, "0") && rid == 0, "none");
	ok(authz_sid_read_rid(&rid, "4294967295") && rid == UINT32_MAX, "the greatest");
	ok(!authz_sid_read_rid(&rid, "4294967296"), "a greater one");
	ok(!authz_sid_read_rid(&rid, "99999999999"), "many digits");
	ok(!authz_sid_read_rid(&rid, ""), "nothing");
	ok(!authz_sid_read_rid(&rid, "-5"), "below zero");
	ok(!authz_sid_read_rid(&rid, "0513"), "with zeros");
	ok(!authz_sid_read_rid(&rid, "5 "), "with a space");
}

static void
range(const char *description, const char *expected)
{
	AuthzRange read;
	char got[64] = "none";

	if (authz_range_read(&read, description, "member"))
		snprintf(got, sizeof(got), read.is_last ? "%u-*" : "%u-%u", read.first, read.last);
	is_text(got, expected, description);
}

static void
ranges(void)
{
	char text[32];

	range("member;range=0-1499", "0-1499");
	range("Member;Range=1500-2999", "1500-2999");
	range("member;range=3000-*", "3000-*");
	range("member;range=0-0", "0-0");
	range("member;range=4294967295-*", "4294967295-*");
	range("member", "none");
	range("member;range=", "none");
	range("member;range=0", "none");
	range("member;range=0-", "none");
	range("member;range=-1", "none");
	range("member;range=*-1", "none");
	range("member;range=5-4", "none");
	range("member;range=0-*x", "none");
	range("member;range=0-1 ", "none");
	range("member;range=4294967296-*", "none");
	range("member;range=00000000000-*", "none");
	range("member;lang-de;range=0-1", "none");
	range("members;range=0-1", "none");
	range("memberOf;range=0-1", "none");
	range("membe", "none");
	ok(authz_range_write(text, sizeof(text), "member", 1500), "the next portion");
	is_text(text, "member;range=1500-*", "is asked for");
	ok(!authz_range_write(text, 20 - 1, "member", 1500), "where there is room");
}

static void
reason(const char *diagnostic, AuthzBindReason expected)
{
	is_number(authz_bind_reason_of_text(diagnostic), expected,
			  diagnostic == NULL ? "nothing" : diagnostic);
}

static void
outcomes(void)
{
	reason(
		"80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 52e, v1db1",
		AUTHZ_REASON_WRONG);
	reason("80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 525, v893",
		   AUTHZ_REASON_UNKNOWN_USER);
	reason("x, data 530, v", AUTHZ_REASON_TIME);
	reason("x, data 531, v", AUTHZ_REASON_PLACE);
	reason("x, data 532, v", AUTHZ_REASON_PASSWORD_EXPIRED);
	reason("x, data 533, v", AUTHZ_REASON_DISABLED);
	reason("x, data 701, v", AUTHZ_REASON_ACCOUNT_EXPIRED);
	reason("x, data 773, v", AUTHZ_REASON_MUST_CHANGE);
	reason("x, data 775, v", AUTHZ_REASON_LOCKED);
	reason("x, data 775", AUTHZ_REASON_LOCKED);
	reason("x, DATA 775", AUTHZ_REASON_NONE);
	reason("x, data 52E, v", AUTHZ_REASON_WRONG);
	reason("x, data 7750, v", AUTHZ_REASON_NONE);
	reason("x, data 77, v", AUTHZ_REASON_NONE);
	reason("x, data , v", AUTHZ_REASON_NONE);
	reason("x, data ", AUTHZ_REASON_NONE);
	reason("", AUTHZ_REASON_NONE);
	reason(NULL, AUTHZ_REASON_NONE);
	for (int status = AUTHZ_DIRECTORY_OK; status <= AUTHZ_DIRECTORY_ABSENT; status++)
		ok(strlen(authz_directory_status_word(status)) > 1, "status %d has a word", status);
	for (int why = AUTHZ_REASON_NONE; why <= AUTHZ_REASON_EXPIRES; why++)
		ok(strlen(authz_bind_reason_word(why)) > 1, "reason %d has a word", why);
}

static void
arenas(void)
{
	AuthzArena arena;
	size_t given = 0;
	char *copy;
	void *piece;

	authz_arena_begin(&arena, 100000);
	for (size_t size = 1; (piece = authz_arena_take(&arena, size)) != NULL; size += 37)
	{
		if ((uintptr_t) piece % _Alignof(max_align_t) != 0)
			ok(false, "a piece of %zu bytes is not aligned", size);
		for (size_t i = 0; i < size; i++)
		{
			if (((char *) piece)[i] != 0)
				ok(false, "a piece is not zeroed");
		}
		memset(piece, 0xff, size);
		given += size;
	}
	ok(given > 90000 && given <= 100000, "no more than the limit is given");
	ok(authz_arena_take(&arena, SIZE_MAX) == NULL, "nor anything");
	ok(authz_arena_copy(&arena, "", SIZE_MAX) == NULL, "nor a copy of it");
	authz_arena_end(&arena);
	ok(authz_arena_take(&arena, 1) == NULL, "nothing after the end");
	authz_arena_end(&arena);

	authz_arena_begin(&arena, 100);
	copy = authz_arena_copy(&arena, "a\0b", 3);
	ok(copy != NULL && memcmp(copy, "a\0b", 4) == 0, "a copy ends with a NUL");
	ok(authz_arena_copy(&arena, NULL, 0) != NULL, "nothing can be copied");
	authz_arena_end(&arena);
}

int
main(void)
{
	texts();
	credentials();
	servers();
	sids();
	ranges();
	outcomes();
	arenas();
	return tap_end();
}
