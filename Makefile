# Makefile - builds, installs and tests authz with PGXS
#
#   make                    the module and its install script
#   make install
#   make installcheck       pg_regress, isolation specs and TAP, against a running server
#
# PG_CONFIG=… names the PostgreSQL to build for. The tree is built in place.
# WITH_LDAP=no builds without libldap, and so without directories.
# What only developers need (unit, fuzz, format, floors, …) is in scripts/dev.mk.

MODULE_big = authz
EXTENSION  = authz

# OBJS: the sources, floor by floor.
include src/objects.mk

# The libraries next to the server itself: signatures and ciphers, JSON, directories.
LIBRARIES = -lcrypto -ljansson $(if $(filter no,$(WITH_LDAP)),,-lldap -llber)

# Tests that pg_regress runs, in this order: sql/NAME.sql, expected/NAME.out.
REGRESS = setup accounts users groups roles categories category_users inherit listed removal \
	apptokens applications managed registrations owner_changes authorize acting grant_scope \
	client_credentials application_roles sign_in_matrix sign_in_scenarios passwords login \
	login_header login_custom ldap_configure sso_configure login_sso login_jwt apptoken views \
	user_import user_import_attack category_user_import user_export session session_connection \
	start_session widget secret_session end_revoke revoke jws signing_keys check_level \
	check_context check_permission protect forgery content_read content_write content_shape \
	content_array content_array_write content_people content_keys content_spelling \
	content_hidden content_parts content_references content_forms linked_protect linked \
	linked_change linked_follow linked_attack keep hidden_rows grow cross_account ks \
	ks_session issuers issuer_session issuer_exchange restrict secrets seal names tricks guess \
	bad_input plans estimates check_setup leftovers

# Tests with several sessions: test/isolation/specs/NAME.spec, ../expected/NAME.out.
ISOLATION = circle confined cursor declassify elsewhere entry grants homes import issuers \
	limits linked load many moves own owners places proof registrations reload removal \
	serializable sign_in timed uncategorized withdraw writers
ISOLATION_OPTS = --inputdir=test/isolation --load-extension=pgcrypto --load-extension=authz

# Tests that start servers of their own.
PROVE_TESTS = $(wildcard test/t/*.pl)
ifneq ($(PROVE_TESTS),)
TAP_TESTS = 1
endif

# The one place of the version is authz.control.
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" authz.control)
INSTALL_SQL = sql/authz--$(EXTVERSION).sql
DATA_built  = $(INSTALL_SQL)
DATA        = $(wildcard sql/authz--*--*.sql)

# Compilers differ in what they take offence at, so only developers ask for
# WERROR=1; the server's headers are -isystem because their style is not ours.
WARNINGS = -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare \
	-Wshadow -Wmissing-prototypes -Wvla $(if $(WERROR),-Werror)

PG_CPPFLAGS = -I$(srcdir)/src -isystem $(includedir_server) -DAUTHZ_VERSION='"$(EXTVERSION)"'
PG_CFLAGS   = -std=gnu11 $(WARNINGS)
# What the module calls of its own it calls directly, also where nothing is hidden.
SHLIB_LINK  = $(LIBRARIES) -Wl,-Bsymbolic-functions
EXTRA_CLEAN = build

PG_CONFIG = pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)
include scripts/dev.mk

# PGXS follows no includes: any header or setting that changes rebuilds all.
$(OBJS): Makefile src/objects.mk authz.control $(wildcard src/*.h src/*/*.h)

# One install script out of its chapters; psql is told that it is none of its own.
$(INSTALL_SQL): authz.control $(sort $(wildcard sql/install/*.sql))
	printf '%s\n' '\echo Use "CREATE EXTENSION authz" to load this file. \quit' >$@
	for chapter in $(filter %.sql,$^); do echo; cat $$chapter || exit 1; done >>$@
.DELETE_ON_ERROR:
