/*
 * listing.h
 *	  Which categories a session is told of: rule 7 of a session and a category.
 */
#ifndef AUTHZ_ENTITLE_LISTING_H
#define AUTHZ_ENTITLE_LISTING_H

#include "postgres.h"

#include "entitle/standing.h"

typedef struct AuthzListing
{
	AuthzStanding standing;
	const AuthzPair
		*listed; /* what appears in everybody's list, the judgement's; NULL: not asked */
	bool all;	 /* by permission */
} AuthzListing;

/* Good for as long as the judgement is; nobody is told of anything. */
extern void authz_listing_read(AuthzJudgement *judgement, AuthzListing *listing);

extern bool authz_listing_shows(const AuthzListing *listing, int64 category_id);

#endif
