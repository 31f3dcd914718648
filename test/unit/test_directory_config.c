/*
 * test_directory_config.c
 *	  Which settings of a directory are refused, and where the fault is said to be.
 */
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "directory/certificate.h"
#include "directory/config.h"
#include "directory/directory.h"
#include "directory/pattern.h"

#include "tap.h"

static char *certificate;

/* One that nobody signed but itself. */
static char *
make_certificate(void)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	X509 *made = X509_new();
	BIO *text = BIO_new(BIO_s_mem());
	char *bytes;
	char *pem;
	long length;

	X509_set_version(made, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
	X509_gmtime_adj(X509_getm_notBefore(made), 0);
	X509_gmtime_adj(X509_getm_notAfter(made), 3600);
	X509_set_pubkey(made, key);
	X509_sign(made, key, EVP_sha256());
	PEM_write_bio_X509(text, made);
	length = BIO_get_mem_data(text, &bytes);
	pem = strndup(bytes, (size_t) length);
	BIO_free(text);
	X509_free(made);
	EVP_PKEY_free(key);
	return pem;
}

static const char *const uris[] = {"ldaps://a.example", "ldap://b.example:3389"};
static const AuthzMapping mappings[] = {
	{"admins", "admin", NULL},
	{"cn=users,dc=example", "viewer", "513"},
	{NULL, "viewer", "S-1-5-21-1-2-3-513"},
};
static const char *const order[] = {"admin", "viewer"};

/* Everything is used. */
static AuthzDirectoryConfig
good(void)
{
	return (AuthzDirectoryConfig){
		.uris = uris,
		.uri_count = 2,
		.start_tls = true,
		.ca_certificate = certificate,
		.timeout = 5,
		.base_dn = "dc=example",
		.search_user = "cn=searcher,dc=example",
		.search_password = "secret",
		.user_search_pattern = "(uid=@@USERNAME@@)",
		.user_dn_format = "uid=@@USERNAME@@,dc=example",
		.email_attribute = "mail",
		.first_name_attribute = "givenName",
		.last_name_attribute = "sn",
		.group_search = AUTHZ_USER_OF_GROUPS,
		.group_search_pattern = "(|@@GROUPS_REPLACEMENTS@@)",
		.group_search_each_pattern = "(cn=@@GROUPNAME@@)",
		.group_membership_attribute = "member",
		.primary_group_attribute = "primaryGroupID",
		.nested_groups = true,
		.mappings = mappings,
		.mapping_count = 3,
		.groups_matching_order = order,
		.groups_matching_order_count = 2,
		.match_primary_group = true,
	};
}

/* The setting that is at fault, '' for none. */
static void
fault(const AuthzDirectoryConfig *config, const char *expected, const char *name)
{
	AuthzConfigProblem problem = {.setting = "", .rule = ""};
	bool accepted = authz_directory_config_check(config, &problem);

	is_text(accepted ? "" : problem.setting, expected, name);
	if (!accepted)
		ok(problem.rule[0] >= 'A' && problem.rule[0] <= 'Z' &&
			   problem.rule[strlen(problem.rule) - 1] == '.',
		   "the rule is a sentence: %s", problem.rule);
}

#define REFUSED(setting, value, expected)                \
	do                                                   \
	{                                                    \
		AuthzDirectoryConfig other = good();             \
                                                         \
		other.setting = value;                           \
		fault(&other, expected, #setting " is " #value); \
	} while (0)

#define ACCEPTED(setting, value) REFUSED(setting, value, "")

static void
servers(void)
{
	static const char *const clear[] = {"ldap://a"};
	static const char *const mixed[] = {"ldaps://a", "ldap://b"};
	static const char *const url[] = {"ldaps://a/dc=example"};
	static const char *const none[] = {NULL};
	AuthzDirectoryConfig config = good();

	fault(&config, "", "all settings");
	REFUSED(uri_count, 0, "uris");
	REFUSED(uri_count, 17, "uris");
	config.uri_count = 1;
	config.uris = url;
	fault(&config, "uris", "a whole URL");
	config.uris = none;
	fault(&config, "uris", "no URL");
	config.uris = clear;
	fault(&config, "", "StartTLS");
	config.start_tls = false;
	fault(&config, "start_tls", "in clear");
	config.uris = mixed;
	fault(&config, "", "ldaps");
	config.uri_count = 2;
	fault(&config, "start_tls", "one of two in clear");

	ACCEPTED(timeout, 1);
	ACCEPTED(timeout, 120);
	REFUSED(timeout, 0, "timeout");
	REFUSED(timeout, -1, "timeout");
	REFUSED(timeout, 121, "timeout");
}

static void
certificates(void)
{
	char *two = malloc(3 * strlen(certificate) + 100);

	ACCEPTED(ca_certificate, NULL);
	ACCEPTED(ca_certificate, "");
	REFUSED(ca_certificate, " ", "ca_certificate");
	REFUSED(ca_certificate, "/etc/ssl/certs/ca.pem", "ca_certificate");
	REFUSED(ca_certificate, "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
			"ca_certificate");
	REFUSED(ca_certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
			"ca_certificate");
	sprintf(two, "\n%s\r\n%s\t\n", certificate, certificate);
	ok(authz_certificates_are_readable(two), "two certificates");
	sprintf(two, "%s  %s", certificate, certificate);
	ok(!authz_certificates_are_readable(two), "two, one of them indented");
	sprintf(two, "%sx%s", certificate, certificate);
	ok(!authz_certificates_are_readable(two), "something in between");
	sprintf(two, "subject: a\n%s", certificate);
	ok(!authz_certificates_are_readable(two), "something before");
	sprintf(two, "%s-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", certificate);
	ok(!authz_certificates_are_readable(two), "a key");
	sprintf(two, "%s", certificate);
	two[strlen(two) / 2] ^= 1;
	two[strlen(two) / 2 + 1] = '!';
	ok(!authz_certificates_are_readable(two), "a broken one");
	sprintf(two, "%s", certificate);
	two[strlen(two) - 10] = '\0';
	ok(!authz_certificates_are_readable(two), "half of one");
	sprintf(two, "%s%s", certificate, "-----BEGIN CERTIFICATE-----");
	ok(!authz_certificates_are_readable(two), "one and the begin of another");
	free(two);
}

static void
users(void)
{
	AuthzDirectoryConfig config = good();

	REFUSED(base_dn, NULL, "base_dn");
	REFUSED(base_dn, "", "base_dn");
	REFUSED(base_dn, "example", "base_dn");
	REFUSED(base_dn, "dc=example\n", "base_dn");
	REFUSED(search_user, "searcher", "search_user");
	REFUSED(search_user, NULL, "search_password");
	REFUSED(search_password, NULL, "search_password");
	REFUSED(search_password, "", "search_password");
	REFUSED(user_search_pattern, NULL, "user_search_pattern");
	REFUSED(user_search_pattern, "(uid=ann)", "user_search_pattern");
	REFUSED(user_search_pattern, "(uid=@@USERNAME@@", "user_search_pattern");
	REFUSED(user_search_pattern, "(cn=*@@USERNAME@@*)", "user_search_pattern");
	REFUSED(user_search_pattern, "(cn~=@@USERNAME@@)", "user_search_pattern");
	ACCEPTED(user_search_pattern, "(|(cn=*@@USERNAME@@*)(uid=@@USERNAME@@))");
	ACCEPTED(user_dn_format, NULL);

	config.search_user = config.search_password = NULL;
	fault(&config, "search_user", "nobody searches");
	config.search_user = config.search_password = "";
	fault(&config, "search_user", "nobody, as text");
	config.anonymous_search = true;
	fault(&config, "", "unless that is wanted");

	config = good();
	config.bind_method = AUTHZ_BIND_DIRECT;
	fault(&config, "", "directly");
	config.search_user = config.search_password = NULL;
	fault(&config, "", "directly without a search user");
	config.user_search_pattern = NULL;
	fault(&config, "", "and without a pattern");
	config.user_search_pattern = "(uid=x)";
	fault(&config, "user_search_pattern", "which is judged if it is there");
	config.user_search_pattern = NULL;
	config.user_dn_format = NULL;
	fault(&config, "user_dn_format", "without a format");
	config.user_dn_format = "@@USERNAME@@@example.org";
	fault(&config, "user_dn_format", "which is a distinguished name");
	config.user_dn_format = "ou=x,uid=@@USERNAME@@";
	fault(&config, "user_dn_format", "whose first part is the user's");
}

static void
attributes(void)
{
	ACCEPTED(email_attribute, NULL);
	ACCEPTED(email_attribute, "");
	REFUSED(email_attribute, "*", "email_attribute");
	REFUSED(first_name_attribute, "given name", "first_name_attribute");
	REFUSED(last_name_attribute, "sn;lang-de", "last_name_attribute");
	REFUSED(member_of_attribute, "(memberOf)", "member_of_attribute");
	REFUSED(group_membership_attribute, "member)(cn=*", "group_membership_attribute");
	REFUSED(primary_group_attribute, "primary=", "primary_group_attribute");
	REFUSED(primary_group_attribute, NULL, "primary_group_attribute");
}

static void
groups(void)
{
	static const AuthzMapping no_role[] = {{"admins", NULL, NULL}};
	static const AuthzMapping empty_role[] = {{"admins", "", NULL}};
	static const AuthzMapping no_group[] = {{NULL, "admin", NULL}};
	static const AuthzMapping empty_group[] = {{"", "admin", "513"}};
	static const AuthzMapping malformed[] = {{"cn=", "a", NULL}, {"a=b,", "admin", NULL}};
	static const AuthzMapping unprintable[] = {{"a\tb", "admin", NULL}};
	static const char *const ids[] = {"",	  "x",		 "-1",		   "S-1",
									  "S-1-", "S-2-5-1", "S-1-x",	   "S-1-5-21-",
									  "1 ",	  "0513",	 "4294967296", "S-1-5-21-1a"};
	static const char *const no_roles[] = {"admin", ""};
	AuthzDirectoryConfig config = good();

	ACCEPTED(group_search_query, "(objectClass=group)");
	REFUSED(group_search_query, "(objectClass=group", "group_search_query");
	REFUSED(group_search_query, "(cn=@@GROUPNAME@@)", "group_search_query");
	REFUSED(group_search_pattern, NULL, "group_search_pattern");
	REFUSED(group_search_pattern, "(cn=a)", "group_search_pattern");
	REFUSED(group_search_pattern, "(cn=@@GROUPS_REPLACEMENTS@@)", "group_search_pattern");
	REFUSED(group_search_each_pattern, "", "group_search_each_pattern");
	REFUSED(group_search_each_pattern, "(cn=a)", "group_search_each_pattern");
	REFUSED(group_search_each_pattern, "(@@GROUPNAME@@=a)", "group_search_each_pattern");
	REFUSED(group_membership_attribute, "MEMBERUID", "nested_groups");
	REFUSED(group_search, AUTHZ_GROUPS_NONE, "group_search");

	config.group_search = AUTHZ_GROUPS_OF_USER;
	config.group_search_pattern = config.group_search_each_pattern = NULL;
	fault(&config, "", "patterns are for groups that name their members");
	is_text(authz_member_of_attribute(&config), "memberOf", "the usual attribute");
	config.member_of_attribute = "isMemberOf";
	is_text(authz_member_of_attribute(&config), "isMemberOf", "another one");
	config = good();
	config.group_membership_attribute = "";
	is_text(authz_membership_attribute(&config), "member", "the usual attribute of groups");

	REFUSED(mapping_count, AUTHZ_MAPPINGS_MAX + 1, "directory_group");
	config = good();
	config.mapping_count = 1;
	config.mappings = no_role;
	fault(&config, "role", "a mapping to no role");
	config.mappings = empty_role;
	fault(&config, "role", "nor to an empty one");
	config.mappings = no_group;
	fault(&config, "directory_group", "of no group");
	config.mappings = empty_group;
	fault(&config, "directory_group", "of an empty one");
	config.mappings = unprintable;
	fault(&config, "directory_group", "of one that cannot be written");
	config.mappings = malformed;
	fault(&config, "", "a group with an empty name");
	config.mapping_count = 2;
	fault(&config, "directory_group", "and one that is no name");
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
	{
		AuthzMapping mapping = {"admins", "admin", ids[i]};

		config.mappings = &mapping;
		config.mapping_count = 1;
		fault(&config, "primary_group_id", ids[i]);
	}
	config = good();
	config.groups_matching_order = no_roles;
	fault(&config, "groups_matching_order", "an order of nothing");
	ACCEPTED(groups_matching_order_count, 0);
}

/* Nothing is asked of the network for these. */
static void
handles(void)
{
	AuthzDirectoryConfig config = good();
	AuthzDirectory *directory = authz_directory_open(&config, NULL);
	bool absent = authz_directory_look_up(directory, "", 0)->status == AUTHZ_DIRECTORY_ABSENT;

	config.timeout = 0;
	is_number(authz_directory_authenticate(directory, "ann", 3, "", 0)->status,
			  absent ? AUTHZ_DIRECTORY_ABSENT : AUTHZ_DIRECTORY_BAD_PASSWORD, "no password");
	is_number(authz_directory_authenticate(directory, "ann", 3, NULL, 0)->status,
			  absent ? AUTHZ_DIRECTORY_ABSENT : AUTHZ_DIRECTORY_BAD_PASSWORD, "none at all");
	is_number(authz_directory_authenticate(directory, "a\0", 2, "b", 1)->status,
			  absent ? AUTHZ_DIRECTORY_ABSENT : AUTHZ_DIRECTORY_BAD_NAME, "a NUL");
	is_number(authz_directory_authenticate(directory, "ann", 3, "b", 1)->status,
			  absent ? AUTHZ_DIRECTORY_ABSENT : AUTHZ_DIRECTORY_CONFIGURATION,
			  "settings that are no good");
	is_number(authz_directory_look_up(directory, "ann", 3)->status,
			  absent ? AUTHZ_DIRECTORY_ABSENT : AUTHZ_DIRECTORY_CONFIGURATION,
			  "for looking up, too");
	ok(authz_directory_look_up(directory, "ann", 3)->dn == NULL, "nothing is told");
	authz_directory_close(directory);
	authz_directory_close(NULL);
}

int
main(void)
{
	certificate = make_certificate();
	servers();
	certificates();
	users();
	attributes();
	groups();
	handles();
	free(certificate);
	return tap_end();
}
