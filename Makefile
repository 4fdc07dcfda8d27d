# Every target makes what it needs: .venv with $(PYTHON), and bl1 installed editable into it.
# The stamps .venv/.play (runtime) and .venv/.dev (with the developers' tools) are older than
# pyproject.toml only when its dependencies may have changed.

RUNS = -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p $(RUNS) 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install

NEW_VENV = { test -n "$(PYTHON)" && $(PYTHON) -m venv --clear .venv; } || { \
	echo "error: bl1 needs Python 3.11, 3.12 or 3.13 with its venv module;" \
	"install one, or name it: make PYTHON=/path/to/python" >&2; exit 2; }

.DEFAULT_GOAL := help
.PHONY: help install play test test-slow lint bench clean

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: .venv/.dev  ## make .venv with bl1 and the developers' tools in it

play: .venv/.play  ## open the cockpit and watch a culture learn Pong
	@echo "Opening the cockpit; its first start compiles for up to a minute, and says so ..."
	@$(BIN)/python -m bl1

test: .venv/.dev  ## run the tests, less the slow ones
	@$(BIN)/python -m pytest -n 2 -m "not slow"

test-slow: .venv/.dev  ## run the slow tests
	@$(BIN)/python -m pytest -m slow

lint: .venv/.dev  ## check style, format, types and the floors of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.dev .venv-brian2/.ready  ## measure speed, memory and agreement, also against Brian2
	@$(BIN)/python -m bl1 bench
	@$(BIN)/python -m bl1 bench --against brian2
	@$(BIN)/python benchmarks/agreement.py

clean:  ## remove .venv, caches and builds
	rm -rf .venv .venv-brian2 build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.play: pyproject.toml
	@echo "1/2 Making .venv (up to half a minute) ..."
	@$(BIN)/python -c '' 2>/dev/null || $(NEW_VENV)
	@echo "2/2 Installing bl1 and what it needs into it, 610 MB (one to three minutes) ..."
	@$(PIP) --editable '.[cockpit]'
	@touch $@

.venv/.dev: .venv/.play
	@echo "Installing the developers' tools into .venv, 1,040 MB (one to four minutes) ..."
	@$(PIP) --editable '.[dev]'
	@touch $@

# Brian2 has an environment of its own, not an extra of ours: on Python 3.11 its newest release
# needs numpy 1.
.venv-brian2/.ready: Makefile
	@echo "Installing Brian2 into .venv-brian2 ..."
	@$(PYTHON) -m venv --clear .venv-brian2
	@.venv-brian2/bin/python -m pip --disable-pip-version-check install -qq \
		'brian2>=2.9' "numpy<2; python_version < '3.12'" setuptools
	@touch $@
