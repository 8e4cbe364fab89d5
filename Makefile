# Every target sets up what it needs: the stamps in .venv say how far the machine has been made ready.
.DEFAULT_GOAL := help
.PHONY: help run test lint demo bench assure lock clean

BIN := .venv/bin
SET_UP := .ci/bootstrap .ci/uv.lock pyproject.toml
COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header $(if $(UPGRADE),--upgrade)
# What builds the project is locked with what runs it, because the build has no other source.
BUILD_REQUIRES = $(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")'

# A third of the time a test waits, for a disk, a server or a browser: three processes keep two processors busy,
# and whoever is done takes from the others.
PYTEST := $(BIN)/pytest -n 3 --dist worksteal
# As images of machines often say; then every process that a test starts would compile the whole program once more.
unexport PYTHONDONTWRITEBYTECODE
# What is run each time on PostgreSQL too: what stores, and the fault that is its own. The rest is for the full run.
BRIEFLY_ON_POSTGRESQL := tests/services tests/persistence tests/faults/test_restart.py
# What looks, prints, converts or judges a file stores nothing by which the databases differ.
BRIEFLY_ON_POSTGRESQL += $(patsubst %,--ignore=tests/services/test_%.py,calendar_files check_deploy citation_styles comparisons \
	conversions demonstration demonstration_content documents file_check later_bundle printed_list word_files)
BRIEFLY_ON_POSTGRESQL += $(patsubst %,--deselect=tests/services/test_backup.py::test_%,memory_does_not_grow_with_the_documents \
	file_with_a_flipped_bit_is_refused_or_restored_as_it_was changed_manifest_is_refused table_that_is_gone_is_missed_though_it_was_empty \
	control_without_the_digests_a_flipped_bit_would_come_back)

# A checkout that was moved or copied is made ready again: an environment knows its own path.
$(shell grep -qsF "$(CURDIR)/.venv/bin/" .venv/bin/pip || rm -f .venv/.run .venv/.dev .venv/.bench .venv/.assure)

help: ## show this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1	\2/p' Makefile

run: .venv/.run ## serve the site and its worker on this machine
	$(BIN)/undersigned run

test: lint ## check everything: lint, then the whole test suite, then what stores on PostgreSQL
	$(PYTEST) --durations=10
	UNDERSIGNED_TEST_DATABASE=postgresql $(PYTEST) --durations=3 -m "not sqlite" $(BRIEFLY_ON_POSTGRESQL)

lint: .venv/.dev ## check style, types and the layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict webapp
	$(BIN)/lint-imports

demo: .venv/.dev ## carry a letter through its whole course; leaves build/demo/letter.pdf
	$(BIN)/python -m tests.journeys.demo

bench: .venv/.bench ## measure pages, answers and documents under load
	$(BIN)/python -m tests.bench

assure: .venv/.assure ## run everything with full repetition counts, twice on each database; takes hours
	$(BIN)/python -m tests.assure

lock: .venv/.dev ## write the lock files again (UPGRADE=1 takes newer versions)
	$(BUILD_REQUIRES) | $(COMPILE) pyproject.toml - -o requirements.lock
	$(BUILD_REQUIRES) | $(COMPILE) pyproject.toml - --extra dev -o requirements-dev.lock
	echo uv | $(COMPILE) - -o .ci/uv.lock
	echo 'typst>=0.15' | $(COMPILE) - -o .ci/bench.lock

clean: ## remove what can be made again; the data in instance/ stays
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find webapp tests -name __pycache__ -prune -exec rm -rf {} +

.venv/.run: $(SET_UP) requirements.lock
	sh .ci/bootstrap run
	@touch $@

.venv/.dev: $(SET_UP) requirements-dev.lock
	sh .ci/bootstrap dev
	@touch $@ .venv/.run

.venv/.bench: $(SET_UP) requirements-dev.lock .ci/bench.lock
	sh .ci/bootstrap bench
	@touch $@ .venv/.dev .venv/.run

.venv/.assure: $(SET_UP) requirements-dev.lock .ci/bench.lock
	sh .ci/bootstrap assure
	@touch $@ .venv/.dev .venv/.run
