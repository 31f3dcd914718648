/*
 * restrict.h
 *	  Sessions that count for some clients, for some requests or so often only.
 */
#ifndef AUTHZ_SESSION_RESTRICT_H
#define AUTHZ_SESSION_RESTRICT_H

#include "postgres.h"

#include "session/session.h"

/*
 * Whether the client's address, and the path of the request, are among those that
 * the session is restricted to. They stay so until authz_setting_request_serial()
 * moves.
 */
extern bool authz_restrict_admits_address(const AuthzSession *session);
extern bool authz_restrict_admits_path(const AuthzSession *session);

/*
 * Counts the first time in this transaction that a session is in force which may
 * be so only so often (actionslimit). Tells whether it may.
 */
extern AuthzFault authz_restrict_count(const AuthzSession *session);

#endif
