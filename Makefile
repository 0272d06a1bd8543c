# leastwise: `make run` audits the built-in demo account, `make test` proves the house is in order.
# Needs make, git and Python 3.11 or newer; another interpreter: make run PYTHON=python3.13

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

.DELETE_ON_ERROR:
.PHONY: run setup setup-dev test lint cover docs site lock bench mutate clean

run: setup ## audit the demo account into the current folder; no credentials, no network
	@$(BIN)/leastwise demo

setup: $(VENV)/.run

setup-dev: $(VENV)/.dev $(VENV)/.browser

test: setup-dev lint cover ## all that continuous integration asks

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The engine and the escalation methods have no untested branch, the whole not many.
cover: setup-dev
	$(BIN)/pytest -n auto --cov --cov-report=
	$(BIN)/coverage report --include='src/leastwise/policy/*' --fail-under=100 --skip-covered
	$(BIN)/coverage report --include='src/leastwise/escalation/*' --fail-under=100 --skip-covered --show-missing
	$(BIN)/coverage report --fail-under=90 --format=total

docs: setup-dev ## write again the pages and the picture that are made from the code
	$(BIN)/python tools/docs.py

site: setup-dev ## the documents as a site in site/, without any network; `make test` builds it too
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict  # --quiet would keep warnings from counting

bench: setup-dev ## gates on speed, as ratios taken in one run
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/evaluate.py
	$(BIN)/python benchmarks/answers.py
	$(BIN)/python benchmarks/evidence.py --gate

# A quarter of an hour or so. A survivor needs a test, or its reason in tools/mutate_known.toml.
mutate: setup-dev ## change the heart of the engine in every small way, and ask whether the tests notice
	$(BIN)/python tools/mutate.py $(patsubst %,src/leastwise/policy/%.py,evaluate condition ways)

# The locks hold every platform and Python from 3.11 on, each file with its hash.
COMPILE = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command 'make lock' --group build
lock: setup-dev ## choose the newest versions that pyproject.toml allows
	test -x $(BIN)/uv || $(PIP) install uv
	$(COMPILE) pyproject.toml -o requirements/run.lock
	$(COMPILE) --group dev --constraint requirements/run.lock pyproject.toml -o requirements/dev.lock

clean:
	rm -rf $(VENV) site .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# Stamps: each says that a step was finished, so that a second run goes straight to work.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "leastwise needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1 | head -n 1)." >&2; \
	  echo "Name another one, for example: make $(or $(MAKECMDGOALS),run) PYTHON=python3.12" >&2; exit 1; }
	@test -x $(BIN)/pip || { echo 'Making $(VENV), once.'; $(PYTHON) -m venv $(VENV); }
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements/run.lock pyproject.toml
	@echo 'Installing leastwise and its locked dependencies into $(VENV).'
	@$(PIP) install --require-hashes -r requirements/run.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src  # pip compiles what it installs, not what it links to
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.lock
	@echo 'Installing the locked tools of development into $(VENV).'
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

$(VENV)/.browser: $(VENV)/.dev  # the tests of the page drive it; one that is there already is taken
	@$(BIN)/python tools/browser.py > $@
