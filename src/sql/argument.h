/*
 * argument.h
 *	  Arguments of SQL functions, as all doors read them.
 */
#ifndef AUTHZ_SQL_ARGUMENT_H
#define AUTHZ_SQL_ARGUMENT_H

#include "postgres.h"

#include "fmgr.h"

/* A text argument; '' is as good as NULL, which is what is returned for both. */
extern char *authz_argument_text(FunctionCallInfo fcinfo, int n);

/* Whether a text is a uuid in the form that uuid_out writes. */
extern bool authz_argument_is_uuid(const char *value);

#endif
