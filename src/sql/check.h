/*
 * check.h
 *	  The checks that policies call, as far as other doors need them.
 */
#ifndef AUTHZ_SQL_CHECK_H
#define AUTHZ_SQL_CHECK_H

#include "postgres.h"

#include "entitle/judge.h"

/* The level of a word, 22023 for another word; none only where it is allowed. */
extern AuthzLevel authz_check_level(const char *word, bool none_allowed);

#endif
