/*
 * directory.c
 *	  Asking a directory who somebody is: server by server, step by step.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/rand.h>

#include "directory/bind.h"
#include "directory/directory.h"
#include "directory/dn.h"
#include "directory/groups.h"
#include "directory/person.h"
#include "directory/question.h"

struct AuthzDirectory
{
	const AuthzDirectoryConfig *config;
	AuthzDirectoryCallbacks callbacks;
	AuthzArena arena;
	AuthzDirectoryResult result;
};

bool
authz_directory_is_there(void)
{
	return true;
}

AuthzDirectory *
authz_directory_open(const AuthzDirectoryConfig *config, const AuthzDirectoryCallbacks *callbacks)
{
	AuthzDirectory *directory = calloc(1, sizeof(AuthzDirectory));

	if (directory == NULL)
		return NULL;
	directory->config = config;
	if (callbacks != NULL)
		directory->callbacks = *callbacks;
	authz_arena_begin(&directory->arena, 0);
	return directory;
}

void
authz_directory_close(AuthzDirectory *directory)
{
	if (directory == NULL)
		return;
	authz_arena_end(&directory->arena);
	free(directory);
}

/* ---- steps ------------------------------------------------------------------ */

/* A connection that may search: as the search user, or as nobody. */
static AuthzDirectoryStatus
open_reader(AuthzQuestion *question, const AuthzServer *server)
{
	const AuthzDirectoryConfig *config = question->config;
	AuthzDirectoryStatus status =
		authz_connection_open(&question->reader, server, &question->terms);

	if (status != AUTHZ_DIRECTORY_OK)
		return status;
	if (!authz_is_given(config->search_user))
		return config->anonymous_search ? AUTHZ_DIRECTORY_OK : AUTHZ_DIRECTORY_CONFIGURATION;
	status = authz_bind(&question->reader, config->search_user, config->search_password,
						strlen(config->search_password));
	switch (status)
	{
		case AUTHZ_DIRECTORY_WRONG_PASSWORD:
		case AUTHZ_DIRECTORY_PASSWORD_EXPIRED:
		case AUTHZ_DIRECTORY_BIND_REFUSED:
			return AUTHZ_DIRECTORY_SEARCH_USER;
		default:
			/* What the server thinks of that password is no news of the user's. */
			question->result->audit.reason = AUTHZ_REASON_NONE;
			return status;
	}
}

/* On a connection of its own: the search user's stays the search user's. */
static AuthzDirectoryStatus
prove(AuthzQuestion *question, const AuthzServer *server)
{
	AuthzDirectoryStatus status =
		authz_connection_open(&question->prover, server, &question->terms);

	if (status != AUTHZ_DIRECTORY_OK)
		return status;
	question->result->asked = true;
	return authz_bind(&question->prover, question->dn, question->password,
					  question->password_length);
}

/*
 * For somebody who is not there the same is done as for a wrong password, with
 * a name that is nobody's and a password that nobody typed.
 */
static AuthzDirectoryStatus
pretend(AuthzQuestion *question, const AuthzServer *server, AuthzDirectoryStatus status)
{
	const AuthzDirectoryAudit audit = question->result->audit;
	const char *dn = question->dn;
	const char *password = question->password;
	size_t length = question->password_length;
	char random[33];
	char *name = authz_arena_take(question->arena, strlen(question->config->base_dn) + 64);
	uint8_t bytes[16];
	AuthzDirectoryStatus pretended;

	if (name == NULL)
		return AUTHZ_DIRECTORY_MEMORY;
	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return AUTHZ_DIRECTORY_MEMORY;
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(random + 2 * i, 3, "%02x", bytes[i]);
	snprintf(name, strlen(question->config->base_dn) + 64, "cn=%s,%s", random,
			 question->config->base_dn);
	question->dn = name;
	question->password = random;
	question->password_length = strlen(random);
	pretended = prove(question, server);
	question->dn = dn;
	question->password = password;
	question->password_length = length;
	if (pretended == AUTHZ_DIRECTORY_INTERRUPTED)
		return pretended;
	question->result->audit = audit;
	return status;
}

/* Whether the caller wants that entry asked about; it is the same whatever was typed. */
static AuthzDirectoryStatus
decide(const AuthzQuestion *question)
{
	const AuthzDirectoryCallbacks *callbacks = question->terms.callbacks;
	const char *entry = question->dn;
	char *normal;

	switch (authz_dn_normalize(question->arena, entry, &normal))
	{
		case AUTHZ_DN_OK:
			entry = normal;
			break;
		case AUTHZ_DN_MALFORMED:
			break;
		case AUTHZ_DN_MEMORY:
			return AUTHZ_DIRECTORY_MEMORY;
	}
	return callbacks->declines != NULL && callbacks->declines(callbacks->argument, entry)
			   ? AUTHZ_DIRECTORY_DECLINED
			   : AUTHZ_DIRECTORY_OK;
}

static AuthzDirectoryStatus
find_and_prove(AuthzQuestion *question, const AuthzServer *server)
{
	AuthzDirectoryStatus status = open_reader(question, server);

	if (status == AUTHZ_DIRECTORY_OK)
		status = authz_person_find(question, &question->reader, &question->dn);
	if (question->password == NULL)
		return status;
	if (status == AUTHZ_DIRECTORY_OK)
		status = decide(question);
	switch (status)
	{
		case AUTHZ_DIRECTORY_OK:
			question->result->asked = true;
			return prove(question, server);
		case AUTHZ_DIRECTORY_UNKNOWN_USER:
		case AUTHZ_DIRECTORY_AMBIGUOUS_USER:
		case AUTHZ_DIRECTORY_DECLINED:
			question->result->asked = true;
			return pretend(question, server, status);
		default:
			return status;
	}
}

static AuthzDirectoryStatus
name_and_prove(AuthzQuestion *question, const AuthzServer *server)
{
	AuthzDirectoryStatus status = authz_person_name(question, &question->dn);

	if (status == AUTHZ_DIRECTORY_OK && question->password != NULL)
		status = prove(question, server);
	if (status == AUTHZ_DIRECTORY_OK &&
		(question->password == NULL || authz_is_given(question->config->search_user)))
		status = open_reader(question, server);
	return status;
}

static AuthzDirectoryStatus
ask_server(AuthzQuestion *question, const AuthzServer *server)
{
	AuthzConnection *connection;
	AuthzPerson person;
	AuthzDirectoryStatus status = question->config->bind_method == AUTHZ_BIND_SEARCH
									  ? find_and_prove(question, server)
									  : name_and_prove(question, server);

	/* Users may not be allowed to read what the search user is. */
	connection = question->reader.ld != NULL ? &question->reader : &question->prover;
	if (status == AUTHZ_DIRECTORY_OK)
		status = authz_person_read(question, connection, &person);
	if (status == AUTHZ_DIRECTORY_OK)
		status = authz_groups_read(question, connection, &person);
	question->result->dn = question->dn;
	return status;
}

/* ---- servers ----------------------------------------------------------------- */

/* Whether the next server may know better. */
static bool
is_the_servers_fault(AuthzDirectoryStatus status)
{
	return status == AUTHZ_DIRECTORY_UNREACHABLE || status == AUTHZ_DIRECTORY_TLS ||
		   status == AUTHZ_DIRECTORY_TIMEOUT;
}

static void
forget(AuthzDirectoryResult *result)
{
	*result = (AuthzDirectoryResult){
		.status = result->status,
		.audit = result->audit,
		.asked = result->asked,
	};
}

static AuthzDirectoryStatus
ask_servers(AuthzQuestion *question)
{
	const AuthzDirectoryConfig *config = question->config;
	AuthzDirectoryStatus status = AUTHZ_DIRECTORY_CONFIGURATION;

	for (size_t i = 0; i < config->uri_count; i++)
	{
		AuthzServer server;

		if (!authz_server_read(&server, config->uris[i]))
			return AUTHZ_DIRECTORY_CONFIGURATION;
		question->reader = question->prover = (AuthzConnection){.wire = {.fd = -1}};
		question->dn = NULL;
		forget(question->result);
		status = ask_server(question, &server);
		authz_connection_close(&question->prover);
		authz_connection_close(&question->reader);
		if (!is_the_servers_fault(status) || authz_wire_now() >= question->terms.end)
			break;
	}
	return status;
}

static const AuthzDirectoryResult *
ask(AuthzDirectory *directory, const char *user, size_t user_length, const char *password,
	size_t password_length)
{
	AuthzConfigProblem problem;
	AuthzDirectoryResult *result = &directory->result;
	AuthzQuestion question = {
		.config = directory->config,
		.arena = &directory->arena,
		.result = result,
		.terms = {.config = directory->config,
				  .callbacks = &directory->callbacks,
				  .audit = &result->audit},
		.user = user,
		.user_length = user_length,
		.password = password,
		.password_length = password_length,
	};

	authz_arena_end(&directory->arena);
	authz_arena_begin(&directory->arena, AUTHZ_ARENA_LIMIT);
	memset(result, 0, sizeof(*result));
	if (!authz_directory_config_check(directory->config, &problem))
		result->status = AUTHZ_DIRECTORY_CONFIGURATION;
	else
	{
		question.terms.end = authz_wire_now() +
							 (int64_t) directory->config->timeout * 1000 * AUTHZ_DIRECTORY_TIMEOUTS;
		result->status = ask_servers(&question);
	}
	if (result->status != AUTHZ_DIRECTORY_OK)
		forget(result);

	/* libldap may have left something there; others take it for their own. */
	ERR_clear_error();
	return result;
}

static const AuthzDirectoryResult *
refuse(AuthzDirectory *directory, AuthzDirectoryStatus status)
{
	memset(&directory->result, 0, sizeof(directory->result));
	directory->result.status = status;
	return &directory->result;
}

const AuthzDirectoryResult *
authz_directory_authenticate(AuthzDirectory *directory, const char *user, size_t user_length,
							 const char *password, size_t password_length)
{
	if (!authz_user_name_is_good(user, user_length))
		return refuse(directory, AUTHZ_DIRECTORY_BAD_NAME);
	if (!authz_password_is_good(password, password_length))
		return refuse(directory, AUTHZ_DIRECTORY_BAD_PASSWORD);
	return ask(directory, user, user_length, password, password_length);
}

const AuthzDirectoryResult *
authz_directory_look_up(AuthzDirectory *directory, const char *user, size_t user_length)
{
	if (!authz_user_name_is_good(user, user_length))
		return refuse(directory, AUTHZ_DIRECTORY_BAD_NAME);
	return ask(directory, user, user_length, NULL, 0);
}
