/*
 * issuer.c
 *	  Tokens of issuers that are registered here: JWTs that others have signed.
 *
 * Which issuer a token is asked to be of it says itself, before anything is
 * proven; from then on what is registered decides: whose keys, by which
 * algorithms, for whom, for how long, and of which account.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "pure/claims.h"
#include "pure/digest.h"
#include "pure/jws.h"
#include "session/issuer.h"
#include "session/moment.h"
#include "session/session.h"
#include "session/setting.h"
#include "session/utf8.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"

const char *
authz_issuer_word(AuthzIssuerResult result)
{
	static const char *const words[] = {
		[AUTHZ_ISSUER_OK] = "ok",
		[AUTHZ_ISSUER_SIGNATURE] = "signature",
		[AUTHZ_ISSUER_CLAIMS] = "claims",
		[AUTHZ_ISSUER_PURPOSE] = "purpose",
		[AUTHZ_ISSUER_AUDIENCE] = "audience",
		[AUTHZ_ISSUER_LIFETIME] = "lifetime",
		[AUTHZ_ISSUER_EARLY] = "early",
		[AUTHZ_ISSUER_EXPIRED] = "expired",
		[AUTHZ_ISSUER_REVOKED] = "revoked",
		[AUTHZ_ISSUER_ACCOUNT_BLOCKED] = "account_blocked",
		[AUTHZ_ISSUER_USER] = "user",
		[AUTHZ_ISSUER_USER_BLOCKED] = "user_blocked",
	};

	return words[result];
}

/* Claims ------------------------------------------------------------------- */

static bool
fits(const char *text)
{
	return text == NULL || authz_utf8_fits(text);
}

static char *
copy(const char *text)
{
	return text == NULL ? NULL : pstrdup(text);
}

/* The texts of a claim as text[]; none where there is one that is not to be understood. */
static Datum
texts_of(const AuthzClaims *claims, const char *name)
{
	int n = name == NULL ? 0 : (int) authz_claims_count(claims, name);
	Datum *texts = palloc((n + 1) * sizeof(Datum));
	int count = 0;

	for (int i = 0; i < n; i++)
	{
		const char *text = authz_claims_text_at(claims, name, i);

		if (fits(text))
			texts[count++] = CStringGetTextDatum(text);
	}
	return PointerGetDatum(construct_array(texts, count, TEXTOID, -1, false, TYPALIGN_INT));
}

static Datum
two_texts(const char *first, const char *second)
{
	Datum texts[2];
	int n = 0;

	if (first != NULL && fits(first))
		texts[n++] = CStringGetTextDatum(first);
	if (second != NULL && fits(second))
		texts[n++] = CStringGetTextDatum(second);
	return PointerGetDatum(construct_array(texts, n, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * A token that is bound to a key (cnf) is no good to who has it alone, one with an
 * actor (act) is not the user's own, and one of events is about him and not his.
 */
static bool
is_for_bearer(const AuthzClaims *claims)
{
	return !authz_claims_has(claims, "cnf") && !authz_claims_has(claims, "act") &&
		   !authz_claims_has(claims, "events");
}

/* An address that the issuer has not verified is what somebody says of himself. */
static bool
is_vouched_for(const AuthzIssuer *issuer, const AuthzClaims *claims)
{
	return strcmp(issuer->user_claim, "email") != 0 ||
		   !authz_claims_has(claims, "email_verified") ||
		   authz_claims_is_true(claims, "email_verified");
}

static AuthzIssuerResult
judge(const AuthzIssuer *issuer, const AuthzClaims *claims, int64 now)
{
	AuthzClaimsRule rule = {
		.issuer = issuer->name,
		.audience = issuer->audience,
		.now = now,
		.skew = authz_setting_clock_skew(),
		.max_lifetime = issuer->max_lifetime,
	};

	switch (authz_claims_judge(claims, &rule))
	{
		case AUTHZ_CLAIMS_OK:
			return AUTHZ_ISSUER_OK;
		case AUTHZ_CLAIMS_AUDIENCE:
			return AUTHZ_ISSUER_AUDIENCE;
		case AUTHZ_CLAIMS_LIFETIME:
			return AUTHZ_ISSUER_LIFETIME;
		case AUTHZ_CLAIMS_EARLY:
			return AUTHZ_ISSUER_EARLY;
		case AUTHZ_CLAIMS_EXPIRED:
			return AUTHZ_ISSUER_EXPIRED;
		default:
			return AUTHZ_ISSUER_CLAIMS;
	}
}

static AuthzIssuerResult
take_claims(const AuthzIssuer *issuer, const AuthzClaims *claims, int64 now,
			AuthzAssertion *assertion)
{
	const char *user_id = authz_claims_text(claims, issuer->user_claim);
	const char *session = authz_claims_text(claims, "sid");
	const char *first_name = authz_claims_text(claims, "given_name");
	const char *last_name = authz_claims_text(claims, "family_name");
	const char *email = authz_claims_text(claims, "email");

	if (user_id == NULL || !fits(user_id) || !fits(claims->id) || !is_vouched_for(issuer, claims))
		return AUTHZ_ISSUER_CLAIMS;
	if (!is_for_bearer(claims))
		return AUTHZ_ISSUER_PURPOSE;
	assertion->number = copy(claims->id);
	assertion->user_id = pstrdup(user_id);
	assertion->first_name = fits(first_name) ? copy(first_name) : NULL;
	assertion->last_name = fits(last_name) ? copy(last_name) : NULL;
	assertion->email = fits(email) ? copy(email) : NULL;
	assertion->roles = texts_of(claims, issuer->role_claim);
	assertion->groups = two_texts(claims->id, session);
	assertion->issued_at = claims->issued_at;
	assertion->not_before = Max(claims->issued_at, claims->not_before);
	assertion->expires_at = claims->expires_at;
	return judge(issuer, claims, now);
}

/* Opening ------------------------------------------------------------------ */

/* A signature may be written in several ways, what it signs in one. */
static void
make_id(const char *text, char id[AUTHZ_ISSUER_ID_HEX + 1])
{
	char digest[AUTHZ_HASH_MAX_HEX + 1];

	if (!authz_hash_hex(AUTHZ_HASH_SHA256, text, strrchr(text, '.') - text, "", 0, digest))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("the cryptographic library has no SHA-256")));
	strlcpy(id, digest, AUTHZ_ISSUER_ID_HEX + 1);
}

AUTHZ_NORETURN static void
raise_memory(void)
{
	ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
}

/* Nothing between reading claims and freeing them may raise but the end of memory. */
AuthzIssuerResult
authz_issuer_read(const AuthzIssuer *issuer, const char *text, int64 now, AuthzAssertion *assertion)
{
	size_t length = strlen(text);
	uint8 *payload;
	AuthzClaims claims;
	AuthzIssuerResult result = AUTHZ_ISSUER_CLAIMS;

	memset(assertion, 0, sizeof(*assertion));
	if (length > AUTHZ_JWS_MAX_BYTES)
		return AUTHZ_ISSUER_SIGNATURE;
	payload = palloc(length + 1);
	switch (authz_jws_open(text, length, &issuer->keys, payload, &length))
	{
		case AUTHZ_JWS_OK:
			break;
		case AUTHZ_JWS_MEMORY:
			raise_memory();
		default:
			return AUTHZ_ISSUER_SIGNATURE;
	}
	make_id(text, assertion->id);
	if (authz_claims_read((char *) payload, length, &claims) == AUTHZ_CLAIMS_OK)
		result = take_claims(issuer, &claims, now, assertion);
	authz_claims_free(&claims);
	pfree(payload);
	return result;
}

/* The issuer and the audiences that a text names, before anything of it is proven. */
static bool
read_names(const char *text, char **issuer, char ***audiences, int *naudiences)
{
	size_t length = strlen(text);
	uint8 *payload = palloc(length + 1);
	AuthzClaims claims;
	bool found;

	switch (authz_jws_peek(text, length, payload, &length))
	{
		case AUTHZ_JWS_OK:
			break;
		case AUTHZ_JWS_MEMORY:
			raise_memory();
		default:
			return false;
	}
	found = authz_claims_read((char *) payload, length, &claims) == AUTHZ_CLAIMS_OK &&
			claims.issuer != NULL && fits(claims.issuer);
	if (found)
	{
		int n = (int) authz_claims_count(&claims, "aud");

		*issuer = pstrdup(claims.issuer);
		*audiences = palloc((n + 1) * sizeof(char *));
		*naudiences = 0;
		for (int i = 0; i < n; i++)
		{
			const char *audience = authz_claims_text_at(&claims, "aud", i);

			if (fits(audience))
				(*audiences)[(*naudiences)++] = pstrdup(audience);
		}
	}
	authz_claims_free(&claims);
	pfree(payload);
	return found;
}

void
authz_issuer_open(const char *text, AuthzIssuerOpened *opened)
{
	const AuthzIssuer *issuer;
	char **audiences;
	int naudiences;

	if (!read_names(text, &opened->issuer, &audiences, &naudiences))
		return;
	issuer = authz_issuer_find_direct(opened->issuer, audiences, naudiences);
	if (issuer == NULL)
		return;
	opened->account_id = issuer->account_id;
	opened->role_claim = copy(issuer->role_claim);
	opened->result =
		authz_issuer_read(issuer, text, authz_moment_to_unix(GetCurrentStatementStartTimestamp()),
						  &opened->assertion);
	if (opened->result == AUTHZ_ISSUER_OK && !issuer->active)
		opened->result = AUTHZ_ISSUER_ACCOUNT_BLOCKED;
}

/* Whose it is --------------------------------------------------------------- */

/* clang-format off */

/* A user of that name, who is nobody if it was another's, and a role of the account. */
static AuthzStatement resolve_statement = {
	.sql = "SELECT p.principal_id,"
	"        " AUTHZ_SQL_WAS_ANOTHERS("$1", "$2", "$3") ","
	"        " AUTHZ_SQL_MEANT_ROLE("role_id", "$1", "$4", "$5", "r.application_id IS NULL")
	"  FROM (SELECT) AS one"
	"  LEFT JOIN authz.principal p ON p.account_id = $1 AND lower(p.user_id) = lower($2)"
	"   AND p.reused_at IS NULL AND p.kind IN ('person', 'service')",
	.nargs = 5,
	.argtypes = {INT4OID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTARRAYOID},
};
/* clang-format on */

/* With a claim for it the session has that role, or none: never all that its user has. */
static void
take_role(const AuthzIssuerOpened *opened, int64 role_id, AuthzToken *token)
{
	if (opened->role_claim == NULL)
		return;
	if (role_id == 0)
		strlcpy(token->privileges, "setrole", sizeof(token->privileges));
	else
		snprintf(token->privileges, sizeof(token->privileges), "setrole:" INT64_FORMAT, role_id);
}

void
authz_issuer_resolve(AuthzIssuerOpened *opened, AuthzToken *token)
{
	const AuthzAssertion *assertion = &opened->assertion;
	Datum values[5];

	values[0] = Int32GetDatum(opened->account_id);
	values[1] = CStringGetTextDatum(assertion->user_id);
	values[2] = TimestampTzGetDatum(
		authz_moment_from_unix(assertion->issued_at - authz_setting_clock_skew()));
	values[3] = CStringGetTextDatum(opened->issuer);
	values[4] = assertion->roles;
	if (authz_store_read_fresh(&resolve_statement, values, NULL) != 1)
		elog(ERROR, "looking up a user gave no row");

	memset(token, 0, sizeof(*token));
	strlcpy(token->session_id, assertion->id, sizeof(token->session_id));
	token->account_id = opened->account_id;
	token->session_type = AUTHZ_SESSION_USER;
	token->issued_at = assertion->issued_at;
	token->expires_at = assertion->expires_at;
	token->principal_id = authz_store_int64(0, 1);
	if (token->principal_id == 0 || authz_store_bool(0, 2))
		token->principal_id = AUTHZ_ISSUER_UNKNOWN_PRINCIPAL;
	take_role(opened, authz_store_int64(0, 3), token);
}
