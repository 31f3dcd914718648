/*
 * password.h
 *	  Proofs of a user's password.
 */
#ifndef AUTHZ_SQL_PASSWORD_H
#define AUTHZ_SQL_PASSWORD_H

#include "postgres.h"

/*
 * Whether it is the user's, by any spelling of his name. Takes as long for who
 * has none, or is not there. A right one is hashed anew where that is due: it
 * came as a bare SHA-1 from elsewhere, or what hashing costs has been changed.
 */
extern bool authz_password_prove(int account_id, const char *user_id, const char *password);

#endif
