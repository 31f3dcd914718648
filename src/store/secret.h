/*
 * secret.h
 *	  Secrets at rest: sealed by a key that is in a file outside the database.
 *
 * What is in authz.secret must be usable, so it is kept itself. With authz.key_file
 * set it is sealed, and whoever has the rows without the file has nothing.
 */
#ifndef AUTHZ_STORE_SECRET_H
#define AUTHZ_STORE_SECRET_H

#include "postgres.h"

extern void authz_secret_init(void);

/* Whether a file of keys is set, whatever it is good for. */
extern bool authz_secret_has_file(void);

/* Version of the key that seals from now on, as the file has it at this moment; 0 where none is set. */
extern int authz_secret_version(void);

/* A secret's value as it is to be kept, by a version that was just told; 0 keeps it as it is. */
extern bytea *authz_secret_seal(int64 secret_id, bytea *value, int version);

/* The secret that is kept so; raises 55000 where its key is not there, XX001 where it was tampered with. */
extern bytea *authz_secret_open(int64 secret_id, bytea *value, int version);

#endif
