# Two commands: `make report` and `make test`. Everything is set up in .venv from versions and hashes alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: setup report test test-slow lint types contract bench docs lock clean

report: setup
	@$(BIN)/armistice report wars/ukraine --out out/ukraine/report.html

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed; found " + sys.version.split()[0] + "; set PYTHON=") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

test: setup
	$(BIN)/python -m pytest -n 2 --dist worksteal

test-slow: setup
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "slow or not slow"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

contract: setup
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python -m pytest benchmarks --benchmark-only --benchmark-columns=mean,stddev,rounds -p no:xdist

docs: setup
	$(BIN)/python docs/generate.py

lock: setup
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group dev --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .venv-oracles out .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Other programs solve the library's games: an environment of its own, because one of them is under the GPL.
.PHONY: oracles
ORACLES := .venv-oracles

oracles: $(ORACLES)/.ready
	$(ORACLES)/bin/python -m pytest tests/oracles

$(ORACLES)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(ORACLES)
	$(ORACLES)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(ORACLES)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(ORACLES)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(ORACLES)/bin/python -m pip install --quiet --disable-pip-version-check --group oracles
	touch $(ORACLES)/.ready
