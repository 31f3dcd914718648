/*
 * login_custom.h
 *	  The role that a registered function finds out.
 */
#ifndef AUTHZ_SQL_LOGIN_CUSTOM_H
#define AUTHZ_SQL_LOGIN_CUSTOM_H

#include "postgres.h"

#include "sql/login.h"

/* An AuthzAuthorize. */
extern bool authz_authorize_custom(const AuthzSignIn *sign_in, AuthzWho *who);

#endif
