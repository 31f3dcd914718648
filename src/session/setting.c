/*
 * setting.c
 *	  The settings of authz, and among them the session: a signed text.
 *
 * The check hook judges form and length only: it runs outside transactions, in
 * starting workers and when a value set before the library was loaded is
 * adopted. Its messages are its own, because PostgreSQL's print the value.
 */
#include "postgres.h"

#include <limits.h>

#include "common/hashfn.h"
#include "pure/token.h"
#include "session/setting.h"
#include "utils/guc.h"

static char *session = NULL;
static uint64 serial = 1;
static uint64 fingerprint = 0;
static int account = 0;
static int cache_memory = 16384;
static int clock_skew = 30;
static bool require_ssl = true;
static char *request_path = NULL;
static char *request_address = NULL;
static uint64 request_serial = 1;

/* What catalogs and files store is readable by many and makes every connection that user. */
static bool
is_stored(GucSource source)
{
	switch (source)
	{
		case PGC_S_FILE:
		case PGC_S_GLOBAL:
		case PGC_S_DATABASE:
		case PGC_S_USER:
		case PGC_S_DATABASE_USER:
		case PGC_S_TEST:
			return true;
		default:
			return false;
	}
}

static bool
check_session(char **newval, void **extra, GucSource source)
{
	const char *raw = *newval;
	size_t length;

	if (raw == NULL || *raw == '\0')
		return true;
	if (is_stored(source))
	{
		GUC_check_errcode(ERRCODE_FEATURE_NOT_SUPPORTED);
		GUC_check_errmsg("authz.session cannot be stored");
		GUC_check_errhint(
			"Others can read what is stored for a role, a database, a function or in a "
			"file. Set it in each connection with a bind parameter.");
		return false;
	}
	length = strlen(raw);
	if (length > AUTHZ_TOKEN_MAX_BYTES)
	{
		GUC_check_errcode(ERRCODE_INVALID_PARAMETER_VALUE);
		GUC_check_errmsg("value of authz.session is too long");
		GUC_check_errhint("A session token has at most %d bytes.", AUTHZ_TOKEN_MAX_BYTES);
		return false;
	}
	for (size_t i = 0; i < length; i++)
	{
		if (raw[i] < ' ' || raw[i] > '~')
		{
			GUC_check_errcode(ERRCODE_INVALID_PARAMETER_VALUE);
			GUC_check_errmsg("value of authz.session is not printable text");
			return false;
		}
	}
	return true;
}

static void
assign_session(const char *newval, void *extra)
{
	serial++;
	fingerprint = newval == NULL || *newval == '\0'
					  ? 0
					  : hash_bytes_extended((const unsigned char *) newval, strlen(newval), 0);
}

static void
assign_request(const char *newval, void *extra)
{
	request_serial++;
}

static const char *
show_session(void)
{
	return session == NULL || *session == '\0' ? "" : "(redacted)";
}

void
authz_setting_init(void)
{
	DefineCustomIntVariable("authz.account",
							"The account that management calls without a session act for.",
							"0 means the only account there is.", &account, 0, 0, INT_MAX,
							PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable(
		"authz.cache_memory", "Memory that each connection may keep of loaded rights.", NULL,
		&cache_memory, 16384, 64, MAX_KILOBYTES, PGC_SUSET, GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomIntVariable("authz.clock_skew",
							"Time by which the clock of a token's maker may be ahead.", NULL,
							&clock_skew, 30, 0, 3600, PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);
	DefineCustomStringVariable(AUTHZ_REQUEST_ADDRESS,
							   "The client of a gateway that this connection serves.",
							   "Sessions restricted to addresses are judged by it where the role "
							   "that has connected may set it, else by where it connects from.",
							   &request_address, "", PGC_SUSET, 0, NULL, assign_request, NULL);
	DefineCustomStringVariable("authz.request_path",
							   "The path of the request that this connection serves.",
							   "Sessions restricted to paths are judged by it.", &request_path, "",
							   PGC_SUSET, 0, NULL, assign_request, NULL);
	DefineCustomBoolVariable("authz.require_ssl",
							 "Refuses passwords and secrets that come over TCP without TLS.", NULL,
							 &require_ssl, true, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomStringVariable("authz.session", "The session token that says who is asking.", NULL,
							   &session, "", PGC_USERSET,
							   GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE,
							   check_session, assign_session, show_session);
	MarkGUCPrefixReserved("authz");
}

const char *
authz_setting_session(void)
{
	return session == NULL ? "" : session;
}

uint64
authz_setting_serial(void)
{
	return serial;
}

uint64
authz_setting_fingerprint(void)
{
	return fingerprint;
}

int
authz_setting_account(void)
{
	return account;
}

Size
authz_setting_cache_memory(void)
{
	return (Size) cache_memory * 1024;
}

int
authz_setting_clock_skew(void)
{
	return clock_skew;
}

bool
authz_setting_require_ssl(void)
{
	return require_ssl;
}

const char *
authz_setting_request_path(void)
{
	return request_path == NULL ? "" : request_path;
}

const char *
authz_setting_request_address(void)
{
	return request_address == NULL ? "" : request_address;
}

uint64
authz_setting_request_serial(void)
{
	return request_serial;
}
