/*
 * site.h
 *	  A call site of a check: what is the same for all rows of an execution is
 *	  done at the first call and kept in fn_extra.
 */
#ifndef AUTHZ_SQL_SITE_H
#define AUTHZ_SQL_SITE_H

#include "postgres.h"

#include "entitle/judge.h"
#include "fmgr.h"

typedef struct AuthzSite
{
	AuthzJudgement *judgement;
	uint64 number; /* of the judgement */
	bool pinned;   /* the judgement stays the same while the site lives */
	bool constant; /* the arguments after the first are the same in all calls */
	bool filled;
	bool holds; /* of a permission, or of what the check makes of it */
	AuthzGate gate;
} AuthzSite;

/* The site of this call, with the judgement that is good for it. */
extern AuthzSite *authz_site(FunctionCallInfo fcinfo, int first_constant);

/*
 * The permission at this position and the account after it: '' and NULL ask for
 * none. False where they let nothing through.
 */
extern bool authz_site_admits(FunctionCallInfo fcinfo, AuthzJudgement *judgement, int permission,
							  int account);

/* Fills the site's gate; use authz_site_gate. */
extern const AuthzGate *authz_site_fill_gate(FunctionCallInfo fcinfo, AuthzSite *site,
											 AuthzLevel level, int position);

/* Arguments from this position: a permission ('' for none asked), an account (NULL for any). */
static inline const AuthzGate *
authz_site_gate(FunctionCallInfo fcinfo, AuthzLevel level, int position)
{
	AuthzSite *site = fcinfo->flinfo->fn_extra;

	if (likely(site != NULL && site->pinned && site->filled && site->constant))
		return &site->gate;
	site = authz_site(fcinfo, position);
	if (site->filled && site->constant)
		return &site->gate;
	return authz_site_fill_gate(fcinfo, site, level, position);
}

#endif
