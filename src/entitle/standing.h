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
	AuthzPair subject;
} AuthzStanding;

/* Release it with authz_standing_release; nobody stands nowhere. */
extern void authz_standing_read(AuthzJudgement *judgement, AuthzStanding *standing);
extern void authz_standing_release(AuthzStanding *standing);

extern bool authz_standing_has(const AuthzStanding *standing, AuthzLevel level, int64 category_id);

/* Whether the session reaches the category at all, as far as it is confined. */
extern bool authz_standing_reaches(const AuthzStanding *standing, int64 category_id);

#endif
