/*
 * login_sso.c
 *	  Signing in by what a gateway has signed.
 *
 * It comes by way of the user, so it is believed for its signature alone: that
 * of the gateway, for this application, for a moment, the first time that it
 * comes. Of three forms: a JWT, a session key, and MediaSpace's own where the
 * application asks for that.
 */
#include "postgres.h"

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "session/moment.h"
#include "session/setting.h"
#include "sql/argument.h"
#include "sql/login.h"
#include "sql/sso.h"
#include "store/spent.h"
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

/* False the second time. What is spent is kept for as long as it would be good. */
static bool
is_first(const AuthzSignIn *sign_in, const char *proof, int64 expires_at)
{
	return authz_spend_proof(sign_in->application, proof,
							 authz_moment_from_unix(expires_at + authz_setting_clock_skew()));
}

/* Session keys ------------------------------------------------------------- */

/*
 * Clocks may differ, but for MediaSpace's own: its keys say when they expire, and
 * nothing else of the time.
 */
static bool
is_timely(const AuthzSessionKey *key)
{
	int64 now = authz_moment_to_unix(GetCurrentTimestamp());
	int skew = authz_setting_clock_skew();

	if (key->issued_at == 0)
		return key->expires_at > now && key->expires_at <= now + LONGEST_SECONDS + skew;
	return key->issued_at <= now + skew && key->expires_at > now - skew &&
		   key->expires_at > key->issued_at && key->expires_at - key->issued_at <= LONGEST_SECONDS;
}

/* A key has one text, so that is what is spent. */
static bool
take_key(const AuthzSignIn *sign_in, const AuthzSessionKey *key, const char *text, AuthzWho *who)
{
	const char *user_id;

	who->reason = "the key is for something else";
	if (key->purpose != AUTHZ_SESSION_KEY_LOGIN)
		return false;
	who->reason = "the key is no text";
	if (!to_server(key->user, &user_id) || !to_server(key->role, &who->role) ||
		!to_server(key->first_name, &who->first_name) ||
		!to_server(key->last_name, &who->last_name) || !to_server(key->email, &who->email))
		return false;
	who->user_id = user_id;
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

/* Both ---------------------------------------------------------------------- */

static bool
authenticate_sso(const AuthzSignIn *sign_in, const void *credential, AuthzWho *who)
{
	const char *text = credential;
	AuthzSso sso = authz_sso_read(sign_in->application);

	who->reason = "the gateway is not set up";
	if (sso.signer.secret == NULL)
		return false;
	if (strncmp(text, AUTHZ_SESSION_KEY_PREFIX, strlen(AUTHZ_SESSION_KEY_PREFIX)) == 0)
		return by_key(sign_in, &sso, text, who);
	return by_legacy_key(sign_in, &sso, text, who);
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
