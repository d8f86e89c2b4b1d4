# `make help` lists the targets. Everything that is built here is ignored by git; nothing is fetched at run time.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PORT ?= 5000
INSTANCE ?= $(CURDIR)/instance
# A quick machine may raise it; each worker has its own databases.
JOBS ?= 2
PYTEST_ARGS ?=
# A command that limits the suite's time; .ci/run sets it.
WITHIN ?=
export PORT INSTANCE
# Where a machine forbids it, every process would compile the product anew.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/flask
SOURCES := matchmaking config.py wsgi.py tests bench docs
# The first Python that is new enough; the locked requirements were resolved for 3.11.
FIND_PYTHON = for p in $(PYTHON) python3.11 python3.12 python3.13 python3; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done

.PHONY: help setup setup-dev run test check lint types contracts words bench shots lock translations browser release-test clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

# --- preparing -------------------------------------------------------------------------------------------------------

setup: $(VENV)/.runtime static/vendor/manifest.json $(VENV)/.translations ## everything but serving: packages, front end, database, demo data
	@mkdir -p "$(INSTANCE)"
	@$(FLASK) db upgrade
	@if [ "$${ENVIRONMENT:-}" != production ] && [ "$${DEMO:-1}" != 0 ]; then $(FLASK) seed; fi
	@echo "ready: make run, then http://127.0.0.1:$(PORT)"

setup-dev: $(VENV)/.dev static/vendor/manifest.json $(VENV)/.translations ## what tests, linters and benchmarks need

$(VENV)/.created:
	@python="$$($(FIND_PYTHON))" || { echo "make: Python 3.11 or newer is needed (PYTHON=… names one)" >&2; exit 1; }; \
	test -x $(BIN)/python || $$python -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements.txt $(VENV)/.created
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.created
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/.runtime

$(VENV)/.bench: requirements-bench.txt $(VENV)/.dev
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $@

node_modules/.installed: package.json package-lock.json
	npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

static/vendor/manifest.json: node_modules/.installed build.mjs $(shell find static -type f -not -path 'static/vendor/*' 2>/dev/null)
	node build.mjs

$(VENV)/.translations: $(VENV)/.created $(wildcard matchmaking/translations/*/LC_MESSAGES/*.po) | runtime-or-dev
	@if ls matchmaking/translations/*/LC_MESSAGES/*.po >/dev/null 2>&1; then $(BIN)/pybabel --quiet compile -d matchmaking/translations; fi
	@touch $@

.PHONY: runtime-or-dev
runtime-or-dev:
	@test -x $(BIN)/pybabel || $(MAKE) --no-print-directory $(VENV)/.runtime

browser: ## Chromium and Chinese fonts for the browser tests (only as root, with apt)
	@.ci/browser

# --- running ---------------------------------------------------------------------------------------------------------

run: setup ## web and worker on http://127.0.0.1:5000 (PORT=, INSTANCE=)
	@if [ "$${ENVIRONMENT:-}" != production ] && [ "$${DEMO:-1}" != 0 ]; then export FROZEN_DAY="$${FROZEN_DAY-2026-09-30}"; fi; \
	exec $(FLASK) serve

# --- checking --------------------------------------------------------------------------------------------------------

test: setup-dev browser ## the whole suite, on SQLite and PostgreSQL, with browser tests
	$(WITHIN) $(BIN)/python -m pytest -n $(JOBS) -m "not release" $(PYTEST_ARGS)

check: setup-dev lint types contracts words test ## what a change has to pass: lint, types, contracts, words, tests

lint: setup-dev ## ruff, djlint, deptry
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/deptry .

types: setup-dev ## mypy, strict on domain and foundation
	$(BIN)/mypy

contracts: setup-dev ## import contracts of the house (.importlinter)
	$(BIN)/lint-imports --no-cache

words: setup-dev ## every code and every string in both languages
	$(BIN)/python -m pytest -q tests/house/test_words.py tests/house/test_translations.py

bench: setup-dev $(VENV)/.bench ## import and audit, list pages, matching and plans, reports and curves, each against its peers in the same run (QUICK=1: smaller)
	$(BIN)/python bench/import_audit.py
	LOG_LEVEL=error $(BIN)/python bench/pages.py 2>/dev/null
	$(BIN)/python bench/matching.py
	LOG_LEVEL=error $(BIN)/python bench/match_page.py 2>/dev/null
	$(BIN)/python bench/plans.py
	$(BIN)/python bench/survival.py
	$(BIN)/python bench/reports.py

release-test: setup-dev browser ## tests too long for every commit, and every property on ten times as many examples
	PROPERTIES=release $(BIN)/python -m pytest -n $(JOBS) -m "release or hypothesis" $(PYTEST_ARGS)

# --- keeping ---------------------------------------------------------------------------------------------------------

shots: setup-dev browser ## the pictures of the README, taken from the demo
	$(BIN)/python docs/shots.py

lock: $(VENV)/.dev ## resolve requirements*.in and package.json again
	$(BIN)/uv pip compile --quiet --generate-hashes --no-strip-extras --no-emit-index-url --python-version 3.11 -o requirements.txt requirements.in
	$(BIN)/uv pip compile --quiet --generate-hashes --no-strip-extras --no-emit-index-url --python-version 3.11 -o requirements-dev.txt requirements-dev.in
	$(BIN)/uv pip compile --quiet --generate-hashes --no-strip-extras --no-emit-index-url --python-version 3.11 -o requirements-bench.txt requirements-bench.in
	npm install --package-lock-only --no-audit --no-fund --ignore-scripts

translations: setup-dev ## collect new strings into matchmaking/translations
	$(BIN)/pybabel --quiet extract -F babel.cfg -k lazy_gettext -k _l --ignore-dirs ".venv node_modules .git" --no-location --sort-output --omit-header -o $(VENV)/messages.pot .
	$(BIN)/pybabel --quiet update -i $(VENV)/messages.pot -d matchmaking/translations --no-fuzzy-matching --no-wrap --ignore-pot-creation-date

clean: ## remove what was built; the database in instance/ stays
	rm -rf $(VENV) node_modules static/vendor shots htmlcov .coverage .mypy_cache .ruff_cache .pytest_cache
	find matchmaking tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f matchmaking/translations/*/LC_MESSAGES/*.mo
