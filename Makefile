# `make help` lists what there is. Only `make check` needs Node, for the page's JavaScript.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The interpreter that makes the environment: 3.11 or newer.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PINNED := --constraint constraints.txt

# make run PORT=9000 ARGS="--open"; a PORT of the environment reaches the command by itself.
ifeq ($(origin PORT),command line)
RUN_PORT := --port $(PORT)
endif
ARGS ?=

# make test JOBS=1: how many tests run at a time. Most of them wait for a browser or a clock.
JOBS ?= 2
PYTEST := $(BIN)/python -m pytest --numprocesses $(JOBS) --dist worksteal

# make fuzz SECONDS=600
SECONDS ?= 60

.PHONY: help install run test check screenshots bench conformance fuzz browser tshark node clean

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-11s %s\n", $$1, $$2}'

run: $(VENV)/.runtime ## serve the page; PORT=9000 and ARGS="--open" are passed on
	@exec $(BIN)/python -m webapp $(RUN_PORT) $(ARGS)

install: $(VENV)/.complete ## put everything for work on the code into .venv, as pinned

test: $(VENV)/.complete browser tshark ## run all tests
	@$(PYTEST)

check: $(VENV)/.complete browser tshark node ## run all that has to pass: format, lint, types, tests with coverage
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@if [ -e node_modules/.complete ]; then npm run --silent check; fi
	@$(PYTEST) --cov --cov-report=term

fuzz: $(VENV)/.fuzzing ## look for input that breaks the wire, for SECONDS=60
	@$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

conformance: $(VENV)/.runtime ## play the Autobahn test suite to the server; ARGS=--all to others, too
	@$(BIN)/python -m conformance $(ARGS)

bench: $(VENV)/.runtime ## measure it beside others, some eleven minutes; ARGS="--help" says how
	@$(BIN)/python -m bench $(ARGS)

screenshots: $(VENV)/.complete browser ## take the pictures of the page in docs/images
	@$(BIN)/python -m tests.browser.screenshots

clean: ## remove the environment and what tools have left
	@rm -rf $(VENV) dist build .coverage .coverage.* htmlcov node_modules .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The page's tests need a Chromium; under CI they fail without one, elsewhere they are skipped.
browser:
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
		if command -v $$name >/dev/null; then exit 0; fi; \
	done; \
	root=; if [ "$$(id -u)" != 0 ]; then root="sudo -n"; fi; \
	if command -v apt-get >/dev/null && [ -e /etc/debian_version ] && $$root true 2>/dev/null; then \
		echo "Installing Chromium for the tests of the page"; \
		apt="$$root env DEBIAN_FRONTEND=noninteractive apt-get"; \
		if $$apt update -qq && $$apt install -qq -y --no-install-recommends chromium >/dev/null; \
		then exit 0; fi; \
	fi; \
	echo "The tests of the page need Chromium: install it (Debian: apt-get install chromium)." >&2; \
	if [ "$${CI:-}" = true ]; then exit 1; fi

# The capture of the wire needs tshark, and the right to capture: likewise.
tshark:
	@if command -v tshark >/dev/null; then exit 0; fi; \
	root=; if [ "$$(id -u)" != 0 ]; then root="sudo -n"; fi; \
	if command -v apt-get >/dev/null && [ -e /etc/debian_version ] && $$root true 2>/dev/null; then \
		echo "Installing tshark for the test that captures"; \
		apt="$$root env DEBIAN_FRONTEND=noninteractive apt-get"; \
		if $$apt update -qq && $$apt install -qq -y --no-install-recommends tshark >/dev/null; \
		then exit 0; fi; \
	fi; \
	echo "The test that captures needs tshark: install it (Debian: apt-get install tshark)." >&2; \
	if [ "$${CI:-}" = true ]; then exit 1; fi

# The page's JavaScript is checked by tools that run on Node: likewise.
node:
	@if ! command -v npm >/dev/null; then \
		root=; if [ "$$(id -u)" != 0 ]; then root="sudo -n"; fi; \
		if command -v apt-get >/dev/null && [ -e /etc/debian_version ] && $$root true 2>/dev/null; then \
			echo "Installing Node for the checks of the page's JavaScript"; \
			apt="$$root env DEBIAN_FRONTEND=noninteractive apt-get"; \
			$$apt update -qq && $$apt install -qq -y --no-install-recommends nodejs npm >/dev/null; \
		fi; \
	fi; \
	if command -v npm >/dev/null; then $(MAKE) --silent node_modules/.complete; exit; fi; \
	echo "The checks of the page's JavaScript need Node: install it (Debian: apt-get install npm)." >&2; \
	if [ "$${CI:-}" = true ]; then exit 1; fi

node_modules/.complete: package.json package-lock.json
	@echo "Installing what checks the page's JavaScript"
	@npm ci --silent
	@touch $@

# Stamps: an environment is made again only when what it is made from has changed.
$(VENV)/.python:
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no $(PYTHON): install Python 3.11 or newer, or name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is $$($(PYTHON) -V 2>&1), and this needs 3.11 or newer: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) has no venv: install it (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.backend: $(VENV)/.python constraints.txt
	@$(PIP) install $(PINNED) hatchling editables
	@touch $@

$(VENV)/.runtime: $(VENV)/.backend pyproject.toml constraints.txt
	@echo "Installing what the server needs into $(VENV)"
	@$(PIP) install $(PINNED) --no-build-isolation --editable .
	@touch $@

$(VENV)/.complete: $(VENV)/.runtime
	@echo "Installing what work on the code needs into $(VENV)"
	@$(PIP) install $(PINNED) --no-build-isolation --editable '.[dev]'
	@touch $@

$(VENV)/.fuzzing: $(VENV)/.complete
	@echo "Installing the fuzzer into $(VENV)"
	@$(PIP) install $(PINNED) --no-build-isolation --editable '.[dev,fuzz]' && touch $@ || \
		echo "There is no atheris for this Python: no coverage will guide the fuzzer." >&2
