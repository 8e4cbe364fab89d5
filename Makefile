# Every target sets up what it needs: the stamps in .venv say how far the machine has been made ready.
.DEFAULT_GOAL := help
.PHONY: help run test lint demo bench assure lock clean

BIN := .venv/bin
SET_UP := .ci/bootstrap .ci/uv.lock pyproject.toml
COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header $(if $(UPGRADE),--upgrade)
# What builds the project is locked with what runs it, because the build has no other source.
BUILD_REQUIRES = $(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")'

# What is run each time on PostgreSQL too: what stores, and the fault that is its own. The rest is for the full run.
BRIEFLY_ON_POSTGRESQL := tests/services tests/persistence tests/faults/test_restart.py --ignore=tests/services/test_demonstration.py

# A checkout that was moved or copied is made ready again: an environment knows its own path.
$(shell grep -qsF "$(CURDIR)/.venv/bin/" .venv/bin/pip || rm -f .venv/.run .venv/.dev .venv/.bench .venv/.assure)

help: ## show this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1	\2/p' Makefile

run: .venv/.run ## serve the site and its worker on this machine
	$(BIN)/undersigned run

test: lint ## check everything: lint, then the whole test suite, then what stores on PostgreSQL
	$(BIN)/pytest -n 2 --durations=10
	UNDERSIGNED_TEST_DATABASE=postgresql $(BIN)/pytest -n 2 --durations=3 -m "not sqlite" $(BRIEFLY_ON_POSTGRESQL)

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

clean: ## remove what can be made again; the data in instance/ stays
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find webapp tests -name __pycache__ -prune -exec rm -rf {} +

.venv/.run: $(SET_UP) requirements.lock
	sh .ci/bootstrap run
	@touch $@

.venv/.dev: $(SET_UP) requirements-dev.lock
	sh .ci/bootstrap dev
	@touch $@ .venv/.run

.venv/.bench: $(SET_UP) requirements-dev.lock
	sh .ci/bootstrap bench
	@touch $@ .venv/.dev .venv/.run

.venv/.assure: $(SET_UP) requirements-dev.lock
	sh .ci/bootstrap assure
	@touch $@ .venv/.dev .venv/.run
