/*
 * definition.c
 *	  A registration's definition while it is read.
 */
#include <stdlib.h>
#include <string.h>

#include "pure/definition.h"

json_t *
authz_definition_fail(AuthzDefinition *definition, AuthzRegistrationResult result)
{
	definition->result = result;
	return NULL;
}

/* Whoever shows the quote need not ask what is in it. */
json_t *
authz_definition_fail_word(AuthzDefinition *definition, AuthzRegistrationResult result,
						   const char *word)
{
	char *quote = definition->fault->quote;
	size_t length = strnlen(word, AUTHZ_REGISTRATION_QUOTE_MAX);

	for (size_t i = 0; i < length; i++)
		quote[i] = word[i] < ' ' || word[i] > '~' ? '?' : word[i];
	quote[length] = '\0';
	return authz_definition_fail(definition, result);
}

bool
authz_definition_knows(AuthzDefinition *definition, json_t *object, const char *const *members,
					   size_t count)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		size_t i = 0;

		while (i < count && strcmp(name, members[i]) != 0)
			i++;
		if (i == count)
			return authz_definition_fail_word(definition, AUTHZ_REGISTRATION_UNKNOWN, name);
	}
	return true;
}

json_t *
authz_definition_get(AuthzDefinition *definition, const char *member)
{
	json_t *value = json_object_get(definition->given, member);

	definition->fault->member = member;
	definition->fault->element = -1;
	return json_is_null(value) ? NULL : value;
}

json_t *
authz_definition_made(AuthzDefinition *definition, json_t *value)
{
	return value != NULL ? value : authz_definition_fail(definition, AUTHZ_REGISTRATION_MEMORY);
}

bool
authz_definition_put(AuthzDefinition *definition, const char *member, json_t *value)
{
	if (value == NULL)
		return false;
	return json_object_set_new(definition->canonical, member, value) == 0 ||
		   authz_definition_fail(definition, AUTHZ_REGISTRATION_MEMORY);
}

bool
authz_definition_word(AuthzDefinition *definition, const json_t *value, const char *const *words,
					  size_t count, size_t *place)
{
	const char *text = json_string_value(value);

	if (text == NULL)
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_TYPE);
	for (*place = 0; *place < count; (*place)++)
	{
		if (strcmp(text, words[*place]) == 0)
			return true;
	}
	return authz_definition_fail_word(definition, AUTHZ_REGISTRATION_WORD, text);
}

/* Reads one element into the list. */
static bool
append(AuthzDefinition *definition, json_t *list, json_t *element, AuthzElementReader read,
	   void *argument)
{
	json_t *value = read(definition, element, argument);

	if (value == NULL)
		return false;
	return json_array_append_new(list, value) == 0 ||
		   authz_definition_fail(definition, AUTHZ_REGISTRATION_MEMORY);
}

json_t *
authz_definition_list(AuthzDefinition *definition, const json_t *value, size_t min, size_t max,
					  AuthzElementReader read, void *argument)
{
	size_t count = json_array_size(value);
	json_t *list;

	if (!json_is_array(value))
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_TYPE);
	if (count < min || count > max)
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_COUNT);
	list = authz_definition_made(definition, json_array());
	for (size_t i = 0; list != NULL && i < count; i++)
	{
		definition->fault->element = (int) i;
		if (!append(definition, list, json_array_get(value, i), read, argument))
		{
			json_decref(list);
			return NULL;
		}
	}
	definition->fault->element = -1;
	return list;
}

json_t *
authz_definition_sort(AuthzDefinition *definition, json_t *list, AuthzElementOrder order)
{
	json_t *elements[AUTHZ_DEFINITION_LIST_MAX];
	size_t count = json_array_size(list);
	json_t *sorted = json_array();
	bool done = sorted != NULL;

	for (size_t i = 0; i < count; i++)
		elements[i] = json_array_get(list, i);
	qsort(elements, count, sizeof(elements[0]), order);
	for (size_t i = 0; done && i < count; i++)
	{
		if (i == 0 || order(&elements[i - 1], &elements[i]) != 0)
			done = json_array_append(sorted, elements[i]) == 0;
	}
	json_decref(list);
	if (done)
		return sorted;
	json_decref(sorted);
	return authz_definition_fail(definition, AUTHZ_REGISTRATION_MEMORY);
}

int
authz_definition_by_text(const void *a, const void *b)
{
	return strcmp(json_string_value(*(json_t *const *) a), json_string_value(*(json_t *const *) b));
}

json_t *
authz_definition_uri(AuthzDefinition *definition, json_t *element, void *argument)
{
	char uri[AUTHZ_URI_MAX + 1];
	AuthzUriResult result;

	if (!json_is_string(element))
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_TYPE);
	result = authz_uri_read(json_string_value(element), json_string_length(element),
							*(const AuthzUriKind *) argument, uri);
	if (result == AUTHZ_URI_OK)
		return authz_definition_made(definition, json_string(uri));
	definition->fault->uri = result;
	return authz_definition_fail(definition, AUTHZ_REGISTRATION_URI);
}

json_t *
authz_definition_uris(AuthzDefinition *definition, const json_t *value, size_t min, size_t max,
					  AuthzUriKind kind)
{
	json_t *list = authz_definition_list(definition, value, min, max, authz_definition_uri, &kind);

	return list == NULL ? NULL : authz_definition_sort(definition, list, authz_definition_by_text);
}
