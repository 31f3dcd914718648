/*
 * link_status.c
 *	  The words of a link table's status column.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "sql/link_status.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

static const char *const words[] = {[AUTHZ_LINK_ACTIVE] = "active",
									[AUTHZ_LINK_PENDING] = "pending",
									[AUTHZ_LINK_REJECTED] = "rejected"};

/* The label of an enum as it is spelled there; NULL where it has none such. */
static const char *
find_label(Oid type, const char *word)
{
	CatCList *labels = SearchSysCacheList1(ENUMTYPOIDNAME, ObjectIdGetDatum(type));
	const char *found = NULL;

	for (int i = 0; i < labels->n_members && found == NULL; i++)
	{
		Form_pg_enum label = (Form_pg_enum) GETSTRUCT(&labels->members[i]->tuple);

		if (pg_strcasecmp(NameStr(label->enumlabel), word) == 0)
			found = pstrdup(NameStr(label->enumlabel));
	}
	ReleaseSysCacheList(labels);
	return found;
}

const char *
authz_link_status_fault(Oid type, int32 typmod)
{
	int longest = (int) strlen(words[AUTHZ_LINK_REJECTED]);

	if (type == TEXTOID)
		return NULL;
	if (type == VARCHAROID)
		return typmod < 0 || typmod - VARHDRSZ >= longest
				   ? NULL
				   : "A status column of varchar has room for 8 characters.";
	if (get_typtype(type) != TYPTYPE_ENUM)
		return "A status column is text, varchar or an enum.";
	for (int i = AUTHZ_LINK_ACTIVE; i < lengthof(words); i++)
		if (find_label(type, words[i]) == NULL)
			return "An enum of a status column has the labels active, pending and rejected.";
	return NULL;
}

AuthzLinkStatus
authz_link_status_of(Datum value, bool isnull, Oid type)
{
	Oid output;
	bool is_varlena;
	char *given;

	if (isnull)
		return AUTHZ_LINK_OTHER;
	getTypeOutputInfo(type, &output, &is_varlena);
	given = OidOutputFunctionCall(output, value);
	for (int i = AUTHZ_LINK_ACTIVE; i < lengthof(words); i++)
		if (pg_strcasecmp(given, words[i]) == 0)
			return i;
	return AUTHZ_LINK_OTHER;
}

const char *
authz_link_status_word(AuthzLinkStatus status, Oid type)
{
	const char *label = get_typtype(type) == TYPTYPE_ENUM ? find_label(type, words[status]) : NULL;

	return label != NULL ? label : words[status];
}

Datum
authz_link_status_value(AuthzLinkStatus status, Oid type, int32 typmod)
{
	Oid input;
	Oid parameter;

	getTypeInputInfo(type, &input, &parameter);
	return OidInputFunctionCall(input, unconstify(char *, authz_link_status_word(status, type)),
								parameter, typmod);
}
