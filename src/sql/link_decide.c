/*
 * link_decide.c
 *	  The doors of what waits for approval in a link table.
 *
 * Who comes in moderates the category; the assignment is then changed as the
 * caller, with his privileges and under his row security.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "session/setting.h"
#include "sql/door.h"
#include "sql/guard.h"
#include "sql/link_policy.h"
#include "sql/linked.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* Deciding ----------------------------------------------------------------- */

static void
require_moderator(const char *action, int64 category)
{
	AuthzGate gate;
	AuthzDoor door;

	if (*authz_setting_session() == '\0')
	{
		(void) authz_door_open_database(action);
		return;
	}
	door = authz_door_open_session(action);
	authz_judgement_gate(door.judgement, AUTHZ_LEVEL_MODERATOR, NULL, 0, &gate);
	if (authz_judgement_session(door.judgement)->moderated || !authz_gate_admits(&gate, category))
		authz_guard_refuse("Only a moderator approves or rejects what is put into a category.");
}

/* Doing it ------------------------------------------------------------------- */

/* A link table, from what its trigger is told. */
typedef struct Link
{
	char *table;
	const char *key;
	const char *category;
	const char *status;
	Oid key_type;
	Oid status_type;
} Link;

AUTHZ_NORETURN static void
refuse_table(const char *table, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("nothing waits for approval in table %s", table), errhint("%s", hint)));
}

static Link
find_link(FunctionCallInfo fcinfo)
{
	Oid table = PG_GETARG_OID(0);
	Link link;
	Relation relation;
	const Trigger *trigger;

	if (get_rel_name(table) == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("there is no such table")));
	link.table = authz_qualified_table(table);
	relation = relation_open(table, AccessShareLock);
	trigger = authz_linked_trigger(fcinfo, relation, "authz_link_guard");
	if (trigger == NULL)
		refuse_table(link.table, "It is no link table that authz_protect_linked() protected.");
	link.key = authz_guard_argument(trigger, "key");
	link.category = authz_guard_argument(trigger, "category");
	link.status = authz_guard_argument(trigger, "status");
	if (link.status == NULL)
		refuse_table(link.table, "It has no status column.");
	if (link.key == NULL || link.category == NULL)
		authz_guard_refuse_protocol();
	link.key = pstrdup(link.key);
	link.category = pstrdup(link.category);
	link.status = pstrdup(link.status);
	link.key_type = authz_protection_column_type(table, link.key);
	link.status_type = authz_protection_column_type(table, link.status);
	relation_close(relation, NoLock);
	return link;
}

static bool
set_status(const Link *link, AuthzLinkStatus status, char *key, int64 category)
{
	const char *column = quote_identifier(link->status);
	Oid types[] = {link->key_type == VARCHAROID ? TEXTOID : link->key_type, INT8OID};
	char *sql = psprintf("UPDATE %s AS l SET %s = %s WHERE %s OPERATOR(pg_catalog.=) $1"
						 " AND l.%s OPERATOR(pg_catalog.=) $2"
						 " AND pg_catalog.lower(l.%s::pg_catalog.text COLLATE pg_catalog.\"C\")"
						 " OPERATOR(pg_catalog.=) 'pending'::pg_catalog.text",
						 link->table, column,
						 quote_literal_cstr(authz_link_status_word(status, link->status_type)),
						 psprintf(link->key_type == VARCHAROID ? "l.%s::pg_catalog.text" : "l.%s",
								  quote_identifier(link->key)),
						 quote_identifier(link->category), column);
	Datum values[2];
	Oid input;
	Oid parameter;
	bool found;

	getTypeInputInfo(types[0], &input, &parameter);
	values[0] = OidInputFunctionCall(input, key, parameter, -1);
	values[1] = Int64GetDatum(category);
	if (SPI_connect() != SPI_OK_CONNECT ||
		SPI_execute_with_args(sql, 2, types, values, NULL, false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "could not change the status of an assignment");
	found = SPI_processed != 0;
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "could not disconnect from the server programming interface");
	return found;
}

static Datum
decide(FunctionCallInfo fcinfo, const char *action, AuthzLinkStatus status)
{
	Link link;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("no table, key or category is named")));
	require_moderator(action, PG_GETARG_INT64(2));
	link = find_link(fcinfo);
	PG_RETURN_BOOL(
		set_status(&link, status, text_to_cstring(PG_GETARG_TEXT_PP(1)), PG_GETARG_INT64(2)));
}

PG_FUNCTION_INFO_V1(authz_entry_approve);

/* authz_entry_approve(link regclass, key text, category_id bigint) */
Datum
authz_entry_approve(PG_FUNCTION_ARGS)
{
	return decide(fcinfo, "entry.approve", AUTHZ_LINK_ACTIVE);
}

PG_FUNCTION_INFO_V1(authz_entry_reject);

/* authz_entry_reject(link regclass, key text, category_id bigint) */
Datum
authz_entry_reject(PG_FUNCTION_ARGS)
{
	return decide(fcinfo, "entry.reject", AUTHZ_LINK_REJECTED);
}
