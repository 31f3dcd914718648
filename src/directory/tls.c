/*
 * tls.c
 *	  Encryption of a connection, and who is at its other end.
 *
 * How the authorities' certificates get into libldap: it takes one certificate
 * as bytes (LDAP_OPT_X_TLS_CACERT), or a file of several, in PEM, whichever
 * library for TLS it was built with. During the change from one authority to the
 * next there are several, so it is a file: one without a name, which nobody else
 * can open or exchange, of this user's alone (0600), gone when it is closed.
 * libldap reads it, by the name of its descriptor, while the context is made.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "directory/config.h"
#include "directory/tls.h"

/* Where systems keep the certificates that they trust, as one file. */
static const char *const system_authorities[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
};

static bool
set_number(LDAP *ld, int option, int value)
{
	return ldap_set_option(ld, option, &value) == LDAP_OPT_SUCCESS;
}

static bool
set_text(LDAP *ld, int option, const char *value)
{
	return ldap_set_option(ld, option, value) == LDAP_OPT_SUCCESS;
}

/* The context is made last: it is made of the options as they are then. */
static bool
make_context(LDAP *ld, const char *authorities_file)
{
	return set_text(ld, LDAP_OPT_X_TLS_CACERTFILE, authorities_file) &&
		   set_number(ld, LDAP_OPT_X_TLS_NEWCTX, 0);
}

static bool
trust_system(LDAP *ld)
{
	for (size_t i = 0; i < sizeof(system_authorities) / sizeof(system_authorities[0]); i++)
	{
		if (access(system_authorities[i], R_OK) == 0)
			return make_context(ld, system_authorities[i]);
	}
	return false;
}

static bool
trust(LDAP *ld, const char *authorities)
{
	FILE *file = tmpfile();
	char name[32];
	bool done;

	if (file == NULL)
		return false;
	snprintf(name, sizeof(name), "/dev/fd/%d", fileno(file));
	done = fputs(authorities, file) >= 0 && fflush(file) == 0 && fseek(file, 0, SEEK_SET) == 0 &&
		   make_context(ld, name);
	fclose(file);
	return done && set_text(ld, LDAP_OPT_X_TLS_CACERTFILE, NULL);
}

bool
authz_tls_prepare(LDAP *ld, const char *authorities)
{
	static const int unused[] = {
		LDAP_OPT_X_TLS_CACERTDIR,	 LDAP_OPT_X_TLS_CERTFILE, LDAP_OPT_X_TLS_KEYFILE,
		LDAP_OPT_X_TLS_CRLFILE,		 LDAP_OPT_X_TLS_DHFILE,	  LDAP_OPT_X_TLS_ECNAME,
		LDAP_OPT_X_TLS_CACERT,		 LDAP_OPT_X_TLS_CERT,	  LDAP_OPT_X_TLS_KEY,
		LDAP_OPT_X_TLS_CIPHER_SUITE,
	};

	for (size_t i = 0; i < sizeof(unused) / sizeof(unused[0]); i++)
	{
		if (!set_text(ld, unused[i], NULL))
			return false;
	}

	/* Not every library for TLS knows these two; where they are unknown they are off. */
	set_number(ld, LDAP_OPT_X_TLS_CRLCHECK, LDAP_OPT_X_TLS_CRL_NONE);
	set_text(ld, LDAP_OPT_X_TLS_PEERKEY_HASH, NULL);

	return set_number(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, LDAP_OPT_X_TLS_DEMAND) &&
		   set_number(ld, LDAP_OPT_X_TLS_REQUIRE_SAN, LDAP_OPT_X_TLS_DEMAND) &&
		   set_number(ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, LDAP_OPT_X_TLS_PROTOCOL_TLS1_2) &&
		   set_number(ld, LDAP_OPT_X_TLS_PROTOCOL_MAX, 0) &&
		   (authz_is_given(authorities) ? trust(ld, authorities) : trust_system(ld));
}

/*
 * libldap leaves the least version to GnuTLS's own settings, whatever is asked
 * of it; so the version agreed upon is looked at, before anything is sent.
 */
bool
authz_tls_is_good(LDAP *ld)
{
	static const char *const versions[] = {"TLSv1.2", "TLS1.2", "TLSv1.3", "TLS1.3"};
	char *version = NULL;
	bool good = false;

	if (!ldap_tls_inplace(ld) ||
		ldap_get_option(ld, LDAP_OPT_X_TLS_VERSION, &version) != LDAP_OPT_SUCCESS ||
		version == NULL)
		return false;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		good = good || strcmp(version, versions[i]) == 0;
	ldap_memfree(version);
	return good;
}
