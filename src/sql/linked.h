/*
 * linked.h
 *	  A content table and the link table that its array follows, as their
 *	  triggers know them.
 *
 * What the triggers write into the content table they write as its owner, and
 * what they read of the link table they read as that one's. Anybody may put them
 * on a table of his own and name somebody else's: they act only where the link
 * table's owner has the rights of the content table's.
 */
#ifndef AUTHZ_SQL_LINKED_H
#define AUTHZ_SQL_LINKED_H

#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "sql/link_status.h"
#include "sql/protection.h"
#include "store/statement.h"

typedef struct AuthzLinked
{
	Oid content;
	Oid content_owner;
	Oid link_owner;
	char *content_name; /* qualified and quoted, as that of the link table */
	char *content_key;	/* columns by their names as they are */
	char *categories;
	char *link_name;
	char *link_key;
	char *link_category;
	char *link_status;	  /* NULL where every assignment counts */
	char *account_column; /* NULL where all rows are of one account */
	int account_id;
	const char *key_name; /* the type that keys are compared as */
	Oid key_type;
	Oid element; /* of the array: int4 or int8 */
} AuthzLinked;

/* What a trigger of the link table names; in the current memory context. */
extern AuthzLinked *authz_linked_of_link(const TriggerData *trigger);

/* The same of the content table: its link table must have the trigger that names it back. */
extern AuthzLinked *authz_linked_of_content(FunctionCallInfo fcinfo);

/* The trigger of a table that calls the function of this name beside the one called; NULL for none. */
extern const Trigger *authz_linked_trigger(FunctionCallInfo fcinfo, Relation table,
										   const char *function);

/* Of a link table its content table, and the other way round; InvalidOid where it is none. */
extern Oid authz_linked_content_of(FunctionCallInfo fcinfo, Oid link);
extern Oid authz_linked_link_of(FunctionCallInfo fcinfo, Oid content);

/* What an assignment says; how its columns are numbered in the trigger's table. */
typedef struct AuthzLinkColumns
{
	int key;
	int category;
	int status; /* 0 for none */
} AuthzLinkColumns;

typedef struct AuthzAssignment
{
	Datum key; /* of linked->key_type */
	int64 category;
	AuthzLinkStatus status;
	bool whole; /* neither key nor category is NULL */
} AuthzAssignment;

extern AuthzLinkColumns authz_linked_columns(const AuthzLinked *linked, Relation link);
extern AuthzAssignment authz_linked_assignment(const AuthzLinkColumns *columns, Relation link,
											   HeapTuple row);

/* Whether both assign the same row to the same category. */
extern bool authz_linked_same(const AuthzLinked *linked, const AuthzAssignment *first,
							  const AuthzAssignment *second);

/*
 * Between these two the current user is the role, unbound by the row security of
 * its own tables, and the search path holds pg_catalog alone: triggers of the
 * table that is written to are read so, as its owner's must be.
 */
extern void authz_linked_begin(Oid role, AuthzActing *acting);
#define authz_linked_end(acting) authz_store_end(acting)

/*
 * Runs a statement with what is committed at this moment, whatever the isolation
 * level, and raises 40001 where it would write to a row that the transaction
 * does not see. Its plan is kept by its text.
 */
extern uint64 authz_linked_execute(const char *sql, int nargs, const Oid *types, Datum *values);

/* The same without parameters, and the plan is not kept. */
extern uint64 authz_linked_execute_once(const char *sql);

/* The statements above as the caller, with the snapshot of his statement. */
extern uint64 authz_linked_ask(const char *sql, int nargs, const Oid *types, Datum *values);

#endif
