# `make help` lists the targets. Everything is installed into .venv, from constraints.txt.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
# The Python that makes .venv: the first of these that is new enough.
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11 python,\
	$(shell $(name) $(NEW_ENOUGH) 2>/dev/null && echo $(name))) python3)

.PHONY: help
help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10
	@echo 'Variables: PORT and ADDRESS (app), WORKERS (test), PYTEST_ARGS (test), GATESWEEP_BROWSER (test), PYTHON (any).'

.PHONY: app
app: $(VENV)/app.stamp  ## install gatesweep and open the app; PORT=5006 ADDRESS=0.0.0.0 choose where
	$(BIN)/gatesweep serve $(if $(PORT),--port $(PORT)) $(if $(ADDRESS),--address $(ADDRESS))

# The tests without a browser are shared out by file: what a file sets up is set up once, and long files come early in
# the alphabet. Those with one follow alone: a page beside other work is slow to answer. Both parts run in any case.
WORKERS ?= 2
.PHONY: test
test: lint  ## install, find a browser and nginx, lint, check types, run the tests; WORKERS=4 on a larger machine
	$(BIN)/python tests/browser.py --install
	$(BIN)/python -m tests.test_proxy
	$(BIN)/python -m pytest -m 'not ui' --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS); first=$$?; \
	$(BIN)/python -m pytest -m ui $(PYTEST_ARGS) tests/ui tests/notebook && exit $$first

.PHONY: lint
lint: $(VENV)/test.stamp  ## ruff (rules and format), mypy, and oxlint for the page's scripts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/oxlint --deny-warnings gatesweep/page

.PHONY: bench
bench: $(VENV)/bench.stamp  ## gatesweep timed beside what a user would write instead
	$(BIN)/gatesweep bench

.PHONY: docs
docs: $(VENV)/docs.stamp  ## build the documentation into build/docs
	$(BIN)/sphinx-build --fail-on-warning --quiet docs build/docs
	@echo 'Open build/docs/index.html'

# Files that call many of the libraries, and little of the engine; VERSIONS_TESTS=tests for all that need no browser.
VERSIONS_TESTS ?= $(patsubst %,tests/test_%.py,app_page compat estimator interop plots schema store tables_files)

.PHONY: lowest newest
lowest: RESOLUTION := lowest-direct
newest: RESOLUTION := highest
lowest: $(VENV)/test.stamp  ## tests of what calls the libraries, with the oldest versions that pyproject.toml allows
newest: $(VENV)/test.stamp  ## the same with the newest
lowest newest:
	@mkdir -p build
	$(BIN)/python -m pip freeze | grep '^torch==' > build/torch.txt  # each other build would be gigabytes
	$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python build/$@
	$(BIN)/uv pip install --quiet --python build/$@ --resolution $(RESOLUTION) --override build/torch.txt \
		$(if $(PIP_FIND_LINKS),--find-links $(PIP_FIND_LINKS)) --editable '.[test]'
	build/$@/bin/python -m pytest -m 'not ui' --ignore tests/notebook $(VERSIONS_TESTS) $(PYTEST_ARGS)

# PyPI's own JSON interface has the advisories; a mirror often lacks it, and then this fails and says so.
.PHONY: audit
audit: $(VENV)/test.stamp  ## known vulnerabilities of the pinned versions, by the advisories that PyPI offers
	$(BIN)/uvx --quiet pip-audit --strict --no-deps --disable-pip --requirement constraints.txt

.PHONY: clean
clean:  ## remove .venv and every cache
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/pip:
	@$(PYTHON) $(NEW_ENOUGH) || { echo "gatesweep needs Python 3.11 or newer, got '$(PYTHON)'." \
		"Install one, or name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/app.stamp: EXTRAS :=
$(VENV)/test.stamp: EXTRAS := [test]
$(VENV)/bench.stamp: EXTRAS := [bench,jax]
$(VENV)/docs.stamp: EXTRAS := [docs]
$(VENV)/%.stamp: pyproject.toml constraints.txt | $(BIN)/pip
	@echo 'Installing gatesweep$(EXTRAS) into $(VENV): a few minutes the first time.'
	$(PIP) --editable '.$(EXTRAS)'
	@touch $@
