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
	AuthzPair listed; /* what appears in everybody's list */
	bool all;		  /* by permission */
} AuthzListing;

/* Release it with authz_listing_release; nobody is told of nothing. */
extern void authz_listing_read(AuthzJudgement *judgement, AuthzListing *listing);
extern void authz_listing_release(AuthzListing *listing);

extern bool authz_listing_shows(const AuthzListing *listing, int64 category_id);

#endif
