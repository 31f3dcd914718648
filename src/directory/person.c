/*
 * person.c
 *	  A user's entry: found, and read.
 */
#include <string.h>

#include "directory/dn.h"
#include "directory/escape.h"
#include "directory/pattern.h"
#include "directory/person.h"
#include "directory/search.h"
#include "directory/text.h"

#define ATTRIBUTES_MAX 8
#define UIDS_MAX 16
#define EXACTLY_ONE 2 /* entries to ask for, to see whether there is another one */

/* ---- finding --------------------------------------------------------------- */

typedef struct Finder
{
	AuthzArena *arena;
	const char *dn;
	int count;
} Finder;

static AuthzDirectoryStatus
find_entry(void *argument, LDAP *ld, LDAPMessage *entry)
{
	Finder *finder = argument;

	if (++finder->count >= EXACTLY_ONE)
		return AUTHZ_DIRECTORY_AMBIGUOUS_USER;
	return authz_entry_dn(finder->arena, ld, entry, &finder->dn);
}

/* The pattern with the user's name, as a value in a filter. */
static char *
user_filter(const AuthzQuestion *question)
{
	char *escaped = authz_filter_escape(question->arena, question->user, question->user_length);

	return escaped == NULL
			   ? NULL
			   : authz_pattern_fill(question->arena, question->config->user_search_pattern,
									AUTHZ_TOKEN_USERNAME, escaped);
}

AuthzDirectoryStatus
authz_person_find(AuthzQuestion *question, AuthzConnection *connection, const char **dn)
{
	Finder finder = {.arena = question->arena};
	AuthzSearch search = {
		.base = question->config->base_dn,
		.scope = LDAP_SCOPE_SUBTREE,
		.filter = user_filter(question),
		.size_limit = EXACTLY_ONE,
		.visit = find_entry,
		.argument = &finder,
	};
	AuthzDirectoryStatus status;

	if (search.filter == NULL)
		return AUTHZ_DIRECTORY_MEMORY;
	status = authz_search(connection, &search);
	if (status == AUTHZ_DIRECTORY_TOO_MUCH)
		return AUTHZ_DIRECTORY_AMBIGUOUS_USER;
	if (status == AUTHZ_DIRECTORY_OK && finder.count == 0)
		return AUTHZ_DIRECTORY_UNKNOWN_USER;
	*dn = finder.dn;
	return status;
}

AuthzDirectoryStatus
authz_person_name(AuthzQuestion *question, const char **dn)
{
	char *escaped = authz_dn_escape(question->arena, question->user, question->user_length);

	*dn = escaped == NULL ? NULL
						  : authz_pattern_fill(question->arena, question->config->user_dn_format,
											   AUTHZ_TOKEN_USERNAME, escaped);
	return *dn == NULL ? AUTHZ_DIRECTORY_MEMORY : AUTHZ_DIRECTORY_OK;
}

/* ---- reading --------------------------------------------------------------- */

/* Reads the entry, and what its user is called. */
typedef struct Reader
{
	AuthzQuestion *question;
	AuthzPerson *person;
	AuthzValues groups;
	int count;

	/* The attribute that the user's name is the value of, but for what is around it. */
	char *name_attribute;
	char *before;
	char *behind;
	const char *rdn_value;
	const char *name;
	bool name_in_dn;
} Reader;

static bool
prepare_name(Reader *reader)
{
	AuthzArena *arena = reader->question->arena;
	const AuthzDirectoryConfig *config = reader->question->config;

	if (config->bind_method == AUTHZ_BIND_DIRECT)
		return authz_dn_first_part(arena, config->user_dn_format, AUTHZ_TOKEN_USERNAME,
								   &reader->name_attribute, &reader->before, &reader->behind);
	if (!authz_filter_pattern_attribute(arena, config->user_search_pattern, AUTHZ_TOKEN_USERNAME,
										&reader->name_attribute, &reader->before, &reader->behind))
		return false;
	authz_dn_type_name(reader->name_attribute);
	return true;
}

/*
 * Directories find 'ann' by 'ANN', 'ann ' and by letters of double width, and by
 * any of her names. One entry has one name here, whatever was typed: else who is
 * blocked under one name comes back under another. That is the name in the DN,
 * or the first in the order of bytes.
 */
static AuthzDirectoryStatus
take_name(void *argument, const char *value, size_t length)
{
	Reader *reader = argument;
	size_t before = strlen(reader->before);
	size_t behind = strlen(reader->behind);
	bool in_dn;
	char *name;

	if (length <= before + behind || length > AUTHZ_USER_NAME_MAX + before + behind ||
		!authz_text_is_printable(value, length) ||
		!authz_text_same(value, before, reader->before, before) ||
		!authz_text_same(value + length - behind, behind, reader->behind, behind))
		return AUTHZ_DIRECTORY_OK;
	in_dn = reader->rdn_value != NULL &&
			authz_text_same(value, length, reader->rdn_value, strlen(reader->rdn_value));
	name = authz_arena_copy(reader->question->arena, value + before, length - before - behind);
	if (name == NULL)
		return AUTHZ_DIRECTORY_MEMORY;
	if (in_dn || (!reader->name_in_dn && (reader->name == NULL || strcmp(name, reader->name) < 0)))
		reader->name = name;
	reader->name_in_dn |= in_dn;
	return AUTHZ_DIRECTORY_OK;
}

static AuthzDirectoryStatus
take_uid(void *argument, const char *value, size_t length)
{
	AuthzPerson *person = argument;

	if (length > AUTHZ_USER_NAME_MAX || !authz_text_is_printable(value, length) ||
		person->uid_count == UIDS_MAX)
		return AUTHZ_DIRECTORY_TOO_MUCH;
	person->uids[person->uid_count] = authz_arena_copy(person->arena, value, length);
	return person->uids[person->uid_count++] == NULL ? AUTHZ_DIRECTORY_MEMORY : AUTHZ_DIRECTORY_OK;
}

static AuthzDirectoryStatus
take_sid(void *argument, const char *value, size_t length)
{
	AuthzPerson *person = argument;

	return authz_sid_read(&person->sid, value, length) ? AUTHZ_DIRECTORY_OK
													   : AUTHZ_DIRECTORY_MALFORMED;
}

static AuthzDirectoryStatus
take_values(LDAP *ld, LDAPMessage *entry, const char *attribute,
			AuthzDirectoryStatus (*visit)(void *, const char *, size_t), void *argument)
{
	AuthzValues values = {.attribute = attribute, .visit = visit, .argument = argument};

	return authz_values_take(&values, ld, entry);
}

static AuthzDirectoryStatus
take_detail(Reader *reader, LDAP *ld, LDAPMessage *entry, const char *attribute,
			const char **detail)
{
	return authz_is_given(attribute)
			   ? authz_entry_text(reader->question->arena, ld, entry, attribute, detail)
			   : AUTHZ_DIRECTORY_OK;
}

static AuthzDirectoryStatus
read_entry(void *argument, LDAP *ld, LDAPMessage *entry)
{
	Reader *reader = argument;
	const AuthzDirectoryConfig *config = reader->question->config;
	AuthzDirectoryResult *result = reader->question->result;
	AuthzPerson *person = reader->person;
	AuthzDirectoryStatus status;

	if (++reader->count > 1)
		return AUTHZ_DIRECTORY_MALFORMED;
	status = take_values(ld, entry, reader->name_attribute, take_name, reader);
	if (status == AUTHZ_DIRECTORY_OK)
		status = take_detail(reader, ld, entry, config->email_attribute, &result->email);
	if (status == AUTHZ_DIRECTORY_OK)
		status = take_detail(reader, ld, entry, config->first_name_attribute, &result->first_name);
	if (status == AUTHZ_DIRECTORY_OK)
		status = take_detail(reader, ld, entry, config->last_name_attribute, &result->last_name);
	if (status == AUTHZ_DIRECTORY_OK && config->group_search == AUTHZ_GROUPS_OF_USER)
		status = authz_values_take(&reader->groups, ld, entry);
	if (status == AUTHZ_DIRECTORY_OK && authz_members_are_names(config))
		status = take_values(ld, entry, "uid", take_uid, person);
	if (status == AUTHZ_DIRECTORY_OK && config->match_primary_group)
		status =
			take_detail(reader, ld, entry, config->primary_group_attribute, &person->primary_rid);
	if (status == AUTHZ_DIRECTORY_OK && config->match_primary_group)
		status = take_values(ld, entry, "objectSid", take_sid, person);
	return status;
}

/* What the entry is asked for. */
static void
list_attributes(const Reader *reader, const char *attributes[ATTRIBUTES_MAX + 1])
{
	const AuthzDirectoryConfig *config = reader->question->config;
	size_t count = 0;

	attributes[count++] = reader->name_attribute;
	if (authz_is_given(config->email_attribute))
		attributes[count++] = config->email_attribute;
	if (authz_is_given(config->first_name_attribute))
		attributes[count++] = config->first_name_attribute;
	if (authz_is_given(config->last_name_attribute))
		attributes[count++] = config->last_name_attribute;
	if (config->group_search == AUTHZ_GROUPS_OF_USER)
		attributes[count++] = authz_member_of_attribute(config);
	if (authz_members_are_names(config))
		attributes[count++] = "uid";
	if (config->match_primary_group)
	{
		attributes[count++] = config->primary_group_attribute;
		attributes[count++] = "objectSid";
	}
	attributes[count] = NULL;
}

static bool
begin_person(AuthzPerson *person, const AuthzQuestion *question)
{
	memset(person, 0, sizeof(*person));
	person->arena = question->arena;
	person->uids = authz_arena_take(question->arena, UIDS_MAX * sizeof(char *));
	return person->uids != NULL &&
		   authz_dn_set_begin(&person->groups, question->arena, AUTHZ_DIRECTORY_GROUPS_MAX);
}

AuthzDirectoryStatus
authz_person_read(AuthzQuestion *question, AuthzConnection *connection, AuthzPerson *person)
{
	Reader reader = {.question = question, .person = person};
	const char *attributes[ATTRIBUTES_MAX + 1];
	bool conditional = question->config->bind_method == AUTHZ_BIND_DIRECT &&
					   authz_is_given(question->config->user_search_pattern);
	AuthzSearch search = {
		.base = question->dn,
		.scope = LDAP_SCOPE_BASE,
		.filter = conditional ? user_filter(question) : "(objectClass=*)",
		.attributes = attributes,
		.visit = read_entry,
		.argument = &reader,
	};
	AuthzDirectoryStatus status;
	char *rdn_value;

	if (search.filter == NULL || !begin_person(person, question) || !prepare_name(&reader) ||
		authz_dn_value(question->arena, question->dn, reader.name_attribute, &rdn_value) !=
			AUTHZ_DN_OK)
		return AUTHZ_DIRECTORY_MEMORY;
	reader.rdn_value = rdn_value;
	reader.groups = (AuthzValues){
		.attribute = authz_member_of_attribute(question->config),
		.visit = authz_dn_set_add,
		.argument = &person->groups,
	};
	list_attributes(&reader, attributes);
	status = authz_search(connection, &search);
	if (status == AUTHZ_DIRECTORY_OK && reader.count == 0)
		status = conditional ? AUTHZ_DIRECTORY_UNKNOWN_USER : AUTHZ_DIRECTORY_SEARCH_REFUSED;
	if (status == AUTHZ_DIRECTORY_OK)
		status = authz_values_rest(&reader.groups, connection, question->dn);
	if (status == AUTHZ_DIRECTORY_OK && reader.name == NULL)
		status = AUTHZ_DIRECTORY_NAMELESS;
	question->result->name = reader.name;
	return status;
}
