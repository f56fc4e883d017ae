PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: test
$(BIN)/pytest: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --upgrade 'pip>=25.1' # older ones know no dependency groups
	$(BIN)/pip install -q -e . --group dev
	touch $(BIN)/pytest

test: $(BIN)/pytest
	$(BIN)/pytest -n 2
