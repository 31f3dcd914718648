/*
 * site.c
 *	  A call site of a check.
 */
#include "postgres.h"

#include "sql/site.h"
#include "sql/support.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

static AuthzSite *
make_site(FunctionCallInfo fcinfo, int first_constant)
{
	FmgrInfo *flinfo = fcinfo->flinfo;
	AuthzSite *site = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(AuthzSite));

	site->constant = true;
	for (int i = first_constant; i < PG_NARGS(); i++)
		site->constant &= get_fn_expr_arg_stable(flinfo, i);
	flinfo->fn_extra = site;
	return site;
}

AuthzSite *
authz_site(FunctionCallInfo fcinfo, int first_constant)
{
	AuthzSite *site = fcinfo->flinfo->fn_extra;

	if (unlikely(site == NULL))
		site = make_site(fcinfo, first_constant);
	if (!site->pinned)
	{
		AuthzJudgement *judgement = authz_judge(fcinfo->flinfo, &site->pinned);
		uint64 number = authz_judgement_number(judgement);

		if (site->number != number)
			site->filled = false;
		site->judgement = judgement;
		site->number = number;
	}
	return site;
}

bool
authz_site_admits(FunctionCallInfo fcinfo, AuthzJudgement *judgement, int permission, int account)
{
	const AuthzSession *session = authz_judgement_session(judgement);
	char *name;

	if (session == NULL)
		return false;
	if (!PG_ARGISNULL(account) && PG_GETARG_INT32(account) != session->account_id)
		return false;
	if (PG_ARGISNULL(permission))
		return true;
	name = text_to_cstring(PG_GETARG_TEXT_PP(permission));
	return *name == '\0' || authz_judgement_has_permission(judgement, name);
}

const AuthzGate *
authz_site_fill_gate(FunctionCallInfo fcinfo, AuthzSite *site, AuthzLevel level, int position)
{
	char *permission = NULL;
	int account_id = 0;

	site->gate.nsides = 0;
	site->gate.only = NULL;
	if (PG_NARGS() > position)
	{
		if (PG_ARGISNULL(position))
			return &site->gate;
		permission = text_to_cstring(PG_GETARG_TEXT_PP(position));
	}
	if (PG_NARGS() > position + 1 && !PG_ARGISNULL(position + 1))
		account_id = PG_GETARG_INT32(position + 1);
	if (permission != NULL && *permission == '\0')
		permission = NULL;
	authz_judgement_gate(site->judgement, level, permission, account_id, &site->gate);
	authz_support_note(&site->gate);
	site->filled = true;
	return &site->gate;
}
