/*
 * directory_settings.c
 *	  How an application's users are found in a directory, as it is stored.
 *
 * It is checked where it is set, so that nobody has to come in to find out what
 * is wrong; and read as it was checked.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "sql/directory_settings.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* Text ---------------------------------------------------------------------- */

static char *
convert(const char *text, int from, int to)
{
	int length = (int) strlen(text);
	Size size = (Size) length * MAX_CONVERSION_GROWTH + 1;
	Oid conversion;
	char *converted;

	if (from == to || from == PG_SQL_ASCII || to == PG_SQL_ASCII)
		return pstrdup(text);
	conversion = FindDefaultConversionProc(from, to);
	if (!OidIsValid(conversion))
		return NULL;
	converted = palloc(size);
	if (pg_do_encoding_conversion_buf(conversion, from, to,
									  (unsigned char *) unconstify(char *, text), length,
									  (unsigned char *) converted, (int) size, true) != length)
		return NULL;
	return converted;
}

char *
authz_directory_text(const char *text)
{
	return convert(text, GetDatabaseEncoding(), PG_UTF8);
}

char *
authz_directory_text_from(const char *utf8)
{
	return convert(utf8, PG_UTF8, GetDatabaseEncoding());
}

/* Reading -------------------------------------------------------------------- */

static AuthzStatement settings_statement = {
	.sql = "SELECT l.uris, l.start_tls, l.ca_certificate, l.timeout::bigint, l.base_dn,"
		   "       l.bind_method = 'direct', l.search_user,"
		   "       authz.open_secret(e.secret_id, e.value, e.key_version), l.user_search_pattern,"
		   "       l.user_dn_format, l.email_attribute, l.first_name_attribute,"
		   "       l.last_name_attribute, l.group_search, l.member_of_attribute,"
		   "       l.group_search_pattern, l.group_search_each_pattern, l.group_search_query,"
		   "       l.group_membership_attribute, l.primary_group_attribute, l.nested_groups,"
		   "       i.groups_matching_order::text[], i.match_primary_group"
		   "  FROM authz.ldap_setting l"
		   "  LEFT JOIN authz.secret e ON e.secret_id = l.search_secret_id"
		   "  LEFT JOIN authz.sign_in_setting i ON i.application_id = l.application_id"
		   " WHERE l.application_id = $1::uuid",
	.nargs = 1,
	.argtypes = {TEXTOID},
};

static AuthzStatement mappings_statement = {
	.sql = "SELECT directory_group, role_id::text, primary_group_id"
		   "  FROM authz.directory_role WHERE application_id = $1::uuid"
		   " ORDER BY directory_role_id",
	.nargs = 1,
	.argtypes = {TEXTOID},
};

/* What cannot be written in UTF-8 is what no check lets pass. */
static char *
copy_text(MemoryContext context, char *text)
{
	MemoryContext own = MemoryContextSwitchTo(context);
	char *copy = text == NULL ? NULL : authz_directory_text(text);

	MemoryContextSwitchTo(own);
	return copy == NULL && text != NULL ? "" : copy;
}

static char *
read_text(MemoryContext context, uint64 row, int column)
{
	return copy_text(context, authz_store_text(row, column));
}

static const char *const *
read_list(MemoryContext context, int column, size_t *count)
{
	bool isnull;
	Datum value = authz_store_value(0, column, &isnull);
	const char **list;
	Datum *elements;
	bool *nulls;
	int n;

	*count = 0;
	if (isnull)
		return NULL;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &elements,
					  &nulls, &n);
	list = MemoryContextAlloc(context, (n + 1) * sizeof(char *));
	for (int i = 0; i < n; i++)
		list[i] = nulls[i] ? "" : copy_text(context, TextDatumGetCString(elements[i]));
	*count = n;
	return list;
}

/* The password, which was stored in UTF-8; what SPI has of it is overwritten. */
static char *
read_password(MemoryContext context, int column)
{
	bool isnull;
	Datum value = authz_store_value(0, column, &isnull);
	bytea *secret;
	char *password;

	if (isnull)
		return NULL;
	secret = DatumGetByteaPP(value);
	password = MemoryContextAllocZero(context, VARSIZE_ANY_EXHDR(secret) + 1);
	memcpy(password, VARDATA_ANY(secret), VARSIZE_ANY_EXHDR(secret));
	explicit_bzero(VARDATA_ANY(secret), VARSIZE_ANY_EXHDR(secret));
	return password;
}

static AuthzGroupSearch
group_search(const char *word)
{
	if (word == NULL)
		return AUTHZ_GROUPS_NONE;
	return strcmp(word, "by_group") == 0 ? AUTHZ_USER_OF_GROUPS : AUTHZ_GROUPS_OF_USER;
}

static void
fill(AuthzDirectoryConfig *config, MemoryContext context)
{
	*config = (AuthzDirectoryConfig){
		.start_tls = authz_store_bool(0, 2),
		.ca_certificate = read_text(context, 0, 3),
		.timeout = (int) authz_store_int64(0, 4),
		.base_dn = read_text(context, 0, 5),
		.bind_method = authz_store_bool(0, 6) ? AUTHZ_BIND_DIRECT : AUTHZ_BIND_SEARCH,
		.search_user = read_text(context, 0, 7),
		.user_search_pattern = read_text(context, 0, 9),
		.user_dn_format = read_text(context, 0, 10),
		.email_attribute = read_text(context, 0, 11),
		.first_name_attribute = read_text(context, 0, 12),
		.last_name_attribute = read_text(context, 0, 13),
		.group_search = group_search(authz_store_text(0, 14)),
		.member_of_attribute = read_text(context, 0, 15),
		.group_search_pattern = read_text(context, 0, 16),
		.group_search_each_pattern = read_text(context, 0, 17),
		.group_search_query = read_text(context, 0, 18),
		.group_membership_attribute = read_text(context, 0, 19),
		.primary_group_attribute = read_text(context, 0, 20),
		.nested_groups = authz_store_bool(0, 21),
		.match_primary_group = authz_store_bool(0, 23),
	};
	config->uris = read_list(context, 1, &config->uri_count);
	config->groups_matching_order = read_list(context, 22, &config->groups_matching_order_count);

	/* The last, so that no error comes between it and who wipes it. */
	config->search_password = read_password(context, 8);
}

static void
fill_mappings(AuthzDirectoryConfig *config, MemoryContext context, uint64 count)
{
	AuthzMapping *mappings = MemoryContextAlloc(context, (count + 1) * sizeof(AuthzMapping));

	for (uint64 i = 0; i < count; i++)
		mappings[i] = (AuthzMapping){
			.group = read_text(context, i, 1),
			.role = read_text(context, i, 2),
			.primary_group_id = read_text(context, i, 3),
		};
	config->mappings = mappings;
	config->mapping_count = count;
}

AuthzDirectoryConfig *
authz_directory_settings_read(const char *application, bool with_roles)
{
	MemoryContext caller = CurrentMemoryContext;
	AuthzDirectoryConfig mapped = {0};
	AuthzDirectoryConfig *config = NULL;
	Datum values[1];
	AuthzActing acting;

	values[0] = CStringGetTextDatum(application);
	authz_store_begin(&acting);
	if (with_roles)
		fill_mappings(&mapped, caller, authz_store_read_fresh(&mappings_statement, values, NULL));
	if (authz_store_read_fresh(&settings_statement, values, NULL) == 1)
	{
		config = MemoryContextAlloc(caller, sizeof(AuthzDirectoryConfig));
		fill(config, caller);
		config->mappings = mapped.mappings;
		config->mapping_count = mapped.mapping_count;
	}
	authz_store_end(&acting);
	if (config != NULL && !with_roles)
	{
		config->group_search = AUTHZ_GROUPS_NONE;
		config->groups_matching_order_count = 0;
		config->match_primary_group = false;
	}
	return config;
}

void
authz_directory_settings_wipe(AuthzDirectoryConfig *config)
{
	char *password = unconstify(char *, config->search_password);

	if (password != NULL)
		explicit_bzero(password, strlen(password));
}

/* Checking -------------------------------------------------------------------- */

static void
refuse(const AuthzConfigProblem *problem)
{
	ereport(ERROR, (errcode(problem->unsafe ? ERRCODE_FEATURE_NOT_SUPPORTED
											: ERRCODE_INVALID_PARAMETER_VALUE),
					problem->unsafe ? errmsg("%s is refused", problem->setting)
									: errmsg("invalid %s", problem->setting),
					errhint("%s", problem->rule)));
}

void
authz_directory_settings_check(const char *application)
{
	AuthzDirectoryConfig *config = authz_directory_settings_read(application, true);
	AuthzConfigProblem problem;
	bool good;

	if (config == NULL)
		return;
	good = authz_directory_config_check(config, &problem);
	authz_directory_settings_wipe(config);
	if (!good)
		refuse(&problem);
}

void
authz_directory_settings_check_group(const char *group, const char *primary_group_id)
{
	AuthzMapping mapping = {.role = "a role"};
	AuthzConfigProblem problem;

	if (group != NULL)
		mapping.group = authz_directory_text(group);
	mapping.primary_group_id = primary_group_id;
	if (!authz_directory_mapping_check(&mapping, &problem))
		refuse(&problem);
}
