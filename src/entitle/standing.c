/*
 * standing.c
 *	  What a session is to categories.
 *
 * A gate admits what is open as well as what the session has a level on, within
 * what the session reaches; so what the gate and the subject's own levels have
 * in common is what it has. To manage is never open to anybody.
 */
#include "postgres.h"

#include "entitle/judgement.h"
#include "entitle/standing.h"

void
authz_standing_read(AuthzJudgement *judgement, AuthzStanding *standing)
{
	const AuthzSession *session = authz_judgement_session(judgement);

	memset(standing, 0, sizeof(*standing));
	for (int level = AUTHZ_LEVEL_MEMBER; level <= AUTHZ_LEVEL_MANAGER; level++)
		authz_judgement_gate(judgement, (AuthzLevel) level, NULL, 0, &standing->gates[level]);
	if (session != NULL && session->principal_id != 0)
	{
		authz_judgement_need_subject(judgement);
		standing->subject = &judgement->subject;
	}
}

static bool
entry_has(const AuthzEntry *entry, AuthzLevel level, int64 category_id)
{
	const AuthzIdSet *set = ((const AuthzSubject *) entry)->levels[level];

	return set != NULL && authz_idset_has(set, category_id);
}

bool
authz_standing_has(const AuthzStanding *standing, AuthzLevel level, int64 category_id)
{
	const AuthzPair *subject = standing->subject;

	if (authz_gate_admits(&standing->gates[AUTHZ_LEVEL_MANAGER], category_id))
		return true;
	return subject != NULL && authz_gate_admits(&standing->gates[level], category_id) &&
		   entry_has(subject->now, level, category_id) &&
		   entry_has(authz_side_of(subject, 1), level, category_id);
}

bool
authz_standing_reaches(const AuthzStanding *standing, int64 category_id)
{
	return authz_gate_reaches(&standing->gates[AUTHZ_LEVEL_MANAGER], category_id);
}
