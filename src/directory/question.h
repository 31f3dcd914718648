/*
 * question.h
 *	  What is known while one user is asked about.
 */
#ifndef AUTHZ_DIRECTORY_QUESTION_H
#define AUTHZ_DIRECTORY_QUESTION_H

#include <stdint.h>

#include "directory/arena.h"
#include "directory/connection.h"
#include "directory/directory.h"

typedef struct AuthzQuestion
{
	const AuthzDirectoryConfig *config;
	AuthzArena *arena;
	AuthzDirectoryResult *result;
	AuthzConnectionTerms terms;
	AuthzConnection reader; /* that searches */
	AuthzConnection prover; /* that binds as the user */

	const char *user; /* as typed */
	size_t user_length;
	const char *password; /* NULL: it is not asked for */
	size_t password_length;
	const char *dn;
} AuthzQuestion;

#endif
