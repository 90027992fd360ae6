# vectorhnsw: `make help` lists the targets. Build, install and installcheck are PGXS's own.

EXTENSION   = vectorhnsw
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(EXTENSION).control)
MODULE_big  = $(EXTENSION)
SRCS       := $(sort $(wildcard src/*.cpp src/*/*.cpp))
OBJS       := $(SRCS:.cpp=.o)
DATA       := $(wildcard src/sql/upgrade/*.sql)
DATA_built := $(EXTENSION)--$(EXTVERSION).sql
EXTRA_CLEAN = build compile_commands.json $(OBJS:.o=.d)

# An empty list switches the suite off: PGXS asks with ifdef, so these are expanded here and now.
REGRESS       := $(patsubst sql/%.sql,%,$(sort $(wildcard sql/*.sql)))
REGRESS_OPTS   = --load-extension=$(EXTENSION)
ISOLATION     := $(patsubst test/isolation/specs/%.spec,%,$(sort $(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation --load-extension=$(EXTENSION)
PROVE_TESTS   ?= $(sort $(wildcard test/tap/*.pl))
TAP_TESTS     := $(PROVE_TESTS)

# Shared by the module and by the native builds of the pure layers.
DIALECT = -std=gnu++20 -fno-exceptions -fno-rtti -fno-threadsafe-statics -Isrc -MMD -MP \
          -Wall -Wextra -Wno-unused-parameter

PG_CONFIG   ?= pg_config
PG_CPPFLAGS  = -isystem $(shell $(PG_CONFIG) --includedir-server) \
               -D'PGDLLEXPORT=__attribute__((visibility("default")))'
PG_CXXFLAGS  = $(DIALECT) -fvisibility=hidden -fvisibility-inlines-hidden $(PROFILE)
SHLIB_LINK   = -lm
# PGXS compiles bitcode with none of our flags.
override with_llvm = no

.DEFAULT_GOAL := all
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifneq ($(wildcard $(PGXS)),)
include $(PGXS)
else
all install uninstall clean installcheck:
	@echo "PostgreSQL's build files (PGXS) are missing: on Debian 12, apt-get install postgresql-server-dev-15" >&2; exit 1
endif

$(OBJS): Makefile
-include $(OBJS:.o=.d)

$(DATA_built): $(sort $(wildcard src/sql/*.sql)) $(EXTENSION).control
	cat /dev/null $(filter %.sql,$^) > $@

##@ Build (PGXS): all install uninstall clean installcheck

##@ In place of pgvector

# The same objects as an extension `vector`: the name that applications, migrations and dumps ask for, under a version
# they take for new enough. What another extension of that name has installed is left alone; ours is told by its module.
ALIAS_VERSION = 0.8.6
alias_folder  = $(DESTDIR)$(datadir)/extension
alias_files   = build/vector.control build/vector--$(ALIAS_VERSION).sql
define alias_is_free
@if [ -e '$(alias_folder)/vector.control' ] && ! grep -q '/$(EXTENSION)' '$(alias_folder)/vector.control'; then \
	echo "$(alias_folder)/vector.control belongs to another extension (pgvector?): remove that first" >&2; exit 1; fi
endef

build/vector.control: $(EXTENSION).control Makefile
	@mkdir -p $(@D)
	sed "s/^default_version.*/default_version = '$(ALIAS_VERSION)'/" $< >$@
build/vector--$(ALIAS_VERSION).sql: $(DATA_built) Makefile
	@mkdir -p $(@D)
	sed '1s/CREATE EXTENSION $(EXTENSION)/CREATE EXTENSION vector/' $< >$@

install-vector-alias: all $(alias_files) ## install, also as extension `vector`: same objects, pgvector's name
	$(alias_is_free)
	@$(MAKE) --no-print-directory install
	$(INSTALL_DATA) $(alias_files) '$(alias_folder)/'

uninstall-vector-alias: ## remove what install-vector-alias added to install
	$(alias_is_free)
	rm -f '$(alias_folder)/vector.control' '$(alias_folder)/vector--$(ALIAS_VERSION).sql'

##@ Tests

test: ## lint, unit, regress, isolation and TAP tests; installs missing Debian packages
	@test/harness/packages.sh test
	@test/harness/run_tests.sh

tempcheck: all ## regress, isolation and TAP tests, throw-away server; ONLY="name ..." for some
	@test/harness/with_server.sh test/harness/suites.sh $(ONLY)

clients: ## drivers and ORMs of Node.js, Python and C beside extension `vector`; installs missing packages
	@test/harness/packages.sh clients
	@$(MAKE) --no-print-directory -s all build/libpq_client test/clients/node_modules/.package-lock.json
	@LEAVE_OUT=.git test/harness/with_server.sh bash -c 'rm -f "$$(pg_config --sharedir)/extension/vector.control" && \
		make -s install-vector-alias >/dev/null && test/clients/run.sh $(ONLY)'

unit: build/unit ## unit tests of the layers that need no server
	@build/unit

asan: build/unit_asan ## the same with the address and undefined-behaviour sanitizers
	@build/unit_asan

##@ See it work

demo: ## load real data, build an index, search it; installs missing Debian packages
	@test/harness/packages.sh demo
	@$(MAKE) --no-print-directory -s all
	@test/harness/with_server.sh test/demo/demo.sh

bench: build/sql_bench ## what the project claims, measured on a running server; words in test/bench/README.md
	@test/bench/run.sh

bench-graph: build/graph_bench ## recall and hops of the graph alone: make bench-graph ARGS="..."
	@build/graph_bench $(ARGS)

bench-data: build/generate ## a vector set with exact answers: make bench-data ARGS="FOLDER rows=1000000 dims=128"
	@build/generate $(ARGS)

bench-plots: ## plots and a page of tables: make bench-plots RESULTS=file.jsonl OUT=folder
	@test/bench/plots/plots.sh

bench-hnswlib: build/hnswlib_bench ## hnswlib in process beside the SQL benchmark: make bench-hnswlib ARGS="set=FOLDER"
	@build/hnswlib_bench $(ARGS)

bench-kernel: build/kernel_bench ## nanoseconds per distance on each instruction set
	@build/kernel_bench $(ARGS)

##@ Code

LINTS = $(patsubst test/lint/%.sh,lint-%,$(sort $(wildcard test/lint/*.sh)))
lint: $(LINTS) ## machine checks of the rules of the code
lint-%: all
	@test/lint/$*.sh

CODE = $(sort $(wildcard src/*.hpp src/*.cpp src/*/*.hpp src/*/*.cpp test/*/*.hpp test/*/*.cpp))
format: ## clang-format all C++ files
	@clang-format -i $(CODE)
format-check: ## fail when clang-format would change a file
	@clang-format --dry-run --Werror $(CODE)

tidy: compile_commands.json ## clang-tidy, about ten seconds a file
	@clang-tidy -p . --quiet $(SRCS)

metrics: ## size and shape of the code, in numbers
	@test/lint/tools/metrics.sh

compile_commands.json: Makefile ## compilation database for editors and clang-tidy
	bear -- $(MAKE) -B all build/unit

help: ## this list
	@awk -F ':.*## ' '/^##@/ { print "\n" substr($$0, 5) } /^[a-z_.-]+:.*## / { printf "  %-22s %s\n", $$1, $$2 }' Makefile

.PHONY: install-vector-alias uninstall-vector-alias test tempcheck clients unit asan demo bench bench-graph bench-data bench-hnswlib bench-plots bench-kernel lint format format-check tidy metrics help

# Native programs: the pure layers and what drives them, without a server. A program may bring its own host services;
# the archive offers plain ones.
PURE         := $(sort $(foreach layer,core kernel quant graph,$(wildcard src/$(layer)/*.cpp))) \
                 $(wildcard src/type/*_text.cpp) test/harness/host.cpp
UNIT         := $(sort $(wildcard test/unit/*.cpp))
SQL_BENCH    := $(sort $(wildcard test/bench/sql_bench*.cpp))
GENERATE     := $(sort $(wildcard test/bench/generate*.cpp))
NATIVE_FLAGS  = $(DIALECT) -g -O2 -Wconversion -Wshadow -Werror
ASAN_FLAGS    = -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
native        = $(patsubst %.cpp,build/native/%.o,$(1))
asan          = $(patsubst %.cpp,build/asan/%.o,$(1))

build/native/%.o: %.cpp Makefile
	@mkdir -p $(@D)
	$(CXX) $(NATIVE_FLAGS) -c $< -o $@
build/asan/%.o: %.cpp Makefile
	@mkdir -p $(@D)
	$(CXX) $(NATIVE_FLAGS) $(ASAN_FLAGS) -c $< -o $@
build/native/pure.a: $(call native,$(PURE))
build/asan/pure.a: $(call asan,$(PURE))
build/%/pure.a:
	@rm -f $@
	ar rcs $@ $^

build/unit: $(call native,$(UNIT)) build/native/pure.a
build/kernel_bench: $(call native,test/bench/kernel_bench.cpp) build/native/pure.a
build/graph_bench: $(call native,test/bench/graph_bench.cpp test/bench/graph_bench_filter.cpp) build/native/pure.a
build/sql_bench: $(call native,$(SQL_BENCH))
build/generate: $(call native,$(GENERATE))
build/hnswlib_bench: $(call native,test/bench/hnswlib_bench.cpp)
build/unit_asan: $(call asan,$(UNIT)) build/asan/pure.a
build/unit_asan: LIBRARIES = $(ASAN_FLAGS)
build/generate: LIBRARIES = -pthread
build/sql_bench: LIBRARIES = -L"$$($(PG_CONFIG) --libdir)" -lpq
$(call native,$(SQL_BENCH)): NATIVE_FLAGS += -isystem "$$($(PG_CONFIG) --includedir)"
# All rows against all queries: worth the instructions of this machine.
$(call native,test/bench/sql_bench_exact.cpp test/bench/generate_nearest.cpp): NATIVE_FLAGS += -O3 -march=native
# hnswlib chooses its kernels by what the compiler may use, and throws.
HNSWLIB_FLAGS = -O3 -march=native
build/native/test/bench/hnswlib_bench.o: NATIVE_FLAGS = -std=gnu++20 -MMD -MP -Wall -Wextra $(HNSWLIB_FLAGS) \
	-Wfatal-errors -D'HNSWLIB_FLAGS="$(HNSWLIB_FLAGS)"' \
	-D'HNSWLIB_VERSION="hnswlib $(shell dpkg-query -W -f '$${Version}' libhnswlib-dev 2>/dev/null)"' -isystem "$$($(PG_CONFIG) --includedir)"
build/unit build/unit_asan build/kernel_bench build/graph_bench build/sql_bench build/generate build/hnswlib_bench:
	$(CXX) $^ $(LIBRARIES) -o $@

# Scripts of packages are not run: what they would fetch is not needed here.
test/clients/node_modules/.package-lock.json: test/clients/package-lock.json
	@cd test/clients && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

build/libpq_client: test/clients/libpq_client.cpp
	@mkdir -p $(@D)
	$(CXX) $(NATIVE_FLAGS) -I"$$($(PG_CONFIG) --includedir)" $< -L"$$($(PG_CONFIG) --libdir)" -lpq -o $@

-include $(wildcard build/*/*/*/*.d)
