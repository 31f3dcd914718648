/*
 * sign_in.c
 *	  How the users of an application sign in: what is set for it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "session/start.h"
#include "sql/sign_in.h"
#include "store/statement.h"
#include "utils/builtins.h"

static const char *const authn_names[AUTHZ_AUTHNS] = {"internal", "ldap", "sso", "header",
													  "custom"};
static const char *const authz_names[AUTHZ_AUTHZS] = {"internal", "ldap", "sso", "custom"};

static AuthzStatement lookup = {
	.sql = "SELECT i.account_id::bigint, i.sign_in_id, i.authn::text, i.authz::text,"
		   "       i.anonymous_role_id,"
		   "       least(coalesce((c.settings ->> 'max_session_duration')::bigint, $2),"
		   "             i.session_lifetime),"
		   "       (c.settings ->> 'subject_lock')::bool, i.refresh_details"
		   "  FROM authz.application a"
		   "  JOIN authz.account c ON c.account_id = a.account_id AND c.status = 'active'"
		   "  JOIN authz.sign_in_setting i ON i.application_id = a.application_id"
		   " WHERE a.application_id = $1::uuid AND a.status = 'active'",
	.nargs = 2,
	.argtypes = {TEXTOID, INT8OID},
};

static int
find_name(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	elog(ERROR, "unknown adapter \"%s\"", name);
}

AuthzSignIn
authz_sign_in_read(const char *application)
{
	AuthzSignIn sign_in = {.application = application};
	Datum values[2];
	AuthzActing acting;

	values[0] = CStringGetTextDatum(application);
	values[1] = Int64GetDatum(AUTHZ_SESSION_LONGEST);
	authz_store_begin(&acting);
	if (authz_store_read_fresh(&lookup, values, NULL) == 1)
	{
		sign_in.account_id = (int) authz_store_int64(0, 1);
		sign_in.sign_in_id = authz_store_int64(0, 2);
		sign_in.authn = (AuthzAuthn) find_name(authn_names, AUTHZ_AUTHNS, authz_store_text(0, 3));
		sign_in.authz = (AuthzAuthz) find_name(authz_names, AUTHZ_AUTHZS, authz_store_text(0, 4));
		sign_in.anonymous_role_id = authz_store_int64(0, 5);
		sign_in.lifetime = authz_store_int64(0, 6);
		sign_in.subject_lock = authz_store_bool(0, 7);
		sign_in.refresh_details = authz_store_bool(0, 8);
	}
	authz_store_end(&acting);
	return sign_in;
}

const char *
authz_authn_name(AuthzAuthn authn)
{
	return authn_names[authn];
}
