# The only definition of each command; CI and README call these.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test lint typecheck e2e bench format clean

demo: $(READY)
	$(BIN)/penna demo

test: $(READY)
	$(BIN)/pytest -n logical

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

typecheck: $(READY)
	$(BIN)/mypy

e2e: $(READY)
	PATH="$(CURDIR)/$(BIN):$$PATH" bash tests/e2e/run.sh

bench: $(READY)
	$(BIN)/python -m bench

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .cache

# llama-cpp-python has no wheel on the package index: the first build takes some minutes.
$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@
