-- Types ------------------------------------------------------------------
--
-- The closed sets of words, weakest first, so that comparing two values
-- compares their strength. They live in the target schema because views and
-- function results show them.

CREATE SCHEMA authz;
COMMENT ON SCHEMA authz IS 'tables and internals of the extension authz; clients have no rights here';

CREATE TYPE authz_session_type AS ENUM ('widget', 'user', 'admin');
COMMENT ON TYPE authz_session_type IS 'what kind of session a token stands for';

CREATE TYPE authz_level AS ENUM ('none', 'member', 'contributor', 'moderator', 'manager');
COMMENT ON TYPE authz_level IS 'level of a member in a category or group';

CREATE TYPE authz_privacy AS ENUM ('members_only', 'authenticated_users', 'all');
COMMENT ON TYPE authz_privacy IS 'who may view what is in a category';

CREATE TYPE authz_inheritance AS ENUM ('manual', 'inherit');
COMMENT ON TYPE authz_inheritance IS 'whether a category has members of its own or those of its parent';

CREATE TYPE authz_contribution_policy AS ENUM ('members_with_contribution_permission', 'all');
COMMENT ON TYPE authz_contribution_policy IS 'who may put content into a category';

CREATE TYPE authz_join_policy AS ENUM ('not_allowed', 'request_to_join', 'auto_join');
COMMENT ON TYPE authz_join_policy IS 'how a user may become a member of a category by himself';

CREATE TYPE authz_appear_in_list AS ENUM ('category_members_only', 'everyone');
COMMENT ON TYPE authz_appear_in_list IS 'who is shown that a category exists';

CREATE TYPE authz_update_method AS ENUM ('automatic', 'manual');
COMMENT ON TYPE authz_update_method IS 'whether a program or a person last decided; a program never overrides a person';

CREATE TYPE authz_status AS ENUM ('deleted', 'blocked', 'active');
COMMENT ON TYPE authz_status IS 'state of an account, principal, role or app token; only what is active counts';

CREATE TYPE authz_member_status AS ENUM ('not_active', 'pending', 'active');
COMMENT ON TYPE authz_member_status IS 'state of a membership; only what is active counts';

CREATE TYPE authz_hash AS ENUM ('md5', 'sha1', 'sha256', 'sha512');
COMMENT ON TYPE authz_hash IS 'hash by which the holder of an app token proves it';

CREATE TYPE authz_kind AS ENUM ('person', 'service', 'application', 'group');
COMMENT ON TYPE authz_kind IS 'kind of a principal';

CREATE TYPE authz_grant_status AS ENUM ('rejected', 'submitted', 'approved');
COMMENT ON TYPE authz_grant_status IS 'what a user has said to an application that asks to act for him';

CREATE TYPE authz_change_status AS ENUM ('cancelled', 'rejected', 'pending', 'approved');
COMMENT ON TYPE authz_change_status IS 'what has become of a change that somebody else must agree to';

CREATE TYPE authz_protocol AS ENUM ('oidc', 'saml');
COMMENT ON TYPE authz_protocol IS 'protocol of single sign-on that an application is registered for';

CREATE TYPE authz_authn_adapter AS ENUM ('internal', 'ldap', 'sso', 'header', 'custom');
COMMENT ON TYPE authz_authn_adapter IS 'who finds out who somebody is that signs in';

CREATE TYPE authz_authz_adapter AS ENUM ('internal', 'ldap', 'sso', 'custom');
COMMENT ON TYPE authz_authz_adapter IS 'who finds out which role of the application he has';

CREATE TYPE authz_session_info AS (
	session_token text,
	session_id    text,
	session_type  authz_session_type,
	account_id    int,
	user_id       text,
	actor         text,
	role_ids      bigint[],
	expiry        timestamptz,
	privileges    text
);
COMMENT ON TYPE authz_session_info IS 'a session; the token is filled only by the function that starts it';
