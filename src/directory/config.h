/*
 * config.h
 *	  How an application's users are found in a directory: the settings, and
 *	  whether they can be.
 *
 * The struct is filled from what authz_ldap_configure, authz_sign_in_configure
 * and authz_directory_role_add store, all text in UTF-8. NULL and '' both mean
 * that something is not given.
 */
#ifndef AUTHZ_DIRECTORY_CONFIG_H
#define AUTHZ_DIRECTORY_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "directory/match.h"

typedef enum AuthzBindMethod
{
	AUTHZ_BIND_SEARCH, /* find the entry, then bind as it */
	AUTHZ_BIND_DIRECT  /* the entry's name is made of the user's */
} AuthzBindMethod;

typedef enum AuthzGroupSearch
{
	AUTHZ_GROUPS_NONE,	  /* the directory says nothing of roles */
	AUTHZ_GROUPS_OF_USER, /* the user's entry names the groups */
	AUTHZ_USER_OF_GROUPS  /* the groups name their members */
} AuthzGroupSearch;

typedef struct AuthzDirectoryConfig
{
	/* ldap://host[:port] and ldaps://host[:port], tried in this order. */
	const char *const *uris;
	size_t uri_count;
	bool start_tls;				/* on those that are ldap://, which need it */
	const char *ca_certificate; /* PEM, one or more; not given: those that the system trusts */
	int timeout;				/* seconds for each step: connecting, binding, a search */

	const char *base_dn;
	AuthzBindMethod bind_method;
	const char *search_user; /* name and password to search with; both or none */
	const char *search_password;
	bool anonymous_search;			 /* none is allowed: the server is searched by nobody */
	const char *user_search_pattern; /* with @@USERNAME@@; for direct binds a condition */
	const char *user_dn_format;		 /* with @@USERNAME@@; for direct binds */

	/* Attributes of the user's entry; not given: not asked for. */
	const char *email_attribute;
	const char *first_name_attribute;
	const char *last_name_attribute;

	AuthzGroupSearch group_search;
	const char *member_of_attribute;		/* not given: memberOf */
	const char *group_search_pattern;		/* with @@GROUPS_REPLACEMENTS@@ */
	const char *group_search_each_pattern;	/* with @@GROUPNAME@@ */
	const char *group_search_query;			/* instead of both */
	const char *group_membership_attribute; /* not given: member */
	const char *primary_group_attribute;	/* primaryGroupID, of Active Directory alone */
	bool nested_groups;

	const AuthzMapping *mappings;
	size_t mapping_count;
	const char *const *groups_matching_order; /* roles; none: that of the mappings */
	size_t groups_matching_order_count;
	bool match_primary_group; /* where no other group gives a role */
} AuthzDirectoryConfig;

#define AUTHZ_URIS_MAX 16
#define AUTHZ_TIMEOUT_MAX 120

/* What is wrong with a setting: its name, and the rule, a sentence. */
typedef struct AuthzConfigProblem
{
	const char *setting;
	const char *rule;
	bool unsafe; /* it would work, and is refused all the same */
} AuthzConfigProblem;

/*
 * False with the first problem. Asks neither the network nor, but for the time
 * that certificates are valid, the machine; without memory the problem is that.
 * Mappings are judged as far as they are there.
 */
extern bool authz_directory_config_check(const AuthzDirectoryConfig *config,
										 AuthzConfigProblem *problem);

/* The same for one mapping. */
extern bool authz_directory_mapping_check(const AuthzMapping *mapping, AuthzConfigProblem *problem);

/* Whether the text is given: neither NULL nor ''. */
extern bool authz_is_given(const char *text);

/* What holds where the setting is not given. */
extern const char *authz_member_of_attribute(const AuthzDirectoryConfig *config);
extern const char *authz_membership_attribute(const AuthzDirectoryConfig *config);

/* The members are user names (posixGroup's memberUid), not distinguished names. */
extern bool authz_members_are_names(const AuthzDirectoryConfig *config);

#endif
