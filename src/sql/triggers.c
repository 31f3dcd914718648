/*
 * triggers.c
 *	  The triggers of authz's own tables: they tell of changes, and write down
 *	  what is inherited from.
 *
 * They are row triggers that fire always, so that rows applied by logical
 * replication or restored from a dump are told of as well.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "store/announce.h"
#include "store/statement.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/uuid.h"

/* In the order of the topics. */
static const char *const topic_words[] = {"subject",	"tree", "policy",  "session",
										  "categories", "open", "inherit", "below"};

static AuthzTopic
topic_of(const char *word)
{
	for (int topic = 0; topic < lengthof(topic_words); topic++)
		if (strcmp(word, topic_words[topic]) == 0)
			return (AuthzTopic) topic;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("there is no topic \"%s\" to announce", word)));
}

static int
column_number(TriggerData *trigger, const char *name)
{
	int number = SPI_fnumber(trigger->tg_relation->rd_att, name);

	if (number <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("column \"%s\" does not exist", name)));
	return number;
}

static void
announce_row(TriggerData *trigger, HeapTuple row, AuthzTopic topic, const char *column)
{
	TupleDesc description = trigger->tg_relation->rd_att;
	int number = column_number(trigger, column);
	bool isnull;
	Datum value = heap_getattr(row, number, description, &isnull);
	Datum account;
	bool no_account;
	AuthzChangeKey key;

	if (isnull)
		return;
	account = heap_getattr(row, column_number(trigger, "account_id"), description, &no_account);
	switch (TupleDescAttr(description, number - 1)->atttypid)
	{
		case INT4OID:
			key = authz_change_key(topic, DatumGetInt32(value));
			break;
		case INT8OID:
			key = topic == AUTHZ_TOPIC_INHERIT || topic == AUTHZ_TOPIC_BELOW
					  ? authz_change_key_place(topic, DatumGetInt64(value))
					  : authz_change_key(topic, DatumGetInt64(value));
			break;
		case UUIDOID:
			key =
				authz_change_key_text(topic, DatumGetCString(DirectFunctionCall1(uuid_out, value)));
			break;
		default:
			key = authz_change_key_text(topic, TextDatumGetCString(value));
			break;
	}
	authz_announce(key, no_account ? 0 : DatumGetInt32(account));
}

static TriggerData *
trigger_of(FunctionCallInfo fcinfo)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("not called as a trigger")));
	return (TriggerData *) fcinfo->context;
}

PG_FUNCTION_INFO_V1(authz_announce_change);

/*
 * authz.announce_change(topic, column, …): tells that what the column of the
 * old and of the new row names has changed under the topic.
 */
Datum
authz_announce_change(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = trigger_of(fcinfo);

	if (!TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
	{
		authz_announce_everything(); /* TRUNCATE */
		return PointerGetDatum(NULL);
	}
	for (int i = 0; i + 1 < trigger->tg_trigger->tgnargs; i += 2)
	{
		AuthzTopic topic = topic_of(trigger->tg_trigger->tgargs[i]);
		const char *column = trigger->tg_trigger->tgargs[i + 1];

		announce_row(trigger, trigger->tg_trigtuple, topic, column);
		if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
			announce_row(trigger, trigger->tg_newtuple, topic, column);
	}
	return PointerGetDatum(NULL);
}

PG_FUNCTION_INFO_V1(authz_note_home);

/*
 * authz.note_home(column): what the column of the new row names is inherited
 * from, unless it inherits itself. One that is not there yet may come to be.
 */
Datum
authz_note_home(PG_FUNCTION_ARGS)
{
	static AuthzStatement statement = {
		.sql = "INSERT INTO authz.category_home (account_id, category_id)"
			   " SELECT $1, $2"
			   "  WHERE NOT EXISTS (SELECT FROM authz.category_home"
			   "                     WHERE account_id = $1 AND category_id = $2)"
			   "    AND (SELECT inheritance FROM authz.category_place WHERE category_id = $2)"
			   "        IS DISTINCT FROM 'inherit'",
		.nargs = 2,
		.argtypes = {INT4OID, INT8OID},
	};
	TriggerData *trigger = trigger_of(fcinfo);
	TupleDesc description = trigger->tg_relation->rd_att;
	HeapTuple row =
		TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	Datum values[2];
	AuthzActing acting;
	bool isnull;

	values[0] = heap_getattr(row, column_number(trigger, "account_id"), description, &isnull);
	values[1] = heap_getattr(row, column_number(trigger, trigger->tg_trigger->tgargs[0]),
							 description, &isnull);
	authz_store_begin(&acting);
	(void) authz_store_write(&statement, values, NULL);
	authz_store_end(&acting);
	return PointerGetDatum(NULL);
}
