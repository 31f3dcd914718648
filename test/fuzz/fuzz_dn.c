/*
 * fuzz_dn.c
 *	  Two distinguished names, a line each: the one form is a form of itself,
 *	  libldap takes it for a name of as many parts, and sets compare by it.
 */
#include <ldap.h>

#include "directory/dn.h"
#include "directory/dnset.h"
#include "directory/text.h"

#include "fuzz.h"

static AuthzArena arena;

static int
count_parts(const char *dn)
{
	LDAPDN parsed = NULL;
	int count = 0;

	CHECK(ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS);
	while (parsed != NULL && parsed[count] != NULL)
		count++;
	ldap_dnfree(parsed);
	return count;
}

static char *
normalize(const char *dn)
{
	char *normal;
	char *again;
	char *value;
	AuthzDnResult result = authz_dn_normalize(&arena, dn, &normal);

	CHECK((result == AUTHZ_DN_OK) == (normal != NULL));
	if (result != AUTHZ_DN_OK)
		return NULL;
	CHECK(authz_dn_value(&arena, dn, "cn", &value) == AUTHZ_DN_OK);
	if (strlen(normal) > AUTHZ_DN_MAX)
		return NULL;
	CHECK(authz_dn_normalize(&arena, normal, &again) == AUTHZ_DN_OK);
	CHECK(strcmp(normal, again) == 0);

	/* Others are never asked about; libldap takes some of them for white space. */
	if (authz_text_is_printable(dn, strlen(dn)))
		CHECK(count_parts(dn) == count_parts(normal));
	return normal;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *first = next_string(&data, &size, '\n');
	char *second = next_string(&data, &size, '\n');
	char *a;
	char *b;
	AuthzDnSet set;

	authz_arena_begin(&arena, AUTHZ_ARENA_LIMIT);
	a = normalize(first);
	b = normalize(second);
	CHECK(authz_dn_set_begin(&set, &arena, 8));
	if (authz_dn_set_add(&set, first, strlen(first)) == AUTHZ_DIRECTORY_OK && a != NULL &&
		b != NULL)
		CHECK(authz_dn_set_has(&set, second) == (strcmp(a, b) == 0));
	authz_arena_end(&arena);
	free(first);
	free(second);
	return 0;
}
