/*
 * certificate.h
 *	  Certificates in PEM, as somebody pasted them into a setting.
 */
#ifndef AUTHZ_DIRECTORY_CERTIFICATE_H
#define AUTHZ_DIRECTORY_CERTIFICATE_H

#include <stdbool.h>

/* One or more X.509 certificates, and nothing but white space around them. */
extern bool authz_certificates_are_readable(const char *pem);

#endif
