# AIHub SDK: every task of the project by name. `make` prints the index.
# Needs python3 (3.11 or newer), make and git; everything else is installed into .venv.

PYTHON3 ?= python3
VENV    := .venv
PY      := $(VENV)/bin/python
PIP     := $(PY) -m pip --disable-pip-version-check -qq
STAMP   := $(VENV)/.stamp

UV_LOCK := pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
           --no-annotate -q

.DEFAULT_GOAL := help
.PHONY: help setup generate check lint types types-pyright test test-slow test-wheel demo bench build docs lock clean node-tools

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

generate: setup  ## write generated/ anew from spec/ (under 6 s)
	$(PY) -m generator all

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
	$(PY) -m mypy --python-version 3.11 generator tests docs/examples
	$(PY) -m mypy --python-version 3.11 --disallow-any-expr tests/typing/api.py

types-pyright: setup node-tools  ## what a user of pyright sees of the SDK's types (needs node 20)
	.ci/node/node_modules/.bin/pyright -p tests/typing

test: check  ## check, then the quick tests (under 5 min)
	$(PY) -m pytest -n auto --dist loadfile -m 'not slow and not browser'

test-slow: setup  ## the tests that `make test` leaves out
	$(PY) -m pytest -m 'slow or browser' || [ $$? -eq 5 ]  # 5: there is none yet

test-wheel: build  ## install the wheel into empty environments on Python 3.10 to 3.13 and use it there
	bash .ci/test-wheel dist/*.whl

demo: check  ## the document's own example, step by step, against the local emulator
	$(PY) docs/examples/demo.py

bench: setup  ## speed and memory as ratios, measured side by side; nothing is asserted
	$(PY) -m tests.benchmarks
	$(PY) -m tests.benchmarks.emulator

build: setup  ## wheel and source archive in dist/
	rm -rf dist
	@mkdir -p build
	$(PY) -m build --no-isolation --outdir dist . >build/log 2>&1 || { cat build/log; exit 1; }
	@ls -l dist

docs:  ## say where the documentation is (the reference site is not built yet)
	@echo 'There is no documentation site to build yet. What exists, all of it Markdown in the repository:'
	@ls README.md README.zh.md CONTRIBUTING.md CHANGELOG.md spec/README.md docs/decisions/README.md

lock: requirements-dev.in requirements-older-client.in  ## pin the newest versions of the tools (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	uv $(UV_LOCK) --upgrade --python-version 3.11 -o requirements-dev.txt requirements-dev.in
	uv $(UV_LOCK) --upgrade --python-version 3.10 -o requirements-older-client.txt requirements-older-client.in

clean:  ## remove what the other targets made, .venv included
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
