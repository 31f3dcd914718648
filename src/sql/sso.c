/*
 * sso.c
 *	  The gateway that signs an application's users in: what is set of it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "pure/digest.h"
#include "session/moment.h"
#include "sql/sso.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define NONCE_BYTES 16

/* A redirect takes no longer. */
#define LOGOUT_SECONDS 60

static AuthzStatement lookup = {
	.sql = "SELECT s.issuer, s.accept_session_key,"
		   "       authz.open_secret(e.secret_id, e.value, e.key_version)"
		   "  FROM authz.sso_setting s"
		   "  LEFT JOIN authz.secret e ON e.secret_id = s.secret_id"
		   " WHERE s.application_id = $1::uuid",
	.nargs = 1,
	.argtypes = {TEXTOID},
};

static void
read_row(AuthzSso *sso, MemoryContext caller)
{
	char *issuer = authz_store_text(0, 1);
	bool isnull;
	Datum value = authz_store_value(0, 3, &isnull);
	MemoryContext own = MemoryContextSwitchTo(caller);

	sso->issuer = issuer == NULL ? NULL : pstrdup(issuer);
	if (!isnull)
	{
		bytea *secret = DatumGetByteaPCopy(value);

		sso->signer.secret = (const uint8_t *) VARDATA_ANY(secret);
		sso->signer.secret_length = VARSIZE_ANY_EXHDR(secret);
	}
	MemoryContextSwitchTo(own);
	sso->accept_session_key = authz_store_bool(0, 2);
}

AuthzSso
authz_sso_read(const char *application)
{
	AuthzSso sso = {.signer = {.application = application}};
	MemoryContext caller = CurrentMemoryContext;
	Datum value = CStringGetTextDatum(application);
	AuthzActing acting;

	authz_store_begin(&acting);
	if (authz_store_read_fresh(&lookup, &value, NULL) == 1)
		read_row(&sso, caller);
	authz_store_end(&acting);
	return sso;
}

char *
authz_sso_logout_url(const char *application, const char *user_id, char *url)
{
	AuthzSso sso = authz_sso_read(application);
	int64 now = authz_moment_to_unix(GetCurrentTimestamp());
	AuthzSessionKey *key = palloc0(sizeof(AuthzSessionKey));
	char *text = palloc(AUTHZ_SESSION_KEY_MAX + 1);
	char nonce[2 * NONCE_BYTES + 1];
	uint8 random[NONCE_BYTES];

	if (sso.signer.secret == NULL || user_id == NULL)
		return url;
	if (!pg_strong_random(random, sizeof(random)))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not make a random value")));
	authz_hex_encode(random, sizeof(random), nonce);
	key->purpose = AUTHZ_SESSION_KEY_LOGOUT;
	key->user = pg_server_to_any(user_id, (int) strlen(user_id), PG_UTF8);
	key->issued_at = now;
	key->expires_at = now + LOGOUT_SECONDS;
	key->nonce = nonce;
	if (authz_session_key_write(key, &sso.signer, text) == 0)
		return url;
	return psprintf("%s%csessionKey=%s", url, strchr(url, '?') == NULL ? '?' : '&', text);
}
