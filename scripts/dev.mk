# dev.mk - targets for those who work on authz, included by the Makefile
#
#   make unit           builds and runs test/unit/test_*.c    (SANITIZE=address,undefined)
#   make build/ask      what test/t asks directories with
#   make fuzz           builds test/fuzz/fuzz_*.c into build/fuzz, with clang
#   make floors         no file includes from a floor above its own
#   make lists          no source or test is missing in the Makefile, one version everywhere
#   make exports        the module exports nothing that could clash with another's names
#   make clang          the sources with the other compiler, where a warning is an error
#   make format[-check] lays the C sources out | says which are not
#   make print-NAME     the value of a variable
#   make dist           an archive of the last commit, for PGXN

FORMAT   = clang-format-14
SANITIZE = undefined
CLANG   ?= clang

# The lowest floor knows no PostgreSQL: it is built here without its headers
# and linked whole, so that a call to the server is an error.
PURE      = $(filter src/pure/% src/directory/%,$(OBJS))
PURE_SRC  = $(PURE:.o=.c)
UNIT_OBJS = $(PURE:src/%=build/unit/%)
UNIT      = $(patsubst test/unit/%.c,build/unit/%,$(wildcard test/unit/test_*.c))
FUZZ      = $(patsubst test/fuzz/%.c,build/fuzz/%,$(wildcard test/fuzz/fuzz_*.c))
PURE_DEPS = $(wildcard src/pure/*.h src/directory/*.h test/unit/*.h test/fuzz/*.h) Makefile

PURE_CFLAGS = -std=gnu11 -g -O1 -fno-omit-frame-pointer $(WARNINGS) -Isrc -fno-sanitize-recover=all

.PHONY: unit fuzz floors lists exports clang format format-check dist

print-%:
	@echo $($*)

unit: $(UNIT)
	prove $(PROVE_FLAGS) --exec '' $^

$(UNIT_OBJS): build/unit/%.o: src/%.c $(PURE_DEPS)
	@mkdir -p $(@D)
	$(CC) $(PURE_CFLAGS) -fsanitize=$(SANITIZE) -c -o $@ $<

$(UNIT): build/unit/%: test/unit/%.c $(UNIT_OBJS) $(PURE_DEPS)
	@mkdir -p $(@D)
	$(CC) $(PURE_CFLAGS) -fsanitize=$(SANITIZE) -o $@ $< $(UNIT_OBJS) $(LIBRARIES)

fuzz: $(FUZZ)

$(FUZZ): build/fuzz/%: test/fuzz/%.c $(PURE_SRC) $(PURE_DEPS)
	@mkdir -p $(@D)
	$(CLANG) $(PURE_CFLAGS) -fsanitize=fuzzer,address,undefined -o $@ $< $(PURE_SRC) $(LIBRARIES)

# Asks the directory client from the command line, for test/t.
build/ask: test/directory/ask.c $(UNIT_OBJS) $(PURE_DEPS)
	$(CC) $(PURE_CFLAGS) -fsanitize=$(SANITIZE) -o $@ $< $(UNIT_OBJS) $(LIBRARIES)

floors:
	scripts/floors src

# What the module is linked from, with and without libldap.
LISTED = $(sort $(OBJS) $(DIRECTORY_ABSENT) $(DIRECTORY_CLIENT))
UNLISTED = $(filter-out $(LISTED:.o=.c),$(wildcard src/*.c src/*/*.c)) \
	$(filter-out sql/authz--% $(REGRESS:%=sql/%.sql),$(wildcard sql/*.sql)) \
	$(filter-out $(ISOLATION:%=test/isolation/specs/%.spec),$(wildcard test/isolation/specs/*.spec))

lists:
	@test -z '$(strip $(UNLISTED))' || { echo 'not in the Makefile: $(strip $(UNLISTED))'; exit 1; }
	@for file in META.json CHANGELOG.md; do \
		grep -qF '$(EXTVERSION)' $$file || \
			{ echo "$$file does not know version $(EXTVERSION)"; exit 1; }; \
	done

exports: all
	@nm -D --defined-only $(shlib) | awk '\
		$$3 !~ /^(authz_|pg_finfo_authz_|Pg_magic_func$$|_PG_init$$)/ { print $$3; bad = 1 } \
		END { exit bad || NR == 0 }'

clang:
	$(CLANG) -fsyntax-only -Werror -std=gnu11 $(WARNINGS) $(CPPFLAGS) $(LISTED:.o=.c)

SOURCES = $(wildcard src/*.[ch] src/*/*.[ch] test/unit/*.[ch] test/fuzz/*.[ch] \
	test/directory/*.[ch])

format:
	$(FORMAT) -i $(SOURCES)

format-check:
	$(FORMAT) --dry-run -Werror $(SOURCES)

dist:
	git archive --format=zip --prefix=authz-$(EXTVERSION)/ -o authz-$(EXTVERSION).zip HEAD
