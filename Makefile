# Needs Python 3.11 or later and make; everything else is installed into .venv, at the versions of constraints.txt.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.installed

.PHONY: run test check check-slow fuzz bench quality pictures format clean

run: $(READY)
	$(BIN)/tui-gan run toy1d

# With bytecode kept, or each program that tests start compiles all of it; three processes, since those that wait leave a core free.
test: $(READY)
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 3 --dist worksteal

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_imports.py

check-slow: $(READY) fuzz
	$(BIN)/python -m pytest -m slow

# Each input is a file, so they lie in memory where the system has a place for that.
fuzz: $(READY)
	PYTEST_DEBUG_TEMPROOT=$(wildcard /dev/shm) $(BIN)/python -m pytest -m fuzz -n 2 --dist worksteal --durations 0

bench: $(READY)
	$(BIN)/tui-gan bench

quality: $(READY)
	$(BIN)/python -m benchmarks.bars

pictures: $(READY)
	$(BIN)/python -m assets.make_pictures

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "tui-gan needs Python 3.11 or later; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $(READY)
