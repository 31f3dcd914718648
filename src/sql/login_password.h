/*
 * login_password.h
 *	  What one signs in by with a name and a password.
 */
#ifndef AUTHZ_SQL_LOGIN_PASSWORD_H
#define AUTHZ_SQL_LOGIN_PASSWORD_H

/* Neither is NULL. */
typedef struct AuthzNameAndPassword
{
	const char *user_id;
	const char *password;
} AuthzNameAndPassword;

#endif
