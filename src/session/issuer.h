/*
 * issuer.h
 *	  Tokens of issuers that are registered here: JWTs that others have signed.
 */
#ifndef AUTHZ_SESSION_ISSUER_H
#define AUTHZ_SESSION_ISSUER_H

#include "postgres.h"

#include "pure/token.h"
#include "session/issuer_registry.h"

#define AUTHZ_ISSUER_ID_HEX 40

/*
 * What can be wrong with a token, in the order in which it is looked at. What is
 * after AUTHZ_ISSUER_EXPIRED is for who knows the tables.
 */
typedef enum AuthzIssuerResult
{
	AUTHZ_ISSUER_OK,
	AUTHZ_ISSUER_SIGNATURE, /* by none of its keys and algorithms */
	AUTHZ_ISSUER_CLAIMS,	/* not to be understood, or names nobody */
	AUTHZ_ISSUER_PURPOSE,	/* to have it is not enough, or it is for something else */
	AUTHZ_ISSUER_AUDIENCE,
	AUTHZ_ISSUER_LIFETIME, /* longer than it may be, or not said */
	AUTHZ_ISSUER_EARLY,
	AUTHZ_ISSUER_EXPIRED,
	AUTHZ_ISSUER_REVOKED,
	AUTHZ_ISSUER_ACCOUNT_BLOCKED,
	AUTHZ_ISSUER_USER, /* names a user that there is not, or whose name was another's */
	AUTHZ_ISSUER_USER_BLOCKED
} AuthzIssuerResult;

/* One word for each, for the audit. */
extern const char *authz_issuer_word(AuthzIssuerResult result);

/* What a token says; texts are in the database's encoding. */
typedef struct AuthzAssertion
{
	char id[AUTHZ_ISSUER_ID_HEX + 1]; /* a digest of all that is signed */
	char *number;					  /* jti, NULL for none */
	char *user_id;
	char *first_name; /* this and the next two are NULL where they are not said */
	char *last_name;
	char *email;
	Datum roles;  /* text[]: what the issuer calls the user's roles */
	Datum groups; /* text[]: what it is revoked by beside its id, jti and sid */
	int64 issued_at;
	int64 not_before; /* the later of the two moments from which it counts */
	int64 expires_at;
} AuthzAssertion;

/* Reads a token as the issuer's, at a moment in seconds since 1970; complete with AUTHZ_ISSUER_OK. */
extern AuthzIssuerResult authz_issuer_read(const AuthzIssuer *issuer, const char *text, int64 now,
										   AuthzAssertion *assertion);

/* A token as a session. */
typedef struct AuthzIssuerOpened
{
	AuthzIssuerResult result; /* up to AUTHZ_ISSUER_EXPIRED there is nothing else to know */
	int account_id;			  /* 0: no issuer is named whose tokens are sessions */
	char *issuer;			  /* NULL: it is no such token at all */
	char *role_claim;		  /* NULL: roles are the user's */
	AuthzAssertion assertion;
} AuthzIssuerOpened;

/* Opens a token, into what is zero. */
extern void authz_issuer_open(const char *text, AuthzIssuerOpened *opened);

/*
 * Fills in the session that it stands for: whose it is, if anybody's, and with
 * which role. Within authz_store_begin and _end.
 */
extern void authz_issuer_resolve(AuthzIssuerOpened *opened, AuthzToken *token);

/* clang-format off */

/*
 * Whether a user's name has been another's since then: a token that is older may
 * mean either, by an issuer's clock that may be ahead. As an SQL condition.
 */
#define AUTHZ_SQL_WAS_ANOTHERS(account, user_id, since) \
	"EXISTS (SELECT FROM authz.principal o" \
	"         WHERE o.account_id = " account " AND lower(o.user_id) = lower(" user_id ")" \
	"           AND o.reused_at >= " since ")"

/* The strongest role that what an issuer says is mapped to, of those of which that is true. */
#define AUTHZ_SQL_MEANT_ROLE(column, account, issuer, said, condition) \
	"(SELECT r." column " FROM authz.issuer_role m" \
	"   JOIN authz.role r ON r.role_id = m.role_id" \
	"  WHERE m.account_id = " account " AND m.issuer = " issuer " AND m.value = ANY (" said ")" \
	"    AND " condition " AND r.status = 'active'" \
	"  ORDER BY r.rank DESC NULLS LAST, r.name COLLATE \"C\" LIMIT 1)"
/* clang-format on */

/* The principal of a session that names a user that there is not. */
#define AUTHZ_ISSUER_UNKNOWN_PRINCIPAL (-1)

#endif
