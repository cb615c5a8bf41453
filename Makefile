# Krait: build, test and measure.  `make help` lists the targets.

PYTHON   := /usr/bin/python3.11
BUILD    ?= build
CC       := $(shell command -v ccache 2>/dev/null) gcc
O        ?= 2

CFLAGS   := -std=gnu11 -O$(O) -g -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Wno-psabi \
            -Wno-cast-function-type -Wno-sign-compare \
            -fno-strict-aliasing -fwrapv -fno-semantic-interposition -fno-pie -pthread $(EXTRA_CFLAGS)
# A string instruction takes longer to begin than it takes to clear the few words of a struct.  Copies of unknown length
# are calls (base/copy.h).
ifeq ($(findstring clang,$(CC))$(shell uname -m),x86_64)
CFLAGS   += -mmemset-strategy=unrolled_loop:256:noalign,libcall:-1:noalign \
            -mmemcpy-strategy=libcall:-1:noalign
endif
CPPFLAGS := -Isrc -Iinclude -I$(BUILD) -D_GNU_SOURCE
LDFLAGS  := -no-pie -pthread -Wl,--dynamic-list=$(BUILD)/exports.list $(EXTRA_LDFLAGS)
# The small ones are linked in: each shared library costs every start a tenth of a millisecond.
LIBS     := -lm -l:libz.a -l:libb2.a -ldl
ifdef DEV
LDFLAGS  += -Wl,--unresolved-symbols=ignore-all
endif

# src/vm/ops holds instruction bodies, which tools/gen_ops.py collects into the loop.
BODIES   := $(wildcard src/vm/ops/*.c)
SOURCES  := $(filter-out $(BODIES),$(shell find src -name '*.c' | LC_ALL=C sort))
HEADERS  := $(shell find src include -name '*.h' -o -name '*.def' 2>/dev/null)
TOOLS    := $(wildcard tools/gen_*.py)
OBJECTS  := $(SOURCES:src/%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/gen/names.o $(BUILD)/obj/gen/inittab.o \
            $(BUILD)/obj/gen/frozen_code.o

.PHONY: all help
all: $(BUILD)/krait

help:
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 20

# ---- generated tables -------------------------------------------------------------------------

$(BUILD)/gen/stamp: $(SOURCES) $(BODIES) $(HEADERS) $(TOOLS)
	@mkdir -p $(BUILD)/gen
	$(PYTHON) tools/gen_builtins.py src $(BUILD)/gen
	$(PYTHON) tools/gen_tables.py src $(BUILD)/gen
	@if [ -f tools/gen_ast.py ]; then $(PYTHON) tools/gen_ast.py src/compile/ast.def $(BUILD)/gen/compile/; fi
	@if [ -f tools/gen_ops.py ]; then $(PYTHON) tools/gen_ops.py src/vm $(BUILD)/gen/vm/; fi
	@if [ -f tools/gen_slots.py ]; then $(PYTHON) tools/gen_slots.py src/object/slots.def $(BUILD)/gen/object/; fi
	@touch $@

# Including the stamp makes make begin again after generating, and so see which tables have changed.
ifneq ($(filter all quick conformance $(BUILD)/%,$(or $(MAKECMDGOALS),all)),)
-include $(BUILD)/gen/stamp
endif

$(BUILD)/exports.list: src/capi/abi-3.11.txt
	@mkdir -p $(BUILD)
	@(echo '{'; grep -v '^#' $< | cut -f1 | sed 's/$$/;/'; echo '};') > $@

# ---- objects ----------------------------------------------------------------------------------

$(BUILD)/obj/%.o: src/%.c | $(BUILD)/gen/stamp
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(CFLAGS) $(CPPFLAGS) -MMD -MP -c $< -o $@

# Instruction bodies are compiled as part of the loop.
$(BUILD)/obj/vm/ops/%.o: src/vm/ops/%.c $(BUILD)/obj/vm/eval.o
	@mkdir -p $(@D)
	@touch $@

$(BUILD)/obj/vm/eval.o: $(BODIES)

# These passes move computations out of the instruction bodies into all of them.
ifeq ($(findstring clang,$(CC)),)
$(BUILD)/obj/vm/eval.o: CFLAGS += -fno-gcse -fno-crossjumping -fno-tree-pre
endif

$(BUILD)/obj/gen/%.o: $(BUILD)/gen/%.c | $(BUILD)/gen/stamp
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) $(CPPFLAGS) -MMD -MP -c $< -o $@

# Modules whose code is part of the executable: what every start needs.
FROZEN   := importlib._bootstrap importlib._bootstrap_external zipimport abc codecs io _collections_abc \
            _sitebuiltins genericpath ntpath posixpath os site stat importlib.util importlib.machinery runpy

# Others whose code is there as well, for the case that their .pyc files are those the build saw.
CACHED   := encodings encodings.aliases encodings.utf_8 types importlib importlib._abc contextlib collections \
            keyword operator reprlib functools enum copyreg warnings weakref re re._casefix re._compiler \
            re._constants re._parser json json.decoder json.encoder json.scanner argparse gettext locale struct \
            collections.abc heapq bisect random linecache tokenize token traceback textwrap typing dataclasses \
            inspect ast dis opcode pathlib fnmatch ntpath urllib urllib.parse shutil tempfile subprocess selectors \
            signal threading _weakrefset socket ssl base64 datetime string logging queue asyncio
$(BUILD)/gen/frozen_code.c: tools/gen_frozen.py $(BUILD)/gen/names.c | $(BUILD)/gen/stamp
	@$(PYTHON) $< $@ $(BUILD)/gen/names.c $(FROZEN) -- $(CACHED)

# Nothing but data, and much of it.
$(BUILD)/obj/gen/frozen_code.o: CFLAGS += -g0 -fno-sanitize=all -fno-lto -fno-toplevel-reorder

# The empty recipe makes make look at their times anew.
$(BUILD)/gen/names.c $(BUILD)/gen/inittab.c: $(BUILD)/gen/stamp
	@:

$(BUILD)/krait: $(OBJECTS) $(BUILD)/exports.list
	@echo "  LD $@"
	@$(lastword $(CC)) $(CFLAGS) $(LDFLAGS) $(OBJECTS) $(LIBS) -o $@.new
	@mv $@.new $@

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

# ---- the library for programs that embed Python -----------------------------------------------

.PHONY: lib
lib: ## build/libkrait.so for programs that embed Python; tools/krait-config tells how to link
	@mkdir -p $(BUILD)
	@$(MAKE) BUILD=$(BUILD)-lib EXTRA_CFLAGS="$(EXTRA_CFLAGS) -fPIC" $(BUILD)-lib/libkrait.so
	@cp $(BUILD)-lib/libkrait.so $(BUILD)/libkrait.so

$(BUILD)/exports.map: src/capi/abi-3.11.txt
	@mkdir -p $(BUILD)
	@(echo '{ global:'; grep -v '^#' $< | cut -f1 | sed 's/$$/;/'; echo 'local: *; };') > $@

$(BUILD)/libkrait.so: $(OBJECTS) $(BUILD)/exports.map
	@echo "  LD $@"
	@gcc -shared -pthread -Wl,-soname,libkrait.so -Wl,--version-script=$(BUILD)/exports.map $(EXTRA_LDFLAGS) \
	    $(OBJECTS) $(LIBS:-l:lib%.a=-l%) -o $@

# ---- what a fresh machine needs ---------------------------------------------------------------

.PHONY: deps
deps: ## install the Debian packages of packages.txt that are missing
	@missing=$$(grep -v '^#' packages.txt | xargs dpkg-query -W -f='$${Status} $${Package}\n' 2>&1 | \
	    sed -n 's/^dpkg-query: no packages found matching //p; s/^.* not-installed //p; s/^deinstall [^ ]* [^ ]* //p'); \
	if [ -n "$$missing" ]; then \
	    echo "installing $$missing"; \
	    $(if $(filter 0,$(shell id -u)),,sudo) apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive $(if $(filter 0,$(shell id -u)),,sudo) apt-get install -y -qq $$missing >/dev/null; \
	fi

# ---- tests ------------------------------------------------------------------------------------

.PHONY: test quick conformance demo
demo: deps ## install what is missing, build, run real programs beside the reference
	@$(MAKE) --no-print-directory -j2 all
	$(PYTHON) tools/demo.py --interp $(BUILD)/krait

test: deps ## install what is missing, build, run every test
	@$(MAKE) --no-print-directory -j2 all
	@$(MAKE) --no-print-directory -j2 lib
	@$(MAKE) --no-print-directory -j2 asan
	$(PYTHON) tests/suite.py --interp $(BUILD)/krait

quick: all ## the tests that take less than two minutes
	$(PYTHON) tests/run.py --quick --interp $(BUILD)/krait

conformance: all ## CPython's own suite against the ledger: TIER=A, NAMES="test_dict ...", UPDATE=1
	$(PYTHON) tools/conformance.py --interp $(BUILD)/krait $(if $(TIER),--tier $(TIER)) \
	    $(if $(UPDATE),--update) $(NAMES)

.PHONY: package-tests
package-tests: all ## suites that installed packages carry, beside the reference: SUITES="numpy.core pandas.window lxml" UNPACKED=folder of lxml's source
	$(PYTHON) tools/package_tests.py --interp $(BUILD)/krait --failures 2 $(if $(UNPACKED),--sources $(UNPACKED)) $(SUITES)

.PHONY: abi
abi: all ## layouts, constants, declarations, symbols and static types against 3.11's
	$(PYTHON) tools/abi.py --interp $(BUILD)/krait

.PHONY: parity-names
parity-names: all ## every name of built-in types and modules, compared with the reference: NAMES="list sys"
	$(PYTHON) tools/parity_names.py --interp $(BUILD)/krait $(NAMES)

.PHONY: tables
tables: ## write the committed tables of data anew: Unicode's, from the reference, and the powers of ten
	$(PYTHON) tools/gen_unicode.py
	$(PYTHON) tools/make_pow10.py > src/base/pow10_table.h

.PHONY: lint
lint: $(BUILD)/gen/stamp ## the sources against the design: layers, headers, state, layout
	$(PYTHON) tools/lint.py --build $(BUILD)

.PHONY: fuzz
fuzz: asan ## mutated input under AddressSanitizer: TARGETS="parse ..." SECONDS=60 SEED=1
	$(PYTHON) tests/fuzz/fuzz.py --interp build-asan/krait -t $(or $(SECONDS),60) -s $(or $(SEED),1) $(TARGETS)

# ---- variants ---------------------------------------------------------------------------------

.PHONY: debug asan tsan debug-test asan-test tsan-test clean
debug: ## the build that checks: total reference count, poisoned frees, invariants
	@$(MAKE) BUILD=build-debug O=1 EXTRA_CFLAGS="-DKRAIT_DEBUG" all

.PHONY: embed
embed: all ## build/embed_rounds: start and end an interpreter again and again in one process
	@objcopy --weaken-symbol=main $(BUILD)/obj/runtime/main.o $(BUILD)/obj/embed_main.o
	@gcc $(CFLAGS) $(CPPFLAGS) $(LDFLAGS) tests/embed/rounds.c \
	    $(filter-out $(BUILD)/obj/runtime/main.o,$(OBJECTS)) $(BUILD)/obj/embed_main.o $(LIBS) \
	    -o $(BUILD)/embed_rounds

.PHONY: refcheck
refcheck: debug ## test files again and again in the debug build: what they keep (TIER=A, NAMES="test_dict ...")
	$(PYTHON) tools/refleak.py --interp build-debug/krait $(if $(TIER),--tier $(TIER)) $(NAMES)

.PHONY: stress
stress: debug ## every allocation failing in turn, a collection at every n-th: NAMES="test_dict ...", EVERY=1
	$(PYTHON) tools/stress.py memory --interp build-debug/krait
	$(PYTHON) tools/stress.py collect --interp build-debug/krait --every $(or $(EVERY),1) $(NAMES)

debug-test: debug ## the project's own tests in the debug build
	$(PYTHON) tests/run.py --interp build-debug/krait $(NAMES)

asan: ## AddressSanitizer and UBSan
	@$(MAKE) BUILD=build-asan O=1 EXTRA_CFLAGS="-fsanitize=address,undefined -fno-omit-frame-pointer -DKRAIT_ASAN" \
	    EXTRA_LDFLAGS="-fsanitize=address,undefined" all

tsan: ## ThreadSanitizer
	@$(MAKE) BUILD=build-tsan O=1 EXTRA_CFLAGS="-fsanitize=thread -fno-omit-frame-pointer -DKRAIT_TSAN" \
	    EXTRA_LDFLAGS="-fsanitize=thread" all

asan-test: asan ## the project's own tests under the sanitizers, each report listed by site; or TIER=A, NAMES="test_dict ..."
	$(PYTHON) tools/sanitize.py $(if $(TIER)$(NAMES),,--tests) $(if $(TIER),--tier $(TIER)) $(NAMES)

# tests/tsan.supp holds what is meant, with reasons.
THREADED := test_thread test_threading test_threading_local test_queue test_threadsignals test_threadedtempfile \
            test_concurrent_futures test_asyncio test_socket test_select test_poll test_epoll test_selectors test_fileio \
            test_sched test_signal test_fork1 test_atexit \
            tests/load/test_threads.py tests/modules/test_thread.py tests/runtime/test_gil.py
tsan-test: tsan ## tests of threads under ThreadSanitizer, each report listed by site: NAMES="test_queue ..."
	$(PYTHON) tools/sanitize.py --interp build-tsan/krait --timeout 1800 $(or $(NAMES),$(THREADED))

clean: ## remove every build
	rm -rf build build-*

# ---- the release build: profile, then link-time optimisation ----------------------------------

# The training programs are not those of the benchmark.
TRAIN    := objects numbers_work text_work containers library concurrency compiling
RELEASE_FLAGS := -DNDEBUG
PROFILE_FLAGS := -fprofile-use -fprofile-correction -fprofile-partial-training
.PHONY: release train
release: ## build-release/krait: trained on bench/train, optimised over files
	@rm -rf build-release/obj
	@$(MAKE) BUILD=build-release O=2 EXTRA_CFLAGS="$(RELEASE_FLAGS) -fprofile-generate -fprofile-update=single" all
	@$(MAKE) --no-print-directory BUILD=build-release train
	@find build-release/obj -name '*.o' -delete
	@rm -f build-release/krait
	@$(MAKE) BUILD=build-release O=2 EXTRA_CFLAGS="$(RELEASE_FLAGS) $(PROFILE_FLAGS) \
	    -Wno-missing-profile -Wno-coverage-mismatch -flto=2 -fno-semantic-interposition" all

# What is not in the 99% that ran most often is optimised for size, and the loop's share is large: methods of built-in types run
# long enough to count (str * 10 took 114 ns, not 30).  The loop and what it calls learn from whole programs only.
train:
	@echo "  TRAIN methods"; $(BUILD)/krait bench/once.py methods 10 >/dev/null
	@find $(BUILD)/obj/vm $(BUILD)/obj/object $(BUILD)/obj/runtime -name '*.gcda' -delete
	@for name in $(TRAIN); do echo "  TRAIN $$name"; $(BUILD)/krait bench/once.py $$name 1.0 >/dev/null || exit 1; done
	@for i in $$(seq 30); do $(BUILD)/krait -I -S -c pass && $(BUILD)/krait -c pass && $(BUILD)/krait -c 'import json, re, argparse, asyncio' || exit 1; done

# ---- speed ------------------------------------------------------------------------------------

INTERP   ?= $(BUILD)/krait
.PHONY: bench bench-count
bench: ## speed against the reference: K=name, INTERP=build-release/krait, ALL=1
	$(PYTHON) tools/bench.py --interp $(INTERP) $(if $(ALL),--all) $(K)

bench-count: ## instructions of each program against bench/counts.txt: K=name, UPDATE=1
	$(PYTHON) tools/bench.py --interp $(INTERP) --count bench/counts.txt $(if $(UPDATE),--count-update) $(K)
