/*
 * ask.c
 *	  Asks the directory client from the command line, for the tests.
 *
 *	  ask check SETTINGS
 *	  ask look_up SETTINGS USER
 *	  ask authenticate SETTINGS USER PASSWORD
 *
 * SETTINGS is a file of lines 'name=value'. USER, PASSWORD and values have %XX
 * for any byte. What is answered is printed as 'name=value', what is NULL not at
 * all. Four settings are the tester's own: interrupt_after, in milliseconds,
 * repeat, so often the same is asked with one handle, signals, with which every
 * wait is disturbed over and over again, and decline, an entry in one form that
 * is not to be asked about.
 */
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "directory/directory.h"
#include "directory/text.h"

#define SETTINGS_MAX 4096

typedef struct Settings
{
	char *names[SETTINGS_MAX];
	char *values[SETTINGS_MAX];
	size_t count;
} Settings;

static long
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* In place; returns the length. */
static size_t
decode(char *text)
{
	char *out = text;

	for (char *in = text; *in != '\0'; in++)
	{
		if (*in == '%' && authz_text_hex(in[1]) >= 0 && authz_text_hex(in[2]) >= 0)
		{
			*out++ = (char) (authz_text_hex(in[1]) << 4 | authz_text_hex(in[2]));
			in += 2;
		}
		else
			*out++ = *in;
	}
	*out = '\0';
	return (size_t) (out - text);
}

static void
read_settings(Settings *settings, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	if (file == NULL)
		exit(2);
	while ((length = getline(&line, &size, file)) > 0)
	{
		char *equals = strchr(line, '=');

		if (equals == NULL || settings->count == SETTINGS_MAX)
			exit(2);
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		*equals = '\0';
		settings->names[settings->count] = strdup(line);
		settings->values[settings->count] = strdup(equals + 1);
		decode(settings->values[settings->count++]);
	}
	free(line);
	fclose(file);
}

static void
free_settings(Settings *settings)
{
	for (size_t i = 0; i < settings->count; i++)
	{
		free(settings->names[i]);
		free(settings->values[i]);
	}
}

static const char *
find(const Settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->count; i++)
	{
		if (strcmp(settings->names[i], name) == 0)
			return settings->values[i];
	}
	return NULL;
}

static bool
is_on(const Settings *settings, const char *name)
{
	const char *value = find(settings, name);

	return value != NULL && strcmp(value, "on") == 0;
}

static int
number(const Settings *settings, const char *name, int otherwise)
{
	const char *value = find(settings, name);

	return value == NULL ? otherwise : atoi(value);
}

/* All values of a name; *count tells how many. */
static const char **
list(const Settings *settings, const char *name, size_t *count)
{
	const char **values = calloc(settings->count + 1, sizeof(char *));

	*count = 0;
	for (size_t i = 0; i < settings->count; i++)
	{
		if (strcmp(settings->names[i], name) == 0)
			values[(*count)++] = settings->values[i];
	}
	return values;
}

/* 'role|group' or 'role|group|primary group id'; the group may be ''. */
static AuthzMapping *
read_mappings(const Settings *settings, size_t *count)
{
	const char **values = list(settings, "mapping", count);
	AuthzMapping *mappings = calloc(*count + 1, sizeof(AuthzMapping));

	for (size_t i = 0; i < *count; i++)
	{
		char *role = (char *) values[i];
		char *group = strchr(role, '|');
		char *id = group == NULL ? NULL : strchr(group + 1, '|');

		if (group == NULL)
			exit(2);
		*group++ = '\0';
		if (id != NULL)
			*id++ = '\0';
		mappings[i] = (AuthzMapping){*group == '\0' ? NULL : group, role, id};
	}
	free(values);
	return mappings;
}

static void
fill(AuthzDirectoryConfig *config, const Settings *settings)
{
	const char *groups = find(settings, "group_search");

	*config = (AuthzDirectoryConfig){
		.start_tls = is_on(settings, "start_tls"),
		.ca_certificate = find(settings, "ca_certificate"),
		.timeout = number(settings, "timeout", 60),
		.base_dn = find(settings, "base_dn"),
		.bind_method = is_on(settings, "direct") ? AUTHZ_BIND_DIRECT : AUTHZ_BIND_SEARCH,
		.search_user = find(settings, "search_user"),
		.search_password = find(settings, "search_password"),
		.anonymous_search = is_on(settings, "anonymous_search"),
		.user_search_pattern = find(settings, "user_search_pattern"),
		.user_dn_format = find(settings, "user_dn_format"),
		.email_attribute = find(settings, "email_attribute"),
		.first_name_attribute = find(settings, "first_name_attribute"),
		.last_name_attribute = find(settings, "last_name_attribute"),
		.group_search = groups == NULL							? AUTHZ_GROUPS_NONE
						: strcmp(groups, "user_of_groups") == 0 ? AUTHZ_USER_OF_GROUPS
																: AUTHZ_GROUPS_OF_USER,
		.member_of_attribute = find(settings, "member_of_attribute"),
		.group_search_pattern = find(settings, "group_search_pattern"),
		.group_search_each_pattern = find(settings, "group_search_each_pattern"),
		.group_search_query = find(settings, "group_search_query"),
		.group_membership_attribute = find(settings, "group_membership_attribute"),
		.primary_group_attribute = find(settings, "primary_group_attribute"),
		.nested_groups = is_on(settings, "nested_groups"),
		.match_primary_group = is_on(settings, "match_primary_group"),
	};
	config->uris = list(settings, "uri", &config->uri_count);
	config->mappings = read_mappings(settings, &config->mapping_count);
	config->groups_matching_order = list(settings, "order", &config->groups_matching_order_count);
}

typedef struct Rules
{
	long due;			  /* when it is to be interrupted, 0 for never */
	const char *declined; /* NULL: nothing */
} Rules;

static bool
is_due(void *rules)
{
	long due = ((Rules *) rules)->due;

	return due != 0 && milliseconds() >= due;
}

static bool
is_declined(void *rules, const char *entry)
{
	const char *declined = ((Rules *) rules)->declined;

	return declined != NULL && strcmp(entry, declined) == 0;
}

static void
ignore(int number_of_signal)
{
	(void) number_of_signal;
}

static void
disturb(void)
{
	const struct itimerval often = {{0, 3000}, {0, 3000}};
	struct sigaction action = {.sa_handler = ignore};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
}

static int
count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int count = 0;

	while (directory != NULL && readdir(directory) != NULL)
		count++;
	if (directory != NULL)
		closedir(directory);
	return count;
}

static void
print(const char *name, const char *value)
{
	if (value != NULL)
		printf("%s=%s\n", name, value);
}

static void
print_result(const AuthzDirectoryResult *result)
{
	print("status", authz_directory_status_word(result->status));
	print("dn", result->dn);
	print("name", result->name);
	print("email", result->email);
	print("first_name", result->first_name);
	print("last_name", result->last_name);
	print("role", result->role);
	for (size_t i = 0; i < result->group_count; i++)
		print("group", result->groups[i]);
	print("server", result->audit.server);
	printf("code=%d\n", result->audit.code);
	print("reason", authz_bind_reason_word(result->audit.reason));
	print("diagnostic", result->audit.diagnostic);
	print("asked", result->asked ? "yes" : NULL);
}

static void
ask(const AuthzDirectoryConfig *config, const Settings *settings, char **arguments)
{
	const char *after = find(settings, "interrupt_after");
	long begin = milliseconds();
	Rules rules = {after == NULL ? 0 : begin + atol(after), find(settings, "decline")};
	const AuthzDirectoryCallbacks callbacks = {is_due, is_declined, &rules};
	AuthzDirectory *directory = authz_directory_open(config, &callbacks);
	char *user = strdup(arguments[3]);
	size_t user_length = decode(user);
	char *password = arguments[4] == NULL ? NULL : strdup(arguments[4]);
	size_t password_length = password == NULL ? 0 : decode(password);
	const AuthzDirectoryResult *result = NULL;
	int descriptors = count_descriptors();

	if (is_on(settings, "signals"))
		disturb();
	for (int i = number(settings, "repeat", 1); i > 0; i--)
	{
		if (strcmp(arguments[1], "look_up") == 0)
			result = authz_directory_look_up(directory, user, user_length);
		else
			result = authz_directory_authenticate(directory, user, user_length, password,
												  password_length);
	}
	print_result(result);
	printf("descriptors=%d\n", count_descriptors() - descriptors);
	printf("elapsed=%ld\n", milliseconds() - begin);
	authz_directory_close(directory);
	free(user);
	free(password);
}

int
main(int argc, char **argv)
{
	Settings settings = {.count = 0};
	AuthzDirectoryConfig config;
	AuthzConfigProblem problem;

	if (argc < 3 || (strcmp(argv[1], "check") != 0 && argc < 4))
		return 2;
	read_settings(&settings, argv[2]);
	fill(&config, &settings);
	if (strcmp(argv[1], "check") != 0)
		ask(&config, &settings, argv);
	else if (authz_directory_config_check(&config, &problem))
		print("status", "ok");
	else
	{
		print("setting", problem.setting);
		print("rule", problem.rule);
	}
	free((void *) config.uris);
	free((void *) config.mappings);
	free((void *) config.groups_matching_order);
	free_settings(&settings);
	return 0;
}
