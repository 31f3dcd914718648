/*
 * bind.c
 *	  Proving a name by a password (simple binds of RFC 4513).
 */
#include <string.h>

#include "directory/bind.h"

/* What the controls say of the password, beside the code (draft-behera, and Netscape's). */
static AuthzBindReason
reason_of_policy(LDAP *ld, LDAPControl *control)
{
	ber_int_t expires;
	ber_int_t grace;
	LDAPPasswordPolicyError error;

	if (ldap_parse_passwordpolicy_control(ld, control, &expires, &grace, &error) != LDAP_SUCCESS)
		return AUTHZ_REASON_NONE;
	switch (error)
	{
		case PP_passwordExpired:
			return AUTHZ_REASON_PASSWORD_EXPIRED;
		case PP_accountLocked:
			return AUTHZ_REASON_LOCKED;
		case PP_changeAfterReset:
			return AUTHZ_REASON_MUST_CHANGE;
		default:
			break;
	}

	/* One of the last few times that an expired password is let through. */
	if (grace >= 0)
		return AUTHZ_REASON_PASSWORD_EXPIRED;
	return expires >= 0 ? AUTHZ_REASON_EXPIRES : AUTHZ_REASON_NONE;
}

static AuthzBindReason
reason_of_controls(LDAP *ld, LDAPControl **controls)
{
	AuthzBindReason reason = AUTHZ_REASON_NONE;
	LDAPControl *control;

	if (controls == NULL)
		return AUTHZ_REASON_NONE;
	if (ldap_control_find(LDAP_CONTROL_X_PASSWORD_EXPIRED, controls, NULL) != NULL)
		return AUTHZ_REASON_PASSWORD_EXPIRED;
	if (ldap_control_find(LDAP_CONTROL_X_PASSWORD_EXPIRING, controls, NULL) != NULL)
		reason = AUTHZ_REASON_EXPIRES;
	control = ldap_control_find(LDAP_CONTROL_PASSWORDPOLICYRESPONSE, controls, NULL);
	if (control != NULL)
	{
		AuthzBindReason policy = reason_of_policy(ld, control);

		if (policy != AUTHZ_REASON_NONE)
			reason = policy;
	}
	return reason;
}

static AuthzDirectoryStatus
judge(AuthzConnection *connection, AuthzDirectoryStatus status, AuthzBindReason reason)
{
	if (status != AUTHZ_DIRECTORY_OK)
	{
		AuthzBindReason told = authz_bind_reason_of_text(connection->audit->diagnostic);

		if (told != AUTHZ_REASON_NONE)
			reason = told;
	}
	if (reason == AUTHZ_REASON_NONE && connection->code == LDAP_INVALID_CREDENTIALS)
		reason = AUTHZ_REASON_WRONG;
	connection->audit->reason = reason;

	if (connection->code == LDAP_INVALID_CREDENTIALS)
		return AUTHZ_DIRECTORY_WRONG_PASSWORD;
	if (status == AUTHZ_DIRECTORY_SEARCH_REFUSED || status == AUTHZ_DIRECTORY_TOO_MUCH)
		return AUTHZ_DIRECTORY_BIND_REFUSED;
	if (status == AUTHZ_DIRECTORY_OK && reason != AUTHZ_REASON_NONE &&
		reason != AUTHZ_REASON_EXPIRES)
		return AUTHZ_DIRECTORY_PASSWORD_EXPIRED;
	return status;
}

AuthzDirectoryStatus
authz_bind(AuthzConnection *connection, const char *dn, const char *password, size_t length)
{
	struct berval credentials = {.bv_len = length, .bv_val = (char *) password};
	LDAPControl policy = {.ldctl_oid = (char *) LDAP_CONTROL_PASSWORDPOLICYREQUEST};
	LDAPControl *asked[] = {&policy, NULL};
	LDAPControl **controls = NULL;
	LDAPMessage *message;
	AuthzBindReason reason;
	AuthzDirectoryStatus status;
	int request;
	int code;

	if (*dn == '\0' || length == 0)
		return AUTHZ_DIRECTORY_BIND_REFUSED;
	status = authz_connection_step(connection);
	if (status != AUTHZ_DIRECTORY_OK)
		return status;
	code =
		ldap_sasl_bind(connection->ld, dn, LDAP_SASL_SIMPLE, &credentials, asked, NULL, &request);
	if (code != LDAP_SUCCESS)
		return authz_connection_unsent(connection, code);
	status = authz_connection_receive(connection, request, &message);
	if (status != AUTHZ_DIRECTORY_OK)
		return status;
	if (ldap_msgtype(message) != LDAP_RES_BIND)
	{
		ldap_msgfree(message);
		return AUTHZ_DIRECTORY_MALFORMED;
	}
	status = authz_connection_result(connection, message, &controls);
	reason = reason_of_controls(connection->ld, controls);
	ldap_controls_free(controls);
	return judge(connection, status, reason);
}
