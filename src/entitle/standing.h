/*
 * standing.h
 *	  What a session is to categories: a member of them, their owner, or one who
 *	  manages all. That a category is open to it does not count.
 */
#ifndef AUTHZ_ENTITLE_STANDING_H
#define AUTHZ_ENTITLE_STANDING_H

#include "postgres.h"

#include "entitle/judge.h"

typedef struct AuthzStanding
{
	AuthzGate gates[AUTHZ_LEVELS];
	const AuthzPair *subject; /* the judgement's; NULL for nobody in particular */
} AuthzStanding;

/* Good for as long as the judgement is; nobody stands nowhere. */
extern void authz_standing_read(AuthzJudgement *judgement, AuthzStanding *standing);

extern bool authz_standing_has(const AuthzStanding *standing, AuthzLevel level, int64 category_id);

/* Whether the session reaches the category at all, as far as it is confined. */
extern bool authz_standing_reaches(const AuthzStanding *standing, int64 category_id);

#endif
