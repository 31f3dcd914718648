/*
 * secret.c
 *	  Secrets at rest: sealed by a key that is in a file outside the database.
 *
 * The file is read when a key is first needed, and again after a reload of the
 * configuration or when a version is not known. What needs no secret needs no
 * file, so the server starts and answers without it.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "miscadmin.h"
#include "pure/seal.h"
#include "storage/fd.h"
#include "store/secret.h"
#include "utils/guc.h"

static char *key_file = NULL;
static AuthzSealKeys keys; /* none: not read yet */

/* A reload assigns what has not changed, too: then the file may have. */
static void
assign_key_file(const char *newval, void *extra)
{
	authz_seal_keys_wipe(&keys);
}

void
authz_secret_init(void)
{
	DefineCustomStringVariable("authz.key_file",
							   "The file with the keys that seal secrets in the database.",
							   "Empty keeps secrets as they are.", &key_file, "", PGC_SIGHUP,
							   GUC_SUPERUSER_ONLY, NULL, assign_key_file, NULL);
}

bool
authz_secret_has_file(void)
{
	return key_file != NULL && *key_file != '\0';
}

/* The file ----------------------------------------------------------------- */

/* Where the file is and what is wrong with it is for the log, and for superusers. */
static void
refuse_file(const char *reason)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the key file of authz cannot be used"),
			 superuser_arg(GetSessionUserId()) ? errdetail("\"%s\": %s.", key_file, reason)
											   : errdetail_log("\"%s\": %s.", key_file, reason),
			 errhint("The server's log tells why; see authz.key_file.")));
}

/* The same that PostgreSQL asks of a private key; NULL where nothing is wrong. */
static const char *
judge_file(const struct stat *file)
{
	if (!S_ISREG(file->st_mode))
		return "it is not a regular file";
	if (file->st_uid != geteuid() && file->st_uid != 0)
		return "it belongs neither to the server's user nor to root";
	if ((file->st_uid == geteuid() && (file->st_mode & (S_IRWXG | S_IRWXO)) != 0) ||
		(file->st_uid == 0 && (file->st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)) != 0))
		return "others have access to it: it must have the mode 0600, or 0640 where it is root's";
	return NULL;
}

static const char *
describe_result(AuthzSealResult result, size_t line)
{
	switch (result)
	{
		case AUTHZ_SEAL_MALFORMED:
			return psprintf("line %zu is neither a comment nor a version, a colon and %d "
							"hexadecimal digits",
							line, 2 * AUTHZ_SEAL_KEY_BYTES);
		case AUTHZ_SEAL_TWICE:
			return psprintf("line %zu has a version or a key for the second time", line);
		case AUTHZ_SEAL_TOO_MANY:
			return "it is too long";
		default:
			return "no key is in it";
	}
}

/* Reads at most so many bytes; false with errno set. */
static bool
read_bytes(int file, char *buffer, size_t size, size_t *length)
{
	*length = 0;
	while (*length < size)
	{
		ssize_t n = read(file, buffer + *length, size - *length);

		if (n == 0)
			break;
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			*length += (size_t) n;
	}
	return true;
}

/* What is wrong with the open file, NULL for nothing: then its keys have been read. */
static const char *
read_keys(int file)
{
	static char buffer[AUTHZ_SEAL_FILE_MAX + 1];
	const char *reason;
	struct stat status;
	AuthzSealResult result;
	size_t length;
	size_t line;

	if (fstat(file, &status) != 0)
		return psprintf("%m");
	reason = judge_file(&status);
	if (reason != NULL)
		return reason;
	if (!read_bytes(file, buffer, sizeof(buffer), &length))
		reason = psprintf("%m");
	else
	{
		result = authz_seal_keys_read(buffer, length, &keys, &line);
		if (result != AUTHZ_SEAL_OK)
			reason = describe_result(result, line);
	}
	OPENSSL_cleanse(buffer, sizeof(buffer));
	return reason;
}

/* What is judged is what was opened, and a pipe keeps nobody waiting. */
static void
load_keys(void)
{
	const char *reason;
	int file;

	authz_seal_keys_wipe(&keys);
	file = OpenTransientFile(key_file, O_RDONLY | O_NONBLOCK | PG_BINARY);
	if (file < 0)
		refuse_file(psprintf("%m"));
	reason = read_keys(file);
	(void) CloseTransientFile(file);
	if (reason != NULL)
		refuse_file(reason);
}

static const AuthzSealKey *
find_key(int version)
{
	const AuthzSealKey *key = authz_seal_key_find(&keys, version);

	if (key == NULL && authz_secret_has_file())
	{
		load_keys();
		key = authz_seal_key_find(&keys, version);
	}
	if (key == NULL)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("a secret is sealed with version %d of the key, which is not there",
							   version),
						authz_secret_has_file()
							? errhint("Put it back into the file that authz.key_file names.")
							: errhint("Set authz.key_file to the file that has it.")));
	return key;
}

/* Secrets ------------------------------------------------------------------ */

/*
 * Another process may have sealed everything anew and be about to take the former
 * version out of the file: what seals now asks the file.
 */
int
authz_secret_version(void)
{
	if (!authz_secret_has_file())
		return 0;
	load_keys();
	return authz_seal_key_newest(&keys)->version;
}

static bytea *
allocate(size_t length)
{
	bytea *bytes = palloc(VARHDRSZ + length);

	SET_VARSIZE(bytes, VARHDRSZ + length);
	return bytes;
}

bytea *
authz_secret_seal(int64 secret_id, bytea *value, int version)
{
	size_t length = VARSIZE_ANY_EXHDR(value);
	uint8 nonce[AUTHZ_SEAL_NONCE_BYTES];
	bytea *sealed;

	if (version == 0)
		return value;
	if (!pg_strong_random(nonce, sizeof(nonce)))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not make a random value")));
	sealed = allocate(length + AUTHZ_SEAL_OVERHEAD);
	if (authz_seal_close(find_key(version), secret_id, nonce, (uint8 *) VARDATA_ANY(value), length,
						 (uint8 *) VARDATA(sealed)) != AUTHZ_SEAL_OK)
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not seal a secret")));
	return sealed;
}

bytea *
authz_secret_open(int64 secret_id, bytea *value, int version)
{
	size_t length = VARSIZE_ANY_EXHDR(value);
	const AuthzSealKey *key;
	bytea *secret;

	if (version == 0)
		return value;
	key = find_key(version);
	secret = allocate(length < AUTHZ_SEAL_OVERHEAD ? 0 : length - AUTHZ_SEAL_OVERHEAD);
	if (authz_seal_open(key, secret_id, (uint8 *) VARDATA_ANY(value), length,
						(uint8 *) VARDATA(secret)) != AUTHZ_SEAL_OK)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("secret " INT64_FORMAT " is damaged, or sealed by another key", secret_id),
				 errhint("Version %d in the file that authz.key_file names must be the key of "
						 "this database; else the row was changed.",
						 version)));
	return secret;
}
