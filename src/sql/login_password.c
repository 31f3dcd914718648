/*
 * login_password.c
 *	  Signing in by a name and a password.
 */
#include "postgres.h"

#include "fmgr.h"
#include "sql/argument.h"
#include "sql/login.h"
#include "sql/login_ldap.h"
#include "sql/login_password.h"
#include "sql/password.h"

/* The password that is kept here. */
static bool
authenticate_internal(const AuthzSignIn *sign_in, const void *credential, AuthzWho *who)
{
	const AuthzNameAndPassword *given = credential;

	who->user_id = given->user_id;
	return authz_password_prove(sign_in->account_id, given->user_id, given->password);
}

PG_FUNCTION_INFO_V1(authz_login);

/* authz_login(application_id uuid, user_id text, password text) */
Datum
authz_login(PG_FUNCTION_ARGS)
{
	char *user_id = authz_argument_text(fcinfo, 1);
	char *password = authz_argument_text(fcinfo, 2);
	AuthzNameAndPassword credential = {
		.user_id = user_id == NULL ? "" : user_id,
		.password = password == NULL ? "" : password,
	};
	AuthzAttempt attempt = {
		.function = "authz_login()",
		.application = authz_login_application(fcinfo, 0),
		.subject = credential.user_id,
		.authenticate = {[AUTHZ_AUTHN_INTERNAL] = authenticate_internal,
						 [AUTHZ_AUTHN_LDAP] = authz_authenticate_ldap},
		.credential = &credential,
	};
	volatile Datum result = 0;

	PG_TRY();
	{
		result = authz_login_attempt(fcinfo, &attempt);
	}
	PG_FINALLY();
	{
		if (password != NULL)
			explicit_bzero(password, strlen(password));
	}
	PG_END_TRY();
	return result;
}
