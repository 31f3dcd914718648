/*
 * proof.c
 *	  Proofs of a secret, as all doors judge them.
 */
#include "postgres.h"

#include "pure/digest.h"
#include "sql/proof.h"
#include "store/failure.h"

bool
authz_proof_must_wait(const char *subject)
{
	return authz_failure_wait(subject, authz_failure_source()) > 0;
}

void
authz_proof_failed(const char *subject)
{
	(void) authz_failure_count(subject, authz_failure_source());
}

void
authz_proof_right(const char *subject)
{
	authz_failure_forget(subject, authz_failure_source());
}

void
authz_proof_refuse(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PASSWORD), errmsg("wrong id, hash or secret")));
}

/*
 * All rows are looked at, so that how long it takes does not tell which one it
 * is; and where there is none, one that nothing proves.
 */
bool
authz_proof_of_row(AuthzStatement *statement, Datum *values, const char *secret, uint64 *row)
{
	static const char unprovable[] =
		"$authz$sha256$00000000000000000000000000000000$"
		"0000000000000000000000000000000000000000000000000000000000000000";
	uint64 found = authz_store_read_fresh(statement, values, NULL);
	bool right = false;

	if (found == 0)
		(void) authz_verifier_check(unprovable, secret);
	for (uint64 i = 0; i < found; i++)
	{
		char *verifier = authz_store_text(i, 1);
		char *crypted = authz_store_text(i, 2);

		if (crypted == NULL ? authz_verifier_check(verifier, secret)
							: authz_text_equal(verifier, crypted))
		{
			right = true;
			*row = i;
		}
	}
	return right;
}
