# The commands of the README. Each makes what it needs; nothing is installed outside this folder.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAGE := $(BIN)/python tools/stage.py

.PHONY: demo test lint ui bench screenshots vectors mutants fuzz chaos peers clean

# What running needs, and what testing needs beside it. Older pips know no dependency groups.
$(VENV)/.run: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Heliogram needs Python 3.11 or newer")'
	@echo "Installing Heliogram into $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -q --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/pip install -q --disable-pip-version-check -e .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	@echo "Installing what the tests need …"
	@$(BIN)/pip install -q --disable-pip-version-check --group dev
	@touch $@

ui: $(VENV)/.run
	@$(BIN)/python hatch_build.py --has-node || $(BIN)/pip install -q --disable-pip-version-check --group ui
	@$(BIN)/python hatch_build.py

demo: ui
	@exec $(BIN)/heliogram demo $(if $(FRESH),--fresh) $(if $(PORT),--port $(PORT))

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(VENV)/.test ui
	@$(STAGE) "system packages" tools/system_packages.sh
	@$(STAGE) "peers" $(BIN)/python -m tools.peers
	@$(STAGE) "lint" $(MAKE) --no-print-directory lint
	@$(STAGE) "dashboard" $(BIN)/python tools/check_ui.py
	@$(STAGE) "tests" $(BIN)/pytest -n 2 --dist worksteal $(ARGS)
	@$(STAGE) --report

bench: $(VENV)/.test ui
	$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

screenshots: $(VENV)/.test ui
	$(BIN)/python tools/screenshots.py

vectors: $(VENV)/.test
	$(BIN)/python tools/vectors.py $(VECTORS)

mutants: $(VENV)/.test
	$(BIN)/python tools/mutants.py $(ARGS)

fuzz: $(VENV)/.test
	$(BIN)/python -m tools.fuzz $(if $(SECONDS),--seconds $(SECONDS))

chaos: $(VENV)/.test
	$(BIN)/python tools/chaos.py $(if $(ROUNDS),--rounds $(ROUNDS))

peers: $(VENV)/.test ui
	$(BIN)/python -m tools.peers
	$(BIN)/pytest -m peer

clean:
	rm -rf build $(VENV) ui/node_modules src/heliogram/web
