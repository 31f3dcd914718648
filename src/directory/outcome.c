/*
 * outcome.c
 *	  How asking a directory ended.
 */
#include <string.h>

#include "directory/outcome.h"
#include "directory/text.h"

static const char *const status_words[] = {
	[AUTHZ_DIRECTORY_OK] = "ok",
	[AUTHZ_DIRECTORY_BAD_NAME] = "bad_name",
	[AUTHZ_DIRECTORY_BAD_PASSWORD] = "bad_password",
	[AUTHZ_DIRECTORY_UNKNOWN_USER] = "unknown_user",
	[AUTHZ_DIRECTORY_AMBIGUOUS_USER] = "ambiguous_user",
	[AUTHZ_DIRECTORY_DECLINED] = "declined",
	[AUTHZ_DIRECTORY_NAMELESS] = "nameless",
	[AUTHZ_DIRECTORY_WRONG_PASSWORD] = "wrong_password",
	[AUTHZ_DIRECTORY_PASSWORD_EXPIRED] = "password_expired",
	[AUTHZ_DIRECTORY_BIND_REFUSED] = "bind_refused",
	[AUTHZ_DIRECTORY_UNREACHABLE] = "unreachable",
	[AUTHZ_DIRECTORY_TLS] = "tls",
	[AUTHZ_DIRECTORY_TIMEOUT] = "timeout",
	[AUTHZ_DIRECTORY_SEARCH_USER] = "search_user",
	[AUTHZ_DIRECTORY_SEARCH_REFUSED] = "search_refused",
	[AUTHZ_DIRECTORY_REFERRAL] = "referral",
	[AUTHZ_DIRECTORY_TOO_MUCH] = "too_much",
	[AUTHZ_DIRECTORY_MALFORMED] = "malformed",
	[AUTHZ_DIRECTORY_INTERRUPTED] = "interrupted",
	[AUTHZ_DIRECTORY_CONFIGURATION] = "configuration",
	[AUTHZ_DIRECTORY_MEMORY] = "memory",
	[AUTHZ_DIRECTORY_ABSENT] = "absent",
};

static const char *const reason_words[] = {
	[AUTHZ_REASON_NONE] = "none",
	[AUTHZ_REASON_WRONG] = "wrong",
	[AUTHZ_REASON_UNKNOWN_USER] = "unknown_user",
	[AUTHZ_REASON_PASSWORD_EXPIRED] = "password_expired",
	[AUTHZ_REASON_MUST_CHANGE] = "must_change",
	[AUTHZ_REASON_LOCKED] = "locked",
	[AUTHZ_REASON_DISABLED] = "disabled",
	[AUTHZ_REASON_ACCOUNT_EXPIRED] = "account_expired",
	[AUTHZ_REASON_TIME] = "time",
	[AUTHZ_REASON_PLACE] = "place",
	[AUTHZ_REASON_EXPIRES] = "expires",
};

/* Windows' own numbers of errors, in hexadecimal. */
static const struct
{
	const char *code;
	AuthzBindReason reason;
} windows_codes[] = {
	{"525", AUTHZ_REASON_UNKNOWN_USER},
	{"52e", AUTHZ_REASON_WRONG},
	{"530", AUTHZ_REASON_TIME},
	{"531", AUTHZ_REASON_PLACE},
	{"532", AUTHZ_REASON_PASSWORD_EXPIRED},
	{"533", AUTHZ_REASON_DISABLED},
	{"701", AUTHZ_REASON_ACCOUNT_EXPIRED},
	{"773", AUTHZ_REASON_MUST_CHANGE},
	{"775", AUTHZ_REASON_LOCKED},
};

const char *
authz_directory_status_word(AuthzDirectoryStatus status)
{
	return status_words[status];
}

const char *
authz_bind_reason_word(AuthzBindReason reason)
{
	return reason_words[reason];
}

AuthzBindReason
authz_bind_reason_of_text(const char *diagnostic)
{
	static const char mark[] = ", data ";
	const char *found = diagnostic == NULL ? NULL : strstr(diagnostic, mark);
	size_t length = 0;

	if (found == NULL)
		return AUTHZ_REASON_NONE;
	found += sizeof(mark) - 1;
	while (authz_text_hex(found[length]) >= 0)
		length++;
	for (size_t i = 0; i < sizeof(windows_codes) / sizeof(windows_codes[0]); i++)
	{
		const char *code = windows_codes[i].code;

		if (authz_text_same(found, length, code, strlen(code)))
			return windows_codes[i].reason;
	}
	return AUTHZ_REASON_NONE;
}
