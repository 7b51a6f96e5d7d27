# AIHub SDK: every task of the project by name. `make` prints the index.
# Needs python3 (3.11 or newer), make and git; everything else is installed into .venv.

PYTHON3 ?= python3
VENV    := .venv
PY      := $(VENV)/bin/python
PIP     := $(PY) -m pip --disable-pip-version-check -qq
STAMP   := $(VENV)/.stamp
DOCS_STAMP := $(VENV)/.docs-stamp

UV_LOCK := pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
           --no-annotate -q

.DEFAULT_GOAL := help
.PHONY: help setup generate spec-new golden check diff release-check lint types types-pyright test test-slow test-wheel demo bench build docs docs-serve lock clean node-tools

help:  ## this index
	@echo 'usage: make TARGET'
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)$$/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-15s%s\n", $$1, $$2}'

setup: $(STAMP)  ## create .venv with the locked tools; again only when the requirements change

$(STAMP): requirements-dev.txt pyproject.toml
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "The generator's tools need Python 3.11 or newer; $(PYTHON3) is $$($(PYTHON3) --version 2>&1)." >&2; \
	  echo "Name another one: make setup PYTHON3=python3.12" >&2; exit 1; }
	@test -x $(PY) || $(PYTHON3) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON3) cannot create an environment (on Debian: apt-get install python3-venv)." >&2; exit 1; }
	@echo 'Installing the tools into $(VENV) (about 30 s the first time)'
	@$(PIP) install --require-hashes --no-deps -r requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

NODE_STAMP := .ci/node/node_modules/.stamp

node-tools: $(NODE_STAMP)  ## npm tools of the heavier checks and of the site, pinned with hashes (needs node 20)

$(NODE_STAMP): .ci/node/package.json .ci/node/package-lock.json
	@command -v npm >/dev/null || { echo "This target needs node 20 and npm." >&2; exit 1; }
	@npm ci --silent --prefix .ci/node
	@touch $@

generate: setup  ## write generated/ from spec/ (under 6 s; under 2 s when one service changed)
	$(PY) -m generator all

spec-new: setup  ## add a valid stub to spec/: make spec-new SERVICE=data_warehouse OPERATION=listTables
	@test -n "$(SERVICE)" -a -n "$(OPERATION)" || { \
	  echo 'usage: make spec-new SERVICE=data_warehouse OPERATION=listTables' >&2; exit 2; }
	@$(PY) -m generator new $(SERVICE) $(OPERATION) $(if $(METHOD),--method $(METHOD)) $(if $(URL_PATH),--path $(URL_PATH))

golden: setup  ## write the recorded outputs of the tests anew: the generator's, and the command line's surface
	UPDATE_GOLDEN=1 $(PY) -m pytest -q tests/generator/test_golden.py tests/unit/test_cli_surface.py

OLD ?= HEAD
NEW ?= .

diff: setup  ## what the changes of the spec mean for users; OLD=v0.1.0 NEW=. name two editions
	$(PY) -m generator diff $(OLD) $(NEW)

release-check: setup  ## hold the changes since the last release against the declared versions; BASE=REV names another
	$(PY) -m generator release $(if $(BASE),--base $(BASE))

check: setup  ## fail, naming the files, when generated/ is not what spec/ gives
	$(PY) -m generator check

lint: setup  ## style, layering, dependencies, and the rules of the spec
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/deptry .
	$(PY) -m generator lint

types: setup  ## mypy --strict: what ships for Python 3.10, the generator and the tests for 3.11
	$(PY) -m mypy generated overlays
	$(PY) -m mypy --python-version 3.11 generator tests docs/examples docs/site
	$(PY) -m mypy --python-version 3.11 --disallow-any-expr tests/typing/api.py

types-pyright: setup node-tools  ## what a user of pyright sees of the SDK's types (needs node 20)
	.ci/node/node_modules/.bin/pyright -p tests/typing

test: check  ## check, then the quick tests (under 5 min)
	$(PY) -m pytest -n auto --dist loadfile -m 'not slow and not browser'

test-slow: setup $(DOCS_STAMP) node-tools  ## the tests that `make test` leaves out
	$(PY) -m pytest -n auto --dist loadfile -m 'slow or browser'

test-wheel: build  ## install the wheel into empty environments on Python 3.10 to 3.13 and use it there
	bash .ci/test-wheel dist/*.whl

demo: check  ## the document's own example, step by step, against the local emulator
	$(PY) docs/examples/demo.py

bench: setup  ## speed and memory as ratios, measured side by side; nothing is asserted
	$(PY) -m tests.benchmarks
	$(PY) -m tests.benchmarks.emulator
	$(PY) -m tests.benchmarks.transfers
	$(PY) -m tests.benchmarks.polling

build: setup  ## wheel and source archive in dist/, the same bytes for the same commit
	@bash .ci/build $(CURDIR)/$(PY)

$(DOCS_STAMP): $(STAMP) requirements-docs.txt
	@$(PIP) install --require-hashes --no-deps -r requirements-docs.txt
	@touch $@

docs: $(DOCS_STAMP) node-tools  ## build the documentation site into site/ (under a minute; needs node 20)
	$(PY) -m docs.site build

docs-serve: $(DOCS_STAMP)  ## serve site/ on port 8020, with an emulator beside it to try things out on
	$(PY) -m docs.site serve

lock: requirements-dev.in requirements-docs.in requirements-older-client.in  ## pin the newest versions of the tools (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	uv $(UV_LOCK) --upgrade --python-version 3.11 -o requirements-dev.txt requirements-dev.in
	uv $(UV_LOCK) --upgrade --python-version 3.11 -c requirements-dev.txt -o requirements-docs.txt requirements-docs.in
	uv $(UV_LOCK) --upgrade --python-version 3.10 -o requirements-older-client.txt requirements-older-client.in

clean:  ## remove what the other targets made, .venv included
	rm -rf $(VENV) dist build site .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
