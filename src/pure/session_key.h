/*
 * session_key.h
 *	  The keys by which a gateway and an application tell each other of a user.
 *
 * The form of today:
 *
 *		k2.<purpose>.<user>.<role>.<first name>.<last name>.<email>.
 *		<issued>.<expires>.<nonce>.<mac>
 *
 * The purpose is login or logout. User, role, names and address are texts in
 * base64url, where all but the user may be empty; the times are seconds since
 * 1970; the nonce is 16 to 64 letters and digits that are never used again. The
 * mac is in hexadecimal an HMAC-SHA-256 by the secret that both share, over
 *
 *		authz session key <application>\n<all before the last dot>
 *
 * so that a key is for one application and one purpose.
 *
 * MediaSpace's own form, the sessionKey, is in base64
 *
 *		<sha1(secret || info)>|<info>
 *		info: user;role;firstName:…,lastName:…,email:…;expires;random
 *
 * It knows neither application nor purpose nor when it was made. Who has one can
 * make a longer one without the secret, but only with a NUL in it, which is none.
 *
 * Nothing of a key is looked at before its signature, and each has one text: two
 * that say the same are the same.
 */
#ifndef AUTHZ_PURE_SESSION_KEY_H
#define AUTHZ_PURE_SESSION_KEY_H

#include <stddef.h>
#include <stdint.h>

#define AUTHZ_SESSION_KEY_PREFIX "k2."
#define AUTHZ_SESSION_KEY_MAX 8192
#define AUTHZ_SESSION_KEY_USER_MAX 1280 /* bytes: 320 characters of UTF-8 */

typedef enum AuthzSessionKeyPurpose
{
	AUTHZ_SESSION_KEY_LOGIN,
	AUTHZ_SESSION_KEY_LOGOUT
} AuthzSessionKeyPurpose;

typedef enum AuthzSessionKeyResult
{
	AUTHZ_SESSION_KEY_OK,
	AUTHZ_SESSION_KEY_MALFORMED,
	AUTHZ_SESSION_KEY_FORGED /* not signed with this secret for this application */
} AuthzSessionKeyResult;

/* The secret that signs, and whose users it signs in or out. */
typedef struct AuthzSessionKeySigner
{
	const char *application; /* its uuid as text */
	const uint8_t *secret;
	size_t secret_length;
} AuthzSessionKeySigner;

/* No text holds a control character of ASCII; NULL is what was not told. */
typedef struct AuthzSessionKey
{
	AuthzSessionKeyPurpose purpose;
	const char *user;
	const char *role;
	const char *first_name;
	const char *last_name;
	const char *email;
	int64_t issued_at; /* 0: not told */
	int64_t expires_at;
	const char *nonce; /* only for writing */

	char text[AUTHZ_SESSION_KEY_MAX]; /* where those that were read are */
} AuthzSessionKey;

/*
 * Reads a key that was signed so. Whether it is for the purpose, in time and used
 * for the first time is the caller's to look at.
 */
extern AuthzSessionKeyResult authz_session_key_read(const char *key, size_t length,
													const AuthzSessionKeySigner *signer,
													AuthzSessionKey *out);

/* The same for MediaSpace's own form; for login, since it knows nothing else. */
extern AuthzSessionKeyResult authz_session_key_read_legacy(const char *key, size_t length,
														   const AuthzSessionKeySigner *signer,
														   AuthzSessionKey *out);

/*
 * Writes a key, NUL-terminated, into room for AUTHZ_SESSION_KEY_MAX + 1 bytes;
 * its length, 0 for one that would not be read.
 */
extern size_t authz_session_key_write(const AuthzSessionKey *key,
									  const AuthzSessionKeySigner *signer, char *out);

#endif
