/*
 * search.c
 *	  Searches, entry by entry, and the values in entries.
 */
#include <string.h>
#include <sys/time.h>

#include "directory/dn.h"
#include "directory/range.h"
#include "directory/search.h"
#include "directory/text.h"

/* Entries asked for at once, and the most portions of one answer. */
#define PAGE_ENTRIES 500
#define PAGES_MAX 1000

/* An attribute's description with a range. */
#define DESCRIPTION_MAX 192

/* Where a paged search is. */
typedef struct Paging
{
	struct berval *cookie; /* NULL: begin */
	bool more;
} Paging;

/* What the last message of a portion says of the next. */
static AuthzDirectoryStatus
turn_page(AuthzConnection *connection, LDAPControl **controls, Paging *paging)
{
	LDAPControl *control =
		controls == NULL ? NULL : ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
	struct berval cookie = {0, NULL};
	ber_int_t estimate;

	if (control == NULL)
		return AUTHZ_DIRECTORY_OK;
	if (ldap_parse_pageresponse_control(connection->ld, control, &estimate, &cookie) !=
		LDAP_SUCCESS)
		return AUTHZ_DIRECTORY_MALFORMED;
	paging->more = cookie.bv_len > 0;
	if (paging->more)
		paging->cookie = ber_bvdup(&cookie);
	ldap_memfree(cookie.bv_val);
	return paging->more && paging->cookie == NULL ? AUTHZ_DIRECTORY_MEMORY : AUTHZ_DIRECTORY_OK;
}

/* Everything that answers one request. */
static AuthzDirectoryStatus
receive(AuthzConnection *connection, const AuthzSearch *search, int request, Paging *paging)
{
	for (;;)
	{
		LDAPControl **controls = NULL;
		LDAPMessage *message;
		AuthzDirectoryStatus status = authz_connection_receive(connection, request, &message);

		if (status != AUTHZ_DIRECTORY_OK)
			return status;
		switch (ldap_msgtype(message))
		{
			case LDAP_RES_SEARCH_ENTRY:
				status = search->visit(search->argument, connection->ld, message);
				ldap_msgfree(message);
				if (status == AUTHZ_DIRECTORY_OK)
					continue;
				authz_connection_abandon(connection, request);
				return status;
			case LDAP_RES_SEARCH_RESULT:
				status = authz_connection_result(connection, message, &controls);
				if (status == AUTHZ_DIRECTORY_OK)
					status = turn_page(connection, controls, paging);
				ldap_controls_free(controls);
				return status;
			default:
				ldap_msgfree(message);
		}
	}
}

static AuthzDirectoryStatus
ask(AuthzConnection *connection, const AuthzSearch *search, LDAPControl *page, int *request)
{
	static const char *const no_attributes[] = {LDAP_NO_ATTRS, NULL};
	const char *const *attributes = search->attributes == NULL ? no_attributes : search->attributes;
	LDAPControl *controls[] = {page, NULL};
	struct timeval most = {connection->timeout / 1000, 0};
	int code = ldap_search_ext(connection->ld, search->base, search->scope, search->filter,
							   (char **) attributes, 0, controls, NULL, &most, search->size_limit,
							   request);

	return code == LDAP_SUCCESS ? AUTHZ_DIRECTORY_OK : authz_connection_unsent(connection, code);
}

static AuthzDirectoryStatus
search_page(AuthzConnection *connection, const AuthzSearch *search, Paging *paging)
{
	LDAPControl *page = NULL;
	AuthzDirectoryStatus status = authz_connection_step(connection);
	int request;

	if (status != AUTHZ_DIRECTORY_OK)
		return status;
	if (search->paged && ldap_create_page_control(connection->ld, PAGE_ENTRIES, paging->cookie, 0,
												  &page) != LDAP_SUCCESS)
		return AUTHZ_DIRECTORY_MEMORY;
	ber_bvfree(paging->cookie);
	*paging = (Paging){NULL, false};
	status = ask(connection, search, page, &request);
	ldap_control_free(page);
	return status == AUTHZ_DIRECTORY_OK ? receive(connection, search, request, paging) : status;
}

AuthzDirectoryStatus
authz_search(AuthzConnection *connection, const AuthzSearch *search)
{
	Paging paging = {NULL, false};
	AuthzDirectoryStatus status = search_page(connection, search, &paging);

	for (int pages = 1; paging.more && status == AUTHZ_DIRECTORY_OK; pages++)
	{
		if (pages == PAGES_MAX)
			status = AUTHZ_DIRECTORY_TOO_MUCH;
		else
			status = search_page(connection, search, &paging);
	}
	ber_bvfree(paging.cookie);
	return status;
}

AuthzDirectoryStatus
authz_entry_dn(AuthzArena *arena, LDAP *ld, LDAPMessage *entry, const char **dn)
{
	char *text = ldap_get_dn(ld, entry);
	char *normal = NULL;
	AuthzArena scratch;
	AuthzDnResult result = AUTHZ_DN_MALFORMED;

	*dn = NULL;
	authz_arena_begin(&scratch, AUTHZ_ARENA_LIMIT);
	if (text != NULL && authz_text_is_printable(text, strlen(text)))
		result = authz_dn_normalize(&scratch, text, &normal);
	authz_arena_end(&scratch);
	if (result == AUTHZ_DN_OK)
	{
		*dn = authz_arena_copy(arena, text, strlen(text));
		if (*dn == NULL)
			result = AUTHZ_DN_MEMORY;
	}
	ldap_memfree(text);
	return result == AUTHZ_DN_OK		  ? AUTHZ_DIRECTORY_OK
		   : result == AUTHZ_DN_MALFORMED ? AUTHZ_DIRECTORY_MALFORMED
										  : AUTHZ_DIRECTORY_MEMORY;
}

AuthzDirectoryStatus
authz_entry_text(AuthzArena *arena, LDAP *ld, LDAPMessage *entry, const char *attribute,
				 const char **text)
{
	struct berval **found = ldap_get_values_len(ld, entry, attribute);
	AuthzDirectoryStatus status = AUTHZ_DIRECTORY_OK;

	*text = NULL;
	for (size_t i = 0; found != NULL && found[i] != NULL; i++)
	{
		size_t length = found[i]->bv_len;

		if (length == 0 || length > AUTHZ_DETAIL_MAX ||
			!authz_text_is_printable(found[i]->bv_val, length))
			continue;
		*text = authz_arena_copy(arena, found[i]->bv_val, length);
		if (*text == NULL)
			status = AUTHZ_DIRECTORY_MEMORY;
		break;
	}
	ldap_value_free_len(found);
	return status;
}

static AuthzDirectoryStatus
visit_all(AuthzValues *values, LDAP *ld, LDAPMessage *entry, const char *description)
{
	struct berval **found = ldap_get_values_len(ld, entry, description);
	AuthzDirectoryStatus status = AUTHZ_DIRECTORY_OK;

	for (size_t i = 0; status == AUTHZ_DIRECTORY_OK && found != NULL && found[i] != NULL; i++)
		status = values->visit(values->argument, found[i]->bv_val, found[i]->bv_len);
	ldap_value_free_len(found);
	return status;
}

/* The entry's next attribute; libldap ends at the last one and at a broken one alike. */
static AuthzDirectoryStatus
next_description(LDAP *ld, LDAPMessage *entry, BerElement **position, char **description)
{
	int code = LDAP_SUCCESS;

	ldap_memfree(*description);
	ldap_set_option(ld, LDAP_OPT_RESULT_CODE, &code);
	*description = *position == NULL ? ldap_first_attribute(ld, entry, position)
									 : ldap_next_attribute(ld, entry, *position);
	if (*description == NULL)
		ldap_get_option(ld, LDAP_OPT_RESULT_CODE, &code);
	return code == LDAP_DECODING_ERROR ? AUTHZ_DIRECTORY_MALFORMED : AUTHZ_DIRECTORY_OK;
}

AuthzDirectoryStatus
authz_values_take(AuthzValues *values, LDAP *ld, LDAPMessage *entry)
{
	BerElement *position = NULL;
	char *description = NULL;
	AuthzDirectoryStatus status = next_description(ld, entry, &position, &description);

	while (description != NULL && status == AUTHZ_DIRECTORY_OK)
	{
		size_t length = strlen(description);
		AuthzRange range;

		if (authz_text_same(description, length, values->attribute, strlen(values->attribute)))
			status = visit_all(values, ld, entry, description);
		else if (authz_range_read(&range, description, values->attribute))
		{
			status = visit_all(values, ld, entry, description);
			if (status == AUTHZ_DIRECTORY_OK && !range.is_last)
			{
				/* A portion that does not lead on would be asked for for ever. */
				if (range.last == UINT32_MAX || range.last < values->next)
					status = AUTHZ_DIRECTORY_MALFORMED;
				values->next = range.last + 1;
				values->more = true;
			}
		}
		if (status == AUTHZ_DIRECTORY_OK)
			status = next_description(ld, entry, &position, &description);
	}
	ldap_memfree(description);
	if (position != NULL)
		ber_free(position, 0);
	return status;
}

static AuthzDirectoryStatus
take_portion(void *values, LDAP *ld, LDAPMessage *entry)
{
	return authz_values_take(values, ld, entry);
}

AuthzDirectoryStatus
authz_values_rest(AuthzValues *values, AuthzConnection *connection, const char *dn)
{
	AuthzDirectoryStatus status = AUTHZ_DIRECTORY_OK;

	for (int portions = 0; values->more && status == AUTHZ_DIRECTORY_OK; portions++)
	{
		char description[DESCRIPTION_MAX];
		const char *attributes[] = {description, NULL};
		AuthzSearch search = {
			.base = dn,
			.scope = LDAP_SCOPE_BASE,
			.filter = "(objectClass=*)",
			.attributes = attributes,
			.visit = take_portion,
			.argument = values,
		};

		values->more = false;
		if (portions == PAGES_MAX)
			return AUTHZ_DIRECTORY_TOO_MUCH;
		if (!authz_range_write(description, sizeof(description), values->attribute, values->next))
			return AUTHZ_DIRECTORY_TOO_MUCH;
		status = authz_search(connection, &search);
	}
	return status;
}
