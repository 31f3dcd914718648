/*
 * oidc.c
 *	  The definition of an OpenID Connect client.
 *
 * client_type (confidential), grant_types (authorization_code), response_types
 * (what the grants call for), redirect_uris, post_logout_redirect_uris, pkce
 * (required), token_endpoint_auth_method (client_secret_basic; of a public
 * client none), jwks, scopes (openid where people sign in): the names of RFC
 * 7591 where it has one, in the order in which they are written.
 */
#include <string.h>

#include "pure/client_key.h"
#include "pure/oidc.h"

#define URIS_MAX 50
#define SCOPES_MAX 100
#define SCOPE_MAX 128
#define KEYS_MAX 10

static const char *const members[] = {"client_type",
									  "grant_types",
									  "response_types",
									  "redirect_uris",
									  "post_logout_redirect_uris",
									  "pkce",
									  "token_endpoint_auth_method",
									  "jwks",
									  "scopes"};

/* Sorted, as they are written. */
static const char *const grants[] = {"authorization_code", "client_credentials", "refresh_token",
									 "urn:ietf:params:oauth:grant-type:device_code",
									 "urn:ietf:params:oauth:grant-type:token-exchange"};

enum
{
	CODE = 1 << 0,
	CREDENTIALS = 1 << 1,
	REFRESH = 1 << 2,
	DEVICE = 1 << 3,
	EXCHANGE = 1 << 4
};

/* By these a token or a password passes through the browser or the client (RFC 9700, 2.1.2, 2.4). */
static const char *const unsafe_grants[] = {"implicit", "password"};
static const char *const unsafe_responses[] = {
	"token", "id_token", "id_token token", "code token", "code id_token", "code id_token token"};

typedef struct Client
{
	bool is_public;
	unsigned grants;
} Client;

/* The default, unless the member says something else. */
static bool
read_word(AuthzDefinition *definition, const char *member, const char *const *words, size_t count,
		  size_t *place)
{
	const json_t *value = authz_definition_get(definition, member);

	return value == NULL || authz_definition_word(definition, value, words, count, place);
}

static bool
put_word(AuthzDefinition *definition, const char *member, const char *word)
{
	return authz_definition_put(definition, member,
								authz_definition_made(definition, json_string(word)));
}

static bool
is_one_of(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
	{
		if (strcmp(text, words[i]) == 0)
			return true;
	}
	return false;
}

/* A word of the list; one of the unsafe ones is refused with that reason. */
static bool
read_safe_word(AuthzDefinition *definition, const json_t *element, const char *const *words,
			   size_t count, const char *const *unsafe, size_t unsafe_count, size_t *place)
{
	const char *text = json_string_value(element);

	if (text != NULL && is_one_of(text, unsafe, unsafe_count))
		return authz_definition_fail_word(definition, AUTHZ_REGISTRATION_UNSAFE, text);
	return authz_definition_word(definition, element, words, count, place);
}

static bool
read_type(AuthzDefinition *definition, Client *client)
{
	static const char *const types[] = {"confidential", "public"};
	size_t type = 0;

	if (!read_word(definition, "client_type", types, AUTHZ_COUNT(types), &type))
		return false;
	client->is_public = type == 1;
	return put_word(definition, "client_type", types[type]);
}

static json_t *
read_grant(AuthzDefinition *definition, json_t *element, void *argument)
{
	Client *client = argument;
	size_t grant;

	if (!read_safe_word(definition, element, grants, AUTHZ_COUNT(grants), unsafe_grants,
						AUTHZ_COUNT(unsafe_grants), &grant))
		return NULL;
	if (client->is_public && (1U << grant & (CREDENTIALS | EXCHANGE)) != 0)
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_NOT_PUBLIC);
	client->grants |= 1U << grant;
	return authz_definition_made(definition, json_string(grants[grant]));
}

/* What is refreshed is what a user has granted. */
static bool
read_grants(AuthzDefinition *definition, Client *client)
{
	const json_t *value = authz_definition_get(definition, "grant_types");
	json_t *list;

	if (value == NULL)
	{
		client->grants = CODE;
		list = authz_definition_made(definition, json_pack("[s]", grants[0]));
	}
	else
		list = authz_definition_list(definition, value, 1, AUTHZ_DEFINITION_LIST_MAX, read_grant,
									 client);
	if (list == NULL)
		return false;
	list = authz_definition_sort(definition, list, authz_definition_by_text);
	if (!authz_definition_put(definition, "grant_types", list))
		return false;
	return (client->grants & REFRESH) == 0 || (client->grants & (CODE | DEVICE)) != 0 ||
		   authz_definition_fail(definition, AUTHZ_REGISTRATION_MISPLACED);
}

static json_t *
read_response(AuthzDefinition *definition, json_t *element, void *argument)
{
	static const char *const code[] = {"code"};
	const Client *client = argument;
	size_t place;

	if (!read_safe_word(definition, element, code, AUTHZ_COUNT(code), unsafe_responses,
						AUTHZ_COUNT(unsafe_responses), &place))
		return NULL;
	if ((client->grants & CODE) == 0)
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_MISPLACED);
	return authz_definition_made(definition, json_string(code[place]));
}

/* ["code"] with the grant that it begins, [] without. */
static bool
read_responses(AuthzDefinition *definition, Client *client)
{
	const json_t *value = authz_definition_get(definition, "response_types");
	size_t min = (client->grants & CODE) != 0 ? 1 : 0;
	json_t *list;

	if (value == NULL)
		list = authz_definition_made(definition, min > 0 ? json_pack("[s]", "code") : json_array());
	else
		list = authz_definition_list(definition, value, min, AUTHZ_DEFINITION_LIST_MAX,
									 read_response, client);
	if (list != NULL)
		list = authz_definition_sort(definition, list, authz_definition_by_text);
	return authz_definition_put(definition, "response_types", list);
}

/* Only an app on the user's own device, which keeps no secret, is reached by a scheme of its own. */
static bool
read_uris(AuthzDefinition *definition, const char *member, const Client *client, size_t min)
{
	const json_t *value = authz_definition_get(definition, member);
	json_t *list;

	if (value == NULL && min > 0)
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_MISSING);
	if (value == NULL)
		list = authz_definition_made(definition, json_array());
	else
		list = authz_definition_uris(definition, value, min, URIS_MAX,
									 client->is_public ? AUTHZ_URI_APP : AUTHZ_URI_WEB);
	return authz_definition_put(definition, member, list);
}

static bool
read_pkce(AuthzDefinition *definition, const Client *client)
{
	static const char *const words[] = {"required", "optional"};
	size_t word = 0;

	if (!read_word(definition, "pkce", words, AUTHZ_COUNT(words), &word))
		return false;
	if (word != 0 && client->is_public)
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_NOT_PUBLIC);
	return put_word(definition, "pkce", words[word]);
}

static json_t *
read_key(AuthzDefinition *definition, json_t *element, void *argument)
{
	AuthzClientKeyResult result = authz_client_key_check(element);

	if (result == AUTHZ_CLIENT_KEY_OK)
		return authz_definition_made(definition, authz_client_key_write(element));
	definition->fault->key = result;
	return authz_definition_fail(definition, AUTHZ_REGISTRATION_KEY);
}

/* Among several keys each must be found by its name. */
static bool
are_distinct(AuthzDefinition *definition, const json_t *keys)
{
	size_t count = json_array_size(keys);

	for (size_t i = 0; i < count && count > 1; i++)
	{
		const char *id = json_string_value(json_object_get(json_array_get(keys, i), "kid"));

		definition->fault->element = (int) i;
		if (id == NULL)
			return authz_definition_fail(definition, AUTHZ_REGISTRATION_MISSING);
		for (size_t k = 0; k < i; k++)
		{
			if (strcmp(id, json_string_value(json_object_get(json_array_get(keys, k), "kid"))) == 0)
				return authz_definition_fail(definition, AUTHZ_REGISTRATION_DUPLICATE);
		}
	}
	return true;
}

/* {"keys": […]}, in the order in which they are given. */
static bool
read_keys(AuthzDefinition *definition, json_t *value)
{
	static const char *const keys[] = {"keys"};
	json_t *list;

	if (!json_is_object(value))
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_TYPE);
	if (!authz_definition_knows(definition, value, keys, AUTHZ_COUNT(keys)))
		return false;
	list = authz_definition_list(definition, json_object_get(value, "keys"), 1, KEYS_MAX, read_key,
								 NULL);
	if (list == NULL)
		return false;
	if (!are_distinct(definition, list))
	{
		json_decref(list);
		return false;
	}
	return authz_definition_put(definition, "jwks",
								authz_definition_made(definition, json_pack("{so}", "keys", list)));
}

/* How the client proves to be itself, and by which keys where it signs. */
static bool
read_proof(AuthzDefinition *definition, const Client *client)
{
	static const char *const methods[] = {"client_secret_basic", "client_secret_post",
										  "private_key_jwt", "none"};
	enum
	{
		SIGNED = 2,
		NONE = 3
	};
	size_t method = client->is_public ? NONE : 0;
	json_t *keys;

	if (!read_word(definition, "token_endpoint_auth_method", methods, AUTHZ_COUNT(methods),
				   &method))
		return false;
	if (client->is_public != (method == NONE))
		return authz_definition_fail(definition, client->is_public
													 ? AUTHZ_REGISTRATION_NOT_PUBLIC
													 : AUTHZ_REGISTRATION_PUBLIC_ONLY);
	if (!put_word(definition, "token_endpoint_auth_method", methods[method]))
		return false;
	keys = authz_definition_get(definition, "jwks");
	if (keys == NULL)
		return method != SIGNED || authz_definition_fail(definition, AUTHZ_REGISTRATION_MISSING);
	if (method != SIGNED)
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_MISPLACED);
	return read_keys(definition, keys);
}

/* A scope token: visible ASCII but for '"' and '\' (RFC 6749, 3.3). */
static json_t *
read_scope(AuthzDefinition *definition, json_t *element, void *argument)
{
	const char *text = json_string_value(element);
	size_t length = json_string_length(element);

	if (text == NULL)
		return authz_definition_fail(definition, AUTHZ_REGISTRATION_TYPE);
	if (length == 0 || length > SCOPE_MAX)
		return authz_definition_fail_word(definition, AUTHZ_REGISTRATION_WORD, text);
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] < '!' || text[i] > '~' || text[i] == '"' || text[i] == '\\')
			return authz_definition_fail_word(definition, AUTHZ_REGISTRATION_WORD, text);
	}
	return authz_definition_made(definition, json_string(text));
}

static bool
read_scopes(AuthzDefinition *definition, const Client *client)
{
	const json_t *value = authz_definition_get(definition, "scopes");
	bool signs_in = (client->grants & (CODE | DEVICE)) != 0;
	json_t *list;

	if (value == NULL)
		list =
			authz_definition_made(definition, signs_in ? json_pack("[s]", "openid") : json_array());
	else
		list = authz_definition_list(definition, value, 0, SCOPES_MAX, read_scope, NULL);
	if (list != NULL)
		list = authz_definition_sort(definition, list, authz_definition_by_text);
	return authz_definition_put(definition, "scopes", list);
}

bool
authz_oidc_read(AuthzDefinition *definition)
{
	Client client = {0};

	return authz_definition_knows(definition, definition->given, members, AUTHZ_COUNT(members)) &&
		   read_type(definition, &client) && read_grants(definition, &client) &&
		   read_responses(definition, &client) &&
		   read_uris(definition, "redirect_uris", &client, (client.grants & CODE) != 0 ? 1 : 0) &&
		   read_uris(definition, "post_logout_redirect_uris", &client, 0) &&
		   read_pkce(definition, &client) && read_proof(definition, &client) &&
		   read_scopes(definition, &client);
}
