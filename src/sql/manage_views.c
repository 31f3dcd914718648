/*
 * manage_views.c
 *	  What the views ask to know whose rows they show.
 *
 * They answer for whoever reads, never raise for want of rights, and give
 * nothing away when called directly.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "entitle/listing.h"
#include "session/setting.h"
#include "sql/manage.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

/* Whether the caller reads as an administrator of the database. */
static bool
reads_database(void)
{
	return *authz_setting_session() == '\0' && authz_door_administers();
}

/* The account that authz.account names, or the only one; 0 where that is none. */
static int
named_account(void)
{
	static AuthzStatement statement = {
		.sql = "SELECT CASE count(*) WHEN 1 THEN min(account_id)::bigint END FROM authz.account"
			   " WHERE $1 = 0 OR account_id = $1",
		.nargs = 1,
		.argtypes = {INT4OID},
	};
	Datum values[1];
	AuthzActing acting;
	int account_id;

	values[0] = Int32GetDatum(authz_setting_account());
	authz_store_begin(&acting);
	(void) authz_store_read(&statement, values, NULL, GetActiveSnapshot());
	account_id = (int) authz_store_int64(0, 1);
	authz_store_end(&acting);
	return account_id;
}

PG_FUNCTION_INFO_V1(authz_reading_database);

/* authz_reading_database() */
Datum
authz_reading_database(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(reads_database());
}

PG_FUNCTION_INFO_V1(authz_reading_account);

/* authz_reading_account(permission text): NULL asks for no permission */
Datum
authz_reading_account(PG_FUNCTION_ARGS)
{
	bool pinned;
	AuthzJudgement *judgement = authz_judge(fcinfo->flinfo, &pinned);
	const AuthzSession *session = authz_judgement_session(judgement);
	int account_id;

	if (session != NULL)
	{
		if (!PG_ARGISNULL(0) &&
			!authz_judgement_has_permission(judgement, text_to_cstring(PG_GETARG_TEXT_PP(0))))
			PG_RETURN_NULL();
		PG_RETURN_INT32(session->account_id);
	}
	account_id = reads_database() ? named_account() : 0;
	if (account_id == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(account_id);
}

PG_FUNCTION_INFO_V1(authz_publishing_account);

/*
 * authz_publishing_account(): the account whose public keys are asked for, 0
 * where it is not said. They are shown to everybody, one account's at a time, so
 * that nobody who takes them all believes another's tokens. Whether there is such
 * an account is not told here.
 */
Datum
authz_publishing_account(PG_FUNCTION_ARGS)
{
	bool pinned;
	const AuthzSession *session = authz_judgement_session(authz_judge(fcinfo->flinfo, &pinned));

	if (session != NULL)
		PG_RETURN_INT32(session->account_id);
	if (*authz_setting_session() != '\0')
		PG_RETURN_NULL();
	PG_RETURN_INT32(authz_setting_account());
}

/* Categories ---------------------------------------------------------------- */

/* Who reads the list of categories, for one execution. */
typedef struct Reader
{
	AuthzListing listing;
	bool all; /* an administrator of the database */
} Reader;

PG_FUNCTION_INFO_V1(authz_category_is_listed);

/* authz_category_is_listed(category_id bigint) */
Datum
authz_category_is_listed(PG_FUNCTION_ARGS)
{
	Reader *reader = fcinfo->flinfo->fn_extra;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	if (reader == NULL)
	{
		bool pinned;
		AuthzJudgement *judgement = authz_judge(fcinfo->flinfo, &pinned);
		MemoryContext context = pinned ? fcinfo->flinfo->fn_mcxt : CurrentMemoryContext;

		reader = MemoryContextAllocZero(context, sizeof(Reader));
		authz_listing_read(judgement, &reader->listing);
		reader->all = reads_database();
		if (pinned)
			fcinfo->flinfo->fn_extra = reader;
	}
	PG_RETURN_BOOL(reader->all || authz_listing_shows(&reader->listing, PG_GETARG_INT64(0)));
}
