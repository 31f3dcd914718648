/*
 * login.h
 *	  Signing in: the one way that all methods go.
 *
 * A method is a door (authz_login, authz_login_header …) and an adapter. The
 * door says who wants to come in where, and by what; the pipeline asks the
 * adapter that is set for the application to find out who that is, makes or
 * refreshes the user as is set, finds his role, counts what fails, starts the
 * session, and writes down what happened. An adapter decides nothing else.
 */
#ifndef AUTHZ_SQL_LOGIN_H
#define AUTHZ_SQL_LOGIN_H

#include "postgres.h"

#include "fmgr.h"
#include "sql/sign_in.h"

/*
 * What an adapter has found out, in the memory context that it was called in.
 * What is NULL was not told, and leaves what is stored.
 */
typedef struct AuthzWho
{
	const char *user_id;
	const char *first_name;
	const char *last_name;
	const char *email;
	const char *role; /* by name or label; NULL: none */
	int assurance;	  /* how surely he was proven */
	bool multifactor;

	/*
	 * What the proof is tried on, in one spelling, where users have more than
	 * this database knows of: failures are counted of that, too. NULL: nothing
	 * but the name that was given.
	 */
	const char *tried_on;
	bool unjudged; /* nobody was asked whether the proof is right: it was no guess */

	/* For the audit alone: why not, in a few words, and what others said of it. */
	const char *reason;
	const char *diagnostic;
} AuthzWho;

/*
 * Whether the credential is somebody's: who->user_id. What is wrong with it
 * makes no difference to who sent it, neither by an error nor by its time; of
 * errors it raises only those that are not about him (a cancel, no memory).
 */
typedef bool (*AuthzAuthenticate)(const AuthzSignIn *sign_in, const void *credential,
								  AuthzWho *who);

/*
 * Whether what the proof is to be tried on has to wait. An adapter asks that
 * before the proof is looked at, and goes on as with somebody who is not there:
 * that other spellings are the same user's would say that there is one.
 */
extern bool authz_login_must_wait(const AuthzSignIn *sign_in, AuthzWho *who);

/* Finds who->role of who->user_id; false, with a reason, where that cannot be found out. */
typedef bool (*AuthzAuthorize)(const AuthzSignIn *sign_in, AuthzWho *who);

typedef struct AuthzAttempt
{
	const char *function;	 /* as errors call the door */
	const char *application; /* its uuid as text; NULL: none was given */

	/*
	 * Whom failures are counted of, '' for everybody of the application. NULL
	 * where a proof cannot be guessed: a signature by a key of 128 bits and more.
	 */
	const char *subject;

	/* By the method that is set for the application; NULL: not through this door. */
	AuthzAuthenticate authenticate[AUTHZ_AUTHNS];
	const void *credential;
} AuthzAttempt;

/* (status, session_token, user_id, role, expiry) for the calling function. */
extern Datum authz_login_attempt(FunctionCallInfo fcinfo, const AuthzAttempt *attempt);

/* The uuid argument of a door as text, NULL for none. */
extern const char *authz_login_application(FunctionCallInfo fcinfo, int n);

#endif
