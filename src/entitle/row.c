/*
 * row.c
 *	  The rows that a session's privileges name by their keys.
 */
#include "postgres.h"

#include "entitle/row.h"
#include "pure/privileges.h"

/* The privileges that name rows, by what for. */
static const char *const namings[][2] = {
	[AUTHZ_NAMED_TO_VIEW] = {"sview", "disableentitlementforentry"},
	[AUTHZ_NAMED_TO_EDIT] = {"edit", NULL},
};

AuthzNaming
authz_row_naming(const char *privilege)
{
	return strcmp(privilege, "edit") == 0 ? AUTHZ_NAMED_TO_EDIT : AUTHZ_NAMED_TO_VIEW;
}

static bool
names(const AuthzSession *session, const char *privilege, const char *key)
{
	return key != NULL && *key != '\0' &&
		   authz_privileges_has(session->privileges, strlen(session->privileges), privilege, key);
}

bool
authz_row_named(const AuthzSession *session, AuthzNaming naming, const char *key)
{
	if (session == NULL || !session->names_rows)
		return false;
	for (int i = 0; i < 2 && namings[naming][i] != NULL; i++)
		if (names(session, namings[naming][i], key))
			return true;
	return false;
}

bool
authz_row_within(const AuthzSession *session, const char *key)
{
	return session != NULL && (!session->limited || names(session, "limitentry", key));
}

/* Adds the values of one occurrence to the list. */
static void
add_keys(AuthzSpan key, AuthzSpan values, char **keys, int *n, bool *all)
{
	size_t position = 0;
	AuthzSpan value;

	while (authz_privileges_next_value(key, values, &position, &value))
	{
		keys[*n] = pnstrdup(value.text, value.length);
		*all |= strcmp(keys[*n], "*") == 0;
		(*n)++;
	}
}

char **
authz_row_keys(const AuthzSession *session, AuthzNaming naming, int *n, bool *all)
{
	size_t length = session == NULL ? 0 : strlen(session->privileges);
	char **keys = palloc((length + 1) * sizeof(char *));
	size_t position = 0;
	AuthzSpan key;
	AuthzSpan values;

	*n = 0;
	*all = false;
	if (session == NULL || !session->names_rows)
		return keys;
	while (authz_privileges_next(session->privileges, length, &position, &key, &values))
		for (int i = 0; i < 2 && namings[naming][i] != NULL; i++)
			if (key.length == strlen(namings[naming][i]) &&
				memcmp(key.text, namings[naming][i], key.length) == 0)
				add_keys(key, values, keys, n, all);
	return keys;
}
