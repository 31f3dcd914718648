/*
 * manage_password.h
 *	  Who may give a user a password.
 */
#ifndef AUTHZ_SQL_MANAGE_PASSWORD_H
#define AUTHZ_SQL_MANAGE_PASSWORD_H

#include "postgres.h"

#include "sql/door.h"

/*
 * Lets in who knows the old one of his own, with his own hand, and who may be
 * that other; raises 28P01 or 42501 else.
 */
extern AuthzDoor authz_manage_password_open(const char *user_id, const char *old_password);

#endif
