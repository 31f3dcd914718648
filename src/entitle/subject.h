/*
 * subject.h
 *	  What a principal is and is a member of: its groups, its levels.
 */
#ifndef AUTHZ_ENTITLE_SUBJECT_H
#define AUTHZ_ENTITLE_SUBJECT_H

#include "entitle/cache.h"
#include "pure/idset.h"
#include "store/statement.h"
#include "utils/array.h"

/* As the type authz_level has them. */
typedef enum AuthzLevel
{
	AUTHZ_LEVEL_NONE,
	AUTHZ_LEVEL_MEMBER,
	AUTHZ_LEVEL_CONTRIBUTOR,
	AUTHZ_LEVEL_MODERATOR,
	AUTHZ_LEVEL_MANAGER
} AuthzLevel;

#define AUTHZ_LEVELS 5

typedef struct AuthzSubject
{
	AuthzEntry entry;
	bool counts;					  /* it and its account are active */
	ArrayType *names;				  /* text[]: its user id and those of its groups */
	AuthzIdSet *levels[AUTHZ_LEVELS]; /* categories where it has the level or a stronger one */
	int64 last;						  /* of these */
} AuthzSubject;

/* Key: account and principal. */
extern AuthzEntryKind authz_subject_kind;

/* Names that both have, text[] in the current context. */
extern ArrayType *authz_subject_common_names(const AuthzSubject *a, const AuthzSubject *b);

/*
 * For loaders: the set of an array of bigint in the row at hand, or of the rows
 * of a statement, however many they are; NULL for none.
 */
extern AuthzIdSet *authz_subject_read_set(MemoryContext context, int column);
extern AuthzIdSet *authz_subject_stream_set(MemoryContext context, AuthzStatement *statement,
											Datum *values, Snapshot snapshot);

/*
 * Whether a set, whose last id this is, may have one of the ids that the key of
 * a change means.
 */
extern bool authz_subject_set_meets(const AuthzIdSet *set, int64 last, int64 lowest);
extern void authz_subject_pack_set(StringInfo block, const AuthzIdSet *set);

#endif
