/*
 * revocation.h
 *	  What revokes a session that has no row.
 */
#ifndef AUTHZ_SESSION_REVOCATION_H
#define AUTHZ_SESSION_REVOCATION_H

/* clang-format off */

/* Whether anything does, as an SQL condition; ids are all by which the session may be named. */
#define AUTHZ_SQL_REVOKED(account, ids, principal, apptoken, issuer, issued_at) \
	"EXISTS (SELECT FROM authz.revocation r" \
	"         WHERE r.account_id = " account \
	"           AND r.session_id = ANY (ARRAY[''] || " ids ")" \
	"           AND r.principal_id IN (0, " principal ") AND r.apptoken_id IN ('', " apptoken ")" \
	"           AND (r.issuer = '' OR r.issuer = " issuer ")" \
	"           AND (r.issued_before IS NULL OR r.issued_before > " issued_at "))"
/* clang-format on */

#endif
