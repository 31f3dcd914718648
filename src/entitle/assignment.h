/*
 * assignment.h
 *	  What is asked of a row that is put into a category.
 */
#ifndef AUTHZ_ENTITLE_ASSIGNMENT_H
#define AUTHZ_ENTITLE_ASSIGNMENT_H

#include "entitle/judge.h"

/* Whether the session's putting a row there waits for a moderator's approval. */
extern bool authz_assignment_waits(AuthzJudgement *judgement, int64 category_id);

/* Raises 54000 where so many categories are too many for one row. */
extern void authz_assignment_check_most(AuthzJudgement *judgement, int n);

/* The same for a row of this account, whoever puts it there. */
extern void authz_assignment_check_most_in(int account_id, int n);

#endif
