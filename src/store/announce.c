/*
 * announce.c
 *	  Changes of authz's tables, told to every backend that keeps what it read.
 *
 * PostgreSQL sends an invalidation of the relation cache with the commit that
 * caused it and writes it to the log, and a relation's OID is all it carries.
 * Nothing asks for that relation to exist: we send OIDs from the upper half of
 * their range, which hold a topic and 26 bits of an id. A real relation with
 * that OID makes somebody reload, or for some minutes keep nothing, in vain.
 *
 * The message arrives a moment after the commit has become visible. To leave
 * no moment in which a reader trusts what it kept, each key is also sent, at
 * once, when the transaction is about to commit, marked as pending; until the
 * commit's own message (or, if it fails, a message of the abort) readers load
 * what the key concerns for each statement and keep nothing. Backends that
 * started in between learn of the change by the commit's message alone.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/sinval.h"
#include "store/announce.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

/* Layout of a key: the upper half of the OIDs, what it tells, topic, id. */
#define KEY_MARK ((AuthzChangeKey) 1 << 31)
#define KEY_PENDING ((AuthzChangeKey) 1 << 30) /* a commit is under way */
#define KEY_SETTLED ((AuthzChangeKey) 1 << 29) /* it has ended, once for each pending */
#define KEY_TOPIC_SHIFT 26
#define KEY_TOPIC_MASK 7
#define KEY_ID_MASK (((AuthzChangeKey) 1 << KEY_TOPIC_SHIFT) - 1)
StaticAssertDecl(AUTHZ_CHANGE_STEP == (int64) KEY_ID_MASK + 1, "all bits of a key's id count");

/* Beyond this many keys in one transaction the whole account is announced. */
#define MAX_OWN_KEYS 64
#define ACCOUNT_KEYS 8
#define MAX_PENDING 256
#define MAX_PENDING_SECONDS 300
#define RING_SIZE 256
#define MAX_LISTENERS 8

static AuthzChangeListener listeners[MAX_LISTENERS];
static int nlisteners;

/* Arriving changes: the last few, and those whose commit is under way. */
static uint64 moment;
static AuthzChangeKey ring[RING_SIZE];
static struct
{
	AuthzChangeKey key;
	TimestampTz since;
} pending[MAX_PENDING];
static int npending;
static int pending_overflow;
static TimestampTz overflow_since;

/* The running transaction's own changes. */
static struct
{
	AuthzChangeKey keys[MAX_OWN_KEYS];
	int nkeys;
	bool changed;
	bool started; /* a session */
	CommandId last_change;
	TransactionId xid; /* whom announced speaks of */
	SubTransactionId sub;
	uint64 announced; /* which of the keys, a bit each, this subtransaction has announced */
	bool pending_sent;
} own;
static uint64 own_stamp = 1;

AuthzChangeKey
authz_change_key(AuthzTopic topic, int64 id)
{
	uint32 hash = hash_bytes((const unsigned char *) &id, sizeof(id));

	return KEY_MARK | (AuthzChangeKey) topic << KEY_TOPIC_SHIFT | (hash & KEY_ID_MASK);
}

AuthzChangeKey
authz_change_key_text(AuthzTopic topic, const char *id)
{
	return authz_change_key(topic, hash_bytes((const unsigned char *) id, strlen(id)));
}

AuthzChangeKey
authz_change_key_place(AuthzTopic topic, int64 category_id)
{
	return KEY_MARK | (AuthzChangeKey) topic << KEY_TOPIC_SHIFT |
		   ((AuthzChangeKey) category_id & KEY_ID_MASK);
}

AuthzTopic
authz_change_topic(AuthzChangeKey key, int64 *lowest)
{
	*lowest = key & KEY_ID_MASK;
	return (AuthzTopic) (key >> KEY_TOPIC_SHIFT & KEY_TOPIC_MASK);
}

/* Arriving ----------------------------------------------------------- */

static void
forget_pending(AuthzChangeKey key)
{
	for (int i = 0; i < npending; i++)
	{
		if (pending[i].key == key)
		{
			pending[i] = pending[--npending];
			return;
		}
	}
	if (pending_overflow > 0)
		pending_overflow--;
}

static void
tell_listeners(AuthzChangeKey key)
{
	for (int i = 0; i < nlisteners; i++)
		listeners[i](key);
}

static void
arrive(Datum arg, Oid relid)
{
	AuthzChangeKey key = relid;

	/* Most invalidations are of real relations. */
	if (key != AUTHZ_CHANGE_EVERYTHING && !(key & KEY_MARK))
		return;

	if (key == AUTHZ_CHANGE_EVERYTHING)
	{
		/* Messages were lost, those that would end what is pending among them. */
		npending = 0;
		pending_overflow = 0;
		moment += RING_SIZE;
	}
	else if (key & KEY_SETTLED)
	{
		forget_pending(key & ~KEY_SETTLED);
		return;
	}
	else if (key & KEY_PENDING)
	{
		/* What is kept was loaded before; what is loaded now may be from before, too. */
		key &= ~KEY_PENDING;
		if (npending < MAX_PENDING)
		{
			pending[npending].key = key;
			pending[npending++].since = GetCurrentTimestamp();
		}
		else
		{
			pending_overflow++;
			overflow_since = GetCurrentTimestamp();
		}
	}

	ring[moment++ % RING_SIZE] = key;
	tell_listeners(key);
}

void
authz_announce_listen(AuthzChangeListener listener)
{
	Assert(nlisteners < MAX_LISTENERS);
	listeners[nlisteners++] = listener;
}

/*
 * No commit takes that long, but for one that waits for a standby: then what is
 * kept may be trusted too early by the time between visible and announced. The
 * message of a real relation whose OID looks like a pending key is never
 * settled, and ends here.
 */
static void
forget_old_pending(void)
{
	TimestampTz oldest = GetCurrentTimestamp() - MAX_PENDING_SECONDS * USECS_PER_SEC;

	for (int i = 0; i < npending;)
	{
		if (pending[i].since < oldest)
			pending[i] = pending[--npending];
		else
			i++;
	}
	if (overflow_since < oldest)
		pending_overflow = 0;
}

bool
authz_change_pending_for(AuthzConcerned concerned, const void *who)
{
	if (likely(npending == 0 && pending_overflow == 0))
		return false;
	forget_old_pending();
	if (pending_overflow > 0)
		return true;
	for (int i = 0; i < npending; i++)
		if (concerned(who, pending[i].key))
			return true;
	return false;
}

/* Who depends on a list of keys. */
typedef struct KeyList
{
	const AuthzChangeKey *keys;
	int nkeys;
} KeyList;

static bool
lists_key(const void *who, AuthzChangeKey key)
{
	const KeyList *list = who;

	for (int i = 0; i < list->nkeys; i++)
		if (list->keys[i] == key)
			return true;
	return false;
}

bool
authz_change_pending(const AuthzChangeKey *keys, int nkeys)
{
	KeyList list = {.keys = keys, .nkeys = nkeys};

	return authz_change_pending_for(lists_key, &list);
}

uint64
authz_change_moment(void)
{
	return moment;
}

bool
authz_changed_since_for(uint64 since, AuthzConcerned concerned, const void *who)
{
	if (moment - since > RING_SIZE)
		return true;
	for (; since < moment; since++)
	{
		AuthzChangeKey key = ring[since % RING_SIZE];

		if (key == AUTHZ_CHANGE_EVERYTHING || concerned(who, key))
			return true;
	}
	return false;
}

bool
authz_changed_since(uint64 since, const AuthzChangeKey *keys, int nkeys)
{
	KeyList list = {.keys = keys, .nkeys = nkeys};

	return authz_changed_since_for(since, lists_key, &list);
}

/* Leaving ------------------------------------------------------------ */

/* Queues the key with the running transaction's invalidations. */
static void
send_at_commit(AuthzChangeKey key)
{
	FormData_pg_class form;
	RelationData relation;

	memset(&form, 0, sizeof(form));
	memset(&relation, 0, sizeof(relation));
	relation.rd_rel = &form;
	relation.rd_id = key;
	CacheInvalidateRelcache(&relation);
}

/* Sends the key to all backends now. */
static void
send_now(AuthzChangeKey key)
{
	SharedInvalidationMessage message;

	memset(&message, 0, sizeof(message));
	message.rc.id = SHAREDINVALRELCACHE_ID;
	message.rc.dbId = MyDatabaseId;
	message.rc.relId = key;
	SendSharedInvalidMessages(&message, 1);
}

/* The position of the key among the transaction's own, which it joins; there is room. */
static int
own_key(AuthzChangeKey key)
{
	for (int i = 0; i < own.nkeys; i++)
		if (own.keys[i] == key)
			return i;
	Assert(own.nkeys < MAX_OWN_KEYS);
	own.keys[own.nkeys] = key;
	return own.nkeys++;
}

/*
 * A savepoint that is rolled back takes the messages queued since with it, so
 * what counts as announced is forgotten whenever the subtransaction changes.
 */
static void
announce_key(AuthzChangeKey key)
{
	uint64 bit = UINT64CONST(1) << own_key(key);

	if (!(own.announced & bit))
		send_at_commit(key);
	own.announced |= bit;
}

static bool
is_own_key(AuthzChangeKey key)
{
	for (int i = 0; i < own.nkeys; i++)
		if (own.keys[i] == key)
			return true;
	return false;
}

static void
note_own_change(void)
{
	own.changed = true;
	own.last_change = GetCurrentCommandId(true);
}

void
authz_own_session(void)
{
	own.started = true;
}

void
authz_announce(AuthzChangeKey key, int account_id)
{
	TransactionId xid = GetTopTransactionId();
	SubTransactionId sub = GetCurrentSubTransactionId();
	AuthzChangeKey tree = authz_change_key(AUTHZ_TOPIC_TREE, account_id);
	AuthzChangeKey policy = authz_change_key(AUTHZ_TOPIC_POLICY, account_id);

	note_own_change();
	tell_listeners(key);
	if (own.xid != xid || own.sub != sub)
	{
		own.xid = xid;
		own.sub = sub;
		own.announced = 0;
	}

	/* The last places are for accounts as a whole, two keys each. */
	if (is_own_key(key) || own.nkeys < MAX_OWN_KEYS - ACCOUNT_KEYS)
		announce_key(key);
	else if (own.nkeys + !is_own_key(tree) + !is_own_key(policy) > MAX_OWN_KEYS)
		authz_announce_everything();
	else
	{
		announce_key(tree);
		announce_key(policy);
	}
}

void
authz_announce_everything(void)
{
	note_own_change();
	tell_listeners(AUTHZ_CHANGE_EVERYTHING);
	CacheInvalidateRelcacheAll();
}

uint64
authz_own_stamp(void)
{
	return own.changed ? own_stamp : 0;
}

uint64
authz_own_session_stamp(void)
{
	return own.changed || own.started ? own_stamp : 0;
}

bool
authz_own_stamp_holds(uint64 stamp)
{
	return stamp == 0 || stamp == own_stamp;
}

bool
authz_own_changes_seen(Snapshot snapshot)
{
	return !own.changed || snapshot->curcid > own.last_change;
}

/* Transaction ends --------------------------------------------------- */

static void
forget_own(void)
{
	if (own.changed || own.started)
		own_stamp++;
	memset(&own, 0, sizeof(own));
}

static void
transaction_event(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			own.pending_sent = own.nkeys > 0;
			for (int i = 0; i < own.nkeys; i++)
			{
				send_at_commit(own.keys[i] | KEY_SETTLED);
				send_now(own.keys[i] | KEY_PENDING);
			}
			break;
		case XACT_EVENT_ABORT:
			if (own.pending_sent)
				for (int i = 0; i < own.nkeys; i++)
					send_now(own.keys[i] | KEY_SETTLED);
			forget_own();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PREPARE:
			forget_own();
			break;
		default:
			break;
	}
}

static void
subtransaction_event(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB && (own.changed || own.started))
		own_stamp++;
}

void
authz_announce_init(void)
{
	CacheRegisterRelcacheCallback(arrive, (Datum) 0);
	RegisterXactCallback(transaction_event, NULL);
	RegisterSubXactCallback(subtransaction_event, NULL);
}
