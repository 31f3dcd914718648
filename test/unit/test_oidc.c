/*
 * test_oidc.c
 *	  Which OpenID Connect clients may be registered: each rule with one that
 *	  it lets pass and one that it does not.
 */
#include "definitions.h"

#define DEVICE "urn:ietf:params:oauth:grant-type:device_code"
#define EXCHANGE "urn:ietf:params:oauth:grant-type:token-exchange"

/* RFC 7517, A.1, and RFC 8037, A.2. */
#define EC                                                   \
	"\"kty\":\"EC\",\"crv\":\"P-256\","                      \
	"\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\"," \
	"\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\""
#define ED \
	"\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""

#define CB "\"redirect_uris\":[\"https://a.example/cb\"]"
#define SIGNED "\"token_endpoint_auth_method\":\"private_key_jwt\""

static void
is_taken(const char *text, const char *expected, const char *name)
{
	taken(AUTHZ_PROTOCOL_OIDC, text, expected, name);
}

static void
is_refused(const char *text, AuthzRegistrationResult reason, const char *member, int element)
{
	refused(AUTHZ_PROTOCOL_OIDC, text, reason, member, element);
}

static void
whole(void)
{
	is_taken("{" CB "}",
			 "{\"client_type\":\"confidential\",\"grant_types\":[\"authorization_code\"],"
			 "\"response_types\":[\"code\"],\"redirect_uris\":[\"https://a.example/cb\"],"
			 "\"post_logout_redirect_uris\":[],\"pkce\":\"required\","
			 "\"token_endpoint_auth_method\":\"client_secret_basic\",\"scopes\":[\"openid\"]}",
			 "the least there is");
	is_taken("{\"client_type\":\"public\",\"redirect_uris\":[\"com.example.app:/cb\"]}",
			 "{\"client_type\":\"public\",\"grant_types\":[\"authorization_code\"],"
			 "\"response_types\":[\"code\"],\"redirect_uris\":[\"com.example.app:/cb\"],"
			 "\"post_logout_redirect_uris\":[],\"pkce\":\"required\","
			 "\"token_endpoint_auth_method\":\"none\",\"scopes\":[\"openid\"]}",
			 "a public client");
	is_taken("{\"grant_types\":[\"client_credentials\"]}",
			 "{\"client_type\":\"confidential\",\"grant_types\":[\"client_credentials\"],"
			 "\"response_types\":[],\"redirect_uris\":[],\"post_logout_redirect_uris\":[],"
			 "\"pkce\":\"required\",\"token_endpoint_auth_method\":\"client_secret_basic\","
			 "\"scopes\":[]}",
			 "a service");
	is_taken(
		"{\"scopes\":[\"profile\",\"openid\",\"email\",\"openid\"],"
		"\"jwks\":{\"keys\":[{\"kid\":\"2\"," EC "},{\"kid\":\"1\",\"alg\":\"EdDSA\"," ED "}]},"
		"\"token_endpoint_auth_method\":\"private_key_jwt\",\"pkce\":\"optional\","
		"\"post_logout_redirect_uris\":[\"https://a.example/bye\"],"
		"\"redirect_uris\":[\"https://b.example/\",\"HTTPS://A.example/\",\"https://b.example/\"],"
		"\"response_types\":[\"code\",\"code\"],"
		"\"grant_types\":[\"" EXCHANGE "\",\"refresh_token\",\"" DEVICE
		"\",\"client_credentials\",\"authorization_code\",\"refresh_token\"],"
		"\"client_type\":\"confidential\"}",
		"{\"client_type\":\"confidential\",\"grant_types\":[\"authorization_code\","
		"\"client_credentials\",\"refresh_token\",\"" DEVICE "\",\"" EXCHANGE "\"],"
		"\"response_types\":[\"code\"],"
		"\"redirect_uris\":[\"https://a.example/\",\"https://b.example/\"],"
		"\"post_logout_redirect_uris\":[\"https://a.example/bye\"],\"pkce\":\"optional\","
		"\"token_endpoint_auth_method\":\"private_key_jwt\","
		"\"jwks\":{\"keys\":[{" EC ",\"kid\":\"2\",\"use\":\"sig\"},"
		"{" ED ",\"kid\":\"1\",\"alg\":\"EdDSA\",\"use\":\"sig\"}]},"
		"\"scopes\":[\"email\",\"openid\",\"profile\"]}",
		"everything, in no order");
	is_taken("{" CB ",\"client_type\":null,\"grant_types\":null,\"response_types\":null,"
			 "\"post_logout_redirect_uris\":null,\"pkce\":null,"
			 "\"token_endpoint_auth_method\":null,\"jwks\":null,\"scopes\":null}",
			 NULL, "null stands for what is not given");
	is_refused("{" CB ",\"client_secret\":\"s\"}", AUTHZ_REGISTRATION_UNKNOWN, "", -1);
	is_text(fault.quote, "client_secret", "the member is quoted, its value is not");
	is_refused("{" CB ",\"jwks_uri\":\"https://a.example/jwks\"}", AUTHZ_REGISTRATION_UNKNOWN, "",
			   -1);
	is_refused("{" CB ",\"Scopes\":[]}", AUTHZ_REGISTRATION_UNKNOWN, "", -1);
}

static void
types(void)
{
	is_taken("{" CB ",\"client_type\":\"confidential\"}", NULL, "confidential");
	is_refused("{" CB ",\"client_type\":\"Public\"}", AUTHZ_REGISTRATION_WORD, "client_type", -1);
	is_text(fault.quote, "Public", "quoted");
	is_refused("{" CB ",\"client_type\":true}", AUTHZ_REGISTRATION_TYPE, "client_type", -1);
}

static void
grants(void)
{
	char text[2048] = "{" CB ",\"grant_types\":[\"refresh_token\"";

#define GRANTS(...) "{" CB ",\"grant_types\":[" __VA_ARGS__ "]}"
#define PUBLIC(...) "{" CB ",\"client_type\":\"public\",\"grant_types\":[" __VA_ARGS__ "]}"

	is_taken(GRANTS("\"" DEVICE "\",\"refresh_token\""), NULL,
			 "refreshing what a device was granted");
	is_taken(GRANTS("\"" EXCHANGE "\""), NULL, "exchange alone");
	is_taken(PUBLIC("\"authorization_code\",\"refresh_token\",\"" DEVICE "\""), NULL,
			 "what a public client may");

	is_refused(GRANTS(""), AUTHZ_REGISTRATION_COUNT, "grant_types", -1);
	is_refused("{" CB ",\"grant_types\":\"authorization_code\"}", AUTHZ_REGISTRATION_TYPE,
			   "grant_types", -1);
	is_refused("{" CB ",\"grant_types\":{}}", AUTHZ_REGISTRATION_TYPE, "grant_types", -1);
	is_refused(GRANTS("\"authorization_code\",1"), AUTHZ_REGISTRATION_TYPE, "grant_types", 1);
	is_refused(GRANTS("null"), AUTHZ_REGISTRATION_TYPE, "grant_types", 0);
	is_refused(GRANTS("\"Authorization_Code\""), AUTHZ_REGISTRATION_WORD, "grant_types", 0);
	is_refused(GRANTS("\"authorization_code\",\"implicit\""), AUTHZ_REGISTRATION_UNSAFE,
			   "grant_types", 1);
	is_text(fault.quote, "implicit", "implicit is told apart from unknown words");
	is_refused(GRANTS("\"password\""), AUTHZ_REGISTRATION_UNSAFE, "grant_types", 0);
	is_refused(GRANTS("\"refresh_token\""), AUTHZ_REGISTRATION_MISPLACED, "grant_types", -1);
	is_refused(GRANTS("\"client_credentials\",\"refresh_token\""), AUTHZ_REGISTRATION_MISPLACED,
			   "grant_types", -1);
	is_refused(PUBLIC("\"client_credentials\""), AUTHZ_REGISTRATION_NOT_PUBLIC, "grant_types", 0);
	is_refused(PUBLIC("\"authorization_code\",\"" EXCHANGE "\""), AUTHZ_REGISTRATION_NOT_PUBLIC,
			   "grant_types", 1);

	/* The same word again and again is once in the set, but is not read without end. */
	for (int i = 1; i < 100; i++)
		strcat(text, ",\"refresh_token\"");
	is_refused(strcat(text, "]}"), AUTHZ_REGISTRATION_MISPLACED, "grant_types", -1);
	text[strlen(text) - 2] = '\0';
	is_refused(strcat(text, ",\"refresh_token\"]}"), AUTHZ_REGISTRATION_COUNT, "grant_types", -1);
#undef GRANTS
#undef PUBLIC
}

static void
responses(void)
{
	is_taken("{" CB ",\"response_types\":[\"code\"]}", NULL, "code");
	is_taken("{\"grant_types\":[\"client_credentials\"],\"response_types\":[]}", NULL,
			 "none without a code");
	is_refused("{" CB ",\"response_types\":[]}", AUTHZ_REGISTRATION_COUNT, "response_types", -1);
	is_refused("{" CB ",\"response_types\":[\"code\",\"token\"]}", AUTHZ_REGISTRATION_UNSAFE,
			   "response_types", 1);
	is_refused("{" CB ",\"response_types\":[\"id_token\"]}", AUTHZ_REGISTRATION_UNSAFE,
			   "response_types", 0);
	is_refused("{" CB ",\"response_types\":[\"code id_token\"]}", AUTHZ_REGISTRATION_UNSAFE,
			   "response_types", 0);
	is_refused("{" CB ",\"response_types\":[\"none\"]}", AUTHZ_REGISTRATION_WORD, "response_types",
			   0);
	is_refused("{" CB ",\"response_types\":\"code\"}", AUTHZ_REGISTRATION_TYPE, "response_types",
			   -1);
	is_refused("{\"grant_types\":[\"client_credentials\"],\"response_types\":[\"code\"]}",
			   AUTHZ_REGISTRATION_MISPLACED, "response_types", 0);
}

/* So many URIs, and one more. */
static void
many(const char *member, const char *before)
{
	char text[8192];
	size_t length = (size_t) sprintf(text, "{%s\"%s\":[", before, member);

	for (int i = 0; i < 50; i++)
		length +=
			(size_t) sprintf(text + length, "%s\"https://a.example/%d\"", i > 0 ? "," : "", i);
	strcpy(text + length, "]}");
	is_taken(text, NULL, "fifty URIs");
	strcpy(text + length, ",\"https://a.example/x\"]}");
	is_refused(text, AUTHZ_REGISTRATION_COUNT, member, -1);
}

static void
uris(void)
{
	is_taken("{\"redirect_uris\":[\"http://localhost:8080/cb\"]}", NULL, "loopback");
	is_taken("{" CB ",\"grant_types\":[\"" DEVICE "\"]}", NULL,
			 "URIs without a grant that uses them");
	is_refused("{}", AUTHZ_REGISTRATION_MISSING, "redirect_uris", -1);
	is_refused("{\"redirect_uris\":null}", AUTHZ_REGISTRATION_MISSING, "redirect_uris", -1);
	is_refused("{\"redirect_uris\":[]}", AUTHZ_REGISTRATION_COUNT, "redirect_uris", -1);
	is_refused("{\"redirect_uris\":\"https://a.example/\"}", AUTHZ_REGISTRATION_TYPE,
			   "redirect_uris", -1);
	is_refused("{\"redirect_uris\":[\"https://a.example/\",[]]}", AUTHZ_REGISTRATION_TYPE,
			   "redirect_uris", 1);
	is_refused("{\"redirect_uris\":[\"https://a.example/\",\"https://*.example/\"]}",
			   AUTHZ_REGISTRATION_URI, "redirect_uris", 1);
	is_number(fault.uri, AUTHZ_URI_WILDCARD, "why");
	is_refused("{\"redirect_uris\":[\"https://u:secret@a.example/\"]}", AUTHZ_REGISTRATION_URI,
			   "redirect_uris", 0);
	ok(fault.uri == AUTHZ_URI_USER && fault.quote[0] == '\0', "a URI is not quoted");
	is_refused("{\"redirect_uris\":[\"com.example.app:/cb\"]}", AUTHZ_REGISTRATION_URI,
			   "redirect_uris", 0);
	is_number(fault.uri, AUTHZ_URI_SCHEME, "an app's scheme is for public clients");
	is_refused("{\"client_type\":\"public\",\"redirect_uris\":[\"app:/cb\"]}",
			   AUTHZ_REGISTRATION_URI, "redirect_uris", 0);
	many("redirect_uris", "");

	is_taken(
		"{" CB
		",\"client_type\":\"public\",\"post_logout_redirect_uris\":[\"com.example.app:/bye\"]}",
		NULL, "an app is left");
	is_refused("{" CB ",\"post_logout_redirect_uris\":[\"http://a.example/\"]}",
			   AUTHZ_REGISTRATION_URI, "post_logout_redirect_uris", 0);
	is_number(fault.uri, AUTHZ_URI_INSECURE, "why");
	is_refused("{" CB ",\"post_logout_redirect_uris\":{}}", AUTHZ_REGISTRATION_TYPE,
			   "post_logout_redirect_uris", -1);
	many("post_logout_redirect_uris", CB ",");
}

static void
proofs(void)
{
#define METHOD(method) "\"token_endpoint_auth_method\":\"" method "\""

	is_taken("{" CB ",\"pkce\":\"optional\"}", NULL, "PKCE optional");
	is_taken("{" CB ",\"client_type\":\"public\",\"pkce\":\"required\"}", NULL,
			 "PKCE required of a public client");
	is_refused("{" CB ",\"client_type\":\"public\",\"pkce\":\"optional\"}",
			   AUTHZ_REGISTRATION_NOT_PUBLIC, "pkce", -1);
	is_refused("{" CB ",\"pkce\":\"plain\"}", AUTHZ_REGISTRATION_WORD, "pkce", -1);
	is_refused("{" CB ",\"pkce\":true}", AUTHZ_REGISTRATION_TYPE, "pkce", -1);

	is_taken("{" CB "," METHOD("client_secret_post") "}", NULL, "a secret in the body");
	is_taken("{" CB "," METHOD("client_secret_basic") "}", NULL, "a secret in the header");
	is_taken("{" CB ",\"client_type\":\"public\"," METHOD("none") "}", NULL, "nothing to prove");
	is_refused("{" CB "," METHOD("none") "}", AUTHZ_REGISTRATION_PUBLIC_ONLY,
			   "token_endpoint_auth_method", -1);
	is_refused("{" CB ",\"client_type\":\"public\"," METHOD("client_secret_basic") "}",
			   AUTHZ_REGISTRATION_NOT_PUBLIC, "token_endpoint_auth_method", -1);
	is_refused("{" CB ",\"client_type\":\"public\"," METHOD("private_key_jwt") "}",
			   AUTHZ_REGISTRATION_NOT_PUBLIC, "token_endpoint_auth_method", -1);
	is_refused("{" CB "," METHOD("client_secret_jwt") "}", AUTHZ_REGISTRATION_WORD,
			   "token_endpoint_auth_method", -1);
	is_refused("{" CB "," METHOD("tls_client_auth") "}", AUTHZ_REGISTRATION_WORD,
			   "token_endpoint_auth_method", -1);
#undef METHOD
}

static void
jwks(void)
{
	char text[4096];
	size_t length;

#define KEYS(...) "{" CB "," SIGNED ",\"jwks\":{\"keys\":[" __VA_ARGS__ "]}}"

	is_taken(KEYS("{" ED "}"), NULL, "a key without a name");
	is_taken(KEYS("{" ED ",\"kid\":\"a\"},{" ED ",\"kid\":\"b\"}"), NULL, "keys with names");
	is_refused("{" CB "," SIGNED "}", AUTHZ_REGISTRATION_MISSING, "jwks", -1);
	is_refused("{" CB ",\"jwks\":{\"keys\":[{" ED "}]}}", AUTHZ_REGISTRATION_MISPLACED, "jwks", -1);
	is_refused("{" CB ",\"client_type\":\"public\",\"jwks\":{\"keys\":[{" ED "}]}}",
			   AUTHZ_REGISTRATION_MISPLACED, "jwks", -1);
	is_refused("{" CB "," SIGNED ",\"jwks\":[]}", AUTHZ_REGISTRATION_TYPE, "jwks", -1);
	is_refused("{" CB "," SIGNED ",\"jwks\":{}}", AUTHZ_REGISTRATION_TYPE, "jwks", -1);
	is_refused("{" CB "," SIGNED ",\"jwks\":{\"keys\":{}}}", AUTHZ_REGISTRATION_TYPE, "jwks", -1);
	is_refused("{" CB "," SIGNED ",\"jwks\":{\"keys\":[{" ED "}],\"x\":1}}",
			   AUTHZ_REGISTRATION_UNKNOWN, "jwks", -1);
	is_refused(KEYS(""), AUTHZ_REGISTRATION_COUNT, "jwks", -1);
	is_refused(KEYS("{" ED ",\"kid\":\"a\"},{" ED ",\"kid\":\"b\",\"d\":\"c2VjcmV0\"}"),
			   AUTHZ_REGISTRATION_KEY, "jwks", 1);
	ok(fault.key == AUTHZ_CLIENT_KEY_PRIVATE && fault.quote[0] == '\0',
	   "a private key is not quoted");
	is_refused(KEYS("{" ED ",\"kid\":\"a\"},{" ED "}"), AUTHZ_REGISTRATION_MISSING, "jwks", 1);
	is_refused(KEYS("{" ED "},{" ED ",\"kid\":\"a\"}"), AUTHZ_REGISTRATION_MISSING, "jwks", 0);
	is_refused(KEYS("{" ED ",\"kid\":\"a\"},{" EC ",\"kid\":\"a\"}"), AUTHZ_REGISTRATION_DUPLICATE,
			   "jwks", 1);

	length = (size_t) sprintf(text, "{" CB "," SIGNED ",\"jwks\":{\"keys\":[");
	for (int i = 0; i < 10; i++)
		length += (size_t) sprintf(text + length, "%s{" ED ",\"kid\":\"%d\"}", i > 0 ? "," : "", i);
	strcpy(text + length, "]}}");
	is_taken(text, NULL, "ten keys");
	strcpy(text + length, ",{" ED ",\"kid\":\"x\"}]}}");
	is_refused(text, AUTHZ_REGISTRATION_COUNT, "jwks", -1);
#undef KEYS
}

static void
scopes(void)
{
	char text[4096];
	size_t length;

#define SCOPES(...) "{" CB ",\"scopes\":[" __VA_ARGS__ "]}"

	is_taken(SCOPES(""), NULL, "no scope");
	is_taken(SCOPES("\"!\",\"#\",\"[\",\"]\",\"~\",\"https://a.example/scope\""), NULL,
			 "what a scope is made of");
	is_refused(SCOPES("\"openid\",\"\""), AUTHZ_REGISTRATION_WORD, "scopes", 1);
	is_refused(SCOPES("\"openid profile\""), AUTHZ_REGISTRATION_WORD, "scopes", 0);
	is_refused(SCOPES("\"a\\\"b\""), AUTHZ_REGISTRATION_WORD, "scopes", 0);
	is_refused(SCOPES("\"a\\\\b\""), AUTHZ_REGISTRATION_WORD, "scopes", 0);
	is_refused(SCOPES("\"\\u00e4\\n\""), AUTHZ_REGISTRATION_WORD, "scopes", 0);
	is_text(fault.quote, "???", "of what is not printable nothing is quoted");
	is_refused(SCOPES("1"), AUTHZ_REGISTRATION_TYPE, "scopes", 0);
	is_refused("{" CB ",\"scopes\":\"openid profile\"}", AUTHZ_REGISTRATION_TYPE, "scopes", -1);

	length = (size_t) sprintf(text, "{" CB ",\"scopes\":[\"");
	memset(text + length, 's', 200);
	strcpy(text + length + 128, "\"]}");
	is_taken(text, NULL, "a scope of the greatest length");
	memset(text + length, 's', 200);
	strcpy(text + length + 129, "\"]}");
	is_refused(text, AUTHZ_REGISTRATION_WORD, "scopes", 0);
	is_number((long long) strlen(fault.quote), AUTHZ_REGISTRATION_QUOTE_MAX,
			  "quoted is the beginning");

	length = (size_t) sprintf(text, "{" CB ",\"scopes\":[");
	for (int i = 0; i < 100; i++)
		length += (size_t) sprintf(text + length, "%s\"s%d\"", i > 0 ? "," : "", i);
	strcpy(text + length, "]}");
	is_taken(text, NULL, "a hundred scopes");
	strcpy(text + length, ",\"x\"]}");
	is_refused(text, AUTHZ_REGISTRATION_COUNT, "scopes", -1);
#undef SCOPES
}

int
main(void)
{
	whole();
	types();
	grants();
	responses();
	uris();
	proofs();
	jwks();
	scopes();
	return tap_end();
}
