# objects.mk - what the module is linked from: one per line, by floor, in
# alphabetical order. `make lists` tells what is missing.

OBJS = src/authz.o

# F0: no PostgreSQL
OBJS += \
	src/pure/address.o \
	src/pure/base64url.o \
	src/pure/certificate.o \
	src/pure/claims.o \
	src/pure/client_key.o \
	src/pure/csv.o \
	src/pure/definition.o \
	src/pure/digest.o \
	src/pure/header_value.o \
	src/pure/idset.o \
	src/pure/issuer_keys.o \
	src/pure/json.o \
	src/pure/jwa.o \
	src/pure/jwk.o \
	src/pure/jwk_make.o \
	src/pure/jws.o \
	src/pure/ks.o \
	src/pure/oidc.o \
	src/pure/path.o \
	src/pure/permission.o \
	src/pure/pkey.o \
	src/pure/privileges.o \
	src/pure/public_key.o \
	src/pure/registration.o \
	src/pure/restriction.o \
	src/pure/saml.o \
	src/pure/seal.o \
	src/pure/session_key.o \
	src/pure/signature.o \
	src/pure/token.o \
	src/pure/uri.o

# F0: the directory client. What needs no server is always there; the rest needs
# libldap, and answers that it is absent where it was built with WITH_LDAP=no.
OBJS += \
	src/directory/arena.o \
	src/directory/certificate.o \
	src/directory/config.o \
	src/directory/credential.o \
	src/directory/dn.o \
	src/directory/dnset.o \
	src/directory/escape.o \
	src/directory/group_filter.o \
	src/directory/match.o \
	src/directory/message.o \
	src/directory/outcome.o \
	src/directory/pattern.o \
	src/directory/range.o \
	src/directory/server.o \
	src/directory/sid.o \
	src/directory/text.o

DIRECTORY_ABSENT = src/directory/absent.o
DIRECTORY_CLIENT = \
	src/directory/bind.o \
	src/directory/connection.o \
	src/directory/directory.o \
	src/directory/gate.o \
	src/directory/groups.o \
	src/directory/nesting.o \
	src/directory/person.o \
	src/directory/search.o \
	src/directory/tls.o \
	src/directory/wire.o
OBJS += $(if $(filter no,$(WITH_LDAP)),$(DIRECTORY_ABSENT),$(DIRECTORY_CLIENT))

# F1: rows
OBJS += \
	src/store/action.o \
	src/store/announce.o \
	src/store/client.o \
	src/store/errand.o \
	src/store/failure.o \
	src/store/failure_rule.o \
	src/store/failure_shared.o \
	src/store/failure_table.o \
	src/store/refusal.o \
	src/store/secret.o \
	src/store/spent.o \
	src/store/statement.o

# F2: who is asking
OBJS += \
	src/session/grant.o \
	src/session/issuer.o \
	src/session/issuer_registry.o \
	src/session/key.o \
	src/session/ks.o \
	src/session/ks_policy.o \
	src/session/restrict.o \
	src/session/session.o \
	src/session/setting.o \
	src/session/start.o

# F3: what a subject may do
OBJS += \
	src/entitle/assignment.o \
	src/entitle/cache.o \
	src/entitle/closure.o \
	src/entitle/gate.o \
	src/entitle/handoff.o \
	src/entitle/idlist.o \
	src/entitle/judge.o \
	src/entitle/judgement.o \
	src/entitle/listing.o \
	src/entitle/pack.o \
	src/entitle/reach.o \
	src/entitle/rights.o \
	src/entitle/row.o \
	src/entitle/shared.o \
	src/entitle/standing.o \
	src/entitle/subject.o

# F4: the doors
OBJS += \
	src/sql/activity.o \
	src/sql/application.o \
	src/sql/application_roles.o \
	src/sql/argument.o \
	src/sql/authorize.o \
	src/sql/check.o \
	src/sql/check_row.o \
	src/sql/circle.o \
	src/sql/client_credentials.o \
	src/sql/content_guard.o \
	src/sql/directory_settings.o \
	src/sql/door.o \
	src/sql/export_user.o \
	src/sql/growth.o \
	src/sql/guard.o \
	src/sql/identity.o \
	src/sql/ids.o \
	src/sql/import.o \
	src/sql/import_category_user.o \
	src/sql/import_progress.o \
	src/sql/import_source.o \
	src/sql/import_user.o \
	src/sql/import_user_line.o \
	src/sql/jws.o \
	src/sql/ks.o \
	src/sql/left_behind.o \
	src/sql/link.o \
	src/sql/link_array.o \
	src/sql/link_decide.o \
	src/sql/link_follow.o \
	src/sql/link_guard.o \
	src/sql/link_policy.o \
	src/sql/link_status.o \
	src/sql/linked.o \
	src/sql/login.o \
	src/sql/login_custom.o \
	src/sql/login_header.o \
	src/sql/login_ldap.o \
	src/sql/login_password.o \
	src/sql/login_sso.o \
	src/sql/logout.o \
	src/sql/losing.o \
	src/sql/manage.o \
	src/sql/manage_account.o \
	src/sql/manage_application.o \
	src/sql/manage_apptoken.o \
	src/sql/manage_category.o \
	src/sql/manage_category_user.o \
	src/sql/manage_grant.o \
	src/sql/manage_group.o \
	src/sql/manage_issuer.o \
	src/sql/manage_owner_change.o \
	src/sql/manage_password.o \
	src/sql/manage_permission.o \
	src/sql/manage_registration.o \
	src/sql/manage_role.o \
	src/sql/manage_sign_in.o \
	src/sql/manage_user.o \
	src/sql/manage_views.o \
	src/sql/password.o \
	src/sql/policy.o \
	src/sql/proof.o \
	src/sql/protect.o \
	src/sql/protection.o \
	src/sql/registration.o \
	src/sql/room.o \
	src/sql/seal.o \
	src/sql/selectivity.o \
	src/sql/session.o \
	src/sql/session_info.o \
	src/sql/sign_in.o \
	src/sql/site.o \
	src/sql/spelling.o \
	src/sql/sso.o \
	src/sql/start_session.o \
	src/sql/stats.o \
	src/sql/support.o \
	src/sql/support_row.o \
	src/sql/triggers.o
