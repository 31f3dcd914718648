/*
 * definition.h
 *	  A registration's definition while it is read: what oidc.c and saml.c share.
 *
 * A member is fetched, judged and put into the canonical object; a fault is of
 * the member that was fetched last. Functions that return bool or a pointer
 * have noted the fault when they return false or NULL.
 */
#ifndef AUTHZ_PURE_DEFINITION_H
#define AUTHZ_PURE_DEFINITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pure/json.h"
#include "pure/registration.h"

#define AUTHZ_DEFINITION_LIST_MAX 100

#define AUTHZ_COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct AuthzDefinition
{
	json_t *given;
	json_t *canonical;
	int64_t now;
	AuthzRegistrationResult result;
	AuthzRegistrationFault *fault;
} AuthzDefinition;

/* How an element of a list is read: a new value, or NULL. */
typedef json_t *(*AuthzElementReader)(AuthzDefinition *definition, json_t *element, void *argument);

/* For qsort() over json_t pointers. */
typedef int (*AuthzElementOrder)(const void *a, const void *b);

/* Notes the fault; NULL, which is also false. */
extern json_t *authz_definition_fail(AuthzDefinition *definition, AuthzRegistrationResult result);

/* The same about a word, which is quoted. */
extern json_t *authz_definition_fail_word(AuthzDefinition *definition,
										  AuthzRegistrationResult result, const char *word);

/* The new value itself; where there is none, memory has ended. */
extern json_t *authz_definition_made(AuthzDefinition *definition, json_t *value);

/* Whether the object has no other members than these. */
extern bool authz_definition_knows(AuthzDefinition *definition, json_t *object,
								   const char *const *members, size_t count);

/* The value of a member; NULL when it is not given. */
extern json_t *authz_definition_get(AuthzDefinition *definition, const char *member);

/* Puts a new value into the canonical object; NULL only after a fault. */
extern bool authz_definition_put(AuthzDefinition *definition, const char *member, json_t *value);

/* The place of a string among the words. */
extern bool authz_definition_word(AuthzDefinition *definition, const json_t *value,
								  const char *const *words, size_t count, size_t *place);

/* An array of min to max elements, each read; max is at most AUTHZ_DEFINITION_LIST_MAX. */
extern json_t *authz_definition_list(AuthzDefinition *definition, const json_t *value, size_t min,
									 size_t max, AuthzElementReader read, void *argument);

/* Takes the array over; it comes back in order, and of equal elements one. */
extern json_t *authz_definition_sort(AuthzDefinition *definition, json_t *list,
									 AuthzElementOrder order);

/* The order of strings, by bytes. */
extern int authz_definition_by_text(const void *a, const void *b);

/* Reads a URI; argument points to its AuthzUriKind. */
extern json_t *authz_definition_uri(AuthzDefinition *definition, json_t *element, void *argument);

/* The set of such URIs. */
extern json_t *authz_definition_uris(AuthzDefinition *definition, const json_t *value, size_t min,
									 size_t max, AuthzUriKind kind);

#endif
