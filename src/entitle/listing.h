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
	bool all; /* by permission */

	/* The judgement's: all categories, or what appears in everybody's list. */
	const AuthzPair *every;
	const AuthzPair *listed;
} AuthzListing;

/* Good for as long as the judgement is; nobody is told of anything. */
extern void authz_listing_read(AuthzJudgement *judgement, AuthzListing *listing);

extern bool authz_listing_shows(const AuthzListing *listing, int64 category_id);

#endif
