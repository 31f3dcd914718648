/*
 * login_sso.c
 *	  Signing in by what a gateway has signed.
 *
 * It comes by way of the user, so it is believed for its signature alone: that
 * of the gateway, for this application, for a moment, the first time that it
 * comes. Of three forms: a JWT, a session key, and MediaSpace's own where the
 * application asks for that. A JWT of an issuer that is registered in the account is
 * verified by that issuer's keys, as its tokens are everywhere.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "pure/claims.h"
#include "pure/jws.h"
#include "session/issuer.h"
#include "session/moment.h"
#include "session/revocation.h"
#include "session/setting.h"
#include "sql/argument.h"
#include "sql/login.h"
#include "sql/sso.h"
#include "store/spent.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* What is signed is on its way from one page to another. */
#define LONGEST_SECONDS 300

/* The text in the server's encoding, NULL for NULL; false for bytes that are no text. */
static bool
to_server(const char *utf8, const char **text)
{
	int length = utf8 == NULL ? 0 : (int) strlen(utf8);

	*text = NULL;
	if (utf8 == NULL)
		return true;
	if (!pg_verify_mbstr(PG_UTF8, utf8, length, true))
		return false;
	*text = pg_any_to_server(utf8, length, PG_UTF8);
	return true;
}

/* False the second time. */
static bool
is_first(const AuthzSignIn *sign_in, const char *proof, int64 expires_at)
{
	return authz_spend_proof(sign_in->application, proof, authz_moment_from_unix(expires_at));
}

/* Session keys ------------------------------------------------------------- */

/* As claims are judged: another's clock may be ahead, and after the end there is no grace. */
static bool
is_timely(const AuthzSessionKey *key)
{
	int64 now = authz_moment_to_unix(GetCurrentTimestamp());
	int64 ahead = now + authz_setting_clock_skew();

	if (key->expires_at <= now)
		return false;
	if (key->issued_at == 0)
		return key->expires_at <= ahead + LONGEST_SECONDS;
	return key->issued_at <= ahead && key->expires_at > key->issued_at &&
		   key->expires_at - key->issued_at <= LONGEST_SECONDS;
}

/* A key has one text, so that is what is spent. */
static bool
take_key(const AuthzSignIn *sign_in, const AuthzSessionKey *key, const char *text, AuthzWho *who)
{
	who->reason = "the key is for something else";
	if (key->purpose != AUTHZ_SESSION_KEY_LOGIN)
		return false;
	who->reason = "the key is no text";
	if (!to_server(key->user, &who->user_id) || !to_server(key->role, &who->role) ||
		!to_server(key->first_name, &who->first_name) ||
		!to_server(key->last_name, &who->last_name) || !to_server(key->email, &who->email))
		return false;
	who->reason = "the key is not of this moment";
	if (!is_timely(key))
		return false;
	who->reason = "the key was used before";
	return is_first(sign_in, psprintf("session key %s", text), key->expires_at);
}

static bool
by_key(const AuthzSignIn *sign_in, const AuthzSso *sso, const char *text, AuthzWho *who)
{
	AuthzSessionKey *key = palloc(sizeof(AuthzSessionKey));

	who->reason = "the key is not the gateway's";
	return authz_session_key_read(text, strlen(text), &sso->signer, key) == AUTHZ_SESSION_KEY_OK &&
		   take_key(sign_in, key, text, who);
}

static bool
by_legacy_key(const AuthzSignIn *sign_in, const AuthzSso *sso, const char *text, AuthzWho *who)
{
	AuthzSessionKey *key = palloc(sizeof(AuthzSessionKey));

	who->reason = "session keys of that form are not accepted";
	if (!sso->accept_session_key)
		return false;
	who->reason = "the key is not the gateway's";
	return authz_session_key_read_legacy(text, strlen(text), &sso->signer, key) ==
			   AUTHZ_SESSION_KEY_OK &&
		   take_key(sign_in, key, text, who);
}

/* JWTs ------------------------------------------------------------------------ */

/* Claims, whose memory is not the server's: freed with the context that they are in. */
typedef struct Claims
{
	MemoryContextCallback callback;
	AuthzClaims read;
} Claims;

static void
free_claims(void *claims)
{
	authz_claims_free(claims);
}

static const AuthzClaims *
hold_claims(const uint8_t *payload, size_t length)
{
	Claims *claims = palloc0(sizeof(Claims));

	claims->callback.func = free_claims;
	claims->callback.arg = &claims->read;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &claims->callback);
	if (authz_claims_read((const char *) payload, length, &claims->read) != AUTHZ_CLAIMS_OK)
		return NULL;
	return &claims->read;
}

/* A JWT is verified by the secret that the issuer shares with the application, and by no other. */
static bool
open_by_secret(const AuthzSso *sso, const char *text, uint8_t *payload, size_t *length)
{
	AuthzJwk key = {
		.type = AUTHZ_JWK_OCT,
		.algorithm = AUTHZ_JWA_HS256,
		.secret = unconstify(uint8_t *, sso->signer.secret),
		.secret_length = sso->signer.secret_length,
	};
	AuthzJwkSet keys = {.keys = &key, .count = 1, .single = true};

	return sso->signer.secret != NULL &&
		   authz_jws_open(text, strlen(text), &keys, payload, length) == AUTHZ_JWS_OK;
}

/* What the gateway has signed, whatever it says; NULL for what it has not. */
static const AuthzClaims *
read_assertion(const AuthzSso *sso, const char *text)
{
	size_t length = strlen(text);
	uint8_t *payload;

	if (length > AUTHZ_JWS_MAX_BYTES)
		return NULL;
	payload = palloc(length);
	if (!open_by_secret(sso, text, payload, &length))
		return NULL;
	return hold_claims(payload, length);
}

static bool
check_claims(const AuthzSignIn *sign_in, const AuthzSso *sso, const AuthzClaims *claims,
			 AuthzWho *who)
{
	AuthzClaimsRule rule = {
		.issuer = sso->issuer,
		.audience = sign_in->application,
		.now = authz_moment_to_unix(GetCurrentTimestamp()),
		.skew = authz_setting_clock_skew(),
		.max_lifetime = LONGEST_SECONDS,
	};

	switch (authz_claims_judge(claims, &rule))
	{
		case AUTHZ_CLAIMS_OK:
			return true;
		case AUTHZ_CLAIMS_ISSUER:
			who->reason = "the assertion is another issuer's";
			return false;
		case AUTHZ_CLAIMS_AUDIENCE:
			who->reason = "the assertion is for others";
			return false;
		default:
			who->reason = "the assertion is not of this moment";
			return false;
	}
}

/* What is said of the user; false where nobody is named. */
static bool
take_claims(const AuthzClaims *claims, AuthzWho *who)
{
	return claims->subject != NULL && to_server(claims->subject, &who->user_id) &&
		   to_server(authz_claims_text(claims, "role"), &who->role) &&
		   to_server(authz_claims_text(claims, "given_name"), &who->first_name) &&
		   to_server(authz_claims_text(claims, "family_name"), &who->last_name) &&
		   to_server(authz_claims_text(claims, "email"), &who->email);
}

static bool
by_gateway(const AuthzSignIn *sign_in, const AuthzSso *sso, const char *text, AuthzWho *who)
{
	const AuthzClaims *claims;

	who->reason = "the assertion is not the gateway's";
	claims = read_assertion(sso, text);
	if (claims == NULL)
		return false;
	who->reason = "the assertion names nobody, or has no number";
	if (!take_claims(claims, who) || claims->id == NULL)
		return false;
	if (!check_claims(sign_in, sso, claims, who))
		return false;
	who->reason = "the assertion was used before";
	return is_first(sign_in, psprintf("assertion %s\n%s", claims->issuer, claims->id),
					claims->expires_at);
}

/* Tokens of registered issuers ------------------------------------------------ */

static const char *
reason_of(AuthzIssuerResult result)
{
	switch (result)
	{
		case AUTHZ_ISSUER_SIGNATURE:
			return "the token is not the issuer's";
		case AUTHZ_ISSUER_CLAIMS:
			return "the token names nobody";
		case AUTHZ_ISSUER_PURPOSE:
			return "the token is for something else";
		case AUTHZ_ISSUER_AUDIENCE:
			return "the token is for others";
		case AUTHZ_ISSUER_LIFETIME:
			return "the token is for longer than it may be";
		default:
			return "the token is not of this moment";
	}
}

/*
 * What the tables say of it: whether it is revoked, or its name was another's since
 * it was made, and the strongest of the application's roles that it is mapped to.
 */
static bool
look_up_token(const AuthzSignIn *sign_in, const AuthzIssuer *issuer, const AuthzAssertion *token,
			  AuthzWho *who)
{
	/* clang-format off */
	static AuthzStatement statement = {
		.sql = "SELECT " AUTHZ_SQL_REVOKED("$1", "ARRAY[$4] || $5", "coalesce(p.principal_id, 0)", "''", "$3", "$6") ","
		"        " AUTHZ_SQL_WAS_ANOTHERS("$1", "$2", "$7") ","
		"        " AUTHZ_SQL_MEANT_ROLE("name", "$1", "$3", "$8", "r.application_id = $9::uuid")
		"  FROM (SELECT) AS one"
		"  LEFT JOIN authz.principal p ON p.account_id = $1 AND lower(p.user_id) = lower($2)"
		"   AND p.reused_at IS NULL",
		.nargs = 9,
		.argtypes = {INT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTARRAYOID, TIMESTAMPTZOID,
					 TIMESTAMPTZOID, TEXTARRAYOID, TEXTOID},
	};
	/* clang-format on */
	MemoryContext caller = CurrentMemoryContext;
	Datum values[9];
	AuthzActing acting;
	char *role;

	values[0] = Int32GetDatum(issuer->account_id);
	values[1] = CStringGetTextDatum(token->user_id);
	values[2] = CStringGetTextDatum(issuer->name);
	values[3] = CStringGetTextDatum(token->id);
	values[4] = token->groups;
	values[5] = TimestampTzGetDatum(authz_moment_from_unix(token->issued_at));
	values[6] =
		TimestampTzGetDatum(authz_moment_from_unix(token->issued_at - authz_setting_clock_skew()));
	values[7] = token->roles;
	values[8] = CStringGetTextDatum(sign_in->application);
	authz_store_begin(&acting);
	if (authz_store_read_fresh(&statement, values, NULL) != 1)
		elog(ERROR, "looking up a token gave no row");
	who->reason = authz_store_bool(0, 1)   ? "the token is revoked"
				  : authz_store_bool(0, 2) ? "the user's name was another's"
										   : NULL;
	role = authz_store_text(0, 3);
	who->role = role == NULL ? NULL : MemoryContextStrdup(caller, role);
	authz_store_end(&acting);
	return who->reason == NULL;
}

/* One that has no number is spent by all that is signed of it. */
static bool
by_issuer(const AuthzSignIn *sign_in, const AuthzIssuer *issuer, const char *text, AuthzWho *who)
{
	AuthzAssertion token;
	AuthzIssuerResult result =
		authz_issuer_read(issuer, text, authz_moment_to_unix(GetCurrentTimestamp()), &token);

	who->reason = reason_of(result);
	if (result != AUTHZ_ISSUER_OK)
		return false;
	who->user_id = token.user_id;
	who->first_name = token.first_name;
	who->last_name = token.last_name;
	who->email = token.email;
	if (!look_up_token(sign_in, issuer, &token, who))
		return false;
	who->reason = "the token was used before";
	return is_first(sign_in,
					token.number == NULL ? psprintf("token %s", token.id)
										 : psprintf("assertion %s\n%s", issuer->name, token.number),
					token.expires_at);
}

/* Whichever it is ------------------------------------------------------------- */

/*
 * Who verifies what the application's issuer has signed is decided here, by what
 * is set, never by what comes: where the issuer is registered nobody but its keys.
 */
static bool
by_jwt(const AuthzSignIn *sign_in, const AuthzSso *sso, const char *text, AuthzWho *who)
{
	const AuthzIssuer *issuer;

	who->reason = "no issuer is set";
	if (sso->issuer == NULL)
		return false;
	issuer = authz_issuer_find(sign_in->account_id, sso->issuer);
	return issuer == NULL ? by_gateway(sign_in, sso, text, who)
						  : by_issuer(sign_in, issuer, text, who);
}

static bool
is_key(const char *text)
{
	return strncmp(text, AUTHZ_SESSION_KEY_PREFIX, strlen(AUTHZ_SESSION_KEY_PREFIX)) == 0;
}

static bool
authenticate_sso(const AuthzSignIn *sign_in, const void *credential, AuthzWho *who)
{
	const char *text = credential;
	AuthzSso sso = authz_sso_read(sign_in->application);

	if (!is_key(text) && strchr(text, '.') != NULL)
		return by_jwt(sign_in, &sso, text, who);

	/* An empty secret would be anybody's. */
	who->reason = "the gateway is not set up";
	if (sso.signer.secret == NULL)
		return false;
	return is_key(text) ? by_key(sign_in, &sso, text, who)
						: by_legacy_key(sign_in, &sso, text, who);
}

PG_FUNCTION_INFO_V1(authz_login_sso);

/* authz_login_sso(application_id uuid, assertion text) */
Datum
authz_login_sso(PG_FUNCTION_ARGS)
{
	char *assertion = authz_argument_text(fcinfo, 1);
	AuthzAttempt attempt = {
		.function = "authz_login_sso()",
		.application = authz_login_application(fcinfo, 0),
		.authenticate = {[AUTHZ_AUTHN_SSO] = authenticate_sso},
		.credential = assertion == NULL ? "" : assertion,
	};

	return authz_login_attempt(fcinfo, &attempt);
}
