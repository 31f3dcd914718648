/*
 * rights.c
 *	  Roles and the permissions they allow.
 *
 * Roles add up: a permission is had when one role allows it by a pattern and
 * does not except it. A role named by the session replaces the subject's own;
 * one that is unknown, blocked or foreign leaves nothing.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "entitle/closure.h"
#include "entitle/rights.h"
#include "pure/permission.h"
#include "session/session.h"
#include "store/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define MAX_DEPTH 32

/* clang-format off */
/* A role by its id, when the text is all digits, or by its name. Several values name none. */
#define IS_NAMED(role, text) \
	"(" role ".status = 'active' AND strpos(" text ", '/') = 0" \
	" AND CASE WHEN " text " ~ '^[0-9]{1,18}$' THEN " role ".role_id = " text "::bigint" \
	"          ELSE " role ".application_id IS NULL AND " role ".name = " text " END)"

/* A role of the account, or of the session's application $3. */
#define IS_OF(role) \
	"(" role ".application_id IS NULL OR " role ".application_id = $3::uuid)"

/* Whether a session of the assurance $4, with several factors if $5, reaches it. */
#define IS_REACHED(role) \
	"(coalesce(" role ".minimum_assurance, 0) <= $4 AND (NOT " role ".multifactor OR $5))"

#define COLUMNS(role) \
	role ".role_id, " role ".name, " role ".application_id::text," \
	" " role ".permissions, " role ".exceptions"

/* The roles given to the principals $1 at the moment $2, in the account $6. */
static AuthzStatement given_statement = {
	.sql = "SELECT " COLUMNS("r") " FROM authz.role r"
	" WHERE r.account_id = $6 AND r.status = 'active' AND " IS_OF("r")
	"   AND " IS_REACHED("r")
	"   AND (r.everyone OR EXISTS (SELECT FROM authz.role_user u"
	"         WHERE u.role_id = r.role_id AND u.principal_id = ANY ($1)"
	"           AND " AUTHZ_SQL_COUNTS("u") "))",
	.nargs = 6,
	.argtypes = {INT8ARRAYOID, TIMESTAMPTZOID, TEXTOID, INT4OID, BOOLOID, INT4OID},
};

/* When that will be others. */
static AuthzStatement turn_statement = {
	.sql = "SELECT min(least(" AUTHZ_SQL_TURN("u") ")) FROM authz.role_user u"
	" WHERE u.principal_id = ANY ($1) AND " AUTHZ_SQL_LIMITED("u"),
	.nargs = 2,
	.argtypes = {INT8ARRAYOID, TIMESTAMPTZOID},
};

/* The role that the session names by $1. */
static AuthzStatement named_statement = {
	.sql = "SELECT " COLUMNS("r") " FROM authz.role r"
	" WHERE r.account_id = $2 AND " IS_NAMED("r", "$1")
	"   AND " IS_OF("r") " AND " IS_REACHED("r"),
	.nargs = 5,
	.argtypes = {TEXTOID, INT4OID, TEXTOID, INT4OID, BOOLOID},
};

/* The role that takes away, whatever it asks for itself. */
static AuthzStatement restricting_statement = {
	.sql = "SELECT " COLUMNS("r") " FROM authz.role r"
	" WHERE r.account_id = $2 AND " IS_NAMED("r", "$1"),
	.nargs = 5,
	.argtypes = {TEXTOID, INT4OID, TEXTOID, INT4OID, BOOLOID},
};

/* The account's usual role for sessions of the type $1. */
static AuthzStatement usual_statement = {
	.sql = "SELECT " COLUMNS("r") " FROM authz.account a"
	"  JOIN authz.role r ON r.account_id = a.account_id"
	"   AND " IS_NAMED("r", "(a.settings ->> ('default_' || $1 || '_role'))")
	"   AND " IS_OF("r") " AND " IS_REACHED("r")
	" WHERE a.account_id = $2",
	.nargs = 5,
	.argtypes = {TEXTOID, INT4OID, TEXTOID, INT4OID, BOOLOID},
};
/* clang-format on */

static AuthzStatement registry_statement = {
	.sql = "SELECT name COLLATE \"C\", explicit, depends_on FROM authz.permission"
		   " WHERE account_id = $1"
		   " UNION ALL SELECT name, explicit, '{}' FROM authz.builtin_permission"
		   " ORDER BY name",
	.nargs = 1,
	.argtypes = {INT4OID},
};

/* Elements of a text[] column as C strings in the context. */
static char **
read_texts(MemoryContext context, uint64 row, int column, int *n)
{
	bool isnull;
	Datum array = authz_store_value(row, column, &isnull);
	Datum *values;
	bool *nulls;
	char **texts;

	*n = 0;
	if (isnull)
		return NULL;
	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls,
					  n);
	texts = MemoryContextAlloc(context, Max(*n, 1) * sizeof(char *));
	for (int i = 0; i < *n; i++)
		texts[i] = MemoryContextStrdup(context, nulls[i] ? "" : TextDatumGetCString(values[i]));
	return texts;
}

static char *
read_text(MemoryContext context, uint64 row, int column)
{
	char *value = authz_store_text(row, column);

	return value == NULL ? NULL : MemoryContextStrdup(context, value);
}

static void
read_role(MemoryContext context, uint64 row, AuthzRole *role)
{
	role->role_id = authz_store_int64(row, 1);
	role->name = read_text(context, row, 2);
	role->application = read_text(context, row, 3);
	role->permissions = read_texts(context, row, 4, &role->npermissions);
	role->exceptions = read_texts(context, row, 5, &role->nexceptions);
}

static void
read_roles(AuthzRights *rights, uint64 found)
{
	MemoryContext context = rights->entry.context;

	rights->roles = MemoryContextAllocZero(context, (found + 1) * sizeof(AuthzRole));
	rights->nroles = (int) found;
	for (uint64 row = 0; row < found; row++)
		read_role(context, row, &rights->roles[row]);
}

/* What a session says of roles: the lines of authz_session_roles(). */
typedef struct Asked
{
	const char *setrole;
	const char *restricting;
	const char *application;
	int assurance;
	bool multifactor;
} Asked;

/* The next line of several, '' where there are no more. */
static const char *
next_line(char **rest)
{
	char *line = *rest;
	char *end = strchr(line, '\n');

	*rest = end == NULL ? line + strlen(line) : end + 1;
	if (end != NULL)
		*end = '\0';
	return line;
}

static Asked
read_selector(const char *selector)
{
	char *rest = pstrdup(selector == NULL ? "" : selector);
	Asked asked;

	asked.setrole = next_line(&rest);
	asked.restricting = next_line(&rest);
	asked.application = next_line(&rest);
	asked.assurance = atoi(next_line(&rest));
	asked.multifactor = atoi(next_line(&rest)) != 0;
	return asked;
}

/* The values of IS_OF and IS_REACHED; $3 is the first of them. */
static void
fill_asked(const Asked *asked, Datum *values, char *nulls)
{
	nulls[2] = *asked->application == '\0' ? 'n' : ' ';
	values[2] = *asked->application == '\0' ? (Datum) 0 : CStringGetTextDatum(asked->application);
	values[3] = Int32GetDatum(asked->assurance);
	values[4] = BoolGetDatum(asked->multifactor);
}

/* A statement of one text and the account. */
static uint64
read_by_text(AuthzStatement *statement, const char *name, const Asked *asked, AuthzEntry *entry,
			 Snapshot snapshot)
{
	Datum values[5];
	char nulls[6] = "     ";

	values[0] = CStringGetTextDatum(name);
	values[1] = Int32GetDatum(entry->key.account_id);
	fill_asked(asked, values, nulls);
	return authz_store_read(statement, values, nulls, snapshot);
}

/* The roles given to the subject and its groups, and when that will be others. */
static void
read_given(AuthzRights *rights, const Asked *asked, Snapshot snapshot)
{
	AuthzEntry *entry = &rights->entry;
	AuthzClosure closure = authz_closure_load(entry, snapshot, 1);
	Datum values[6];
	char nulls[7] = "      ";
	Datum turn;
	bool isnull;

	values[0] = closure.principals;
	values[1] = TimestampTzGetDatum(GetCurrentStatementStartTimestamp());
	fill_asked(asked, values, nulls);
	values[5] = Int32GetDatum(entry->key.account_id);
	read_roles(rights, authz_store_read(&given_statement, values, nulls, snapshot));
	(void) authz_store_read(&turn_statement, values, NULL, snapshot);
	turn = authz_store_value(0, 1, &isnull);
	entry->horizon = isnull ? closure.horizon : Min(closure.horizon, DatumGetTimestampTz(turn));
}

static void
load_rights(AuthzEntry *entry, Snapshot snapshot)
{
	static const char *const type_names[] = {"widget", "user", "admin"};
	AuthzRights *rights = (AuthzRights *) entry;
	Asked asked = read_selector(entry->key.selector);

	if (*asked.setrole != '\0')
	{
		entry->keys = MemoryContextAlloc(entry->context, sizeof(AuthzChangeKey));
		read_roles(rights, read_by_text(&named_statement, asked.setrole, &asked, entry, snapshot));
	}
	else
	{
		read_given(rights, &asked, snapshot);
		if (rights->nroles == 0)
			read_roles(rights, read_by_text(&usual_statement, type_names[entry->key.variant],
											&asked, entry, snapshot));
		rights->everything = rights->nroles == 0 && entry->key.variant == AUTHZ_SESSION_ADMIN;
	}
	entry->keys[entry->nkeys++] = authz_change_key(AUTHZ_TOPIC_POLICY, entry->key.account_id);

	if (*asked.restricting == '\0')
		return;
	rights->nothing =
		read_by_text(&restricting_statement, asked.restricting, &asked, entry, snapshot) != 1;
	if (!rights->nothing)
	{
		rights->restricting = MemoryContextAllocZero(entry->context, sizeof(AuthzRole));
		read_role(entry->context, 0, rights->restricting);
	}
}

static void
load_registry(AuthzEntry *entry, Snapshot snapshot)
{
	AuthzRegistry *registry = (AuthzRegistry *) entry;
	Datum values[1];
	uint64 found;

	values[0] = Int32GetDatum(entry->key.account_id);
	found = authz_store_read(&registry_statement, values, NULL, snapshot);
	registry->permissions =
		MemoryContextAllocZero(entry->context, (found + 1) * sizeof(AuthzPermission));
	for (uint64 row = 0; row < found; row++)
	{
		AuthzPermission *permission = &registry->permissions[registry->npermissions++];

		permission->name = read_text(entry->context, row, 1);
		permission->explicit_only = authz_store_bool(row, 2);
		permission->depends_on = read_texts(entry->context, row, 3, &permission->ndepends_on);
	}

	entry->keys = MemoryContextAlloc(entry->context, sizeof(AuthzChangeKey));
	entry->keys[entry->nkeys++] = authz_change_key(AUTHZ_TOPIC_POLICY, entry->key.account_id);
}

static void
pack_role(const AuthzRole *role, StringInfo block)
{
	authz_pack_number(block, role->role_id);
	authz_pack_text(block, role->name);
	authz_pack_text(block, role->application);
	authz_pack_texts(block, role->permissions, role->npermissions);
	authz_pack_texts(block, role->exceptions, role->nexceptions);
}

static void
unpack_role(AuthzRole *role, AuthzUnpack *block)
{
	role->role_id = authz_unpack_number(block);
	role->name = authz_unpack_text(block);
	role->application = authz_unpack_text(block);
	role->permissions = authz_unpack_texts(block, &role->npermissions);
	role->exceptions = authz_unpack_texts(block, &role->nexceptions);
}

static void
pack_rights(const AuthzEntry *entry, StringInfo block)
{
	const AuthzRights *rights = (const AuthzRights *) entry;

	authz_pack_number(block, rights->everything);
	authz_pack_number(block, rights->nothing);
	authz_pack_number(block, rights->nroles);
	for (int i = 0; i < rights->nroles; i++)
		pack_role(&rights->roles[i], block);
	authz_pack_number(block, rights->restricting != NULL);
	if (rights->restricting != NULL)
		pack_role(rights->restricting, block);
}

static void
unpack_rights(AuthzEntry *entry, AuthzUnpack *block)
{
	AuthzRights *rights = (AuthzRights *) entry;

	rights->everything = authz_unpack_number(block) != 0;
	rights->nothing = authz_unpack_number(block) != 0;
	rights->nroles = (int) authz_unpack_number(block);
	rights->roles = palloc0((rights->nroles + 1) * sizeof(AuthzRole));
	for (int i = 0; i < rights->nroles; i++)
		unpack_role(&rights->roles[i], block);
	if (authz_unpack_number(block) != 0)
	{
		rights->restricting = palloc0(sizeof(AuthzRole));
		unpack_role(rights->restricting, block);
	}
}

static void
pack_registry(const AuthzEntry *entry, StringInfo block)
{
	const AuthzRegistry *registry = (const AuthzRegistry *) entry;

	authz_pack_number(block, registry->npermissions);
	for (int i = 0; i < registry->npermissions; i++)
	{
		const AuthzPermission *permission = &registry->permissions[i];

		authz_pack_text(block, permission->name);
		authz_pack_number(block, permission->explicit_only);
		authz_pack_texts(block, permission->depends_on, permission->ndepends_on);
	}
}

static void
unpack_registry(AuthzEntry *entry, AuthzUnpack *block)
{
	AuthzRegistry *registry = (AuthzRegistry *) entry;

	registry->npermissions = (int) authz_unpack_number(block);
	registry->permissions = palloc0((registry->npermissions + 1) * sizeof(AuthzPermission));
	for (int i = 0; i < registry->npermissions; i++)
	{
		AuthzPermission *permission = &registry->permissions[i];

		permission->name = authz_unpack_text(block);
		permission->explicit_only = authz_unpack_number(block) != 0;
		permission->depends_on = authz_unpack_texts(block, &permission->ndepends_on);
	}
}

AuthzEntryKind authz_rights_kind = {.size = sizeof(AuthzRights),
									.load = load_rights,
									.pack = pack_rights,
									.unpack = unpack_rights};
AuthzEntryKind authz_registry_kind = {.size = sizeof(AuthzRegistry),
									  .load = load_registry,
									  .pack = pack_registry,
									  .unpack = unpack_registry};

/* Deciding ----------------------------------------------------------- */

static int
compare_name(const void *name, const void *permission)
{
	return strcmp((const char *) name, ((const AuthzPermission *) permission)->name);
}

static bool
role_allows(const AuthzRole *role, const char *name, bool explicit_only)
{
	bool allowed = false;

	for (int i = 0; i < role->npermissions && !allowed; i++)
		allowed = authz_permission_matches(role->permissions[i], name, explicit_only);
	for (int i = 0; i < role->nexceptions && allowed; i++)
		allowed = !authz_permission_matches(role->exceptions[i], name, false);
	return allowed;
}

static bool
in_scope(const AuthzScope *scope, const AuthzPermission *permission)
{
	bool within = scope->patterns == NULL;

	for (int i = 0; i < scope->n && !within; i++)
		within = authz_permission_matches(scope->patterns[i], permission->name,
										  permission->explicit_only);
	return within;
}

static bool
allowed(const AuthzRights *rights, const AuthzScope *scope, const AuthzPermission *permission)
{
	if (rights->nothing || !in_scope(scope, permission))
		return false;
	if (rights->restricting != NULL && role_allows(rights->restricting, permission->name, false))
		return false;
	if (rights->everything)
		return true;
	for (int i = 0; i < rights->nroles; i++)
		if (role_allows(&rights->roles[i], permission->name, permission->explicit_only))
			return true;
	return false;
}

/* The depth bounds a circle of dependencies, which no function lets anyone make. */
static bool
have(const AuthzRights *rights, const AuthzRegistry *registry, const AuthzScope *scope,
	 const char *name, int depth)
{
	const AuthzPermission *permission = bsearch(name, registry->permissions, registry->npermissions,
												sizeof(AuthzPermission), compare_name);

	if (permission == NULL || depth > MAX_DEPTH || !allowed(rights, scope, permission))
		return false;
	for (int i = 0; i < permission->ndepends_on; i++)
		if (!have(rights, registry, scope, permission->depends_on[i], depth + 1))
			return false;
	return true;
}

bool
authz_rights_have(const AuthzRights *rights, const AuthzRegistry *registry, const AuthzScope *scope,
				  const char *permission)
{
	return have(rights, registry, scope, permission, 0);
}

/* Covering ----------------------------------------------------------- */

static bool
covered_by_any(char **patterns, int n, const char *pattern)
{
	for (int i = 0; i < n; i++)
		if (authz_permission_covers(patterns[i], pattern))
			return true;
	return false;
}

/* Whether what the role withholds leaves the pattern, less its exceptions, whole. */
static bool
withholds_nothing(char **withheld, int nwithheld, const char *pattern, char **exceptions,
				  int nexceptions)
{
	for (int i = 0; i < nwithheld; i++)
	{
		bool touches = authz_permission_covers(pattern, withheld[i]) ||
					   authz_permission_covers(withheld[i], pattern);

		if (touches && !covered_by_any(exceptions, nexceptions, withheld[i]))
			return false;
	}
	return true;
}

static bool
covers_pattern(const AuthzRights *rights, const char *pattern, char **exceptions, int nexceptions)
{
	const AuthzRole *restricting = rights->restricting;

	if (rights->nothing)
		return false;
	if (restricting != NULL &&
		!withholds_nothing(restricting->permissions, restricting->npermissions, pattern, exceptions,
						   nexceptions))
		return false;
	if (rights->everything)
		return true;
	for (int i = 0; i < rights->nroles; i++)
	{
		const AuthzRole *role = &rights->roles[i];

		if (covered_by_any(role->permissions, role->npermissions, pattern) &&
			withholds_nothing(role->exceptions, role->nexceptions, pattern, exceptions,
							  nexceptions))
			return true;
	}
	return false;
}

bool
authz_rights_cover(const AuthzRights *rights, const AuthzRegistry *registry,
				   const AuthzScope *scope, char **permissions, int npermissions, char **exceptions,
				   int nexceptions)
{
	for (int i = 0; i < npermissions; i++)
	{
		const AuthzPermission *permission =
			bsearch(permissions[i], registry->permissions, registry->npermissions,
					sizeof(AuthzPermission), compare_name);

		/* What no pattern reaches is given by its own name alone, and so must be held. */
		if (permission != NULL && permission->explicit_only)
		{
			if (!allowed(rights, scope, permission))
				return false;
		}
		else if (scope->patterns != NULL &&
				 !covered_by_any(scope->patterns, scope->n, permissions[i]))
			return false;
		else if (!covers_pattern(rights, permissions[i], exceptions, nexceptions))
			return false;
	}
	return true;
}
