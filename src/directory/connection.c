/*
 * connection.c
 *	  One encrypted connection to one server: opened, asked, closed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <ldap.h>
#include <openldap.h>

#include "directory/connection.h"
#include "directory/text.h"
#include "directory/tls.h"

static AuthzDirectoryStatus
status_of_code(int code)
{
	switch (code)
	{
		case LDAP_SUCCESS:
			return AUTHZ_DIRECTORY_OK;
		case LDAP_SERVER_DOWN:
		case LDAP_CONNECT_ERROR:
		case LDAP_BUSY:
		case LDAP_UNAVAILABLE:
			return AUTHZ_DIRECTORY_UNREACHABLE;
		case LDAP_TIMEOUT:
		case LDAP_TIMELIMIT_EXCEEDED:
			return AUTHZ_DIRECTORY_TIMEOUT;
		case LDAP_SIZELIMIT_EXCEEDED:
		case LDAP_ADMINLIMIT_EXCEEDED:
			return AUTHZ_DIRECTORY_TOO_MUCH;
		case LDAP_REFERRAL:
			return AUTHZ_DIRECTORY_REFERRAL;
		case LDAP_DECODING_ERROR:
		case LDAP_ENCODING_ERROR:
			return AUTHZ_DIRECTORY_MALFORMED;
		case LDAP_NO_MEMORY:
			return AUTHZ_DIRECTORY_MEMORY;
		default:
			return AUTHZ_DIRECTORY_SEARCH_REFUSED;
	}
}

/* The reason that our own end has for the failure comes first. */
static AuthzDirectoryStatus
die(AuthzConnection *connection, AuthzDirectoryStatus status)
{
	if (connection->wire.failure == AUTHZ_DIRECTORY_OK)
		connection->wire.failure = status;
	return connection->wire.failure;
}

static void
note(AuthzConnection *connection, int code, const char *diagnostic)
{
	connection->code = code;
	connection->audit->code = code;
	authz_text_quote(connection->audit->diagnostic, sizeof(connection->audit->diagnostic),
					 diagnostic);
}

/* What libldap has noted itself: why a handshake failed. */
static void
note_error(AuthzConnection *connection, int code)
{
	char *diagnostic = NULL;

	ldap_get_option(connection->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diagnostic);
	note(connection, code, diagnostic);
	ldap_memfree(diagnostic);
}

AuthzDirectoryStatus
authz_connection_unsent(AuthzConnection *connection, int code)
{
	note_error(connection, code);
	return die(connection, status_of_code(code));
}

AuthzDirectoryStatus
authz_connection_step(AuthzConnection *connection)
{
	int64_t deadline = authz_wire_now() + connection->timeout;

	connection->wire.deadline = deadline < connection->end ? deadline : connection->end;
	return connection->wire.failure;
}

AuthzDirectoryStatus
authz_connection_receive(AuthzConnection *connection, int request, LDAPMessage **message)
{
	for (;;)
	{
		struct timeval none = {0, 0};
		int type = ldap_result(connection->ld, request, LDAP_MSG_ONE, &none, message);
		int code = LDAP_SERVER_DOWN;
		AuthzDirectoryStatus status;

		if (type > 0)
			return AUTHZ_DIRECTORY_OK;
		if (type < 0)
		{
			ldap_get_option(connection->ld, LDAP_OPT_RESULT_CODE, &code);
			return authz_connection_unsent(connection, code);
		}
		status = authz_wire_wait(&connection->wire);
		if (status != AUTHZ_DIRECTORY_OK)
			return status;
	}
}

AuthzDirectoryStatus
authz_connection_result(AuthzConnection *connection, LDAPMessage *message, LDAPControl ***controls)
{
	char *diagnostic = NULL;
	int code = LDAP_DECODING_ERROR;
	int parsed =
		ldap_parse_result(connection->ld, message, &code, NULL, &diagnostic, NULL, controls, 1);

	if (parsed != LDAP_SUCCESS)
		code = parsed;
	note(connection, code, diagnostic);
	ldap_memfree(diagnostic);
	if (parsed != LDAP_SUCCESS)
		return die(connection, status_of_code(code));
	return status_of_code(code);
}

void
authz_connection_abandon(AuthzConnection *connection, int request)
{
	if (connection->wire.failure == AUTHZ_DIRECTORY_OK)
		ldap_abandon_ext(connection->ld, request, NULL, NULL);
}

/*
 * No file and no variable decides anything: LDAPNOINIT keeps libldap from
 * reading them when it is first used in this process, and what another user of
 * it has set in the meantime is set again here.
 */
static bool
set_options(LDAP *ld)
{
	static const int version = LDAP_VERSION3;
	static const int never = LDAP_DEREF_NEVER;
	static const int no_limit = LDAP_NO_LIMIT;
	static const struct timeval no_time = {-1, 0}; /* all waiting is the wire's */
	const struct
	{
		int option;
		const void *value;
	} options[] = {
		{LDAP_OPT_PROTOCOL_VERSION, &version},
		{LDAP_OPT_REFERRALS, LDAP_OPT_OFF},
		{LDAP_OPT_CONNECT_ASYNC, LDAP_OPT_OFF},
		{LDAP_OPT_RESTART, LDAP_OPT_ON}, /* a signal is no reason to give up a connection */
		{LDAP_OPT_DEREF, &never},
		{LDAP_OPT_SIZELIMIT, &no_limit},
		{LDAP_OPT_TIMELIMIT, &no_limit},
		{LDAP_OPT_TIMEOUT, &no_time},
		{LDAP_OPT_NETWORK_TIMEOUT, &no_time},
		{LDAP_OPT_SERVER_CONTROLS, NULL},
		{LDAP_OPT_CLIENT_CONTROLS, NULL},
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
	{
		if (ldap_set_option(ld, options[i].option, options[i].value) != LDAP_OPT_SUCCESS)
			return false;
	}
	return true;
}

/* libldap between our socket and our gate; encryption comes in between. */
static bool
make_handle(AuthzConnection *connection, const AuthzServer *server)
{
	bool set = getenv("LDAPNOINIT") == NULL && setenv("LDAPNOINIT", "1", 1) == 0;
	Sockbuf *stack = NULL;
	int code = ldap_init_fd(connection->wire.fd, LDAP_PROTO_EXT, server->uri, &connection->ld);

	/* Programs that the server starts inherit its environment. */
	if (set)
		unsetenv("LDAPNOINIT");
	if (code != LDAP_SUCCESS)
		connection->ld = NULL;
	return code == LDAP_SUCCESS &&
		   ldap_get_option(connection->ld, LDAP_OPT_SOCKBUF, &stack) == LDAP_OPT_SUCCESS &&
		   ber_sockbuf_add_io(stack, &authz_wire_io, LBER_SBIOD_LEVEL_PROVIDER,
							  &connection->wire) == 0 &&
		   ber_sockbuf_add_io(stack, &authz_gate_io, LBER_SBIOD_LEVEL_APPLICATION,
							  &connection->gate) == 0 &&
		   set_options(connection->ld);
}

/* RFC 4511, 4.14: asked for in clear, before anything else is said. */
static AuthzDirectoryStatus
ask_for_tls(AuthzConnection *connection)
{
	LDAPMessage *message;
	int request;
	int code = ldap_start_tls(connection->ld, NULL, NULL, &request);
	AuthzDirectoryStatus status;

	if (code != LDAP_SUCCESS)
		return authz_connection_unsent(connection, code);
	status = authz_connection_receive(connection, request, &message);
	if (status != AUTHZ_DIRECTORY_OK)
		return status;
	if (ldap_msgtype(message) != LDAP_RES_EXTENDED)
	{
		ldap_msgfree(message);
		return die(connection, AUTHZ_DIRECTORY_MALFORMED);
	}
	status = authz_connection_result(connection, message, NULL);
	if (status == AUTHZ_DIRECTORY_OK || status == AUTHZ_DIRECTORY_UNREACHABLE)
		return status;
	return die(connection, AUTHZ_DIRECTORY_TLS);
}

static AuthzDirectoryStatus
encrypt(AuthzConnection *connection, const AuthzServer *server, const char *authorities)
{
	AuthzDirectoryStatus status = AUTHZ_DIRECTORY_OK;
	int code;

	if (!authz_tls_prepare(connection->ld, authorities))
	{
		note(connection, LDAP_LOCAL_ERROR, "the certificates to trust could not be loaded");
		return die(connection, AUTHZ_DIRECTORY_TLS);
	}
	if (!server->tls)
		status = ask_for_tls(connection);
	if (status != AUTHZ_DIRECTORY_OK)
		return die(connection, status);
	code = ldap_install_tls(connection->ld);
	if (code == LDAP_SUCCESS && authz_tls_is_good(connection->ld))
		return AUTHZ_DIRECTORY_OK;
	note_error(connection, code);
	return die(connection, AUTHZ_DIRECTORY_TLS);
}

AuthzDirectoryStatus
authz_connection_open(AuthzConnection *connection, const AuthzServer *server,
					  const AuthzConnectionTerms *terms)
{
	AuthzDirectoryStatus status;

	*connection = (AuthzConnection){
		.wire = {.fd = -1},
		.gate = {.wire = &connection->wire},
		.timeout = (int64_t) terms->config->timeout * 1000,
		.end = terms->end,
		.audit = terms->audit,
	};
	snprintf(terms->audit->server, sizeof(terms->audit->server), "%s", server->uri);
	note(connection, LDAP_SERVER_DOWN, NULL);
	authz_connection_step(connection);
	status =
		authz_wire_connect(&connection->wire, server, terms->callbacks, connection->wire.deadline);
	if (status != AUTHZ_DIRECTORY_OK)
		return status;
	if (!make_handle(connection, server))
		return die(connection, AUTHZ_DIRECTORY_MEMORY);
	return encrypt(connection, server, terms->config->ca_certificate);
}

void
authz_connection_close(AuthzConnection *connection)
{
	connection->wire.closing = true;
	if (connection->ld != NULL)
		ldap_unbind_ext(connection->ld, NULL, NULL);
	connection->ld = NULL;
	authz_gate_close(&connection->gate);
	authz_wire_close(&connection->wire);
}
