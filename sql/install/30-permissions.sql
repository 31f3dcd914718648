-- Permissions --------------------------------------------------------------
--
-- What the management functions ask for: the name of the function without
-- authz_, with a dot before the verb. They are a view, not rows, so that a
-- dump never brings back those of another version.

CREATE VIEW authz.builtin_permission (name, explicit, description) AS VALUES
	('account.manage',          true,  'name, harmless settings and secrets of the account'),
	('adapter.configure',       false, 'have functions of one''s own sign in the users of applications'),
	('application.add',         false, 'make applications'),
	('application.change_owner', false, 'ask somebody to own an application'),
	('application.delete',      false, 'delete applications'),
	('application.disable',     false, 'stop applications'),
	('application.enable',      false, 'let stopped applications go on'),
	('application.list',        false, 'see all applications'),
	('application.set_administrators', false, 'say who administers an application'),
	('application.update',      false, 'change what is said of applications'),
	('application_activity.list', false, 'see what applications do'),
	('application_grant.list',  false, 'see which applications may act for whom'),
	('application_request.list', false, 'see which applications have asked to act for whom'),
	('application_secret.add',  false, 'give applications secrets'),
	('application_secret.delete', false, 'take secrets from applications'),
	('application_secret.list', false, 'see which secrets applications have'),
	('application_user.list',   false, 'see who has which role of an application'),
	('apptoken.add',            false, 'make app tokens'),
	('apptoken.delete',         false, 'delete app tokens'),
	('apptoken.list',           false, 'see all app tokens'),
	('apptoken.update',         false, 'change app tokens'),
	('blocked_password.add',    false, 'say what nobody may have as his password'),
	('blocked_password.delete', false, 'let people have such a password again'),
	('blocked_password.list',   false, 'see what nobody may have as his password'),
	('category.add',            false, 'make categories'),
	('category.delete',         false, 'delete categories'),
	('category.list',           false, 'see that every category exists'),
	('category.move',           false, 'move categories in the tree'),
	('category.update',         false, 'change the rules of categories'),
	('category_user.activate',  false, 'admit those who wait for membership'),
	('category_user.add',       false, 'add members to categories'),
	('category_user.deactivate', false, 'suspend members of categories'),
	('category_user.delete',    false, 'remove members from categories'),
	('category_user.list',      false, 'see the members of every category'),
	('category_user.update',    false, 'change members of categories'),
	('content.manage_all',      true,  'manage the content of every category'),
	('content.view_all',        true,  'view the content of every category'),
	('directory_role.add',      false, 'say which groups of a directory give which role of an application'),
	('directory_role.delete',   false, 'have groups of a directory give roles of applications no more'),
	('directory_role.list',     false, 'see which groups of directories give roles of applications'),
	('group.add',               false, 'make groups'),
	('group.delete',            false, 'delete groups'),
	('group.list',              false, 'see all groups'),
	('group.update',            false, 'rename and block groups'),
	('group_user.add',          false, 'add members to groups'),
	('group_user.delete',       false, 'remove members from groups'),
	('group_user.list',         false, 'see the members of every group'),
	('header.configure',        false, 'have a proxy sign in the users of applications'),
	('issuer.add',              false, 'believe tokens that others sign, together with user.impersonate'),
	('issuer.delete',           false, 'believe tokens of others no more'),
	('issuer.list',             false, 'see whose tokens are believed'),
	('issuer.update',           false, 'change which tokens of others are believed, together with user.impersonate'),
	('issuer_role.add',         false, 'say which role what an issuer says means'),
	('issuer_role.delete',      false, 'let what an issuer says mean a role no more'),
	('issuer_role.list',        false, 'see which roles what issuers say means'),
	('ldap.configure',          false, 'have a directory sign in the users of applications'),
	('owner_change.list',       false, 'see who is asked to own an application'),
	('permission.add',          false, 'register permissions'),
	('permission.delete',       false, 'unregister permissions'),
	('permission.list',         false, 'see all permissions'),
	('registration.add',        false, 'register applications for single sign-on'),
	('registration.delete',     false, 'delete registrations of applications'),
	('registration.list',       false, 'see the registrations of all applications'),
	('registration.rotate_secret', false, 'replace client secrets of applications'),
	('registration.update',     false, 'change registrations of applications'),
	('role.add',                false, 'make roles'),
	('role.delete',             false, 'delete roles'),
	('role.list',               false, 'see all roles'),
	('role.update',             false, 'change roles'),
	('role_user.add',           false, 'give roles'),
	('role_user.delete',        false, 'take roles away'),
	('role_user.list',          false, 'see who has which role'),
	('role_user.set',           false, 'give roles of applications in the place of others'),
	('role_user.unset',         false, 'take roles of applications away'),
	('session.list',            false, 'see all sessions in force'),
	('session.revoke',          false, 'end sessions of others'),
	('sign_in.configure',       false, 'say how the users of applications sign in'),
	('sign_in_setting.list',    false, 'see how the users of applications sign in'),
	('signing_key.rotate',      false, 'replace the key that signs sessions'),
	('sso.configure',           false, 'have a gateway sign in the users of applications'),
	('table.protect',           false, 'protect content tables'),
	('user.add',                false, 'make users'),
	('user.delete',             false, 'delete users'),
	('user.impersonate',        true,  'make app tokens that act as others'),
	('user.list',               false, 'see all users'),
	('user.set_password',       false, 'give others a new password, together with user.impersonate'),
	('user.update',             false, 'change and block users');
COMMENT ON VIEW authz.builtin_permission IS
	'permissions that authz itself asks for; explicit: matched by its own name only, never by a pattern';

CREATE FUNCTION authz_administer() RETURNS bool
	LANGUAGE sql STABLE PARALLEL SAFE
	RETURN true;
COMMENT ON FUNCTION authz_administer() IS
	'to be granted EXECUTE on it is the right to manage every account while no session is set';

CREATE FUNCTION authz_gateway() RETURNS bool
	LANGUAGE sql STABLE PARALLEL SAFE
	RETURN true;
COMMENT ON FUNCTION authz_gateway() IS
	'to be granted EXECUTE on it is the right to hand over what a proxy tells of users: authz_login_header()';
