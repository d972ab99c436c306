# Two commands are all the set-up there is: `make run` and `make test` (Python 3.11 and make).
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8501

.PHONY: run test check bench audit lint types format clean

run: $(VENV)/.run
	@$(PY) fortnight.py migrate
	@$(PY) fortnight.py sample load --if-empty
	@$(PY) fortnight.py serve --port $(PORT)

test: $(VENV)/.test
	@$(MAKE) --no-print-directory lint types
	@$(PY) tests/browser/chromium.py
	$(PY) -m pytest -n 2 --dist worksteal

check: $(VENV)/.test
	@$(MAKE) --no-print-directory lint types
	$(PY) -m pytest -n 2 --dist worksteal --ignore tests/browser

lint: $(VENV)/.test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports

types: $(VENV)/.test
	$(VENV)/bin/mypy

bench: $(VENV)/.test
	$(PY) -m bench

audit: $(VENV)/.test
	$(PY) deploy/audit_dependencies.py

format: $(VENV)/.test
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || { echo "Fortnight needs Python 3.11; $(PYTHON) is not it. Install python3.11, or say which: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "No virtual environment could be made: install what $(PYTHON) needs for it (Debian: python3.11-venv), then try again." >&2; exit 1; }

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	@echo "Installing what Fortnight needs (once) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.test: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing what the tests need (once) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.run
