/*
 * announce.h
 *	  Changes of authz's tables, told to every backend that keeps what it read.
 *
 * A change has a topic (the subject, the session, the place in the tree, the
 * part of an account that it concerns) and an id; together they make a 32-bit
 * key. Keys travel as PostgreSQL's own relation cache invalidations, so they
 * arrive with the commit, in order, on standbys too.
 */
#ifndef AUTHZ_STORE_ANNOUNCE_H
#define AUTHZ_STORE_ANNOUNCE_H

#include "postgres.h"

#include "utils/snapshot.h"

typedef enum AuthzTopic
{
	AUTHZ_TOPIC_SUBJECT,	/* memberships, roles or status of a principal; an app token */
	AUTHZ_TOPIC_TREE,		/* an account's tree and subjects: very much of them */
	AUTHZ_TOPIC_POLICY,		/* an account's roles, permissions, keys, settings */
	AUTHZ_TOPIC_SESSION,	/* a session ended */
	AUTHZ_TOPIC_CATEGORIES, /* an account has another category, or lists or moderates another */
	AUTHZ_TOPIC_OPEN,		/* privacy, contribution or contexts of an account's categories */
	AUTHZ_TOPIC_INHERIT,	/* something begins or ceases to inherit from the category */
	AUTHZ_TOPIC_BELOW		/* something comes or goes below the category, and does not inherit */
} AuthzTopic;

typedef uint32 AuthzChangeKey;

/* What listeners are told when everything may have changed. */
#define AUTHZ_CHANGE_EVERYTHING ((AuthzChangeKey) 0)

typedef void (*AuthzChangeListener)(AuthzChangeKey key);

extern void authz_announce_init(void);

extern AuthzChangeKey authz_change_key(AuthzTopic topic, int64 id);
extern AuthzChangeKey authz_change_key_text(AuthzTopic topic, const char *id);

/*
 * A place in the tree concerns whoever has the category in a set, and a set is
 * not known by 26 bits of a hash: such a key holds the last bits of the id as
 * they are. Tells the topic of a key, and the lowest id that it may be of; the
 * others are AUTHZ_CHANGE_STEP apart.
 */
#define AUTHZ_CHANGE_STEP ((int64) 1 << 26)
extern AuthzChangeKey authz_change_key_place(AuthzTopic topic, int64 category_id);
extern AuthzTopic authz_change_topic(AuthzChangeKey key, int64 *lowest);

/* Tells of a change by the running transaction, to take effect with its commit. */
extern void authz_announce(AuthzChangeKey key, int account_id);
extern void authz_announce_everything(void);

/* Called for each arriving change, in any state: the listener only sets flags. */
extern void authz_announce_listen(AuthzChangeListener listener);

/* Whether one of the keys is being changed by a commit that is under way. */
extern bool authz_change_pending(const AuthzChangeKey *keys, int nkeys);

/* A moment in the stream of arriving changes, and whether one of the keys has come since. */
extern uint64 authz_change_moment(void);
extern bool authz_changed_since(uint64 moment, const AuthzChangeKey *keys, int nkeys);

/* The same for who depends on more than a list of keys. */
typedef bool (*AuthzConcerned)(const void *who, AuthzChangeKey key);
extern bool authz_change_pending_for(AuthzConcerned concerned, const void *who);
extern bool authz_changed_since_for(uint64 moment, AuthzConcerned concerned, const void *who);

/* The transaction has started a session, of which nobody else can have kept anything. */
extern void authz_own_session(void);

/*
 * What is loaded after the transaction's own changes ends with it, and with a
 * rollback to a savepoint. The stamp to keep with it, and whether that still
 * holds; 0 for what was loaded before any. Sessions that it starts count for
 * sessions alone.
 */
extern uint64 authz_own_stamp(void);
extern uint64 authz_own_session_stamp(void);
extern bool authz_own_stamp_holds(uint64 stamp);

/* Whether the snapshot shows all own changes, so that what it loads may be kept. */
extern bool authz_own_changes_seen(Snapshot snapshot);

#endif
