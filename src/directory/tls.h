/*
 * tls.h
 *	  Encryption of a connection, and who is at its other end.
 */
#ifndef AUTHZ_DIRECTORY_TLS_H
#define AUTHZ_DIRECTORY_TLS_H

#include <stdbool.h>

#include <ldap.h>

/*
 * Everything that decides whom to believe is set here, so that no file, variable
 * or earlier user of libldap in this process has a say: a certificate by one of
 * the authorities (PEM; NULL or '' for those that the system trusts), the host
 * in its subjectAltName.
 */
extern bool authz_tls_prepare(LDAP *ld, const char *authorities);

/* Whether the connection is encrypted, by TLS 1.2 or a later version. */
extern bool authz_tls_is_good(LDAP *ld);

#endif
