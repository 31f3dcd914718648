/*
 * gate.c
 *	  The categories on which a session has a level.
 */
#include "postgres.h"

#include "entitle/judgement.h"
#include "entitle/shared.h"
#include "utils/memutils.h"

static void
add_set(const AuthzIdSet **sets, int *n, const AuthzIdSet *set)
{
	if (set != NULL)
		sets[(*n)++] = set;
}

/* How much the session has on all categories at once, by permission or with enforcement off. */
typedef struct Reach
{
	bool level; /* the level asked for */
	bool view;	/* to view */
} Reach;

/* What may be viewed: everything, or what it is a member of and what privacy opens. */
static int
viewable(AuthzJudgement *judgement, const Reach *every, int side, const AuthzIdSet **sets)
{
	const AuthzShared *shared = (AuthzShared *) authz_side_of(&judgement->shared, side);
	int n = 0;

	if (every->view)
	{
		add_set(sets, &n, ((AuthzEvery *) authz_side_of(&judgement->every, side))->categories);
		return n;
	}
	if (judgement->session->principal_id != 0)
	{
		AuthzSubject *subject = (AuthzSubject *) authz_side_of(&judgement->subject, side);

		add_set(sets, &n, subject->levels[AUTHZ_LEVEL_MEMBER]);
		add_set(sets, &n, shared->authenticated);
	}
	add_set(sets, &n, shared->everyone);
	return n;
}

static void
fill_side(AuthzJudgement *judgement, AuthzLevel level, const Reach *every, int side, AuthzSide *out)
{
	const AuthzSession *session = judgement->session;
	const AuthzShared *shared;

	memset(out, 0, sizeof(*out));
	if (every->level)
		add_set(out->sets, &out->nsets,
				((AuthzEvery *) authz_side_of(&judgement->every, side))->categories);
	if (session->entitlement_off)
		return;

	shared = (AuthzShared *) authz_side_of(&judgement->shared, side);
	out->scope = shared->scope;
	if (every->level)
		return;
	if (level == AUTHZ_LEVEL_MEMBER)
		out->nsets = viewable(judgement, every, side, out->sets);
	else if (session->principal_id != 0)
	{
		AuthzSubject *subject = (AuthzSubject *) authz_side_of(&judgement->subject, side);

		add_set(out->sets, &out->nsets, subject->levels[level]);
		if (level == AUTHZ_LEVEL_CONTRIBUTOR)
		{
			out->open = shared->open;
			out->nviewed = viewable(judgement, every, side, out->viewed);
		}
	}
}

void
authz_judgement_gate(AuthzJudgement *judgement, AuthzLevel level, const char *permission,
					 int account_id, AuthzGate *gate)
{
	const AuthzSession *session = judgement->session;
	Reach every;

	gate->nsides = 0;
	gate->only = NULL;
	if (session == NULL || (account_id != 0 && account_id != session->account_id))
		return;
	if (permission != NULL && !authz_judgement_has_permission(judgement, permission))
		return;

	every.level = authz_judgement_reaches_every(judgement, level);
	every.view = every.level || (level == AUTHZ_LEVEL_CONTRIBUTOR &&
								 authz_judgement_reaches_every(judgement, AUTHZ_LEVEL_MEMBER));
	if (every.view)
		authz_judgement_need_every(judgement);
	if (!session->entitlement_off)
		authz_judgement_need_shared(judgement);
	if (!every.level && session->principal_id != 0)
		authz_judgement_need_subject(judgement);

	fill_side(judgement, level, &every, 0, &gate->sides[0]);
	gate->nsides = 1;
	if (judgement->subject.then != NULL || judgement->shared.then != NULL ||
		judgement->every.then != NULL)
	{
		fill_side(judgement, level, &every, 1, &gate->sides[1]);
		gate->nsides = 2;
	}
	else if (gate->sides[0].nsets == 1 && gate->sides[0].scope == NULL &&
			 gate->sides[0].open == NULL)
		gate->only = gate->sides[0].sets[0];
}

size_t
authz_gate_estimate(const AuthzGate *gate)
{
	size_t n = 0;

	if (gate->nsides == 0)
		return 0;
	for (int i = 0; i < gate->sides[0].nsets; i++)
		n += authz_idset_count(gate->sides[0].sets[i]);
	return n;
}

/* Ids of the sets of one side, of which the gate may still refuse some. */
static int64 *
list_candidates(const AuthzIdSet *const *sets, int nsets, int64 *out)
{
	for (int i = 0; i < nsets; i++)
	{
		authz_idset_list(sets[i], out);
		out += authz_idset_count(sets[i]);
	}
	return out;
}

int64 *
authz_gate_list(const AuthzGate *gate, size_t *n)
{
	const AuthzSide *side = &gate->sides[0];
	size_t room = authz_gate_estimate(gate);
	size_t kept = 0;
	int64 *ids;
	int64 *end;

	*n = 0;
	if (gate->nsides == 0)
		return NULL;
	if (side->open != NULL)
		for (int i = 0; i < side->nviewed; i++)
			room += authz_idset_count(side->viewed[i]);
	ids = MemoryContextAllocHuge(CurrentMemoryContext, (room + 1) * sizeof(int64));
	end = list_candidates(side->sets, side->nsets, ids);
	if (side->open != NULL)
		end = list_candidates(side->viewed, side->nviewed, end);

	*n = end - ids;
	if (gate->only != NULL)
		return ids;
	*n = authz_idset_sort(ids, *n);
	for (size_t i = 0; i < *n; i++)
		if (authz_gate_admits(gate, ids[i]))
			ids[kept++] = ids[i];
	*n = kept;
	return ids;
}
