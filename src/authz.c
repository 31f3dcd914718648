/*
 * authz.c
 *	  The doorbell: what PostgreSQL calls when it loads the library.
 */
#include "postgres.h"

#include "compat.h"
#include "entitle/cache.h"
#include "entitle/handoff.h"
#include "entitle/judge.h"
#include "session/issuer_registry.h"
#include "session/key.h"
#include "session/ks_policy.h"
#include "session/session.h"
#include "session/setting.h"
#include "store/announce.h"
#include "store/failure.h"
#include "store/secret.h"

AUTHZ_MODULE_MAGIC(AUTHZ_VERSION);

PGDLLEXPORT void _PG_init(void);

/* Floor by floor, from the bottom. */
void
_PG_init(void)
{
	authz_announce_init();
	authz_failure_init();
	authz_secret_init();
	authz_setting_init();
	authz_key_init();
	authz_ks_policy_init();
	authz_issuer_registry_init();
	authz_session_init();
	authz_cache_init();
	authz_handoff_init();
	authz_judge_init();
}
