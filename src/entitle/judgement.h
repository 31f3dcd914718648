/*
 * judgement.h
 *	  The inside of a judgement, for this floor alone.
 */
#ifndef AUTHZ_ENTITLE_JUDGEMENT_H
#define AUTHZ_ENTITLE_JUDGEMENT_H

#include "entitle/judge.h"
#include "lib/ilist.h"

/* A permission that was asked for, and the answer. */
typedef struct AuthzAsked
{
	char *permission;
	bool has;
} AuthzAsked;

#define AUTHZ_ASKED 8

struct AuthzJudgement
{
	dlist_node node;
	MemoryContext context;
	AuthzSession *session; /* pinned; NULL for nobody */
	AuthzFault fault;	   /* why it is nobody */
	bool pinned;
	uint64 number;
	AuthzAsked permissions[AUTHZ_ASKED]; /* the last ones asked for */
	unsigned npermissions;				 /* so far */

	/* Loaded at first need; what holds now and what held in the snapshot. */
	AuthzPair subject;
	AuthzPair shared;
	AuthzPair every;
	AuthzPair rights;
	AuthzPair registry;
	AuthzPair listed; /* of listing.c alone; workers load it for themselves */
	AuthzPair asked;  /* of assignment.c alone */
};

/* What each part of a judgement takes from the cache, at first need. */
extern void authz_judgement_need_subject(AuthzJudgement *judgement);
extern void authz_judgement_need_shared(AuthzJudgement *judgement);
extern void authz_judgement_need_every(AuthzJudgement *judgement);

/* Whether a role counts in the session that is of its application; asked of the cache alone. */
extern bool authz_judgement_has_role_in(const AuthzSession *session);

/* The entry of a pair at one side: 0 for now, 1 for the statement's snapshot. */
static inline AuthzEntry *
authz_side_of(const AuthzPair *pair, int side)
{
	return side == 1 && pair->then != NULL ? pair->then : pair->now;
}

/* Whether the session has the level on every category of its account (in its scope). */
extern bool authz_judgement_reaches_every(AuthzJudgement *judgement, AuthzLevel level);

/* For parallel workers: all that it may need, loaded and written; and read there. */
extern void authz_judgement_pack(AuthzJudgement *judgement, StringInfo block);
extern void authz_judgement_unpack(AuthzJudgement *judgement, AuthzUnpack *block);

#endif
