/*
 * judge.h
 *	  What the session in force may do, decided once for an execution.
 */
#ifndef AUTHZ_ENTITLE_JUDGE_H
#define AUTHZ_ENTITLE_JUDGE_H

#include "postgres.h"

#include "entitle/cache.h"
#include "entitle/subject.h"
#include "fmgr.h"
#include "pure/idset.h"
#include "session/session.h"

typedef struct AuthzJudgement AuthzJudgement;

extern void authz_judge_init(void);

/*
 * The judgement of the execution that the calling function belongs to, made at
 * its first call; *pinned tells that it stays the same until the execution
 * ends, so that the function may keep it in fn_extra. Where there is no
 * execution (a PL/pgSQL expression) it is made anew whenever anything that it
 * rests on may have moved; it then has another number, and what was kept of
 * the last one is void.
 */
extern AuthzJudgement *authz_judge(FmgrInfo *flinfo, bool *pinned);
extern uint64 authz_judgement_number(const AuthzJudgement *judgement);

/* What the rows carry that the execution under way writes; InvalidCommandId outside of one. */
extern CommandId authz_judge_command(void);

/* A judgement of the current moment that lives as long as the current memory context. */
extern AuthzJudgement *authz_judge_now(void);

/* A judgement for the planner: made anew whenever anything that it rests on may have moved. */
extern AuthzJudgement *authz_judge_plan(void);

/* NULL for nobody; the fault tells why. */
extern const AuthzSession *authz_judgement_session(const AuthzJudgement *judgement);
extern AuthzFault authz_judgement_fault(const AuthzJudgement *judgement);

extern bool authz_judgement_has_permission(AuthzJudgement *judgement, const char *permission);
extern bool authz_judgement_has_role(AuthzJudgement *judgement, const char *role,
									 const char *application);

/* Whether the session may give away all that such a role gives. */
extern bool authz_judgement_covers(AuthzJudgement *judgement, char **permissions, int npermissions,
								   char **exceptions, int nexceptions);

/* Ids of the roles that count, an array of bigint in the current context. */
extern ArrayType *authz_judgement_roles(AuthzJudgement *judgement);

/* The same for a session that is not in force; of its roles see authz_session_roles(). */
extern ArrayType *authz_judge_roles(int account_id, int64 principal_id, AuthzSessionType type,
									const char *roles);

/*
 * Names, in order, of an application's roles that would count for a user proven so
 * surely, whatever session is in force: text[] in the current context.
 */
extern ArrayType *authz_judge_application_roles(int account_id, int64 principal_id,
												const char *application, int assurance,
												bool multifactor);

/* The subject's user id and those of its groups, text[]; NULL for nobody. */
extern ArrayType *authz_judgement_names(AuthzJudgement *judgement);

/* Whether the category is one of the session's account. */
extern bool authz_judgement_knows_category(AuthzJudgement *judgement, int64 category_id);

/*
 * Categories at one moment: those in one of the sets; and those that are open
 * and in one of the sets that may be viewed. Nothing out of scope.
 */
typedef struct AuthzSide
{
	const AuthzIdSet *sets[4];
	const AuthzIdSet *viewed[4];
	const AuthzIdSet *open;
	const AuthzIdSet *scope;
	int nsets;
	int nviewed;
} AuthzSide;

/* The categories on which the session has a level: now and in its snapshot. */
typedef struct AuthzGate
{
	const AuthzIdSet *only; /* when this set alone decides, as it does for most */
	AuthzSide sides[2];
	int nsides; /* 0: none at all */
} AuthzGate;

/*
 * Level member asks what may be viewed, contributor where content may be put,
 * then moderate and manage. With a permission, none without it; with an
 * account, none in a session of another.
 */
extern void authz_judgement_gate(AuthzJudgement *judgement, AuthzLevel level,
								 const char *permission, int account_id, AuthzGate *gate);

/* The admitted ids in ascending order, palloc'd. */
extern int64 *authz_gate_list(const AuthzGate *gate, size_t *n);

/* At least how many ids the gate admits, without listing them. */
extern size_t authz_gate_estimate(const AuthzGate *gate);

static inline bool
authz_side_admits(const AuthzSide *side, int64 id)
{
	if (side->scope != NULL && !authz_idset_has(side->scope, id))
		return false;
	for (int i = 0; i < side->nsets; i++)
		if (authz_idset_has(side->sets[i], id))
			return true;
	if (side->open != NULL && authz_idset_has(side->open, id))
		for (int i = 0; i < side->nviewed; i++)
			if (authz_idset_has(side->viewed[i], id))
				return true;
	return false;
}

/* Whether the session reaches the category at all, whatever its level there. */
static inline bool
authz_gate_reaches(const AuthzGate *gate, int64 id)
{
	for (int i = 0; i < gate->nsides; i++)
		if (gate->sides[i].scope != NULL && !authz_idset_has(gate->sides[i].scope, id))
			return false;
	return gate->nsides > 0;
}

static inline bool
authz_gate_admits(const AuthzGate *gate, int64 id)
{
	if (likely(gate->only != NULL))
		return authz_idset_has(gate->only, id);
	for (int i = 0; i < gate->nsides; i++)
		if (!authz_side_admits(&gate->sides[i], id))
			return false;
	return gate->nsides > 0;
}

#endif
