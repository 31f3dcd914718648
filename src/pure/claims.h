/*
 * claims.h
 *	  What a JWT says (RFC 7519): the payload, after its signature has been found good.
 *
 * A good signature makes nobody's claims well-formed: no member may be there
 * twice, a registered claim that is there is of its type, in its range and not
 * too long, and a moment means the same to everybody.
 */
#ifndef AUTHZ_PURE_CLAIMS_H
#define AUTHZ_PURE_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUTHZ_CLAIMS_MAX_BYTES 65536
#define AUTHZ_CLAIM_MAX_BYTES 2048
#define AUTHZ_CLAIM_MAX_TEXTS 256

/* A moment that is not there. */
#define AUTHZ_CLAIMS_NO_MOMENT INT64_C(-1)

typedef enum AuthzClaimsResult
{
	AUTHZ_CLAIMS_OK,
	AUTHZ_CLAIMS_MALFORMED, /* no object, a member twice, a claim of a wrong form or length */
	AUTHZ_CLAIMS_ISSUER,	/* another's */
	AUTHZ_CLAIMS_AUDIENCE,	/* for others */
	AUTHZ_CLAIMS_LIFETIME,	/* longer than allowed, or exp or iat is not there */
	AUTHZ_CLAIMS_EARLY,		/* not valid yet, or issued in the future */
	AUTHZ_CLAIMS_EXPIRED,
	AUTHZ_CLAIMS_MEMORY
} AuthzClaimsResult;

typedef struct AuthzClaims
{
	struct json_t *object;
	const char *issuer;	 /* iss; this and the following texts are NULL where there is none */
	const char *subject; /* sub */
	const char *id;		 /* jti */
	int64_t expires_at;	 /* exp: seconds since 1970, a part of a second shortens; or NO_MOMENT */
	int64_t not_before;	 /* nbf */
	int64_t issued_at;	 /* iat */
} AuthzClaims;

/*
 * Reads the payload. The texts are UTF-8, not empty, without control characters,
 * and live until authz_claims_free, which is to be called whatever the result.
 */
extern AuthzClaimsResult authz_claims_read(const char *text, size_t length, AuthzClaims *claims);
extern void authz_claims_free(AuthzClaims *claims);

/* A claim that is one text; NULL where there is none, or it is no such text. */
extern const char *authz_claims_text(const AuthzClaims *claims, const char *name);

/* Whether there is such a claim, of whatever form; and whether it is true and nothing else. */
extern bool authz_claims_has(const AuthzClaims *claims, const char *name);
extern bool authz_claims_is_true(const AuthzClaims *claims, const char *name);

/*
 * How many texts a claim has: one that is a text has one, a list as many as it
 * holds. 0 where there is none, or not all of it are such texts.
 */
extern size_t authz_claims_count(const AuthzClaims *claims, const char *name);

/* The text at the place, below authz_claims_count. */
extern const char *authz_claims_text_at(const AuthzClaims *claims, const char *name, size_t at);

/* Whether the audience is among those of the claims. */
extern bool authz_claims_is_for(const AuthzClaims *claims, const char *audience);

/* What is asked of claims. */
typedef struct AuthzClaimsRule
{
	const char *issuer;
	const char *audience;
	int64_t now;
	int skew;		  /* how far the issuer's clock may be ahead */
	int max_lifetime; /* from iat to exp */
} AuthzClaimsRule;

/* Both exp and iat have to be there. After exp there is no grace. */
extern AuthzClaimsResult authz_claims_judge(const AuthzClaims *claims, const AuthzClaimsRule *rule);

#endif
