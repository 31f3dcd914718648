/*
 * login_ldap.c
 *	  Users whom a directory knows.
 *
 * The directory is asked while nothing is written and no row is locked; what a
 * statement has anyway is held, its snapshot and the lock that reading authz's
 * tables takes, and who waits for all backends (DROP DATABASE) waits for it. A
 * cancel ends the wait at once, but not before the attempt is counted, if the
 * directory was asked about the password: else who cancels what lasts too long
 * would guess for nothing.
 *
 * What the directory says in words is for the audit. Who asks is told nothing.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "directory/directory.h"
#include "miscadmin.h"
#include "sql/directory_settings.h"
#include "sql/login_ldap.h"
#include "sql/login_password.h"
#include "sql/spelling.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/formatting.h"

/* What is asked, in UTF-8, and what becomes of it. */
typedef struct Question
{
	const AuthzSignIn *sign_in;
	AuthzWho *who;
	const char *user;
	const char *lower; /* the same in lower case, as this database has it */
	char *password;	   /* NULL: he has proved otherwise who he is */
	ErrorData *error;  /* to be raised when the directory is closed */
} Question;

/* What ends the wait. It is acted upon when libldap has nothing in its hands. */
static bool
is_interrupted(void *argument)
{
	return InterruptPending && authz_interrupt_ends_statement();
}

/*
 * Whether the entry has to wait: known before it is asked about, or how long it
 * takes would tell a right password from a wrong one. An error has to wait, too.
 */
static bool
declines(void *argument, const char *entry)
{
	Question *question = argument;
	MemoryContext context = CurrentMemoryContext;
	volatile bool waits = true;

	question->who->tried_on = authz_spelling_fold(entry);
	PG_TRY();
	{
		waits = authz_login_must_wait(question->sign_in, question->who);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		question->error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	return waits;
}

/* Answers --------------------------------------------------------------------- */

static char *
text_or_null(const char *utf8)
{
	return utf8 == NULL ? NULL : authz_directory_text_from(utf8);
}

static bool
repeats(const char *text, const char *secret)
{
	return authz_is_given(secret) && strstr(text, secret) != NULL;
}

/* What the server said, unless it says a password again. */
static const char *
diagnostic(const AuthzDirectoryAudit *audit, const AuthzDirectoryConfig *config,
		   const Question *question)
{
	const char *said = text_or_null(audit->diagnostic);

	if (*audit->server == '\0')
		return NULL;
	if (said == NULL || repeats(audit->diagnostic, question->password) ||
		repeats(audit->diagnostic, config->search_password))
		said = "";
	return psprintf("%s, result %d, %s: %s", audit->server, audit->code,
					authz_bind_reason_word(audit->reason), said);
}

/* The role's name, NULL where it does not count. */
static char *
role_name(const char *role_id)
{
	static AuthzStatement statement = {
		.sql = "SELECT name FROM authz.role WHERE role_id = $1::bigint AND status = 'active'",
		.nargs = 1,
		.argtypes = {TEXTOID},
	};
	MemoryContext caller = CurrentMemoryContext;
	char *name = NULL;
	Datum values[1];
	AuthzActing acting;

	values[0] = CStringGetTextDatum(role_id);
	authz_store_begin(&acting);
	if (authz_store_read_fresh(&statement, values, NULL) == 1)
		name = MemoryContextStrdup(caller, authz_store_text(0, 1));
	authz_store_end(&acting);
	return name;
}

/* Takes over what the directory tells; its own memory goes. The role is its number still. */
static bool
take(const AuthzDirectoryResult *result, const AuthzDirectoryConfig *config,
	 const Question *question)
{
	AuthzWho *who = question->who;

	/* Why it was declined, has been said. */
	if (result->status != AUTHZ_DIRECTORY_DECLINED)
		who->reason = psprintf("directory: %s", authz_directory_status_word(result->status));
	who->diagnostic = diagnostic(&result->audit, config, question);
	who->unjudged = !result->asked && result->status >= AUTHZ_DIRECTORY_UNREACHABLE;
	if (result->status != AUTHZ_DIRECTORY_OK)
		return false;
	who->user_id = text_or_null(result->name);
	who->first_name = text_or_null(result->first_name);
	who->last_name = text_or_null(result->last_name);
	who->email = text_or_null(result->email);
	who->role = result->role == NULL ? NULL : pstrdup(result->role);
	return true;
}

/* Asking ---------------------------------------------------------------------- */

static void
wipe(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
}

/* Whatever becomes of it, nothing is left open, and nothing secret in memory. */
static bool
ask(AuthzDirectoryConfig *config, Question *question)
{
	const AuthzDirectoryCallbacks callbacks = {is_interrupted, declines, question};
	AuthzDirectory *directory = authz_directory_open(config, &callbacks);
	size_t length = strlen(question->user);
	volatile bool known = false;

	PG_TRY();
	{
		if (directory == NULL)
			ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
		known =
			take(question->password == NULL
					 ? authz_directory_look_up(directory, question->user, length)
					 : authz_directory_authenticate(directory, question->user, length,
													question->password, strlen(question->password)),
				 config, question);
	}
	PG_FINALLY();
	{
		authz_directory_close(directory);
		authz_directory_settings_wipe(config);
		wipe(question->password);
	}
	PG_END_TRY();
	if (question->error != NULL)
		ReThrowError(question->error);
	return known;
}

/* Asks the application's directory, if one is set. */
static bool
ask_directory(Question *question)
{
	const AuthzSignIn *sign_in = question->sign_in;
	AuthzWho *who = question->who;
	AuthzDirectoryConfig *config =
		authz_directory_settings_read(sign_in->application, sign_in->authz == AUTHZ_AUTHZ_LDAP);

	if (config == NULL)
	{
		who->reason = "the directory is not set up";
		who->unjudged = true;
		return false;
	}

	/* Made of what was typed, the entry has as many names as the user, and is not searched. */
	if (config->bind_method == AUTHZ_BIND_DIRECT && question->password != NULL)
	{
		who->tried_on = authz_spelling_fold(question->lower);
		if (authz_login_must_wait(sign_in, who))
		{
			authz_directory_settings_wipe(config);
			return false;
		}
	}
	return ask(config, question);
}

/* Adapters -------------------------------------------------------------------- */

/* As users are compared by here. */
static char *
lower_case(const char *text)
{
	return str_tolower(text, strlen(text), DEFAULT_COLLATION_OID);
}

/* Whether it can be said here who that is, and by which role. */
static bool
finish(AuthzWho *who)
{
	if (who->user_id == NULL)
	{
		who->reason = "the name cannot be written in this database";
		return false;
	}
	if (who->role == NULL)
		return true;
	who->role = role_name(who->role);
	who->reason = "the role is unknown";
	return who->role != NULL;
}

bool
authz_authenticate_ldap(const AuthzSignIn *sign_in, const void *credential, AuthzWho *who)
{
	const AuthzNameAndPassword *given = credential;
	Question question = {
		.sign_in = sign_in,
		.who = who,
		.user = authz_directory_text(given->user_id),
		.lower = authz_directory_text(lower_case(given->user_id)),
		.password = authz_directory_text(given->password),
	};

	return question.user != NULL && question.lower != NULL && question.password != NULL &&
		   ask_directory(&question) && finish(who);
}

bool
authz_authorize_ldap(const AuthzSignIn *sign_in, AuthzWho *who)
{
	AuthzWho told = {0};
	Question question = {
		.sign_in = sign_in,
		.who = &told,
		.user = authz_directory_text(who->user_id),
	};
	bool known;

	who->reason = "directory: bad_name";
	if (question.user == NULL)
		return false;
	known = ask_directory(&question) && finish(&told);
	who->reason = told.reason;
	who->diagnostic = told.diagnostic;
	if (!known)
		return false;

	/* Directories find people by other names than their own. */
	if (strcmp(lower_case(told.user_id), lower_case(who->user_id)) != 0)
	{
		who->reason = "the directory has another name for the user";
		return false;
	}
	who->role = told.role;
	return true;
}
