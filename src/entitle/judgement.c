/*
 * judgement.c
 *	  What a judgement is made of, and the answers that it gives.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "entitle/judgement.h"
#include "entitle/rights.h"
#include "entitle/shared.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* Loading ------------------------------------------------------------ */

static void
need(AuthzPair *pair, AuthzEntryKind *kind, const AuthzEntryKey *key)
{
	if (pair->now == NULL)
		*pair = authz_cache_get(kind, key);
}

void
authz_judgement_need_subject(AuthzJudgement *judgement)
{
	AuthzEntryKey key = {.account_id = judgement->session->account_id,
						 .principal_id = judgement->session->principal_id};

	need(&judgement->subject, &authz_subject_kind, &key);
}

void
authz_judgement_need_shared(AuthzJudgement *judgement)
{
	AuthzEntryKey key = {.account_id = judgement->session->account_id,
						 .principal_id = judgement->session->branch,
						 .selector = judgement->session->confinement};

	need(&judgement->shared, &authz_shared_kind, &key);
}

void
authz_judgement_need_every(AuthzJudgement *judgement)
{
	AuthzEntryKey key = {.account_id = judgement->session->account_id};

	need(&judgement->every, &authz_every_kind, &key);
}

static AuthzEntryKey
rights_key(const AuthzSession *session)
{
	return (AuthzEntryKey){.account_id = session->account_id,
						   .principal_id = session->principal_id,
						   .variant = session->type,
						   .selector = session->roles};
}

static void
need_rights(AuthzJudgement *judgement)
{
	AuthzEntryKey key = rights_key(judgement->session);

	need(&judgement->rights, &authz_rights_kind, &key);
}

bool
authz_judgement_has_role_in(const AuthzSession *session)
{
	AuthzEntryKey key = rights_key(session);
	AuthzPair pair = authz_cache_get(&authz_rights_kind, &key);
	const AuthzRights *rights = (AuthzRights *) pair.now;
	bool has = false;

	/* Of an application's roles only its own count. */
	for (int i = 0; i < rights->nroles && !has; i++)
		has = rights->roles[i].application != NULL;
	authz_pair_release(&pair);
	return has;
}

static void
need_registry(AuthzJudgement *judgement)
{
	AuthzEntryKey key = {.account_id = judgement->session->account_id};

	need(&judgement->registry, &authz_registry_kind, &key);
}

/* Answers ------------------------------------------------------------ */

const AuthzSession *
authz_judgement_session(const AuthzJudgement *judgement)
{
	return judgement->session;
}

AuthzFault
authz_judgement_fault(const AuthzJudgement *judgement)
{
	return judgement->fault;
}

static AuthzScope
scope_of(const AuthzSession *session)
{
	return (AuthzScope){session->scope, session->nscope};
}

static bool
find_permission(AuthzJudgement *judgement, const char *permission)
{
	AuthzScope scope = scope_of(judgement->session);

	need_rights(judgement);
	need_registry(judgement);
	for (int side = 0; side < 2; side++)
		if (!authz_rights_have((AuthzRights *) authz_side_of(&judgement->rights, side),
							   (AuthzRegistry *) authz_side_of(&judgement->registry, side), &scope,
							   permission))
			return false;
	return true;
}

bool
authz_judgement_has_permission(AuthzJudgement *judgement, const char *permission)
{
	AuthzAsked *asked;
	bool has;

	if (judgement->session == NULL)
		return false;
	for (unsigned i = 0; i < Min(judgement->npermissions, AUTHZ_ASKED); i++)
		if (strcmp(judgement->permissions[i].permission, permission) == 0)
			return judgement->permissions[i].has;

	/* An error leaves the judgement as it was. */
	has = find_permission(judgement, permission);
	permission = MemoryContextStrdup(judgement->context, permission);
	asked = &judgement->permissions[judgement->npermissions % AUTHZ_ASKED];
	if (asked->permission != NULL)
		pfree(asked->permission);
	asked->permission = (char *) permission;
	asked->has = has;
	judgement->npermissions++;
	return has;
}

bool
authz_judgement_reaches_every(AuthzJudgement *judgement, AuthzLevel level)
{
	return judgement->session->entitlement_off ||
		   authz_judgement_has_permission(judgement, "content.manage_all") ||
		   (level == AUTHZ_LEVEL_MEMBER &&
			authz_judgement_has_permission(judgement, "content.view_all"));
}

bool
authz_judgement_covers(AuthzJudgement *judgement, char **permissions, int npermissions,
					   char **exceptions, int nexceptions)
{
	AuthzScope scope;

	if (judgement->session == NULL)
		return false;
	scope = scope_of(judgement->session);
	need_rights(judgement);
	need_registry(judgement);
	for (int side = 0; side < 2; side++)
		if (!authz_rights_cover((AuthzRights *) authz_side_of(&judgement->rights, side),
								(AuthzRegistry *) authz_side_of(&judgement->registry, side), &scope,
								permissions, npermissions, exceptions, nexceptions))
			return false;
	return true;
}

static const AuthzRole *
find_role(const AuthzRights *rights, const char *name, const char *application)
{
	for (int i = 0; i < rights->nroles; i++)
	{
		const AuthzRole *role = &rights->roles[i];

		if (strcmp(role->name, name) != 0)
			continue;
		if (application == NULL
				? role->application == NULL
				: role->application != NULL && strcmp(role->application, application) == 0)
			return role;
	}
	return NULL;
}

bool
authz_judgement_has_role(AuthzJudgement *judgement, const char *role, const char *application)
{
	if (judgement->session == NULL)
		return false;
	need_rights(judgement);
	for (int side = 0; side < 2; side++)
		if (find_role((AuthzRights *) authz_side_of(&judgement->rights, side), role, application) ==
			NULL)
			return false;
	return true;
}

static ArrayType *
role_ids(const AuthzRights *rights)
{
	Datum *ids = palloc((rights->nroles + 1) * sizeof(Datum));

	for (int i = 0; i < rights->nroles; i++)
		ids[i] = Int64GetDatum(rights->roles[i].role_id);
	return construct_array(ids, rights->nroles, INT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

ArrayType *
authz_judgement_roles(AuthzJudgement *judgement)
{
	if (judgement->session == NULL)
		return construct_empty_array(INT8OID);
	need_rights(judgement);
	return role_ids((AuthzRights *) judgement->rights.now);
}

ArrayType *
authz_judge_roles(int account_id, int64 principal_id, AuthzSessionType type, const char *roles)
{
	AuthzEntryKey key = {
		.account_id = account_id, .principal_id = principal_id, .variant = type, .selector = roles};
	AuthzPair pair = authz_cache_get(&authz_rights_kind, &key);
	ArrayType *ids = role_ids((AuthzRights *) pair.now);

	authz_pair_release(&pair);
	return ids;
}

ArrayType *
authz_judge_application_roles(int account_id, int64 principal_id, const char *application,
							  int assurance, bool multifactor)
{
	AuthzEntryKey key = {.account_id = account_id,
						 .principal_id = principal_id,
						 .variant = AUTHZ_SESSION_USER,
						 .selector = authz_session_roles("", application, assurance, multifactor)};
	AuthzPair pair = authz_cache_get(&authz_rights_kind, &key);
	const AuthzRights *rights = (AuthzRights *) pair.now;
	char **names = palloc((rights->nroles + 1) * sizeof(char *));
	Datum *elements = palloc((rights->nroles + 1) * sizeof(Datum));
	int n = 0;

	for (int i = 0; i < rights->nroles; i++)
		if (rights->roles[i].application != NULL)
			names[n++] = rights->roles[i].name;
	qsort(names, n, sizeof(char *), pg_qsort_strcmp);
	for (int i = 0; i < n; i++)
		elements[i] = CStringGetTextDatum(names[i]);
	authz_pair_release(&pair);
	return construct_array(elements, n, TEXTOID, -1, false, TYPALIGN_INT);
}

ArrayType *
authz_judgement_names(AuthzJudgement *judgement)
{
	AuthzSubject *then;

	if (judgement->session == NULL || judgement->session->principal_id == 0)
		return NULL;
	authz_judgement_need_subject(judgement);

	/* Of a name's two states the smaller one counts: a group joined or left since gives nothing. */
	then = (AuthzSubject *) authz_side_of(&judgement->subject, 1);
	if (judgement->subject.then == NULL)
		return then->names;
	return authz_subject_common_names((AuthzSubject *) judgement->subject.now, then);
}

/* A row without a category is for others than one with: known at either moment is known. */
bool
authz_judgement_knows_category(AuthzJudgement *judgement, int64 category_id)
{
	if (judgement->session == NULL)
		return false;
	authz_judgement_need_every(judgement);
	for (int side = 0; side < 2; side++)
	{
		const AuthzEvery *every = (AuthzEvery *) authz_side_of(&judgement->every, side);

		if (every->categories != NULL && authz_idset_has(every->categories, category_id))
			return true;
	}
	return false;
}

/* Parallel workers --------------------------------------------------- */

/*
 * Workers judge as their leader has judged, or an execution would mix the rights
 * of two moments; and they find loaded what would cost them more than their
 * part of the scan.
 */
void
authz_judgement_pack(AuthzJudgement *judgement, StringInfo block)
{
	const AuthzSession *session = judgement->session;

	need_rights(judgement);
	need_registry(judgement);
	if (authz_judgement_reaches_every(judgement, AUTHZ_LEVEL_MEMBER))
		authz_judgement_need_every(judgement);
	if (!session->entitlement_off)
		authz_judgement_need_shared(judgement);
	if (session->principal_id != 0)
		authz_judgement_need_subject(judgement);

	authz_pack_bytes(block, session, sizeof(AuthzSession));
	authz_pack_text(block, session->session_id);
	authz_pack_text(block, session->user_id);
	authz_pack_text(block, session->actor);
	authz_pack_text(block, session->issuer);
	authz_pack_text(block, session->privileges);
	authz_pack_text(block, session->confinement);
	authz_pack_text(block, session->roles);
	authz_pack_text(block, session->application);
	authz_pack_texts(block, session->scope, session->nscope);
	authz_pair_pack(&judgement->subject, block);
	authz_pair_pack(&judgement->shared, block);
	authz_pair_pack(&judgement->every, block);
	authz_pair_pack(&judgement->rights, block);
	authz_pair_pack(&judgement->registry, block);
}

void
authz_judgement_unpack(AuthzJudgement *judgement, AuthzUnpack *block)
{
	AuthzSession session;
	char **scope;

	memcpy(&session, authz_unpack_bytes(block), sizeof(session));
	session.session_id = authz_unpack_text(block);
	session.user_id = authz_unpack_text(block);
	session.actor = authz_unpack_text(block);
	session.issuer = authz_unpack_text(block);
	session.privileges = authz_unpack_text(block);
	session.confinement = authz_unpack_text(block);
	session.roles = authz_unpack_text(block);
	session.application = authz_unpack_text(block);
	scope = authz_unpack_texts(block, &session.nscope);
	session.scope = session.scope == NULL ? NULL : scope; /* an empty one is not none */
	judgement->session = authz_session_copy(&session);
	judgement->subject = authz_pair_unpack(&authz_subject_kind, block);
	judgement->shared = authz_pair_unpack(&authz_shared_kind, block);
	judgement->every = authz_pair_unpack(&authz_every_kind, block);
	judgement->rights = authz_pair_unpack(&authz_rights_kind, block);
	judgement->registry = authz_pair_unpack(&authz_registry_kind, block);
}
