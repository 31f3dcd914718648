/*
 * outcome.h
 *	  How asking a directory ended.
 */
#ifndef AUTHZ_DIRECTORY_OUTCOME_H
#define AUTHZ_DIRECTORY_OUTCOME_H

/* For the user all but the first are one and the same. */
typedef enum AuthzDirectoryStatus
{
	AUTHZ_DIRECTORY_OK,

	/* The user. */
	AUTHZ_DIRECTORY_BAD_NAME,		  /* no name that could be anybody's: nothing was sent */
	AUTHZ_DIRECTORY_BAD_PASSWORD,	  /* empty, too long or with a NUL: nothing was sent */
	AUTHZ_DIRECTORY_UNKNOWN_USER,	  /* no entry */
	AUTHZ_DIRECTORY_AMBIGUOUS_USER,	  /* more than one entry */
	AUTHZ_DIRECTORY_DECLINED,		  /* the caller's callback did not want him asked about */
	AUTHZ_DIRECTORY_NAMELESS,		  /* the entry does not tell what its user is called */
	AUTHZ_DIRECTORY_WRONG_PASSWORD,	  /* the server said so, and no other answer means it */
	AUTHZ_DIRECTORY_PASSWORD_EXPIRED, /* the right one, which must be changed first */
	AUTHZ_DIRECTORY_BIND_REFUSED,	  /* for another reason than the password */

	/* The directory. */
	AUTHZ_DIRECTORY_UNREACHABLE,	/* no connection, or a broken one, or a busy server */
	AUTHZ_DIRECTORY_TLS,			/* no encryption, or the server proves to be another one */
	AUTHZ_DIRECTORY_TIMEOUT,		/* no answer in time */
	AUTHZ_DIRECTORY_SEARCH_USER,	/* the search user's bind failed */
	AUTHZ_DIRECTORY_SEARCH_REFUSED, /* a search failed, or the user's entry cannot be read */
	AUTHZ_DIRECTORY_REFERRAL,		/* the answer is elsewhere; nobody goes there */
	AUTHZ_DIRECTORY_TOO_MUCH,		/* more than is reasonable */
	AUTHZ_DIRECTORY_MALFORMED,		/* an answer that makes no sense */

	/* We. */
	AUTHZ_DIRECTORY_INTERRUPTED,   /* the caller's callback said so */
	AUTHZ_DIRECTORY_CONFIGURATION, /* authz_directory_config_check() tells why */
	AUTHZ_DIRECTORY_MEMORY,
	AUTHZ_DIRECTORY_ABSENT /* this build has no client */
} AuthzDirectoryStatus;

/* Why a server does not accept a password, as far as it says. For the audit alone. */
typedef enum AuthzBindReason
{
	AUTHZ_REASON_NONE,
	AUTHZ_REASON_WRONG,
	AUTHZ_REASON_UNKNOWN_USER,
	AUTHZ_REASON_PASSWORD_EXPIRED,
	AUTHZ_REASON_MUST_CHANGE,
	AUTHZ_REASON_LOCKED,
	AUTHZ_REASON_DISABLED,
	AUTHZ_REASON_ACCOUNT_EXPIRED,
	AUTHZ_REASON_TIME,	 /* not at this time of the day */
	AUTHZ_REASON_PLACE,	 /* not from this machine */
	AUTHZ_REASON_EXPIRES /* accepted, and soon to expire */
} AuthzBindReason;

/* Words for logs: 'wrong_password'. */
extern const char *authz_directory_status_word(AuthzDirectoryStatus status);
extern const char *authz_bind_reason_word(AuthzBindReason reason);

/* From the text by which Active Directory tells: '… AcceptSecurityContext error, data 52e, v1db1'. */
extern AuthzBindReason authz_bind_reason_of_text(const char *diagnostic);

#endif
