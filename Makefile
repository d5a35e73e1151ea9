# Every target sets up what it needs and reuses it the second time.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
LOCK   := requirements/locked.txt
STAMP  := $(VENV)/.installed
DOCS_LOCK  := requirements/docs.txt
DOCS_STAMP := $(VENV)/.docs-installed
DEMO   ?= demo
JOBS   ?= 2

.PHONY: help setup demo browser test test-slow docs lint format bench ibsi parity lock clean

help:
	@echo "make setup      build .venv from the locked versions"
	@echo "make demo       the main job: synthetic cohort -> features -> response -> models -> report"
	@echo "make test       ruff, mypy, import contracts, tests (warnings are errors)"
	@echo "make test-slow  the tests that take minutes"
	@echo "make lint       the static checks alone; make format mends the layout"
	@echo "make docs       the documentation site, docs/_build/html (warnings are errors)"
	@echo "make ibsi       docs/ibsi_values.md: every IBSI reference value and ours (needs the IBSI data)"
	@echo "make parity     the measured tables of docs/parity.md (needs the public cases)"
	@echo "make bench      the benchmarks, as ratios"
	@echo "make lock       resolve requirements/*.txt anew (needs uv)"

setup: $(STAMP)

$(STAMP): $(LOCK) pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement $(LOCK)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: setup
	$(BIN)/rhcc demo $(DEMO) --jobs $(JOBS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Continuous integration installs Chromium for the browser tests; elsewhere they are skipped without.
browser:
	@command -v chromium >/dev/null \
	|| { [ "$$CI" = true ] && [ "$$(id -u)" = 0 ] && apt-get update -qq \
	     && apt-get install -y -qq --no-install-recommends chromium >/dev/null; } \
	|| echo "no Chromium here: the browser tests will be skipped"

test: lint browser
	$(BIN)/pytest --numprocesses $(JOBS) --dist worksteal -m "not slow"

test-slow: setup
	$(BIN)/pytest --numprocesses $(JOBS) --dist worksteal -m slow

$(DOCS_STAMP): $(DOCS_LOCK) $(STAMP)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement $(DOCS_LOCK)
	touch $(DOCS_STAMP)

docs: setup $(DOCS_STAMP)
	$(BIN)/python -m sphinx --fail-on-warning --keep-going -b html docs docs/_build/html

bench: setup
	for file in benchmarks/bench_*.py; do $(BIN)/python $$file || exit 1; done

ibsi: setup
	$(BIN)/python tests/ibsi/write_tables.py

parity: setup
	$(BIN)/python tests/parity/report.py

lock:
	uv pip compile pyproject.toml --extra pyradiomics --group dev --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-annotate --no-header --quiet --output-file $(LOCK)
	uv pip compile --group pyproject.toml:docs --constraint $(LOCK) --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-annotate --no-header --quiet --output-file $(DOCS_LOCK)

clean:
	rm -rf docs/_build docs/notebooks docs/api/generated $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
