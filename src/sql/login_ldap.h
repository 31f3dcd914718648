/*
 * login_ldap.h
 *	  Users whom a directory knows.
 */
#ifndef AUTHZ_SQL_LOGIN_LDAP_H
#define AUTHZ_SQL_LOGIN_LDAP_H

#include "postgres.h"

#include "sql/login.h"

/* An AuthzAuthenticate: an AuthzNameAndPassword that is the directory's. */
extern bool authz_authenticate_ldap(const AuthzSignIn *sign_in, const void *credential,
									AuthzWho *who);

/* An AuthzAuthorize: the role that the user's groups give. */
extern bool authz_authorize_ldap(const AuthzSignIn *sign_in, AuthzWho *who);

#endif
