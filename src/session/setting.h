/*
 * setting.h
 *	  The settings of authz, and among them the session: a signed text.
 *
 * Anyone may write authz.session and only a good signature means anything, so
 * that transactions, savepoints, function frames, RESET, DISCARD ALL, poolers
 * and parallel workers all do to a session what they do to any setting.
 */
#ifndef AUTHZ_SESSION_SETTING_H
#define AUTHZ_SESSION_SETTING_H

#include "postgres.h"

extern void authz_setting_init(void);

/* The text in force, '' for none. */
extern const char *authz_setting_session(void);

/* Moves whenever another text comes into force. */
extern uint64 authz_setting_serial(void);

/* The same number for the same text, 0 for none. */
extern uint64 authz_setting_fingerprint(void);

/* The account that the database plane acts for, 0 where not named. */
extern int authz_setting_account(void);

/* Bytes that this backend may keep of what it loaded. */
extern Size authz_setting_cache_memory(void);

/* Seconds by which other clocks may differ. */
extern int authz_setting_clock_skew(void);

/* Whether secrets may come over TCP without TLS. */
extern bool authz_setting_require_ssl(void);

/*
 * What a gateway says of the request that it serves, '' for nothing. Only who
 * has been granted it sets them: they let sessions in that are restricted.
 */
#define AUTHZ_REQUEST_ADDRESS "authz.request_address"
extern const char *authz_setting_request_path(void);
extern const char *authz_setting_request_address(void);

/* Moves whenever one of the two is set. */
extern uint64 authz_setting_request_serial(void);

#endif
