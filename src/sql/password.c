/*
 * password.c
 *	  Proofs of a user's password.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "pure/digest.h"
#include "sql/password.h"
#include "store/statement.h"
#include "utils/builtins.h"

/* Four times what bcrypt looks at: it may be less in normal form. */
#define MAX_BYTES 288

/*
 * One row in any case, and one hash by bcrypt: who has no password is compared
 * with nothing, at the account's cost. What came as a SHA-1 in hexadecimal was
 * hashed as that.
 */
static AuthzStatement prove_statement = {
	.sql =
		"SELECT coalesce(w.verifier, ''),"
		"       authz.crypt(CASE WHEN w.legacy THEN $4 ELSE k.password END,"
		"                   coalesce(w.verifier, k.setting)),"
		"       octet_length(k.password) <= 72, w.principal_id,"
		"       coalesce(w.legacy OR left(w.verifier, 7) <> left(k.setting, 7), false)"
		"  FROM (SELECT authz.normal_password($3), authz.password_setting($1))"
		"       AS k (password, setting)"
		"  LEFT JOIN (authz.principal p JOIN authz.password w ON w.principal_id = p.principal_id)"
		"    ON p.account_id = $1 AND lower(p.user_id) = lower($2) AND p.reused_at IS NULL"
		"   AND p.status <> 'deleted'",
	.nargs = 4,
	.argtypes = {INT4OID, TEXTOID, TEXTOID, TEXTOID},
};

static AuthzStatement renew_statement = {
	.sql = "UPDATE authz.password"
		   "   SET verifier = authz.password_verifier(account_id, $2), legacy = false"
		   " WHERE principal_id = $1",
	.nargs = 2,
	.argtypes = {INT8OID, TEXTOID},
};

static void
renew(int64 principal_id, const char *password)
{
	Datum values[2];

	values[0] = Int64GetDatum(principal_id);
	values[1] = CStringGetTextDatum(password);
	(void) authz_store_write(&renew_statement, values, NULL);
}

bool
authz_password_prove(int account_id, const char *user_id, const char *password)
{
	char sha1[AUTHZ_HASH_MAX_HEX + 1] = "";
	Datum values[4];
	AuthzActing acting;
	bool right;

	/* Nothing that long is anybody's, nor is nothing. */
	if (strlen(password) > MAX_BYTES)
		password = "";
	(void) authz_hash_hex(AUTHZ_HASH_SHA1, password, strlen(password), "", 0, sha1);
	values[0] = Int32GetDatum(account_id);
	values[1] = CStringGetTextDatum(user_id);
	values[2] = CStringGetTextDatum(password);
	values[3] = CStringGetTextDatum(sha1);
	authz_store_begin(&acting);
	if (authz_store_read_fresh(&prove_statement, values, NULL) != 1)
		elog(ERROR, "looking up a password gave no row");
	right = authz_text_equal(authz_store_text(0, 1), authz_store_text(0, 2)) &&
			authz_store_bool(0, 3) && *password != '\0';
	if (right && authz_store_bool(0, 5))
		renew(authz_store_int64(0, 4), password);
	authz_store_end(&acting);
	return right;
}
