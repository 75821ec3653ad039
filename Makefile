# The front page of the project: `make help` tells what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help
BIN := .venv/bin
BUILD_ASSETS := $(BIN)/python config/build_assets.py
WORKERS ?= 2

.PHONY: help run demo setup migrate test check fix prove storm bench assets words reference lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##### Try it

run: assets ## Set everything up, load the demonstration city and start it; Ctrl-C ends it
	@exec $(BIN)/tracker demo

demo: run ## The same as `make run`

setup: assets ## Only set up: .venv, locked packages, front end

migrate: .venv/run.ready ## Bring the configured database up to the present schema
	@$(BIN)/tracker db migrate

##### Work on it

test: .venv/test.ready ## Run all tests; sets up Chromium and a throw-away PostgreSQL where they are missing
	@$(BUILD_ASSETS)
	@sh config/setup/helpers_of_tests.sh
	@TMPDIR=$$(sh config/setup/scratch.sh) $(BIN)/python -m pytest tests --ignore=tests/proofs --ignore=tests/benchmarks -n $(WORKERS) --dist loadfile --no-loadscope-reorder -q -rfEs

check: .venv/test.ready ## Judge: lint, format, types, floors, templates, lock files
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/djlint --lint --quiet templates
	@$(BIN)/python -m pytest -q tests/architecture/test_lock_files.py
	@echo "Everything holds."

fix: .venv/test.ready ## Repair what can be repaired by a tool: format, imports, simple lint
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

prove: .venv/test.ready ## Run the long proofs whose figures stand in docs/proofs.md
	@$(BUILD_ASSETS)
	@sh config/setup/helpers_of_tests.sh
	@$(BIN)/python -m pytest tests/proofs -q -s

storm: .venv/test.ready ## Run the storm alone: 10,000 reminders, 220 kills, a faulty relay, on both databases
	@$(BIN)/python -m pytest tests/proofs/test_storm.py -q -s

bench: .venv/test.ready ## Run the benchmarks; each prints a ratio to a yardstick on the same machine
	@$(BIN)/python -m tests.benchmarks

##### Keep it

assets: .venv/run.ready ## Build the front end (nothing to do when it is up to date)
	@$(BUILD_ASSETS)

words: .venv/test.ready ## Bring the catalogues up to date with the sentences of code and templates
	@$(BIN)/python -m tests.support.sentences

reference: .venv/test.ready ## Write docs/reference anew from the code
	@$(BIN)/python -m tests.support.reference

lock: .venv/run.ready ## Make the lock files anew
	@sh config/setup/lock.sh

clean: ## Remove everything that was made, but not the data under var/
	rm -rf .venv build dist tracker/web/static/vendor config/frontend/node_modules
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage*

.venv/run.ready: config/requirements/run.lock pyproject.toml
	@sh config/setup/install.sh run

.venv/test.ready: config/requirements/test.lock pyproject.toml
	@sh config/setup/install.sh test
