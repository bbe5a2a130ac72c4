# Everything here needs only Python 3.11+ and make; the first call of a target installs what it needs into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# The lock of the extra holds all of requirements.lock too. What it adds takes an hour to build: wheels or not at all.
VECTOR := -r requirements-vector.lock --only-binary faiss-cpu --only-binary onnxruntime
# A start that compiles 1,500 modules anew takes three times as long: let Python keep what it compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run-all run- vector test check lint bench docs size screenshots lock clean

help: ## Show what there is to make
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F'\t' '{sub(/%/, "<name>", $$1); printf "  make %-14s %s\n", $$1, $$2}'

run-all: $(VENV)/.run ## Run every agent in one process
	@exec $(BIN)/postroom run $(patsubst agents/%_agent/,%,$(wildcard agents/*_agent/)) $(ARGS)

run-:
	@echo "name an agent: $(patsubst agents/%_agent/,make run-%,$(wildcard agents/*_agent/))"; exit 2

run-%: $(VENV)/.run ## Run one agent on the sandbox, such as make run-support
	@exec $(BIN)/postroom run $* $(ARGS)

vector: $(VENV)/.run ## Install the extra `vector` where the first start could not, and say why not
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes $(VECTOR)

test: $(VENV)/.dev ## Run all tests (installs what is missing)
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

check: test lint ## Everything that must be green before a commit: tests and lint

lint: $(VENV)/.dev ## Check format, style, types, import rules, budgets and that generated docs are fresh
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m postroom_bench.size
	@$(BIN)/python -m postroom_bench.generated --check

bench: $(VENV)/.dev ## Measure speed and memory; prints machine and date
	@$(BIN)/python -m postroom_bench.bench $(ARGS)

docs: $(VENV)/.dev ## Write the generated parts of the docs anew
	@$(BIN)/python -m postroom_bench.generated

size: $(VENV)/.run ## Count Python lines against the budgets
	@$(BIN)/python -m postroom_bench.size

screenshots: $(VENV)/.dev ## Take the pictures of the page in README and docs (needs Chromium)
	@$(BIN)/python -m postroom_bench.screenshots

lock: $(VENV)/.uv ## Resolve the dependencies anew into the lock files
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra vector -c requirements.lock -c requirements-dev.lock pyproject.toml -o requirements-vector.lock

clean: ## Remove .venv and caches (not .postroom, which holds mail)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/.uv:
	@command -v "$(PYTHON)" >/dev/null || { echo "there is no program $(PYTHON): install Python 3.11 or newer, or name the one to use: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "Python %d.%d is too old: Postroom needs 3.11 or newer. Install one and call: make PYTHON=python3.11 $(MAKECMDGOALS)" % v[:2])'
	@echo "making $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot make a virtual environment: install its venv package (Debian: apt-get install python3-venv)"; exit 1; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check 'uv>=0.5'
	@touch $@

# A machine without wheels for the extra does without it.
$(VENV)/.run: requirements.lock requirements-vector.lock pyproject.toml | $(VENV)/.uv
	@echo "installing Postroom and what it needs …"
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes $(VECTOR) 2>/dev/null \
	  || $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "installing what tests and checks need …"
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@
